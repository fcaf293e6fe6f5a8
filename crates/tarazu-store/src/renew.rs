//! A newer file of a dataset takes the place of an older one, event by event: what is added, removed, revised, unchanged.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, BooleanArray, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use arrow_select::filter::filter_record_batch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tarazu_events::batch::schema;

use crate::columns::with_all_columns;
use crate::coverage::Coverage;
use crate::encode::{GROUP, ParquetFile};
use crate::error::StoreError;
use crate::ids::{Ids, Key};
use crate::log::{Revisions, YearOfRevisions};

/// Columns that Tarazu makes, of other columns and of its tables: a change in one of these is no revision. All others come from the
/// file, or fill what it lacks, and count.
const MADE: [&str; 13] = [
    // The same on both sides.
    "dataset",
    "release",
    // When the dataset looked again, which alone revises nothing.
    "recorded_at",
    "file_sha256",
    "line",
    "event_type",
    "event_subtype",
    "target_type",
    "radius_km",
    "admin1_boundary",
    "admin2_boundary",
    "admin1_current",
    "boundaries",
];

/// What is remembered of an event of the newer file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewEvent {
    contents: u64,
    /// `None`: the dataset does not say.
    deaths: Option<i32>,
    year: i32,
    met: bool,
}

/// The contents of a batch's rows as hashes, their deaths and years, in order.
pub(crate) fn contents(batch: &RecordBatch) -> Vec<NewEvent> {
    let mut hashes = vec![DefaultHasher::new(); batch.num_rows()];
    for field in schema().fields().iter().filter(|f| !MADE.contains(&f.name().as_str())) {
        // An older store may lack a column: that is, its values are not known.
        let column = batch.column_by_name(field.name());
        for (row, hasher) in hashes.iter_mut().enumerate() {
            let column = column.filter(|c| c.is_valid(row));
            column.is_some().hash(hasher);
            let Some(column) = column else { continue };
            match column.data_type() {
                DataType::Utf8 => column.as_string::<i32>().value(row).hash(hasher),
                DataType::Int32 => column.as_primitive::<Int32Type>().value(row).hash(hasher),
                DataType::Int64 => column.as_primitive::<Int64Type>().value(row).hash(hasher),
                DataType::Date32 => column.as_primitive::<Date32Type>().value(row).hash(hasher),
                DataType::Timestamp(TimeUnit::Microsecond, _) => {
                    column.as_primitive::<TimestampMicrosecondType>().value(row).hash(hasher);
                }
                DataType::Float64 => column.as_primitive::<Float64Type>().value(row).to_bits().hash(hasher),
                DataType::Boolean => column.as_boolean().value(row).hash(hasher),
                _ => {}
            }
        }
    }
    let number = |name: &str| batch.column_by_name(name).map(|c| c.as_primitive::<Int32Type>());
    let (deaths, years) = (number("deaths_best"), number("year"));
    let value = |column: Option<&arrow_array::Int32Array>, row: usize| {
        column.filter(|c| c.is_valid(row)).map(|c| c.value(row))
    };
    let rows = hashes.into_iter().enumerate();
    rows.map(|(row, hasher)| NewEvent {
        contents: hasher.finish(),
        deaths: value(deaths, row),
        year: value(years, row).unwrap_or_default(),
        met: false,
    })
    .collect()
}

/// Where what the newer file lacks is gone.
#[derive(Debug)]
pub(crate) enum Scope {
    /// Nowhere: it adds and revises.
    Nowhere,
    /// In its countries and days.
    Covered(Coverage),
    /// Everywhere: it is all that its dataset holds.
    Everywhere,
}

impl Scope {
    fn of(&self, batch: &RecordBatch) -> Vec<bool> {
        match self {
            Self::Nowhere => vec![false; batch.num_rows()],
            Self::Covered(coverage) => coverage.covers(batch),
            Self::Everywhere => vec![true; batch.num_rows()],
        }
    }
}

/// The comparison of a newer file with what the store holds.
pub(crate) struct Comparison<'a> {
    pub scope: Scope,
    /// The newer file's events.
    pub events: &'a mut Ids<NewEvent>,
    pub revisions: Revisions,
    /// Events of the newer file that say what the older said.
    pub unchanged: u64,
}

/// The newer file would change something of an older one that it must leave alone.
pub(crate) struct Refused;

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
    /// Compare with one older file; what survives of it goes to `rewritten`, if that is neither all nor nothing. An older file that
    /// must be left alone (`untouchable`) either survives whole or is the end of it.
    pub fn with(
        &mut self,
        path: &Path,
        rewritten: &Path,
        untouchable: bool,
    ) -> Result<Result<Left, Refused>, StoreError> {
        let broken = |e: &dyn std::fmt::Display| StoreError::broken(path, e);
        let mut keep = Vec::new();
        for batch in batches(path)? {
            let batch = batch.map_err(|e| broken(&e))?;
            let survives = self.surviving(&batch);
            if untouchable && survives.false_count() > 0 {
                return Ok(Err(Refused));
            }
            keep.push(survives);
        }
        let kept = keep.iter().map(BooleanArray::true_count).sum::<usize>();
        if keep.iter().all(|k| k.true_count() == k.len()) {
            return Ok(Ok(Left::All));
        }
        if kept == 0 {
            return Ok(Ok(Left::Nothing));
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
        Ok(Ok(Left::Some { rows, size }))
    }

    /// Which rows of an older batch the newer file leaves standing.
    fn surviving(&mut self, batch: &RecordBatch) -> BooleanArray {
        let Some(ids) = batch.column_by_name("event_id").map(|c| c.as_string::<i32>()) else {
            return BooleanArray::from(vec![true; batch.num_rows()]);
        };
        let gone = self.scope.of(batch);
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
                None if gone[row] => {
                    let year = self.revisions.years.entry(old.year).or_default();
                    year.removed += 1;
                    match old.deaths {
                        Some(deaths) => year.removed_deaths += i64::from(deaths),
                        None => year.removed_unknown += 1,
                    }
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
        list(&mut self.revisions.revised, id);
        let year: &mut YearOfRevisions = self.revisions.years.entry(new.year).or_default();
        // A toll that is not known is not zero: to learn it, or to take it back, is neither more nor fewer deaths.
        match (old.deaths, new.deaths) {
            (None, Some(_)) => year.became_known += 1,
            (Some(_), None) => year.became_unknown += 1,
            (Some(old), Some(new)) if new > old => {
                year.revised_up += 1;
                year.deaths_up += i64::from(new) - i64::from(old);
            }
            (Some(old), Some(new)) if new < old => {
                year.revised_down += 1;
                year.deaths_down += i64::from(old) - i64::from(new);
            }
            _ => year.revised_otherwise += 1,
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
                    match new.deaths {
                        Some(deaths) => year.added_deaths += i64::from(deaths),
                        None => year.added_unknown += 1,
                    }
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
