//! One door for every file: find out what it is, read it, account for each row.

use std::collections::HashMap;
use std::path::Path;

use serde::Serialize;

use crate::event::Event;
use crate::file::{FileError, SourceFile};
use crate::ged;
use crate::reject::Reject;

/// What the user knows and the file may not say.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// Dataset name, in place of the detected one.
    pub dataset: Option<String>,
    /// Release, in place of the one found in the file's name.
    pub version: Option<String>,
}

/// A file that cannot be read as any dataset that Tarazu knows.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file itself is at fault.
    #[error(transparent)]
    File(#[from] FileError),
    /// The contents are of no known kind.
    #[error("{file}: line 1: not a dataset that Tarazu reads: found {found}, expected {expected}")]
    Unknown {
        /// The file.
        file: String,
        /// What stands at its beginning.
        found: String,
        /// What was looked for.
        expected: String,
    },
    /// A column without which no row can be read is missing.
    #[error("{file}: line 1: column `{column}` is missing{suggestion}")]
    MissingColumn {
        /// The file.
        file: String,
        /// The column's name in the codebook.
        column: String,
        /// "; did you mean …" or nothing.
        suggestion: String,
    },
    /// The structure as a whole is broken.
    #[error("{file}: line {line}: {reason}")]
    Structure {
        /// The file.
        file: String,
        /// Where.
        line: u64,
        /// What was found and expected.
        reason: String,
    },
}

/// How many rows there were and what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Accounts {
    /// Data rows found (heading and HXL tag rows are not data).
    pub read: usize,
    /// Rows that became events.
    pub kept: usize,
    /// Rows in the reject file.
    pub rejected: usize,
}

impl std::fmt::Display for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} rows read = {} kept + {} rejected", self.read, self.kept, self.rejected)
    }
}

/// Everything that came out of one file.
#[derive(Debug)]
pub struct Reading {
    /// Dataset name.
    pub dataset: String,
    /// Release, or `unknown`.
    pub version: String,
    /// The layout in words: columns, tags, format.
    pub layout: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Rows that became events, in file order.
    pub events: Vec<Event>,
    /// Rows that did not.
    pub rejects: Vec<Reject>,
    read: usize,
}

impl Reading {
    /// Events whose published death counts break low ≤ best ≤ high; kept as given.
    pub fn unordered_bounds(&self) -> usize {
        self.events.iter().filter(|e| !e.deaths.bounds_are_ordered()).count()
    }

    /// The accounting identity, from three separate counts.
    pub fn accounts(&self) -> Accounts {
        Accounts { read: self.read, kept: self.events.len(), rejected: self.rejects.len() }
    }
}

/// Takes rows from a reader; sees to it that each is counted once and that no event id comes twice.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    events: Vec<Event>,
    rejects: Vec<Reject>,
    read: usize,
    seen: HashMap<String, u64>,
}

impl Collector {
    pub(crate) fn row(&mut self, outcome: Result<Event, Reject>) {
        self.read += 1;
        match outcome {
            Err(reject) => self.rejects.push(reject),
            Ok(event) => {
                let (id, line) = (event.identity.event_id.clone(), event.identity.line);
                match self.seen.get(&id) {
                    Some(first) => {
                        let reason = format!("expected each event id once; it stands first on line {first}");
                        self.rejects.push(Reject::new("", line, "id", &id, reason));
                    }
                    None => {
                        self.seen.insert(id, line);
                        self.events.push(event);
                    }
                }
            }
        }
    }
}

/// Read one dataset file. The kind is found from the contents.
///
/// # Errors
/// [`ReadError`] where the file as a whole is not a known dataset. A row at fault is never an error: it is a [`Reject`].
pub fn read(path: &Path, options: &ReadOptions) -> Result<Reading, ReadError> {
    let file = SourceFile::open(path)?;
    let mut collector = Collector::default();
    let description = ged::read(&file, options, &mut collector)?;
    let name = file.name();
    for reject in &mut collector.rejects {
        reject.file.clone_from(&name);
    }
    Ok(Reading {
        dataset: description.dataset,
        version: description.version,
        layout: description.layout,
        sha256: file.sha256,
        events: collector.events,
        rejects: collector.rejects,
        read: collector.read,
    })
}
