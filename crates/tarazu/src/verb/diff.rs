//! `tarazu diff OLD NEW`: what changed between two editions, and why.

use std::path::PathBuf;

use clap::Args;
use tarazu_brief::bundle::Bundle;
use tarazu_brief::living::{changes, html, words};
use tarazu_brief::write_file;

use crate::report::{Failure, print, print_json};

/// What one edition says that another does not: verdicts, figures, sentences, claims and every other entry, with what can have changed it.
#[derive(Args)]
pub struct Diff {
    /// The older edition: a bundle (folder or zip), or a case or out/ that holds one.
    old: PathBuf,
    /// The newer edition.
    new: PathBuf,
    /// Print the changes as JSON.
    #[arg(long)]
    json: bool,
    /// Write them as a page too.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

impl Diff {
    pub fn run(self) -> Result<(), Failure> {
        let read = |path: &std::path::Path| Bundle::read(&super::bundle_at(path));
        let found = changes(&read(&self.old)?, &read(&self.new)?)?;
        if let Some(path) = &self.html {
            write_file(path, html(&found).as_bytes())?;
        }
        if self.json { print_json(&found) } else { print(&words(&found)) }
    }
}
