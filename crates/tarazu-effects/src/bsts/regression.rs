//! Static regression with a spike-and-slab prior, as the `BoomSpikeSlab` package defines it: George & McCulloch 1997; Scott &
//! Varian 2014, §3.
//!
//! ```text
//! 1/σ² ~ Gamma(df/2, df (1 − R²) s_y² / 2),  β | σ², γ ~ N(0, σ² Ω_γ),
//! Ω⁻¹ = 0.01 (½ XᵀX/n + ½ diag XᵀX/n),  γ_k ~ Bernoulli(π_k)
//! ```

use std::collections::HashMap;

use faer::Mat;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::linear::{Cholesky, dot, project, weighted_gram};
use crate::random::{gamma, normal};

const INFORMATION_WEIGHT: f64 = 0.01;
const DIAGONAL_SHRINKAGE: f64 = 0.5;

/// What is known before of residual and coefficients, for an outcome of variance 1.
pub(super) struct Prior {
    /// Columns expected to stay of those that may be left out.
    pub expected_size: f64,
    /// Share of the variance that the regression is expected to explain.
    pub expected_r2: f64,
    /// Observations that the guess of the residual variance is worth.
    pub weight: f64,
}

impl Prior {
    /// Probability with which each of so many columns is included.
    pub fn inclusion(&self, choosable: usize) -> f64 {
        (self.expected_size / choosable.max(1) as f64).min(1.0)
    }

    /// Weight times guess of the residual variance.
    pub fn squares(&self) -> f64 {
        self.weight * (1.0 - self.expected_r2)
    }

    /// Variance of the first level, in units of the residual's, that makes it one variance of the outcome at the guess.
    pub fn first_level(&self) -> f64 {
        1.0 / (1.0 - self.expected_r2).max(0.01)
    }
}

/// Ω⁻¹ for these columns.
pub(super) fn prior_precision(columns: &[Vec<f64>]) -> Mat<f64> {
    let n = columns.first().map_or(0, Vec::len);
    let gram = weighted_gram(columns, &vec![1.0; n]);
    Mat::from_fn(columns.len(), columns.len(), |i, j| {
        let share = if i == j { 1.0 } else { 1.0 - DIAGONAL_SHRINKAGE };
        INFORMATION_WEIGHT * share * gram[(i, j)] / n.max(1) as f64
    })
}

/// Regression of the part of the outcome that the state leaves over.
pub(super) struct Regression {
    /// Columns over the periods that are fitted.
    columns: Vec<Vec<f64>>,
    gram: Mat<f64>,
    prior_precision: Mat<f64>,
    inclusion: Vec<f64>,
    prior_df: f64,
    prior_squares: f64,
    included: Vec<bool>,
    /// Data and prior are fixed, so each set of included columns is factorised once.
    models: HashMap<Vec<bool>, Model>,
}

/// What depends on the set of included columns alone.
struct Model {
    chosen: Vec<usize>,
    /// XᵀX + Ω⁻¹, factorised; `None` where nothing is included.
    precision: Option<Cholesky>,
    /// ½ ln |Ω⁻¹| − ½ ln |XᵀX + Ω⁻¹|.
    log_determinants: f64,
}

impl Model {
    fn mean(&self, xr: &[f64]) -> Vec<f64> {
        let right: Vec<f64> = self.chosen.iter().map(|k| xr[*k]).collect();
        self.precision.as_ref().map_or_else(|| vec![0.0; right.len()], |p| p.solve(&right))
    }

    /// What the chosen columns explain of rᵀr.
    fn explained(&self, mean: &[f64], xr: &[f64]) -> f64 {
        mean.iter().zip(&self.chosen).map(|(m, k)| m * xr[*k]).sum()
    }
}

/// A draw of the coefficients (zero where left out) and of σ².
pub(super) struct RegressionDraw {
    pub coefficients: Vec<f64>,
    pub variance: f64,
}

impl Regression {
    /// Columns flagged in `always` are never left out.
    pub fn new(columns: Vec<Vec<f64>>, always: &[bool], prior: &Prior) -> Self {
        let n = columns.first().map_or(0, Vec::len);
        let probability = prior.inclusion(always.iter().filter(|a| !**a).count());
        Self {
            inclusion: always.iter().map(|a| if *a { 1.0 } else { probability }).collect(),
            included: vec![true; columns.len()],
            models: HashMap::new(),
            prior_squares: prior.squares(),
            prior_df: prior.weight,
            prior_precision: prior_precision(&columns),
            gram: weighted_gram(&columns, &vec![1.0; n]),
            columns,
        }
    }

    /// One Gibbs step on the residual `r` of the outcome after the state: each inclusion in turn, then σ², then β.
    pub fn draw(&mut self, r: &[f64], rng: &mut ChaCha8Rng) -> RegressionDraw {
        let xr = project(&self.columns, r);
        let rr = dot(r, r);
        for k in 0..self.columns.len() {
            if self.inclusion[k] >= 1.0 {
                continue;
            }
            let odds = |included: bool, me: &mut Self| {
                me.included[k] = included;
                me.log_evidence(&xr, rr, r.len())
            };
            let prior = (self.inclusion[k] / (1.0 - self.inclusion[k])).ln();
            let log_odds = prior + odds(true, self) - odds(false, self);
            self.included[k] = rng.random::<f64>() < 1.0 / (1.0 + (-log_odds).exp());
        }
        let mut coefficients = vec![0.0; self.columns.len()];
        let (prior_df, prior_squares) = (self.prior_df, self.prior_squares);
        let model = self.model();
        let mean = model.mean(&xr);
        let squares = (prior_squares + rr - model.explained(&mean, &xr)).max(f64::MIN_POSITIVE);
        let variance = 1.0 / gamma(rng, (prior_df + r.len() as f64) / 2.0, squares / 2.0);
        let z: Vec<f64> = mean.iter().map(|_| normal(rng)).collect();
        let shift = model.precision.as_ref().map_or_else(|| z.clone(), |p| p.solve_transposed_factor(&z));
        for ((k, m), s) in model.chosen.iter().zip(&mean).zip(shift) {
            coefficients[*k] = m + variance.sqrt() * s;
        }
        RegressionDraw { coefficients, variance }
    }

    /// The model of the columns that are included now.
    fn model(&mut self) -> &Model {
        if !self.models.contains_key(&self.included) {
            let chosen: Vec<usize> = (0..self.columns.len()).filter(|k| self.included[*k]).collect();
            let factor = |data| Cholesky::new(&self.submatrix(&chosen, data)).filter(|_| !chosen.is_empty());
            let (prior, precision) = (factor(0.0), factor(1.0));
            let half = |f: &Option<Cholesky>| f.as_ref().map_or(0.0, |f| 0.5 * f.log_determinant());
            let model = Model { log_determinants: half(&prior) - half(&precision), precision, chosen };
            self.models.insert(self.included.clone(), model);
        }
        &self.models[&self.included]
    }

    /// Ω⁻¹ + `data` XᵀX for the chosen columns.
    fn submatrix(&self, chosen: &[usize], data: f64) -> Mat<f64> {
        Mat::from_fn(chosen.len(), chosen.len(), |i, j| {
            let at = (chosen[i], chosen[j]);
            self.prior_precision[at] + data * self.gram[at]
        })
    }

    /// ln p(r | γ) with β and σ² integrated out, up to a constant (George & McCulloch 1997, eq. 15).
    fn log_evidence(&mut self, xr: &[f64], rr: f64, n: usize) -> f64 {
        let (prior_df, prior_squares) = (self.prior_df, self.prior_squares);
        let model = self.model();
        let mean = model.mean(xr);
        let squares = (prior_squares + rr - model.explained(&mean, xr)).max(f64::MIN_POSITIVE);
        model.log_determinants - 0.5 * (prior_df + n as f64) * squares.ln()
    }
}
