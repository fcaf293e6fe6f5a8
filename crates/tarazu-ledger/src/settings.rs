//! `case.toml`: what is weighed, and the choices of the analysis.

use serde::Serialize;

use crate::date::LedgerDate;
use crate::entry::list;
use crate::table::{Table, Text};

/// One dataset in the panel and the outcomes to take from it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeriesSettings {
    /// Dataset as in `panel.csv`.
    pub dataset: Text,
    /// Release as in `panel.csv`.
    pub version: Text,
    /// Outcomes: column names of the panel.
    pub outcomes: Vec<Text>,
}

/// `[estimates]`: the specifications that are asked of every intervention.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EstimateSettings {
    /// Area of the panel that is treated.
    pub area: Text,
    /// Areas whose outcomes may enter as covariates.
    pub comparison: Vec<Text>,
    /// Months before the intervention.
    pub before: u64,
    /// Months after it, at most.
    pub after: u64,
    /// Months after it, at least; with fewer in the data nothing is estimated.
    pub least_after: u64,
    /// Estimators by name.
    pub methods: Vec<Text>,
    /// Interventions, besides the operations, that are asked about.
    pub interventions: Vec<Text>,
    /// Placebo dates.
    pub placebo_dates: u64,
    /// Months before the window that placebo windows may reach back.
    pub placebo_months: u64,
    /// Draws.
    pub draws: u64,
    /// Seed.
    pub seed: u64,
    /// Content of the intervals.
    pub level: f64,
    /// Datasets and outcomes.
    pub series: Vec<SeriesSettings>,
}

/// `case.toml` as a whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseSettings {
    /// Title of the brief.
    pub title: Text,
    /// Second line of the title.
    pub subtitle: Option<Text>,
    /// Country, in words.
    pub country: Text,
    /// ISO 3166-1 alpha-3.
    pub iso3: Text,
    /// The campaign that is weighed.
    pub campaign: Text,
    /// The day up to which sources were searched; open requests are counted up to it.
    pub as_of: LedgerDate,
    /// Questions that the brief answers.
    pub questions: Vec<Text>,
    /// What the data and the sources cannot answer.
    pub limits: Vec<Text>,
    /// Analysis.
    pub estimates: Option<EstimateSettings>,
}

impl CaseSettings {
    pub(crate) fn read(table: &Table<'_>) -> Self {
        let settings = Self {
            title: table.text("title"),
            subtitle: table.optional_text("subtitle"),
            country: table.text("country"),
            iso3: table.text("iso3"),
            campaign: table.text("campaign"),
            as_of: table.date("as_of"),
            questions: table.texts("questions"),
            limits: table.texts("limits"),
            estimates: table.table("estimates", "[estimates]").map(|t| {
                let estimates = EstimateSettings::read(&t);
                t.finish();
                estimates
            }),
        };
        if settings.estimates.is_none() {
            let label = "expected an [estimates] table";
            table.fault(
                table.span.clone(),
                "missing-key",
                "this case asks for no estimates".into(),
                label,
                None,
            );
        }
        settings
    }
}

impl EstimateSettings {
    fn read(table: &Table<'_>) -> Self {
        // A century of months, and more draws than any interval needs, are room enough; memory is not without end.
        let within = |key, default: u64, from: u64, to: u64| {
            let value = table.optional_whole(key).unwrap_or(default);
            if !(from..=to).contains(&value) {
                let message = format!("`{key}` is {value}, expected {from} to {to}");
                table.fault(table.span.clone(), "range", message, "a setting in here is out of range", None);
            }
            value.clamp(from, to)
        };
        let level = table.optional_number("level").unwrap_or(0.95);
        if !(0.5..=0.99).contains(&level) {
            let message = format!("`level` is {level}, expected 0.5 to 0.99");
            table.fault(table.span.clone(), "range", message, "a setting in here is out of range", None);
        }
        Self {
            area: table.text("area"),
            comparison: table.texts("comparison"),
            before: within("before", 60, 1, 1200),
            after: within("after", 24, 1, 1200),
            least_after: within("least_after", 6, 1, 1200),
            methods: table.texts("methods"),
            interventions: table.texts("interventions"),
            placebo_dates: within("placebo_dates", 20, 0, 1200),
            placebo_months: within("placebo_months", 120, 0, 1200),
            draws: within("draws", 1000, 100, 100_000),
            seed: within("seed", 1, 0, 1 << 53),
            level,
            series: list(table, "series", "series", |t| {
                Some(SeriesSettings {
                    dataset: t.text("dataset"),
                    version: t.text("version"),
                    outcomes: t.texts("outcomes"),
                })
            }),
        }
    }
}
