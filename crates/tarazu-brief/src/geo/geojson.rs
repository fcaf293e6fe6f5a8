//! GeoJSON: polygons whose shared borders are found again, so that each is stored and simplified once.

use std::collections::HashMap;

use serde_json::Value;

use super::topojson;
use super::topology::{Point, Topology};

/// Points that agree to a ten-millionth of a degree (a centimetre) are one.
type Key = (i64, i64);

fn key(p: &Point) -> Key {
    ((p[0] * 1e7).round() as i64, (p[1] * 1e7).round() as i64)
}

pub(crate) fn from_value(value: &Value) -> Result<Topology, String> {
    let features =
        value.get("features").and_then(Value::as_array).ok_or("expected `features`, found none")?;
    let mut areas = Vec::new();
    for (i, feature) in features.iter().enumerate() {
        let rings = rings(feature.get("geometry").unwrap_or(&Value::Null)).ok_or_else(|| {
            format!("feature {}: expected a Polygon or MultiPolygon of [longitude, latitude]", i + 1)
        })?;
        areas.push((feature.get("properties").unwrap_or(&Value::Null), rings));
    }
    let mut builder = Builder::default();
    builder.find_junctions(areas.iter().flat_map(|(_, rings)| rings));
    let mut topology = Topology::default();
    for (properties, rings) in &areas {
        let arcs: Vec<Vec<i32>> = rings.iter().map(|ring| builder.arcs_of(ring)).collect();
        let area = topojson::area(properties, arcs);
        if area.name.is_empty() {
            let known = topojson::NAME_KEYS.join("`, `");
            return Err(format!("a feature has no name: expected one of the properties `{known}`"));
        }
        topology.areas.push(area);
    }
    topology.arcs = builder.arcs;
    if topology.areas.is_empty() {
        return Err("expected polygons, found none".into());
    }
    Ok(topology)
}

/// All rings of a geometry, without the point that closes each, and without points that repeat the one before.
fn rings(geometry: &Value) -> Option<Vec<Vec<Point>>> {
    let coordinates = geometry.get("coordinates")?.as_array()?;
    let polygons: Vec<&Vec<Value>> = match geometry.get("type")?.as_str()? {
        "Polygon" => vec![coordinates],
        "MultiPolygon" => coordinates.iter().filter_map(Value::as_array).collect(),
        _ => return None,
    };
    let mut rings = Vec::new();
    for ring in polygons.into_iter().flatten() {
        let mut points: Vec<Point> = Vec::new();
        for p in ring.as_array()? {
            let point = [p.get(0)?.as_f64()?, p.get(1)?.as_f64()?];
            if points.last().is_none_or(|last| key(last) != key(&point)) {
                points.push(point);
            }
        }
        while points.len() > 1 && points.first().map(key) == points.last().map(key) {
            points.pop();
        }
        if points.len() >= 3 {
            rings.push(points);
        }
    }
    Some(rings)
}

#[derive(Default)]
struct Builder {
    /// The two neighbours of a point, or none where rings disagree: there arcs meet.
    neighbours: HashMap<Key, Option<(Key, Key)>>,
    arcs: Vec<Vec<Point>>,
    known: HashMap<Vec<Key>, i32>,
}

impl Builder {
    fn find_junctions<'a>(&mut self, rings: impl Iterator<Item = &'a Vec<Point>>) {
        for ring in rings {
            let n = ring.len();
            for i in 0..n {
                let (before, after) = (key(&ring[(i + n - 1) % n]), key(&ring[(i + 1) % n]));
                let pair = (before.min(after), before.max(after));
                let seen = self.neighbours.entry(key(&ring[i])).or_insert(Some(pair));
                if *seen != Some(pair) {
                    *seen = None;
                }
            }
        }
    }

    fn arcs_of(&mut self, ring: &[Point]) -> Vec<i32> {
        let n = ring.len();
        let junction = |p: &Point| self.neighbours.get(&key(p)).is_some_and(Option::is_none);
        let mut cuts: Vec<usize> = (0..n).filter(|i| junction(&ring[*i])).collect();
        if cuts.is_empty() {
            // A ring of its own, or shared whole: it begins at its least point, so that both find it alike.
            cuts.extend((0..n).min_by_key(|i| key(&ring[*i])));
        }
        let mut indices = Vec::new();
        for (c, from) in cuts.iter().enumerate() {
            let to = cuts[(c + 1) % cuts.len()];
            let length = if to > *from { to - from } else { to + n - from };
            let arc: Vec<Point> = (0..=length).map(|step| ring[(from + step) % n]).collect();
            indices.push(self.index(arc));
        }
        indices
    }

    fn index(&mut self, arc: Vec<Point>) -> i32 {
        let forward: Vec<Key> = arc.iter().map(key).collect();
        let backward: Vec<Key> = forward.iter().rev().copied().collect();
        if let Some(index) = self.known.get(&forward) {
            return *index;
        }
        if let Some(index) = self.known.get(&backward) {
            return !*index;
        }
        let index = self.arcs.len() as i32;
        self.known.insert(forward, index);
        self.arcs.push(arc);
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_border_of_two_areas_is_stored_once() {
        let collection = serde_json::json!({ "type": "FeatureCollection", "features": [
            { "properties": { "shapeName": "West" },
              "geometry": { "type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 0.5], [1, 1], [0, 1], [0, 0]]] } },
            { "properties": { "shapeName": "East" },
              "geometry": { "type": "Polygon", "coordinates": [[[1, 0], [2, 0], [2, 1], [1, 1], [1, 0.5], [1, 0]]] } },
        ] });
        let topology = from_value(&collection).unwrap();
        let (outer, inner) = topology.borders();
        assert_eq!((outer.len(), inner.len()), (2, 1), "{topology:?}");
        for area in &topology.areas {
            let rings = topology.rings(area);
            assert_eq!(rings[0].first(), rings[0].last());
            assert_eq!(rings[0].len(), 6);
        }
    }

    #[test]
    fn a_feature_without_a_name_is_a_fault() {
        let collection = serde_json::json!({ "type": "FeatureCollection", "features": [
            { "properties": {}, "geometry": { "type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]] } },
        ] });
        assert!(from_value(&collection).unwrap_err().starts_with("a feature has no name"));
    }
}
