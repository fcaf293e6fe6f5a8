//! Structural time series of counts: negative binomial about the exponential of a level that returns to its mean, season and
//! regression. The variances are integrated over a grid; at each point the rest has a normal approximation at its mode ([`super::laplace`]).
//!
//! Priors: the square root of the overdispersion and the level's standard deviation are half-normal with scale 1 on the log scale, its
//! persistence is uniform; coefficients of the season have standard deviation 1, the line's change from the first period before to the last 1.5, and
//! all covariates together, standardised, 0.5.

use std::collections::VecDeque;

use rand_chacha::ChaCha8Rng;

use super::Posterior;
use super::laplace::{Hyper, Latent, Mode};
use crate::problem::{EffectsError, Problem};
use crate::random::{negative_binomial, normal};

/// Square roots of the overdispersion.
const DISPERSIONS: [f64; 8] = [0.05, 0.2, 0.35, 0.5, 0.65, 0.85, 1.1, 1.5];
/// Standard deviations of the level about its mean.
const DEVIATIONS: [f64; 8] = [0.03, 0.15, 0.3, 0.45, 0.6, 0.8, 1.05, 1.4];
/// Autocorrelations of the level from one period to the next.
const PERSISTENCES: [f64; 5] = [0.1, 0.35, 0.6, 0.8, 0.95];
/// Points that weigh less than this part of the heaviest are left out.
const NEGLIGIBLE: f64 = 1e-3;

/// ln of the prior mass that a point of a grid stands for: half the distance between its neighbours, times the half-normal's density.
fn log_mass(grid: &[f64], i: usize, density: impl Fn(f64) -> f64) -> f64 {
    let low = if i == 0 { grid[0] } else { grid[i - 1] };
    let high = grid.get(i + 1).copied().unwrap_or(grid[i]);
    ((high - low) / 2.0).ln() + density(grid[i])
}

fn half_normal(x: f64) -> f64 {
    -0.5 * x * x
}

/// One point of the grid.
struct Atom {
    hyper: Hyper,
    mode: Mode,
    weight: f64,
}

pub(super) fn sample(
    problem: &Problem,
    design: &[Vec<f64>],
    always: &[bool],
    draws: usize,
    rng: &mut ChaCha8Rng,
) -> Result<Posterior, EffectsError> {
    let n = problem.start;
    let before = problem.before();
    let p = design.len();
    let rows: Vec<f64> = (0..n).flat_map(|t| design.iter().map(move |c| c[t])).collect();
    let precisions = precisions(design, always, n);
    let latent = Latent { counts: before, rows: &rows, precisions: &precisions };
    let atoms = integrate(&latent, before)?;

    let mut counterfactual = vec![Vec::with_capacity(draws); problem.outcome.len() - n];
    for _ in 0..draws {
        let Atom { hyper, mode, .. } = choose(&atoms, rng);
        let z: Vec<f64> = (0..p).map(|_| normal(rng)).collect();
        let shift = mode.precision.solve_transposed_factor(&z);
        let coefficients: Vec<f64> = mode.coefficients.iter().zip(&shift).map(|(m, s)| m + s).collect();
        let taken: f64 = mode.level_of.iter().zip(&coefficients).map(|(l, b)| l * b).sum();
        let mut level = mode.level - taken + mode.level_variance.sqrt() * normal(rng);
        let step = hyper.deviation * (1.0 - hyper.persistence.powi(2)).sqrt();
        for (t, draws) in (n..problem.outcome.len()).zip(&mut counterfactual) {
            level = hyper.persistence * level + step * normal(rng);
            let regression: f64 = design.iter().zip(&coefficients).map(|(c, b)| c[t] * b).sum();
            let mean = (level + regression).clamp(-30.0, 30.0).exp();
            draws.push(negative_binomial(rng, mean, hyper.overdispersion));
        }
    }
    let average = |f: &dyn Fn(&Atom) -> f64| atoms.iter().map(|a| a.weight * f(a)).sum::<f64>();
    Ok(Posterior {
        counterfactual,
        fitted: (0..n).map(|t| average(&|a| a.mode.eta[t].exp())).collect(),
        parameters: vec![
            ("overdispersion".into(), average(&|a| a.hyper.overdispersion)),
            ("level_deviation".into(), average(&|a| a.hyper.deviation)),
            ("level_persistence".into(), average(&|a| a.hyper.persistence)),
        ],
    })
}

/// Prior precisions of the coefficients: the intercept's hardly any.
fn precisions(design: &[Vec<f64>], always: &[bool], n: usize) -> Vec<f64> {
    let covariates = always.iter().filter(|a| !**a).count() as f64;
    design
        .iter()
        .zip(always)
        .enumerate()
        .map(|(k, (column, always))| {
            let range = column[n - 1] - column[0];
            match (k, always) {
                (0, _) => 1e-4,
                (_, false) => covariates / 0.25,
                // A season's column comes back to where it was; the line's has its ends two apart.
                (_, true) if (range - 2.0).abs() < 1e-9 => (range / 1.5).powi(2),
                _ => 1.0,
            }
        })
        .collect()
}

/// A point of the grid by its three places.
type Place = [usize; 3];
const SIZES: Place = [DISPERSIONS.len(), DEVIATIONS.len(), PERSISTENCES.len()];

/// The points on whichever side of `place`.
fn neighbours(place: Place) -> impl Iterator<Item = Place> {
    (0..3).flat_map(move |d| {
        [place[d].checked_sub(1), Some(place[d] + 1)]
            .into_iter()
            .flatten()
            .filter(move |v| *v < SIZES[d])
            .map(move |v| {
                let mut next = place;
                next[d] = v;
                next
            })
    })
}

/// The posterior has one hump in practice: from the middle of the grid outwards, each mode sought from its neighbour's, as far as the weight
/// is not negligible.
fn integrate(latent: &Latent<'_>, before: &[f64]) -> Result<Vec<Atom>, EffectsError> {
    let mean = before.iter().sum::<f64>() / before.len() as f64;
    let middle = SIZES.map(|s| s / 2);
    let mut reached = vec![false; SIZES.iter().product()];
    let index = |p: Place| (p[0] * SIZES[1] + p[1]) * SIZES[2] + p[2];
    reached[index(middle)] = true;
    let mut queue =
        VecDeque::from([(middle, before.iter().map(|y| f64::midpoint(*y, mean).ln()).collect::<Vec<_>>())]);
    let mut heaviest = f64::NEG_INFINITY;
    let mut atoms: Vec<Atom> = Vec::new();
    while let Some((place, start)) = queue.pop_front() {
        let [i, j, k] = place;
        let hyper = Hyper {
            overdispersion: DISPERSIONS[i].powi(2),
            persistence: PERSISTENCES[k],
            deviation: DEVIATIONS[j],
        };
        let Some(mode) = latent.mode(hyper, &start) else { continue };
        let weight = mode.log_likelihood
            + log_mass(&DISPERSIONS, i, half_normal)
            + log_mass(&DEVIATIONS, j, half_normal)
            + log_mass(&PERSISTENCES, k, |_| 0.0);
        heaviest = heaviest.max(weight);
        if weight > heaviest + NEGLIGIBLE.ln() {
            for next in neighbours(place) {
                if !std::mem::replace(&mut reached[index(next)], true) {
                    queue.push_back((next, mode.eta.clone()));
                }
            }
        }
        atoms.push(Atom { hyper, mode, weight });
    }
    atoms.iter_mut().for_each(|a| a.weight = (a.weight - heaviest).exp());
    atoms.retain(|a| a.weight > NEGLIGIBLE);
    let total: f64 = atoms.iter().map(|a| a.weight).sum();
    atoms.iter_mut().for_each(|a| a.weight /= total);
    if atoms.is_empty() {
        return Err(EffectsError::Fit("the posterior of the counts has no mass"));
    }
    Ok(atoms)
}

fn choose<'a>(atoms: &'a [Atom], rng: &mut ChaCha8Rng) -> &'a Atom {
    let mut left = rand::RngExt::random::<f64>(rng);
    let found = atoms.iter().position(|a| {
        left -= a.weight;
        left < 0.0
    });
    &atoms[found.unwrap_or(atoms.len() - 1)]
}
