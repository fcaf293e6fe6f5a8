//! What a dataset says of what happened.

use std::borrow::Cow;

use jiff::Span;
use jiff::civil::{Date, date};
use rand_chacha::ChaCha8Rng;
use tarazu_events::crosswalk::event_type;
use tarazu_events::{Actor, DateInterval, DatePrecision, Deaths, Event, EventType, Place};

use super::happen::{FORCES, Incident, Setting, TARGETS, TYPES, moved};
use super::{Record, Recorder, chance, names, normal, stream, uniform};

/// The first day of every world.
pub(super) const FIRST_DAY: Date = date(2015, 1, 1);

/// Precision codes, with the radii that they stand for in kilometres.
const EXACT: (&str, f64) = ("1", 5.0);
const NEAR: (&str, f64) = ("2", 25.0);
const AT_DISTRICT: (&str, f64) = ("3", 75.0);

/// The records of one dataset, by their dates, with identifiers that say nothing of the incident.
pub(super) fn records(
    recorder: &Recorder,
    dataset: u64,
    setting: &Setting,
    incidents: &[Incident],
    seed: u64,
) -> Vec<Record> {
    let rng = &mut stream(seed, "records", dataset);
    let mut records = Vec::new();
    for (number, incident) in incidents.iter().enumerate() {
        if recorder.no_state_operations && incident.by_state || !recorder.sees(incident, rng) {
            continue;
        }
        let often = uniform(rng);
        let twice = often < recorder.duplicates;
        let split = !twice && often < recorder.duplicates + recorder.splits;
        let share = if split { Some(0.3 + 0.4 * uniform(rng)) } else { None };
        for part in 0..if twice || split { 2_u32 } else { 1 } {
            let share = share.map_or(1.0, |s| if part == 0 { s } else { 1.0 - s });
            let event = recorder.record(incident, share, setting, rng);
            let lethal = event.deaths.best.or(event.deaths.low) != Some(0);
            if lethal || !recorder.lethal_only {
                records.push((uniform(rng), Record { event, incident: number }));
            }
        }
    }
    records.sort_by(|(a, x), (b, y)| x.event.date.start.cmp(&y.event.date.start).then(a.total_cmp(b)));
    let prefix: String = recorder.name.chars().take(1).flat_map(char::to_uppercase).collect();
    let numbered = (1_u64..).zip(records).map(|(number, (_, mut record))| {
        record.event.event_id = Cow::Owned(format!("{prefix}{number}"));
        // The heading is the first line.
        record.event.line = number + 1;
        record
    });
    numbered.collect()
}

impl Recorder {
    fn sees(&self, incident: &Incident, rng: &mut ChaCha8Rng) -> bool {
        let logit = (self.recall / (1.0 - self.recall).max(1e-9)).max(1e-9).ln();
        let doublings = (f64::from(incident.deaths) + 1.0).log2() - 1.0;
        let score = logit + self.recall_by_toll * doublings + incident.visibility;
        chance(rng, 1.0 / (1.0 + (-score).exp()))
    }

    fn record(
        &self,
        incident: &Incident,
        share: f64,
        setting: &Setting,
        rng: &mut ChaCha8Rng,
    ) -> Event<'static> {
        let mut event = Event::new("", 0, self.days(incident, rng));
        event.kind = self.kind(incident, rng);
        event.type_as_given = Some(event.kind.event_type.into());
        event.subtype_as_given = event.kind.event_subtype.map(Into::into);
        event.place = self.place(incident, setting, rng);
        event.actors = self.actors(incident, setting, rng);
        event.target = Some(TARGETS[incident.target].into());
        event.deaths = self.deaths(f64::from(incident.deaths) * share, rng);
        if !chance(rng, self.toll_missing) {
            event.wounded = Some(self.people(f64::from(incident.wounded) * share, rng));
        }
        event
    }

    fn days(&self, incident: &Incident, rng: &mut ChaCha8Rng) -> DateInterval {
        let mut day = incident.day;
        if chance(rng, self.late) {
            let days = -self.late_days.max(0.1) * (1.0 - uniform(rng)).ln();
            day += days.ceil().min(365.0) as u32;
        }
        let day = FIRST_DAY.saturating_add(Span::new().days(i64::from(day)));
        let imprecise = uniform(rng);
        if imprecise < self.weeks {
            let monday = day.saturating_sub(Span::new().days(day.weekday().to_monday_zero_offset()));
            let end = monday.saturating_add(Span::new().days(6));
            DateInterval { start: monday, end, precision: DatePrecision::Week }
        } else if imprecise < self.weeks + self.months {
            let (start, end) = (day.first_of_month(), day.last_of_month());
            DateInterval { start, end, precision: DatePrecision::Month }
        } else {
            DateInterval::day(day)
        }
    }

    fn kind(&self, incident: &Incident, rng: &mut ChaCha8Rng) -> EventType {
        let mut kind = incident.kind;
        if chance(rng, self.wrong_type) {
            kind = ((uniform(rng) * TYPES.len() as f64) as usize).min(TYPES.len() - 1);
        }
        let (name, finer, ..) = TYPES[kind];
        let finer = if chance(rng, self.coarse_type) { "" } else { finer };
        event_type(name, finer).unwrap_or(EventType::UNKNOWN)
    }

    fn place(&self, incident: &Incident, setting: &Setting, rng: &mut ChaCha8Rng) -> Place<'static> {
        let (district, middle) = setting.district(incident.place);
        let imprecise = uniform(rng);
        let mut name = Some(setting.towns[incident.town].0.clone());
        let ((code, radius), at) = if imprecise < self.district {
            name = None;
            (AT_DISTRICT, middle)
        } else if imprecise < self.district + self.near {
            (NEAR, moved(incident.place, NEAR.1 / 2.0, rng))
        } else {
            (EXACT, moved(incident.place, EXACT.1 / 2.0, rng))
        };
        if chance(rng, self.typo) {
            name = name.map(|n| names::slip(&n, rng));
        }
        let located = !chance(rng, self.unlocated);
        let rounded = |degrees: f64| (degrees * 1e5).round() / 1e5;
        Place {
            country: Some("Simulated".into()),
            admin2: Some(district.to_owned().into()),
            name: name.map(Cow::Owned),
            coordinates: located.then(|| (rounded(at.0), rounded(at.1))),
            precision: located.then(|| code.into()),
            radius_km: located.then_some(radius),
            ..Place::default()
        }
    }

    fn actors(&self, incident: &Incident, setting: &Setting, rng: &mut ChaCha8Rng) -> [Actor<'static>; 2] {
        let all = &setting.organisations;
        let mut which = incident.organisation;
        if chance(rng, self.wrong_actor) {
            which = ((uniform(rng) * all.len() as f64) as usize).min(all.len() - 1);
        }
        let names = &all[which];
        let mut name = names[0].clone();
        if chance(rng, self.alias) && names.len() > 1 {
            let other = 1 + ((uniform(rng) * (names.len() - 1) as f64) as usize).min(names.len() - 2);
            name.clone_from(&names[other]);
        }
        if chance(rng, self.typo) {
            name = names::slip(&name, rng);
        }
        let name = (!chance(rng, self.unknown_actor)).then_some(Cow::Owned(name));
        let force = ((uniform(rng) * FORCES.len() as f64) as usize).min(FORCES.len() - 1);
        let organisation = Actor { id: None, name };
        let state = Actor { id: None, name: Some(FORCES[force].into()) };
        if incident.by_state { [state, organisation] } else { [organisation, Actor::default()] }
    }

    fn people(&self, true_count: f64, rng: &mut ChaCha8Rng) -> u32 {
        let factor = if chance(rng, self.toll_wrong) { (self.toll_error * normal(rng)).exp() } else { 1.0 };
        (true_count * factor).round().clamp(0.0, 1e6) as u32
    }

    fn deaths(&self, true_count: f64, rng: &mut ChaCha8Rng) -> Deaths {
        if chance(rng, self.toll_missing) {
            return Deaths::default();
        }
        let best = self.people(true_count, rng);
        let mut deaths = Deaths { best: Some(best), ..Deaths::default() };
        if chance(rng, self.toll_bounds) {
            let spread = (0.5 * self.toll_error * normal(rng)).abs().exp();
            deaths.low = Some((f64::from(best) / spread).round() as u32);
            deaths.high = Some((f64::from(best) * spread).round() as u32);
        }
        deaths
    }
}
