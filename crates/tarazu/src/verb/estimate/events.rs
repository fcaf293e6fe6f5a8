//! `--method hazard` and `--method hawkes`: single events in time, one row each.

use std::path::Path;

use serde::Serialize;
use tarazu_effects::{
    Cox, CoxInference, Difference, EventSeries, Hawkes, HawkesFit, HazardFit, Interval, Intervention,
    PeriodDifference, SeriesHazard, Settings,
};
use tarazu_events::table::Table;
use tarazu_ledger::LedgerDate;

use super::long;
use super::shape::{Shared, shaped};
use crate::report::{Failure, print, print_json};

/// Days of the stretches of time whose gaps may depend on one another: attacks come in bursts.
const BLOCK: f64 = 60.0;

/// What is asked.
pub struct Question<'a> {
    pub file: &'a Path,
    /// Column of the day of each event.
    pub time: &'a str,
    /// Column of how many there were, where a row is a day.
    pub count: Option<&'a str>,
    /// Column and name of the unit.
    pub unit: Option<(&'a str, &'a str)>,
    /// First day of the intervention, and the day from which it is over.
    pub start: &'a str,
    pub until: Option<&'a str>,
    /// First and last day of the watch; those of the first and the last event without them.
    pub from: Option<&'a str>,
    pub to: Option<&'a str>,
    pub trend: bool,
}

/// Days as numbers: dates count from 1970-01-01.
pub(super) struct Calendar {
    dates: bool,
}

impl Calendar {
    /// The one that the column of time is written in: its first cell decides.
    pub fn of(table: &Table, time: usize) -> Self {
        let first = table.rows.first().and_then(|(_, row)| row.get(time)).unwrap_or_default().trim();
        Self { dates: first.parse::<f64>().is_err() }
    }

    pub fn day(&self, text: &str) -> Option<f64> {
        if self.dates {
            // Of a time of day only the day is read.
            let text = text.split(['T', ' ']).next()?;
            let LedgerDate::Day(date) = text.parse().ok()? else { return None };
            let since = date.since(jiff::civil::date(1970, 1, 1)).ok()?;
            return Some(f64::from(since.get_days()));
        }
        text.parse::<f64>().ok().filter(|day| day.is_finite())
    }

    pub fn expected(&self) -> &'static str {
        if self.dates { "a day as 2024-06-22" } else { "a number" }
    }
}

pub fn run(question: &Question<'_>, method: &str, settings: &Settings, json: bool) -> Result<(), Failure> {
    let series = series(question)?;
    if method == "hazard" {
        let cox = Cox { inference: CoxInference::Robust, ..Cox::default() };
        let model = SeriesHazard { cox, block: Some(BLOCK), ..SeriesHazard::default() };
        let fit = model.fit(&series, settings)?;
        if !json {
            return print(&hazard(&fit, settings.level));
        }
        let [ratio, ..] = fit.coefficients.as_slice() else { return print_json(&seeded(&fit, settings)) };
        let difference = ratio.difference(&series, intervention(&series)?);
        return print_shaped(&seeded(&fit, settings), &series, &difference, ratio.p, &HAZARD);
    }
    let harmonics = if question.trend { 1 } else { 0 };
    let model = Hawkes { trend: question.trend, harmonics, ..Hawkes::default() };
    let fit = model.fit(&series, settings)?;
    match fit.steps.first() {
        Some(step) if json => print_shaped(&fit, &series, &step.difference, step.p, &HAWKES),
        _ => print(&hawkes(&fit, settings.level)),
    }
}

/// What of a fit speaks for or against it.
const HAZARD: [&str; 4] = ["log_likelihood", "likelihood_ratio", "proportionality", "serial_correlation"];
const HAWKES: [&str; 6] =
    ["branching", "mean_delay", "dispersion", "background", "log_likelihood", "residuals"];

/// The one that is asked about.
fn intervention(series: &EventSeries) -> Result<&Intervention, Failure> {
    series.interventions().first().ok_or_else(|| Failure::Message("no intervention".into()))
}

fn print_shaped(
    fit: &impl Serialize,
    series: &EventSeries,
    difference: &Difference,
    p: f64,
    diagnostics: &[&str],
) -> Result<(), Failure> {
    let (events, _) = series.in_force(intervention(series)?);
    let of = difference.cumulative;
    let observed = events as f64;
    let expected =
        Interval { estimate: observed - of.estimate, low: observed - of.high, high: observed - of.low };
    let whole = PeriodDifference { index: 0, observed, expected, difference: of };
    print_json(&shaped(fit, &Shared { difference, p, by_period: &[whole] }, diagnostics)?)
}

/// A result and the seed it was asked with.
#[derive(Serialize)]
struct Seeded<'a> {
    #[serde(flatten)]
    fit: &'a HazardFit,
    seed: u64,
}

fn seeded<'a>(fit: &'a HazardFit, settings: &Settings) -> Seeded<'a> {
    Seeded { fit, seed: settings.seed }
}

fn series(question: &Question<'_>) -> Result<EventSeries, Failure> {
    let table = long::read(question.file)?;
    let time = table.column(question.time)?;
    let count = question.count.map(|c| table.column(c)).transpose()?;
    let unit = question.unit.map(|(column, _)| table.column(column)).transpose()?;
    let calendar = Calendar::of(&table, time);
    let (mut days, mut seen) = (Vec::new(), Vec::new());
    for (line, row) in &table.rows {
        let cell = |at: usize| row.get(at).unwrap_or_default().trim();
        if unit.is_some_and(|at| Some(cell(at)) != question.unit.map(|(_, name)| name)) {
            continue;
        }
        let day = calendar.day(cell(time));
        let day = day.ok_or_else(|| table.fault(*line, question.time, cell(time), calendar.expected()))?;
        seen.push(day);
        let events = match (count, question.count) {
            (Some(at), Some(name)) => {
                let found =
                    cell(at).parse::<f64>().ok().filter(|n| *n >= 0.0 && n.fract() == 0.0 && *n < 1e7);
                found.ok_or_else(|| table.fault(*line, name, cell(at), "a count: 0, 1, 2 …"))? as usize
            }
            _ => 1,
        };
        days.extend(std::iter::repeat_n(day, events));
    }
    let file = question.file.display();
    let at = |text: &str, of: &str| {
        let expected = calendar.expected();
        calendar
            .day(text)
            .ok_or_else(|| Failure::Message(format!("{file}: {of}: found `{text}`, expected {expected}")))
    };
    let first = seen.iter().copied().fold(f64::INFINITY, f64::min).floor();
    let last = seen.iter().copied().fold(f64::NEG_INFINITY, f64::max).floor();
    if seen.is_empty() {
        return Err(Failure::Message(format!("{file}: no row for this unit")));
    }
    let from = question.from.map_or(Ok(first), |text| at(text, "--from"))?;
    let to = question.to.map_or(Ok(last), |text| at(text, "--to"))? + 1.0;
    days.retain(|day| (from..to).contains(day));
    let until = question.until.map(|text| at(text, "--until")).transpose()?;
    let start = at(question.start, "--start")?;
    Ok(EventSeries::new(days, from, to)?.with_intervention("intervention", start, until)?)
}

fn ends(interval: Interval) -> String {
    format!("{:.4}  [{:.4}, {:.4}]", interval.estimate, interval.low, interval.high)
}

fn hazard(fit: &HazardFit, level: f64) -> String {
    let mut text = format!(
        "Hazard of the next event, from {} gaps. A ratio above 1: it comes sooner.\n\n{:<16}ratio  {}% interval\n",
        fit.specification.events,
        "",
        100.0 * level
    );
    for ratio in &fit.coefficients {
        text.push_str(&format!("{:<16}{}  p = {:.4}\n", ratio.name, ends(ratio.ratio), ratio.p));
    }
    let (first, second) = fit.log_likelihood;
    text.push_str(&format!(
        "\nlog partial likelihood {first:.3} without, {second:.3} with; likelihood ratio p = {:.4}\n",
        fit.likelihood_ratio.p
    ));
    if let Some(test) = &fit.proportionality {
        text.push_str(&format!("test of proportional hazards: p = {:.4}\n", test.global.p));
    }
    if let Some((correlation, p)) = fit.serial_correlation {
        text.push_str(&format!("correlation of gaps next to one another: {correlation:.3} (p = {p:.4})\n"));
    }
    closing(&mut text, &fit.specification.choices, &fit.warnings);
    text
}

fn hawkes(fit: &HawkesFit, level: f64) -> String {
    let mut text = format!(
        "Self-exciting process over {} events; ratios of the background, {}% intervals.\n\n",
        fit.specification.events,
        100.0 * level
    );
    for step in &fit.steps {
        text.push_str(&format!("{:<16}{}  p = {:.4}\n", step.name, ends(step.ratio), step.p));
        text.push_str(&format!(
            "{:<16}{}  p = {:.4}: what a comparison of rates would say\n",
            "",
            ends(step.poisson.ratio),
            step.poisson.p
        ));
        match step.cumulative {
            Some(sum) => text.push_str(&format!("{:<16}{} events\n", "in sum", ends(sum))),
            None => text.push_str(&format!("{:<16}no event while it was in force\n", "in sum")),
        }
    }
    text.push_str(&format!(
        "\nevents brought about by one: {}\nmean delay: {:.3}\n",
        ends(fit.branching),
        fit.mean_delay
    ));
    text.push_str(&format!(
        "check of the model (time rescaled): statistic {:.4}, p = {:.4}\n",
        fit.residuals.statistic, fit.residuals.p
    ));
    closing(&mut text, &fit.specification.choices, &fit.warnings);
    text
}

fn closing(text: &mut String, choices: &[String], warnings: &[String]) {
    for choice in choices {
        text.push_str(&format!("{choice}\n"));
    }
    for warning in warnings {
        text.push_str(&format!("warning: {warning}\n"));
    }
}
