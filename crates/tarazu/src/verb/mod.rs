//! One file per verb: arguments, the call, and what is printed.

pub mod check;
pub mod estimate;
pub mod panel;
pub mod weigh;
