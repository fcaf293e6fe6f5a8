//! A Parquet file as a small table of texts, for those who would otherwise read a CSV.

use std::fs::File;
use std::path::Path;

use arrow_cast::display::{ArrayFormatter, FormatOptions};
use csv::StringRecord;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tarazu_events::table::Table;

use crate::error::StoreError;

/// Read a Parquet file whole. Cells are as CSV would have them: days as YYYY-MM-DD, missing values empty; rows are numbered from 1.
///
/// # Errors
/// Where the file cannot be read or is no sound Parquet.
pub fn parquet_table(path: &Path) -> Result<Table, StoreError> {
    let file = File::open(path).map_err(StoreError::io(path, "cannot be read"))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).and_then(|b| b.build());
    let reader = reader.map_err(|e| StoreError::broken(path, e))?;
    let mut headings = StringRecord::new();
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|e| StoreError::broken(path, e))?;
        if headings.is_empty() {
            headings = batch.schema().fields().iter().map(|f| f.name().as_str()).collect();
        }
        let options = FormatOptions::default();
        let formatters: Result<Vec<_>, _> =
            batch.columns().iter().map(|c| ArrayFormatter::try_new(c.as_ref(), &options)).collect();
        let formatters = formatters.map_err(|e| StoreError::broken(path, e))?;
        for row in 0..batch.num_rows() {
            let record: StringRecord = formatters.iter().map(|f| f.value(row).to_string()).collect();
            rows.push((rows.len() as u64 + 1, record));
        }
    }
    Ok(Table::new(path.display().to_string(), headings, rows))
}
