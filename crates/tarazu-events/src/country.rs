//! Countries by ISO 3166, Gleditsch and Ward, and FIPS 10-4 codes, and by the names that datasets give them (`data/countries.csv`).

use foldhash::HashMap;

use crate::table::{Table, TableError};

/// Which code a dataset writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountryCode {
    /// ISO 3166-1 alpha-3.
    Iso3,
    /// ISO 3166-1 alpha-2.
    Iso2,
    /// ISO 3166-1 numeric, without leading zeros.
    Numeric,
    /// Gleditsch and Ward.
    Gw,
    /// FIPS 10-4.
    Fips,
    /// A name in any of the spellings.
    Name,
}

const COLUMNS: [(CountryCode, &str); 7] = [
    (CountryCode::Iso3, "iso3"),
    (CountryCode::Iso2, "iso2"),
    (CountryCode::Numeric, "numeric"),
    (CountryCode::Gw, "gw"),
    (CountryCode::Fips, "fips"),
    (CountryCode::Name, "name"),
    (CountryCode::Name, "aliases"),
];

/// Countries, found by any code.
#[derive(Debug, Default)]
pub struct Countries {
    iso3: Vec<String>,
    /// By kind of code.
    index: [HashMap<String, usize>; 6],
}

impl Countries {
    pub(crate) fn read(table: &Table) -> Result<Self, TableError> {
        let mut countries = Self::default();
        let mut columns = Vec::new();
        for (code, name) in COLUMNS {
            columns.push((code, name, table.column(name)?));
        }
        for (line, row) in &table.rows {
            let position = countries.iso3.len();
            let iso3 = row.get(columns[0].2).unwrap_or_default();
            if iso3.len() != 3 {
                return Err(table.fault(*line, "iso3", iso3, "three letters"));
            }
            countries.iso3.push(iso3.into());
            for (code, name, at) in &columns {
                let cell = row.get(*at).unwrap_or_default();
                for value in cell.split('|').map(str::trim).filter(|v| !v.is_empty()) {
                    let codes = &mut countries.index[*code as usize];
                    for spelling in [value.to_owned(), value.to_lowercase()] {
                        let former = codes.insert(spelling, position);
                        if former.is_some_and(|f| f != position) {
                            return Err(table.fault(
                                *line,
                                name,
                                value,
                                "a code or name of one country only",
                            ));
                        }
                    }
                }
            }
        }
        Ok(countries)
    }

    /// The ISO 3166-1 alpha-3 code of the country with this code or name.
    pub fn iso3(&self, code: CountryCode, value: &str) -> Option<&str> {
        let codes = &self.index[code as usize];
        let position = match codes.get(value) {
            Some(position) => position,
            None => codes.get(&value.trim().to_lowercase())?,
        };
        self.iso3.get(*position).map(String::as_str)
    }
}
