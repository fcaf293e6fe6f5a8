//! Global Terrorism Database: the full layout of 135 columns, reduced forms of it, and the table that its website exports.
//!
//! Source: START, *Global Terrorism Database Codebook* (2021). `imonth` and `iday` are 0 where unknown; `nkill` is empty where
//! unknown, and may be a fraction where a toll was divided over several attacks; −9 and −99 stand for unknown.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::Date;

use super::{Binding, Context, Kind, Renewal, RowReader, release};
use crate::country::CountryCode;
use crate::crosswalk::{Radii, Types};
use crate::dates::{Order, loose_days};
use crate::event::{DateInterval, DatePrecision, Deaths, Event, EventType, Place};
use crate::reject::Reject;
use crate::row::{Column, Heading, MissingColumn, Row, require};
use crate::survey::Dates;
use crate::tables::Tables;

pub(super) const KIND: Kind = Kind {
    key: "gtd",
    expected: "GTD: a heading with columns such as `eventid`, `iyear`, `attacktype1`, `gname`, `nkill`",
    signature: &[
        "eventid",
        "iyear",
        "imonth",
        "iday",
        "country_txt",
        "attacktype1",
        "attacktype1_txt",
        "targtype1_txt",
        "gname",
        "nkill",
        "nwound",
        "provstate",
    ],
    at_least: 5,
    bind,
};

pub(super) const WEBSITE: Kind = Kind {
    key: "gtd-website",
    expected: "GTD as its website exports it: `GTD ID`, `DATE`, `COUNTRY`, `PERPETRATOR 1`, `FATALITIES`",
    signature: &[
        "GTD ID",
        "DATE",
        "COUNTRY",
        "CITY",
        "PERPETRATOR 1",
        "FATALITIES",
        "INJURED",
        "TARGET TYPE 1",
    ],
    at_least: 5,
    bind,
};

/// Where the date stands.
enum When {
    Parts { year: Column, month: Option<Column>, day: Option<Column> },
    Whole(Column),
}

struct Gtd {
    tables: Arc<Tables>,
    types: Types,
    radii: Radii,
    order: Order,
    when: When,
    id: Option<Column>,
    country: Option<Column>,
    province: Option<Column>,
    city: Option<Column>,
    coordinates: [Option<Column>; 2],
    specificity: Option<Column>,
    attack: Option<Column>,
    attack_text: Option<Column>,
    suicide: Option<Column>,
    target: Option<Column>,
    target_text: Option<Column>,
    doubt: Option<Column>,
    group: Option<Column>,
    killed: Option<Column>,
    killed_perpetrators: Option<Column>,
    wounded: Option<Column>,
    sources: [Option<Column>; 3],
    notes: Option<Column>,
}

fn bind(heading: &Heading, context: &Context) -> Result<Binding, MissingColumn> {
    let find = |names: &[&str]| heading.find(names);
    let when = match find(&["iyear"]) {
        Some(year) => When::Parts { year, month: find(&["imonth"]), day: find(&["iday"]) },
        None => When::Whole(require(heading, &["DATE"])?),
    };
    let reader = Gtd {
        when,
        id: find(&["eventid", "GTD ID"]),
        country: find(&["country_txt", "COUNTRY"]),
        province: find(&["provstate"]),
        city: find(&["city"]),
        coordinates: [find(&["latitude"]), find(&["longitude"])],
        specificity: find(&["specificity"]),
        attack: find(&["attacktype1"]),
        attack_text: find(&["attacktype1_txt", "ATTACK TYPE 1"]),
        suicide: find(&["suicide"]),
        target: find(&["targtype1"]),
        target_text: find(&["targtype1_txt", "TARGET TYPE 1"]),
        doubt: find(&["doubtterr"]),
        group: find(&["gname", "PERPETRATOR 1"]),
        killed: find(&["nkill", "FATALITIES"]),
        killed_perpetrators: find(&["nkillter"]),
        wounded: find(&["nwound", "INJURED"]),
        sources: [find(&["scite1"]), find(&["scite2"]), find(&["scite3"])],
        notes: find(&["summary"]),
        tables: context.tables.clone(),
        types: context.tables.crosswalk.of("GTD"),
        radii: context.tables.precision.of("GTD"),
        order: Order::MonthDay,
    };
    // Only the full layout is a release; reduced forms and the website's answers are selections of it.
    let renewal = if heading.names().len() >= 100 { Renewal::Replaces } else { Renewal::Adds };
    Ok(Binding {
        dataset: "GTD".into(),
        release: context.release_by(release::of_gtd),
        renewal,
        reader: Box::new(reader),
    })
}

impl RowReader for Gtd {
    fn event<'a>(&'a self, row: &Row<'a>, remarks: &mut Vec<Reject>) -> Result<Event<'a>, Reject> {
        let id = match &self.id {
            Some(column) => Cow::Borrowed(row.identifier(column)?),
            None => Cow::Owned(row.content_id()),
        };
        let mut event = Event::new(id, row.line, self.date(row)?);
        let attack = row.filled(self.attack.as_ref()).or_else(|| row.filled(self.attack_text.as_ref()));
        let suicide = row.filled(self.suicide.as_ref()).is_some_and(|s| s == "1" || s == "1.0");
        event.kind = attack
            .and_then(|code| self.types.find(code, if suicide { "suicide" } else { "" }))
            .unwrap_or(EventType::UNKNOWN);
        event.type_as_given = row
            .filled(self.attack_text.as_ref())
            .or_else(|| row.filled(self.attack.as_ref()))
            .map(Cow::Borrowed);
        event.subtype_as_given = suicide.then_some(Cow::Borrowed("suicide"));
        event.doubted = match row.optional_whole(self.doubt.as_ref())? {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        };
        let precision = row.filled(self.specificity.as_ref());
        let country = row.filled(self.country.as_ref());
        event.place = Place {
            country: country.map(Cow::Borrowed),
            iso3: country
                .and_then(|name| self.tables.countries.iso3(CountryCode::Name, name))
                .map(Cow::Borrowed),
            admin1: row.text(self.province.as_ref()).filter(|p| !p.eq_ignore_ascii_case("unknown")),
            admin2: None,
            name: row.text(self.city.as_ref()).filter(|p| !p.eq_ignore_ascii_case("unknown")),
            coordinates: row.coordinates(self.coordinates[0].as_ref(), self.coordinates[1].as_ref())?,
            precision: precision.map(Cow::Borrowed),
            radius_km: precision.and_then(|code| self.radii.km(code)),
        };
        event.actors[0].name = self.tables.aliases.named(row.text(self.group.as_ref()));
        let target = row.filled(self.target_text.as_ref()).or_else(|| row.filled(self.target.as_ref()));
        event.target = target.map(Cow::Borrowed);
        event.target_type = target.and_then(|code| self.tables.crosswalk.target(code)).map(Cow::Borrowed);
        event.deaths = Deaths {
            best: self.people(row, self.killed.as_ref(), remarks)?,
            side_a: self.people(row, self.killed_perpetrators.as_ref(), remarks)?,
            ..Deaths::default()
        };
        event.wounded = self.people(row, self.wounded.as_ref(), remarks)?;
        let cited = self.sources.iter().filter(|c| row.filled(c.as_ref()).is_some()).count();
        event.number_of_sources = self.sources[0].is_some().then_some(cited as u32);
        event.source = row.text(self.sources[0].as_ref());
        event.notes = row.text(self.notes.as_ref());
        Ok(event)
    }

    fn dates(&self) -> Option<Dates> {
        match &self.when {
            When::Whole(column) => Some(Dates { columns: vec![column.clone()], usual: self.order }),
            When::Parts { .. } => None,
        }
    }

    fn settle(&mut self, order: Order) {
        self.order = order;
    }
}

impl Gtd {
    fn date(&self, row: &Row<'_>) -> Result<DateInterval, Reject> {
        let (year_column, month_column, day_column) = match &self.when {
            When::Whole(column) => return whole_date(row, column, self.order),
            When::Parts { year, month, day } => (year, month, day),
        };
        let year = row.year(year_column)?;
        let part = |column: &Option<Column>, largest: i64| -> Result<i8, Reject> {
            let value = row.optional_whole(column.as_ref())?.unwrap_or(0);
            match (column, (0..=largest).contains(&value)) {
                (Some(column), false) => Err(row.reject(column, format!("expected 0 to {largest}"))),
                _ => Ok(value as i8),
            }
        };
        let (month, day) = (part(month_column, 12)?, part(day_column, 31)?);
        interval(year, month, day).ok_or_else(|| {
            row.reject(day_column.as_ref().unwrap_or(year_column), "expected a day of that month")
        })
    }

    /// A count of people: empty or negative is unknown, a fraction is rounded with a remark.
    fn people(
        &self,
        row: &Row<'_>,
        column: Option<&Column>,
        remarks: &mut Vec<Reject>,
    ) -> Result<Option<u32>, Reject> {
        let Some((column, text)) = column.and_then(|c| Some((c, row.filled(Some(c))?))) else {
            return Ok(None);
        };
        if text.eq_ignore_ascii_case("unknown") {
            return Ok(None);
        }
        if let Ok(number) = text.parse::<f64>()
            && number.fract() != 0.0
            && (0.0..1e9).contains(&number)
        {
            remarks
                .push(row.reject(column, format!("a fraction of a shared toll, kept as {}", number.round())));
            return Ok(Some(number.round() as u32));
        }
        row.count_or_unknown(Some(column))
    }
}

/// The days of a date with parts that may be unknown (0).
fn interval(year: i16, month: i8, day: i8) -> Option<DateInterval> {
    let date = |month, day| Date::new(year, month, day).ok();
    Some(match (month, day) {
        (0, _) => DateInterval { start: date(1, 1)?, end: date(12, 31)?, precision: DatePrecision::Year },
        (_, 0) => {
            let start = date(month, 1)?;
            DateInterval { start, end: start.last_of_month(), precision: DatePrecision::Month }
        }
        _ => DateInterval::day(date(month, day)?),
    })
}

/// The website writes unknown parts as 00: `2014-12-00`, `12/00/2014`.
fn whole_date(row: &Row<'_>, column: &Column, order: Order) -> Result<DateInterval, Reject> {
    let text = row.required(column)?;
    let parts: Vec<i16> = text.split(['-', '/']).map_while(|p| crate::row::digits(p.as_bytes())).collect();
    let found = match parts.as_slice() {
        [year, month, day] if *year > 31 => interval(*year, *month as i8, *day as i8),
        [a, b, year] if *year > 31 => match order {
            Order::DayMonth => interval(*year, *b as i8, *a as i8),
            Order::MonthDay => interval(*year, *a as i8, *b as i8),
        },
        _ => loose_days(text, order),
    };
    let found = found
        .ok_or_else(|| row.reject(column, format!("expected a date as 2024-06-22 or {}", order.example())))?;
    row.plausible(column, found.start)?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_parts_of_a_date_widen_its_interval() {
        let days =
            |y, m, d| interval(y, m, d).map(|i| format!("{} {} {}", i.start, i.end, i.precision.name()));
        assert_eq!(days(2014, 12, 16).as_deref(), Some("2014-12-16 2014-12-16 day"));
        assert_eq!(days(2012, 2, 0).as_deref(), Some("2012-02-01 2012-02-29 month"));
        assert_eq!(days(2012, 0, 0).as_deref(), Some("2012-01-01 2012-12-31 year"));
        assert_eq!(days(2013, 2, 29), None);
    }
}
