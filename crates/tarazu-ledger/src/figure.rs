//! `figures.toml`: the computed figures that the text may use, each defined once.

use serde::Serialize;

use crate::table::{Table, Text};

/// How the values of a panel become one figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Aggregate {
    /// Their sum.
    Sum,
    /// Their mean.
    Mean,
    /// The largest.
    Max,
}

/// Where a figure comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum FigureSource {
    /// From the panel.
    Panel {
        /// Dataset and release.
        dataset: Text,
        /// Release.
        version: Text,
        /// Area.
        area: Text,
        /// Column.
        measure: Text,
        /// First period.
        from: Text,
        /// Last period.
        to: Text,
        /// How values become one.
        of: Aggregate,
    },
    /// From the verdict on a campaign or intervention.
    Verdict {
        /// Its id.
        about: Text,
        /// `specifications`, `wholly_below`, `wholly_above`, `median_relative`, `smallest_decrease`, `smallest_increase`, `word`.
        value: Text,
    },
    /// A count over the ledger.
    Ledger {
        /// What is counted: see [`crate::Case::count`].
        count: Text,
    },
    /// Days from a request to its answer, or to the case's `as_of`.
    Days {
        /// The request's id.
        request: Text,
    },
}

/// How a figure is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum FigureFormat {
    /// Rounded to a whole number, with thousands set off.
    Whole,
    /// One decimal.
    Decimal,
    /// A share as a percentage.
    Percent,
    /// A word.
    Word,
}

/// A computed figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// Name used in the text as `{{ name }}`.
    pub id: Text,
    /// What it is, in words.
    pub text: Text,
    /// Where it comes from.
    pub source: Option<FigureSource>,
    /// How it is printed.
    pub format: FigureFormat,
}

impl Figure {
    pub(crate) fn read(table: &Table<'_>) -> Option<Self> {
        let sources: Vec<FigureSource> = [
            table.table("panel", "panel figure").map(|t| {
                let source = FigureSource::Panel {
                    dataset: t.text("dataset"),
                    version: t.text("version"),
                    area: t.text("area"),
                    measure: t.text("measure"),
                    from: t.text("from"),
                    to: t.text("to"),
                    of: t
                        .choice(
                            "of",
                            &[("sum", Aggregate::Sum), ("mean", Aggregate::Mean), ("max", Aggregate::Max)],
                        )
                        .unwrap_or(Aggregate::Sum),
                };
                t.finish();
                source
            }),
            table.table("verdict", "verdict figure").map(|t| {
                let source = FigureSource::Verdict { about: t.text("about"), value: t.text("value") };
                t.finish();
                source
            }),
            table.optional_text("ledger").map(|count| FigureSource::Ledger { count }),
            table.optional_text("days").map(|request| FigureSource::Days { request }),
        ]
        .into_iter()
        .flatten()
        .collect();
        if sources.len() != 1 {
            let label = "expected exactly one of panel, verdict, ledger, days";
            let message = "this figure does not say where it comes from".to_owned();
            table.fault(table.span.clone(), "missing-key", message, label, None);
        }
        let formats = [
            ("whole", FigureFormat::Whole),
            ("decimal", FigureFormat::Decimal),
            ("percent", FigureFormat::Percent),
            ("word", FigureFormat::Word),
        ];
        let format = table.optional_text("format").and_then(|_| table.choice("format", &formats));
        Some(Self {
            id: table.text("id"),
            text: table.text("text"),
            source: sources.into_iter().next(),
            format: format.unwrap_or(FigureFormat::Whole),
        })
    }
}
