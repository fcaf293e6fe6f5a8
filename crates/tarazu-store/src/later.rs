//! Two rows of a file with one event id: the first stands, or the one that the dataset revised later (`recorded_at`).

use std::collections::HashSet;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, BooleanArray, RecordBatch};
use arrow_select::filter::filter_record_batch;
use tarazu_events::batch::schema;

use crate::encode::ParquetFile;
use crate::error::StoreError;
use crate::ids::{Ids, Key};
use crate::renew::batches;

/// Line and time of revision of a row; as small as a line alone beside its id. No time is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Stamp {
    line: u32,
    seconds: u32,
}

/// What a row is to those before it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The first with its id.
    First,
    /// One too many: the row of this line stands.
    Again(u64),
    /// A later revision than the row of this line, which stands no longer.
    Later(u64),
}

/// The ids of a file, and which of its rows were superseded after they had been taken in.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    ids: Ids<Stamp>,
    superseded: HashSet<(Key, Stamp)>,
}

impl Seen {
    /// Take note of a row.
    pub fn add(&mut self, key: Key, line: u64, seconds: u32) -> Standing {
        let stamp = Stamp { line: u32::try_from(line).unwrap_or(u32::MAX), seconds };
        let Some(former) = self.ids.insert(key, stamp) else { return Standing::First };
        if seconds == 0 || former.seconds == 0 || seconds <= former.seconds {
            return Standing::Again(former.line.into());
        }
        self.superseded.insert((key, former));
        if let Some(stands) = self.ids.get_mut(key) {
            *stands = stamp;
        }
        Standing::Later(former.line.into())
    }

    /// The file without its superseded rows, written anew by way of a draft: rows and bytes; `None` where there are none.
    pub fn drop_superseded(&self, path: &Path, draft: &Path) -> Result<Option<(u64, u64)>, StoreError> {
        if self.superseded.is_empty() {
            return Ok(None);
        }
        let broken = |e: &dyn std::fmt::Display| StoreError::broken(path, e);
        let mut file = ParquetFile::create(draft, schema())?;
        for batch in batches(path)? {
            let batch = batch.map_err(|e| broken(&e))?;
            let left = filter_record_batch(&batch, &self.standing(&batch)).map_err(|e| broken(&e))?;
            if left.num_rows() > 0 {
                let group = file.group(vec![left])?.encode().map_err(|e| broken(&e))?;
                file.append(group)?;
            }
        }
        let counts = file.finish()?;
        std::fs::rename(draft, path).map_err(StoreError::io(path, "cannot be written"))?;
        Ok(Some(counts))
    }

    fn standing(&self, batch: &RecordBatch) -> BooleanArray {
        let ids = batch.column_by_name("event_id").map(|c| c.as_string::<i32>());
        let lines = batch.column_by_name("line").map(|c| c.as_primitive::<Int64Type>());
        let (Some(ids), Some(lines)) = (ids, lines) else {
            return BooleanArray::from(vec![true; batch.num_rows()]);
        };
        let times = seconds(batch);
        let stands = |row: usize| {
            let line = u32::try_from(lines.value(row)).unwrap_or(u32::MAX);
            !self.superseded.contains(&(Key::of(ids.value(row)), Stamp { line, seconds: times[row] }))
        };
        (0..batch.num_rows()).map(|row| Some(stands(row))).collect()
    }
}

/// When each event of a batch was last revised, in seconds since 1970; 0 where the dataset does not say.
pub(crate) fn seconds(batch: &RecordBatch) -> Vec<u32> {
    let column = batch.column_by_name("recorded_at").map(|c| c.as_primitive::<TimestampMicrosecondType>());
    let value = |row: usize| {
        let microseconds = column.filter(|c| c.is_valid(row)).map_or(0, |c| c.value(row));
        u32::try_from(microseconds / 1_000_000).unwrap_or(0)
    };
    (0..batch.num_rows()).map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_revision_stands_and_without_times_the_first() {
        let (mut seen, key) = (Seen::default(), Key::of("PAK1"));
        assert_eq!(seen.add(key, 2, 100), Standing::First);
        assert_eq!(seen.add(key, 3, 200), Standing::Later(2));
        assert_eq!(seen.add(key, 4, 150), Standing::Again(3));
        assert_eq!(seen.add(key, 5, 0), Standing::Again(3));
        assert_eq!(seen.add(key, 6, 300), Standing::Later(3));
        assert_eq!(seen.superseded.len(), 2);
        assert_eq!(seen.add(Key::of("7"), 7, 0), Standing::First);
        assert_eq!(seen.add(Key::of("7"), 8, 300), Standing::Again(7));
    }
}
