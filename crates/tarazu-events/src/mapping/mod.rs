//! Any other table, through a small file that says which column is which (`docs/mapping.md`).

mod read;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::Deserialize;

use self::read::Mapped;
use crate::crosswalk::event_type;
use crate::dataset::{Binding, Context, Renewal};
use crate::dates::Order;
use crate::event::EventType;
use crate::file::{FileError, SourceFile};
use crate::row::{Heading, MissingColumn};

/// The fields that a mapping can fill.
pub const FIELDS: [&str; 30] = [
    "event_id",
    "date",
    "date_start",
    "date_end",
    "date_precision",
    "year",
    "month",
    "day",
    "event_type",
    "event_subtype",
    "country",
    "admin1",
    "admin2",
    "place",
    "latitude",
    "longitude",
    "place_precision",
    "actor1",
    "actor2",
    "target",
    "deaths_best",
    "deaths_low",
    "deaths_high",
    "deaths_side_a",
    "deaths_side_b",
    "deaths_civilians",
    "wounded",
    "number_of_sources",
    "source",
    "notes",
];

/// A mapping that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// The file itself is at fault.
    #[error(transparent)]
    File(#[from] FileError),
    /// Something in it is.
    #[error("{file}: line {line}: {reason}")]
    Fault {
        /// The file.
        file: String,
        /// Where.
        line: usize,
        /// What was found and expected.
        reason: String,
    },
}

/// What separates the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
enum Decimal {
    /// 33.5, and 1,234 is a thousand and more.
    #[default]
    #[serde(rename = ".")]
    Point,
    /// 33,5, and 1.234 is a thousand and more.
    #[serde(rename = ",")]
    Comma,
}

/// What a newer file does to the events of an older one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Renews {
    /// It adds and revises.
    #[default]
    Add,
    /// It takes the place of older events of its countries and days.
    Replace,
}

/// A mapping file as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    dataset: String,
    #[serde(default)]
    release: Option<String>,
    #[serde(default)]
    pub(crate) delimiter: Option<String>,
    #[serde(default = "yes")]
    pub(crate) header: bool,
    #[serde(default)]
    decimal: Decimal,
    #[serde(default)]
    renewal: Renews,
    columns: BTreeMap<String, String>,
    #[serde(default)]
    dates: Dates,
    #[serde(default)]
    constants: BTreeMap<String, String>,
    #[serde(default)]
    missing: Missing,
    #[serde(default)]
    types: Vec<TypeRule>,
    #[serde(default)]
    filters: Vec<Filter>,
    #[serde(default)]
    precision: HashMap<String, f64>,
    /// SHA-256 of the mapping file: a store reads a file anew when its mapping changed.
    #[serde(skip)]
    pub fingerprint: String,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dates {
    #[serde(default)]
    formats: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Missing {
    #[serde(default)]
    values: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeRule {
    column: String,
    #[serde(default)]
    value: Option<String>,
    #[serde(default)]
    contains: Option<String>,
    event_type: String,
    #[serde(default)]
    event_subtype: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    column: String,
    #[serde(default)]
    keep: Option<Vec<String>>,
    #[serde(default)]
    drop: Option<Vec<String>>,
    #[serde(default)]
    reason: Option<String>,
}

impl Mapping {
    /// Read a mapping file.
    ///
    /// # Errors
    /// [`MappingError`] naming file and line: not TOML, an unknown key or field, a type outside the taxonomy, no date.
    pub fn open(path: &Path) -> Result<Self, MappingError> {
        let file = SourceFile::open(path)?;
        let text = String::from_utf8_lossy(&file.bytes);
        let fault = |at: usize, reason: String| MappingError::Fault {
            file: file.name(),
            line: text[..at.min(text.len())].matches('\n').count() + 1,
            reason,
        };
        let mut mapping: Self = toml::from_str(&text)
            .map_err(|e| fault(e.span().map_or(0, |s| s.start), e.message().to_owned()))?;
        mapping.fingerprint = file.sha256.clone();
        let place_of = |word: &str| {
            let mut begins = 0;
            for line in text.split_inclusive('\n') {
                if line.split('=').next().is_some_and(|key| key.trim().trim_matches('"') == word) {
                    return begins;
                }
                begins += line.len();
            }
            text.find(word).unwrap_or(0)
        };
        for field in mapping.columns.keys().chain(mapping.constants.keys()) {
            if !FIELDS.contains(&field.as_str()) {
                let nearest = FIELDS
                    .iter()
                    .max_by(|a, b| strsim::jaro_winkler(a, field).total_cmp(&strsim::jaro_winkler(b, field)));
                let hint = nearest.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
                return Err(fault(place_of(field), format!("`{field}` is no field of an event{hint}")));
            }
        }
        let has = |field: &str| mapping.columns.contains_key(field);
        if !has("date") && !has("date_start") && !has("year") {
            return Err(fault(
                place_of("[columns]"),
                "expected a column for `date`, `date_start` or `year`".into(),
            ));
        }
        for rule in &mapping.types {
            if event_type(&rule.event_type, &rule.event_subtype).is_none() {
                let reason =
                    format!("`{}` `{}` is no type of the taxonomy", rule.event_type, rule.event_subtype);
                return Err(fault(place_of(&rule.event_type), reason));
            }
            if rule.value.is_some() == rule.contains.is_some() {
                return Err(fault(
                    place_of("[[types]]"),
                    "expected either `value` or `contains` in each rule".into(),
                ));
            }
        }
        if let Some(constant) = mapping.constants.get("event_type") {
            let subtype = mapping.constants.get("event_subtype").map_or("", String::as_str);
            if event_type(constant, subtype).is_none() {
                let reason = format!("`{constant}` `{subtype}` is no type of the taxonomy");
                return Err(fault(place_of(constant), reason));
            }
        }
        if mapping.filters.iter().any(|f| f.keep.is_some() == f.drop.is_some()) {
            return Err(fault(
                place_of("[[filters]]"),
                "expected either `keep` or `drop` in each filter".into(),
            ));
        }
        if mapping.delimiter.as_ref().is_some_and(|d| d.len() != 1) {
            return Err(fault(place_of("delimiter"), "expected one character".into()));
        }
        Ok(mapping)
    }

    pub(crate) fn bind(&self, heading: &Heading, context: &Context) -> Result<Binding, MissingColumn> {
        let column = |name: &str| crate::row::require(heading, &[name]);
        let mut columns = HashMap::new();
        for (field, name) in &self.columns {
            let field = FIELDS.iter().find(|f| *f == field).copied().unwrap_or_default();
            columns.insert(field, column(name)?);
        }
        let mut types = Vec::new();
        for rule in &self.types {
            let found = event_type(&rule.event_type, &rule.event_subtype).unwrap_or(EventType::UNKNOWN);
            let text =
                rule.value.as_ref().or(rule.contains.as_ref()).map(|t| t.to_lowercase()).unwrap_or_default();
            types.push((column(&rule.column)?, text, rule.value.is_some(), found));
        }
        let mut filters = Vec::new();
        for filter in &self.filters {
            filters.push((column(&filter.column)?, filter.clone()));
        }
        let reader = Mapped {
            columns,
            types,
            filters,
            mapping: self.clone(),
            tables: context.tables.clone(),
            order: Order::DayMonth,
        };
        Ok(Binding {
            dataset: self.dataset.clone(),
            release: context.release.clone().or_else(|| self.release.clone()),
            renewal: match self.renewal {
                Renews::Add => Renewal::Adds,
                Renews::Replace => Renewal::Replaces,
            },
            reader: Box::new(reader),
        })
    }
}

/// A number with a point for its decimals and nothing between its thousands. Thousands are separated as in 1,234 or 1,234,567 and
/// in no other way: `1,5` is no 15.
fn plain_number(text: &str, decimal: Decimal) -> Option<String> {
    let (mark, thousands) = match decimal {
        Decimal::Point => ('.', ','),
        Decimal::Comma => (',', '.'),
    };
    let (whole, decimals) = text.split_once(mark).map_or((text, None), |(w, d)| (w, Some(d)));
    if decimals.is_some_and(|d| d.contains(thousands)) {
        return None;
    }
    let mut groups = whole.split(thousands);
    let first = groups.next()?.trim_start_matches(['-', '+']);
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    let grouped = whole.contains(thousands);
    if grouped
        && !((1..=3).contains(&first.len()) && digits(first) && groups.all(|g| g.len() == 3 && digits(g)))
    {
        return None;
    }
    let whole = whole.replace(thousands, "");
    Some(decimals.map_or_else(|| whole.clone(), |d| format!("{whole}.{d}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_is_dropped_only_between_thousands() {
        let point = |text| plain_number(text, Decimal::Point).and_then(|n| n.parse::<f64>().ok());
        for (text, number) in [
            ("15", Some(15.0)),
            ("1,234", Some(1234.0)),
            ("-1,234,567.5", Some(-1_234_567.5)),
            ("33.5", Some(33.5)),
            ("1,5", None),
            ("12,34", None),
            ("1234,567", None),
            (",123", None),
            ("1.5,000", None),
        ] {
            assert_eq!(point(text), number, "{text}");
        }
        let comma = |text| plain_number(text, Decimal::Comma).and_then(|n| n.parse::<f64>().ok());
        assert_eq!((comma("1,5"), comma("1.234,5"), comma("33.5")), (Some(1.5), Some(1234.5), None));
    }
}
