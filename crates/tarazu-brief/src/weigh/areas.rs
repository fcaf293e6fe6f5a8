//! Provinces and districts: totals of `areas.csv` by blocks of years. Nothing finer than a district is read, and no place of an event.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use tarazu_events::{Measure, Measures, Panel, PanelRow, Period, PeriodUnit};
use tarazu_ledger::Case;

use super::WeighError;
use super::panel::{PanelSource, describe};

/// Years in a block, and how many blocks, counted back from the last whole year.
const YEARS: i32 = 4;
const BLOCKS: i32 = 4;

/// What makes an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AreaKind {
    /// First-order division.
    Province,
    /// Second-order division.
    District,
}

/// A block of years.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Block {
    /// First year.
    pub from: i32,
    /// Last year.
    pub to: i32,
}

impl Block {
    /// As printed: "2018–2021".
    pub fn label(&self) -> String {
        if self.from == self.to { self.from.to_string() } else { format!("{}–{}", self.from, self.to) }
    }
}

/// One area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AreaRow {
    /// Its name, as the dataset gives it; without one where the dataset gives none.
    pub name: Option<String>,
    /// Of a district, its province, as the dataset gives it.
    pub province: Option<String>,
    /// By block: events, and deaths low, best and high. A sum of which a part is not published is missing.
    pub blocks: Vec<[Option<u64>; 4]>,
    /// By block: periods that are suppressed as small cells, and in none of the sums; empty where the case suppresses none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppressed: Vec<u64>,
}

/// The areas of one kind in one dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AreaTotals {
    /// Where the figures come from.
    pub source: PanelSource,
    /// What an area is.
    pub kind: AreaKind,
    /// The blocks.
    pub blocks: Vec<Block>,
    /// The areas, by name.
    pub rows: Vec<AreaRow>,
}

/// The files that hold the areas of a case, where it has them.
pub(super) fn files(case: &Case) -> Option<[std::path::PathBuf; 2]> {
    let path = case.folder.join("areas.csv");
    path.exists().then(|| [path.clone(), path.with_extension("toml")])
}

/// Take from provinces and districts the figures of periods in which they have events, but fewer than the case's `small_cells`. What is
/// published is made of what is left, sums of them too. A sum that another table of the case publishes, such as the country's, can
/// give a single cell back (`docs/case.md`).
pub fn suppress_small_cells(case: &Case, panel: &mut Panel) {
    let Some(small) = case.settings.small_cells else { return };
    let is_small = |row: &PanelRow| {
        row.area.contains('/') && row.measures.get(Measure::Events).is_some_and(|n| (1..small).contains(&n))
    };
    for row in panel.rows.iter_mut().filter(|row| is_small(row)) {
        row.measures = Measures::default();
    }
}

/// Whether a row has no figure left.
fn is_suppressed(row: &PanelRow) -> bool {
    Measure::ALL.iter().all(|m| row.measures.get(*m).is_none())
}

/// The totals of a case with the figures that they are of, nothing where it has no `areas.csv`. Of a year that is not over, nothing is
/// shown, and nothing is kept.
pub(super) fn load(case: &Case, incomplete: Period) -> Result<(Vec<AreaTotals>, Option<Panel>), WeighError> {
    let Some([path, description]) = files(case) else { return Ok((Vec::new(), None)) };
    let mut panel = Panel::read_csv(&path)?;
    let sources = describe(&description, &panel, "areas.csv")?;
    suppress_small_cells(case, &mut panel);
    let totals = totals(&panel, &sources, &path, incomplete, case.settings.small_cells.is_some())?;
    panel.rows.retain(|row| row.period.year() < incomplete.year());
    Ok((totals, Some(panel)))
}

fn totals(
    panel: &Panel,
    sources: &[PanelSource],
    path: &Path,
    incomplete: Period,
    suppressing: bool,
) -> Result<Vec<AreaTotals>, WeighError> {
    // By dataset, release and kind; within, by area.
    type Rows<'a> = BTreeMap<&'a str, Vec<&'a PanelRow>>;
    let mut groups: BTreeMap<(&str, &str, usize), Rows<'_>> = BTreeMap::new();
    for row in &panel.rows {
        let depth = row.area.split('/').count();
        if !(2..=3).contains(&depth) || row.period.unit() == PeriodUnit::Week {
            return Err(WeighError::Mismatch {
                file: path.display().to_string(),
                message: format!(
                    "found the area {} in {}; expected provinces (PAK/Punjab) or districts (PAK/Punjab/Lahore) by month, quarter or year, as \
                     `tarazu panel --unit admin1` and `--unit admin2` write them",
                    row.area, row.period
                ),
            });
        }
        let key = (row.dataset.as_str(), row.version.as_str(), depth);
        groups.entry(key).or_default().entry(row.area.as_str()).or_default().push(row);
    }
    let mut all = Vec::new();
    for ((dataset, version, depth), areas) in groups {
        let Some(source) = sources.iter().find(|s| s.dataset == dataset && s.version == version) else {
            continue;
        };
        let years = || areas.values().flatten().map(|r| r.period.year());
        // Of a year that is not over, nothing is shown.
        let (Some(first), Some(last)) = (years().min(), years().max().map(|y| y.min(incomplete.year() - 1)))
        else {
            continue;
        };
        let blocks: Vec<Block> = (0..BLOCKS)
            .rev()
            .map(|i| Block { from: last - YEARS * (i + 1) + 1, to: last - YEARS * i })
            .filter(|b| b.from >= first)
            .collect();
        let rows = areas.iter().map(|(area, rows)| area_row(area, rows, &blocks, suppressing)).collect();
        let kind = if depth == 2 { AreaKind::Province } else { AreaKind::District };
        all.push(AreaTotals { source: source.clone(), kind, blocks, rows });
    }
    Ok(all)
}

fn area_row(area: &str, rows: &[&PanelRow], blocks: &[Block], suppressing: bool) -> AreaRow {
    let named = |part: &str| (part != "(none given)").then(|| part.to_owned());
    let mut parts = area.split('/').skip(1);
    let (first, second) = (parts.next().and_then(named), parts.next());
    let (name, province) = match second {
        Some(district) => (named(district), first),
        None => (first, None),
    };
    let measures = [Measure::Events, Measure::DeathsLow, Measure::DeathsBest, Measure::DeathsHigh];
    let own = |block: &Block| {
        let (from, to) = (block.from, block.to);
        rows.iter().filter(move |r| (from..=to).contains(&r.period.year()))
    };
    let hidden = |r: &PanelRow| suppressing && is_suppressed(r);
    let sums = blocks
        .iter()
        .map(|block| {
            measures.map(|m| {
                let sum: Option<u64> = own(block).filter(|r| !hidden(r)).map(|r| r.measures.get(m)).sum();
                sum.filter(|_| own(block).next().is_some())
            })
        })
        .collect();
    let suppressed = blocks.iter().map(|block| own(block).filter(|r| hidden(r)).count() as u64);
    let suppressed = if suppressing { suppressed.collect() } else { Vec::new() };
    AreaRow { name, province, blocks: sums, suppressed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<AreaTotals>, WeighError> {
        let folder = std::env::temp_dir().join(format!("tarazu-areas-{}-{}", std::process::id(), text.len()));
        let path = folder.join("areas.csv");
        tarazu_events::file::write_atomically(&path, text.as_bytes()).unwrap();
        let panel = Panel::read_csv(&path).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let source = PanelSource {
            dataset: "D".into(),
            version: "1".into(),
            attribution: String::new(),
            licence: String::new(),
            computed: String::new(),
            sha256: String::new(),
            notes: String::new(),
            withheld: Default::default(),
        };
        totals(&panel, &[source], &path, Period::month(2030, 1).unwrap(), text.contains("suppressed"))
    }

    #[test]
    fn sums_are_by_whole_blocks_and_what_is_not_published_is_missing() {
        let mut text = String::from("dataset,version,area,period,events,deaths_best\n");
        for year in 2000..2008 {
            text.push_str(&format!("D,1,XXX/North,{year}-05,1,{}\n", if year == 2001 { "" } else { "3" }));
            text.push_str(&format!("D,1,XXX/North/Town district,{year},2,4\n"));
        }
        let totals = read(&text).unwrap();
        assert_eq!(
            totals.iter().map(|t| t.kind).collect::<Vec<_>>(),
            [AreaKind::Province, AreaKind::District]
        );
        assert_eq!(totals[0].blocks, [Block { from: 2000, to: 2003 }, Block { from: 2004, to: 2007 }]);
        assert_eq!(totals[0].rows[0].blocks, [[Some(4), None, None, None], [Some(4), None, Some(12), None]]);
        let district = &totals[1].rows[0];
        assert_eq!(
            (district.name.as_deref(), district.province.as_deref()),
            (Some("Town district"), Some("North"))
        );
        assert_eq!(district.blocks[0][2], Some(16));
    }

    #[test]
    fn a_suppressed_cell_is_counted_and_adds_nothing() {
        let mut text = String::from("dataset,version,area,period,events,deaths_best\n");
        for month in 1..=12 {
            let cell = match month {
                1 | 2 => ",",
                _ => "10,20",
            };
            text.push_str(&format!("D,1,XXX/North suppressed,2000-{month:02},{cell}\n"));
        }
        for year in 2001..2004 {
            text.push_str(&format!("D,1,XXX/North suppressed,{year}-01,10,20\n"));
        }
        let totals = read(&text).unwrap();
        let row = &totals[0].rows[0];
        assert_eq!(
            (row.blocks[0][0], row.blocks[0][2], row.suppressed.as_slice()),
            (Some(130), Some(260), &[2][..])
        );
    }

    #[test]
    fn what_is_finer_or_coarser_than_a_district_or_province_is_refused() {
        let error =
            read("dataset,version,area,period,events\nD,1,XXX/North/Town/Street,2000-01,1\n").unwrap_err();
        assert!(error.to_string().contains("expected provinces (PAK/Punjab) or districts"), "{error}");
        assert!(read("dataset,version,area,period,events\nD,1,XXX,2000-01,1\n").is_err());
    }
}
