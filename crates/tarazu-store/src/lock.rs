//! The right to write: one process at a time, where the file system has locks.

use std::fs::{self, File, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::StoreError;
use crate::store::Store;

/// The file that is locked, within the store.
pub(crate) const LOCK: &str = ".lock";

/// How often a lock is tried whose file somebody else removes.
const TRIES: usize = 100;

/// The right to write, until dropped. The system takes it back when the process dies.
#[derive(Debug)]
pub(crate) struct WriteLock {
    file: File,
    path: PathBuf,
    held: bool,
    /// Folders that were made to lock in, the innermost first.
    made: Vec<PathBuf>,
    /// Whether there was no store before.
    pub fresh: bool,
    /// What the names of this writer's files bear, so that two writers without locks never write to one file.
    pub token: String,
}

impl WriteLock {
    /// Wait for the right to write in a store. `waiting` is called once if another process has it.
    pub fn take(store: &Store, waiting: &dyn Fn()) -> Result<Self, StoreError> {
        store.fits()?;
        let path = store.folder().join(LOCK);
        let fail = |e| StoreError::io(&path, "cannot be locked")(e);
        let folder = store.folder();
        let absent = folder.ancestors().take_while(|p| !p.as_os_str().is_empty() && !p.exists());
        let made: Vec<PathBuf> = absent.map(Path::to_owned).collect();
        let mut waited = false;
        for _ in 0..TRIES {
            fs::create_dir_all(folder).map_err(StoreError::io(folder, "cannot be made"))?;
            let opened = File::options().create(true).truncate(false).write(true).open(&path);
            let file = match opened {
                Ok(file) => file,
                // A first import that failed beside this one has just taken the folder away.
                Err(e) if e.kind() == ErrorKind::NotFound => continue,
                Err(e) => return Err(fail(e)),
            };
            let held = match file.try_lock() {
                Ok(()) => true,
                Err(TryLockError::WouldBlock) => {
                    if !waited {
                        waiting();
                        waited = true;
                    }
                    file.lock().map_err(fail)?;
                    true
                }
                // A file system without locks.
                Err(TryLockError::Error(e)) if e.kind() == ErrorKind::Unsupported => false,
                Err(TryLockError::Error(e)) => return Err(fail(e)),
            };
            // A lock on a file that lost its name keeps nobody out.
            if !held || is_named(&file, &path) {
                let fresh = !store.log_folder().is_dir();
                return Ok(Self { file, path, held, made, fresh, token: token() });
            }
        }
        Err(fail(Error::other("it is removed again and again")))
    }

    /// Whether every other writer is kept out: where this is false, files that no version names may be another writer's.
    pub fn is_held(&self) -> bool {
        self.held && is_named(&self.file, &self.path)
    }

    /// Whether it was held when it was taken.
    pub fn was_held(&self) -> bool {
        self.held
    }

    /// Take away what was made of a store that never came to a version.
    pub fn undo(self, store: &Store) {
        if self.fresh && self.is_held() {
            store.unmake();
            let _ = fs::remove_file(&self.path);
            for folder in &self.made {
                let _ = fs::remove_dir(folder);
            }
        }
    }
}

/// Whether the open file still is the one of this name.
#[cfg(unix)]
fn is_named(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(named)) => open.dev() == named.dev() && open.ino() == named.ino(),
        _ => false,
    }
}

/// Other systems do not let an open file be removed.
#[cfg(not(unix))]
fn is_named(_: &File, path: &Path) -> bool {
    path.exists()
}

/// Eight digits that no other writer has at this moment.
fn token() -> String {
    let mut hasher = DefaultHasher::new();
    (std::process::id(), SystemTime::now(), std::thread::current().id()).hash(&mut hasher);
    format!("{:08x}", hasher.finish() >> 32)
}

#[cfg(test)]
impl WriteLock {
    /// As on a file system without locks.
    pub fn without_locks(mut self) -> Self {
        self.held = false;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_whose_file_was_removed_is_not_held() {
        let folder = std::env::temp_dir().join(format!("tarazu-lock-{}", std::process::id()));
        let store = Store::open_or_create(&folder).unwrap();
        let first = WriteLock::take(&store, &|| {}).unwrap();
        assert!(first.is_held());
        fs::remove_file(folder.join(LOCK)).unwrap();
        assert!(!first.is_held());
        let second = WriteLock::take(&store, &|| panic!("nobody else holds it")).unwrap();
        assert!(second.is_held() && !first.is_held());
        assert_ne!(first.token, second.token);
        fs::remove_dir_all(&folder).unwrap();
        let third = WriteLock::take(&store, &|| {}).unwrap();
        first.undo(&store);
        assert!(third.is_held(), "who lost the lock takes nothing away");
        third.undo(&store);
        assert!(!folder.exists(), "what was made for the lock is taken away");
    }
}
