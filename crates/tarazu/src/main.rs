//! The `tarazu` binary: one file per verb, no logic of its own.
//!
//! Exit codes: 0 done, 1 the data or the case is wrong, 2 misuse of the command line.

mod report;
mod verb;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Weigh a counter-terrorism campaign in the open: what was promised, what happened, who claims what, what difference it made.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Weigh(verb::weigh::Weigh),
    #[cfg(feature = "pdf")]
    Brief(verb::brief::Brief),
    Check(verb::check::Check),
    #[cfg(feature = "serve")]
    Serve(Box<verb::serve::Serve>),
    New(verb::new::New),
    Diff(verb::diff::Diff),
    Verify(verb::verify::Verify),
    Export(verb::export::Export),
    #[cfg(feature = "store")]
    Import(verb::import::Import),
    #[cfg(feature = "sql")]
    Sql(verb::sql::Sql),
    #[cfg(feature = "store")]
    Log(verb::log::Log),
    Fuse(Box<verb::fuse::Fuse>),
    Review(verb::review::Review),
    Panel(verb::panel::Panel),
    Boundaries(verb::boundaries::Boundaries),
    Estimate(Box<verb::estimate::Estimate>),
    Simulate(verb::simulate::Simulate),
    Trace(verb::trace::Trace),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().verb {
        Verb::Weigh(verb) => verb.run(),
        #[cfg(feature = "pdf")]
        Verb::Brief(verb) => verb.run(),
        Verb::Check(verb) => verb.run(),
        #[cfg(feature = "serve")]
        Verb::Serve(verb) => verb.run(),
        Verb::New(verb) => verb.run(),
        Verb::Diff(verb) => verb.run(),
        Verb::Verify(verb) => verb.run(),
        Verb::Export(verb) => verb.run(),
        #[cfg(feature = "store")]
        Verb::Import(verb) => verb.run(),
        #[cfg(feature = "sql")]
        Verb::Sql(verb) => verb.run(),
        #[cfg(feature = "store")]
        Verb::Log(verb) => verb.run(),
        Verb::Fuse(verb) => verb.run(),
        Verb::Review(verb) => verb.run(),
        Verb::Panel(verb) => verb.run(),
        Verb::Boundaries(verb) => verb.run(),
        Verb::Estimate(verb) => verb.run(),
        Verb::Simulate(verb) => verb.run(),
        Verb::Trace(verb) => verb.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.code())
        }
    }
}
