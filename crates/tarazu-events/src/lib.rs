//! What happened: the canonical event, the readers of public event datasets, and panels made from them.
//!
//! A file goes in, [`Scan`] finds out what it is from its contents, and every row of it comes out exactly once: as an [`Event`] or as
//! a [`Reject`] that names file, line, column, value and reason. [`read()`] does this for files that fit in memory; `tarazu-store`
//! takes the same chunks on several threads.
//!
//! Invariants:
//! - this crate knows nothing of campaigns, claims or estimates; nothing here depends on another crate of the project;
//! - an event always leads back to the SHA-256 of its file and to the line where its row begins;
//! - parsing happens at the edge: an [`Event`] in hand has valid dates and coordinates;
//! - what a dataset says is kept as given; what it is taken to mean stands beside it and comes from tables in `data/` that a
//!   researcher can correct.
//!
//! A new dataset is one file in `dataset/` with a heading by which it is known and a function that makes an event of a row, and one
//! line in its list.

mod aliases;
mod area;
#[cfg(feature = "arrow")]
pub mod batch;
mod country;
mod country_month;
pub mod crosswalk;
mod dataset;
mod dates;
mod duplicates;
mod error;
mod event;
pub mod file;
mod mapping;
mod options;
mod panel;
mod read;
mod reject;
mod resolve;
mod row;
mod scan;
mod source;
mod successions;
mod survey;
pub mod table;
mod tables;

pub use aliases::Aliases;
pub use area::{AreaLevel, Boundaries};
pub use country::{Countries, CountryCode};
pub use country_month::{
    COUNTRY_MONTH_DATASET, country_month_panel, country_month_release, is_country_month,
};
pub use dataset::{Renewal, kind_keys};
pub use duplicates::{duplicate, superseded, supersedes};
pub use error::ReadError;
pub use event::{Actor, DateInterval, DatePrecision, Deaths, Event, EventType, Place, Text, ViolenceType};
pub use mapping::{FIELDS as MAPPING_FIELDS, Mapping, MappingError};
pub use options::ReadOptions;
pub use panel::{AreaUnit, DateRule, Measure, Measures, Panel, PanelRow, PanelShape, Period, PeriodUnit};
pub use read::{Accounts, Reading, read, read_with};
pub use reject::{Reject, RejectFile, write_rejects};
pub use resolve::{Lookup, Resolved, Resolver};
pub use scan::{Asides, Description, Outcome, Parser, Scan};
pub use source::{CELL_LIMIT, Chunk, Copying, Original, RECORD_LIMIT};
pub use successions::Successions;
pub use tables::Tables;
