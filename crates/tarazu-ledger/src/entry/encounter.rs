//! Dated meetings, agreements, statements and visits between actors.

use serde::Serialize;

use super::Header;
use crate::date::LedgerDate;
use crate::table::{Table, Text};

/// One encounter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Encounter {
    /// Id and documents.
    pub header: Header,
    /// `dialogue`, `joint statement`, `visit`, `talks`, `agreement`, `meeting`, `request`.
    pub kind: Text,
    /// Who.
    pub parties: Vec<Text>,
    /// When.
    pub date: LedgerDate,
    /// Last day, for what lasts.
    pub end: Option<LedgerDate>,
    /// City or country.
    pub place: Option<Text>,
    /// In our own words.
    pub summary: Text,
    /// Exact words.
    pub quote: Option<Text>,
    /// Whose words they are.
    pub quoted_actor: Option<Text>,
    /// Entries that it is about.
    pub about: Vec<Text>,
}

impl Encounter {
    pub(crate) fn read(table: &Table<'_>) -> Option<Self> {
        let kinds = ["dialogue", "joint statement", "visit", "talks", "agreement", "meeting", "request"];
        let _ = table.choice("kind", &kinds.map(|k| (k, ())));
        Some(Self {
            header: Header::read(table),
            kind: table.text("kind"),
            parties: table.texts("parties"),
            date: table.date("date"),
            end: table.optional_date("end"),
            place: table.optional_text("place"),
            summary: table.text("summary"),
            quote: table.optional_text("quote"),
            quoted_actor: table.optional_text("quoted_actor"),
            about: table.texts("about"),
        })
    }
}
