//! `--method near-repeat`: are events near one another in space nearer in time than chance would have it, before and after?

use std::path::Path;

use serde::Serialize;
use tarazu_effects::{Knox, KnoxTable, Metric, PlacedEvent, Settings};

use super::events::Calendar;
use super::long;
use crate::report::{Failure, print, print_json};

/// What is asked.
pub struct Question<'a> {
    pub file: &'a Path,
    /// Columns of day and place.
    pub time: &'a str,
    pub latitude: &'a str,
    pub longitude: &'a str,
    /// Column and name of the unit.
    pub unit: Option<(&'a str, &'a str)>,
    /// First day of the intervention; without it all events are one set.
    pub start: Option<&'a str>,
    /// Ends of the bands, in kilometres and days.
    pub distances: Vec<f64>,
    pub delays: Vec<f64>,
}

/// Only counts of pairs are printed: no event and no place.
#[derive(Serialize)]
struct Printed<'a> {
    specification: Specification<'a>,
    /// Of all events, or of those before the intervention and those from it on.
    tables: &'a [(&'static str, KnoxTable)],
    warnings: Vec<String>,
    seed: u64,
    version: &'static str,
}

#[derive(Serialize)]
struct Specification<'a> {
    method: &'static str,
    start: Option<&'a str>,
    #[serde(flatten)]
    bands: &'a Knox,
}

pub fn run(question: Question<'_>, settings: &Settings, json: bool) -> Result<(), Failure> {
    let (events, day, nowhere) = read(&question)?;
    let knox = Knox {
        distances: question.distances,
        delays: question.delays,
        metric: Metric::GreatCircle,
        permutations: settings.draws,
    };
    let tables = match day {
        None => vec![("all", knox.test(&events, settings)?)],
        Some(day) => {
            let (before, after) = knox.before_and_after(&events, day, settings)?;
            vec![("before", before), ("after", after)]
        }
    };
    let mut warnings = Vec::new();
    if nowhere > 0 {
        warnings.push(format!("{nowhere} events without coordinates are left out"));
    }
    for (name, table) in &tables {
        warnings.extend(table.warnings.iter().map(|w| format!("{name}: {w}")));
    }
    if json {
        return print_json(&Printed {
            specification: Specification { method: "near-repeat", start: question.start, bands: &knox },
            tables: &tables,
            warnings,
            seed: settings.seed,
            version: env!("CARGO_PKG_VERSION"),
        });
    }
    print(&words(&tables, &warnings, settings.draws))
}

/// The events of the unit that have a place, the first day of the intervention, and how many have no place.
fn read(question: &Question<'_>) -> Result<(Vec<PlacedEvent>, Option<f64>, usize), Failure> {
    let table = long::read(question.file)?;
    let column = |name: &str| table.column(name);
    let (time, latitude, longitude) =
        (column(question.time)?, column(question.latitude)?, column(question.longitude)?);
    let unit = question.unit.map(|(name, _)| column(name)).transpose()?;
    let calendar = Calendar::of(&table, time);
    let (mut events, mut nowhere) = (Vec::new(), 0);
    for (line, row) in &table.rows {
        let cell = |at: usize| row.get(at).unwrap_or_default().trim();
        if unit.is_some_and(|at| Some(cell(at)) != question.unit.map(|(_, name)| name)) {
            continue;
        }
        if cell(latitude).is_empty() || cell(longitude).is_empty() {
            nowhere += 1;
            continue;
        }
        let degrees = |at: usize, name: &str, limit: f64| {
            let found = cell(at).parse::<f64>().ok().filter(|d| d.abs() <= limit);
            found.ok_or_else(|| table.fault(*line, name, cell(at), "degrees"))
        };
        let day = calendar.day(cell(time));
        events.push(PlacedEvent {
            x: degrees(longitude, question.longitude, 180.0)?,
            y: degrees(latitude, question.latitude, 90.0)?,
            day: day.ok_or_else(|| table.fault(*line, question.time, cell(time), calendar.expected()))?,
        });
    }
    let day = question.start.map(|text| {
        let message = || format!("--start: found `{text}`, expected {}", calendar.expected());
        calendar.day(text).ok_or_else(|| Failure::Message(message()))
    });
    Ok((events, day.transpose()?, nowhere))
}

fn words(tables: &[(&'static str, KnoxTable)], warnings: &[String], permutations: usize) -> String {
    let mut text = format!(
        "Pairs of events near in space and time, and how many there would be if dates and places had nothing to do with one another \
         ({permutations} permutations; the last p allows for looking at all bands).\n"
    );
    for (name, table) in tables {
        text.push_str(&format!(
            "\n{name}: {} events\n{:>14}{:>14}{:>10}{:>12}{:>8}{:>9}{:>9}\n",
            table.events, "km", "days", "pairs", "expected", "ratio", "p", "p of all"
        ));
        for cell in &table.cells {
            let span = |(from, to): (f64, f64)| format!("{from} to {to}");
            text.push_str(&format!(
                "{:>14}{:>14}{:>10}{:>12.1}{:>8.2}{:>9.4}{:>9.4}\n",
                span(cell.distance),
                span(cell.delay),
                cell.observed,
                cell.expected,
                cell.ratio,
                cell.p,
                cell.p_adjusted
            ));
        }
    }
    text.push('\n');
    for warning in warnings {
        text.push_str(&format!("warning: {warning}\n"));
    }
    text
}
