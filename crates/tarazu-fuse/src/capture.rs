//! What all datasets together miss, by capture and recapture.

use crate::fusion::Interval;

/// An estimate of the number of incidents, recorded or not.
#[derive(Debug, Clone, PartialEq)]
pub struct CaptureRecapture {
    /// The method: Chapman for two datasets, Chao for more.
    pub method: &'static str,
    /// All incidents.
    pub total: Interval,
    /// Those that no dataset records.
    pub missed: Interval,
    /// What must hold for the estimate to mean anything, one sentence each.
    pub assumptions: Vec<&'static str>,
}
