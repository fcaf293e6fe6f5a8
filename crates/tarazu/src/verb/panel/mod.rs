//! `tarazu panel FILE…`: areas by periods.

mod incidents;

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::{Args, ValueEnum};
use serde_json::json;
use tarazu_events::file::{SourceFile, write_atomically};
use tarazu_events::{
    AreaUnit, DateRule, Event, Panel as EventPanel, PanelShape, Period, PeriodUnit, ReadOptions, Reading,
    RejectFile, country_month_panel, country_month_release, is_country_month, read_with,
};

use crate::report::{Failure, print, print_json};

/// Make a panel: events and deaths by area and period, as CSV.
#[derive(Args)]
pub struct Panel {
    /// Event files of any dataset that `tarazu import` reads, or the UCDP country-month table.
    #[arg(required_unless_present = "incidents", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Count the incidents that `tarazu fuse` made of a store's events, in place of files.
    #[arg(long, conflicts_with_all = ["files", "rejects"])]
    incidents: bool,
    /// The store's folder, for --incidents.
    #[arg(long, env = "TARAZU_STORE", default_value = "tarazu-store", value_name = "DIR")]
    store: PathBuf,
    /// A plausible fusion of those that `tarazu fuse --draws` kept; 0 is the answer.
    #[arg(long, value_name = "K", default_value_t = 0, requires = "incidents")]
    draw: u32,
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
    /// Dataset name, in place of the detected one; with --incidents in place of `fused`.
    #[arg(long, value_name = "NAME", value_parser = super::name)]
    dataset: Option<String>,
    /// Release, where the file's name does not say it; with --incidents in place of the releases that were fused.
    #[arg(long, value_name = "V", value_parser = super::name)]
    version: Option<String>,
    /// Where to write the panel instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Where to write rows that cannot be read; by default NAME.panel-rejects.csv beside the output, by its name.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Print the accounting and the panel as JSON.
    #[arg(long)]
    json: bool,
}

/// The events of earlier files, so that none is counted twice.
#[derive(Default)]
struct Counted {
    /// By dataset and id.
    events: HashMap<(String, String), CountedEvent>,
}

/// An event of an earlier file: in which, of which release, and what the panel counts of it.
struct CountedEvent {
    file: Rc<str>,
    release: Rc<str>,
    figures: u64,
}

impl Counted {
    /// Leave out the events that an earlier file of the same release has with the same figures; how many. Where figures or releases
    /// differ, which of the two is right cannot be told.
    fn once(&mut self, file: &str, reading: &mut Reading) -> Result<usize, Failure> {
        let (name, release): (Rc<str>, Rc<str>) = (file.into(), reading.version.as_str().into());
        let dataset = reading.dataset.clone();
        let mut fault = None;
        let before = reading.events.len();
        reading.events.retain(|event| {
            let key = (dataset.clone(), event.event_id.clone().into_owned());
            match self.events.entry(key) {
                Entry::Vacant(free) => {
                    free.insert(CountedEvent {
                        file: name.clone(),
                        release: release.clone(),
                        figures: figures(event),
                    });
                    true
                }
                Entry::Occupied(held) => {
                    let CountedEvent { file: other, release: theirs, figures: same } = held.get();
                    if *theirs != release || *same != figures(event) {
                        let what = if *theirs == release { "with other figures" } else { "in another release" };
                        fault.get_or_insert_with(|| {
                            format!(
                                "{file}: line {}: event {} of {dataset} {release} stands in {other} ({theirs}), too, {what}: a panel \
                                 of both would count it twice; give one of them",
                                event.line, event.event_id
                            )
                        });
                    }
                    false
                }
            }
        });
        match fault {
            Some(message) => Err(Failure::Message(message)),
            None => Ok(before - reading.events.len()),
        }
    }
}

/// What a panel counts of an event, as one number.
fn figures(event: &Event<'_>) -> u64 {
    let place = &event.place;
    let text = format!(
        "{:?}",
        (event.date, event.deaths, event.violence, &place.iso3, &place.country, &place.admin1, &place.admin2)
    );
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Unit {
    Country,
    Admin1,
    Admin2,
}

impl From<Unit> for AreaUnit {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::Country => Self::Country,
            Unit::Admin1 => Self::Admin1,
            Unit::Admin2 => Self::Admin2,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Length {
    Week,
    Month,
    Quarter,
    Year,
}

impl From<Length> for PeriodUnit {
    fn from(length: Length) -> Self {
        match length {
            Length::Week => Self::Week,
            Length::Month => Self::Month,
            Length::Quarter => Self::Quarter,
            Length::Year => Self::Year,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Rule {
    End,
    Start,
}

impl From<Rule> for DateRule {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::End => Self::End,
            Rule::Start => Self::Start,
        }
    }
}

impl Panel {
    pub fn run(self) -> Result<(), Failure> {
        let period = PeriodUnit::from(self.period);
        for given in [self.from, self.to].into_iter().flatten() {
            if given.unit() != period {
                let message = format!("{given} is no {period:?} as --period asks for").to_lowercase();
                return Err(Failure::Usage(message));
            }
        }
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            return Err(Failure::Usage(format!("--from {from} is after --to {to}")));
        }
        let shape = PanelShape {
            area: self.unit.into(),
            period,
            date_rule: self.date.into(),
            from: self.from,
            to: self.to,
        };
        let mut panel = EventPanel::default();
        let mut accounts = Vec::new();
        let mut rejects = RejectFile::new(self.rejects.clone().unwrap_or_else(|| self.default_rejects()));
        let mut counted = Counted::default();
        if self.incidents {
            let (part, account) = self.incidents(&shape)?;
            panel.absorb(part);
            accounts.push(account);
        }
        for path in &self.files {
            let file = SourceFile::open(path)?;
            let (part, account) = if is_country_month(&file) {
                let (part, account) = self.country_months(&file)?;
                if let Some(row) = panel.common_row(&part) {
                    return Err(Failure::Message(format!(
                        "{}: has {} in {} of {} {}, which an earlier file has, too; give one of them",
                        path.display(),
                        row.area,
                        row.period,
                        row.dataset,
                        row.version
                    )));
                }
                (part, account)
            } else {
                drop(file);
                self.events(path, &shape, &mut rejects, &mut counted)?
            };
            panel.absorb(part);
            accounts.push(account);
        }
        self.areas_are_there(&panel)?;
        let panel = panel.select(&self.areas, self.from, self.to);
        if panel.rows.is_empty() && !self.areas.is_empty() {
            return Err(Failure::Message(format!("no row for the areas {}", self.areas.join(", "))));
        }
        if let Some(path) = rejects.finish()? {
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

    /// Every area asked for has a row.
    fn areas_are_there(&self, panel: &EventPanel) -> Result<(), Failure> {
        const SHOWN: usize = 12;
        let known: BTreeSet<&str> = panel.rows.iter().map(|row| row.area.as_str()).collect();
        let Some(unknown) = self.areas.iter().find(|area| !known.contains(area.as_str())) else {
            return Ok(());
        };
        let mut there = known.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
        if known.len() > SHOWN {
            there.push_str(&format!(" and {} more", known.len() - SHOWN));
        }
        Err(Failure::Message(format!("--areas {unknown}: no such area in the files; they have {there}")))
    }

    /// A country-month table as a panel, with its accounting in words.
    fn country_months(&self, file: &SourceFile) -> Result<(EventPanel, String), Failure> {
        let name = file.name();
        if !matches!((self.unit, self.period), (Unit::Country, Length::Month)) {
            let message =
                format!("{name}: holds countries by month and cannot be made into other areas or periods");
            return Err(Failure::Message(message));
        }
        let release = self.version.clone().or_else(|| country_month_release(file));
        let mut panel = country_month_panel(file, release.as_deref().unwrap_or("unknown"))?;
        if let Some(dataset) = &self.dataset {
            panel.rows.iter_mut().for_each(|row| row.dataset.clone_from(dataset));
        }
        let rows = panel.rows.len();
        let account =
            format!("{name}: UCDP country-month table; {rows} rows read = {rows} kept + 0 rejected");
        Ok((panel, account))
    }

    /// A file of events as a panel, with its accounting in words. Its rejects go where they belong.
    fn events(
        &self,
        path: &Path,
        shape: &PanelShape,
        rejects: &mut RejectFile,
        counted: &mut Counted,
    ) -> Result<(EventPanel, String), Failure> {
        let name = path.display();
        let options = ReadOptions {
            dataset: self.dataset.clone(),
            version: self.version.clone(),
            ..ReadOptions::default()
        };
        let mut reading = read_with(path, &options, &mut |reject| rejects.write(&reject))?;
        let mut account = format!("{name}: {}; {}", reading.layout, reading.accounts());
        if self.files.len() > 1 {
            let again = counted.once(&name.to_string(), &mut reading)?;
            if again > 0 {
                account.push_str(&format!(
                    "; {again} of the kept stand in an earlier file, too, and are counted once"
                ));
            }
        }
        let panel = EventPanel::from_events(&reading.dataset, &reading.version, &reading.events, shape);
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
        Ok((panel, account))
    }

    fn default_rejects(&self) -> PathBuf {
        let beside = self.output.as_ref().or(self.files.first());
        let stem = beside
            .and_then(|p| p.file_stem())
            .map_or_else(|| "panel".into(), |s| s.to_string_lossy().into_owned());
        let folder = self.output.as_ref().and_then(|p| p.parent()).unwrap_or(Path::new(""));
        folder.join(format!("{stem}.panel-rejects.csv"))
    }
}
