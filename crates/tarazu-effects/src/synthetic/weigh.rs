//! The weights of one unit: which donors, and for synthetic difference-in-differences which periods, stand for what was expected.

use super::simplex::{Quadratic, Simplex};
use super::{Form, Stopping};
use crate::linear::{dot, small_solve};
use crate::problem::EffectsError;

/// What the donors lead one to expect of a unit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weighed {
    /// Per donor; negative ones only where the form extrapolates.
    pub donors: Vec<f64>,
    /// Per period before, where the form weighs periods.
    pub periods: Option<Vec<f64>>,
    /// The expected outcome of every period.
    pub expected: Vec<f64>,
    /// How far the objective of the donors' weights may lie above its optimum.
    pub gap: f64,
}

const NO_OPTIMUM: EffectsError = EffectsError::Fit("the weights of the donors have no optimum");

/// Weigh donors for a unit whose first period after is `start`.
pub(super) fn weigh(
    (form, stopping, penalty): (Form, Stopping, f64),
    unit: &[f64],
    donors: &[&[f64]],
    start: usize,
) -> Result<Weighed, EffectsError> {
    match form {
        Form::Control => control(unit, donors, start, stopping),
        Form::Augmented => augmented(unit, donors, start),
        Form::Penalised => penalised(unit, donors, start, penalty),
        Form::DifferenceInDifferences => difference_in_differences(unit, donors, start, stopping),
    }
}

/// Least squares over the simplex, to the optimum or as far as the `synthdid` package goes.
fn solve(
    columns: &[&[f64]],
    y: &[f64],
    ridge: f64,
    (stopping, noise): (Stopping, f64),
) -> Result<Simplex, EffectsError> {
    let quadratic = Quadratic::least_squares(columns, y, ridge);
    let found = match stopping {
        Stopping::Optimum if ridge > 0.0 => quadratic.minimise_definite(),
        Stopping::Optimum => quadratic.minimise(),
        Stopping::AsSynthdid => quadratic.as_synthdid(dot(y, y), y.len(), 1e-5 * noise),
    };
    found.ok_or(NO_OPTIMUM)
}

fn before<'a>(donors: &[&'a [f64]], start: usize) -> Vec<&'a [f64]> {
    donors.iter().map(|d| &d[..start]).collect()
}

fn weighted(donors: &[&[f64]], weights: &[f64], t: usize) -> f64 {
    donors.iter().zip(weights).map(|(d, w)| d[t] * w).sum()
}

/// Abadie, Diamond & Hainmueller 2010 on the outcomes before alone.
fn control(
    unit: &[f64],
    donors: &[&[f64]],
    start: usize,
    stopping: Stopping,
) -> Result<Weighed, EffectsError> {
    let found = solve(&before(donors, start), &unit[..start], 0.0, (stopping, noise(donors, start)))?;
    let expected = (0..unit.len()).map(|t| weighted(donors, &found.weights, t)).collect();
    Ok(Weighed { donors: found.weights, periods: None, expected, gap: found.gap })
}

/// Ben-Michael, Feller & Rothstein 2021: what the simplex leaves over is taken up by a ridge regression on the donors, centred period by
/// period; its penalty is chosen by leaving out blocks of the periods before (at most twelve).
fn augmented(unit: &[f64], donors: &[&[f64]], start: usize) -> Result<Weighed, EffectsError> {
    let blocks = start.min(12);
    let within = |block: usize, t: usize| t * blocks / start == block;
    let pick = |series: &[f64], keep: &dyn Fn(usize) -> bool| -> Vec<f64> {
        (0..start).filter(|t| keep(*t)).map(|t| series[t]).collect()
    };
    let penalties = penalties(donors, start);
    let mut errors = vec![0.0; penalties.len()];
    for block in 0..blocks {
        let (kept, left): (&dyn Fn(usize) -> bool, &dyn Fn(usize) -> bool) =
            (&|t| !within(block, t), &|t| within(block, t));
        let (y, y_left) = (pick(unit, kept), pick(unit, left));
        let kept_donors: Vec<Vec<f64>> = donors.iter().map(|d| pick(d, kept)).collect();
        let left_donors: Vec<Vec<f64>> = donors.iter().map(|d| pick(d, left)).collect();
        let columns: Vec<&[f64]> = kept_donors.iter().map(Vec::as_slice).collect();
        let simplex = Quadratic::least_squares(&columns, &y, 0.0).minimise().ok_or(NO_OPTIMUM)?;
        let ridge = Ridge::new(&columns, &y, &simplex.weights);
        for (error, penalty) in errors.iter_mut().zip(&penalties) {
            let Some(weights) = ridge.weights(&simplex.weights, *penalty) else { continue };
            let columns: Vec<&[f64]> = left_donors.iter().map(Vec::as_slice).collect();
            *error +=
                (0..y_left.len()).map(|t| (y_left[t] - weighted(&columns, &weights, t)).powi(2)).sum::<f64>();
        }
    }
    let best = (0..penalties.len()).min_by(|a, b| errors[*a].total_cmp(&errors[*b])).ok_or(NO_OPTIMUM)?;
    let columns = before(donors, start);
    let simplex = Quadratic::least_squares(&columns, &unit[..start], 0.0).minimise().ok_or(NO_OPTIMUM)?;
    let ridge = Ridge::new(&columns, &unit[..start], &simplex.weights);
    let weights = ridge.weights(&simplex.weights, penalties[best]).ok_or(NO_OPTIMUM)?;
    let expected = (0..unit.len()).map(|t| weighted(donors, &weights, t)).collect();
    Ok(Weighed { donors: weights, periods: None, expected, gap: simplex.gap })
}

/// Abadie & L'Hour 2021 (J. Am. Stat. Assoc. 116:1817, eq. 5): ‖y − Xw‖² + λ Σ w_j ‖y − x_j‖² over the simplex, so that of donors that do as
/// well together, those that are near by themselves are taken.
fn penalised(unit: &[f64], donors: &[&[f64]], start: usize, penalty: f64) -> Result<Weighed, EffectsError> {
    let columns = before(donors, start);
    let mut quadratic = Quadratic::least_squares(&columns, &unit[..start], 0.0);
    for (c, column) in quadratic.c.iter_mut().zip(&columns) {
        *c -= penalty / 2.0 * column.iter().zip(unit).map(|(x, y)| (y - x).powi(2)).sum::<f64>();
    }
    let found = quadratic.minimise().ok_or(NO_OPTIMUM)?;
    let expected = (0..unit.len()).map(|t| weighted(donors, &found.weights, t)).collect();
    Ok(Weighed { donors: found.weights, periods: None, expected, gap: found.gap })
}

/// The penalty under which each donor's outcome after is best foretold by the others (ibid., §4): they are untreated.
pub(super) fn cross_validated_penalty(donors: &[&[f64]], start: usize) -> f64 {
    let error = |penalty: f64| -> f64 {
        (0..donors.len())
            .map(|k| {
                let others: Vec<&[f64]> =
                    donors.iter().enumerate().filter(|(j, _)| *j != k).map(|(_, d)| *d).collect();
                let unit = donors[k];
                penalised(unit, &others, start, penalty).map_or(f64::INFINITY, |w| {
                    (start..unit.len()).map(|t| (unit[t] - w.expected[t]).powi(2)).sum()
                })
            })
            .sum()
    };
    let candidates = (-8..=2).map(|k| 10_f64.powf(0.5 * f64::from(k)));
    let best = candidates.map(|penalty| (penalty, error(penalty))).min_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or(0.0, |(penalty, _)| penalty)
}

/// Penalties from a thousandth of the donors' variation up to a thousand times it.
fn penalties(donors: &[&[f64]], start: usize) -> Vec<f64> {
    let columns = before(donors, start);
    let ridge = Ridge::new(&columns, &vec![0.0; start], &vec![0.0; donors.len()]);
    let m = donors.len();
    let size = (0..m).map(|i| ridge.gram[i * m + i]).sum::<f64>() / m.max(1) as f64;
    (-6..=6).map(|k| size.max(f64::MIN_POSITIVE) * 10_f64.powf(0.5 * f64::from(k))).collect()
}

/// Donors centred period by period: D Dᵀ, and D (y − Dᵀw).
struct Ridge {
    gram: Vec<f64>,
    right: Vec<f64>,
}

impl Ridge {
    fn new(columns: &[&[f64]], y: &[f64], weights: &[f64]) -> Self {
        let m = columns.len();
        let means: Vec<f64> =
            (0..y.len()).map(|t| columns.iter().map(|c| c[t]).sum::<f64>() / m as f64).collect();
        let centred: Vec<Vec<f64>> =
            columns.iter().map(|c| c.iter().zip(&means).map(|(v, mean)| v - mean).collect()).collect();
        let left: Vec<f64> = (0..y.len()).map(|t| y[t] - weighted(columns, weights, t)).collect();
        let mut gram = vec![0.0; m * m];
        for i in 0..m {
            for j in 0..=i {
                let value = dot(&centred[i], &centred[j]);
                (gram[i * m + j], gram[j * m + i]) = (value, value);
            }
        }
        Self { gram, right: centred.iter().map(|c| dot(c, &left)).collect() }
    }

    fn weights(&self, simplex: &[f64], penalty: f64) -> Option<Vec<f64>> {
        let m = simplex.len();
        let mut system = self.gram.clone();
        (0..m).for_each(|i| system[i * m + i] += penalty);
        let correction = small_solve(system, self.right.clone())?;
        Some(simplex.iter().zip(&correction).map(|(w, c)| w + c).collect())
    }
}

/// Arkhangelsky, Athey, Hirshberg, Imbens & Wager 2021, algorithm 1, with one treated unit: ω and λ with intercepts, ζ = T₁^¼ σ̂ for the
/// donors and 10⁻⁶ σ̂ for the periods, σ̂ the standard deviation of the donors' first differences before.
fn difference_in_differences(
    unit: &[f64],
    donors: &[&[f64]],
    start: usize,
    stopping: Stopping,
) -> Result<Weighed, EffectsError> {
    let after = (unit.len() - start) as f64;
    let noise = noise(donors, start);
    let zeta = after.powf(0.25) * noise;
    let centred = |series: &[f64]| -> Vec<f64> {
        let mean = series.iter().sum::<f64>() / series.len().max(1) as f64;
        series.iter().map(|v| v - mean).collect()
    };
    let columns: Vec<Vec<f64>> = before(donors, start).into_iter().map(&centred).collect();
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let how = (stopping, noise);
    let omega = solve(&columns, &centred(&unit[..start]), start as f64 * zeta * zeta, how)?;
    let period = |t: usize| centred(&donors.iter().map(|d| d[t]).collect::<Vec<_>>());
    let periods: Vec<Vec<f64>> = (0..start).map(period).collect();
    let periods: Vec<&[f64]> = periods.iter().map(Vec::as_slice).collect();
    let means: Vec<f64> = donors.iter().map(|d| d[start..].iter().sum::<f64>() / after).collect();
    let lambda = solve(&periods, &centred(&means), donors.len() as f64 * (1e-6 * noise).powi(2), how)?;
    let apart: f64 =
        (0..start).map(|t| lambda.weights[t] * (unit[t] - weighted(donors, &omega.weights, t))).sum();
    let expected = (0..unit.len()).map(|t| weighted(donors, &omega.weights, t) + apart).collect();
    Ok(Weighed {
        donors: omega.weights,
        periods: Some(lambda.weights),
        expected,
        gap: omega.gap + lambda.gap,
    })
}

fn noise(donors: &[&[f64]], start: usize) -> f64 {
    let steps: Vec<f64> = donors.iter().flat_map(|d| d[..start].windows(2).map(|w| w[1] - w[0])).collect();
    let n = steps.len() as f64;
    let mean = steps.iter().sum::<f64>() / n.max(1.0);
    (steps.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0)).sqrt()
}
