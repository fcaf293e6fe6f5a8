//! The documents, numbered as in the brief.

use std::collections::BTreeMap;

use serde::Serialize;
use tarazu_ledger::{Case, Document};

#[derive(Serialize)]
pub(super) struct Numbered<'a> {
    number: usize,
    short: String,
    #[serde(flatten)]
    document: &'a Document,
}

/// The number of every document: by short name, then date, as the brief lists them.
pub(super) fn numbers(case: &Case) -> BTreeMap<&str, usize> {
    let mut documents: Vec<&Document> = case.documents.values().collect();
    documents.sort_by_cached_key(|d| (d.short().to_lowercase(), d.date.clone(), d.key.clone()));
    documents.iter().enumerate().map(|(i, d)| (d.key.as_str(), i + 1)).collect()
}

/// The documents in the order of their numbers.
pub(super) fn documents<'a>(case: &'a Case, numbers: &BTreeMap<&str, usize>) -> Vec<Numbered<'a>> {
    let mut all: Vec<Numbered<'a>> = case
        .documents
        .values()
        .map(|document| Numbered {
            number: numbers.get(document.key.as_str()).copied().unwrap_or(0),
            short: document.short(),
            document,
        })
        .collect();
    all.sort_by_key(|d| d.number);
    all
}
