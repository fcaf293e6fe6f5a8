//! How crowded it is around a pair: others of each kind among the candidates of its two reports.
//!
//! Whether a report has its like in the other dataset does not depend on how many other incidents are near. That two reports of two
//! incidents agree does: in a bout of violence every report has many that look like it. So the density of others of kind k in
//! `P(γ | other)` is a local one, `π_k g_k` with
//! `g_k = (α_k + n_k) / (α_k + μ_k)`: `n_k` are the expected others of the kind among the candidates of both reports, the pair itself
//! left out, `μ_k` is what two reports have on average, and α_k says how much the density varies from place to place. It is the
//! posterior mean of a Poisson rate with a gamma prior, α by the method of moments (Robbins 1956; Greenwood & Yule 1920).

use rayon::prelude::*;

use crate::exponential::ln;
use crate::tables::CLASSES;

/// Least and greatest α: below, a report without others would be taken for sure; above, density does not vary.
const ALPHA: (f64, f64) = (0.2, 50.0);

/// Pairs that one thread does at a time.
const PART: usize = 2048;

/// Numbers of the two reports of each pair.
pub(crate) struct Ends {
    of: [Vec<u32>; 2],
    count: [usize; 2],
}

impl Ends {
    /// Reports are numbered as they occur, so that a sample takes little memory.
    pub(crate) fn compact(edges: &[(u32, u32)]) -> Self {
        let number = |of: &dyn Fn(&(u32, u32)) -> u32| {
            let mut all: Vec<u32> = edges.iter().map(of).collect();
            all.sort_unstable();
            all.dedup();
            let ends = edges.iter().map(|e| all.partition_point(|&x| x < of(e)) as u32).collect();
            (ends, all.len())
        };
        let (a, b) = (number(&|e| e.0), number(&|e| e.1));
        Self { of: [a.0, b.0], count: [a.1, b.1] }
    }

    /// Reports are numbered by position from the first of each side.
    pub(crate) fn direct(
        edges: impl Iterator<Item = (u32, u32)> + Clone,
        ranges: [&std::ops::Range<usize>; 2],
    ) -> Self {
        let a = edges.clone().map(|e| e.0 - ranges[0].start as u32).collect();
        let b = edges.map(|e| e.1 - ranges[1].start as u32).collect();
        Self { of: [a, b], count: [ranges[0].len(), ranges[1].len()] }
    }
}

/// How much the density of each kind of others varies.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Crowd {
    alpha: [f64; CLASSES],
}

impl Crowd {
    /// `ln Σ_k r_k g_k` of each pair: what its log-likelihood ratio loses by its crowd. `others` are for each pair the
    /// probabilities that it is an other of each kind, 0 where it is too unlike to be taken for a match, and `kinds` shares
    /// `r_k` of the kinds, each set of which fills one of `out`. α is learned where it is not given.
    pub(crate) fn around<const N: usize>(
        given: Option<Self>,
        ends: &Ends,
        reports: (f64, f64),
        others: impl Fn(usize) -> [f32; CLASSES] + Sync,
        kinds: impl Fn(usize) -> [[f32; CLASSES]; N] + Sync,
        out: [&mut [f32]; N],
    ) -> Self {
        let mut counts = ends.count.map(|n| vec![[0.0_f32; CLASSES]; n]);
        let mut all = [0.0_f64; CLASSES];
        for pair in 0..ends.of[0].len() {
            let others = others(pair);
            for k in 0..CLASSES {
                all[k] += f64::from(others[k]);
                for (counts, of) in counts.iter_mut().zip(&ends.of) {
                    counts[of[pair] as usize][k] += others[k];
                }
            }
        }
        let sizes = [reports.0.max(1.0), reports.1.max(1.0)];
        let crowd = given.unwrap_or_else(|| {
            let alpha = |k: usize| {
                let (mut excess, mut square) = (0.0, 0.0);
                for (counts, n) in counts.iter().zip(sizes) {
                    let mean = all[k] / n;
                    let squares: f64 = counts.iter().map(|c| f64::from(c[k]).powi(2)).sum();
                    excess += squares / n - mean * mean - mean;
                    square += mean * mean;
                }
                (square / excess.max(1e-9)).clamp(ALPHA.0, ALPHA.1)
            };
            Self { alpha: std::array::from_fn(alpha) }
        });
        // What a pair's own crowd is divided by.
        let scale: [f64; CLASSES] =
            std::array::from_fn(|k| 1.0 / (crowd.alpha[k] + all[k] / sizes[0] + all[k] / sizes[1]));
        let pairs = ends.of[0].len();
        let mut parts = out.map(|out| out.chunks_mut(PART));
        let parts: Vec<[&mut [f32]; N]> = (0..pairs.div_ceil(PART))
            .map(|_| std::array::from_fn(|n| parts[n].next().unwrap_or_default()))
            .collect();
        parts.into_par_iter().enumerate().for_each(|(part, mut out)| {
            let first = part * PART;
            for pair in first..(first + PART).min(pairs) {
                let (own, kinds) = (others(pair), kinds(pair));
                let mut sums = [0.0; N];
                for k in 0..CLASSES {
                    let near: f32 = counts
                        .iter()
                        .zip(&ends.of)
                        .map(|(counts, of)| (counts[of[pair] as usize][k] - own[k]).max(0.0))
                        .sum();
                    let local = (crowd.alpha[k] + f64::from(near)) * scale[k];
                    for (sum, kinds) in sums.iter_mut().zip(&kinds) {
                        *sum += f64::from(kinds[k]) * local;
                    }
                }
                for (out, sum) in out.iter_mut().zip(sums) {
                    out[pair - first] = sum.max(1e-9) as f32;
                }
            }
            for out in out {
                out.iter_mut().for_each(|sum| *sum = ln(*sum));
            }
        });
        crowd
    }
}
