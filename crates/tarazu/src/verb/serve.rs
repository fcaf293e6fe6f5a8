//! `tarazu serve [CASE…]`: the site and a read-only API, from memory.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;
use tarazu_web::serve::{Explorer, OpenError, Opening, Options, serve};

use crate::report::{Failure, print};

/// Serve cases and the counts of a store to a browser: the site of `tarazu weigh`, and a read-only API described at
/// /api/openapi.json.
///
/// Counts are never finer than district and month, and months that are not over by thirty days are left out. Ctrl-C ends it, when
/// the requests in work are answered.
#[derive(Args)]
pub struct Serve {
    /// Case folders.
    case: Vec<PathBuf>,
    /// A store whose events are counted.
    #[arg(long, env = "TARAZU_STORE", value_name = "DIR")]
    store: Option<PathBuf>,
    /// Address to listen on; any but a loopback address can be reached by others.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "ADDRESS")]
    host: IpAddr,
    /// Port; 0 for any that is free.
    #[arg(long, default_value_t = 8000, value_name = "N")]
    port: u16,
    /// A name by which the server is addressed, besides localhost: where a proxy on this machine stands before it.
    #[arg(long, value_name = "HOST")]
    name: Vec<String>,
    /// Requests a second from one client's address, averaged over ten seconds; 0 for no limit.
    #[arg(long, default_value_t = 200, value_name = "N")]
    rate: u32,
    /// Requests that are answered at once.
    #[arg(long, default_value_t = 64, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: u16,
    /// Connections that are open at once.
    #[arg(long, default_value_t = 512, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    connections: u16,
    /// Seconds within which a request's head must have come, and for which an idle connection is kept.
    #[arg(long, default_value_t = 10, value_name = "S", value_parser = clap::value_parser!(u16).range(1..))]
    head_seconds: u16,
    /// Seconds within which a request must be answered.
    #[arg(long, default_value_t = 10, value_name = "S", value_parser = clap::value_parser!(u16).range(1..))]
    answer_seconds: u16,
    /// Seconds within which the requests in work must be finished when the server is told to stop.
    #[arg(long, default_value_t = 10, value_name = "S", value_parser = clap::value_parser!(u16).range(1..))]
    drain_seconds: u16,
    /// The day from which the youngest events are counted back, in place of today.
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<Date>,
    /// Print the address as JSON.
    #[arg(long)]
    json: bool,
}

impl Serve {
    pub fn run(self) -> Result<(), Failure> {
        if self.case.is_empty() && self.store.is_none() {
            return Err(Failure::Usage(OpenError::Nothing.to_string()));
        }
        let now = Timestamp::now().to_zoned(TimeZone::UTC).date();
        // A day to come would publish what is too young.
        if let Some(today) = self.today.filter(|today| *today > now) {
            return Err(Failure::Usage(format!("--today {today}: expected no day after today, {now}")));
        }
        let opening = Opening { cases: self.case, store: self.store, today: self.today.unwrap_or(now) };
        let bar = progress_bar();
        let explorer = Explorer::open(&opening, &|case, p| {
            bar.set_message(case.to_owned());
            bar.set_length(p.of as u64);
            bar.set_position(p.done as u64);
        });
        bar.finish_and_clear();
        let explorer = explorer.map_err(|e| match e {
            OpenError::Case { folder, source } => Failure::load(&folder, source),
            other => other.into(),
        })?;
        let seconds = |n: u16| Duration::from_secs(n.into());
        let options = Options {
            host: self.host,
            port: self.port,
            names: self.name,
            rate: self.rate,
            concurrency: self.concurrency.into(),
            connections: self.connections.into(),
            head: seconds(self.head_seconds),
            answer: seconds(self.answer_seconds),
            stall: seconds(self.head_seconds),
            drain: seconds(self.drain_seconds),
        };
        if !self.host.is_loopback() {
            anstream::eprintln!(
                "warning: {} is no loopback address: whoever reaches this machine can read what is served, without encryption",
                self.host
            );
        }
        serve(explorer, &options, &|address| {
            let url = format!("http://{address}/");
            // A reader of standard output that left is no reason not to serve.
            let _ = if self.json {
                print(&format!("{}\n", json!({ "url": url })))
            } else {
                print(&format!("serving {url} (Ctrl-C ends)\n"))
            };
        })?;
        Ok(())
    }
}

/// A bar on a terminal, nothing elsewhere.
fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) =
        ProgressStyle::with_template("weighing {msg} {bar:40} {pos}/{len} questions, {eta} left")
    {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
