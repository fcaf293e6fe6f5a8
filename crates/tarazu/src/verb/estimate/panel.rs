//! The units and times of a long table, as one question needs them.

use std::collections::HashMap;
use std::path::Path;

use tarazu_effects::Season;
use tarazu_events::table::Table;
use tarazu_events::{Period, PeriodUnit};
use tarazu_ledger::LedgerDate;

use super::long;
use crate::report::Failure;

/// A long table and where each unit and time stands in it.
pub struct Panel {
    file: String,
    table: Table,
    /// Times of the treated unit, in order.
    pub times: Vec<String>,
    /// Names of the units, as they come.
    pub units: Vec<String>,
    /// Row of each unit and time.
    rows: HashMap<(String, String), usize>,
}

/// Which columns name unit and time, and the unit whose times count.
pub struct Keys<'a> {
    pub unit: Option<&'a str>,
    pub time: Option<&'a str>,
    pub treated: Option<&'a str>,
}

impl Panel {
    pub fn read(file: &Path, keys: &Keys<'_>) -> Result<Self, Failure> {
        let table = long::read(file)?;
        let unit = keys.unit.map(|c| table.column(c)).transpose()?;
        let time = keys.time.map(|c| table.column(c)).transpose()?;
        let mut panel = Self {
            file: file.display().to_string(),
            times: Vec::new(),
            units: Vec::new(),
            rows: HashMap::new(),
            table,
        };
        let treated = keys.treated.unwrap_or_default();
        for (index, (line, row)) in panel.table.rows.iter().enumerate() {
            let cell = |at: usize| row.get(at).unwrap_or_default().trim().to_owned();
            let unit_name = unit.map(cell).unwrap_or_default();
            let time_text = time.map_or_else(|| (index + 1).to_string(), cell);
            if !panel.units.contains(&unit_name) {
                panel.units.push(unit_name.clone());
            }
            if unit_name == treated {
                panel.times.push(time_text.clone());
            }
            if panel.rows.insert((unit_name, time_text.clone()), index).is_some() {
                let column = keys.time.unwrap_or_default();
                return Err(panel
                    .table
                    .fault(*line, column, &time_text, "each time once for one unit")
                    .into());
            }
        }
        if panel.times.is_empty() {
            let there = panel.units.join(", ");
            return Err(panel.fault(&format!("no row for `{treated}`; there are {there}")));
        }
        if time.is_some() {
            in_order(&mut panel.times).map_err(|reason| panel.fault(&reason))?;
        }
        Ok(panel)
    }

    pub fn fault(&self, message: &str) -> Failure {
        Failure::Message(format!("{}: {message}", self.file))
    }

    /// Where a time stands; numbers are the same however they are written.
    pub fn place(&self, time: &str, of: &str) -> Result<usize, Failure> {
        let number = |t: &str| t.parse::<f64>().ok().filter(|n| n.is_finite());
        let same = |t: &String| t == time || number(t).is_some() && number(t) == number(time);
        self.times.iter().position(same).ok_or_else(|| {
            let (first, last) = (self.times.first(), self.times.last());
            let (first, last) = (first.map_or("", String::as_str), last.map_or("", String::as_str));
            self.fault(&format!("no time `{time}` for {of}; times run from `{first}` to `{last}`"))
        })
    }

    /// A column of one unit over all times.
    pub fn series(&self, unit: &str, column: &str) -> Result<Vec<f64>, Failure> {
        let at = self.table.column(column)?;
        self.times
            .iter()
            .map(|time| {
                let row = self.rows.get(&(unit.to_owned(), time.clone()));
                let row = row.ok_or_else(|| self.fault(&format!("no row for `{unit}` at `{time}`")))?;
                self.number(*row, at, column)?.ok_or_else(|| {
                    let (line, _) = self.table.rows[*row];
                    self.table.fault(line, column, "", "a number").into()
                })
            })
            .collect()
    }

    /// The mean of what a column has of one unit at times from `from` up to, not including, `to`.
    pub fn mean(&self, unit: &str, column: &str, from: usize, to: usize) -> Result<f64, Failure> {
        let at = self.table.column(column)?;
        let mut found = Vec::new();
        for time in &self.times[from..to] {
            if let Some(row) = self.rows.get(&(unit.to_owned(), time.clone())) {
                found.extend(self.number(*row, at, column)?);
            }
        }
        if found.is_empty() {
            let (first, last) = (&self.times[from], &self.times[to - 1]);
            return Err(self.fault(&format!("`{unit}` has no `{column}` from `{first}` to `{last}`")));
        }
        Ok(found.iter().sum::<f64>() / found.len() as f64)
    }

    /// The one value of a column of a unit: in its first row that has one.
    pub fn text(&self, unit: &str, column: &str) -> Result<String, Failure> {
        let at = self.table.column(column)?;
        let rows = self.times.iter().filter_map(|time| self.rows.get(&(unit.to_owned(), time.clone())));
        let mut cells = rows.filter_map(|row| self.table.rows[*row].1.get(at)).map(str::trim);
        Ok(cells.find(|cell| !cell.is_empty()).unwrap_or_default().to_owned())
    }

    fn number(&self, row: usize, at: usize, column: &str) -> Result<Option<f64>, Failure> {
        let (line, record) = &self.table.rows[row];
        let cell = record.get(at).unwrap_or_default().trim();
        if cell.is_empty() {
            return Ok(None);
        }
        let value = cell.parse::<f64>().ok().filter(|v| v.is_finite());
        Ok(Some(value.ok_or_else(|| self.table.fault(*line, column, cell, "a number"))?))
    }

    /// The season that the times imply: months, quarters or weeks without a gap.
    pub fn season(&self) -> Option<Season> {
        let periods: Vec<Period> = self.times.iter().map(|t| t.parse().ok()).collect::<Option<_>>()?;
        let first = *periods.first()?;
        let length = match first.unit() {
            PeriodUnit::Month => 12,
            PeriodUnit::Quarter => 4,
            PeriodUnit::Week => 52,
            PeriodUnit::Year => return None,
        };
        let in_order =
            periods.iter().enumerate().all(|(i, p)| p.unit() == first.unit() && p.since(first) == i as i32);
        in_order.then(|| Season { length, first: first.season() as usize % length })
    }
}

/// The unit of the first row: where no unit is singled out, its times count.
pub fn first_unit(file: &Path, unit: Option<&str>) -> Result<String, Failure> {
    let table = long::read(file)?;
    let at = unit.map(|c| table.column(c)).transpose()?.unwrap_or_default();
    let first = table.rows.first().and_then(|(_, row)| row.get(at)).unwrap_or_default();
    Ok(first.trim().to_owned())
}

/// Put times in order: numbers, or periods without a gap, or days. Anything else has no order that could be trusted.
fn in_order(times: &mut [String]) -> Result<(), String> {
    let all = |is: fn(&str) -> bool| times.iter().all(|t| is(t));
    let number = |t: &str| t.parse::<f64>().ok().filter(|n| n.is_finite());
    if all(|t| t.parse::<f64>().is_ok_and(f64::is_finite)) {
        times.sort_by(|a, b| number(a).unwrap_or(0.0).total_cmp(&number(b).unwrap_or(0.0)));
        if let Some(pair) = times.windows(2).find(|w| number(&w[0]) == number(&w[1])) {
            return Err(format!("time `{}` occurs twice for one unit", pair[0]));
        }
    } else if all(|t| t.parse::<Period>().is_ok()) {
        times.sort_by_key(|t| t.parse::<Period>().ok());
        for pair in times.windows(2) {
            if let (Ok(a), Ok(b)) = (pair[0].parse::<Period>(), pair[1].parse::<Period>())
                && (a.unit() != b.unit() || b.since(a) > 1)
            {
                return Err(format!(
                    "no row between the times `{a}` and `{b}`; periods must follow each other"
                ));
            }
        }
    } else if all(|t| t.parse::<LedgerDate>().is_ok()) {
        times.sort_by_key(|t| t.parse::<LedgerDate>().ok());
    } else {
        let odd = times.iter().find(|t| number(t).is_none() && t.parse::<LedgerDate>().is_err());
        let odd = odd.map_or("", String::as_str);
        return Err(format!(
            "the times, such as `{odd}`, are neither all numbers, nor all periods (2024-06, 2024-W25, 2024-Q2), nor all days (2024-06-22)"
        ));
    }
    Ok(())
}
