//! `tarazu estimate FILE`: one estimate, or with `--grid` every specification of a grid, from any long CSV or Parquet, conflict or not.

mod did;
mod events;
mod grid;
mod long;
mod moved;
mod near;
mod panel;
mod shape;
mod single;
mod words;

use std::path::PathBuf;

use clap::Args;
use tarazu_effects::Settings;

use crate::report::Failure;

/// Estimate the difference from expectation in any CSV or Parquet file.
#[derive(Args)]
pub struct Estimate {
    /// A CSV file with a heading, or Parquet.
    #[arg(required_unless_present = "grid")]
    file: Option<PathBuf>,
    /// Every specification of a grid, declared in this file (docs/grid.md).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "outcome", "start", "unit", "time", "treated", "covariates", "donors"])]
    grid: Option<PathBuf>,
    /// Write every period, or with a grid every specification, to this CSV file.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Draw what was observed and expected, or with a grid the specification curve, into this SVG file.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Column that names the unit; without it the file holds one unit.
    #[arg(long, value_name = "COL")]
    unit: Option<String>,
    /// Column of time; without it rows are in order and counted from 1.
    #[arg(long, value_name = "COL")]
    time: Option<String>,
    /// Column of the outcome. With `hazard` and `hawkes` each row is an event, or, with this, a day with so many.
    #[arg(long, value_name = "COL")]
    outcome: Option<String>,
    /// The unit that is treated.
    #[arg(long, value_name = "ID", requires = "unit")]
    treated: Option<String>,
    /// First time that counts as after: a value of the time column, or a row number.
    #[arg(long, value_name = "T", required_unless_present_any = ["grid", "cohort", "latitude"])]
    start: Option<String>,
    /// Periods to learn from, counted back from the start; all without it. What lies before is asked as placebo in time.
    #[arg(long, value_name = "N")]
    before: Option<usize>,
    /// Estimator: its-ar, its-qp, its-nb, its-poisson, bsts, bsts-log, bsts-nb, causal-impact, synthetic-control, augmented, penalised, sdid, did, displacement, near-repeat, hazard, hawkes.
    #[arg(long, value_name = "METHOD", default_value = "its-ar")]
    method: String,
    /// Columns that the intervention did not touch.
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    covariates: Vec<String>,
    /// Units to compare with; all others for synthetic controls, none for other methods.
    #[arg(long, value_delimiter = ',', value_name = "A,B", requires = "treated")]
    donors: Vec<String>,
    /// With `synthetic-control`: weigh donors by these means, each COL or COL@FROM..TO with both times included.
    #[arg(long, value_delimiter = ',', value_name = "COL@T..T", requires = "treated")]
    predictors: Vec<String>,
    /// With predictors: times whose fit decides the predictors' weights, both included; all before without it.
    #[arg(long, value_name = "T..T", requires = "predictors")]
    fit: Option<String>,
    /// With predictors: seek their weights quickly, everywhere, or from two starts as the R package Synth does.
    #[arg(long, requires = "predictors", default_value = "quick", value_parser = ["quick", "global", "local"])]
    search: String,
    /// With synthetic controls: what interval and p are made of.
    #[arg(long, default_value = "placebo", value_parser = ["placebo", "conformal", "jackknife"])]
    inference: String,
    /// With `did`: column with each unit's first treated time; empty or 0 for never.
    #[arg(long, value_name = "COL", requires = "unit", conflicts_with = "treated")]
    cohort: Option<String>,
    /// With `did`: compare with units not treated yet, too.
    #[arg(long)]
    not_yet_treated: bool,
    /// With `displacement`: units where it may have moved to.
    #[arg(long, value_delimiter = ',', value_name = "A,B", requires = "treated")]
    neighbours: Vec<String>,
    /// With `hazard` and `hawkes`: the day from which the intervention is over; never without it.
    #[arg(long, value_name = "T")]
    until: Option<String>,
    /// With `hazard` and `hawkes`: first day of the watch; that of the first event without it.
    #[arg(long, value_name = "T")]
    from: Option<String>,
    /// With `hazard` and `hawkes`: last day of the watch; that of the last event without it.
    #[arg(long, value_name = "T")]
    to: Option<String>,
    /// With `hawkes`: a trend and a season of the background.
    #[arg(long)]
    trend: bool,
    /// With `near-repeat`: columns of the events' places, in degrees.
    #[arg(long, value_name = "COL", requires = "longitude")]
    latitude: Option<String>,
    #[arg(long, value_name = "COL", requires = "latitude")]
    longitude: Option<String>,
    /// With `near-repeat`: ends of the bands of distance, in kilometres.
    #[arg(long, value_delimiter = ',', value_name = "KM,KM", default_values_t = [10.0, 25.0, 50.0])]
    distances: Vec<f64>,
    /// With `near-repeat`: ends of the bands of time from one event to another, in days.
    #[arg(long, value_delimiter = ',', value_name = "N,N", default_values_t = [7.0, 14.0, 28.0])]
    delays: Vec<f64>,
    /// How the answer changes if it began up to so many times earlier.
    #[arg(long, value_name = "N", default_value_t = 0)]
    anticipation: usize,
    /// Seed of the random numbers.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Draws.
    #[arg(long, default_value_t = 1000, value_name = "N", value_parser = clap::value_parser!(u64).range(100..=1_000_000))]
    draws: u64,
    /// Content of the intervals.
    #[arg(long, default_value_t = 0.95, value_name = "P", value_parser = level)]
    level: f64,
    /// Print the estimate as JSON.
    #[arg(long)]
    json: bool,
}

fn level(text: &str) -> Result<f64, String> {
    let expected = || "expected a number between 0.5 and 1".to_owned();
    let level: f64 = text.parse().map_err(|_| expected())?;
    if (0.5..1.0).contains(&level) { Ok(level) } else { Err(expected()) }
}

impl Estimate {
    pub fn run(self) -> Result<(), Failure> {
        let (csv, svg) = (self.csv.as_deref(), self.svg.as_deref());
        if let Some(path) = &self.grid {
            return grid::run(path, &grid::Outputs { json: self.json, csv, svg });
        }
        // The command line is not accepted without these where there is no grid.
        let Some(file) = self.file else { return Err(Failure::Usage("expected a file".into())) };
        if self.unit.is_some() && self.treated.is_none() && self.cohort.is_none() {
            return Err(Failure::Usage("--unit needs --treated, or with `did` --cohort".into()));
        }
        let settings =
            Settings { level: self.level, seed: self.seed, draws: self.draws as usize, replicate: 0 };
        let (unit, time) = (self.unit.as_deref(), self.time.as_deref());
        if self.method == "hazard" || self.method == "hawkes" {
            let (Some(time), Some(start)) = (time, self.start.as_deref()) else {
                return Err(Failure::Usage(format!(
                    "`{}` needs --time, the day of each event, and --start",
                    self.method
                )));
            };
            let question = events::Question {
                file: &file,
                time,
                count: self.outcome.as_deref(),
                unit: unit.zip(self.treated.as_deref()),
                start,
                until: self.until.as_deref(),
                from: self.from.as_deref(),
                to: self.to.as_deref(),
                trend: self.trend,
            };
            return events::run(&question, &self.method, &settings, self.json);
        }
        if self.method == "near-repeat" {
            let (Some(time), Some(latitude), Some(longitude)) = (time, &self.latitude, &self.longitude)
            else {
                let message = "`near-repeat` needs --time, the day of each event, --latitude and --longitude";
                return Err(Failure::Usage(message.into()));
            };
            let question = near::Question {
                file: &file,
                time,
                latitude,
                longitude,
                unit: unit.zip(self.treated.as_deref()),
                start: self.start.as_deref(),
                distances: self.distances,
                delays: self.delays,
            };
            return near::run(question, &settings, self.json);
        }
        let Some(outcome) = self.outcome else {
            return Err(Failure::Usage("expected --outcome".into()));
        };
        if self.method == "did" {
            let (Some(_), Some(_)) = (unit, time) else {
                return Err(Failure::Usage("`did` needs --unit and --time".into()));
            };
            let first;
            let treated = match &self.treated {
                Some(treated) => treated,
                None => {
                    first = panel::first_unit(&file, unit)?;
                    &first
                }
            };
            let panel = panel::Panel::read(&file, &panel::Keys { unit, time, treated: Some(treated) })?;
            let question = did::Question {
                panel: &panel,
                outcome: &outcome,
                cohort: self.cohort.as_deref(),
                treated: self.treated.as_deref().zip(self.start.as_deref()),
                covariates: &self.covariates,
                not_yet: self.not_yet_treated,
                anticipation: self.anticipation,
            };
            return did::run(&question, &settings, self.json);
        }
        let Some(start) = self.start else {
            return Err(Failure::Usage("--cohort is for --method did; others take --start".into()));
        };
        if self.method == "displacement" {
            let (Some(_), Some(treated)) = (unit, self.treated.as_deref()) else {
                return Err(Failure::Usage("`displacement` needs --unit and --treated".into()));
            };
            let panel = panel::Panel::read(&file, &panel::Keys { unit, time, treated: Some(treated) })?;
            let question = moved::Question {
                panel: &panel,
                outcome: &outcome,
                treated,
                start: &start,
                before: self.before,
                neighbours: &self.neighbours,
                controls: &self.donors,
            };
            return moved::run(&question, &settings, self.json);
        }
        single::Single {
            panel: panel::Panel::read(&file, &panel::Keys { unit, time, treated: self.treated.as_deref() })?,
            outcome,
            treated: self.treated.unwrap_or_default(),
            start,
            before: self.before,
            method: self.method,
            covariates: self.covariates,
            donors: self.donors,
            predictors: self.predictors,
            fit: self.fit,
            search: self.search,
            inference: self.inference,
            anticipation: self.anticipation,
            settings,
            json: self.json,
        }
        .run(csv, svg)
    }
}
