//! TopoJSON (Bostock & Metcalf 2013): read, and written small.

use std::fmt::Write;

use serde_json::{Value, json};

use super::MARGIN;
use super::topology::{Area, Point, Topology};

/// Properties that name an area, the first that is there.
pub(crate) const NAME_KEYS: [&str; 6] = ["shapeName", "NAME_2", "NAME_1", "name", "NAME", "admin"];

pub(crate) fn read(bytes: &[u8], object: Option<&str>) -> Result<Topology, String> {
    let value = serde_json::from_slice(bytes).map_err(|e| format!("expected JSON: {e}"))?;
    from_value(&value, object)
}

pub(crate) fn from_value(value: &Value, object: Option<&str>) -> Result<Topology, String> {
    let numbers = |v: &Value| -> Option<Point> { Some([v.get(0)?.as_f64()?, v.get(1)?.as_f64()?]) };
    let transform =
        value.get("transform").and_then(|t| Some((numbers(t.get("scale")?)?, numbers(t.get("translate")?)?)));
    let arcs = value.get("arcs").and_then(Value::as_array).ok_or("expected `arcs`, found none")?;
    let mut topology = Topology::default();
    for (i, arc) in arcs.iter().enumerate() {
        let points = arc.as_array().ok_or_else(|| format!("arc {i}: expected a list of points"))?;
        let mut at = [0.0, 0.0];
        let mut line = Vec::with_capacity(points.len());
        for point in points {
            let p = numbers(point).ok_or_else(|| format!("arc {i}: expected points as [x, y]"))?;
            line.push(match transform {
                Some((scale, translate)) => {
                    at = [at[0] + p[0], at[1] + p[1]];
                    [at[0] * scale[0] + translate[0], at[1] * scale[1] + translate[1]]
                }
                None => p,
            });
        }
        topology.arcs.push(line);
    }
    let objects = value.get("objects").and_then(Value::as_object).ok_or("expected `objects`, found none")?;
    let chosen = object.and_then(|name| objects.get(name)).or_else(|| objects.get("areas"));
    let areas = chosen.or_else(|| objects.values().next()).ok_or("`objects` is empty")?;
    for geometry in geometries(areas) {
        let rings = rings(geometry, arcs.len())?;
        if rings.is_empty() {
            continue;
        }
        topology.areas.push(area(geometry.get("properties").unwrap_or(&Value::Null), rings));
    }
    if let Some(land) = objects.get("land").filter(|_| object.is_none()) {
        for geometry in geometries(land) {
            let area = Area { rings: rings(geometry, arcs.len())?, ..Area::default() };
            topology.land.extend(topology.rings(&area));
        }
    }
    if topology.areas.is_empty() {
        return Err("expected polygons, found none".into());
    }
    Ok(topology)
}

fn geometries(object: &Value) -> Vec<&Value> {
    match object.get("geometries").and_then(Value::as_array) {
        Some(list) => list.iter().collect(),
        None => vec![object],
    }
}

/// Rings of a polygon or of several, holes among them: they are filled by the even–odd rule.
fn rings(geometry: &Value, count: usize) -> Result<Vec<Vec<i32>>, String> {
    let arcs = geometry.get("arcs").and_then(Value::as_array);
    let polygons: Vec<&Value> = match (geometry.get("type").and_then(Value::as_str), arcs) {
        (Some("Polygon"), Some(_)) => geometry.get("arcs").into_iter().collect(),
        (Some("MultiPolygon"), Some(polygons)) => polygons.iter().collect(),
        _ => Vec::new(),
    };
    let mut rings = Vec::new();
    for ring in polygons.iter().filter_map(|p| p.as_array()).flatten() {
        let indices: Option<Vec<i32>> = ring
            .as_array()
            .and_then(|r| r.iter().map(|i| i32::try_from(i.as_i64()?).ok()).collect::<Option<Vec<i32>>>());
        let indices = indices.ok_or("expected rings as lists of arcs")?;
        for index in &indices {
            let forward = if *index < 0 { !*index } else { *index } as usize;
            if forward >= count {
                return Err(format!("a ring names arc {index}; there are {count}"));
            }
        }
        rings.push(indices);
    }
    Ok(rings)
}

/// An area by its properties.
pub(crate) fn area(properties: &Value, rings: Vec<Vec<i32>>) -> Area {
    let name = NAME_KEYS.iter().find_map(|k| properties.get(*k)?.as_str()).unwrap_or_default().to_owned();
    let also = properties.get("also").and_then(Value::as_array);
    let label = properties.get("label").and_then(|l| Some([l.get(0)?.as_f64()?, l.get(1)?.as_f64()?]));
    Area {
        name,
        also: also.into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
        disputed: properties.get("disputed").and_then(Value::as_bool).unwrap_or(false),
        label,
        rings,
    }
}

/// As TopoJSON on a grid of so many steps along the longer side.
pub(crate) fn write(topology: &Topology, grid: u32) -> String {
    let [west, south, east, north] = topology.window(MARGIN);
    let scale = (east - west).max(north - south) / f64::from(grid.max(2));
    let mut arcs: Vec<&[Point]> = topology.arcs.iter().map(Vec::as_slice).collect();
    let first_of_land = arcs.len();
    arcs.extend(topology.land.iter().map(Vec::as_slice));
    let areas: Vec<Value> = topology
        .areas
        .iter()
        .map(|a| {
            let polygons: Vec<Vec<&Vec<i32>>> = a.rings.iter().map(|r| vec![r]).collect();
            let mut properties = json!({ "name": a.name });
            if !a.also.is_empty() {
                properties["also"] = json!(a.also);
            }
            if a.disputed {
                properties["disputed"] = json!(true);
            }
            if let Some(label) = a.label {
                properties["label"] = json!(label);
            }
            json!({ "type": "MultiPolygon", "properties": properties, "arcs": polygons })
        })
        .collect();
    let land: Vec<Value> = (0..topology.land.len()).map(|i| json!([[first_of_land + i]])).collect();
    let mut text = String::from("{\"type\":\"Topology\",\n");
    let round = |v: f64| (v * 1e9).round() / 1e9;
    let transform =
        json!({ "scale": [round(scale), round(scale)], "translate": [round(west), round(south)] });
    let _ = writeln!(text, "\"transform\":{transform},");
    let objects = json!({
        "areas": { "type": "GeometryCollection", "geometries": areas },
        "land": { "type": "MultiPolygon", "arcs": land },
    });
    let _ = writeln!(text, "\"objects\":{objects},");
    text.push_str("\"arcs\":[\n");
    for (i, arc) in arcs.iter().enumerate() {
        let mut at = [0_i64, 0];
        let mut points: Vec<String> = Vec::new();
        for p in *arc {
            let grid = [((p[0] - west) / scale).round() as i64, ((p[1] - south) / scale).round() as i64];
            let step = [grid[0] - at[0], grid[1] - at[1]];
            if step != [0, 0] || points.is_empty() {
                points.push(format!("[{},{}]", step[0], step[1]));
            }
            at = grid;
        }
        let _ = writeln!(text, "[{}]{}", points.join(","), if i + 1 < arcs.len() { "," } else { "" });
    }
    text.push_str("]}\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_the_same_on_its_grid() {
        let square = vec![[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0], [0.0, 0.0]];
        let area = Area { name: "A".into(), disputed: true, rings: vec![vec![0]], ..Area::default() };
        let topology = Topology { arcs: vec![square], areas: vec![area], land: Vec::new() };
        let read = read(write(&topology, 10_000).as_bytes(), None).unwrap();
        assert_eq!(read.areas, topology.areas);
        for (a, b) in read.arcs[0].iter().zip(&topology.arcs[0]) {
            assert!((a[0] - b[0]).abs() < 2e-3 && (a[1] - b[1]).abs() < 2e-3, "{a:?} {b:?}");
        }
    }

    #[test]
    fn a_ring_of_arcs_that_are_not_there_is_a_fault() {
        let text =
            r#"{"type":"Topology","objects":{"a":{"type":"Polygon","arcs":[[7]]}},"arcs":[[[0,0],[1,1]]]}"#;
        assert_eq!(read(text.as_bytes(), None).unwrap_err(), "a ring names arc 7; there are 1");
    }
}
