//! Estimators against published values, against peers' runs, and on data of known truth.

#![allow(clippy::unwrap_used, reason = "a failed assumption of a test is a failed test")]

mod agreement;
mod displacement;
mod golden;
mod hawkes;
mod hazard;
mod multiverse;
mod shared;
mod staggered;
mod synthetic;
mod truth;
