//! What was promised and claimed: the case folder, its parsing, its checks and its scores.
//!
//! A case is a folder of plain text (TOML, BibLaTeX, Markdown). [`Case::load`] compiles it: either a [`Case`] in which every
//! entry has its documents and locators and every reference leads somewhere, or the list of all its [`Fault`]s, each with file,
//! place, message and help.
//!
//! Invariants:
//! - this crate knows nothing of events, panels or estimates, and nothing here depends on another crate of the project;
//! - a [`Case`] in hand is sound: no entry without a document, no dangling reference, no claim without response status;
//! - scores are computed by fixed rules from what the ledger holds, never typed in, except a commitment's own scores, which
//!   carry their evidence.
//!
//! A new kind of entry is one file in `entry/` with a `read` function, and one line in [`Ledger`]'s definition.

mod bibliography;
mod case;
mod check;
mod date;
pub mod entry;
mod fault;
mod figure;
mod private;
mod responsibility;
mod score;
mod settings;
mod table;
pub mod text;

pub use bibliography::{Document, DocumentKind};
pub use case::{Case, Ledger, LoadError};
pub use date::{LedgerDate, MONTHS, Moment};
pub use fault::{Fault, Source, Span};
pub use figure::{Aggregate, Figure, FigureFormat, FigureSource};
pub use private::{Private, called_after_somebody, private};
pub use score::{Criterion, Grade, TransparencyScore, transparency};
pub use settings::{CaseSettings, EstimateSettings};
pub use table::Text;
