//! Files into the store: read, checked, resolved and encoded on all cores, in the order of the file, in bounded memory; then one
//! new version, or none.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{BooleanArray, RecordBatch};
use arrow_select::filter::filter_record_batch;
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::Serialize;
use tarazu_events::batch::{EventBatch, Provenance, schema};
use tarazu_events::{
    Accounts, Chunk, Lookup, Original, Outcome, Parser, ReadOptions, Reject, Renewal, Resolver, Scan,
    duplicate, superseded,
};

use crate::encode::{EncodedGroup, GROUP, ParquetFile};
use crate::error::StoreError;
use crate::ids::{Ids, Key};
use crate::later::{Seen, Standing, seconds};
use crate::log::{Coverage, DataFile, FileRecord, Revisions, Version, commit_text};
use crate::renew::{Comparison, Left, NewEvent, contents};
use crate::store::Store;

/// Chunks that may be in work at once for each thread; with the size of a chunk this bounds memory.
const CHUNKS_AHEAD: usize = 3;
/// Row groups that may be in work at once.
const GROUPS_AHEAD: usize = 2;

/// How files are imported.
pub struct ImportOptions {
    /// How they are read.
    pub read: ReadOptions,
    /// What events are resolved through.
    pub resolver: Arc<Resolver>,
    /// What the resolver was made of: a file is read anew when this changed.
    pub resolver_fingerprint: String,
    /// Let an older release take the place of a newer one.
    pub older_replaces_newer: bool,
    /// The file is all that its dataset holds: whatever older files have and it lacks is gone, in all countries and years.
    pub complete: bool,
    /// Threads, or as many as there are cores.
    pub threads: Option<usize>,
}

/// What is going on, for a progress bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress<'a> {
    /// Another process is writing; waiting for it.
    Waiting,
    /// A file is being read.
    Reading {
        /// Its name.
        file: &'a str,
        /// Rows read so far.
        rows: u64,
    },
    /// A file's rows are all read; it is compared with what the store holds and written to the disk.
    Writing {
        /// Its name.
        file: &'a str,
    },
}

/// What an import did.
#[derive(Debug, Clone, Serialize)]
pub struct Imported {
    /// The version made; `None` where nothing changed.
    pub version: Option<u64>,
    /// What became of each file.
    pub files: Vec<FileRecord>,
    /// Events in the store now.
    pub events: u64,
}

/// Import files, all of them or none, as one new version.
///
/// # Errors
/// [`StoreError`]: then the store is as it was.
pub fn import(
    store: &Store,
    files: &[PathBuf],
    options: &ImportOptions,
    progress: &dyn Fn(Progress<'_>),
) -> Result<Imported, StoreError> {
    let _lock = store.lock(&|| progress(Progress::Waiting))?;
    let snapshot = store.snapshot(None)?;
    store.sweep(&snapshot)?;
    let threads =
        options.threads.or_else(|| thread::available_parallelism().ok().map(Into::into)).unwrap_or(2);
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|e| StoreError::Query(format!("no threads to work on: {e}")))?;
    let mut session = Session {
        store,
        options,
        progress,
        pool,
        threads,
        number: snapshot.next(),
        imports: snapshot.imports().cloned().collect(),
        live: snapshot.files.clone(),
        records: Vec::new(),
        counter: 0,
    };
    for file in files {
        session.import(file)?;
    }
    let Session { live, records, .. } = session;
    let events = live.values().map(|f| f.rows).sum();
    if records.iter().all(|r| r.known) {
        return Ok(Imported { version: None, files: records, events });
    }
    let now = jiff::Timestamp::now();
    let version = Version {
        version: snapshot.next(),
        written: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        program: concat!("tarazu ", env!("CARGO_PKG_VERSION")).into(),
        files: records.clone(),
        events,
    };
    let added: Vec<&DataFile> = live.values().filter(|f| !snapshot.files.contains_key(&f.name)).collect();
    let removed: Vec<&str> =
        snapshot.files.keys().filter(|name| !live.contains_key(*name)).map(String::as_str).collect();
    let text = commit_text(&version, now.as_millisecond(), &added, &removed, snapshot.table.as_ref());
    let text = text.map_err(|e| StoreError::broken(store.folder(), e))?;
    store.sync_folders()?;
    store.commit(version.version, &text)?;
    Ok(Imported { version: Some(version.version), files: records, events })
}

/// An import under way: what the next version will hold so far.
struct Session<'a> {
    store: &'a Store,
    options: &'a ImportOptions,
    progress: &'a dyn Fn(Progress<'_>),
    pool: ThreadPool,
    threads: usize,
    number: u64,
    imports: Vec<FileRecord>,
    live: BTreeMap<String, DataFile>,
    records: Vec<FileRecord>,
    counter: usize,
}

impl Session<'_> {
    fn import(&mut self, path: &Path) -> Result<(), StoreError> {
        let length = fs::metadata(path).map(|m| m.len()).ok();
        let fingerprint = self.fingerprint()?;
        // A file of a length that was seen before may be that file again: hash it before anything else.
        if self.imports.iter().chain(&self.records).any(|r| Some(r.length) == length) {
            let original = Original::hash(path).map_err(StoreError::File)?;
            if let Some(record) = self.known(&original, &fingerprint) {
                self.records.push(record);
                return Ok(());
            }
        }
        self.counter += 1;
        let draft = self.store.unfinished().join(format!("original-{}", self.counter));
        let original = Original::copy(path, &draft).map_err(StoreError::File)?;
        // The copy goes to the disk while it is being read.
        let syncing = thread::spawn({
            let draft = draft.clone();
            move || File::open(draft).and_then(|f| f.sync_all())
        });
        let outcome = self.read(&original, fingerprint);
        let synced =
            syncing.join().unwrap_or_else(|_| Err(std::io::Error::other("the thread that syncs died")));
        let record = outcome?;
        synced.map_err(StoreError::io(&draft, "cannot be written"))?;
        let kept = self.store.originals().join(&original.sha256);
        fs::rename(&draft, &kept).map_err(StoreError::io(&kept, "cannot be written"))?;
        self.records.push(record);
        Ok(())
    }

    /// What the result of reading depends on beside the file.
    fn fingerprint(&self) -> Result<String, StoreError> {
        let read = &self.options.read;
        let all = format!(
            "{}|{}|{:?}|{:?}|{:?}|{}",
            env!("CARGO_PKG_VERSION"),
            read.fingerprint()?,
            read.dataset,
            read.version,
            read.kind,
            self.options.resolver_fingerprint,
        );
        Ok(tarazu_events::file::sha256_hex(all.as_bytes())[..16].into())
    }

    /// The record of a file that was imported before in the same way, and whose events still stand as it left them.
    fn known(&self, original: &Original, fingerprint: &str) -> Option<FileRecord> {
        let same = |sha: &str, print: &str| sha == original.sha256 && print == fingerprint;
        let former =
            self.imports.iter().chain(&self.records).rev().find(|r| same(&r.sha256, &r.fingerprint))?;
        let live = self.live.values().filter(|f| same(&f.file_sha256, &f.fingerprint));
        let rows: u64 = live.map(|f| f.rows).sum();
        let stands = former.accounts.kept + former.accounts.unchanged;
        if rows != stands as u64 {
            return None;
        }
        let Accounts { read, rejected, .. } = former.accounts;
        Some(FileRecord {
            file: original.name.clone(),
            accounts: Accounts { read, kept: 0, rejected, unchanged: stands },
            known: true,
            revisions: None,
            ..former.clone()
        })
    }

    fn read(&mut self, original: &Original, fingerprint: String) -> Result<FileRecord, StoreError> {
        let mut scan = Scan::open(original.clone(), &self.options.read)?;
        let description = scan.description().clone();
        let slug = |text: &str| -> String {
            text.chars()
                .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
                .collect()
        };
        let stem = format!(
            "{}-{}-{}-v{}-{}",
            slug(&description.dataset),
            slug(&description.release),
            &original.sha256[..12],
            self.number,
            self.counter
        );
        let older: Vec<DataFile> =
            self.live.values().filter(|f| f.dataset == description.dataset).cloned().collect();
        let name = format!("{stem}.parquet");
        let path = self.store.events().join(&name);
        let rejects = self.store.rejects().join(format!("{stem}.csv"));
        let provenance = Provenance {
            dataset: description.dataset.clone(),
            release: description.release.clone(),
            file_sha256: original.sha256.clone(),
            boundaries: self.options.resolver.labels().map(str::to_owned),
        };
        let mut intake = Intake {
            file: &original.name,
            parquet: ParquetFile::create(&path, schema())?,
            rejects: Rejects::new(rejects),
            seen: Seen::default(),
            events: (!older.is_empty()).then(Ids::default),
            coverage: Coverage::default(),
            accounts: Accounts::default(),
            remarks: 0,
            other_encoding: 0,
            unordered_bounds: 0,
            gathered: Vec::new(),
            gathered_rows: 0,
        };
        self.stream(&mut scan, provenance, &mut intake)?;
        (self.progress)(Progress::Writing { file: &original.name });
        let Intake { parquet, rejects, events, coverage, mut accounts, seen, .. } = intake;
        let (remarks, other_encoding, unordered_bounds) =
            (intake.remarks, intake.other_encoding, intake.unordered_bounds);
        let written = parquet.finish()?;
        let (rows, size) = seen.drop_superseded(&path)?.unwrap_or(written);
        let rejects = rejects.finish()?;
        let mut revisions = None;
        if let Some(mut events) = events {
            let compared =
                self.renew(original, &description, &older, &coverage, &mut events, &path, &stem)?;
            accounts.unchanged = compared.unchanged as usize;
            accounts.kept -= accounts.unchanged;
            revisions = (!compared.revisions.replaced.is_empty()).then_some(compared.revisions);
        }
        if rows > 0 {
            let file = DataFile {
                name: name.clone(),
                size,
                rows,
                dataset: description.dataset.clone(),
                release: description.release.clone(),
                file_sha256: original.sha256.clone(),
                fingerprint: fingerprint.clone(),
                coverage,
            };
            self.live.insert(name, file);
        } else {
            fs::remove_file(&path).map_err(StoreError::io(&path, "cannot be removed"))?;
        }
        Ok(FileRecord {
            file: original.name.clone(),
            sha256: original.sha256.clone(),
            length: original.length,
            dataset: description.dataset,
            release: description.release,
            layout: description.layout,
            fingerprint,
            accounts,
            remarks,
            other_encoding,
            unordered_bounds,
            rejects,
            known: false,
            revisions,
        })
    }

    /// Read, parse and encode on all cores; hand over everything in the order of the file.
    fn stream(
        &self,
        scan: &mut Scan,
        provenance: Provenance,
        intake: &mut Intake<'_>,
    ) -> Result<(), StoreError> {
        let work = Arc::new(Work {
            parser: scan.parser(),
            resolver: self.options.resolver.clone(),
            provenance,
            compare: intake.events.is_some(),
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

    /// Let a file take the place of older ones of its dataset.
    #[allow(clippy::too_many_arguments, reason = "one step of `read`, cut out for its length")]
    fn renew(
        &mut self,
        original: &Original,
        description: &tarazu_events::Description,
        older: &[DataFile],
        coverage: &Coverage,
        events: &mut Ids<NewEvent>,
        path: &Path,
        stem: &str,
    ) -> Result<Compared, StoreError> {
        let newer = older.iter().find(|f| {
            is_newer(&f.release, &description.release)
                && (self.options.complete || f.coverage.overlaps(coverage))
        });
        if let Some(newer) = newer.filter(|_| !self.options.older_replaces_newer) {
            return Err(StoreError::OlderRelease {
                file: original.name.clone(),
                dataset: description.dataset.clone(),
                release: description.release.clone(),
                held: newer.release.clone(),
            });
        }
        let (mut coverage, mut renewal) = (coverage.clone(), description.renewal);
        if self.options.complete {
            renewal = Renewal::Replaces;
            older.iter().for_each(|f| coverage.add(f.coverage.clone()));
        }
        let mut comparison = Comparison {
            renewal,
            coverage: &coverage,
            events,
            revisions: Revisions::default(),
            unchanged: 0,
            revised: 0,
        };
        for (position, file) in older.iter().enumerate() {
            let rewritten = format!("{stem}-rest{position}.parquet");
            let left = comparison
                .with(&self.store.events().join(&file.name), &self.store.events().join(&rewritten))?;
            if !matches!(left, Left::All) {
                comparison.revisions.replaced.insert(file.release.clone());
                self.live.remove(&file.name);
            }
            if let Left::Some { rows, size } = left {
                let rest = DataFile { name: rewritten.clone(), rows, size, ..file.clone() };
                self.live.insert(rewritten, rest);
            }
        }
        if !comparison.revisions.replaced.is_empty() {
            comparison.added(path)?;
        }
        Ok(Compared { revisions: comparison.revisions, unchanged: comparison.unchanged })
    }
}

struct Compared {
    revisions: Revisions,
    unchanged: u64,
}

/// Whether release `a` is newer than `b`, as far as numbers can tell.
fn is_newer(a: &str, b: &str) -> bool {
    let numbers = |text: &str| -> Option<Vec<u64>> { text.split('.').map(|p| p.parse().ok()).collect() };
    matches!((numbers(a), numbers(b)), (Some(a), Some(b)) if a > b)
}

/// What every thread needs to parse chunks of a file.
struct Work {
    parser: Arc<Parser>,
    resolver: Arc<Resolver>,
    provenance: Provenance,
    compare: bool,
}

/// What came of one chunk.
struct Parsed {
    batch: RecordBatch,
    keys: Vec<Key>,
    contents: Option<Vec<NewEvent>>,
    rejects: Vec<Reject>,
    remarks: Vec<Reject>,
    read: usize,
    other_encoding: usize,
    unordered_bounds: usize,
    coverage: Coverage,
}

/// What a thread has finished.
enum Done {
    Parsed(usize, Result<Box<Parsed>, StoreError>),
    Encoded(usize, Result<EncodedGroup, StoreError>),
}

thread_local! {
    /// What this thread has looked up in the resolver of the import under way.
    static LOOKUP: std::cell::RefCell<Lookup> = std::cell::RefCell::default();
}

impl Work {
    fn parse(&self, chunk: &Chunk) -> Result<Box<Parsed>, StoreError> {
        let mut gathered = EventBatch::new(self.provenance.clone());
        let (mut keys, mut rejects, mut remarks) = (Vec::new(), Vec::new(), Vec::new());
        let (mut read, mut unordered_bounds, mut noted) = (0, 0, Vec::new());
        let mut countries: BTreeSet<String> = BTreeSet::new();
        let mut days: Option<(jiff::civil::Date, jiff::civil::Date)> = None;
        let asides = LOOKUP.with_borrow_mut(|lookup| {
            self.parser.rows(chunk, &mut remarks, &mut |outcome| {
                read += 1;
                match outcome {
                    Outcome::Rejected(reject) => rejects.push(reject),
                    Outcome::Kept(event) => {
                        let resolved = self.resolver.resolve(&event, lookup);
                        noted.extend(resolved.remark(&event));
                        let area = resolved.iso3.or(event.place.country.as_deref()).unwrap_or_default();
                        if !countries.contains(area) {
                            countries.insert(area.to_owned());
                        }
                        let (start, end) = (event.date.start, event.date.end);
                        days = Some(days.map_or((start, end), |(a, b)| (a.min(start), b.max(end))));
                        unordered_bounds += usize::from(!event.deaths.bounds_are_ordered());
                        keys.push(Key::of(&event.event_id));
                        gathered.push(&event, &resolved);
                    }
                }
            })
        });
        remarks.append(&mut noted);
        let batch = gathered.finish().map_err(|e| StoreError::Query(format!("events do not fit: {e}")))?;
        let contents = self.compare.then(|| contents(&batch));
        let days = days.map(|(first, last)| (first.to_string(), last.to_string()));
        Ok(Box::new(Parsed {
            batch,
            keys,
            contents,
            rejects,
            remarks,
            read,
            other_encoding: asides.other_encoding,
            unordered_bounds,
            coverage: Coverage { countries, days },
        }))
    }
}

/// What has been taken in of a file, in its order.
struct Intake<'a> {
    file: &'a str,
    parquet: ParquetFile,
    rejects: Rejects,
    /// The line on which each id stands.
    seen: Seen,
    /// What the comparison with older files needs, where there are any.
    events: Option<Ids<NewEvent>>,
    coverage: Coverage,
    accounts: Accounts,
    remarks: u64,
    other_encoding: u64,
    unordered_bounds: u64,
    gathered: Vec<RecordBatch>,
    gathered_rows: usize,
}

impl Intake<'_> {
    fn take(&mut self, parsed: Parsed) -> Result<(), StoreError> {
        let Parsed { mut batch, keys, contents, rejects, remarks, coverage, .. } = parsed;
        self.accounts.read += parsed.read;
        self.accounts.rejected += rejects.len();
        self.remarks += remarks.len() as u64;
        self.other_encoding += parsed.other_encoding as u64;
        self.unordered_bounds += parsed.unordered_bounds as u64;
        self.coverage.add(coverage);
        self.rejects.write(self.file, "rejected", rejects)?;
        self.rejects.write(self.file, "kept", remarks)?;
        let lines = batch.column_by_name("line").map(|c| c.as_primitive::<Int64Type>().clone());
        let line = |row: usize| lines.as_ref().map_or(0, |l| l.value(row)) as u64;
        let (mut unique, mut doubled) = (Vec::new(), Vec::new());
        let (times, mut out) = (seconds(&batch), Vec::new());
        for (row, key) in keys.into_iter().enumerate() {
            match self.seen.add(key, line(row), times[row]) {
                Standing::Again(first) => doubled.push((row, first)),
                Standing::Later(former) => {
                    out.push((row, former));
                    if let (Some(events), Some(contents)) = (&mut self.events, &contents)
                        && let Some(event) = events.get_mut(key)
                    {
                        *event = contents[row];
                    }
                }
                Standing::First => {
                    if let (Some(events), Some(contents)) = (&mut self.events, &contents) {
                        events.insert(key, contents[row]);
                    }
                }
            }
        }
        let ids = batch.column_by_name("event_id").map(|c| c.as_string::<i32>().clone());
        // The earlier row may be written already: it is left out at the end (`Seen::drop_superseded`), and counted now.
        let earlier: Vec<Reject> = (out.into_iter())
            .map(|(row, former)| superseded(former, ids.as_ref().map_or("", |i| i.value(row)), line(row)))
            .collect();
        self.accounts.rejected += earlier.len();
        let gone = earlier.len();
        self.rejects.write(self.file, "rejected", earlier)?;
        if !doubled.is_empty() {
            let again = doubled.iter().map(|(row, first)| {
                duplicate(line(*row), ids.as_ref().map_or("", |i| i.value(*row)), *first)
            });
            self.accounts.rejected += doubled.len();
            self.rejects.write(self.file, "rejected", again.collect())?;
            unique.resize(batch.num_rows(), true);
            doubled.iter().for_each(|(row, _)| unique[*row] = false);
            batch = filter_record_batch(&batch, &BooleanArray::from(unique))
                .map_err(|e| StoreError::Query(format!("duplicates cannot be left out: {e}")))?;
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
}

/// The file of rejects of one import, made when the first comes.
struct Rejects {
    path: PathBuf,
    writer: Option<csv::Writer<File>>,
}

/// A row of the file of rejects.
#[derive(Serialize)]
struct RejectRow<'a> {
    outcome: &'a str,
    file: &'a str,
    line: u64,
    column: &'a str,
    value: &'a str,
    reason: &'a str,
}

impl Rejects {
    fn new(path: PathBuf) -> Self {
        Self { path, writer: None }
    }

    fn write(&mut self, file: &str, outcome: &str, rejects: Vec<Reject>) -> Result<(), StoreError> {
        let path = &self.path;
        let fail = |e: csv::Error| StoreError::io(path, "cannot be written")(std::io::Error::other(e));
        for Reject { line, column, value, reason, .. } in rejects {
            let writer = match &mut self.writer {
                Some(writer) => writer,
                None => {
                    let made = File::create(path).map_err(StoreError::io(path, "cannot be written"))?;
                    self.writer.insert(csv::Writer::from_writer(made))
                }
            };
            let row = RejectRow { outcome, file, line, column: &column, value: &value, reason: &reason };
            writer.serialize(row).map_err(fail)?;
        }
        Ok(())
    }

    /// See the file onto the disk; its name within the store.
    fn finish(self) -> Result<Option<String>, StoreError> {
        let Some(writer) = self.writer else { return Ok(None) };
        let fail = |e| StoreError::io(&self.path, "cannot be written")(e);
        let file = writer.into_inner().map_err(|e| fail(e.into_error()))?;
        file.sync_all().map_err(fail)?;
        Ok(self.path.file_name().map(|n| format!("rejects/{}", n.to_string_lossy())))
    }
}

#[cfg(test)]
mod tests {
    use super::is_newer;

    #[test]
    fn releases_are_compared_by_their_numbers() {
        assert!(is_newer("25.1", "9.1") && is_newer("23.0.10", "23.0.9") && is_newer("11", "6"));
        assert!(!is_newer("23.1", "23.1") && !is_newer("unknown", "6") && !is_newer("6", "unknown"));
    }
}
