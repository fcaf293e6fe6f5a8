//! From a code, a figure or an entry back to what it rests on.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tarazu_brief::{Trace, TraceKind};

use super::{CASE, any_object, case, list, object, text, value};
use crate::serve::answer::Answer;
use crate::serve::explorer::Weighed;
use crate::serve::guard::Server;
use crate::serve::parameter::Asked;
use crate::serve::problem::Problem;
use crate::serve::route::{Content, Route};

pub const TRACE: Route = Route {
    path: "/api/v1/trace/{code}",
    name: "trace",
    summary: "What a chart, a figure, a sentence, an entry or a document rests on",
    about: "`code` is a trace code as charts and pages print it (`TZ-7F3K-92`, letters and digits that look alike forgiven), the name of a \
            chart or of a computed figure, the id of an entry of the ledger, or the key of a document. A chart and a figure come with how \
            they were computed and the files behind them; a sentence with its figures and documents; an entry with its documents; a \
            document with the entries that cite it.",
    parameters: &[CASE],
    content: Content::Json(|| {
        let kind = json!({ "type": "string", "enum": ["chart", "figure", "sentence", "entry", "document"] });
        object(&[
            ("case", text()),
            ("code", text()),
            ("kind", kind),
            ("edition", text()),
            ("found", any_object()),
            ("documents", list(any_object())),
            ("sources", list(any_object())),
        ])
    }),
    answer: trace,
};

fn trace(server: &Server, asked: &Asked) -> Result<Answer, Problem> {
    let weighed = case(server, asked)?;
    let code = asked.code.as_str();
    let found = match weighed.traces.find(code) {
        Some(thing) => match thing.kind {
            TraceKind::Chart => traced(weighed, thing, "chart"),
            TraceKind::Sentence => traced(weighed, thing, "sentence"),
            TraceKind::Figure => figure(weighed, &thing.id),
            TraceKind::Entry => entry(weighed, &thing.id),
        },
        None => document(weighed, code),
    };
    let Some(Found { kind, found, documents, sources }) = found else {
        return Err(Problem::not_found(
            "nothing of the case has this code or name; a code belongs to one edition, and another edition has others",
        ));
    };
    Ok(Answer::Json(json!({
        "case": weighed.id,
        "code": code,
        "kind": kind,
        "edition": weighed.weighing.edition,
        "found": found,
        "documents": documents,
        "sources": sources,
    })))
}

struct Found {
    kind: &'static str,
    found: Value,
    documents: Vec<Value>,
    sources: Vec<Value>,
}

/// A chart or a sentence, with the figures that it uses.
fn traced(weighed: &Weighed, thing: &Trace, kind: &'static str) -> Option<Found> {
    let keys: BTreeSet<&str> = thing.documents.iter().map(|d| d.key.as_str()).collect();
    let documents = keys.iter().filter_map(|k| value(weighed.case.documents.get(*k)?).ok()).collect();
    let sources = thing.data.iter().filter_map(|d| value(d).ok()).collect();
    let figures = value(&weighed.traces.figures_of(thing)).ok()?;
    let found = json!({ "thing": value(thing).ok()?, "figures": figures });
    Some(Found { kind, found, documents, sources })
}

fn figure(weighed: &Weighed, code: &str) -> Option<Found> {
    let figure = weighed.weighing.figures.iter().find(|f| f.id == code)?;
    let sources = weighed.weighing.panel_sources.iter();
    // A figure of the panel names its dataset in how it came about; others rest on the ledger or on all datasets.
    let named = sources.filter(|s| figure.how.contains(&s.dataset));
    let sources = named.filter_map(|s| value(s).ok()).collect();
    Some(Found { kind: "figure", found: value(figure).ok()?, documents: Vec::new(), sources })
}

fn entry(weighed: &Weighed, code: &str) -> Option<Found> {
    let (kind, header) = weighed.case.ledger.headers().find(|(_, h)| h.id.value == code)?;
    let found = in_ledger(&value(&weighed.case.ledger).ok()?, code)?;
    let mut keys = BTreeSet::new();
    cited(&found, &mut keys);
    keys.extend(header.cites.iter().map(|c| c.document.value.clone()));
    let documents = keys.iter().filter_map(|k| value(weighed.case.documents.get(k)?).ok()).collect();
    let found = json!({ "kind": kind, "entry": found });
    Some(Found { kind: "entry", found, documents, sources: Vec::new() })
}

fn document(weighed: &Weighed, code: &str) -> Option<Found> {
    let document = weighed.case.documents.get(code)?;
    let ledger = value(&weighed.case.ledger).ok()?;
    let mut citing = Vec::new();
    for (kind, entries) in ledger.as_object()? {
        for entry in entries.as_array().into_iter().flatten() {
            let mut keys = BTreeSet::new();
            cited(entry, &mut keys);
            if keys.contains(code) {
                citing.push(json!({ "kind": kind, "id": entry.pointer("/header/id") }));
            }
        }
    }
    let found = json!({ "document": value(document).ok()?, "cited_by": citing });
    Some(Found { kind: "document", found, documents: vec![value(document).ok()?], sources: Vec::new() })
}

fn in_ledger(ledger: &Value, id: &str) -> Option<Value> {
    let entries = ledger.as_object()?.values().filter_map(Value::as_array).flatten();
    let has = |e: &&Value| e.pointer("/header/id").and_then(Value::as_str) == Some(id);
    entries.into_iter().find(has).cloned()
}

/// The documents that an entry cites anywhere in it.
fn cited(value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            if let (Some(Value::String(key)), true) = (map.get("document"), map.contains_key("locator")) {
                keys.insert(key.clone());
            }
            map.values().for_each(|v| cited(v, keys));
        }
        Value::Array(values) => values.iter().for_each(|v| cited(v, keys)),
        _ => {}
    }
}
