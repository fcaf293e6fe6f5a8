//! Whether the fitted process describes the data: uniform residuals, and the test of Kolmogorov and Smirnov.

use serde::Serialize;

use super::likelihood::{Data, Natural};

/// Test that the residuals are uniform: time-rescaled gaps of points (Ogata 1988), randomised probability transforms of daily counts.
/// Parameters were fitted to the same data, so p is larger than it should be: a small one counts, a large one proves little.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Residuals {
    /// Largest distance between the residuals' distribution and the uniform one.
    pub statistic: f64,
    /// Kolmogorov's asymptotic p with the small-sample correction of Stephens 1970 (J. Roy. Statist. Soc. B 32:115).
    pub p: f64,
    /// Correlation of residuals next to one another.
    pub serial_correlation: f64,
}

impl Residuals {
    pub(super) fn new(data: &Data, at: &Natural, seed: u64) -> Self {
        let residuals = match data {
            Data::Points(points) => points.residuals(at),
            Data::Days(days) => days.residuals(at, seed),
        };
        let centred: Vec<f64> = residuals.iter().map(|u| u - 0.5).collect();
        let square: f64 = centred.iter().map(|u| u * u).sum();
        let product: f64 = centred.windows(2).map(|w| w[0] * w[1]).sum();
        let (statistic, p) = kolmogorov_smirnov(residuals);
        Self { statistic, p, serial_correlation: if square > 0.0 { product / square } else { 0.0 } }
    }
}

fn kolmogorov_smirnov(mut sample: Vec<f64>) -> (f64, f64) {
    sample.sort_by(f64::total_cmp);
    let n = sample.len() as f64;
    let distance = |(i, u): (usize, &f64)| (u - i as f64 / n).max((i as f64 + 1.0) / n - u);
    let statistic = sample.iter().enumerate().map(distance).fold(0.0, f64::max);
    let scaled = (n.sqrt() + 0.12 + 0.11 / n.sqrt()) * statistic;
    if scaled < 0.2 {
        return (statistic, 1.0);
    }
    let term = |k: i32| {
        let sign = if k % 2 == 1 { 2.0 } else { -2.0 };
        sign * (-2.0 * f64::from(k * k) * scaled * scaled).exp()
    };
    (statistic, (1..=100).map(term).sum::<f64>().clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scipy.stats.kstest([0.05, 0.11, 0.32, 0.36, 0.41, 0.44, 0.52, 0.55, 0.77, 0.99], "uniform")` of scipy 1.17.1 gives statistic 0.25 and
    /// exact p 0.4841; critical value of the 5% test with n = 10: 0.409 (Massey 1951).
    #[test]
    fn the_distance_and_its_p_are_those_of_the_tables() {
        let (d, p) = kolmogorov_smirnov(vec![0.05, 0.11, 0.32, 0.36, 0.41, 0.44, 0.52, 0.55, 0.77, 0.99]);
        assert!((d - 0.25).abs() < 1e-12, "{d}");
        assert!((p - 0.4841).abs() < 0.02, "{p}");
        let (_, p) =
            kolmogorov_smirnov((0..10).map(|i| 0.409 + (1.0 - 0.409) * f64::from(i) / 10.0).collect());
        assert!((p - 0.05).abs() < 0.01, "{p}");
    }
}
