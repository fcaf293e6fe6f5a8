//! The synthetic control with predictors as an estimator, with placebos in space that are fitted in the same way.

use rayon::prelude::*;
use serde::Serialize;

use super::infer::Inference;
use super::{NestedFit, PlaceboInSpace, PredictorProblem, Search, SyntheticFit};
use crate::Estimator;
use crate::estimate::Estimate;
use crate::problem::{EffectsError, Problem, Settings};

/// A synthetic control whose donors are weighed by predictors; the problem's covariates are the donors.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PredictorControl {
    /// Names of the predictors.
    pub names: Vec<String>,
    /// Values of the predictors: of the treated unit, then of each donor.
    pub values: Vec<Vec<f64>>,
    /// The periods whose fit decides the predictors' weights: from this one up to, not including, that one. All before if absent.
    pub decides: Option<(usize, usize)>,
    /// How their weights are sought.
    pub search: Search,
}

impl PredictorControl {
    /// The fit of a unit (0 the treated one, then the donors), among all donors but itself.
    ///
    /// # Errors
    /// Those of [`PredictorProblem::fit`], and where predictors are not given for every unit.
    pub fn fit(
        &self,
        problem: &Problem,
        unit: usize,
        settings: &Settings,
    ) -> Result<(SyntheticFit, NestedFit), EffectsError> {
        let series: Vec<&Vec<f64>> = std::iter::once(&problem.outcome).chain(&problem.covariates).collect();
        if self.values.len() != series.len() {
            return Err(EffectsError::Fit("predictors are needed for the treated unit and every donor"));
        }
        let (from, to) = self.decides.unwrap_or((0, problem.start));
        if from >= to || to > problem.start {
            return Err(EffectsError::Fit(
                "the periods whose fit decides do not lie before the intervention",
            ));
        }
        let donors: Vec<usize> = (1..series.len()).filter(|k| *k != unit).collect();
        let nested = PredictorProblem {
            treated: self.values[unit].clone(),
            donors: donors.iter().map(|k| self.values[*k].clone()).collect(),
            outcome: series[unit][from..to].to_vec(),
            donor_outcomes: donors.iter().map(|k| series[*k][from..to].to_vec()).collect(),
        };
        let settings = Settings { replicate: settings.replicate + unit as u64, ..settings.clone() };
        let found = nested.fit(self.search, &settings)?;
        let expected = (0..problem.outcome.len())
            .map(|t| donors.iter().zip(&found.donor_weights).map(|(k, w)| w * series[*k][t]).sum())
            .collect();
        let gap = found.loss - found.bound;
        let fit = SyntheticFit::of(series[unit], expected, found.donor_weights.clone(), gap, problem.start);
        Ok((fit, found))
    }
}

impl Estimator for PredictorControl {
    fn method(&self) -> &'static str {
        "synthetic-control"
    }

    fn estimate(&self, problem: &Problem, settings: &Settings) -> Result<Estimate, EffectsError> {
        problem.require(2, 1)?;
        let donors = problem.covariates.len();
        if donors < 3 {
            return Err(EffectsError::Fit("placebos in space need at least three donors"));
        }
        let (own, nested) = self.fit(problem, 0, settings)?;
        let placebos: Vec<PlaceboInSpace> = (0..donors)
            .into_par_iter()
            .map(|donor| Ok(PlaceboInSpace { donor, fit: self.fit(problem, donor + 1, settings)?.0 }))
            .collect::<Result<_, EffectsError>>()?;
        let series: Vec<Vec<f64>> =
            std::iter::once(&problem.outcome).chain(&problem.covariates).cloned().collect();
        let weights = self.names.iter().zip(&nested.predictor_weights);
        let mut parameters: Vec<(String, f64)> =
            weights.map(|(name, w)| (format!("predictor_weight:{name}"), *w)).collect();
        parameters.push(("loss".into(), nested.loss));
        parameters.push(("bound_of_loss".into(), nested.bound));
        Inference {
            method: self.method(),
            known_as: self.method(),
            choices: vec![
                "scale: as observed".into(),
                format!("donors: {donors}"),
                format!("predictors: {}", self.names.join(", ")),
                format!(
                    "search: {}",
                    if self.search == Search::Global { "global" } else { "local, from two starts" }
                ),
            ],
            log: false,
            own: &own,
            placebos: &placebos,
            series: &series,
            average: None,
            parameters,
        }
        .estimate(problem, settings)
    }
}
