//! Context series: people displaced and returned, refugees, spending; each value per a source.

use serde::Serialize;

use super::{Citation, Header, citations, list};
use crate::date::LedgerDate;
use crate::table::{Table, Text};

/// One value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IndicatorValue {
    /// The date at which it held, or
    pub date: Option<LedgerDate>,
    /// the period over which it was counted, `2014-06/2015-03`.
    pub period: Option<(LedgerDate, LedgerDate)>,
    /// The value in the indicator's unit.
    pub value: Option<f64>,
    /// Lowest published.
    pub low: Option<f64>,
    /// Highest published.
    pub high: Option<f64>,
    /// Who counts.
    pub per: Text,
    /// What a reader must know.
    pub note: Option<Text>,
    /// Documents.
    pub cites: Vec<Citation>,
}

/// A context series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Indicator {
    /// Id and documents.
    pub header: Header,
    /// Name.
    pub name: Text,
    /// What is counted.
    pub definition: Text,
    /// Unit: people, rupees.
    pub unit: Text,
    /// Entries that it is about.
    pub about: Vec<Text>,
    /// Values, in the order of the file.
    pub values: Vec<IndicatorValue>,
}

impl Indicator {
    pub(crate) fn read(table: &Table<'_>) -> Option<Self> {
        Some(Self {
            header: Header::read(table),
            name: table.text("name"),
            definition: table.text("definition"),
            unit: table.text("unit"),
            about: table.texts("about"),
            values: list(table, "value", "value", |t| {
                let value = IndicatorValue {
                    date: t.optional_date("date"),
                    period: period(t),
                    value: t.optional_number("value"),
                    low: t.optional_number("low"),
                    high: t.optional_number("high"),
                    per: t.text("per"),
                    note: t.optional_text("note"),
                    cites: citations(t, "cites"),
                };
                if value.date.is_some() == value.period.is_some() {
                    let label = "expected either date or period";
                    t.fault(t.span.clone(), "missing-key", "this value has no one time".into(), label, None);
                }
                if value.value.or(value.low).or(value.high).is_none() {
                    let label = "expected value, or low and high";
                    t.fault(t.span.clone(), "missing-key", "this value has no number".into(), label, None);
                }
                Some(value)
            }),
        })
    }
}

fn period(table: &Table<'_>) -> Option<(LedgerDate, LedgerDate)> {
    let text = table.optional_text("period")?;
    let period = text.split_once('/').and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
    match period {
        Some((from, to)) if from <= to => Some((from, to)),
        _ => {
            let message = format!("`period` is no period that has been: \"{}\"", text.value);
            let label = "expected two dates in order, as 2014-06/2015-03";
            table.fault(text.span, "impossible-date", message, label, None);
            None
        }
    }
}
