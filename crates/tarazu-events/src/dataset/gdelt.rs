//! GDELT 1.0 and 2.0 event exports: tab-separated, without a heading.
//!
//! Source: *The GDELT Event Database Data Format Codebook V2.0* (2015) and *Data Format Codebook V 1.03* (2013); types are CAMEO's
//! (Schrodt, *CAMEO Conflict and Mediation Event Observations Event and Actor Codebook*, 1.1b3, 2012). Version 1.0 has 57 columns, or
//! 58 with the link to the source; version 2.0 has 61, with second-order divisions. Countries are coded by FIPS 10-4. GDELT counts
//! mentions, not deaths.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::Date;

use super::{Binding, Context, Renewal, RowReader};
use crate::country::CountryCode;
use crate::crosswalk::{Radii, Types};
use crate::event::{Actor, DateInterval, Event, EventType, Place};
use crate::reject::Reject;
use crate::row::{Column, Row, digits};
use crate::tables::Tables;

/// Names of the columns that are read, for messages.
const NAMES: [&str; 17] = [
    "GLOBALEVENTID",
    "SQLDATE",
    "Actor1Code",
    "Actor1Name",
    "Actor2Code",
    "Actor2Name",
    "EventCode",
    "EventBaseCode",
    "EventRootCode",
    "NumSources",
    "ActionGeo_Type",
    "ActionGeo_FullName",
    "ActionGeo_CountryCode",
    "ActionGeo_ADM1Code",
    "ActionGeo_Lat",
    "ActionGeo_Long",
    "SOURCEURL",
];

/// Where they stand, counted from 0.
const VERSION_1: [usize; 17] = [0, 1, 5, 6, 15, 16, 26, 27, 28, 32, 49, 50, 51, 52, 53, 54, 57];
const VERSION_2: [usize; 17] = [0, 1, 5, 6, 15, 16, 26, 27, 28, 32, 51, 52, 53, 54, 56, 57, 60];

struct Gdelt {
    tables: Arc<Tables>,
    types: Types,
    radii: Radii,
    widths: &'static [usize],
    columns: [Column; 17],
    admin2: Option<Column>,
}

/// Whether a row of this many cells, beginning with an id and a date, is one of GDELT's.
pub(crate) fn widths_fit(cells: &csv::StringRecord) -> bool {
    let is_number = |at: usize, length: Option<usize>| {
        let cell = cells.get(at).unwrap_or_default();
        !cell.is_empty() && cell.bytes().all(|b| b.is_ascii_digit()) && length.is_none_or(|l| cell.len() == l)
    };
    matches!(cells.len(), 57 | 58 | 61) && is_number(0, None) && is_number(1, Some(8))
}

pub(crate) fn bind(cells: usize, context: &Context) -> Binding {
    let second = cells == 61;
    let positions = if second { VERSION_2 } else { VERSION_1 };
    let mut columns = positions.into_iter().zip(NAMES).map(|(index, name)| Column::at(index, name));
    let reader = Gdelt {
        tables: context.tables.clone(),
        types: context.tables.crosswalk.of("GDELT"),
        radii: context.tables.precision.of("GDELT"),
        widths: if second { &[61] } else { &[57, 58] },
        columns: std::array::from_fn(|i| columns.next().unwrap_or_else(|| Column::at(i, NAMES[i]))),
        admin2: second.then(|| Column::at(55, "ActionGeo_ADM2Code")),
    };
    Binding {
        dataset: if second { "GDELT 2.0".into() } else { "GDELT 1.0".into() },
        release: context.release.clone(),
        renewal: Renewal::Adds,
        reader: Box::new(reader),
    }
}

impl RowReader for Gdelt {
    fn widths(&self) -> &[usize] {
        self.widths
    }

    fn event<'a>(&'a self, row: &Row<'a>, _: &mut Vec<Reject>) -> Result<Event<'a>, Reject> {
        let [
            id,
            date,
            code1,
            name1,
            code2,
            name2,
            event_code,
            base_code,
            root_code,
            number_of_sources,
            precision,
            place,
            country,
            admin1,
            latitude,
            longitude,
            url,
        ] = &self.columns;
        let identifier = row.required(id)?;
        let text = row.required(date)?;
        let day = compact_day(text).ok_or_else(|| row.reject(date, "expected a date as YYYYMMDD"))?;
        let day = row.plausible(date, day)?;
        let mut event = Event::new(identifier, row.line, DateInterval::day(day));
        event.kind = [event_code, base_code, root_code]
            .into_iter()
            .find_map(|column| self.types.find(row.cell(column), ""))
            .unwrap_or(EventType::UNKNOWN);
        event.type_as_given = row.text(Some(event_code));
        let code = row.filled(Some(precision)).filter(|c| *c != "0");
        let fips = row.filled(Some(country));
        event.place = Place {
            country: fips.map(Cow::Borrowed),
            iso3: fips.and_then(|c| self.tables.countries.iso3(CountryCode::Fips, c)).map(Cow::Borrowed),
            admin1: row.text(Some(admin1)),
            admin2: row.text(self.admin2.as_ref()),
            name: row.text(Some(place)),
            coordinates: row.coordinates(Some(latitude), Some(longitude))?,
            precision: code.map(Cow::Borrowed),
            radius_km: code.and_then(|c| self.radii.km(c)),
        };
        let actor = |name: &Column, code: &Column| Actor {
            id: None,
            name: self.tables.aliases.named(row.text(Some(name)).or_else(|| row.text(Some(code)))),
        };
        event.actors = [actor(name1, code1), actor(name2, code2)];
        event.number_of_sources = row.optional_count(Some(number_of_sources))?;
        event.source = row.text(Some(url));
        Ok(event)
    }
}

/// `YYYYMMDD`.
fn compact_day(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 8 {
        return None;
    }
    Date::new(digits(&bytes[..4])?, digits(&bytes[4..6])? as i8, digits(&bytes[6..])? as i8).ok()
}
