//! The rule that is usual without a model: two events within so many kilometres and days are one incident.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use tarazu_events::Event;

/// Kilometres and days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Greatest distance.
    pub km: f64,
    /// Greatest difference between the first days.
    pub days: i64,
}

const EARTH_KM: f64 = 6371.0;

/// Great-circle distance in kilometres (haversine).
fn distance_km(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (north, east) = ((b.0 - a.0).to_radians(), (b.1 - a.1).to_radians());
    let h = (north / 2.0).sin().powi(2)
        + a.0.to_radians().cos() * b.0.to_radians().cos() * (east / 2.0).sin().powi(2);
    2.0 * EARTH_KM * h.sqrt().min(1.0).asin()
}

fn number(day: Date) -> i64 {
    i64::from((day - jiff::civil::date(1970, 1, 1)).get_days())
}

impl Window {
    /// A label for each event: the nearest pairs of different datasets within the window are joined first, and no incident holds two
    /// events of one dataset. Nearest is in parts of the window, so that the order of the inputs decides nothing but exact ties.
    pub fn partition(&self, events: &[(usize, &Event<'_>)]) -> Vec<usize> {
        let mut by_day: HashMap<i64, Vec<usize>> = HashMap::new();
        for (at, (_, event)) in events.iter().enumerate() {
            by_day.entry(number(event.date.start)).or_default().push(at);
        }
        let mut candidates = Vec::new();
        for (at, (dataset, event)) in events.iter().enumerate() {
            let (day, Some(place)) = (number(event.date.start), event.place.coordinates) else { continue };
            for other_day in day..=day + self.days {
                for &other in by_day.get(&other_day).into_iter().flatten() {
                    let (its, theirs) = (dataset, &events[other].0);
                    if its == theirs || (other_day == day && other <= at) {
                        continue;
                    }
                    let Some(km) = events[other].1.place.coordinates.map(|p| distance_km(place, p)) else {
                        continue;
                    };
                    if km <= self.km {
                        let gap = (other_day - day) as f64 / (self.days + 1) as f64;
                        candidates.push((km / self.km.max(1e-9) + gap, at, other));
                    }
                }
            }
        }
        candidates.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut labels: Vec<usize> = (0..events.len()).collect();
        let mut members: HashMap<usize, Vec<usize>> = labels.iter().map(|at| (*at, vec![*at])).collect();
        for (_, a, b) in candidates {
            let (a, b) = (labels[a], labels[b]);
            if a == b {
                continue;
            }
            let datasets = |label: usize| -> HashSet<usize> {
                members.get(&label).into_iter().flatten().map(|at| events[*at].0).collect()
            };
            if !datasets(a).is_disjoint(&datasets(b)) {
                continue;
            }
            for at in members.remove(&b).unwrap_or_default() {
                labels[at] = a;
                members.entry(a).or_default().push(at);
            }
        }
        labels
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tarazu_events::DateInterval;

    fn event(day: &str, place: (f64, f64)) -> Event<'static> {
        let mut event = Event::new("", 1, DateInterval::day(day.parse().unwrap()));
        event.place.coordinates = Some(place);
        event
    }

    #[test]
    fn the_nearest_are_joined_and_one_dataset_is_never_joined_with_itself() {
        let a = event("2020-01-01", (30.0, 70.0));
        let (near, nearer) = (event("2020-01-02", (30.05, 70.0)), event("2020-01-01", (30.01, 70.0)));
        let far = event("2020-01-01", (31.0, 70.0));
        let labels = Window { km: 25.0, days: 3 }.partition(&[(0, &a), (1, &near), (1, &nearer), (1, &far)]);
        assert_eq!(labels[0], labels[2]);
        assert!(labels[1] != labels[0] && labels[3] != labels[0] && labels[1] != labels[3]);
    }

    #[test]
    fn a_degree_of_latitude_is_111_kilometres() {
        assert!((distance_km((30.0, 70.0), (31.0, 70.0)) - 111.19).abs() < 0.01);
    }
}
