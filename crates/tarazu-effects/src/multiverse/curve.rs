//! The specification curve: every estimate by size, and what all of them say together.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use super::run::{CellEstimate, CellResult};
use crate::estimate::{Interval, quantiles};

/// What all specifications say together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Cells that were tried or, where a plan is answered, found to lack their data.
    pub cells: usize,
    /// Of these, estimated.
    pub estimated: usize,
    /// The others, by reason.
    pub excluded: BTreeMap<Cow<'static, str>, usize>,
    /// The middle of the specifications: medians of their relative estimates, lower ends and upper ends.
    pub middle: Option<Interval>,
    /// Between these lie nine in ten of the relative estimates.
    pub central: Option<(f64, f64)>,
    /// Lowest lower end and highest upper end of all.
    pub extremes: Option<(f64, f64)>,
    /// Specifications with an estimate below zero.
    pub below: usize,
    /// Specifications with an interval wholly below zero.
    pub wholly_below: usize,
    /// Specifications with an interval wholly above zero.
    pub wholly_above: usize,
    /// Median of ln(observed / expected).
    pub median_log_ratio: Option<f64>,
    /// Median of its standard errors.
    pub median_error: Option<f64>,
    /// Mean over specifications of estimate / standard error (Stouffer's Z but for a constant).
    pub mean_z: Option<f64>,
    /// Median of what plain before–after readings would have said.
    pub before_after: Option<f64>,
}

/// The estimates of these results.
pub fn estimates(results: &[CellResult]) -> impl Iterator<Item = &CellEstimate> {
    results.iter().filter_map(|r| r.outcome.as_ref().ok())
}

/// Positions of the estimated results, by the size of their relative estimates.
pub fn by_size(results: &[CellResult]) -> Vec<usize> {
    let estimate = |i: &usize| results[*i].outcome.as_ref().map_or(f64::NAN, |e| e.relative.estimate);
    let mut order: Vec<usize> = (0..results.len()).filter(|i| results[*i].outcome.is_ok()).collect();
    order.sort_by(|a, b| estimate(a).total_cmp(&estimate(b)));
    order
}

/// Summarise results.
pub fn summary(results: &[CellResult]) -> Summary {
    let mut excluded = BTreeMap::new();
    for reason in results.iter().filter_map(|r| r.outcome.as_ref().err()) {
        *excluded.entry(reason.clone()).or_insert(0) += 1;
    }
    let all = |f: fn(&CellEstimate) -> f64| estimates(results).map(f).collect::<Vec<f64>>();
    let count = |f: fn(&CellEstimate) -> bool| estimates(results).filter(|e| f(e)).count();
    let (lows, highs) = (all(|e| e.relative.low), all(|e| e.relative.high));
    let mut sizes = all(|e| e.relative.estimate);
    let middle = median(sizes.clone())
        .zip(median(lows.clone()))
        .zip(median(highs.clone()))
        .map(|((estimate, low), high)| Interval { estimate, low, high });
    let z = all(|e| e.log_ratio.0 / e.log_ratio.1.max(1e-12));
    let estimated = z.len();
    Summary {
        cells: results.len(),
        estimated,
        excluded,
        middle,
        central: (estimated > 0).then(|| {
            let (low, _, high) = quantiles(&mut sizes, 0.9);
            (low, high)
        }),
        extremes: lows.into_iter().reduce(f64::min).zip(highs.into_iter().reduce(f64::max)),
        below: count(|e| e.relative.estimate < 0.0),
        wholly_below: count(|e| e.relative.high < 0.0),
        wholly_above: count(|e| e.relative.low > 0.0),
        median_log_ratio: median(all(|e| e.log_ratio.0)),
        median_error: median(all(|e| e.log_ratio.1)),
        mean_z: (estimated > 0).then(|| z.iter().sum::<f64>() / estimated as f64),
        before_after: median(estimates(results).filter_map(|e| e.before_after).collect()),
    }
}

/// The median; `None` of nothing.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}
