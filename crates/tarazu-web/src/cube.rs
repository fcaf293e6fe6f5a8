//! Counts of events by dataset, area and month, and where a store gives them by actor and type: what "what happened" is explored
//! by. Never finer than district and month.

use serde::Serialize;
use tarazu_brief::first_incomplete_month;
use tarazu_events::table::TableError;
use tarazu_events::{AreaUnit, Measure, Panel, Period};
use tarazu_ledger::Case;

/// The counts of every dataset at hand.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Cube {
    /// One table per dataset, release and unit of area.
    pub tables: Vec<CubeTable>,
}

/// The counts of one release of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CubeTable {
    /// Dataset.
    pub dataset: String,
    /// Release.
    pub version: String,
    /// The unit of area: rows name the areas down to it.
    pub area: AreaUnit,
    /// Whether rows are told apart by actor.
    pub by_actor: bool,
    /// Whether rows are told apart by type of event.
    pub by_type: bool,
    /// First month that the release covers.
    pub from: Period,
    /// Last month.
    pub to: Period,
    /// What the values of a row are.
    pub measures: Vec<Measure>,
    /// The rows: a combination that is absent was looked at, and nothing was recorded.
    pub rows: Vec<CubeRow>,
}

/// The counts of one area, actor, type and month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CubeRow {
    /// ISO 3166-1 alpha-3 code of the country.
    pub country: String,
    /// Province; `None` where the table is not by province or the dataset does not say.
    pub admin1: Option<String>,
    /// District; likewise.
    pub admin2: Option<String>,
    /// Actor; `None` where the table is not by actor or the dataset does not say.
    pub actor: Option<String>,
    /// Type of event; likewise.
    pub event_type: Option<String>,
    /// Month.
    pub month: Period,
    /// Values in the order of the table's measures; `None` where the dataset does not publish them or knows none.
    pub values: Vec<Option<u64>>,
}

impl Cube {
    /// The counts that the case embeds: its panel, by country and month.
    ///
    /// # Errors
    /// [`TableError`] where the panel cannot be read.
    pub fn embedded(case: &Case) -> Result<Self, TableError> {
        let panel = Panel::read_csv(&case.folder.join("panel.csv"))?;
        let incomplete = first_incomplete_month(case);
        let tables = panel.datasets().into_iter().filter_map(|(dataset, version)| {
            let rows: Vec<_> = panel
                .rows
                .iter()
                .filter(|r| (r.dataset.as_str(), r.version.as_str()) == (dataset, version))
                .filter(|r| r.period < incomplete)
                .collect();
            let published = |m: &Measure| rows.iter().any(|r| r.measures.get(*m).is_some());
            let measures: Vec<Measure> = Measure::ALL.into_iter().filter(published).collect();
            Some(CubeTable {
                dataset: dataset.into(),
                version: version.into(),
                area: AreaUnit::Country,
                by_actor: false,
                by_type: false,
                from: rows.iter().map(|r| r.period).min()?,
                to: rows.iter().map(|r| r.period).max()?,
                rows: rows
                    .iter()
                    .map(|r| CubeRow {
                        country: r.area.clone(),
                        admin1: None,
                        admin2: None,
                        actor: None,
                        event_type: None,
                        month: r.period,
                        values: measures.iter().map(|m| r.measures.get(*m)).collect(),
                    })
                    .collect(),
                measures,
            })
        });
        Ok(Self { tables: tables.collect() })
    }
}
