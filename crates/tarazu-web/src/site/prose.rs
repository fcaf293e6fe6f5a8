//! The text of the brief as blocks of pieces: the page makes elements of them, so that no text is ever markup.

use std::collections::BTreeMap;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use serde::Serialize;
use tarazu_brief::ComputedFigure;
use tarazu_ledger::text::{Inline, split_inline};

/// Characters that no text contains and that Markdown leaves alone: they hold the place of citations and figures while Markdown is read.
const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';

/// A paragraph, a heading or an item of a list.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Block {
    /// `p`, `h` or `li`.
    kind: &'static str,
    pieces: Vec<Piece>,
}

/// A run of text.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Piece {
    /// Plain.
    Text(String),
    /// Set off strongly.
    Strong(String),
    /// Set off.
    Emphasis(String),
    /// A computed figure: name and printed value.
    Figure(String, String),
    /// Citations: key, number, locator.
    Cites(Vec<(String, usize, String)>),
}

/// Read Markdown. HTML in it is text, images leave their descriptions, and links their words.
pub(super) fn blocks(
    markdown: &str,
    figures: &[ComputedFigure],
    numbers: &BTreeMap<&str, usize>,
) -> Vec<Block> {
    let (text, held) = hold(markdown, figures, numbers);
    let mut blocks: Vec<Block> = Vec::new();
    let (mut strong, mut emphasis, mut in_item) = (0_usize, 0_usize, false);
    for event in Parser::new(&text) {
        match event {
            Event::Start(Tag::Paragraph) if !in_item => blocks.push(Block { kind: "p", pieces: Vec::new() }),
            Event::Start(Tag::Heading { .. }) => blocks.push(Block { kind: "h", pieces: Vec::new() }),
            Event::Start(Tag::Item) => {
                in_item = true;
                blocks.push(Block { kind: "li", pieces: Vec::new() });
            }
            Event::End(TagEnd::Item) => in_item = false,
            Event::Start(Tag::Strong) => strong += 1,
            Event::End(TagEnd::Strong) => strong -= 1,
            Event::Start(Tag::Emphasis) => emphasis += 1,
            Event::End(TagEnd::Emphasis) => emphasis -= 1,
            Event::Text(words) | Event::Code(words) | Event::Html(words) | Event::InlineHtml(words) => {
                if blocks.is_empty() {
                    blocks.push(Block { kind: "p", pieces: Vec::new() });
                }
                if let Some(block) = blocks.last_mut() {
                    put_back(&words, &held, (strong > 0, emphasis > 0), &mut block.pieces);
                }
            }
            Event::SoftBreak | Event::HardBreak => {
                if let Some(block) = blocks.last_mut() {
                    block.pieces.push(Piece::Text(" ".into()));
                }
            }
            _ => {}
        }
    }
    blocks.retain(|b| !b.pieces.is_empty());
    blocks
}

/// The text with citations and figures held aside.
fn hold(markdown: &str, figures: &[ComputedFigure], numbers: &BTreeMap<&str, usize>) -> (String, Vec<Piece>) {
    let mut held = Vec::new();
    let mut text = String::new();
    for (_, piece) in split_inline(markdown) {
        let aside = match piece {
            Inline::Plain(plain) => {
                text.extend(plain.chars().filter(|c| *c != OPEN && *c != CLOSE));
                continue;
            }
            Inline::Figure(name) => {
                let printed = figures.iter().find(|f| f.id == name).map(|f| f.printed.clone());
                Piece::Figure(name.into(), printed.unwrap_or_else(|| name.into()))
            }
            Inline::Citation(cites) => Piece::Cites(
                cites
                    .into_iter()
                    .map(|(key, locator)| {
                        (key.to_owned(), numbers.get(key).copied().unwrap_or(0), locator.to_owned())
                    })
                    .collect(),
            ),
        };
        text.push_str(&format!("{OPEN}{}{CLOSE}", held.len()));
        held.push(aside);
    }
    (text, held)
}

fn put_back(words: &str, held: &[Piece], (strong, emphasis): (bool, bool), pieces: &mut Vec<Piece>) {
    let plain = |text: &str, pieces: &mut Vec<Piece>| {
        if text.is_empty() {
            return;
        }
        pieces.push(match (strong, emphasis) {
            (true, _) => Piece::Strong(text.into()),
            (_, true) => Piece::Emphasis(text.into()),
            _ => Piece::Text(text.into()),
        });
    };
    let mut parts = words.split(OPEN);
    plain(parts.next().unwrap_or_default(), pieces);
    for part in parts {
        let (number, rest) = part.split_once(CLOSE).unwrap_or((part, ""));
        if let Some(piece) = number.parse::<usize>().ok().and_then(|n| held.get(n)) {
            pieces.push(piece.clone());
        }
        plain(rest, pieces);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(markdown: &str) -> Vec<Block> {
        let figure = ComputedFigure {
            id: "n".into(),
            text: "number".into(),
            printed: "12".into(),
            value: Some(12.0),
            how: "counted".into(),
        };
        blocks(markdown, &[figure], &BTreeMap::from([("a-1", 7)]))
    }

    #[test]
    fn citations_and_figures_stand_in_their_places() {
        let text = |t: &str| Piece::Text(t.into());
        assert_eq!(
            read("There were **{{ n }} of** them [@a-1, p. 2; @b, p. 3].\n\n- *one*\n\n# Then\n"),
            [
                Block {
                    kind: "p",
                    pieces: vec![
                        text("There were "),
                        Piece::Figure("n".into(), "12".into()),
                        Piece::Strong(" of".into()),
                        text(" them "),
                        Piece::Cites(vec![("a-1".into(), 7, "p. 2".into()), ("b".into(), 0, "p. 3".into())]),
                        text("."),
                    ],
                },
                Block { kind: "li", pieces: vec![Piece::Emphasis("one".into())] },
                Block { kind: "h", pieces: vec![text("Then")] },
            ]
        );
    }

    #[test]
    fn markup_of_a_case_is_text_and_a_link_leaves_its_words() {
        let json = serde_json::to_string(&read(
            "see <script>x</script> [a](javascript:x) ![map](https://example.org/m.png)",
        ))
        .unwrap();
        assert!(json.contains("<script>") && json.contains("map"), "{json}");
        assert!(!json.contains("javascript:") && !json.contains("example.org"), "{json}");
    }
}
