//! The publication: a case is weighed against its data, and what comes out is written as one page and as plain data.
//!
//! [`weigh()`] takes a sound [`tarazu_ledger::Case`] and its panel and gives a [`Weighing`]: every specification's estimate, the
//! verdict on each intervention, the computed figures of the text and the score of transparency. [`page()`] turns a weighing into
//! one self-contained HTML file, and, where the feature `pdf` is on, `pdf::render` into a PDF; [`write()`] puts page and data into the case's `out/`.
//!
//! Invariants:
//! - nothing is computed while a page is rendered: every number on it stands in the [`Weighing`];
//! - output is a function of case, panel, seed and version: the same input gives the same bytes;
//! - nothing published is finer than a month or names a place finer than a district.

pub mod bundle;
pub mod living;
mod number;
mod output;
mod page;
#[cfg(feature = "pdf")]
pub mod pdf;
mod scaffold;
mod summary;
mod weigh;

pub use number::{grouped, percent, signed_percent};
pub use output::{OutputError, Written, specifications_csv, write, write_file};
pub use page::{estimate_svg, page, specification_curve_svg};
pub use scaffold::{ScaffoldError, scaffold};
pub use summary::{Pan, summary};
pub use weigh::{
    Answer, Change, ComputedFigure, EventsFile, Input, LOG, Meta, PanelSource, Progress, PublishedEdition,
    Question, WeighError, Weighing, check_grid, first_incomplete_month, published_log, weigh,
};
