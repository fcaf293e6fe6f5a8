//! Rows that could not be read, with everything needed to mend them.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::file::{FileError, Output};

/// One row that did not become an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// File as the user named it.
    pub file: String,
    /// Line on which the row begins.
    pub line: u64,
    /// Column at fault; empty where the whole row is.
    pub column: String,
    /// What was found, cut to 200 characters.
    pub value: String,
    /// What was expected.
    pub reason: String,
}

impl Reject {
    pub(crate) fn new(line: u64, column: &str, value: &str, reason: impl Into<String>) -> Self {
        let mut value: String = value.chars().take(201).collect();
        if value.chars().count() > 200 {
            value.pop();
            value.push('…');
        }
        Self { file: String::new(), line, column: column.into(), value, reason: reason.into() }
    }
}

/// A file of rejects (`file,line,column,value,reason`), written as they come and made when the first does; under its name when it is
/// whole.
#[derive(Debug)]
pub struct RejectFile {
    path: PathBuf,
    writer: Option<csv::Writer<Output>>,
}

impl RejectFile {
    /// A file that is not there yet.
    pub fn new(path: PathBuf) -> Self {
        Self { path, writer: None }
    }

    /// Add one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&mut self, reject: &Reject) -> Result<(), FileError> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            None => self.writer.insert(csv::Writer::from_writer(Output::create(&self.path)?)),
        };
        writer.serialize(reject).map_err(|e| FileError::encode(&self.path, e))
    }

    /// Finish the file; its path, if there was any reject.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(self) -> Result<Option<PathBuf>, FileError> {
        let Some(writer) = self.writer else { return Ok(None) };
        let output = writer.into_inner().map_err(|e| FileError::write(&self.path, e.into_error()))?;
        output.finish()?;
        Ok(Some(self.path))
    }
}

/// Write rejects as CSV (`file,line,column,value,reason`), whole or not at all.
///
/// # Errors
/// When the file cannot be written.
pub fn write_rejects(path: &Path, rejects: &[Reject]) -> Result<(), FileError> {
    let mut file = RejectFile::new(path.into());
    rejects.iter().try_for_each(|reject| file.write(reject))?;
    file.finish().map(drop)
}
