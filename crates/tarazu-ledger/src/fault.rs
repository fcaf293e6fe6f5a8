//! What is wrong with a case, said as a good compiler says it: where, what, and what to do.

use std::ops::Range;

use serde::Serialize;

/// A file of the case with its text.
#[derive(Debug, Clone)]
pub struct Source {
    /// Path within the case folder: `claims.toml`.
    pub name: String,
    /// Contents.
    pub text: String,
}

impl Source {
    /// Line and column of a byte offset, counted from 1; the column in characters.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset.min(self.text.len())).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        (line, before[start..].chars().count() + 1)
    }
}

/// A place in one of the case's files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Span {
    /// Index into the case's sources.
    pub source: usize,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The bytes `range` of `source`.
    pub fn new(source: usize, range: Range<usize>) -> Self {
        Self { source, start: range.start, end: range.end }
    }
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// A stable name for programs and for the manual: `unknown-key`, `missing-document` …
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What stands under the caret.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
}

/// Collects faults while a case is read.
#[derive(Debug, Default)]
pub(crate) struct Faults(std::cell::RefCell<Vec<Fault>>);

impl Faults {
    pub fn add(
        &self,
        span: Span,
        code: &'static str,
        message: impl Into<String>,
        label: impl Into<String>,
        help: Option<String>,
    ) {
        self.0.borrow_mut().push(Fault { span, code, message: message.into(), label: label.into(), help });
    }

    /// Whether a file could not be parsed, so that what it defines is unknown.
    pub fn any_syntax(&self) -> bool {
        self.0.borrow().iter().any(|f| f.code == "syntax")
    }

    /// All faults in the order of files and lines.
    pub fn into_sorted(self) -> Vec<Fault> {
        let mut faults = self.0.into_inner();
        faults.sort();
        faults.dedup();
        faults
    }
}

/// The nearest of `known` to `found`, where one is near enough to be meant.
pub(crate) fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|k| (strsim::normalized_damerau_levenshtein(&found.to_lowercase(), &k.to_lowercase()), k))
        .filter(|(similarity, _)| *similarity >= 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, k)| k)
}

/// "did you mean `x`?" where something is near, else the list of what is possible.
pub(crate) fn suggestion(found: &str, known: &[&str]) -> Option<String> {
    match nearest(found, known.iter().copied()) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None if known.len() <= 24 && !known.is_empty() => {
            Some(format!("expected one of: {}", known.join(", ")))
        }
        None => None,
    }
}
