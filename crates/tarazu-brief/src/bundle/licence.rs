//! What a licence allows: one table in `licences.toml`, read once.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::weigh::PanelSource;

/// What the licence of a dataset allows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetLicence {
    dataset: String,
    /// Identifier, for licences that have one.
    pub name: Option<String>,
    pub title: String,
    pub path: Option<String>,
    pub cite: String,
    pub rows: bool,
    pub totals: bool,
    pub note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Licences {
    licence: Vec<DatasetLicence>,
}

static LICENCES: LazyLock<Vec<DatasetLicence>> = LazyLock::new(|| {
    toml::from_str::<Licences>(include_str!("licences.toml")).map_or_else(|_| Vec::new(), |l| l.licence)
});

/// The licence of a dataset, where it is one that Tarazu knows.
pub fn licence_of(dataset: &str) -> Option<&'static DatasetLicence> {
    LICENCES.iter().find(|l| dataset.starts_with(&l.dataset))
}

/// Whether the totals of a source may be handed over.
pub fn may_publish(source: &PanelSource) -> bool {
    !source.withheld && licence_of(&source.dataset).is_none_or(|l| l.totals)
}

/// The licence of a source as a data package names it. What the case says stands where the dataset is not known.
pub fn descriptor(source: &PanelSource) -> Value {
    match licence_of(&source.dataset) {
        Some(l) => named(l.name.as_deref(), Some(&l.title), l.path.as_deref()),
        None => stated(&source.licence),
    }
}

/// A licence given in words.
pub fn stated(words: &str) -> Value {
    match words {
        "CC BY 4.0" | "CC-BY-4.0" => named(
            Some("CC-BY-4.0"),
            Some("Creative Commons Attribution 4.0"),
            Some("https://creativecommons.org/licenses/by/4.0/"),
        ),
        "CC0" | "CC0-1.0" => named(
            Some("CC0-1.0"),
            Some("Creative Commons Zero 1.0"),
            Some("https://creativecommons.org/publicdomain/zero/1.0/"),
        ),
        // A licence needs a name or a path to be one: words become both a name and a title.
        words => named(Some(&identifier(words)), Some(words), None),
    }
}

fn named(name: Option<&str>, title: Option<&str>, path: Option<&str>) -> Value {
    let mut licence = json!({});
    for (key, value) in [("name", name), ("title", title), ("path", path)] {
        if let Some(value) = value {
            licence[key] = json!(value);
        }
    }
    if licence.get("name").is_none() && licence.get("path").is_none() {
        licence["name"] = json!(identifier(title.unwrap_or("not stated")));
    }
    licence
}

/// Words with hyphens between them, as names of licences are.
fn identifier(words: &str) -> String {
    words
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '.'))
        .filter(|w| !w.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_licences_reads() {
        assert!(LICENCES.len() >= 5);
        assert!(licence_of("UCDP GED country-month").is_some_and(|l| l.rows && l.totals));
        assert!(licence_of("ACLED").is_some_and(|l| !l.rows && l.note.is_some()));
        assert!(licence_of("Made up").is_none());
    }
}
