//! The series that a grid chooses from: by dataset, unit and outcome, on one clock.

use std::collections::BTreeMap;

/// Values of one outcome in one unit, one per period, without gaps.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Number of the first period on the clock of the table.
    pub first: i64,
    /// The values from then on.
    pub values: Vec<f64>,
}

impl Series {
    /// The values of the periods from `from` up to, not including, `to`; `None` where the series does not hold all of them.
    pub fn window(&self, from: i64, to: i64) -> Option<&[f64]> {
        let begin = usize::try_from(from - self.first).ok()?;
        let end = usize::try_from(to - self.first).ok()?;
        self.values.get(begin..end)
    }

    /// Number of the period after the last.
    pub fn end(&self) -> i64 {
        self.first + self.values.len() as i64
    }
}

/// Series by dataset, unit and outcome. Periods are numbered on one clock, such as months since the year 0, so that the place of a
/// period within the season is its number modulo the season's length.
#[derive(Debug, Clone, Default)]
pub struct SeriesTable {
    season: Option<usize>,
    series: BTreeMap<[String; 3], Series>,
}

impl SeriesTable {
    /// An empty table whose season comes back every so many periods, where there is one.
    pub fn new(season: Option<usize>) -> Self {
        Self { season: season.filter(|length| *length > 1), series: BTreeMap::new() }
    }

    /// Add a series; the one that stood there before is given back.
    pub fn insert(&mut self, dataset: &str, unit: &str, outcome: &str, series: Series) -> Option<Series> {
        self.series.insert([dataset, unit, outcome].map(str::to_owned), series)
    }

    /// The series of an outcome in a unit, per a dataset.
    pub fn get(&self, dataset: &str, unit: &str, outcome: &str) -> Option<&Series> {
        self.series.get(&[dataset, unit, outcome].map(str::to_owned))
    }

    /// Length of the season.
    pub fn season(&self) -> Option<usize> {
        self.season
    }

    /// The names at one of the three places (dataset, unit, outcome), each once, in order.
    fn names(&self, place: usize) -> Vec<&str> {
        let mut names: Vec<&str> = self.series.keys().map(|k| k[place].as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The datasets.
    pub fn datasets(&self) -> Vec<&str> {
        self.names(0)
    }

    /// The units.
    pub fn units(&self) -> Vec<&str> {
        self.names(1)
    }

    /// The outcomes.
    pub fn outcomes(&self) -> Vec<&str> {
        self.names(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_whole_or_nothing() {
        let series = Series { first: 10, values: vec![1.0, 2.0, 3.0] };
        assert_eq!(series.window(11, 13), Some(&[2.0, 3.0][..]));
        assert_eq!(series.window(9, 12), None);
        assert_eq!(series.window(11, 14), None);
        assert_eq!(series.window(12, 11), None);
        assert_eq!(series.end(), 13);
    }
}
