//! Synthetic controls: other units, weighed so that together they resemble the treated one before, stand for what was expected after.
//!
//! The problem's covariates are the donors. Three forms: the synthetic control of Abadie, Diamond & Hainmueller (2010) on the
//! outcomes alone, ridge-augmented (Ben-Michael, Feller & Rothstein 2021), and synthetic difference-in-differences (Arkhangelsky et al.
//! 2021). With predictors and predictor weights: [`PredictorProblem`].
//!
//! Inference is by placebos in space: each donor takes the treated unit's place among the other donors. Its average difference over
//! the root mean squared error of its own fit before is the ratio of Abadie et al. (2010, §3.4); the root mean square of these
//! ratios, times the treated unit's own error before, is the standard error, with Student's t and as many degrees of freedom as there
//! are placebos, whose differences are known to be zero. Interval and p come from this one distribution.

mod nested;
mod simplex;
mod weigh;

pub use nested::{NestedFit, PredictorProblem, Search};

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::Estimator;
use crate::diagnostics::{PrePeriodFit, SmallestDetectable};
use crate::estimate::{Diagnostics, Difference, Estimate, Interval, PeriodDifference, Specification};
use crate::problem::{EffectsError, Problem, Settings};
use weigh::{Weighed, weigh};

/// How donors are weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Form {
    /// On the simplex: not negative, sum one.
    Control,
    /// The same, and a ridge regression on what is left over.
    Augmented,
    /// With intercepts and with weights of periods.
    DifferenceInDifferences,
}

/// Where the search for weights stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum Stopping {
    /// At the optimum.
    #[default]
    Optimum,
    /// Where the R package `synthdid` stops, which is a little before. For comparison with it; the augmented form has no such rule.
    AsSynthdid,
}

/// A synthetic control of one of three forms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Synthetic {
    /// How donors are weighed.
    pub form: Form,
    /// Whether on ln(1 + y).
    pub log: bool,
    /// Where the search for weights stops.
    pub stopping: Stopping,
}

/// A fitted synthetic control, on the scale it works on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SyntheticFit {
    /// Weight of each donor.
    pub donor_weights: Vec<f64>,
    /// Weight of each period before, where the form weighs periods.
    pub period_weights: Option<Vec<f64>>,
    /// The expected outcome of every period.
    pub expected: Vec<f64>,
    /// Mean difference of the periods after.
    pub average: f64,
    /// Root mean squared error of the periods before.
    pub error_before: f64,
    /// The objective of the weights lies at most this far above its optimum.
    pub gap: f64,
}

/// A unit that takes the place of the treated one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlaceboInSpace {
    /// Which donor, from 0.
    pub donor: usize,
    /// Its fit among the other donors.
    pub fit: SyntheticFit,
}

impl Synthetic {
    /// Of this form, on the outcome as it is.
    pub fn new(form: Form) -> Self {
        Self { form, log: false, stopping: Stopping::Optimum }
    }

    /// The fit of the treated unit.
    ///
    /// # Errors
    /// Where there are no two donors, or a value is below zero and the scale is ln(1 + y).
    pub fn fit(&self, problem: &Problem) -> Result<SyntheticFit, EffectsError> {
        let (unit, donors) = self.scaled(problem)?;
        self.fitted(&unit, &views(&donors, None), problem.start)
    }

    /// The fits of all donors, each among the others.
    ///
    /// # Errors
    /// As [`Synthetic::fit`], and with fewer than three donors.
    pub fn placebos(&self, problem: &Problem) -> Result<Vec<PlaceboInSpace>, EffectsError> {
        let (_, donors) = self.scaled(problem)?;
        if donors.len() < 3 {
            return Err(EffectsError::Fit("placebos in space need at least three donors"));
        }
        (0..donors.len())
            .map(|donor| {
                let others = views(&donors, Some(donor));
                let fit = self.fitted(&donors[donor], &others, problem.start)?;
                Ok(PlaceboInSpace { donor, fit })
            })
            .collect()
    }

    /// The average difference without each donor that has weight: whether one of them carries the result.
    ///
    /// # Errors
    /// As [`Synthetic::fit`].
    pub fn without_each_donor(&self, problem: &Problem) -> Result<Vec<(usize, f64)>, EffectsError> {
        let (unit, donors) = self.scaled(problem)?;
        let whole = self.fitted(&unit, &views(&donors, None), problem.start)?;
        let carries = |donor: &usize| whole.donor_weights[*donor].abs() > 1e-6 && donors.len() > 2;
        (0..donors.len())
            .filter(carries)
            .map(|donor| {
                Ok((donor, self.fitted(&unit, &views(&donors, Some(donor)), problem.start)?.average))
            })
            .collect()
    }

    fn scaled(&self, problem: &Problem) -> Result<(Vec<f64>, Vec<Vec<f64>>), EffectsError> {
        if problem.covariates.len() < 2 {
            return Err(EffectsError::Fit("a synthetic control needs at least two donors"));
        }
        let scale = |series: &Vec<f64>| -> Result<Vec<f64>, EffectsError> {
            if !self.log {
                return Ok(series.clone());
            }
            let low = series.iter().enumerate().find(|(_, v)| **v < 0.0);
            match low {
                Some((index, value)) => {
                    Err(EffectsError::Value { index, value: *value, expected: "0 or more" })
                }
                None => Ok(series.iter().map(|v| v.ln_1p()).collect()),
            }
        };
        let donors = problem.covariates.iter().map(scale).collect::<Result<_, _>>()?;
        Ok((scale(&problem.outcome)?, donors))
    }

    fn fitted(&self, unit: &[f64], donors: &[&[f64]], start: usize) -> Result<SyntheticFit, EffectsError> {
        let Weighed { donors: donor_weights, periods, expected, gap } =
            weigh((self.form, self.stopping), unit, donors, start)?;
        let left: Vec<f64> = unit.iter().zip(&expected).map(|(y, e)| y - e).collect();
        let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len().max(1) as f64;
        let squares: Vec<f64> = left[..start].iter().map(|d| d * d).collect();
        Ok(SyntheticFit {
            donor_weights,
            period_weights: periods,
            average: mean(&left[start..]),
            error_before: mean(&squares).sqrt(),
            expected,
            gap,
        })
    }

    fn choices(&self, problem: &Problem) -> Vec<String> {
        vec![
            format!("scale: {}", if self.log { "ln(1 + y)" } else { "as observed" }),
            format!("donors: {}", problem.covariates.len()),
        ]
    }
}

/// Views of all donors but one.
fn views(donors: &[Vec<f64>], without: Option<usize>) -> Vec<&[f64]> {
    donors.iter().enumerate().filter(|(i, _)| Some(*i) != without).map(|(_, d)| d.as_slice()).collect()
}

/// What the placebos say of the treated unit's error.
struct Errors {
    /// Of the average difference.
    average: f64,
    /// Of one period's difference.
    period: f64,
    freedom: f64,
    /// Share of units, this one included, whose ratio is at least as large.
    rank: f64,
}

impl Errors {
    fn of(own: &SyntheticFit, placebos: &[PlaceboInSpace], problem: &Problem, series: &[Vec<f64>]) -> Self {
        // A fit before that is perfect by chance would make any difference after it infinitely rare.
        let floor = |fit: &SyntheticFit, y: &[f64]| {
            let fit_of = PrePeriodFit::of(&y[..problem.start], &fit.expected[..problem.start]);
            let spread = (y[..problem.start].iter().map(|v| (v - fit_of.mean).powi(2)).sum::<f64>()
                / problem.start as f64)
                .sqrt();
            fit.error_before.max(1e-3 * spread).max(f64::MIN_POSITIVE)
        };
        let ratios: Vec<f64> =
            placebos.iter().map(|p| p.fit.average / floor(&p.fit, &series[p.donor + 1])).collect();
        let single: Vec<f64> = placebos
            .iter()
            .flat_map(|p| {
                let (y, error) = (&series[p.donor + 1], floor(&p.fit, &series[p.donor + 1]));
                (problem.start..y.len()).map(move |t| ((y[t] - p.fit.expected[t]) / error).powi(2))
            })
            .collect();
        let own_error = floor(own, &series[0]);
        let square = |of: &[f64]| (of.iter().map(|r| r * r).sum::<f64>() / of.len() as f64).sqrt();
        let own_ratio = (own.average / own_error).abs();
        let reached = ratios.iter().filter(|r| r.abs() >= own_ratio).count();
        Self {
            average: own_error * square(&ratios).max(1e-12),
            period: own_error * (single.iter().sum::<f64>() / single.len() as f64).sqrt(),
            freedom: ratios.len() as f64,
            rank: (1 + reached) as f64 / (1 + ratios.len()) as f64,
        }
    }
}

impl Estimator for Synthetic {
    fn method(&self) -> &'static str {
        match self.form {
            Form::Control => "synthetic-control",
            Form::Augmented => "augmented",
            Form::DifferenceInDifferences => "sdid",
        }
    }

    fn estimate(&self, problem: &Problem, settings: &Settings) -> Result<Estimate, EffectsError> {
        problem.require(6, 1)?;
        let (unit, donors) = self.scaled(problem)?;
        let own = self.fitted(&unit, &views(&donors, None), problem.start)?;
        let placebos = self.placebos(problem)?;
        let series: Vec<Vec<f64>> = std::iter::once(unit.clone()).chain(donors).collect();
        let errors = Errors::of(&own, &placebos, problem, &series);
        let students = StudentsT::new(0.0, 1.0, errors.freedom)
            .map_err(|_| EffectsError::Fit("no degrees of freedom are left"))?;
        let quantile = students.inverse_cdf(1.0 - (1.0 - settings.level) / 2.0);
        let around = |estimate: f64, error: f64| Interval {
            estimate,
            low: estimate - quantile * error,
            high: estimate + quantile * error,
        };
        let average = around(own.average, errors.average);
        let p = 2.0 * students.sf((own.average / errors.average).abs());
        let mut warnings = Vec::new();
        let periods = problem.after().len() as f64;
        let observed: f64 = problem.after().iter().sum();
        let (difference, log_ratio) = if self.log {
            // On this scale the average difference is the logarithm of a ratio.
            let cumulative = average.map(|d| observed * -(-d).exp_m1());
            let relative = average.map(f64::exp_m1);
            (
                Difference { average: cumulative.map(|c| c / periods), cumulative, relative },
                (own.average, errors.average),
            )
        } else {
            let cumulative = average.map(|d| d * periods);
            let expected = observed - cumulative.estimate;
            let lowest = observed - cumulative.high;
            let relative = if lowest > 0.0 {
                cumulative.map(|c| observed / (observed - c) - 1.0)
            } else {
                warnings.push(
                    "expectation reaches zero: the relative difference is taken from its estimate alone"
                        .into(),
                );
                cumulative.map(|c| c / expected.abs().max(f64::MIN_POSITIVE))
            };
            let ratio = ((observed.max(0.0) + 0.5) / (expected.max(0.0) + 0.5)).ln();
            (
                Difference { average, cumulative, relative },
                (ratio, errors.average * periods / expected.abs().max(0.5)),
            )
        };
        if ![difference.relative.low, difference.relative.high].iter().all(|v| v.is_finite()) {
            return Err(EffectsError::Fit("the values are too large or too small to be told apart"));
        }
        if placebos.len() < 10 {
            warnings.push(format!("the interval rests on {} placebos in space", placebos.len()));
        }
        let back = |v: f64| if self.log { v.min(50.0).exp_m1() } else { v };
        let by_period = (problem.start..problem.outcome.len())
            .map(|t| {
                let observed = problem.outcome[t];
                let expected = around(own.expected[t], errors.period).map(back);
                let difference = Interval {
                    estimate: observed - expected.estimate,
                    low: observed - expected.high,
                    high: observed - expected.low,
                };
                PeriodDifference { index: t, observed, expected, difference }
            })
            .collect();
        let fitted: Vec<f64> = own.expected[..problem.start].iter().map(|e| back(*e)).collect();
        let mut parameters: Vec<(String, f64)> =
            own.donor_weights.iter().enumerate().map(|(k, w)| (format!("weight_of_donor_{k}"), *w)).collect();
        parameters.push(("optimality_gap".into(), own.gap));
        parameters.push(("rank_p_of_ratio".into(), errors.rank));
        Ok(Estimate {
            specification: Specification {
                method: self.method().into(),
                choices: self.choices(problem),
                periods_before: problem.start,
                periods_after: problem.after().len(),
                level: settings.level,
                draws: settings.draws,
            },
            difference,
            p,
            log_ratio,
            by_period,
            diagnostics: Diagnostics {
                pre_period: PrePeriodFit::of(problem.before(), &fitted),
                smallest_detectable: SmallestDetectable::from_log_error(log_ratio.1, settings.level),
                placebo_in_time: None,
                parameters,
            },
            warnings,
            seed: settings.seed,
            version: env!("CARGO_PKG_VERSION"),
        })
    }
}
