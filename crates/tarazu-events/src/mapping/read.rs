//! The rows of a table that a mapping describes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::{Decimal, Filter, Mapping, plain_number};
use crate::country::CountryCode;
use crate::crosswalk::event_type;
use crate::dataset::RowReader;
use crate::dates::{Order, loose_days};
use crate::event::{DateInterval, DatePrecision, Deaths, Event, EventType, Text};
use crate::reject::Reject;
use crate::row::{Column, Row, SHORTENED, is_shortened, iso_day};
use crate::survey::Dates as OrderedDates;
use crate::tables::Tables;

pub(super) struct Mapped {
    pub order: Order,
    pub mapping: Mapping,
    pub tables: Arc<Tables>,
    pub columns: HashMap<&'static str, Column>,
    /// Column, text in small letters, whether the whole cell must equal it, type.
    pub types: Vec<(Column, String, bool, EventType)>,
    pub filters: Vec<(Column, Filter)>,
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
