//! Divisions under today's names.

use foldhash::HashMap;

use crate::table::{Table, TableError};

/// Words that datasets put after a division's name or leave out.
const KINDS: [&str; 3] = [" province", " territory", " prov."];

/// Divisions that were renamed or merged (`data/successions.csv`), found whatever the case and with or without a word such as
/// "province" after the name.
#[derive(Debug, Default)]
pub struct Successions {
    current: HashMap<String, HashMap<String, String>>,
}

impl Successions {
    pub(crate) fn read(table: &Table) -> Result<Self, TableError> {
        let (iso3, admin1, current) =
            (table.column("iso3")?, table.column("admin1")?, table.column("admin1_current")?);
        let mut successions = Self::default();
        let cell = |row: &csv::StringRecord, at: usize| row.get(at).unwrap_or_default().trim().to_owned();
        for (line, row) in &table.rows {
            let names = successions.current.entry(cell(row, iso3)).or_default();
            let former = names.insert(normal(&cell(row, admin1)), cell(row, current));
            if former.is_some_and(|f| f != cell(row, current)) {
                return Err(table.fault(*line, "admin1", &cell(row, admin1), "each name of a country once"));
            }
        }
        // Names as they stand are found without being normalised first.
        for (_, row) in &table.rows {
            let names = successions.current.entry(cell(row, iso3)).or_default();
            names.entry(cell(row, admin1)).or_insert_with(|| cell(row, current));
            names.entry(cell(row, current)).or_insert_with(|| cell(row, current));
        }
        // Today's names lead to themselves, and every name does so without its last word; what the table says goes before.
        for (_, row) in &table.rows {
            let names = successions.current.entry(cell(row, iso3)).or_default();
            let today = cell(row, current);
            for name in [normal(&today), normal(&cell(row, admin1))] {
                names.entry(bare(&name).to_owned()).or_insert_with(|| today.clone());
                names.entry(name).or_insert_with(|| today.clone());
            }
        }
        Ok(successions)
    }

    /// Today's name of a division; the name itself where the table does not know it.
    pub fn current<'a>(&'a self, iso3: &str, admin1: &'a str) -> &'a str {
        let Some(names) = self.current.get(iso3) else { return admin1 };
        if let Some(today) = names.get(admin1) {
            return today;
        }
        let name = normal(admin1);
        names.get(&name).or_else(|| names.get(bare(&name))).map_or(admin1, String::as_str)
    }
}

/// In small letters, with single spaces.
fn normal(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Without the word for its kind.
fn bare(name: &str) -> &str {
    KINDS.iter().find_map(|kind| name.strip_suffix(kind)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use crate::tables::Tables;

    #[test]
    fn a_division_is_found_however_its_name_is_written() {
        let tables = Tables::embedded().unwrap();
        let current = |name| tables.successions.current("PAK", name).to_owned();
        for (given, today) in [
            ("Federally Administered Tribal Areas", "Khyber Pakhtunkhwa"),
            ("FATA", "Khyber Pakhtunkhwa"),
            ("Fata", "Khyber Pakhtunkhwa"),
            ("Khyber Pakhtunkhwa", "Khyber Pakhtunkhwa"),
            ("Khyber Pakhtunkhwa Province", "Khyber Pakhtunkhwa"),
            ("Khyber Pakhtunkwa province", "Khyber Pakhtunkhwa"),
            ("khyber  pakhtunkhwa", "Khyber Pakhtunkhwa"),
            ("Islamabad Capital territory", "Islamabad Capital Territory"),
            ("Islamabad", "Islamabad Capital Territory"),
            ("Balochistān province", "Balochistan"),
            ("BALOCHISTAN", "Balochistan"),
            ("Punjab province", "Punjab"),
            ("Sindh Province", "Sindh"),
            ("Azad Jammu & Kashmir", "Azad Jammu and Kashmir"),
            ("Gilgit-Baltistan", "Gilgit-Baltistan"),
            ("Elsewhere province", "Elsewhere province"),
        ] {
            assert_eq!(current(given), today, "{given}");
        }
        assert_eq!(tables.successions.current("IND", "Punjab province"), "Punjab province");
    }
}
