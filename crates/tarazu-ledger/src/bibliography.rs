//! `documents.bib`: the documents, in BibLaTeX as Zotero exports it.

use std::collections::BTreeMap;

use biblatex::{Bibliography, ChunksExt, Entry, RawBibliography};
use serde::Serialize;

use crate::date::LedgerDate;
use crate::fault::{Faults, Span};

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum DocumentKind {
    /// A page on the web.
    Online,
    /// A report.
    Report,
    /// An article in a journal.
    Article,
    /// A book or part of one.
    Book,
    /// A dataset.
    Dataset,
    /// Anything else.
    Other,
}

impl DocumentKind {
    /// As printed.
    pub fn text(self) -> &'static str {
        match self {
            Self::Online => "page on the web",
            Self::Report => "report",
            Self::Article => "article",
            Self::Book => "book",
            Self::Dataset => "dataset",
            Self::Other => "other",
        }
    }
}

/// Something cited.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document {
    /// Citation key.
    pub key: String,
    /// What it is.
    pub kind: DocumentKind,
    /// Title.
    pub title: String,
    /// Authors as one text, where named.
    pub author: Option<String>,
    /// Publisher, outlet, journal or body.
    pub organization: Option<String>,
    /// Date of publication as the file gives it.
    pub date: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// When it was last seen.
    pub urldate: Option<LedgerDate>,
    /// SHA-256 of the copy held, where one is.
    pub sha256: Option<String>,
    /// What a reader must know.
    pub note: Option<String>,
    /// Where the entry stands.
    #[serde(skip)]
    pub span: Span,
}

impl Document {
    /// Author or, where none is named, organisation, for references in the text.
    pub fn short(&self) -> String {
        let name = self.author.as_deref().or(self.organization.as_deref()).unwrap_or(&self.title);
        match self.date.as_deref().and_then(|d| d.get(..4)) {
            Some(year) => format!("{name} {year}"),
            None => name.into(),
        }
    }
}

/// Parse the bibliography; documents by key.
pub(crate) fn read(source: usize, text: &str, faults: &Faults) -> BTreeMap<String, Document> {
    let syntax = |e: biblatex::ParseError| {
        let message = format!("the bibliography cannot be read: {}", e.kind);
        faults.add(Span::new(source, e.span), "syntax", message, "here", None);
    };
    let raw = match RawBibliography::parse(text) {
        Ok(raw) => raw,
        Err(e) => {
            syntax(e);
            return BTreeMap::new();
        }
    };
    let mut spans: BTreeMap<String, Span> = BTreeMap::new();
    for entry in &raw.entries {
        let span = Span::new(source, entry.v.key.span.clone());
        let key = entry.v.key.v.to_owned();
        if let Some(first) = spans.insert(key, span.clone()) {
            let message = format!("document `{}` is defined twice", entry.v.key.v);
            let help = Some("one of the two must go, or have another key".to_owned());
            faults.add(span.max(first), "duplicate-id", message, "defined before", help);
        }
    }
    if raw.entries.len() != spans.len() {
        return BTreeMap::new();
    }
    let bibliography = match Bibliography::from_raw(raw) {
        Ok(bibliography) => bibliography,
        Err(e) => {
            syntax(e);
            return BTreeMap::new();
        }
    };
    bibliography
        .iter()
        .map(|entry| {
            let span = spans.get(&entry.key).cloned().unwrap_or_else(|| Span::new(source, 0..0));
            let document = document(entry, span);
            if document.title.is_empty() {
                let message = format!("document `{}` has no title", entry.key);
                let help = Some("add title = {…}".to_owned());
                faults.add(document.span.clone(), "missing-key", message, "a title is needed", help);
            }
            if document.url.as_ref().is_some_and(|u| !u.starts_with("https://") && !u.starts_with("http://"))
            {
                let message = format!("the address of `{}` is none of the web", entry.key);
                let help = Some("expected url = {https://…}".to_owned());
                faults.add(document.span.clone(), "address", message, "a reader will follow this link", help);
            }
            (entry.key.clone(), document)
        })
        .collect()
}

fn document(entry: &Entry, span: Span) -> Document {
    let field = |name: &str| entry.get(name).map(|c| c.format_verbatim()).filter(|t| !t.is_empty());
    let kind = match entry.entry_type.to_string().as_str() {
        "online" | "misc" => DocumentKind::Online,
        "report" | "techreport" => DocumentKind::Report,
        "article" => DocumentKind::Article,
        "book" | "inbook" | "incollection" => DocumentKind::Book,
        "dataset" => DocumentKind::Dataset,
        _ => DocumentKind::Other,
    };
    let organization = ["organization", "institution", "journaltitle", "journal", "publisher"];
    Document {
        key: entry.key.clone(),
        kind,
        title: field("title").unwrap_or_default(),
        author: field("author").map(|a| a.replace(" and ", ", ")),
        organization: organization.into_iter().find_map(field),
        date: field("date").or_else(|| field("year")),
        url: field("url"),
        urldate: field("urldate").and_then(|d| d.parse().ok()),
        sha256: field("sha256"),
        note: field("note"),
        span,
    }
}
