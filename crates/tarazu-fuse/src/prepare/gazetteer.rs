//! Places for reports without coordinates, by the names of their towns and districts: where the reports that have both lie.

use std::collections::{BTreeMap, BTreeSet};

use super::{Prepared, Words};
use crate::compare::kilometres;
use crate::reports::{Column, Reports};
use crate::text::MISSING;

/// By what a report was placed. How far off that is, is learned: each is a class of precision of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    /// By its town or village.
    Place,
    /// By its district.
    District,
}

impl Named {
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Place => "placed by the name of a place",
            Self::District => "placed by the name of a district",
        }
    }

    fn column(self) -> Column {
        match self {
            Self::Place => Column::Place,
            Self::District => Column::Admin2,
        }
    }

    /// Kilometres (root mean square) within which reports of one name must lie, or the name is of several places.
    fn spread(self) -> f64 {
        match self {
            Self::Place => 30.0,
            Self::District => 75.0,
        }
    }
}

/// Reports of a name that have coordinates.
#[derive(Default)]
struct Found {
    count: f64,
    latitude: f64,
    longitude: f64,
    at: Vec<(f32, f32)>,
}

impl Found {
    /// The middle, if they lie near each other.
    fn middle(&self, spread: f64) -> Option<(f32, f32)> {
        let middle = ((self.latitude / self.count) as f32, (self.longitude / self.count) as f32);
        let square: f64 = self.at.iter().map(|&at| f64::from(kilometres(middle, at)).powi(2)).sum();
        (square / self.count <= spread * spread).then_some(middle)
    }
}

/// Words that stand where a name of a place is missing.
const NOWHERE: [&str; 6] = ["", "unknown", "unspecified", "not known", "not specified", "various"];

impl Prepared {
    /// Place reports without coordinates. Names are taken together with the country.
    pub(super) fn place_by_name(&mut self, reports: &Reports) {
        let open: Vec<usize> = (0..self.row.len()).filter(|&at| self.latitude[at].is_nan()).collect();
        if open.is_empty() {
            return;
        }
        let mut plain: BTreeMap<u32, String> = BTreeMap::new();
        for named in [Named::Place, Named::District] {
            let mut key = |at: usize| -> Option<(u32, String)> {
                let row = self.row[at] as usize;
                let number = reports.number(named.column(), row);
                if number == MISSING {
                    return None;
                }
                let text = plain.entry(number).or_insert_with(|| Words::of(reports.texts.get(number)).plain);
                if NOWHERE.contains(&text.as_str()) {
                    return None;
                }
                Some((reports.number(Column::Country, row), text.clone()))
            };
            let wanted: BTreeSet<(u32, String)> = open.iter().filter_map(|&at| key(at)).collect();
            if wanted.is_empty() {
                continue;
            }
            let mut found: BTreeMap<(u32, String), Found> = BTreeMap::new();
            for at in 0..self.row.len() {
                let (latitude, longitude) = (self.latitude[at], self.longitude[at]);
                if latitude.is_nan() || self.named.contains_key(&(at as u32)) {
                    continue;
                }
                let Some(key) = key(at).filter(|k| wanted.contains(k)) else { continue };
                let of = found.entry(key).or_default();
                of.count += 1.0;
                of.latitude += f64::from(latitude);
                of.longitude += f64::from(longitude);
                of.at.push((latitude, longitude));
            }
            let middles: BTreeMap<(u32, String), (f32, f32)> =
                found.into_iter().filter_map(|(key, of)| Some((key, of.middle(named.spread())?))).collect();
            let mut placed = Vec::new();
            for &at in open.iter().filter(|&&at| self.latitude[at].is_nan()) {
                if let Some(&middle) = key(at).and_then(|key| middles.get(&key)) {
                    placed.push((at, middle));
                }
            }
            for (at, middle) in placed {
                (self.latitude[at], self.longitude[at]) = middle;
                self.named.insert(at as u32, named);
            }
        }
    }
}
