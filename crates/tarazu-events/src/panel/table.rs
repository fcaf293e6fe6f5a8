//! Panels as CSV, out and in: `dataset,version,area,period` and a column per measure; a missing measure is an empty cell.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Measure, Measures, Panel, PanelRow};
use crate::file::SourceFile;
use crate::table::{Table, TableError};

/// No area has more events or deaths in a period; sums of such values cannot overflow.
pub(crate) const LARGEST: u64 = 1_000_000_000;

const KEYS: [&str; 4] = ["dataset", "version", "area", "period"];

impl Panel {
    /// The panel as CSV.
    ///
    /// # Errors
    /// Only when memory cannot be written to.
    pub fn to_csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(KEYS.into_iter().chain(Measure::ALL.map(Measure::column)))?;
        for row in &self.rows {
            let values = Measure::ALL.map(|m| row.measures.get(m).map(|v| v.to_string()).unwrap_or_default());
            let period = row.period.to_string();
            let keys = [&row.dataset, &row.version, &row.area, &period];
            writer.write_record(keys.into_iter().chain(&values))?;
        }
        writer.into_inner().map_err(|e| e.into_error().into())
    }

    /// Read a panel that [`Panel::to_csv`] wrote or that has the same columns.
    ///
    /// # Errors
    /// [`TableError`] with file, line, column, what was found and what was expected.
    pub fn read_csv(path: &Path) -> Result<Self, TableError> {
        let table = Table::parse(&SourceFile::open(path)?)?;
        let mut headings = table.headings.iter();
        for expected in KEYS {
            let found = headings.next().unwrap_or_default();
            if found != expected {
                return Err(table.fault(1, found, found, &format!("the column `{expected}`")));
            }
        }
        let mut measures = Vec::new();
        for column in headings {
            let names = || Measure::ALL.map(Measure::column).join(", ");
            let measure = Measure::from_column(column)
                .ok_or_else(|| table.fault(1, column, column, &format!("one of {}", names())))?;
            if measures.contains(&measure) {
                return Err(table.fault(1, column, column, "each column once"));
            }
            measures.push(measure);
        }

        let mut panel = Self::default();
        let mut seen = BTreeSet::new();
        for (line, row) in &table.rows {
            let cell = |i: usize| row.get(i).unwrap_or_default();
            let period =
                cell(3).parse().map_err(|_| table.fault(*line, "period", cell(3), "a period as 2024-06"))?;
            let mut values = Measures::default();
            for (i, measure) in measures.iter().enumerate() {
                let text = cell(i + KEYS.len());
                let value = text.parse::<u64>().ok().filter(|v| *v <= LARGEST);
                if value.is_none() && !text.is_empty() {
                    let expected = format!("a whole number up to {LARGEST}, or nothing where not published");
                    return Err(table.fault(*line, measure.column(), text, &expected));
                }
                values.set(*measure, value);
            }
            let [dataset, version, area] = [0, 1, 2].map(|i| cell(i).to_owned());
            if !seen.insert((dataset.clone(), version.clone(), area.clone(), period)) {
                let expected = "each period once for an area of a dataset";
                return Err(table.fault(*line, "period", cell(3), expected));
            }
            panel.rows.push(PanelRow { dataset, version, area, period, measures: values });
        }
        Ok(panel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_that_stands_twice_is_no_panel() {
        let path = std::env::temp_dir().join(format!("tarazu-panel-twice-{}.csv", std::process::id()));
        std::fs::write(&path, "dataset,version,area,period,events,events\nD,1,PAK,2024-06,1,2\n").unwrap();
        let error = Panel::read_csv(&path).unwrap_err().to_string();
        std::fs::remove_file(&path).unwrap();
        assert!(
            error.ends_with("line 1: column `events`: found \"events\", expected each column once"),
            "{error}"
        );
    }
}
