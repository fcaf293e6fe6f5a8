//! `tarazu simulate`: data of known truth.

mod events;
mod panel;

use std::path::Path;

use clap::{Args, Subcommand};
use serde::de::DeserializeOwned;

use crate::report::Failure;

/// Make data with a known truth.
#[derive(Args)]
pub struct Simulate {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Panel(panel::Panel),
    Events(events::Events),
}

/// What a file describes in TOML, else what has this name among `names`; `what` says what it is.
fn file_or_named<T: DeserializeOwned>(
    file: Option<&Path>,
    name: Option<&str>,
    what: &str,
    named: impl Fn(&str) -> Option<T>,
    names: &[&str],
) -> Result<T, Failure> {
    let Some(path) = file else {
        let name = name.unwrap_or_default();
        let none = || Failure::Message(format!("no {what} `{name}`; there are {}", names.join(", ")));
        return named(name).ok_or_else(none);
    };
    let at = |message: String| Failure::Message(format!("{}: {message}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| at(format!("cannot be read: {e}")))?;
    toml::from_str(&text).map_err(|e| at(e.to_string()))
}

impl Simulate {
    pub fn run(self) -> Result<(), Failure> {
        match self.what {
            What::Panel(panel) => panel.run(),
            What::Events(events) => events.run(),
        }
    }
}
