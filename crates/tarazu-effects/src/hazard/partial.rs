//! The partial likelihood in counting-process form, and all that is summed over its risk sets.

use faer::Mat;

use super::{Spell, Ties};

/// Spells in columns, covariates centred and scaled, and their orders by start and by stop.
pub(super) struct Rows {
    pub(super) start: Vec<f64>,
    pub(super) stop: Vec<f64>,
    pub(super) event: Vec<bool>,
    /// Row by row, `width` values each.
    pub(super) x: Vec<f64>,
    pub(super) width: usize,
    /// What each covariate was divided by.
    pub(super) scale: Vec<f64>,
    by_stop: Vec<usize>,
    by_start: Vec<usize>,
}

/// Sums of weight, weight × covariates and weight × their products over some rows.
#[derive(Clone)]
struct Sums {
    zero: f64,
    one: Vec<f64>,
    two: Vec<f64>,
}

/// One event time: its deaths and, for each of them, the risk set's sums with the part of the ties taken out.
pub(super) struct Tied<'a> {
    pub(super) time: f64,
    pub(super) deaths: &'a [usize],
    risk: &'a Sums,
    dying: &'a Sums,
    ties: Ties,
}

/// Mean covariates of a risk set, their variance, the set's weight and the share of the ties that was taken out.
pub(super) struct Risk {
    pub(super) weight: f64,
    pub(super) mean: Vec<f64>,
    pub(super) variance: Vec<f64>,
    pub(super) share: f64,
}

/// Value and first two derivatives of the log partial likelihood.
pub(super) struct Likelihood {
    pub(super) value: f64,
    pub(super) score: Vec<f64>,
    pub(super) information: Mat<f64>,
}

impl Sums {
    fn new(width: usize) -> Self {
        Self { zero: 0.0, one: vec![0.0; width], two: vec![0.0; width * width] }
    }

    fn add(&mut self, weight: f64, x: &[f64]) {
        self.zero += weight;
        for (i, a) in x.iter().enumerate() {
            self.one[i] += weight * a;
            for (j, b) in x.iter().enumerate() {
                self.two[i * x.len() + j] += weight * a * b;
            }
        }
    }
}

impl Tied<'_> {
    /// The risk set of the `l`-th death: Breslow 1974 keeps it whole, Efron 1977 takes the dying out by l/d.
    pub(super) fn risk(&self, l: usize) -> Risk {
        let share = match self.ties {
            Ties::Breslow => 0.0,
            Ties::Efron => l as f64 / self.deaths.len() as f64,
        };
        let weight = self.risk.zero - share * self.dying.zero;
        let mean: Vec<f64> =
            self.risk.one.iter().zip(&self.dying.one).map(|(r, d)| (r - share * d) / weight).collect();
        let width = mean.len();
        let second = |i: usize| (self.risk.two[i] - share * self.dying.two[i]) / weight;
        let variance = (0..width * width).map(|i| second(i) - mean[i / width] * mean[i % width]).collect();
        Risk { weight, mean, variance, share }
    }
}

impl Rows {
    pub(super) fn new(spells: &[Spell], width: usize) -> Self {
        let n = spells.len();
        let mut x: Vec<f64> = spells.iter().flat_map(|s| s.covariates.iter().copied()).collect();
        let mut scale = Vec::new();
        for j in 0..width {
            let column = || (0..n).map(|i| i * width + j);
            let mean = column().map(|k| x[k]).sum::<f64>() / n as f64;
            let deviation = (column().map(|k| (x[k] - mean).powi(2)).sum::<f64>() / n as f64).sqrt();
            let unit = if deviation > 0.0 { deviation } else { 1.0 };
            column().for_each(|k| x[k] = (x[k] - mean) / unit);
            scale.push(unit);
        }
        let order = |key: &dyn Fn(usize) -> f64| {
            let mut order: Vec<usize> = (0..n).collect();
            order.sort_by(|a, b| key(*b).total_cmp(&key(*a)).then(a.cmp(b)));
            order
        };
        Self {
            start: spells.iter().map(|s| s.start).collect(),
            stop: spells.iter().map(|s| s.stop).collect(),
            event: spells.iter().map(|s| s.event).collect(),
            by_stop: order(&|i| spells[i].stop),
            by_start: order(&|i| spells[i].start),
            x,
            width,
            scale,
        }
    }

    pub(super) fn row(&self, i: usize) -> &[f64] {
        &self.x[i * self.width..(i + 1) * self.width]
    }

    /// Linear predictors, moved so that the largest is 0: the partial likelihood does not see the move.
    pub(super) fn predictors(&self, beta: &[f64]) -> Vec<f64> {
        let eta: Vec<f64> = (0..self.stop.len()).map(|i| crate::linear::dot(self.row(i), beta)).collect();
        let largest = eta.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        eta.iter().map(|e| e - largest).collect()
    }

    /// Visit every event time, latest first, with its risk set: the rows with start < time ≤ stop.
    pub(super) fn sweep(&self, eta: &[f64], ties: Ties, mut visit: impl FnMut(&Tied)) {
        let mut risk = Sums::new(self.width);
        let (mut left, mut at) = (0, 0);
        while at < self.by_stop.len() {
            let time = self.stop[self.by_stop[at]];
            while left < self.by_start.len() && self.start[self.by_start[left]] >= time {
                let i = self.by_start[left];
                risk.add(-eta[i].exp(), self.row(i));
                left += 1;
            }
            let mut dying = Sums::new(self.width);
            let mut deaths = Vec::new();
            while at < self.by_stop.len() && self.stop[self.by_stop[at]] == time {
                let i = self.by_stop[at];
                risk.add(eta[i].exp(), self.row(i));
                if self.event[i] {
                    dying.add(eta[i].exp(), self.row(i));
                    deaths.push(i);
                }
                at += 1;
            }
            if !deaths.is_empty() {
                visit(&Tied { time, deaths: &deaths, risk: &risk, dying: &dying, ties });
            }
        }
    }

    pub(super) fn likelihood(&self, beta: &[f64], ties: Ties) -> Likelihood {
        let p = self.width;
        let eta = self.predictors(beta);
        let mut found = Likelihood { value: 0.0, score: vec![0.0; p], information: Mat::zeros(p, p) };
        self.sweep(&eta, ties, |tied| {
            for (l, death) in tied.deaths.iter().enumerate() {
                let risk = tied.risk(l);
                found.value += eta[*death] - risk.weight.ln();
                for i in 0..p {
                    found.score[i] += self.row(*death)[i] - risk.mean[i];
                    for j in 0..p {
                        found.information[(i, j)] += risk.variance[i * p + j];
                    }
                }
            }
        });
        found
    }

    /// Per row, its part of the score (Lin & Wei 1989; with Efron's ties as Therneau & Grambsch 2000, §4.2 and §7.1), and its
    /// martingale residual.
    pub(super) fn residuals(&self, beta: &[f64], ties: Ties) -> (Vec<Vec<f64>>, Vec<f64>) {
        let p = self.width;
        let eta = self.predictors(beta);
        // Per event time: Σ 1/weight, Σ mean/weight; the same times the share of the ties; Σ mean/d.
        let mut times: Vec<(f64, Vec<f64>)> = Vec::new();
        let mut score: Vec<Vec<f64>> = vec![vec![0.0; p]; eta.len()];
        let mut martingale = vec![0.0; eta.len()];
        self.sweep(&eta, ties, |tied| {
            let (mut all, mut held) = (vec![0.0; p + 1], vec![0.0; p + 1]);
            let mut mean = vec![0.0; p];
            for l in 0..tied.deaths.len() {
                let risk = tied.risk(l);
                for k in 0..=p {
                    let value = if k < p { risk.mean[k] } else { 1.0 } / risk.weight;
                    all[k] += value;
                    held[k] += risk.share * value;
                }
                (0..p).for_each(|k| mean[k] += risk.mean[k] / tied.deaths.len() as f64);
            }
            for i in tied.deaths {
                let (row, weight) = (self.row(*i), eta[*i].exp());
                martingale[*i] += 1.0 + weight * held[p];
                for k in 0..p {
                    score[*i][k] += row[k] - mean[k] + weight * (row[k] * held[p] - held[k]);
                }
            }
            times.push((tied.time, all));
        });
        times.reverse();
        for at in 1..times.len() {
            let before = times[at - 1].1.clone();
            times[at].1.iter_mut().zip(before).for_each(|(v, b)| *v += b);
        }
        let until = |time: f64, k: usize| {
            let place = times.partition_point(|(t, _)| *t <= time);
            if place == 0 { 0.0 } else { times[place - 1].1[k] }
        };
        for i in 0..eta.len() {
            let between = |k: usize| until(self.stop[i], k) - until(self.start[i], k);
            let (row, weight) = (self.row(i), eta[i].exp());
            let hazard = between(p);
            martingale[i] -= weight * hazard;
            for k in 0..p {
                score[i][k] -= weight * (row[k] * hazard - between(k));
            }
        }
        (score, martingale)
    }
}
