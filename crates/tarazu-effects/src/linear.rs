//! Small symmetric systems: a thin face over faer's Cholesky factorisation.

use faer::linalg::solvers::{Llt, Solve};
use faer::{Mat, Side};

/// A symmetric positive definite matrix A = L Lᵀ, factorised.
pub(crate) struct Cholesky {
    factor: Llt<f64>,
}

impl Cholesky {
    /// `None` where the matrix is not positive definite.
    pub(crate) fn new(matrix: &Mat<f64>) -> Option<Self> {
        matrix.llt(Side::Lower).ok().map(|factor| Self { factor })
    }

    /// A x = b by two triangular substitutions: the systems here are too small for a blocked solver to pay.
    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let lower = self.factor.L();
        let mut x = right.to_vec();
        for i in 0..x.len() {
            for j in 0..i {
                x[i] -= lower[(i, j)] * x[j];
            }
            x[i] /= lower[(i, i)];
        }
        self.solve_transposed_factor(&x)
    }

    pub(crate) fn inverse(&self, size: usize) -> Mat<f64> {
        self.factor.solve(Mat::<f64>::identity(size, size))
    }

    /// ln |A|.
    pub(crate) fn log_determinant(&self) -> f64 {
        let lower = self.factor.L();
        (0..lower.nrows()).map(|i| 2.0 * lower[(i, i)].ln()).sum()
    }

    /// Lᵀx = z solved for x: turns independent standard normals into draws with covariance A⁻¹.
    pub(crate) fn solve_transposed_factor(&self, z: &[f64]) -> Vec<f64> {
        let lower = self.factor.L();
        let mut x = z.to_vec();
        for i in (0..x.len()).rev() {
            for j in i + 1..x.len() {
                x[i] -= lower[(j, i)] * x[j];
            }
            x[i] /= lower[(i, i)];
        }
        x
    }

    /// L z: turns independent standard normals into draws with covariance A.
    pub(crate) fn multiply_factor(&self, z: &[f64]) -> Vec<f64> {
        let lower = self.factor.L();
        (0..z.len()).map(|i| (0..=i).map(|j| lower[(i, j)] * z[j]).sum()).collect()
    }
}

/// A x = b for a small square matrix in rows, by elimination with partial pivoting; `None` where it is singular.
pub(crate) fn small_solve(mut a: Vec<f64>, mut b: Vec<f64>) -> Option<Vec<f64>> {
    let n = b.len();
    let largest = a.iter().fold(0.0_f64, |l, v| l.max(v.abs()));
    for k in 0..n {
        let pivot = (k..n).max_by(|i, j| a[i * n + k].abs().total_cmp(&a[j * n + k].abs()))?;
        let size = a[pivot * n + k].abs();
        if size.is_nan() || size <= 1e-14 * largest {
            return None;
        }
        if pivot != k {
            (0..n).for_each(|j| a.swap(pivot * n + j, k * n + j));
            b.swap(pivot, k);
        }
        for i in k + 1..n {
            let factor = a[i * n + k] / a[k * n + k];
            if factor != 0.0 {
                (k..n).for_each(|j| a[i * n + j] -= factor * a[k * n + j]);
                b[i] -= factor * b[k];
            }
        }
    }
    for k in (0..n).rev() {
        b[k] = (b[k] - dot(&a[k * n + k + 1..(k + 1) * n], &b[k + 1..])) / a[k * n + k];
    }
    Some(b)
}

/// Xᵀ diag(w) X for columns X.
pub(crate) fn weighted_gram(columns: &[Vec<f64>], weights: &[f64]) -> Mat<f64> {
    let p = columns.len();
    let mut gram = Mat::zeros(p, p);
    for i in 0..p {
        for j in 0..=i {
            let sum: f64 = columns[i].iter().zip(&columns[j]).zip(weights).map(|((a, b), w)| a * b * w).sum();
            gram[(i, j)] = sum;
            gram[(j, i)] = sum;
        }
    }
    gram
}

/// Xᵀ v for columns X.
pub(crate) fn project(columns: &[Vec<f64>], v: &[f64]) -> Vec<f64> {
    columns.iter().map(|c| dot(c, v)).collect()
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Σ b_k X_k at row `t`.
pub(crate) fn row_times(columns: &[Vec<f64>], coefficients: &[f64], t: usize) -> f64 {
    columns.iter().zip(coefficients).map(|(c, b)| c[t] * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factor_and_its_transpose_agree_with_the_inverse() {
        let a = Mat::from_fn(3, 3, |i, j| [[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]][i][j]);
        let cholesky = Cholesky::new(&a).unwrap();
        let x = cholesky.solve(&[1.0, 2.0, 3.0]);
        for i in 0..3 {
            let back: f64 = (0..3).map(|j| a[(i, j)] * x[j]).sum();
            assert!((back - [1.0, 2.0, 3.0][i]).abs() < 1e-12);
        }
        // A⁻¹ = L⁻ᵀ L⁻¹, so |L⁻ᵀ e_i|² summed over i is the trace of A⁻¹.
        let inverse = cholesky.inverse(3);
        let trace: f64 = (0..3)
            .map(|i| {
                let unit: Vec<f64> = (0..3).map(|j| f64::from(u8::from(i == j))).collect();
                cholesky.solve_transposed_factor(&unit).iter().map(|v| v * v).sum::<f64>()
            })
            .sum();
        assert!((trace - (0..3).map(|i| inverse[(i, i)]).sum::<f64>()).abs() < 1e-12);
    }
}
