//! How far parallel trends may fail before an event study's answer falls: Rambachan & Roth 2023 (Rev. Econ. Stud. 90:2555), smoothness
//! restriction Δ^SD(M), with their fixed-length confidence intervals (§4.1).
//!
//! The difference in trends δ may be any series that is 0 at the base period and whose slope changes by at most M from one period to the next. An
//! estimator that adds to the effect asked about a combination of the periods before, so that a straight line cancels, has a bias of at most
//! M Σ |c_j|, where c_j is its weight on the j-th change of slope. In terms of these the variance is a quadratic, so that the best trade of variance for
//! bias is a lasso, solved coordinate by coordinate; of its path the shortest interval is taken.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal};

use super::{GroupTimes, Path};
use crate::estimate::Interval;
use crate::problem::EffectsError;

/// Estimates around a base period, with their covariance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventStudy {
    /// Before the base period, the nearest first: the last is the earliest.
    pub before: Vec<f64>,
    /// After the base period, in order.
    pub after: Vec<f64>,
    /// Covariance of `before` and then `after`, row by row.
    pub covariance: Vec<f64>,
}

/// An interval that holds whatever the difference in trends, as long as it is that smooth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Honest {
    /// M: the largest change of slope from one period to the next, in units of the outcome.
    pub smoothness: f64,
    /// Estimate and interval.
    pub interval: Interval,
    /// The largest bias that the estimate may have.
    pub bias: f64,
    /// Its standard error.
    pub error: f64,
}

/// Penalties tried, spread over this many powers of ten on either side.
const DECADES: i32 = 8;
const PER_DECADE: i32 = 12;

impl EventStudy {
    /// From a path of effects by time since the treatment with a universal base: the point left out, at `base` (−1, or earlier where the treatment was
    /// anticipated), is the base.
    ///
    /// # Errors
    /// Where points are missing between the first and the last, or none lies on one side of the base.
    pub fn of(path: &Path, base: i64) -> Result<Self, EffectsError> {
        let mut before: Vec<_> = path.points.iter().filter(|(at, _)| *at < base).collect();
        before.reverse();
        let after: Vec<_> = path.points.iter().filter(|(at, _)| *at > base).collect();
        let follow = before.iter().enumerate().all(|(k, (at, _))| *at == base - 1 - k as i64)
            && after.iter().enumerate().all(|(k, (at, _))| *at == base + 1 + k as i64);
        if before.is_empty() || after.is_empty() || !follow {
            return Err(EffectsError::Fit(
                "sensitivity to trends needs consecutive periods on both sides of a universal base",
            ));
        }
        let all: Vec<_> = before.iter().chain(&after).collect();
        let covariance = all
            .iter()
            .flat_map(|(_, a)| all.iter().map(|(_, b)| a.covariance(b)).collect::<Vec<_>>())
            .collect();
        let estimates = |of: &[&(i64, super::Aggregated)]| of.iter().map(|(_, a)| a.estimate).collect();
        Ok(Self { before: estimates(&before), after: estimates(&after), covariance })
    }

    /// The interval for Σ `weights` · after where slopes may change by `smoothness` per period.
    ///
    /// # Errors
    /// Where shapes do not fit, or `smoothness` is negative or not finite.
    pub fn smooth(&self, weights: &[f64], smoothness: f64, level: f64) -> Result<Honest, EffectsError> {
        let (p, q) = (self.before.len(), self.after.len());
        let n = p + q;
        if p == 0 || weights.len() != q || self.covariance.len() != n * n {
            return Err(EffectsError::Fit("weights or covariance do not fit the event study"));
        }
        if !(smoothness >= 0.0 && smoothness.is_finite()) {
            return Err(EffectsError::Fit("the largest change of slope must be a number of 0 or more"));
        }
        // Weights on changes of slope after the base are what they are; those at the base and before are chosen, all but the first, which
        // makes straight lines cancel: Σ l_t t = Σ w_k k.
        let line: f64 = weights.iter().enumerate().map(|(t, l)| l * (t + 1) as f64).sum();
        let later: f64 =
            (1..q).map(|j| (j..q).map(|t| weights[t] * (t + 1 - j) as f64).sum::<f64>().abs()).sum();
        let form = Form::new(self, weights, line);
        let mut chosen = vec![0.0; p - 1];
        let mut best: Option<(f64, Honest)> = None;
        let scale = form.scale();
        let penalties = (-DECADES * PER_DECADE..=DECADES * PER_DECADE)
            .rev()
            .map(|k| scale * 10_f64.powf(f64::from(k) / f64::from(PER_DECADE)))
            .chain([0.0]);
        for penalty in penalties {
            form.lasso(penalty, &mut chosen);
            let changes: f64 = line.abs() + chosen.iter().map(|c| c.abs()).sum::<f64>() + later;
            let bias = smoothness * changes;
            let error = form.variance(&chosen).max(0.0).sqrt();
            let reach = if error > 0.0 { error * critical(bias / error, level) } else { bias };
            if best.as_ref().is_none_or(|(shortest, _)| reach < *shortest) {
                let estimate = self.estimate(weights, line, &chosen);
                let interval = Interval { estimate, low: estimate - reach, high: estimate + reach };
                best = Some((reach, Honest { smoothness, interval, bias, error }));
            }
        }
        best.map(|(_, honest)| honest).ok_or(EffectsError::Fit("the event study has no interval"))
    }

    /// The largest M at which the interval still leaves out zero, by bisection; `None` where it does not at 0.
    ///
    /// # Errors
    /// As [`EventStudy::smooth`].
    pub fn breakdown(&self, weights: &[f64], level: f64) -> Result<Option<f64>, EffectsError> {
        let stands = |m: f64| -> Result<bool, EffectsError> {
            let interval = self.smooth(weights, m, level)?.interval;
            Ok(interval.low > 0.0 || interval.high < 0.0)
        };
        if !stands(0.0)? {
            return Ok(None);
        }
        let (mut low, mut high) = (0.0, 1e-6);
        while stands(high)? && high < 1e12 {
            (low, high) = (high, high * 4.0);
        }
        for _ in 0..50 {
            let middle = f64::midpoint(low, high);
            if stands(middle)? { low = middle } else { high = middle }
        }
        Ok(Some(low))
    }

    fn estimate(&self, weights: &[f64], line: f64, chosen: &[f64]) -> f64 {
        let before = from_changes(line, chosen);
        let after: f64 = self.after.iter().zip(weights).map(|(b, l)| b * l).sum();
        after + self.before.iter().zip(&before).map(|(b, w)| b * w).sum::<f64>()
    }
}

/// Weights of the periods before, the nearest first, from their weights on the changes of slope: the second difference.
fn from_changes(line: f64, chosen: &[f64]) -> Vec<f64> {
    let changes: Vec<f64> = std::iter::once(line).chain(chosen.iter().copied()).collect();
    let at = |j: usize| changes.get(j).copied().unwrap_or(0.0);
    (0..changes.len()).map(|k| at(k) - 2.0 * at(k + 1) + at(k + 2)).collect()
}

/// The variance as a quadratic in the chosen weights c: constant + 2 bᵀc + cᵀAc.
struct Form {
    a: Vec<f64>,
    b: Vec<f64>,
    constant: f64,
}

impl Form {
    fn new(study: &EventStudy, weights: &[f64], line: f64) -> Self {
        let (p, n) = (study.before.len(), study.before.len() + study.after.len());
        let whole = |before: Vec<f64>, after: &[f64]| -> Vec<f64> {
            before.into_iter().chain(after.iter().copied()).collect()
        };
        let product = |x: &[f64], y: &[f64]| -> f64 {
            (0..n).map(|i| x[i] * (0..n).map(|j| study.covariance[i * n + j] * y[j]).sum::<f64>()).sum()
        };
        let fixed = whole(from_changes(line, &vec![0.0; p - 1]), weights);
        let nothing = vec![0.0; weights.len()];
        let units: Vec<Vec<f64>> = (0..p - 1)
            .map(|j| {
                let unit: Vec<f64> = (0..p - 1).map(|k| f64::from(u8::from(j == k))).collect();
                whole(from_changes(0.0, &unit), &nothing)
            })
            .collect();
        Self {
            a: units.iter().flat_map(|x| units.iter().map(|y| product(x, y)).collect::<Vec<_>>()).collect(),
            b: units.iter().map(|x| product(x, &fixed)).collect(),
            constant: product(&fixed, &fixed),
        }
    }

    fn variance(&self, c: &[f64]) -> f64 {
        let m = c.len();
        let square: f64 = (0..m).map(|i| c[i] * (0..m).map(|j| self.a[i * m + j] * c[j]).sum::<f64>()).sum();
        self.constant + 2.0 * self.b.iter().zip(c).map(|(b, c)| b * c).sum::<f64>() + square
    }

    /// A penalty about which the path turns.
    fn scale(&self) -> f64 {
        self.b.iter().fold(self.constant.abs() * 1e-3, |l, b| l.max(b.abs())).max(f64::MIN_POSITIVE)
    }

    /// Minimise variance / 2 + penalty Σ |c| by coordinate descent, from `c` on (Friedman, Hastie & Tibshirani 2010).
    fn lasso(&self, penalty: f64, c: &mut [f64]) {
        let m = c.len();
        for _ in 0..20_000 {
            let mut moved = 0.0_f64;
            for i in 0..m {
                let diagonal = self.a[i * m + i];
                if diagonal <= 0.0 {
                    continue;
                }
                let rest: f64 = (0..m).filter(|j| *j != i).map(|j| self.a[i * m + j] * c[j]).sum();
                let pull = -(self.b[i] + rest);
                let next = pull.signum() * (pull.abs() - penalty).max(0.0) / diagonal;
                moved = moved.max((next - c[i]).abs() * diagonal.sqrt());
                c[i] = next;
            }
            if moved <= 1e-9 * self.constant.abs().sqrt() {
                break;
            }
        }
    }
}

/// The `level` quantile of |N(bias, 1)|.
fn critical(bias: f64, level: f64) -> f64 {
    let normal = Normal::standard();
    let covers = |x: f64| normal.cdf(x - bias) - normal.cdf(-x - bias);
    let (mut low, mut high) = (0.0, bias + 10.0);
    for _ in 0..70 {
        let middle = f64::midpoint(low, high);
        if covers(middle) < level { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

impl GroupTimes {
    /// The event study that sensitivity to trends is asked of; needs [`super::Base::Universal`].
    ///
    /// # Errors
    /// Those of [`EventStudy::of`].
    pub fn event_study(&self) -> Result<EventStudy, EffectsError> {
        EventStudy::of(&self.dynamic(), -1 - self.specification.anticipation as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study() -> EventStudy {
        #[rustfmt::skip]
        let covariance = [
            1.0, 0.5, 0.3, 0.2, 0.1, 0.1, 0.1,
            0.5, 1.0, 0.5, 0.3, 0.2, 0.1, 0.1,
            0.3, 0.5, 1.0, 0.5, 0.2, 0.2, 0.1,
            0.2, 0.3, 0.5, 1.0, 0.3, 0.2, 0.2,
            0.1, 0.2, 0.2, 0.3, 1.2, 0.6, 0.4,
            0.1, 0.1, 0.2, 0.2, 0.6, 1.4, 0.7,
            0.1, 0.1, 0.1, 0.2, 0.4, 0.7, 1.8,
        ];
        // The periods before stand in calendar order above, and the nearest first here.
        let order = [3, 2, 1, 0, 4, 5, 6];
        EventStudy {
            before: vec![0.005, 0.02, -0.01, 0.03],
            after: vec![0.10, 0.16, 0.21],
            covariance: order
                .iter()
                .flat_map(|i| order.map(|j| covariance[i * 7 + j] * 0.03 * 0.03))
                .collect(),
        }
    }

    /// diff-diff 3.13.0, `honest_did._compute_optimal_flci`, on the same numbers.
    #[test]
    fn intervals_are_those_of_another_program() {
        let third = 1.0 / 3.0;
        for (weights, smoothness, low, high) in [
            ([1.0, 0.0, 0.0], 0.0, 0.04363610772999138, 0.17458305165865493),
            ([1.0, 0.0, 0.0], 0.01, 0.02503971376137204, 0.1830026045776625),
            ([1.0, 0.0, 0.0], 0.03, 0.001212674862902, 0.21607990191247156),
            ([1.0, 0.0, 0.0], 0.1, -0.07757100116270169, 0.2875710011627016),
            ([third; 3], 0.01, 0.0503561875382304, 0.2730900033059004),
            ([third; 3], 0.03, -0.026587188465102662, 0.37554401834922263),
            ([0.0, 0.0, 1.0], 0.01, 0.0465617144385089, 0.38884369231642857),
            ([0.0, 0.0, 1.0], 0.1, -0.5459382031736395, 0.9959382031736397),
        ] {
            let interval = study().smooth(&weights, smoothness, 0.95).unwrap().interval;
            let (width, theirs) = (interval.high - interval.low, high - low);
            // Both search a grid for the shortest interval; neither may be much longer than the other.
            assert!((width / theirs - 1.0).abs() < 2e-3, "{smoothness}: {interval:?}, {low} to {high}");
            assert!(
                (interval.low - low).abs() < 0.02 * theirs,
                "{smoothness}: {interval:?}, {low} to {high}"
            );
        }
    }

    #[test]
    fn the_breakdown_is_where_the_interval_reaches_zero() {
        let study = study();
        let m = study.breakdown(&[1.0, 0.0, 0.0], 0.95).unwrap().unwrap();
        assert!((0.03..0.1).contains(&m), "{m}");
        assert!(study.smooth(&[1.0, 0.0, 0.0], m * 0.99, 0.95).unwrap().interval.low > 0.0);
        assert!(study.smooth(&[1.0, 0.0, 0.0], m * 1.01, 0.95).unwrap().interval.low < 0.0);
        // The second is the root of scipy's `ncx2.ppf(0.95, 1, 1)`.
        assert!(
            (critical(0.0, 0.95) - 1.959_964).abs() < 1e-6 && (critical(1.0, 0.95) - 2.646146).abs() < 1e-6
        );
        assert!(
            study.smooth(&[1.0], 0.1, 0.95).is_err() && study.smooth(&[1.0, 0.0, 0.0], -1.0, 0.95).is_err()
        );
    }

    /// A straight line in the differences of trends is no effect, however steep.
    #[test]
    fn a_straight_line_is_taken_off() {
        let line = EventStudy { before: vec![-0.5, -1.0, -1.5, -2.0], after: vec![0.5, 1.0, 1.5], ..study() };
        let honest = line.smooth(&[0.0, 0.0, 1.0], 0.05, 0.95).unwrap();
        assert!(honest.interval.estimate.abs() < 1e-9, "{honest:?}");
    }
}
