//! Incidents as events, so that panels are made of them as of any dataset.

use std::borrow::Cow;

use tarazu_events::{DateInterval, Deaths, Event, Place, ViolenceType};

use super::day;
use crate::fusion::Incidents;
use crate::reconcile::reconcile;
use crate::reports::Reports;

/// Every incident as one event: reconciled date and tolls (low and high over the datasets), and the area of the member whose place is
/// known best. `violence` has the type of organised violence by row, where a dataset gives it. An incident without a date is left out.
pub fn incident_events(
    reports: &Reports,
    incidents: &Incidents,
    violence: &[Option<ViolenceType>],
) -> Vec<Event<'static>> {
    (0..incidents.len()).filter_map(|n| event(reports, incidents, n, violence)).collect()
}

fn event(
    reports: &Reports,
    incidents: &Incidents,
    number: usize,
    violence: &[Option<ViolenceType>],
) -> Option<Event<'static>> {
    let members = incidents.members(number);
    let it = reconcile(reports, members);
    let (start, end) = it.days?;
    let id = incidents.id(number, reports);
    let mut event = Event::new(id, 0, DateInterval::between(day(start), day(end)));
    // The best located first, then the others in the order of the reports' keys.
    let mut rows: Vec<usize> = members.iter().map(|r| *r as usize).collect();
    let best = it.coordinates_from.map(|r| r as usize);
    rows.sort_by_key(|row| (Some(*row) != best, reports.key(*row)));
    let first = |field: &str| -> Option<Cow<'static, str>> {
        rows.iter().find_map(|row| reports.text(*row, field)).map(|t| Cow::Owned(t.to_owned()))
    };
    let country = first("country");
    let is_code =
        country.as_deref().is_some_and(|c| c.len() == 3 && c.chars().all(|c| c.is_ascii_uppercase()));
    event.place = Place {
        iso3: country.clone().filter(|_| is_code),
        country,
        admin1: first("admin1"),
        admin2: first("admin2"),
        ..Place::default()
    };
    event.violence = rows.iter().find_map(|row| violence.get(*row).copied().flatten());
    let toll = |value: Option<(u32, u32)>| value.map(|v| v.0);
    let (low, high) = (toll(it.deaths_low), toll(it.deaths_high));
    event.deaths = Deaths { best: toll(it.deaths_best), low, high, ..Deaths::default() };
    event.wounded = toll(it.wounded);
    Some(event)
}
