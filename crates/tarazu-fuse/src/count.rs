//! How many incidents there are: behind the reports, in one dataset and not in another, and in none.

use std::collections::{BTreeMap, BTreeSet};

use crate::capture::CaptureRecapture;
use crate::draw::UNCERTAINTY;
use crate::fusion::{Fusion, Interval, Link, Share};
use crate::prepare::Words;
use crate::reports::Reports;
use crate::settings::{DatasetRules, Settings};

/// Draws from which the number of incidents is counted where pairs alone do not give it.
const DRAWS: u64 = 24;

/// Share of the expected matches that is taken as standard error of their number: reports so wrong in place, day or actors that no
/// comparison shows what they are.
const UNSEEN: f64 = 0.03;

/// Standard error of the number of matches for having learned from them, times their square root: the fewer, the less is known of them.
const LEARNED: f64 = 0.6;

/// Two-sided normal quantile: Abramowitz & Stegun (1964), 26.2.23, right to 0.00045.
fn quantile(level: f64) -> f64 {
    let tail = (1.0 - level) / 2.0;
    let t = (-2.0 * tail.ln()).sqrt();
    t - (2.515_517 + 0.802_853 * t + 0.010_328 * t * t)
        / (1.0 + 1.432_788 * t + 0.189_269 * t * t + 0.001_308 * t * t * t)
}

/// What is known of the pairs of two datasets, or of one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Matches {
    /// Expected matches among the pairs compared.
    pub(crate) compared: f64,
    /// Σ p (1 − p) over them.
    pub(crate) variance: f64,
    /// Expected matches that were not compared: beyond the limits of blocking, or without day or place.
    pub(crate) missing: f64,
}

/// Number of distinct incidents behind the reports. Two datasets that hold an incident once have as many fewer incidents than reports
/// as pairs match; otherwise incidents are counted in draws. Expected matches that were not compared are taken off, with half of them
/// as standard error; the errors of [`UNSEEN`] and [`LEARNED`] are added; the model's own uncertainty is that of its prior odds ([`UNCERTAINTY`]).
pub(crate) fn distinct(
    fusion: &Fusion,
    reports: &Reports,
    matches: &BTreeMap<(usize, usize), Matches>,
    settings: &Settings,
) -> Interval {
    let all = reports.len() as f64;
    let missing: f64 = matches.values().map(|m| m.missing).sum();
    let (estimate, variance) = if matches.len() == 1 && matches.keys().all(|(x, y)| x != y) {
        let compared: f64 = matches.values().map(|m| m.compared).sum();
        let variance: f64 = matches.values().map(|m| m.variance).sum();
        (all - compared, variance + (UNCERTAINTY * variance).powi(2))
    } else {
        let counts: Vec<f64> =
            (0..DRAWS).map(|n| fusion.draw(reports, u64::MAX - 1 - n).len() as f64).collect();
        let n = counts.len() as f64;
        let mean = counts.iter().sum::<f64>() / n;
        (mean, counts.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / (n - 1.0))
    };
    let estimate = (estimate - missing).max(1.0_f64.min(all));
    let compared = matches.values().map(|m| m.compared).sum::<f64>().min(all);
    let variance =
        variance + (missing / 2.0).powi(2) + (UNSEEN * compared).powi(2) + LEARNED.powi(2) * compared;
    let half = quantile(settings.level) * variance.sqrt();
    Interval {
        estimate,
        low: (estimate - half).max(0.0),
        high: (estimate + half).min(all),
        level: settings.level,
    }
}

/// What each dataset could hold, by what it covers.
struct Coverage<'a> {
    reports: &'a Reports,
    rules: Vec<DatasetRules>,
    /// Numbers of the texts that name the state's own forces.
    state: BTreeSet<u32>,
}

impl<'a> Coverage<'a> {
    fn new(reports: &'a Reports, settings: &Settings) -> Self {
        let rules: Vec<DatasetRules> = reports.datasets().iter().map(|d| settings.dataset(d)).collect();
        let mut state = BTreeSet::new();
        if rules.iter().any(|r| r.no_state_operations) {
            let names: BTreeSet<String> =
                settings.state_actors.iter().map(|name| Words::of(name).plain).collect();
            let is_state = |number: &u32| names.contains(&Words::of(reports.texts.get(*number)).plain);
            let mut first: Vec<u32> =
                (0..reports.len()).filter_map(|row| reports.actor_names.get(row).first().copied()).collect();
            first.sort_unstable();
            first.dedup();
            state.extend(first.into_iter().filter(is_state));
        }
        Self { reports, rules, state }
    }

    fn holds(&self, dataset: usize, row: usize) -> bool {
        let rules = self.rules[dataset];
        let lethal = || self.reports.deaths(row).iter().flatten().any(|&d| d > 0);
        let by_state = || self.reports.actor_names.get(row).first().is_some_and(|n| self.state.contains(n));
        (!rules.lethal_only || lethal()) && !(rules.no_state_operations && by_state())
    }
}

/// What each dataset lacks of each other, by expected matches.
pub(crate) fn shares(
    reports: &Reports,
    settings: &Settings,
    matches: &BTreeMap<(usize, usize), Matches>,
) -> Vec<Share> {
    let mut shares = Vec::new();
    let coverage = Coverage::new(reports, settings);
    for (&(x, y), matches) in matches.iter().filter(|((x, y), _)| x != y) {
        for (x, y) in [(x, y), (y, x)] {
            let eligible = (0..reports.len())
                .filter(|&row| reports.dataset_of(row) == x && coverage.holds(y, row))
                .count() as u64;
            let lacking = (eligible as f64 - matches.compared - matches.missing).max(0.0);
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

/// What all datasets miss. Chapman (1951) for two datasets, with Seber's (1970) variance; Chao (1987) for more. Only reports that every
/// dataset could hold are counted.
pub(crate) fn capture(
    fusion: &Fusion,
    reports: &Reports,
    matches: &BTreeMap<(usize, usize), Matches>,
    settings: &Settings,
) -> Option<CaptureRecapture> {
    let datasets = reports.datasets().len();
    if datasets < 2 {
        return None;
    }
    let mut assumptions = vec![
        "the datasets record independently of each other: an incident that one records is no likelier in another",
        "every incident is as likely to be recorded as any other within the coverage that all datasets share",
        "links are right on average; their probabilities are used as they are",
    ];
    let coverage = Coverage::new(reports, settings);
    let mut held = vec![0_u32; datasets];
    let (mut once, mut twice, mut seen, mut all_seen) = (0.0, 0.0, 0.0, 0.0);
    let mut in_dataset = vec![0.0; datasets];
    for incident in 0..fusion.incidents.len() {
        let members = fusion.incidents.members(incident);
        all_seen += 1.0;
        let eligible = members.iter().any(|&row| (0..datasets).all(|d| coverage.holds(d, row as usize)));
        if !eligible {
            continue;
        }
        held.fill(0);
        for &row in members {
            held[reports.dataset_of(row as usize)] = 1;
        }
        for (sum, h) in in_dataset.iter_mut().zip(&held) {
            *sum += f64::from(*h);
        }
        seen += 1.0;
        match held.iter().sum::<u32>() {
            1 => once += 1.0,
            2 => twice += 1.0,
            _ => {}
        }
    }
    let z = quantile(settings.level);
    let (total, variance, method) = if datasets == 2 {
        let m = matches.iter().find(|((x, y), _)| x != y)?.1;
        let (n1, n2) = (in_dataset[0], in_dataset[1]);
        // Expected matches of eligible incidents: those joined, corrected for what the threshold left out.
        let joined = n1 + n2 - seen;
        let across =
            |l: &&Link| l.joined && reports.dataset_of(l.a as usize) != reports.dataset_of(l.b as usize);
        let kept = fusion.links.iter().filter(across).count() as f64;
        let m = (joined * ((m.compared + m.missing) / kept.max(1.0)).min(2.0)).min(n1.min(n2));
        let total = (n1 + 1.0) * (n2 + 1.0) / (m + 1.0) - 1.0;
        let variance = (n1 + 1.0) * (n2 + 1.0) * (n1 - m) * (n2 - m) / ((m + 1.0).powi(2) * (m + 2.0));
        (total, variance, "Chapman")
    } else {
        assumptions[1] = "incidents may differ in how likely they are to be recorded, in which case the estimate is a lower bound";
        let f2: f64 = twice;
        let missed = once * (once - 1.0_f64).max(0.0) / (2.0 * (f2 + 1.0));
        let ratio = once / f2.max(1.0);
        let variance = f2.max(1.0) * (ratio.powi(4) / 4.0 + ratio.powi(3) + ratio.powi(2) / 2.0);
        (seen + missed, variance, "Chao")
    };
    if coverage.rules.iter().any(|r| r.lethal_only) {
        assumptions.push("only incidents with deaths are counted, as a dataset holds no others");
    }
    if coverage.rules.iter().any(|r| r.no_state_operations) {
        assumptions.push("operations of the state are left out, as a dataset holds none");
    }
    let half = z * variance.sqrt();
    let interval = |estimate: f64, least: f64| Interval {
        estimate: estimate.max(least),
        low: (estimate - half).max(least),
        high: (estimate + half).max(least),
        level: settings.level,
    };
    let beyond = all_seen - seen;
    Some(CaptureRecapture {
        method,
        total: interval(total + beyond, all_seen),
        missed: interval(total - seen, 0.0),
        assumptions,
    })
}
