//! `tarazu serve`: the site and a read-only API, from memory.
//!
//! An [`Explorer`] holds all that is served: the files of every case's site, the cases with their weighings, and the [`Cube`] of counts.
//! It is made once, before the first request, and never changes. [`serve()`] answers from it until the process is told to stop.
//!
//! Invariants:
//! - nothing is written, no query language is exposed, and no path of a request reaches the file system: files are looked up by name
//!   in memory;
//! - every route of the API stands in one list with its parameters, from which requests are checked and the OpenAPI description is
//!   written: neither can say what the other does not;
//! - what a request can take is bounded: its target, headers, body (none), time, and the number of requests at once;
//! - every answer, also of an error, carries the same headers of protection.
//!
//! [`Cube`]: crate::Cube

mod answer;
mod api;
mod connection;
mod explorer;
mod files;
mod guard;
mod limits;
mod metrics;
mod openapi;
mod parameter;
mod problem;
mod route;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

pub use explorer::{Explorer, OpenError, Opening, Weighed};

/// What one server may take, and where it listens.
#[derive(Debug, Clone)]
pub struct Options {
    /// Address to listen on.
    pub host: IpAddr,
    /// Port; 0 for any that is free.
    pub port: u16,
    /// Names besides `localhost` by which the server may be addressed while it listens on loopback alone.
    pub names: Vec<String>,
    /// Requests a second that one client's address may make, averaged; 0 for no limit.
    pub rate: u32,
    /// Requests that are answered at once; others are told to come again.
    pub concurrency: usize,
    /// Connections that are open at once; others wait.
    pub connections: usize,
    /// Seconds within which the head of a request must have come, or the next request on an idle connection.
    pub head: Duration,
    /// Seconds within which a request must be answered.
    pub answer: Duration,
    /// Seconds without progress after which a client that does not read is given up.
    pub stall: Duration,
    /// Seconds within which requests in work are finished when the server is told to stop.
    pub drain: Duration,
}

/// Bytes in the target of a request: path and query.
pub const TARGET: usize = 8000;

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be had.
    #[error("{address}: cannot listen: {source}; --port 0 takes any free port")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The runtime or its signals.
    #[error("the server cannot start: {0}")]
    Start(#[from] std::io::Error),
}

/// Serve until SIGINT or SIGTERM; then finish the requests in work and return. `ready` is called once with the address, when
/// connections are accepted.
///
/// # Errors
/// [`ServeError`] where the server cannot start.
pub fn serve(explorer: Explorer, options: &Options, ready: &dyn Fn(SocketAddr)) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(options.concurrency.clamp(1, 16))
        .enable_all()
        .build()?;
    let served = runtime.block_on(connection::run(Arc::new(explorer), options, ready));
    // A request that outlived the drain does not keep the process.
    runtime.shutdown_timeout(Duration::from_secs(1));
    served
}
