//! Divisions under today's names.

use std::collections::HashMap;

use crate::table::{Table, TableError};

/// Divisions that were renamed or merged (`data/successions.csv`).
#[derive(Debug, Default)]
pub struct Successions {
    current: HashMap<String, HashMap<String, String>>,
}

impl Successions {
    pub(crate) fn read(table: &Table) -> Result<Self, TableError> {
        let (iso3, admin1, current) =
            (table.column("iso3")?, table.column("admin1")?, table.column("admin1_current")?);
        let mut successions = Self::default();
        for (_, row) in &table.rows {
            let cell = |at: usize| row.get(at).unwrap_or_default().to_owned();
            successions.current.entry(cell(iso3)).or_default().insert(cell(admin1), cell(current));
        }
        Ok(successions)
    }

    /// Today's name of a division; the name itself where it never changed.
    pub fn current<'a>(&'a self, iso3: &str, admin1: &'a str) -> &'a str {
        self.current.get(iso3).and_then(|names| names.get(admin1)).map_or(admin1, String::as_str)
    }
}
