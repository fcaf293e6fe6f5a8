//! The folder: opening it, and the one atomic step by which a version appears.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::derived::DERIVED;
use crate::error::StoreError;
use crate::lock::{LOCK, WriteLock};
use crate::log::Snapshot;

/// How often a folder is looked at before it is taken for something else than a store.
const LOOKS: usize = 5;

/// A folder of events.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// A store that exists.
    ///
    /// # Errors
    /// [`StoreError::Absent`] where there is none.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let store = Self { folder: folder.into() };
        if store.log_folder().is_dir() { Ok(store) } else { Err(StoreError::Absent { path: folder.into() }) }
    }

    /// A store, or a place for one: a folder that is empty or not there yet, which the first import fills.
    ///
    /// # Errors
    /// [`StoreError::NotAStore`] where the folder holds anything else: it is left as it is.
    pub fn open_or_create(folder: &Path) -> Result<Self, StoreError> {
        let store = Self { folder: folder.into() };
        store.fits()?;
        Ok(store)
    }

    /// Whether there is a store, or room for one.
    pub(crate) fn fits(&self) -> Result<(), StoreError> {
        let mut found = Vec::new();
        // Between one look and the next another process may have made the store, or taken away one that failed.
        for _ in 0..LOOKS {
            if self.log_folder().is_dir() {
                return Ok(());
            }
            found = match names(&self.folder) {
                Ok(found) => found,
                Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
                Err(e) => return Err(StoreError::io(&self.folder, "cannot be read")(e)),
            };
            // A first import that is killed within its first steps leaves this much of a store.
            let begun = |name: &String| {
                name == LOCK
                    || name == "events" && names(&self.events()).is_ok_and(|inside| inside.is_empty())
            };
            if found.iter().all(begun) {
                return Ok(());
            }
        }
        Err(StoreError::not_a_store(&self.folder, &found))
    }

    /// Make the folders that are missing.
    pub(crate) fn make(&self) -> Result<(), StoreError> {
        // The log comes first: it is what makes the folder a store.
        for path in [self.log_folder(), self.originals(), self.rejects(), self.unfinished()] {
            fs::create_dir_all(&path).map_err(StoreError::io(&path, "cannot be made"))?;
        }
        Ok(())
    }

    /// Take away the folders of a store that never came to a version. What is not empty stays.
    pub(crate) fn unmake(&self) {
        let folders = [self.unfinished(), self.rejects(), self.originals(), self.log_folder(), self.events()];
        for folder in folders {
            let _ = fs::remove_dir(folder);
        }
    }

    /// Where the store is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where its Parquet files are: a Delta Lake table.
    pub fn events(&self) -> PathBuf {
        self.folder.join("events")
    }

    pub(crate) fn log_folder(&self) -> PathBuf {
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
        let numbers = self.numbers()?;
        let last = numbers.last().copied();
        for (expected, number) in (0_u64..).zip(numbers) {
            if at.is_some_and(|at| expected > at) {
                break;
            }
            let path = self.version_path(expected);
            if number != expected {
                let last = last.unwrap_or(number);
                let reason = format!(
                    "version {expected} is missing from the log, which goes on to version {last}; expected a file for every \
                     version from 0: put it back from a copy of the store. Nothing was removed"
                );
                return Err(StoreError::broken(&path, reason));
            }
            let text = fs::read_to_string(&path).map_err(StoreError::io(&path, "cannot be read"))?;
            snapshot.apply(&path, number, &text)?;
        }
        if at.is_some_and(|at| snapshot.versions.last().is_some_and(|v| v.version == at)) {
            return Ok(snapshot);
        }
        match (at, snapshot.versions.last()) {
            (Some(asked), Some(last)) => Err(StoreError::NoVersion { asked, last: last.version }),
            (Some(_), None) => Err(StoreError::Absent { path: self.folder.clone() }),
            (None, _) => Ok(snapshot),
        }
    }

    pub(crate) fn version_path(&self, number: u64) -> PathBuf {
        self.log_folder().join(format!("{number:020}.json"))
    }

    /// The versions that have a file in the log, in order.
    fn numbers(&self) -> Result<Vec<u64>, StoreError> {
        let folder = self.log_folder();
        let found = match names(&folder) {
            Ok(found) => found,
            Err(e) if e.kind() == ErrorKind::NotFound => Vec::new(),
            Err(e) => return Err(StoreError::io(&folder, "cannot be read")(e)),
        };
        let number = |name: &String| {
            let digits = name.strip_suffix(".json")?;
            let plain = digits.len() == 20 && digits.bytes().all(|b| b.is_ascii_digit());
            digits.parse().ok().filter(|_| plain)
        };
        let mut numbers: Vec<u64> = found.iter().filter_map(number).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Make a version appear, whole, if its number is still free.
    pub(crate) fn commit(&self, lock: &WriteLock, number: u64, text: &str) -> Result<(), StoreError> {
        let path = self.version_path(number);
        let draft = self.log_folder().join(format!(".{number:020}.{}", lock.token));
        let fail = |e| StoreError::io(&draft, "cannot be written")(e);
        let mut file = File::create(&draft).map_err(fail)?;
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(fail);
        let outcome = written.and_then(|()| {
            // Who lost the lock meanwhile (its file was removed) may have lost files to another writer's sweep.
            if lock.was_held() && !lock.is_held() {
                return Err(StoreError::LockLost { path: self.folder.join(LOCK) });
            }
            // A link, unlike a renaming, fails where the name exists: the number is taken once.
            match fs::hard_link(&draft, &path) {
                Ok(()) => Ok(()),
                Err(_) if path.exists() => Err(StoreError::Conflict { version: number }),
                // A file system without links: the lock keeps writers apart, and where there is none nothing does.
                Err(_) if lock.is_held() => {
                    fs::rename(&draft, &path).map_err(StoreError::io(&path, "cannot be written"))
                }
                Err(e) => Err(StoreError::io(&path, "cannot be written safely without locks and links")(e)),
            }
        });
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
        for folder in DERIVED.map(|table| self.folder.join(table)).into_iter().filter(|f| f.is_dir()) {
            sync_folder(&folder)?;
        }
        // The store's own name stands in the folder above it.
        match self.folder.parent() {
            Some(above) if !above.as_os_str().is_empty() => sync_folder(above),
            _ => sync_folder(Path::new(".")),
        }
    }
}

/// The names in a folder.
pub(crate) fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(folder)?;
    let mut names = entries
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort_unstable();
    Ok(names)
}

fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    // Only Unix lets a folder be opened and synced.
    if cfg!(unix) {
        let opened = File::open(folder).and_then(|f| f.sync_all());
        opened.map_err(StoreError::io(folder, "cannot be synced"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// A process that looks while another makes its store takes it for what it is.
    #[test]
    fn a_store_that_is_being_made_is_no_other_folder() {
        let folder = std::env::temp_dir().join(format!("tarazu-being-made-{}", std::process::id()));
        let store = Store { folder: folder.clone() };
        fs::create_dir_all(&folder).unwrap();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..2_000 {
                    store.make().unwrap();
                    store.unmake();
                }
                done.store(true, Ordering::Relaxed);
            });
            while !done.load(Ordering::Relaxed) {
                store.fits().unwrap();
            }
        });
        fs::remove_dir_all(folder).unwrap();
    }
}
