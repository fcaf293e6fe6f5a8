//! One file per verb: arguments, the call, and what is printed.

pub mod check;
pub mod estimate;
#[cfg(feature = "store")]
pub mod import;
#[cfg(feature = "store")]
pub mod log;
pub mod panel;
#[cfg(feature = "sql")]
pub mod sql;
pub mod weigh;
