//! Reports from Arrow record batches of the canonical event (`tarazu_events::batch`).

use arrow_array::{Array, Date32Array, Float64Array, Int32Array, RecordBatch, StringArray};

use crate::error::FuseError;
use crate::reports::{ActorName, Report, Reports};

/// A column of a batch by name, or none where the batch lacks it.
fn column<'a, T: 'static>(
    batch: &'a RecordBatch,
    name: &str,
    expected: &str,
) -> Result<Option<&'a T>, FuseError> {
    let Some(array) = batch.column_by_name(name) else { return Ok(None) };
    match array.as_any().downcast_ref::<T>() {
        Some(array) => Ok(Some(array)),
        None => Err(FuseError::Column {
            column: name.into(),
            found: array.data_type().to_string(),
            expected: expected.into(),
        }),
    }
}

fn text(array: Option<&StringArray>, row: usize) -> Option<&str> {
    array.and_then(|a| a.is_valid(row).then(|| a.value(row)))
}

fn int(array: Option<&Int32Array>, row: usize) -> Option<i32> {
    array.and_then(|a| a.is_valid(row).then(|| a.value(row)))
}

fn count(array: Option<&Int32Array>, row: usize) -> Option<u32> {
    int(array, row).and_then(|n| u32::try_from(n).ok())
}

fn real(array: Option<&Float64Array>, row: usize) -> Option<f64> {
    array.and_then(|a| a.is_valid(row).then(|| a.value(row)))
}

impl Reports {
    /// Reports from batches of the canonical event. `dataset` and `event_id` must be there, other columns may be missing.
    ///
    /// # Errors
    /// [`FuseError::Column`] where a column is missing or of another type; those of [`Reports::push`].
    pub fn from_batches<'a>(batches: impl IntoIterator<Item = &'a RecordBatch>) -> Result<Self, FuseError> {
        let mut reports = Self::new();
        for batch in batches {
            reports.push_batch(batch)?;
        }
        Ok(reports)
    }

    /// Add the events of a batch.
    ///
    /// # Errors
    /// As [`Reports::from_batches`].
    pub fn push_batch(&mut self, batch: &RecordBatch) -> Result<(), FuseError> {
        let texts = |name: &str| column::<StringArray>(batch, name, "text (Utf8)");
        let days = |name: &str| column::<Date32Array>(batch, name, "days (Date32)");
        let ints = |name: &str| column::<Int32Array>(batch, name, "32-bit integers (Int32)");
        let reals = |name: &str| column::<Float64Array>(batch, name, "numbers (Float64)");
        let needed = |name: &'static str| {
            texts(name)?.ok_or_else(|| FuseError::Column {
                column: name.into(),
                found: "no such column".into(),
                expected: "text (Utf8)".into(),
            })
        };
        let (dataset, id) = (needed("dataset")?, needed("event_id")?);
        let (start, end) = (days("date_start")?, days("date_end")?);
        let (latitude, longitude) = (reals("latitude")?, reals("longitude")?);
        let radius = reals("radius_km")?;
        let precision = texts("place_precision")?;
        let actors = [(texts("actor1")?, ints("actor1_id")?), (texts("actor2")?, ints("actor2_id")?)];
        let (event_type, event_subtype) = (texts("event_type")?, texts("event_subtype")?);
        let (type_as_given, subtype_as_given) = (texts("type_as_given")?, texts("subtype_as_given")?);
        let deaths = [ints("deaths_best")?, ints("deaths_low")?, ints("deaths_high")?];
        let wounded = ints("wounded")?;
        let (country, iso3) = (texts("country")?, texts("iso3")?);
        let (admin1, admin1_current) = (texts("admin1")?, texts("admin1_current")?);
        let (admin2, admin2_boundary) = (texts("admin2")?, texts("admin2_boundary")?);
        let (place, target, target_type) = (texts("place")?, texts("target")?, texts("target_type")?);
        let (notes, source) = (texts("notes")?, texts("source")?);
        let day = |array: Option<&Date32Array>, row: usize| {
            array.and_then(|a| a.is_valid(row).then(|| a.value(row)))
        };
        for row in 0..batch.num_rows() {
            let ids = [0, 1].map(|n: usize| int(actors[n].1, row).map(|id| id.to_string()));
            let named =
                [0, 1].map(|n: usize| ActorName { id: ids[n].as_deref(), name: text(actors[n].0, row) });
            let sources: Vec<&str> = text(source, row)
                .map(|s| s.split([';', '|', '\n']).map(str::trim).filter(|s| !s.is_empty()).collect())
                .unwrap_or_default();
            let tag = text(target_type, row);
            self.push(&Report {
                dataset: text(Some(dataset), row).unwrap_or_default(),
                id: text(Some(id), row).unwrap_or_default(),
                date_start: day(start, row),
                date_end: day(end, row),
                latitude: real(latitude, row),
                longitude: real(longitude, row),
                radius_km: real(radius, row),
                place_precision: text(precision, row),
                actors: &named,
                event_type: text(event_type, row).filter(|t| *t != "unknown"),
                event_subtype: text(event_subtype, row),
                type_as_given: text(type_as_given, row),
                actor_type: None,
                category: text(subtype_as_given, row),
                tags: tag.as_slice(),
                deaths_best: count(deaths[0], row),
                deaths_low: count(deaths[1], row),
                deaths_high: count(deaths[2], row),
                wounded: count(wounded, row),
                country: text(iso3, row).or(text(country, row)),
                admin1: text(admin1_current, row).or(text(admin1, row)),
                admin2: text(admin2_boundary, row).or(text(admin2, row)),
                place: text(place, row),
                target: text(target, row),
                notes: text(notes, row),
                sources: &sources,
            })?;
        }
        Ok(())
    }
}
