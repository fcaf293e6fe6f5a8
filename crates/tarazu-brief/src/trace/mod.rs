//! From a code back to where it comes from: every chart, computed figure, sentence and entry of an edition, with rows, files, hashes,
//! documents and locators. `weigh` writes them into `out/trace.json`; [`look_up`] finds one there.

mod gather;
mod look_up;

use serde::{Deserialize, Serialize};

pub use gather::traces;
pub use look_up::{Found, TraceError, look_up};

/// What a code stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TraceKind {
    /// A chart or map.
    Chart,
    /// A computed figure.
    Figure,
    /// A sentence of the text.
    Sentence,
    /// An entry of the ledger.
    Entry,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file, within the case folder or its `out/`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// SHA-256 of the whole file.
    pub sha256: String,
}

/// Data behind a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceData {
    /// Dataset with release, or what the rows are.
    pub name: String,
    /// The file that holds the rows, within the case folder or its `out/`.
    pub file: Option<String>,
    /// Its lines: "12–35, 40"; all where there is none.
    pub lines: Option<String>,
    /// SHA-256 of that file, or of the original that the figures were computed from.
    pub sha256: Option<String>,
    /// Who publishes it and what to cite.
    pub attribution: String,
    /// Licence.
    pub licence: String,
    /// How the rows were computed.
    pub computed: String,
}

/// A document behind a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceDocument {
    /// Its key in `documents.bib`.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Where in it.
    pub locator: String,
    /// Its address.
    pub url: Option<String>,
    /// SHA-256 of the copy that was read.
    pub sha256: Option<String>,
    /// Whether it only reports what another said.
    pub secondary: bool,
}

/// One thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// Its code in this edition.
    pub code: String,
    /// What it is.
    pub kind: TraceKind,
    /// Its name: of a chart's files, of a figure, of an entry.
    pub id: String,
    /// What it says.
    pub text: String,
    /// How it came about.
    pub how: Option<String>,
    /// Where it stands.
    pub place: Option<Place>,
    /// Data.
    pub data: Vec<TraceData>,
    /// Documents.
    pub documents: Vec<TraceDocument>,
    /// Computed figures that it uses, by name.
    pub figures: Vec<String>,
}

/// All of an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traces {
    /// The edition.
    pub edition: String,
    /// Version of Tarazu.
    pub version: String,
    /// The day up to which sources were searched.
    pub as_of: String,
    /// Title of the case.
    pub case: String,
    /// The things: charts, figures, sentences, entries.
    pub things: Vec<Trace>,
}

impl Traces {
    /// What a code, however it was typed, or the name of a figure, chart or entry stands for.
    pub fn find(&self, wanted: &str) -> Option<&Trace> {
        let code = normal_code(wanted);
        let by_name = || self.things.iter().filter(|t| t.id == wanted).min_by_key(|t| t.kind);
        self.things.iter().find(|t| t.code == code).or_else(by_name)
    }

    /// The figures that a thing uses, each with its rows.
    pub fn figures_of(&self, thing: &Trace) -> Vec<&Trace> {
        let used = |t: &&Trace| t.kind == TraceKind::Figure && thing.figures.contains(&t.id);
        self.things.iter().filter(used).collect()
    }
}

/// A code as it was meant: letters large, and those that are taken for digits as digits (Crockford's rule).
fn normal_code(wanted: &str) -> String {
    let upper = wanted.trim().to_uppercase();
    match upper.strip_prefix("TZ-") {
        Some(rest) => {
            let digit = |c| match c {
                'O' => '0',
                'I' | 'L' => '1',
                c => c,
            };
            format!("TZ-{}", rest.chars().map(digit).collect::<String>())
        }
        None => upper,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_read_off_a_screenshot_is_forgiven_its_letters() {
        assert_eq!(normal_code(" tz-7fOk-l2 "), "TZ-7F0K-12");
    }
}
