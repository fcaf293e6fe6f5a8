//! How to cite the bundle, and the documents' metadata for reference managers.

use serde_json::{Map, Value, json};
use tarazu_ledger::{Case, Document, DocumentKind};

use crate::weigh::Weighing;

/// `CITATION.cff`, Citation File Format 1.2.0.
pub fn cff(case: &Case, weighing: &Weighing) -> String {
    // A JSON string is a YAML string.
    let quoted = |text: &str| Value::from(text).to_string();
    let mut text = format!(
        "cff-version: 1.2.0\nmessage: \"Please cite this edition, and the datasets below, whose licences ask for it.\"\ntype: dataset\n\
         title: {}\nauthors:\n  - name: {}\nversion: {}\n",
        quoted(&case.settings.title.value),
        quoted(&format!("Made with Tarazu {}", weighing.version)),
        quoted(weighing.edition.get(..12).unwrap_or_default()),
    );
    if weighing.as_of.len() == 10 {
        text.push_str(&format!("date-released: {}\n", quoted(&weighing.as_of)));
    }
    text.push_str(&format!(
        "identifiers:\n  - type: other\n    value: {}\n    description: \"SHA-256 over everything that this edition was made of\"\n",
        quoted(&weighing.edition)
    ));
    if !weighing.panel_sources.is_empty() {
        text.push_str("references:\n");
    }
    for s in &weighing.panel_sources {
        text.push_str(&format!(
            "  - type: dataset\n    title: {}\n    version: {}\n    authors:\n      - name: {}\n    license-url: {}\n",
            quoted(&s.dataset),
            quoted(&s.version),
            quoted(&s.attribution),
            quoted(
                super::licence::licence_of(&s.dataset)
                    .and_then(|l| l.path.as_deref())
                    .unwrap_or("https://example.org/licence-not-known")
            ),
        ));
    }
    // A dataset that is not known has no page for its licence.
    text.replace("    license-url: \"https://example.org/licence-not-known\"\n", "")
}

/// The documents as CSL-JSON.
pub fn csl(case: &Case) -> Vec<u8> {
    let items: Vec<Value> = case.documents.values().map(item).collect();
    let mut bytes = serde_json::to_vec_pretty(&items).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

fn item(document: &Document) -> Value {
    let mut item = Map::new();
    let kind = match document.kind {
        DocumentKind::Online => "webpage",
        DocumentKind::Report => "report",
        DocumentKind::Article => "article-journal",
        DocumentKind::Book => "book",
        DocumentKind::Dataset => "dataset",
        DocumentKind::Other => "document",
    };
    item.insert("id".into(), json!(document.key));
    item.insert("type".into(), json!(kind));
    item.insert("title".into(), json!(document.title));
    if let Some(author) = &document.author {
        let names: Vec<Value> = author.split(", ").map(|name| json!({ "literal": name })).collect();
        item.insert("author".into(), names.into());
    }
    let place = if document.kind == DocumentKind::Article { "container-title" } else { "publisher" };
    if let Some(organization) = &document.organization {
        item.insert(place.into(), json!(organization));
    }
    let dates = [("issued", document.date.clone()), ("accessed", document.urldate.map(|d| d.to_string()))];
    for (key, date) in dates {
        let parts: Option<Vec<i64>> =
            date.as_ref().and_then(|d| d.split('-').map(|p| p.parse().ok()).collect());
        match (parts, date) {
            (Some(parts), _) => {
                item.insert(key.into(), json!({ "date-parts": [parts] }));
            }
            (None, Some(date)) => {
                item.insert(key.into(), json!({ "raw": date }));
            }
            (None, None) => {}
        }
    }
    if let Some(url) = &document.url {
        item.insert("URL".into(), json!(url));
    }
    if let Some(note) = &document.note {
        item.insert("note".into(), json!(note));
    }
    if let Some(sha256) = &document.sha256 {
        item.insert("custom".into(), json!({ "sha256": sha256 }));
    }
    Value::Object(item)
}
