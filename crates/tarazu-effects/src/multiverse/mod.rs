//! The multiverse: every defensible specification of one question, and what they say together.
//!
//! A [`Grid`] lists the choices; its [`cells`](Grid::cells) are all ways to combine them. A [`Question`] puts a grid to a
//! [`SeriesTable`]; [`Question::run`] estimates every cell or says why it is excluded. [`summary`] and [`by_size`] make the specification
//! curve (Simonsohn, Simmons & Nelson 2020; Steegen et al. 2016), [`explained`] says which choices move it,
//! [`Question::placebo_dates`] and [`Question::placebo_units`] whether it stands out as a whole, and [`curve_verdict`] judges it by a
//! fixed rule.
//!
//! ```
//! use tarazu_effects::{Settings, multiverse::{Grid, Question, Scale, Series, SeriesTable, curve_verdict, summary}};
//!
//! let mut table = SeriesTable::new(Some(12));
//! // Twenty years of months around 20, halved from month 200 on.
//! let values = (0..240).map(|t| f64::from((16 + t * 7 % 9) / if t < 200 { 1 } else { 2 })).collect();
//! table.insert("counts", "here", "events", Series { first: 0, values });
//! let grid = Grid {
//!     dataset: vec!["counts".into()],
//!     outcome: vec!["events".into()],
//!     before: vec![48, 60, 84],
//!     after: vec![12, 24],
//!     start: vec![0, 1],
//!     comparison: vec![tarazu_effects::multiverse::Comparison { name: "none".into(), units: vec![] }],
//!     trend: vec![false, true],
//!     season: vec![0],
//!     scale: vec![Scale::Count],
//!     estimator: vec!["its-nb".into()],
//!     unit: vec![],
//! };
//! let question = Question { grid: &grid, table: &table, treated: "here", start: 200, settings: Settings::default() };
//! let cells = grid.cells();
//! let curve = summary(&question.run(&cells)?);
//! let dates = question.placebo_dates(&cells, 20)?;
//! let verdict = curve_verdict(&curve, dates.as_ref(), 0.95);
//! assert_eq!((curve.estimated, verdict.word.text()), (24, "below expectation"));
//! # Ok::<(), tarazu_effects::EffectsError>(())
//! ```

mod curve;
mod data;
mod explain;
mod grid;
mod joint;
mod method;
mod plan;
mod run;
mod verdict;

pub use curve::{Summary, by_size, estimates, summary};
pub use data::{Series, SeriesTable};
pub use explain::{Explained, explained};
pub use grid::{Comparison, DIMENSION_NAMES, DIMENSIONS, Grid, Levels, Scale};
pub use joint::{JointInference, PlaceboKind};
pub use method::estimators;
pub use plan::{DataPlan, Multiverse, PlaceboPlan, Plan, WithoutData};
pub use run::{CellEstimate, CellResult, Question};
pub use verdict::{CURVE_RULE, CurveVerdict, VerdictWord, curve_verdict};
