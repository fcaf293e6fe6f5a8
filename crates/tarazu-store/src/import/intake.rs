//! What the threads made of a file, taken in in its order: counted, and each event id once.

use std::collections::HashSet;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{BooleanArray, RecordBatch};
use arrow_select::filter::filter_record_batch;
use tarazu_events::{Accounts, Reject, duplicate, superseded};

use super::rejects::Rejects;
use super::work::Parsed;
use crate::coverage::Coverage;
use crate::encode::ParquetFile;
use crate::error::StoreError;
use crate::ids::Ids;
use crate::later::{Seen, Standing, seconds};
use crate::renew::NewEvent;

/// What has been taken in of a file, in its order.
pub(super) struct Intake<'a> {
    pub file: &'a str,
    pub parquet: ParquetFile,
    pub rejects: Rejects,
    /// The line on which each id stands.
    pub seen: Seen,
    /// What the comparison with older files needs, where there are any.
    pub events: Option<Ids<NewEvent>>,
    pub coverage: Coverage,
    pub accounts: Accounts,
    pub remarks: u64,
    pub other_encoding: u64,
    pub unordered_bounds: u64,
    pub gathered: Vec<RecordBatch>,
    pub gathered_rows: usize,
}

impl<'a> Intake<'a> {
    pub fn new(file: &'a str, parquet: ParquetFile, rejects: Rejects, compare: bool) -> Self {
        Self {
            file,
            parquet,
            rejects,
            seen: Seen::default(),
            events: compare.then(Ids::default),
            coverage: Coverage::default(),
            accounts: Accounts::default(),
            remarks: 0,
            other_encoding: 0,
            unordered_bounds: 0,
            gathered: Vec::new(),
            gathered_rows: 0,
        }
    }

    /// Take in what came of a chunk. All that is counted of kept rows is counted after rows with an id that came before are out.
    pub fn take(&mut self, parsed: Parsed) -> Result<(), StoreError> {
        let Parsed { mut batch, keys, contents, rejects, mut remarks, mut coverage, mut unordered, .. } =
            parsed;
        self.accounts.read += parsed.read;
        self.other_encoding += parsed.other_encoding as u64;
        let lines = batch.column_by_name("line").map(|c| c.as_primitive::<Int64Type>().clone());
        let line = |row: usize| lines.as_ref().map_or(0, |l| l.value(row)) as u64;
        let (times, mut doubled, mut earlier) = (seconds(&batch), Vec::new(), Vec::new());
        for (row, key) in keys.into_iter().enumerate() {
            let contents = contents.as_ref().map(|c| c[row]);
            match self.seen.add(key, line(row), times[row]) {
                Standing::Again(first) => doubled.push((row, first)),
                Standing::Later(former) => {
                    earlier.push((row, former));
                    if let (Some(events), Some(contents)) = (&mut self.events, contents)
                        && let Some(event) = events.get_mut(key)
                    {
                        *event = contents;
                    }
                }
                Standing::First => {
                    if let (Some(events), Some(contents)) = (&mut self.events, contents) {
                        events.insert(key, contents);
                    }
                }
            }
        }
        self.reject(rejects)?;
        let ids = batch.column_by_name("event_id").map(|c| c.as_string::<i32>().clone());
        let id = |row: usize| ids.as_ref().map_or("", |ids| ids.value(row));
        // The earlier row may be written already: it is left out at the end (`Seen::drop_superseded`), and counted now.
        let gone = earlier.len();
        self.reject(
            earlier.into_iter().map(|(row, former)| superseded(former, id(row), line(row))).collect(),
        )?;
        if !doubled.is_empty() {
            let again = doubled.iter().map(|(row, first)| duplicate(line(*row), id(*row), *first));
            self.reject(again.collect())?;
            let mut unique = vec![true; batch.num_rows()];
            doubled.iter().for_each(|(row, _)| unique[*row] = false);
            // What was said of cells of these rows is not about kept rows; a line of JSON may hold a row that is kept, too.
            let out: HashSet<u64> = doubled.iter().map(|(row, _)| line(*row)).collect();
            let kept: HashSet<u64> = (0..unique.len()).filter(|row| unique[*row]).map(line).collect();
            remarks.retain(|r| !out.contains(&r.line) || kept.contains(&r.line));
            unordered.retain(|row| unique[*row]);
            batch = filter_record_batch(&batch, &BooleanArray::from(unique))
                .map_err(|e| StoreError::Query(format!("duplicates cannot be left out: {e}")))?;
            coverage = coverage.map(|_| Coverage::of(&batch));
        }
        self.remarks += remarks.len() as u64;
        self.rejects.write(self.file, "kept", remarks)?;
        self.unordered_bounds += unordered.len() as u64;
        if let Some(coverage) = coverage {
            self.coverage.add(coverage);
        }
        // A row of this batch may supersede another of it, so what is kept is added first.
        self.accounts.kept += batch.num_rows();
        self.accounts.kept -= gone;
        if batch.num_rows() > 0 {
            self.gathered_rows += batch.num_rows();
            self.gathered.push(batch);
        }
        Ok(())
    }

    fn reject(&mut self, rejects: Vec<Reject>) -> Result<(), StoreError> {
        self.accounts.rejected += rejects.len();
        self.rejects.write(self.file, "rejected", rejects)
    }
}
