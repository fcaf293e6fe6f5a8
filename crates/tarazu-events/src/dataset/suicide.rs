//! Suicide bombings in Pakistan, 1995 to 2017.
//!
//! Source: Z. Usmani, *Pakistan Body Count* (pakistanbodycount.org), data set of suicide attacks, versions 6 and 11 of 2017. It has a
//! lowest and a highest toll and no best one: `deaths_best` is given only where there is one figure. Dates begin with the
//! weekday and name the month, in full or short.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Binding, Context, Kind, Renewal, RowReader, release};
use crate::dates::{Order, loose_days, weekday};
use crate::event::{Deaths, Event, EventType, Place};
use crate::reject::Reject;
use crate::row::{Column, Heading, MissingColumn, Row, require};
use crate::survey::Dates;
use crate::tables::Tables;

const DATASET: &str = "Pakistan suicide attacks";

pub(super) const KIND: Kind = Kind {
    key: "pakistan-suicide-attacks",
    expected: "the Pakistan suicide attacks dataset: `S#`, `Date`, `Blast Day Type`, `Killed Max`, `No. of Suicide Blasts`",
    signature: &[
        "S#",
        "Date",
        "Blast Day Type",
        "Killed Min",
        "Killed Max",
        "Injured Max",
        "No. of Suicide Blasts",
    ],
    at_least: 5,
    bind,
};

struct Attacks {
    tables: Arc<Tables>,
    /// Of a town.
    radius_km: Option<f64>,
    order: Order,
    kind: EventType,
    id: Column,
    date: Column,
    city: Option<Column>,
    province: Option<Column>,
    coordinates: [Option<Column>; 2],
    target: Option<Column>,
    killed: [Option<Column>; 2],
    wounded: Option<Column>,
    notes: Option<Column>,
}

fn bind(heading: &Heading, context: &Context) -> Result<Binding, MissingColumn> {
    let find = |name: &str| heading.find(&[name]);
    let reader = Attacks {
        kind: context.tables.crosswalk.of(DATASET).find("suicide", "").unwrap_or(EventType::UNKNOWN),
        id: require(heading, &["S#"])?,
        date: require(heading, &["Date"])?,
        city: find("City"),
        province: find("Province"),
        coordinates: [find("Latitude"), find("Longitude")],
        target: find("Target Type"),
        killed: [find("Killed Min"), find("Killed Max")],
        wounded: find("Injured Max"),
        notes: find("Location"),
        tables: context.tables.clone(),
        radius_km: context.tables.precision.of(DATASET).km("city"),
        order: Order::DayMonth,
    };
    Ok(Binding {
        dataset: DATASET.into(),
        release: context.release_by(release::at_the_end),
        renewal: Renewal::Replaces,
        reader: Box::new(reader),
    })
}

impl RowReader for Attacks {
    fn event<'a>(&'a self, row: &Row<'a>, remarks: &mut Vec<Reject>) -> Result<Event<'a>, Reject> {
        let id = row.identifier(&self.id)?;
        let text = row.required(&self.date)?;
        let days = loose_days(text, self.order)
            .ok_or_else(|| row.reject(&self.date, "expected a date as Sunday-November 19-1995"))?;
        let day = row.plausible(&self.date, days.start)?;
        let said = text.split('-').next().and_then(weekday);
        if days.start != days.end {
            let reason = format!("names no single day; taken as {} to {}", days.start, days.end);
            remarks.push(row.reject(&self.date, reason));
        } else if said.is_some_and(|w| w != day.weekday()) {
            let reason = format!("{day} was a {:?}; the day of the month is taken as given", day.weekday());
            remarks.push(row.reject(&self.date, reason));
        }
        let mut event = Event::new(id, row.line, days);
        event.kind = self.kind;
        event.type_as_given = Some("suicide attack".into());
        event.place = Place {
            country: Some("Pakistan".into()),
            iso3: Some("PAK".into()),
            admin1: row.text(self.province.as_ref()),
            admin2: None,
            name: row.text(self.city.as_ref()),
            coordinates: row.coordinates(self.coordinates[0].as_ref(), self.coordinates[1].as_ref())?,
            precision: Some("city".into()),
            radius_km: self.radius_km,
        };
        event.target = row.text(self.target.as_ref());
        let target = row.filled(self.target.as_ref());
        event.target_type = target.and_then(|t| self.tables.crosswalk.target(t)).map(Cow::Borrowed);
        let low = people(row, self.killed[0].as_ref(), remarks);
        let high = people(row, self.killed[1].as_ref(), remarks);
        let best = match (low, high) {
            (Some(low), Some(high)) => (low == high).then_some(low),
            (one, other) => one.or(other),
        };
        event.deaths = Deaths { best, low, high, ..Deaths::default() };
        event.wounded = people(row, self.wounded.as_ref(), remarks);
        event.notes = row.text(self.notes.as_ref());
        Ok(event)
    }

    fn dates(&self) -> Option<Dates> {
        Some(Dates { columns: vec![self.date.clone()], usual: self.order })
    }

    fn settle(&mut self, order: Order) {
        self.order = order;
    }
}

/// A count of people. `40+` is read as 40 and anything else that is no number as unknown, each with a remark: the attack stands.
fn people(row: &Row<'_>, column: Option<&Column>, remarks: &mut Vec<Reject>) -> Option<u32> {
    let (column, text) = column.and_then(|c| Some((c, row.filled(Some(c))?)))?;
    match row.count(column) {
        Ok(count) => Some(count),
        Err(_) => {
            let at_least = text.strip_suffix('+').and_then(|n| n.parse().ok());
            let reason = match at_least {
                Some(n) => format!("read as {n}: a lower bound"),
                None => "expected a count of people; taken as not known".to_owned(),
            };
            remarks.push(row.reject(column, reason));
            at_least
        }
    }
}
