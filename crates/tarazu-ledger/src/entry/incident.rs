//! Named incidents, with every published toll and what followed.

use serde::Serialize;

use super::{Citation, Header, citations, list};
use crate::date::LedgerDate;
use crate::table::{Table, Text};

/// One published toll.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Toll {
    /// Who gave the figure.
    pub per: Text,
    /// Reported killed.
    pub killed: Option<u64>,
    /// Reported wounded.
    pub wounded: Option<u64>,
    /// What the figure counts.
    pub detail: Text,
    /// When it was given.
    pub date: LedgerDate,
    /// Documents.
    pub cites: Vec<Citation>,
}

/// What followed: compensation, attribution, denial, inquiry …
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Followed {
    /// What it was.
    pub kind: Text,
    /// Who.
    pub actor: Text,
    /// When.
    pub date: LedgerDate,
    /// In our own words.
    pub text: Text,
    /// Amount, for compensation.
    pub amount: Option<f64>,
    /// Its currency, ISO 4217.
    pub currency: Option<Text>,
    /// Documents.
    pub cites: Vec<Citation>,
}

/// A named incident.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Incident {
    /// Id and documents.
    pub header: Header,
    /// A neutral name: place, month, kind.
    pub name: Text,
    /// When.
    pub date: LedgerDate,
    /// District: nothing finer is recorded.
    pub district: Text,
    /// Province.
    pub province: Text,
    /// The group struck: foreign workers, pilgrims, pupils.
    pub group_struck: Text,
    /// In our own words.
    pub summary: Text,
    /// Tolls per source.
    pub tolls: Vec<Toll>,
    /// What followed.
    pub followed: Vec<Followed>,
}

impl Incident {
    pub(crate) fn read(table: &Table<'_>) -> Option<Self> {
        let followed =
            ["compensation", "attribution", "denial", "security measure", "inquiry", "prosecution"];
        Some(Self {
            header: Header::read(table),
            name: table.text("name"),
            date: table.date("date"),
            district: table.text("district"),
            province: table.text("province"),
            group_struck: table.text("group_struck"),
            summary: table.text("summary"),
            tolls: list(table, "toll", "toll", |t| {
                Some(Toll {
                    per: t.text("per"),
                    killed: t.optional_whole("killed"),
                    wounded: t.optional_whole("wounded"),
                    detail: t.text("detail"),
                    date: t.date("date"),
                    cites: citations(t, "cites"),
                })
            }),
            followed: list(table, "followed", "consequence", |t| {
                let _ = t.choice("kind", &followed.map(|k| (k, ())));
                Some(Followed {
                    kind: t.text("kind"),
                    actor: t.text("actor"),
                    date: t.date("date"),
                    text: t.text("text"),
                    amount: t.optional_number("amount"),
                    currency: t.optional_text("currency"),
                    cites: citations(t, "cites"),
                })
            }),
        })
    }

    /// Lowest and highest published number of people killed.
    pub fn killed_range(&self) -> Option<(u64, u64)> {
        let killed = || self.tolls.iter().filter_map(|t| t.killed);
        killed().min().zip(killed().max())
    }
}
