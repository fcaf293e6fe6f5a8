//! `tarazu estimate FILE`: one estimate, or with `--grid` every specification of a grid, from any long CSV or Parquet, conflict or not.

mod grid;
mod long;
mod single;

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
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "outcome", "start", "unit", "time", "treated", "covariates", "counts"])]
    grid: Option<PathBuf>,
    /// Write every specification to this CSV file.
    #[arg(long, value_name = "FILE", requires = "grid")]
    csv: Option<PathBuf>,
    /// Draw the specification curve into this SVG file.
    #[arg(long, value_name = "FILE", requires = "grid")]
    svg: Option<PathBuf>,
    /// Column that names the unit; without it the file holds one unit.
    #[arg(long, value_name = "COL", requires = "treated")]
    unit: Option<String>,
    /// Column of time; without it rows are in order and counted from 1.
    #[arg(long, value_name = "COL")]
    time: Option<String>,
    /// Column of the outcome.
    #[arg(long, value_name = "COL", required_unless_present = "grid")]
    outcome: Option<String>,
    /// The unit that is treated.
    #[arg(long, value_name = "ID", requires = "unit")]
    treated: Option<String>,
    /// First time that counts as after: a value of the time column, or a row number.
    #[arg(long, value_name = "T", required_unless_present = "grid")]
    start: Option<String>,
    /// Estimator.
    #[arg(long, value_name = "METHOD", default_value = "its-ar")]
    method: String,
    /// Columns that the intervention did not touch.
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    covariates: Vec<String>,
    /// With `bsts`: work on ln(1 + y), with priors for counts.
    #[arg(long)]
    counts: bool,
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
        // The command line is not accepted without these three where there is no grid.
        let (Some(file), Some(outcome), Some(start)) = (self.file, self.outcome, self.start) else {
            return Err(Failure::Message("expected a file, --outcome and --start".into()));
        };
        let settings =
            Settings { level: self.level, seed: self.seed, draws: self.draws as usize, replicate: 0 };
        single::Single {
            file,
            unit: self.unit,
            time: self.time,
            outcome,
            treated: self.treated,
            start,
            method: self.method,
            covariates: self.covariates,
            counts: self.counts,
            settings,
            json: self.json,
        }
        .run()
    }
}
