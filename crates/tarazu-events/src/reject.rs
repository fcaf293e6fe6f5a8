//! Rows that could not be read, with everything needed to mend them.

use std::path::Path;

use serde::Serialize;

use crate::file::{FileError, write_atomically};

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

/// Write rejects as CSV (`file,line,column,value,reason`), whole or not at all.
///
/// # Errors
/// When the file cannot be written.
pub fn write_rejects(path: &Path, rejects: &[Reject]) -> Result<(), FileError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for reject in rejects {
        writer.serialize(reject).map_err(|e| FileError::encode(path, e))?;
    }
    let bytes = writer.into_inner().map_err(|e| FileError::encode(path, e))?;
    write_atomically(path, &bytes)
}
