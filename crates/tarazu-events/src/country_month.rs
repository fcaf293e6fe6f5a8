//! A ready-made panel: UCDP GED by country and month, derived from GED 25.1 by a third party (columns `country_iso3`,
//! `year_month`, `ucdp_event_count`, `ucdp_fatalities_best`, …). It has no lower bound of deaths and no state-based
//! deaths, so those measures are missing in the panel made of it. Events stand in the month of their start date, it seems.

use crate::file::SourceFile;
use crate::panel::{Measure, Measures, Panel, PanelError, PanelRow};

/// The dataset name in panels made of it.
pub const COUNTRY_MONTH_DATASET: &str = "UCDP GED country-month";

const COLUMNS: [(Measure, &str); 7] = [
    (Measure::Events, "ucdp_event_count"),
    (Measure::EventsStateBased, "ucdp_state_based_events"),
    (Measure::EventsNonState, "ucdp_non_state_events"),
    (Measure::EventsOneSided, "ucdp_one_sided_events"),
    (Measure::DeathsBest, "ucdp_fatalities_best"),
    (Measure::DeathsHigh, "ucdp_fatalities_high"),
    (Measure::DeathsCivilians, "ucdp_civilian_deaths"),
];

/// Whether the file's heading is that of the country-month table.
pub fn is_country_month(file: &SourceFile) -> bool {
    file.bytes.starts_with(b"country_iso3,year_month,ucdp_event_count,")
}

/// Read the country-month table as a panel of all its countries.
///
/// # Errors
/// [`PanelError`] with file, line, column, what was found and what was expected.
pub fn country_month_panel(file: &SourceFile, version: &str) -> Result<Panel, PanelError> {
    let fault = |line, column: &str, found: &str, expected: &str| PanelError::Cell {
        file: file.name(),
        line,
        column: column.into(),
        found: found.into(),
        expected: expected.into(),
    };
    let mut reader = csv::Reader::from_reader(file.bytes.as_slice());
    let headers = reader.headers().map_err(|e| fault(1, "", &e.to_string(), "a heading"))?.clone();
    let position = |column: &str| {
        headers
            .iter()
            .position(|h| h == column)
            .ok_or_else(|| fault(1, column, "no such column", "the column"))
    };
    let mut columns = Vec::new();
    for (measure, name) in COLUMNS {
        columns.push((measure, name, position(name)?));
    }
    let mut panel = Panel::default();
    for record in reader.records() {
        let record = record.map_err(|e| {
            let line = e.position().map_or(0, csv::Position::line);
            fault(line, "", &e.to_string(), "a row with as many fields as the heading")
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let field = |i: usize| record.get(i).unwrap_or_default();
        let period =
            field(1).parse().map_err(|_| fault(line, "year_month", field(1), "a month as 2024-06"))?;
        let mut measures = Measures::default();
        for (measure, name, index) in &columns {
            let text = field(*index);
            let whole = text.strip_suffix(".0").unwrap_or(text);
            let value = whole.parse().map_err(|_| fault(line, name, text, "a whole number"))?;
            measures.set(*measure, Some(value));
        }
        panel.rows.push(PanelRow {
            dataset: COUNTRY_MONTH_DATASET.into(),
            version: version.into(),
            area: field(0).into(),
            period,
            measures,
        });
    }
    panel.rows.sort_by(|a, b| (&a.area, a.period).cmp(&(&b.area, b.period)));
    Ok(panel)
}
