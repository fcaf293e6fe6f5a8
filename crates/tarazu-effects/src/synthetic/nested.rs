//! Synthetic control with predictors and predictor weights: the nested optimisation of Abadie & Gardeazabal 2003 and Abadie, Diamond &
//! Hainmueller 2010, §2.3.
//!
//! ```text
//! w(V) = argmin (x₁ − X₀w)ᵀ V (x₁ − X₀w)  over the simplex,   V = argmin mean (z₁ − Z₀ w(V))²
//! ```
//!
//! The outer problem has many local optima, and programs that search from one or two starts end in one of them (Becker & Klößner 2018).
//! [`Search::Local`] does what the `Synth` package does: Nelder & Mead from equal weights and from weights by regression.
//! [`Search::Quick`] first asks whether the outcomes' own optimum can be had, which settles many cases at once, and else descends along
//! the slope from several starts. [`Search::Global`] does both, and then differential evolution over log weights (Storn & Price 1997, as in
//! `MSCMT`), polished by Nelder & Mead. No weights of predictors can have a loss below that of the outcomes alone, so the distance to that
//! bound certifies every result.

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::simplex::Quadratic;
use crate::linear::{dot, small_solve};
use crate::problem::{EffectsError, Settings};
use crate::random::stream;

/// Predictors of a treated unit and its donors, and the outcomes that their weights are chosen by.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictorProblem {
    /// Predictors of the treated unit.
    pub treated: Vec<f64>,
    /// Per donor, the same predictors.
    pub donors: Vec<Vec<f64>>,
    /// The treated unit's outcome over the periods whose fit decides.
    pub outcome: Vec<f64>,
    /// Per donor, the outcome over the same periods.
    pub donor_outcomes: Vec<Vec<f64>>,
}

/// How the weights of predictors are sought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Search {
    /// From two starts, as the `Synth` package does.
    Local,
    /// Where the outcomes' own optimum would need them, and downhill from several starts: milliseconds.
    Quick,
    /// Everywhere.
    Global,
}

/// A nested fit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NestedFit {
    /// Weight of each donor.
    pub donor_weights: Vec<f64>,
    /// Weight of each predictor, after division by its standard deviation over all units; they sum to one.
    pub predictor_weights: Vec<f64>,
    /// Mean squared error of the outcome.
    pub loss: f64,
    /// No predictor weights have a loss below this: that of the outcomes alone.
    pub bound: f64,
}

impl PredictorProblem {
    fn check(&self) -> Result<(), EffectsError> {
        let (k, t, m) = (self.treated.len(), self.outcome.len(), self.donors.len());
        if m < 2 || self.donor_outcomes.len() != m {
            return Err(EffectsError::Fit(
                "a synthetic control needs at least two donors with predictors and outcomes",
            ));
        }
        if k == 0 || t == 0 {
            return Err(EffectsError::Fit("a nested fit needs predictors and periods"));
        }
        let mut sized = self.donors.iter().map(|d| (d, k)).chain(self.donor_outcomes.iter().map(|d| (d, t)));
        if !sized.all(|(series, length)| series.len() == length) {
            return Err(EffectsError::Fit("donors differ in the number of predictors or periods"));
        }
        let all = self.donors.iter().chain(&self.donor_outcomes).chain([&self.treated, &self.outcome]);
        for series in all {
            if let Some((index, value)) = series.iter().enumerate().find(|(_, v)| !v.is_finite()) {
                return Err(EffectsError::Value { index, value: *value, expected: "a finite number" });
            }
        }
        Ok(())
    }

    /// Fit with the best weights of predictors that the search finds.
    ///
    /// # Errors
    /// Where shapes do not fit, a value is not finite, or no predictor varies.
    pub fn fit(&self, search: Search, settings: &Settings) -> Result<NestedFit, EffectsError> {
        self.check()?;
        let outer = Outer::new(self)?;
        let k = outer.treated.len();
        let columns: Vec<&[f64]> = self.donor_outcomes.iter().map(Vec::as_slice).collect();
        let alone = Quadratic::least_squares(&columns, &self.outcome, 0.0).minimise();
        let alone = alone.ok_or(EffectsError::Fit("the outcomes have no optimum"))?;
        // The gap of the inner optimum makes the bound a bound in spite of rounding.
        let bound = (outer.loss_of(&alone.weights) - 2.0 * alone.gap / self.outcome.len() as f64).max(0.0);
        let mut starts = vec![vec![1.0 / k as f64; k]];
        starts.extend(outer.by_regression());
        let mut found: Vec<(Vec<f64>, f64)> = Vec::new();
        if search == Search::Local {
            found.extend(starts.iter().map(|v| outer.nelder_mead(&logs(v))));
        } else {
            let settled = |found: &[(Vec<f64>, f64)]| found.iter().any(|f| f.1 <= bound * (1.0 + SETTLED));
            let asked = outer.weights_for(&alone.weights);
            found.extend(asked.and_then(|v| outer.descend(&logs(&v), REACH)));
            if !settled(&found) {
                found.extend(starts.iter().filter_map(|v| outer.descend(&logs(v), REACH)));
                found.extend(outer.scattered(settings).iter().filter_map(|at| outer.descend(at, REACH)));
            }
            if search == Search::Global && !settled(&found) {
                found.extend(starts.iter().map(|v| outer.nelder_mead(&logs(v))));
                // One crowd in some ten misses the optimum of hard cases; two at once seldom do.
                found.extend((0..2).map(|crowd| outer.nelder_mead(&outer.evolve(settings, crowd))));
            }
        }
        let best = found.into_iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let (at, loss) = best.ok_or(EffectsError::Fit("the weights of the predictors have no optimum"))?;
        let predictor_weights = weights(&at);
        let donor_weights = outer
            .inner(&predictor_weights)
            .ok_or(EffectsError::Fit("the weights of the donors have no optimum"))?;
        Ok(NestedFit { donor_weights, predictor_weights, loss, bound })
    }
}

/// A loss this near to the bound, in parts of it, cannot be told from it.
const SETTLED: f64 = 1e-3;

/// Random starts of the quick search.
const SCATTERED: usize = 8;

/// Smallest and largest logarithm of a predictor's weight.
const REACH: (f64, f64) = (-18.5, 0.0);

fn logs(weights: &[f64]) -> Vec<f64> {
    weights.iter().map(|w| w.max(1e-9).ln().max(REACH.0)).collect()
}

fn weights(logs: &[f64]) -> Vec<f64> {
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let raw: Vec<f64> = logs.iter().map(|l| (l - top).max(REACH.0).exp()).collect();
    let total: f64 = raw.iter().sum();
    raw.into_iter().map(|w| w / total).collect()
}

/// The outer problem with predictors divided by their standard deviations.
pub(super) struct Outer<'a> {
    pub problem: &'a PredictorProblem,
    pub treated: Vec<f64>,
    /// Per donor.
    pub donors: Vec<Vec<f64>>,
}

impl<'a> Outer<'a> {
    pub fn new(problem: &'a PredictorProblem) -> Result<Self, EffectsError> {
        let units = problem.donors.len() + 1;
        let mut scales = Vec::new();
        for k in 0..problem.treated.len() {
            let all = || problem.donors.iter().map(|d| d[k]).chain([problem.treated[k]]);
            let mean = all().sum::<f64>() / units as f64;
            let deviation = (all().map(|v| (v - mean).powi(2)).sum::<f64>() / (units - 1) as f64).sqrt();
            scales.push(if deviation > 0.0 { 1.0 / deviation } else { 0.0 });
        }
        if scales.iter().all(|s| *s == 0.0) {
            return Err(EffectsError::Fit("no predictor varies over the units"));
        }
        let scaled = |row: &Vec<f64>| row.iter().zip(&scales).map(|(v, s)| v * s).collect();
        Ok(Self {
            problem,
            treated: scaled(&problem.treated),
            donors: problem.donors.iter().map(scaled).collect(),
        })
    }

    pub fn inner(&self, v: &[f64]) -> Option<Vec<f64>> {
        self.inner_near(v, &[])
    }

    /// The same, sought first with these donors.
    pub fn inner_near(&self, v: &[f64], face: &[usize]) -> Option<Vec<f64>> {
        let roots: Vec<f64> = v.iter().map(|v| v.sqrt()).collect();
        let scaled = |row: &Vec<f64>| -> Vec<f64> { row.iter().zip(&roots).map(|(x, r)| x * r).collect() };
        let rows: Vec<Vec<f64>> = self.donors.iter().map(scaled).collect();
        let columns: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
        Some(Quadratic::least_squares(&columns, &scaled(&self.treated), 0.0).minimise_near(face)?.weights)
    }

    fn loss_of(&self, w: &[f64]) -> f64 {
        let z = &self.problem.outcome;
        let expected =
            |t: usize| self.problem.donor_outcomes.iter().zip(w).map(|(d, w)| d[t] * w).sum::<f64>();
        (0..z.len()).map(|t| (z[t] - expected(t)).powi(2)).sum::<f64>() / z.len() as f64
    }

    fn loss(&self, logs: &[f64]) -> f64 {
        self.inner(&weights(logs)).map_or(f64::INFINITY, |w| self.loss_of(&w))
    }

    /// Weights by regression of the outcomes on the predictors over all units: sums of squared coefficients over periods, as `Synth` has
    /// them.
    fn by_regression(&self) -> Option<Vec<f64>> {
        let k = self.treated.len();
        let rows: Vec<Vec<f64>> = std::iter::once(&self.treated)
            .chain(&self.donors)
            .map(|row| std::iter::once(1.0).chain(row.iter().copied()).collect())
            .collect();
        let size = k + 1;
        let mut gram = vec![0.0; size * size];
        for row in &rows {
            for i in 0..size {
                (0..size).for_each(|j| gram[i * size + j] += row[i] * row[j]);
            }
        }
        let mut sums = vec![0.0; k];
        for t in 0..self.problem.outcome.len() {
            let z: Vec<f64> = std::iter::once(self.problem.outcome[t])
                .chain(self.problem.donor_outcomes.iter().map(|d| d[t]))
                .collect();
            let right = (0..size).map(|i| rows.iter().zip(&z).map(|(r, z)| r[i] * z).sum()).collect();
            let coefficients = small_solve(gram.clone(), right)?;
            sums.iter_mut().zip(&coefficients[1..]).for_each(|(s, c)| *s += c * c);
        }
        let total: f64 = sums.iter().sum();
        (total > 0.0 && total.is_finite()).then(|| sums.into_iter().map(|s| s / total).collect())
    }

    /// Nelder & Mead 1965 with the coefficients of Gao & Han 2012 for many dimensions, started anew where it ended until that helps no
    /// more.
    fn nelder_mead(&self, start: &[f64]) -> (Vec<f64>, f64) {
        let mut best = (start.to_vec(), self.loss(start));
        for _ in 0..4 {
            let found = self.simplex_search(&best.0);
            let better = best.1 - found.1;
            if found.1 < best.1 {
                best = found;
            }
            if better <= 1e-9 * best.1 {
                break;
            }
        }
        best
    }

    fn simplex_search(&self, start: &[f64]) -> (Vec<f64>, f64) {
        let k = start.len();
        let n = k as f64;
        let (expand, contract, shrink) = (1.0 + 2.0 / n, 0.75 - 0.5 / n, 1.0 - 1.0 / n.max(2.0));
        let mut points: Vec<(Vec<f64>, f64)> = (0..=k)
            .map(|i| {
                let mut at = start.to_vec();
                if i > 0 {
                    at[i - 1] += if at[i - 1] > -2.0 { -1.0 } else { 1.0 };
                }
                let loss = self.loss(&at);
                (at, loss)
            })
            .collect();
        for _ in 0..120 * k {
            points.sort_by(|a, b| a.1.total_cmp(&b.1));
            if points[k].1 - points[0].1 <= 1e-12 * points[0].1 {
                break;
            }
            let centre: Vec<f64> =
                (0..k).map(|d| points[..k].iter().map(|p| p.0[d]).sum::<f64>() / n).collect();
            let along = |step: f64| -> (Vec<f64>, f64) {
                let at: Vec<f64> = centre.iter().zip(&points[k].0).map(|(c, w)| c + step * (c - w)).collect();
                let loss = self.loss(&at);
                (at, loss)
            };
            let reflected = along(1.0);
            if reflected.1 < points[0].1 {
                let expanded = along(expand);
                points[k] = if expanded.1 < reflected.1 { expanded } else { reflected };
            } else if reflected.1 < points[k - 1].1 {
                points[k] = reflected;
            } else {
                let inside = along(if reflected.1 < points[k].1 { contract } else { -contract });
                if inside.1 < points[k].1.min(reflected.1) {
                    points[k] = inside;
                } else {
                    let first = points[0].0.clone();
                    for (at, loss) in &mut points[1..] {
                        at.iter_mut().zip(&first).for_each(|(a, f)| *a = f + shrink * (*a - f));
                        *loss = self.loss(at);
                    }
                }
            }
        }
        points.sort_by(|a, b| a.1.total_cmp(&b.1));
        points.swap_remove(0)
    }

    /// Random starts, with weights over five orders of magnitude.
    fn scattered(&self, settings: &Settings) -> Vec<Vec<f64>> {
        let rng = &mut stream(settings.seed, "predictor-weights|scattered", settings.replicate);
        let mut start = || (0..self.treated.len()).map(|_| -12.0 * rng.random::<f64>()).collect();
        (0..SCATTERED).map(|_| start()).collect()
    }

    /// DE/current-to-best/1/bin over logarithms of the weights. The first population is the better tenth of a random crowd; known optima
    /// stay out of it, because they would draw it in.
    fn evolve(&self, settings: &Settings, crowd: usize) -> Vec<f64> {
        let k = self.treated.len();
        let rng = &mut stream(settings.seed, &format!("predictor-weights|{crowd}"), settings.replicate);
        let size = (10 * k).clamp(20, 200);
        let mut people: Vec<(Vec<f64>, f64)> = (0..10 * size)
            .map(|_| {
                let at: Vec<f64> =
                    (0..k).map(|_| REACH.0 + (REACH.1 - REACH.0) * rng.random::<f64>()).collect();
                let loss = self.loss(&at);
                (at, loss)
            })
            .collect();
        people.sort_by(|a, b| a.1.total_cmp(&b.1));
        people.truncate(size);
        let place =
            |people: &[(Vec<f64>, f64)]| (0..size).min_by(|a, b| people[*a].1.total_cmp(&people[*b].1));
        let mut best = place(&people).unwrap_or(0);
        let mut still = 0;
        for _ in 0..600 {
            let before = people[best].1;
            for i in 0..size {
                let mut other = || (rng.random::<f64>() * size as f64) as usize % size;
                let (a, b) = (other(), other());
                let always = other() % k;
                let mut at = people[i].0.clone();
                for (d, value) in at.iter_mut().enumerate() {
                    if d == always || rng.random::<f64>() < 0.7 {
                        let moved = *value
                            + 0.6 * (people[best].0[d] - *value)
                            + 0.6 * (people[a].0[d] - people[b].0[d]);
                        *value = moved.clamp(REACH.0, REACH.1);
                    }
                }
                let loss = self.loss(&at);
                if loss <= people[i].1 {
                    people[i] = (at, loss);
                }
            }
            best = place(&people).unwrap_or(best);
            still = if people[best].1 < before * (1.0 - 1e-9) { 0 } else { still + 1 };
            if still > 60 {
                break;
            }
        }
        people.swap_remove(best).0
    }
}

impl NestedFit {
    /// The expected outcome: donors' series, weighed.
    pub fn expected(&self, donors: &[Vec<f64>]) -> Vec<f64> {
        let periods = donors.iter().map(Vec::len).min().unwrap_or(0);
        (0..periods)
            .map(|t| dot(&self.donor_weights, &donors.iter().map(|d| d[t]).collect::<Vec<_>>()))
            .collect()
    }
}
