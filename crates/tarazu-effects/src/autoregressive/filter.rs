//! Whitening by the Kalman filter: columns seen through an autoregressive error plus independent noise are turned into columns
//! seen through independent errors of variance one, in time proportional to their length.

/// An error u_t = a_t + e_t with a_t = φ a_{t−1} + η_t, Var η = `innovation`, and Var e_t given period by period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Errors {
    /// φ, between 0 and 1; at 1 a random walk that starts at zero: its first level is the intercept's.
    pub persistence: f64,
    /// Var η.
    pub innovation: f64,
}

impl Errors {
    /// Variance of the first state.
    fn first(self) -> f64 {
        if self.persistence < 1.0 { self.innovation / (1.0 - self.persistence.powi(2)) } else { 0.0 }
    }
}

/// Whitened rows and ln |V|.
#[derive(Debug)]
pub(super) struct Whitened {
    /// One row of `width` numbers per period.
    pub rows: Vec<f64>,
    /// ln of the determinant of the errors' covariance.
    pub log_determinant: f64,
}

impl Whitened {
    /// Whiten `rows` (one row of `width` numbers per period) under these errors: every column goes through the same filter
    /// (Durbin & Koopman 2012, §4.3), and each prediction error is divided by its standard deviation.
    pub fn of(rows: &[f64], width: usize, noise: &[f64], errors: Errors) -> Self {
        let mut whitened = Vec::with_capacity(rows.len());
        let mut mean = vec![0.0; width];
        let phi = errors.persistence;
        let mut variance = errors.first();
        // The product of a few variances is kept, and its logarithm taken now and then: logarithms are dear.
        let (mut product, mut log) = (1.0_f64, 0.0);
        for (row, noise) in rows.chunks_exact(width).zip(noise) {
            let total = variance + noise;
            let (gain, scale) = (variance / total, 1.0 / total.sqrt());
            for (value, mean) in row.iter().zip(&mut mean) {
                let surprise = value - *mean;
                whitened.push(surprise * scale);
                *mean = phi * (*mean + gain * surprise);
            }
            variance = phi * phi * variance * (1.0 - gain) + errors.innovation;
            product *= total;
            if !(1e-100..1e100).contains(&product) {
                log += product.ln();
                product = 1.0;
            }
        }
        Self { rows: whitened, log_determinant: log + product.ln() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear::Cholesky;
    use faer::Mat;

    /// The oracle: V written out, and xᵀ V⁻¹ x by Cholesky.
    #[test]
    fn whitened_columns_have_the_products_of_generalised_least_squares() {
        let n = 30;
        let noise: Vec<f64> = (0..n).map(|t| 0.3 + 0.1 * (t % 4) as f64).collect();
        let x: Vec<f64> = (0..n).map(|t| (t as f64 * 0.7).sin() + 1.0).collect();
        for (persistence, innovation) in [(0.0, 0.4), (0.6, 0.2), (1.0, 0.1)] {
            let errors = Errors { persistence, innovation };
            let covariance = Mat::from_fn(n, n, |s, t| {
                let signal = if persistence < 1.0 {
                    errors.first() * persistence.powi(s.abs_diff(t) as i32)
                } else {
                    innovation * s.min(t) as f64
                };
                signal + if s == t { noise[s] } else { 0.0 }
            });
            let cholesky = Cholesky::new(&covariance).unwrap();
            let expected: f64 = cholesky.solve(&x).iter().zip(&x).map(|(a, b)| a * b).sum();
            let whitened = Whitened::of(&x, 1, &noise, errors);
            let found: f64 = whitened.rows.iter().map(|v| v * v).sum();
            assert!((found - expected).abs() < 1e-9, "{persistence}: {found} {expected}");
            assert!((whitened.log_determinant - cholesky.log_determinant()).abs() < 1e-9);
        }
    }
}
