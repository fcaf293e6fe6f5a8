//! Files into the store: read, checked, resolved and encoded on all cores, in the order of the file, in bounded memory; then one
//! new version, or none.

mod intake;
mod rejects;
mod replace;
mod session;
mod stream;
mod work;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use rayon::ThreadPoolBuilder;
use serde::Serialize;
use tarazu_events::{ReadOptions, Resolver};

use self::session::Session;
use crate::error::StoreError;
use crate::lock::WriteLock;
use crate::log::{DataFile, FileRecord, Version, commit_text};
use crate::store::Store;
use crate::sweep::sweep;

/// How files are imported.
pub struct ImportOptions {
    /// How they are read.
    pub read: ReadOptions,
    /// What events are resolved through.
    pub resolver: Arc<Resolver>,
    /// What the resolver was made of: a file is read anew when this changed.
    pub resolver_fingerprint: String,
    /// Let an older release, or one whose age cannot be told, take the place of one that the store holds; and let a file come back
    /// whose events gave way to those of later files.
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
    for file in files {
        can_be_opened(file)?;
    }
    let lock = WriteLock::take(store, &|| progress(Progress::Waiting))?;
    let mut made = Made::default();
    let outcome = under_lock(store, files, options, progress, &lock, &mut made);
    if outcome.is_err() {
        made.remove(&lock);
        lock.undo(store);
    }
    outcome
}

/// Files that an import made: where it fails, they go.
#[derive(Debug, Default)]
struct Made {
    /// With names that no other writer has.
    own: Vec<PathBuf>,
    /// Originals, by their contents: another writer may have made the same.
    shared: Vec<PathBuf>,
}

impl Made {
    fn add(&mut self, path: &Path) {
        self.own.push(path.to_owned());
    }

    fn remove(&self, lock: &WriteLock) {
        let shared = self.shared.iter().filter(|_| lock.is_held());
        for path in self.own.iter().chain(shared) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Before anything is done: what can be opened without reading from it is opened.
fn can_be_opened(path: &Path) -> Result<(), StoreError> {
    let fail = |e| StoreError::io(path, "cannot be read")(e);
    let metadata = fs::metadata(path).map_err(fail)?;
    if metadata.is_dir() {
        return Err(fail(std::io::Error::other("it is a directory; name the files in it")));
    }
    if metadata.is_file() { File::open(path).map(drop).map_err(fail) } else { Ok(()) }
}

fn under_lock(
    store: &Store,
    files: &[PathBuf],
    options: &ImportOptions,
    progress: &dyn Fn(Progress<'_>),
    lock: &WriteLock,
    made: &mut Made,
) -> Result<Imported, StoreError> {
    store.make()?;
    let snapshot = store.snapshot(None)?;
    all_there(&store.events(), snapshot.files.values())?;
    sweep(store, &snapshot, lock)?;
    let threads =
        options.threads.or_else(|| thread::available_parallelism().ok().map(Into::into)).unwrap_or(2);
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|e| StoreError::Query(format!("no threads to work on: {e}")))?;
    let mut session = Session {
        store,
        token: &lock.token,
        made,
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
        derived: None,
    };
    let added: Vec<&DataFile> = live.values().filter(|f| !snapshot.files.contains_key(&f.name)).collect();
    let removed: Vec<&str> =
        snapshot.files.keys().filter(|name| !live.contains_key(*name)).map(String::as_str).collect();
    let text = commit_text(&version, now.as_millisecond(), &added, &removed, snapshot.table.as_ref());
    let text = text.map_err(|e| StoreError::broken(store.folder(), e))?;
    all_there(&store.events(), live.values())?;
    store.sync_folders()?;
    let committed = store.commit(lock, version.version, &text);
    if store.version_path(version.version).exists() && !matches!(committed, Err(StoreError::Conflict { .. }))
    {
        // The version is there, so what it names stays, even if the disk did not confirm the folder.
        *made = Made::default();
    }
    committed?;
    Ok(Imported { version: Some(version.version), files: records, events })
}

/// Make sure that a version's files are there, each with the size that it was written with.
fn all_there<'a>(folder: &Path, files: impl Iterator<Item = &'a DataFile>) -> Result<(), StoreError> {
    for file in files {
        file.check(folder)?;
    }
    Ok(())
}
