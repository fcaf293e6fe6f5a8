//! Intervals and p-values, each pair from one distribution of estimate over error.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// Ends and two-sided p of the normal distribution.
pub(crate) fn normal(estimate: f64, error: f64, level: f64) -> (f64, f64, f64) {
    around(estimate, error, level, &Normal::standard())
}

/// The same of Student's t; of the normal distribution where there is no number of degrees of freedom.
pub(crate) fn student(estimate: f64, error: f64, freedom: f64, level: f64) -> (f64, f64, f64) {
    match StudentsT::new(0.0, 1.0, freedom) {
        Ok(students) if freedom.is_finite() => around(estimate, error, level, &students),
        _ => normal(estimate, error, level),
    }
}

fn around(estimate: f64, error: f64, level: f64, of: &impl ContinuousCDF<f64, f64>) -> (f64, f64, f64) {
    let reach = of.inverse_cdf(1.0 - (1.0 - level) / 2.0) * error;
    let p = match error > 0.0 {
        true => 2.0 * of.sf((estimate / error).abs()),
        false => f64::from(u8::from(estimate == 0.0)),
    };
    (estimate - reach, estimate + reach, p)
}
