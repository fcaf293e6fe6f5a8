//! A plan: a grid with the settings and placebos that go with it, as a file declares it, and the whole answer to one question.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::curve::{Summary, summary};
use super::data::SeriesTable;
use super::explain::{Explained, explained};
use super::grid::{Grid, Levels};
use super::joint::JointInference;
use super::run::{CellResult, Question};
use super::verdict::{CurveVerdict, curve_verdict};
use crate::estimate::Estimate;
use crate::problem::{EffectsError, Settings};

/// Where the data of a grid file are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataPlan {
    /// A long table, one row per unit and time, beside the grid file.
    pub file: String,
    /// Columns that together name the dataset; none where there is one.
    #[serde(default)]
    pub dataset: Vec<String>,
    /// Column that names the unit; absent where there is one.
    pub unit: Option<String>,
    /// Column of time.
    pub time: String,
    /// The unit that is treated.
    pub treated: Option<String>,
    /// The intervention's period: the first that counts as after, before the date rule.
    pub start: String,
}

/// What a grid file declares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Where the data are; absent where the reader of the file knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<DataPlan>,
    /// Content of every interval.
    #[serde(default = "level")]
    pub level: f64,
    /// Seed of all random numbers.
    #[serde(default = "seed")]
    pub seed: u64,
    /// Draws of each estimator that draws.
    #[serde(default = "draws")]
    pub draws: usize,
    /// The choices.
    pub choices: Grid,
    /// Joint inference.
    #[serde(default)]
    pub placebo: PlaceboPlan,
}

/// How the curve is compared with placebos.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PlaceboPlan {
    /// Earlier dates.
    pub dates: usize,
    /// Units in place of the treated one; empty for all units of the comparison sets.
    pub units: Vec<String>,
    /// Cells of the grid, drawn once, of which every placebo's curve and the real one beside it are made.
    pub cells: usize,
}

impl Default for PlaceboPlan {
    fn default() -> Self {
        Self { dates: 39, units: Vec::new(), cells: 200 }
    }
}

fn level() -> f64 {
    0.95
}

fn seed() -> u64 {
    1
}

fn draws() -> usize {
    400
}

/// Cells of one dataset that lack their data, for one reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WithoutData {
    /// The dataset, by its name in the table.
    pub dataset: String,
    /// What is missing.
    pub reason: Cow<'static, str>,
    /// How many cells.
    pub cells: usize,
}

/// Everything that a plan says about one question.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Multiverse {
    /// Cells of the grid.
    pub grid: usize,
    /// Of these, those that lack their data: they are counted and excluded, and neither drawn nor tried.
    pub without_data: Vec<WithoutData>,
    /// All specifications together.
    pub summary: Summary,
    /// What each choice explains of their spread; `None` where they agree.
    pub explained: Option<Vec<Explained>>,
    /// The curve beside those of placebo dates; `None` where the data hold none.
    pub dates: Option<JointInference>,
    /// The curve beside those of placebo units; `None` where the data hold none.
    pub units: Option<JointInference>,
    /// The verdict.
    pub verdict: CurveVerdict,
    /// Every cell that was tried, in the order of the grid.
    #[serde(skip)]
    pub results: Vec<CellResult>,
}

impl Plan {
    /// Check the plan: the grid and the ranges of its settings.
    ///
    /// # Errors
    /// [`EffectsError::Grid`] naming what is at fault.
    pub fn check(&self) -> Result<(), EffectsError> {
        let fault = |choice, message: String| Err(EffectsError::Grid { choice, message });
        if !(0.5..1.0).contains(&self.level) {
            return fault("level", format!("{}; expected 0.5 or more and below 1", self.level));
        }
        if !(100..=1_000_000).contains(&self.draws) {
            return fault("draws", format!("{}; expected 100 to 1,000,000", self.draws));
        }
        self.choices.check()
    }

    /// Put the grid to one unit and date. `limit`: estimate at most so many of the cells that have their data, drawn by the seed.
    ///
    /// # Errors
    /// Where the plan is at fault.
    pub fn answer(
        &self,
        table: &SeriesTable,
        treated: &str,
        start: i64,
        limit: Option<usize>,
    ) -> Result<Multiverse, EffectsError> {
        self.check()?;
        let settings = Settings { level: self.level, seed: self.seed, draws: self.draws, replicate: 0 };
        let question = Question { grid: &self.choices, table, treated, start, settings };
        let all = self.choices.cells();
        let (mut cells, without_data) = question.with_data(&all);
        if let Some(limit) = limit {
            cells = question.sample(&cells, limit);
        }
        let results = question.run(&cells)?;
        // Placebos are asked only of specifications that have an answer.
        let answered: Vec<_> = results.iter().filter(|r| r.outcome.is_ok()).map(|r| r.levels).collect();
        let sample = question.sample(&answered, self.placebo.cells);
        let dates = question.placebo_dates(&sample, self.placebo.dates)?;
        let units = question.placebo_units(&sample, &self.placebo_units())?;
        let mut summary = summary(&results);
        for part in &without_data {
            summary.cells += part.cells;
            *summary.excluded.entry(part.reason.clone()).or_insert(0) += part.cells;
        }
        Ok(Multiverse {
            grid: all.len(),
            without_data,
            verdict: curve_verdict(&summary, dates.as_ref(), self.level),
            explained: explained(&results),
            summary,
            dates,
            units,
            results,
        })
    }

    /// One cell of the grid with everything that its estimator says: period by period, weights, diagnostics.
    ///
    /// # Errors
    /// Where the plan is at fault, or the cell is excluded.
    pub fn estimate(
        &self,
        table: &SeriesTable,
        treated: &str,
        start: i64,
        levels: &Levels,
    ) -> Result<Estimate, EffectsError> {
        self.check()?;
        let settings = Settings { level: self.level, seed: self.seed, draws: self.draws, replicate: 0 };
        let question = Question { grid: &self.choices, table, treated, start, settings };
        let whole = question.whole(levels);
        whole
            .map(|(estimate, _)| estimate)
            .map_err(|reason| EffectsError::Grid { choice: "cell", message: reason.into_owned() })
    }

    fn placebo_units(&self) -> Vec<String> {
        if !self.placebo.units.is_empty() {
            return self.placebo.units.clone();
        }
        let mut units: Vec<String> = self.choices.comparison.iter().flat_map(|c| c.units.clone()).collect();
        units.sort_unstable();
        units.dedup();
        units
    }
}
