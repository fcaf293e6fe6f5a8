//! What an estimator answers.

use serde::Serialize;

use crate::diagnostics::{PrePeriodFit, SmallestDetectable};
use crate::placebo::PlaceboInTime;

/// An estimate between the ends of its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Point estimate.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// The image under a non-decreasing function.
    #[must_use]
    pub fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self { estimate: f(self.estimate), low: f(self.low), high: f(self.high) }
    }
}

/// The difference from expectation over all periods after the intervention.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Per period, in units of the outcome.
    pub average: Interval,
    /// In sum, in units of the outcome.
    pub cumulative: Interval,
    /// Relative to expectation: −0.3 is 30% below.
    pub relative: Interval,
}

impl Difference {
    /// From a step on the log scale and the sum of fitted means after. With that sum held, the sum of differences is
    /// total (1 − e^−θ), which rises with θ: one distribution gives all three intervals, so that none can contradict another.
    pub(crate) fn of_step(log: Interval, total: f64, periods: usize) -> Self {
        let cumulative = log.map(|t| total * -(-t).exp_m1());
        Self { average: cumulative.map(|c| c / periods as f64), cumulative, relative: log.map(f64::exp_m1) }
    }

    /// From the logarithm of a ratio of rates, where `observed` events came in `length` units of time. Without any the differences are
    /// not known, and no number.
    pub(crate) fn of_rates(log: Interval, observed: f64, length: f64) -> Self {
        let cumulative = log.map(|t| if observed > 0.0 { observed * -(-t).exp_m1() } else { f64::NAN });
        Self { average: cumulative.map(|c| c / length), cumulative, relative: log.map(f64::exp_m1) }
    }

    /// From a mean difference over `periods` whose outcomes sum to `observed`.
    pub(crate) fn of_mean(average: Interval, observed: f64, periods: f64) -> Self {
        let cumulative = average.map(|d| d * periods);
        let relative = if observed - cumulative.high > 0.0 {
            cumulative.map(|c| observed / (observed - c) - 1.0)
        } else {
            let expected = (observed - cumulative.estimate).abs().max(f64::MIN_POSITIVE);
            cumulative.map(|c| c / expected)
        };
        Self { average, cumulative, relative }
    }
}

/// One period after the intervention, in units of the outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PeriodDifference {
    /// Index in the series, from 0.
    pub index: usize,
    /// What was observed.
    pub observed: f64,
    /// What was expected, as the interval of what a single period could have shown.
    pub expected: Interval,
    /// Observed less expected.
    pub difference: Interval,
}

impl PeriodDifference {
    pub(crate) fn new(index: usize, observed: f64, expected: Interval) -> Self {
        let difference = Interval {
            estimate: observed - expected.estimate,
            low: observed - expected.high,
            high: observed - expected.low,
        };
        Self { index, observed, expected, difference }
    }
}

/// The exact choices that produced an estimate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Specification {
    /// Estimator: `its-nb`, `bsts` …
    pub method: String,
    /// The estimator's settings in words, one a line, in a fixed order.
    pub choices: Vec<String>,
    /// Periods before the intervention.
    pub periods_before: usize,
    /// Periods from the intervention on.
    pub periods_after: usize,
    /// Content of the intervals.
    pub level: f64,
    /// Draws kept.
    pub draws: usize,
}

impl Specification {
    /// What keys the random numbers: method and choices, and nothing of the data.
    pub(crate) fn key(&self) -> String {
        format!("{}|{}", self.method, self.choices.join("|"))
    }
}

/// What speaks for or against an estimate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Diagnostics {
    /// How well the model describes the periods before the intervention.
    pub pre_period: PrePeriodFit,
    /// The smallest difference that this design could have shown.
    pub smallest_detectable: SmallestDetectable,
    /// The same question asked at dates when nothing is known to have changed.
    pub placebo_in_time: Option<PlaceboInTime>,
    /// Fitted parameters by name.
    pub parameters: Vec<(String, f64)>,
}

/// An estimator's answer to a problem.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// What was done.
    pub specification: Specification,
    /// The answer.
    pub difference: Difference,
    /// Two-sided: below `1 − level` exactly when the interval of the relative difference leaves out zero.
    pub p: f64,
    /// ln(observed / expected), the scale on which the interval is made; its standard error.
    pub log_ratio: (f64, f64),
    /// The answer period by period.
    pub by_period: Vec<PeriodDifference>,
    /// Weight of each covariate, where the method weighs them: of the donors of a synthetic control.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<f64>,
    /// What speaks for or against it.
    pub diagnostics: Diagnostics,
    /// What a reader must know before relying on it.
    pub warnings: Vec<String>,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Version of this crate.
    pub version: &'static str,
}

/// The ends between which the middle `level` of a sample lies, by linear interpolation (type 7 of Hyndman & Fan 1996, the
/// default of R), and its median. The sample is sorted in place.
pub(crate) fn quantiles(sample: &mut [f64], level: f64) -> (f64, f64, f64) {
    sample.sort_by(f64::total_cmp);
    let at = |q: f64| {
        let place = q * (sample.len().saturating_sub(1)) as f64;
        let (below, rest) = (place.floor() as usize, place.fract());
        let value = |i: usize| sample.get(i).copied().unwrap_or(f64::NAN);
        if rest > 0.0 { value(below) * (1.0 - rest) + value(below + 1) * rest } else { value(below) }
    };
    let tail = (1.0 - level) / 2.0;
    (at(tail), at(0.5), at(1.0 - tail))
}
