//! Interrupted time series for counts: a log-linear model with trend, season and a step at the intervention.
//!
//! ```text
//! y_t ~ NB(μ_t, α),  Var y_t = μ_t + α μ_t²
//! ln μ_t = β₀ + β₁ t + Σ_k (γ_k sin + δ_k cos)(2πkt/s) + covariates + θ 1[t ≥ t₀]
//! ```
//!
//! Segmented regression: Bernal, Cummins & Gasparrini 2017 (Int. J. Epidemiol. 46:348), model a (level change). Negative
//! binomial maximum likelihood by alternating iteratively reweighted least squares for β and the score equation for 1/α:
//! Venables & Ripley 2002, §7.4 (`MASS::glm.nb`). Autocorrelation-robust covariance with Bartlett weights: Newey & West 1987,
//! eq. 5, times n/(n−p).

use faer::Mat;
use rand_chacha::ChaCha8Rng;
use statrs::distribution::{ContinuousCDF, StudentsT};
use statrs::function::gamma::digamma;

use crate::Estimator;
use crate::calibration;
use crate::counterfactual::{self, Expected, NothingAfter};
use crate::diagnostics::{PrePeriodFit, SmallestDetectable};
use crate::estimate::{Diagnostics, Difference, Estimate, Interval, Specification};
use crate::linear::{Cholesky, project, row_times, weighted_gram};
use crate::problem::{EffectsError, Problem, Settings};
use crate::random::{normal, stream};

/// How the variance of a count depends on its mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dispersion {
    /// Var = μ. Known to give intervals that are far too narrow on most event counts.
    Poisson,
    /// Var = μ + α μ², α by maximum likelihood.
    NegativeBinomial,
}

/// Interrupted time series with a step at the intervention.
#[derive(Debug, Clone)]
pub struct InterruptedTimeSeries {
    /// Variance function.
    pub dispersion: Dispersion,
    /// Whether there is a linear trend on the log scale.
    pub trend: bool,
    /// Harmonic pairs of the season.
    pub harmonics: usize,
    /// Lags of the autocorrelation-robust covariance; `None` for ⌊4 (n/100)^(2/9)⌋ (Newey & West 1994).
    pub lags: Option<usize>,
}

impl Default for InterruptedTimeSeries {
    fn default() -> Self {
        Self { dispersion: Dispersion::NegativeBinomial, trend: true, harmonics: 2, lags: None }
    }
}

impl Estimator for InterruptedTimeSeries {
    fn method(&self) -> &'static str {
        match self.dispersion {
            Dispersion::Poisson => "its-poisson",
            Dispersion::NegativeBinomial => "its-nb",
        }
    }

    fn estimate(&self, problem: &Problem, settings: &Settings) -> Result<Estimate, EffectsError> {
        let columns = self.checked_design(problem)?;
        if is_nothing(problem.after()) {
            return self.nothing(problem, &columns, settings);
        }
        let fit = fit(&columns, &problem.outcome, self.dispersion)?;
        let (n, p) = (problem.outcome.len(), columns.len());
        let lags = self.lags_of(n);
        let robust = robust_covariance(&columns, &problem.outcome, &fit, lags)
            .ok_or(EffectsError::Fit("the observed information is singular"))?;
        let step = p - 1;
        let (robust_error, model_error) = (robust[(step, step)].sqrt(), fit.covariance[(step, step)].sqrt());
        // A step with few periods behind it leaves the robust estimate few residuals to learn from, and it then errs low.
        let error = robust_error.max(model_error);
        let theta = fit.coefficients[step];

        let students = StudentsT::new(0.0, 1.0, (n - p) as f64)
            .map_err(|_| EffectsError::Fit("no degrees of freedom are left"))?;
        let reach = students.inverse_cdf(1.0 - (1.0 - settings.level) / 2.0) * error;
        let log = Interval { estimate: theta, low: theta - reach, high: theta + reach };
        let p_value = 2.0 * students.sf((theta / error).abs());

        let total: f64 = fit.means[problem.start..].iter().sum();
        let difference = Difference::of_step(log, total, problem.after().len());

        let specification = self.specification(
            problem,
            &format!("the larger of model-based and autocorrelation-robust with {lags} lags"),
            settings,
        );
        let without: Vec<f64> = fit.means[problem.start..].iter().map(|m| m * (-theta).exp()).collect();
        let rng = &mut stream(settings.seed, &specification.key(), settings.replicate);
        let draw = sampler(&columns, &fit, &robust, problem.start..n, Some(step));
        let (by_period, _) = counterfactual::by_period(problem, &without, settings, rng, draw);
        Ok(Estimate {
            difference,
            p: p_value,
            log_ratio: (theta, error),
            by_period,
            weights: Vec::new(),
            diagnostics: Diagnostics {
                pre_period: PrePeriodFit::of(problem.before(), &fit.means[..problem.start]),
                smallest_detectable: SmallestDetectable::from_log_error(error, settings.level),
                placebo_in_time: None,
                parameters: vec![
                    ("step".into(), theta),
                    ("robust_error".into(), robust_error),
                    ("model_error".into(), model_error),
                    ("alpha".into(), fit.alpha),
                ],
            },
            warnings: short_after(problem)
                .into_iter()
                .chain(calibration::warning(self.method(), &problem.outcome))
                .collect(),
            seed: settings.seed,
            version: env!("CARGO_PKG_VERSION"),
            specification,
        })
    }
}

impl InterruptedTimeSeries {
    fn lags_of(&self, periods: usize) -> usize {
        self.lags.unwrap_or_else(|| (4.0 * (periods as f64 / 100.0).powf(2.0 / 9.0)).floor() as usize)
    }

    fn specification(&self, problem: &Problem, errors: &str, settings: &Settings) -> Specification {
        Specification {
            method: self.method().into(),
            choices: self.choices(problem, errors),
            periods_before: problem.start,
            periods_after: problem.after().len(),
            level: settings.level,
            draws: settings.draws,
        }
    }

    /// Where every count after is zero: the model of the periods before, run on.
    fn nothing(
        &self,
        problem: &Problem,
        columns: &[Vec<f64>],
        settings: &Settings,
    ) -> Result<Estimate, EffectsError> {
        let columns = &columns[..columns.len() - 1];
        let before = before(columns, problem.start);
        let fit = fit(&before, problem.before(), self.dispersion)?;
        let lags = self.lags_of(problem.start);
        let robust = robust_covariance(&before, problem.before(), &fit, lags)
            .ok_or(EffectsError::Fit("the observed information is singular"))?;
        let specification = self.specification(
            problem,
            &format!("autocorrelation-robust with {lags} lags; the chance of no count after"),
            settings,
        );
        let after = problem.start..problem.outcome.len();
        let without: Vec<f64> = after
            .clone()
            .map(|t| row_times(columns, &fit.coefficients, t).clamp(-30.0, 30.0).exp())
            .collect();
        let found = NothingAfter {
            problem,
            settings,
            specification,
            fitted: &fit.means,
            expected: &without,
            parameters: vec![("alpha".into(), fit.alpha)],
            warnings: short_after(problem)
                .into_iter()
                .chain(calibration::warning(self.method(), &problem.outcome))
                .collect(),
        };
        Ok(found.estimate(sampler(columns, &fit, &robust, after, None)))
    }

    /// Columns: intercept, trend, season, covariates and, last, the step.
    fn design(&self, problem: &Problem) -> Vec<Vec<f64>> {
        let n = problem.outcome.len();
        let mut columns = vec![vec![1.0; n]];
        if self.trend {
            columns.push((0..n).map(|t| (t as f64 - problem.start as f64) / n as f64).collect());
        }
        columns.extend(problem.harmonics(self.harmonics));
        columns.extend(problem.covariates.iter().map(|c| standardise(c)));
        columns.push((0..n).map(|t| f64::from(u8::from(t >= problem.start))).collect());
        columns
    }

    /// The design, where the data can carry it.
    ///
    /// # Errors
    /// Too few periods, no counts, or nothing that varies.
    pub(crate) fn checked_design(&self, problem: &Problem) -> Result<Vec<Vec<f64>>, EffectsError> {
        let columns = self.design(problem);
        problem.require(2 * columns.len(), 3)?;
        check_counts(&problem.outcome)?;
        if problem.before().iter().all(|y| *y == problem.outcome[0]) {
            return Err(EffectsError::Constant);
        }
        Ok(columns)
    }

    pub(crate) fn choices(&self, problem: &Problem, errors: &str) -> Vec<String> {
        let season = match (problem.season, self.harmonics) {
            (Some(s), k) if k > 0 => format!("season: {k} harmonic pairs of {} periods", s.length),
            _ => "season: none".into(),
        };
        vec![
            format!("trend: {}", if self.trend { "log-linear" } else { "none" }),
            season,
            format!("covariates: {}", problem.covariates.len()),
            format!("errors: {errors}"),
        ]
    }
}

/// A warning where the periods after are few.
pub(crate) fn short_after(problem: &Problem) -> Vec<String> {
    let periods = problem.after().len();
    if periods >= 12 {
        return Vec::new();
    }
    vec![format!("only {periods} periods after the intervention: a step this short is easily a passing peak")]
}

fn standardise(column: &[f64]) -> Vec<f64> {
    let n = column.len() as f64;
    let mean = column.iter().sum::<f64>() / n;
    let deviation = (column.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
    let scale = if deviation > 0.0 { deviation } else { 1.0 };
    column.iter().map(|v| (v - mean) / scale).collect()
}

/// # Errors
/// A value that is no count.
pub(crate) fn check_counts(outcome: &[f64]) -> Result<(), EffectsError> {
    match outcome.iter().enumerate().find(|(_, y)| **y < 0.0 || y.fract() != 0.0) {
        Some((index, value)) => {
            Err(EffectsError::Value { index, value: *value, expected: "a count: 0, 1, 2 …" })
        }
        None => Ok(()),
    }
}

/// A fitted regression.
pub(crate) struct Fit {
    pub coefficients: Vec<f64>,
    pub means: Vec<f64>,
    /// Var = μ + α μ².
    pub alpha: f64,
    /// Model-based covariance of the coefficients, (XᵀWX)⁻¹.
    covariance: Mat<f64>,
}

/// Maximum likelihood by alternation: β given α, α given β.
pub(crate) fn fit(columns: &[Vec<f64>], y: &[f64], dispersion: Dispersion) -> Result<Fit, EffectsError> {
    let mean = y.iter().sum::<f64>() / y.len() as f64;
    let mut eta: Vec<f64> = y.iter().map(|v| f64::midpoint(*v, mean).ln()).collect();
    let mut coefficients = vec![0.0; columns.len()];
    let mut alpha = 0.0;
    let singular = EffectsError::Fit("the columns of the design are linearly dependent");
    for _ in 0..200 {
        for _ in 0..100 {
            let means: Vec<f64> = eta.iter().map(|e| e.clamp(-30.0, 30.0).exp()).collect();
            let weights: Vec<f64> = means.iter().map(|m| m / (1.0 + alpha * m)).collect();
            let working: Vec<f64> =
                (0..y.len()).map(|t| weights[t] * (eta[t] + (y[t] - means[t]) / means[t])).collect();
            let gram = Cholesky::new(&weighted_gram(columns, &weights)).ok_or(singular.clone())?;
            let next = gram.solve(&project(columns, &working));
            let change = next.iter().zip(&coefficients).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            coefficients = next;
            eta = (0..y.len()).map(|t| row_times(columns, &coefficients, t)).collect();
            if change < 1e-10 {
                break;
            }
        }
        let means: Vec<f64> = eta.iter().map(|e| e.exp()).collect();
        let next = match dispersion {
            Dispersion::Poisson => 0.0,
            Dispersion::NegativeBinomial => overdispersion(y, &means),
        };
        let settled = (next - alpha).abs() <= 1e-10 * (1.0 + alpha);
        alpha = next;
        if settled {
            let weights: Vec<f64> = means.iter().map(|m| m / (1.0 + alpha * m)).collect();
            let covariance =
                Cholesky::new(&weighted_gram(columns, &weights)).ok_or(singular)?.inverse(columns.len());
            return Ok(Fit { coefficients, means, alpha, covariance });
        }
    }
    Err(EffectsError::Fit("the iterations do not settle"))
}

/// α = 1/θ where the score of θ vanishes (Venables & Ripley 2002, §7.4), found by bisection on ln θ; 0 where the data show no
/// more variance than a Poisson's.
fn overdispersion(y: &[f64], means: &[f64]) -> f64 {
    let score = |log_theta: f64| -> f64 {
        let theta = log_theta.exp();
        y.iter()
            .zip(means)
            .map(|(y, m)| {
                digamma(y + theta) - digamma(theta) + (theta / (theta + m)).ln() + 1.0
                    - (y + theta) / (m + theta)
            })
            .sum()
    };
    let (mut low, mut high) = ((1e-4_f64).ln(), (1e6_f64).ln());
    if score(high) > 0.0 {
        return 0.0;
    }
    // Sixty halvings of a range of 23 leave less than the last bit of a double.
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if score(middle) > 0.0 { low = middle } else { high = middle }
    }
    (-f64::midpoint(low, high)).exp()
}

/// Newey & West 1987 on the scores s_t = x_t (y_t − μ_t)/(1 + α μ_t), between inverses of the observed information, whose
/// weights are μ_t (1 + α y_t)/(1 + α μ_t)² (Cameron & Trivedi 2013, §3.2). `None` where the latter is not positive definite.
fn robust_covariance(columns: &[Vec<f64>], y: &[f64], fit: &Fit, lags: usize) -> Option<Mat<f64>> {
    let (n, p) = (y.len(), columns.len());
    let information: Vec<f64> = y
        .iter()
        .zip(&fit.means)
        .map(|(y, m)| m * (1.0 + fit.alpha * y) / (1.0 + fit.alpha * m).powi(2))
        .collect();
    let bread = Cholesky::new(&weighted_gram(columns, &information))?.inverse(p);
    let residual: Vec<f64> =
        (0..n).map(|t| (y[t] - fit.means[t]) / (1.0 + fit.alpha * fit.means[t])).collect();
    let scores: Vec<Vec<f64>> =
        columns.iter().map(|c| c.iter().zip(&residual).map(|(x, r)| x * r).collect()).collect();
    let mut meat = Mat::<f64>::zeros(p, p);
    for lag in 0..=lags.min(n - 1) {
        let weight = 1.0 - lag as f64 / (lags as f64 + 1.0);
        for i in 0..p {
            for j in 0..p {
                let sum: f64 = (lag..n).map(|t| scores[i][t] * scores[j][t - lag]).sum();
                meat[(i, j)] += weight * sum;
                if lag > 0 {
                    meat[(j, i)] += weight * sum;
                }
            }
        }
    }
    let small_sample = n as f64 / (n - p) as f64;
    Some(&bread * &meat * &bread * faer::Scale(small_sample))
}

/// Draws of what would have been: coefficients from their sampling distribution, the step taken out where there is one.
fn sampler<'a>(
    columns: &'a [Vec<f64>],
    fit: &'a Fit,
    covariance: &Mat<f64>,
    after: std::ops::Range<usize>,
    step: Option<usize>,
) -> impl FnMut(&mut ChaCha8Rng) -> Vec<Expected> + 'a {
    let factor = Cholesky::new(covariance).or_else(|| Cholesky::new(&fit.covariance));
    move |rng| {
        let z: Vec<f64> = columns.iter().map(|_| normal(rng)).collect();
        let shift = factor.as_ref().map_or_else(|| vec![0.0; z.len()], |f| f.multiply_factor(&z));
        let mut coefficients: Vec<f64> = fit.coefficients.iter().zip(&shift).map(|(b, s)| b + s).collect();
        if let Some(step) = step {
            coefficients[step] = 0.0;
        }
        let mean = |t| row_times(columns, &coefficients, t).clamp(-30.0, 30.0).exp();
        after.clone().map(|t| Expected { mean: mean(t), alpha: fit.alpha }).collect()
    }
}

/// Whether there is no count at all.
pub(crate) fn is_nothing(counts: &[f64]) -> bool {
    counts.iter().all(|y| *y == 0.0)
}

/// The columns over the periods before.
pub(crate) fn before(columns: &[Vec<f64>], start: usize) -> Vec<Vec<f64>> {
    columns.iter().map(|c| c[..start].to_vec()).collect()
}
