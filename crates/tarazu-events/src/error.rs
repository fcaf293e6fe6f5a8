//! Why a file as a whole cannot be read.

use crate::file::FileError;
use crate::table::TableError;

/// A file that cannot be read as any dataset that Tarazu knows.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file itself is at fault.
    #[error(transparent)]
    File(#[from] FileError),
    /// A code table is at fault.
    #[error(transparent)]
    Table(#[from] TableError),
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
    #[error("{file}: {at}{reason}", at = if *line == 0 { String::new() } else { format!("line {line}: ") })]
    Structure {
        /// The file.
        file: String,
        /// Where; 0 where the file has no lines.
        line: u64,
        /// What was found and expected.
        reason: String,
    },
}
