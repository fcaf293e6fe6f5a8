//! Armed Conflict Location & Event Data, in the schemas published since 2016.
//!
//! Source: *ACLED Codebook* (2023 and 2024; versions 7 and 8 of 2016 to 2019 for the older schema). Current exports have textual
//! `inter` codes, `disorder_type`, `sub_event_type` and ISO dates; older ones have `data_id`, `event_id_no_cnty`, numeric codes and
//! dates with month names or as day/month/year. Files of the Humanitarian Data Exchange add a row of HXL tags.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::{Binding, Context, Kind, Renewal, RowReader};
use crate::country::CountryCode;
use crate::crosswalk::{Radii, Types};
use crate::dates::{Order, loose_date};
use crate::event::{Actor, DateInterval, DatePrecision, Deaths, Event, EventType, Place};
use crate::reject::Reject;
use crate::row::{Column, Heading, MissingColumn, Row, require};
use crate::survey::Dates;
use crate::tables::Tables;

pub(super) const KIND: Kind = Kind {
    key: "acled",
    expected: "ACLED: a heading with columns such as `event_id_cnty`, `event_date`, `event_type`, `actor1`, `fatalities`",
    signature: &[
        "event_id_cnty",
        "event_date",
        "event_type",
        "actor1",
        "inter1",
        "interaction",
        "geo_precision",
        "fatalities",
    ],
    at_least: 5,
    bind,
};

struct Acled {
    tables: Arc<Tables>,
    types: Types,
    radii: Radii,
    order: Order,
    id: Column,
    /// The id counts events within a country only.
    of_country: bool,
    date: Column,
    kind: Column,
    fatalities: Column,
    year: Option<Column>,
    time_precision: Option<Column>,
    subkind: Option<Column>,
    inter: Option<Column>,
    actors: [Option<Column>; 2],
    iso: Option<Column>,
    iso3: Option<Column>,
    country: Option<Column>,
    admin1: Option<Column>,
    admin2: Option<Column>,
    place: Option<Column>,
    coordinates: [Option<Column>; 2],
    geo_precision: Option<Column>,
    civilian_targeting: Option<Column>,
    source: Option<Column>,
    notes: Option<Column>,
    timestamp: Option<Column>,
}

fn bind(heading: &Heading, context: &Context) -> Result<Binding, MissingColumn> {
    let alone = heading.find(&["event_id_cnty", "data_id"]);
    let reader = Acled {
        of_country: alone.is_none(),
        id: match alone {
            Some(column) => column,
            None => require(heading, &["event_id_cnty", "event_id_no_cnty"])?,
        },
        date: require(heading, &["event_date"])?,
        kind: require(heading, &["event_type"])?,
        fatalities: require(heading, &["fatalities"])?,
        year: heading.find(&["year"]),
        time_precision: heading.find(&["time_precision"]),
        subkind: heading.find(&["sub_event_type"]),
        inter: heading.find(&["inter1"]),
        actors: [heading.find(&["actor1"]), heading.find(&["actor2"])],
        iso: heading.find(&["iso"]),
        iso3: heading.find(&["iso3"]),
        country: heading.find(&["country"]),
        admin1: heading.find(&["admin1"]),
        admin2: heading.find(&["admin2"]),
        place: heading.find(&["location"]),
        coordinates: [heading.find(&["latitude"]), heading.find(&["longitude"])],
        geo_precision: heading.find(&["geo_precision"]),
        civilian_targeting: heading.find(&["civilian_targeting"]),
        source: heading.find(&["source"]),
        notes: heading.find(&["notes"]),
        timestamp: heading.find(&["timestamp"]),
        tables: context.tables.clone(),
        types: context.tables.crosswalk.of("ACLED"),
        radii: context.tables.precision.of("ACLED"),
        order: Order::DayMonth,
    };
    // Exports are selections by country, period and type, so an event that one lacks is not thereby withdrawn.
    Ok(Binding {
        dataset: "ACLED".into(),
        release: context.release.clone(),
        renewal: Renewal::Adds,
        reader: Box::new(reader),
    })
}

impl RowReader for Acled {
    fn event<'a>(&'a self, row: &Row<'a>, remarks: &mut Vec<Reject>) -> Result<Event<'a>, Reject> {
        let iso3 = self.country(row, remarks);
        let id = self.identifier(row, iso3.as_deref())?;
        let day = self.day(row)?;
        let mut event = Event::new(id, row.line, self.interval(row, day)?);
        event.day_given = Some(day);
        event.year = row.optional_year(self.year.as_ref())?.unwrap_or(day.year());
        let kind = row.required(&self.kind)?;
        let subkind = row.filled(self.subkind.as_ref());
        // Before sub-event types, riots and protests were one type, and the kind of actor told them apart.
        let finer = subkind.or_else(|| row.filled(self.inter.as_ref())).unwrap_or_default();
        event.kind = self.types.find(kind, finer).unwrap_or(EventType::UNKNOWN);
        event.type_as_given = Some(kind.into());
        event.subtype_as_given = subkind.map(Cow::Borrowed);
        let precision = row.filled(self.geo_precision.as_ref());
        event.place = Place {
            country: row.text(self.country.as_ref()),
            iso3,
            admin1: row.text(self.admin1.as_ref()),
            admin2: row.text(self.admin2.as_ref()),
            name: row.text(self.place.as_ref()),
            coordinates: row.coordinates(self.coordinates[0].as_ref(), self.coordinates[1].as_ref())?,
            precision: precision.map(Cow::Borrowed),
            radius_km: precision.and_then(|code| self.radii.km(code)),
        };
        event.actors = [0, 1].map(|side| Actor {
            id: None,
            name: self.tables.aliases.named(row.text(self.actors[side].as_ref())),
        });
        event.target = row.text(self.civilian_targeting.as_ref());
        event.deaths = Deaths { best: row.optional_count(Some(&self.fatalities))?, ..Deaths::default() };
        event.source = row.text(self.source.as_ref());
        event.number_of_sources =
            event.source.as_ref().map(|s| s.split(';').filter(|part| !part.trim().is_empty()).count() as u32);
        event.notes = row.text(self.notes.as_ref());
        event.recorded_at = recorded_at(row, self.timestamp.as_ref(), remarks);
        Ok(event)
    }

    fn dates(&self) -> Option<Dates> {
        Some(Dates { columns: vec![self.date.clone()], usual: self.order })
    }

    fn settle(&mut self, order: Order) {
        self.order = order;
    }
}

impl Acled {
    fn day(&self, row: &Row<'_>) -> Result<Date, Reject> {
        let date = loose_date(row.required(&self.date)?, self.order);
        let date = date.ok_or_else(|| {
            let example = self.order.example();
            row.reject(&self.date, format!("expected a date as 2024-06-22, 22 June 2024 or {example}"))
        })?;
        row.plausible(&self.date, date)
    }

    /// ACLED gives one day and says how far it can be trusted: 1 the day, 2 the week, 3 the month (codebook, `time_precision`).
    fn interval(&self, row: &Row<'_>, day: Date) -> Result<DateInterval, Reject> {
        let Some(code) = row.optional_whole(self.time_precision.as_ref())? else {
            return Ok(DateInterval::day(day));
        };
        let around = |days: i64| -> (Date, Date) {
            let span = jiff::Span::new().days(days);
            (day.saturating_sub(span), day.saturating_add(span))
        };
        let (start, end, precision) = match code {
            1 => (day, day, DatePrecision::Day),
            2 => {
                let (start, end) = around(3);
                (start, end, DatePrecision::Week)
            }
            3 => (day.first_of_month(), day.last_of_month(), DatePrecision::Month),
            _ => {
                let reject = self.time_precision.as_ref().map(|c| row.reject(c, "expected 1, 2 or 3"));
                return reject.map_or_else(|| Ok(DateInterval::day(day)), Err);
            }
        };
        Ok(DateInterval { start, end, precision })
    }

    /// The event's id. The oldest exports number events within a country: `PAK` and 99001 are then PAK99001, which is how later ones
    /// write it.
    fn identifier<'a>(&self, row: &Row<'a>, iso3: Option<&str>) -> Result<Cow<'a, str>, Reject> {
        let id = row.identifier(&self.id)?;
        if !self.of_country {
            return Ok(Cow::Borrowed(id));
        }
        match iso3.or_else(|| row.filled(self.country.as_ref())) {
            Some(country) => Ok(Cow::Owned(format!("{country}{id}"))),
            None => Err(row.reject(&self.id, "expected a country beside a number that counts within one")),
        }
    }

    fn country<'a>(&'a self, row: &Row<'a>, remarks: &mut Vec<Reject>) -> Option<Cow<'a, str>> {
        let countries = &self.tables.countries;
        if let Some(iso3) = row.iso3(self.iso3.as_ref(), countries, remarks) {
            return Some(Cow::Borrowed(iso3));
        }
        let by_number = row.filled(self.iso.as_ref()).and_then(|code| {
            countries
                .iso3(CountryCode::Numeric, code.strip_suffix(".0").unwrap_or(code).trim_start_matches('0'))
        });
        by_number
            .or_else(|| countries.iso3(CountryCode::Name, row.filled(self.country.as_ref())?))
            .map(Cow::Borrowed)
    }
}

/// When ACLED last revised the event: seconds since 1970 in UTC (codebook, `timestamp`); some exports write it out. What is neither
/// is set aside with a remark: the event stands without it.
fn recorded_at(row: &Row<'_>, column: Option<&Column>, remarks: &mut Vec<Reject>) -> Option<Timestamp> {
    let (column, text) = column.and_then(|c| Some((c, row.filled(Some(c))?)))?;
    let seconds = text.strip_suffix(".0").unwrap_or(text).parse::<i64>().ok();
    let found = match seconds {
        Some(seconds) => Timestamp::from_second(seconds).ok(),
        None => text.parse().ok().or_else(|| {
            let local: DateTime = text.parse().ok()?;
            local.to_zoned(TimeZone::UTC).ok().map(|z| z.timestamp())
        }),
    };
    let found = found.filter(|t| (1997..=2100).contains(&t.to_zoned(TimeZone::UTC).year()));
    if found.is_none() {
        remarks
            .push(row.reject(column, "expected seconds since 1970, or a date and time; taken as not known"));
    }
    found
}
