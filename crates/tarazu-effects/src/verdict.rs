//! The verdict: one of four words, by a fixed rule over all specifications, never from one.

use serde::Serialize;

use crate::estimate::Estimate;

/// The rule as it is printed.
pub const VERDICT_RULE: &str = "Over all specifications that could be estimated (at least four): \"below expectation\" if the \
interval of at least three in four lies wholly below zero, none wholly above, and the median rank among placebo dates is at \
most 0.10; \"above expectation\" likewise; \"the specifications disagree\" if at least one in four lies wholly below and one in \
four wholly above; otherwise \"the data cannot tell\".";

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

/// A verdict with the counts that it rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// The word.
    pub word: VerdictWord,
    /// Specifications that could be estimated.
    pub specifications: usize,
    /// Of these, with an interval wholly below zero.
    pub wholly_below: usize,
    /// Of these, with an interval wholly above zero.
    pub wholly_above: usize,
    /// Median over specifications of the relative difference.
    pub median_relative: Option<f64>,
    /// Median over specifications of the rank among placebo dates.
    pub median_placebo_rank: Option<f64>,
    /// Median over specifications of the smallest detectable decrease (negative) and increase.
    pub smallest_detectable: Option<(f64, f64)>,
}

/// Judge a set of specifications by [`VERDICT_RULE`].
pub fn verdict<'a>(estimates: impl IntoIterator<Item = &'a Estimate>) -> Verdict {
    let estimates: Vec<&Estimate> = estimates.into_iter().collect();
    let n = estimates.len();
    let relative = |e: &&&Estimate| e.difference.relative;
    let below = estimates.iter().filter(|e| relative(e).high < 0.0).count();
    let above = estimates.iter().filter(|e| relative(e).low > 0.0).count();
    let rank =
        median(estimates.iter().filter_map(|e| e.diagnostics.placebo_in_time.as_ref()?.rank_p).collect());
    let stands_out = rank.is_some_and(|r| r <= 0.10);
    let word = if n < 4 {
        VerdictWord::CannotTell
    } else if 4 * below >= 3 * n && above == 0 && stands_out {
        VerdictWord::Below
    } else if 4 * above >= 3 * n && below == 0 && stands_out {
        VerdictWord::Above
    } else if 4 * below >= n && 4 * above >= n {
        VerdictWord::Disagree
    } else {
        VerdictWord::CannotTell
    };
    let detectable = |f: fn(&Estimate) -> f64| median(estimates.iter().map(|e| f(e)).collect());
    Verdict {
        word,
        specifications: n,
        wholly_below: below,
        wholly_above: above,
        median_relative: median(estimates.iter().map(|e| e.difference.relative.estimate).collect()),
        median_placebo_rank: rank,
        smallest_detectable: detectable(|e| e.diagnostics.smallest_detectable.decrease)
            .zip(detectable(|e| e.diagnostics.smallest_detectable.increase)),
    }
}

/// The median; `None` of nothing.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}
