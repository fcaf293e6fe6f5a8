//! The text of a section: Markdown as blocks, with its citations and computed figures.

use std::iter::Peekable;

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};
use tarazu_ledger::text::{Inline, split_inline};

use super::content::{Block, CiteItem, Run, text};
use crate::weigh::Weighing;

/// Characters that no text contains and that Markdown leaves alone: they hold the place of citations and figures while Markdown is read.
const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';

/// The blocks of a Markdown text.
pub(super) fn blocks(weighing: &Weighing, markdown: &str) -> Vec<Block> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    for (_, piece) in split_inline(markdown) {
        let run = match piece {
            Inline::Plain(words) => {
                plain.extend(words.chars().filter(|c| *c != OPEN && *c != CLOSE));
                continue;
            }
            Inline::Figure(name) => weighing
                .figures
                .iter()
                .find(|f| f.id == name)
                .map_or_else(|| text(name), |f| Run::Value { id: f.id.clone(), v: f.printed.clone() }),
            Inline::Citation(cites) => Run::Cite {
                items: cites
                    .into_iter()
                    .map(|(key, locator)| CiteItem { key: key.into(), locator: locator.into() })
                    .collect(),
            },
        };
        plain.push_str(&format!("{OPEN}{}{CLOSE}", pieces.len()));
        pieces.push(run);
    }
    Reading { events: Parser::new(&plain).peekable(), pieces }.flow()
}

struct Reading<'a> {
    events: Peekable<Parser<'a>>,
    pieces: Vec<Run>,
}

impl Reading<'_> {
    /// Blocks up to the end of whatever holds them.
    fn flow(&mut self) -> Vec<Block> {
        let mut blocks = Vec::new();
        while let Some(event) = self.events.peek() {
            match event {
                Event::End(_) => {
                    self.events.next();
                    break;
                }
                Event::Start(tag) if is_block(tag) => {
                    let tag = tag.clone();
                    self.events.next();
                    blocks.extend(self.block(&tag));
                }
                Event::Rule => {
                    self.events.next();
                    blocks.push(Block::Rule);
                }
                // The lines of a tight list stand in no paragraph.
                _ => {
                    let c = self.inline(true);
                    if !c.is_empty() {
                        blocks.push(Block::Para { c });
                    }
                }
            }
        }
        blocks
    }

    fn block(&mut self, tag: &Tag<'_>) -> Vec<Block> {
        match tag {
            Tag::Paragraph => vec![Block::Para { c: self.inline(false) }],
            Tag::Heading { level, .. } => {
                let level = match level {
                    HeadingLevel::H1 | HeadingLevel::H2 => 2,
                    _ => 3,
                };
                vec![Block::Heading { level, c: self.inline(false) }]
            }
            Tag::BlockQuote(_) => vec![Block::Quote { c: self.flow() }],
            Tag::List(start) => {
                let mut items = Vec::new();
                while let Some(Event::Start(Tag::Item)) = self.events.next() {
                    items.push(self.flow());
                }
                vec![Block::List { ordered: start.is_some(), start: start.unwrap_or(1), items }]
            }
            Tag::CodeBlock(_) | Tag::HtmlBlock => {
                let mut v = String::new();
                for event in self.events.by_ref() {
                    match event {
                        Event::End(TagEnd::CodeBlock | TagEnd::HtmlBlock) => break,
                        Event::Text(t) | Event::Html(t) => v.push_str(&t),
                        _ => {}
                    }
                }
                vec![Block::Preformatted {
                    v: v.trim_end().chars().filter(|c| *c != OPEN && *c != CLOSE).collect(),
                }]
            }
            _ => self.flow(),
        }
    }

    /// Runs up to the end of what holds them; of a `loose` line, up to the next block or end, which is left to be read.
    fn inline(&mut self, loose: bool) -> Vec<Run> {
        let mut runs = Vec::new();
        while let Some(event) = self.events.peek() {
            match event {
                Event::End(_) => {
                    if !loose {
                        self.events.next();
                    }
                    break;
                }
                Event::Start(tag) if loose && is_block(tag) => break,
                _ => {}
            }
            let Some(event) = self.events.next() else { break };
            match event {
                Event::Text(t) | Event::Html(t) | Event::InlineHtml(t) => self.words(&t, &mut runs),
                Event::Code(t) => {
                    runs.push(Run::Code { v: t.chars().filter(|c| *c != OPEN && *c != CLOSE).collect() })
                }
                Event::SoftBreak => runs.push(text(" ")),
                Event::HardBreak => runs.push(Run::Break),
                Event::Start(Tag::Strong) => runs.push(Run::Strong { c: self.inline(false) }),
                Event::Start(Tag::Emphasis) => runs.push(Run::Emph { c: self.inline(false) }),
                Event::Start(Tag::Link { dest_url, .. }) => {
                    let c = self.inline(false);
                    let url: String = dest_url.chars().filter(|c| *c != OPEN && *c != CLOSE).collect();
                    let leads = url.starts_with("https://") || url.starts_with("http://");
                    if leads { runs.push(Run::Link { url, c }) } else { runs.extend(c) }
                }
                // An image leaves its description: nothing is fetched.
                Event::Start(_) => runs.extend(self.inline(false)),
                _ => {}
            }
        }
        runs
    }

    /// Words, with the citations and figures that stand among them.
    fn words(&self, words: &str, runs: &mut Vec<Run>) {
        let mut parts = words.split(OPEN);
        let mut plain = |words: &str| {
            if !words.is_empty() {
                runs.push(text(words));
            }
        };
        plain(parts.next().unwrap_or_default());
        let mut found = Vec::new();
        for part in parts {
            let (number, rest) = part.split_once(CLOSE).unwrap_or((part, ""));
            found.push((number.parse::<usize>().ok().and_then(|n| self.pieces.get(n)).cloned(), rest));
        }
        for (piece, rest) in found {
            runs.extend(piece);
            if !rest.is_empty() {
                runs.push(text(rest));
            }
        }
    }
}

fn is_block(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Paragraph
            | Tag::Heading { .. }
            | Tag::BlockQuote(_)
            | Tag::List(_)
            | Tag::Item
            | Tag::CodeBlock(_)
            | Tag::HtmlBlock
    )
}
