//! One estimate of one unit.

use std::path::PathBuf;

use tarazu_effects::{
    Bsts, Estimate as Answer, Estimator, METHODS, Problem, Season, Settings, estimator_by_name,
};
use tarazu_events::{Period, PeriodUnit};
use tarazu_ledger::LedgerDate;

use super::long;
use crate::report::{Failure, print, print_json};

/// What is asked.
pub struct Single {
    pub file: PathBuf,
    pub unit: Option<String>,
    pub time: Option<String>,
    pub outcome: String,
    pub treated: Option<String>,
    pub start: String,
    pub method: String,
    pub covariates: Vec<String>,
    pub counts: bool,
    pub settings: Settings,
    pub json: bool,
}

impl Single {
    pub fn run(self) -> Result<(), Failure> {
        let (times, mut columns) = self.columns()?;
        let start = times.iter().position(|t| *t == self.start).ok_or_else(|| {
            let (first, last) =
                (times.first().cloned().unwrap_or_default(), times.last().cloned().unwrap_or_default());
            Failure::Message(format!(
                "{}: no time `{}` for --start; times run from `{first}` to `{last}`",
                self.file.display(),
                self.start
            ))
        })?;
        let covariates = columns.split_off(1);
        let outcome = columns.pop().unwrap_or_default();
        let mut problem = Problem::new(outcome, start)?.with_covariates(covariates)?;
        if let Some(season) = season(&times) {
            problem = problem.with_season(season);
        }
        let estimator: Box<dyn Estimator> = if self.counts && self.method == "bsts" {
            Box::new(Bsts::for_counts())
        } else {
            estimator_by_name(&self.method).ok_or_else(|| {
                Failure::Message(format!("no method `{}`; there are {}", self.method, METHODS.join(", ")))
            })?
        };
        let answer = estimator.estimate(&problem, &self.settings)?;
        if self.json {
            return print_json(&answer);
        }
        print(&self.words(&answer, &problem))
    }
}

impl Single {
    /// The times of the treated unit in order, and its columns: the outcome, then the covariates.
    fn columns(&self) -> Result<(Vec<String>, Vec<Vec<f64>>), Failure> {
        let table = long::read(&self.file)?;
        let unit = self.unit.as_deref().map(|c| table.column(c)).transpose()?;
        let time = self.time.as_deref().map(|c| table.column(c)).transpose()?;
        let mut wanted: Vec<(&str, usize)> = Vec::new();
        for column in std::iter::once(&self.outcome).chain(&self.covariates) {
            wanted.push((column, table.column(column)?));
        }
        let mut rows: Vec<(String, Vec<f64>)> = Vec::new();
        for (line, row) in &table.rows {
            let cell = |i: usize| row.get(i).unwrap_or_default();
            if unit.map(cell) != self.treated.as_deref() {
                continue;
            }
            let mut values = Vec::new();
            for (name, i) in &wanted {
                let value = cell(*i).parse::<f64>().ok().filter(|v| v.is_finite());
                values.push(value.ok_or_else(|| table.fault(*line, name, cell(*i), "a number"))?);
            }
            rows.push((time.map_or_else(|| (rows.len() + 1).to_string(), |i| cell(i).to_owned()), values));
        }
        if rows.is_empty() {
            let treated = self.treated.as_deref().unwrap_or("the whole file");
            return Err(Failure::Message(format!("{}: no row for {treated}", self.file.display())));
        }
        if time.is_some() {
            in_order(&mut rows)
                .map_err(|reason| Failure::Message(format!("{}: {reason}", self.file.display())))?;
        }
        let columns = (0..wanted.len()).map(|k| rows.iter().map(|(_, v)| v[k]).collect()).collect();
        Ok((rows.into_iter().map(|(t, _)| t).collect(), columns))
    }

    /// The answer in words, then as a table.
    fn words(&self, answer: &Answer, problem: &Problem) -> String {
        let d = &answer.difference;
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len().max(1) as f64;
        let observed = mean(problem.after());
        let expected = observed - d.average.estimate;
        let share = format!("{}%", 100.0 * self.settings.level);
        let line = |name: &str, i: tarazu_effects::Interval, scale: f64, unit: &str| {
            let (estimate, low, high) = (scale * i.estimate, scale * i.low, scale * i.high);
            format!("{name:<12}{estimate:>12.3}{unit}  [{low:.3}, {high:.3}]\n")
        };
        let outside = d.relative.low > 0.0 || d.relative.high < 0.0;
        let mut text = format!(
            "After {}, `{}` was {observed:.3} on average over {} periods; {expected:.3} was expected from the {} periods before.\n\
             The {share} interval of the difference {} zero (p = {:.4}).\n\n",
            self.start,
            self.outcome,
            answer.specification.periods_after,
            answer.specification.periods_before,
            if outside { "leaves out" } else { "holds" },
            answer.p
        );
        text.push_str(&line("average", d.average, 1.0, " "));
        text.push_str(&line("cumulative", d.cumulative, 1.0, " "));
        text.push_str(&line("relative", d.relative, 100.0, "%"));
        let s = &answer.diagnostics.smallest_detectable;
        text.push_str(&format!(
            "\nfit before: R² {:.3}; smallest detectable difference: {:.1}% or +{:.1}%\n",
            answer.diagnostics.pre_period.r_squared,
            100.0 * s.decrease,
            100.0 * s.increase
        ));
        for choice in &answer.specification.choices {
            text.push_str(&format!("{choice}\n"));
        }
        for warning in &answer.warnings {
            text.push_str(&format!("warning: {warning}\n"));
        }
        text
    }
}

/// Put rows in order of time: numbers, or periods without a gap, or days. Anything else has no order that could be trusted.
fn in_order(rows: &mut [(String, Vec<f64>)]) -> Result<(), String> {
    let all = |is: fn(&str) -> bool| rows.iter().all(|(t, _)| is(t));
    let number = |t: &str| t.parse::<f64>().ok().filter(|n| n.is_finite());
    if all(|t| t.parse::<f64>().is_ok_and(f64::is_finite)) {
        rows.sort_by(|a, b| number(&a.0).unwrap_or(0.0).total_cmp(&number(&b.0).unwrap_or(0.0)));
    } else if all(|t| t.parse::<Period>().is_ok()) {
        rows.sort_by_key(|(t, _)| t.parse::<Period>().ok());
        for pair in rows.windows(2) {
            if let (Ok(a), Ok(b)) = (pair[0].0.parse::<Period>(), pair[1].0.parse::<Period>())
                && (a.unit() != b.unit() || b.since(a) > 1)
            {
                return Err(format!(
                    "no row between the times `{a}` and `{b}`; periods must follow each other"
                ));
            }
        }
    } else if all(|t| t.parse::<LedgerDate>().is_ok()) {
        rows.sort_by_key(|(t, _)| t.parse::<LedgerDate>().ok());
    } else {
        let odd = rows.iter().find(|(t, _)| number(t).is_none() && t.parse::<LedgerDate>().is_err());
        let odd = odd.map_or("", |(t, _)| t.as_str());
        return Err(format!(
            "the times, such as `{odd}`, are neither all numbers, nor all periods (2024-06, 2024-W25, 2024-Q2), nor all days (2024-06-22)"
        ));
    }
    match rows
        .windows(2)
        .find(|w| w[0].0 == w[1].0 || number(&w[0].0).is_some() && number(&w[0].0) == number(&w[1].0))
    {
        Some(pair) => Err(format!("time `{}` occurs twice for one unit", pair[0].0)),
        None => Ok(()),
    }
}

/// The season that the times imply: months, quarters or weeks without a gap.
fn season(times: &[String]) -> Option<Season> {
    let periods: Vec<Period> = times.iter().map(|t| t.parse().ok()).collect::<Option<_>>()?;
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
