//! Maps of provinces and districts: one panel for each block of years, shaded by steps and labelled with the number. An area of which the
//! dataset has no row is hatched, never zero.

use std::collections::BTreeMap;

use tarazu_ledger::Case;

use super::drawing::{Anchor, Drawing, wrapped};
use super::measure::text_width;
use super::theme::Role;
use super::{Cell, ChartSource, Column, Draft, NARROW, Table};
use crate::geo::{Area, Boundaries, DISPUTED_NOTE, MARGIN, Names, Topology};
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

/// One map area with its value in every block: `None` where the dataset has no row for it.
struct Value {
    name: String,
    blocks: Vec<Option<u64>>,
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
    notes.push(format!(
        "{release} ends in {last}. No population by {kind} is cited in this case, so there are no rates."
    ));
    let subtitle = format!(
        "Best estimate of {release}, total of each block of years. Hatched: no row in the dataset, which is not zero.{}",
        if disputed { " Dashed: disputed borders." } else { "" }
    );
    let highest = values
        .iter()
        .filter_map(|v| Some((v.blocks.last().copied()??, &v.name)))
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
            draw(drawing, top, totals, &values, &boundaries.topology, reading, note)
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
        let empty = || Value { name, blocks: vec![None; totals.blocks.len()], areas: Vec::new() };
        groups.entry(group).or_insert_with(empty).areas.push(place);
    }
    for row in &totals.rows {
        let Some(place) = row.name.as_deref().and_then(|n| names.find(n)) else { continue };
        let Some(value) = groups.get_mut(&group_of(place)) else { continue };
        for (sum, block) in value.blocks.iter_mut().zip(&row.blocks) {
            *sum = match (*sum, block[2]) {
                (Some(a), Some(b)) => Some(a + b),
                (a, b) => a.or(b),
            };
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
    for row in &totals.rows {
        let given = row.name.clone().unwrap_or_else(|| "none given".into());
        let area = match (&row.name, totals.kind, reading) {
            (Some(name), AreaKind::Province, Reading::Today) => names.current(name).to_owned(),
            _ => given.clone(),
        };
        for (block, values) in totals.blocks.iter().zip(&row.blocks) {
            let mut cells = vec![
                Cell::text(area.clone()),
                Cell::text(given.clone()),
                Cell::text(row.province.clone().unwrap_or_default()),
                Cell::text(block.label()),
            ];
            cells.extend(values.map(Cell::whole));
            table.rows.push(cells);
        }
    }
    table
}

/// Longitude and latitude to pixels: plain, with longitudes scaled at the middle latitude.
struct Projection {
    west: f64,
    north: f64,
    scale: (f64, f64),
    at: (f64, f64),
    /// Where the panel ends.
    right: f64,
}

impl Projection {
    fn point(&self, p: &[f64; 2]) -> (f64, f64) {
        (self.at.0 + (p[0] - self.west) * self.scale.0, self.at.1 + (self.north - p[1]) * self.scale.1)
    }

    /// A path of whole numbers of tenths of pixels, from point to point, so that it reads as what it is: a drawing.
    fn path(&self, points: &[[f64; 2]], closed: bool) -> String {
        let mut data = String::new();
        let mut last = (0_i64, 0_i64);
        for (i, p) in points.iter().enumerate() {
            let (x, y) = self.point(p);
            let at = ((x * 10.0).round() as i64, (y * 10.0).round() as i64);
            if i == 0 {
                data.push_str(&format!("M{} {}", tenths(at.0), tenths(at.1)));
            } else if at != last {
                data.push_str(&format!("l{} {}", tenths(at.0 - last.0), tenths(at.1 - last.1)));
            }
            last = at;
        }
        if closed && !data.is_empty() {
            data.push('z');
        }
        data
    }
}

fn tenths(value: i64) -> String {
    let (sign, whole, tenth) = (if value < 0 { "-" } else { "" }, value.abs() / 10, value.abs() % 10);
    if tenth == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{tenth}") }
}

fn draw(
    drawing: &mut Drawing,
    top: f64,
    totals: &AreaTotals,
    values: &[Value],
    topology: &Topology,
    reading: Reading,
    note: Option<&str>,
) -> f64 {
    let narrow = drawing.width <= NARROW;
    let columns = if narrow { 1 } else { 2 };
    let gap = 24.0;
    let width = (drawing.width - gap * (columns as f64 - 1.0)) / columns as f64;
    let [west, south, east, north] = topology.window(MARGIN);
    let ratio = ((south + north) / 2.0).to_radians().cos();
    let scale_y = width / ((east - west) * ratio);
    let height = (north - south) * scale_y;
    // What no eye sees is left out: it would only make the page large.
    let mut topology = topology.clone();
    topology.simplify(0.6 / scale_y);
    let topology = &topology;
    let mut bottom = top;
    for (i, block) in totals.blocks.iter().enumerate() {
        let (column, row) = (i % columns, i / columns);
        let (left, upper) = (column as f64 * (width + gap), top + row as f64 * (height + 30.0));
        drawing.bold((left + 2.0, upper + 14.0), block.label(), 14.0, Anchor::Start, Role::Ink);
        let at = (left, upper + 22.0);
        let projection =
            Projection { west, north, scale: (scale_y * ratio, scale_y), at, right: left + width };
        let showing = |v: &Value| v.blocks.get(i).copied().flatten();
        panel(drawing, &projection, values, &showing, topology, reading);
        bottom = at.1 + height;
    }
    let mut y = key(drawing, bottom + 16.0);
    if let Some(note) = note {
        for line in wrapped(note, 11.0, false, drawing.width - 4.0) {
            y += 15.0;
            drawing.text((2.0, y), line, 11.0, Anchor::Start, Role::Soft);
        }
    }
    y + 2.0
}

fn panel(
    drawing: &mut Drawing,
    projection: &Projection,
    values: &[Value],
    showing: &dyn Fn(&Value) -> Option<u64>,
    topology: &Topology,
    reading: Reading,
) {
    let land: String = topology.land.iter().map(|ring| projection.path(ring, true)).collect();
    drawing.path(land, Role::Land);
    let mut group_of = BTreeMap::new();
    for (group, value) in values.iter().enumerate() {
        for place in &value.areas {
            group_of.insert(*place, group);
        }
        let rings = value.areas.iter().filter_map(|p| topology.areas.get(*p)).flat_map(|a| topology.rings(a));
        let data: String = rings.map(|ring| projection.path(&ring, true)).collect();
        match showing(value) {
            Some(n) => {
                let title = format!("{}: {}", value.name, grouped(n as f64));
                drawing.titled_path(data, Role::STEPS[step(n)], Some(title));
            }
            None => {
                drawing.path(data.clone(), Role::Paper);
                drawing.hatched(data, Some(format!("{}: no row in the dataset", value.name)));
            }
        }
    }
    borders(drawing, projection, topology, reading, &group_of);
    // Districts are too many to be named: the table and the titles of the areas do.
    if topology.areas.len() <= 20 {
        labels(drawing, projection, values, showing, topology);
    }
}

fn borders(
    drawing: &mut Drawing,
    projection: &Projection,
    topology: &Topology,
    reading: Reading,
    group_of: &BTreeMap<usize, usize>,
) {
    let (outer, inner) = topology.borders();
    let line = |arc: usize| projection.path(&topology.arc(arc as i32), false);
    let sides = |arc: usize| -> Vec<usize> {
        let uses = |a: &Area| a.rings.iter().flatten().any(|i| *i == arc as i32 || !*i == arc as i32);
        (0..topology.areas.len()).filter(|p| topology.areas.get(*p).is_some_and(uses)).collect()
    };
    let mut between = String::new();
    for arc in inner {
        let sides = sides(arc);
        let merged = reading == Reading::Today
            && sides.windows(2).all(|pair| group_of.get(&pair[0]) == group_of.get(&pair[1]));
        if !merged {
            between.push_str(&line(arc));
        }
    }
    drawing.path(between, Role::Border);
    let (mut settled, mut disputed) = (String::new(), String::new());
    for (arc, area) in outer {
        if area.disputed { &mut disputed } else { &mut settled }.push_str(&line(arc));
    }
    drawing.path(settled, Role::Outline);
    drawing.path(disputed, Role::Disputed);
}

/// Name and number within the area where there is room, else beside it with a line.
fn labels(
    drawing: &mut Drawing,
    projection: &Projection,
    values: &[Value],
    showing: &dyn Fn(&Value) -> Option<u64>,
    topology: &Topology,
) {
    let small = drawing.width <= NARROW;
    let size = if small { 10.0 } else { 11.5 };
    for value in values {
        let number = showing(value).map_or_else(|| "no row".into(), |n| grouped(n as f64));
        let own = value.areas.iter().filter_map(|p| topology.areas.get(*p));
        let Some((area, ring)) = own
            .filter_map(|a| Some((a, largest(topology.rings(a))?)))
            .max_by(|a, b| extent(&a.1).total_cmp(&extent(&b.1)))
        else {
            continue;
        };
        let points: Vec<(f64, f64)> = ring.iter().map(|p| projection.point(p)).collect();
        let middle = area.label.map_or_else(|| centre(&points), |l| projection.point(&l));
        let role = showing(value).map_or(Role::Ink, |n| Role::words_on_step(step(n)));
        let wide = text_width(&value.name, size, false);
        if fits(&points, middle, wide) {
            drawing.text((middle.0, middle.1 - 2.0), value.name.clone(), size, Anchor::Middle, role);
            drawing.bold((middle.0, middle.1 + size + 1.0), number, size + 0.5, Anchor::Middle, role);
            continue;
        }
        beside(drawing, &value.name, number, size, centre(&points), (middle, projection.right));
    }
}

/// A label outside its area, with a line to it.
fn beside(
    drawing: &mut Drawing,
    name: &str,
    number: String,
    size: f64,
    area: (f64, f64),
    (at, right): ((f64, f64), f64),
) {
    let lines = wrapped(name, size, false, size * 7.5);
    let half = lines.iter().map(|l| text_width(l, size, false)).fold(0.0, f64::max) / 2.0 + 4.0;
    let height = size * 1.2 * (lines.len() as f64 + 1.0);
    let at = (at.0.min(right - half), at.1);
    let top = at.1 - height / 2.0;
    let to = (area.0.clamp(at.0 - half, at.0 + half), area.1.clamp(top - 1.0, top + height + 3.0));
    drawing.line(area, to, Role::Axis);
    drawing.circle(area, 1.8, Role::Dot, None);
    let mut y = top + size * 0.9;
    for line in lines {
        drawing.text((at.0, y), line, size, Anchor::Middle, Role::Ink);
        y += size * 1.2;
    }
    drawing.bold((at.0, y), number, size + 0.5, Anchor::Middle, Role::Ink);
}

fn extent(ring: &[[f64; 2]]) -> f64 {
    ring.windows(2).map(|p| p[0][0] * p[1][1] - p[1][0] * p[0][1]).sum::<f64>().abs() / 2.0
}

fn largest(rings: Vec<Vec<[f64; 2]>>) -> Option<Vec<[f64; 2]>> {
    rings.into_iter().max_by(|a, b| extent(a).total_cmp(&extent(b)))
}

/// Centre of gravity of a ring.
fn centre(ring: &[(f64, f64)]) -> (f64, f64) {
    let (mut area, mut x, mut y) = (0.0, 0.0, 0.0);
    for p in ring.windows(2) {
        let cross = p[0].0 * p[1].1 - p[1].0 * p[0].1;
        area += cross;
        x += (p[0].0 + p[1].0) * cross;
        y += (p[0].1 + p[1].1) * cross;
    }
    if area.abs() < 1e-9 {
        return ring.first().copied().unwrap_or((0.0, 0.0));
    }
    (x / (3.0 * area), y / (3.0 * area))
}

/// Whether words of this width lie within the ring at a place.
fn fits(ring: &[(f64, f64)], (x, y): (f64, f64), wide: f64) -> bool {
    let inside = |x: f64, y: f64| {
        let mut inside = false;
        for p in ring.windows(2) {
            let (a, b) = (p[0], p[1]);
            if (a.1 > y) != (b.1 > y) && x < (b.0 - a.0) * (y - a.1) / (b.1 - a.1) + a.0 {
                inside = !inside;
            }
        }
        inside
    };
    [-0.5, -0.25, 0.0, 0.25, 0.5]
        .iter()
        .all(|s| inside(x + s * wide, y - 8.0) && inside(x + s * wide, y + 8.0))
}

fn key(drawing: &mut Drawing, top: f64) -> f64 {
    let size = 11.5;
    let (mut x, mut y) = (2.0, top);
    let mut place = |words: &str, limit: f64| {
        let width = text_width(words, size, false) + 38.0;
        if x + width > limit {
            (x, y) = (2.0, y + 21.0);
        }
        let at = (x, y);
        x += width;
        at
    };
    for (step, words) in STEP_WORDS.iter().enumerate() {
        let (x, y) = place(words, drawing.width);
        drawing.rect((x, y), (18.0, 13.0), Role::STEPS[step]);
        drawing.text((x + 23.0, y + 11.0), *words, size, Anchor::Start, Role::Ink);
    }
    let (x, y) = place("no row in the dataset", drawing.width);
    drawing.hatched_rect(x, y, 18.0, 13.0, None);
    drawing.text((x + 23.0, y + 11.0), "no row in the dataset", size, Anchor::Start, Role::Ink);
    y + 16.0
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

    #[test]
    fn a_border_is_written_from_point_to_point() {
        let projection =
            Projection { west: 60.0, north: 37.0, scale: (10.0, 10.0), at: (0.0, 0.0), right: 100.0 };
        let data = projection.path(&[[71.55, 34.01], [71.56, 34.0], [71.55, 34.01]], true);
        assert_eq!(data, "M115.5 29.9l0.1 0.1l-0.1 -0.1z");
    }
}
