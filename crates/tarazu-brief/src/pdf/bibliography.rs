//! The documents that a paper cites, for Typst's bibliography.

use std::collections::{BTreeMap, BTreeSet};

use biblatex::Bibliography;
use hayagriva::types::Person;
use serde_json::{Map, Value, json};
use tarazu_ledger::{Case, Document, LedgerDate};

/// The keys of all documents that a paper cites.
pub(super) fn cited(paper: &Value) -> BTreeSet<&str> {
    let mut keys = BTreeSet::new();
    let mut left = vec![paper];
    while let Some(value) = left.pop() {
        match value {
            Value::Array(a) => left.extend(a),
            Value::Object(o) => {
                if o.get("k").is_some_and(|k| k == "cite") {
                    let items = o.get("items").and_then(Value::as_array);
                    keys.extend(items.into_iter().flatten().filter_map(|i| i["key"].as_str()));
                }
                left.extend(o.values());
            }
            _ => {}
        }
    }
    keys
}

/// The documents in Hayagriva's format, written as JSON, which is YAML: so that any text is a string and nothing else.
pub(super) fn documents(case: &Case, cited: &BTreeSet<&str>) -> Result<Vec<u8>, serde_json::Error> {
    let text = case.sources.iter().find(|s| s.name == "documents.bib").map_or("", |s| s.text.as_str());
    let parsed = Bibliography::parse(text).unwrap_or_default();
    let mut entries = Map::new();
    for document in case.documents.values().filter(|d| cited.contains(d.key.as_str())) {
        let full = parsed.get(&document.key).and_then(full_entry);
        let mut entry = full.unwrap_or_else(|| plain_entry(document));
        complete(&mut entry, document);
        entries.insert(document.key.clone(), printable(Value::Object(entry)));
    }
    letter(&mut entries);
    serde_json::to_vec(&entries)
}

/// Tell documents of one author and year apart by a letter, in the order of their titles, where [`super::style`] makes a style print it.
/// Hayagriva's own letters fail where citations carry locators or where there are several such groups.
fn letter(entries: &mut Map<String, Value>) {
    let mut groups: BTreeMap<(String, String), Vec<(String, String)>> = BTreeMap::new();
    for (key, entry) in entries.iter() {
        let year = entry["date"].as_str().map_or("", |d| d.get(..4).unwrap_or(d));
        let title = entry["title"]["value"]["value"].as_str().unwrap_or_default().to_lowercase();
        groups.entry((names(&entry["author"]), year.into())).or_default().push((title, key.clone()));
    }
    for mut group in groups.into_values().filter(|g| g.len() > 1) {
        group.sort();
        for (i, (_, key)) in group.iter().enumerate() {
            if let Some(Value::Object(entry)) = entries.get_mut(key) {
                entry.insert(LETTER.into(), letters(i).into());
            }
        }
    }
}

/// The field that holds the letter: one that no document of a case has a use for.
pub(super) const LETTER: &str = "call-number";

/// 0 → a, 25 → z, 26 → aa.
fn letters(i: usize) -> String {
    let last = char::from(b'a' + (i % 26) as u8);
    if i < 26 { last.into() } else { format!("{}{last}", letters(i / 26 - 1)) }
}

/// Authors as a citation in the text may shorten them: family names, and of three or more the first.
fn names(authors: &Value) -> String {
    let name = |a: &Value| a["name"].as_str().or(a.as_str()).unwrap_or_default().to_lowercase();
    match authors {
        Value::Array(all) if all.len() < 3 => all.iter().map(name).collect::<Vec<_>>().join(" and "),
        Value::Array(all) => format!("{} et al.", all.first().map(name).unwrap_or_default()),
        one => name(one),
    }
}

/// Everything that the entry says. Mathematics, of which a bibliography of this kind has none, is Typst code to Typst: an entry with a
/// dollar sign goes the plain way.
fn full_entry(entry: &biblatex::Entry) -> Option<Map<String, Value>> {
    if entry.to_biblatex_string().contains('$') {
        return None;
    }
    let entry = hayagriva::Entry::try_from(entry).ok()?;
    let Value::Object(mut object) = serde_json::to_value(&entry).ok()? else { return None };
    // Written as one text, a body with a comma in its name would be read again as family name and given name.
    if let Some(authors) = entry.authors() {
        object.insert("author".into(), authors.iter().map(person).collect());
    }
    Some(object)
}

fn person(person: &Person) -> Value {
    let parts = [
        ("name", Some(&person.name)),
        ("given-name", person.given_name.as_ref()),
        ("prefix", person.prefix.as_ref()),
        ("suffix", person.suffix.as_ref()),
    ];
    parts
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), Value::from(value?.as_str()))))
        .collect()
}

/// What the ledger itself reads of a document.
fn plain_entry(document: &Document) -> Map<String, Value> {
    let mut entry = Map::new();
    entry.insert("type".into(), "Web".into());
    if let Some(author) = &document.author {
        entry.insert("author".into(), json!({ "name": author }));
    }
    if let Some(organization) = &document.organization {
        entry.insert("organization".into(), verbatim(organization));
    }
    if let Some(date) = document.date.as_deref().filter(|d| d.parse::<LedgerDate>().is_ok()) {
        entry.insert("date".into(), date.into());
    }
    if let Some(url) = &document.url {
        entry.insert("url".into(), json!({ "value": url }));
    }
    entry
}

/// The title as quoted, no matter what a style does to the case of titles; and where no author is named, the body that published stands
/// for one, as Chicago, APA and Harvard have it.
fn complete(entry: &mut Map<String, Value>, document: &Document) {
    entry.insert("title".into(), verbatim(&document.title));
    let authors = entry.get("author").and_then(Value::as_array).map_or(0, Vec::len);
    if authors == 0
        && document.author.is_none()
        && let Some(organization) = &document.organization
    {
        entry.insert("author".into(), json!({ "name": organization }));
        entry.remove("organization");
    }
}

fn verbatim(text: &str) -> Value {
    json!({ "value": { "value": text, "verbatim": true } })
}

/// Without the characters that YAML has no place for.
fn printable(value: Value) -> Value {
    match value {
        Value::String(s) => {
            let unprintable = |c: char| c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}' | '\u{FEFF}');
            Value::String(s.chars().map(|c| if unprintable(c) { ' ' } else { c }).collect())
        }
        Value::Array(a) => a.into_iter().map(printable).collect(),
        Value::Object(o) => o.into_iter().map(|(k, v)| (k, printable(v))).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_of_one_author_and_year_are_told_apart() {
        let entry = |author: &str, date: &str, title: &str| json!({ "author": { "name": author }, "date": date, "title": verbatim(title) });
        let Value::Object(mut entries) = json!({
            "x": entry("Dawn", "2024-05-01", "Zebra"),
            "y": entry("Dawn", "2024", "Apple"),
            "z": entry("Dawn", "2023", "Apple"),
        }) else {
            panic!()
        };
        letter(&mut entries);
        assert_eq!(["x", "y", "z"].map(|k| entries[k][LETTER].as_str()), [Some("b"), Some("a"), None]);
        assert_eq!([letters(0), letters(25), letters(26), letters(53)], ["a", "z", "aa", "bb"]);
    }

    #[test]
    fn a_title_with_braces_and_dollars_is_read_back_as_it_stands() {
        for title in ["#panic() $x$ {a} \\ *b* @c", "{", "$", "\\", "a: b - c # d"] {
            let entry = json!({ "k": { "type": "Web", "title": verbatim(title) } });
            let library = hayagriva::io::from_yaml_str(&entry.to_string()).unwrap();
            assert_eq!(library.get("k").unwrap().title().unwrap().to_string(), title);
        }
    }
}
