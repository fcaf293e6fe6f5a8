//! Charts of the page as pictures of their own: the page's SVG with a style for paper.

use super::content::{Block, Run};
use super::world::Files;

/// Ink for paper. The page has a style of its own, which follows the reader's screen.
const STYLE: &str = "svg{font-family:'Fira Sans'}text{font-family:'Fira Sans';font-size:12px;fill:#3d3a35}.chart .tick{font-size:16px}.chart.curve .tick{font-size:14px}.chart.funnel .tick{font-size:12px}.interval .tick{font-size:20px}\
.grid{stroke:#d5d0c6;stroke-width:1}.zero{stroke:#1d1b18;stroke-width:1.2;stroke-dasharray:4 3}.band{fill:#bcd0d4}.band-unknown{fill:url(#hatch)}\
.hatch{stroke:#0b4f5c;stroke-width:1.4}.best{fill:none;stroke:#0b4f5c;stroke-width:1.6;stroke-linejoin:round}.mark{stroke:#8a3b12;stroke-width:1;\
stroke-dasharray:2 2}.chart .mark-number{font-size:13px;fill:#8a3b12;font-weight:600}.extremes{stroke:#8f8a80;stroke-width:1.2}.middle{stroke:#0b4f5c;stroke-width:4}\
.dot{fill:#1d1b18}.arrow{fill:#8f8a80}.choice{fill:#0b4f5c}.curve .extremes{stroke:#c3c9c9}.curve .dot{fill:#0b4f5c}.funnel .band{fill:#eceeee}";

/// A chart that stands for itself. Its words for those who do not see it are those of the page.
pub(super) fn figure(files: &mut Files, svg: &str, caption: Vec<Run>, source: Vec<Run>) -> Block {
    let alt = label(svg);
    Block::Figure { file: files.add_svg(standalone(svg)), alt, caption, source }
}

/// A chart in a cell of a table.
pub(super) fn picture(files: &mut Files, svg: &str, millimetres: f64) -> Run {
    let alt = label(svg);
    Run::Picture { file: files.add_svg(standalone(svg)), alt, millimetres }
}

fn standalone(svg: &str) -> String {
    let (head, rest) = svg.split_once('>').unwrap_or((svg, ""));
    let namespace = if head.contains("xmlns=") { "" } else { " xmlns=\"http://www.w3.org/2000/svg\"" };
    format!("{head}{namespace}><style>{STYLE}</style>{rest}")
}

/// What the chart says of itself.
fn label(svg: &str) -> String {
    let label =
        svg.split_once("aria-label=\"").and_then(|(_, rest)| rest.split_once('"')).map_or("", |(l, _)| l);
    label.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_of_the_page_gets_a_namespace_a_style_and_its_words() {
        let svg = "<svg class=\"chart\" aria-label=\"a &amp; &quot;b&quot;\"><path/></svg>";
        assert_eq!(label(svg), "a & \"b\"");
        assert!(
            standalone(svg).starts_with("<svg class=\"chart\" aria-label=\"a &amp; &quot;b&quot;\" xmlns=")
        );
        assert!(standalone(svg).ends_with("</style><path/></svg>"));
    }
}
