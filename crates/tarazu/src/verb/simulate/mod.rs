//! `tarazu simulate`: data of known truth.

mod events;
mod panel;

use clap::{Args, Subcommand};

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

impl Simulate {
    pub fn run(self) -> Result<(), Failure> {
        match self.what {
            What::Panel(panel) => panel.run(),
            What::Events(events) => events.run(),
        }
    }
}
