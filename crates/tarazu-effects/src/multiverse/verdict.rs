//! The verdict: one of four words, by a fixed rule over the whole curve, never from one specification.

use serde::Serialize;

use super::curve::Summary;
use super::joint::JointInference;
use crate::diagnostics::SmallestDetectable;

/// The rule as it is printed.
pub const CURVE_RULE: &str = "Over all specifications of the grid that could be estimated (at least 20): \"below expectation\" if the \
intervals of at least three in four lie wholly below zero and of at most one in twenty wholly above, and the median of the curve is as \
far from zero at no more than one in ten placebo dates (joint p at most 0.10, from at least nine dates); \"above expectation\" likewise; \
\"the specifications disagree\" if at least one in four lies wholly below and one in four wholly above; otherwise \"the data cannot \
tell\".";

/// The words a verdict may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum VerdictWord {
    /// Below expectation.
    Below,
    /// Above expectation.
    Above,
    /// The specifications disagree.
    Disagree,
    /// The data cannot tell.
    CannotTell,
}

impl VerdictWord {
    /// As printed.
    pub fn text(self) -> &'static str {
        match self {
            Self::Below => "below expectation",
            Self::Above => "above expectation",
            Self::Disagree => "the specifications disagree",
            Self::CannotTell => "the data cannot tell",
        }
    }
}

/// A verdict with what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CurveVerdict {
    /// The word.
    pub word: VerdictWord,
    /// Specifications that could be estimated.
    pub specifications: usize,
    /// Of these, with an interval wholly below zero.
    pub wholly_below: usize,
    /// Of these, with an interval wholly above zero.
    pub wholly_above: usize,
    /// p of the curve's median among placebo dates; `None` with fewer than nine of them.
    pub joint_p: Option<f64>,
    /// The smallest relative differences that would show in four of five cases, from the larger of the specifications' median error
    /// and the error of the curve at placebo dates.
    pub smallest_detectable: Option<SmallestDetectable>,
}

/// Judge a curve by [`CURVE_RULE`].
pub fn curve_verdict(summary: &Summary, dates: Option<&JointInference>, level: f64) -> CurveVerdict {
    let dates = dates.filter(|joint| joint.placebos >= 9);
    let (n, below, above) = (summary.estimated, summary.wholly_below, summary.wholly_above);
    let stands_out = dates.is_some_and(|joint| joint.p_median <= 0.10);
    let word = if n < 20 {
        VerdictWord::CannotTell
    } else if 4 * below >= 3 * n && 20 * above <= n && stands_out {
        VerdictWord::Below
    } else if 4 * above >= 3 * n && 20 * below <= n && stands_out {
        VerdictWord::Above
    } else if 4 * below >= n && 4 * above >= n {
        VerdictWord::Disagree
    } else {
        VerdictWord::CannotTell
    };
    let error = summary.median_error.map(|error| dates.map_or(error, |joint| error.max(joint.error)));
    CurveVerdict {
        word,
        specifications: n,
        wholly_below: below,
        wholly_above: above,
        joint_p: dates.map(|joint| joint.p_median),
        smallest_detectable: error.map(|error| SmallestDetectable::from_log_error(error, level)),
    }
}
