//! `tarazu panel FILE…`: areas by periods.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;
use tarazu_events::file::{SourceFile, write_atomically};
use tarazu_events::{
    AreaUnit, DateRule, Panel as EventPanel, PanelShape, Period, PeriodUnit, ReadOptions,
    country_month_panel, is_country_month, read, write_rejects,
};

use crate::report::{Failure, print, print_json};

/// Make a panel: events and deaths by area and period, as CSV.
#[derive(Args)]
pub struct Panel {
    /// Event files of any dataset that `tarazu import` reads, or the UCDP country-month table.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What makes a row.
    #[arg(long, value_enum, default_value_t = Unit::Country)]
    unit: Unit,
    /// Length of a period.
    #[arg(long, value_enum, default_value_t = Length::Month)]
    period: Length,
    /// Which day of an event decides its period: `end` is UCDP's and VIEWS's convention.
    #[arg(long, value_enum, default_value_t = Rule::End)]
    date: Rule,
    /// Areas to keep, for example PAK,AFG.
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    areas: Vec<String>,
    /// First period, for example 1989-01.
    #[arg(long, value_name = "PERIOD")]
    from: Option<Period>,
    /// Last period.
    #[arg(long, value_name = "PERIOD")]
    to: Option<Period>,
    /// Dataset name, in place of the detected one.
    #[arg(long, value_name = "NAME")]
    dataset: Option<String>,
    /// Release, where the file's name does not say it.
    #[arg(long, value_name = "V")]
    version: Option<String>,
    /// Where to write the panel instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Where to write rows that cannot be read; by default FILE.rejects.csv beside the output.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Print the accounting and the panel as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Unit {
    Country,
    Admin1,
    Admin2,
}

#[derive(Clone, Copy, ValueEnum)]
enum Length {
    Week,
    Month,
    Quarter,
    Year,
}

#[derive(Clone, Copy, ValueEnum)]
enum Rule {
    End,
    Start,
}

impl Panel {
    pub fn run(self) -> Result<(), Failure> {
        let period = match self.period {
            Length::Week => PeriodUnit::Week,
            Length::Month => PeriodUnit::Month,
            Length::Quarter => PeriodUnit::Quarter,
            Length::Year => PeriodUnit::Year,
        };
        for given in [self.from, self.to].into_iter().flatten() {
            if given.unit() != period {
                let message = format!("{given} is no {period:?} as --period asks for").to_lowercase();
                return Err(Failure::Message(message));
            }
        }
        let shape = PanelShape {
            area: match self.unit {
                Unit::Country => AreaUnit::Country,
                Unit::Admin1 => AreaUnit::Admin1,
                Unit::Admin2 => AreaUnit::Admin2,
            },
            period,
            date_rule: match self.date {
                Rule::End => DateRule::End,
                Rule::Start => DateRule::Start,
            },
            from: self.from,
            to: self.to,
        };
        let mut panel = EventPanel::default();
        let mut accounts = Vec::new();
        let mut rejects = Vec::new();
        for path in &self.files {
            let (part, account, rejected) = self.read_one(path, &shape)?;
            panel.rows.extend(part.rows);
            accounts.push(account);
            rejects.extend(rejected);
        }
        let panel = panel.select(&self.areas, self.from, self.to);
        if panel.rows.is_empty() && !self.areas.is_empty() {
            return Err(Failure::Message(format!("no row for the areas {}", self.areas.join(", "))));
        }
        if !rejects.is_empty() {
            let path = self.rejects.clone().unwrap_or_else(|| self.default_rejects());
            write_rejects(&path, &rejects)?;
            anstream::eprintln!("rejected rows: {}", path.display());
        }
        for account in &accounts {
            anstream::eprintln!("{account}");
        }
        if self.json {
            return print_json(&json!({ "accounts": accounts, "panel": panel.rows }));
        }
        let csv = panel.to_csv()?;
        match &self.output {
            Some(path) => Ok(write_atomically(path, &csv)?),
            None => print(&String::from_utf8_lossy(&csv)),
        }
    }

    /// A file as a panel, with its accounting in words and its rejects.
    fn read_one(
        &self,
        path: &Path,
        shape: &PanelShape,
    ) -> Result<(EventPanel, String, Vec<tarazu_events::Reject>), Failure> {
        let file = SourceFile::open(path)?;
        let name = path.display();
        if is_country_month(&file) {
            if !matches!((self.unit, self.period), (Unit::Country, Length::Month)) {
                let message = format!(
                    "{name}: holds countries by month and cannot be made into other areas or periods"
                );
                return Err(Failure::Message(message));
            }
            let panel = country_month_panel(&file, self.version.as_deref().unwrap_or("25.1"))?;
            let rows = panel.rows.len();
            let account =
                format!("{name}: UCDP country-month table; {rows} rows read = {rows} kept + 0 rejected");
            return Ok((panel, account, Vec::new()));
        }
        let options = ReadOptions {
            dataset: self.dataset.clone(),
            version: self.version.clone(),
            ..ReadOptions::default()
        };
        let reading = read(path, &options)?;
        let panel = EventPanel::from_events(&reading.dataset, &reading.version, &reading.events, shape);
        let mut account = format!("{name}: {}; {}", reading.layout, reading.accounts());
        let without_toll = reading.events.iter().filter(|e| e.deaths.best.is_none()).count();
        if without_toll > 0 {
            account.push_str(&format!(
                "; {without_toll} have no best estimate of deaths: they count as events and add nothing to deaths"
            ));
        }
        let unordered = reading.unordered_bounds();
        if unordered > 0 {
            account
                .push_str(&format!("; {unordered} kept although their low, best and high are not in order"));
        }
        Ok((panel, account, reading.rejects))
    }

    fn default_rejects(&self) -> PathBuf {
        let beside = self.output.as_ref().or(self.files.first());
        let stem = beside
            .and_then(|p| p.file_stem())
            .map_or_else(|| "panel".into(), |s| s.to_string_lossy().into_owned());
        let folder = self.output.as_ref().and_then(|p| p.parent()).unwrap_or(Path::new(""));
        folder.join(format!("{stem}.rejects.csv"))
    }
}
