//! The public correction log: what was said, what is said now, and why.

use serde::Serialize;

use super::Header;
use crate::date::LedgerDate;
use crate::table::{Table, Text};

/// One correction.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Correction {
    /// Id and documents.
    pub header: Header,
    /// When it was corrected.
    pub date: LedgerDate,
    /// What was said.
    pub said: Text,
    /// What is said now.
    pub says: Text,
    /// Why.
    pub why: Text,
    /// Entries and figures that it is about.
    pub about: Vec<Text>,
    /// The edition that said it: its hash, or the beginning of it.
    pub edition: Option<Text>,
}

impl Correction {
    pub(crate) fn read(table: &Table<'_>) -> Option<Self> {
        let correction = Self {
            header: Header::read(table),
            date: table.date("date"),
            said: table.text("said"),
            says: table.text("says"),
            why: table.text("why"),
            about: table.texts("about"),
            edition: table.optional_text("edition"),
        };
        let is_hash = |e: &Text| (8..=64).contains(&e.len()) && e.bytes().all(|b| b.is_ascii_hexdigit());
        if let Some(edition) = correction.edition.as_ref().filter(|e| !is_hash(e)) {
            let message = format!("\"{}\" is no edition", edition.value);
            let label = "expected the hash of an edition, or at least its first 8 digits";
            table.fault(edition.span.clone(), "edition", message, label, None);
        }
        Some(correction)
    }
}
