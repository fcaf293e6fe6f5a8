//! A code or name looked up in what a weighing left, and whether the files that it rests on are still what they were.

use std::path::Path;

use serde::Serialize;
use tarazu_events::file::{FileError, SourceFile};

use super::{Trace, Traces, normal_code};

/// Why a code cannot be looked up.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The file of traces.
    #[error("{0}; `tarazu weigh CASE` writes it")]
    File(#[from] FileError),
    /// What is in it.
    #[error("{file}: line {line}: {message}; `tarazu weigh CASE` writes it anew")]
    Content {
        /// The file.
        file: String,
        /// The line.
        line: usize,
        /// What was found.
        message: String,
    },
    /// No such thing.
    #[error("{wanted} is no code, figure, chart or entry of edition {edition}{}", hint.as_deref().unwrap_or(""))]
    Unknown {
        /// What was asked.
        wanted: String,
        /// The edition that was searched.
        edition: String,
        /// The nearest, in words.
        hint: Option<String>,
    },
}

/// A thing that was looked up, with the figures that it uses and the edition that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The edition.
    pub edition: String,
    /// Version of Tarazu.
    pub version: String,
    /// The day up to which sources were searched.
    pub as_of: String,
    /// Title of the case.
    pub case: String,
    /// What the code stands for.
    pub thing: Trace,
    /// The figures that it uses, each with its rows.
    pub figures: Vec<Trace>,
    /// Files of the case or its `out/` that are no longer what they were, each with the hash that it has now, or none where it is gone.
    pub changed: Vec<(String, Option<String>)>,
}

/// Find what a code, or the name of a figure, chart or entry, stands for in a weighed case.
///
/// # Errors
/// [`TraceError`] where the case has not been weighed or has no such thing.
pub fn look_up(case: &Path, out: &Path, wanted: &str) -> Result<Found, TraceError> {
    let file = SourceFile::open(&out.join("trace.json"))?;
    let traces: Traces = serde_json::from_slice(&file.bytes).map_err(|e| TraceError::Content {
        file: file.name(),
        line: e.line(),
        message: format!("found no traces: {e}"),
    })?;
    let Some(thing) = traces.find(wanted) else {
        let code = normal_code(wanted);
        let names = traces.things.iter().flat_map(|t| [t.code.as_str(), t.id.as_str()]);
        let near = names
            .map(|name| (distance(name, if name.starts_with("TZ-") { &code } else { wanted }), name))
            .min()
            .filter(|(d, _)| *d <= 2)
            .map(|(_, name)| format!("; did you mean {name}?"));
        let hint = near.or_else(|| {
            code.starts_with("TZ-").then(|| {
                "; a code belongs to one edition: the one printed beside it must be weighed".to_owned()
            })
        });
        let edition = traces.edition.get(..12).unwrap_or(&traces.edition).to_owned();
        return Err(TraceError::Unknown { wanted: wanted.into(), edition, hint });
    };
    let figures: Vec<Trace> = traces.figures_of(thing).into_iter().cloned().collect();
    let mut changed = Vec::new();
    for t in std::iter::once(thing).chain(&figures) {
        let places = t.place.iter().map(|p| (&p.file, &p.sha256));
        let data = t.data.iter().filter_map(|d| Some((d.file.as_ref()?, d.sha256.as_ref()?)));
        for (name, sha256) in places.chain(data) {
            let path = name.strip_prefix("out/").map_or_else(|| case.join(name), |rest| out.join(rest));
            let now = SourceFile::open(&path).ok().map(|f| f.sha256);
            if now.as_ref() != Some(sha256) && !changed.iter().any(|(n, _)| n == name) {
                changed.push((name.clone(), now));
            }
        }
    }
    let thing = thing.clone();
    Ok(Found {
        edition: traces.edition,
        version: traces.version,
        as_of: traces.as_of,
        case: traces.case,
        thing,
        figures,
        changed,
    })
}

/// Letters that must be put in, left out or changed (Levenshtein 1966).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_between_two_names_are_counted() {
        assert_eq!(distance("TZ-7F3K-92", "TZ-7F3X-92"), 1);
        assert_eq!(distance("abc", "acbd"), 2);
    }
}
