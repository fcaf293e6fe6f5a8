//! Boundaries for maps: areas whose shared borders are stored once, so that simplifying them opens no gaps.
//!
//! The embedded file is made by [`compact`] (`tarazu boundaries`) out of Natural Earth; its provenance stands in `data/README.md`. A user's
//! own file is TopoJSON, or GeoJSON as geoBoundaries, Natural Earth and GADM publish it. Only boundaries are held here: no place of an event
//! ever comes this way.

mod geojson;
mod names;
mod simplify;
mod topojson;
mod topology;

use std::path::Path;

use tarazu_events::file::{FileError, SourceFile};

pub use names::Names;
pub use topology::{Area, Topology};

/// The wording about disputed borders that stands on every map with one: the one place where it is written.
pub const DISPUTED_NOTE: &str = include_str!("../../data/disputed-borders.txt");

/// What is shown around the areas, as a share of their longer side.
pub(crate) const MARGIN: f64 = 0.07;

const PAKISTAN: &str = include_str!("../../data/boundaries-pak.json");

/// What goes wrong with boundaries.
#[derive(Debug, thiserror::Error)]
pub enum GeoError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// What is in it.
    #[error("{file}: {message}")]
    Content {
        /// The file's name.
        file: String,
        /// What was found and what was expected.
        message: String,
    },
}

/// Boundaries with where they come from.
#[derive(Debug, Clone)]
pub struct Boundaries {
    /// The areas.
    pub topology: Topology,
    /// Who publishes them, for the line below a map.
    pub source: String,
    /// SHA-256 of the file.
    pub sha256: String,
}

impl Boundaries {
    /// The embedded provinces of a country, where there are any.
    pub fn embedded(iso3: &str) -> Option<Self> {
        if iso3 != "PAK" {
            return None;
        }
        let topology = topojson::read(PAKISTAN.as_bytes(), None).ok()?;
        Some(Self {
            topology,
            source: "boundaries: Natural Earth, public domain, simplified".into(),
            sha256: tarazu_events::file::sha256_hex(PAKISTAN.as_bytes()),
        })
    }

    /// Its areas by the names that datasets give them.
    pub fn names(&self, iso3: &str) -> Names {
        Names::new(&self.topology, iso3)
    }

    /// A user's own boundaries.
    ///
    /// # Errors
    /// [`GeoError`] where the file cannot be read or is neither TopoJSON nor GeoJSON of named polygons.
    pub fn open(path: &Path) -> Result<Self, GeoError> {
        let file = SourceFile::open(path)?;
        let mut topology = read(&file, None)?;
        // Finer than a pixel of the largest map.
        let size = topology.size();
        topology.simplify(size / 2500.0);
        // The folder is nobody's business who reads what is published.
        let name = path.file_name().map_or_else(|| file.name(), |n| n.to_string_lossy().into_owned());
        Ok(Self { topology, source: format!("boundaries: {name}"), sha256: file.sha256 })
    }
}

/// Areas out of TopoJSON (the object of this name, or the first) or GeoJSON.
fn read(file: &SourceFile, object: Option<&str>) -> Result<Topology, GeoError> {
    let fault = |message: String| GeoError::Content { file: file.name(), message };
    let value: serde_json::Value = serde_json::from_slice(&file.bytes)
        .map_err(|e| fault(format!("line {}, column {}: expected JSON: {e}", e.line(), e.column())))?;
    match value.get("type").and_then(|t| t.as_str()) {
        Some("Topology") => topojson::from_value(&value, object).map_err(fault),
        Some("FeatureCollection") => geojson::from_value(&value).map_err(fault),
        other => Err(fault(format!(
            "expected \"type\": \"Topology\" (TopoJSON) or \"FeatureCollection\" (GeoJSON), found {}",
            other.map_or_else(|| "none".into(), |o| format!("{o:?}"))
        ))),
    }
}

/// What [`compact`] makes a file of.
#[derive(Debug, Clone)]
pub struct Compact<'a> {
    /// The areas: TopoJSON or GeoJSON.
    pub areas: &'a Path,
    /// Land around them, drawn without borders.
    pub land: Option<&'a Path>,
    /// Names, and where a label stands: CSV with `boundary,name,also,disputed,longitude,latitude`.
    pub names: Option<&'a Path>,
    /// How far, in degrees, a simplified line may lie from the one it stands for.
    pub tolerance: f64,
    /// Steps of the grid that points are rounded to, along the longer side.
    pub grid: u32,
}

/// Boundaries as a small TopoJSON file: simplified by arc, rounded to a grid, with land around them cut to their window.
///
/// # Errors
/// [`GeoError`] where a file cannot be read.
pub fn compact(job: &Compact<'_>) -> Result<String, GeoError> {
    let file = SourceFile::open(job.areas)?;
    let mut topology = read(&file, None)?;
    if let Some(path) = job.names {
        names::apply(&mut topology, path)?;
    }
    topology.simplify(job.tolerance);
    if let Some(path) = job.land {
        let land = read(&SourceFile::open(path)?, Some("countries"))?;
        topology.land = simplify::land_within(&land, topology.window(MARGIN), job.tolerance);
    }
    Ok(topojson::write(&topology, job.grid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_provinces_are_whole() {
        let boundaries = Boundaries::embedded("PAK").unwrap();
        let names: Vec<&str> = boundaries.topology.areas.iter().map(|a| a.name.as_str()).collect();
        assert_eq!(names.len(), 8, "{names:?}");
        assert!(names.contains(&"Balochistan") && names.contains(&"Gilgit-Baltistan"), "{names:?}");
        let disputed = boundaries.topology.areas.iter().filter(|a| a.disputed).count();
        assert_eq!(disputed, 2, "Azad Jammu and Kashmir, Gilgit-Baltistan");
        for area in &boundaries.topology.areas {
            for ring in boundaries.topology.rings(area) {
                assert!(ring.len() >= 4 && ring.first() == ring.last(), "{}", area.name);
                let inside = |p: &[f64; 2]| (60.0..78.0).contains(&p[0]) && (23.0..38.0).contains(&p[1]);
                assert!(ring.iter().all(inside), "{}", area.name);
            }
        }
        assert!(!boundaries.topology.land.is_empty());
        assert!(Boundaries::embedded("XXX").is_none());
    }
}
