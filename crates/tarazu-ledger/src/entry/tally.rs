//! Published totals of trackers, each with its definition.

use serde::Serialize;

use super::Header;
use crate::date::LedgerDate;
use crate::table::{Table, Text};

/// A published total.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tally {
    /// Id and documents.
    pub header: Header,
    /// Who counts.
    pub tracker: Text,
    /// What: attacks, deaths.
    pub measure: Text,
    /// What falls under it.
    pub definition: Text,
    /// Where.
    pub coverage: Text,
    /// First day.
    pub from: LedgerDate,
    /// Last day.
    pub to: LedgerDate,
    /// The total.
    pub value: Option<f64>,
    /// Lowest published.
    pub low: Option<f64>,
    /// Highest published.
    pub high: Option<f64>,
}

impl Tally {
    pub(crate) fn read(table: &Table<'_>) -> Option<Self> {
        let tally = Self {
            header: Header::read(table),
            tracker: table.text("tracker"),
            measure: table.text("measure"),
            definition: table.text("definition"),
            coverage: table.text("coverage"),
            from: table.date("from"),
            to: table.date("to"),
            value: table.optional_number("value"),
            low: table.optional_number("low"),
            high: table.optional_number("high"),
        };
        if tally.value.or(tally.low).or(tally.high).is_none() {
            let label = "expected value, or low and high";
            table.fault(table.span.clone(), "missing-key", "this tally has no number".into(), label, None);
        }
        Some(tally)
    }
}
