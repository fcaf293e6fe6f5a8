//! The data of a weighing: the embedded panel with its description, and the panel of an event file where one is given.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tarazu_events::file::SourceFile;
use tarazu_events::{
    AreaUnit, DateRule, Event, Measure, Panel, PanelRow, PanelShape, Period, PeriodUnit, ReadOptions, read,
};
use tarazu_ledger::Case;

use super::areas::{self, AreaTotals};
use super::coverage::{Coverage, coverage};
use super::{EventsFile, EventsRead, WeighError};

/// Events younger than this, counted back from the case's `as_of`, are left out of what is published.
const YOUNGEST_DAYS: i32 = 30;

/// `panel.toml`: where the figures of `panel.csv` come from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    source: Vec<PanelSource>,
}

/// Where the figures of one dataset come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PanelSource {
    /// Dataset, as in the panel.
    pub dataset: String,
    /// Release, as in the panel.
    pub version: String,
    /// Who publishes it and what to cite.
    pub attribution: String,
    /// Licence.
    pub licence: String,
    /// How the figures were computed.
    pub computed: String,
    /// SHA-256 of the file that they were computed from.
    pub sha256: String,
    /// What a reader must know.
    pub notes: String,
    /// Whether the licence, or whoever keeps the case, does not allow to hand its figures over.
    #[serde(default)]
    pub withheld: bool,
}

/// One month of the treated area, for the chart and its table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MonthlyRow {
    /// The month.
    pub month: Period,
    /// Dataset of the best and high figures.
    pub dataset: String,
    /// Events.
    pub events: Option<u64>,
    /// Deaths, best estimate.
    pub best: Option<u64>,
    /// Deaths, low estimate; missing where no release at hand publishes it.
    pub low: Option<u64>,
    /// Dataset of the low figure, which may be another one.
    pub low_dataset: Option<String>,
    /// Deaths, high estimate.
    pub high: Option<u64>,
}

pub(super) struct Data {
    /// What `panel.csv` holds, without months that are too young.
    pub embedded: Panel,
    /// All figures: the embedded ones and those of the event file.
    pub panel: Panel,
    pub sources: Vec<PanelSource>,
    pub events: Option<EventsRead>,
    pub monthly: Vec<MonthlyRow>,
    pub coverage: Vec<Coverage>,
    pub areas: Vec<AreaTotals>,
    /// What `areas.csv` holds of years that are over.
    pub areas_panel: Option<Panel>,
}

pub(super) fn load(case: &Case, events: Option<&EventsFile>) -> Result<Data, WeighError> {
    let path = case.folder.join("panel.csv");
    let mut panel = Panel::read_csv(&path)?;
    let mut sources = describe(&path.with_extension("toml"), &panel, "panel.csv")?;
    if case.settings.small_cells.is_some()
        && let Some(row) = panel.rows.iter().find(|row| row.area.contains('/'))
    {
        let message = format!(
            "expected countries alone where the case has `small_cells`, found `{}`; provinces and districts belong in areas.csv",
            row.area
        );
        return Err(WeighError::Mismatch { file: path.display().to_string(), message });
    }
    let incomplete = first_incomplete_month(case);
    panel.rows.retain(|row| row.period < incomplete);
    let embedded = panel.clone();
    let mut read_events = None;
    if let Some(events) = events {
        let (source, read, own) = from_events(case, events)?;
        if panel.datasets().contains(&(source.dataset.as_str(), source.version.as_str())) {
            return Err(WeighError::Mismatch {
                file: events.path.display().to_string(),
                message: format!(
                    "{} {} is embedded in the case already; give this file another --version, for example {1}-file",
                    source.dataset, source.version
                ),
            });
        }
        panel.rows.extend(own.rows);
        sources.push(source);
        read_events = Some(read);
    }
    check_shown(case, &panel)?;
    let monthly = monthly(case, &panel);
    let coverage = coverage(&panel);
    let (areas, areas_panel) = areas::load(case, incomplete)?;
    Ok(Data { embedded, panel, sources, events: read_events, monthly, coverage, areas, areas_panel })
}

/// The sources that a description gives, with one for every dataset of the panel.
pub(super) fn describe(path: &Path, panel: &Panel, of: &str) -> Result<Vec<PanelSource>, WeighError> {
    let file = SourceFile::open(path)?;
    let mismatch = |message: String| WeighError::Mismatch { file: path.display().to_string(), message };
    let text = String::from_utf8_lossy(&file.bytes);
    let description: Description = toml::from_str(&text).map_err(|e| mismatch(e.to_string()))?;
    for (dataset, version) in panel.datasets() {
        if !description.source.iter().any(|s| s.dataset == dataset && s.version == version) {
            return Err(mismatch(format!("no [[source]] describes {dataset} {version}, which {of} holds")));
        }
    }
    Ok(description.source)
}

fn from_events(case: &Case, events: &EventsFile) -> Result<(PanelSource, EventsRead, Panel), WeighError> {
    let options = ReadOptions { version: events.version.clone(), ..ReadOptions::default() };
    let reading = read(&events.path, &options)?;
    if !reading.dataset.starts_with("UCDP") {
        let message =
            format!("is {}; a case is weighed with UCDP GED or UCDP candidate events", reading.dataset);
        return Err(WeighError::Mismatch { file: events.path.display().to_string(), message });
    }
    let accounts = reading.accounts();
    let iso3 = case.settings.iso3.value.as_str();
    let here = |e: &&Event<'_>| {
        let named =
            || e.place.country.as_deref().is_some_and(|c| c.eq_ignore_ascii_case(&case.settings.country));
        e.place.iso3.as_deref().map_or_else(named, |code| code == iso3)
    };
    let incomplete = first_incomplete_month(case);
    let unordered_bounds = reading.unordered_bounds();
    let (mut used, mut elsewhere, mut too_young) = (Vec::new(), 0, 0);
    for event in &reading.events {
        if !here(&event) {
            elsewhere += 1;
        } else if Period::of(event.date.end, PeriodUnit::Month) >= incomplete {
            too_young += 1;
        } else {
            let mut event = event.clone();
            event.place.iso3 = Some(iso3.to_owned().into());
            used.push(event);
        }
    }
    let shape = PanelShape {
        area: AreaUnit::Country,
        period: PeriodUnit::Month,
        date_rule: DateRule::End,
        from: None,
        to: None,
    };
    let panel = Panel::from_events(&reading.dataset, &reading.version, &used, &shape);
    if used.is_empty() {
        let message = format!("holds no event in {} ({iso3})", case.settings.country.value);
        return Err(WeighError::Mismatch { file: events.path.display().to_string(), message });
    }
    // What is published names the file, not the folders of whoever weighs.
    let file = events.path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let source = PanelSource {
        dataset: reading.dataset.clone(),
        version: reading.version.clone(),
        attribution: "Uppsala Conflict Data Program (Sundberg & Melander 2013)".into(),
        licence: "CC BY 4.0".into(),
        computed: "counted by this run from the event file named on the command line, by month of date_end"
            .into(),
        sha256: reading.sha256.clone(),
        notes: accounts.to_string(),
        withheld: false,
    };
    let read = EventsRead {
        file,
        version: reading.version.clone(),
        sha256: reading.sha256,
        layout: reading.layout,
        accounts,
        used: used.len(),
        elsewhere,
        too_young,
        unordered_bounds,
        rejects: reading.rejects,
    };
    Ok((source, read, panel))
}

/// The first month that is not over by thirty days before `as_of`. It is left out whole: half a month would be taken for a quiet one.
pub fn first_incomplete_month(case: &Case) -> Period {
    let cutoff = case
        .settings
        .as_of
        .last_day()
        .checked_sub(jiff::Span::new().days(YOUNGEST_DAYS - 1))
        .unwrap_or(jiff::civil::Date::MIN);
    Period::of(cutoff, PeriodUnit::Month)
}

/// The dataset whose months are shown must be in the panel.
fn check_shown(case: &Case, panel: &Panel) -> Result<(), WeighError> {
    let Some(settings) = &case.settings.estimates else { return Ok(()) };
    let held = panel.datasets();
    let shown = held.iter().find(|(d, v)| format!("{d} {v}") == settings.shown.value);
    if shown.is_some_and(|(d, v)| panel.area(d, v, &settings.area).next().is_some()) {
        return Ok(());
    }
    let held: Vec<String> = held.iter().map(|(d, v)| format!("{d} {v}")).collect();
    Err(WeighError::Mismatch {
        file: "case.toml".into(),
        message: format!(
            "`shown` asks for {} of {}; panel.csv holds {}",
            settings.shown.value,
            settings.area.value,
            held.join(", ")
        ),
    })
}

/// The shown dataset gives best and high; the low figure comes from whichever release publishes it for the month.
fn monthly(case: &Case, panel: &Panel) -> Vec<MonthlyRow> {
    let Some(settings) = &case.settings.estimates else { return Vec::new() };
    let own = |row: &&PanelRow| {
        row.area == settings.area.value && format!("{} {}", row.dataset, row.version) == settings.shown.value
    };
    panel
        .rows
        .iter()
        .filter(own)
        .map(|row| {
            let low =
                panel.rows.iter().filter(|r| r.area == row.area && r.period == row.period).find_map(|r| {
                    Some((r.measures.get(Measure::DeathsLow)?, format!("{} {}", r.dataset, r.version)))
                });
            let (low, low_dataset) = low.unzip();
            MonthlyRow {
                month: row.period,
                dataset: settings.shown.value.clone(),
                events: row.measures.get(Measure::Events),
                best: row.measures.get(Measure::DeathsBest),
                low,
                low_dataset,
                high: row.measures.get(Measure::DeathsHigh),
            }
        })
        .collect()
}
