//! Which area of a boundary file an area of a dataset is.

use std::collections::HashMap;
use std::path::Path;

use tarazu_events::Tables;
use tarazu_events::file::SourceFile;

use super::{GeoError, Topology};

/// Spellings of districts that no rule brings together: `name,also`.
const DISTRICTS: &str = include_str!("../../data/district-names.csv");

/// Words for the kind of an area.
const KINDS: [&str; 8] =
    ["district", "distrcit", "agency", "province", "territory", "division", "capital territory", "city"];

/// A name as it is compared: in small letters, without its word for a kind, without marks and spaces.
fn key(name: &str) -> String {
    let mut name = name.trim().to_lowercase();
    for kind in KINDS {
        if let Some(rest) = name.strip_suffix(kind).filter(|rest| rest.ends_with(' ')) {
            name = rest.trim_end().to_owned();
        }
    }
    let plain = |c: char| match c {
        'ā' | 'á' | 'â' | 'ä' => 'a',
        'ī' | 'í' => 'i',
        'ū' | 'ú' => 'u',
        c => c,
    };
    name.chars().map(plain).filter(|c| c.is_alphanumeric()).collect()
}

/// The areas of a boundary file by the names that datasets give them.
pub struct Names {
    iso3: String,
    tables: Option<Tables>,
    /// From every name and other name to the place among the areas.
    own: HashMap<String, usize>,
    /// From today's name of the division to the place; areas with a name of their own for a former division stand apart.
    today: HashMap<String, usize>,
}

impl Names {
    pub(crate) fn new(topology: &Topology, iso3: &str) -> Self {
        let tables = Tables::embedded().ok();
        let mut names = Self { iso3: iso3.into(), tables, own: HashMap::new(), today: HashMap::new() };
        for (place, area) in topology.areas.iter().enumerate() {
            for name in std::iter::once(&area.name).chain(&area.also) {
                names.own.entry(key(name)).or_insert(place);
            }
            if area.also.is_empty() {
                let today = key(names.current(&area.name));
                names.today.entry(today).or_insert(place);
            }
        }
        for line in DISTRICTS.lines().skip(1) {
            if let Some((name, also)) = line.split_once(',')
                && let Some(place) = names.own.get(&key(name)).copied()
            {
                names.own.entry(key(also)).or_insert(place);
            }
        }
        names
    }

    /// Today's name of a division.
    pub(crate) fn current<'a>(&'a self, name: &'a str) -> &'a str {
        self.tables.as_ref().map_or(name, |t| t.successions.current(&self.iso3, name))
    }

    /// The place of the area that goes by this name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.own.get(&key(name)).or_else(|| self.today.get(&key(self.current(name)))).copied()
    }
}

/// Put names and label places of a table into boundaries.
pub(crate) fn apply(topology: &mut Topology, path: &Path) -> Result<(), GeoError> {
    let file = SourceFile::open(path)?;
    let fault = |message: String| GeoError::Content { file: file.name(), message };
    let mut reader = csv::Reader::from_reader(file.bytes.as_slice());
    for (line, record) in reader.records().enumerate() {
        let row = record.map_err(|e| fault(e.to_string()))?;
        let cell = |i: usize| row.get(i).unwrap_or_default().trim();
        let area = topology.areas.iter_mut().find(|a| a.name == cell(0)).ok_or_else(|| {
            fault(format!(
                "line {}: column `boundary`: {:?} names no area of the boundaries",
                line + 2,
                cell(0)
            ))
        })?;
        area.name = cell(1).into();
        area.also = cell(2).split(';').map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect();
        area.disputed = cell(3) == "yes";
        area.label = cell(4).parse().ok().zip(cell(5).parse().ok()).map(|(x, y)| [x, y]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Boundaries;
    use super::*;

    #[test]
    fn provinces_are_found_under_the_names_of_datasets() {
        let boundaries = Boundaries::embedded("PAK").unwrap();
        let names = Names::new(&boundaries.topology, "PAK");
        let found = |name: &str| names.find(name).map(|i| boundaries.topology.areas[i].name.clone());
        for (given, area) in [
            ("Balochistan province", "Balochistan"),
            ("Khyber Pakhtunkwa province", "Khyber Pakhtunkhwa"),
            ("Islamabad Capital territory", "Islamabad"),
            ("Azad Jammu & Kashmir", "Azad Jammu and Kashmir"),
            ("Sindh province", "Sindh"),
            ("Punjab province", "Punjab"),
            ("Gilgit-Baltistan", "Gilgit-Baltistan"),
        ] {
            assert_eq!(found(given).as_deref(), Some(area), "{given}");
        }
        // The tribal areas, merged in 2018, stand by themselves on boundaries that still have them.
        assert!(found("Federally Administered Tribal Areas").unwrap().contains("FATA"));
        assert_eq!(found("(none given)"), None);
        assert_eq!(names.current("Federally Administered Tribal Areas"), "Khyber Pakhtunkhwa");
    }

    #[test]
    fn a_name_is_compared_without_its_kind() {
        assert_eq!(key("Dera Ismail Khan district"), key("dera-ismail khan"));
        assert_eq!(key("Musa Khel district"), key("Musakhel"));
        assert_ne!(key("Upper Dir"), key("Lower Dir"));
    }
}
