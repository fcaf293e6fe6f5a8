//! Tables that are made of a version's events, such as the incidents of a fusion: they appear with a version of their own, whole or
//! not at all, and every earlier one can be read again.
//!
//! They are Parquet files in folders beside `events`, named by `commitInfo` of the log, so that the one step by which a version appears
//! makes all of them appear together.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::{Deserialize, Serialize};
use tarazu_events::file::sha256_hex;

use crate::encode::ParquetFile;
use crate::error::StoreError;
use crate::lock::WriteLock;
use crate::log::{Snapshot, Version, commit_text};
use crate::store::Store;
use crate::sweep::sweep;

/// Names that such tables may have.
pub const DERIVED: [&str; 3] = ["incidents", "links", "members"];

/// Tables made of the events of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derived {
    /// The newest version of the events that they were made of.
    pub of: u64,
    /// What made them, in words.
    pub about: String,
    /// The files, by the name of the table.
    pub tables: BTreeMap<String, DerivedTable>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DerivedTable {
    /// The Parquet file, within the store.
    pub file: String,
    /// Rows.
    pub rows: u64,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of its contents.
    pub sha256: String,
}

impl Snapshot {
    /// The newest version that changed events.
    pub fn events_version(&self) -> Option<u64> {
        self.versions.iter().rev().find(|v| !v.files.is_empty()).map(|v| v.version)
    }

    /// Whether events changed since the derived tables were made.
    pub fn derived_is_stale(&self) -> bool {
        self.derived.as_ref().is_some_and(|d| Some(d.of) != self.events_version())
    }

    /// The names of the datasets, in order.
    pub fn datasets(&self) -> Vec<String> {
        let mut names: Vec<String> = self.files.values().map(|f| f.dataset.clone()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Where a derived table is; `None` where there is none of this name.
    ///
    /// # Errors
    /// [`StoreError::Broken`] where it is missing or not as it was written.
    pub fn derived_path(&self, table: &str) -> Result<Option<PathBuf>, StoreError> {
        let Some(found) = self.derived.as_ref().and_then(|d| d.tables.get(table)) else { return Ok(None) };
        let path = self.store_folder().join(&found.file);
        match fs::metadata(&path) {
            Ok(there) if there.len() == found.size => Ok(Some(path)),
            Ok(there) => {
                let reason = format!(
                    "has {} bytes, expected {}; `tarazu fuse` makes it anew",
                    there.len(),
                    found.size
                );
                Err(StoreError::broken(&path, reason))
            }
            Err(e) => Err(StoreError::io(&path, "cannot be read")(e)),
        }
    }

    /// The rows of a derived table; none where there is no such table.
    ///
    /// # Errors
    /// As [`Snapshot::derived_path`], and where the file cannot be read.
    pub fn derived_rows(&self, table: &str) -> Result<Vec<RecordBatch>, StoreError> {
        match self.derived_path(table)? {
            Some(path) => read(&path),
            None => Ok(Vec::new()),
        }
    }

    /// The events of some datasets, or of all where none is named, in the order of files and rows.
    ///
    /// # Errors
    /// Where a file is missing or cannot be read.
    pub fn events_of(&self, datasets: &[String]) -> Result<Vec<RecordBatch>, StoreError> {
        let mut batches = Vec::new();
        for file in self.files.values().filter(|f| datasets.is_empty() || datasets.contains(&f.dataset)) {
            file.check(&self.folder)?;
            batches.extend(read(&self.folder.join(&file.name))?);
        }
        Ok(batches)
    }

    pub(crate) fn store_folder(&self) -> PathBuf {
        self.folder.parent().unwrap_or(&self.folder).to_owned()
    }
}

/// A column of 32-bit integers, row by row; nothing where there is no such column.
pub fn integers(batch: &RecordBatch, column: &str) -> Vec<Option<i32>> {
    let found = batch.column_by_name(column).and_then(|c| c.as_primitive_opt::<Int32Type>());
    (0..batch.num_rows()).map(|row| found.filter(|c| c.is_valid(row)).map(|c| c.value(row))).collect()
}

/// A column of texts, row by row; nothing where there is no such column.
pub fn texts(batch: &RecordBatch, column: &str) -> Vec<Option<String>> {
    let found = batch.column_by_name(column).and_then(|c| c.as_string_opt::<i32>());
    let value = |row: usize| found.filter(|c| c.is_valid(row)).map(|c| c.value(row).to_owned());
    (0..batch.num_rows()).map(value).collect()
}

fn read(path: &std::path::Path) -> Result<Vec<RecordBatch>, StoreError> {
    let file = File::open(path).map_err(StoreError::io(path, "cannot be read"))?;
    let broken = |e: &dyn std::fmt::Display| StoreError::broken(path, e);
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).and_then(|b| b.build());
    reader.map_err(|e| broken(&e))?.collect::<Result<_, _>>().map_err(|e| broken(&e))
}

/// The columns of a derived table.
#[cfg(feature = "sql")]
pub(crate) fn derived_schema(path: &std::path::Path) -> Result<arrow_schema::SchemaRef, StoreError> {
    let file = File::open(path).map_err(StoreError::io(path, "cannot be read"))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| StoreError::broken(path, e))?;
    // Without the metadata that Arrow keeps in a file, which a scan leaves out.
    let fields = builder.schema().fields().clone();
    Ok(std::sync::Arc::new(arrow_schema::Schema::new(fields)))
}

impl Store {
    /// Keep tables made of a snapshot's events as a new version; the number of the version that holds them. Where the newest version
    /// holds the very same tables already, nothing changes.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where events changed since the snapshot was taken; otherwise as an import. The store is as it was then.
    pub fn derive(
        &self,
        snapshot: &Snapshot,
        tables: &[(&str, RecordBatch)],
        about: &str,
        waiting: &dyn Fn(),
    ) -> Result<u64, StoreError> {
        let lock = WriteLock::take(self, waiting)?;
        let mut made = Vec::new();
        let outcome = self.derive_locked(snapshot, tables, about, &lock, &mut made);
        if !matches!(outcome, Ok((_, true))) {
            for path in &made {
                let _ = fs::remove_file(path);
            }
        }
        outcome.map(|o| o.0)
    }

    /// The version, and whether the files that were made are named by it.
    fn derive_locked(
        &self,
        snapshot: &Snapshot,
        tables: &[(&str, RecordBatch)],
        about: &str,
        lock: &WriteLock,
        made: &mut Vec<PathBuf>,
    ) -> Result<(u64, bool), StoreError> {
        let newest = self.snapshot(None)?;
        let (Some(of), true) = (newest.events_version(), newest.files == snapshot.files) else {
            return Err(StoreError::Conflict { version: newest.next() });
        };
        sweep(self, &newest, lock)?;
        let number = newest.next();
        let mut derived = Derived { of, about: about.into(), tables: BTreeMap::new() };
        for (table, rows) in tables {
            let folder = self.folder().join(table);
            fs::create_dir_all(&folder).map_err(StoreError::io(&folder, "cannot be made"))?;
            let name = format!("{table}-v{number}-{}.parquet", lock.token);
            let path = folder.join(&name);
            made.push(path.clone());
            let mut file = ParquetFile::create(&path, rows.schema())?;
            if rows.num_rows() > 0 {
                let group = file.group(vec![rows.clone()])?;
                file.append(group.encode().map_err(|e| StoreError::broken(&path, e))?)?;
            }
            let (rows, size) = file.finish()?;
            let contents = fs::read(&path).map_err(StoreError::io(&path, "cannot be read"))?;
            let written =
                DerivedTable { file: format!("{table}/{name}"), rows, size, sha256: sha256_hex(&contents) };
            derived.tables.insert((*table).to_owned(), written);
        }
        let prints = |d: &Derived| -> Vec<(String, String)> {
            d.tables.iter().map(|(name, t)| (name.clone(), t.sha256.clone())).collect()
        };
        if let (Some(former), Some(last)) = (&newest.derived, newest.versions.last())
            && former.of == of
            && prints(former) == prints(&derived)
        {
            return Ok((last.version, false));
        }
        let now = jiff::Timestamp::now();
        let version = Version {
            version: number,
            written: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            program: concat!("tarazu ", env!("CARGO_PKG_VERSION")).into(),
            files: Vec::new(),
            events: newest.events(),
            derived: Some(derived),
        };
        let text = commit_text(&version, now.as_millisecond(), &[], &[], newest.table.as_ref());
        let text = text.map_err(|e| StoreError::broken(self.folder(), e))?;
        self.sync_folders()?;
        let committed = self.commit(lock, number, &text);
        // The version is there, so what it names stays, even if the disk did not confirm the folder.
        if self.version_path(number).exists() && !matches!(committed, Err(StoreError::Conflict { .. })) {
            made.clear();
        }
        committed?;
        Ok((number, true))
    }
}
