//! The grid: every choice that an analyst could defend, and the ways to combine them.

use serde::{Deserialize, Serialize};

use super::method::Method;
use crate::problem::EffectsError;

/// The scale on which an estimator works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// As observed.
    Count,
    /// ln(1 + y).
    Log,
}

/// Units that enter as comparison; none of them is the treated one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// What the set is called.
    pub name: String,
    /// Its units; an empty set compares with nothing.
    #[serde(default)]
    pub units: Vec<String>,
}

/// The choices. A cell of the grid takes one of each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// Datasets, by their names in the table: releases, single or fused.
    #[serde(default)]
    pub dataset: Vec<String>,
    /// Outcomes, by their names in the table: events, deaths low, best, high …
    pub outcome: Vec<String>,
    /// Periods before the intervention.
    pub before: Vec<usize>,
    /// Periods after it.
    pub after: Vec<usize>,
    /// Date rule: the first period that counts as after, counted from the intervention's own.
    #[serde(default = "own_period")]
    pub start: Vec<i64>,
    /// Comparison units.
    #[serde(default = "no_comparison")]
    pub comparison: Vec<Comparison>,
    /// Whether there is a trend.
    #[serde(default = "no_trend")]
    pub trend: Vec<bool>,
    /// Harmonic pairs of the season.
    #[serde(default = "no_season")]
    pub season: Vec<usize>,
    /// Scales.
    #[serde(default = "counts")]
    pub scale: Vec<Scale>,
    /// Estimators, by name.
    pub estimator: Vec<String>,
    /// Units that may be taken as the treated one, by their names in the table: the country, or the province where it struck. Empty:
    /// the one that the question names.
    #[serde(default)]
    pub unit: Vec<String>,
}

fn own_period() -> Vec<i64> {
    vec![0]
}

fn no_comparison() -> Vec<Comparison> {
    vec![Comparison { name: "none".into(), units: Vec::new() }]
}

fn no_trend() -> Vec<bool> {
    vec![false]
}

fn no_season() -> Vec<usize> {
    vec![0]
}

fn counts() -> Vec<Scale> {
    vec![Scale::Count]
}

/// How many kinds of choice there are.
pub const DIMENSIONS: usize = 11;

/// Their names, in the order of a cell's levels.
pub const DIMENSION_NAMES: [&str; DIMENSIONS] = [
    "dataset",
    "outcome",
    "before",
    "after",
    "start",
    "comparison",
    "trend",
    "season",
    "scale",
    "estimator",
    "unit",
];

/// One combination of choices, as positions in the grid's lists, in the order of [`DIMENSION_NAMES`].
pub type Levels = [u16; DIMENSIONS];

/// One combination of choices.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice<'a> {
    pub dataset: &'a str,
    pub outcome: &'a str,
    pub before: usize,
    pub after: usize,
    pub start: i64,
    pub comparison: &'a [String],
    pub trend: bool,
    pub season: usize,
    pub scale: Scale,
    pub method: Method,
    /// `None`: the question's.
    pub unit: Option<&'a str>,
}

impl Grid {
    /// Options of each choice, in the order of [`DIMENSION_NAMES`].
    pub fn widths(&self) -> [usize; DIMENSIONS] {
        [
            self.dataset.len(),
            self.outcome.len(),
            self.before.len(),
            self.after.len(),
            self.start.len(),
            self.comparison.len(),
            self.trend.len(),
            self.season.len(),
            self.scale.len(),
            self.estimator.len(),
            self.unit.len().max(1),
        ]
    }

    /// The units that are taken as the treated one.
    pub(super) fn units<'a>(&'a self, treated: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.unit.iter().map(String::as_str);
        named.chain(self.unit.is_empty().then_some(treated))
    }

    /// How an option is printed.
    pub fn label(&self, dimension: usize, level: u16) -> String {
        let level = usize::from(level);
        let number = |of: &[usize]| of.get(level).map(usize::to_string);
        let label = match dimension {
            0 => self.dataset.get(level).cloned(),
            1 => self.outcome.get(level).cloned(),
            2 => number(&self.before),
            3 => number(&self.after),
            4 => self.start.get(level).map(|s| format!("{s:+}")),
            5 => self.comparison.get(level).map(|c| c.name.clone()),
            6 => self.trend.get(level).map(|t| if *t { "linear" } else { "none" }.to_owned()),
            7 => number(&self.season),
            8 => self.scale.get(level).map(|s| if *s == Scale::Count { "count" } else { "log" }.to_owned()),
            9 => self.estimator.get(level).cloned(),
            _ if self.unit.is_empty() => Some("treated".into()),
            _ => self.unit.get(level).cloned(),
        };
        label.unwrap_or_default()
    }

    /// Check that every choice has an option, that none stands twice, and that the estimators are known.
    ///
    /// # Errors
    /// [`EffectsError::Grid`] naming the choice at fault.
    pub fn check(&self) -> Result<(), EffectsError> {
        let fault = |choice: &'static str, message: String| Err(EffectsError::Grid { choice, message });
        for (dimension, (name, width)) in DIMENSION_NAMES.into_iter().zip(self.widths()).enumerate() {
            if width == 0 {
                return fault(name, "no option; expected at least one".into());
            }
            if width > usize::from(u16::MAX) {
                return fault(name, format!("{width} options; expected at most {}", u16::MAX));
            }
            let labels: Vec<String> = (0..width).map(|l| self.label(dimension, l as u16)).collect();
            if let Some((_, twice)) = labels.iter().enumerate().find(|(i, l)| labels[..*i].contains(l)) {
                return fault(name, format!("`{twice}` stands twice"));
            }
        }
        for name in &self.estimator {
            if Method::from_name(name).is_none() {
                let known = Method::names().join(", ");
                return fault("estimator", format!("no estimator `{name}`; there are {known}"));
            }
        }
        if let Some(zero) =
            [("before", &self.before), ("after", &self.after)].iter().find(|(_, v)| v.contains(&0))
        {
            return fault(zero.0, "0 periods; expected 1 or more".into());
        }
        Ok(())
    }

    /// All combinations, each once: where an estimator does not use a choice, only the choice's first option is taken.
    pub fn cells(&self) -> Vec<Levels> {
        let widths = self.widths();
        let all: usize = widths.iter().product();
        let mut cells = Vec::new();
        for mut number in 0..all {
            let mut levels = [0; DIMENSIONS];
            for (level, width) in levels.iter_mut().zip(widths).rev() {
                *level = (number % width) as u16;
                number /= width;
            }
            if self.choice(&levels).is_some_and(|choice| choice.method.takes(&levels)) {
                cells.push(levels);
            }
        }
        cells
    }

    pub(super) fn choice(&self, levels: &Levels) -> Option<Choice<'_>> {
        let at = |dimension: usize| usize::from(levels[dimension]);
        Some(Choice {
            dataset: self.dataset.get(at(0))?,
            outcome: self.outcome.get(at(1))?,
            before: *self.before.get(at(2))?,
            after: *self.after.get(at(3))?,
            start: *self.start.get(at(4))?,
            comparison: &self.comparison.get(at(5))?.units,
            trend: *self.trend.get(at(6))?,
            season: *self.season.get(at(7))?,
            scale: *self.scale.get(at(8))?,
            method: Method::from_name(self.estimator.get(at(9))?)?,
            unit: match self.unit.as_slice() {
                [] => None,
                units => Some(units.get(at(10))?),
            },
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) fn small() -> Grid {
        Grid {
            dataset: vec!["D".into()],
            outcome: vec!["events".into()],
            before: vec![36, 60],
            after: vec![12],
            start: vec![0, 1],
            comparison: no_comparison(),
            trend: vec![true, false],
            season: vec![0, 2],
            scale: vec![Scale::Count, Scale::Log],
            estimator: vec!["its-nb".into(), "bsts".into()],
            unit: Vec::new(),
        }
    }

    #[test]
    fn a_choice_that_an_estimator_does_not_use_makes_no_cells() {
        let cells = small().cells();
        // its-nb takes counts as they are: 2 × 2 × 2 × 2; bsts works on either scale: twice that.
        assert_eq!(cells.len(), 16 + 32);
        let mut once = cells.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), cells.len());
    }

    #[test]
    fn a_grid_at_fault_names_the_choice() {
        let fault = |change: fn(&mut Grid)| {
            let mut grid = small();
            change(&mut grid);
            grid.check().unwrap_err().to_string()
        };
        assert_eq!(fault(|g| g.after.clear()), "choice `after`: no option; expected at least one");
        assert_eq!(fault(|g| g.before.push(60)), "choice `before`: `60` stands twice");
        assert_eq!(fault(|g| g.before.push(0)), "choice `before`: 0 periods; expected 1 or more");
        assert!(
            fault(|g| g.estimator.push("its-xy".into()))
                .starts_with("choice `estimator`: no estimator `its-xy`; there are its-ar")
        );
        assert!(small().check().is_ok());
    }
}
