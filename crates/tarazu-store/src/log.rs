//! The log of versions, in the Delta Lake transaction protocol (reader version 1, writer version 2): the actions `protocol`,
//! `metaData`, `add`, `remove` and `commitInfo`, one JSON object a line.
//!
//! Source: *Delta Transaction Log Protocol*, delta-io/delta, `PROTOCOL.md`. What the project needs beyond it stands in `commitInfo`,
//! which the protocol leaves free, and in the `tags` of files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tarazu_events::Accounts;
use tarazu_events::batch::{COLUMNS, Kind};

use crate::derived::Derived;
use crate::error::StoreError;

/// A Parquet file of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// Name within the folder of events.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Events in it.
    pub rows: u64,
    /// Dataset.
    pub dataset: String,
    /// Release.
    pub release: String,
    /// SHA-256 of the file that its events were read from.
    pub file_sha256: String,
    /// What else the reading depended on.
    pub fingerprint: String,
}

impl DataFile {
    /// Make sure that the file is there with the size that it was written with.
    pub(crate) fn check(&self, folder: &Path) -> Result<(), StoreError> {
        let path = folder.join(&self.name);
        let came_from = &self.file_sha256;
        match std::fs::metadata(&path) {
            Ok(found) if found.len() == self.size => Ok(()),
            Ok(found) => {
                let reason = format!(
                    "has {} bytes, expected {}; its events were read from `originals/{came_from}`",
                    found.len(),
                    self.size
                );
                Err(StoreError::broken(&path, reason))
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let reason = format!(
                    "is missing, and the store names it; its events were read from `originals/{came_from}`"
                );
                Err(StoreError::broken(&path, reason))
            }
            Err(e) => Err(StoreError::io(&path, "cannot be read")(e)),
        }
    }
}

/// What a newer release changed, in one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct YearOfRevisions {
    /// Events that the older release lacks.
    pub added: u64,
    /// Deaths (best estimate) in added events, as far as they are known.
    pub added_deaths: i64,
    /// Added events whose toll is not known.
    #[serde(default)]
    pub added_unknown: u64,
    /// Events that the newer release lacks.
    pub removed: u64,
    /// Deaths in removed events, as far as they are known.
    pub removed_deaths: i64,
    /// Removed events whose toll is not known.
    #[serde(default)]
    pub removed_unknown: u64,
    /// Events whose toll was revised upwards.
    pub revised_up: u64,
    /// By how much, in all.
    pub deaths_up: i64,
    /// Events whose toll was revised downwards.
    pub revised_down: u64,
    /// By how much, in all.
    pub deaths_down: i64,
    /// Events whose toll was not known and now is.
    #[serde(default)]
    pub became_known: u64,
    /// Events whose toll was known and no longer is.
    #[serde(default)]
    pub became_unknown: u64,
    /// Events revised in anything but the toll.
    pub revised_otherwise: u64,
}

impl YearOfRevisions {
    /// Events revised in any way.
    pub fn revised(&self) -> u64 {
        self.revised_up + self.revised_down + self.became_known + self.became_unknown + self.revised_otherwise
    }
}

/// The vintage report: what a newer file changed of an older one, by the year of the event.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Revisions {
    /// The releases that were replaced.
    pub replaced: BTreeSet<String>,
    /// By year.
    pub years: BTreeMap<i32, YearOfRevisions>,
    /// Identifiers of events added, removed and revised: at most [`Revisions::LISTED`] of each.
    pub added: Vec<String>,
    /// As `added`.
    pub removed: Vec<String>,
    /// As `added`.
    pub revised: Vec<String>,
}

impl Revisions {
    /// How many event ids are listed of each kind; the store has them all, in its versions.
    pub const LISTED: usize = 1000;

    /// The sums over the years.
    pub fn total(&self) -> YearOfRevisions {
        let mut sum = YearOfRevisions::default();
        for y in self.years.values() {
            sum.added += y.added;
            sum.added_deaths += y.added_deaths;
            sum.added_unknown += y.added_unknown;
            sum.removed += y.removed;
            sum.removed_deaths += y.removed_deaths;
            sum.removed_unknown += y.removed_unknown;
            sum.revised_up += y.revised_up;
            sum.deaths_up += y.deaths_up;
            sum.revised_down += y.revised_down;
            sum.deaths_down += y.deaths_down;
            sum.became_known += y.became_known;
            sum.became_unknown += y.became_unknown;
            sum.revised_otherwise += y.revised_otherwise;
        }
        sum
    }
}

/// What became of one imported file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// As the user named it.
    pub file: String,
    /// SHA-256 of its contents.
    pub sha256: String,
    /// Its length in bytes.
    pub length: u64,
    /// Dataset.
    pub dataset: String,
    /// Release.
    pub release: String,
    /// The layout in words.
    pub layout: String,
    /// What else the reading depended on: version of the reader, tables, mapping, boundaries.
    pub fingerprint: String,
    /// Rows read, kept, rejected, unchanged.
    pub accounts: Accounts,
    /// Cells of kept rows that were set aside.
    pub remarks: u64,
    /// Rows that were not UTF-8 and were read as Windows-1252.
    pub other_encoding: u64,
    /// Kept rows whose low, best and high are not in order.
    pub unordered_bounds: u64,
    /// The file of rejects, within the store; of a known file, the import that read it has it.
    pub rejects: Option<String>,
    /// Whether the file had been imported before in the same way, so that nothing was done.
    pub known: bool,
    /// Whether its events have given way since then, all or some, to those of later files.
    #[serde(default)]
    pub superseded: bool,
    /// What it changed of an older release.
    pub revisions: Option<Revisions>,
}

/// One version of the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// Its number, from 0.
    pub version: u64,
    /// When it was written, in UTC.
    pub written: String,
    /// The program that wrote it.
    pub program: String,
    /// The files whose import made it.
    pub files: Vec<FileRecord>,
    /// Events in the store from then on.
    pub events: u64,
    /// Tables made of them, where this version brought any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub derived: Option<Derived>,
}

/// A version with everything that it holds.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The folder of events.
    pub folder: PathBuf,
    /// All versions up to this one.
    pub versions: Vec<Version>,
    /// The Parquet files of this one, by name.
    pub files: BTreeMap<String, DataFile>,
    /// The tables that were last made of its events.
    pub derived: Option<Derived>,
    /// The table's `metaData`, with the columns that the last writer knew.
    pub(crate) table: Option<Value>,
}

impl Snapshot {
    pub(crate) fn empty(folder: PathBuf) -> Self {
        Self { folder, versions: Vec::new(), files: BTreeMap::new(), derived: None, table: None }
    }

    /// The number of the version that would come next.
    pub fn next(&self) -> u64 {
        self.versions.last().map_or(0, |v| v.version + 1)
    }

    /// Events in this version.
    pub fn events(&self) -> u64 {
        self.files.values().map(|f| f.rows).sum()
    }

    /// The Parquet files with their folder.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.files.keys().map(|name| self.folder.join(name)).collect()
    }

    /// Every import so far, oldest first.
    pub fn imports(&self) -> impl DoubleEndedIterator<Item = &FileRecord> {
        self.versions.iter().flat_map(|v| &v.files)
    }

    /// Apply one file of the log.
    pub(crate) fn apply(&mut self, path: &Path, number: u64, text: &str) -> Result<(), StoreError> {
        let mut version = None;
        for line in text.lines().filter(|l| !l.trim().is_empty()) {
            let action: Value = serde_json::from_str(line).map_err(|e| StoreError::broken(path, e))?;
            if let Some(add) = action.get("add") {
                let file = data_file(add)
                    .ok_or_else(|| StoreError::broken(path, "an `add` action lacks its tags"))?;
                self.files.insert(file.name.clone(), file);
            } else if let Some(remove) = action.get("remove") {
                if let Some(name) = remove.get("path").and_then(Value::as_str) {
                    self.files.remove(name);
                }
            } else if let Some(info) = action.get("commitInfo").and_then(|i| i.get("tarazu")) {
                let found = Version::deserialize(info).map_err(|e| StoreError::broken(path, e))?;
                version = Some(found);
            } else if let Some(table) = action.get("metaData") {
                self.table = Some(table.clone());
            } else if let Some(protocol) = action.get("protocol") {
                let reader = protocol.get("minReaderVersion").and_then(Value::as_u64).unwrap_or(1);
                if reader > 1 {
                    let reason = format!("needs a Delta reader of version {reader}; this program has 1");
                    return Err(StoreError::broken(path, reason));
                }
            }
        }
        match version {
            Some(version) if version.version == number => {
                if version.derived.is_some() {
                    self.derived.clone_from(&version.derived);
                }
                self.versions.push(version);
                Ok(())
            }
            _ => {
                Err(StoreError::broken(path, "not a version that Tarazu wrote: its `commitInfo` is missing"))
            }
        }
    }
}

fn data_file(add: &Value) -> Option<DataFile> {
    let tags = add.get("tags")?;
    let tag = |name: &str| tags.get(name).and_then(Value::as_str).map(str::to_owned);
    let stats: Value = serde_json::from_str(add.get("stats")?.as_str()?).ok()?;
    Some(DataFile {
        name: add.get("path")?.as_str()?.to_owned(),
        size: add.get("size")?.as_u64()?,
        rows: stats.get("numRecords")?.as_u64()?,
        dataset: tag("dataset")?,
        release: tag("release")?,
        file_sha256: tag("file_sha256")?,
        fingerprint: tag("fingerprint")?,
    })
}

/// A version as the lines of a log file.
pub(crate) fn commit_text(
    version: &Version,
    milliseconds: i64,
    added: &[&DataFile],
    removed: &[&str],
    table: Option<&Value>,
) -> Result<String, serde_json::Error> {
    let mut actions = Vec::new();
    actions.push(json!({ "commitInfo": {
        "timestamp": milliseconds,
        "operation": "WRITE",
        "operationParameters": { "mode": "Append" },
        "engineInfo": version.program,
        "tarazu": version,
    } }));
    if version.version == 0 {
        actions.push(json!({ "protocol": { "minReaderVersion": 1, "minWriterVersion": 2 } }));
        actions.push(json!({ "metaData": {
            "id": table_id(version),
            "name": "events",
            "description": "Events of public conflict datasets, gathered by Tarazu",
            "format": { "provider": "parquet", "options": {} },
            "schemaString": serde_json::to_string(&schema())?,
            "partitionColumns": [],
            "configuration": {},
            "createdTime": milliseconds,
        } }));
    } else if let Some(table) = table {
        // A column that came later must stand in the table's schema before a file has it; in older files it is missing.
        let columns = serde_json::to_string(&schema())?;
        if table.get("schemaString").and_then(Value::as_str) != Some(&columns) {
            let mut table = table.clone();
            if let Some(fields) = table.as_object_mut() {
                fields.insert("schemaString".into(), columns.into());
            }
            actions.push(json!({ "metaData": table }));
        }
    }
    for name in removed {
        actions.push(
            json!({ "remove": { "path": name, "deletionTimestamp": milliseconds, "dataChange": true } }),
        );
    }
    for file in added {
        actions.push(json!({ "add": {
            "path": file.name,
            "partitionValues": {},
            "size": file.size,
            "modificationTime": milliseconds,
            "dataChange": true,
            "stats": json!({ "numRecords": file.rows }).to_string(),
            "tags": {
                "dataset": file.dataset,
                "release": file.release,
                "file_sha256": file.file_sha256,
                "fingerprint": file.fingerprint,
            },
        } }));
    }
    let mut text = String::new();
    for action in actions {
        text.push_str(&serde_json::to_string(&action)?);
        text.push('\n');
    }
    Ok(text)
}

/// An identifier in the form of a UUID, from the first file imported.
fn table_id(version: &Version) -> String {
    let digits = version.files.first().map_or_else(|| "0".repeat(64), |f| f.sha256.clone());
    format!(
        "{}-{}-4{}-8{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[13..16],
        &digits[17..20],
        &digits[20..32]
    )
}

/// The events' columns as Delta writes schemas.
fn schema() -> Value {
    let fields: Vec<Value> = COLUMNS
        .iter()
        .map(|c| {
            let kind = match c.kind {
                Kind::Text => "string",
                Kind::Int => "integer",
                Kind::Long => "long",
                Kind::Real => "double",
                Kind::Day => "date",
                Kind::Truth => "boolean",
                Kind::Moment => "timestamp",
            };
            json!({ "name": c.name, "type": kind, "nullable": c.nullable, "metadata": { "comment": c.meaning } })
        })
        .collect();
    json!({ "type": "struct", "fields": fields })
}
