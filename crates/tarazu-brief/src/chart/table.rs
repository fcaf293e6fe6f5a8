//! The table of a chart: what is drawn, in rows and columns.

use serde::Serialize;

use crate::number::grouped;

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Name in the CSV file.
    pub name: &'static str,
    /// Heading on the page.
    pub title: &'static str,
    /// Whether it holds numbers.
    pub number: bool,
    /// What an empty cell of it means.
    pub missing: &'static str,
}

impl Column {
    pub(crate) const fn text(name: &'static str, title: &'static str) -> Self {
        Self { name, title, number: false, missing: "" }
    }

    pub(crate) const fn number(name: &'static str, title: &'static str) -> Self {
        Self { name, title, number: true, missing: "not published" }
    }

    pub(crate) const fn or(self, missing: &'static str) -> Self {
        Self { missing, ..self }
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A whole number.
    Whole(u64),
    /// A number, printed with this many decimals.
    Number(f64, usize),
    /// A share, printed as a signed percentage.
    Share(f64),
    /// Not there, which is not zero.
    Missing,
}

impl Cell {
    pub(crate) fn whole(value: Option<u64>) -> Self {
        value.map_or(Self::Missing, Self::Whole)
    }

    pub(crate) fn text(value: impl Into<String>) -> Self {
        Self::Text(value.into())
    }

    /// As it stands in the CSV file.
    pub fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Whole(value) => value.to_string(),
            Self::Number(value, decimals) => format!("{value:.decimals$}"),
            Self::Share(value) => format!("{value:.6}"),
            Self::Missing => String::new(),
        }
    }

    /// As people read it; nothing where it is missing.
    pub fn printed(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Whole(value) => Some(grouped(*value as f64)),
            Self::Number(value, decimals) => Some(format!("{value:.decimals$}").replace('-', "−")),
            Self::Share(value) => Some(crate::number::signed_percent(*value)),
            Self::Missing => None,
        }
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// The columns; the first names the row.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(columns: Vec<Column>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// As CSV.
    pub fn csv(&self) -> String {
        let mut text = String::new();
        let mut line = |cells: &mut dyn Iterator<Item = String>| {
            for (i, cell) in cells.enumerate() {
                if i > 0 {
                    text.push(',');
                }
                text.push_str(&quoted(cell));
            }
            text.push('\n');
        };
        line(&mut self.columns.iter().map(|c| c.name.to_owned()));
        for row in &self.rows {
            line(&mut row.iter().map(Cell::plain));
        }
        text
    }
}

/// A cell of a CSV file, in quotes where it needs them. One that a spreadsheet would take for a formula has an apostrophe before it.
fn quoted(cell: String) -> String {
    let formula = cell.starts_with(['=', '+', '@', '\t', '\r'])
        || (cell.starts_with('-') && cell.parse::<f64>().is_err());
    let cell = if formula { format!("'{cell}") } else { cell };
    if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_written_as_csv_that_no_spreadsheet_executes() {
        let mut table = Table::new(vec![Column::text("name", "Name"), Column::number("n", "N")]);
        table.rows.push(vec![Cell::text("=1+1, \"x\""), Cell::Missing]);
        table.rows.push(vec![Cell::text("-a"), Cell::Number(-1.25, 1)]);
        assert_eq!(table.csv(), "name,n\n\"'=1+1, \"\"x\"\"\",\n'-a,-1.2\n");
    }
}
