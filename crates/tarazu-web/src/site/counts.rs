//! The counts of events in columns, one data file per table, and their index.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tarazu_events::{AreaUnit, Period};

use super::script::data_file;
use super::{Site, SiteError};
use crate::cube::{Cube, CubeRow, CubeTable};

/// What the index says of a table.
#[derive(Serialize)]
struct Listed<'a> {
    file: String,
    dataset: &'a str,
    version: &'a str,
    area: &'static str,
    by_actor: bool,
    by_type: bool,
    from: Period,
    to: Period,
    measures: Vec<&'static str>,
    rows: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    small_cells: Option<u64>,
}

/// A column of texts: the texts, and for each row the place of its text in them; −1 where there is none.
#[derive(Serialize, Default)]
struct Texts<'a> {
    texts: Vec<&'a str>,
    rows: Vec<i32>,
}

#[derive(Serialize)]
struct Columns<'a> {
    country: Texts<'a>,
    admin1: Texts<'a>,
    admin2: Texts<'a>,
    actor_a: Texts<'a>,
    actor_b: Texts<'a>,
    event_type: Texts<'a>,
    /// Months after the table's first.
    month: Vec<i32>,
    /// One column per measure.
    values: Vec<Vec<Option<u64>>>,
}

/// The data files of all tables; gives the names of provinces that they hold.
pub(super) fn counts(site: &mut Site, cube: Option<&Cube>) -> Result<BTreeSet<String>, SiteError> {
    let mut provinces = BTreeSet::new();
    let tables: &[CubeTable] = cube.map_or(&[], |c| &c.tables);
    let mut index = Vec::new();
    for (i, table) in tables.iter().enumerate() {
        let file = format!("counts-{}", i + 1);
        let columns = columns(table);
        provinces.extend(columns.admin1.texts.iter().map(|name| (*name).to_owned()));
        data_file(site, &file, &columns)?;
        index.push(Listed {
            file,
            dataset: &table.dataset,
            version: &table.version,
            area: match table.area {
                AreaUnit::Country => "country",
                AreaUnit::Admin1 => "admin1",
                AreaUnit::Admin2 => "admin2",
            },
            by_actor: table.by_actor,
            by_type: table.by_type,
            from: table.from,
            to: table.to,
            measures: table.measures.iter().map(|m| m.column()).collect(),
            rows: table.len(),
            small_cells: table.small_cells,
        });
    }
    data_file(site, "counts", &index)?;
    Ok(provinces)
}

fn columns(table: &CubeTable) -> Columns<'_> {
    let rows: Vec<CubeRow<'_>> = table.rows().collect();
    Columns {
        country: texts(&rows, |r| Some(r.country)),
        admin1: texts(&rows, |r| r.admin1),
        admin2: texts(&rows, |r| r.admin2),
        actor_a: texts(&rows, |r| r.actors[0]),
        actor_b: texts(&rows, |r| r.actors[1]),
        event_type: texts(&rows, |r| r.event_type),
        month: rows.iter().map(|r| r.month.since(table.from)).collect(),
        values: (0..table.measures.len())
            .map(|m| rows.iter().map(|r| r.values.get(m).copied().flatten()).collect())
            .collect(),
    }
}

/// A column that is empty throughout has no rows.
fn texts<'a>(rows: &[CubeRow<'a>], of: impl Fn(&CubeRow<'a>) -> Option<&'a str>) -> Texts<'a> {
    let mut places: BTreeMap<&str, i32> = rows.iter().filter_map(&of).map(|text| (text, 0)).collect();
    if places.is_empty() {
        return Texts::default();
    }
    for (place, value) in places.values_mut().enumerate() {
        *value = place as i32;
    }
    let rows = rows.iter().map(|r| of(r).and_then(|text| places.get(text).copied()).unwrap_or(-1)).collect();
    Texts { texts: places.into_keys().collect(), rows }
}
