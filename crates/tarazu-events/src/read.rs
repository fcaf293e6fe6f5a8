//! One door for every file: find out what it is, read it whole, account for each row.

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::duplicates::{duplicate, superseded, supersedes};
use crate::error::ReadError;
use crate::event::Event;
use crate::file::FileError;
use crate::options::ReadOptions;
use crate::reject::Reject;
use crate::scan::{Outcome, Scan};
use crate::source::Original;

/// How many rows there were and what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Accounts {
    /// Data rows found (heading and HXL tag rows are not data).
    pub read: usize,
    /// Rows that became events.
    pub kept: usize,
    /// Rows in the reject file.
    pub rejected: usize,
    /// Rows that say what an earlier import said already. Always 0 where nothing is stored.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unchanged: usize,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(n: &usize) -> bool {
    *n == 0
}

impl std::fmt::Display for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} rows read = {} kept + {} rejected", self.read, self.kept, self.rejected)?;
        if self.unchanged > 0 { write!(f, " + {} unchanged", self.unchanged) } else { Ok(()) }
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
    pub events: Vec<Event<'static>>,
    /// Rows that did not.
    pub rejects: Vec<Reject>,
    /// Cells of kept rows that were set aside.
    pub remarks: Vec<Reject>,
    /// Rows that were not UTF-8 and were read as Windows-1252.
    pub other_encoding: usize,
    /// Rows that did not become events, wherever they went.
    rejected: usize,
    read: usize,
}

impl Reading {
    /// Events whose published death counts break low ≤ best ≤ high; kept as given.
    pub fn unordered_bounds(&self) -> usize {
        self.events.iter().filter(|e| !e.deaths.bounds_are_ordered()).count()
    }

    /// The accounting identity, from three separate counts.
    pub fn accounts(&self) -> Accounts {
        Accounts { read: self.read, kept: self.events.len(), rejected: self.rejected, unchanged: 0 }
    }
}

/// Takes rows from a reader; sees to it that each is counted once and that no event id comes twice.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    events: Vec<Event<'static>>,
    rejects: Vec<Reject>,
    read: usize,
    /// Where the event of an id stands among `events`.
    seen: HashMap<String, usize>,
    /// Positions of events of which a later revision came.
    superseded: Vec<bool>,
}

impl Collector {
    pub(crate) fn row(&mut self, outcome: Outcome<'_>) {
        self.read += 1;
        match outcome {
            Outcome::Rejected(reject) => self.rejects.push(reject),
            Outcome::Kept(event) => {
                let (id, line) = (event.event_id.clone().into_owned(), event.line);
                let position = self.events.len();
                let former = self.seen.get(&id).and_then(|at| Some((*at, self.events.get(*at)?)));
                match former {
                    Some((at, first)) if supersedes(event.recorded_at, first.recorded_at) => {
                        self.rejects.push(superseded(first.line, &id, line));
                        self.superseded[at] = true;
                    }
                    Some((_, first)) => {
                        self.rejects.push(duplicate(line, &id, first.line));
                        return;
                    }
                    None => {}
                }
                self.seen.insert(id, position);
                self.superseded.push(false);
                self.events.push(event.into_owned());
            }
        }
    }

    /// The events that stand, in file order.
    fn take_events(&mut self) -> Vec<Event<'static>> {
        let mut gone = std::mem::take(&mut self.superseded).into_iter();
        let mut events = std::mem::take(&mut self.events);
        events.retain(|_| !gone.next().unwrap_or(false));
        events
    }
}

/// Read one dataset file whole. The kind is found from the contents.
///
/// # Errors
/// [`ReadError`] where the file as a whole is not a known dataset. A row at fault is never an error: it is a [`Reject`].
pub fn read(path: &Path, options: &ReadOptions) -> Result<Reading, ReadError> {
    let mut rejects = Vec::new();
    let reading = read_with(path, options, &mut |reject| {
        rejects.push(reject);
        Ok(())
    })?;
    Ok(Reading { rejects, ..reading })
}

/// As [`read()`], but hand over each reject as it comes, so that no more than those of one chunk are in memory.
///
/// # Errors
/// As [`read()`], and what `rejected` returns.
pub fn read_with(
    path: &Path,
    options: &ReadOptions,
    rejected: &mut dyn FnMut(Reject) -> Result<(), FileError>,
) -> Result<Reading, ReadError> {
    let (original, sha256) = Original::hash(path)?;
    let mut scan = Scan::open(original, options)?;
    let parser = scan.parser();
    let (mut collector, mut remarks, mut other_encoding) = (Collector::default(), Vec::new(), 0);
    let (name, mut count) = (scan.original().name.clone(), 0);
    let mut hand_over = |rejects: &mut Vec<Reject>| {
        count += rejects.len();
        rejects.drain(..).try_for_each(|reject| rejected(Reject { file: name.clone(), ..reject }))
    };
    while let Some(chunk) = scan.next_chunk()? {
        other_encoding += parser.rows(&chunk, &mut remarks, &mut |row| collector.row(row)).other_encoding;
        hand_over(&mut collector.rejects)?;
    }
    for remark in &mut remarks {
        remark.file.clone_from(&scan.original().name);
    }
    let description = scan.description().clone();
    Ok(Reading {
        dataset: description.dataset,
        version: description.release,
        layout: description.layout,
        sha256,
        events: collector.take_events(),
        rejects: Vec::new(),
        remarks,
        other_encoding,
        rejected: count,
        read: collector.read,
    })
}
