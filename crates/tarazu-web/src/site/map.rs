//! The map of provinces in units of the screen, and which of its areas each area of a dataset is.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tarazu_brief::{DISPUTED_NOTE, Weighing};
use tarazu_ledger::Case;

/// Width of the drawing.
const WIDTH: f64 = 600.0;
/// Space around the areas.
const MARGIN: f64 = 6.0;

#[derive(Serialize)]
pub(super) struct Map {
    width: f64,
    height: f64,
    /// What a reader must know of disputed borders.
    note: Option<&'static str>,
    attribution: String,
    areas: Vec<Shape>,
    /// Lines that are dashed.
    disputed: Vec<String>,
    /// From the name of a province in a dataset to its place among the areas.
    names: BTreeMap<String, usize>,
}

#[derive(Serialize)]
struct Shape {
    name: String,
    path: String,
}

/// The boundaries of the weighing, where there are any.
pub(super) fn map(case: &Case, weighing: &Weighing, provinces: &BTreeSet<String>) -> Option<Map> {
    let iso3 = case.settings.iso3.value.as_str();
    let boundaries = weighing.boundaries.as_ref()?;
    let topology = &boundaries.topology;
    let rings: Vec<Vec<Vec<[f64; 2]>>> = topology.areas.iter().map(|a| topology.rings(a)).collect();
    let points = || rings.iter().flatten().flatten();
    let least = |i: usize| points().map(|p| p[i]).fold(f64::INFINITY, f64::min);
    let most = |i: usize| points().map(|p| p[i]).fold(f64::NEG_INFINITY, f64::max);
    let (west, east, south, north) = (least(0), most(0), least(1), most(1));
    // Degrees of longitude are shorter than those of latitude.
    let ratio = ((south + north) / 2.0).to_radians().cos();
    let scale = (WIDTH - 2.0 * MARGIN) / ((east - west) * ratio);
    let at = |p: &[f64; 2]| {
        format!("{:.1} {:.1}", MARGIN + (p[0] - west) * ratio * scale, MARGIN + (north - p[1]) * scale)
    };
    let line = |points: &[[f64; 2]]| format!("M{}", points.iter().map(at).collect::<Vec<_>>().join("L"));
    let areas = topology.areas.iter().zip(&rings).map(|(area, rings)| Shape {
        name: area.name.clone(),
        path: rings.iter().map(|ring| line(ring) + "z").collect(),
    });
    let disputed: Vec<String> = topology.disputed_borders().iter().map(|arc| line(arc)).collect();
    let finder = boundaries.names(iso3);
    Some(Map {
        width: WIDTH,
        height: ((north - south) * scale + 2.0 * MARGIN).ceil(),
        note: (!disputed.is_empty()).then(|| DISPUTED_NOTE.trim()),
        attribution: boundaries.source.clone(),
        areas: areas.collect(),
        disputed,
        names: provinces.iter().filter_map(|name| Some((name.clone(), finder.find(name)?))).collect(),
    })
}
