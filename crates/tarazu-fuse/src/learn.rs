//! Expectation–maximisation without labels: what each level says for and against one incident.
//!
//! Among matches, comparisons are independent: `P(γ | match) = Π_f m_f(γ_f)`. Pairs that do not match are of [`CLASSES`] latent kinds,
//! `P(γ | other) = Σ_k π_k Π_f u_kf(γ_f)`: reports that happen to be near each other, and reports of one bout of violence, which
//! agree on actors, place and day without being one incident. What they look like is learned from compared pairs and
//! from pairs near each other in place but weeks apart, which cannot match; how frequent they are from compared pairs alone. The
//! expectation is not Bayes' rule on each pair alone but the marginal
//! under competition ([`crate::matching`]), or, within one dataset, that on which the best partition has its say; the prior odds are those at which the expected number of matches before seeing γ equals
//! that after.

use crate::compare::{Comparer, Feature, NO_LEVEL};
use crate::crowd::{Crowd, Ends};
use crate::matching::{Messages, Rivals};
use crate::settings::Settings;

/// Latent kinds of pairs that do not match.
pub(crate) const CLASSES: usize = 2;

/// Pseudo-counts, spread as the levels are over all pairs.
const PSEUDO: f64 = 3.0;
const STEPS: usize = 60;
/// What all pairs weeks apart count for together: enough to say what no match looks like where few pairs are compared, and not so
/// much that bouts of violence, which they do not show, are taken for matches.
const CONTROL_WEIGHT: f64 = 300.0;
/// Most that ε may become where a dataset is not said to hold an incident once.
const REPEATS: f64 = 0.5;

/// Logarithms of probabilities, by comparison and level.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    pub(crate) features: Vec<Feature>,
    offsets: Vec<usize>,
    /// log m, then log u of each kind.
    entries: Vec<[f32; 1 + CLASSES]>,
    /// log π of each kind.
    kinds: [f32; CLASSES],
    /// For comparisons from this one on, the most that they can add against each kind.
    most: Vec<[f32; CLASSES]>,
}

/// log Σ exp.
fn log_sum(values: [f32; CLASSES]) -> f32 {
    let top = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    top + values.iter().map(|v| (v - top).exp()).sum::<f32>().ln()
}

impl Tables {
    fn add(&self, sums: &mut [f32; 1 + CLASSES], feature: usize, level: u16) {
        if level != NO_LEVEL {
            let entry = &self.entries[self.offsets[feature] + usize::from(level)];
            for (sum, value) in sums.iter_mut().zip(entry) {
                *sum += value;
            }
        }
    }

    fn start(&self) -> [f32; 1 + CLASSES] {
        let mut sums = [0.0; 1 + CLASSES];
        sums[1..].copy_from_slice(&self.kinds);
        sums
    }

    fn ratio(sums: [f32; 1 + CLASSES]) -> f32 {
        let mut kinds = [0.0; CLASSES];
        kinds.copy_from_slice(&sums[1..]);
        sums[0] - log_sum(kinds)
    }

    /// How likely each kind is, were it no match.
    fn split(sums: [f32; 1 + CLASSES]) -> [f32; CLASSES] {
        let mut kinds = [0.0; CLASSES];
        kinds.copy_from_slice(&sums[1..]);
        let all = log_sum(kinds);
        kinds.map(|k| (k - all).exp())
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

/// What was learned of the pairs of two datasets.
#[derive(Debug, Clone)]
pub(crate) struct Learned {
    pub(crate) tables: Tables,
    /// log prior odds of a compared pair.
    pub(crate) prior: f32,
    /// ε of the first and of the second dataset.
    pub(crate) repeats: (f64, f64),
    /// How much the density of others varies.
    pub(crate) crowd: Crowd,
    pub(crate) steps: usize,
    /// Log-likelihood ratio and probability of each pair learned from.
    pub(crate) ratios: Vec<f32>,
    pub(crate) probabilities: Vec<f32>,
}

/// Pairs to learn from, in order of their first report.
pub(crate) struct Sample {
    pub(crate) edges: Vec<(u32, u32)>,
    /// Levels, pair by pair.
    pub(crate) levels: Vec<u16>,
    /// What a person said of a pair.
    pub(crate) judged: Vec<(u32, bool)>,
    /// Levels of pairs near each other in place and too far apart in time to match.
    pub(crate) controls: Vec<u16>,
    /// Reports of either side among which pairs were sought.
    pub(crate) reports: (f64, f64),
}

/// What may be assumed of the datasets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Assumed {
    /// Largest ε of the first and of the second dataset.
    pub(crate) repeats: (f64, f64),
    /// Whether pairs compete at all: not within one dataset.
    pub(crate) compete: bool,
}

impl Assumed {
    pub(crate) fn largest(repeats: Option<bool>) -> f64 {
        match repeats {
            None | Some(true) => REPEATS,
            Some(false) => 0.0,
        }
    }
}

/// Pairs of which the probability alone is below this are not kept where there are many.
pub(crate) const LEAST: f32 = 1e-3;

/// log of the odds that stand for certainty.
pub(crate) const CERTAIN: f32 = 30.0;

/// How likely each pair is together within one dataset, given the log-odds of each alone; sweeps drawn, and of these counted.
pub(crate) type Together<'a> = dyn FnMut(&[f32], (usize, usize), &mut [f32]) + 'a;

pub(crate) fn learn(
    comparer: &Comparer<'_>,
    sample: &Sample,
    assumed: Assumed,
    settings: &Settings,
    together: &mut Together<'_>,
) -> Learned {
    let features = comparer.features.clone();
    let width = features.len();
    let pairs = sample.edges.len();
    let mut offsets = vec![0];
    for &feature in &features {
        offsets.push(offsets.last().copied().unwrap_or(0) + comparer.size(feature));
    }
    let total = offsets[width];
    let level = |pair: usize, f: usize| sample.levels[pair * width + f];
    let mut base = vec![0.0_f64; total];
    for pair in 0..pairs {
        for (f, offset) in offsets[..width].iter().enumerate() {
            if level(pair, f) != NO_LEVEL {
                base[offset + usize::from(level(pair, f))] += 1.0;
            }
        }
    }
    for f in 0..width {
        let of = &mut base[offsets[f]..offsets[f + 1]];
        let (sum, size) = (of.iter().sum::<f64>(), of.len() as f64);
        of.iter_mut().for_each(|b| *b = (*b + 1e-3) / (sum + 1e-3 * size));
    }

    let mut p: Vec<f32> = (0..pairs)
        .map(|pair| guess(comparer, &features, &sample.levels[pair * width..(pair + 1) * width]))
        .collect();
    let mut control_kind: Vec<[f32; CLASSES]> = sample
        .controls
        .chunks_exact(width.max(1))
        .map(|levels| start_kind(comparer, &features, levels))
        .collect();
    let mut kind: Vec<[f32; CLASSES]> = (0..pairs)
        .map(|pair| start_kind(comparer, &features, &sample.levels[pair * width..(pair + 1) * width]))
        .collect();
    let judge = |values: &mut [f32], no: f32, yes: f32| {
        for &(pair, same) in &sample.judged {
            values[pair as usize] = if same { yes } else { no };
        }
    };
    judge(&mut p, 0.0, 1.0);

    let rivals = Rivals::new(&sample.edges);
    let (mut after, mut before) = (Messages::default(), Messages::default());
    let mut tables = Tables { features, offsets, ..Tables::default() };
    let sum = |p: &[f32]| p.iter().map(|&p| f64::from(p)).sum::<f64>();
    let open = (pairs - sample.judged.iter().filter(|j| !j.1).count()) as f64;
    let odds = |p: &[f32]| {
        let matches = sum(p).max(1e-6);
        (matches / (open - matches).max(1e-6)).ln() as f32
    };
    let mut prior = odds(&p);
    let mut repeats = (assumed.repeats.0.min(0.03), assumed.repeats.1.min(0.03));
    let (mut ratios, mut weights, mut prior_p) = (vec![0.0; pairs], vec![0.0; pairs], Vec::new());
    let ends = Ends::compact(&sample.edges);
    let mut crowd = Crowd::default();
    let (mut crowded, mut alike) = (vec![0.0_f32; pairs], kind.clone());
    let mut sparse = vec![0.0_f32; pairs];
    let mut steps = 0;
    let mut last = sum(&p);
    let mut quiet = 0;
    if pairs == 0 {
        // Nothing to learn from: every level says nothing.
        maximise(&mut tables, sample, &p, (&kind, &control_kind), &base, comparer, settings);
    }
    while steps < STEPS && quiet < 3 && pairs > 0 {
        steps += 1;
        maximise(&mut tables, sample, &p, (&kind, &control_kind), &base, comparer, settings);
        for (levels, kind) in sample.controls.chunks_exact(width).zip(&mut control_kind) {
            let mut sums = tables.start();
            for (f, &level) in levels.iter().enumerate() {
                tables.add(&mut sums, f, level);
            }
            *kind = Tables::split(sums);
        }
        for pair in 0..pairs {
            let mut sums = tables.start();
            for f in 0..width {
                tables.add(&mut sums, f, level(pair, f));
            }
            ratios[pair] = Tables::ratio(sums);
            alike[pair] = Tables::split(sums);
        }
        if steps > 2 {
            let others = |pair: usize| alike[pair].map(|k| k * (1.0 - p[pair]));
            let shares = tables.kinds.map(f32::exp);
            crowd = Crowd::around(
                None,
                &ends,
                sample.reports,
                others,
                |pair| [alike[pair], shares],
                [&mut crowded, &mut sparse],
            );
        }
        for pair in 0..pairs {
            ratios[pair] -= crowded[pair];
        }
        kind.copy_from_slice(&alike);
        if !assumed.compete {
            prior = odds(&p);
            for pair in 0..pairs {
                weights[pair] = ratios[pair] + prior;
            }
            judge(&mut weights, -CERTAIN, CERTAIN);
            together(&weights, if steps == 1 { (8, 4) } else { (6, 6) }, &mut p);
        } else {
            // Before γ is seen, at the prior odds and ε as they are.
            for (weight, sparse) in weights.iter_mut().zip(&sparse) {
                *weight = (prior - sparse).exp();
            }
            let expected = rivals.marginals(&weights, repeats, 3, &mut before, &mut prior_p);
            if steps > 1 {
                prior += (sum(&p).max(1e-6) / sum(&prior_p).max(1e-6)).ln() as f32;
                prior = prior.clamp(-20.0, 5.0);
            }
            for pair in 0..pairs {
                weights[pair] = (ratios[pair] + prior).clamp(-CERTAIN, CERTAIN).exp();
            }
            judge(&mut weights, (-CERTAIN).exp(), CERTAIN.exp());
            let found = rivals.marginals(&weights, repeats, 4, &mut after, &mut p);
            if steps > 3 {
                let update = |e: f64, most: f64, found: f64, expected: f64| {
                    (e * (found + 0.5) / (expected + 0.5)).clamp(1e-6, 1.0).min(most)
                };
                repeats = (
                    update(repeats.0, assumed.repeats.0, found.a, expected.a),
                    update(repeats.1, assumed.repeats.1, found.b, expected.b),
                );
            }
        }
        judge(&mut p, 0.0, 1.0);
        let now = sum(&p);
        quiet = if (now - last).abs() < 2e-4 * now + 1e-3 { quiet + 1 } else { 0 };
        last = now;
    }
    if !assumed.compete && pairs > 0 {
        together(&weights, (64, 64), &mut p);
        judge(&mut p, 0.0, 1.0);
    }
    tables.bound();
    Learned { tables, prior, repeats, crowd, steps, ratios, probabilities: p }
}

/// Where to begin with the kinds.
fn start_kind(comparer: &Comparer<'_>, features: &[Feature], levels: &[u16]) -> [f32; CLASSES] {
    let (mut alike, mut near, mut tolls) = (0, 0, 0);
    for (&feature, &level) in features.iter().zip(levels) {
        if level == NO_LEVEL {
            continue;
        }
        match feature {
            Feature::Actors => {
                let first = if level < 7 { level } else { (level - 7) / 5 };
                alike = usize::from(first <= 5);
            }
            Feature::Distance => near = usize::from(comparer.near(level)),
            Feature::Deaths => tolls = usize::from(level < 14),
            _ => {}
        }
    }
    let own = (alike + 2 * near + 4 * tolls) % CLASSES;
    let mut kinds = [0.4 / CLASSES as f32; CLASSES];
    kinds[own] += 0.6;
    kinds
}

/// Where to begin: how likely a match.
fn guess(comparer: &Comparer<'_>, features: &[Feature], levels: &[u16]) -> f32 {
    let (mut agree, mut seen, mut together) = (0.0, 0.0, true);
    for (&feature, &level) in features.iter().zip(levels) {
        if level == NO_LEVEL {
            continue;
        }
        match feature {
            Feature::Dates => {
                let day = comparer.days as u16;
                together = level == day || level > 2 * day && (level - 2 * day - 1) % 3 == 0;
            }
            Feature::Actors => {
                let first = if level < 7 { level } else { (level - 7) / 5 };
                seen += 2.0;
                agree += if first <= 3 { 2.0 } else { 0.0 };
            }
            Feature::Deaths => {
                seen += 1.0;
                agree += f32::from(level < 7);
            }
            Feature::Place | Feature::Target | Feature::Notes | Feature::Tags => {
                seen += 1.0;
                agree += f32::from(level >= 3);
            }
            Feature::Source => {
                seen += 1.0;
                agree += f32::from(level == 1);
            }
            _ => {}
        }
    }
    let share: f32 = if seen > 0.0 { agree / seen } else { 0.5 };
    0.05 + if together { 0.7 * share * share } else { 0.0 }
}

fn maximise(
    tables: &mut Tables,
    sample: &Sample,
    p: &[f32],
    (kind, control_kind): (&[[f32; CLASSES]], &[[f32; CLASSES]]),
    base: &[f64],
    comparer: &Comparer<'_>,
    settings: &Settings,
) {
    let width = tables.features.len();
    let mut counts = vec![[0.0_f64; 1 + CLASSES]; base.len()];
    let mut kinds = [0.0_f64; CLASSES];
    for (pair, (&p, of)) in p.iter().zip(kind).enumerate() {
        let mut weights = [f64::from(p); 1 + CLASSES];
        for k in 0..CLASSES {
            weights[k + 1] = f64::from((1.0 - p) * of[k]);
            kinds[k] += weights[k + 1];
        }
        for (f, offset) in tables.offsets[..width].iter().enumerate() {
            let level = sample.levels[pair * width + f];
            if level != NO_LEVEL {
                let count = &mut counts[offset + usize::from(level)];
                for (c, w) in count.iter_mut().zip(weights) {
                    *c += w;
                }
            }
        }
    }
    let scale = (CONTROL_WEIGHT / control_kind.len().max(1) as f64).min(1.0);
    for (levels, of) in sample.controls.chunks_exact(width).zip(control_kind) {
        let weights = of.map(|k| f64::from(k) * scale);
        for (&level, offset) in levels.iter().zip(&tables.offsets) {
            if level != NO_LEVEL {
                let count = &mut counts[offset + usize::from(level)];
                for (c, w) in count[1..].iter_mut().zip(weights) {
                    *c += w;
                }
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
                for c in 0..=CLASSES {
                    let smooth = PSEUDO * base[n] / base_sum;
                    tables.entries[n][c] = ((counts[n][c] + smooth) / sums[c]).ln() as f32;
                }
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
    fn bound(&mut self) {
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
