//! The posterior of a local level with regression by numerical integration: independent draws instead of a chain.
//!
//! With q the ratio of the level's innovation variance to σ², the variance of the observation, everything but q and the set γ of
//! included columns has a conjugate posterior. In units of σ the observations have covariance V(q) = I + q S + κ 11ᵀ, which a scalar
//! Kalman filter whitens (Durbin & Koopman 2012, §4.3; the columns of the regression go through the same filter as the outcome, ibid.
//! §6.2.3), so that
//!
//! ```text
//! β | σ², γ, q ~ N(m, σ² G⁻¹),  G = X̃ᵀX̃ + Ω⁻¹,  m = G⁻¹X̃ᵀỹ
//! 1/σ² | γ, q ~ Gamma((n + ν + w)/2, (ν s² + w g²/q + ỹᵀỹ − mᵀX̃ᵀỹ)/2)
//! p(γ, ln q | y) ∝ π(γ) |Ω⁻¹_γ|^½ |G_γ|^−½ Π F_t^−½ q^(−w/2) rate^(−(n + ν + w)/2)
//! ```
//!
//! with ν and s² the weight and guess of the observation's variance, w and g² those of the level's (both inverse gamma, as in
//! Brodersen et al. 2015). The sum over γ is over all sets, that over ln q on a grid fitted to where the mass is. The first level has
//! variance κσ² about the first observation, κ so that this is one variance of the outcome at the prior guess of σ².

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::regression::{Prior, prior_precision};
use crate::linear::dot;
use crate::random::{gamma, normal};

/// More columns to choose from than this are left to the chain: the sets are enumerated.
pub(super) const MOST_CHOICES: usize = 10;

/// What is known before.
pub(super) struct LevelPrior {
    pub guess: f64,
    pub weight: f64,
}

/// The joint posterior of ratio, set, variance, coefficients and last level.
pub(super) struct Exact {
    atoms: Vec<Atom>,
    /// Running sums of the atoms' weights; the last is 1.
    cumulative: Vec<f64>,
    shape: f64,
    /// Position of the atom with the largest weight.
    mode: usize,
}

/// One ratio and one set of columns.
struct Atom {
    q: f64,
    chosen: Vec<usize>,
    factor: Triangle,
    mean: Vec<f64>,
    rate: f64,
    /// The last level: its mean for the outcome alone, for each chosen column, and its variance in units of σ².
    level: f64,
    level_of: Vec<f64>,
    level_variance: f64,
}

/// One draw.
pub(super) struct ExactDraw<'a> {
    pub variance: f64,
    pub level_variance: f64,
    /// Level at the last period before the intervention.
    pub level: f64,
    pub chosen: &'a [usize],
    pub coefficients: Vec<f64>,
}

/// A lower triangle that grows by a row at a time, rows one after another.
#[derive(Clone, Default)]
struct Triangle {
    rows: Vec<f64>,
    size: usize,
}

impl Triangle {
    fn row(&self, i: usize) -> &[f64] {
        &self.rows[i * (i + 1) / 2..(i + 1) * (i + 2) / 2]
    }

    /// Border the factor of a matrix by that matrix's next row up to its diagonal. Gives the new diagonal; `None` where the matrix is not
    /// positive definite.
    fn push(&mut self, next: impl Fn(usize) -> f64) -> Option<f64> {
        let from = self.rows.len();
        for j in 0..self.size {
            let of = j * (j + 1) / 2;
            let done = dot(&self.rows[from..from + j], &self.rows[of..of + j]);
            let value = (next(j) - done) / self.rows[of + j];
            self.rows.push(value);
        }
        let square = next(self.size) - dot(&self.rows[from..], &self.rows[from..]);
        if square.is_nan() || square <= 1e-12 * next(self.size).abs() {
            self.rows.truncate(from);
            return None;
        }
        self.rows.push(square.sqrt());
        self.size += 1;
        Some(square.sqrt())
    }

    fn pop(&mut self) {
        self.size -= 1;
        self.rows.truncate(self.size * (self.size + 1) / 2);
    }

    /// Lᵀ x = z.
    fn solve_transposed(&self, z: &[f64]) -> Vec<f64> {
        let mut x = z.to_vec();
        for i in (0..self.size).rev() {
            let row = self.row(i);
            x[i] /= row[i];
            let value = x[i];
            for (x, l) in x[..i].iter_mut().zip(row) {
                *x -= l * value;
            }
        }
        x
    }
}

/// Outcome and columns after the filter of one ratio.
struct Whitened {
    columns: Vec<Vec<f64>>,
    outcome: Vec<f64>,
    log_variances: f64,
    levels: Vec<f64>,
    level: f64,
    level_variance: f64,
}

/// The filter: gains do not depend on the data, so all columns share them.
fn whiten(columns: &[Vec<f64>], outcome: &[f64], q: f64, kappa: f64) -> Whitened {
    let n = outcome.len();
    let (mut gains, mut scales) = (Vec::with_capacity(n), Vec::with_capacity(n));
    let (mut variance, mut log_variances) = (kappa, 0.0);
    for _ in 0..n {
        let total = variance + 1.0;
        gains.push(variance / total);
        scales.push(1.0 / total.sqrt());
        log_variances += total.ln();
        variance = variance / total + q;
    }
    let run = |series: &[f64]| {
        let mut level = 0.0;
        let mut white = Vec::with_capacity(n);
        for ((y, gain), scale) in series.iter().zip(&gains).zip(&scales) {
            let error = y - level;
            white.push(error * scale);
            level += gain * error;
        }
        (white, level)
    };
    let (outcome, level) = run(outcome);
    let (columns, levels) = columns.iter().map(|c| run(c)).unzip();
    Whitened { columns, outcome, log_variances, levels, level, level_variance: variance - q }
}

/// First steps in ln q.
const COARSE: f64 = 1.9;
/// Weights below e to the minus this of the largest are left out.
const NEGLIGIBLE: f64 = 12.0;

/// Everything that does not depend on the ratio.
struct Setting<'a> {
    columns: &'a [Vec<f64>],
    outcome: &'a [f64],
    /// Columns that are always in, then those to choose from.
    order: Vec<usize>,
    always: usize,
    prior: &'a Prior,
    prior_precision: faer::Mat<f64>,
    level: LevelPrior,
    kappa: f64,
    shape: f64,
}

/// One candidate before its draws are needed.
struct Candidate {
    ratio: usize,
    set: u32,
    log_weight: f64,
}

impl Exact {
    /// The posterior given `outcome`, from which the level's first mean is taken off, and columns over the same periods.
    pub fn new(
        columns: &[Vec<f64>],
        always: &[bool],
        outcome: &[f64],
        prior: &Prior,
        level: LevelPrior,
    ) -> Option<Self> {
        let mut order: Vec<usize> = (0..columns.len()).filter(|k| always[*k]).collect();
        let fixed = order.len();
        let choosable = columns.len() - fixed;
        let probability = prior.inclusion(choosable);
        let always = if probability >= 1.0 { columns.len() } else { fixed };
        order.extend((0..columns.len()).filter(|k| !order.contains(k)).collect::<Vec<_>>());
        let setting = Setting {
            columns,
            outcome,
            order,
            always,
            prior,
            prior_precision: prior_precision(columns),
            kappa: prior.first_level(),
            shape: (outcome.len() as f64 + prior.weight + level.weight) / 2.0,
            level,
        };
        setting.posterior(probability)
    }

    /// One draw, independent of all others. The level's innovation has at most the variance of the outcome (1 here), as in the
    /// chain: draws beyond are drawn anew.
    pub fn draw(&self, rng: &mut ChaCha8Rng) -> ExactDraw<'_> {
        let mut tries = 0;
        let (atom, variance) = loop {
            let place = rng.random::<f64>();
            let atom = &self.atoms[self.cumulative.partition_point(|c| *c < place).min(self.atoms.len() - 1)];
            let variance = 1.0 / gamma(rng, self.shape, atom.rate);
            tries += 1;
            if variance * atom.q <= 1.0 || tries == 64 {
                break (atom, variance);
            }
        };
        let deviation = variance.sqrt();
        let z: Vec<f64> = atom.mean.iter().map(|_| normal(rng)).collect();
        let mut coefficients = atom.factor.solve_transposed(&z);
        coefficients.iter_mut().zip(&atom.mean).for_each(|(c, m)| *c = m + deviation * *c);
        let level = atom.level - dot(&atom.level_of, &coefficients)
            + deviation * atom.level_variance.sqrt() * normal(rng);
        ExactDraw { variance, level_variance: variance * atom.q, level, chosen: &atom.chosen, coefficients }
    }

    /// What the most probable ratio and set describe of the outcome: y − V⁻¹(y − Xm), by a backward pass over the filter.
    pub fn fitted(&self, columns: &[Vec<f64>], outcome: &[f64], prior: &Prior) -> Vec<f64> {
        let atom = &self.atoms[self.mode];
        let n = outcome.len();
        let residual: Vec<f64> = (0..n)
            .map(|t| {
                outcome[t] - atom.chosen.iter().zip(&atom.mean).map(|(k, m)| columns[*k][t] * m).sum::<f64>()
            })
            .collect();
        let (mut variance, mut level) = (prior.first_level(), 0.0);
        let mut steps = Vec::with_capacity(n);
        for r in &residual {
            let total = variance + 1.0;
            let error = r - level;
            let gain = variance / total;
            steps.push((error / total, gain));
            level += gain * error;
            variance = variance / total + atom.q;
        }
        let mut carried = 0.0;
        let mut fitted = outcome.to_vec();
        for t in (0..n).rev() {
            let (scaled, gain) = steps[t];
            fitted[t] -= scaled - gain * carried;
            carried = scaled + (1.0 - gain) * carried;
        }
        fitted
    }
}

impl Setting<'_> {
    fn posterior(&self, probability: f64) -> Option<Exact> {
        // Where is the mass of ln q? Coarse steps first, then a fine grid over what they found.
        let coarse: Vec<f64> = (0..12).map(|i| -14.0 + COARSE * f64::from(i)).collect();
        let found = self.candidates(&coarse, probability);
        let best = found.iter().map(|c| c.log_weight).fold(f64::NEG_INFINITY, f64::max);
        if !best.is_finite() {
            return None;
        }
        let held = found.iter().filter(|c| c.log_weight > best - NEGLIGIBLE).map(|c| c.ratio);
        let (low, high) = held.fold((usize::MAX, 0), |(l, h), i| (l.min(i), h.max(i)));
        let (from, to) = (coarse[low] - COARSE, coarse[high] + COARSE);
        let count = (((to - from) / 0.25).ceil() as usize).min(24);
        let fine: Vec<f64> = (0..=count).map(|i| from + (to - from) * i as f64 / count as f64).collect();
        let mut candidates = self.candidates(&fine, probability);
        let best = candidates.iter().map(|c| c.log_weight).fold(f64::NEG_INFINITY, f64::max);
        candidates.retain(|c| c.log_weight > best - NEGLIGIBLE);
        let total: f64 = candidates.iter().map(|c| (c.log_weight - best).exp()).sum();
        let mut running = 0.0;
        let mut exact = Exact { atoms: Vec::new(), cumulative: Vec::new(), shape: self.shape, mode: 0 };
        for group in candidates.chunk_by(|a, b| a.ratio == b.ratio) {
            let q = fine[group[0].ratio].exp();
            let white = whiten(self.columns, self.outcome, q, self.kappa);
            let (gram, right) = self.gram(&white);
            for candidate in group {
                running += (candidate.log_weight - best).exp() / total;
                if candidate.log_weight == best {
                    exact.mode = exact.atoms.len();
                }
                exact.cumulative.push(running);
                exact.atoms.push(self.atom(&white, (&gram, &right), q, candidate.set)?);
            }
        }
        Some(exact)
    }

    /// Every set at every ratio.
    fn candidates(&self, log_ratios: &[f64], probability: f64) -> Vec<Candidate> {
        let odds = if probability < 1.0 { (probability / (1.0 - probability)).ln() } else { 0.0 };
        let mut all = Vec::new();
        let prior_at = |i: usize, j: usize| self.prior_precision[(self.order[i], self.order[j])];
        for (ratio, log_ratio) in log_ratios.iter().enumerate() {
            let q = log_ratio.exp();
            let white = whiten(self.columns, self.outcome, q, self.kappa);
            let (gram, right) = self.gram(&white);
            let base = self.prior.squares()
                + self.level.weight * self.level.guess.powi(2) / q
                + dot(&white.outcome, &white.outcome);
            let common = -0.5 * white.log_variances - 0.5 * self.level.weight * log_ratio;
            let mut walk = Walk {
                posterior: Triangle::default(),
                prior: Triangle::default(),
                forward: Vec::new(),
                explained: 0.0,
                log_determinants: 0.0,
                members: Vec::new(),
            };
            let width = self.order.len();
            for k in 0..self.always {
                walk.push(k, &gram, width, &prior_at, &right);
            }
            let mut visit = |walk: &Walk, set: u32, included: u32| {
                let rate = (base - walk.explained).max(f64::MIN_POSITIVE) / 2.0;
                let log_weight =
                    common + walk.log_determinants - self.shape * rate.ln() + f64::from(included) * odds;
                all.push(Candidate { ratio, set, log_weight });
            };
            subsets(
                &mut walk,
                self.always,
                width,
                (0, 0),
                &mut |walk, k| walk.push(k, &gram, width, &prior_at, &right),
                &mut visit,
            );
        }
        all
    }

    /// X̃ᵀX̃ + Ω⁻¹ in `order`, the lower triangle of rows one after another, and X̃ᵀỹ.
    fn gram(&self, white: &Whitened) -> (Vec<f64>, Vec<f64>) {
        let p = self.order.len();
        let mut gram = vec![0.0; p * p];
        for i in 0..p {
            for j in 0..=i {
                let (a, b) = (self.order[i], self.order[j]);
                gram[i * p + j] = dot(&white.columns[a], &white.columns[b]) + self.prior_precision[(a, b)];
            }
        }
        (gram, self.order.iter().map(|k| dot(&white.columns[*k], &white.outcome)).collect())
    }

    fn atom(&self, white: &Whitened, (gram, right): (&[f64], &[f64]), q: f64, set: u32) -> Option<Atom> {
        let width = self.order.len();
        let members: Vec<usize> =
            (0..width).filter(|i| *i < self.always || set & (1 << (i - self.always)) != 0).collect();
        let chosen: Vec<usize> = members.iter().map(|i| self.order[*i]).collect();
        let mut factor = Triangle::default();
        let mut forward = Vec::with_capacity(chosen.len());
        for (i, own) in members.iter().enumerate() {
            let from = factor.rows.len();
            let diagonal = factor.push(|j| gram[own * width + members[j]])?;
            forward.push((right[*own] - dot(&factor.rows[from..from + i], &forward)) / diagonal);
        }
        let base = self.prior.squares()
            + self.level.weight * self.level.guess.powi(2) / q
            + dot(&white.outcome, &white.outcome);
        Some(Atom {
            q,
            mean: factor.solve_transposed(&forward),
            rate: (base - dot(&forward, &forward)).max(f64::MIN_POSITIVE) / 2.0,
            level: white.level,
            level_of: chosen.iter().map(|k| white.levels[*k]).collect(),
            level_variance: white.level_variance,
            factor,
            chosen,
        })
    }
}

/// The factors along a walk over the sets: a column enters by bordering and leaves by dropping the last row.
struct Walk {
    posterior: Triangle,
    prior: Triangle,
    forward: Vec<f64>,
    explained: f64,
    log_determinants: f64,
    members: Vec<usize>,
}

impl Walk {
    /// Let column `k` in; `false` where it adds nothing that the others do not have.
    fn push(
        &mut self,
        k: usize,
        gram: &[f64],
        width: usize,
        prior_at: &dyn Fn(usize, usize) -> f64,
        right: &[f64],
    ) -> bool {
        self.members.push(k);
        let members = &self.members;
        let at = |j: usize| gram[k * width + members[j]];
        let Some(prior) = self.prior.push(|j| prior_at(k, members[j])) else {
            self.members.pop();
            return false;
        };
        let from = self.posterior.rows.len();
        let Some(diagonal) = self.posterior.push(at) else {
            self.prior.pop();
            self.members.pop();
            return false;
        };
        let own = &self.posterior.rows[from..from + self.forward.len()];
        let next = (right[k] - dot(own, &self.forward)) / diagonal;
        self.forward.push(next);
        self.explained += next * next;
        self.log_determinants += prior.ln() - diagonal.ln();
        true
    }

    fn pop(&mut self) {
        self.members.pop();
        if let Some(last) = self.forward.pop() {
            self.explained -= last * last;
        }
        for (triangle, sign) in [(&mut self.prior, -1.0), (&mut self.posterior, 1.0)] {
            if let Some(diagonal) = triangle.rows.last() {
                self.log_determinants += sign * diagonal.ln();
            }
            triangle.pop();
        }
    }
}

/// Visit every set of the columns from `first` up to `width`.
fn subsets(
    walk: &mut Walk,
    always: usize,
    width: usize,
    (set, from): (u32, usize),
    push: &mut dyn FnMut(&mut Walk, usize) -> bool,
    visit: &mut dyn FnMut(&Walk, u32, u32),
) {
    visit(walk, set, set.count_ones());
    for bit in from..width - always {
        if push(walk, always + bit) {
            subsets(walk, always, width, (set | 1 << bit, bit + 1), push, visit);
            walk.pop();
        }
    }
}
