//! Every cell of a grid, estimated.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::data::SeriesTable;
use super::grid::{Choice, Grid, Levels};
use super::method::Method;
use super::plan::WithoutData;
use crate::estimate::{Estimate, Interval};
use crate::problem::{EffectsError, Problem, Season, Settings};

/// What is asked of a grid.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The choices.
    pub grid: &'a Grid,
    /// The data.
    pub table: &'a SeriesTable,
    /// The unit that is treated, where the grid has no choice of it.
    pub treated: &'a str,
    /// Number of the intervention's period on the table's clock.
    pub start: i64,
    /// Level, seed and draws of every estimate.
    pub settings: Settings,
}

/// What one cell found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CellEstimate {
    /// Relative difference from expectation: −0.3 is 30% below.
    pub relative: Interval,
    /// Difference per period, in units of the outcome.
    pub average: Interval,
    /// Two-sided p, which never contradicts the intervals.
    pub p: f64,
    /// ln(observed / expected) and its standard error.
    pub log_ratio: (f64, f64),
    /// Share of the variance before that the fit describes.
    pub r_squared: f64,
    /// The mean of the periods after over the mean of as many before, less one; `None` where nothing was before.
    pub before_after: Option<f64>,
}

/// A cell and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CellResult {
    /// Its choices.
    pub levels: Levels,
    /// What it found, or why it is excluded.
    pub outcome: Result<CellEstimate, Cow<'static, str>>,
}

impl Question<'_> {
    /// Estimate these cells, on all threads of the current pool. The result depends neither on their number nor on the order in
    /// which they finish.
    ///
    /// # Errors
    /// [`EffectsError::Grid`] where the grid itself is at fault. A cell that cannot be estimated is a result, not an error.
    pub fn run(&self, cells: &[Levels]) -> Result<Vec<CellResult>, EffectsError> {
        self.grid.check()?;
        Ok(cells
            .par_iter()
            .with_max_len(8)
            .map(|levels| CellResult { levels: *levels, outcome: self.estimate(levels) })
            .collect())
    }

    /// The cells whose data the table holds, and how many of each dataset lack theirs. That depends on the first six choices and the unit.
    pub(super) fn with_data(&self, cells: &[Levels]) -> (Vec<Levels>, Vec<WithoutData>) {
        let mut reasons: BTreeMap<(&[u16], u16), Option<Cow<'static, str>>> = BTreeMap::new();
        let mut lacking: BTreeMap<(u16, Cow<'static, str>), usize> = BTreeMap::new();
        let mut kept = Vec::new();
        for levels in cells {
            let reason = reasons.entry((&levels[..6], levels[10])).or_insert_with(|| {
                let choice = self.grid.choice(levels).ok_or(Cow::Borrowed("no such cell"));
                choice.and_then(|choice| self.problem(&choice)).err()
            });
            match reason {
                None => kept.push(*levels),
                Some(reason) => *lacking.entry((levels[0], reason.clone())).or_insert(0) += 1,
            }
        }
        let without = lacking.into_iter().map(|((dataset, reason), cells)| WithoutData {
            dataset: self.grid.label(0, dataset),
            reason,
            cells,
        });
        (kept, without.collect())
    }

    /// One cell with everything that its estimator says, and the plain before–after reading of its window.
    pub(super) fn whole(&self, levels: &Levels) -> Result<(Estimate, Option<f64>), Cow<'static, str>> {
        let choice = self.grid.choice(levels).ok_or("no such cell")?;
        let problem = self.problem(&choice)?;
        let before_after = before_after(&problem);
        let estimate = Method::build(&choice)
            .estimate(&problem, &self.settings)
            .map_err(|e| Cow::Owned(e.to_string()))?;
        Ok((estimate, before_after))
    }

    fn estimate(&self, levels: &Levels) -> Result<CellEstimate, Cow<'static, str>> {
        let (estimate, before_after) = self.whole(levels)?;
        Ok(CellEstimate {
            relative: estimate.difference.relative,
            average: estimate.difference.average,
            p: estimate.p,
            log_ratio: estimate.log_ratio,
            r_squared: estimate.diagnostics.pre_period.r_squared,
            before_after,
        })
    }

    /// The window that a choice cuts out of the data.
    fn problem(&self, choice: &Choice<'_>) -> Result<Problem, Cow<'static, str>> {
        let start = self.start + choice.start;
        let (from, to) = (start - choice.before as i64, start + choice.after as i64);
        let series = |unit: &str| self.table.get(choice.dataset, unit, choice.outcome);
        let treated = choice.unit.unwrap_or(self.treated);
        let own = series(treated).ok_or("the dataset does not publish this outcome of the treated unit")?;
        let outcome = own.window(from, to).ok_or_else(|| -> Cow<'static, str> {
            if from < own.first {
                "too few periods before in the data"
            } else {
                "too few periods after in the data"
            }
            .into()
        })?;
        let mut covariates = Vec::new();
        // A unit that stands in as the treated one is no comparison for itself.
        let others = choice.comparison.iter().filter(|unit| *unit != treated);
        for unit in others {
            let window = series(unit).and_then(|s| s.window(from, to));
            covariates.push(window.ok_or("the dataset lacks periods of a comparison unit")?.to_vec());
        }
        if covariates.is_empty() && !choice.comparison.is_empty() {
            return Err("no comparison unit is left".into());
        }
        let words = |e: EffectsError| Cow::Owned(e.to_string());
        let mut problem = Problem::new(outcome.to_vec(), choice.before).map_err(words)?;
        problem = problem.with_covariates(covariates).map_err(words)?;
        if let Some(length) = self.table.season() {
            problem = problem.with_season(Season { length, first: from.rem_euclid(length as i64) as usize });
        }
        Ok(problem)
    }
}

/// The mean of the periods after over the mean of as many before, less one.
fn before_after(problem: &Problem) -> Option<f64> {
    let after = problem.after();
    let before = &problem.before()[problem.start.saturating_sub(after.len())..];
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len().max(1) as f64;
    (mean(before) > 0.0).then(|| mean(after) / mean(before) - 1.0)
}
