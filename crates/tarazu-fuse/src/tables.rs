//! What each level says: logarithms of m and u, and how they come of weighted pairs.

use crate::compare::{Comparer, Feature, NO_LEVEL};
use crate::exponential::{exp, ln};
use crate::settings::Settings;
use crate::weigh::Numbered;

/// Latent kinds of pairs that do not match.
pub(crate) const CLASSES: usize = 2;

/// Pseudo-counts, spread as the levels are over all pairs.
const PSEUDO: f64 = 10.0;
/// What all pairs weeks apart count for together: enough to say what no match looks like where few pairs are compared, and not so
/// much that bouts of violence, which they do not show, are taken for matches.
const CONTROL_WEIGHT: f64 = 300.0;

/// Logarithms of probabilities, by comparison and level.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    pub(crate) features: Vec<Feature>,
    /// First level of each comparison, and the end.
    pub(crate) offsets: Vec<usize>,
    /// log m, then log u of each kind.
    entries: Vec<[f32; 1 + CLASSES]>,
    /// log π of each kind.
    pub(crate) kinds: [f32; CLASSES],
    /// For comparisons from this one on, the most that they can add against each kind.
    most: Vec<[f32; CLASSES]>,
}

/// log Σ exp.
fn log_sum(values: [f32; CLASSES]) -> f32 {
    let top = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    top + ln(values.iter().map(|v| exp(v - top)).sum::<f32>())
}

impl Tables {
    /// Of comparisons whose levels begin at these offsets.
    pub(crate) fn new(features: Vec<Feature>, offsets: Vec<usize>) -> Self {
        Self { features, offsets, ..Self::default() }
    }

    /// log m, then log u of each kind, of each level.
    pub(crate) fn entries(&self) -> &[[f32; 1 + CLASSES]] {
        &self.entries
    }

    pub(crate) fn add(&self, sums: &mut [f32; 1 + CLASSES], feature: usize, level: u16) {
        if level != NO_LEVEL {
            let entry = &self.entries[self.offsets[feature] + usize::from(level)];
            for (sum, value) in sums.iter_mut().zip(entry) {
                *sum += value;
            }
        }
    }

    pub(crate) fn start(&self) -> [f32; 1 + CLASSES] {
        let mut sums = [0.0; 1 + CLASSES];
        sums[1..].copy_from_slice(&self.kinds);
        sums
    }

    pub(crate) fn ratio(sums: [f32; 1 + CLASSES]) -> f32 {
        let mut kinds = [0.0; CLASSES];
        kinds.copy_from_slice(&sums[1..]);
        sums[0] - log_sum(kinds)
    }

    /// How likely each kind is, were it no match.
    pub(crate) fn split(sums: [f32; 1 + CLASSES]) -> [f32; CLASSES] {
        let mut kinds = [0.0; CLASSES];
        kinds.copy_from_slice(&sums[1..]);
        let all = log_sum(kinds);
        kinds.map(|k| exp(k - all))
    }

    /// Natural logarithm of the likelihood ratio of a pair and how likely it is of the second kind were it no match, unless the ratio
    /// cannot reach `least`.
    pub(crate) fn score(
        &self,
        comparer: &Comparer<'_>,
        a: usize,
        b: usize,
        least: f32,
    ) -> Option<(f32, f32)> {
        let mut sums = self.start();
        for (n, &feature) in self.features.iter().enumerate() {
            self.add(&mut sums, n, comparer.level(feature, a, b));
            let most = &self.most[n + 1];
            if (0..CLASSES).any(|k| sums[0] - sums[k + 1] + most[k] < least) {
                return None;
            }
        }
        let [_, second] = Self::split(sums);
        Some((Self::ratio(sums), second))
    }

    /// The evidence of each comparison in turn, given those before it, in bits, with its level.
    pub(crate) fn steps(&self, comparer: &Comparer<'_>, a: usize, b: usize) -> Vec<(Feature, u16, f64)> {
        let mut sums = self.start();
        let mut before = 0.0;
        let step = |(n, &feature): (usize, &Feature)| {
            let level = comparer.level(feature, a, b);
            self.add(&mut sums, n, level);
            let after = f64::from(Self::ratio(sums)) / std::f64::consts::LN_2;
            let bits = after - before;
            before = after;
            (feature, level, bits)
        };
        self.features.iter().enumerate().map(step).collect()
    }

    /// m and u (over all kinds) of a level.
    pub(crate) fn probabilities(&self, feature: usize, level: usize) -> (f64, f64) {
        let entry = &self.entries[self.offsets[feature] + level];
        let mut kinds = [0.0; CLASSES];
        for (k, kind) in kinds.iter_mut().enumerate() {
            *kind = self.kinds[k] + entry[k + 1];
        }
        (f64::from(entry[0].exp()), f64::from(log_sum(kinds).exp()))
    }
}

/// What each level was learned from.
#[derive(Default)]
pub(crate) struct Taught {
    counts: Vec<[f64; 1 + CLASSES]>,
    /// Of all levels of its group, with the pseudo-counts; infinite where probabilities were set.
    sums: Vec<[f64; 1 + CLASSES]>,
    /// Pseudo-counts of the level.
    smooth: Vec<f64>,
}

/// A level that so many pairs reach hardly changes by one of them.
const MANY: f64 = 50.0;

impl Taught {
    /// Whether so few pairs reach a level that each has a part in what it says.
    pub(crate) fn rare(&self, at: usize) -> bool {
        self.counts[at].iter().sum::<f64>() <= MANY && self.sums[at][0].is_finite()
    }

    /// The logarithms of a level without the part that a pair itself had in them, by its weight as a match and as an other of each kind. A rare level
    /// would otherwise be taken for what the pair was thought to be.
    pub(crate) fn without(&self, tables: &Tables, at: usize, own: [f64; 1 + CLASSES]) -> [f32; 1 + CLASSES] {
        if !self.rare(at) {
            return tables.entries[at];
        }
        let counts = &self.counts[at];
        std::array::from_fn(|c| {
            let left = (counts[c] - own[c]).max(0.0) + self.smooth[at];
            // Most pairs have next to no part in most columns.
            if own[c] < 1e-3 * left {
                tables.entries[at][c]
            } else {
                ln((left / (self.sums[at][c] - own[c])) as f32)
            }
        })
    }
}

/// Maximisation: the levels' probabilities from the pairs by their weights.
pub(crate) fn maximise(
    (tables, taught): (&mut Tables, &mut Taught),
    (numbered, controls): (&Numbered, &Numbered),
    p: &[f32],
    (kind, control_kind): (&[[f32; CLASSES]], &[[f32; CLASSES]]),
    base: &[f64],
    comparer: &Comparer<'_>,
    settings: &Settings,
) {
    let counts = &mut taught.counts;
    counts.clear();
    // The last counts missing values.
    counts.resize(base.len() + 1, [0.0_f64; 1 + CLASSES]);
    taught.sums.clear();
    taught.sums.resize(base.len(), [f64::INFINITY; 1 + CLASSES]);
    taught.smooth.clear();
    taught.smooth.resize(base.len(), 0.0);
    let mut kinds = [0.0_f64; CLASSES];
    for ((&p, of), numbers) in p.iter().zip(kind).zip(numbered.pairs()) {
        let mut weights = [f64::from(p); 1 + CLASSES];
        for k in 0..CLASSES {
            weights[k + 1] = f64::from((1.0 - p) * of[k]);
            kinds[k] += weights[k + 1];
        }
        for &number in numbers {
            for (c, w) in counts[number as usize].iter_mut().zip(weights) {
                *c += w;
            }
        }
    }
    let scale = (CONTROL_WEIGHT / control_kind.len().max(1) as f64).min(1.0);
    for (numbers, of) in controls.pairs().zip(control_kind) {
        let weights = of.map(|k| f64::from(k) * scale);
        for &number in numbers {
            for (c, w) in counts[number as usize][1..].iter_mut().zip(weights) {
                *c += w;
            }
        }
    }
    let all = kinds.iter().sum::<f64>() + CLASSES as f64;
    tables.kinds = kinds.map(|k| ((k + 1.0) / all).ln() as f32);
    tables.entries.resize(base.len(), [0.0; 1 + CLASSES]);
    for (f, &feature) in comparer.features.iter().enumerate() {
        let first = tables.offsets[f];
        let set = settings.comparisons.get(feature.name());
        let mut from = first;
        for end in comparer.groups(feature) {
            let range = from..first + end;
            from = range.end;
            let mut sums = [PSEUDO; 1 + CLASSES];
            let base_sum: f64 = base[range.clone()].iter().sum();
            for count in &counts[range.clone()] {
                for (sum, c) in sums.iter_mut().zip(count) {
                    *sum += c;
                }
            }
            for n in range.clone() {
                let smooth = PSEUDO * base[n] / base_sum;
                for c in 0..=CLASSES {
                    tables.entries[n][c] = ln(((counts[n][c] + smooth) / sums[c]) as f32);
                }
                taught.smooth[n] = smooth;
                taught.sums[n] = if set.is_none() { sums } else { [f64::INFINITY; 1 + CLASSES] };
            }
            let Some(set) = set else { continue };
            for (values, columns) in [(&set.m, 0..1), (&set.u, 1..1 + CLASSES)] {
                let Some(values) = values.as_deref().and_then(|v| v.get(range.start - first..end)) else {
                    continue;
                };
                let sum: f64 = values.iter().sum();
                for (n, value) in range.clone().zip(values) {
                    for c in columns.clone() {
                        tables.entries[n][c] = (value / sum).ln() as f32;
                    }
                }
            }
        }
    }
}

impl Tables {
    /// For each comparison the most that those from it on can add.
    pub(crate) fn bound(&mut self) {
        let width = self.features.len();
        self.most = vec![[0.0; CLASSES]; width + 1];
        for f in (0..width).rev() {
            for k in 0..CLASSES {
                let entries = self.entries.get(self.offsets[f]..self.offsets[f + 1]).unwrap_or_default();
                let most = entries.iter().map(|e| e[0] - e[k + 1]).fold(0.0, f32::max);
                self.most[f][k] = self.most[f + 1][k] + most;
            }
        }
    }
}
