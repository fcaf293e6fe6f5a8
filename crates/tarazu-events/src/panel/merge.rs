//! Panels of several files as one.

use std::collections::BTreeMap;

use super::{Measure, Panel, PanelRow};

impl Panel {
    /// Take in the rows of another panel. Where both have a row for an area and period of one dataset and release, their figures are
    /// added: that the two count different events is for the caller to see to. The rows are in order afterwards.
    pub fn absorb(&mut self, other: Self) {
        let rows = std::mem::take(&mut self.rows).into_iter().chain(other.rows);
        let mut all: BTreeMap<_, PanelRow> = BTreeMap::new();
        for row in rows {
            let key = (row.dataset.clone(), row.version.clone(), row.area.clone(), row.period);
            match all.get_mut(&key) {
                Some(held) => {
                    for measure in Measure::ALL {
                        if let Some(value) = row.measures.get(measure) {
                            held.measures.add(measure, value);
                        }
                    }
                }
                None => {
                    all.insert(key, row);
                }
            }
        }
        self.rows = all.into_values().collect();
    }

    /// The first row for an area and period that both have, in one dataset and release.
    pub fn common_row<'a>(&'a self, other: &Self) -> Option<&'a PanelRow> {
        fn key(row: &PanelRow) -> (&str, &str, &str, super::Period) {
            (row.dataset.as_str(), row.version.as_str(), row.area.as_str(), row.period)
        }
        let others: std::collections::BTreeSet<_> = other.rows.iter().map(key).collect();
        self.rows.iter().find(|row| others.contains(&key(row)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Measures;
    use super::*;

    #[test]
    fn rows_of_one_area_and_period_are_added_and_a_missing_measure_stays_missing() {
        let row = |area: &str, events: u64| {
            let mut measures = Measures::default();
            measures.set(Measure::Events, Some(events));
            let period = "2020-01".parse().unwrap();
            PanelRow { dataset: "D".into(), version: "1".into(), area: area.into(), period, measures }
        };
        let mut panel = Panel { rows: vec![row("PAK", 2)] };
        let other = Panel { rows: vec![row("AFG", 1), row("PAK", 3)] };
        assert_eq!(panel.common_row(&other).unwrap().area, "PAK");
        panel.absorb(other);
        assert_eq!(panel.rows, [row("AFG", 1), row("PAK", 5)]);
    }
}
