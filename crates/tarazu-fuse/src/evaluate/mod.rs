//! How well a fusion finds what is true: pairs, B³, calibration, coverage of intervals, and a fixed-window rule to compare with.
//!
//! Truth is for measuring and never an input. A partition is given as one label for each record: records of one label are of one
//! incident.

mod window;

use std::collections::HashMap;
use std::hash::Hash;

use serde::Serialize;

pub use window::Window;

/// How often what was found is true, and how much of what is true was found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Score {
    /// Share true of what was found; 1 where nothing was.
    pub precision: f64,
    /// Share found of what is true; 1 where nothing is.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
}

impl Score {
    /// Of the two shares.
    pub fn of(precision: f64, recall: f64) -> Self {
        let sum = precision + recall;
        Self { precision, recall, f1: if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 } }
    }
}

/// How many records have both labels, and how many have each.
struct Overlaps<F, T> {
    both: HashMap<(F, T), u64>,
    found: HashMap<F, u64>,
    truth: HashMap<T, u64>,
}

fn overlaps<F: Copy + Eq + Hash, T: Copy + Eq + Hash>(found: &[F], truth: &[T]) -> Overlaps<F, T> {
    let mut counts = Overlaps { both: HashMap::new(), found: HashMap::new(), truth: HashMap::new() };
    for (f, t) in found.iter().zip(truth) {
        *counts.both.entry((*f, *t)).or_insert(0) += 1;
        *counts.found.entry(*f).or_insert(0) += 1;
        *counts.truth.entry(*t).or_insert(0) += 1;
    }
    counts
}

/// Pairs of records of one incident, found and true.
pub fn pairs<F: Copy + Eq + Hash, T: Copy + Eq + Hash>(found: &[F], truth: &[T]) -> Score {
    fn within<'a>(sizes: impl Iterator<Item = &'a u64>) -> u64 {
        sizes.map(|n| n * (n - 1) / 2).sum()
    }
    let counts = overlaps(found, truth);
    let both = within(counts.both.values()) as f64;
    let share = |of: u64| if of == 0 { 1.0 } else { both / of as f64 };
    Score::of(share(within(counts.found.values())), share(within(counts.truth.values())))
}

/// B³: for each record, how much of its found incident is true, and how much of its true one was found; averaged over records.
/// Source: Bagga & Baldwin 1998, *Algorithms for scoring coreference chains*.
pub fn b_cubed<F: Copy + Eq + Hash, T: Copy + Eq + Hash>(found: &[F], truth: &[T]) -> Score {
    let counts = overlaps(found, truth);
    let records = found.len().min(truth.len()) as f64;
    if records == 0.0 {
        return Score::of(1.0, 1.0);
    }
    let (mut precision, mut recall) = (Vec::new(), Vec::new());
    for ((f, t), both) in &counts.both {
        let squared = (*both * *both) as f64;
        precision.push(squared / counts.found.get(f).map_or(1.0, |n| *n as f64));
        recall.push(squared / counts.truth.get(t).map_or(1.0, |n| *n as f64));
    }
    Score::of(sum(precision) / records, sum(recall) / records)
}

/// A sum that does not depend on the order, which a map does not keep.
fn sum(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.iter().sum()
}

/// Whether probabilities mean what they say.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Calibration {
    /// Pairs looked at.
    pub pairs: usize,
    /// Expected calibration error: the mean distance, over ten bins of equal width weighted by their pairs, between the mean
    /// probability and the share true (Guo et al. 2017, eq. 3).
    pub expected_error: f64,
    /// Pairs given 0.9 or more.
    pub confident: usize,
    /// Share of these that are true; `None` where there is none.
    pub confident_true: Option<f64>,
}

/// Compare probabilities with what is true of their pairs.
pub fn calibration(pairs: &[(f64, bool)]) -> Calibration {
    const BINS: usize = 10;
    let mut bins = [(0_usize, 0.0, 0_usize); BINS];
    let (mut confident, mut confident_true) = (0, 0);
    for (probability, is_true) in pairs {
        let at = ((probability * BINS as f64) as usize).min(BINS - 1);
        bins[at].0 += 1;
        bins[at].1 += probability;
        bins[at].2 += usize::from(*is_true);
        if *probability >= 0.9 {
            confident += 1;
            confident_true += usize::from(*is_true);
        }
    }
    let error: f64 = bins.iter().map(|(_, sum, hits)| (sum - *hits as f64).abs()).sum();
    Calibration {
        pairs: pairs.len(),
        expected_error: error / pairs.len().max(1) as f64,
        confident,
        confident_true: (confident > 0).then(|| confident_true as f64 / confident as f64),
    }
}

/// A share with its interval: Wilson's score interval (Wilson 1927) of so many in so many, at 95%.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// The share.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Share {
    /// `hits` in `of`; `None` of none.
    pub fn of(hits: usize, of: usize) -> Option<Self> {
        const Z: f64 = 1.959_963_984_540_054;
        if of == 0 {
            return None;
        }
        let (n, p) = (of as f64, hits as f64 / of as f64);
        let middle = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let half = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        Some(Self { estimate: p, low: (middle - half).max(0.0), high: (middle + half).min(1.0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every pair and every record, one by one.
    fn slow(found: &[u8], truth: &[u8]) -> (Score, Score) {
        let n = found.len();
        let (mut both, mut f, mut t) = (0.0, 0.0, 0.0);
        let (mut precision, mut recall) = (0.0, 0.0);
        for i in 0..n {
            let same = |j: usize| (found[i] == found[j], truth[i] == truth[j]);
            for j in i + 1..n {
                both += f64::from(same(j) == (true, true));
                f += f64::from(same(j).0);
                t += f64::from(same(j).1);
            }
            let count =
                |what: &dyn Fn((bool, bool)) -> bool| (0..n).filter(|j| what(same(*j))).count() as f64;
            precision += count(&|s| s.0 && s.1) / count(&|s| s.0) / n as f64;
            recall += count(&|s| s.0 && s.1) / count(&|s| s.1) / n as f64;
        }
        let share = |of: f64| if of == 0.0 { 1.0 } else { both / of };
        (Score::of(share(f), share(t)), Score::of(precision, recall))
    }

    proptest! {
        #[test]
        fn scores_are_those_of_counting_one_by_one(labels in prop::collection::vec((0_u8..6, 0_u8..6), 1..40)) {
            let (found, truth): (Vec<u8>, Vec<u8>) = labels.into_iter().unzip();
            let (by_pairs, by_records) = slow(&found, &truth);
            let (p, b) = (pairs(&found, &truth), b_cubed(&found, &truth));
            prop_assert!((p.f1 - by_pairs.f1).abs() < 1e-12 && (p.recall - by_pairs.recall).abs() < 1e-12);
            prop_assert!((b.f1 - by_records.f1).abs() < 1e-12);
            prop_assert!((b.precision - by_records.precision).abs() < 1e-12);
        }
    }

    #[test]
    fn what_says_70_percent_and_is_true_in_70_is_calibrated() {
        let pairs: Vec<_> = (0..100).map(|n| (0.7, n < 70)).collect();
        let calibration = calibration(&pairs);
        assert!(calibration.expected_error < 1e-12);
        assert_eq!((calibration.confident, calibration.confident_true), (0, None));
        let sure: Vec<_> = (0..10).map(|n| (0.95, n < 6)).collect();
        let sure = super::calibration(&sure);
        assert!((sure.expected_error - 0.35).abs() < 1e-12);
        assert_eq!(sure.confident_true, Some(0.6));
    }

    #[test]
    fn wilsons_interval_is_the_published_one() {
        // Newcombe 1998, table I, method 3: 81 in 263 and 0 in 20.
        let share = Share::of(81, 263).unwrap();
        assert!((share.low - 0.2553).abs() < 5e-5 && (share.high - 0.3662).abs() < 5e-5, "{share:?}");
        let none = Share::of(0, 20).unwrap();
        assert!(none.low == 0.0 && (none.high - 0.1611).abs() < 5e-5, "{none:?}");
    }
}
