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

    pub(super) fn interval(&self, level: f64) -> (Interval, f64) {
        let error = self.metric.map_or(1.0, |m| m[(self.j, self.j)].sqrt());
        let step = if error.is_finite() && error > 0.0 { error.min(2.0) } else { 1.0 };
        let chi = ChiSquared::new(1.0);
        let limit = chi.as_ref().map_or(f64::NAN, |c| c.inverse_cdf(level)).sqrt();
        let centre = self.theta[self.j];
        let end = |side: f64| {
            let mut near = self.theta.to_vec();
            let root = |distance: f64| self.loss(centre + side * distance, &mut near).sqrt();
            centre + side * crate::profile::reach(root, step, limit, FURTHEST)
        };
        let interval = Interval { estimate: centre, low: end(-1.0), high: end(1.0) };
        let loss = self.loss(0.0, &mut self.theta.to_vec());
        (interval, chi.map_or(f64::NAN, |c| c.sf(loss)))
    }
}
