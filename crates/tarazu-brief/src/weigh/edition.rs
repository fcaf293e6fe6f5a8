//! The identity of an edition, the editions that were published before it (`editions.toml`), and what changed from one to the next: no
//! verdict and no figure of a published edition changes silently.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tarazu_events::file::{SourceFile, sha256_hex};
use tarazu_ledger::{Case, Private, private};

use super::panel::Data;
use super::{Answer, ComputedFigure, PanelSource, WeighError};

/// A file that a weighing rests on.
#[derive(Debug, Clone, Serialize)]
pub struct Input {
    /// Name within the case folder.
    pub name: String,
    /// SHA-256.
    pub sha256: String,
    /// Contents.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

impl Input {
    fn new(name: &str, bytes: Vec<u8>) -> Self {
        Self { name: name.into(), sha256: sha256_hex(&bytes), bytes }
    }
}

/// What `editions.toml` keeps of a published edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedEdition {
    /// Its identity.
    pub edition: String,
    /// Hash over what it was made of, without the editions before it.
    pub inputs: String,
    /// The day up to which its sources were searched.
    pub as_of: String,
    /// Version of Tarazu.
    pub version: String,
    /// Verdicts by intervention.
    pub verdicts: BTreeMap<String, String>,
    /// Computed figures as printed.
    pub figures: BTreeMap<String, String>,
    /// SHA-256 of the file of each dataset and release.
    pub sources: BTreeMap<String, String>,
    /// SHA-256 of each file of the case.
    pub files: BTreeMap<String, String>,
}

/// `editions.toml`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Log {
    #[serde(default)]
    edition: Vec<PublishedEdition>,
}

/// A verdict or figure that is another than in the edition before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The edition before.
    pub from: String,
    /// The edition that says it differently; `this` for the one at hand.
    pub to: String,
    /// `verdict` or `figure`.
    pub kind: &'static str,
    /// Intervention or figure.
    pub of: String,
    /// What was said.
    pub said: String,
    /// What is said.
    pub says: String,
    /// What else changed between the two editions.
    pub why: String,
}

/// Name of the log in the case folder.
pub const LOG: &str = "editions.toml";

const HEADING: &str = "# Editions that were published, in order: `tarazu weigh --publish` adds one. Do not edit: what an edition said is what it said.\n";

/// What an edition is made of, with its identity.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub inputs: Vec<Input>,
    /// Hash over the inputs.
    pub inputs_hash: String,
    /// Editions published before.
    pub earlier: Vec<PublishedEdition>,
    pub edition: String,
}

/// Gather what the weighing rests on.
pub(super) fn identity(case: &Case, data: &Data) -> Result<Identity, WeighError> {
    let mut inputs: Vec<Input> =
        case.sources.iter().map(|s| Input::new(&s.name, s.text.clone().into_bytes())).collect();
    // The panel as it is used: without the months that are too young to be published.
    let panel = data.embedded.to_csv().map_err(|e| mismatch("panel.csv", e.to_string()))?;
    inputs.push(Input::new("panel.csv", panel));
    let mut others = vec!["panel.toml"];
    if let Some(areas) = &data.areas_panel {
        let text = areas.to_csv().map_err(|e| mismatch("areas.csv", e.to_string()))?;
        inputs.push(Input::new("areas.csv", text));
        others.push("areas.toml");
    }
    if case.settings.estimates.is_some() {
        others.push("grid.toml");
    }
    for name in others {
        let bytes = SourceFile::open(&case.folder.join(name))?.bytes;
        refuse_private(name, &String::from_utf8_lossy(&bytes))?;
        inputs.push(Input::new(name, bytes));
    }
    inputs.sort_by(|a, b| a.name.cmp(&b.name));
    let mut lines = format!("tarazu {}\n", env!("CARGO_PKG_VERSION"));
    for input in &inputs {
        lines.push_str(&format!("{} {}\n", input.name, input.sha256));
    }
    if let Some(events) = &data.events {
        lines.push_str(&format!("events {} {}\n", events.version, events.sha256));
    }
    let inputs_hash = sha256_hex(lines.as_bytes());
    let mut earlier = read_log(case)?.edition;
    // An edition that is weighed again sees what it saw when it was published.
    if let Some(at) = earlier.iter().position(|e| e.inputs == inputs_hash) {
        earlier.truncate(at);
    }
    if !earlier.is_empty() {
        let log = write_log(earlier.clone())?;
        lines.push_str(&format!("{LOG} {}\n", sha256_hex(log.as_bytes())));
        inputs.push(Input::new(LOG, log.into_bytes()));
    }
    let edition = sha256_hex(lines.as_bytes());
    Ok(Identity { inputs, inputs_hash, earlier, edition })
}

fn mismatch(file: &str, message: String) -> WeighError {
    WeighError::Mismatch { file: file.into(), message }
}

/// These files are handed over as they are, with their comments.
fn refuse_private(name: &str, text: &str) -> Result<(), WeighError> {
    for (number, line) in text.lines().enumerate() {
        let what = match private(line) {
            None => continue,
            Some(Private::Number(n)) => format!("\"{n}\" looks like a telephone or identity number"),
            Some(Private::Coordinates(c)) => format!("\"{c}\" looks like coordinates"),
        };
        let message = format!("line {}: {what}; nothing private is recorded", number + 1);
        return Err(mismatch(name, message));
    }
    Ok(())
}

fn read_log(case: &Case) -> Result<Log, WeighError> {
    let path = case.folder.join(LOG);
    if !path.exists() {
        return Ok(Log::default());
    }
    let file = SourceFile::open(&path)?;
    let text = std::str::from_utf8(&file.bytes).map_err(|_| mismatch(LOG, "is not text in UTF-8".into()))?;
    refuse_private(LOG, text)?;
    toml::from_str(text).map_err(|e| mismatch(LOG, e.to_string()))
}

fn write_log(edition: Vec<PublishedEdition>) -> Result<String, WeighError> {
    let text = toml::to_string(&Log { edition }).map_err(|e| mismatch(LOG, e.to_string()))?;
    Ok(format!("{HEADING}\n{text}"))
}

/// `editions.toml` with this edition added, unless it is there already.
///
/// # Errors
/// [`WeighError`] where the log that is there cannot be read.
pub fn published_log(case: &Case, this: &PublishedEdition) -> Result<Option<String>, WeighError> {
    let mut log = read_log(case)?.edition;
    if log.iter().any(|e| e.inputs == this.inputs) {
        return Ok(None);
    }
    log.push(this.clone());
    write_log(log).map(Some)
}

/// What `editions.toml` would keep of a weighing.
pub(super) fn to_publish(
    identity: &Identity,
    as_of: &str,
    answers: &[Answer],
    figures: &[ComputedFigure],
    sources: &[PanelSource],
) -> PublishedEdition {
    let files = identity.inputs.iter().filter(|i| i.name != LOG);
    PublishedEdition {
        edition: identity.edition.clone(),
        inputs: identity.inputs_hash.clone(),
        as_of: as_of.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        verdicts: answers.iter().map(|a| (a.question.id.clone(), a.word().text().to_owned())).collect(),
        figures: figures.iter().map(|f| (f.id.clone(), f.printed.clone())).collect(),
        sources: sources.iter().map(|s| (format!("{} {}", s.dataset, s.version), s.sha256.clone())).collect(),
        files: files.map(|i| (i.name.clone(), i.sha256.clone())).collect(),
    }
}

/// Every verdict and figure that changed from each edition to the next.
pub(super) fn changes(earlier: &[PublishedEdition], this: &PublishedEdition) -> Vec<Change> {
    let all: Vec<&PublishedEdition> = earlier.iter().chain([this]).collect();
    all.windows(2).flat_map(|pair| changes_between(pair[0], pair[1], pair[1].inputs == this.inputs)).collect()
}

fn changes_between(before: &PublishedEdition, after: &PublishedEdition, is_this: bool) -> Vec<Change> {
    let why = why(before, after);
    let kinds = [("verdict", &before.verdicts, &after.verdicts), ("figure", &before.figures, &after.figures)];
    let mut changes = Vec::new();
    for (kind, said, says) in kinds {
        for (of, was) in said {
            let is = says.get(of).map_or("no longer given", String::as_str);
            if is != was {
                changes.push(Change {
                    from: before.edition.clone(),
                    to: if is_this { "this".into() } else { after.edition.clone() },
                    kind,
                    of: of.clone(),
                    said: was.clone(),
                    says: is.into(),
                    why: why.clone(),
                });
            }
        }
    }
    changes
}

/// What else is different between two editions: everything that could have changed a verdict or a figure.
fn why(before: &PublishedEdition, after: &PublishedEdition) -> String {
    let mut reasons = Vec::new();
    if before.version != after.version {
        reasons.push(format!("Tarazu {} in place of {}", after.version, before.version));
    }
    for (name, hash) in &after.sources {
        match before.sources.get(name) {
            None => reasons.push(format!("{name} was added")),
            Some(other) if other != hash => reasons.push(format!("{name} was computed from another file")),
            Some(_) => {}
        }
    }
    let gone = before.sources.keys().filter(|name| !after.sources.contains_key(*name));
    reasons.extend(gone.map(|name| format!("{name} was left out")));
    for (name, hash) in &after.files {
        let words = match name.as_str() {
            "grid.toml" => "the choices of the specifications (grid.toml) changed".to_owned(),
            "panel.csv" => "the panel (panel.csv) changed".to_owned(),
            "documents.bib" => "the documents (documents.bib) changed".to_owned(),
            // Where the figures come from is said by the sources.
            "panel.toml" | "areas.toml" => continue,
            other => format!("{other} changed"),
        };
        if before.files.get(name) != Some(hash) {
            reasons.push(words);
        }
    }
    if reasons.is_empty() { "no other change is recorded".into() } else { reasons.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edition(name: &str, verdict: &str, source: &str) -> PublishedEdition {
        let one = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
        PublishedEdition {
            edition: name.into(),
            inputs: format!("inputs of {name}"),
            as_of: "2024-01-31".into(),
            version: "0.1.0".into(),
            verdicts: one("calm", verdict),
            figures: one("deaths", "12"),
            sources: one("UCDP GED 24.1", source),
            files: one("grid.toml", "a"),
        }
    }

    #[test]
    fn a_changed_verdict_is_found_with_what_else_changed() {
        let (one, two) =
            (edition("one", "below expectation", "x"), edition("two", "the data cannot tell", "y"));
        let found = changes(std::slice::from_ref(&one), &two);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kind, found[0].of.as_str(), found[0].to.as_str()), ("verdict", "calm", "this"));
        assert_eq!(found[0].why, "UCDP GED 24.1 was computed from another file");
        assert!(changes(std::slice::from_ref(&one), &one.clone()).is_empty());
        let three = edition("three", "the data cannot tell", "y");
        let found = changes(&[one, two.clone()], &three);
        assert_eq!((found.len(), found[0].to.as_str()), (1, "two"), "a change stays on record");
    }
}
