//! The folder: opening it, locking it, and the one atomic step by which a version appears.

use std::collections::HashSet;
use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::StoreError;
use crate::log::Snapshot;

/// A folder of events.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

/// The right to write, until dropped. The system takes it back when the process dies.
pub(crate) struct WriteLock(#[allow(dead_code, reason = "held for its lock")] File);

impl Store {
    /// A store that exists.
    ///
    /// # Errors
    /// [`StoreError::Absent`] where there is none.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let store = Self { folder: folder.into() };
        if store.log_folder().is_dir() { Ok(store) } else { Err(StoreError::Absent { path: folder.into() }) }
    }

    /// A store, made where there is none. Until something is imported it has no version.
    ///
    /// # Errors
    /// Where the folder cannot be made.
    pub fn open_or_create(folder: &Path) -> Result<Self, StoreError> {
        let store = Self { folder: folder.into() };
        for path in [store.log_folder(), store.originals(), store.rejects(), store.unfinished()] {
            fs::create_dir_all(&path).map_err(StoreError::io(&path, "cannot be made"))?;
        }
        Ok(store)
    }

    /// Where the store is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where its Parquet files are: a Delta Lake table.
    pub fn events(&self) -> PathBuf {
        self.folder.join("events")
    }

    fn log_folder(&self) -> PathBuf {
        self.events().join("_delta_log")
    }

    /// Where the files stand as they were imported, by SHA-256.
    pub fn originals(&self) -> PathBuf {
        self.folder.join("originals")
    }

    pub(crate) fn rejects(&self) -> PathBuf {
        self.folder.join("rejects")
    }

    pub(crate) fn unfinished(&self) -> PathBuf {
        self.folder.join(".unfinished")
    }

    /// The newest version, or an earlier one. A store without a version yields an empty snapshot.
    ///
    /// # Errors
    /// [`StoreError::NoVersion`] for a version that there is not, [`StoreError::Broken`] where the log cannot be read.
    pub fn snapshot(&self, at: Option<u64>) -> Result<Snapshot, StoreError> {
        let mut snapshot = Snapshot::empty(self.events());
        loop {
            let number = snapshot.next();
            if at.is_some_and(|at| number > at) {
                return Ok(snapshot);
            }
            let path = self.version_path(number);
            match fs::read_to_string(&path) {
                Ok(text) => snapshot.apply(&path, number, &text)?,
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => break,
                Err(e) => return Err(StoreError::io(&path, "cannot be read")(e)),
            }
        }
        match (at, snapshot.versions.last()) {
            (Some(asked), Some(last)) => Err(StoreError::NoVersion { asked, last: last.version }),
            (Some(_), None) => Err(StoreError::Absent { path: self.folder.clone() }),
            (None, _) => Ok(snapshot),
        }
    }

    fn version_path(&self, number: u64) -> PathBuf {
        self.log_folder().join(format!("{number:020}.json"))
    }

    /// Wait for the right to write. `waiting` is called once if another process has it.
    pub(crate) fn lock(&self, waiting: &dyn Fn()) -> Result<WriteLock, StoreError> {
        let path = self.folder.join(".lock");
        let fail = |e| StoreError::io(&path, "cannot be locked")(e);
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(fail)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waiting();
                file.lock().map_err(StoreError::io(&path, "cannot be locked"))?;
            }
            // A file system without locks: the atomic step alone keeps writers apart.
            Err(TryLockError::Error(e)) if e.kind() == std::io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(e)) => return Err(fail(e)),
        }
        Ok(WriteLock(file))
    }

    /// Remove what imports that never finished left behind. Only under the lock.
    pub(crate) fn sweep(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        let mut named: HashSet<PathBuf> = HashSet::new();
        let mut replay = Snapshot::empty(self.events());
        for version in &snapshot.versions {
            let path = self.version_path(version.version);
            let text = fs::read_to_string(&path).map_err(StoreError::io(&path, "cannot be read"))?;
            replay.apply(&path, version.version, &text)?;
            named.extend(replay.paths());
            for file in &version.files {
                named.insert(self.originals().join(&file.sha256));
                named.extend(file.rejects.iter().map(|r| self.folder.join(r)));
            }
        }
        for folder in [self.unfinished(), self.events(), self.originals(), self.rejects(), self.log_folder()]
        {
            let entries = fs::read_dir(&folder).map_err(StoreError::io(&folder, "cannot be read"))?;
            for entry in entries.flatten() {
                let path = entry.path();
                let is_version = folder == self.log_folder() && path.extension().is_some_and(|e| e == "json");
                if path.is_file() && !is_version && !named.contains(&path) {
                    fs::remove_file(&path).map_err(StoreError::io(&path, "cannot be removed"))?;
                }
            }
        }
        Ok(())
    }

    /// Make a version appear, whole, if its number is still free.
    pub(crate) fn commit(&self, number: u64, text: &str) -> Result<(), StoreError> {
        let path = self.version_path(number);
        let draft = self.log_folder().join(format!(".{number:020}.{}", std::process::id()));
        let fail = |e| StoreError::io(&draft, "cannot be written")(e);
        let mut file = File::create(&draft).map_err(fail)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(fail)?;
        // A link, unlike a renaming, fails where the name exists: the number is taken once.
        let linked = fs::hard_link(&draft, &path);
        let outcome = match linked {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
                Err(StoreError::Conflict { version: number })
            }
            // File systems without links: the lock alone keeps writers apart.
            Err(_) if path.exists() => Err(StoreError::Conflict { version: number }),
            Err(_) => fs::rename(&draft, &path).map_err(StoreError::io(&path, "cannot be written")),
        };
        let _ = fs::remove_file(&draft);
        outcome?;
        sync_folder(&self.log_folder())
    }

    /// Make sure that the names in all folders are on the disk.
    pub(crate) fn sync_folders(&self) -> Result<(), StoreError> {
        for folder in
            [self.folder.clone(), self.events(), self.originals(), self.rejects(), self.log_folder()]
        {
            sync_folder(&folder)?;
        }
        Ok(())
    }
}

fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    // Only Unix lets a folder be opened and synced.
    if cfg!(unix) {
        let opened = File::open(folder).and_then(|f| f.sync_all());
        opened.map_err(StoreError::io(folder, "cannot be synced"))?;
    }
    Ok(())
}
