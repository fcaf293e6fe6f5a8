//! Bayesian structural time series: learn level, season and regression from the periods before the intervention, let the
//! posterior run on, and compare with what was observed.
//!
//! Method and priors: Brodersen, Gallusser, Koehler, Remy & Scott 2015 (Ann. Appl. Stat. 9:247); Scott & Varian 2014.
//! [`Bsts::default`] lets the data say how far the level moves (prior 0.1 s_y worth a tenth of an observation); its intervals are checked in
//! `docs/calibration.md`. [`Bsts::causal_impact`] has the priors of the R package of that name, [`Bsts::for_counts`] works on ln(1 + y), and
//! [`Bsts::negative_binomial`] observes counts.
//!
//! Where a local level is all that moves, the posterior is integrated and draws are independent; a slope or seasonal states are
//! sampled by a chain (Gibbs).

mod counts;
mod exact;
mod laplace;
mod regression;
mod state;

use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::Estimator;
use crate::calibration;
use crate::diagnostics::{PrePeriodFit, SmallestDetectable};
use crate::estimate::{
    Diagnostics, Difference, Estimate, Interval, PeriodDifference, Specification, quantiles,
};
use crate::its::check_counts;
use crate::linear::row_times;
use crate::problem::{EffectsError, Problem, Settings};
use crate::random::{normal, stream, variance};
use exact::{Exact, LevelPrior, MOST_CHOICES};
use regression::{Prior, Regression};
use state::{Components, Variances};

/// How an observation comes about given the level, the season and the regression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Observation {
    /// The outcome as it is, with normal noise; expectation is the posterior mean.
    Gaussian,
    /// ln(1 + y) with normal noise; expectation is the posterior median, because the mean of an exponential has no bound.
    LogGaussian,
    /// A negative binomial count about exp of them, and in place of the local level one that returns to its mean; expectation is the posterior median.
    NegativeBinomial,
}

impl Observation {
    fn forward(self, y: f64) -> f64 {
        if self == Self::Gaussian { y } else { y.ln_1p() }
    }

    fn back(self, z: f64) -> f64 {
        // A count cannot be negative, nor can its logarithm run away beyond what a double holds.
        if self == Self::Gaussian { z } else { z.min(50.0).exp_m1().max(0.0) }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Gaussian => "scale: as observed",
            Self::LogGaussian => "scale: ln(1 + y)",
            Self::NegativeBinomial => "scale: counts, negative binomial about the exponential of the level",
        }
    }
}

/// How a season enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum SeasonForm {
    /// Not at all.
    None,
    /// As that many pairs of sine and cosine, fixed over time.
    Harmonics(usize),
    /// As seasonal states that may drift: Durbin & Koopman 2012, §3.2.2.
    States,
}

/// Bayesian structural time series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bsts {
    /// Scale of the model and its noise.
    pub observation: Observation,
    /// Whether the level has a slope of its own (local linear trend).
    pub slope: bool,
    /// Whether a straight line over time is among the columns of the regression.
    pub trend: bool,
    /// Season.
    pub season: SeasonForm,
    /// Prior guess of the level's innovation standard deviation, in standard deviations of the outcome.
    pub level_guess: f64,
    /// Observations that this guess is worth.
    pub level_weight: f64,
    /// Share of variance that the regression is expected to explain.
    pub expected_r2: f64,
    /// Observations that the guess of the residual variance is worth.
    pub residual_weight: f64,
    /// Covariates expected to matter; the others are left out draw by draw.
    pub expected_size: f64,
}

impl Default for Bsts {
    fn default() -> Self {
        Self {
            observation: Observation::Gaussian,
            slope: false,
            trend: false,
            season: SeasonForm::None,
            level_guess: 0.1,
            level_weight: 0.1,
            expected_r2: 0.5,
            residual_weight: 1.0,
            expected_size: 3.0,
        }
    }
}

impl Bsts {
    /// The priors of Google's CausalImpact R package: a level that hardly moves (standard deviation 0.01 s_y worth 32 observations) and
    /// a regression that explains much (R² 0.8 worth 50 observations). Where the level does move, its intervals are too narrow.
    pub fn causal_impact() -> Self {
        Self {
            level_guess: 0.01,
            level_weight: 32.0,
            expected_r2: 0.8,
            residual_weight: 50.0,
            ..Self::default()
        }
    }

    /// For monthly counts: ln(1 + y) and two harmonic pairs.
    pub fn for_counts() -> Self {
        Self { observation: Observation::LogGaussian, season: SeasonForm::Harmonics(2), ..Self::default() }
    }

    /// For counts that may be few or zero: negative binomial, two harmonic pairs.
    pub fn negative_binomial() -> Self {
        Self { observation: Observation::NegativeBinomial, ..Self::for_counts() }
    }

    /// # Errors
    /// A value below zero on a scale of logarithms; no counts where counts are modelled; states that a count model does not have.
    fn check(&self, problem: &Problem) -> Result<(), EffectsError> {
        if self.observation == Observation::Gaussian {
            return Ok(());
        }
        let negative = |series: &[f64], expected| match series.iter().enumerate().find(|(_, v)| **v < 0.0) {
            Some((index, value)) => Err(EffectsError::Value { index, value: *value, expected }),
            None => Ok(()),
        };
        negative(&problem.outcome, "0 or more")?;
        for covariate in &problem.covariates {
            negative(covariate, "a covariate of 0 or more, because its logarithm ln(1 + x) enters")?;
        }
        if self.observation == Observation::NegativeBinomial {
            check_counts(&problem.outcome)?;
            if self.slope || self.season == SeasonForm::States {
                return Err(EffectsError::Fit("counts have neither a drifting slope nor a drifting season"));
            }
        }
        Ok(())
    }

    fn choices(&self, problem: &Problem) -> Vec<String> {
        let length = problem.season.map_or(0, |s| s.length);
        vec![
            self.observation.words().into(),
            format!(
                "trend: {}{}",
                if self.slope { "local linear trend" } else { "local level" },
                if self.trend { " about a straight line" } else { "" }
            ),
            match self.season {
                SeasonForm::Harmonics(k) if length > 1 => {
                    format!("season: {k} harmonic pairs of {length} periods")
                }
                SeasonForm::States if length > 1 => format!("season: {length} drifting states"),
                _ => "season: none".into(),
            },
            format!("covariates: {}", problem.covariates.len()),
            format!(
                "prior of the level's step: {} s.d. worth {} observations",
                self.level_guess, self.level_weight
            ),
            format!(
                "prior of the residual: R² {} worth {} observations",
                self.expected_r2, self.residual_weight
            ),
        ]
    }
}

impl Estimator for Bsts {
    fn method(&self) -> &'static str {
        if self.observation == Observation::NegativeBinomial { "bsts-nb" } else { "bsts" }
    }

    fn estimate(&self, problem: &Problem, settings: &Settings) -> Result<Estimate, EffectsError> {
        problem.require(10, 1)?;
        self.check(problem)?;
        let specification = Specification {
            method: self.method().into(),
            choices: self.choices(problem),
            periods_before: problem.start,
            periods_after: problem.after().len(),
            level: settings.level,
            draws: settings.draws,
        };
        let mut rng = stream(settings.seed, &specification.key(), settings.replicate);
        let posterior = self.sample(problem, settings.draws, &mut rng)?;
        let mut estimate = self.summarise(problem, settings, specification, posterior);
        let relative = estimate.difference.relative;
        if ![relative.estimate, relative.low, relative.high].iter().all(|v| v.is_finite()) {
            return Err(EffectsError::Fit("the values are too large or too small to be told apart"));
        }
        let constant = |c: &&Vec<f64>| c[..problem.start].iter().all(|v| *v == c[0]);
        estimate.warnings.extend(calibration::warning(self.known_as(), &problem.outcome));
        let left_out = problem.covariates.iter().filter(constant).count();
        if left_out > 0 {
            estimate
                .warnings
                .push(format!("{left_out} covariates do not vary before the intervention and are not used"));
        }
        Ok(estimate)
    }
}

/// Draws on the scale of the outcome.
struct Posterior {
    /// Per period after the intervention, the draws of the outcome that would have been.
    counterfactual: Vec<Vec<f64>>,
    /// Per period before, the mean of what the model describes.
    fitted: Vec<f64>,
    /// Posterior means of the standard deviations, on the model's scale.
    parameters: Vec<(String, f64)>,
}

/// The outcome before, standardised, and the columns of the regression.
struct Task {
    standardised: Vec<f64>,
    mean: f64,
    deviation: f64,
    /// Periods before and after.
    periods: usize,
    design: Vec<Vec<f64>>,
    always: Vec<bool>,
    draws: usize,
}

fn parameters([residual, step]: [f64; 2]) -> Vec<(String, f64)> {
    vec![("residual_deviation".into(), residual), ("level_step_deviation".into(), step)]
}

impl Bsts {
    /// Independent draws where a local level is all that moves ([`exact`]), a chain otherwise.
    fn sample(
        &self,
        problem: &Problem,
        draws: usize,
        rng: &mut ChaCha8Rng,
    ) -> Result<Posterior, EffectsError> {
        let before: Vec<f64> = problem.before().iter().map(|y| self.observation.forward(*y)).collect();
        let (mean, deviation) = moments(&before);
        if deviation == 0.0 {
            return Err(EffectsError::Constant);
        }
        let (design, always) = self.design(problem);
        if self.observation == Observation::NegativeBinomial {
            return counts::sample(problem, &design, &always, draws, rng);
        }
        let task = Task {
            standardised: before.iter().map(|v| (v - mean) / deviation).collect(),
            mean,
            deviation,
            periods: problem.outcome.len(),
            design,
            always,
            draws,
        };
        let states = self.slope || (self.season == SeasonForm::States && problem.season.is_some());
        let choosable = task.always.iter().filter(|a| !**a).count();
        if states || choosable > MOST_CHOICES {
            Ok(self.chain(problem, &task, rng))
        } else {
            self.integrate(&task, rng)
        }
    }

    /// The name under which `docs/calibration.md` judges these choices.
    fn known_as(&self) -> &'static str {
        let tight = Self::causal_impact();
        match self.observation {
            Observation::NegativeBinomial => "bsts-nb",
            _ if self.level_guess <= tight.level_guess && self.level_weight >= tight.level_weight => {
                "causal-impact"
            }
            Observation::LogGaussian => "bsts-log",
            Observation::Gaussian => "bsts",
        }
    }

    fn prior(&self) -> Prior {
        Prior {
            expected_size: self.expected_size,
            expected_r2: self.expected_r2,
            weight: self.residual_weight,
        }
    }

    fn integrate(&self, task: &Task, rng: &mut ChaCha8Rng) -> Result<Posterior, EffectsError> {
        let n = task.standardised.len();
        let first = task.standardised[0];
        let outcome: Vec<f64> = task.standardised.iter().map(|y| y - first).collect();
        let columns: Vec<Vec<f64>> = task.design.iter().map(|c| c[..n].to_vec()).collect();
        let (prior, level) =
            (self.prior(), LevelPrior { guess: self.level_guess, weight: self.level_weight });
        let exact = Exact::new(&columns, &task.always, &outcome, &prior, level)
            .ok_or(EffectsError::Fit("the posterior of the local level has no mass"))?;
        let mut counterfactual = vec![Vec::with_capacity(task.draws); task.periods - n];
        let mut sums = [0.0; 2];
        for _ in 0..task.draws {
            let draw = exact.draw(rng);
            let (residual, step) = (draw.variance.sqrt(), draw.level_variance.sqrt());
            let mut level = first + draw.level;
            for (t, draws) in (n..task.periods).zip(&mut counterfactual) {
                level += step * normal(rng);
                let regression: f64 =
                    draw.chosen.iter().zip(&draw.coefficients).map(|(k, b)| task.design[*k][t] * b).sum();
                let z = level + regression + residual * normal(rng);
                draws.push(self.observation.back(task.mean + task.deviation * z));
            }
            sums[0] += residual;
            sums[1] += step;
        }
        let scale = task.deviation / task.draws as f64;
        let fitted = exact.fitted(&columns, &outcome, &prior);
        let back = |z: f64| self.observation.back(task.mean + task.deviation * (first + z));
        Ok(Posterior {
            counterfactual,
            fitted: fitted.into_iter().map(back).collect(),
            parameters: parameters(sums.map(|s| s * scale)),
        })
    }

    /// The Gibbs sampler. The first tenth of its iterations, at least 50, is dropped.
    fn chain(&self, problem: &Problem, task: &Task, rng: &mut ChaCha8Rng) -> Posterior {
        let Task { standardised: y, mean, deviation, design, draws, .. } = task;
        let (n, all, draws) = (y.len(), task.periods, *draws);
        let components = Components {
            slope: self.slope,
            season: match (self.season, problem.season) {
                (SeasonForm::States, Some(season)) => season.length,
                _ => 0,
            },
        };
        let fitted_columns = design.iter().map(|c| c[..n].to_vec()).collect();
        let mut regression = Regression::new(fitted_columns, &task.always, &self.prior());

        let burn = (draws / 10).max(50);
        let mut start = vec![0.0; components.size()];
        start[0] = y[0];
        let mut variances = Variances {
            observation: 1.0 - self.expected_r2,
            level: self.level_guess.powi(2),
            slope: self.level_guess.powi(2),
            season: self.level_guess.powi(2),
        };
        let mut coefficients = vec![0.0; design.len()];
        let mut counterfactual = vec![Vec::with_capacity(draws); all - n];
        let mut fitted = vec![0.0; n];
        let mut sums = [0.0; 2];
        for iteration in 0..burn + draws {
            let target: Vec<f64> = (0..n).map(|t| y[t] - row_times(design, &coefficients, t)).collect();
            let states = components.draw(&target, &variances, &start, 1.0, rng);
            let squares = components.squared_innovations(&states);
            let shape = (self.level_weight + (n - 1) as f64) / 2.0;
            let mut step = |squares: f64| {
                let rate = (self.level_weight * self.level_guess.powi(2) + squares) / 2.0;
                variance(rng, shape, rate, 1.0)
            };
            variances.level = step(squares[0]);
            variances.slope = if components.slope { step(squares[1]) } else { 0.0 };
            variances.season = if components.season > 1 { step(squares[2]) } else { 0.0 };
            let described: Vec<f64> =
                states.chunks_exact(components.size()).map(|s| components.observe(s)).collect();
            let residual: Vec<f64> = y.iter().zip(&described).map(|(y, d)| y - d).collect();
            let draw = regression.draw(&residual, rng);
            variances.observation = draw.variance;
            coefficients = draw.coefficients;
            if iteration < burn {
                continue;
            }
            for (t, fitted) in fitted.iter_mut().enumerate() {
                let z = described[t] + row_times(design, &coefficients, t);
                *fitted += self.observation.back(*mean + deviation * z) / draws as f64;
            }
            sums[0] += deviation * variances.observation.sqrt() / draws as f64;
            sums[1] += deviation * variances.level.sqrt() / draws as f64;
            let mut state = states[states.len() - components.size()..].to_vec();
            for t in n..all {
                components.step(&mut state, &variances, rng);
                let z = components.observe(&state)
                    + row_times(design, &coefficients, t)
                    + variances.observation.sqrt() * normal(rng);
                counterfactual[t - n].push(self.observation.back(*mean + deviation * z));
            }
        }
        Posterior { counterfactual, fitted, parameters: parameters(sums) }
    }

    /// Columns of the regression over all periods, standardised on those before: intercept, season, line, covariates; and which of
    /// them are never left out.
    fn design(&self, problem: &Problem) -> (Vec<Vec<f64>>, Vec<bool>) {
        let mut columns = vec![vec![1.0; problem.outcome.len()]];
        if let SeasonForm::Harmonics(pairs) = self.season {
            columns.extend(problem.harmonics(pairs));
        }
        if self.trend {
            let centre = (problem.start - 1) as f64 / 2.0;
            let line = |t: usize| (t as f64 - centre) / centre.max(1.0);
            columns.push((0..problem.outcome.len()).map(line).collect());
        }
        let always = columns.len();
        for covariate in &problem.covariates {
            let values: Vec<f64> = covariate.iter().map(|v| self.observation.forward(*v)).collect();
            let (mean, deviation) = moments(&values[..problem.start]);
            if deviation > 0.0 {
                columns.push(values.iter().map(|v| (v - mean) / deviation).collect());
            }
        }
        let flags = (0..columns.len()).map(|k| k < always).collect();
        (columns, flags)
    }

    /// Every interval is an image of the quantiles of one distribution, the counterfactual sum, and p is the observed sum's
    /// place in it.
    fn summarise(
        &self,
        problem: &Problem,
        settings: &Settings,
        specification: Specification,
        mut posterior: Posterior,
    ) -> Estimate {
        let periods = problem.after().len();
        let mut sums: Vec<f64> =
            (0..settings.draws).map(|d| posterior.counterfactual.iter().map(|p| p[d]).sum()).collect();
        let observed: f64 = problem.after().iter().sum();
        let expected = self.interval(&mut sums, settings.level);
        let p = two_sided(&sums, observed, settings.level);
        let mirror = |i: Interval, f: &dyn Fn(f64) -> f64| Interval {
            estimate: f(i.estimate),
            low: f(i.high),
            high: f(i.low),
        };
        let cumulative = mirror(expected, &|e| observed - e);
        let mut warnings = Vec::new();
        let needed = (2.0 / (1.0 - settings.level)).ceil();
        if (settings.draws as f64) < needed {
            warnings.push(format!(
                "{} draws are few for intervals of this level: at least {needed} reach into its tails",
                settings.draws
            ));
        }
        let relative = if expected.low > 0.0 {
            mirror(expected, &|e| observed / e - 1.0)
        } else {
            warnings.push(
                "expectation reaches zero: the relative difference is taken from its estimate alone".into(),
            );
            let base = expected.estimate.abs().max(f64::MIN_POSITIVE);
            cumulative.map(|c| c / base)
        };
        // Half a unit keeps the logarithm finite where nothing was observed or expected.
        let logs: Vec<f64> = sums.iter().map(|s| (s.max(0.0) + 0.5).ln()).collect();
        let (_, log_error) = moments(&logs);
        let log_ratio = ((observed.max(0.0) + 0.5) / (expected.estimate.max(0.0) + 0.5)).ln();
        let by_period = posterior
            .counterfactual
            .iter_mut()
            .enumerate()
            .map(|(i, draws)| {
                let observed = problem.after()[i];
                let expected = self.interval(draws, settings.level);
                PeriodDifference::new(problem.start + i, observed, expected)
            })
            .collect();
        Estimate {
            specification,
            difference: Difference { average: cumulative.map(|c| c / periods as f64), cumulative, relative },
            p,
            log_ratio: (log_ratio, log_error),
            by_period,
            weights: Vec::new(),
            diagnostics: Diagnostics {
                pre_period: PrePeriodFit::of(problem.before(), &posterior.fitted),
                smallest_detectable: SmallestDetectable::from_log_error(log_error, settings.level),
                placebo_in_time: None,
                parameters: posterior.parameters,
            },
            warnings,
            seed: settings.seed,
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    fn interval(&self, sample: &mut [f64], level: f64) -> Interval {
        let mean = sample.iter().sum::<f64>() / sample.len().max(1) as f64;
        let (low, median, high) = quantiles(sample, level);
        let estimate = if self.observation == Observation::Gaussian { mean } else { median };
        Interval { estimate, low, high }
    }
}

/// Twice the smaller tail at `observed` in a sorted sample, read off the same interpolated distribution as the quantiles, so that
/// p < 1 − level exactly when `observed` lies outside the interval; of draws equal to it the tails have what lies beyond them. At least
/// 1/(n + 1), which draws cannot tell from 0, or below the level where they are too few for that.
fn two_sided(sorted: &[f64], observed: f64, level: f64) -> f64 {
    let n = sorted.len();
    let (below, reached) =
        (sorted.partition_point(|s| *s < observed), sorted.partition_point(|s| *s <= observed));
    // The first and the last place at which the interpolated sample is `observed`.
    let between = |k: usize| {
        let (a, b) = (sorted[k - 1], sorted[k]);
        (k - 1) as f64 + (observed - a) / (b - a)
    };
    let (first, last) = match (below, reached) {
        (b, r) if b < r => (b as f64, (r - 1) as f64),
        (0, _) => (0.0, 0.0),
        (b, _) if b == n => ((n - 1) as f64, (n - 1) as f64),
        (b, _) => (between(b), between(b)),
    };
    let whole = (n - 1).max(1) as f64;
    let smaller = (last / whole).min(1.0 - first / whole);
    let least = (1.0 / (n + 1) as f64).min((1.0 - level) / 2.0);
    (2.0 * smaller).clamp(least, 1.0)
}

/// Mean and standard deviation with n − 1.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    (mean, variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_chain_and_the_integral_give_the_same_posterior() {
        let rng = &mut stream(3, "series", 0);
        let mut level = 0.0;
        let x: Vec<f64> = (0..90).map(|t| (f64::from(t) / 5.0).sin() + 0.3 * normal(rng)).collect();
        let noise: Vec<f64> = (0..90).map(|_| normal(rng)).collect();
        let y: Vec<f64> = x
            .iter()
            .map(|x| {
                level += 0.3 * normal(rng);
                50.0 + 4.0 * (level + 0.8 * x + 0.5 * normal(rng))
            })
            .collect();
        let problem = Problem::new(y, 72).and_then(|p| p.with_covariates(vec![x, noise])).unwrap();
        let bsts = Bsts { level_weight: 1.0, residual_weight: 1.0, expected_size: 1.0, ..Bsts::default() };
        let (design, always) = bsts.design(&problem);
        let (mean, deviation) = moments(problem.before());
        let task = Task {
            standardised: problem.before().iter().map(|v| (v - mean) / deviation).collect(),
            mean,
            deviation,
            periods: 90,
            design,
            always,
            draws: 40_000,
        };
        let chain = bsts.chain(&problem, &task, &mut stream(1, "chain", 0));
        let exact = bsts.integrate(&task, &mut stream(1, "integral", 0)).unwrap();
        for ((name, a), (_, b)) in chain.parameters.iter().zip(&exact.parameters) {
            assert!((a / b - 1.0).abs() < 0.04, "{name}: {a} by the chain, {b} by the integral");
        }
        for t in [0, 8, 17] {
            let of = |p: &Posterior| moments(&p.counterfactual[t]);
            let (a, b) = (of(&chain), of(&exact));
            assert!((a.0 - b.0).abs() < 0.05 * a.1 && (a.1 / b.1 - 1.0).abs() < 0.03, "{t}: {a:?} {b:?}");
        }
        for (a, b) in chain.fitted.iter().zip(&exact.fitted) {
            assert!((a - b).abs() < 0.06 * deviation, "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn p_and_interval_never_contradict(
            mut sample in prop::collection::vec(-100.0_f64..100.0, 2..300),
            observed in -120.0_f64..120.0,
            level in 0.5_f64..0.999,
        ) {
            let (low, _, high) = quantiles(&mut sample, level);
            let outside = observed < low || observed > high;
            let p = two_sided(&sample, observed, level);
            // On the very edge rounding may fall either way.
            prop_assume!((observed - low).abs() > 1e-9 && (observed - high).abs() > 1e-9);
            prop_assert_eq!(outside, p < 1.0 - level, "p {}, [{}, {}], {}", p, low, high, observed);
        }

        /// Sums of few counts: most draws are equal to others, and often to what was observed.
        #[test]
        fn nor_where_draws_are_equal(
            sample in prop::collection::vec(0_u8..4, 2..200), observed in 0_u8..5, level in 0.5_f64..0.999,
        ) {
            let mut sample: Vec<f64> = sample.into_iter().map(f64::from).collect();
            let observed = f64::from(observed);
            let (low, _, high) = quantiles(&mut sample, level);
            let p = two_sided(&sample, observed, level);
            let on_the_edge = |end: f64| end != observed && (end - observed).abs() < 1e-9;
            prop_assume!(!on_the_edge(low) && !on_the_edge(high));
            prop_assert_eq!(observed < low || observed > high, p < 1.0 - level, "p {}, [{}, {}], {}", p, low, high, observed);
        }
    }
}
