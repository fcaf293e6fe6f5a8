//! The countries and days that a file speaks of: within them, what a complete release lacks is gone.

use std::collections::HashMap;

use arrow_array::cast::AsArray;
use arrow_array::types::Date32Type;
use arrow_array::{Array, Date32Array, RecordBatch, StringArray};

/// Countries that are told apart. No dataset has as many; a column of other things taken for countries may. What lies beyond is not
/// covered, so that nothing is removed there.
const AREAS: usize = 1000;
/// Bytes in the name of a country; a longer one is none.
const NAME: usize = 100;

/// For each country the span of days, by the last day of its events (UCDP's convention: an event belongs to the day it ended).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Coverage(HashMap<String, (i32, i32)>);

impl Coverage {
    /// What the events of a batch cover.
    pub fn of(batch: &RecordBatch) -> Self {
        let mut coverage = Self::default();
        if let Some(places) = Places::of(batch) {
            for row in 0..batch.num_rows() {
                let (area, day) = places.get(row);
                coverage.widen(area, (day, day));
            }
        }
        coverage
    }

    /// Take in another's.
    pub fn add(&mut self, other: Self) {
        let mut areas: Vec<_> = other.0.into_iter().collect();
        // In one order, so that the same file always covers the same.
        areas.sort_unstable();
        for (area, days) in areas {
            self.widen(&area, days);
        }
    }

    fn widen(&mut self, area: &str, (first, last): (i32, i32)) {
        if let Some(days) = self.0.get_mut(area) {
            *days = (days.0.min(first), days.1.max(last));
        } else if self.0.len() < AREAS && area.len() <= NAME {
            self.0.insert(area.to_owned(), (first, last));
        }
    }

    /// Which events of a batch it covers.
    pub fn covers(&self, batch: &RecordBatch) -> Vec<bool> {
        let Some(places) = Places::of(batch) else { return vec![false; batch.num_rows()] };
        let covered = |row| {
            let (area, day) = places.get(row);
            self.0.get(area).is_some_and(|(first, last)| *first <= day && day <= *last)
        };
        (0..batch.num_rows()).map(covered).collect()
    }
}

/// Where and when each event of a batch stands: the one rule for the new file and for those in the store.
struct Places<'a> {
    iso3: &'a StringArray,
    country: &'a StringArray,
    end: &'a Date32Array,
}

impl<'a> Places<'a> {
    fn of(batch: &'a RecordBatch) -> Option<Self> {
        let text = |name: &str| batch.column_by_name(name).map(|c| c.as_string::<i32>());
        let end = batch.column_by_name("date_end")?.as_primitive::<Date32Type>();
        Some(Self { iso3: text("iso3")?, country: text("country")?, end })
    }

    /// ISO 3166-1 alpha-3 code, or the name where no code was found, or nothing; and the last day as a number.
    fn get(&self, row: usize) -> (&str, i32) {
        let area = match (self.iso3.is_valid(row), self.country.is_valid(row)) {
            (true, _) => self.iso3.value(row),
            (false, true) => self.country.value(row),
            _ => "",
        };
        (area, self.end.value(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::ArrayRef;
    use std::sync::Arc;

    fn batch(rows: &[(Option<&str>, Option<&str>, i32)]) -> RecordBatch {
        let columns: [(&str, ArrayRef); 3] = [
            ("iso3", Arc::new(rows.iter().map(|r| r.0).collect::<StringArray>())),
            ("country", Arc::new(rows.iter().map(|r| r.1).collect::<StringArray>())),
            ("date_end", Arc::new(Date32Array::from_iter_values(rows.iter().map(|r| r.2)))),
        ];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    #[test]
    fn each_country_has_days_of_its_own() {
        let pak = |day| (Some("PAK"), None, day);
        let coverage = Coverage::of(&batch(&[pak(10), pak(20), (Some("AFG"), Some("Afghanistan"), 100)]));
        let older = [
            pak(9),
            pak(10),
            pak(15),
            pak(100),
            (Some("AFG"), None, 15),
            (None, Some("PAK"), 15),
            (None, None, 15),
        ];
        assert_eq!(coverage.covers(&batch(&older)), [false, true, true, false, false, true, false]);
    }

    #[test]
    fn it_does_not_grow_without_bound() {
        let names: Vec<String> = (0..3000).map(|n| format!("{n:04}")).collect();
        let mut coverage = Coverage::default();
        for part in names.chunks(700) {
            let rows: Vec<_> = part.iter().map(|n| (None, Some(n.as_str()), 1)).collect();
            coverage.add(Coverage::of(&batch(&rows)));
        }
        let long = "x".repeat(NAME + 1);
        coverage.add(Coverage::of(&batch(&[(None, Some(&long), 1)])));
        assert_eq!(coverage.0.len(), AREAS);
        assert!(
            coverage.covers(&batch(&[(None, Some("0000"), 1), (None, Some("2999"), 1)])) == [true, false]
        );
    }
}
