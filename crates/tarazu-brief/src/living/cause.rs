//! What can have changed a row: a new release of a dataset, a new document, another method or version, another wording of the case.

use std::collections::BTreeSet;

use tarazu_events::file::sha256_hex;
use toml::Value;

use super::rows::Rows;
use super::{RowChange, What};
use crate::bundle::{Bundle, BundleError, Record};

/// What differs between what two editions were made of.
#[derive(Debug, Default)]
pub struct Causes {
    /// All of it, in words.
    pub all: Vec<String>,
    /// Tarazu, and where sources were searched to.
    version: Vec<String>,
    as_of: Vec<String>,
    /// Datasets, with the dataset's name and release.
    datasets: Vec<(String, String)>,
    /// The grid.
    method: Vec<String>,
    /// Documents that only the newer edition has.
    documents: BTreeSet<String>,
    /// Files of the case that differ.
    files: BTreeSet<String>,
    /// Documents cited by each entry and section of the newer edition.
    cited: Vec<(String, String)>,
    /// Figures that are printed differently: name, as it was, as it is.
    figures: Vec<(String, String, String)>,
}

impl Causes {
    pub fn between(old: &Bundle, new: &Bundle, was: &Record, is: &Record) -> Result<Self, BundleError> {
        let mut causes = Self::default();
        if was.version != is.version {
            causes.version.push(format!("Tarazu {} in place of {}", is.version, was.version));
        }
        if was.as_of != is.as_of {
            causes.as_of.push(format!("sources searched up to {} instead of {}", is.as_of, was.as_of));
        }
        causes.datasets = datasets(&Rows::read(old, "sources")?, &Rows::read(new, "sources")?);
        causes.method = method(old, new);
        let (before, after) = (Rows::read(old, "documents")?, Rows::read(new, "documents")?);
        let keys = |rows: &Rows| -> BTreeSet<String> {
            rows.iter().map(|row| rows.cell(row, "document").to_owned()).collect()
        };
        let (before, after) = (keys(&before), keys(&after));
        causes.documents = after.difference(&before).cloned().collect();
        for (path, bytes) in &new.files {
            if let Some(name) = path.strip_prefix("case/")
                && old.files.get(path).is_none_or(|b| sha256_hex(b) != sha256_hex(bytes))
            {
                causes.files.insert(name.to_owned());
            }
        }
        let gone = old.files.keys().filter(|p| p.starts_with("case/") && !new.files.contains_key(*p));
        causes.files.extend(gone.filter_map(|p| p.strip_prefix("case/")).map(String::from));
        let (before, after) = (Rows::read(old, "figures")?, Rows::read(new, "figures")?);
        for row in after.iter() {
            let (name, is) = (after.cell(row, "figure"), after.cell(row, "printed"));
            let was = before.find("figure", name).map_or("", |row| before.cell(row, "printed"));
            if was != is {
                causes.figures.push((name.into(), was.into(), is.into()));
            }
        }
        let citations = Rows::read(new, "citations")?;
        causes.cited = citations
            .iter()
            .map(|row| (citations.cell(row, "entry").to_owned(), citations.cell(row, "document").to_owned()))
            .collect();
        causes.tell();
        Ok(causes)
    }

    fn tell(&mut self) {
        let mut all = self.version.clone();
        all.extend(self.as_of.clone());
        all.extend(self.datasets.iter().map(|(_, words)| words.clone()));
        all.extend(self.method.clone());
        if !self.documents.is_empty() {
            let names: Vec<&str> = self.documents.iter().map(String::as_str).collect();
            all.push(format!("new documents: {}", names.join(", ")));
        }
        let told = ["grid.toml", "panel.csv", "panel.toml", "documents.bib", "editions.toml"];
        let files: Vec<&str> = self.files.iter().map(String::as_str).filter(|f| !told.contains(f)).collect();
        if !files.is_empty() {
            all.push(format!("another wording of the case: {}", files.join(", ")));
        }
        if self.files.contains("panel.csv") && self.datasets.is_empty() {
            all.push("other figures in panel.csv, under the same releases".into());
        }
        self.all = all;
    }

    /// What can have changed this row of this table.
    pub fn of(&self, table: &str, row: &RowChange, before: &Rows, after: &Rows) -> Vec<String> {
        let mut why = Vec::new();
        match table {
            "answers" => {
                why.extend(self.of_estimates());
                why.extend(self.file("campaigns.toml"));
            }
            "figures" => {
                let rows = if row.what == What::Removed { before } else { after };
                let found = rows.find("figure", &row.of);
                let (source, of) = found.map_or(("", ""), |r| (rows.cell(r, "source"), rows.cell(r, "of")));
                why.extend(self.file("figures.toml"));
                match source {
                    "panel" => {
                        let own = self.datasets.iter().filter(|(name, _)| name == of);
                        let own: Vec<String> = own.map(|(_, words)| words.clone()).collect();
                        let none = own.is_empty() && self.files.contains("panel.csv");
                        why.extend(own);
                        why.extend(none.then(|| "other figures in panel.csv, under the same release".into()));
                    }
                    "verdict" => {
                        why.extend(self.of_estimates());
                        why.extend(self.file("campaigns.toml"));
                    }
                    _ => {
                        why.extend(self.as_of.clone());
                        let counted = self.files.iter().filter(|f| f.ends_with(".toml") && *f != "grid.toml");
                        why.extend(counted.map(|f| format!("{f} changed")));
                    }
                }
                why.extend(self.version.clone());
            }
            "sentences" => {
                why.extend(self.of_sentence(row, after));
                let section = row.of.rsplit_once(", sentence").map_or("", |(s, _)| s);
                why.extend(self.new_documents(section));
            }
            "transparency" => {
                why.extend(self.files.iter().filter(|f| f.ends_with(".toml")).map(|f| format!("{f} changed")))
            }
            "documents" => why.extend(self.file("documents.bib")),
            "not_asked" => why.extend(self.file("campaigns.toml")),
            "requests" if row.fields.iter().all(|f| f.field == "days") => why.extend(self.as_of.clone()),
            _ => {
                let id = row.of.split(", ").next().unwrap_or(&row.of);
                why.extend(self.new_documents(id));
                let file = file_of(table);
                why.extend(self.file(file).map(|_| format!("another wording in {file}")));
            }
        }
        why.dedup();
        if why.is_empty() {
            why.push("no cause is on record".into());
        }
        why
    }

    /// Figures that the sentence prints differently, and another wording where that is not all.
    fn of_sentence(&self, row: &RowChange, after: &Rows) -> Vec<String> {
        let Some(text) = row.fields.first() else { return Vec::new() };
        let used = after.find("text", &text.says).map_or("", |row| after.cell(row, "figures"));
        let used: Vec<&str> = used.split("; ").collect();
        let (mut why, mut said) = (Vec::new(), text.said.clone());
        for (name, was, is) in self.figures.iter().filter(|(name, _, _)| used.contains(&name.as_str())) {
            why.push(format!("the figure {name} changed"));
            said = said.replacen(was, is, 1);
        }
        if said != text.says {
            why.extend(self.file("brief.md").map(|_| "another wording in brief.md".to_owned()));
        }
        why
    }

    /// What an estimate rests on.
    fn of_estimates(&self) -> Vec<String> {
        let mut why: Vec<String> = self.datasets.iter().map(|(_, words)| words.clone()).collect();
        if why.is_empty() && self.files.contains("panel.csv") {
            why.push("other figures in panel.csv, under the same releases".into());
        }
        why.extend(self.method.iter().chain(&self.version).cloned());
        why
    }

    fn file(&self, name: &str) -> Option<String> {
        self.files.contains(name).then(|| format!("{name} changed"))
    }

    fn new_documents(&self, entry: &str) -> Vec<String> {
        let own = self.cited.iter().filter(|(e, d)| e == entry && self.documents.contains(d));
        let names: BTreeSet<&str> = own.map(|(_, d)| d.as_str()).collect();
        names.into_iter().map(|d| format!("new document: {d}")).collect()
    }
}

fn file_of(table: &str) -> &'static str {
    match table {
        "claims" | "responses" => "claims.toml",
        "requests" => "requests.toml",
        "commitments" | "commitment_wordings" | "commitment_scores" => "commitments.toml",
        "programmes" | "programme_results" => "programmes.toml",
        "campaigns" | "strands" | "interventions" | "operation_lists" => "campaigns.toml",
        "encounters" => "encounters.toml",
        "incidents" | "incident_tolls" | "incident_followed" => "incidents.toml",
        "tallies" => "tallies.toml",
        "indicators" | "indicator_values" => "indicators.toml",
        "actors" => "actors.toml",
        _ => "corrections.toml",
    }
}

/// Datasets whose release or file differs. A release that comes as another goes is told as one.
fn datasets(before: &Rows, after: &Rows) -> Vec<(String, String)> {
    let name = |rows: &Rows, row: &[String]| {
        (
            rows.cell(row, "dataset").to_owned(),
            rows.cell(row, "version").to_owned(),
            rows.cell(row, "sha256").to_owned(),
        )
    };
    let old: Vec<_> = before.iter().map(|row| name(before, row)).collect();
    let new: Vec<_> = after.iter().map(|row| name(after, row)).collect();
    let mut found = Vec::new();
    for (dataset, version, sha256) in &new {
        let release = format!("{dataset} {version}");
        if let Some((_, _, was)) = old.iter().find(|(d, v, _)| d == dataset && v == version) {
            if was != sha256 {
                found.push((release.clone(), format!("{release} was computed from another file")));
            }
            continue;
        }
        let gone =
            old.iter().find(|(d, v, _)| d == dataset && !new.iter().any(|(nd, nv, _)| nd == d && nv == v));
        let words = match gone {
            Some((_, was, _)) => format!("new release: {release} in place of {was}"),
            None => format!("new dataset: {release}"),
        };
        found.push((release, words));
    }
    for (dataset, version, _) in &old {
        if !new.iter().any(|(d, _, _)| d == dataset) {
            let release = format!("{dataset} {version}");
            found.push((release.clone(), format!("{release} was left out")));
        }
    }
    found
}

/// What differs in `grid.toml`, key by key.
fn method(old: &Bundle, new: &Bundle) -> Vec<String> {
    let grid = |bundle: &Bundle| -> Option<Value> {
        let bytes = bundle.files.get("case/grid.toml")?;
        toml::from_str(std::str::from_utf8(bytes).ok()?).ok()
    };
    let (Some(was), Some(is)) = (grid(old), grid(new)) else { return Vec::new() };
    let (mut before, mut after) = (Vec::new(), Vec::new());
    leaves("", &was, &mut before);
    leaves("", &is, &mut after);
    let mut found = Vec::new();
    for (key, value) in &after {
        match before.iter().find(|(k, _)| k == key) {
            Some((_, old)) if old == value => {}
            Some((_, old)) => found.push(format!("other choices: {key} = {value} in place of {old}")),
            None => found.push(format!("other choices: {key} = {value} is new")),
        }
    }
    let gone = before.iter().filter(|(key, _)| !after.iter().any(|(k, _)| k == key));
    found.extend(gone.map(|(key, value)| format!("other choices: {key} = {value} is gone")));
    found
}

fn leaves(prefix: &str, value: &Value, all: &mut Vec<(String, String)>) {
    match value {
        Value::Table(table) => {
            for (key, value) in table {
                let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                leaves(&key, value, all);
            }
        }
        other => all.push((prefix.into(), other.to_string())),
    }
}
