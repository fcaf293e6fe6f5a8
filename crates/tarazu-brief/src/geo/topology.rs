//! Areas as rings of arcs.

use std::collections::HashMap;

use super::simplify::simplified;

/// A point: longitude and latitude in degrees.
pub(crate) type Point = [f64; 2];

/// One area.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Area {
    /// Its name, as printed.
    pub name: String,
    /// Other names that it goes by in datasets.
    pub also: Vec<String>,
    /// Whether its outer border is disputed.
    pub disputed: bool,
    /// Where its label stands, if not in its middle.
    pub label: Option<[f64; 2]>,
    /// Rings of arcs: an index, or its complement (`!i`) where the arc runs backwards.
    pub(crate) rings: Vec<Vec<i32>>,
}

/// Areas that share their borders, and land around them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Topology {
    pub(crate) arcs: Vec<Vec<Point>>,
    /// The areas.
    pub areas: Vec<Area>,
    /// Rings of land around.
    pub(crate) land: Vec<Vec<Point>>,
}

impl Topology {
    pub(crate) fn arc(&self, index: i32) -> Vec<Point> {
        let forward = if index < 0 { !index } else { index };
        let mut arc = self.arcs.get(forward as usize).cloned().unwrap_or_default();
        if index < 0 {
            arc.reverse();
        }
        arc
    }

    /// The rings of an area, each closed.
    pub fn rings(&self, area: &Area) -> Vec<Vec<[f64; 2]>> {
        area.rings
            .iter()
            .map(|ring| {
                let mut points: Vec<Point> = Vec::new();
                for index in ring {
                    let arc = self.arc(*index);
                    // An arc begins where the one before it ends.
                    let skip = usize::from(points.last().is_some() && points.last() == arc.first());
                    points.extend(arc.into_iter().skip(skip));
                }
                points
            })
            .collect()
    }

    /// Arcs that no second area shares, with the areas that they bound; and those that two share.
    pub(crate) fn borders(&self) -> (Vec<(usize, &Area)>, Vec<usize>) {
        let mut users: HashMap<usize, Vec<&Area>> = HashMap::new();
        for area in &self.areas {
            for index in area.rings.iter().flatten() {
                users.entry((if *index < 0 { !*index } else { *index }) as usize).or_default().push(area);
            }
        }
        let (mut outer, mut inner) = (Vec::new(), Vec::new());
        for arc in 0..self.arcs.len() {
            match users.get(&arc).map(Vec::as_slice) {
                Some([area]) => outer.push((arc, *area)),
                Some([_, ..]) => inner.push(arc),
                _ => {}
            }
        }
        (outer, inner)
    }

    /// The outer borders of disputed areas, which are drawn dashed.
    pub fn disputed_borders(&self) -> Vec<Vec<[f64; 2]>> {
        let (outer, _) = self.borders();
        outer.into_iter().filter(|(_, area)| area.disputed).map(|(arc, _)| self.arc(arc as i32)).collect()
    }

    /// West, south, east, north of the areas, with a margin as a share of the longer side.
    pub(crate) fn window(&self, margin: f64) -> [f64; 4] {
        let mut window = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        let own = self.areas.iter().flat_map(|a| a.rings.iter().flatten());
        let own = own.filter_map(|i| self.arcs.get((if *i < 0 { !*i } else { *i }) as usize));
        for [x, y] in own.flatten() {
            window = [window[0].min(*x), window[1].min(*y), window[2].max(*x), window[3].max(*y)];
        }
        let side = (window[2] - window[0]).max(window[3] - window[1]) * margin;
        [window[0] - side, window[1] - side, window[2] + side, window[3] + side]
    }

    /// The longer side, in degrees.
    pub(crate) fn size(&self) -> f64 {
        let [west, south, east, north] = self.window(0.0);
        (east - west).max(north - south)
    }

    pub(crate) fn simplify(&mut self, tolerance: f64) {
        for arc in self.arcs.iter_mut().chain(&mut self.land) {
            *arc = simplified(arc, tolerance);
        }
    }
}
