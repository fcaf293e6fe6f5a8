//! Profile likelihood of one coefficient of the background: its interval and its p, both of the likelihood ratio on χ² with one degree.

use faer::Mat;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::likelihood::{Model, maximise};
use crate::estimate::Interval;

/// Beyond 0 and the estimate, where the search for an end of an interval gives up: rates e³⁰ apart.
const FURTHEST: f64 = 30.0;

pub(super) struct Profile<'a, 'b> {
    pub(super) model: &'a Model<'b>,
    /// Where the search for the other parameters begins, each time from all of them: the likelihood may have several maxima, and a search
    /// that went on from its last place would find another one on the way there than on the way back.
    pub(super) starts: Vec<Vec<f64>>,
    pub(super) best: f64,
    pub(super) metric: &'a Mat<f64>,
    pub(super) j: usize,
    /// What the likelihood ratio is divided by before it is referred to χ².
    pub(super) factor: f64,
}

impl Profile<'_, '_> {
    /// Twice the loss of log likelihood, corrected, where the coefficient is `value`.
    fn loss(&self, value: f64) -> f64 {
        let found = self.starts.iter().map(|start| {
            let mut start = start.clone();
            start[self.j] = value;
            maximise(self.model, &start, Some(self.j), Some(self.metric)).1
        });
        let highest = found.fold(f64::NEG_INFINITY, f64::max);
        (2.0 * (self.best - highest)).max(0.0) / self.factor
    }

    /// The values around `estimate` that are not rejected, and p of 0. The two agree also where the likelihood has several maxima.
    pub(super) fn interval(&self, estimate: f64, level: f64) -> (Interval, f64) {
        let step = self.metric[(self.j, self.j)].sqrt().min(2.0);
        let chi = ChiSquared::new(1.0);
        let limit = chi.as_ref().map_or(f64::NAN, |c| c.inverse_cdf(level));
        let loss = self.loss(0.0);
        // Where 0 is rejected the interval ends before it: what may not be rejected beyond belongs to another maximum.
        let beyond = |value: f64| loss >= limit && value * estimate <= 0.0;
        let end = |side: f64| {
            let root = |distance: f64| {
                let value = estimate + side * distance;
                if beyond(value) { f64::INFINITY } else { self.loss(value).sqrt() }
            };
            estimate + side * crate::profile::reach(root, step, limit.sqrt(), FURTHEST + estimate.abs())
        };
        // Where it is not, the interval reaches to it, whatever is rejected on the way.
        let known = if loss < limit { 0.0 } else { estimate };
        let interval = Interval { estimate, low: end(-1.0).min(known), high: end(1.0).max(known) };
        (interval, chi.map_or(f64::NAN, |c| c.sf(loss)))
    }
}
