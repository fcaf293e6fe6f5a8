//! Sections, citations and figures of the text, with their places.

use super::{BriefText, Section, TextCitation};
use crate::fault::{Faults, Span};
use crate::table::Text;

/// A piece of a line: plain Markdown, a citation or a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline<'a> {
    /// Markdown.
    Plain(&'a str),
    /// `[@key, locator]`, several divided by semicolons: pairs of key and locator.
    Citation(Vec<(&'a str, &'a str)>),
    /// `{{ name }}`.
    Figure(&'a str),
}

/// Cut a text into plain pieces, citations and figures, each with its place. What looks like the beginning of one and is none is
/// plain.
pub fn split_inline(text: &str) -> Vec<(std::ops::Range<usize>, Inline<'_>)> {
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        let found = if rest.starts_with("[@") {
            rest.find(']').and_then(|end| Some((end + 1, citation(&rest[1..end])?)))
        } else if rest.starts_with("{{") {
            rest.find("}}").map(|end| (end + 2, Inline::Figure(rest[2..end].trim())))
        } else {
            None
        };
        match found {
            Some((length, piece)) => {
                if from < at {
                    pieces.push((from..at, Inline::Plain(&text[from..at])));
                }
                pieces.push((at..at + length, piece));
                at += length;
                from = at;
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    if from < text.len() {
        pieces.push((from..text.len(), Inline::Plain(&text[from..])));
    }
    pieces
}

fn citation(inside: &str) -> Option<Inline<'_>> {
    let cites: Option<Vec<(&str, &str)>> = inside
        .split(';')
        .map(|cite| {
            let cite = cite.trim().strip_prefix('@')?;
            let (key, locator) = cite.split_once(',').unwrap_or((cite, ""));
            Some((key.trim(), locator.trim()))
        })
        .collect();
    cites.map(Inline::Citation)
}

pub(super) fn read(source: usize, text: &str, faults: &Faults) -> BriefText {
    let mut brief = BriefText::default();
    let piece = |range: std::ops::Range<usize>| Text {
        value: text[range.clone()].to_owned(),
        span: Span::new(source, range),
    };
    let mut open: Option<(Text, usize)> = None;
    let (mut at, mut above) = (0, "");
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        if let Some(heading) = line.strip_prefix("# ") {
            if let Some((heading, from)) = open.take() {
                brief.sections.push(Section { heading, body: piece(from..at) });
            }
            let trimmed = heading.trim_end();
            open = Some((piece(at + 2..at + 2 + trimmed.len()), end));
        } else if open.is_none() && !line.trim().is_empty() {
            let message = "text before the first heading belongs to no section";
            let help = Some("begin with a heading: # Summary".to_owned());
            faults.add(Span::new(source, at..at + line.trim_end().len()), "section", message, "here", help);
        }
        if let Some(message) = other_heading(line, above) {
            let help = Some("write `# Heading` at the beginning of a line".to_owned());
            let span = Span::new(source, at..at + line.trim_end().len());
            faults.add(span, "section", message, "this begins a section that nobody would find", help);
        }
        above = line;
        at = end;
    }
    if let Some((heading, from)) = open {
        brief.sections.push(Section { heading, body: piece(from..at) });
    }

    for (range, inline) in split_inline(text) {
        let span = Span::new(source, range.clone());
        match inline {
            Inline::Plain(_) => {}
            Inline::Figure(name) => brief.figures.push(Text { value: name.to_owned(), span }),
            Inline::Citation(cites) => {
                for (key, locator) in cites {
                    if locator.is_empty() {
                        let message = format!("the citation of `{key}` has no locator");
                        let help = Some(format!("write [@{key}, p. 2]"));
                        faults.add(span.clone(), "locator", message, "where in the document?", help);
                    }
                    let start = range.start + text[range.clone()].find(key).unwrap_or(0);
                    let document =
                        Text { value: key.to_owned(), span: Span::new(source, start..start + key.len()) };
                    brief.citations.push(TextCitation { document, locator: locator.to_owned() });
                }
            }
        }
    }
    brief
}

/// A heading of the first level that is not written as the headings of sections are.
fn other_heading(line: &str, above: &str) -> Option<&'static str> {
    let trimmed = line.trim();
    let underlines = !trimmed.is_empty() && trimmed.bytes().all(|b| b == b'=') && !above.trim().is_empty();
    if underlines {
        return Some("a heading underlined with `=`");
    }
    // In a quotation or an item of a list too.
    let inner = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '-' | '*' | '+'));
    let marked =
        inner.trim_end() == "#" || inner.strip_prefix('#').is_some_and(|r| r.starts_with([' ', '\t']));
    (marked && !line.starts_with("# ")).then_some("a heading that is indented, quoted or in a list")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn citations_and_figures_are_found_between_plain_text() {
        let text = "Twelve [@isas-2024, para. 7; @b, p. 2] and {{ n }}.";
        let pieces: Vec<Inline<'_>> = split_inline(text).into_iter().map(|(_, p)| p).collect();
        assert_eq!(
            pieces,
            [
                Inline::Plain("Twelve "),
                Inline::Citation(vec![("isas-2024", "para. 7"), ("b", "p. 2")]),
                Inline::Plain(" and "),
                Inline::Figure("n"),
                Inline::Plain("."),
            ]
        );
    }

    #[test]
    fn a_heading_of_the_first_level_is_written_in_one_way() {
        let faults = |text: &str| {
            let faults = Faults::default();
            read(0, text, &faults);
            faults.into_sorted().len()
        };
        assert_eq!(faults("# One\n\ntext\n\n## Below\n\n- item #3\n"), 0);
        for text in [
            "# One\n\nTwo\n===\n",
            "# One\n\nTwo\n=\n",
            "# One\n\n #  Two\n",
            "# One\n\n> # Two\n",
            "# One\n\n#\tTwo\n",
        ] {
            assert_eq!(faults(text), 1, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_pieces_of_any_text_are_the_whole_text(text in "[a-z@\\[\\]{}é;, \n]{0,60}") {
            let mut at = 0;
            for (range, _) in split_inline(&text) {
                prop_assert_eq!(range.start, at);
                at = range.end;
            }
            prop_assert_eq!(at, text.len());
        }
    }
}
