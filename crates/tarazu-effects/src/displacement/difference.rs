//! Weighted displacement difference (Wheeler & Ratcliffe 2018, Crime Science 7:11): a difference in differences of Poisson counts.

use serde::Serialize;

use super::{BeforeAfter, DisplacementCounts};
use crate::estimate::{Difference, Interval};
use crate::interval::normal;
use crate::problem::{EffectsError, Settings};

/// Changes beyond those of the controls, in events per unit of size and period. Negative is fewer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WeightedDifference {
    /// Of the treated area.
    pub local: Interval,
    /// Of the ring: positive is displacement, negative a diffusion of benefits. `None` without a ring.
    pub displaced: Option<Interval>,
    /// Of both together.
    pub total: Interval,
    /// Standard error of the total.
    pub error: f64,
    /// Total over error.
    pub z: f64,
    /// Two-sided, of the distribution of the interval; below `1 − level` exactly when the interval of the total leaves out 0.
    pub p: f64,
    /// The same for the ring alone.
    pub displaced_p: Option<f64>,
    /// What a reader must know before relying on it.
    pub warnings: Vec<String>,
}

impl WeightedDifference {
    /// Treated area and ring together as differences from what the controls' change led one to expect: per unit of size and period, in
    /// sum over the periods after, and relative to the events expected of both.
    pub fn difference(&self, counts: &DisplacementCounts) -> Difference {
        let per_size = |a: BeforeAfter| a.after / a.size;
        let observed = per_size(counts.treated) + counts.ring.map_or(0.0, per_size);
        Difference::of_mean(self.total, observed, counts.lengths.1)
    }
}

impl DisplacementCounts {
    /// The change of the treated area, and of the ring, less those of their controls. Counts are divided by size and length first; a
    /// count n so divided by w has variance n/w² (times the dispersion).
    ///
    /// # Errors
    /// Where a count is negative or not finite, or a size, a length or the dispersion is not positive.
    pub fn weighted_difference(&self, settings: &Settings) -> Result<WeightedDifference, EffectsError> {
        self.check()?;
        let nothing = BeforeAfter::new(0.0, 0.0);
        let (local, local_variance) = self.beyond(self.treated, self.control);
        let ring = self.ring.map(|ring| self.beyond(ring, self.ring_control.unwrap_or(nothing)));
        let (moved, moved_variance) = ring.unwrap_or((0.0, 0.0));
        let (total, error) = (local + moved, (local_variance + moved_variance).sqrt());
        let interval = |estimate: f64, variance: f64| {
            let (low, high, p) = normal(estimate, variance.sqrt(), settings.level);
            (Interval { estimate, low, high }, p)
        };
        let (whole, p) = interval(total, error * error);
        let ring = ring.map(|(estimate, variance)| interval(estimate, variance));
        Ok(WeightedDifference {
            local: interval(local, local_variance).0,
            displaced: ring.map(|r| r.0),
            total: whole,
            error,
            z: if error > 0.0 { total / error } else { 0.0 },
            p,
            displaced_p: ring.map(|r| r.1),
            warnings: self.warnings(),
        })
    }

    /// Change of an area less that of its control, and its variance.
    fn beyond(&self, area: BeforeAfter, control: BeforeAfter) -> (f64, f64) {
        let change = |a: BeforeAfter| (a.after / self.lengths.1 - a.before / self.lengths.0) / a.size;
        let variance = |a: BeforeAfter| {
            self.dispersion * (a.after / self.lengths.1.powi(2) + a.before / self.lengths.0.powi(2))
                / a.size.powi(2)
        };
        (change(area) - change(control), variance(area) + variance(control))
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = vec![crate::calibration::displacement_counts()];
        if self.areas().any(|a| a.before.min(a.after) < 5.0) {
            warnings.push("a count is below 5: the normal approximation is poor".into());
        }
        if self.ring.is_some() && self.ring_control.is_none() {
            warnings.push("the ring has no control: its whole change counts as displacement".into());
        }
        warnings
    }
}
