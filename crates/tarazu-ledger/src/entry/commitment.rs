//! Promises with their exact wording, and how far each was kept.

use serde::Serialize;

use super::campaign::{STRANDS, StrandKind};
use super::{Citation, Header, citations, list};
use crate::date::LedgerDate;
use crate::table::{Table, Text};

/// One circulating version of the wording.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Wording {
    /// Name of the version.
    pub version: Text,
    /// Exact words.
    pub text: Text,
    /// Where they stand.
    pub cites: Vec<Citation>,
    /// What was not seen of it.
    pub note: Option<Text>,
}

/// The score of a year on the scale of the Kroc Peace Accords Matrix.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CommitmentScore {
    /// Calendar year.
    pub year: u64,
    /// 0 none, 1 minimal, 2 intermediate, 3 full.
    pub score: u64,
    /// What the score rests on.
    pub evidence: Text,
    /// Where it stands.
    pub cites: Vec<Citation>,
}

/// Something promised.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Commitment {
    /// Id and documents.
    pub header: Header,
    /// Who promised.
    pub actor: Text,
    /// The campaign or plan of which it is a part.
    pub campaign: Text,
    /// The strand it belongs to.
    pub strand: Option<StrandKind>,
    /// Number in a plan.
    pub point: Option<u64>,
    /// When.
    pub date: LedgerDate,
    /// In our own words.
    pub summary: Text,
    /// Wordings.
    pub wordings: Vec<Wording>,
    /// Scores by year.
    pub scores: Vec<CommitmentScore>,
    /// Why there is no score.
    pub unrateable: Option<Text>,
}

impl Commitment {
    pub(crate) fn read(table: &Table<'_>) -> Option<Self> {
        let commitment = Self {
            header: Header::read(table),
            actor: table.text("actor"),
            campaign: table.text("campaign"),
            strand: table.optional_text("strand").and_then(|_| table.choice("strand", &STRANDS)),
            point: table.optional_whole("point"),
            date: table.date("date"),
            summary: table.text("summary"),
            wordings: list(table, "wording", "wording", |t| {
                Some(Wording {
                    version: t.text("version"),
                    text: t.text("text"),
                    cites: citations(t, "cites"),
                    note: t.optional_text("note"),
                })
            }),
            scores: list(table, "score", "score", |t| {
                let score = CommitmentScore {
                    year: t.optional_whole("year").unwrap_or(0),
                    score: t.optional_whole("score").unwrap_or(u64::MAX),
                    evidence: t.text("evidence"),
                    cites: citations(t, "cites"),
                };
                if score.score > 3 {
                    let label = "expected 0 none, 1 minimal, 2 intermediate or 3 full";
                    t.fault(t.span.clone(), "score", "this score is not on the scale".into(), label, None);
                }
                if !(1900..2200).contains(&score.year) {
                    t.fault(
                        t.span.clone(),
                        "score",
                        "this score has no year".into(),
                        "expected year = YYYY",
                        None,
                    );
                }
                Some(score)
            }),
            unrateable: table.optional_text("unrateable"),
        };
        if commitment.scores.is_empty() && commitment.unrateable.is_none() {
            let message =
                format!("commitment `{}` is neither scored nor unrateable", commitment.header.id.value);
            let help = "add a [[commitment.score]] with evidence, or unrateable = \"because …\"".to_owned();
            table.fault(table.span.clone(), "unscored", message, "how far was it kept?", Some(help));
        }
        Some(commitment)
    }
}
