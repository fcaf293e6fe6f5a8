//! Interrupted time series for counts with autocorrelated errors: quasi-likelihood, integrated over what the errors are like.
//!
//! ```text
//! E y_t = μ_t,   ln μ_t = β₀ + β₁ t + season + covariates + θ 1[t ≥ t₀]
//! y_t / μ_t = 1 + a_t + e_t,   a_t = φ a_{t−1} + η_t,   Var e_t = s² v(μ_t),   Var a_t = s² λ
//! ```
//!
//! This is the marginal model of a count whose mean is moved by a latent autoregressive process (Zeger 1988, Biometrika 75:621, eqs
//! 2.2–2.4): β solves his estimating equation Σ x_t μ_t [V⁻¹(y − μ)]_t = 0. Where Zeger puts in one moment estimate of (φ, λ), as if it were known, here
//! they are integrated over a grid, each point weighed by the restricted likelihood of the working residuals (Patterson & Thompson
//! 1971) and giving a Student's t for θ, with n − p degrees of freedom for s². The mixture of these is the one distribution that
//! interval and p come from. Short series know little of their own autocorrelation, and intervals that forget it are too narrow.

mod filter;
mod mixture;

use faer::Mat;
use rand_chacha::ChaCha8Rng;

use crate::Estimator;
use crate::counterfactual::{self, Expected, NothingAfter};
use crate::diagnostics::{PrePeriodFit, SmallestDetectable};
use crate::estimate::{Diagnostics, Difference, Estimate, Interval, Specification};
use crate::its::{self, Dispersion, InterruptedTimeSeries};
use crate::linear::{Cholesky, row_times};
use crate::problem::{EffectsError, Problem, Settings};
use crate::random::{normal, stream};
use filter::{Errors, Whitened};
use mixture::{Component, Mixture};

/// How the variance of a count about its own mean depends on that mean, apart from a common factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountVariance {
    /// Var ∝ μ.
    QuasiPoisson,
    /// Var ∝ μ + α μ², α by moments (Cameron & Trivedi 2013, eq. 3.17).
    NegativeBinomial,
}

/// Interrupted time series for counts with autoregressive errors.
#[derive(Debug, Clone)]
pub struct AutoregressiveSeries {
    /// Variance function.
    pub variance: CountVariance,
    /// Whether there is a linear trend on the log scale.
    pub trend: bool,
    /// Harmonic pairs of the season.
    pub harmonics: usize,
}

impl Default for AutoregressiveSeries {
    fn default() -> Self {
        Self { variance: CountVariance::NegativeBinomial, trend: true, harmonics: 2 }
    }
}

/// φ at which the likelihood is taken.
const PERSISTENCES: [f64; 5] = [0.1, 0.3, 0.5, 0.7, 0.9];
/// α by moments: the least squares slope of ((y − μ)² n/(n−p) − μ) on μ², at least 0.
fn overdispersion(y: &[f64], means: &[f64], p: usize) -> f64 {
    let small_sample = y.len() as f64 / (y.len() - p) as f64;
    let excess: f64 = y.iter().zip(means).map(|(y, m)| (small_sample * (y - m).powi(2) - m) * m * m).sum();
    (excess / means.iter().map(|m| m.powi(4)).sum::<f64>()).max(0.0)
}

/// Share of the errors' variance that is autoregressive.
const SHARES: [f64; 6] = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0];
/// Linearisations about the mean of the one before.
const PASSES: usize = 2;
/// Prior standard deviation of what the trend changes in ln μ from the first period to the last: a factor of nineteen either way is at the
/// edge of the middle 95%. The line is bent towards flat only where the series hardly knows its slope.
const TREND_DEVIATION: f64 = 1.5;

/// One point of the grid: its errors, and the coefficients under them.
struct Point {
    errors: Errors,
    coefficients: Vec<f64>,
    /// Factor of XᵀV⁻¹X.
    precision: Cholesky,
    /// s².
    scale: f64,
    log_weight: f64,
}

/// What the grid says of the coefficients.
struct Fit {
    points: Vec<Point>,
    /// Points' weights, which sum to one.
    weights: Vec<f64>,
    /// Mean of the coefficients.
    coefficients: Vec<f64>,
    means: Vec<f64>,
    /// Var e_t over s², with mean one.
    noise: Vec<f64>,
    /// The mean of (1/μ_t + α), which `noise` is in units of.
    level: f64,
    alpha: f64,
}

impl Estimator for AutoregressiveSeries {
    fn method(&self) -> &'static str {
        match self.variance {
            CountVariance::QuasiPoisson => "its-qp",
            CountVariance::NegativeBinomial => "its-ar",
        }
    }

    fn estimate(&self, problem: &Problem, settings: &Settings) -> Result<Estimate, EffectsError> {
        let plain = InterruptedTimeSeries {
            dispersion: Dispersion::Poisson,
            trend: self.trend,
            harmonics: self.harmonics,
            lags: None,
        };
        let columns = plain.checked_design(problem)?;
        let (n, p) = (problem.outcome.len(), columns.len());
        if its::is_nothing(problem.after()) {
            return self.nothing(problem, &plain, &columns[..p - 1], settings);
        }
        let fit = self.fit(&columns, &problem.outcome)?;
        let step = p - 1;
        let components = fit.points.iter().map(|point| {
            let unit: Vec<f64> = (0..p).map(|i| f64::from(u8::from(i == step))).collect();
            let variance = point.scale * point.precision.solve(&unit)[step];
            Component { weight: point.log_weight, place: point.coefficients[step], scale: variance.sqrt() }
        });
        let mixture = Mixture::new(components.collect(), (n - p) as f64)
            .ok_or(EffectsError::Fit("the errors leave nothing to weigh"))?;

        let tail = (1.0 - settings.level) / 2.0;
        let theta = mixture.mean();
        let log =
            Interval { estimate: theta, low: mixture.quantile(tail), high: mixture.quantile(1.0 - tail) };
        let total: f64 = fit.means[problem.start..].iter().sum();
        let difference = Difference::of_step(log, total, problem.after().len());

        let specification = self.specification(problem, &plain, "", settings);
        let rng = &mut stream(settings.seed, &specification.key(), settings.replicate);
        let without: Vec<f64> =
            fit.means[problem.start..].iter().map(|m| m * (-fit.coefficients[step]).exp()).collect();
        let draw = |rng: &mut ChaCha8Rng| marginal(&columns, &fit, problem.start, rng);
        let (by_period, _) = counterfactual::by_period(problem, &without, settings, rng, draw);
        let error = mixture.deviation();
        Ok(Estimate {
            difference,
            p: mixture.p(0.0),
            log_ratio: (theta, error),
            by_period,
            weights: Vec::new(),
            diagnostics: Diagnostics {
                pre_period: PrePeriodFit::of(problem.before(), &fit.means[..problem.start]),
                smallest_detectable: SmallestDetectable::from_log_error(error, settings.level),
                placebo_in_time: None,
                parameters: std::iter::once(("step".into(), theta)).chain(fit.parameters()).collect(),
            },
            warnings: its::short_after(problem),
            seed: settings.seed,
            version: env!("CARGO_PKG_VERSION"),
            specification,
        })
    }
}

impl AutoregressiveSeries {
    fn fit(&self, columns: &[Vec<f64>], y: &[f64]) -> Result<Fit, EffectsError> {
        let mut start = its::fit(columns, y, Dispersion::Poisson)?;
        if self.variance == CountVariance::NegativeBinomial {
            start.alpha = overdispersion(y, &start.means, columns.len());
        }
        integrate(columns, y, start, self.trend.then_some(1))
    }

    fn specification(
        &self,
        problem: &Problem,
        plain: &InterruptedTimeSeries,
        more: &str,
        settings: &Settings,
    ) -> Specification {
        let errors = format!("autoregressive, integrated over their persistence and share{more}");
        Specification {
            method: self.method().into(),
            choices: plain.choices(problem, &errors),
            periods_before: problem.start,
            periods_after: problem.after().len(),
            level: settings.level,
            draws: settings.draws,
        }
    }

    /// Where every count after is zero: the model of the periods before, run on. `columns` are without the step.
    fn nothing(
        &self,
        problem: &Problem,
        plain: &InterruptedTimeSeries,
        columns: &[Vec<f64>],
        settings: &Settings,
    ) -> Result<Estimate, EffectsError> {
        let fit = self.fit(&its::before(columns, problem.start), problem.before())?;
        let specification = self.specification(problem, plain, "; the chance of no count after", settings);
        let without: Vec<f64> = (problem.start..problem.outcome.len())
            .map(|t| row_times(columns, &fit.coefficients, t).clamp(-30.0, 30.0).exp())
            .collect();
        let found = NothingAfter {
            problem,
            settings,
            specification,
            fitted: &fit.means,
            expected: &without,
            parameters: fit.parameters(),
            warnings: its::short_after(problem),
        };
        Ok(found.estimate(|rng| path(columns, &fit, problem.start, rng)))
    }
}

impl Fit {
    fn parameters(&self) -> Vec<(String, f64)> {
        let mean_of = |f: &dyn Fn(&Point) -> f64| -> f64 {
            self.points.iter().zip(&self.weights).map(|(point, w)| w * f(point)).sum()
        };
        vec![
            ("persistence".into(), mean_of(&|p| p.errors.persistence)),
            ("autoregressive_share".into(), mean_of(&|p| share(p.errors))),
            ("scale".into(), mean_of(&|p| p.scale)),
        ]
    }
}

/// Share of the errors' variance that is autoregressive.
fn share(errors: Errors) -> f64 {
    errors.innovation / (1.0 - errors.persistence.powi(2))
}

/// `trend` is the column of the line, where there is one.
fn integrate(
    columns: &[Vec<f64>],
    y: &[f64],
    start: its::Fit,
    trend: Option<usize>,
) -> Result<Fit, EffectsError> {
    let mut scale: Option<f64> = None;
    let mut coefficients = start.coefficients;
    let mut passes = 0;
    loop {
        let Working { means, noise, level, outcome } = Working::about(columns, &coefficients, y, start.alpha);
        // The prior of the trend is on the scale of ln μ, all else in units of s, which the pass before knows.
        let prior = trend.map(|column| (column, scale.unwrap_or(level) / TREND_DEVIATION.powi(2)));
        let (points, weights) = grid(columns, &outcome, &noise, prior)?;
        scale = Some(points.iter().zip(&weights).map(|(p, w): (&Point, &f64)| w * p.scale).sum());
        coefficients = (0..columns.len())
            .map(|k| points.iter().zip(&weights).map(|(p, w): (&Point, &f64)| w * p.coefficients[k]).sum())
            .collect();
        passes += 1;
        if passes == PASSES {
            return Ok(Fit { points, weights, coefficients, means, noise, level, alpha: start.alpha });
        }
    }
}

/// The model made linear about some coefficients.
struct Working {
    means: Vec<f64>,
    /// Var e_t over s², with mean one.
    noise: Vec<f64>,
    /// The mean of (1/μ_t + α), which `noise` is in units of.
    level: f64,
    /// η_t + y_t/μ_t − 1.
    outcome: Vec<f64>,
}

impl Working {
    fn about(columns: &[Vec<f64>], coefficients: &[f64], y: &[f64], alpha: f64) -> Self {
        let eta: Vec<f64> =
            (0..y.len()).map(|t| row_times(columns, coefficients, t).clamp(-30.0, 30.0)).collect();
        let means: Vec<f64> = eta.iter().map(|e| e.exp()).collect();
        let mut noise: Vec<f64> = means.iter().map(|m| 1.0 / m + alpha).collect();
        let level = noise.iter().sum::<f64>() / noise.len() as f64;
        noise.iter_mut().for_each(|v| *v /= level);
        let outcome = eta.iter().zip(y).zip(&means).map(|((eta, y), m)| eta + y / m - 1.0).collect();
        Self { means, noise, level, outcome }
    }
}

/// Every point of the grid, and its weight.
///
/// `prior`: a column, and the precision of its coefficient about zero in units of 1/s².
fn grid(
    columns: &[Vec<f64>],
    working: &[f64],
    noise: &[f64],
    prior: Option<(usize, f64)>,
) -> Result<(Vec<Point>, Vec<f64>), EffectsError> {
    let rows = Rows::new(columns, working);
    let mut points = Vec::new();
    for share in SHARES {
        for persistence in PERSISTENCES {
            if share == 0.0 && persistence != PERSISTENCES[0] {
                continue;
            }
            if let Some(mut point) = rows.point(noise, share, persistence, prior) {
                if share == 0.0 {
                    // Without autoregression all persistences are one.
                    point.log_weight += (PERSISTENCES.len() as f64).ln();
                }
                points.push(point);
            }
        }
    }
    let heaviest = points.iter().map(|p| p.log_weight).fold(f64::NEG_INFINITY, f64::max);
    let mut weights: Vec<f64> = points.iter().map(|p| (p.log_weight - heaviest).exp()).collect();
    let total: f64 = weights.iter().sum();
    if !(total.is_finite() && total > 0.0) {
        return Err(EffectsError::Fit("the columns of the design are linearly dependent"));
    }
    weights.iter_mut().for_each(|w| *w /= total);
    Ok((points, weights))
}

/// Columns and working outcome, one row per period.
struct Rows {
    values: Vec<f64>,
    columns: usize,
}

impl Rows {
    fn new(columns: &[Vec<f64>], outcome: &[f64]) -> Self {
        let values =
            (0..outcome.len()).flat_map(|t| columns.iter().map(move |c| c[t]).chain([outcome[t]])).collect();
        Self { values, columns: columns.len() }
    }

    /// Generalised least squares where `share` of the errors' variance is autoregressive with this persistence. `None` where the columns are
    /// linearly dependent or nothing is left over.
    fn point(
        &self,
        noise: &[f64],
        share: f64,
        persistence: f64,
        prior: Option<(usize, f64)>,
    ) -> Option<Point> {
        let errors = Errors { persistence, innovation: share * (1.0 - persistence * persistence) };
        let rest: Vec<f64> = noise.iter().map(|v| v * (1.0 - share)).collect();
        let whitened = Whitened::of(&self.values, self.columns + 1, &rest, errors);
        solve(&whitened, self.columns, errors, prior)
    }
}

fn solve(whitened: &Whitened, p: usize, errors: Errors, prior: Option<(usize, f64)>) -> Option<Point> {
    // Products of the rows, the lower triangle packed; the last row is the outcome's.
    let mut products = vec![0.0; (p + 1) * (p + 2) / 2];
    for row in whitened.rows.chunks_exact(p + 1) {
        let mut at = 0;
        for (i, value) in row.iter().enumerate() {
            for (product, other) in products[at..=at + i].iter_mut().zip(row) {
                *product += value * other;
            }
            at += i + 1;
        }
    }
    let packed = |i: usize, j: usize| products[i.max(j) * (i.max(j) + 1) / 2 + i.min(j)];
    let mut gram = Mat::from_fn(p, p, packed);
    let right: Vec<f64> = (0..p).map(|i| packed(p, i)).collect();
    let squares = packed(p, p);
    if let Some((column, precision)) = prior {
        gram[(column, column)] += precision;
    }
    let precision = Cholesky::new(&gram)?;
    let coefficients = precision.solve(&right);
    let explained: f64 = coefficients.iter().zip(&right).map(|(b, r)| b * r).sum();
    let freedom = (whitened.rows.len() / (p + 1) - p) as f64;
    let rest = squares - explained;
    if !(rest > 0.0 && rest.is_finite()) {
        return None;
    }
    let log_weight = -0.5 * (whitened.log_determinant + precision.log_determinant() + freedom * rest.ln());
    Some(Point { errors, coefficients, precision, scale: rest / freedom, log_weight })
}

/// A point of the grid by its weight, and coefficients from their distribution there.
fn coefficients<'a>(fit: &'a Fit, rng: &mut ChaCha8Rng) -> (&'a Point, Vec<f64>) {
    let point = choose(fit, rng);
    let z: Vec<f64> = point.coefficients.iter().map(|_| normal(rng)).collect();
    let shift = point.precision.solve_transposed_factor(&z);
    let drawn = point.coefficients.iter().zip(&shift).map(|(b, s)| b + point.scale.sqrt() * s);
    (point, drawn.collect())
}

/// The periods after without the step, which is the last column, each with all of the errors' variance.
fn marginal(columns: &[Vec<f64>], fit: &Fit, start: usize, rng: &mut ChaCha8Rng) -> Vec<Expected> {
    let (point, mut coefficients) = coefficients(fit, rng);
    if let Some(step) = coefficients.last_mut() {
        *step = 0.0;
    }
    let signal = share(point.errors);
    (start..fit.noise.len())
        .map(|t| {
            let mean = row_times(columns, &coefficients, t).clamp(-30.0, 30.0).exp();
            let relative = point.scale * (signal + (1.0 - signal) * fit.noise[t]);
            Expected { mean, alpha: (relative - 1.0 / mean).max(0.0) }
        })
        .collect()
}

/// The periods after a fit of those before, as a path: the autoregressive part of the errors moves the means, log-normally.
fn path(columns: &[Vec<f64>], fit: &Fit, start: usize, rng: &mut ChaCha8Rng) -> Vec<Expected> {
    let (point, coefficients) = coefficients(fit, rng);
    let signal = share(point.errors);
    let variance = (point.scale * signal).ln_1p();
    let persistence = point.errors.persistence;
    let mut latent = variance.sqrt() * normal(rng);
    (start..columns.first().map_or(start, Vec::len))
        .map(|t| {
            let level = row_times(columns, &coefficients, t).clamp(-30.0, 30.0);
            let noise = ((-level).exp() + fit.alpha) / fit.level;
            let independent = point.scale * (1.0 - signal) * noise;
            let mean = (level + latent - variance / 2.0).clamp(-30.0, 30.0).exp();
            latent = persistence * latent + (variance * (1.0 - persistence.powi(2))).sqrt() * normal(rng);
            Expected { mean, alpha: (independent - 1.0 / mean).max(0.0) }
        })
        .collect()
}

fn choose<'a>(fit: &'a Fit, rng: &mut ChaCha8Rng) -> &'a Point {
    let mut left = rand::RngExt::random::<f64>(rng);
    let last = fit.points.len() - 1;
    let found = fit.weights.iter().position(|w| {
        left -= w;
        left < 0.0
    });
    &fit.points[found.unwrap_or(last)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Season;

    #[rustfmt::skip]
    const COUNTS: [u32; 96] = [
        16, 11, 23, 8, 19, 16, 15, 8, 5, 5, 11, 5, 9, 20, 27, 35, 28, 16, 14, 12, 5, 10, 11, 18, 10, 16, 26, 28, 10, 5, 20, 3, 10, 5,
        10, 12, 12, 9, 25, 28, 15, 31, 23, 10, 12, 4, 11, 13, 20, 30, 18, 33, 25, 5, 13, 5, 11, 7, 5, 18, 6, 7, 12, 36, 24, 19, 13,
        5, 10, 7, 9, 6, 19, 20, 14, 18, 4, 24, 6, 7, 11, 10, 12, 5, 16, 5, 28, 5, 8, 25, 15, 3, 5, 9, 4, 16,
    ];

    /// The step, its error and s² where the errors are known, from statsmodels 0.15.0 on the same numbers:
    /// `GLM(y, X, family=Poisson()).fit(scale="X2")`, and `GEE(y, X, family=Gamma(Log()), cov_struct=Autoregressive())` with its dependence held at
    /// 0.3 and 0.7, which has the variance of a count whose noise is autoregressive alone (error and s² of the latter from its V).
    #[test]
    fn known_errors_give_the_estimates_of_statsmodels() {
        let y: Vec<f64> = COUNTS.into_iter().map(f64::from).collect();
        let problem = Problem::new(y, 72).unwrap().with_season(Season { length: 12, first: 0 });
        let columns = InterruptedTimeSeries::default().checked_design(&problem).unwrap();
        for (share, persistence, step, error, scale) in [
            (0.0, 0.1, -0.214_167_898, 0.162_496_102, 2.782_300_284),
            (1.0, 0.3, -0.054_918_642, 0.235_282_489, 0.249_779_839),
            (1.0, 0.7, 0.401_069_892, 0.478_369_582, 0.620_857_001),
        ] {
            let mut coefficients =
                its::fit(&columns, &problem.outcome, Dispersion::Poisson).unwrap().coefficients;
            let mut last = None;
            for _ in 0..200 {
                let working = Working::about(&columns, &coefficients, &problem.outcome, 0.0);
                let point = Rows::new(&columns, &working.outcome)
                    .point(&working.noise, share, persistence, None)
                    .unwrap();
                coefficients.clone_from(&point.coefficients);
                last = Some((point, working.level));
            }
            let (point, level) = last.unwrap();
            let found = point.coefficients[6];
            assert!((found - step).abs() < 1e-6, "{found}, expected {step}");
            let unit: Vec<f64> = (0..7).map(|i| f64::from(u8::from(i == 6))).collect();
            let found = (point.scale * point.precision.solve(&unit)[6]).sqrt();
            assert!((found - error).abs() < 1e-6, "{found}, expected {error}");
            // Without autoregression s² multiplies 1/μ.
            let found = if share == 0.0 { point.scale / level } else { point.scale };
            assert!((found - scale).abs() < 1e-5, "{found}, expected {scale}");
        }
    }

    /// Where almost nothing but the trend's prior speaks, the trend is flat; where the series speaks, its prior hardly matters.
    #[test]
    fn the_trend_is_held_back_only_where_the_series_is_short() {
        let steep = |n: usize| -> f64 {
            let y = (0..n).map(|t| (1.0 + 3.0 * t as f64 / n as f64).exp().round()).collect();
            let problem = Problem::new(y, n * 3 / 4).unwrap();
            let series = AutoregressiveSeries { harmonics: 0, ..AutoregressiveSeries::default() };
            let settings = Settings { draws: 1, ..Settings::default() };
            series.estimate(&problem, &settings).unwrap().log_ratio.0
        };
        assert!(steep(120).abs() < 0.05, "{}", steep(120));
    }
}
