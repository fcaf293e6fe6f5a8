//! What a thread does: a chunk of a file becomes a batch of events.

use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::RecordBatch;
use tarazu_events::batch::{EventBatch, Provenance, Size};
use tarazu_events::{Chunk, Lookup, Outcome, Parser, Reject, Resolver};

use crate::coverage::Coverage;
use crate::encode::EncodedGroup;
use crate::error::StoreError;
use crate::ids::Key;
use crate::renew::{NewEvent, contents};

/// What every thread needs to parse chunks of a file.
pub(super) struct Work {
    pub parser: Arc<Parser>,
    pub resolver: Arc<Resolver>,
    pub provenance: Provenance,
    /// Of the last chunk's batch: the next is about as large.
    pub size: Mutex<Size>,
    /// Whether there are older files to compare with …
    pub compare: bool,
    /// … and what the new one lacks is gone from them, in its countries and days.
    pub cover: bool,
}

/// What came of one chunk.
pub(super) struct Parsed {
    pub batch: RecordBatch,
    pub keys: Vec<Key>,
    pub contents: Option<Vec<NewEvent>>,
    pub rejects: Vec<Reject>,
    pub remarks: Vec<Reject>,
    pub read: usize,
    pub other_encoding: usize,
    /// Rows of the batch whose low, best and high are not in order.
    pub unordered: Vec<usize>,
    /// Where the comparison needs it.
    pub coverage: Option<Coverage>,
}

/// What a thread has finished.
pub(super) enum Done {
    Parsed(usize, Result<Box<Parsed>, StoreError>),
    Encoded(usize, Result<EncodedGroup, StoreError>),
}

thread_local! {
    /// What this thread has looked up in the resolver of the import under way.
    static LOOKUP: std::cell::RefCell<Lookup> = std::cell::RefCell::default();
}

impl Work {
    pub fn parse(&self, chunk: &Chunk) -> Result<Box<Parsed>, StoreError> {
        let size = self.size.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut gathered = EventBatch::of_size(self.provenance.clone(), &size);
        let (mut keys, mut rejects, mut remarks) = (Vec::new(), Vec::new(), Vec::new());
        let (mut read, mut unordered, mut noted) = (0, Vec::new(), Vec::new());
        let asides = LOOKUP.with_borrow_mut(|lookup| {
            self.parser.rows(chunk, &mut remarks, &mut |outcome| {
                read += 1;
                match outcome {
                    Outcome::Rejected(reject) => rejects.push(reject),
                    Outcome::Kept(event) => {
                        if !event.deaths.bounds_are_ordered() {
                            unordered.push(keys.len());
                        }
                        keys.push(Key::of(&event.event_id));
                        let resolved = self.resolver.resolve(&event, lookup);
                        noted.extend(resolved.remark(&event));
                        gathered.push(&event, &resolved);
                    }
                }
            })
        });
        remarks.append(&mut noted);
        let batch =
            gathered.finish_own().map_err(|e| StoreError::Query(format!("events do not fit: {e}")))?;
        *self.size.lock().unwrap_or_else(PoisonError::into_inner) = Size::of(&batch);
        let contents = self.compare.then(|| contents(&batch));
        let coverage = self.cover.then(|| Coverage::of(&batch));
        Ok(Box::new(Parsed {
            batch,
            keys,
            contents,
            rejects,
            remarks,
            read,
            other_encoding: asides.other_encoding,
            unordered,
            coverage,
        }))
    }
}
