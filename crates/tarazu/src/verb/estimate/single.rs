//! One estimate of one unit.

use std::path::Path;

use tarazu_brief::estimate_svg;
use tarazu_effects::{
    Estimate as Answer, Estimator, Form, History, METHODS, PredictorControl, Problem, Search, Settings,
    SpaceInference, Synthetic, estimate_with_placebos, estimator_by_name,
};
use tarazu_events::file::write_atomically;

use super::panel::Panel;
use super::words::{Report, words};
use crate::report::{Failure, print, print_json};

/// Placebo dates, where there is room for them.
const PLACEBOS: usize = 20;

/// What is asked.
pub struct Single {
    pub panel: Panel,
    pub outcome: String,
    pub treated: String,
    pub start: String,
    pub before: Option<usize>,
    pub method: String,
    pub covariates: Vec<String>,
    pub donors: Vec<String>,
    pub predictors: Vec<String>,
    pub fit: Option<String>,
    pub search: String,
    pub inference: String,
    pub anticipation: usize,
    pub settings: Settings,
    pub json: bool,
}

impl Single {
    pub fn run(self, csv: Option<&Path>, svg: Option<&Path>) -> Result<(), Failure> {
        let start = self.panel.place(&self.start, "--start")?;
        let weighs_donors = self.form().is_some();
        if weighs_donors && !self.covariates.is_empty() {
            let message = "a synthetic control compares with other units: name them with --donors, and what they are weighed by with --predictors";
            return Err(Failure::Usage(message.into()));
        }
        let (donors, mut left_out) = self.donors(weighs_donors)?;
        let outcome = self.panel.series(&self.treated, &self.outcome)?;
        let mut covariates = Vec::new();
        for column in &self.covariates {
            covariates.push(self.panel.series(&self.treated, column)?);
        }
        for donor in &donors {
            covariates.push(self.panel.series(donor, &self.outcome)?);
        }
        let from = match self.before {
            None => 0,
            Some(before) => start.checked_sub(before).ok_or_else(|| {
                self.panel
                    .fault(&format!("--before {before}: there are {start} periods before `{}`", self.start))
            })?,
        };
        let season = self.panel.season();
        let history = History { outcome, covariates, season };
        let problem = problem(&history, from, start)?;
        let estimator = self.estimator(start, &donors)?;
        let mut answer = if from > 0 {
            estimate_with_placebos(&*estimator, &problem, &history, PLACEBOS, &self.settings)?
        } else {
            estimator.estimate(&problem, &self.settings)?
        };
        answer.warnings.append(&mut left_out);
        let mut earlier = Vec::new();
        for ahead in 1..=self.anticipation.min(problem.start.saturating_sub(1)) {
            let sooner = Problem { start: problem.start - ahead, ..problem.clone() };
            if let Ok(found) = estimator.estimate(&sooner, &self.settings) {
                earlier.push((ahead, found.difference.relative, found.p));
            }
        }
        let without = self.without_each_donor(&problem, &donors)?;
        let report = Report {
            outcome: &self.outcome,
            start: &self.start,
            problem: &problem,
            answer: &answer,
            names: &self.covariates.iter().chain(&donors).map(String::as_str).collect::<Vec<_>>(),
            without: &without,
            earlier: &earlier,
        };
        let times = &self.panel.times[from..];
        if let Some(path) = csv {
            write_atomically(path, by_period(times, &answer).as_bytes())?;
        }
        if let Some(path) = svg {
            write_atomically(path, estimate_svg(times, &problem, &answer).as_bytes())?;
        }
        if self.json { print_json(&report.json()?) } else { print(&words(&report)) }
    }

    /// How donors are weighed, where the method is a synthetic control.
    fn form(&self) -> Option<Form> {
        match self.method.as_str() {
            "synthetic-control" => Some(Form::Control),
            "augmented" => Some(Form::Augmented),
            "penalised" => Some(Form::Penalised),
            "sdid" => Some(Form::DifferenceInDifferences),
            _ => None,
        }
    }

    /// Units to compare with, and what must be said of others.
    fn donors(&self, all: bool) -> Result<(Vec<String>, Vec<String>), Failure> {
        if !self.donors.is_empty() || !all {
            let unknown = self.donors.iter().find(|d| !self.panel.units.contains(d));
            return match unknown {
                Some(unknown) => {
                    let there = self.panel.units.join(", ");
                    Err(self.panel.fault(&format!("--donors: no unit `{unknown}`; there are {there}")))
                }
                None => Ok((self.donors.clone(), Vec::new())),
            };
        }
        let (mut donors, mut gaps) = (Vec::new(), Vec::new());
        for unit in self.panel.units.iter().filter(|u| **u != self.treated) {
            match self.panel.series(unit, &self.outcome) {
                Ok(_) => donors.push(unit.clone()),
                Err(_) => gaps.push(unit.clone()),
            }
        }
        let warnings = match gaps.len() {
            0 => vec![],
            n => vec![format!(
                "{n} units lack `{}` at some time and are no donors: {}",
                self.outcome,
                gaps.join(", ")
            )],
        };
        Ok((donors, warnings))
    }

    fn estimator(&self, start: usize, donors: &[String]) -> Result<Box<dyn Estimator>, Failure> {
        let inference = match self.inference.as_str() {
            "conformal" => SpaceInference::Conformal,
            "jackknife" => SpaceInference::Jackknife,
            _ => SpaceInference::Placebo,
        };
        if inference != SpaceInference::Placebo && (self.form().is_none() || !self.predictors.is_empty()) {
            let message =
                "--inference is for synthetic controls on the outcome; others have one of their own";
            return Err(Failure::Usage(message.into()));
        }
        if let (Some(form), true) = (self.form(), self.predictors.is_empty()) {
            return Ok(Box::new(Synthetic { inference, ..Synthetic::new(form) }));
        }
        if self.predictors.is_empty() {
            let unknown = || {
                Failure::Message(format!(
                    "no method `{}`; there are {}, did",
                    self.method,
                    METHODS.join(", ")
                ))
            };
            return estimator_by_name(&self.method).ok_or_else(unknown);
        }
        if self.method != "synthetic-control" {
            return Err(Failure::Usage("--predictors are for --method synthetic-control".into()));
        }
        let mut asked = Vec::new();
        for text in &self.predictors {
            let (column, times) = text.split_once('@').unwrap_or((text, ""));
            let (from, to) = if times.is_empty() { (0, start) } else { self.range(times, "--predictors")? };
            asked.push((column, from, to));
        }
        let mut values = Vec::new();
        for unit in std::iter::once(&self.treated).chain(donors) {
            let of_unit = asked.iter().map(|(column, from, to)| self.panel.mean(unit, column, *from, *to));
            values.push(of_unit.collect::<Result<Vec<f64>, Failure>>()?);
        }
        Ok(Box::new(PredictorControl {
            names: self.predictors.clone(),
            values,
            decides: self.fit.as_deref().map(|times| self.range(times, "--fit")).transpose()?,
            search: match self.search.as_str() {
                "local" => Search::Local,
                "global" => Search::Global,
                _ => Search::Quick,
            },
        }))
    }

    /// `T..T`, both included, as places.
    fn range(&self, times: &str, of: &str) -> Result<(usize, usize), Failure> {
        let fault = || self.panel.fault(&format!("{of}: found `{times}`, expected two times as FROM..TO"));
        let (from, to) = times.split_once("..").ok_or_else(fault)?;
        let (from, to) = (self.panel.place(from, of)?, self.panel.place(to, of)?);
        if from > to { Err(fault()) } else { Ok((from, to + 1)) }
    }

    /// The average difference without each donor that has weight.
    fn without_each_donor(
        &self,
        problem: &Problem,
        donors: &[String],
    ) -> Result<Vec<(String, f64)>, Failure> {
        let Some(form) = self.form().filter(|_| self.predictors.is_empty()) else { return Ok(Vec::new()) };
        let found = Synthetic::new(form).without_each_donor(problem)?;
        Ok(found.into_iter().map(|(donor, average)| (donors[donor].clone(), average)).collect())
    }
}

/// The question from period `from` of the history on.
fn problem(history: &History, from: usize, start: usize) -> Result<Problem, Failure> {
    let covariates = history.covariates.iter().map(|c| c[from..].to_vec()).collect();
    let problem =
        Problem::new(history.outcome[from..].to_vec(), start - from)?.with_covariates(covariates)?;
    Ok(match history.season {
        Some(season) => problem.with_season(tarazu_effects::Season {
            first: (season.first + from) % season.length.max(1),
            ..season
        }),
        None => problem,
    })
}

/// Observed and expected, one row per period after.
fn by_period(times: &[String], answer: &Answer) -> String {
    let mut text = String::from(
        "time,observed,expected,expected_low,expected_high,difference,difference_low,difference_high\n",
    );
    for p in &answer.by_period {
        let (e, d) = (p.expected, p.difference);
        text.push_str(&format!(
            "{},{},{},{},{},{},{},{}\n",
            times.get(p.index).map_or("", String::as_str),
            p.observed,
            e.estimate,
            e.low,
            e.high,
            d.estimate,
            d.low,
            d.high
        ));
    }
    text
}
