//! `tarazu new DIR`: a case to begin from.

use std::path::PathBuf;

use clap::Args;
use tarazu_brief::scaffold;

use crate::report::{Failure, print};

/// Make a new case: a small made-up one that weighs as it stands, with an example of every kind of entry.
#[derive(Args)]
pub struct New {
    /// The folder to make.
    dir: PathBuf,
}

impl New {
    pub fn run(self) -> Result<(), Failure> {
        let files = scaffold(&self.dir)?;
        let dir = self.dir.display();
        print(&format!(
            "{dir}: a case about nowhere, in {} files. Put yours in its place, and\n  tarazu check {dir}\n  tarazu weigh {dir}\n",
            files.len()
        ))
    }
}
