//! Rows of a bundle's tables, and which of them differ.

use std::collections::BTreeMap;

use super::{FieldChange, RowChange, What};
use crate::bundle::{Bundle, BundleError};

/// A table as a bundle has it; one that it does not have has no rows.
#[derive(Debug, Default)]
pub struct Rows {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Rows {
    pub fn read(bundle: &Bundle, table: &str) -> Result<Self, BundleError> {
        let path = format!("data/{table}.csv");
        let Some(bytes) = bundle.files.get(&path) else { return Ok(Self::default()) };
        let fail = |e: csv::Error| BundleError::NoBundle { path: path.clone(), reason: e.to_string() };
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let columns = reader.headers().map_err(fail)?.iter().map(String::from).collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            rows.push(record.map_err(fail)?.iter().map(String::from).collect());
        }
        // The hashtags of a tagged table are no row.
        let tags = |row: &Vec<String>| row.iter().all(|c| c.is_empty() || c.starts_with('#'));
        if rows.first().is_some_and(tags) {
            rows.remove(0);
        }
        Ok(Self { columns, rows })
    }

    /// The cell of a row.
    pub fn cell<'a>(&self, row: &'a [String], column: &str) -> &'a str {
        let at = self.columns.iter().position(|c| c == column);
        at.and_then(|i| row.get(i)).map_or("", String::as_str)
    }

    /// The row that is known by this name.
    pub fn find(&self, column: &str, value: &str) -> Option<&[String]> {
        self.rows.iter().find(|row| self.cell(row, column) == value).map(Vec::as_slice)
    }

    pub fn iter(&self) -> impl Iterator<Item = &[String]> {
        self.rows.iter().map(Vec::as_slice)
    }

    /// The rows by what they are known by.
    fn keyed(&self, key: &[&str]) -> BTreeMap<String, &[String]> {
        self.iter()
            .map(|row| (key.iter().map(|k| self.cell(row, k)).collect::<Vec<_>>().join(", "), row))
            .collect()
    }
}

/// Rows that differ, by their keys. A column that only one edition has is no difference.
pub fn by_key(before: &Rows, after: &Rows, key: &[&str]) -> Vec<RowChange> {
    let (old, new) = (before.keyed(key), after.keyed(key));
    let mut changes = Vec::new();
    for (of, row) in &old {
        match new.get(of) {
            None => changes.push(whole(What::Removed, of, before, row, key)),
            Some(now) => {
                let both = before.columns.iter().filter(|c| after.columns.contains(c));
                let fields: Vec<FieldChange> = both
                    .map(|c| (c, before.cell(row, c), after.cell(now, c)))
                    .filter(|(_, said, says)| said != says)
                    .map(|(c, said, says)| FieldChange {
                        field: c.clone(),
                        said: said.into(),
                        says: says.into(),
                    })
                    .collect();
                if !fields.is_empty() {
                    changes.push(RowChange { what: What::Changed, of: of.clone(), fields, why: Vec::new() });
                }
            }
        }
    }
    let added = new.iter().filter(|(of, _)| !old.contains_key(*of));
    changes.extend(added.map(|(of, row)| whole(What::Added, of, after, row, key)));
    changes
}

fn whole(what: What, of: &str, rows: &Rows, row: &[String], key: &[&str]) -> RowChange {
    let fields = rows
        .columns
        .iter()
        .filter(|c| !key.contains(&c.as_str()) && !rows.cell(row, c).is_empty())
        .map(|c| {
            let value = rows.cell(row, c).to_owned();
            let (said, says) =
                if what == What::Added { (String::new(), value) } else { (value, String::new()) };
            FieldChange { field: c.clone(), said, says }
        })
        .collect();
    RowChange { what, of: of.into(), fields, why: Vec::new() }
}

/// Sentences of each section, aligned: the longest common run of equal ones stays, and of what lies between, sentences that share most of
/// their words are one that was changed.
pub fn sentences(before: &Rows, after: &Rows) -> Vec<RowChange> {
    let mut sections: Vec<&str> = Vec::new();
    for (rows, row) in before.iter().map(|r| (before, r)).chain(after.iter().map(|r| (after, r))) {
        let section = rows.cell(row, "section");
        if !sections.contains(&section) {
            sections.push(section);
        }
    }
    let mut changes = Vec::new();
    for section in sections {
        let of = |rows: &Rows| -> Vec<String> {
            let own = |row: &&[String]| rows.cell(row, "section") == section;
            rows.iter().filter(own).map(|row| rows.cell(row, "text").to_owned()).collect()
        };
        let (old, new) = (of(before), of(after));
        let mut from = (0, 0);
        let mut common = common(&old, &new);
        common.push((old.len(), new.len()));
        for (i, j) in common {
            between(section, &old[from.0..i], &new[from.1..j], from.1, &mut changes);
            from = (i + 1, j + 1);
        }
    }
    changes
}

/// Places of a longest common subsequence.
fn common(old: &[String], new: &[String]) -> Vec<(usize, usize)> {
    let mut length = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            length[i][j] = if old[i] == new[j] {
                length[i + 1][j + 1] + 1
            } else {
                length[i + 1][j].max(length[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut places) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            places.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if length[i + 1][j] >= length[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    places
}

fn between(section: &str, old: &[String], new: &[String], first: usize, changes: &mut Vec<RowChange>) {
    let mut taken = vec![false; new.len()];
    let change = |what, number: usize, said: &str, says: &str| RowChange {
        what,
        of: format!("{section}, sentence {number}"),
        fields: vec![FieldChange { field: "text".into(), said: said.into(), says: says.into() }],
        why: Vec::new(),
    };
    for (i, said) in old.iter().enumerate() {
        let free = (0..new.len()).filter(|j| !taken[*j]);
        let best =
            free.map(|j| (shared(said, &new[j]), j)).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        match best.filter(|(share, _)| *share >= 0.4) {
            Some((_, j)) => {
                taken[j] = true;
                changes.push(change(What::Changed, first + j + 1, said, &new[j]));
            }
            None => changes.push(change(What::Removed, first + i + 1, said, "")),
        }
    }
    for (j, says) in new.iter().enumerate().filter(|(j, _)| !taken[*j]) {
        changes.push(change(What::Added, first + j + 1, "", says));
    }
}

/// Share of words that two sentences have in common (Dice's coefficient over their words).
fn shared(a: &str, b: &str) -> f64 {
    let words = |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_lowercase).collect() };
    let (a, mut b) = (words(a), words(b));
    let all = a.len() + b.len();
    let mut both = 0;
    for word in &a {
        if let Some(at) = b.iter().position(|w| w == word) {
            b.swap_remove(at);
            both += 1;
        }
    }
    2.0 * f64::from(both) / all.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(columns: &[&str], rows: &[&[&str]]) -> Rows {
        let owned = |row: &[&str]| row.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
        Rows { columns: owned(columns), rows: rows.iter().map(|r| owned(r)).collect() }
    }

    #[test]
    fn sentences_are_aligned_though_some_come_and_go() {
        let columns = ["section", "number", "text"];
        let old = rows(
            &columns,
            &[
                &["S", "1", "In 2019 12 people were reported killed."],
                &["S", "2", "The rest stays."],
                &["S", "3", "This goes."],
            ],
        );
        let new = rows(
            &columns,
            &[
                &["S", "1", "A new beginning of another kind."],
                &["S", "2", "In 2019 14 people were reported killed."],
                &["S", "3", "The rest stays."],
            ],
        );
        let found = sentences(&old, &new);
        let what: Vec<(What, &str)> = found.iter().map(|c| (c.what, c.of.as_str())).collect();
        assert_eq!(
            what,
            [
                (What::Changed, "S, sentence 2"),
                (What::Added, "S, sentence 1"),
                (What::Removed, "S, sentence 4"),
            ]
        );
        assert!(sentences(&old, &old).is_empty());
    }

    #[test]
    fn rows_are_compared_by_their_keys_and_in_common_columns() {
        let old = rows(&["id", "text", "gone"], &[&["a", "x", "1"], &["b", "y", "1"]]);
        let new = rows(&["text", "id", "new"], &[&["z", "a", "2"], &["y", "c", "2"]]);
        let found = by_key(&old, &new, &["id"]);
        let what: Vec<(What, &str, usize)> =
            found.iter().map(|c| (c.what, c.of.as_str(), c.fields.len())).collect();
        assert_eq!(what, [(What::Changed, "a", 1), (What::Removed, "b", 2), (What::Added, "c", 2)]);
    }
}
