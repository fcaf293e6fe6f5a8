//! Expectation–maximisation without labels: what each level says for and against one incident.
//!
//! Among matches, comparisons are independent: `P(γ | match) = Π_f m_f(γ_f)`. Pairs that do not match are of [`CLASSES`] latent kinds,
//! `P(γ | other) = Σ_k π_k Π_f u_kf(γ_f)`: reports that happen to be near each other, and reports of one bout of violence, which
//! agree on actors, place and day without being one incident. What they look like is learned from compared pairs and
//! from pairs near each other in place but weeks apart, which cannot match; how frequent they are from compared pairs alone. The
//! expectation is not Bayes' rule on each pair alone but the marginal under competition ([`crate::matching`]), or, within one dataset,
//! over partitions ([`crate::partition`]); the prior odds are those at which the expected number of matches before seeing γ equals
//! that after. How crowded it is around a pair ([`crate::crowd`]) is part of its evidence, and what the pair itself taught is not
//! ([`Taught::without`]).

use crate::compare::{Comparer, Feature, NO_LEVEL};
use crate::crowd::{Crowd, Ends};
use crate::exponential::exp;
use crate::matching::{Messages, Rivals};
use crate::settings::Settings;
use crate::tables::{CLASSES, Tables, Taught, maximise};
use crate::weigh::{Numbered, Weigher};

const STEPS: usize = 60;
/// Most that ε may become where a dataset is not said to hold an incident once.
const REPEATS: f64 = 0.5;

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
    let numbered = Numbered::new(&sample.levels, &offsets);
    let controls = Numbered::new(&sample.controls, &offsets);
    let mut base = vec![0.0_f64; total + 1];
    for &number in numbered.pairs().flatten() {
        base[number as usize] += 1.0;
    }
    base.truncate(total);
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
    let mut tables = Tables::new(features, offsets);
    let sum = |p: &[f32]| p.iter().map(|&p| f64::from(p)).sum::<f64>();
    let open = (pairs - sample.judged.iter().filter(|j| !j.1).count()) as f64;
    let odds = |p: &[f32]| {
        let matches = sum(p).max(1e-6);
        (matches / (open - matches).max(1e-6)).ln() as f32
    };
    let mut prior = odds(&p);
    let mut repeats = (assumed.repeats.0.min(0.03), assumed.repeats.1.min(0.03));
    let (mut ratios, mut weights, mut prior_p) = (vec![0.0; pairs], vec![0.0; pairs], Vec::new());
    let mut taught = Taught::default();
    let ends = Ends::compact(&sample.edges);
    let mut crowd = Crowd::default();
    let (mut crowded, mut alike) = (vec![0.0_f32; pairs], kind.clone());
    let mut sparse = vec![0.0_f32; pairs];
    let mut steps = 0;
    let mut last = sum(&p);
    let mut quiet = 0;
    while steps < STEPS && quiet < 3 {
        maximise(
            (&mut tables, &mut taught),
            (&numbered, &controls),
            &p,
            (&kind, &control_kind),
            &base,
            comparer,
            settings,
        );
        if pairs == 0 {
            // Nothing to learn from: every level says nothing.
            break;
        }
        steps += 1;
        let weigher = Weigher::new(&tables, &taught);
        weigher.kinds(&controls, &mut control_kind);
        weigher.pairs(&numbered, &p, &kind, &mut ratios, &mut alike);
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
                *weight = exp(prior - sparse);
            }
            let expected = rivals.marginals(&weights, repeats, 3, &mut before, &mut prior_p);
            if steps > 1 {
                prior += (sum(&p).max(1e-6) / sum(&prior_p).max(1e-6)).ln() as f32;
                prior = prior.clamp(-20.0, 5.0);
            }
            for pair in 0..pairs {
                weights[pair] = exp((ratios[pair] + prior).clamp(-CERTAIN, CERTAIN));
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
                together = level == day || level > 2 * day && (level - 2 * day - 1).is_multiple_of(3);
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
