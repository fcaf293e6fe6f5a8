//! The organisation behind a name.

use foldhash::{HashMap, HashSet};

use crate::event::Text;
use crate::table::{Table, TableError};

/// Spellings of organisations with UCDP's actor ids (`data/actor-aliases.csv` and UCDP's own actor list).
#[derive(Debug, Default, Clone)]
pub struct Aliases {
    /// `None` where one spelling stands for several actors.
    ids: HashMap<String, Option<u32>>,
    /// Words that name nobody, such as "unknown" in any language: rows of the table without an id.
    nobody: HashSet<String>,
    /// Bytes of the longest of them, and a bit for each letter of ASCII that any of them begins with: most names are told by these from
    /// all.
    longest: usize,
    beginnings: u128,
}

/// The columns of UCDP's actor list (codebook 22.1) that hold names.
const UCDP_NAMES: [&str; 4] = ["NameData", "NameOrig", "NameOrigFull", "NameOrigFullEng"];

impl Aliases {
    pub(crate) fn read(table: &Table) -> Result<Self, TableError> {
        let (alias, id) = (table.column("alias")?, table.column("ucdp_actor_id")?);
        let mut aliases = Self::default();
        for (line, row) in &table.rows {
            let text = row.get(id).unwrap_or_default();
            if text.is_empty() {
                let word = normal(row.get(alias).unwrap_or_default());
                aliases.longest = aliases.longest.max(word.len());
                let first = word.bytes().next().filter(u8::is_ascii);
                aliases.beginnings |= first.map_or(0, |letter| 1 << letter);
                aliases.nobody.insert(word);
                continue;
            }
            let id = text.parse().map_err(|_| table.fault(*line, "ucdp_actor_id", text, "a whole number"))?;
            aliases.ids.insert(normal(row.get(alias).unwrap_or_default()), Some(id));
        }
        Ok(aliases)
    }

    /// Whether the table is UCDP's actor list.
    pub fn is_ucdp_list(table: &Table) -> bool {
        table.column("ActorId").is_ok() && table.column("NameData").is_ok()
    }

    /// Add the names of UCDP's actor list. A name of several actors resolves to none; the project's own aliases win.
    ///
    /// # Errors
    /// [`TableError`] where a column is missing or an id is no number.
    pub fn add_ucdp_list(&mut self, table: &Table) -> Result<(), TableError> {
        let id = table.column("ActorId")?;
        let own: HashMap<String, Option<u32>> = self.ids.clone();
        for (line, row) in &table.rows {
            let text = row.get(id).unwrap_or_default();
            let id: u32 = text.parse().map_err(|_| table.fault(*line, "ActorId", text, "a whole number"))?;
            for name in UCDP_NAMES {
                let Ok(column) = table.column(name) else { continue };
                let name = normal(row.get(column).unwrap_or_default());
                if name.is_empty() || self.nobody.contains(&name) || own.contains_key(&name) {
                    continue;
                }
                let entry = self.ids.entry(name).or_insert(Some(id));
                if *entry != Some(id) {
                    *entry = None;
                }
            }
        }
        Ok(())
    }

    /// The name, unless it is a word for nobody ("Unknown", "desconocido").
    pub fn named<'a>(&self, name: Text<'a>) -> Text<'a> {
        let may_be_nobody = |n: &str| {
            let first = n.trim_start().bytes().next().unwrap_or_default();
            n.len() <= self.longest
                && (!first.is_ascii() || self.beginnings >> first.to_ascii_lowercase() & 1 == 1)
        };
        name.filter(|n| !may_be_nobody(n) || !self.nobody.contains(&normal(n)))
    }

    /// The UCDP actor id of a name: as it stands, or, with ACLED's bracket of years (`Military Forces of Pakistan (2018-2022)
    /// Frontier Corps`), without the bracket, or of what stands before it, which is the body that the unit belongs to.
    pub fn find(&self, name: &str) -> Option<u32> {
        let name = normal(name);
        if let Some(found) = self.ids.get(&name) {
            return *found;
        }
        let (body, unit) = around_years(&name)?;
        let whole = if unit.is_empty() { body.to_owned() } else { format!("{body} {unit}") };
        *self.ids.get(&whole).or_else(|| self.ids.get(body))?
    }
}

fn normal(name: &str) -> String {
    name.trim().to_lowercase()
}

/// What stands before and after a bracket of years, `(2018-2022)` or `(2018-)`.
fn around_years(name: &str) -> Option<(&str, &str)> {
    name.match_indices('(').find_map(|(at, _)| {
        let (bracket, after) = name[at + 1..].split_once(')')?;
        let years = bracket.len() >= 4 && bracket.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        years.then(|| (name[..at].trim_end(), after.trim_start()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_nobody_are_no_actors_in_any_language() {
        let aliases = crate::tables::Tables::embedded().unwrap().aliases;
        for word in [
            "Unknown",
            "UNIDENTIFIED",
            "desconocido",
            "Inconnu",
            "Non identifié",
            "نامعلوم",
            "n/a",
            "Неизвестно",
        ] {
            assert_eq!(aliases.named(Some(word.into())), None, "{word}");
        }
        for name in ["Unknown Soldiers Brigade", "TTP", "Military Forces of Pakistan (2018-2022)"] {
            assert_eq!(aliases.named(Some(name.into())).as_deref(), Some(name));
        }
    }

    #[test]
    fn a_bracket_of_years_hides_no_actor() {
        let aliases = Aliases {
            ids: [("military forces of pakistan", 141), ("jamaat-ul-ahrar (jua)", 5928), ("police x", 7)]
                .map(|(name, id)| (name.to_owned(), Some(id)))
                .into_iter()
                .collect(),
            ..Aliases::default()
        };
        let find = |name| aliases.find(name);
        assert_eq!(find("Military Forces of Pakistan"), Some(141));
        assert_eq!(find("Military Forces of Pakistan (2018-2022)"), Some(141));
        assert_eq!(find("Military Forces of Pakistan (2022-)"), Some(141));
        assert_eq!(find("Military Forces of Pakistan (2018-2022) Frontier Corps"), Some(141));
        assert_eq!(find("Police (2018-) X"), Some(7), "the whole name goes before its beginning");
        assert_eq!(find("Jamaat-ul-Ahrar (JuA)"), Some(5928));
        assert_eq!(find("Military Forces of Pakistan (reserve)"), None);
        assert_eq!(find("Military Forces of Pakistan ("), None);
    }
}
