//! A file on its way in: what container it is, its identity, and its contents as chunks of whole rows.
//!
//! Nothing here knows a dataset. Memory is bounded whatever the file: a chunk is a few MiB, a record at most
//! [`RECORD_LIMIT`], and a compressed file that inflates beyond reason is refused.

mod container;
mod copy;
mod objects;
mod original;
mod records;
mod split;
mod workbook;

use std::ops::Range;

use csv::StringRecord;

pub(crate) use container::{Contents, member, open};
pub use copy::Copying;
pub(crate) use objects::{Objects, cells, flatten, keys};
pub use original::Original;
pub(crate) use records::{Dialect, Records};
pub(crate) use split::{Piece, Split};
pub(crate) use workbook::Workbook;

/// A record longer than this is taken for a fault of the file: a quote never closed, or no line ends.
pub const RECORD_LIMIT: usize = 16 << 20;

/// A cell longer than this is refused.
pub const CELL_LIMIT: usize = 1 << 20;

/// How much of a file goes to a reader at a time.
pub(crate) const CHUNK: usize = 2 << 20;

/// Some whole rows of a file.
#[derive(Debug)]
pub enum Chunk {
    /// Lines of delimited text; a record may span lines.
    Lines {
        /// The text.
        bytes: Vec<u8>,
        /// Line of the file on which it begins.
        first_line: u64,
        /// Whether the file ends here without a line end: its last row may be cut off.
        cut: bool,
    },
    /// JSON objects, each with its line and its place in the text.
    Objects {
        /// The text.
        bytes: Vec<u8>,
        /// Line and range of each object.
        objects: Vec<(u64, Range<usize>)>,
    },
    /// Rows of a workbook with their numbers.
    Rows(Vec<(u64, StringRecord)>),
    /// One row that has no end.
    Torn {
        /// Line on which it begins.
        line: u64,
        /// How it begins.
        found: String,
        /// What is wrong.
        reason: String,
    },
}
