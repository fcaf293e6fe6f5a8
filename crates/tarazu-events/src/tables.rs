//! The tables by which a dataset's own codes become the project's: countries, types, precision, divisions, organisations.
//!
//! All are CSV files in `data/`, compiled in, that a researcher can read, correct and pass back (`tarazu import --tables DIR`).

use std::collections::HashMap;
use std::path::Path;

use crate::aliases::Aliases;
use crate::country::Countries;
use crate::crosswalk::{Crosswalk, Precision};
use crate::file::{SourceFile, sha256_hex};
use crate::successions::Successions;
use crate::table::{Table, TableError};

/// The tables' names and contents as they are compiled in.
const EMBEDDED: [(&str, &str); 5] = [
    ("countries.csv", include_str!("../data/countries.csv")),
    ("crosswalk.csv", include_str!("../data/crosswalk.csv")),
    ("precision.csv", include_str!("../data/precision.csv")),
    ("successions.csv", include_str!("../data/successions.csv")),
    ("actor-aliases.csv", include_str!("../data/actor-aliases.csv")),
];

/// Every table that readers look things up in.
#[derive(Debug)]
pub struct Tables {
    /// Countries by any of their codes and names.
    pub countries: Countries,
    /// Types of events.
    pub crosswalk: Crosswalk,
    /// Radius of uncertainty by precision code.
    pub precision: Precision,
    /// Divisions that were renamed or merged.
    pub successions: Successions,
    /// Spellings of organisations.
    pub aliases: Aliases,
    /// Identifies the tables' contents: a store re-reads a file when they have changed.
    pub fingerprint: String,
}

impl Tables {
    /// The tables compiled in.
    ///
    /// # Errors
    /// [`TableError`] where a table is at fault; a test reads them all.
    pub fn embedded() -> Result<Self, TableError> {
        Self::load(None)
    }

    /// The tables compiled in, each replaced by the file of its name in `folder` where there is one.
    ///
    /// # Errors
    /// [`TableError`] with file, line, column, what was found and what was expected.
    pub fn load(folder: Option<&Path>) -> Result<Self, TableError> {
        let mut contents = HashMap::new();
        let mut fingerprint = String::new();
        for (name, embedded) in EMBEDDED {
            let path = folder.map(|f| f.join(name)).filter(|p| p.exists());
            let file = match path {
                Some(path) => SourceFile::open(&path)?,
                None => SourceFile {
                    path: Path::new("(built in)").join(name),
                    bytes: embedded.as_bytes().to_vec(),
                    sha256: sha256_hex(embedded.as_bytes()),
                },
            };
            fingerprint.push_str(&file.sha256);
            contents.insert(name, Table::parse(&file)?);
        }
        let mut table = |name: &str| contents.remove(name).unwrap_or_default();
        Ok(Self {
            countries: Countries::read(&table("countries.csv"))?,
            crosswalk: Crosswalk::read(&table("crosswalk.csv"))?,
            precision: Precision::read(&table("precision.csv"))?,
            successions: Successions::read(&table("successions.csv"))?,
            aliases: Aliases::read(&table("actor-aliases.csv"))?,
            fingerprint: sha256_hex(fingerprint.as_bytes())[..16].into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_compiled_in_are_sound() {
        Tables::embedded().unwrap();
    }
}
