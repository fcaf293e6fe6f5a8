//! A map drawn: one panel for each block of years, all on the same ground.

use std::collections::BTreeMap;

use super::labels::{self, Showing};
use super::{Reading, STEP_WORDS, Shown, Value, step};
use crate::chart::NARROW;
use crate::chart::drawing::{Anchor, Drawing, wrapped};
use crate::chart::measure::text_width;
use crate::chart::theme::Role;
use crate::geo::{Area, MARGIN, Topology};
use crate::weigh::AreaTotals;

/// Longitude and latitude to pixels from a panel's upper left: plain, with longitudes scaled at the middle latitude.
pub(super) struct Projection {
    west: f64,
    north: f64,
    scale: (f64, f64),
    /// Width of the panel.
    pub width: f64,
}

impl Projection {
    pub(super) fn point(&self, p: &[f64; 2]) -> (f64, f64) {
        ((p[0] - self.west) * self.scale.0, (self.north - p[1]) * self.scale.1)
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

/// What every panel draws alike, as paths from its upper left.
struct Ground {
    land: String,
    /// For each value its areas.
    areas: Vec<String>,
    between: String,
    settled: String,
    disputed: String,
}

impl Ground {
    fn of(projection: &Projection, values: &[Value], topology: &Topology, reading: Reading) -> Self {
        let mut group_of = BTreeMap::new();
        for (group, value) in values.iter().enumerate() {
            group_of.extend(value.areas.iter().map(|place| (*place, group)));
        }
        let shape = |value: &Value| -> String {
            let areas = value.areas.iter().filter_map(|p| topology.areas.get(*p));
            areas.flat_map(|a| topology.rings(a)).map(|ring| projection.path(&ring, true)).collect()
        };
        let (outer, inner) = topology.borders();
        let line = |arc: usize| projection.path(&topology.arc(arc as i32), false);
        let sides = |arc: usize| -> Vec<usize> {
            let uses = |a: &Area| a.rings.iter().flatten().any(|i| *i == arc as i32 || !*i == arc as i32);
            (0..topology.areas.len()).filter(|p| topology.areas.get(*p).is_some_and(uses)).collect()
        };
        let merged = |arc: usize| {
            reading == Reading::Today
                && sides(arc).windows(2).all(|pair| group_of.get(&pair[0]) == group_of.get(&pair[1]))
        };
        let between = inner.into_iter().filter(|arc| !merged(*arc)).map(line).collect();
        let (mut settled, mut disputed) = (String::new(), String::new());
        for (arc, area) in outer {
            if area.disputed { &mut disputed } else { &mut settled }.push_str(&line(arc));
        }
        Self {
            land: topology.land.iter().map(|ring| projection.path(ring, true)).collect(),
            areas: values.iter().map(shape).collect(),
            between,
            settled,
            disputed,
        }
    }

    fn draw(&self, drawing: &mut Drawing, at: (f64, f64), values: &[Value], showing: &Showing<'_>) {
        drawing.placed(at, &self.land, Role::Land, None);
        for (value, shape) in values.iter().zip(&self.areas) {
            let shown = showing(value);
            match shown.shade() {
                Some(n) => {
                    let title = format!("{}: {}", value.name, shown.words());
                    drawing.placed(at, shape, Role::STEPS[step(n)], Some(title));
                }
                None => {
                    let why = if shown == Shown::NoRow { "no row in the dataset" } else { "suppressed" };
                    drawing.placed(at, shape, Role::Paper, None);
                    drawing.placed_hatched(at, shape, format!("{}: {why}", value.name));
                }
            }
        }
        drawing.placed(at, &self.between, Role::Border, None);
        drawing.placed(at, &self.settled, Role::Outline, None);
        drawing.placed(at, &self.disputed, Role::Disputed, None);
    }
}

/// Every block of the totals, the key and, where there is one, the note below it.
pub(super) fn draw(
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
    let projection = Projection { west, north, scale: (scale_y * ratio, scale_y), width };
    let ground = Ground::of(&projection, values, topology, reading);
    let mut bottom = top;
    for (i, block) in totals.blocks.iter().enumerate() {
        let (column, row) = (i % columns, i / columns);
        let (left, upper) = (column as f64 * (width + gap), top + row as f64 * (height + 30.0));
        drawing.bold((left + 2.0, upper + 14.0), block.label(), 14.0, Anchor::Start, Role::Ink);
        let at = (left, upper + 22.0);
        let showing = |v: &Value| v.blocks.get(i).copied().unwrap_or(Shown::NoRow);
        ground.draw(drawing, at, values, &showing);
        // Districts are too many to be named: the table and the titles of the areas do.
        if topology.areas.len() <= 20 {
            labels::draw(drawing, at, &projection, values, &showing, topology);
        }
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
    fn a_border_is_written_from_point_to_point() {
        let projection = Projection { west: 60.0, north: 37.0, scale: (10.0, 10.0), width: 100.0 };
        let data = projection.path(&[[71.55, 34.01], [71.56, 34.0], [71.55, 34.01]], true);
        assert_eq!(data, "M115.5 29.9l0.1 0.1l-0.1 -0.1z");
    }
}
