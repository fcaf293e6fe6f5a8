//! Maps of provinces and districts: one panel for each block of years, shaded by steps and labelled with the number. An area of which the
//! dataset has no row is hatched, never zero. Here is what they show; [`drawn`] draws it, and [`labels`] names the areas.

mod drawn;
mod labels;

use std::collections::BTreeMap;

use tarazu_ledger::Case;

use super::{Cell, ChartSource, Column, Draft, Table};
use crate::geo::{Boundaries, DISPUTED_NOTE, Names, Topology};
use crate::number::grouped;
use crate::weigh::{AreaKind, AreaRow, AreaTotals, PanelSource, Weighing};

/// The upper ends of the steps; the last is open.
const STEPS: [u64; 5] = [0, 99, 499, 1_999, 4_999];
const STEP_WORDS: [&str; 6] = ["0", "1–99", "100–499", "500–1,999", "2,000–4,999", "5,000 and more"];

fn step(value: u64) -> usize {
    STEPS.iter().position(|end| value <= *end).unwrap_or(STEPS.len())
}

/// How former divisions are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// As the dataset records them.
    Recorded,
    /// Under today's divisions: former ones are added to the one that they were merged into.
    Today,
}

/// What an area shows in a block of years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// The dataset has no row for it.
    NoRow,
    Number(u64),
    /// A sum without cells that are suppressed as small ones.
    AtLeast(u64),
}

impl Shown {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::NoRow, other) | (other, Self::NoRow) => other,
            (Self::Number(a), Self::Number(b)) => Self::Number(a + b),
            (Self::Number(a) | Self::AtLeast(a), Self::Number(b) | Self::AtLeast(b)) => Self::AtLeast(a + b),
        }
    }

    /// The number that gives the shade; none where nothing is known.
    fn shade(self) -> Option<u64> {
        match self {
            Self::NoRow | Self::AtLeast(0) => None,
            Self::Number(n) | Self::AtLeast(n) => Some(n),
        }
    }

    fn words(self) -> String {
        match self {
            Self::NoRow => "no row".into(),
            Self::Number(n) => grouped(n as f64),
            Self::AtLeast(0) => "suppressed".into(),
            Self::AtLeast(n) => format!("≥ {}", grouped(n as f64)),
        }
    }
}

/// One map area with what it shows in every block.
struct Value {
    name: String,
    blocks: Vec<Shown>,
    /// Places in the boundaries.
    areas: Vec<usize>,
}

/// The maps that there are data and boundaries for.
pub(crate) fn maps<'a>(case: &'a Case, weighing: &'a Weighing) -> Vec<Draft<'a>> {
    let Some(boundaries) = &weighing.boundaries else { return Vec::new() };
    let names = Names::new(&boundaries.topology, &case.settings.iso3.value);
    let mut drafts = Vec::new();
    for totals in &weighing.areas {
        let matched =
            totals.rows.iter().filter_map(|r| r.name.as_deref()).filter(|n| names.find(n).is_some());
        // A file of districts draws districts, one of provinces draws provinces.
        let known = totals.rows.iter().filter(|r| r.name.is_some()).count();
        if totals.blocks.is_empty() || 2 * matched.count() < known {
            continue;
        }
        if totals.kind == AreaKind::District {
            drafts.push(draft(case, totals, boundaries, &names, Reading::Recorded, "deaths-by-district"));
            continue;
        }
        let former = |r: &AreaRow| {
            r.name
                .as_deref()
                .is_some_and(|n| names.find(n).is_some() && names.find(n) != names.find(names.current(n)))
        };
        if totals.rows.iter().any(former) {
            drafts.push(draft(case, totals, boundaries, &names, Reading::Today, "deaths-by-province"));
            drafts.push(draft(
                case,
                totals,
                boundaries,
                &names,
                Reading::Recorded,
                "deaths-by-province-recorded",
            ));
        } else {
            drafts.push(draft(case, totals, boundaries, &names, Reading::Recorded, "deaths-by-province"));
        }
    }
    drafts
}

fn draft<'a>(
    case: &'a Case,
    totals: &'a AreaTotals,
    boundaries: &'a Boundaries,
    names: &Names,
    reading: Reading,
    id: &'static str,
) -> Draft<'a> {
    let values = values(totals, &boundaries.topology, names, reading);
    let kind = if totals.kind == AreaKind::Province { "province" } else { "district" };
    let disputed = boundaries.topology.areas.iter().any(|a| a.disputed);
    let country = &case.settings.country.value;
    let title = match reading {
        Reading::Recorded if id == "deaths-by-province-recorded" => {
            format!("The same with former divisions apart, as recorded, {country}")
        }
        _ => format!("People reported killed by {kind}, {country}"),
    };
    let release = format!("{} {}", totals.source.dataset, totals.source.version);
    let last = totals.blocks.last().map_or(0, |b| b.to);
    let mut notes: Vec<String> = Vec::new();
    if disputed {
        notes.push(DISPUTED_NOTE.trim().to_owned());
    }
    if reading == Reading::Today {
        notes.push(
            "Former divisions are added to those into which they were merged; their borders are not drawn."
                .into(),
        );
    }
    notes.extend(unplaced(totals, names));
    if let Some(small) = case.settings.small_cells {
        notes.push(format!(
            "Periods in which an area has 1 to {} events are suppressed in this case: sums without them are marked ≥.",
            small - 1
        ));
    }
    notes.push(format!(
        "{release} ends in {last}. No population by {kind} is cited in this case, so there are no rates."
    ));
    let subtitle = format!(
        "Best estimate of {release}, total of each block of years. Hatched: no row in the dataset, which is not zero.{}",
        if disputed { " Dashed: disputed borders." } else { "" }
    );
    let highest = values
        .iter()
        .filter_map(|v| Some((v.blocks.last()?.shade()?, &v.name)))
        .max()
        .map_or_else(String::new, |(n, name)| {
            format!(" In the last block {name} has most, {}.", grouped(n as f64))
        });
    let alt = format!(
        "Maps of {country} by {kind} in {} blocks of years up to {last}, shaded by people reported killed.{highest} The table below holds \
         every value.",
        totals.blocks.len()
    );
    let table = table(totals, names, reading);
    let note = disputed.then(|| DISPUTED_NOTE.trim());
    Draft {
        id,
        section: "happened",
        title,
        subtitle,
        alt,
        notes,
        sources: vec![source(&totals.source), boundary_source(boundaries)],
        table,
        draw: Box::new(move |drawing, top| {
            drawn::draw(drawing, top, totals, &values, &boundaries.topology, reading, note)
        }),
    }
}

fn source(s: &PanelSource) -> ChartSource {
    ChartSource {
        name: format!("{} {}", s.dataset, s.version),
        attribution: s.attribution.clone(),
        licence: s.licence.clone(),
        computed: s.computed.clone(),
        sha256: Some(s.sha256.clone()),
    }
}

fn boundary_source(boundaries: &Boundaries) -> ChartSource {
    ChartSource {
        name: boundaries.source.clone(),
        attribution: boundaries.source.clone(),
        licence: "as the case".into(),
        computed: "simplified; drawn in plain longitude and latitude, scaled at the middle latitude".into(),
        sha256: Some(boundaries.sha256.clone()),
    }
}

/// What stands in no area of the map, by block.
fn unplaced(totals: &AreaTotals, names: &Names) -> Option<String> {
    let mut lost = vec![0; totals.blocks.len()];
    for row in totals.rows.iter().filter(|r| r.name.as_deref().and_then(|n| names.find(n)).is_none()) {
        for (sum, block) in lost.iter_mut().zip(&row.blocks) {
            *sum += block[2].unwrap_or(0);
        }
    }
    let parts: Vec<String> = totals
        .blocks
        .iter()
        .zip(&lost)
        .filter(|(_, n)| **n > 0)
        .map(|(b, n)| format!("{} in {}", grouped(*n as f64), b.label()))
        .collect();
    (!parts.is_empty()).then(|| {
        format!(
            "On no area of the map, as the dataset gives none or one that the boundaries do not name: {}.",
            parts.join(", ")
        )
    })
}

fn values(totals: &AreaTotals, topology: &Topology, names: &Names, reading: Reading) -> Vec<Value> {
    // Areas of the boundaries by the value that they show.
    let group_of = |place: usize| -> usize {
        let name = topology.areas.get(place).map_or("", |a| &a.name);
        let former =
            topology.areas.get(place).and_then(|a| a.also.iter().find_map(|n| names.find(names.current(n))));
        match reading {
            Reading::Today => former.or_else(|| names.find(names.current(name))).unwrap_or(place),
            Reading::Recorded => place,
        }
    };
    let mut groups: BTreeMap<usize, Value> = BTreeMap::new();
    for (place, area) in topology.areas.iter().enumerate() {
        let group = group_of(place);
        let name = topology.areas.get(group).map_or_else(|| area.name.clone(), |a| a.name.clone());
        let empty = || Value { name, blocks: vec![Shown::NoRow; totals.blocks.len()], areas: Vec::new() };
        groups.entry(group).or_insert_with(empty).areas.push(place);
    }
    for row in &totals.rows {
        let Some(place) = row.name.as_deref().and_then(|n| names.find(n)) else { continue };
        let Some(value) = groups.get_mut(&group_of(place)) else { continue };
        for (i, (sum, block)) in value.blocks.iter_mut().zip(&row.blocks).enumerate() {
            let shown = match (block[2], row.suppressed.get(i)) {
                (None, _) => Shown::NoRow,
                (Some(n), None | Some(0)) => Shown::Number(n),
                (Some(n), Some(_)) => Shown::AtLeast(n),
            };
            *sum = sum.and(shown);
        }
    }
    groups.into_values().collect()
}

fn table(totals: &AreaTotals, names: &Names, reading: Reading) -> Table {
    let mut table = Table::new(vec![
        Column::text("area", "Area"),
        Column::text("area_as_given", "As the dataset gives it"),
        Column::text("province", "Province as given"),
        Column::text("years", "Years"),
        Column::number("events", "Events"),
        Column::number("deaths_low", "Low"),
        Column::number("deaths_best", "Best"),
        Column::number("deaths_high", "High"),
    ]);
    if totals.rows.iter().any(|r| !r.suppressed.is_empty()) {
        table.columns.push(Column::number("suppressed", "Periods suppressed"));
    }
    for row in &totals.rows {
        let given = row.name.clone().unwrap_or_else(|| "none given".into());
        let area = match (&row.name, totals.kind, reading) {
            (Some(name), AreaKind::Province, Reading::Today) => names.current(name).to_owned(),
            _ => given.clone(),
        };
        for (i, (block, values)) in totals.blocks.iter().zip(&row.blocks).enumerate() {
            let mut cells = vec![
                Cell::text(area.clone()),
                Cell::text(given.clone()),
                Cell::text(row.province.clone().unwrap_or_default()),
                Cell::text(block.label()),
            ];
            cells.extend(values.map(Cell::whole));
            cells.extend(row.suppressed.get(i).map(|n| Cell::Whole(*n)));
            table.rows.push(cells);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_what_the_key_says() {
        for (value, words) in [
            (0, "0"),
            (1, "1–99"),
            (99, "1–99"),
            (100, "100–499"),
            (1_999, "500–1,999"),
            (5_000, "5,000 and more"),
        ] {
            assert_eq!(STEP_WORDS[step(value)], words);
        }
    }
}
