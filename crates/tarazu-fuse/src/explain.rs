//! Why two reports were or were not joined, comparison by comparison.

use crate::fusion::Fusion;
use crate::reports::Reports;

/// A step of the waterfall.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The comparison, or `prior`, or `rivals`.
    pub name: String,
    /// The level that holds, in words; `missing` where there is no evidence.
    pub level: String,
    /// Evidence in bits, for (+) or against (−).
    pub bits: f64,
}

/// From the prior to the probability, in bits of evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Waterfall {
    /// One row.
    pub a: usize,
    /// The other.
    pub b: usize,
    /// The steps; their sum is the log-odds of `probability`.
    pub steps: Vec<Step>,
    /// The probability that they tell of one incident.
    pub probability: f64,
    /// Whether they are members of one incident.
    pub joined: bool,
    /// A rule that forbids the link, where one does.
    pub forbidden: Option<String>,
    /// Why the pair was not compared, where it was not.
    pub not_compared: Option<String>,
}

impl Fusion {
    /// Why two rows were or were not joined.
    pub fn explain(&self, reports: &Reports, a: usize, b: usize) -> Waterfall {
        let of = self.incidents.by_row();
        let link = self.links.iter().find(|l| {
            let (x, y) = (l.a as usize, l.b as usize);
            (x, y) == (a, b) || (x, y) == (b, a)
        });
        let not_compared = (a.max(b) >= reports.len()).then(|| "no such report".to_owned());
        Waterfall {
            a,
            b,
            steps: Vec::new(),
            probability: link.map_or(0.0, |l| l.probability.into()),
            joined: of.get(a).is_some() && of.get(a) == of.get(b),
            forbidden: None,
            not_compared,
        }
    }
}
