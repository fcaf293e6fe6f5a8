//! The content of the PDF as data: runs of text, and blocks made of them. `brief.typ` draws each kind.

use serde::Serialize;
use tarazu_ledger::entry::Citation;

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "k", rename_all = "kebab-case")]
pub(super) enum Run {
    /// Words as they stand.
    Text {
        v: String,
    },
    Strong {
        c: Vec<Run>,
    },
    Emph {
        c: Vec<Run>,
    },
    /// Smaller, and grey.
    Small {
        c: Vec<Run>,
    },
    Code {
        v: String,
    },
    /// To an address of the web.
    Link {
        url: String,
        c: Vec<Run>,
    },
    /// A group of citations.
    Cite {
        items: Vec<CiteItem>,
    },
    /// A computed figure, which leads to its derivation.
    Value {
        id: String,
        v: String,
    },
    Break,
}

/// One document of a group of citations.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct CiteItem {
    pub key: String,
    pub locator: String,
}

/// Something that stands for itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "k", rename_all = "kebab-case")]
pub(super) enum Block {
    Heading {
        level: u8,
        c: Vec<Run>,
    },
    Para {
        c: Vec<Run>,
    },
    /// A remark to the reader, smaller.
    Note {
        c: Vec<Run>,
    },
    /// The answer of a section, larger.
    Headline {
        c: Vec<Run>,
    },
    List {
        ordered: bool,
        start: u64,
        items: Vec<Vec<Block>>,
    },
    Quote {
        c: Vec<Block>,
    },
    Preformatted {
        v: String,
    },
    Rule,
    /// Terms with what they mean.
    Terms {
        items: Vec<(Vec<Run>, Vec<Run>)>,
    },
    Table(Table),
    Figure {
        file: String,
        alt: String,
        caption: Vec<Run>,
        source: Vec<Run>,
    },
    Claims {
        claims: Vec<Claim>,
    },
}

/// A table whose heading repeats on every page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Table {
    pub caption: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

/// One row: its cells, of which the first may head it, and a place that links lead to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Row {
    pub cells: Vec<Vec<Run>>,
    pub label: Option<String>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Column {
    pub head: Vec<Run>,
    /// Share of the width that is left, or 0 for the width of what stands in it.
    pub share: f64,
    pub numbers: bool,
}

/// A claim with every response to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Claim {
    pub claim: Side,
    pub responses: Vec<Side>,
    /// Where there is none: when a response was searched for.
    pub silence: Option<String>,
}

/// What one side said. All sides have this shape, so none can be set larger than another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Side {
    pub who: String,
    /// "claimed, 24 June 2024".
    pub when: String,
    pub voice: Option<String>,
    pub text: String,
    pub quote: Option<String>,
    pub cites: Vec<Run>,
}

/// Words as they stand.
pub(super) fn text(words: impl Into<String>) -> Run {
    Run::Text { v: words.into() }
}

/// A line of words alone.
pub(super) fn line(words: impl Into<String>) -> Vec<Run> {
    vec![text(words)]
}

pub(super) fn strong(words: impl Into<String>) -> Run {
    Run::Strong { c: line(words) }
}

pub(super) fn small(words: impl Into<String>) -> Run {
    Run::Small { c: line(words) }
}

pub(super) fn heading(words: impl Into<String>) -> Block {
    Block::Heading { level: 2, c: line(words) }
}

pub(super) fn para(words: impl Into<String>) -> Block {
    Block::Para { c: line(words) }
}

pub(super) fn note(words: impl Into<String>) -> Block {
    Block::Note { c: line(words) }
}

/// A bulleted list of plain lines.
pub(super) fn bullets(lines: impl IntoIterator<Item = String>) -> Block {
    let items = lines.into_iter().map(|l| vec![para(l)]).collect();
    Block::List { ordered: false, start: 1, items }
}

/// The citations of an entry.
pub(super) fn cites(cites: &[Citation]) -> Run {
    let item = |c: &Citation| {
        let locator = &c.locator.value;
        let locator = if c.secondary { format!("{locator} (reports it)") } else { locator.clone() };
        CiteItem { key: c.document.value.clone(), locator }
    };
    Run::Cite { items: cites.iter().map(item).collect() }
}

/// A column of words, which takes this share of the width.
pub(super) fn words(head: &str, share: f64) -> Column {
    Column { head: line(head), share, numbers: false }
}

/// A column of numbers, as wide as they are.
pub(super) fn numbers(head: &str) -> Column {
    Column { head: line(head), share: 0.0, numbers: true }
}

/// A column of numbers that takes this share of the width.
pub(super) fn wide_numbers(head: &str, share: f64) -> Column {
    Column { head: line(head), share, numbers: true }
}

/// A row that no link leads to.
pub(super) fn row(cells: impl IntoIterator<Item = Vec<Run>>) -> Row {
    Row { cells: cells.into_iter().collect(), label: None }
}
