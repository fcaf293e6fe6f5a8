//! `tarazu export CASE`: hand the bundle over.

use std::path::{Path, PathBuf};

use clap::Args;
use tarazu_brief::bundle::{Bundle, BundleOptions};
use tarazu_brief::{EventsFile, weigh, write_file};
use tarazu_ledger::Case;

use super::weigh::progress_bar;
use crate::report::{Failure, print};

/// Hand a case's bundle over: a data package as a folder or a zip file.
#[derive(Args)]
pub struct Export {
    /// The case folder.
    case: PathBuf,
    /// Where to: a folder, or a file that ends with .zip; CAMPAIGN-EDITION.zip otherwise.
    #[arg(short, long, value_name = "DIR|FILE.zip")]
    output: Option<PathBuf>,
    /// A row of HXL hashtags below the heading of every table that has such columns.
    #[arg(long)]
    hxl: bool,
    /// A real event file to weigh with, as for `tarazu weigh`.
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Release of the event file.
    #[arg(long, value_name = "V", requires = "events")]
    version: Option<String>,
}

impl Export {
    pub fn run(self) -> Result<(), Failure> {
        if let Some(folder) = self.output.as_ref().filter(|o| !is_zip(o)) {
            refuse_taken(folder)?;
        }
        let case = Case::load(&self.case).map_err(|e| Failure::load(&self.case, e))?;
        let events = self.events.map(|path| EventsFile { path, version: self.version });
        let bar = progress_bar();
        let weighing = weigh(&case, events.as_ref(), &|p| {
            bar.set_length(p.of as u64);
            bar.set_position(p.done as u64);
        })?;
        bar.finish_and_clear();
        let edition = &weighing.edition;
        let name = || format!("{}-{}.zip", weighing.campaign, edition.get(..12).unwrap_or(edition)).into();
        let output = self.output.unwrap_or_else(name);
        let bundle =
            Bundle::assemble(&case, &weighing, BundleOptions { hxl: self.hxl, ..BundleOptions::usual() })?;
        if is_zip(&output) {
            write_file(&output, &bundle.zip()?)?;
        } else {
            bundle.write(&output)?;
        }
        print(&format!("{}: {} files, edition {edition}\n", output.display(), bundle.files.len()))
    }
}

fn is_zip(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip"))
}

/// Only a bundle is written over.
fn refuse_taken(folder: &Path) -> Result<(), Failure> {
    let empty = || folder.read_dir().is_ok_and(|mut entries| entries.next().is_none());
    if !folder.exists() || folder.join("datapackage.json").exists() || empty() {
        return Ok(());
    }
    Err(Failure::Message(format!(
        "{}: is there and is no bundle; expected a new name, an empty folder or an older bundle",
        folder.display()
    )))
}
