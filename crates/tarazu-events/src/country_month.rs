//! A ready-made panel: UCDP GED by country and month, derived from GED 25.1 by a third party (columns `country_iso3`,
//! `year_month`, `ucdp_event_count`, `ucdp_fatalities_best`, …). It has no lower bound of deaths and no state-based
//! deaths, so those measures are missing in the panel made of it. Events stand in the month of their start date, it seems.

use std::collections::BTreeSet;

use crate::dataset::release_of_ucdp;
use crate::file::SourceFile;
use crate::panel::{LARGEST, Measure, Measures, Panel, PanelRow};
use crate::table::{Table, TableError};

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

/// The release of GED that a country-month table was derived from: as its name says, or as its last month tells, since release Y.1 of GED
/// ends with the year before Y. `None` where neither does.
pub fn country_month_release(file: &SourceFile) -> Option<String> {
    if let Some(named) = release_of_ucdp(&file.name()) {
        return Some(named);
    }
    let text = std::str::from_utf8(&file.bytes).ok()?;
    let month = |line: &str| line.split(',').nth(1).map(|m| m.trim_matches('"').to_owned());
    let last = text.lines().skip(1).filter_map(month).max()?;
    let (year, month) = last.split_once('-')?;
    let year: u32 = year.parse().ok().filter(|year| (1989..2100).contains(year))?;
    (month == "12").then(|| format!("{}.1", (year + 1) % 100))
}

/// Read the country-month table as a panel of all its countries.
///
/// # Errors
/// [`TableError`] with file, line, column, what was found and what was expected.
pub fn country_month_panel(file: &SourceFile, version: &str) -> Result<Panel, TableError> {
    let table = Table::parse(file)?;
    let mut columns = Vec::new();
    for (measure, name) in COLUMNS {
        columns.push((measure, name, table.column(name)?));
    }
    let mut panel = Panel::default();
    let mut seen = BTreeSet::new();
    for (line, row) in &table.rows {
        let cell = |i: usize| row.get(i).unwrap_or_default();
        let period =
            cell(1).parse().map_err(|_| table.fault(*line, "year_month", cell(1), "a month as 2024-06"))?;
        if !seen.insert((cell(0).to_owned(), period)) {
            return Err(table.fault(*line, "year_month", cell(1), "each month once for a country"));
        }
        let mut measures = Measures::default();
        for (measure, name, index) in &columns {
            let text = cell(*index);
            let whole = text.strip_suffix(".0").unwrap_or(text).parse().ok();
            let value = whole
                .filter(|value| *value <= LARGEST)
                .ok_or_else(|| table.fault(*line, name, text, &format!("a whole number up to {LARGEST}")))?;
            measures.set(*measure, Some(value));
        }
        panel.rows.push(PanelRow {
            dataset: COUNTRY_MONTH_DATASET.into(),
            version: version.into(),
            area: cell(0).into(),
            period,
            measures,
        });
    }
    panel.rows.sort_by(|a, b| (&a.area, a.period).cmp(&(&b.area, b.period)));
    Ok(panel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_is_that_of_the_name_or_of_the_last_month() {
        let release = |name: &str, months: &[&str]| {
            let rows: String = months.iter().map(|m| format!("PAK,{m},0\n")).collect();
            let bytes = format!("country_iso3,year_month,ucdp_event_count,\n{rows}").into_bytes();
            country_month_release(&SourceFile { path: name.into(), bytes, sha256: String::new() })
        };
        assert_eq!(release("cm.csv", &["1989-01", "2024-12", "2023-12"]).as_deref(), Some("25.1"));
        assert_eq!(release("cm.csv", &["2025-12"]).as_deref(), Some("26.1"));
        assert_eq!(release("cm_v26_1.csv", &["2024-12"]).as_deref(), Some("26.1"));
        assert_eq!(release("cm.csv", &["2024-11"]), None);
        assert_eq!(release("cm.csv", &["soon"]), None);
    }

    #[test]
    fn a_month_stands_once_and_counts_are_such_as_can_be_summed() {
        let heading = "country_iso3,year_month,ucdp_event_count,ucdp_fatalities_best,ucdp_fatalities_high,ucdp_civilian_deaths,\
                       ucdp_state_based_events,ucdp_non_state_events,ucdp_one_sided_events\n";
        let read = |rows: &str| {
            let bytes = format!("{heading}{rows}").into_bytes();
            let file = SourceFile { path: "cm.csv".into(), bytes, sha256: String::new() };
            country_month_panel(&file, "25.1").map(|panel| panel.rows.len()).map_err(|e| e.to_string())
        };
        let (june, july) = ("PAK,2024-06,2.0,3,4,1,2,0,0\n", "PAK,2024-07,0,0,0,0,0,0,0\n");
        assert_eq!(read(&[june, july].concat()), Ok(2));
        assert_eq!(
            read(&[june, july, june].concat()).unwrap_err(),
            "cm.csv: line 4: column `year_month`: found \"2024-06\", expected each month once for a country"
        );
        assert_eq!(
            read(&june.replace("3,4", "3,18446744073709551615")).unwrap_err(),
            "cm.csv: line 2: column `ucdp_fatalities_high`: found \"18446744073709551615\", expected a whole number up to 1000000000"
        );
    }
}
