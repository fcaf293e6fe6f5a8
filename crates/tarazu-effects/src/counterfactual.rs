//! What the periods after would have shown without the intervention, by simulation; and what can be said where they showed nothing at all.

use rand_chacha::ChaCha8Rng;
use statrs::distribution::{ContinuousCDF, Normal};

use crate::diagnostics::{PrePeriodFit, SmallestDetectable};
use crate::estimate::{
    Diagnostics, Difference, Estimate, Interval, PeriodDifference, Specification, quantiles,
};
use crate::problem::{Problem, Settings};
use crate::random::{negative_binomial, stream};

/// The distribution of one period's count: Var = μ + α μ².
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected {
    pub mean: f64,
    pub alpha: f64,
}

impl Expected {
    /// ln of the probability of no count at `factor` times the mean.
    fn log_zero(self, factor: f64) -> f64 {
        let mean = self.mean * factor;
        if self.alpha * mean < 1e-8 { -mean } else { -(self.alpha * mean).ln_1p() / self.alpha }
    }
}

/// Draws of the periods after, each a path of [`Expected`] from `draw`, with a count about each; as differences by period about `expected`.
pub(crate) fn by_period(
    problem: &Problem,
    expected: &[f64],
    settings: &Settings,
    rng: &mut ChaCha8Rng,
    mut draw: impl FnMut(&mut ChaCha8Rng) -> Vec<Expected>,
) -> (Vec<PeriodDifference>, Vec<Vec<Expected>>) {
    let mut counts = vec![Vec::with_capacity(settings.draws); expected.len()];
    let mut paths = Vec::with_capacity(settings.draws);
    for _ in 0..settings.draws {
        let path = draw(rng);
        for (counts, period) in counts.iter_mut().zip(&path) {
            counts.push(negative_binomial(rng, period.mean, period.alpha));
        }
        paths.push(path);
    }
    let periods = counts
        .iter_mut()
        .zip(expected)
        .zip(problem.start..)
        .map(|((counts, estimate), t)| {
            let (low, _, high) = quantiles(counts, settings.level);
            PeriodDifference::new(t, problem.outcome[t], Interval { estimate: *estimate, low, high })
        })
        .collect();
    (periods, paths)
}

/// A model of the periods before, run on over periods after of which every count is zero.
pub(crate) struct NothingAfter<'a> {
    pub problem: &'a Problem,
    pub settings: &'a Settings,
    pub specification: Specification,
    /// Means of the periods before, and of those after as they were expected.
    pub fitted: &'a [f64],
    pub expected: &'a [f64],
    pub parameters: Vec<(String, f64)>,
    pub warnings: Vec<String>,
}

/// What a reader must know of such an answer.
const WARNING: &str = "every count after the intervention is zero: no difference is larger than all that was expected, and the interval reaches up to \
    where nothing at all would be as rare as the level allows";

impl NothingAfter<'_> {
    /// A step of −∞ fits counts that are all zero, and the curvature of the likelihood there says nothing of its error. But the chance of
    /// nothing at all under a step θ, T(θ) = E Π P(0 | μ e^θ) over the paths, falls as θ rises: the interval reaches up to where it is
    /// (1 − level)/2, and p is twice T(0), at most 1 (Clopper & Pearson 1934, with the means integrated).
    pub fn estimate(self, draw: impl FnMut(&mut ChaCha8Rng) -> Vec<Expected>) -> Estimate {
        let Self { problem, settings, specification, .. } = self;
        let rng = &mut stream(settings.seed, &specification.key(), settings.replicate);
        let (by_period, paths) = by_period(problem, self.expected, settings, rng, draw);
        let Bound { difference, p, log_ratio } = bound(&paths, self.expected, settings.level);
        let mut warnings = vec![WARNING.to_owned()];
        warnings.extend(self.warnings);
        Estimate {
            specification,
            difference,
            p,
            log_ratio,
            by_period,
            weights: Vec::new(),
            diagnostics: Diagnostics {
                pre_period: PrePeriodFit::of(problem.before(), self.fitted),
                smallest_detectable: SmallestDetectable::from_log_error(
                    relative_error(&paths),
                    settings.level,
                ),
                placebo_in_time: None,
                parameters: self.parameters,
            },
            warnings,
            seed: settings.seed,
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

/// Standard deviation of the sum of counts over its mean: what the design can tell of a difference that leaves some.
fn relative_error(paths: &[Vec<Expected>]) -> f64 {
    let count = paths.len().max(1) as f64;
    let sums: Vec<f64> = paths.iter().map(|path| path.iter().map(|e| e.mean).sum()).collect();
    let mean = sums.iter().sum::<f64>() / count;
    let between = sums.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / count;
    let within = paths.iter().flatten().map(|e| e.mean + e.alpha * e.mean * e.mean).sum::<f64>() / count;
    (between + within).sqrt() / mean.max(f64::MIN_POSITIVE)
}

struct Bound {
    difference: Difference,
    p: f64,
    log_ratio: (f64, f64),
}

/// p is below 1 − level exactly where the interval ends below 0.
fn bound(paths: &[Vec<Expected>], expected: &[f64], level: f64) -> Bound {
    let chance = |theta: f64| {
        let factor = theta.exp();
        let of = |path: &Vec<Expected>| path.iter().map(|e| e.log_zero(factor)).sum::<f64>().exp();
        paths.iter().map(of).sum::<f64>() / paths.len().max(1) as f64
    };
    let tail = (1.0 - level) / 2.0;
    let at_zero = chance(0.0);
    let (mut low, mut high) = if at_zero < tail { (-50.0, 0.0) } else { (0.0, 50.0) };
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if chance(middle) < tail { high = middle } else { low = middle }
    }
    // The end on the side of zero that p says.
    let end: f64 = if at_zero < tail { high.min(-f64::MIN_POSITIVE) } else { low.max(0.0) };
    let total: f64 = expected.iter().sum();
    let relative = Interval { estimate: -1.0, low: -1.0, high: end.exp_m1() };
    let cumulative = relative.map(|r| r * total);
    // Half a count keeps the logarithm finite.
    let ratio = (0.5 / (total + 0.5)).ln();
    let reach = Normal::standard().inverse_cdf(1.0 - tail);
    Bound {
        difference: Difference {
            average: cumulative.map(|c| c / expected.len().max(1) as f64),
            cumulative,
            relative,
        },
        p: (2.0 * at_zero).min(1.0),
        log_ratio: (ratio, ((end - ratio) / reach).abs().max(1e-6)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// With known Poisson means the bound is that of Clopper & Pearson's rule of three: total mean −ln(0.025) = 3.689.
    #[test]
    fn known_means_give_the_exact_bound() {
        let path = vec![Expected { mean: 2.0, alpha: 0.0 }; 5];
        let found = bound(&[path], &[2.0; 5], 0.95);
        assert!(
            (found.difference.relative.high - (3.688_879 / 10.0 - 1.0)).abs() < 1e-6,
            "{:?}",
            found.difference
        );
        assert!((found.p - 2.0 * (-10.0_f64).exp()).abs() < 1e-12);
        assert_eq!(found.difference.cumulative.estimate, -10.0);
    }

    proptest! {
        #[test]
        fn p_and_interval_never_contradict(
            means in prop::collection::vec(0.001_f64..6.0, 1..20), alpha in 0.0_f64..3.0, level in 0.5_f64..0.99,
        ) {
            let paths = [0.7, 1.0, 1.6].map(|f| means.iter().map(|m| Expected { mean: f * m, alpha }).collect());
            let found = bound(&paths, &means, level);
            prop_assert_eq!(found.difference.relative.high < 0.0, found.p < 1.0 - level, "{:?} {}", found.difference, found.p);
            prop_assert_eq!(found.difference.average.high < 0.0, found.p < 1.0 - level);
            prop_assert!(found.log_ratio.0.is_finite() && found.log_ratio.1 > 0.0);
        }
    }
}
