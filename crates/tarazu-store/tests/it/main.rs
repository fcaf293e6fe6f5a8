//! Whole imports through the library, and the corpus of the fuzz targets, replayed.

#![allow(missing_docs, reason = "tests have no public face")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed assumption of a test is a failed test"
)]

#[path = "../../../../fuzz/check.rs"]
mod check;
mod corpus;
mod place;
mod renewal;
mod support;
