//! `tarazu simulate panel`: data of known truth, to try any estimator on.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tarazu_effects::simulate::{ADOPTION_NAMES, Adoption, NAMES, Simulation};
use tarazu_events::file::write_atomically;

use super::file_or_named;
use crate::report::{Failure, print, print_json};

/// A panel: one row per replicate, unit and time, the treated unit first.
#[derive(Args)]
pub struct Panel {
    /// A process that has a name (docs/calibration.md); `--list` prints them.
    #[arg(long, value_name = "NAME", required_unless_present_any = ["file", "list"], conflicts_with = "file")]
    process: Option<String>,
    /// A process of your own, as TOML: what `--describe` prints of a named one, changed.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Print the names of the processes.
    #[arg(long)]
    list: bool,
    /// Print the process with all its constants, as TOML.
    #[arg(long)]
    describe: bool,
    /// Relative difference that the intervention makes: −0.3 is 30% fewer. For a local level: in units of the outcome.
    #[arg(long, value_name = "D", allow_negative_numbers = true)]
    difference: Option<f64>,
    /// Panels drawn.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    replicates: u64,
    /// Seed of the random numbers.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Write the panel to this CSV file instead of printing it.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print what is true of each replicate as JSON; the panel goes to the file of --output.
    #[arg(long, requires = "output")]
    json: bool,
}

impl Panel {
    pub(super) fn run(self) -> Result<(), Failure> {
        if self.list {
            return print(&format!("{}\n", names().join("\n")));
        }
        if let Some(adoption) = self.adoption()? {
            return self.adopted(adoption);
        }
        let simulation = self.simulation()?;
        if self.describe {
            return print(&toml::to_string(&simulation)?);
        }
        let (mut text, mut truths) = (String::from("replicate,unit,time,outcome\n"), Vec::new());
        for replicate in 0..self.replicates {
            let data = simulation.draw(self.seed, replicate)?;
            for (unit, series) in data.units.iter().enumerate() {
                let name = if unit == 0 { "treated".to_owned() } else { format!("donor-{unit}") };
                for (t, value) in series.iter().enumerate() {
                    text.push_str(&format!("{},{name},{},{value}\n", replicate + 1, t + 1));
                }
            }
            truths.push(json!({
                "replicate": replicate + 1,
                "start": data.start + 1,
                "average": data.truth.average,
                "relative": data.truth.log_ratio.exp_m1(),
            }));
        }
        self.write(&text, || {
            let version = env!("CARGO_PKG_VERSION");
            json!({ "simulation": simulation, "seed": self.seed, "truth": truths, "version": version })
        })
    }

    /// Staggered adoption: by its name, or as a file describes it, whose `cohorts` tell it from other processes.
    fn adoption(&self) -> Result<Option<Adoption>, Failure> {
        let Some(path) = self.file.as_deref() else {
            return Ok(self.process.as_deref().and_then(Adoption::named));
        };
        let parsed = std::fs::read_to_string(path).map(|text| text.parse::<toml::Table>());
        if !matches!(parsed, Ok(Ok(table)) if table.contains_key("cohorts")) {
            return Ok(None);
        }
        file_or_named(Some(path), None, "process", Adoption::named, &[]).map(Some)
    }

    /// Units that are treated from different times on: a column more, with each unit's first treated time.
    fn adopted(&self, mut adoption: Adoption) -> Result<(), Failure> {
        if let Some(difference) = self.difference {
            adoption.effect = if adoption.is_additive() { difference } else { relative(difference)? };
        }
        if self.describe {
            return print(&toml::to_string(&adoption)?);
        }
        let (mut text, mut truths) = (String::from("replicate,unit,time,first,outcome\n"), Vec::new());
        for replicate in 0..self.replicates {
            let data = adoption.draw(self.seed, replicate)?;
            for (unit, (series, first)) in
                data.panel.outcome.iter().zip(&data.panel.first_treated).enumerate()
            {
                let first = first.map_or_else(String::new, |first| (first + 1).to_string());
                for (t, value) in series.iter().enumerate() {
                    text.push_str(&format!(
                        "{},unit-{},{},{first},{value}\n",
                        replicate + 1,
                        unit + 1,
                        t + 1
                    ));
                }
            }
            truths.push(json!({ "replicate": replicate + 1, "average": data.truth }));
        }
        self.write(&text, || {
            let version = env!("CARGO_PKG_VERSION");
            json!({ "simulation": adoption, "seed": self.seed, "truth": truths, "version": version })
        })
    }

    /// Write the panel, and print the truth where it is asked for.
    fn write(&self, text: &str, truth: impl FnOnce() -> serde_json::Value) -> Result<(), Failure> {
        match &self.output {
            Some(path) => write_atomically(path, text.as_bytes())?,
            None => print(text)?,
        }
        if self.json { print_json(&truth()) } else { Ok(()) }
    }

    fn simulation(&self) -> Result<Simulation, Failure> {
        let (file, name) = (self.file.as_deref(), self.process.as_deref());
        let mut simulation: Simulation = file_or_named(file, name, "process", Simulation::named, &names())?;
        if let Some(difference) = self.difference {
            simulation.effect = if simulation.is_additive() { difference } else { relative(difference)? };
        }
        Ok(simulation)
    }
}

/// The names that `--process` knows.
fn names() -> Vec<&'static str> {
    [NAMES.as_slice(), &ADOPTION_NAMES].concat()
}

/// A relative difference on the logarithm.
fn relative(difference: f64) -> Result<f64, Failure> {
    if difference > -1.0 {
        return Ok(difference.ln_1p());
    }
    Err(Failure::Usage(format!("--difference: found {difference}, expected more than -1")))
}
