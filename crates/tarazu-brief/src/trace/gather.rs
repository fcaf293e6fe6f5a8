//! Everything that a weighing says, with what it rests on.

use std::collections::BTreeSet;

use tarazu_events::Period;
use tarazu_events::file::sha256_hex;
use tarazu_ledger::entry::Citation;
use tarazu_ledger::text::{Inline, sentences, split_inline};
use tarazu_ledger::{Case, Figure, FigureSource, Span};

use super::{Place, Trace, TraceData, TraceDocument, TraceKind, Traces};
use crate::chart::{Chart, trace_code};
use crate::weigh::Weighing;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_given_as_spans() {
        assert_eq!(spans(&BTreeSet::from([3, 4, 5, 9])), "3–5, 9");
    }
}
