//! Did it move? Counts of a treated area, of the ring around it and of control areas, before and after; and whether events repeat near
//! one another in space and time.
//!
//! [`DisplacementSeries`] has counts by period and learns its errors from them; [`DisplacementCounts`] has the sums alone, as the papers do, and takes them
//! for Poisson counts.
//!
//! Everything here goes in and comes out as counts: no result names an event, a place or a pair.
//!
//! ```
//! use tarazu_effects::{BeforeAfter, DisplacementCounts, Settings};
//!
//! let counts = DisplacementCounts::new(BeforeAfter::new(207.0, 110.0), BeforeAfter::new(308.0, 318.0))
//!     .with_ring(BeforeAfter::new(178.0, 157.0))
//!     .with_ring_control(BeforeAfter::new(150.0, 140.0));
//! let moved = counts.weighted_difference(&Settings::default())?;
//! assert_eq!(moved.total.estimate, -118.0);
//! # Ok::<(), tarazu_effects::EffectsError>(())
//! ```

mod difference;
mod knox;
mod quotient;
mod series;

use serde::Serialize;

use crate::problem::EffectsError;

pub use difference::WeightedDifference;
pub use knox::{Knox, KnoxCell, KnoxTable, Metric, PlacedEvent};
pub use quotient::{Reading, WeightedQuotient};
pub use series::DisplacementSeries;

/// Events counted in one area.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BeforeAfter {
    /// In the period before the intervention.
    pub before: f64,
    /// In the period after it began.
    pub after: f64,
    /// The area's size, in any unit that all areas share; 1 for all where only their own changes are compared.
    pub size: f64,
}

/// Counts of the areas of a comparison. Areas do not overlap.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DisplacementCounts {
    /// Where the intervention took place.
    pub treated: BeforeAfter,
    /// An area like it that neither the intervention nor displacement reached.
    pub control: BeforeAfter,
    /// Where events may have moved to: a ring, or the neighbours.
    pub ring: Option<BeforeAfter>,
    /// An area like the ring, by the control.
    pub ring_control: Option<BeforeAfter>,
    /// Lengths of the periods before and after, in any unit.
    pub lengths: (f64, f64),
    /// Variance of a count over its mean: 1 for Poisson.
    pub dispersion: f64,
}

impl BeforeAfter {
    /// Counts in an area of size 1.
    pub fn new(before: f64, after: f64) -> Self {
        Self { before, after, size: 1.0 }
    }
}

impl DisplacementCounts {
    /// Treated and control area over periods of one length, with Poisson counts.
    pub fn new(treated: BeforeAfter, control: BeforeAfter) -> Self {
        Self { treated, control, ring: None, ring_control: None, lengths: (1.0, 1.0), dispersion: 1.0 }
    }

    /// With a ring.
    #[must_use]
    pub fn with_ring(self, ring: BeforeAfter) -> Self {
        Self { ring: Some(ring), ..self }
    }

    /// With a control for the ring.
    #[must_use]
    pub fn with_ring_control(self, ring_control: BeforeAfter) -> Self {
        Self { ring_control: Some(ring_control), ..self }
    }

    fn areas(&self) -> impl Iterator<Item = BeforeAfter> {
        [Some(self.treated), Some(self.control), self.ring, self.ring_control].into_iter().flatten()
    }

    fn check(&self) -> Result<(), EffectsError> {
        let fault = |message| Err(EffectsError::Events { field: "counts", message });
        for area in self.areas() {
            for count in [area.before, area.after] {
                if !(count.is_finite() && count >= 0.0) {
                    return fault(format!("found {count}, expected a count"));
                }
            }
        }
        let lengths = [self.lengths.0, self.lengths.1, self.dispersion];
        for value in self.areas().map(|a| a.size).chain(lengths) {
            if !(value.is_finite() && value > 0.0) {
                return fault(format!("found a size, length or dispersion of {value}, expected more than 0"));
            }
        }
        Ok(())
    }
}
