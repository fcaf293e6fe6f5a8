//! Small CSV tables read whole, with the line of every row, for files whose every cell must be right.

use csv::StringRecord;

use crate::file::{FileError, SourceFile};

/// A table that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
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

/// A table with its heading.
#[derive(Debug, Default)]
pub struct Table {
    name: String,
    /// Names of the columns.
    pub headings: StringRecord,
    /// Line on which each row begins, and its cells: as many as there are columns.
    pub rows: Vec<(u64, StringRecord)>,
}

impl Table {
    /// A table that was read elsewhere: the file's name, the columns, and the rows with their lines or numbers.
    pub fn new(name: String, headings: StringRecord, rows: Vec<(u64, StringRecord)>) -> Self {
        Self { name, headings, rows }
    }

    /// Parse a file's contents.
    ///
    /// # Errors
    /// [`TableError::Cell`] where the file is not CSV in UTF-8 or a row has another number of fields than the heading.
    pub fn parse(file: &SourceFile) -> Result<Self, TableError> {
        let mut table = Self { name: file.name(), headings: StringRecord::new(), rows: Vec::new() };
        let mut reader = csv::Reader::from_reader(file.bytes.as_slice());
        table.headings = match reader.headers() {
            Ok(headings) => headings.clone(),
            Err(e) => return Err(table.fault(1, "", &e.to_string(), "a heading")),
        };
        for record in reader.records() {
            let record = record.map_err(|e| {
                let line = e.position().map_or(0, csv::Position::line);
                table.fault(line, "", &e.to_string(), "a row with as many fields as the heading")
            })?;
            let line = record.position().map_or(0, csv::Position::line);
            table.rows.push((line, record));
        }
        Ok(table)
    }

    /// The position of a column.
    ///
    /// # Errors
    /// [`TableError::Cell`] with the columns that there are.
    pub fn column(&self, name: &str) -> Result<usize, TableError> {
        let found = self.headings.iter().position(|h| h == name);
        found.ok_or_else(|| {
            let there = self.headings.iter().collect::<Vec<_>>().join(", ");
            self.fault(1, name, &there, "this column")
        })
    }

    /// A fault of this table.
    pub fn fault(&self, line: u64, column: &str, found: &str, expected: &str) -> TableError {
        TableError::Cell {
            file: self.name.clone(),
            line,
            column: column.into(),
            found: found.into(),
            expected: expected.into(),
        }
    }
}
