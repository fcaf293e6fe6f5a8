//! Panels: area × period tables of what happened.
//!
//! Within the span of a panel an area without events has zeros, because the dataset was looking and recorded none; a measure
//! that the dataset does not publish is missing, never zero. So are the deaths of events of none of which the toll is known; where it
//! is known of some, the sum is of those, and `events_toll_unknown` counts the others.
//!
//! An event counts once, in the period of the one day that its dataset gives. Where the dataset gives an interval that crosses
//! periods, [`DateRule`] decides.

mod merge;
mod period;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::event::{Event, Text, ViolenceType};
pub use period::{Period, PeriodUnit};
pub(crate) use table::LARGEST;

/// The area that makes a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum AreaUnit {
    /// Country, by ISO 3166-1 alpha-3 code where the file gives it, else by name.
    Country,
    /// First-order division as the dataset gives it.
    Admin1,
    /// Second-order division as the dataset gives it.
    Admin2,
}

/// Which day of an event decides its period, where the dataset gives first and last day or only the month or year. A day that is
/// given as one, and widened only by what is said of its precision (ACLED's week around the day), decides itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum DateRule {
    /// The last day: the convention of UCDP and VIEWS.
    #[default]
    End,
    /// The first day.
    Start,
}

/// A column of the panel. Deaths are people reported killed, per the dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Measure {
    /// Events of all types.
    Events,
    /// Events in which at least one side is a government.
    EventsStateBased,
    /// Events between organised groups.
    EventsNonState,
    /// Events against civilians.
    EventsOneSided,
    /// Deaths, best estimate.
    DeathsBest,
    /// Deaths, lowest reliable estimate.
    DeathsLow,
    /// Deaths, highest reliable estimate.
    DeathsHigh,
    /// Deaths that the dataset codes as civilians.
    DeathsCivilians,
    /// Deaths in state-based events, best estimate.
    DeathsStateBased,
    /// Events whose best, or only, toll is not known: they add nothing to deaths.
    EventsTollUnknown,
}

impl Measure {
    /// All, in the order of the columns.
    pub const ALL: [Self; 10] = [
        Self::Events,
        Self::EventsStateBased,
        Self::EventsNonState,
        Self::EventsOneSided,
        Self::DeathsBest,
        Self::DeathsLow,
        Self::DeathsHigh,
        Self::DeathsCivilians,
        Self::DeathsStateBased,
        Self::EventsTollUnknown,
    ];

    /// The column's name.
    pub fn column(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::EventsStateBased => "events_state_based",
            Self::EventsNonState => "events_non_state",
            Self::EventsOneSided => "events_one_sided",
            Self::DeathsBest => "deaths_best",
            Self::DeathsLow => "deaths_low",
            Self::DeathsHigh => "deaths_high",
            Self::DeathsCivilians => "deaths_civilians",
            Self::DeathsStateBased => "deaths_state_based",
            Self::EventsTollUnknown => "events_toll_unknown",
        }
    }

    /// The measure whose column has this name.
    pub fn from_column(column: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.column() == column)
    }
}

/// The values of one row: `None` where the dataset does not publish the measure, or knows it of none of the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Measures([Option<u64>; Measure::ALL.len()]);

impl Measures {
    /// All measures zero: looked at, none recorded.
    pub fn zero() -> Self {
        Self([Some(0); Measure::ALL.len()])
    }

    /// The value, if the dataset publishes it.
    pub fn get(&self, measure: Measure) -> Option<u64> {
        self.0[measure as usize]
    }

    pub(crate) fn set(&mut self, measure: Measure, value: Option<u64>) {
        self.0[measure as usize] = value;
    }

    fn add(&mut self, measure: Measure, value: u64) {
        let cell = &mut self.0[measure as usize];
        *cell = Some(cell.unwrap_or(0) + value);
    }

    /// Take back the zeros of measures that a dataset does not publish.
    fn without(mut self, missing: &[Measure]) -> Self {
        for measure in missing {
            self.set(*measure, None);
        }
        self
    }
}

/// The events of one area and period, as they are counted.
#[derive(Default)]
struct Cell {
    sums: Measures,
    /// Tolls of which at least one event was to be summed.
    asked: [bool; Measure::ALL.len()],
}

impl Cell {
    fn toll(&mut self, measure: Measure, toll: Option<u32>) {
        self.asked[measure as usize] = true;
        if let Some(toll) = toll {
            self.sums.add(measure, toll.into());
        }
    }

    fn add(&mut self, event: &Event<'_>) {
        self.sums.add(Measure::Events, 1);
        let deaths = &event.deaths;
        self.toll(Measure::DeathsBest, deaths.best);
        self.toll(Measure::DeathsLow, deaths.low);
        self.toll(Measure::DeathsHigh, deaths.high);
        self.toll(Measure::DeathsCivilians, deaths.civilians);
        if deaths.best.is_none() {
            self.sums.add(Measure::EventsTollUnknown, 1);
        }
        match event.violence {
            Some(ViolenceType::StateBased) => {
                self.sums.add(Measure::EventsStateBased, 1);
                self.toll(Measure::DeathsStateBased, deaths.best);
            }
            Some(ViolenceType::NonState) => self.sums.add(Measure::EventsNonState, 1),
            Some(ViolenceType::OneSided) => self.sums.add(Measure::EventsOneSided, 1),
            None => {}
        }
    }

    /// What was not asked for is zero; what was asked of events that all do not know it is missing.
    fn measures(&self) -> Measures {
        let mut measures = self.sums;
        for measure in Measure::ALL {
            if measures.get(measure).is_none() && !self.asked[measure as usize] {
                measures.set(measure, Some(0));
            }
        }
        measures
    }
}

/// One area in one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PanelRow {
    /// Dataset that the figures come from.
    pub dataset: String,
    /// Its release.
    pub version: String,
    /// The area's identifier: `PAK`, `PAK/Balochistān province`, …
    pub area: String,
    /// The period.
    pub period: Period,
    /// The figures.
    pub measures: Measures,
}

/// A table of areas and periods, ordered by dataset, version, area and period.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Panel {
    /// The rows.
    pub rows: Vec<PanelRow>,
}

/// What kind of panel is wanted.
#[derive(Debug, Clone, Copy)]
pub struct PanelShape {
    /// Area.
    pub area: AreaUnit,
    /// Length of a period.
    pub period: PeriodUnit,
    /// Which day decides.
    pub date_rule: DateRule,
    /// First period, or that of the first event.
    pub from: Option<Period>,
    /// Last period, or that of the last event.
    pub to: Option<Period>,
}

impl Panel {
    /// Count events into areas and periods. Every area that has an event in the file gets a row for every period of the
    /// span. Events outside the span are left out.
    ///
    /// A measure that no event of the dataset has is missing in the panel. An event without a toll counts as an event and adds
    /// nothing to deaths; where no event of an area and period has one, its deaths are missing.
    pub fn from_events(dataset: &str, version: &str, events: &[Event<'_>], shape: &PanelShape) -> Self {
        let period = |event: &Event<'_>| {
            let by_rule = match shape.date_rule {
                DateRule::End => event.date.end,
                DateRule::Start => event.date.start,
            };
            Period::of(event.day_given.unwrap_or(by_rule), shape.period)
        };
        let Some(first) = shape.from.or_else(|| events.iter().map(period).min()) else {
            return Self::default();
        };
        let last = shape.to.or_else(|| events.iter().map(period).max()).unwrap_or(first);

        let missing = unpublished(events);
        let mut cells: BTreeMap<String, BTreeMap<Period, Cell>> = BTreeMap::new();
        for event in events {
            let area = cells.entry(area_of(event, shape.area)).or_default();
            area.entry(period(event)).or_default().add(event);
        }
        let mut rows = Vec::new();
        for (area, filled) in cells {
            for period in first.through(last) {
                rows.push(PanelRow {
                    dataset: dataset.into(),
                    version: version.into(),
                    area: area.clone(),
                    period,
                    measures: filled
                        .get(&period)
                        .map_or_else(Measures::zero, Cell::measures)
                        .without(&missing),
                });
            }
        }
        Self { rows }
    }

    /// Keep only the areas named, and the periods from `from` to `to` where given.
    #[must_use]
    pub fn select(mut self, areas: &[String], from: Option<Period>, to: Option<Period>) -> Self {
        self.rows.retain(|row| {
            (areas.is_empty() || areas.contains(&row.area))
                && from.is_none_or(|p| row.period >= p)
                && to.is_none_or(|p| row.period <= p)
        });
        self
    }

    /// The datasets and versions in the panel, in order.
    pub fn datasets(&self) -> BTreeSet<(&str, &str)> {
        self.rows.iter().map(|r| (r.dataset.as_str(), r.version.as_str())).collect()
    }

    /// The rows of one area in one dataset, by period.
    pub fn area<'a>(
        &'a self,
        dataset: &'a str,
        version: &'a str,
        area: &'a str,
    ) -> impl Iterator<Item = &'a PanelRow> {
        self.rows.iter().filter(move |r| r.dataset == dataset && r.version == version && r.area == area)
    }
}

/// The measures that no event of a dataset has a figure for.
fn unpublished(events: &[Event<'_>]) -> Vec<Measure> {
    type Has = fn(&Event<'_>) -> bool;
    let none = |has: Has| !events.iter().any(has);
    let mut missing = Vec::new();
    if none(|e| e.violence.is_some()) {
        missing.extend([Measure::EventsStateBased, Measure::EventsNonState, Measure::EventsOneSided]);
        missing.push(Measure::DeathsStateBased);
    }
    let tolls: [(Measure, Has); 4] = [
        (Measure::DeathsBest, |e| e.deaths.best.is_some()),
        (Measure::DeathsLow, |e| e.deaths.low.is_some()),
        (Measure::DeathsHigh, |e| e.deaths.high.is_some()),
        (Measure::DeathsCivilians, |e| e.deaths.civilians.is_some()),
    ];
    if none(|e| e.deaths.best.is_some()) {
        missing.push(Measure::EventsTollUnknown);
    }
    missing.extend(tolls.into_iter().filter(|(_, has)| none(*has)).map(|(measure, _)| measure));
    missing
}

/// The area's identifier. A division is prefixed with its country; an empty one says so.
fn area_of(event: &Event<'_>, unit: AreaUnit) -> String {
    let place = &event.place;
    let country = place.iso3.as_deref().or(place.country.as_deref()).unwrap_or("(none given)");
    let or_none = |name: &Text<'_>| name.as_deref().unwrap_or("(none given)").to_owned();
    match unit {
        AreaUnit::Country => country.into(),
        AreaUnit::Admin1 => format!("{country}/{}", or_none(&place.admin1)),
        AreaUnit::Admin2 => format!("{country}/{}/{}", or_none(&place.admin1), or_none(&place.admin2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{DateInterval, DatePrecision, Deaths};
    use proptest::prelude::*;

    fn event(start: &str, end: &str, best: u32, admin1: Option<&'static str>) -> Event<'static> {
        let date = DateInterval {
            start: start.parse().unwrap(),
            end: end.parse().unwrap(),
            precision: DatePrecision::Days,
        };
        let mut event = Event::new("", 1, date);
        event.place.iso3 = Some("PAK".into());
        event.place.admin1 = admin1.map(Into::into);
        event.violence = Some(ViolenceType::StateBased);
        let toll = Some(best);
        event.deaths = Deaths { unknown: toll, best: toll, low: toll, high: toll, ..Deaths::default() };
        event
    }

    fn shape(date_rule: DateRule) -> PanelShape {
        PanelShape { area: AreaUnit::Country, period: PeriodUnit::Month, date_rule, from: None, to: None }
    }

    #[test]
    fn an_event_over_two_months_counts_where_the_rule_says() {
        let events = [event("2020-01-30", "2020-02-02", 7, None)];
        let periods = |rule| Panel::from_events("D", "1", &events, &shape(rule)).rows[0].period.to_string();
        assert_eq!(periods(DateRule::End), "2020-02");
        assert_eq!(periods(DateRule::Start), "2020-01");
    }

    #[test]
    fn a_month_without_events_is_zero() {
        let events = [event("2020-01-01", "2020-01-01", 7, None), event("2020-03-01", "2020-03-01", 1, None)];
        let panel = Panel::from_events("D", "1", &events, &shape(DateRule::End));
        let deaths: Vec<_> = panel.rows.iter().map(|r| r.measures.get(Measure::DeathsBest)).collect();
        assert_eq!(deaths, [Some(7), Some(0), Some(1)]);
    }

    #[test]
    fn an_event_whose_day_is_given_counts_on_that_day_however_imprecise() {
        let mut widened = event("2024-03-28", "2024-04-03", 7, None);
        widened.day_given = Some(jiff::civil::date(2024, 3, 31));
        for rule in [DateRule::End, DateRule::Start] {
            let panel = Panel::from_events("D", "1", &[widened.clone()], &shape(rule));
            assert_eq!((panel.rows.len(), panel.rows[0].period.to_string()), (1, "2024-03".into()));
        }
    }

    #[test]
    fn an_unknown_toll_is_no_zero() {
        let unknown = |day| {
            let mut event = event(day, day, 0, None);
            event.deaths = Deaths::default();
            event
        };
        let events = [
            unknown("2020-01-01"),
            unknown("2020-02-01"),
            event("2020-02-01", "2020-02-01", 7, None),
            event("2020-04-01", "2020-04-01", 0, None),
        ];
        let panel = Panel::from_events("D", "1", &events, &shape(DateRule::End));
        let column = |m| panel.rows.iter().map(|r| r.measures.get(m)).collect::<Vec<_>>();
        assert_eq!(column(Measure::DeathsBest), [None, Some(7), Some(0), Some(0)]);
        assert_eq!(column(Measure::DeathsStateBased), [None, Some(7), Some(0), Some(0)]);
        assert_eq!(column(Measure::EventsTollUnknown), [Some(1), Some(1), Some(0), Some(0)]);
        assert_eq!(column(Measure::Events), [Some(1), Some(2), Some(0), Some(1)]);
        let bare = Panel::from_events("D", "1", &events[..1], &shape(DateRule::End));
        assert_eq!(bare.rows[0].measures.get(Measure::EventsTollUnknown), None, "a dataset without tolls");
    }

    #[test]
    fn an_event_without_a_province_is_not_lost() {
        let events = [event("2020-01-01", "2020-01-01", 7, None)];
        let panel = Panel::from_events(
            "D",
            "1",
            &events,
            &PanelShape { area: AreaUnit::Admin1, ..shape(DateRule::End) },
        );
        assert_eq!(panel.rows[0].area, "PAK/(none given)");
    }

    proptest! {
        /// Whatever the unit of time or area, a panel loses and doubles nothing.
        #[test]
        fn sums_over_the_panel_are_sums_over_the_events(
            days in prop::collection::vec((0_i32..4000, 0_i32..40, 0_u32..500, 0_usize..3), 1..60),
            week in any::<bool>(), province in any::<bool>(),
        ) {
            let origin = jiff::civil::date(2010, 1, 1);
            let events: Vec<Event> = days.iter().map(|(start, length, best, area)| {
                let day = |n: i32| origin.checked_add(jiff::Span::new().days(n)).unwrap().to_string();
                event(&day(*start), &day(start + length), *best, [None, Some("X"), Some("Y")][*area])
            }).collect();
            let period = if week { PeriodUnit::Week } else { PeriodUnit::Month };
            let area = if province { AreaUnit::Admin1 } else { AreaUnit::Country };
            let panel = Panel::from_events("D", "1", &events, &PanelShape { area, period, ..shape(DateRule::End) });
            let sum = |m| panel.rows.iter().filter_map(|r| r.measures.get(m)).sum::<u64>();
            prop_assert_eq!(sum(Measure::Events), events.len() as u64);
            prop_assert_eq!(sum(Measure::DeathsBest), days.iter().map(|d| u64::from(d.2)).sum::<u64>());
        }
    }
}
