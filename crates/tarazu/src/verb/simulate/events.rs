//! `tarazu simulate events`: incidents that are known, and the datasets that record them, to try any fusion on.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tarazu_events::file::write_atomically;
use tarazu_fuse::simulate::{NAMES, World};

use super::file_or_named;
use crate::report::{Failure, print, print_json};

/// Events: one CSV file for each dataset, and apart from them which record is of which incident.
///
/// The files have Tarazu's own columns (docs/events.md): `tarazu fuse` and `tarazu import` read them. truth.csv, with the columns
/// dataset, event_id and incident, is for measuring and never an input.
#[derive(Args)]
pub struct Events {
    /// A world that has a name (docs/fuse.md); `--list` prints them.
    #[arg(long, value_name = "NAME", required_unless_present_any = ["file", "list"], conflicts_with = "file")]
    world: Option<String>,
    /// A world of your own, as TOML: what `--describe` prints of a named one, changed.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Print the names of the worlds.
    #[arg(long)]
    list: bool,
    /// Print the world with all its constants, as TOML.
    #[arg(long)]
    describe: bool,
    /// Incidents that happen, in place of the world's own number.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    incidents: Option<u32>,
    /// Seed of the random numbers.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// The folder to write to; made where there is none.
    #[arg(short, long, value_name = "DIR", required_unless_present_any = ["list", "describe"])]
    output: Option<PathBuf>,
    /// Print what was made as JSON.
    #[arg(long)]
    json: bool,
}

impl Events {
    pub(super) fn run(self) -> Result<(), Failure> {
        if self.list {
            return print(&format!("{}\n", NAMES.join("\n")));
        }
        let world = self.world()?;
        if self.describe {
            return print(&toml::to_string(&world)?);
        }
        let Some(folder) = &self.output else { return Ok(()) };
        let simulated = world.draw(self.seed)?;
        let mut files = Vec::new();
        for dataset in &simulated.datasets {
            let path = folder.join(format!("{}.csv", dataset.name));
            write_atomically(&path, dataset.to_csv().as_bytes())?;
            files.push((path, dataset.records.len()));
        }
        let truth = folder.join("truth.csv");
        write_atomically(&truth, simulated.truth_csv().as_bytes())?;
        let (happened, recorded) = (simulated.incidents.len(), simulated.recorded());
        if self.json {
            let files: Vec<_> = files.iter().map(|(f, n)| json!({ "file": f, "records": n })).collect();
            return print_json(&json!({
                "world": world,
                "seed": self.seed,
                "incidents": happened,
                "recorded": recorded,
                "files": files,
                "truth": truth,
                "version": env!("CARGO_PKG_VERSION"),
            }));
        }
        let mut text = format!("{happened} incidents, of which {recorded} are recorded at least once\n");
        for (path, records) in files {
            text.push_str(&format!("{}: {records} records\n", path.display()));
        }
        text.push_str(&format!("{}: which record is of which incident\n", truth.display()));
        print(&text)
    }

    fn world(&self) -> Result<World, Failure> {
        let (file, name) = (self.file.as_deref(), self.world.as_deref());
        let mut world: World = file_or_named(file, name, "world", World::named, &NAMES)?;
        if let Some(incidents) = self.incidents {
            world.incidents = incidents;
        }
        Ok(world)
    }
}
