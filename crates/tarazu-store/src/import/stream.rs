//! Read, parse and encode on all cores, in the order of the file.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use tarazu_events::batch::Provenance;
use tarazu_events::{Renewal, Scan};

use super::intake::Intake;
use super::work::{Done, Parsed, Work};
use super::{Progress, Session};
use crate::encode::{EncodedGroup, GROUP};
use crate::error::StoreError;

/// Chunks that may be in work at once for each thread; with the size of a chunk this bounds memory.
const CHUNKS_AHEAD: usize = 3;
/// Row groups that may be in work at once.
const GROUPS_AHEAD: usize = 2;

impl Session<'_> {
    /// Read, parse and encode on all cores; hand over everything in the order of the file.
    pub(super) fn stream(
        &self,
        scan: &mut Scan,
        provenance: Provenance,
        intake: &mut Intake<'_>,
    ) -> Result<(), StoreError> {
        let work = Arc::new(Work {
            parser: scan.parser(),
            resolver: self.options.resolver.clone(),
            provenance,
            size: Mutex::default(),
            compare: intake.events.is_some(),
            cover: intake.events.is_some()
                && scan.description().renewal == Renewal::Replaces
                && !self.options.complete,
        });
        let (sender, receiver): (Sender<Done>, Receiver<Done>) = channel();
        let (mut submitted, mut next, mut ended) = (0, 0, false);
        let mut parsed: BTreeMap<usize, Box<Parsed>> = BTreeMap::new();
        let (mut groups, mut next_group) = (0, 0);
        let mut encoded: BTreeMap<usize, EncodedGroup> = BTreeMap::new();
        loop {
            while !ended
                && submitted - next < CHUNKS_AHEAD * self.threads
                && groups - next_group < GROUPS_AHEAD
            {
                match scan.next_chunk()? {
                    None => ended = true,
                    Some(chunk) => {
                        let (work, sender, number) = (work.clone(), sender.clone(), submitted);
                        submitted += 1;
                        self.pool.spawn(move || {
                            let _ = sender.send(Done::Parsed(number, work.parse(&chunk)));
                        });
                    }
                }
            }
            while let Some(ready) = parsed.remove(&next) {
                next += 1;
                intake.take(*ready)?;
                (self.progress)(Progress::Reading { file: intake.file, rows: intake.accounts.read as u64 });
                if intake.gathered_rows >= GROUP {
                    groups += 1;
                    self.encode(intake, groups - 1, &sender)?;
                }
            }
            if ended && next == submitted && intake.gathered_rows > 0 {
                groups += 1;
                self.encode(intake, groups - 1, &sender)?;
            }
            while let Some(ready) = encoded.remove(&next_group) {
                next_group += 1;
                intake.parquet.append(ready)?;
            }
            if next == submitted && next_group == groups {
                if ended {
                    return Ok(());
                }
                continue;
            }
            let gone = || StoreError::Query("a working thread died".into());
            match receiver.recv().map_err(|_| gone())? {
                Done::Parsed(number, outcome) => {
                    parsed.insert(number, outcome?);
                }
                Done::Encoded(number, outcome) => {
                    encoded.insert(number, outcome?);
                }
            }
        }
    }

    fn encode(
        &self,
        intake: &mut Intake<'_>,
        number: usize,
        sender: &Sender<Done>,
    ) -> Result<(), StoreError> {
        let batches = std::mem::take(&mut intake.gathered);
        intake.gathered_rows = 0;
        let group = intake.parquet.group(batches)?;
        let sender = sender.clone();
        self.pool.spawn(move || {
            let outcome = group.encode().map_err(|e| StoreError::Query(format!("cannot be encoded: {e}")));
            let _ = sender.send(Done::Encoded(number, outcome));
        });
        Ok(())
    }
}
