//! Claims, and what others said to them.

use serde::Serialize;

use super::{Citation, Header, citations, list};
use crate::date::LedgerDate;
use crate::table::{Table, Text};

/// How a response stands to the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ResponseKind {
    /// Says the same.
    Confirm,
    /// Says it is not so.
    Deny,
    /// Calls it into question.
    Dispute,
    /// Accuses in turn.
    Accuse,
    /// Explains or narrows.
    Clarify,
}

const KINDS: [(&str, ResponseKind); 5] = [
    ("confirm", ResponseKind::Confirm),
    ("deny", ResponseKind::Deny),
    ("dispute", ResponseKind::Dispute),
    ("accuse", ResponseKind::Accuse),
    ("clarify", ResponseKind::Clarify),
];

impl ResponseKind {
    /// As a case writes it.
    pub fn text(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("", |(text, _)| text)
    }

    /// As printed, with the actor before it: "denied".
    pub fn past(self) -> &'static str {
        match self {
            Self::Confirm => "said the same",
            Self::Deny => "denied",
            Self::Dispute => "disputed",
            Self::Accuse => "accused in turn",
            Self::Clarify => "clarified",
        }
    }
}

/// What one actor said to a claim.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Response {
    /// Who.
    pub actor: Text,
    /// The public office-holder who spoke, with the office.
    pub voice: Option<Text>,
    /// How.
    pub kind: Option<ResponseKind>,
    /// When.
    pub date: LedgerDate,
    /// In our own words.
    pub text: Text,
    /// Exact words.
    pub quote: Option<Text>,
    /// Documents.
    pub cites: Vec<Citation>,
}

/// An actor asserts a proposition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Claim {
    /// Id and documents.
    pub header: Header,
    /// Who.
    pub actor: Text,
    /// The public office-holder who spoke, with the office.
    pub voice: Option<Text>,
    /// When.
    pub date: LedgerDate,
    /// What, in neutral words of our own.
    pub proposition: Text,
    /// Exact words.
    pub quote: Option<Text>,
    /// Entries that it is about.
    pub about: Vec<Text>,
    /// What others said, in the order of the file.
    pub responses: Vec<Response>,
    /// The date of a search that found no response.
    pub no_response_found: Option<LedgerDate>,
}

impl Claim {
    pub(crate) fn read(table: &Table<'_>) -> Option<Self> {
        let claim = Self {
            header: Header::read(table),
            actor: table.text("actor"),
            voice: table.optional_text("voice"),
            date: table.date("date"),
            proposition: table.text("proposition"),
            quote: table.optional_text("quote"),
            about: table.texts("about"),
            responses: list(table, "response", "response", |t| {
                Some(Response {
                    actor: t.text("actor"),
                    voice: t.optional_text("voice"),
                    kind: t.choice("kind", &KINDS),
                    date: t.date("date"),
                    text: t.text("text"),
                    quote: t.optional_text("quote"),
                    cites: citations(t, "cites"),
                })
            }),
            no_response_found: table.optional_date("no_response_found"),
        };
        let fault = |message: &str, label: &str, help: &str| {
            table.fault(table.span.clone(), "response-status", message.into(), label, Some(help.into()));
        };
        match (claim.responses.is_empty(), claim.no_response_found.is_some()) {
            (true, false) => fault(
                &format!("claim `{}` has no response status", claim.header.id.value),
                "who answered?",
                "add a [[claim.response]], or no_response_found = \"YYYY-MM-DD\" with the date of the search",
            ),
            (false, true) => fault(
                &format!("claim `{}` has responses and says that none was found", claim.header.id.value),
                "one or the other",
                "remove no_response_found",
            ),
            _ => {}
        }
        Some(claim)
    }
}
