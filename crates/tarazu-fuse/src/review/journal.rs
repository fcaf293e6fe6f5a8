//! Judgements in a plain file: one line each, who and when, and no text of any dataset.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use tarazu_events::file::{FileError, write_atomically};

use super::{Drawn, Pairs};
use crate::judgement::{Judgement, ReportId, Verdict};
use crate::output::Line;

/// The columns.
const COLUMNS: [&str; 9] =
    ["dataset_a", "id_a", "dataset_b", "id_b", "verdict", "by", "at", "stratum", "stratum_pairs"];

/// A file of judgements that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The system says no.
    #[error("{path}: cannot be read: {source}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It cannot be written.
    #[error(transparent)]
    Write(#[from] FileError),
    /// A line is no judgement.
    #[error("{path}: line {line}: {reason}", path = path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Where.
        line: u64,
        /// What was found and expected.
        reason: String,
    },
}

/// A judgement with who and when, and where its pair was drawn from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The pair and the verdict.
    pub judgement: Judgement,
    /// Who judged.
    pub by: String,
    /// When, in UTC: `2024-06-22T10:00:00Z`.
    pub at: String,
    /// The stratum, where the pair was drawn at random.
    pub drawn: Option<Drawn>,
}

/// All judgements of a file.
#[derive(Debug, Clone)]
pub struct Journal {
    path: PathBuf,
    /// In the order in which they were made.
    pub entries: Vec<Entry>,
    pairs: Pairs,
}

impl Journal {
    /// Read a file, or begin one where there is none.
    ///
    /// # Errors
    /// [`JournalError`] with the line that is no judgement, or judges a pair again.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let mut journal = Self { path: path.into(), entries: Vec::new(), pairs: Pairs::new() };
        let mut bytes = Vec::new();
        match fs::File::open(path).and_then(|mut f| f.read_to_end(&mut bytes)) {
            Ok(_) => {}
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(journal),
            Err(source) => return Err(JournalError::Read { path: path.into(), source }),
        }
        let fault = |line: u64, reason: String| JournalError::Line { path: path.into(), line, reason };
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let headings = reader.headers().map_err(|e| fault(1, e.to_string()))?;
        if !headings.is_empty() && headings.iter().ne(COLUMNS) {
            let found = headings.iter().collect::<Vec<_>>().join(",");
            return Err(fault(1, format!("expected the heading `{}`, found `{found}`", COLUMNS.join(","))));
        }
        for record in reader.records() {
            let line = |p: Option<&csv::Position>| p.map_or(0, csv::Position::line);
            let record = record.map_err(|e| fault(line(e.position()), e.to_string()))?;
            let at = line(record.position());
            let entry = entry(&record).map_err(|reason| fault(at, reason))?;
            let Judgement { a, b, .. } = &entry.judgement;
            if !journal.pairs.insert(a, b) {
                let reason =
                    format!("the pair {} {} and {} {} is judged twice", a.dataset, a.id, b.dataset, b.id);
                return Err(fault(at, reason));
            }
            journal.entries.push(entry);
        }
        Ok(journal)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a pair was judged, in either order.
    pub fn has(&self, a: &ReportId, b: &ReportId) -> bool {
        self.pairs.has(a, b)
    }

    /// What the model is fed with.
    pub fn judgements(&self) -> Vec<Judgement> {
        self.entries.iter().map(|e| e.judgement.clone()).collect()
    }

    /// Add a judgement and see it onto the disk: afterwards the file holds all judgements or those before.
    ///
    /// # Errors
    /// [`JournalError::Write`]; the judgement is not remembered then.
    pub fn add(&mut self, entry: Entry) -> Result<(), JournalError> {
        self.entries.push(entry);
        let outcome = self.write();
        if outcome.is_err() {
            self.entries.pop();
        } else if let Some(Entry { judgement: Judgement { a, b, .. }, .. }) = self.entries.last() {
            self.pairs.insert(a, b);
        }
        outcome
    }

    fn write(&self) -> Result<(), JournalError> {
        let mut text = format!("{}\n", COLUMNS.join(","));
        for entry in &self.entries {
            let Judgement { a, b, verdict } = &entry.judgement;
            let (stratum, of) = match &entry.drawn {
                Some(drawn) => (drawn.stratum.as_str(), drawn.of.to_string()),
                None => ("", String::new()),
            };
            let mut line = Line::default();
            for cell in
                [&a.dataset, &a.id, &b.dataset, &b.id, word(*verdict), &entry.by, &entry.at, stratum, &of]
            {
                line.text(cell);
            }
            line.end(&mut text);
        }
        Ok(write_atomically(&self.path, text.as_bytes())?)
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Same => "same",
        Verdict::Different => "different",
        Verdict::Unsure => "unsure",
    }
}

fn entry(record: &csv::StringRecord) -> Result<Entry, String> {
    let cell = |at: usize| record.get(at).unwrap_or_default().trim().to_owned();
    let report = |at: usize| ReportId { dataset: cell(at), id: cell(at + 1) };
    let verdict = match cell(4).as_str() {
        "same" => Verdict::Same,
        "different" => Verdict::Different,
        "unsure" => Verdict::Unsure,
        other => return Err(format!("`verdict`: found {other:?}, expected same, different or unsure")),
    };
    let drawn = match cell(7) {
        empty if empty.is_empty() => None,
        stratum => {
            let of = cell(8).parse();
            let of = of.map_err(|_| format!("`stratum_pairs`: found {:?}, expected a number", cell(8)))?;
            Some(Drawn { stratum, of })
        }
    };
    let judgement = Judgement { a: report(0), b: report(2), verdict };
    Ok(Entry { judgement, by: cell(5), at: cell(6), drawn })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(a: &str, b: &str, verdict: Verdict) -> Entry {
        let report = |dataset: &str, id: &str| ReportId { dataset: dataset.into(), id: id.into() };
        let judgement = Judgement { a: report("A, with a comma", a), b: report("B", b), verdict };
        let drawn = Some(Drawn { stratum: "0.5-0.9 joined".into(), of: 12 });
        Entry { judgement, by: "M. Reader".into(), at: "2024-06-22T10:00:00Z".into(), drawn }
    }

    #[test]
    fn what_was_judged_is_read_again_and_never_twice() {
        let path = std::env::temp_dir().join(format!("tarazu-journal-{}.csv", std::process::id()));
        let _ = fs::remove_file(&path);
        let mut journal = Journal::open(&path).unwrap();
        journal.add(entry("1", "2", Verdict::Same)).unwrap();
        journal.add(Entry { drawn: None, ..entry("1", "3", Verdict::Unsure) }).unwrap();
        let again = Journal::open(&path).unwrap();
        assert_eq!(again.entries, journal.entries);
        let Judgement { a, b, .. } = &journal.entries[0].judgement;
        assert!(again.has(b, a), "in either order");
        let mut text = fs::read_to_string(&path).unwrap();
        text.push_str("B,2,\"A, with a comma\",1,different,,,,\n");
        fs::write(&path, text).unwrap();
        let fault = Journal::open(&path).unwrap_err().to_string();
        assert!(fault.contains("line 4") && fault.contains("judged twice"), "{fault}");
        fs::write(&path, format!("{}\nA,1,B,2,maybe,,,,\n", COLUMNS.join(","))).unwrap();
        let fault = Journal::open(&path).unwrap_err().to_string();
        assert!(fault.contains("line 2") && fault.contains("\"maybe\""), "{fault}");
        fs::remove_file(path).unwrap();
    }
}
