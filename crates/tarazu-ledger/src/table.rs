//! TOML tables read field by field, with a span for each value and a fault for each thing that is not as it should be.
//!
//! Reading goes on after a fault, so that one run lists them all; a value that could not be read is replaced by an empty one,
//! and the case as a whole is then refused.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::date::{LedgerDate, Moment};
use crate::fault::{Faults, Span, nearest};

/// A piece of text with the place where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub value: String,
    /// Where it stands.
    pub span: Span,
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.value)
    }
}

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.value
    }
}

/// One table of one file while it is read.
pub(crate) struct Table<'a> {
    source: usize,
    faults: &'a Faults,
    /// What the table is, for messages: `claim`, `response` …
    pub kind: &'static str,
    /// Where the table stands: its heading, where it has one.
    pub span: Span,
    fields: BTreeMap<&'a str, (Span, &'a Spanned<DeValue<'a>>)>,
    known: RefCell<Vec<&'static str>>,
}

impl<'a> Table<'a> {
    pub fn new(
        source: usize,
        faults: &'a Faults,
        kind: &'static str,
        table: &'a Spanned<DeTable<'a>>,
    ) -> Self {
        Self::of(source, faults, kind, Span::new(source, table.span()), table.get_ref())
    }

    fn of(source: usize, faults: &'a Faults, kind: &'static str, span: Span, table: &'a DeTable<'a>) -> Self {
        let fields = table
            .iter()
            .map(|(key, value)| (key.get_ref().as_ref(), (Span::new(source, key.span()), value)))
            .collect();
        Self { source, faults, kind, span, fields, known: RefCell::default() }
    }

    fn value(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.borrow_mut().push(key);
        self.fields.get(key).map(|(_, value)| *value)
    }

    fn required(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        let value = self.value(key);
        if value.is_none() {
            self.missing(key);
        }
        value
    }

    fn missing(&self, key: &str) {
        let (message, label) =
            (format!("this {} has no `{key}`", self.kind), format!("`{key}` is needed here"));
        self.faults.add(self.span.clone(), "missing-key", message, label, None);
    }

    fn span_of(&self, value: &Spanned<DeValue<'_>>) -> Span {
        Span::new(self.source, value.span())
    }

    fn wrong(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) {
        let found = describe(value.get_ref());
        self.faults.add(
            self.span_of(value),
            "wrong-type",
            format!("`{key}` is {found}"),
            format!("expected {expected}"),
            None,
        );
    }

    fn as_text(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Text {
        let text = match value.get_ref() {
            DeValue::String(text) => text.trim().to_owned(),
            // A date without quotes is a date all the same.
            DeValue::Datetime(date) => date.to_string(),
            _ => {
                self.wrong(key, value, "text in quotes");
                String::new()
            }
        };
        Text { value: text, span: self.span_of(value) }
    }

    /// Text that must be there and not empty.
    pub fn text(&self, key: &'static str) -> Text {
        match self.required(key) {
            Some(value) => {
                let text = self.as_text(key, value);
                if text.is_empty() && matches!(value.get_ref(), DeValue::String(_)) {
                    self.faults.add(
                        text.span.clone(),
                        "empty",
                        format!("`{key}` is empty"),
                        "expected text",
                        None,
                    );
                }
                text
            }
            None => Text { value: String::new(), span: self.span.clone() },
        }
    }

    pub fn optional_text(&self, key: &'static str) -> Option<Text> {
        self.value(key).map(|value| self.as_text(key, value))
    }

    /// A list of texts; absent is empty.
    pub fn texts(&self, key: &'static str) -> Vec<Text> {
        match self.value(key).map(|v| (v, v.get_ref())) {
            None => Vec::new(),
            Some((_, DeValue::Array(array))) => array.iter().map(|v| self.as_text(key, v)).collect(),
            Some((value, _)) => {
                self.wrong(key, value, "a list of texts in brackets");
                Vec::new()
            }
        }
    }

    pub fn boolean(&self, key: &'static str) -> bool {
        match self.value(key).map(|v| (v, v.get_ref())) {
            None => false,
            Some((_, DeValue::Boolean(value))) => *value,
            Some((value, _)) => {
                self.wrong(key, value, "true or false");
                false
            }
        }
    }

    /// A number, whole or decimal.
    pub fn optional_number(&self, key: &'static str) -> Option<f64> {
        let value = self.value(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(i) => {
                i64::from_str_radix(&i.as_str().replace('_', ""), i.radix()).ok().map(|i| i as f64)
            }
            DeValue::Float(f) => f.as_str().replace('_', "").parse().ok().filter(|f: &f64| f.is_finite()),
            _ => None,
        };
        if number.is_none() {
            self.wrong(key, value, "a number");
        }
        number
    }

    pub fn optional_whole(&self, key: &'static str) -> Option<u64> {
        let number = self.optional_number(key)?;
        if number < 0.0 || number.fract() != 0.0 {
            if let Some((_, value)) = self.fields.get(key) {
                self.wrong(key, value, "a whole number, 0 or more");
            }
            return None;
        }
        Some(number as u64)
    }

    fn as_date(&self, key: &str, text: &Text, words: &str) -> Option<LedgerDate> {
        let date = text.parse().ok();
        if date.is_none() && !text.is_empty() {
            let message = format!("`{key}` is no date that has been: \"{}\"", text.value);
            let label = format!("expected a date as YYYY-MM-DD, YYYY-MM or YYYY{words}");
            let help = nearest_date(text).map(|d| format!("did you mean \"{d}\"?"));
            self.faults.add(text.span.clone(), "impossible-date", message, label, help);
        }
        date
    }

    pub fn date(&self, key: &'static str) -> LedgerDate {
        let text = self.text(key);
        self.as_date(key, &text, "").unwrap_or(LedgerDate::Year(jiff::civil::Date::ZERO))
    }

    pub fn optional_date(&self, key: &'static str) -> Option<LedgerDate> {
        self.optional_text(key).and_then(|text| self.as_date(key, &text, ""))
    }

    /// A date or one of `never`, `unknown` and, where `open` is set, `ongoing`.
    pub fn moment(&self, key: &'static str, open: bool) -> Moment {
        let text = self.text(key);
        match text.value.as_str() {
            "never" => Moment::Never,
            "unknown" => Moment::Unknown,
            "ongoing" if open => Moment::Ongoing,
            _ => {
                let words = if open { ", or never, unknown, ongoing" } else { ", or never, unknown" };
                self.as_date(key, &text, words).map_or(Moment::Unknown, Moment::On)
            }
        }
    }

    /// One of a fixed set of words.
    pub fn choice<T: Copy>(&self, key: &'static str, choices: &[(&'static str, T)]) -> Option<T> {
        let text = self.text(key);
        let found = choices.iter().find(|(word, _)| *word == text.value);
        if found.is_none() && !text.is_empty() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            let help = crate::fault::suggestion(&text, &words);
            let message = format!("`{key}` cannot be \"{}\"", text.value);
            let label = format!("expected one of: {}", words.join(", "));
            let help = help.filter(|h| h.starts_with("did"));
            self.faults.add(text.span, "unknown-word", message, label, help);
        }
        found.map(|(_, value)| *value)
    }

    /// The tables of an array of tables (`[[claim]]`) or of a list of inline tables.
    pub fn tables(&self, key: &'static str, kind: &'static str) -> Vec<Table<'a>> {
        match self.value(key).map(|v| (v, v.get_ref())) {
            None => Vec::new(),
            Some((_, DeValue::Array(array))) => {
                array.iter().filter_map(|v| self.inner(key, kind, v)).collect()
            }
            Some((value, _)) => {
                self.wrong(key, value, "a list of tables");
                Vec::new()
            }
        }
    }

    /// A single table.
    pub fn table(&self, key: &'static str, kind: &'static str) -> Option<Table<'a>> {
        self.value(key).and_then(|v| self.inner(key, kind, v))
    }

    fn inner(&self, key: &str, kind: &'static str, value: &'a Spanned<DeValue<'a>>) -> Option<Table<'a>> {
        match value.get_ref() {
            DeValue::Table(table) => {
                Some(Table::of(self.source, self.faults, kind, self.span_of(value), table))
            }
            _ => {
                self.wrong(key, value, "a table");
                None
            }
        }
    }

    pub fn fault(&self, span: Span, code: &'static str, message: String, label: &str, help: Option<String>) {
        self.faults.add(span, code, message, label, help);
    }

    /// Every key that nobody asked for is a fault, with the nearest one that exists.
    pub fn finish(self) {
        let known = self.known.borrow();
        for (key, (span, _)) in &self.fields {
            if known.contains(key) {
                continue;
            }
            let help = nearest(key, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            let mut names: Vec<&str> = known.clone();
            names.sort_unstable();
            names.dedup();
            let help = help.or_else(|| Some(format!("a {} has: {}", self.kind, names.join(", "))));
            let message = format!("unknown key `{key}` in this {}", self.kind);
            self.faults.add(span.clone(), "unknown-key", message, "not a key that Tarazu knows", help);
        }
    }
}

fn describe(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The date that was probably meant: a month in words, a day past the end of its month, slashes, a one-digit month.
fn nearest_date(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['-', '/', '.', ' ']).filter(|p| !p.is_empty()).collect();
    let month_number = |name: &str| {
        let name = name.to_lowercase();
        crate::date::MONTHS
            .iter()
            .position(|m| name.len() >= 3 && m.to_lowercase().starts_with(&name))
            .map(|i| i + 1)
    };
    let number = |p: &str| p.parse::<usize>().ok().or_else(|| month_number(p));
    let numbers: Vec<usize> = parts.iter().map(|p| number(p)).collect::<Option<_>>()?;
    let (year, month, day) = match numbers.as_slice() {
        [y, m, d] if *y > 31 => (*y, *m, *d),
        [d, m, y] if *y > 31 => (*y, *m, *d),
        [y, m] if *y > 31 => {
            return Some(format!("{y:04}-{m:02}")).filter(|d| d.parse::<LedgerDate>().is_ok());
        }
        [m, y] if *y > 31 => {
            return Some(format!("{y:04}-{m:02}")).filter(|d| d.parse::<LedgerDate>().is_ok());
        }
        _ => return None,
    };
    (0..4)
        .map(|less| format!("{year:04}-{month:02}-{:02}", day.saturating_sub(less)))
        .find(|d| d.parse::<LedgerDate>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_that_was_meant_is_guessed() {
        let cases = [
            ("2024-02-30", Some("2024-02-29")),
            ("22/06/2024", Some("2024-06-22")),
            ("22 June 2024", Some("2024-06-22")),
            ("june 2024", Some("2024-06")),
            ("2024-6", Some("2024-06")),
            ("soon", None),
        ];
        for (text, meant) in cases {
            assert_eq!(nearest_date(text).as_deref(), meant, "{text}");
        }
    }
}
