//! What happened: the canonical event, the readers of public event datasets, and panels made from them.
//!
//! A file goes in, [`read`] finds out what it is, and every row of it comes out exactly once: as an [`Event`] or as a
//! [`Reject`] that names file, line, column, value and reason. [`Reading::accounts`] states the identity
//! *rows read = rows kept + rows rejected*, and callers print it.
//!
//! Invariants:
//! - this crate knows nothing of campaigns, claims or estimates; nothing here depends on another crate of the project;
//! - an event always leads back to the SHA-256 of its file and to the line where its row begins;
//! - parsing happens at the edge: an [`Event`] in hand has valid dates and coordinates.
//!
//! A new dataset is one file with one function that hands every row to the collector, as `ged` does, and one line in
//! [`read()`].

mod country_month;
mod event;
pub mod file;
mod ged;
mod panel;
mod read;
mod reject;
pub mod table;

pub use country_month::{COUNTRY_MONTH_DATASET, country_month_panel, is_country_month};
pub use event::{
    Actor, DateInterval, DatePrecision, Deaths, Event, Identity, Place, PlacePrecision, ViolenceType,
};
pub use panel::{AreaUnit, DateRule, Measure, Measures, Panel, PanelRow, PanelShape, Period, PeriodUnit};
pub use read::{Accounts, ReadError, ReadOptions, Reading, read};
pub use reject::{Reject, write_rejects};
