//! Log likelihood of a self-exciting process of which only the count of every day is known.
//!
//! The count of day d has mean λ(d) = μ(d) + α Σ (1 − e^(−β)) e^(−β(d − s − 1)) N(s) over the days s before: a share α of events to
//! come is laid on later days, in geometrically falling parts. What excites within one day cannot be told from events planned together;
//! both make counts vary by more than their mean, so they are negative binomial with variance λ(1 + φ) (linear in the mean, as where
//! each of a Poisson number of groups brings a logarithmic number of events). φ = 0 is Poisson.

use rand_chacha::ChaCha8Rng;
use statrs::function::gamma::ln_gamma;

use super::likelihood::{Natural, Sum, exponential};
use crate::random;

/// Count, share of the day that was watched, and covariates of each day.
pub(super) struct Days {
    pub(super) counts: Vec<f64>,
    pub(super) exposure: Vec<f64>,
    pub(super) covariates: Vec<Vec<f64>>,
    log_factorials: f64,
}

/// ln(1 + φ)/φ and its derivative.
fn log_ratio(phi: f64) -> (f64, f64) {
    if phi < 1e-4 {
        (1.0 - phi / 2.0 + phi * phi / 3.0, -0.5 + 2.0 * phi / 3.0)
    } else {
        let ratio = phi.ln_1p() / phi;
        (ratio, (1.0 / (1.0 + phi) - ratio) / phi)
    }
}

/// φ and what depends on it alone.
struct Dispersion {
    phi: f64,
    ratio: f64,
    slope: f64,
    log: f64,
}

impl Dispersion {
    fn new(phi: f64) -> Self {
        let (ratio, slope) = log_ratio(phi);
        Self { phi, ratio, slope, log: phi.ln_1p() }
    }

    /// ln P(N = count) without the factorial, and its derivatives with respect to mean and φ.
    fn log_probability(&self, count: f64, mean: f64) -> (f64, f64, f64) {
        let (mut value, mut by_mean, mut by_phi) = (
            -mean * self.ratio - count * self.log,
            -self.ratio,
            -mean * self.slope - count / (1.0 + self.phi),
        );
        let mut j = 0.0;
        while j < count {
            let factor = mean + j * self.phi;
            value += factor.ln();
            by_mean += 1.0 / factor;
            by_phi += j / factor;
            j += 1.0;
        }
        (value, by_mean, by_phi)
    }
}

impl Days {
    pub(super) fn new(counts: Vec<f64>, exposure: Vec<f64>, covariates: Vec<Vec<f64>>) -> Self {
        let log_factorials = counts.iter().map(|n| ln_gamma(n + 1.0)).sum();
        Self { counts, exposure, covariates, log_factorials }
    }

    /// Visit each day with its mean, the background in it, and the derivatives of the mean with respect to branching and decay.
    fn means(&self, at: &Natural, mut visit: impl FnMut(usize, f64, f64, f64, f64)) {
        let kept = (-at.decay).exp();
        let (mut past, mut slope) = (0.0, 0.0);
        // Most days have the covariates of the day before: the exponential is the dearest part.
        let mut rate = 0.0;
        for (day, count) in self.counts.iter().enumerate() {
            let x = &self.covariates[day];
            if day == 0 || *x != self.covariates[day - 1] {
                rate = exponential(x, &at.background);
            }
            let mu = self.exposure[day] * rate;
            let excited = (1.0 - kept) * past;
            let by_decay = at.branching * (kept * past + (1.0 - kept) * slope);
            visit(day, mu + at.branching * excited, mu, excited, by_decay);
            slope = kept * (slope - past);
            past = kept * past + count;
        }
    }

    pub(super) fn log_likelihood(&self, at: &Natural, sum: &mut Sum) {
        let dispersion = Dispersion::new(at.dispersion);
        sum.value -= self.log_factorials;
        self.means(at, |day, mean, mu, by_branching, by_decay| {
            let (value, by_mean, by_phi) = dispersion.log_probability(self.counts[day], mean);
            sum.value += value;
            sum.background(by_mean * mu, &self.covariates[day]);
            sum.branching += by_mean * by_branching;
            sum.decay += by_mean * by_decay;
            sum.dispersion += by_phi;
        });
    }

    /// Counts of the process with these parameters over the same days.
    pub(super) fn simulate(&self, at: &Natural, rng: &mut ChaCha8Rng) -> Self {
        let kept = (-at.decay).exp();
        // A search that ended far from the data may have left a rate that would never end.
        let most = 20.0 * (self.counts.iter().sum::<f64>() + 10.0);
        let mut past = 0.0;
        let mut counts = Vec::new();
        for (exposure, x) in self.exposure.iter().zip(&self.covariates) {
            let mean = exposure * exponential(x, &at.background) + at.branching * (1.0 - kept) * past;
            let mean = mean.min(most);
            let count =
                if mean > 1e-9 { random::negative_binomial(rng, mean, at.dispersion / mean) } else { 0.0 };
            past = kept * past + count;
            counts.push(count);
        }
        Self::new(counts, self.exposure.clone(), self.covariates.clone())
    }

    /// Randomised probability transforms of the counts: uniform where the model holds (Smith 1985; Czado, Gneiting & Held 2009,
    /// Biometrics 65:1254).
    pub(super) fn residuals(&self, at: &Natural, seed: u64) -> Vec<f64> {
        let rng = &mut random::stream(seed, "hawkes residuals", 0);
        let dispersion = Dispersion::new(at.dispersion);
        let mut residuals = Vec::new();
        self.means(at, |day, mean, _, _, _| {
            let probability =
                |count: f64| (dispersion.log_probability(count, mean).0 - ln_gamma(count + 1.0)).exp();
            let (mut below, mut count) = (0.0, 0.0);
            while count < self.counts[day] {
                below += probability(count);
                count += 1.0;
            }
            let share = crate::hawkes::uniform(rng);
            residuals.push((below + share * probability(count)).clamp(0.0, 1.0));
        });
        residuals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_sum_to_one_with_the_stated_mean_and_variance_down_to_the_poisson() {
        for phi in [0.0, 1e-6, 0.3, 2.0] {
            let (mut mass, mut mean, mut square) = (0.0, 0.0, 0.0);
            for n in 0..400 {
                let n = f64::from(n);
                let p = (Dispersion::new(phi).log_probability(n, 3.0).0 - ln_gamma(n + 1.0)).exp();
                mass += p;
                mean += n * p;
                square += n * n * p;
            }
            assert!((mass - 1.0).abs() < 1e-10, "{mass}");
            assert!((mean - 3.0).abs() < 1e-8, "{mean}");
            assert!((square - mean * mean - 3.0 * (1.0 + phi)).abs() < 1e-6, "{square}");
        }
    }
}
