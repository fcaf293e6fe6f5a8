//! Names and numbers of areas: within the area where there is room, else beside it with a line.

use super::drawn::Projection;
use super::{Shown, Value, step};
use crate::chart::NARROW;
use crate::chart::drawing::{Anchor, Drawing, wrapped};
use crate::chart::measure::text_width;
use crate::chart::theme::Role;
use crate::geo::Topology;

/// What an area shows in a block.
pub(super) type Showing<'a> = dyn Fn(&Value) -> Shown + 'a;

pub(super) fn draw(
    drawing: &mut Drawing,
    at: (f64, f64),
    projection: &Projection,
    values: &[Value],
    showing: &Showing<'_>,
    topology: &Topology,
) {
    let size = if drawing.width <= NARROW { 10.0 } else { 11.5 };
    for value in values {
        let number = showing(value).words();
        let own = value.areas.iter().filter_map(|p| topology.areas.get(*p));
        let Some((area, ring)) = own
            .filter_map(|a| Some((a, largest(topology.rings(a))?)))
            .max_by(|a, b| extent(&a.1).total_cmp(&extent(&b.1)))
        else {
            continue;
        };
        let placed = |p: &[f64; 2]| {
            let (x, y) = projection.point(p);
            (at.0 + x, at.1 + y)
        };
        let points: Vec<(f64, f64)> = ring.iter().map(placed).collect();
        let middle = area.label.map_or_else(|| centre(&points), |l| placed(&l));
        let role = showing(value).shade().map_or(Role::Ink, |n| Role::words_on_step(step(n)));
        let wide = text_width(&value.name, size, false);
        if fits(&points, middle, wide) {
            drawing.text((middle.0, middle.1 - 2.0), value.name.clone(), size, Anchor::Middle, role);
            drawing.bold((middle.0, middle.1 + size + 1.0), number, size + 0.5, Anchor::Middle, role);
            continue;
        }
        beside(drawing, &value.name, number, size, centre(&points), (middle, at.0 + projection.width));
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
