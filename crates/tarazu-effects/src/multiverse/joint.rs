//! Joint inference: does the curve as a whole stand out? The same specifications are asked at dates, or of units, where nothing is known
//! to have changed (Simonsohn, Simmons & Nelson 2020, Nature Human Behaviour 4:1208, with placebos in place of their bootstrap, which
//! assumes independent rows).

use rand_chacha::rand_core::Rng;
use serde::Serialize;

use super::curve::{Summary, summary};
use super::grid::{Grid, Levels};
use super::run::Question;
use crate::problem::{EffectsError, Settings};
use crate::random::stream;

/// What is changed for a placebo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PlaceboKind {
    /// The date of the intervention.
    Dates,
    /// The unit that is treated.
    Units,
}

/// How the curve compares with the curves of the placebos. Each p is (1 + placebos at least as extreme) / (1 + placebos).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JointInference {
    /// What was changed.
    pub kind: PlaceboKind,
    /// Cells that each curve was made of: the same for all.
    pub cells: usize,
    /// Placebos with enough estimates.
    pub placebos: usize,
    /// Median of ln(observed / expected) of each placebo's curve.
    pub medians: Vec<f64>,
    /// p of the median's distance from zero.
    pub p_median: f64,
    /// p of the share of specifications wholly on the side to which most of them point.
    pub p_share: f64,
    /// p of the distance from zero of the mean of estimate / standard error.
    pub p_mean_z: f64,
    /// Root mean square of the placebos' medians: what a curve errs where there is nothing to find.
    pub error: f64,
}

/// A placebo needs this share of the real curve's estimates to be compared with it.
const ENOUGH: f64 = 0.5;

impl Question<'_> {
    /// A sample of cells without replacement, in the order of the grid; all of them where there are no more.
    pub fn sample(&self, cells: &[Levels], size: usize) -> Vec<Levels> {
        let mut chosen: Vec<usize> = (0..cells.len()).collect();
        if size < cells.len() {
            let mut rng = stream(self.settings.seed, "cells", 0);
            for i in 0..size {
                let other = i + (rng.next_u64() % (cells.len() - i) as u64) as usize;
                chosen.swap(i, other);
            }
            chosen.truncate(size);
            chosen.sort_unstable();
        }
        chosen.into_iter().map(|i| cells[i]).collect()
    }

    /// Compare the curve of these cells with those at up to `dates` earlier dates, spread evenly from the first at which half of the
    /// grid's windows fit in the data to the last whose periods after all lie before the intervention.
    ///
    /// # Errors
    /// Those of [`Question::run`].
    pub fn placebo_dates(
        &self,
        cells: &[Levels],
        dates: usize,
    ) -> Result<Option<JointInference>, EffectsError> {
        let grid = self.grid;
        let longest = |of: &[usize]| of.iter().copied().max().unwrap_or(0) as i64;
        let last = self.start - longest(&grid.after) - grid.start.iter().copied().max().unwrap_or(0).max(0);
        let mut befores = grid.before.clone();
        befores.sort_unstable();
        let usual = befores.get(befores.len() / 2).copied().unwrap_or(0) as i64;
        let beginnings = grid.dataset.iter().flat_map(|d| {
            let first = |unit: &str| {
                grid.outcome.iter().filter_map(|o| Some(self.table.get(d, unit, o)?.first)).min()
            };
            grid.units(self.treated).filter_map(first).collect::<Vec<_>>()
        });
        let Some(beginning) = beginnings.min() else { return Ok(None) };
        let first = beginning + usual - grid.start.iter().copied().min().unwrap_or(0).min(0);
        let Ok(span) = u64::try_from(last - first) else { return Ok(None) };
        let count = (dates as u64).min(span + 1);
        let others = (0..count).map(|i| {
            let offset = if count > 1 { i * span / (count - 1) } else { span };
            Question { start: first + offset as i64, ..self.clone() }
        });
        self.compare(PlaceboKind::Dates, cells, others)
    }

    /// Compare the curve of these cells with those of other units at the date of the intervention.
    ///
    /// # Errors
    /// Those of [`Question::run`].
    pub fn placebo_units(
        &self,
        cells: &[Levels],
        units: &[String],
    ) -> Result<Option<JointInference>, EffectsError> {
        // A unit that stands in takes the place of every treated one.
        let grid = Grid { unit: Vec::new(), ..self.grid.clone() };
        let others = units.iter().filter(|other| self.grid.units(self.treated).all(|own| own != *other));
        let questions = others.map(|unit| Question { grid: &grid, treated: unit, ..self.clone() });
        self.compare(PlaceboKind::Units, cells, questions)
    }

    fn compare<'a>(
        &self,
        kind: PlaceboKind,
        cells: &[Levels],
        others: impl Iterator<Item = Question<'a>>,
    ) -> Result<Option<JointInference>, EffectsError> {
        let own = summary(&self.run(cells)?);
        let needed = (ENOUGH * own.estimated as f64).max(1.0);
        let mut placebos = Vec::new();
        for (i, other) in others.enumerate() {
            let settings =
                Settings { replicate: self.settings.replicate + 1 + i as u64, ..self.settings.clone() };
            let found = summary(&Question { settings, ..other }.run(cells)?);
            if found.estimated as f64 >= needed {
                placebos.push(found);
            }
        }
        if placebos.is_empty() || own.estimated == 0 {
            return Ok(None);
        }
        let p = |statistic: fn(&Summary) -> f64| {
            let reached = placebos.iter().filter(|s| statistic(s) >= statistic(&own)).count();
            (1 + reached) as f64 / (1 + placebos.len()) as f64
        };
        let medians: Vec<f64> = placebos.iter().filter_map(|s| s.median_log_ratio).collect();
        Ok(Some(JointInference {
            kind,
            cells: cells.len(),
            placebos: placebos.len(),
            p_median: p(|s| s.median_log_ratio.map_or(0.0, f64::abs)),
            p_share: p(|s| s.wholly_below.max(s.wholly_above) as f64 / s.estimated.max(1) as f64),
            p_mean_z: p(|s| s.mean_z.map_or(0.0, f64::abs)),
            error: (medians.iter().map(|m| m * m).sum::<f64>() / medians.len().max(1) as f64).sqrt(),
            medians,
        }))
    }
}
