//! The posterior of a latent autoregressive level and coefficients under a negative binomial observation, given the variances: its
//! mode by Newton's method, and the normal approximation there (Laplace; Rue, Martino & Chopin 2009, J. R. Stat. Soc. B 71:319, §2).
//!
//! ```text
//! y_t ~ NB(exp η_t, α),   η_t = x_t′β + a_t,   a_t = φ a_{t−1} + e_t,   Var a_t = σ²,   β_k ~ N(0, 1/P_k)
//! ```
//!
//! The level's precision is tridiagonal, so that each step takes time proportional to the number of periods. The negative
//! binomial is log-concave in η: there is one mode.

use faer::Mat;
use statrs::function::gamma::ln_gamma;

use crate::linear::Cholesky;

/// What the variances are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hyper {
    /// Var = μ + α μ².
    pub overdispersion: f64,
    /// φ, between 0 and 1.
    pub persistence: f64,
    /// σ.
    pub deviation: f64,
}

/// Counts, columns and the precisions of their coefficients.
pub(super) struct Latent<'a> {
    pub counts: &'a [f64],
    /// One row of values per period.
    pub rows: &'a [f64],
    pub precisions: &'a [f64],
}

/// The normal approximation at the mode.
pub(super) struct Mode {
    /// ln of the marginal likelihood, up to a constant that all modes of the same data share.
    pub log_likelihood: f64,
    pub eta: Vec<f64>,
    pub coefficients: Vec<f64>,
    /// Factor of the precision of the coefficients, the level integrated out.
    pub precision: Cholesky,
    /// The last level: its mean where the coefficients are zero, what each coefficient takes off, and its variance given them.
    pub level: f64,
    pub level_of: Vec<f64>,
    pub level_variance: f64,
}

/// Newton's steps; from a mode nearby three or four are enough.
const STEPS: usize = 60;

impl Latent<'_> {
    /// The mode, sought from `eta`. `None` where the numbers leave what a double holds.
    pub fn mode(&self, hyper: Hyper, eta: &[f64]) -> Option<Mode> {
        let mut found = None;
        let mut eta = eta.to_vec();
        for _ in 0..STEPS {
            let step = self.step(hyper, &eta)?;
            let moved = step.eta.iter().zip(&eta).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            // A step that overshoots is taken back half way.
            eta = if moved > 2.0 {
                eta.iter().zip(&step.eta).map(|(old, new)| old + (new - old) * 2.0 / moved).collect()
            } else {
                step.eta.clone()
            };
            // Newton's error after this step is of the order of its square.
            let done = moved < 1e-3;
            found = Some(step);
            if done {
                break;
            }
        }
        found
    }

    /// ℓ at `eta`, its gradient and its negative second derivative.
    fn likelihood(&self, overdispersion: f64, eta: &[f64]) -> (f64, Vec<f64>, Vec<f64>) {
        let size = 1.0 / overdispersion;
        let (mut sum, mut gradient, mut weights) =
            (0.0, Vec::with_capacity(eta.len()), Vec::with_capacity(eta.len()));
        let (constant, log_size) = (ln_gamma(size), size.ln());
        for (y, eta) in self.counts.iter().zip(eta) {
            let mean = eta.clamp(-30.0, 30.0).exp();
            let total = size + mean;
            sum += ln_gamma(y + size) - constant + size * log_size + y * eta - (y + size) * total.ln();
            gradient.push(size * (y - mean) / total);
            weights.push((y + size) * size * mean / (total * total));
        }
        (sum, gradient, weights)
    }

    /// One Newton step from `eta`, with everything that is known where it lands; the likelihood is taken at `eta`, which at the mode is the
    /// same.
    fn step(&self, hyper: Hyper, eta: &[f64]) -> Option<Mode> {
        let (n, p) = (self.counts.len(), self.precisions.len());
        let (log_likelihood, gradient, weights) = self.likelihood(hyper.overdispersion, eta);
        let phi = hyper.persistence;
        let precision = 1.0 / (hyper.deviation.powi(2) * (1.0 - phi * phi));
        let diagonal =
            |t: usize| if t == 0 || t + 1 == n { precision } else { precision * (1.0 + phi * phi) };
        let off = -precision * phi;

        // Forward elimination of Q + W with the right-hand sides W X and W η + g.
        let width = p + 1;
        let mut pivots = Vec::with_capacity(n);
        let mut carried = vec![0.0; n * width];
        let mut schur = Mat::<f64>::zeros(p, p);
        let mut right = vec![0.0; p];
        let mut log_pivots = 0.0;
        for t in 0..n {
            let row = &self.rows[t * p..(t + 1) * p];
            let target = weights[t] * eta[t] + gradient[t];
            let factor = if t > 0 { off / pivots[t - 1] } else { 0.0 };
            let pivot = diagonal(t) + weights[t] - factor * if t > 0 { off } else { 0.0 };
            if !(pivot > 0.0 && pivot.is_finite()) {
                return None;
            }
            for k in 0..width {
                let own = if k < p { weights[t] * row[k] } else { target };
                let before = if t > 0 { carried[(t - 1) * width + k] } else { 0.0 };
                carried[t * width + k] = own - factor * before;
            }
            let forward = &carried[t * width..(t + 1) * width];
            // Bᵀ M⁻¹ B = Σ f_t f_tᵀ / d_t for the forward-eliminated rows f_t.
            for i in 0..p {
                let scaled = forward[i] / pivot;
                for j in 0..=i {
                    schur[(i, j)] += weights[t] * row[i] * row[j] - scaled * forward[j];
                }
                right[i] += row[i] * target - scaled * forward[p];
            }
            log_pivots += pivot.ln();
            pivots.push(pivot);
        }
        for i in 0..p {
            schur[(i, i)] += self.precisions[i];
            for j in 0..i {
                schur[(j, i)] = schur[(i, j)];
            }
        }
        let factor = Cholesky::new(&schur)?;
        let coefficients = factor.solve(&right);

        // Back substitution for the level given the coefficients.
        let mut levels = vec![0.0; n];
        for t in (0..n).rev() {
            let forward = &carried[t * width..(t + 1) * width];
            let taken: f64 = forward[..p].iter().zip(&coefficients).map(|(f, b)| f * b).sum();
            let after = if t + 1 < n { off * levels[t + 1] } else { 0.0 };
            levels[t] = (forward[p] - taken - after) / pivots[t];
        }
        let next: Vec<f64> = (0..n)
            .map(|t| {
                let row = &self.rows[t * p..(t + 1) * p];
                levels[t] + row.iter().zip(&coefficients).map(|(x, b)| x * b).sum::<f64>()
            })
            .collect();
        let energy = {
            let squares: f64 = levels.iter().enumerate().map(|(t, a)| diagonal(t) * a * a).sum();
            let products: f64 = levels.windows(2).map(|w| w[0] * w[1]).sum();
            squares + 2.0 * off * products
        };
        let shrinkage: f64 = coefficients.iter().zip(self.precisions).map(|(b, p)| p * b * b).sum();
        // |Q| = σ^{−2n} (1 − φ²)^{−(n−1)}.
        let log_prior = -(n as f64) * 2.0 * hyper.deviation.ln() - (n - 1) as f64 * (1.0 - phi * phi).ln();
        let log_marginal = log_likelihood - 0.5 * (energy + shrinkage)
            + 0.5 * (log_prior - log_pivots - factor.log_determinant());
        if !log_marginal.is_finite() || next.iter().any(|v| !v.is_finite()) {
            return None;
        }
        let last = &carried[(n - 1) * width..];
        let pivot = pivots[n - 1];
        Some(Mode {
            log_likelihood: log_marginal,
            eta: next,
            coefficients,
            precision: factor,
            level: last[p] / pivot,
            level_of: last[..p].iter().map(|v| v / pivot).collect(),
            level_variance: 1.0 / pivot,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The oracle: the likelihood of two periods summed over a fine grid of both levels and the coefficient.
    #[test]
    fn the_marginal_likelihood_agrees_with_quadrature() {
        let counts = [7.0, 12.0];
        let rows = [1.0, 1.0];
        let latent = Latent { counts: &counts, rows: &rows, precisions: &[0.25] };
        let at = |hyper: Hyper| {
            let (r, phi, s) = (1.0 / hyper.overdispersion, hyper.persistence, hyper.deviation);
            let count = |y: f64, eta: f64| {
                ln_gamma(y + r) - ln_gamma(r) + r * r.ln() + y * eta - (y + r) * (r + eta.exp()).ln()
            };
            let points = 121;
            let place = |i: usize, reach: f64| reach * (2.0 * i as f64 / (points - 1) as f64 - 1.0);
            let mut sum = 0.0;
            for i in 0..points {
                let a = place(i, 6.0 * s);
                for j in 0..points {
                    let b = place(j, 6.0 * s);
                    let square = (a * a - 2.0 * phi * a * b + b * b) / (s * s * (1.0 - phi * phi));
                    for k in 0..points {
                        let beta = 2.2 + place(k, 4.0);
                        let log =
                            count(7.0, beta + a) + count(12.0, beta + b) - 0.5 * square - 0.125 * beta * beta;
                        sum += log.exp();
                    }
                }
            }
            let cell = 2.0 / (points - 1) as f64;
            let volume = (cell * 6.0 * s).powi(2) * cell * 4.0;
            // The normal constants that the mode's likelihood leaves out are (2π)^{−1} of the levels; (2π)^{3/2} of Laplace stays out there.
            (sum * volume).ln() - 0.5 * (1.0 - phi * phi).ln() - 2.0 * s.ln()
        };
        let hypers = [(0.1, 0.5, 0.4), (0.5, 0.5, 0.4), (0.1, 0.8, 0.4), (0.1, 0.5, 1.0)]
            .map(|(overdispersion, persistence, deviation)| Hyper { overdispersion, persistence, deviation });
        let start = counts.map(f64::ln);
        let found: Vec<f64> =
            hypers.iter().map(|h| latent.mode(*h, &start).unwrap().log_likelihood - at(*h)).collect();
        // The constant is common; Laplace's own error is what is left.
        for difference in &found {
            assert!((difference - found[0]).abs() < 0.03, "{found:?}");
        }
    }

    /// The oracle: Newton's step written out with dense matrices.
    #[test]
    fn the_mode_is_a_stationary_point_and_the_last_level_has_the_dense_variance() {
        let counts: Vec<f64> = (0..20).map(|t| f64::from((t * 7) % 11)).collect();
        let rows: Vec<f64> = (0..20).flat_map(|t| [1.0, (f64::from(t) * 0.6).sin()]).collect();
        let precisions = [1e-4, 1.0];
        let latent = Latent { counts: &counts, rows: &rows, precisions: &precisions };
        let hyper = Hyper { overdispersion: 0.3, persistence: 0.6, deviation: 0.5 };
        let mode = latent.mode(hyper, &counts.iter().map(|y| (y + 1.0).ln()).collect::<Vec<_>>()).unwrap();
        let (_, gradient, weights) = latent.likelihood(0.3, &mode.eta);
        let level: Vec<f64> = (0..20)
            .map(|t| {
                mode.eta[t] - rows[2 * t] * mode.coefficients[0] - rows[2 * t + 1] * mode.coefficients[1]
            })
            .collect();
        let covariance = Mat::from_fn(20, 20, |s, t| 0.25 * 0.6_f64.powi(s.abs_diff(t) as i32));
        // Stationary: level = Σ gradient, and Pβ = Xᵀ gradient.
        for t in 0..20 {
            let expected: f64 = (0..20).map(|s| covariance[(t, s)] * gradient[s]).sum();
            assert!((level[t] - expected).abs() < 1e-6, "{t}");
        }
        for k in 0..2 {
            let pull: f64 = (0..20).map(|t| rows[2 * t + k] * gradient[t]).sum();
            assert!((precisions[k] * mode.coefficients[k] - pull).abs() < 1e-5, "{k}");
        }
        let precision = Cholesky::new(&covariance).unwrap().inverse(20);
        let with = Mat::from_fn(20, 20, |s, t| precision[(s, t)] + if s == t { weights[t] } else { 0.0 });
        let dense = Cholesky::new(&with).unwrap().inverse(20)[(19, 19)];
        assert!((mode.level_variance - dense).abs() < 1e-6, "{} {dense}", mode.level_variance);
        let taken: f64 = mode.level_of.iter().zip(&mode.coefficients).map(|(l, b)| l * b).sum();
        assert!((mode.level - taken - level[19]).abs() < 1e-6);
    }
}
