//! Which events are the same incident.
//!
//! Reports of one or several datasets go in, [`fuse()`] compares those that are near each other in place and time, learns without labels
//! what agreement and disagreement mean (Fellegi & Sunter 1969), lets rival pairs compete, and answers with a probability for every
//! link, with incidents, and with plausible alternatives ([`Fusion::draw`]).
//!
//! Invariants:
//! - the answer depends neither on the order of datasets and rows nor on the number of threads;
//! - there is no process-wide state: a fusion knows its reports, settings and judgements;
//! - a link that a rule forbids is never made, and every report is a member of exactly one incident;
//! - what a person judged the same or different stays so.
//!
//! The model is described in `docs/fuse-model.md`.

mod batch;
mod block;
mod capture;
mod cluster;
mod compare;
mod count;
mod crowd;
mod draw;
mod error;
pub mod evaluate;
mod explain;
mod exponential;
mod fuse;
mod fusion;
mod identity;
mod judgement;
mod learn;
mod matching;
mod model;
mod names;
pub mod output;
mod pair;
mod partition;
mod prepare;
mod radix;
mod reconcile;
mod reports;
pub mod review;
mod settings;
pub mod simulate;
mod tables;
mod text;
mod tolls;
mod weigh;

pub use capture::CaptureRecapture;
pub use error::FuseError;
pub use explain::{Step, Waterfall};
pub use fuse::fuse;
pub use fusion::{Blocking, Fusion, Incidents, Interval, Link, Share};
pub use identity::{Former, Identities, Merge, Split, identify};
pub use judgement::{Judgement, ReportId, Verdict};
pub use model::{Comparison, Level, Model, PairModel};
pub use reconcile::{Reconciled, reconcile};
pub use reports::{ActorName, Report, Reports};
pub use settings::{BlockingSettings, CannotLink, ComparisonSettings, DatasetRules, Settings};
pub use text::Texts;
pub use tolls::{TollDisagreement, WIDEST, toll_disagreements};
