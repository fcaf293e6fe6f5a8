//! Funded activities: what was to be reached, from where, and what was.

use serde::Serialize;

use super::campaign::{STRANDS, StrandKind};
use super::{Citation, Header, citations, list};
use crate::table::{Table, Text};

/// Baseline, target and actual of one indicator in one period: the result of the IATI standard, reduced.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProgrammeResult {
    /// What is measured.
    pub indicator: Text,
    /// Unit.
    pub unit: Text,
    /// Period.
    pub period: Text,
    /// Before.
    pub baseline: Option<f64>,
    /// Promised.
    pub target: Option<f64>,
    /// Reached.
    pub actual: Option<f64>,
    /// What a reader must know.
    pub note: Option<Text>,
    /// Documents.
    pub cites: Vec<Citation>,
}

/// A programme.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Programme {
    /// Id and documents.
    pub header: Header,
    /// Name.
    pub name: Text,
    /// Who runs it.
    pub actor: Text,
    /// The campaign of which it is a part.
    pub campaign: Text,
    /// Its strand.
    pub strand: Option<StrandKind>,
    /// In our own words.
    pub summary: Text,
    /// Results.
    pub results: Vec<ProgrammeResult>,
    /// Why it cannot be rated.
    pub unrateable: Option<Text>,
}

impl Programme {
    pub(crate) fn read(table: &Table<'_>) -> Option<Self> {
        let programme = Self {
            header: Header::read(table),
            name: table.text("name"),
            actor: table.text("actor"),
            campaign: table.text("campaign"),
            strand: table.choice("strand", &STRANDS),
            summary: table.text("summary"),
            results: list(table, "result", "result", |t| {
                Some(ProgrammeResult {
                    indicator: t.text("indicator"),
                    unit: t.text("unit"),
                    period: t.text("period"),
                    baseline: t.optional_number("baseline"),
                    target: t.optional_number("target"),
                    actual: t.optional_number("actual"),
                    note: t.optional_text("note"),
                    cites: citations(t, "cites"),
                })
            }),
            unrateable: table.optional_text("unrateable"),
        };
        if programme.results.is_empty() && programme.unrateable.is_none() {
            let message =
                format!("programme `{}` has neither results nor a reason", programme.header.id.value);
            let help = "add a [[programme.result]], or unrateable = \"because …\"".to_owned();
            table.fault(table.span.clone(), "unscored", message, "what did it reach?", Some(help));
        }
        Some(programme)
    }
}
