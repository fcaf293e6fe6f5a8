//! What difference did it make: the outcome of one unit over time, an intervention at a known period, and the question how
//! the periods after it differ from what the periods before it led one to expect.
//!
//! The crate knows numbers and nothing of where they come from. A [`Problem`] goes in, an [`Estimate`] comes out: the
//! difference by period, on average, in sum and relative to expectation, each with an interval, with the specification that
//! produced it and what speaks for or against it.
//!
//! ```
//! use tarazu_effects::{Estimator, InterruptedTimeSeries, Problem, Settings};
//!
//! let outcome: Vec<f64> = (0..48).map(|t| if t < 36 { 20.0 } else { 10.0 } + f64::from(t % 5)).collect();
//! let problem = Problem::new(outcome, 36)?;
//! let estimate = InterruptedTimeSeries::default().estimate(&problem, &Settings::default())?;
//! assert!(estimate.difference.relative.high < 0.0);
//! # Ok::<(), tarazu_effects::EffectsError>(())
//! ```
//!
//! Beside the series of one unit stand panels ([`Staggered`]), single events in time ([`SeriesHazard`], [`Hawkes`], which take an
//! [`EventSeries`]) and counts of places ([`DisplacementCounts`], [`Knox`]), each with a result of its own.
//!
//! Five questions put to public data, beside what others found: [`worked_examples`].
//!
//! Invariants:
//! - an interval and its p-value never contradict: both come from one distribution of one quantity;
//! - random numbers come from ChaCha streams keyed by (seed, specification, replicate): neither threads nor order matter;
//! - "difference" always means *difference from expectation*; whether it may be called an effect is for the design to earn.
//!
//! A new estimator is one file that implements [`Estimator`], and one line in [`estimator_by_name`].

mod autoregressive;
mod bsts;
mod calibration;
mod counterfactual;
mod diagnostics;
mod displacement;
mod estimate;
mod event_series;
mod hawkes;
mod hazard;
mod interval;
mod its;
mod linear;
mod meta;
pub mod multiverse;
mod placebo;
mod problem;
mod profile;
mod random;
pub mod simulate;
mod staggered;
mod synthetic;

#[doc = include_str!("docs/worked-examples.md")]
pub mod worked_examples {}

pub use autoregressive::{AutoregressiveSeries, CountVariance};
pub use bsts::{Bsts, Observation, SeasonForm};
pub use diagnostics::{PrePeriodFit, SmallestDetectable, power};
pub use displacement::{
    BeforeAfter, DisplacementCounts, DisplacementSeries, Knox, KnoxCell, KnoxTable, Metric, PlacedEvent,
    Reading, WeightedDifference, WeightedQuotient,
};
pub use estimate::{Diagnostics, Difference, Estimate, Interval, PeriodDifference, Specification};
pub use event_series::{EventSeries, EventSpecification, Intervention};
pub use hawkes::{Hawkes, HawkesFit, PoissonReading, Residuals, Step};
pub use hazard::{
    ChiSquareTest, Control, Cox, CoxInference, HazardFit, HazardRatio, Proportionality, SameDay,
    SeriesHazard, Spell, Ties,
};
pub use its::{Dispersion, InterruptedTimeSeries};
pub use meta::{Funnel, RandomEffects, Study, random_effects};
pub use placebo::{History, PlaceboInTime, estimate_with_placebos};
pub use problem::{EffectsError, Problem, Season, Settings};
pub use staggered::{
    Aggregated, Base, Controls, EventStudy, GroupTime, GroupTimes, Honest, Path, Staggered, StaggeredPanel,
};
pub use synthetic::{
    Form, NestedFit, PlaceboInSpace, PredictorControl, PredictorProblem, Search, SpaceInference, Stopping,
    Synthetic, SyntheticFit,
};

/// An estimator: one way to turn a problem into an estimate.
pub trait Estimator: Send + Sync {
    /// The name used on the command line and in specifications: `its-nb`, `bsts` …
    fn method(&self) -> &'static str;

    /// Estimate the difference.
    ///
    /// # Errors
    /// [`EffectsError`] where the data cannot carry this method: too short, constant, or not counts.
    fn estimate(&self, problem: &Problem, settings: &Settings) -> Result<Estimate, EffectsError>;
}

/// The names that [`estimator_by_name`] knows.
pub const METHODS: [&str; 12] = [
    "its-ar",
    "its-qp",
    "its-nb",
    "its-poisson",
    "bsts",
    "bsts-log",
    "bsts-nb",
    "causal-impact",
    "synthetic-control",
    "augmented",
    "penalised",
    "sdid",
];

/// The estimator with this name in its default form.
pub fn estimator_by_name(name: &str) -> Option<Box<dyn Estimator>> {
    match name {
        "its-nb" => Some(Box::new(InterruptedTimeSeries::default())),
        "its-poisson" => {
            Some(Box::new(InterruptedTimeSeries { dispersion: Dispersion::Poisson, ..Default::default() }))
        }
        "its-ar" => Some(Box::new(AutoregressiveSeries::default())),
        "its-qp" => Some(Box::new(AutoregressiveSeries {
            variance: CountVariance::QuasiPoisson,
            ..AutoregressiveSeries::default()
        })),
        "bsts" => Some(Box::new(Bsts::default())),
        "bsts-log" => Some(Box::new(Bsts::for_counts())),
        "bsts-nb" => Some(Box::new(Bsts::negative_binomial())),
        "causal-impact" => Some(Box::new(Bsts::causal_impact())),
        "synthetic-control" => Some(Box::new(Synthetic::new(Form::Control))),
        "augmented" => Some(Box::new(Synthetic::new(Form::Augmented))),
        "penalised" => Some(Box::new(Synthetic::new(Form::Penalised))),
        "sdid" => Some(Box::new(Synthetic::new(Form::DifferenceInDifferences))),
        _ => None,
    }
}
