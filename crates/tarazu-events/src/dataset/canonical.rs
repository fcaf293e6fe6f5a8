//! Tarazu's own columns (`docs/events.md`), as `tarazu sql` exports them and `tarazu simulate events` writes them.
//!
//! Only identity and dates must be there. The name of the dataset is that of the first row, or the file's name where there is no such
//! column. What Tarazu makes of an event (boundaries, today's province) is not read but made anew.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Binding, Context, Kind, Renewal, RowReader};
use crate::country::CountryCode;
use crate::crosswalk::event_type;
use crate::event::{Actor, DateInterval, DatePrecision, Deaths, Event, EventType, Place, ViolenceType};
use crate::reject::Reject;
use crate::row::{Column, Heading, MissingColumn, Row, require};
use crate::tables::Tables;

pub(super) const KIND: Kind = Kind {
    key: "tarazu",
    expected: "Tarazu's own columns: `event_id`, `date_start`, `date_end`, `date_precision`, `event_type`, `radius_km`",
    signature: &["event_id", "date_start", "date_end", "date_precision", "event_type", "radius_km"],
    at_least: 5,
    bind,
};

/// Columns of counts of people, in the order in which they are read.
const COUNTS: [&str; 9] = [
    "deaths_side_a",
    "deaths_side_b",
    "deaths_civilians",
    "deaths_unknown",
    "deaths_best",
    "deaths_low",
    "deaths_high",
    "wounded",
    "number_of_sources",
];

/// Columns of text.
const TEXTS: [&str; 11] = [
    "type_as_given",
    "subtype_as_given",
    "country",
    "admin1",
    "admin2",
    "place",
    "place_precision",
    "target",
    "target_type",
    "source",
    "notes",
];

struct Canonical {
    tables: Arc<Tables>,
    dataset: String,
    dataset_column: Option<Column>,
    id: Column,
    dates: [Column; 2],
    precision: Option<Column>,
    day_given: Option<Column>,
    year: Option<Column>,
    types: [Option<Column>; 2],
    violence: Option<Column>,
    doubted: Option<Column>,
    iso3: Option<Column>,
    coordinates: [Option<Column>; 2],
    radius: Option<Column>,
    actors: [[Option<Column>; 2]; 2],
    recorded_at: Option<Column>,
    texts: [Option<Column>; TEXTS.len()],
    counts: [Option<Column>; COUNTS.len()],
}

fn bind(heading: &Heading, context: &Context) -> Result<Binding, MissingColumn> {
    let find = |name: &str| heading.find(&[name]);
    let stem = context.file.rsplit(['/', '\\']).next().and_then(|n| n.split('.').next());
    let dataset = context.first(&find("dataset")).or_else(|| stem.filter(|s| !s.is_empty()).map(Into::into));
    let dataset = dataset.unwrap_or_else(|| "events".into());
    let release = context.release_by(|_| context.first(&find("release")));
    let reader = Canonical {
        tables: context.tables.clone(),
        dataset: dataset.clone(),
        dataset_column: find("dataset"),
        id: require(heading, &["event_id"])?,
        dates: [require(heading, &["date_start"])?, require(heading, &["date_end"])?],
        precision: find("date_precision"),
        day_given: find("date_given"),
        year: find("year"),
        types: [find("event_type"), find("event_subtype")],
        violence: find("violence_type"),
        doubted: find("doubted"),
        iso3: find("iso3"),
        coordinates: [find("latitude"), find("longitude")],
        radius: find("radius_km"),
        actors: [[find("actor1"), find("actor1_id")], [find("actor2"), find("actor2_id")]],
        recorded_at: find("recorded_at"),
        texts: TEXTS.map(find),
        counts: COUNTS.map(find),
    };
    Ok(Binding { dataset, release, renewal: Renewal::Adds, reader: Box::new(reader) })
}

impl RowReader for Canonical {
    fn event<'a>(&'a self, row: &Row<'a>, remarks: &mut Vec<Reject>) -> Result<Event<'a>, Reject> {
        if let Some(column) = &self.dataset_column
            && row.cell(column) != self.dataset
        {
            return Err(row.reject(column, format!("expected `{}`: one dataset a file", self.dataset)));
        }
        let id = row.identifier(&self.id)?;
        let (start, end) = (row.iso_date(&self.dates[0])?, row.iso_date(&self.dates[1])?);
        if end < start {
            return Err(row.reject(&self.dates[1], format!("expected a day not before date_start ({start})")));
        }
        let mut date = DateInterval::between(start, end);
        if let Some((column, name)) = cell(row, &self.precision) {
            date.precision = DatePrecision::from_name(name)
                .ok_or_else(|| row.reject(column, "expected day, days, week, month or year"))?;
        }
        let mut event = Event::new(id, row.line, date);
        if let Some((column, _)) = cell(row, &self.day_given) {
            event.day_given = Some(row.iso_date(column)?);
        }
        if let Some(year) = row.optional_year(self.year.as_ref())? {
            event.year = year;
        }
        event.kind = self.kind(row, remarks);
        if let Some((column, _)) = cell(row, &self.violence) {
            let code = ViolenceType::from_code(row.whole(column)?);
            event.violence = Some(code.ok_or_else(|| row.reject(column, "expected 1, 2 or 3"))?);
        }
        event.doubted = match cell(row, &self.doubted) {
            None => None,
            Some((_, "true")) => Some(true),
            Some((_, "false")) => Some(false),
            Some((column, _)) => return Err(row.reject(column, "expected true or false")),
        };
        event.recorded_at = match cell(row, &self.recorded_at) {
            None => None,
            Some((column, text)) => {
                let moment: Result<Timestamp, _> = text.parse();
                Some(
                    moment
                        .map_err(|_| row.reject(column, "expected a time in UTC as 2024-06-22T10:00:00Z"))?,
                )
            }
        };
        let [given, finer, country, admin1, admin2, place, precision, target, target_type, source, notes] =
            self.texts.each_ref().map(|c| row.text(c.as_ref()));
        (event.type_as_given, event.subtype_as_given) = (given, finer);
        (event.target, event.target_type) = (target, target_type);
        (event.source, event.notes) = (source, notes);
        event.place = Place {
            iso3: self.iso3(row, country.as_deref(), remarks),
            country,
            admin1,
            admin2,
            name: place,
            coordinates: row.coordinates(self.coordinates[0].as_ref(), self.coordinates[1].as_ref())?,
            precision,
            radius_km: self.radius(row)?,
        };
        let actor = |[name, id]: &[Option<Column>; 2]| -> Result<Actor<'a>, Reject> {
            Ok(Actor { id: row.optional_count(id.as_ref())?, name: row.text(name.as_ref()) })
        };
        event.actors = [actor(&self.actors[0])?, actor(&self.actors[1])?];
        let mut counts = [None; COUNTS.len()];
        for (count, column) in counts.iter_mut().zip(&self.counts) {
            *count = row.optional_count(column.as_ref())?;
        }
        let [side_a, side_b, civilians, unknown, best, low, high, wounded, sources] = counts;
        event.deaths = Deaths { side_a, side_b, civilians, unknown, best, low, high };
        (event.wounded, event.number_of_sources) = (wounded, sources);
        Ok(event)
    }
}

impl Canonical {
    fn kind(&self, row: &Row<'_>, remarks: &mut Vec<Reject>) -> EventType {
        let Some((column, name)) = cell(row, &self.types[0]) else { return EventType::UNKNOWN };
        let finer = cell(row, &self.types[1]).map_or("", |(_, text)| text);
        event_type(name, finer).unwrap_or_else(|| {
            remarks.push(row.reject(column, "expected a type of docs/mapping.md; taken as unknown"));
            EventType::UNKNOWN
        })
    }

    fn iso3<'a>(
        &'a self,
        row: &Row<'a>,
        country: Option<&str>,
        remarks: &mut Vec<Reject>,
    ) -> Option<Cow<'a, str>> {
        let countries = &self.tables.countries;
        let given = row.iso3(self.iso3.as_ref(), countries, remarks);
        given.or_else(|| countries.iso3(CountryCode::Name, country?)).map(Cow::Borrowed)
    }

    fn radius(&self, row: &Row<'_>) -> Result<Option<f64>, Reject> {
        let Some((column, text)) = cell(row, &self.radius) else { return Ok(None) };
        let radius = text.parse().ok().filter(|km: &f64| km.is_finite() && *km >= 0.0);
        radius.map(Some).ok_or_else(|| row.reject(column, "expected kilometres, 0 or more"))
    }
}

/// A cell that is there and filled, with its column.
fn cell<'a, 'c>(row: &Row<'a>, column: &'c Option<Column>) -> Option<(&'c Column, &'a str)> {
    let column = column.as_ref()?;
    row.filled(Some(column)).map(|text| (column, text))
}
