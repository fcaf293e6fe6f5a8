//! The kinds of entry. Each file holds one kind: its type and how it is read from its table.

mod actor;
mod campaign;
mod claim;
mod commitment;
mod correction;
mod encounter;
mod incident;
mod indicator;
mod programme;
mod request;
mod tally;

pub use actor::{Actor, ActorKind};
pub use campaign::{AlsoGiven, Campaign, CampaignKind, Intervention, OperationList, Strand, StrandKind};
pub use claim::{Claim, Response, ResponseKind};
pub use commitment::{Commitment, CommitmentScore, Wording};
pub use correction::Correction;
pub use encounter::Encounter;
pub use incident::{Followed, Incident, Toll};
pub use indicator::{Indicator, IndicatorValue};
pub use programme::{Programme, ProgrammeResult};
pub use request::{Request, RequestStatus};
use serde::Serialize;
pub use tally::Tally;

use crate::fault::Span;
use crate::table::{Table, Text};

/// A document and the place in it where a statement stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Citation {
    /// Key in `documents.bib`.
    pub document: Text,
    /// Paragraph, page, section, table.
    pub locator: Text,
    /// Whether the document only reports what another said, because the original was not found.
    pub secondary: bool,
}

/// What every entry has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Header {
    /// Unique within the case.
    pub id: Text,
    /// At least one.
    pub cites: Vec<Citation>,
    /// Where the entry stands.
    #[serde(skip)]
    pub span: Span,
}

impl Header {
    pub(crate) fn read(table: &Table<'_>) -> Self {
        let id = table.text("id");
        if !id.is_empty() && !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            let message = format!("`{}` cannot be an id", id.value);
            table.fault(
                id.span.clone(),
                "id",
                message,
                "expected lower-case letters, digits and hyphens",
                None,
            );
        }
        Self { id, cites: citations(table, "cites"), span: table.span.clone() }
    }
}

/// The citations under `key`; none at all is a fault.
pub(crate) fn citations(table: &Table<'_>, key: &'static str) -> Vec<Citation> {
    let cites = optional_citations(table, key);
    if cites.is_empty() {
        let message = format!("this {} names no document", table.kind);
        let help = Some("add cites = [ { document = \"key\", locator = \"p. 2\" } ]".to_owned());
        table.fault(
            table.span.clone(),
            "missing-document",
            message,
            "an entry without a document does not load",
            help,
        );
    }
    cites
}

pub(crate) fn optional_citations(table: &Table<'_>, key: &'static str) -> Vec<Citation> {
    table
        .tables(key, "citation")
        .into_iter()
        .map(|cite| {
            let citation = Citation {
                document: cite.text("document"),
                locator: cite.text("locator"),
                secondary: cite.boolean("secondary"),
            };
            cite.finish();
            citation
        })
        .collect()
}

/// Read the tables under `key` with `read`, and refuse keys that `read` did not ask for.
pub(crate) fn list<'a, T>(
    table: &Table<'a>,
    key: &'static str,
    kind: &'static str,
    read: impl Fn(&Table<'a>) -> Option<T>,
) -> Vec<T> {
    table
        .tables(key, kind)
        .into_iter()
        .filter_map(|inner| {
            let value = read(&inner);
            inner.finish();
            value
        })
        .collect()
}
