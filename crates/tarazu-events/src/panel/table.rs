//! Panels as CSV, out and in: `dataset,version,area,period` and a column per measure; a missing measure is an empty cell.

use std::path::Path;

use super::{Measure, Measures, Panel, PanelRow};
use crate::file::{FileError, SourceFile};

const KEYS: [&str; 4] = ["dataset", "version", "area", "period"];

/// A panel file that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PanelError {
    /// The file itself is at fault.
    #[error(transparent)]
    File(#[from] FileError),
    /// A cell or row is at fault.
    #[error("{file}: line {line}: column `{column}`: found {found:?}, expected {expected}")]
    Cell {
        /// The file.
        file: String,
        /// Where.
        line: u64,
        /// The column.
        column: String,
        /// What stands there.
        found: String,
        /// What should.
        expected: String,
    },
}

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
    /// [`PanelError`] with file, line, column, what was found and what was expected.
    pub fn read_csv(path: &Path) -> Result<Self, PanelError> {
        let file = SourceFile::open(path)?;
        let fault = |line, column: &str, found: &str, expected: &str| PanelError::Cell {
            file: file.name(),
            line,
            column: column.into(),
            found: found.into(),
            expected: expected.into(),
        };
        let mut reader = csv::Reader::from_reader(file.bytes.as_slice());
        let headers = reader.headers().map_err(|e| fault(1, "", &e.to_string(), "a heading"))?.clone();
        for (found, expected) in headers.iter().zip(KEYS) {
            if found != expected {
                return Err(fault(1, found, found, &format!("the column `{expected}`")));
            }
        }
        let measures: Vec<Measure> = headers
            .iter()
            .skip(KEYS.len())
            .map(|column| {
                let names = Measure::ALL.map(Measure::column).join(", ");
                Measure::from_column(column)
                    .ok_or_else(|| fault(1, column, column, &format!("one of {names}")))
            })
            .collect::<Result<_, _>>()?;

        let mut panel = Self::default();
        for record in reader.records() {
            let record = record.map_err(|e| {
                let line = e.position().map_or(0, csv::Position::line);
                fault(line, "", &e.to_string(), "a row with as many fields as the heading")
            })?;
            let line = record.position().map_or(0, csv::Position::line);
            let field = |i: usize| record.get(i).unwrap_or_default();
            let period =
                field(3).parse().map_err(|_| fault(line, "period", field(3), "a period as 2024-06"))?;
            let mut values = Measures::default();
            for (i, measure) in measures.iter().enumerate() {
                let text = field(i + KEYS.len());
                let value = text.parse().map_err(|_| {
                    fault(line, measure.column(), text, "a whole number, or nothing where not published")
                });
                values.set(*measure, if text.is_empty() { None } else { Some(value?) });
            }
            panel.rows.push(PanelRow {
                dataset: field(0).into(),
                version: field(1).into(),
                area: field(2).into(),
                period,
                measures: values,
            });
        }
        Ok(panel)
    }
}
