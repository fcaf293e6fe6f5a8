//! Synthetic controls: other units, weighed so that together they resemble the treated one before, stand for what was expected after.
//!
//! The problem's covariates are the donors. Four forms: the synthetic control of Abadie, Diamond & Hainmueller (2010) on the
//! outcomes alone, ridge-augmented (Ben-Michael, Feller & Rothstein 2021), penalised (Abadie & L'Hour 2021), and synthetic difference-in-differences (Arkhangelsky et al.
//! 2021). With predictors and predictor weights: [`PredictorProblem`].
//!
//! Inference, unless another is asked for ([`SpaceInference`]), is by placebos in space: each donor takes the treated unit's place among the other donors. Its average difference over
//! the root mean squared error of its own fit before is the ratio of Abadie et al. (2010, §3.4); the root mean square of these
//! ratios, times the treated unit's own error before, is the standard error, with Student's t and as many degrees of freedom as there
//! are placebos, whose differences are known to be zero. Interval and p come from this one distribution.

mod conformal;
mod descent;
mod infer;
mod nested;
mod predictors;
mod simplex;
mod weigh;

pub use nested::{NestedFit, PredictorProblem, Search};
pub use predictors::PredictorControl;

use serde::Serialize;

use crate::Estimator;
use crate::estimate::Estimate;
use crate::problem::{EffectsError, Problem, Settings};
use infer::Inference;
use weigh::{Weighed, cross_validated_penalty, weigh};

/// How donors are weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Form {
    /// On the simplex: not negative, sum one.
    Control,
    /// The same, and a ridge regression on what is left over.
    Augmented,
    /// On the simplex, donors that are far from the unit by themselves held back.
    Penalised,
    /// With intercepts and with weights of periods.
    DifferenceInDifferences,
}

/// What interval and p are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum SpaceInference {
    /// Placebos in space: each donor in the treated unit's place.
    #[default]
    Placebo,
    /// Permutation of the residuals in time, under each difference that might be (Chernozhukov, Wüthrich & Zhu 2021).
    Conformal,
    /// Each donor left out in turn: what the choice of donors contributes, and nothing else.
    Jackknife,
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

/// A synthetic control of one of four forms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Synthetic {
    /// How donors are weighed.
    pub form: Form,
    /// Whether on ln(1 + y).
    pub log: bool,
    /// Where the search for weights stops.
    pub stopping: Stopping,
    /// λ of the penalised form; by cross-validation over the donors if absent.
    pub penalty: Option<f64>,
    /// What interval and p are made of.
    pub inference: SpaceInference,
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

impl SyntheticFit {
    fn of(unit: &[f64], expected: Vec<f64>, donor_weights: Vec<f64>, gap: f64, start: usize) -> Self {
        let left: Vec<f64> = unit.iter().zip(&expected).map(|(y, e)| y - e).collect();
        let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len().max(1) as f64;
        let squares: Vec<f64> = left[..start].iter().map(|d| d * d).collect();
        Self {
            donor_weights,
            period_weights: None,
            average: mean(&left[start..]),
            error_before: mean(&squares).sqrt(),
            expected,
            gap,
        }
    }
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
        Self {
            form,
            log: false,
            stopping: Stopping::Optimum,
            penalty: None,
            inference: SpaceInference::Placebo,
        }
    }

    /// The fit of the treated unit.
    ///
    /// # Errors
    /// Where there are no two donors, or a value is below zero and the scale is ln(1 + y).
    pub fn fit(&self, problem: &Problem) -> Result<SyntheticFit, EffectsError> {
        let (unit, donors) = self.scaled(problem)?;
        self.settled(&donors, problem.start).fitted(&unit, &views(&donors, None), problem.start)
    }

    /// The same with its penalty chosen, where it has one to choose.
    fn settled(&self, donors: &[Vec<f64>], start: usize) -> Self {
        let choose = self.form == Form::Penalised && self.penalty.is_none();
        let penalty =
            if choose { Some(cross_validated_penalty(&views(donors, None), start)) } else { self.penalty };
        Self { penalty, ..self.clone() }
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
        let settled = self.settled(&donors, problem.start);
        (0..donors.len())
            .map(|donor| {
                let others = views(&donors, Some(donor));
                let fit = settled.fitted(&donors[donor], &others, problem.start)?;
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
        let settled = self.settled(&donors, problem.start);
        let whole = settled.fitted(&unit, &views(&donors, None), problem.start)?;
        let carries = |donor: &usize| whole.donor_weights[*donor].abs() > 1e-6 && donors.len() > 2;
        (0..donors.len())
            .filter(carries)
            .map(|donor| {
                Ok((donor, settled.fitted(&unit, &views(&donors, Some(donor)), problem.start)?.average))
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
            weigh((self.form, self.stopping, self.penalty.unwrap_or(0.0)), unit, donors, start)?;
        Ok(SyntheticFit {
            period_weights: periods,
            ..SyntheticFit::of(unit, expected, donor_weights, gap, start)
        })
    }

    fn choices(&self, problem: &Problem) -> Vec<String> {
        vec![
            format!("scale: {}", if self.log { "ln(1 + y)" } else { "as observed" }),
            format!("donors: {}", problem.covariates.len()),
            format!(
                "inference: {}",
                match self.inference {
                    SpaceInference::Placebo => "placebos in space",
                    SpaceInference::Conformal => "conformal, by shifts of the residuals in time",
                    SpaceInference::Jackknife => "jackknife over donors",
                }
            ),
        ]
    }
}

/// Views of all donors but one.
fn views(donors: &[Vec<f64>], without: Option<usize>) -> Vec<&[f64]> {
    donors.iter().enumerate().filter(|(i, _)| Some(*i) != without).map(|(_, d)| d.as_slice()).collect()
}

impl Estimator for Synthetic {
    fn method(&self) -> &'static str {
        match self.form {
            Form::Control => "synthetic-control",
            Form::Augmented => "augmented",
            Form::Penalised => "penalised",
            Form::DifferenceInDifferences => "sdid",
        }
    }

    fn estimate(&self, problem: &Problem, settings: &Settings) -> Result<Estimate, EffectsError> {
        problem.require(6, 1)?;
        if self.form == Form::DifferenceInDifferences && self.inference == SpaceInference::Conformal {
            return Err(EffectsError::Fit("weights of periods leave no residuals to permute: use placebos"));
        }
        let (unit, donors) = self.scaled(problem)?;
        let settled = self.settled(&donors, problem.start);
        let own = settled.fitted(&unit, &views(&donors, None), problem.start)?;
        let placebos = settled.placebos(problem)?;
        let average = match self.inference {
            SpaceInference::Placebo => None,
            SpaceInference::Conformal => {
                Some(settled.conformal(&unit, &donors, problem.start, own.average, settings)?)
            }
            SpaceInference::Jackknife => {
                Some(settled.jackknife(&unit, &donors, problem.start, own.average, settings)?)
            }
        };
        let series: Vec<Vec<f64>> = std::iter::once(unit).chain(donors).collect();
        let mut estimate = Inference {
            method: self.method(),
            known_as: match self.inference {
                SpaceInference::Placebo => self.method(),
                SpaceInference::Conformal => "conformal",
                SpaceInference::Jackknife => "jackknife",
            },
            choices: self.choices(problem),
            log: self.log,
            own: &own,
            placebos: &placebos,
            series: &series,
            average,
            parameters: settled.penalty.map(|p| ("penalty".into(), p)).into_iter().collect(),
        }
        .estimate(problem, settings)?;
        if self.inference == SpaceInference::Jackknife {
            let warning = "a jackknife over donors knows of their choice alone, not of the outcome's own noise: its interval is too narrow to test with";
            estimate.warnings.push(warning.into());
        }
        Ok(estimate)
    }
}
