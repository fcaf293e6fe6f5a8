//! What is learned: for each comparison the probability of each level among matches (m) and among others (u).

use std::fmt;

/// A level of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// What it says.
    pub label: String,
    /// Probability among pairs of one incident.
    pub m: f64,
    /// Probability among compared pairs of two incidents.
    pub u: f64,
}

impl Level {
    /// Weight of evidence in bits.
    pub fn bits(&self) -> f64 {
        (self.m / self.u).log2()
    }
}

/// A comparison with its levels. Where a value is missing on either side, no level holds and there is no evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Its name.
    pub name: &'static str,
    /// Its levels.
    pub levels: Vec<Level>,
    /// Whether m and u were set and not learned.
    pub fixed: bool,
}

/// The model of the pairs of two datasets, or of one with itself.
#[derive(Debug, Clone, PartialEq)]
pub struct PairModel {
    /// One dataset, as a position in [`crate::Reports::datasets`].
    pub a: usize,
    /// The other; the same for duplicates within one dataset.
    pub b: usize,
    /// Expected number of matching pairs.
    pub matches: f64,
    /// Prior odds of a match for a compared pair, in bits.
    pub prior_bits: f64,
    /// Weight, relative to one, of a report of the first dataset in two pairs (the second dataset repeats it), and the other way.
    pub repeats: (f64, f64),
    /// The comparisons.
    pub comparisons: Vec<Comparison>,
    /// Steps of the expectation–maximisation.
    pub steps: usize,
}

/// Everything learned.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Model {
    /// One for every two datasets, and for each dataset that may repeat an incident.
    pub pairs: Vec<PairModel>,
}

impl fmt::Display for PairModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "matching pairs expected: {:.1}; prior {:+.2} bits", self.matches, self.prior_bits)?;
        for comparison in &self.comparisons {
            writeln!(f, "{}{}", comparison.name, if comparison.fixed { " (set)" } else { "" })?;
            for level in &comparison.levels {
                let Level { label, m, u } = level;
                writeln!(f, "  {label:<36} m {m:<10.5} u {u:<10.5} {:+.2} bits", level.bits())?;
            }
        }
        Ok(())
    }
}
