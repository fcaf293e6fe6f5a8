//! `tarazu boundaries FILE`: boundaries made small for maps.

use std::path::PathBuf;

use clap::Args;
use tarazu_brief::{Compact, compact};
use tarazu_events::file::write_atomically;

use crate::report::{Failure, print};

/// Make boundaries small for maps: TopoJSON or GeoJSON in, simplified and quantised TopoJSON out, shared borders stored once.
#[derive(Args)]
pub struct Boundaries {
    /// The areas: TopoJSON, or GeoJSON of geoBoundaries, Natural Earth or GADM.
    areas: PathBuf,
    /// Countries around them (TopoJSON with an object `countries`, such as world-atlas), drawn as land without borders.
    #[arg(long, value_name = "FILE")]
    land: Option<PathBuf>,
    /// Names for print: CSV with boundary,name,also,disputed,longitude,latitude.
    #[arg(long, value_name = "FILE")]
    names: Option<PathBuf>,
    /// How far, in degrees, a simplified line may lie from the one it stands for.
    #[arg(long, default_value_t = 0.02, value_name = "DEGREES", value_parser = tolerance)]
    tolerance: f64,
    /// Steps of the grid along the longer side.
    #[arg(long, default_value_t = 4000, value_name = "N", value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    grid: u32,
    /// Where to write instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

fn tolerance(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| format!("expected degrees as 0.02, found {text:?}"))?;
    if (0.0..=10.0).contains(&value) {
        Ok(value)
    } else {
        Err(format!("expected 0 to 10 degrees, found {value}"))
    }
}

impl Boundaries {
    pub fn run(self) -> Result<(), Failure> {
        let made = compact(&Compact {
            areas: &self.areas,
            land: self.land.as_deref(),
            names: self.names.as_deref(),
            tolerance: self.tolerance,
            grid: self.grid,
        })
        .map_err(|e| Failure::Message(e.to_string()))?;
        match &self.output {
            Some(path) => Ok(write_atomically(path, made.as_bytes())?),
            None => print(&made),
        }
    }
}
