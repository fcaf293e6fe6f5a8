//! Profile likelihood of one coefficient of the background: its interval and its p, both of the likelihood ratio on χ² with one degree.

use faer::Mat;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::likelihood::{Model, maximise};
use crate::estimate::Interval;

/// Where the search for an end of an interval gives up: rates e³⁰ apart.
const FURTHEST: f64 = 30.0;

pub(super) struct Profile<'a, 'b> {
    pub(super) model: &'a Model<'b>,
    pub(super) theta: &'a [f64],
    pub(super) best: f64,
    pub(super) metric: Option<&'a Mat<f64>>,
    pub(super) j: usize,
}

impl Profile<'_, '_> {
    /// Twice the loss of log likelihood where the coefficient is `value`, starting the others at `near`, which moves to their best.
    fn loss(&self, value: f64, near: &mut Vec<f64>) -> f64 {
        near[self.j] = value;
        let (theta, found) = maximise(self.model, near, Some(self.j), self.metric);
        *near = theta;
        (2.0 * (self.best - found)).max(0.0)
    }

    /// The end on one side: brackets that grow from the estimate, then regula falsi on the signed root of the loss, which is nearly
    /// linear.
    fn end(&self, side: f64, step: f64, limit: f64) -> f64 {
        let centre = self.theta[self.j];
        let mut near = self.theta.to_vec();
        let (mut inner, mut inner_root, mut width) = (0.0, 0.0, step);
        let (mut outer, mut outer_root) = loop {
            let reach = inner + width;
            let root = self.loss(centre + side * reach, &mut near).sqrt();
            if root >= limit {
                break (reach, root);
            }
            (inner, inner_root) = (reach, root);
            width *= 1.5;
            if inner > FURTHEST {
                return side * f64::INFINITY;
            }
        };
        for _ in 0..40 {
            if outer - inner < 1e-6 * step.max(outer) {
                break;
            }
            let share = ((limit - inner_root) / (outer_root - inner_root)).clamp(0.02, 0.98);
            let middle = inner + share * (outer - inner);
            let root = self.loss(centre + side * middle, &mut near).sqrt();
            if (root - limit).abs() < 1e-7 {
                return centre + side * middle;
            }
            if root < limit {
                (inner, inner_root) = (middle, root)
            } else {
                (outer, outer_root) = (middle, root)
            }
        }
        centre + side * f64::midpoint(inner, outer)
    }

    pub(super) fn interval(&self, level: f64) -> (Interval, f64) {
        let error = self.metric.map_or(1.0, |m| m[(self.j, self.j)].sqrt());
        let step = if error.is_finite() && error > 0.0 { error.min(2.0) } else { 1.0 };
        let chi = ChiSquared::new(1.0);
        let limit = chi.as_ref().map_or(f64::NAN, |c| c.inverse_cdf(level)).sqrt();
        let interval = Interval {
            estimate: self.theta[self.j],
            low: self.end(-1.0, step, limit),
            high: self.end(1.0, step, limit),
        };
        let loss = self.loss(0.0, &mut self.theta.to_vec());
        (interval, chi.map_or(f64::NAN, |c| c.sf(loss)))
    }
}
