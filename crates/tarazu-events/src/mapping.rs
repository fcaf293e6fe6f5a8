//! Any other table, through a small file that says which column is which (`docs/mapping.md`).

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;

use crate::country::CountryCode;
use crate::crosswalk::event_type;
use crate::dataset::{Binding, Context, Renewal, RowReader};
use crate::dates::{Order, loose_days};
use crate::event::{DateInterval, DatePrecision, Deaths, Event, EventType, Text};
use crate::file::{FileError, SourceFile};
use crate::reject::Reject;
use crate::row::{Column, Heading, MissingColumn, Row, SHORTENED, is_shortened, iso_day};
use crate::survey::Dates as OrderedDates;
use crate::tables::Tables;

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

struct Mapped {
    order: Order,
    mapping: Mapping,
    tables: Arc<Tables>,
    columns: HashMap<&'static str, Column>,
    /// Column, text in small letters, whether the whole cell must equal it, type.
    types: Vec<(Column, String, bool, EventType)>,
    filters: Vec<(Column, Filter)>,
}

impl RowReader for Mapped {
    fn event<'a>(&'a self, row: &Row<'a>, remarks: &mut Vec<Reject>) -> Result<Event<'a>, Reject> {
        for (column, filter) in &self.filters {
            let cell = row.cell(column);
            let among = |list: &Vec<String>| list.iter().any(|v| v.eq_ignore_ascii_case(cell));
            let passes = filter.keep.as_ref().is_none_or(among) && !filter.drop.as_ref().is_some_and(among);
            if !passes {
                let reason = filter.reason.as_deref().unwrap_or("left out by a filter of the mapping");
                return Err(row.reject(column, reason));
            }
        }
        let id = match self.cell(row, "event_id") {
            Some(id) if is_shortened(id) => return Err(self.reject(row, "event_id", SHORTENED)),
            Some(id) => Cow::Borrowed(id),
            None => Cow::Owned(row.content_id()),
        };
        let mut event = Event::new(id, row.line, self.date(row)?);
        let rule = self.types.iter().find(|(column, text, whole, _)| {
            let cell = row.cell(column).to_lowercase();
            if *whole { cell == *text } else { cell.contains(text) }
        });
        if let Some((.., found)) = rule {
            event.kind = *found;
        } else if let Some(constant) = self.mapping.constants.get("event_type") {
            let subtype = self.mapping.constants.get("event_subtype").map_or("", String::as_str);
            event.kind = event_type(constant, subtype).unwrap_or(EventType::UNKNOWN);
        }
        event.type_as_given = self.given(row, "event_type");
        event.subtype_as_given = self.given(row, "event_subtype");
        event.place.country = self.text(row, "country");
        event.place.iso3 = event.place.country.as_deref().and_then(|name| {
            let countries = &self.tables.countries;
            let found =
                countries.iso3(CountryCode::Name, name).or_else(|| countries.iso3(CountryCode::Iso3, name));
            found.map(|iso3| Cow::Owned(iso3.to_owned()))
        });
        event.place.admin1 = self.text(row, "admin1");
        event.place.admin2 = self.text(row, "admin2");
        event.place.name = self.text(row, "place");
        event.place.coordinates =
            match (self.degrees(row, "latitude", 90.0)?, self.degrees(row, "longitude", 180.0)?) {
                (Some(latitude), Some(longitude)) => Some((latitude, longitude)),
                (None, None) => None,
                (one, _) => {
                    let field = if one.is_some() { "longitude" } else { "latitude" };
                    remarks.push(self.reject(row, field, "expected both coordinates; taken as not located"));
                    None
                }
            };
        event.place.precision = self.text(row, "place_precision");
        event.place.radius_km =
            event.place.precision.as_deref().and_then(|code| self.mapping.precision.get(code).copied());
        event.actors[0].name = self.tables.aliases.named(self.text(row, "actor1"));
        event.actors[1].name = self.tables.aliases.named(self.text(row, "actor2"));
        event.target = self.text(row, "target");
        event.deaths = Deaths {
            side_a: self.count(row, "deaths_side_a")?,
            side_b: self.count(row, "deaths_side_b")?,
            civilians: self.count(row, "deaths_civilians")?,
            unknown: None,
            best: self.count(row, "deaths_best")?,
            low: self.count(row, "deaths_low")?,
            high: self.count(row, "deaths_high")?,
        };
        event.wounded = self.count(row, "wounded")?;
        event.number_of_sources = self.count(row, "number_of_sources")?;
        event.source = self.text(row, "source");
        event.notes = self.text(row, "notes");
        Ok(event)
    }

    fn dates(&self) -> Option<OrderedDates> {
        let columns = ["date", "date_start", "date_end"].iter().filter_map(|f| self.columns.get(f).cloned());
        let columns: Vec<_> = columns.collect();
        let told = !self.mapping.dates.formats.is_empty() || columns.is_empty();
        (!told).then_some(OrderedDates { columns, usual: self.order })
    }

    fn settle(&mut self, order: Order) {
        self.order = order;
    }
}

impl Mapped {
    /// The cell of a field, or the constant; `None` where it says "not known".
    fn cell<'a>(&'a self, row: &Row<'a>, field: &str) -> Option<&'a str> {
        let cell = match self.columns.get(field) {
            Some(column) => row.cell(column),
            None => self.mapping.constants.get(field)?.as_str(),
        };
        let missing = cell.is_empty() || self.mapping.missing.values.iter().any(|v| v.trim() == cell);
        (!missing).then_some(cell)
    }

    /// What the row itself says, not a constant.
    fn given<'a>(&'a self, row: &Row<'a>, field: &str) -> Text<'a> {
        self.columns.contains_key(field).then(|| self.text(row, field)).flatten()
    }

    fn text<'a>(&'a self, row: &Row<'a>, field: &str) -> Text<'a> {
        self.cell(row, field).map(Cow::Borrowed)
    }

    fn reject(&self, row: &Row<'_>, field: &str, reason: impl Into<String>) -> Reject {
        match self.columns.get(field) {
            Some(column) => row.reject(column, reason),
            None => Reject::new(row.line, field, self.cell(row, field).unwrap_or_default(), reason),
        }
    }

    fn number(&self, text: &str) -> Option<f64> {
        plain_number(text, self.mapping.decimal)?.parse().ok().filter(|x: &f64| x.is_finite())
    }

    /// What is expected where a number is due, with a hint where a comma or point is in the way.
    fn expected(&self, text: &str, what: &str) -> String {
        let (mark, other) = match self.mapping.decimal {
            Decimal::Point => (",", "."),
            Decimal::Comma => (".", ","),
        };
        if text.contains(mark) && self.number(text).is_none() {
            format!(
                "expected {what}; `{mark}` separates thousands only as in 1{mark}234, and decimals with `decimal = \"{mark}\"` in the \
                 mapping, which has \"{other}\""
            )
        } else {
            format!("expected {what}")
        }
    }

    fn degrees(&self, row: &Row<'_>, field: &str, limit: f64) -> Result<Option<f64>, Reject> {
        let Some(text) = self.cell(row, field) else { return Ok(None) };
        let value = self
            .number(text)
            .ok_or_else(|| self.reject(row, field, self.expected(text, "decimal degrees")))?;
        if value.abs() <= limit {
            Ok(Some(value))
        } else {
            Err(self.reject(row, field, format!("expected degrees between -{limit} and {limit}")))
        }
    }

    fn count(&self, row: &Row<'_>, field: &str) -> Result<Option<u32>, Reject> {
        let Some(text) = self.cell(row, field) else { return Ok(None) };
        let value = self.number(text).filter(|x| x.fract() == 0.0 && (0.0..=f64::from(i32::MAX)).contains(x));
        value.map(|x| Some(x as u32)).ok_or_else(|| {
            self.reject(row, field, self.expected(text, "a count, a whole number of 0 or more"))
        })
    }

    fn date(&self, row: &Row<'_>) -> Result<DateInterval, Reject> {
        let interval = if self.columns.contains_key("date") {
            self.days(row, "date")?
        } else if self.columns.contains_key("date_start") {
            let first = self.days(row, "date_start")?;
            match self.cell(row, "date_end") {
                None => first,
                Some(_) => {
                    let (start, end) = (first.start, self.days(row, "date_end")?.end);
                    if end < start {
                        return Err(self.reject(
                            row,
                            "date_end",
                            format!("expected a day not before {start}"),
                        ));
                    }
                    DateInterval::between(start, end)
                }
            }
        } else {
            self.parts(row)?
        };
        let said = match self.cell(row, "date_precision") {
            None => None,
            Some(text) => {
                let found = text.parse().ok().and_then(DatePrecision::from_ucdp);
                let found = found.or_else(|| DatePrecision::from_name(&text.to_lowercase()));
                Some(found.ok_or_else(|| {
                    self.reject(row, "date_precision", "expected 1 to 5, or day, days, week, month or year")
                })?)
            }
        };
        Ok(DateInterval { precision: said.unwrap_or(interval.precision), ..interval })
    }

    fn days(&self, row: &Row<'_>, field: &str) -> Result<DateInterval, Reject> {
        let text =
            self.cell(row, field).ok_or_else(|| self.reject(row, field, "expected a date, found none"))?;
        let formats = &self.mapping.dates.formats;
        let found = match formats.is_empty() {
            true => loose_days(text, self.order),
            false => {
                let day = formats.iter().find_map(|format| Date::strptime(format, text).ok());
                day.or_else(|| iso_day(text)).map(DateInterval::day)
            }
        };
        let found = found.filter(|d| [d.start, d.end].iter().all(|day| (1900..=2100).contains(&day.year())));
        found.ok_or_else(|| {
            let expected = match formats.is_empty() {
                true => format!("a date as 2024-06-22, 22 June 2024 or {}", self.order.example()),
                false => format!("a date as {}", formats.join(" or ")),
            };
            self.reject(row, field, format!("expected {expected}, from 1900 to 2100"))
        })
    }

    /// Year, month and day in columns of their own; a month or day that is missing or 0 widens the interval.
    fn parts(&self, row: &Row<'_>) -> Result<DateInterval, Reject> {
        let part = |field: &str| -> Result<Option<i16>, Reject> {
            let Some(text) = self.cell(row, field) else { return Ok(None) };
            let number =
                self.number(text).filter(|x| x.fract() == 0.0 && x.abs() < 10_000.0).map(|x| x as i16);
            let number =
                number.or_else(|| crate::dates::month(text).filter(|_| field == "month").map(i16::from));
            number
                .map(|n| (n > 0).then_some(n))
                .ok_or_else(|| self.reject(row, field, "expected a whole number"))
        };
        let year = part("year")?.filter(|y| (1900..=2100).contains(y));
        let year = year.ok_or_else(|| self.reject(row, "year", "expected a year from 1900 to 2100"))?;
        let date = |month: i16, day: i16, field: &str| {
            let both = i8::try_from(month).ok().zip(i8::try_from(day).ok());
            both.and_then(|(month, day)| Date::new(year, month, day).ok())
                .ok_or_else(|| self.reject(row, field, "expected a day of the calendar"))
        };
        Ok(match (part("month")?, part("day")?) {
            (None, _) => DateInterval::between(date(1, 1, "year")?, date(12, 31, "year")?),
            (Some(month), None) => {
                let first = date(month, 1, "month")?;
                DateInterval { start: first, end: first.last_of_month(), precision: DatePrecision::Month }
            }
            (Some(month), Some(day)) => DateInterval::day(date(month, day, "day")?),
        })
    }
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
