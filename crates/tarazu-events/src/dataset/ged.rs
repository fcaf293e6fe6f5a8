//! UCDP Georeferenced Event Dataset, every published layout, and the UCDP candidate dataset, which shares its columns.
//!
//! Source: Högbladh, *UCDP GED Codebook* (versions 19.1 to 25.1, Department of Peace and Conflict Research, Uppsala
//! University); Sundberg & Melander 2013; for the candidate dataset Hegre et al. 2020.
//!
//! Layouts differ in order and number of columns (41 to 52) but not in names, so columns are found by name. Country files
//! of the Humanitarian Data Exchange carry a row of HXL tags below the heading.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Binding, Context, Kind, Renewal, RowReader, release};
use crate::country::CountryCode;
use crate::crosswalk::Radii;
use crate::event::{Actor, DateInterval, DatePrecision, Deaths, Event, EventType, Place, ViolenceType};
use crate::reject::Reject;
use crate::row::{Column, Heading, MissingColumn, Row, require};
use crate::tables::Tables;

pub(super) const KIND: Kind = Kind {
    key: "ged",
    expected: "UCDP GED: a heading with columns such as `id`, `type_of_violence`, `date_start`, `best`",
    signature: &[
        "id",
        "type_of_violence",
        "side_a",
        "side_b",
        "where_prec",
        "latitude",
        "longitude",
        "country",
        "date_prec",
        "date_start",
        "date_end",
        "deaths_a",
        "deaths_b",
        "deaths_civilians",
        "deaths_unknown",
        "best",
        "high",
        "low",
    ],
    at_least: 9,
    bind,
};

/// The dataset of final events.
pub(crate) const FINAL: &str = "UCDP GED";
/// The dataset of candidate events.
pub(crate) const CANDIDATE: &str = "UCDP Candidate";

struct Ged {
    tables: Arc<Tables>,
    radii: Radii,
    id: Column,
    violence: Column,
    side_a: Column,
    side_b: Column,
    where_prec: Column,
    coordinates: [Column; 2],
    country: Column,
    date_prec: Column,
    date_start: Column,
    date_end: Column,
    /// deaths_a, deaths_b, deaths_civilians, deaths_unknown, best, low, high.
    deaths: [Column; 7],
    year: Option<Column>,
    status: Option<Column>,
    iso3: Option<Column>,
    gw: Option<Column>,
    admin1: Option<Column>,
    admin2: Option<Column>,
    place: Option<Column>,
    ids: [Option<Column>; 2],
    number_of_sources: Option<Column>,
    /// Offices, and what stands in their place in rows that were coded before these were.
    source: [Option<Column>; 2],
    /// The headline, and what is said of the place.
    notes: [Option<Column>; 2],
    types: [EventType; 3],
}

fn bind(heading: &Heading, context: &Context) -> Result<Binding, MissingColumn> {
    let column = |name: &str| require(heading, &[name]);
    let release = context.release_by(release::of_ucdp);
    // A first guess; the state of coding in the rows decides (`crate::survey::Coding`).
    let is_candidate = release.as_deref().is_some_and(release::is_candidate);
    let tables = context.tables.clone();
    let types = tables.crosswalk.of(FINAL);
    let types = ["1", "2", "3"].map(|code| types.find(code, "").unwrap_or(EventType::UNKNOWN));
    let reader = Ged {
        id: column("id")?,
        violence: column("type_of_violence")?,
        side_a: column("side_a")?,
        side_b: column("side_b")?,
        where_prec: column("where_prec")?,
        coordinates: [column("latitude")?, column("longitude")?],
        country: column("country")?,
        date_prec: column("date_prec")?,
        date_start: column("date_start")?,
        date_end: column("date_end")?,
        deaths: [
            column("deaths_a")?,
            column("deaths_b")?,
            column("deaths_civilians")?,
            column("deaths_unknown")?,
            column("best")?,
            column("low")?,
            column("high")?,
        ],
        year: heading.find(&["year"]),
        status: heading.find(&["code_status"]),
        iso3: heading.find(&["iso3"]),
        gw: heading.find(&["country_id"]),
        admin1: heading.find(&["adm_1"]),
        admin2: heading.find(&["adm_2"]),
        place: heading.find(&["where_coordinates"]),
        ids: [heading.find(&["side_a_new_id"]), heading.find(&["side_b_new_id"])],
        number_of_sources: heading.find(&["number_of_sources"]),
        source: [heading.find(&["source_office"]), heading.find(&["source_article"])],
        notes: [heading.find(&["source_headline"]), heading.find(&["where_description"])],
        types,
        radii: tables.precision.of(FINAL),
        tables,
    };
    Ok(Binding {
        dataset: if is_candidate { CANDIDATE.into() } else { FINAL.into() },
        release,
        // A candidate file has the events of its months alone; those of other months stay.
        renewal: if is_candidate { Renewal::Adds } else { Renewal::Replaces },
        reader: Box::new(reader),
    })
}

impl RowReader for Ged {
    fn event<'a>(&'a self, row: &Row<'a>, remarks: &mut Vec<Reject>) -> Result<Event<'a>, Reject> {
        let id = row.identifier(&self.id)?;
        let violence = ViolenceType::from_code(row.whole(&self.violence)?)
            .ok_or_else(|| row.reject(&self.violence, "expected 1, 2 or 3"))?;
        let (start, end) = (row.iso_date(&self.date_start)?, row.iso_date(&self.date_end)?);
        if end < start {
            return Err(row.reject(&self.date_end, format!("expected a day not before date_start ({start})")));
        }
        let precision = DatePrecision::from_ucdp(row.whole(&self.date_prec)?)
            .ok_or_else(|| row.reject(&self.date_prec, "expected 1 to 5"))?;
        let where_prec = row.required(&self.where_prec)?;
        let radius_km = self.radii.find(where_prec);
        let radius_km = radius_km.ok_or_else(|| row.reject(&self.where_prec, "expected 1 to 7"))?;
        let mut event = Event::new(id, row.line, DateInterval { start, end, precision });
        if let Some(year) = row.optional_year(self.year.as_ref())? {
            event.year = year;
        }
        event.doubted = row.filled(self.status.as_ref()).map(|status| !status.eq_ignore_ascii_case("clear"));
        event.violence = Some(violence);
        event.kind = self.types[violence as usize];
        event.type_as_given = Some(Cow::Borrowed(row.cell(&self.violence)));
        event.place = Place {
            country: Some(row.required(&self.country)?.into()),
            iso3: self.country(row, remarks),
            admin1: row.text(self.admin1.as_ref()),
            admin2: row.text(self.admin2.as_ref()),
            name: row.text(self.place.as_ref()),
            coordinates: Some((
                row.degrees(&self.coordinates[0], 90.0)?,
                row.degrees(&self.coordinates[1], 180.0)?,
            )),
            precision: Some(where_prec.into()),
            radius_km,
        };
        let actor = |name: &Column, id: &Option<Column>| -> Result<Actor<'a>, Reject> {
            Ok(Actor { id: row.number_if_any(id.as_ref()), name: Some(row.required(name)?.into()) })
        };
        event.actors = [actor(&self.side_a, &self.ids[0])?, actor(&self.side_b, &self.ids[1])?];
        let [a, b, civilians, unknown, best, low, high] = &self.deaths;
        event.deaths = Deaths {
            side_a: Some(row.count(a)?),
            side_b: Some(row.count(b)?),
            civilians: Some(row.count(civilians)?),
            unknown: Some(row.count(unknown)?),
            best: Some(row.count(best)?),
            low: Some(row.count(low)?),
            high: Some(row.count(high)?),
        };
        event.number_of_sources = row.number_if_any(self.number_of_sources.as_ref());
        event.source = row.text(self.source[0].as_ref()).or_else(|| row.text(self.source[1].as_ref()));
        let [headline, place] = self.notes.each_ref().map(|c| row.text(c.as_ref()));
        event.notes = match (headline, place) {
            (Some(headline), Some(place)) => Some([&*headline, "; ", &*place].concat().into()),
            (one, other) => one.or(other),
        };
        Ok(event)
    }

    fn coding(&self) -> Option<[Column; 2]> {
        Some([self.year.clone()?, self.status.clone()?])
    }
}

impl Ged {
    fn country<'a>(&'a self, row: &Row<'a>, remarks: &mut Vec<Reject>) -> Option<Cow<'a, str>> {
        let countries = &self.tables.countries;
        if let Some(iso3) = row.iso3(self.iso3.as_ref(), countries, remarks) {
            return Some(Cow::Borrowed(iso3));
        }
        let by_code = row
            .filled(self.gw.as_ref())
            .and_then(|gw| countries.iso3(CountryCode::Gw, gw.strip_suffix(".0").unwrap_or(gw)));
        by_code.or_else(|| countries.iso3(CountryCode::Name, row.cell(&self.country))).map(Cow::Borrowed)
    }
}
