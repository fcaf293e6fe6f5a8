//! The publication: a case is weighed against its data, and what comes out is written as one page and as plain data.
//!
//! [`weigh()`] takes a sound [`tarazu_ledger::Case`] and its panel and gives a [`Weighing`]: every specification's estimate, the
//! verdict on each intervention, the computed figures of the text and the score of transparency. [`page()`] turns a weighing into
//! one self-contained HTML file, with the [`charts()`] that it gives, and, where the feature `pdf` is on, `pdf::render` into a PDF; [`write()`] puts page, charts and data into the case's `out/`.
//!
//! Invariants:
//! - nothing is computed while a page is rendered: every number on it stands in the [`Weighing`];
//! - output is a function of case, panel, seed and version: the same input gives the same bytes;
//! - nothing published is finer than a month or names a place finer than a district.

pub mod bundle;
mod chart;
mod geo;
pub mod living;
mod number;
mod output;
mod page;
#[cfg(feature = "pdf")]
pub mod pdf;
mod scaffold;
mod summary;
mod trace;
mod weigh;

pub use chart::{
    Cell, Chart, ChartMetadata, ChartSource, Colour, Column, Drawing, Edition, FONTS, NARROW, PALETTE, Table,
    Theme, WIDE, chart_style, charts, estimate_svg, specification_curve_svg, trace_code,
};
pub use geo::{Area, Boundaries, Compact, DISPUTED_NOTE, GeoError, Names, Topology, compact};
pub use number::{grouped, percent, signed_percent};
pub use output::{OutputError, Written, specifications_csv, write, write_file};
pub use page::page;
pub use scaffold::{ScaffoldError, scaffold};
pub use summary::{Pan, summary};
pub use trace::{
    Found, Place, Trace, TraceData, TraceDocument, TraceError, TraceKind, Traces, look_up, traces,
};
pub use weigh::{
    Answer, AreaKind, AreaRow, AreaTotals, Block, Change, ComputedFigure, Coverage, EventsFile, Expectation,
    ExpectedMonth, Input, LOG, Meta, PanelSource, Progress, PublishedEdition, Question, WeighError, Weighing,
    check_grid, first_incomplete_month, published_log, suppress_small_cells, weigh,
};
