//! Where events are kept: a store that is atomic and versioned, and that other tools can read.
//!
//! A store is a folder. Its events are a table in the Delta Lake format: Parquet files and a log of numbered JSON files, each of
//! which is one version. Beside it stand the original files by SHA-256 and the rejected rows of every import.
//!
//! ```text
//! STORE/
//!   events/_delta_log/00000000000000000000.json …   one file a version; written whole, never changed
//!   events/*.parquet                                 written once, never changed
//!   originals/<sha256>                               the files as they were imported
//!   rejects/*.csv                                    rows that did not become events, and cells set aside
//!   incidents|links|members/*.parquet                what a fusion made of a version's events; named by the log
//! ```
//!
//! Invariants:
//! - a version appears by one atomic step (a link that fails where the name exists; under the lock a renaming where the file system has
//!   no links), after everything that it names is on the disk: a crash before it leaves the last version, and files that nothing
//!   names, which the next import removes if it holds the lock and their names are those that an import gives;
//! - nothing that any version names is ever changed or removed, so every version can be read again; a log with a gap is an error,
//!   and nothing is removed then;
//! - writers take a lock that the system releases when a process dies. Where the file system has no locks, or the file that is locked
//!   was removed, writers do not wait for each other: the link lets one of them have a version's number and the others fail, none
//!   removes another's files, and a version is not written when a file that it would name is missing or of another size;
//! - *rows read = kept + rejected + unchanged*, for every file.
//!
//! SQL (feature `sql`) is DataFusion over a version's files; nothing else in the project names DataFusion.

mod columns;
mod coverage;
mod derived;
mod encode;
mod error;
mod ids;
mod import;
mod later;
mod lock;
mod log;
mod read;
mod release;
mod renew;
mod repeated;
#[cfg(feature = "sql")]
pub mod sql;
mod store;
mod sweep;
mod table;

pub use arrow_array::RecordBatch;
pub use derived::{DERIVED, Derived, DerivedTable, integers, texts};
pub use encode::parquet_writer;
pub use error::StoreError;
pub use import::{ImportOptions, Imported, Progress, import};
pub use log::{DataFile, FileRecord, Revisions, Snapshot, Version, YearOfRevisions};
pub use store::Store;
pub use table::parquet_table;
