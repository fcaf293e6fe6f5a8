//! The same comparisons from counts by period, so that the errors are what the periods show and not what Poisson counts would have: counts
//! of one area vary more than that, and resemble those of the period before.

use super::{BeforeAfter, DisplacementCounts, WeightedDifference, WeightedQuotient};
use crate::estimate::Interval;
use crate::interval::student;
use crate::problem::{EffectsError, Settings};

/// Counts by period of the treated unit, of the units where events may have moved to, and of units that neither reached. All series are of
/// one length.
#[derive(Debug, Clone, PartialEq)]
pub struct DisplacementSeries {
    /// Where the intervention took place.
    pub treated: Vec<f64>,
    /// Where events may have moved to.
    pub ring: Vec<Vec<f64>>,
    /// What both are compared with.
    pub controls: Vec<Vec<f64>>,
    /// Index of the first period after the intervention.
    pub start: usize,
}

/// Periods on either side that the errors need.
const FEWEST: usize = 6;

/// Cosines whose weights are learned from the residuals of one side: 0.41 T^(2/3) of Lazarus, Lewis, Stock & Watson 2018 (J. Bus. Econ. Stat. 36:541,
/// eq. 10).
fn cosines(periods: usize) -> usize {
    ((0.41 * (periods as f64).powf(2.0 / 3.0)) as usize).max(2)
}

/// √(2/T) Σ u_t cos(πj(t + ½)/T) for the first cosines: each is an estimate of the long-run deviation of a series about 0.
fn weights(residuals: &[f64]) -> Vec<f64> {
    let n = residuals.len() as f64;
    let weight = |j: usize| {
        let wave = |t: usize| (std::f64::consts::PI * j as f64 * (t as f64 + 0.5) / n).cos();
        (2.0 / n).sqrt() * residuals.iter().enumerate().map(|(t, u)| u * wave(t)).sum::<f64>()
    };
    (1..=cosines(residuals.len())).map(weight).collect()
}

/// The mean of a series, and what is left of it.
fn centred(values: &[f64]) -> (f64, Vec<f64>) {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    (mean, values.iter().map(|v| v - mean).collect())
}

/// Covariance of the means of two series, by equally weighted cosines.
fn covariance(a: &[f64], b: &[f64]) -> f64 {
    let count = cosines(a.len()) as f64;
    weights(a).iter().zip(weights(b)).map(|(x, y)| x * y).sum::<f64>() / count / a.len() as f64
}

/// A difference of two means with the variance of each and the degrees of freedom of both (Welch 1947).
struct Change {
    estimate: f64,
    variance: f64,
    freedom: f64,
}

impl Change {
    fn interval(&self, level: f64) -> (Interval, f64) {
        let (low, high, p) = student(self.estimate, self.variance.sqrt(), self.freedom, level);
        (Interval { estimate: self.estimate, low, high }, p)
    }
}

fn freedom(variances: [(f64, usize); 2]) -> f64 {
    let total: f64 = variances.iter().map(|(v, _)| v).sum();
    let squares: f64 = variances.iter().map(|(v, periods)| v * v / cosines(*periods) as f64).sum();
    if squares > 0.0 { total * total / squares } else { f64::INFINITY }
}

impl DisplacementSeries {
    /// The sums before and after, with the numbers of units for sizes; the controls are the ring's, too.
    pub fn counts(&self) -> DisplacementCounts {
        let sums = |units: &[&Vec<f64>]| BeforeAfter {
            before: units.iter().flat_map(|u| &u[..self.start.min(u.len())]).sum(),
            after: units.iter().flat_map(|u| u.get(self.start..).unwrap_or_default()).sum(),
            size: units.len().max(1) as f64,
        };
        let all = |of: &'_ [Vec<f64>]| sums(&of.iter().collect::<Vec<_>>());
        let mut counts = DisplacementCounts::new(sums(&[&self.treated]), all(&self.controls));
        if !self.ring.is_empty() {
            counts = counts.with_ring(all(&self.ring)).with_ring_control(all(&self.controls));
        }
        let periods = self.treated.len();
        counts.lengths = (self.start as f64, periods.saturating_sub(self.start) as f64);
        counts
    }

    /// Change of the treated unit, and of the ring, beyond that of the controls, per unit and period. Errors are learned from the periods of either side
    /// by themselves (long-run variance by equally weighted cosines, Student's t).
    ///
    /// # Errors
    /// Where series differ in length, a count is negative or not finite, there is no control, or a side has fewer than six periods.
    pub fn weighted_difference(&self, settings: &Settings) -> Result<WeightedDifference, EffectsError> {
        self.check()?;
        let control = mean_of(&self.controls);
        let minus = |own: &[f64], times: f64| -> Vec<f64> {
            own.iter().zip(&control).map(|(o, c)| o - times * c).collect()
        };
        let local = self.change(&minus(&self.treated, 1.0)).interval(settings.level);
        let ring = (!self.ring.is_empty()).then(|| mean_of(&self.ring));
        let displaced = ring.as_ref().map(|r| self.change(&minus(r, 1.0)).interval(settings.level));
        let both = match &ring {
            None => minus(&self.treated, 1.0),
            Some(r) => minus(&self.treated.iter().zip(r).map(|(a, b)| a + b).collect::<Vec<_>>(), 2.0),
        };
        let whole = self.change(&both);
        let error = whole.variance.sqrt();
        let (total, p) = whole.interval(settings.level);
        Ok(WeightedDifference {
            local: local.0,
            displaced: displaced.map(|(interval, _)| interval),
            total,
            error,
            z: if error > 0.0 { total.estimate / error } else { 0.0 },
            p,
            displaced_p: displaced.map(|(_, p)| p),
            warnings: vec![crate::calibration::displacement()],
        })
    }

    /// The quotient of the ring's change to the treated unit's, each relative to the controls, its interval by Fieller 1954 with the errors
    /// of [`Self::weighted_difference`].
    ///
    /// # Errors
    /// As there, and without a ring, and where the controls count nothing on a side.
    pub fn weighted_quotient(&self, settings: &Settings) -> Result<WeightedQuotient, EffectsError> {
        self.check()?;
        let mut found = self.counts().weighted_quotient(settings)?;
        let Some(estimate) = found.quotient else { return Ok(found) };
        let (ring, control) = (sum_of(&self.ring), sum_of(&self.controls));
        // a/c for means a and c: its influence in period t is (a_t − (a/c) c_t) / c.
        let influence = |own: &[f64], from: usize, to: usize| -> Vec<f64> {
            let (a, _) = centred(&own[from..to]);
            let (c, _) = centred(&control[from..to]);
            own[from..to].iter().zip(&control[from..to]).map(|(x, y)| (x - a / c * y) / c).collect()
        };
        let (mut variances, mut shared) = ([[0.0; 2]; 2], 0.0);
        for (side, (from, to)) in [(0, self.start), (self.start, control.len())].into_iter().enumerate() {
            let (treated, near) = (influence(&self.treated, from, to), influence(&ring, from, to));
            variances[side] = [covariance(&near, &near), covariance(&treated, &treated)];
            shared += covariance(&near, &treated);
        }
        let periods = [self.start, control.len() - self.start];
        let freedom = freedom([(variances[0][1], periods[0]), (variances[1][1], periods[1])]);
        let (_, reach, _) = student(0.0, 1.0, freedom, settings.level);
        let sums = (variances[0][0] + variances[1][0], variances[0][1] + variances[1][1], shared);
        found.interval = super::quotient::fieller(estimate, (found.ring, found.success), sums, reach);
        Ok(found)
    }

    /// Change of the mean of a contrast.
    fn change(&self, contrast: &[f64]) -> Change {
        let (before, after) = contrast.split_at(self.start);
        let ((earlier, own), (later, next)) = (centred(before), centred(after));
        let variances = [covariance(&own, &own), covariance(&next, &next)];
        Change {
            estimate: later - earlier,
            variance: variances[0] + variances[1],
            freedom: freedom([(variances[0], before.len()), (variances[1], after.len())]),
        }
    }

    fn check(&self) -> Result<(), EffectsError> {
        let fault = |message| Err(EffectsError::Events { field: "counts", message });
        let periods = self.treated.len();
        for series in std::iter::once(&self.treated).chain(&self.ring).chain(&self.controls) {
            if series.len() != periods {
                return fault(format!("found series of {} and {periods} periods", series.len()));
            }
            if let Some(value) = series.iter().find(|v| !(v.is_finite() && **v >= 0.0)) {
                return fault(format!("found {value}, expected a count"));
            }
        }
        if self.controls.is_empty() {
            return fault("found no control, expected at least one".into());
        }
        for (side, found) in [("before", self.start), ("after", periods.saturating_sub(self.start))] {
            if found < FEWEST {
                return Err(EffectsError::TooShort { side, found, needed: FEWEST });
            }
        }
        Ok(())
    }
}

fn sum_of(units: &[Vec<f64>]) -> Vec<f64> {
    let periods = units.first().map_or(0, Vec::len);
    (0..periods).map(|t| units.iter().map(|u| u[t]).sum()).collect()
}

fn mean_of(units: &[Vec<f64>]) -> Vec<f64> {
    let count = units.len().max(1) as f64;
    sum_of(units).into_iter().map(|v| v / count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A white series has cosine weights of its own variance, so the variance of its mean is s²/T in expectation.
    #[test]
    fn the_long_run_variance_of_white_noise_is_its_variance() {
        let rng = &mut crate::random::stream(1, "white", 0);
        let runs = 2000;
        let mean = (0..runs)
            .map(|_| {
                let series: Vec<f64> = (0..48).map(|_| crate::random::normal(rng)).collect();
                let (_, left) = centred(&series);
                covariance(&left, &left)
            })
            .sum::<f64>()
            / f64::from(runs);
        assert!((mean * 48.0 - 1.0).abs() < 0.05, "{mean}");
    }

    #[test]
    fn sums_and_means_are_those_of_the_counts() {
        let series = DisplacementSeries {
            treated: [vec![10.0; 12], vec![4.0; 12]].concat(),
            ring: vec![[vec![8.0; 12], vec![11.0; 12]].concat()],
            controls: vec![vec![6.0; 24], vec![7.0; 24]],
            start: 12,
        };
        let counts = series.counts();
        assert_eq!((counts.treated.before, counts.treated.after), (120.0, 48.0));
        assert_eq!((counts.control.before, counts.control.size), (156.0, 2.0));
        let own = series.weighted_difference(&Settings::default()).unwrap();
        let of_counts = counts.weighted_difference(&Settings::default()).unwrap();
        assert!((own.total.estimate - of_counts.total.estimate).abs() < 1e-12);
        assert_eq!(own.displaced.unwrap().estimate, 3.0);
        // −(36/156)/−(72/156): half of what was prevented moved.
        let quotient = series.weighted_quotient(&Settings::default()).unwrap();
        assert!((quotient.quotient.unwrap() + 0.5).abs() < 1e-12);
    }
}
