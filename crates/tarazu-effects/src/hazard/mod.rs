//! Hazard of the next event: the Cox model in counting-process form (Andersen & Gill 1982, Ann. Statist. 10:1100), and its use on a
//! series of events.
//!
//! The *series hazard model* (Dugan, LaFree & Piquero 2005, Criminology 43:1031; LaFree, Dugan & Korte 2009, Criminology 47:17;
//! Dugan 2011, J. Quant. Criminol. 27:379) takes the times between events for durations and an intervention for a covariate that
//! changes on its day. A hazard ratio of 0.7 says that at the same time after the last event the next one is 30% less likely to come.
//!
//! ```
//! use tarazu_effects::{EventSeries, SeriesHazard, Settings};
//!
//! // Every fourth day before day 200, every eighth after it, now and then a day later.
//! let days = (0..50).map(|i| 4 * i + i % 3).chain((0..25).map(|i| 200 + 8 * i + i % 2)).map(f64::from).collect();
//! let series = EventSeries::new(days, 0.0, 400.0)?.with_intervention("operation", 200.0, None)?;
//! let fit = SeriesHazard::default().fit(&series, &Settings::default())?;
//! assert!(fit.coefficient("operation").is_some_and(|c| c.ratio.high < 1.0));
//! # Ok::<(), tarazu_effects::EffectsError>(())
//! ```

mod fit;
mod partial;
mod proportional;
mod series;

use serde::Serialize;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::estimate::{Difference, Interval};
use crate::event_series::{EventSeries, EventSpecification, Intervention};

pub use series::{Control, SameDay, SeriesHazard};

/// Time at risk under constant covariates, ended by an event or not: the interval (`start`, `stop`].
#[derive(Debug, Clone, PartialEq)]
pub struct Spell {
    /// Where it begins, exclusive.
    pub start: f64,
    /// Where it ends, inclusive.
    pub stop: f64,
    /// Whether it ends with an event.
    pub event: bool,
    /// Covariates in force, one value per name.
    pub covariates: Vec<f64>,
    /// Spells of one cluster may depend on one another: the robust error allows for it.
    pub cluster: usize,
}

/// What to do with events at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum Ties {
    /// Efron 1977 (J. Amer. Statist. Assoc. 72:557): close to the exact likelihood.
    #[default]
    Efron,
    /// Breslow 1974 (Biometrics 30:89).
    Breslow,
}

/// Where interval and p of a coefficient come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum CoxInference {
    /// The profile partial likelihood ratio, referred to χ² with one degree of freedom.
    #[default]
    Likelihood,
    /// The normal distribution with the model's error.
    Wald,
    /// Student's t, degrees one less than clusters, with the error of Lin & Wei 1989 (J. Amer. Statist. Assoc. 84:1074) by cluster.
    Robust,
}

/// A Cox model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Cox {
    /// Ties.
    pub ties: Ties,
    /// Intervals and p-values.
    pub inference: CoxInference,
}

/// One covariate's part in the hazard.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HazardRatio {
    /// The covariate.
    pub name: String,
    /// Hazard with one unit more over hazard without.
    pub ratio: Interval,
    /// Its logarithm. An end is infinite where the likelihood does not bound it.
    pub log: Interval,
    /// Two-sided; below `1 − level` exactly when the interval of the ratio leaves out 1.
    pub p: f64,
    /// Standard error of the logarithm by the observed information.
    pub model_error: f64,
    /// Standard error of the logarithm by clusters.
    pub robust_error: f64,
}

/// A test on χ².
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ChiSquareTest {
    /// The statistic.
    pub statistic: f64,
    /// Degrees of freedom.
    pub degrees: usize,
    /// Probability of a larger one.
    pub p: f64,
}

/// Test of proportional hazards: the score test for adding covariate × g(time), g = 1 − Kaplan–Meier (Grambsch & Therneau 1994,
/// Biometrika 81:515, without their approximation of a constant variance over the risk sets; `cox.zph` of R's survival ≥ 3 does the same).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proportionality {
    /// Covariate by covariate.
    pub by_covariate: Vec<(String, ChiSquareTest)>,
    /// All at once.
    pub global: ChiSquareTest,
}

/// A fitted Cox model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HazardFit {
    /// What was done.
    pub specification: EventSpecification,
    /// The answer, covariate by covariate.
    pub coefficients: Vec<HazardRatio>,
    /// Log partial likelihood with all coefficients 0, and at the maximum.
    pub log_likelihood: (f64, f64),
    /// Likelihood ratio test that all coefficients are 0.
    pub likelihood_ratio: ChiSquareTest,
    /// Test of proportional hazards; `None` where the times are too few for it.
    pub proportionality: Option<Proportionality>,
    /// Martingale residual of each spell.
    #[serde(skip)]
    pub martingale: Vec<f64>,
    /// Of a series: correlation of the residuals of gaps next to one another, and p of the portmanteau test of Ljung & Box 1978
    /// (Biometrika 65:297) over the first lags: where it is small, one gap tells of those to come.
    pub serial_correlation: Option<(f64, f64)>,
    /// What a reader must know before relying on it.
    pub warnings: Vec<String>,
    /// Version of this crate.
    pub version: &'static str,
}

impl HazardRatio {
    /// The ratio as differences from what the days on which its intervention was in force would have brought without it: events a day,
    /// in sum, relative. That the rate of events changes as their hazard does holds where one gap tells nothing of the next.
    pub fn difference(&self, series: &EventSeries, intervention: &Intervention) -> Difference {
        let (events, days) = series.in_force(intervention);
        Difference::of_rates(self.log, events as f64, days)
    }
}

impl HazardFit {
    /// The covariate of this name.
    pub fn coefficient(&self, name: &str) -> Option<&HazardRatio> {
        self.coefficients.iter().find(|c| c.name == name)
    }
}

impl ChiSquareTest {
    pub(crate) fn new(statistic: f64, degrees: usize) -> Self {
        let p = ChiSquared::new(degrees as f64).map_or(f64::NAN, |c| c.sf(statistic.max(0.0)));
        Self { statistic, degrees, p }
    }
}
