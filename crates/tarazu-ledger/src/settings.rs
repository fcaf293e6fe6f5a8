//! `case.toml`: what is weighed, and the choices of the analysis.

use serde::Serialize;

use crate::date::LedgerDate;
use crate::table::{Table, Text};

/// `[estimates]`: what is asked of every intervention. The choices of the specifications stand in `grid.toml`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EstimateSettings {
    /// Area of the panel that is treated.
    pub area: Text,
    /// Dataset with release, as in `panel.csv`, whose months are drawn and tabled.
    pub shown: Text,
    /// Interventions, besides the operations, that are asked about.
    pub interventions: Vec<Text>,
    /// Months after an intervention within which others are named beside it.
    pub window: u64,
    /// Cells of the grid, drawn by its seed, that interventions other than the campaign itself are asked.
    pub cells: u64,
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
    /// Licence of the case's own texts.
    pub licence: Option<Text>,
    /// Questions that the brief answers.
    pub questions: Vec<Text>,
    /// What the data and the sources cannot answer.
    pub limits: Vec<Text>,
    /// Provinces and districts show no figures of a period in which they have events, but fewer than this; without it they show all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub small_cells: Option<u64>,
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
            licence: table.optional_text("licence"),
            questions: table.texts("questions"),
            limits: table.texts("limits"),
            small_cells: table.optional_whole("small_cells"),
            estimates: table.table("estimates", "[estimates]").map(|t| {
                let estimates = EstimateSettings::read(&t);
                t.finish();
                estimates
            }),
        };
        if let Some(n) = settings.small_cells.filter(|n| !(2..=1000).contains(n)) {
            let message = format!("`small_cells` is {n}, expected 2 to 1000");
            let help = Some("leave it out to publish every cell".to_owned());
            table.fault(table.span.clone(), "range", message, "a setting in here is out of range", help);
        }
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
        let within = |key, default: u64, from: u64, to: u64| {
            let value = table.optional_whole(key).unwrap_or(default);
            if !(from..=to).contains(&value) {
                let message = format!("`{key}` is {value}, expected {from} to {to}");
                table.fault(table.span.clone(), "range", message, "a setting in here is out of range", None);
            }
            value.clamp(from, to)
        };
        Self {
            area: table.text("area"),
            shown: table.text("shown"),
            interventions: table.texts("interventions"),
            window: within("window", 24, 1, 1200),
            cells: within("cells", 1000, 20, 1_000_000),
        }
    }
}
