//! The explorer: a weighing as a static site that opens from disk or from any host, and the same from a local server.
//!
//! [`site::site()`] turns a case, its weighing and a [`Cube`] of counts into the files of the site, path by path. With the feature
//! `serve`, `serve::serve()` answers with the same files and a read-only API.
//!
//! Invariants:
//! - nothing published is finer than district and month, and no coordinates leave the store;
//! - the site is a function of case, weighing and counts: the same input gives the same bytes;
//! - what a case or a dataset says is data: it reaches the browser as JSON and the page as text, never as markup or script.

pub mod cube;
#[cfg(feature = "serve")]
pub mod serve;
pub mod site;

pub use cube::{Cube, CubeRow, CubeTable};
