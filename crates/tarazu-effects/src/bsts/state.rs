//! The state of a structural time series and one draw of it given data and variances.
//!
//! Durbin & Koopman 2012, *Time Series Analysis by State Space Methods*, §3.2 (components), §4.3–4.6 (filter and smoother), and
//! the mean-corrected simulation smoother of Durbin & Koopman 2002 (Biometrika 89:603), §2.

use rand_chacha::ChaCha8Rng;

use crate::random::normal;

/// Which components there are: level, level and slope, and a season of `season` dummies (0 or 1 for none).
#[derive(Debug, Clone, Copy)]
pub(super) struct Components {
    pub slope: bool,
    pub season: usize,
}

/// Variances of the innovations.
#[derive(Debug, Clone, Copy)]
pub(super) struct Variances {
    pub observation: f64,
    pub level: f64,
    pub slope: f64,
    pub season: f64,
}

impl Components {
    /// Length of the state: level, slope, and season − 1 seasonal states, newest first.
    pub fn size(self) -> usize {
        1 + usize::from(self.slope) + self.season.saturating_sub(1)
    }

    fn first_seasonal(self) -> Option<usize> {
        (self.season > 1).then(|| 1 + usize::from(self.slope))
    }

    /// Z α: what the state contributes to the observation.
    pub fn observe(self, state: &[f64]) -> f64 {
        state[0] + self.first_seasonal().map_or(0.0, |s| state[s])
    }

    /// T α in place.
    fn transition(self, state: &mut [f64]) {
        if self.slope {
            state[0] += state[1];
        }
        if let Some(first) = self.first_seasonal() {
            let next = -state[first..].iter().sum::<f64>();
            state[first..].rotate_right(1);
            state[first] = next;
        }
    }

    /// Tᵀ r in place.
    fn transition_transposed(self, r: &mut [f64]) {
        if self.slope {
            r[1] += r[0];
        }
        if let Some(first) = self.first_seasonal() {
            let head = r[first];
            r[first..].rotate_left(1);
            if let Some(last) = r.last_mut() {
                *last = 0.0;
            }
            for value in &mut r[first..] {
                *value -= head;
            }
        }
    }

    /// The states that receive innovations, with their variances.
    fn innovations(self, v: &Variances) -> impl Iterator<Item = (usize, f64)> {
        let slope = self.slope.then_some((1, v.slope));
        let season = self.first_seasonal().map(|s| (s, v.season));
        [Some((0, v.level)), slope, season].into_iter().flatten()
    }

    /// The next state.
    pub fn step(self, state: &mut [f64], v: &Variances, rng: &mut ChaCha8Rng) {
        self.transition(state);
        for (i, variance) in self.innovations(v) {
            state[i] += variance.sqrt() * normal(rng);
        }
    }

    /// One draw of all states given the observations `y`, from a first state with mean `start` and variance `spread` in each
    /// component. Returns the states one after another, [`Components::size`] numbers each.
    pub fn draw(
        self,
        y: &[f64],
        v: &Variances,
        start: &[f64],
        spread: f64,
        rng: &mut ChaCha8Rng,
    ) -> Vec<f64> {
        let m = self.size();
        let simulated = self.simulate(y.len(), v, start, spread, rng);
        let surplus: Vec<f64> = y
            .iter()
            .zip(simulated.chunks_exact(m))
            .map(|(y, state)| y - self.observe(state) - v.observation.sqrt() * normal(rng))
            .collect();
        let mut states = self.smooth(&surplus, v, spread);
        for (state, simulated) in states.iter_mut().zip(&simulated) {
            *state += simulated;
        }
        states
    }

    fn simulate(self, n: usize, v: &Variances, start: &[f64], spread: f64, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let mut state: Vec<f64> = start.iter().map(|m| m + spread.sqrt() * normal(rng)).collect();
        let mut states = Vec::with_capacity(n * state.len());
        for _ in 0..n {
            states.extend_from_slice(&state);
            self.step(&mut state, v, rng);
        }
        states
    }

    /// Smoothed means of the states for observations whose first state has mean zero.
    fn smooth(self, y: &[f64], v: &Variances, spread: f64) -> Vec<f64> {
        let (n, m) = (y.len(), self.size());
        let seasonal = self.first_seasonal();
        let mut mean = vec![0.0; m];
        let mut scratch = vec![0.0; m];
        let mut variance = vec![0.0; m * m];
        (0..m).for_each(|i| variance[i * m + i] = spread);
        // Per period: the prediction error over its variance, that variance, and P Z', all that the backward pass needs.
        let (mut errors, mut totals, mut loadings) = (vec![0.0; n], vec![0.0; n], vec![0.0; n * m]);
        for t in 0..n {
            let loading = &mut loadings[t * m..(t + 1) * m];
            for (l, row) in loading.iter_mut().zip(variance.chunks_exact(m)) {
                *l = self.observe(row);
            }
            let total = self.observe(loading) + v.observation;
            let error = (y[t] - self.observe(&mean)) / total;
            for (i, l) in loading.iter().enumerate() {
                mean[i] += l * error;
                for (j, k) in loading.iter().enumerate() {
                    variance[i * m + j] -= l * k / total;
                }
            }
            self.transition(&mut mean);
            // T P Tᵀ: the transition applied to every row, then to every column.
            variance.chunks_exact_mut(m).for_each(|row| self.transition(row));
            for j in 0..m {
                (0..m).for_each(|i| scratch[i] = variance[i * m + j]);
                self.transition(&mut scratch);
                (0..m).for_each(|i| variance[i * m + j] = scratch[i]);
            }
            for (i, q) in self.innovations(v) {
                variance[i * m + i] += q;
            }
            (errors[t], totals[t]) = (error, total);
        }
        // r_{t−1} = Z' v_t/F_t + L_tᵀ r_t with L = T (I − P Z' Z / F).
        let mut r = vec![0.0; m];
        let mut weights = vec![0.0; n * m];
        for t in (0..n).rev() {
            weights[t * m..(t + 1) * m].copy_from_slice(&r);
            self.transition_transposed(&mut r);
            let loading = &loadings[t * m..(t + 1) * m];
            let pull: f64 = loading.iter().zip(&r).map(|(l, r)| l * r).sum::<f64>() / totals[t];
            let add = errors[t] - pull;
            r[0] += add;
            if let Some(s) = seasonal {
                r[s] += add;
            }
        }
        let mut state: Vec<f64> = r.iter().map(|r| spread * r).collect();
        let mut states = Vec::with_capacity(n * m);
        for r in weights.chunks_exact(m) {
            states.extend_from_slice(&state);
            self.transition(&mut state);
            for (i, q) in self.innovations(v) {
                state[i] += q * r[i];
            }
        }
        states
    }

    /// Sums of squared innovations over a path of states: level, slope, season.
    pub fn squared_innovations(self, states: &[f64]) -> [f64; 3] {
        let m = self.size();
        let mut sums = [0.0; 3];
        let mut expected = vec![0.0; m];
        for (now, next) in states.chunks_exact(m).zip(states.chunks_exact(m).skip(1)) {
            expected.copy_from_slice(now);
            self.transition(&mut expected);
            sums[0] += (next[0] - expected[0]).powi(2);
            if self.slope {
                sums[1] += (next[1] - expected[1]).powi(2);
            }
            if let Some(s) = self.first_seasonal() {
                sums[2] += (next[s] - expected[s]).powi(2);
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream;
    use faer::Mat;
    use faer::linalg::solvers::Solve;

    const VARIANCES: Variances = Variances { observation: 0.5, level: 0.2, slope: 0.05, season: 0.1 };

    /// The oracle: states and observations are jointly normal, so the smoothed mean is Cov(α, y) Var(y)⁻¹ y, with both
    /// matrices built by pushing every independent innovation through the transition.
    fn smoothed_by_joint_normal(components: Components, y: &[f64], spread: f64) -> Vec<Vec<f64>> {
        let (n, m) = (y.len(), components.size());
        let mut shocks: Vec<(Vec<Vec<f64>>, f64)> = Vec::new();
        let mut push = |at: usize, i: usize, variance: f64| {
            let mut state = vec![0.0; m];
            let mut path = vec![state.clone(); at];
            state[i] = 1.0;
            while path.len() < n {
                path.push(state.clone());
                components.transition(&mut state);
            }
            shocks.push((path, variance));
        };
        (0..m).for_each(|i| push(0, i, spread));
        (1..n).for_each(|t| components.innovations(&VARIANCES).for_each(|(i, v)| push(t, i, v)));
        let covariance = |f: &dyn Fn(&[Vec<f64>]) -> f64, g: &dyn Fn(&[Vec<f64>]) -> f64| -> f64 {
            shocks.iter().map(|(path, v)| f(path) * g(path) * v).sum()
        };
        let observed = |t: usize| move |path: &[Vec<f64>]| components.observe(&path[t]);
        let variance = Mat::from_fn(n, n, |s, t| {
            covariance(&observed(s), &observed(t)) + if s == t { VARIANCES.observation } else { 0.0 }
        });
        let weights = variance.llt(faer::Side::Lower).unwrap().solve(Mat::from_fn(n, 1, |t, _| y[t]));
        (0..n)
            .map(|t| {
                (0..m)
                    .map(|i| (0..n).map(|s| covariance(&|p| p[t][i], &observed(s)) * weights[(s, 0)]).sum())
                    .collect()
            })
            .collect()
    }

    #[test]
    fn the_smoother_is_the_conditional_mean_of_the_joint_normal() {
        let y: Vec<f64> = (0..20).map(|t| f64::from(t % 4) + 0.1 * f64::from(t)).collect();
        for (slope, season) in [(false, 0), (true, 0), (false, 4), (true, 4)] {
            let components = Components { slope, season };
            let fast = components.smooth(&y, &VARIANCES, 2.0);
            let slow = smoothed_by_joint_normal(components, &y, 2.0);
            for (fast, slow) in fast.iter().zip(slow.iter().flatten()) {
                assert!((fast - slow).abs() < 1e-9, "slope {slope}, season {season}: {fast} {slow}");
            }
        }
    }

    #[test]
    fn draws_scatter_about_the_smoothed_mean() {
        let components = Components { slope: false, season: 0 };
        let y: Vec<f64> = (0..15).map(|t| f64::from(t % 3)).collect();
        // A first state with mean 1 and observations moved by 1 are the same problem moved by 1.
        let centred: Vec<f64> = y.iter().map(|y| y - 1.0).collect();
        let expected = components.smooth(&centred, &VARIANCES, 2.0);
        let rng = &mut stream(1, "draws", 0);
        let n = 20_000;
        let mut sum = vec![0.0; y.len()];
        for _ in 0..n {
            for (sum, state) in sum.iter_mut().zip(components.draw(&y, &VARIANCES, &[1.0], 2.0, rng)) {
                *sum += state / f64::from(n);
            }
        }
        for (sum, expected) in sum.iter().zip(&expected) {
            assert!((sum - 1.0 - expected).abs() < 0.02, "{sum} {expected}");
        }
    }
}
