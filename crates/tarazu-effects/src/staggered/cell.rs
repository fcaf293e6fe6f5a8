//! One group in one period: the doubly robust difference in differences and its influence function.

use crate::linear::{dot, small_solve};

/// A unit of a comparison.
pub(super) struct Unit {
    /// Its place among all units of the panel.
    pub place: usize,
    pub treated: bool,
    /// Outcome of the period less that of the base period.
    pub change: f64,
    pub covariates: Vec<f64>,
}

/// A comparison of a group with controls.
pub(super) struct Robust {
    pub estimate: f64,
    /// Per unit of the panel.
    pub influence: Vec<f64>,
    /// Place of each control, and how far its change is from what is expected of it.
    pub left: Vec<(usize, f64)>,
}

/// Estimate and influence function over all `total` units of the panel: Sant'Anna & Zhao 2020, §3.1 (their traditional estimator).
/// Without covariates it is the difference of means.
pub(super) fn doubly_robust(units: &[Unit], total: usize) -> Result<Robust, &'static str> {
    let treated = units.iter().filter(|u| u.treated).count();
    if treated == 0 {
        return Err("no unit is treated");
    }
    let x: Vec<Vec<f64>> =
        units.iter().map(|u| std::iter::once(1.0).chain(u.covariates.iter().copied()).collect()).collect();
    let (n, size) = (units.len() as f64, x[0].len());
    // One more than there are coefficients, or nothing is left to learn an error from.
    if units.len() - treated <= size {
        return Err("too few units to compare with");
    }
    let outcomes = Outcomes::fit(units, &x)?;
    let propensity = Propensity::fit(units, &x)?;
    let left: Vec<f64> =
        units.iter().zip(&x).map(|(u, x)| u.change - dot(&outcomes.coefficients, x)).collect();
    let weight = |i: usize| {
        let p = propensity.fitted[i];
        if units[i].treated { 0.0 } else { p / (1.0 - p) }
    };
    let mean = |f: &dyn Fn(usize) -> f64| (0..units.len()).map(f).sum::<f64>() / n;
    let treated_share = mean(&|i| f64::from(u8::from(units[i].treated)));
    let control_share = mean(&weight);
    let eta_treated = mean(&|i| if units[i].treated { left[i] } else { 0.0 }) / treated_share;
    let eta_control = mean(&|i| weight(i) * left[i]) / control_share;

    let column_means =
        |f: &dyn Fn(usize) -> f64| -> Vec<f64> { (0..size).map(|k| mean(&|i| f(i) * x[i][k])).collect() };
    let m1 = column_means(&|i| f64::from(u8::from(units[i].treated)));
    let m2 = column_means(&|i| weight(i) * (left[i] - eta_control));
    let m3 = column_means(&weight);
    let mut influence = vec![0.0; total];
    // Units outside the comparison have none; the others are scaled to the whole panel.
    let scale = total as f64 / n;
    for (i, unit) in units.iter().enumerate() {
        let through_outcomes = outcomes.influence(unit, &x[i], left[i]);
        let through_propensity = propensity.influence(unit, &x[i], i);
        let own = f64::from(u8::from(unit.treated));
        let of_treated = (own * (left[i] - eta_treated) - dot(&through_outcomes, &m1)) / treated_share;
        let of_control = (weight(i) * (left[i] - eta_control) + dot(&through_propensity, &m2)
            - dot(&through_outcomes, &m3))
            / control_share;
        influence[unit.place] = scale * (of_treated - of_control);
    }
    let controls = units.iter().zip(&left).filter(|(u, _)| !u.treated);
    let left = controls.map(|(u, left)| (u.place, left - eta_control)).collect();
    Ok(Robust { estimate: eta_treated - eta_control, influence, left })
}

/// Least squares of the change on the covariates among controls.
struct Outcomes {
    coefficients: Vec<f64>,
    /// (X'X / n)⁻¹ over controls, in rows.
    inverse: Vec<Vec<f64>>,
}

impl Outcomes {
    fn fit(units: &[Unit], x: &[Vec<f64>]) -> Result<Self, &'static str> {
        let (n, size) = (units.len() as f64, x[0].len());
        let mut gram = vec![0.0; size * size];
        let mut right = vec![0.0; size];
        for (unit, x) in units.iter().zip(x).filter(|(u, _)| !u.treated) {
            add(&mut gram, x, 1.0 / n);
            right.iter_mut().zip(x).for_each(|(r, x)| *r += x * unit.change / n);
        }
        let singular = "the covariates depend on each other among the controls";
        let coefficients = small_solve(gram.clone(), right).ok_or(singular)?;
        Ok(Self { coefficients, inverse: inverse(&gram, size).ok_or(singular)? })
    }

    fn influence(&self, unit: &Unit, x: &[f64], left: f64) -> Vec<f64> {
        if unit.treated {
            return vec![0.0; x.len()];
        }
        self.inverse.iter().map(|row| dot(row, x) * left).collect()
    }
}

/// Logistic regression of treatment on the covariates.
struct Propensity {
    fitted: Vec<f64>,
    /// Inverse of the mean information, in rows.
    inverse: Vec<Vec<f64>>,
}

impl Propensity {
    fn fit(units: &[Unit], x: &[Vec<f64>]) -> Result<Self, &'static str> {
        let (n, size) = (units.len() as f64, x[0].len());
        let own = |u: &Unit| f64::from(u8::from(u.treated));
        let share = units.iter().map(own).sum::<f64>() / n;
        let mut coefficients = vec![0.0; size];
        coefficients[0] = (share / (1.0 - share)).ln();
        for _ in 0..50 {
            let fitted: Vec<f64> = x.iter().map(|x| 1.0 / (1.0 + (-dot(&coefficients, x)).exp())).collect();
            let mut information = vec![0.0; size * size];
            let mut score = vec![0.0; size];
            for ((unit, x), p) in units.iter().zip(x).zip(&fitted) {
                add(&mut information, x, p * (1.0 - p) / n);
                score.iter_mut().zip(x).for_each(|(s, x)| *s += x * (own(unit) - p) / n);
            }
            let step = small_solve(information.clone(), score)
                .ok_or("the covariates tell treated units from controls without exception")?;
            coefficients.iter_mut().zip(&step).for_each(|(c, s)| *c += s);
            if step.iter().all(|s| s.abs() < 1e-10) {
                if fitted.iter().any(|p| *p > 1.0 - 1e-9) {
                    return Err("the covariates tell some units from all controls");
                }
                let inverse =
                    inverse(&information, size).ok_or("the information of the propensities is singular")?;
                return Ok(Self { fitted, inverse });
            }
        }
        Err("the propensities do not settle: the covariates tell treated units from controls")
    }

    fn influence(&self, unit: &Unit, x: &[f64], i: usize) -> Vec<f64> {
        let residual = f64::from(u8::from(unit.treated)) - self.fitted[i];
        self.inverse.iter().map(|row| dot(row, x) * residual).collect()
    }
}

fn add(gram: &mut [f64], x: &[f64], weight: f64) {
    for (i, a) in x.iter().enumerate() {
        for (j, b) in x.iter().enumerate() {
            gram[i * x.len() + j] += a * b * weight;
        }
    }
}

fn inverse(matrix: &[f64], size: usize) -> Option<Vec<Vec<f64>>> {
    // Symmetric, so its columns are its rows.
    (0..size)
        .map(|k| small_solve(matrix.to_vec(), (0..size).map(|i| f64::from(u8::from(i == k))).collect()))
        .collect()
}
