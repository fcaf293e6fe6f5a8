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
    /// component. Returns a state per observation.
    pub fn draw(
        self,
        y: &[f64],
        v: &Variances,
        start: &[f64],
        spread: f64,
        rng: &mut ChaCha8Rng,
    ) -> Vec<Vec<f64>> {
        let simulated = self.simulate(y.len(), v, start, spread, rng);
        let surplus: Vec<f64> = y
            .iter()
            .zip(&simulated)
            .map(|(y, state)| y - self.observe(state) - v.observation.sqrt() * normal(rng))
            .collect();
        let mut states = self.smooth(&surplus, v, spread);
        for (state, simulated) in states.iter_mut().zip(&simulated) {
            for (a, b) in state.iter_mut().zip(simulated) {
                *a += b;
            }
        }
        states
    }

    fn simulate(
        self,
        n: usize,
        v: &Variances,
        start: &[f64],
        spread: f64,
        rng: &mut ChaCha8Rng,
    ) -> Vec<Vec<f64>> {
        let mut state: Vec<f64> = start.iter().map(|m| m + spread.sqrt() * normal(rng)).collect();
        let mut states = Vec::with_capacity(n);
        for _ in 0..n {
            states.push(state.clone());
            self.step(&mut state, v, rng);
        }
        states
    }

    /// Smoothed means of the states for observations whose first state has mean zero.
    fn smooth(self, y: &[f64], v: &Variances, spread: f64) -> Vec<Vec<f64>> {
        let m = self.size();
        let seasonal = self.first_seasonal();
        let observe_column = |row: &[f64]| row[0] + seasonal.map_or(0.0, |s| row[s]);
        let mut mean = vec![0.0; m];
        let mut variance: Vec<Vec<f64>> =
            (0..m).map(|i| (0..m).map(|j| if i == j { spread } else { 0.0 }).collect()).collect();
        let first_variance = variance.clone();
        // Per period: the prediction error, its variance, and P Z', all that the backward pass needs.
        let mut passes = Vec::with_capacity(y.len());
        for y in y {
            let loading: Vec<f64> = variance.iter().map(|row| observe_column(row)).collect();
            let total = self.observe(&loading) + v.observation;
            let error = y - self.observe(&mean);
            for (i, l) in loading.iter().enumerate() {
                mean[i] += l * error / total;
                for (j, k) in loading.iter().enumerate() {
                    variance[i][j] -= l * k / total;
                }
            }
            self.transition(&mut mean);
            // T P Tᵀ: the transition applied to every row, then to every column.
            for row in &mut variance {
                self.transition(row);
            }
            for j in 0..m {
                let mut column: Vec<f64> = variance.iter().map(|row| row[j]).collect();
                self.transition(&mut column);
                for (row, value) in variance.iter_mut().zip(column) {
                    row[j] = value;
                }
            }
            for (i, q) in self.innovations(v) {
                variance[i][i] += q;
            }
            passes.push((error, total, loading));
        }
        // r_{t−1} = Z' v_t/F_t + L_tᵀ r_t with L = T (I − P Z' Z / F).
        let mut r = vec![0.0; m];
        let mut weights = vec![Vec::new(); y.len()];
        for (t, (error, total, loading)) in passes.iter().enumerate().rev() {
            weights[t].clone_from(&r);
            self.transition_transposed(&mut r);
            let pull: f64 = loading.iter().zip(&r).map(|(l, r)| l * r).sum::<f64>() / total;
            let add = error / total - pull;
            r[0] += add;
            if let Some(s) = seasonal {
                r[s] += add;
            }
        }
        let mut state: Vec<f64> =
            first_variance.iter().map(|row| row.iter().zip(&r).map(|(p, r)| p * r).sum()).collect();
        let mut states = Vec::with_capacity(y.len());
        for r in &weights {
            states.push(state.clone());
            self.transition(&mut state);
            for (i, q) in self.innovations(v) {
                state[i] += q * r[i];
            }
        }
        states
    }

    /// Sums of squared innovations over a path of states: level, slope, season.
    pub fn squared_innovations(self, states: &[Vec<f64>]) -> [f64; 3] {
        let mut sums = [0.0; 3];
        for pair in states.windows(2) {
            let mut expected = pair[0].clone();
            self.transition(&mut expected);
            sums[0] += (pair[1][0] - expected[0]).powi(2);
            if self.slope {
                sums[1] += (pair[1][1] - expected[1]).powi(2);
            }
            if let Some(s) = self.first_seasonal() {
                sums[2] += (pair[1][s] - expected[s]).powi(2);
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
            for (fast, slow) in fast.iter().flatten().zip(slow.iter().flatten()) {
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
                *sum += state[0] / f64::from(n);
            }
        }
        for (sum, expected) in sum.iter().zip(&expected) {
            assert!((sum - 1.0 - expected[0]).abs() < 0.02, "{sum} {}", expected[0]);
        }
    }
}
