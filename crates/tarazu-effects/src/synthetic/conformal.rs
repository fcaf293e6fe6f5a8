//! Two other ways to an interval: permutation of residuals in time, and donors left out in turn.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::{Synthetic, views};
use crate::estimate::Interval;
use crate::problem::{EffectsError, Settings};

/// Doublings and halvings of the search for an end of the interval.
const DOUBLINGS: usize = 40;
const HALVINGS: usize = 40;

impl Synthetic {
    /// Interval and p of the average difference by Chernozhukov, Wüthrich & Zhu 2021 (J. Am. Stat. Assoc. 116:1849): under the
    /// hypothesis that it was θ in every period after, θ is taken off, the weights are fitted on all periods, and the residuals after are compared
    /// with those of all cyclic shifts (their moving-block permutations, which keep autocorrelation). The interval is what is not rejected; an
    /// end that cannot be reached, because there are too few shifts for the level, is infinite.
    pub(super) fn conformal(
        &self,
        unit: &[f64],
        donors: &[Vec<f64>],
        start: usize,
        average: f64,
        settings: &Settings,
    ) -> Result<(Interval, f64), EffectsError> {
        let p_at = |theta: f64| self.conformal_p(unit, donors, start, theta);
        let alpha = 1.0 - settings.level;
        // Where the difference found is none at all, nothing speaks against none, though weights fitted on all periods find another.
        let p = if average == 0.0 { 1.0 } else { p_at(0.0)? };
        let spread = (unit.iter().map(|y| (y - unit[0]).powi(2)).sum::<f64>() / unit.len() as f64).sqrt();
        let first = (1e-3 * spread.max(average.abs())).max(1e-9);
        let end = |sign: f64| -> Result<f64, EffectsError> {
            let (mut inside, mut step) = (average, first);
            let mut outside = None;
            for _ in 0..DOUBLINGS {
                if p_at(average + sign * step)? < alpha {
                    outside = Some(average + sign * step);
                    break;
                }
                inside = average + sign * step;
                step *= 2.0;
            }
            let Some(mut outside) = outside else { return Ok(sign * f64::INFINITY) };
            for _ in 0..HALVINGS {
                let middle = f64::midpoint(inside, outside);
                if p_at(middle)? < alpha { outside = middle } else { inside = middle }
            }
            Ok(inside)
        };
        let (mut low, mut high) = (end(-1.0)?, end(1.0)?);
        // The hypotheses that are not rejected need not be one interval; zero is inside exactly when p says so, also after division by
        // what was expected.
        let least = 1e-9 * average.abs();
        if p >= alpha {
            (low, high) = (low.min(0.0), high.max(0.0));
        } else if average > 0.0 {
            low = low.max(least);
        } else {
            high = high.min(-least);
        }
        Ok((Interval { estimate: average, low, high }, p))
    }

    fn conformal_p(
        &self,
        unit: &[f64],
        donors: &[Vec<f64>],
        start: usize,
        theta: f64,
    ) -> Result<f64, EffectsError> {
        let shifted: Vec<f64> =
            unit.iter().enumerate().map(|(t, y)| if t >= start { y - theta } else { *y }).collect();
        // All periods are fitted: the weights know the hypothesis as well.
        let fit = self.fitted(&shifted, &views(donors, None), unit.len())?;
        let left: Vec<f64> = shifted.iter().zip(&fit.expected).map(|(y, e)| y - e).collect();
        let (n, after) = (left.len(), left.len() - start);
        let sum = |shift: usize| (0..after).map(|k| left[(start + k + shift) % n]).sum::<f64>().abs();
        let own = sum(0);
        // Equal up to rounding is equal.
        let reached = (0..n).filter(|shift| sum(*shift) >= own * (1.0 - 1e-9) - 1e-12).count();
        Ok(reached as f64 / n as f64)
    }

    /// Interval and p of the average difference from leaving out each donor in turn (Efron 1982, eq. 3.3), with Student's t.
    pub(super) fn jackknife(
        &self,
        unit: &[f64],
        donors: &[Vec<f64>],
        start: usize,
        average: f64,
        settings: &Settings,
    ) -> Result<(Interval, f64), EffectsError> {
        let m = donors.len();
        let without: Vec<f64> = (0..m)
            .map(|donor| Ok(self.fitted(unit, &views(donors, Some(donor)), start)?.average))
            .collect::<Result<_, EffectsError>>()?;
        let mean = without.iter().sum::<f64>() / m as f64;
        let squares: f64 = without.iter().map(|a| (a - mean).powi(2)).sum();
        let error = ((m - 1) as f64 / m as f64 * squares).sqrt().max(1e-12);
        let students = StudentsT::new(0.0, 1.0, (m - 1) as f64)
            .map_err(|_| EffectsError::Fit("no degrees of freedom are left"))?;
        let reach = students.inverse_cdf(1.0 - (1.0 - settings.level) / 2.0) * error;
        let p = 2.0 * students.sf((average / error).abs());
        Ok((Interval { estimate: average, low: average - reach, high: average + reach }, p))
    }
}
