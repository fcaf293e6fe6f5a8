//! Least squares over the simplex: weights that are not negative and sum to one.
//!
//! ```text
//! min ½ wᵀHw − cᵀw   subject to  w ≥ 0, Σ w = 1
//! ```
//!
//! A primal active-set method (Nocedal & Wright 2006, §16.5, in the form of Lawson & Hanson 1974 for one equality): it ends at the
//! optimum up to rounding in finitely many steps. How far from it a result can be is bounded by the Frank–Wolfe gap (Jaggi 2013, §2).

use crate::linear::{dot, small_solve};

/// Weights, and a bound on how far their objective lies above the optimum.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Simplex {
    pub weights: Vec<f64>,
    /// ½ wᵀHw − cᵀw is at most this far above its minimum.
    pub gap: f64,
}

/// A quadratic over the simplex: H in rows one after another, and c.
#[derive(Debug, Clone)]
pub(super) struct Quadratic {
    pub h: Vec<f64>,
    pub c: Vec<f64>,
}

impl Quadratic {
    /// ‖Xw − y‖² / 2 + ridge ‖w‖² / 2 for columns X.
    pub fn least_squares(columns: &[&[f64]], y: &[f64], ridge: f64) -> Self {
        let m = columns.len();
        let mut h = vec![0.0; m * m];
        for i in 0..m {
            for j in 0..=i {
                let value = dot(columns[i], columns[j]) + if i == j { ridge } else { 0.0 };
                (h[i * m + j], h[j * m + i]) = (value, value);
            }
        }
        Self { h, c: columns.iter().map(|x| dot(x, y)).collect() }
    }

    fn gradient(&self, w: &[f64]) -> Vec<f64> {
        let m = w.len();
        (0..m).map(|i| dot(&self.h[i * m..(i + 1) * m], w) - self.c[i]).collect()
    }

    /// The minimum over the simplex. `None` where there is nothing to weigh or a number is not finite.
    pub fn minimise(&self) -> Option<Simplex> {
        self.minimise_near(&[])
    }

    /// The same, sought from the face of these weights first, which is quick where the minimum is on it or next to it.
    pub fn minimise_near(&self, face: &[usize]) -> Option<Simplex> {
        let m = self.c.len();
        let scale = (0..m).map(|i| self.h[i * m + i].abs()).fold(0.0, f64::max);
        if m == 0 || !scale.is_finite() || self.c.iter().any(|c| !c.is_finite()) {
            return None;
        }
        // Start at the best vertex.
        let vertex = |i: usize| 0.5 * self.h[i * m + i] - self.c[i];
        let first = (0..m).min_by(|a, b| vertex(*a).total_cmp(&vertex(*b)))?;
        let mut w = vec![0.0; m];
        w[first] = 1.0;
        let mut free = vec![first];
        if let Some(target) = self.on_face(face).filter(|t| !t.is_empty() && t.iter().all(|w| *w > 0.0)) {
            w[first] = 0.0;
            face.iter().zip(&target).for_each(|(k, t)| w[*k] = *t);
            free = face.to_vec();
        }
        let tolerance = 1e-13 * scale.max(f64::MIN_POSITIVE);
        for _ in 0..50 * (m + 2) {
            let target = self.on_face(&free)?;
            // As far towards the face's minimum as no weight turns negative.
            let reach = free
                .iter()
                .zip(&target)
                .filter(|(k, t)| **t < 0.0 && w[**k] > **t)
                .map(|(k, t)| (w[*k] / (w[*k] - t), *k))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            let step = reach.map_or(1.0, |(step, _)| step.min(1.0));
            for (k, t) in free.iter().zip(&target) {
                w[*k] += step * (t - w[*k]);
            }
            if let Some((_, blocked)) = reach {
                w[blocked] = 0.0;
                free.retain(|k| *k != blocked);
                continue;
            }
            let gradient = self.gradient(&w);
            let level = free.iter().map(|k| gradient[*k] * w[*k]).sum::<f64>();
            let lowest =
                (0..m).filter(|k| !free.contains(k)).min_by(|a, b| gradient[*a].total_cmp(&gradient[*b]));
            match lowest {
                Some(k) if gradient[k] < level - tolerance => free.push(k),
                _ => break,
            }
        }
        w.iter_mut().for_each(|w| *w = w.max(0.0));
        let total: f64 = w.iter().sum();
        w.iter_mut().for_each(|w| *w /= total);
        let gradient = self.gradient(&w);
        let gap = dot(&gradient, &w) - gradient.iter().copied().fold(f64::INFINITY, f64::min);
        w.iter().all(|w| w.is_finite()).then_some(Simplex { weights: w, gap: gap.max(0.0) })
    }

    /// The same where H is positive definite: from the face that is left when negative weights are dropped, all at once and again,
    /// which for many donors with small weights is nearer to the minimum than any vertex.
    pub fn minimise_definite(&self) -> Option<Simplex> {
        let mut face: Vec<usize> = (0..self.c.len()).collect();
        while let Some(target) = self.on_face(&face) {
            let kept: Vec<usize> =
                face.iter().zip(&target).filter(|(_, t)| **t > 0.0).map(|(k, _)| *k).collect();
            if kept.len() == face.len() {
                break;
            }
            face = kept;
        }
        self.minimise_near(&face)
    }

    /// Where the Frank–Wolfe steps of the `synthdid` package stop: from equal weights a hundred steps, weights up to a quarter of the
    /// largest dropped, and on until a step gains less than `least`² in the mean over `rows`.
    pub fn as_synthdid(&self, target_square: f64, rows: usize, least: f64) -> Option<Simplex> {
        let m = self.c.len();
        let mut w = vec![1.0 / m.max(1) as f64; m];
        let objective = |w: &[f64]| {
            let gradient = self.gradient(w);
            (dot(&gradient, w) - dot(&self.c, w) + target_square) / rows.max(1) as f64
        };
        for (round, most) in [100, 10_000].into_iter().enumerate() {
            if round == 1 {
                let largest = w.iter().copied().fold(0.0, f64::max);
                w.iter_mut().filter(|w| **w <= largest / 4.0).for_each(|w| *w = 0.0);
                let total: f64 = w.iter().sum();
                w.iter_mut().for_each(|w| *w /= total);
            }
            let mut values: Vec<f64> = Vec::new();
            while values.len() < most
                && (values.len() < 2 || values[values.len() - 2] - values[values.len() - 1] > least * least)
            {
                let gradient = self.gradient(&w);
                let lowest = (0..m).min_by(|a, b| gradient[*a].total_cmp(&gradient[*b]))?;
                let along: Vec<f64> = (0..m).map(|i| if i == lowest { 1.0 - w[i] } else { -w[i] }).collect();
                let curvature: f64 =
                    (0..m).map(|i| along[i] * dot(&self.h[i * m..(i + 1) * m], &along)).sum();
                if curvature > 0.0 {
                    let step = (-dot(&gradient, &along) / curvature).clamp(0.0, 1.0);
                    w.iter_mut().zip(&along).for_each(|(w, d)| *w += step * d);
                }
                values.push(objective(&w));
            }
        }
        let gradient = self.gradient(&w);
        let gap = dot(&gradient, &w) - gradient.iter().copied().fold(f64::INFINITY, f64::min);
        Some(Simplex { weights: w, gap: gap.max(0.0) })
    }

    /// The minimum with only these weights free and their sum one: H w + μ 1 = c, 1ᵀw = 1.
    fn on_face(&self, free: &[usize]) -> Option<Vec<f64>> {
        let (m, p) = (self.c.len(), free.len());
        let diagonal = free.iter().map(|k| self.h[k * m + k]).fold(0.0, f64::max);
        // Columns that depend on each other leave the face without one minimum: a trace of ridge chooses the shortest.
        for ridge in [0.0, 1e-12, 1e-9] {
            let mut system = vec![0.0; (p + 1) * (p + 1)];
            let mut right = vec![0.0; p + 1];
            for (i, a) in free.iter().enumerate() {
                for (j, b) in free.iter().enumerate() {
                    system[i * (p + 1) + j] = self.h[a * m + b] + if i == j { ridge * diagonal } else { 0.0 };
                }
                // The row of the sum is scaled as the others are.
                system[i * (p + 1) + p] = diagonal.max(f64::MIN_POSITIVE);
                system[p * (p + 1) + i] = diagonal.max(f64::MIN_POSITIVE);
                right[i] = self.c[*a];
            }
            right[p] = diagonal.max(f64::MIN_POSITIVE);
            if let Some(mut solution) = small_solve(system, right) {
                solution.truncate(p);
                return Some(solution);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The gap is a proof: whatever the data, no point of the simplex lies lower than the optimum found.
        #[test]
        fn the_optimum_is_one(
            cells in prop::collection::vec(-3.0_f64..3.0, 60), y in prop::collection::vec(-3.0_f64..3.0, 10), m in 1_usize..7,
        ) {
            let columns: Vec<&[f64]> = cells.chunks_exact(10).take(m).collect();
            let quadratic = Quadratic::least_squares(&columns, &y, 0.0);
            let found = quadratic.minimise().unwrap();
            let definite = Quadratic::least_squares(&columns, &y, 0.1);
            prop_assert!(definite.minimise_definite().unwrap().gap < 1e-9);
            prop_assert!((found.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            prop_assert!(found.weights.iter().all(|w| *w >= 0.0));
            prop_assert!(found.gap < 1e-9, "{}", found.gap);
        }

        /// More donors than periods: many optima, and one of them is found.
        #[test]
        fn dependent_columns_do_no_harm(cells in prop::collection::vec(-3.0_f64..3.0, 24), y in prop::collection::vec(-3.0_f64..3.0, 3)) {
            let mut columns: Vec<&[f64]> = cells.chunks_exact(3).collect();
            columns.push(columns[0]);
            let found = Quadratic::least_squares(&columns, &y, 0.0).minimise().unwrap();
            prop_assert!(found.gap < 1e-6, "{}", found.gap);
        }
    }
}
