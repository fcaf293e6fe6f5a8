//! Areas: boundary polygons with their vintage, and the unit that a point lies in.
//!
//! Files are GeoJSON as published by geoBoundaries (`shapeName`, `shapeGroup`, `shapeType`), Natural Earth (`name`, `adm0_a3`) and
//! GADM (`NAME_1`, `NAME_2`, `GID_0`). A point is inside by the even–odd rule over all rings of a unit (Shimrat 1962, Algorithm
//! 112), in plain longitude and latitude: on the scale of a district the difference from great circles is metres.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::ReadError;
use crate::file::SourceFile;

/// The level of a set of boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AreaLevel {
    /// Countries.
    Country,
    /// First-order divisions (provinces).
    Admin1,
    /// Second-order divisions (districts).
    Admin2,
}

/// One area.
#[derive(Debug)]
pub struct Unit {
    /// Its name in the boundary file.
    pub name: String,
    /// ISO 3166-1 alpha-3 code of its country, where the file says it.
    pub iso3: String,
    rings: Vec<Vec<[f64; 2]>>,
    bounds: [f64; 4],
}

impl Unit {
    fn contains(&self, x: f64, y: f64) -> bool {
        let [west, south, east, north] = self.bounds;
        if x < west || x > east || y < south || y > north {
            return false;
        }
        let mut inside = false;
        for ring in &self.rings {
            for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                if (a[1] > y) != (b[1] > y) && x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0] {
                    inside = !inside;
                }
            }
        }
        inside
    }
}

/// A file of boundaries.
#[derive(Debug)]
pub struct Boundaries {
    /// The file's name with its vintage: what the store writes beside every area resolved through it.
    pub label: String,
    /// What its units are.
    pub level: AreaLevel,
    /// SHA-256 of the file.
    pub sha256: String,
    units: Vec<Unit>,
    /// Units by whole degree of longitude and latitude.
    grid: HashMap<(i16, i16), Vec<u32>>,
}

#[derive(Deserialize)]
struct Collection {
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    properties: Map<String, Value>,
    geometry: Option<Geometry>,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Polygon(Vec<Vec<Vec<f64>>>),
    MultiPolygon(Vec<Vec<Vec<Vec<f64>>>>),
}

impl Boundaries {
    /// Read a boundary file. `vintage` is the year the boundaries stand for, in words of the user's choice.
    ///
    /// # Errors
    /// [`ReadError`] where the file is not GeoJSON of polygons with names that are known.
    pub fn open(path: &Path, vintage: Option<&str>) -> Result<Self, ReadError> {
        let file = SourceFile::open(path)?;
        let structure = |line: u64, reason: String| ReadError::Structure { file: file.name(), line, reason };
        let collection: Collection = serde_json::from_slice(&file.bytes)
            .map_err(|e| structure(e.line() as u64, format!("expected GeoJSON polygons: {e}")))?;
        let first = collection.features.first().map(|f| &f.properties);
        let Some(names) = first.and_then(Naming::of) else {
            let found = first.map_or_else(String::new, |p| {
                p.keys().take(5).map(String::as_str).collect::<Vec<_>>().join("`, `")
            });
            return Err(structure(
                1,
                format!(
                    "expected properties of geoBoundaries, Natural Earth or GADM (`shapeName`, `adm0_a3`, `NAME_1` …), \
                     found `{found}`"
                ),
            ));
        };
        let stem = path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
        let mut boundaries = Self {
            label: vintage.map_or_else(|| stem.clone(), |v| format!("{stem} ({v})")),
            level: names.level,
            sha256: file.sha256.clone(),
            units: Vec::new(),
            grid: HashMap::new(),
        };
        for feature in collection.features {
            let text = |key: &str| feature.properties.get(key).and_then(Value::as_str).unwrap_or_default();
            // Natural Earth's own codes differ from ISO's for some countries; ISO's is -99 where there is none.
            let iso = Some(text("ISO_A3"))
                .filter(|code| names.level == AreaLevel::Country && code.len() == 3 && *code != "-99");
            let (name, iso3) = (text(names.name).to_owned(), iso.unwrap_or(text(names.iso3)).to_owned());
            let Some(geometry) = feature.geometry else { continue };
            let polygons = match geometry {
                Geometry::Polygon(polygon) => vec![polygon],
                Geometry::MultiPolygon(polygons) => polygons,
            };
            let ring = |points: Vec<Vec<f64>>| -> Vec<[f64; 2]> {
                points.iter().filter_map(|p| Some([*p.first()?, *p.get(1)?])).collect()
            };
            boundaries.add(name, iso3, polygons.into_iter().flatten().map(ring).collect());
        }
        Ok(boundaries)
    }

    fn add(&mut self, name: String, iso3: String, rings: Vec<Vec<[f64; 2]>>) {
        let mut bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        for [x, y] in rings.iter().flatten() {
            bounds = [bounds[0].min(*x), bounds[1].min(*y), bounds[2].max(*x), bounds[3].max(*y)];
        }
        if bounds.iter().any(|b| !b.is_finite() || b.abs() > 360.0) {
            return;
        }
        let unit = self.units.len() as u32;
        let [west, south, east, north] = bounds.map(|b| b.floor() as i16);
        for x in west..=east {
            for y in south..=north {
                self.grid.entry((x, y)).or_default().push(unit);
            }
        }
        self.units.push(Unit { name, iso3, rings, bounds });
    }

    /// How many areas there are.
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// The area that a point lies in: the first of the file where areas overlap.
    pub fn unit_at(&self, latitude: f64, longitude: f64) -> Option<&Unit> {
        self.position_at(latitude, longitude).and_then(|i| self.units.get(i as usize))
    }

    /// All areas, in the file's order.
    pub(crate) fn units(&self) -> &[Unit] {
        &self.units
    }

    pub(crate) fn unit(&self, position: u32) -> Option<&Unit> {
        self.units.get(position as usize)
    }

    pub(crate) fn position_at(&self, latitude: f64, longitude: f64) -> Option<u32> {
        let cell = self.grid.get(&(longitude.floor() as i16, latitude.floor() as i16))?;
        cell.iter().copied().find(|i| self.units[*i as usize].contains(longitude, latitude))
    }
}

/// Which properties hold the name and the country.
struct Naming {
    level: AreaLevel,
    name: &'static str,
    iso3: &'static str,
}

impl Naming {
    fn of(properties: &Map<String, Value>) -> Option<Self> {
        let has = |key: &str| properties.get(key).is_some_and(|v| !v.is_null());
        let (level, name, iso3) = if has("shapeName") {
            let level = match properties.get("shapeType").and_then(Value::as_str) {
                Some("ADM0") => AreaLevel::Country,
                Some("ADM1") => AreaLevel::Admin1,
                _ => AreaLevel::Admin2,
            };
            (level, "shapeName", "shapeGroup")
        } else if has("NAME_2") {
            (AreaLevel::Admin2, "NAME_2", "GID_0")
        } else if has("NAME_1") {
            (AreaLevel::Admin1, "NAME_1", "GID_0")
        } else if has("adm0_a3") && has("name") {
            (AreaLevel::Admin1, "name", "adm0_a3")
        } else if has("ADM0_A3") && has("NAME") {
            (AreaLevel::Country, "NAME", "ADM0_A3")
        } else {
            return None;
        };
        Some(Self { level, name, iso3 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn square_with_hole() -> Boundaries {
        let mut boundaries = Boundaries {
            label: "test".into(),
            level: AreaLevel::Admin2,
            sha256: String::new(),
            units: Vec::new(),
            grid: HashMap::new(),
        };
        let square = |a: f64, b: f64| vec![[a, a], [b, a], [b, b], [a, b], [a, a]];
        boundaries.add("frame".into(), "PAK".into(), vec![square(-3.0, 3.0), square(-1.0, 1.0)]);
        boundaries.add("hole".into(), "PAK".into(), vec![square(-1.0, 1.0)]);
        boundaries
    }

    proptest! {
        /// A frame and the square in its hole, against the inequalities that define them.
        #[test]
        fn a_point_lies_where_the_inequalities_say(x in -4.0_f64..4.0, y in -4.0_f64..4.0) {
            let largest = x.abs().max(y.abs());
            let expected = if largest < 1.0 { Some("hole") } else if largest < 3.0 { Some("frame") } else { None };
            let boundaries = square_with_hole();
            prop_assert_eq!(boundaries.unit_at(y, x).map(|u| u.name.as_str()), expected);
        }
    }
}
