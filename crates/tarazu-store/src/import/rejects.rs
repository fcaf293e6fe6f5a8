//! Rows that did not become events, and cells set aside, as CSV.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tarazu_events::Reject;

use crate::error::StoreError;

/// The file of rejects of one import, made when the first comes.
pub(super) struct Rejects {
    path: PathBuf,
    writer: Option<csv::Writer<File>>,
}

/// A row of the file of rejects.
#[derive(Serialize)]
struct RejectRow<'a> {
    outcome: &'a str,
    file: &'a str,
    line: u64,
    column: &'a str,
    value: &'a str,
    reason: &'a str,
}

impl Rejects {
    pub fn new(path: PathBuf) -> Self {
        Self { path, writer: None }
    }

    pub fn write(&mut self, file: &str, outcome: &str, rejects: Vec<Reject>) -> Result<(), StoreError> {
        let path = &self.path;
        let fail = |e: csv::Error| StoreError::io(path, "cannot be written")(std::io::Error::other(e));
        for Reject { line, column, value, reason, .. } in rejects {
            let writer = match &mut self.writer {
                Some(writer) => writer,
                None => {
                    let made = File::create(path).map_err(StoreError::io(path, "cannot be written"))?;
                    self.writer.insert(csv::Writer::from_writer(made))
                }
            };
            let row = RejectRow { outcome, file, line, column: &column, value: &value, reason: &reason };
            writer.serialize(row).map_err(fail)?;
        }
        Ok(())
    }

    /// See the file onto the disk and give it this name; the name within the store.
    pub fn finish(self, name: &Path) -> Result<Option<String>, StoreError> {
        let Some(writer) = self.writer else { return Ok(None) };
        let fail = |e| StoreError::io(&self.path, "cannot be written")(e);
        let file = writer.into_inner().map_err(|e| fail(e.into_error()))?;
        file.sync_all().and_then(|()| std::fs::rename(&self.path, name)).map_err(fail)?;
        Ok(name.file_name().map(|n| format!("rejects/{}", n.to_string_lossy())))
    }
}
