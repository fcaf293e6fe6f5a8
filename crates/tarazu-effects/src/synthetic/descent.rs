//! The outer problem of the nested synthetic control by its slope, and the test whether the outcomes' own optimum can be had.
//!
//! Where the donors' weights w solve the inner problem with support S, they move smoothly with the predictors' weights v:
//!
//! ```text
//! H_SS dw/dv_k + 1 dμ/dv_k = x_Sk r_k,   1ᵀ dw/dv_k = 0,   r = x₁ − X₀ᵀ w
//! ```
//!
//! so that one more solve with the same matrix gives the whole gradient (implicit differentiation; Nocedal & Wright 2006, §12). The descent is BFGS on the
//! logarithms of v.
//!
//! For given w the conditions of its being an inner optimum are linear in v. Whether some v meets them for the w that is best for the
//! outcomes alone is a small problem of its own, and where one does, nothing is left to seek (Malo, Eskelinen, Zhou & Kuosmanen 2023,
//! Computational Economics, §3).

use super::nested::Outer;
use super::simplex::Quadratic;
use crate::linear::{dot, small_solve};

/// Steps of one descent.
const STEPS: usize = 80;

impl Outer<'_> {
    /// Predictors' weights for which these donors' weights are an inner optimum, as nearly as there are any.
    pub(super) fn weights_for(&self, w: &[f64]) -> Option<Vec<f64>> {
        let (k, m) = (self.treated.len(), w.len());
        let left: Vec<f64> = (0..k).map(|i| self.treated[i] - self.mixed(w, i)).collect();
        // Slope of the inner objective in the weight of donor j, per unit of v_i, less its mean over the donors in use.
        let slope: Vec<Vec<f64>> =
            self.donors.iter().map(|x| (0..k).map(|i| -x[i] * left[i]).collect()).collect();
        let mean: Vec<f64> = (0..k).map(|i| slope.iter().zip(w).map(|(s, w)| s[i] * w).sum()).collect();
        let used = |j: usize| w[j] > 1e-9;
        // One column per predictor, then one slack per donor out of use: it may have a larger slope, not a smaller one.
        let mut columns: Vec<Vec<f64>> =
            (0..k).map(|i| (0..m).map(|j| slope[j][i] - mean[i]).collect()).collect();
        let size = columns.iter().flatten().fold(0.0_f64, |l, v| l.max(v.abs()));
        for j in (0..m).filter(|j| !used(*j)) {
            columns.push((0..m).map(|r| if r == j { -size } else { 0.0 }).collect());
        }
        let views: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let found = Quadratic::least_squares(&views, &vec![0.0; m], 1e-12 * size * size).minimise()?;
        let total: f64 = found.weights[..k].iter().sum();
        (total > 0.0).then(|| found.weights[..k].iter().map(|v| v / total).collect())
    }

    fn mixed(&self, w: &[f64], predictor: usize) -> f64 {
        self.donors.iter().zip(w).map(|(x, w)| x[predictor] * w).sum()
    }

    /// Loss and its slope in the logarithms of the weights.
    fn slope(&self, logs: &[f64], face: &mut Vec<usize>) -> Option<(f64, Vec<f64>)> {
        let v: Vec<f64> = logs.iter().map(|l| l.exp()).collect();
        let w = self.inner_near(&v, face)?;
        let z = &self.problem.outcome;
        let outcomes = &self.problem.donor_outcomes;
        let residual: Vec<f64> = (0..z.len())
            .map(|t| z[t] - outcomes.iter().zip(&w).map(|(d, w)| d[t] * w).sum::<f64>())
            .collect();
        let periods = z.len() as f64;
        let loss = dot(&residual, &residual) / periods;
        let support: Vec<usize> = (0..w.len()).filter(|j| w[*j] > 0.0).collect();
        face.clone_from(&support);
        let p = support.len();
        let size = p + 1;
        let mut system = vec![0.0; size * size];
        let mut right = vec![0.0; size];
        let product = |a: usize, b: usize| -> f64 {
            v.iter().zip(&self.donors[a]).zip(&self.donors[b]).map(|((v, a), b)| v * a * b).sum()
        };
        let largest = support.iter().map(|j| product(*j, *j)).fold(f64::MIN_POSITIVE, f64::max);
        for (i, a) in support.iter().enumerate() {
            for (j, b) in support[..=i].iter().enumerate() {
                let value = product(*a, *b) + if i == j { 1e-10 * largest } else { 0.0 };
                (system[i * size + j], system[j * size + i]) = (value, value);
            }
            (system[i * size + p], system[p * size + i]) = (largest, largest);
            right[i] = -2.0 / periods * dot(&outcomes[*a], &residual);
        }
        let solved = small_solve(system, right)?;
        let slope = (0..v.len())
            .map(|k| {
                let left = self.treated[k] - self.mixed(&w, k);
                let moved: f64 = support.iter().zip(&solved).map(|(j, q)| q * self.donors[*j][k]).sum();
                v[k] * moved * left
            })
            .collect();
        Some((loss, slope))
    }

    /// BFGS from `start`, within `reach`; steps are halved until the loss falls.
    pub(super) fn descend(&self, start: &[f64], (low, high): (f64, f64)) -> Option<(Vec<f64>, f64)> {
        let k = start.len();
        let top = start.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut at: Vec<f64> = start.iter().map(|l| (l - top).clamp(low, high)).collect();
        let mut face = Vec::new();
        let (mut loss, mut slope) = self.slope(&at, &mut face)?;
        let unit = || -> Vec<f64> { (0..k * k).map(|i| f64::from(u8::from(i % (k + 1) == 0))).collect() };
        let mut inverse = unit();
        let mut fresh = true;
        for _ in 0..STEPS {
            let mut along: Vec<f64> = (0..k).map(|i| -dot(&inverse[i * k..(i + 1) * k], &slope)).collect();
            for i in 0..k {
                // At the edge there is no way out.
                if at[i] <= low && along[i] < 0.0 || at[i] >= high && along[i] > 0.0 {
                    along[i] = 0.0;
                }
            }
            let longest = along.iter().fold(0.0_f64, |l, a| l.max(a.abs()));
            if longest == 0.0 || dot(&along, &slope) >= 0.0 {
                if fresh {
                    break;
                }
                (inverse, fresh) = (unit(), true);
                continue;
            }
            // A first step of one in the logarithm of the weight that moves most.
            let mut step = if fresh { 1.0 / longest } else { (4.0 / longest).min(1.0) };
            let mut next = None;
            for _ in 0..12 {
                let there: Vec<f64> =
                    at.iter().zip(&along).map(|(a, d)| (a + step * d).clamp(low, high)).collect();
                if let Some((lower, slope)) = self.slope(&there, &mut face)
                    && lower < loss
                {
                    next = Some((there, lower, slope));
                    break;
                }
                step *= 0.35;
            }
            let Some((there, lower, turned)) = next else {
                if fresh {
                    break;
                }
                (inverse, fresh) = (unit(), true);
                continue;
            };
            let moved: Vec<f64> = there.iter().zip(&at).map(|(b, a)| b - a).collect();
            let change: Vec<f64> = turned.iter().zip(&slope).map(|(b, a)| b - a).collect();
            let gained = loss - lower;
            (at, slope) = (there, turned);
            let done = gained <= 1e-10 * loss;
            loss = lower;
            if done {
                if fresh {
                    break;
                }
                (inverse, fresh) = (unit(), true);
                continue;
            }
            fresh = false;
            update(&mut inverse, &moved, &change);
        }
        Some((at, loss))
    }
}

/// Broyden, Fletcher, Goldfarb & Shanno; left as it is where the curvature is not positive.
fn update(inverse: &mut [f64], moved: &[f64], change: &[f64]) {
    let k = moved.len();
    let curvature = dot(moved, change);
    if curvature <= 1e-12 * dot(moved, moved).sqrt() * dot(change, change).sqrt() {
        return;
    }
    let turned: Vec<f64> = (0..k).map(|i| dot(&inverse[i * k..(i + 1) * k], change)).collect();
    let scale = (curvature + dot(change, &turned)) / (curvature * curvature);
    for i in 0..k {
        for j in 0..k {
            inverse[i * k + j] +=
                scale * moved[i] * moved[j] - (turned[i] * moved[j] + moved[i] * turned[j]) / curvature;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::PredictorProblem;

    fn problem() -> PredictorProblem {
        let value = |u: usize, k: usize| ((u * 7 + k * 5) % 11) as f64 + ((u * k) % 3) as f64 / 2.0;
        let outcome = |u: usize| {
            (0..8).map(|t| value(u, 1) + t as f64 * value(u, 2) / 10.0 + ((u + t) % 4) as f64).collect()
        };
        PredictorProblem {
            treated: (0..5)
                .map(|k| value(3, k) * 0.5 + value(6, k) * 0.6 + [3.0, -2.0, 4.0, -3.0, 1.0][k])
                .collect(),
            donors: (0..8).map(|u| (0..5).map(|k| value(u, k)).collect()).collect(),
            outcome: (0..8).map(|t| 6.0 + t as f64 * 0.4).collect(),
            donor_outcomes: (0..8).map(outcome).collect(),
        }
    }

    #[test]
    fn the_slope_is_that_of_the_loss() {
        let problem = problem();
        let outer = Outer::new(&problem).unwrap();
        let at = [-1.0, -0.3, -2.0, -0.7, -1.5];
        let (_, slope) = outer.slope(&at, &mut Vec::new()).unwrap();
        for k in 0..5 {
            let loss = |step: f64| {
                let mut there = at;
                there[k] += step;
                outer.slope(&there, &mut Vec::new()).unwrap().0
            };
            let numeric = (loss(1e-5) - loss(-1e-5)) / 2e-5;
            assert!((numeric - slope[k]).abs() < 1e-6 * (1.0 + numeric.abs()), "{k}: {numeric} {}", slope[k]);
        }
        let start = outer.slope(&at, &mut Vec::new()).unwrap().0;
        assert!(outer.descend(&at, (-18.5, 0.0)).unwrap().1 < start);
    }

    #[test]
    fn weights_are_found_for_an_inner_optimum() {
        let problem = problem();
        let outer = Outer::new(&problem).unwrap();
        let w = outer.inner(&[0.1, 0.4, 0.2, 0.2, 0.1]).unwrap();
        let v = outer.weights_for(&w).unwrap();
        let again = outer.inner(&v.iter().map(|v| v.max(1e-8)).collect::<Vec<_>>()).unwrap();
        for (a, b) in w.iter().zip(&again) {
            assert!((a - b).abs() < 1e-3, "{w:?} {again:?}");
        }
    }
}
