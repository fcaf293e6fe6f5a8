//! The counts that a case carries.

use std::collections::BTreeMap;

use tarazu_brief::{first_incomplete_month, suppress_small_cells};
use tarazu_events::table::TableError;
use tarazu_events::{AreaUnit, Measure, Panel, PeriodUnit};
use tarazu_ledger::Case;

use super::{Cube, CubeArea, CubeTable, Draft, Key, NO_TYPE, NOBODY, Names, cell};

/// Files of a case that hold a panel.
const PANELS: [&str; 2] = ["panel.csv", "areas.csv"];

impl Cube {
    /// The counts that the case embeds: its panels, by month and country, province or district, whichever an area's identifier
    /// names.
    ///
    /// # Errors
    /// [`TableError`] where a panel cannot be read.
    pub fn embedded(case: &Case) -> Result<Self, TableError> {
        let incomplete = first_incomplete_month(case);
        let mut tables = Vec::new();
        for name in PANELS {
            let path = case.folder.join(name);
            if name != "panel.csv" && !path.exists() {
                continue;
            }
            let mut panel = Panel::read_csv(&path)?;
            // Years of districts are for the brief: here every row is a month.
            panel.rows.retain(|row| row.period.unit() == PeriodUnit::Month && row.period < incomplete);
            suppress_small_cells(case, &mut panel);
            tables.extend(of_panel(&panel, case.settings.small_cells));
        }
        Ok(Self { tables })
    }
}

fn of_panel(panel: &Panel, small_cells: Option<u64>) -> Vec<CubeTable> {
    let mut groups: BTreeMap<(&str, &str, u8), Vec<_>> = BTreeMap::new();
    for row in &panel.rows {
        let depth = row.area.matches('/').count().min(2) as u8;
        groups.entry((&row.dataset, &row.version, depth)).or_default().push(row);
    }
    let table = |((dataset, version, depth), rows): ((&str, &str, u8), Vec<&tarazu_events::PanelRow>)| {
        let published = |m: &Measure| rows.iter().any(|r| r.measures.get(*m).is_some());
        let measures: Vec<Measure> = Measure::ALL.into_iter().filter(published).collect();
        let drafts = rows.iter().map(|r| Draft {
            area: area(&r.area),
            month: r.period,
            values: measures.iter().map(|m| r.measures.get(*m)).collect(),
        });
        let mut table = CubeTable {
            from: rows.iter().map(|r| r.period).min()?,
            to: rows.iter().map(|r| r.period).max()?,
            dataset: dataset.into(),
            version: version.into(),
            area: [AreaUnit::Country, AreaUnit::Admin1, AreaUnit::Admin2][usize::from(depth)],
            by_actor: false,
            by_type: false,
            coverage: BTreeMap::new(),
            small_cells: small_cells.filter(|_| depth > 0),
            measures: measures.clone(),
            areas: Vec::new(),
            actors: Vec::new(),
            types: Vec::new(),
            keys: Vec::new(),
            values: Vec::new(),
        };
        table.fill(drafts.collect());
        Some(table)
    };
    groups.into_iter().filter_map(table).collect()
}

impl CubeTable {
    /// Rows without actors and types.
    fn fill(&mut self, drafts: Vec<Draft>) {
        let mut names = Names::new();
        let numbered: Vec<(u32, Draft)> =
            drafts.into_iter().map(|d| (names.number_of(d.area.clone()), d)).collect();
        let (areas, places) = names.ordered();
        let mut rows: Vec<(Key, Vec<Option<u64>>)> = Vec::with_capacity(numbered.len());
        for (number, draft) in numbered {
            let covered = self.coverage.entry(draft.area.country).or_insert((draft.month, draft.month));
            *covered = (covered.0.min(draft.month), covered.1.max(draft.month));
            let key = Key {
                month: i32::try_from(draft.month.number()).unwrap_or(0),
                area: places.get(number as usize).copied().unwrap_or(0),
                actors: [NOBODY; 2],
                kind: NO_TYPE,
            };
            rows.push((key, draft.values));
        }
        rows.sort_by_key(|(key, _)| *key);
        self.areas = areas;
        for (key, values) in rows {
            self.keys.push(key);
            self.values.extend(values.into_iter().map(cell));
        }
    }
}

/// An area's identifier, taken apart.
fn area(id: &str) -> CubeArea {
    let mut parts = id.splitn(3, '/');
    let country = parts.next().unwrap_or_default().to_owned();
    let mut next = || parts.next().filter(|name| *name != super::NONE_GIVEN).map(str::to_owned);
    CubeArea { country, admin1: next(), admin2: next() }
}
