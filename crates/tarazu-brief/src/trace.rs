//! From a code back to where it comes from: every chart, computed figure, sentence and entry of an edition, with rows, files, hashes,
//! documents and locators. `weigh` writes them into `out/trace.json`; [`look_up`] finds one there.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tarazu_events::Period;
use tarazu_events::file::{FileError, SourceFile, sha256_hex};
use tarazu_ledger::entry::Citation;
use tarazu_ledger::text::{Inline, sentences, split_inline};
use tarazu_ledger::{Case, Figure, FigureSource, Span};

use crate::chart::{Chart, trace_code};
use crate::weigh::Weighing;

/// What a code stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TraceKind {
    /// A chart or map.
    Chart,
    /// A computed figure.
    Figure,
    /// A sentence of the text.
    Sentence,
    /// An entry of the ledger.
    Entry,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file, within the case folder or its `out/`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// SHA-256 of the whole file.
    pub sha256: String,
}

/// Data behind a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceData {
    /// Dataset with release, or what the rows are.
    pub name: String,
    /// The file that holds the rows, within the case folder or its `out/`.
    pub file: Option<String>,
    /// Its lines: "12–35, 40"; all where there is none.
    pub lines: Option<String>,
    /// SHA-256 of that file, or of the original that the figures were computed from.
    pub sha256: Option<String>,
    /// Who publishes it and what to cite.
    pub attribution: String,
    /// Licence.
    pub licence: String,
    /// How the rows were computed.
    pub computed: String,
}

/// A document behind a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceDocument {
    /// Its key in `documents.bib`.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Where in it.
    pub locator: String,
    /// Its address.
    pub url: Option<String>,
    /// SHA-256 of the copy that was read.
    pub sha256: Option<String>,
    /// Whether it only reports what another said.
    pub secondary: bool,
}

/// One thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// Its code in this edition.
    pub code: String,
    /// What it is.
    pub kind: TraceKind,
    /// Its name: of a chart's files, of a figure, of an entry.
    pub id: String,
    /// What it says.
    pub text: String,
    /// How it came about.
    pub how: Option<String>,
    /// Where it stands.
    pub place: Option<Place>,
    /// Data.
    pub data: Vec<TraceData>,
    /// Documents.
    pub documents: Vec<TraceDocument>,
    /// Computed figures that it uses, by name.
    pub figures: Vec<String>,
}

/// All of an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traces {
    /// The edition.
    pub edition: String,
    /// Version of Tarazu.
    pub version: String,
    /// The day up to which sources were searched.
    pub as_of: String,
    /// Title of the case.
    pub case: String,
    /// The things: charts, figures, sentences, entries.
    pub things: Vec<Trace>,
}

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

/// Trace everything that a weighing says.
pub fn traces(case: &Case, weighing: &Weighing, charts: &[Chart]) -> Traces {
    let tracer = Tracer { case, weighing, panel: Lines::of(weighing, "panel.csv") };
    let mut things: Vec<Trace> = charts.iter().map(|c| tracer.chart(c)).collect();
    things.extend(case.figures.iter().map(|f| tracer.figure(f)));
    for section in &case.brief.sections {
        for range in sentences(&section.body.value) {
            let start = section.body.span.start + range.start;
            let end = section.body.span.start + range.end;
            let text = section.body.value.get(range).unwrap_or_default();
            things.extend(tracer.sentence(text, &Span::new(section.body.span.source, start..end)));
        }
    }
    for (kind, header) in case.ledger.headers() {
        things.push(Trace {
            code: tracer.code(&format!("entry {}", header.id.value)),
            kind: TraceKind::Entry,
            id: header.id.value.clone(),
            text: kind.into(),
            how: None,
            place: tracer.place(&header.span),
            data: Vec::new(),
            documents: tracer.documents(&header.cites),
            figures: Vec::new(),
        });
    }
    Traces {
        edition: weighing.edition.clone(),
        version: weighing.version.into(),
        as_of: weighing.as_of.clone(),
        case: weighing.title.clone(),
        things,
    }
}

/// The rows of a panel with their lines.
struct Lines {
    name: &'static str,
    sha256: String,
    rows: Vec<(usize, [String; 4])>,
}

impl Lines {
    /// The file as it was weighed, and as the bundle holds it.
    fn of(weighing: &Weighing, name: &'static str) -> Option<Self> {
        let file = weighing.inputs.iter().find(|input| input.name == name)?;
        let mut reader = csv::Reader::from_reader(file.bytes.as_slice());
        let rows = reader
            .records()
            .filter_map(|record| {
                let record = record.ok()?;
                let line = record.position().map_or(0, |p| p.line() as usize);
                let key = [0, 1, 2, 3].map(|i| record.get(i).unwrap_or_default().to_owned());
                Some((line, key))
            })
            .collect();
        Some(Self { name, sha256: file.sha256.clone(), rows })
    }

    fn lines(&self, wanted: &dyn Fn(&[String; 4]) -> bool) -> Option<String> {
        let lines: BTreeSet<usize> =
            self.rows.iter().filter(|(_, key)| wanted(key)).map(|(l, _)| *l).collect();
        (!lines.is_empty()).then(|| spans(&lines))
    }
}

/// Lines as spans: "3–5, 9".
fn spans(lines: &BTreeSet<usize>) -> String {
    let lines: Vec<usize> = lines.iter().copied().collect();
    lines
        .chunk_by(|a, b| a + 1 == *b)
        .filter_map(|run| {
            let (first, last) = (run.first()?, run.last()?);
            Some(if first == last { first.to_string() } else { format!("{first}–{last}") })
        })
        .collect::<Vec<_>>()
        .join(", ")
}

struct Tracer<'a> {
    case: &'a Case,
    weighing: &'a Weighing,
    panel: Option<Lines>,
}

impl Tracer<'_> {
    fn code(&self, what: &str) -> String {
        trace_code(what, &self.weighing.edition)
    }

    fn place(&self, span: &Span) -> Option<Place> {
        let source = self.case.sources.get(span.source)?;
        Some(Place {
            file: source.name.clone(),
            line: source.position(span.start).0,
            sha256: sha256_hex(source.text.as_bytes()),
        })
    }

    fn document(&self, key: &str, locator: &str, secondary: bool) -> Option<TraceDocument> {
        let d = self.case.documents.get(key)?;
        Some(TraceDocument {
            key: key.into(),
            title: d.title.clone(),
            locator: locator.into(),
            url: d.url.clone(),
            sha256: d.sha256.clone(),
            secondary,
        })
    }

    fn documents(&self, cites: &[Citation]) -> Vec<TraceDocument> {
        cites.iter().filter_map(|c| self.document(&c.document, &c.locator.value, c.secondary)).collect()
    }

    fn chart(&self, chart: &Chart) -> Trace {
        let file = format!("out/charts/{}.csv", chart.id);
        let mut data = vec![TraceData {
            name: "everything that is drawn".into(),
            file: Some(file),
            lines: None,
            sha256: Some(sha256_hex(chart.csv().as_bytes())),
            attribution: "as the sources below".into(),
            licence: "as the sources below".into(),
            computed: chart.subtitle.clone(),
        }];
        data.extend(chart.sources.iter().map(|s| TraceData {
            name: s.name.clone(),
            file: None,
            lines: None,
            sha256: s.sha256.clone(),
            attribution: s.attribution.clone(),
            licence: s.licence.clone(),
            computed: s.computed.clone(),
        }));
        Trace {
            code: chart.code.clone(),
            kind: TraceKind::Chart,
            id: chart.id.into(),
            text: chart.title.clone(),
            how: Some(chart.alt.clone()),
            place: None,
            data,
            documents: Vec::new(),
            figures: Vec::new(),
        }
    }

    fn figure(&self, figure: &Figure) -> Trace {
        let id = &figure.id.value;
        let computed = self.weighing.figures.iter().find(|f| f.id == *id);
        let printed = computed.map_or("", |f| f.printed.as_str());
        Trace {
            code: self.code(&format!("figure {id}")),
            kind: TraceKind::Figure,
            id: id.clone(),
            text: format!("{}: {printed}", figure.text.value),
            how: computed.map(|f| f.how.clone()),
            place: self.place(&figure.id.span),
            data: figure.source.as_ref().and_then(|s| self.rows(s)).into_iter().collect(),
            documents: Vec::new(),
            figures: Vec::new(),
        }
    }

    /// The rows that a figure was computed from.
    fn rows(&self, source: &FigureSource) -> Option<TraceData> {
        let plain = |name: String, file: &str, lines: Option<String>, sha256: Option<String>| TraceData {
            name,
            file: Some(file.into()),
            lines,
            sha256,
            attribution: "this case".into(),
            licence: "as the case".into(),
            computed: "by this weighing".into(),
        };
        match source {
            FigureSource::Panel { dataset, version, area, measure, from, to, .. } => {
                let (from, to) = (from.value.parse::<Period>().ok()?, to.value.parse::<Period>().ok()?);
                let own = |key: &[String; 4]| {
                    let in_span = |p: Period| p.unit() == from.unit() && (from..=to).contains(&p);
                    key[0] == dataset.value
                        && key[1] == version.value
                        && key[2] == area.value
                        && key[3].parse().is_ok_and(in_span)
                };
                let described = self
                    .weighing
                    .panel_sources
                    .iter()
                    .find(|s| s.dataset == dataset.value && s.version == version.value)?;
                let panel = self.panel.as_ref();
                let lines = panel.and_then(|p| p.lines(&own));
                Some(TraceData {
                    name: format!("{} of {} {}", measure.value, dataset.value, version.value),
                    file: panel.filter(|_| lines.is_some()).map(|p| p.name.to_owned()),
                    sha256: panel.filter(|_| lines.is_some()).map(|p| p.sha256.clone()),
                    lines,
                    attribution: described.attribution.clone(),
                    licence: described.licence.clone(),
                    computed: format!("{} (file of SHA-256 {})", described.computed, described.sha256),
                })
            }
            FigureSource::Verdict { about, value } => Some(plain(
                format!("{} over every specification of {}", value.value, about.value),
                "out/estimates.csv",
                None,
                None,
            )),
            FigureSource::Ledger { count } => {
                let name = count.value.split('-').next().unwrap_or_default();
                let source = self.case.sources.iter().find(|s| s.name.starts_with(name));
                let file = source.map_or("the case", |s| s.name.as_str());
                let hash = source.map(|s| sha256_hex(s.text.as_bytes()));
                Some(plain(format!("entries counted as {}", count.value), file, None, hash))
            }
            FigureSource::Days { request } => {
                let found = self.case.ledger.requests.iter().find(|r| r.header.id.value == request.value)?;
                let place = self.place(&found.header.span)?;
                let line = Some(place.line.to_string());
                Some(plain(
                    format!("dates of the request {}", request.value),
                    &place.file,
                    line,
                    Some(place.sha256),
                ))
            }
        }
    }

    /// A sentence of the text with its figures and documents; none of white space, headings and rules.
    fn sentence(&self, text: &str, span: &Span) -> Option<Trace> {
        let lead = text.len() - text.trim_start().len();
        let trimmed = text.trim();
        if !trimmed.contains(|c: char| c.is_alphabetic()) || trimmed.starts_with('#') {
            return None;
        }
        let (mut words, mut figures, mut documents) = (String::new(), Vec::new(), Vec::new());
        for (_, piece) in split_inline(trimmed) {
            match piece {
                Inline::Plain(plain) => words.push_str(plain),
                Inline::Figure(name) => {
                    let computed = self.weighing.figures.iter().find(|f| f.id == name);
                    words.push_str(computed.map_or(name, |f| f.printed.as_str()));
                    figures.push(name.to_owned());
                }
                Inline::Citation(cites) => {
                    documents
                        .extend(cites.iter().filter_map(|(key, locator)| self.document(key, locator, false)));
                }
            }
        }
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let at = Span::new(span.source, span.start + lead..span.end);
        let place = self.place(&at);
        let line = place.as_ref().map_or(0, |p| p.line);
        Some(Trace {
            code: self.code(&format!("sentence {line} {words}")),
            kind: TraceKind::Sentence,
            id: format!("brief.md:{line}"),
            text: words,
            how: None,
            place,
            data: Vec::new(),
            documents,
            figures,
        })
    }
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
    let code = normal_code(wanted);
    let things = &traces.things;
    let by_name = || things.iter().filter(|t| t.id == wanted).min_by_key(|t| t.kind);
    let Some(thing) = things.iter().find(|t| t.code == code).or_else(by_name) else {
        let names = things.iter().flat_map(|t| [t.code.as_str(), t.id.as_str()]);
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
    let figures: Vec<Trace> = things
        .iter()
        .filter(|t| t.kind == TraceKind::Figure && thing.figures.contains(&t.id))
        .cloned()
        .collect();
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
    Ok(Found {
        edition: traces.edition,
        version: traces.version,
        as_of: traces.as_of,
        case: traces.case,
        thing: thing.clone(),
        figures,
        changed,
    })
}

/// A code as it was meant: letters large, and those that are taken for digits as digits (Crockford's rule).
fn normal_code(wanted: &str) -> String {
    let upper = wanted.trim().to_uppercase();
    match upper.strip_prefix("TZ-") {
        Some(rest) => {
            let digit = |c| match c {
                'O' => '0',
                'I' | 'L' => '1',
                c => c,
            };
            format!("TZ-{}", rest.chars().map(digit).collect::<String>())
        }
        None => upper,
    }
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
    fn a_code_read_off_a_screenshot_is_forgiven_its_letters() {
        assert_eq!(normal_code(" tz-7fOk-l2 "), "TZ-7F0K-12");
        assert_eq!(distance("TZ-7F3K-92", "TZ-7F3X-92"), 1);
    }

    #[test]
    fn lines_are_given_as_spans() {
        assert_eq!(spans(&BTreeSet::from([3, 4, 5, 9])), "3–5, 9");
    }
}
