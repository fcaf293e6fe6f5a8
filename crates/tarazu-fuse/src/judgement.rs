//! What a person decided about a pair.

/// A report by its dataset and its own id there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReportId {
    /// The dataset's name.
    pub dataset: String,
    /// The dataset's own identifier.
    pub id: String,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// One incident.
    Same,
    /// Two incidents.
    Different,
    /// Cannot be told; the model is not fed with it.
    Unsure,
}

/// A judgement on a pair of reports. The pair has no order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// One report.
    pub a: ReportId,
    /// The other.
    pub b: ReportId,
    /// The answer.
    pub verdict: Verdict,
}
