//! Batches of files that were written before a column was added.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, new_null_array};
use arrow_schema::ArrowError;
use tarazu_events::batch::schema;

/// The batch with every column of today in today's order: one that its file lacks is missing in every row.
///
/// # Errors
/// Where the file lacks a column that may not be missing, or has one of another type.
pub(crate) fn with_all_columns(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = schema();
    let column = |field: &Arc<arrow_schema::Field>| -> ArrayRef {
        let found = batch.column_by_name(field.name()).cloned();
        found.unwrap_or_else(|| new_null_array(field.data_type(), batch.num_rows()))
    };
    let columns = schema.fields().iter().map(column).collect();
    RecordBatch::try_new(schema, columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::Array;
    use tarazu_events::batch::{EventBatch, Provenance};
    use tarazu_events::{DateInterval, Event, Resolved};

    #[test]
    fn a_column_that_an_older_file_lacks_is_missing_in_its_rows() {
        let provenance = Provenance {
            dataset: "D".into(),
            release: "1".into(),
            file_sha256: "00".into(),
            boundaries: None,
        };
        let mut gathered = EventBatch::new(provenance);
        let event = Event::new("7", 3, DateInterval::day("2024-06-22".parse().unwrap()));
        gathered.push(&event, &Resolved::default());
        let today = gathered.finish().unwrap();
        let position = today.schema().index_of("recorded_at").unwrap();
        let mut older = today.clone();
        older.remove_column(position);
        assert_eq!(with_all_columns(&older).unwrap(), today);
        assert_eq!(with_all_columns(&today).unwrap().column(position).null_count(), 1);
        older.remove_column(older.schema().index_of("event_id").unwrap());
        assert!(with_all_columns(&older).is_err(), "an id may not be missing");
    }
}
