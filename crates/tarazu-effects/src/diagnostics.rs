//! What speaks for or against an estimate, computed from the model's account of the periods before the intervention.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal};

/// How well the model describes the periods before the intervention.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PrePeriodFit {
    /// Mean of the outcome.
    pub mean: f64,
    /// Root mean squared error of the fitted values, in units of the outcome.
    pub rmse: f64,
    /// Share of the outcome's variance that the fitted values describe; negative where the mean does better.
    pub r_squared: f64,
    /// First-order autocorrelation of the residuals.
    pub residual_autocorrelation: f64,
}

impl PrePeriodFit {
    pub(crate) fn of(observed: &[f64], fitted: &[f64]) -> Self {
        let n = observed.len() as f64;
        let mean = observed.iter().sum::<f64>() / n;
        let residuals: Vec<f64> = observed.iter().zip(fitted).map(|(o, f)| o - f).collect();
        let squares: f64 = residuals.iter().map(|r| r * r).sum();
        let total: f64 = observed.iter().map(|o| (o - mean).powi(2)).sum();
        let centre = residuals.iter().sum::<f64>() / n;
        let variance: f64 = residuals.iter().map(|r| (r - centre).powi(2)).sum();
        let lagged: f64 = residuals.windows(2).map(|w| (w[0] - centre) * (w[1] - centre)).sum();
        let ratio = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
        Self {
            mean,
            rmse: (squares / n).sqrt(),
            r_squared: 1.0 - ratio(squares, total),
            residual_autocorrelation: ratio(lagged, variance),
        }
    }
}

/// The smallest relative differences that the design would show in four of five cases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SmallestDetectable {
    /// Smallest decrease, as a negative number: −0.4 is 40% below expectation.
    pub decrease: f64,
    /// Smallest increase.
    pub increase: f64,
}

impl SmallestDetectable {
    /// From the standard error of ln(observed / expected): the difference whose test at `1 − level` has a power of 0.8, by
    /// the normal approximation (Bloom 1995, "minimum detectable effects").
    pub(crate) fn from_log_error(error: f64, level: f64) -> Self {
        let distance = reach(level) * error;
        Self { decrease: (-distance).exp_m1(), increase: distance.exp_m1() }
    }

    /// The standard error of ln(observed / expected) that it was made from.
    pub fn log_error(&self, level: f64) -> f64 {
        -self.decrease.ln_1p() / reach(level)
    }
}

/// Standard errors between zero and a difference whose test at `1 − level` has a power of 0.8.
fn reach(level: f64) -> f64 {
    let quantile = |q: f64| Normal::standard().inverse_cdf(q);
    quantile(1.0 - (1.0 - level) / 2.0) + quantile(0.8)
}

/// Probability that a design shows this relative difference (−0.3 is 30% below expectation) at `1 − level`, from the standard error of
/// ln(observed / expected), by the normal approximation. NaN for a difference of −1 or less.
pub fn power(difference: f64, log_error: f64, level: f64) -> f64 {
    let normal = Normal::standard();
    let critical = normal.inverse_cdf(1.0 - (1.0 - level) / 2.0);
    let shift = difference.ln_1p() / log_error;
    normal.cdf(shift - critical) + normal.cdf(-shift - critical)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_detectable_difference_has_a_power_of_four_in_five() {
        let smallest = SmallestDetectable::from_log_error(0.2, 0.95);
        assert!((power(smallest.decrease, 0.2, 0.95) - 0.8).abs() < 1e-4);
        assert!((power(smallest.increase, 0.2, 0.95) - 0.8).abs() < 1e-4);
        assert!((smallest.log_error(0.95) - 0.2).abs() < 1e-12);
        assert!((power(0.0, 0.2, 0.95) - 0.05).abs() < 1e-9);
    }
}
