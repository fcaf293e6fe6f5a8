//! Columns of the events, batch by batch, for those who need no SQL.

use std::fs::File;
use std::path::Path;

use arrow_array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::error::StoreError;
use crate::log::Snapshot;

impl Snapshot {
    /// Hand every batch of events to `take`, with no columns but those named, in the order of the files. A column that a file does
    /// not have (it came later) is absent from its batches.
    ///
    /// # Errors
    /// [`StoreError`] where a file of the version cannot be read.
    pub fn each_batch(&self, columns: &[&str], take: &mut dyn FnMut(&RecordBatch)) -> Result<(), StoreError> {
        for path in self.paths() {
            each_batch(&path, columns, take)?;
        }
        Ok(())
    }
}

fn each_batch(path: &Path, columns: &[&str], take: &mut dyn FnMut(&RecordBatch)) -> Result<(), StoreError> {
    let broken = |e: &dyn std::fmt::Display| StoreError::broken(path, e);
    let file = File::open(path).map_err(StoreError::io(path, "cannot be read"))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| broken(&e))?;
    let wanted = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    let reader = builder.with_projection(wanted).build().map_err(|e| broken(&e))?;
    for batch in reader {
        take(&batch.map_err(|e| broken(&e))?);
    }
    Ok(())
}
