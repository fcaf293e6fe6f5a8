//! Parameters, their transformation to the whole real line, and the likelihood's value and gradient there.

use faer::Mat;

use super::days::Days;
use super::points::Points;
use crate::linear::{Cholesky, dot};

/// Parameters as the formulas have them. Where nothing excites, branching is 0; without dispersion it is 0.
pub(super) struct Natural {
    pub(super) background: Vec<f64>,
    pub(super) branching: f64,
    pub(super) decay: f64,
    pub(super) dispersion: f64,
}

/// Value, and derivatives with respect to the natural parameters.
pub(super) struct Sum {
    pub(super) value: f64,
    pub(super) by_background: Vec<f64>,
    pub(super) branching: f64,
    pub(super) decay: f64,
    pub(super) dispersion: f64,
}

impl Sum {
    pub(super) fn background(&mut self, weight: f64, covariates: &[f64]) {
        self.by_background.iter_mut().zip(covariates).for_each(|(s, x)| *s += weight * x);
    }
}

pub(super) fn exponential(covariates: &[f64], coefficients: &[f64]) -> f64 {
    dot(covariates, coefficients).clamp(-300.0, 300.0).exp()
}

pub(super) enum Data {
    Points(Points),
    Days(Days),
}

/// Data and what is fitted to them: the coefficients of the background; then, where events excite, logit of the branching ratio and
/// the place of ln(decay) between its bounds; then, for daily counts, ln φ between its bounds.
pub(super) struct Model<'a> {
    pub(super) data: &'a Data,
    pub(super) width: usize,
    /// Bounds of ln(decay); `None` for a Poisson process.
    pub(super) decay: Option<(f64, f64)>,
    pub(super) dispersed: bool,
}

/// Bounds of ln φ.
const DISPERSION: (f64, f64) = (-10.0, 4.0);

fn logistic(u: f64) -> f64 {
    1.0 / (1.0 + (-u).exp())
}

/// Value between the bounds, and its derivative.
fn between((low, high): (f64, f64), u: f64) -> (f64, f64) {
    let share = logistic(u);
    (low + (high - low) * share, (high - low) * share * (1.0 - share))
}

impl Model<'_> {
    pub(super) fn size(&self) -> usize {
        self.width + if self.decay.is_some() { 2 } else { 0 } + usize::from(self.dispersed)
    }

    pub(super) fn natural(&self, theta: &[f64]) -> Natural {
        let excitation = self
            .decay
            .map(|bounds| (logistic(theta[self.width]), between(bounds, theta[self.width + 1]).0.exp()));
        let (branching, decay) = excitation.unwrap_or((0.0, 1.0));
        let dispersion =
            if self.dispersed { between(DISPERSION, theta[self.size() - 1]).0.exp() } else { 0.0 };
        Natural { background: theta[..self.width].to_vec(), branching, decay, dispersion }
    }

    /// Log likelihood and its gradient.
    pub(super) fn evaluate(&self, theta: &[f64]) -> (f64, Vec<f64>) {
        let at = self.natural(theta);
        let mut sum = Sum {
            value: 0.0,
            by_background: vec![0.0; self.width],
            branching: 0.0,
            decay: 0.0,
            dispersion: 0.0,
        };
        match self.data {
            Data::Points(points) => points.log_likelihood(&at, &mut sum),
            Data::Days(days) => days.log_likelihood(&at, &mut sum),
        }
        let mut gradient = sum.by_background;
        if let Some(bounds) = self.decay {
            gradient.push(sum.branching * at.branching * (1.0 - at.branching));
            gradient.push(sum.decay * at.decay * between(bounds, theta[self.width + 1]).1);
        }
        if self.dispersed {
            gradient.push(sum.dispersion * at.dispersion * between(DISPERSION, theta[self.size() - 1]).1);
        }
        (sum.value, gradient)
    }

    /// Minus the second derivatives, by central differences of the gradient.
    pub(super) fn information(&self, theta: &[f64]) -> Mat<f64> {
        let size = self.size();
        let h = 1e-5;
        let rows: Vec<Vec<f64>> = (0..size)
            .map(|j| {
                let moved = |by: f64| {
                    let mut theta = theta.to_vec();
                    theta[j] += by;
                    self.evaluate(&theta).1
                };
                moved(-h).iter().zip(moved(h)).map(|(a, b)| (a - b) / (2.0 * h)).collect()
            })
            .collect();
        Mat::from_fn(size, size, |i, j| f64::midpoint(rows[i][j], rows[j][i]))
    }

    /// Inverse of the information. Without excitation the decay is not determined and its direction is flat: the smallest ridge that
    /// makes the matrix definite leaves such directions a wide variance and the others theirs.
    pub(super) fn covariance(&self, theta: &[f64]) -> Option<Mat<f64>> {
        let information = self.information(theta);
        let size = self.size();
        let largest = (0..size).map(|i| information[(i, i)]).fold(0.0, f64::max);
        (0..10).find_map(|power| {
            let ridge = largest * 1e-12 * 10_f64.powi(power);
            let ridged =
                Mat::from_fn(size, size, |i, j| information[(i, j)] + if i == j { ridge } else { 0.0 });
            Some(Cholesky::new(&ridged)?.inverse(size))
        })
    }
}

/// Maximum by BFGS with a backtracking line search, from `start`; `held` keeps one parameter where it is. `metric` is a first guess of
/// the inverse information.
pub(super) fn maximise(
    model: &Model,
    start: &[f64],
    held: Option<usize>,
    metric: Option<&Mat<f64>>,
) -> (Vec<f64>, f64) {
    let free: Vec<usize> = (0..model.size()).filter(|j| held != Some(*j)).collect();
    let part = |gradient: &[f64]| -> Vec<f64> { free.iter().map(|j| gradient[*j]).collect() };
    let mut theta = start.to_vec();
    let (mut value, gradient) = model.evaluate(&theta);
    let mut slope = part(&gradient);
    let size = free.len();
    // Curvature of a Poisson likelihood is of the order of its gradient's parts; without a guess begin with a short step.
    let length = slope.iter().map(|g| g.abs()).fold(1.0, f64::max);
    let first = |i: usize, j: usize| match metric {
        Some(m) => m[(free[i], free[j])],
        None => f64::from(u8::from(i == j)) / length,
    };
    let identity = || Mat::from_fn(size, size, |i, j| f64::from(u8::from(i == j)) / length);
    let mut inverse = Mat::from_fn(size, size, first);
    let mut plain = metric.is_none();
    for _ in 0..300 {
        let multiply = |m: &Mat<f64>, v: &[f64]| -> Vec<f64> {
            (0..size).map(|i| (0..size).map(|j| m[(i, j)] * v[j]).sum()).collect()
        };
        let mut step = multiply(&inverse, &slope);
        let mut rise = dot(&step, &slope);
        if rise.is_nan() || rise <= 0.0 {
            inverse = identity();
            step = multiply(&inverse, &slope);
            rise = dot(&step, &slope);
        }
        if rise < 1e-9 {
            break;
        }
        let longest = step.iter().map(|s| s.abs()).fold(0.0, f64::max);
        let mut factor = (2.0 / longest).min(1.0);
        let found = loop {
            let mut next = theta.clone();
            free.iter().zip(&step).for_each(|(j, s)| next[*j] += factor * s);
            let (there, gradient) = model.evaluate(&next);
            if there >= value + 1e-4 * factor * rise {
                break Some((next, there, gradient));
            }
            factor /= 4.0;
            // No rise that rounding would let one see.
            if factor * rise < 1e-13 * value.abs() {
                break None;
            }
        };
        // A metric from elsewhere may point nowhere useful: begin once more without it before giving up.
        let Some((next, there, next_gradient)) = found else {
            if plain {
                break;
            }
            plain = true;
            inverse = identity();
            continue;
        };
        plain = false;
        let next_slope = part(&next_gradient);
        let moved: Vec<f64> = free.iter().map(|j| next[*j] - theta[*j]).collect();
        let bent: Vec<f64> = slope.iter().zip(&next_slope).map(|(a, b)| a - b).collect();
        update(&mut inverse, &moved, &bent);
        (theta, value, slope) = (next, there, next_slope);
    }
    (theta, value)
}

/// Broyden–Fletcher–Goldfarb–Shanno update of the inverse; left alone where the curvature along the step is not positive.
fn update(inverse: &mut Mat<f64>, moved: &[f64], bent: &[f64]) {
    let curvature = dot(moved, bent);
    if curvature <= 1e-14 {
        return;
    }
    let size = moved.len();
    let image: Vec<f64> = (0..size).map(|i| (0..size).map(|j| inverse[(i, j)] * bent[j]).sum()).collect();
    let scale = (1.0 + dot(bent, &image) / curvature) / curvature;
    for i in 0..size {
        for j in 0..size {
            inverse[(i, j)] +=
                scale * moved[i] * moved[j] - (image[i] * moved[j] + moved[i] * image[j]) / curvature;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hawkes::design::design;
    use crate::{EventSeries, Hawkes};

    #[rustfmt::skip]
    const TIMES: [f64; 43] = [
        4.09, 4.56, 4.65, 6.05, 6.13, 7.37, 11.25, 12.11, 12.33, 13.16, 17.61, 22.72, 28.25, 28.37, 42.07, 43.94, 44.72, 45.19, 45.41,
        46.06, 54.25, 60.4, 62.44, 63.33, 72.05, 83.01, 83.83, 86.02, 86.47, 88.23, 88.5, 90.3, 91.03, 91.15, 91.37, 101.14, 116.83, 117.34,
        117.86, 118.23, 118.57, 119.06, 119.89,
    ];

    fn model(data: &Data, width: usize, dispersed: bool) -> Model<'_> {
        Model { data, width, decay: Some((-4.0, 3.0)), dispersed }
    }

    /// HawkesPyLib 0.3.0: `uvhp_expo_logL(np.array([0.3, 0.5, 1.2]), TIMES, 120.0)` is 81.70575639160747, minus the log likelihood; its third
    /// parameter is the mean delay.
    #[test]
    fn the_likelihood_of_points_agrees_with_a_peer() {
        let series = EventSeries::new(TIMES.to_vec(), 0.0, 120.0).unwrap();
        let (data, names) = design(&Hawkes::default(), &series);
        let share = (4.0 - 1.2_f64.ln()) / 7.0;
        let theta = [0.3_f64.ln(), 0.0, (share / (1.0 - share)).ln()];
        let found = model(&data, names.len(), false).evaluate(&theta).0;
        assert!((found + 81.705_756_391_607_47).abs() < 1e-10, "{found}");
    }

    #[test]
    fn gradients_are_those_of_the_value_for_points_and_days() {
        let hawkes = Hawkes { trend: true, harmonics: 1, ..Hawkes::default() };
        for days in [TIMES.to_vec(), TIMES.map(f64::floor).to_vec()] {
            let series = EventSeries::new(days, 0.0, 120.5)
                .and_then(|s| s.with_intervention("a", 60.25, None))
                .and_then(|s| s.with_intervention("b", 30.0, Some(50.0)))
                .unwrap();
            let (data, names) = design(&hawkes, &series);
            let model = model(&data, names.len(), series.daily());
            let theta: Vec<f64> = (0..model.size()).map(|j| 0.3 * (j as f64 * 1.7).sin() - 0.2).collect();
            let gradient = model.evaluate(&theta).1;
            for j in 0..theta.len() {
                let moved = |by: f64| {
                    let mut theta = theta.clone();
                    theta[j] += by;
                    model.evaluate(&theta).0
                };
                let numeric = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                assert!(
                    (gradient[j] - numeric).abs() < 1e-6 * numeric.abs().max(1.0),
                    "{j}: {} {numeric}",
                    gradient[j]
                );
            }
        }
    }
}
