//! GED as GeoJSON: one `Feature` an event, the columns as `properties`, the coordinates in `geometry`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Origin;
use super::row::{self, Fields};
use crate::event::Event;
use crate::file::SourceFile;
use crate::read::{Collector, ReadError};
use crate::reject::Reject;

#[derive(Deserialize)]
struct Collection<'a> {
    #[serde(borrow)]
    features: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Feature<'a> {
    #[serde(borrow)]
    properties: BTreeMap<Cow<'a, str>, Value>,
    geometry: Option<Geometry>,
}

#[derive(Deserialize)]
struct Geometry {
    coordinates: Vec<f64>,
}

pub(super) fn read(
    file: &SourceFile,
    origin: &Origin,
    collector: &mut Collector,
) -> Result<String, ReadError> {
    let structure = |line, reason: String| ReadError::Structure { file: file.name(), line, reason };
    let text = std::str::from_utf8(&file.bytes).map_err(|e| {
        let line = line_at(&file.bytes, e.valid_up_to());
        structure(line, "expected text in UTF-8".into())
    })?;
    let collection: Collection =
        serde_json::from_str(text).map_err(|e| structure(e.line() as u64, e.to_string()))?;

    let mut columns = 0;
    let (mut line, mut offset) = (1, 0);
    for raw in &collection.features {
        // Each feature is a slice of the text: its distance from the beginning gives its line.
        let start = raw.get().as_ptr() as usize - text.as_ptr() as usize;
        line += line_at(&file.bytes[offset..], start - offset) - 1;
        offset = start;
        collector.row(event(raw.get(), line, origin, &mut columns));
    }
    Ok(format!("UCDP GED, GeoJSON, {columns} properties"))
}

fn event(raw: &str, line: u64, origin: &Origin, columns: &mut usize) -> Result<Event, Reject> {
    let feature: Feature = serde_json::from_str(raw)
        .map_err(|e| Reject::new("", line, "", raw, format!("expected a GeoJSON feature: {e}")))?;
    *columns = (*columns).max(feature.properties.len());
    let mut fields = Fields::new(line);
    for (name, value) in &feature.properties {
        let value = match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        fields.insert(&name.to_ascii_lowercase(), &value);
    }
    if let Some([longitude, latitude, ..]) = feature.geometry.as_ref().map(|g| g.coordinates.as_slice()) {
        fields.insert("longitude", &longitude.to_string());
        fields.insert("latitude", &latitude.to_string());
    }
    row::event(&fields, origin)
}

/// Line on which byte `offset` stands, counted from 1.
fn line_at(bytes: &[u8], offset: usize) -> u64 {
    1 + bytes.iter().take(offset).filter(|b| **b == b'\n').count() as u64
}
