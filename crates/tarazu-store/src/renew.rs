//! A newer file of a dataset takes the place of an older one, event by event: what is added, removed, revised, unchanged.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int32Type};
use arrow_array::{Array, BooleanArray, RecordBatch};
use arrow_schema::DataType;
use arrow_select::filter::filter_record_batch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tarazu_events::Renewal;
use tarazu_events::batch::schema;

use crate::columns::with_all_columns;
use crate::encode::{GROUP, ParquetFile};
use crate::error::StoreError;
use crate::ids::{Ids, Key};
use crate::log::{Coverage, Revisions, YearOfRevisions};

/// What a dataset itself says of an event: a change in one of these is a revision. What Tarazu makes of it is not, and neither is
/// a later `recorded_at` alone, which only says when the dataset looked again.
const GIVEN: [&str; 30] = [
    "year",
    "date_start",
    "date_end",
    "date_precision",
    "type_as_given",
    "subtype_as_given",
    "violence_type",
    "doubted",
    "country",
    "admin1",
    "admin2",
    "place",
    "latitude",
    "longitude",
    "place_precision",
    "actor1",
    "actor2",
    "target",
    "deaths_best",
    "deaths_low",
    "deaths_high",
    "deaths_side_a",
    "deaths_side_b",
    "deaths_civilians",
    "deaths_unknown",
    "wounded",
    "number_of_sources",
    "source",
    "notes",
    "dataset",
];

/// What is remembered of an event of the newer file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewEvent {
    contents: u64,
    deaths: i32,
    year: i32,
    met: bool,
}

/// The contents of a batch's rows as hashes, their deaths and years, in order.
pub(crate) fn contents(batch: &RecordBatch) -> Vec<NewEvent> {
    let mut hashes = vec![DefaultHasher::new(); batch.num_rows()];
    for name in GIVEN {
        let Some(column) = batch.column_by_name(name) else { continue };
        for (row, hasher) in hashes.iter_mut().enumerate() {
            let valid = column.is_valid(row);
            valid.hash(hasher);
            if !valid {
                continue;
            }
            match column.data_type() {
                DataType::Utf8 => column.as_string::<i32>().value(row).hash(hasher),
                DataType::Int32 => column.as_primitive::<Int32Type>().value(row).hash(hasher),
                DataType::Date32 => column.as_primitive::<Date32Type>().value(row).hash(hasher),
                DataType::Float64 => column.as_primitive::<Float64Type>().value(row).to_bits().hash(hasher),
                DataType::Boolean => column.as_boolean().value(row).hash(hasher),
                _ => {}
            }
        }
    }
    let deaths = batch.column_by_name("deaths_best").map(|c| c.as_primitive::<Int32Type>());
    let years = batch.column_by_name("year").map(|c| c.as_primitive::<Int32Type>());
    let value = |column: Option<&arrow_array::Int32Array>, row: usize| {
        column.filter(|c| c.is_valid(row)).map_or(0, |c| c.value(row))
    };
    let rows = hashes.into_iter().enumerate();
    rows.map(|(row, hasher)| NewEvent {
        contents: hasher.finish(),
        deaths: value(deaths, row),
        year: value(years, row),
        met: false,
    })
    .collect()
}

/// The comparison of a newer file with what the store holds.
pub(crate) struct Comparison<'a> {
    pub renewal: Renewal,
    pub coverage: &'a Coverage,
    /// The newer file's events.
    pub events: &'a mut Ids<NewEvent>,
    pub revisions: Revisions,
    /// Events of the newer file that say what the older said.
    pub unchanged: u64,
    /// Events of the newer file that revise an older one.
    pub revised: u64,
}

/// What is left of an older Parquet file.
pub(crate) enum Left {
    /// Everything.
    All,
    /// Nothing.
    Nothing,
    /// Some rows, in a new file of so many rows and bytes.
    Some { rows: u64, size: u64 },
}

impl Comparison<'_> {
    /// Compare with one older file; what survives of it goes to `rewritten`, if that is neither all nor nothing.
    pub fn with(&mut self, path: &Path, rewritten: &Path) -> Result<Left, StoreError> {
        let broken = |e: &dyn std::fmt::Display| StoreError::broken(path, e);
        let mut keep = Vec::new();
        for batch in batches(path)? {
            let batch = batch.map_err(|e| broken(&e))?;
            keep.push(self.surviving(&batch));
        }
        let kept = keep.iter().map(BooleanArray::true_count).sum::<usize>();
        if kept == 0 {
            return Ok(Left::Nothing);
        }
        if keep.iter().all(|k| k.true_count() == k.len()) {
            return Ok(Left::All);
        }
        let mut file = ParquetFile::create(rewritten, schema())?;
        for (batch, keep) in batches(path)?.zip(keep) {
            let batch = batch.map_err(|e| broken(&e))?;
            let left = filter_record_batch(&batch, &keep).map_err(|e| broken(&e))?;
            let left = with_all_columns(&left).map_err(|e| broken(&e))?;
            if left.num_rows() > 0 {
                let group = file.group(vec![left])?.encode().map_err(|e| broken(&e))?;
                file.append(group)?;
            }
        }
        let (rows, size) = file.finish()?;
        Ok(Left::Some { rows, size })
    }

    /// Which rows of an older batch the newer file leaves standing.
    fn surviving(&mut self, batch: &RecordBatch) -> BooleanArray {
        let text = |name: &str| batch.column_by_name(name).map(|c| c.as_string::<i32>());
        let day = |name: &str| batch.column_by_name(name).map(|c| c.as_primitive::<Date32Type>());
        let (Some(ids), Some(iso3), Some(country), Some(start)) =
            (text("event_id"), text("iso3"), text("country"), day("date_start"))
        else {
            return BooleanArray::from(vec![true; batch.num_rows()]);
        };
        let covered = |row: usize| {
            let area = match (iso3.is_valid(row), country.is_valid(row)) {
                (true, _) => iso3.value(row),
                (false, true) => country.value(row),
                _ => "",
            };
            let day = start.value_as_date(row).map(|d| d.to_string()).unwrap_or_default();
            let within =
                self.coverage.days.as_ref().is_some_and(|(first, last)| *first <= day && day <= *last);
            self.renewal == Renewal::Replaces && within && self.coverage.countries.contains(area)
        };
        let covered: Vec<bool> = (0..batch.num_rows()).map(covered).collect();
        let older = contents(batch);
        let mut survives = Vec::with_capacity(batch.num_rows());
        for (row, old) in older.into_iter().enumerate() {
            let id = ids.value(row);
            match self.events.get_mut(Key::of(id)) {
                Some(new) => {
                    let first_time = !new.met;
                    new.met = true;
                    let new = *new;
                    if first_time {
                        self.count(id, old, new);
                    }
                    survives.push(false);
                }
                None if covered[row] => {
                    let year = self.revisions.years.entry(old.year).or_default();
                    year.removed += 1;
                    year.removed_deaths += i64::from(old.deaths);
                    list(&mut self.revisions.removed, id);
                    survives.push(false);
                }
                None => survives.push(true),
            }
        }
        BooleanArray::from(survives)
    }

    fn count(&mut self, id: &str, old: NewEvent, new: NewEvent) {
        if old.contents == new.contents {
            self.unchanged += 1;
            return;
        }
        self.revised += 1;
        list(&mut self.revisions.revised, id);
        let year: &mut YearOfRevisions = self.revisions.years.entry(new.year).or_default();
        let difference = i64::from(new.deaths) - i64::from(old.deaths);
        match difference {
            0 => year.revised_otherwise += 1,
            d if d > 0 => {
                year.revised_up += 1;
                year.deaths_up += d;
            }
            d => {
                year.revised_down += 1;
                year.deaths_down -= d;
            }
        }
    }

    /// Once every older file was compared: what no older file had, from the newer file itself.
    pub fn added(&mut self, path: &Path) -> Result<(), StoreError> {
        for batch in batches(path)? {
            let batch = batch.map_err(|e| StoreError::broken(path, e))?;
            let Some(ids) = batch.column_by_name("event_id").map(|c| c.as_string::<i32>()) else { continue };
            for id in ids.iter().flatten() {
                if let Some(new) = self.events.get_mut(Key::of(id)).filter(|e| !e.met) {
                    let year = self.revisions.years.entry(new.year).or_default();
                    year.added += 1;
                    year.added_deaths += i64::from(new.deaths);
                    list(&mut self.revisions.added, id);
                }
            }
        }
        Ok(())
    }
}

fn list(ids: &mut Vec<String>, id: &str) {
    if ids.len() < Revisions::LISTED {
        ids.push(id.into());
    }
}

pub(crate) type Batches = parquet::arrow::arrow_reader::ParquetRecordBatchReader;

pub(crate) fn batches(path: &Path) -> Result<Batches, StoreError> {
    let file = File::open(path).map_err(StoreError::io(path, "cannot be read"))?;
    ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(|b| b.with_batch_size(GROUP / 4).build())
        .map_err(|e| StoreError::broken(path, e))
}
