//! Weighted displacement quotient (Bowers & Johnson 2003, J. Quant. Criminol. 19:275), with the reading they give it, and the effects
//! that are reported beside it (Guerette 2009, Problem-Oriented Guides for Police, tool guide 10, appendices B and C).

use serde::Serialize;

use super::DisplacementCounts;
use crate::estimate::Interval;
use crate::problem::{EffectsError, Settings};

/// What the quotient says, by the criteria of Bowers & Johnson.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Reading {
    /// The treated area did no better than the control: there is nothing that could have moved.
    NoSuccess,
    /// Above 1: the ring gained more than the treated area.
    DiffusionBeyondDirect,
    /// From 0 to 1: the ring gained too.
    Diffusion,
    /// 0.
    Neither,
    /// From −1 to 0: less moved than was prevented.
    Displacement,
    /// Below −1: more moved than was prevented.
    DisplacementBeyondDirect,
}

/// The quotient and its parts. R, D and C are the counts of treated area, ring and control, a after and b before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WeightedQuotient {
    /// (Dₐ/Cₐ − D_b/C_b) / (Rₐ/Cₐ − R_b/C_b); `None` without success, since it then has no meaning.
    pub quotient: Option<f64>,
    /// Its interval by Fieller 1954 with (over-dispersed) Poisson counts; `None` without success, or where the success cannot be told
    /// from none, so that the quotient has no bounds.
    pub interval: Option<Interval>,
    /// What it says.
    pub reading: Reading,
    /// The denominator: below 0 is success.
    pub success: f64,
    /// The numerator: above 0 is displacement, below 0 a diffusion of benefits.
    pub ring: f64,
    /// R_b − Rₐ.
    pub gross_effect: f64,
    /// R_b/C_b − Rₐ/Cₐ.
    pub net_effect: f64,
    /// Events prevented in treated area and ring: R_b Cₐ/C_b − Rₐ + D_b Cₐ/C_b − Dₐ.
    pub total_net_effect: f64,
}

impl DisplacementCounts {
    /// The quotient of the ring's change to the treated area's, each relative to the control. Sizes and lengths cancel.
    ///
    /// # Errors
    /// Without a ring; where a count is negative or not finite; where the control counts nothing in a period.
    pub fn weighted_quotient(&self, settings: &Settings) -> Result<WeightedQuotient, EffectsError> {
        self.check()?;
        let fault = |message: &str| EffectsError::Events { field: "counts", message: message.into() };
        let (r, c) = (self.treated, self.control);
        let d = self.ring.ok_or_else(|| fault("found no ring, expected one"))?;
        if c.before <= 0.0 || c.after <= 0.0 {
            return Err(fault("the control counts no event in a period, expected at least one in each"));
        }
        let success = r.after / c.after - r.before / c.before;
        let ring = d.after / c.after - d.before / c.before;
        let quotient = (success < 0.0).then(|| ring / success);
        let expected = c.after / c.before;
        Ok(WeightedQuotient {
            quotient,
            interval: quotient.and_then(|q| self.interval(q, (ring, success), d, settings.level)),
            reading: quotient.map_or(Reading::NoSuccess, read),
            success,
            ring,
            gross_effect: r.before - r.after,
            net_effect: -success,
            total_net_effect: r.before * expected - r.after + d.before * expected - d.after,
        })
    }

    /// Its interval with independent counts.
    fn interval(
        &self,
        estimate: f64,
        (ring, success): (f64, f64),
        d: super::BeforeAfter,
        level: f64,
    ) -> Option<Interval> {
        let (r, c) = (self.treated, self.control);
        // Covariance of x/c and y/c with independent counts, by the delta method; x = y for a variance.
        let shared = |x: f64, y: f64, c: f64| x * y / c.powi(3);
        let own = |x: f64, c: f64| x / c.powi(2) + shared(x, x, c);
        let ring_variance = self.dispersion * (own(d.after, c.after) + own(d.before, c.before));
        let success_variance = self.dispersion * (own(r.after, c.after) + own(r.before, c.before));
        let covariance =
            self.dispersion * (shared(d.after, r.after, c.after) + shared(d.before, r.before, c.before));
        let (_, z, _) = crate::interval::normal(0.0, 1.0, level);
        fieller(estimate, (ring, success), (ring_variance, success_variance, covariance), z)
    }
}

/// The values q for which ring − q·success is less than `reach` errors from 0; `None` where they have no bounds.
pub(super) fn fieller(
    estimate: f64,
    (ring, success): (f64, f64),
    (ring_variance, success_variance, covariance): (f64, f64, f64),
    reach: f64,
) -> Option<Interval> {
    let square = success * success - reach * reach * success_variance;
    let middle = ring * success - reach * reach * covariance;
    let rest = ring * ring - reach * reach * ring_variance;
    let root = middle * middle - square * rest;
    (square > 0.0 && root >= 0.0).then(|| Interval {
        estimate,
        low: (middle - root.sqrt()) / square,
        high: (middle + root.sqrt()) / square,
    })
}

fn read(quotient: f64) -> Reading {
    match quotient {
        q if q > 1.0 => Reading::DiffusionBeyondDirect,
        q if q > 0.0 => Reading::Diffusion,
        q if q < -1.0 => Reading::DisplacementBeyondDirect,
        q if q < 0.0 => Reading::Displacement,
        _ => Reading::Neither,
    }
}
