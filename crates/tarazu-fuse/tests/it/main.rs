//! Fusion as a whole: what never depends on order or threads, rules that hold, and the labelled sets.

#![allow(clippy::unwrap_used, reason = "a failed assumption of a test is a failed test")]

mod explained;
mod invariance;
mod labelled;
mod rules;
