//! A long table, one row per unit and time, from CSV or Parquet.

use std::collections::BTreeMap;
use std::path::Path;

use tarazu_effects::multiverse::{Series, SeriesTable};
use tarazu_events::file::SourceFile;
use tarazu_events::table::Table;
use tarazu_events::{Period, PeriodUnit};

use crate::report::Failure;

/// Read a file as a table: Parquet where it says so in its first bytes, else CSV.
pub fn read(path: &Path) -> Result<Table, Failure> {
    let is_parquet = std::fs::File::open(path).ok().is_some_and(|mut file| {
        let mut magic = [0; 4];
        std::io::Read::read_exact(&mut file, &mut magic).is_ok() && &magic == b"PAR1"
    });
    if is_parquet {
        #[cfg(feature = "store")]
        return Ok(tarazu_store::parquet_table(path)?);
        #[cfg(not(feature = "store"))]
        return Err(Failure::Message(format!("{}: this build reads CSV only", path.display())));
    }
    let mut table = Table::parse(&SourceFile::open(path)?)?;
    let is_tags = |row: &csv::StringRecord| {
        row.iter().all(|cell| cell.is_empty() || cell.starts_with('#'))
            && row.iter().any(|cell| !cell.is_empty())
    };
    // Files of the Humanitarian Data Exchange have a row of HXL tags below the heading.
    if table.rows.first().is_some_and(|(_, row)| is_tags(row)) {
        table.rows.remove(0);
    }
    Ok(table)
}

/// The clock of a time column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Whole numbers.
    Numbers,
    /// Weeks, months, quarters or years.
    Periods(PeriodUnit),
}

impl Clock {
    /// The clock that all these times fit.
    pub fn of<'a>(times: impl Iterator<Item = &'a str> + Clone) -> Result<Self, String> {
        if times.clone().all(|t| t.parse::<i64>().is_ok()) {
            return Ok(Self::Numbers);
        }
        let mut units = times.clone().filter_map(|t| t.parse::<Period>().ok()).map(Period::unit);
        let clock = units.next().map(Self::Periods);
        let odd = |clock: Self| times.clone().find(|t| clock.number(t).is_none());
        match clock {
            Some(clock) => match odd(clock) {
                None => Ok(clock),
                Some(odd) => {
                    Err(format!("found the time `{odd}`, expected periods of one length, such as 2024-06"))
                }
            },
            None => {
                let odd = times.clone().next().unwrap_or_default();
                Err(format!(
                    "found the time `{odd}`, expected whole numbers or periods (2024-06, 2024-W25, 2024-Q2, 2024)"
                ))
            }
        }
    }

    /// The number of a time on this clock.
    pub fn number(self, time: &str) -> Option<i64> {
        match self {
            Self::Numbers => time.parse().ok(),
            Self::Periods(unit) => {
                time.parse::<Period>().ok().filter(|p| p.unit() == unit).map(Period::number)
            }
        }
    }

    /// Periods in a season.
    pub fn season(self) -> Option<usize> {
        match self {
            Self::Periods(PeriodUnit::Month) => Some(12),
            Self::Periods(PeriodUnit::Quarter) => Some(4),
            Self::Periods(PeriodUnit::Week) => Some(52),
            _ => None,
        }
    }
}

/// Which columns of a long table mean what.
pub struct Columns<'a> {
    /// Columns that together name the dataset; none where there is one dataset.
    pub dataset: &'a [String],
    /// The column that names the unit; none where there is one unit.
    pub unit: Option<&'a str>,
    /// The column of time.
    pub time: &'a str,
    /// Columns of outcomes.
    pub outcomes: &'a [String],
}

/// The series of a long table. Empty cells are values that are not published: where there are some, the longest run without a gap
/// stands, the later of two.
pub fn series(table: &Table, columns: &Columns<'_>) -> Result<(SeriesTable, Clock), Failure> {
    let dataset = columns.dataset.iter().map(|c| table.column(c)).collect::<Result<Vec<_>, _>>()?;
    let unit = columns.unit.map(|c| table.column(c)).transpose()?;
    let time = table.column(columns.time)?;
    let outcomes = columns.outcomes.iter().map(|c| table.column(c)).collect::<Result<Vec<_>, _>>()?;
    let cell = |row: &csv::StringRecord, at: usize| row.get(at).unwrap_or_default().trim().to_owned();
    let times: Vec<String> = table.rows.iter().map(|(_, row)| cell(row, time)).collect();
    let clock = Clock::of(times.iter().map(String::as_str));
    let clock = clock.map_err(|message| table.fault(1, columns.time, "", &message))?;
    let mut values: BTreeMap<[String; 3], BTreeMap<i64, f64>> = BTreeMap::new();
    for ((line, row), time_text) in table.rows.iter().zip(&times) {
        let number = clock.number(time_text);
        let number = number.ok_or_else(|| table.fault(*line, columns.time, time_text, "a time"))?;
        let names: Vec<String> = dataset.iter().map(|at| cell(row, *at)).collect();
        let unit = unit.map(|at| cell(row, at)).unwrap_or_default();
        for (name, at) in columns.outcomes.iter().zip(&outcomes) {
            let text = cell(row, *at);
            if text.is_empty() {
                continue;
            }
            let value = text.parse::<f64>().ok().filter(|v| v.is_finite());
            let value = value.ok_or_else(|| table.fault(*line, name, &text, "a number, or an empty cell"))?;
            let key = [names.join(" "), unit.clone(), name.clone()];
            if values.entry(key).or_default().insert(number, value).is_some() {
                let expected = "each time once for one dataset and unit";
                return Err(table.fault(*line, columns.time, time_text, expected).into());
            }
        }
    }
    let mut all = SeriesTable::new(clock.season());
    for ([dataset, unit, outcome], values) in values {
        all.insert(&dataset, &unit, &outcome, longest_run(&values));
    }
    Ok((all, clock))
}

fn longest_run(values: &BTreeMap<i64, f64>) -> Series {
    let mut best = Series { first: 0, values: Vec::new() };
    let mut run = best.clone();
    for (number, value) in values {
        if *number != run.end() {
            run = Series { first: *number, values: Vec::new() };
        }
        run.values.push(*value);
        if run.values.len() >= best.values.len() {
            best.clone_from(&run);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_run_without_a_gap_stands() {
        let run = |numbers: &[i64]| {
            let series = longest_run(&numbers.iter().map(|n| (*n, *n as f64)).collect());
            (series.first, series.values)
        };
        assert_eq!(run(&[1, 2, 3, 7, 8]), (1, vec![1.0, 2.0, 3.0]));
        assert_eq!(run(&[1, 2, 7, 8]), (7, vec![7.0, 8.0]));
        assert_eq!(run(&[]), (0, vec![]));
    }

    #[test]
    fn a_clock_fits_all_times_or_none() {
        let clock = |times: &[&str]| Clock::of(times.iter().copied());
        assert_eq!(clock(&["1", "2"]), Ok(Clock::Numbers));
        assert_eq!(clock(&["2024-06", "2024-07"]), Ok(Clock::Periods(PeriodUnit::Month)));
        assert!(clock(&["2024-06", "2024"]).unwrap_err().contains("`2024`"));
        assert!(clock(&["June"]).unwrap_err().contains("`June`"));
        assert_eq!(Clock::Periods(PeriodUnit::Month).number("2024-01").map(|n| n % 12), Some(0));
    }
}
