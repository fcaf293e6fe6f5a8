//! The file as the user has it: hashed, and kept by its hash where a store wants it.

use std::fs::{File, Metadata};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::thread;

use sha2::{Digest, Sha256};

use super::copy::{BLOCK, Copying, Prints, fill};
use crate::file::{FileError, hex};

/// How many blocks of a file are under way between reading and hashing.
const BLOCKS: usize = 8;

/// A file with its identity.
#[derive(Debug, Clone)]
pub struct Original {
    /// As the user named it.
    pub name: String,
    /// Where the contents are read from.
    pub path: PathBuf,
    /// SHA-256 of the contents, in hexadecimal.
    pub sha256: String,
    /// Length in bytes.
    pub length: u64,
    seen: Option<Seen>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    length: u64,
    modified: Option<std::time::SystemTime>,
    /// Which file of which disk it is, and when anything of it was changed, by the system's own clock: times of contents can be set.
    identity: [u64; 4],
}

impl Seen {
    fn of(metadata: &Metadata) -> Self {
        Self { length: metadata.len(), modified: metadata.modified().ok(), identity: identity(metadata) }
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> [u64; 4] {
    use std::os::unix::fs::MetadataExt;
    [metadata.dev(), metadata.ino(), metadata.ctime().cast_unsigned(), metadata.ctime_nsec().cast_unsigned()]
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> [u64; 4] {
    [0; 4]
}

impl Original {
    /// Hash the file where it stands.
    ///
    /// # Errors
    /// Where it is no file, cannot be read, or changes meanwhile.
    pub fn hash(path: &Path) -> Result<Self, FileError> {
        Ok(Self::pass(path, None)?.0)
    }

    /// Hash the file, and begin to copy it to `copy`. A file on a disk is read on from where it lies, and has to stay what it is until
    /// the copy [is kept](Original::kept). A stream can be read only once: its copy is made first and read from then on.
    ///
    /// # Errors
    /// As [`Original::hash`], and where the copy cannot be written.
    pub fn copy(path: &Path, copy: &Path) -> Result<(Self, Copying), FileError> {
        if std::fs::metadata(path).is_ok_and(|m| m.is_file()) {
            let mut copying = Copying::begin(path, copy);
            let (original, prints) = Self::pass(path, None)?;
            copying.must_equal(prints);
            return Ok((original, copying));
        }
        let (original, _) = Self::pass(path, Some(copy))?;
        Ok((original, Copying::syncing(copy)))
    }

    /// Wait until the copy is on the disk. The caller names it.
    ///
    /// # Errors
    /// Where it cannot be written, or the file was no longer what was hashed.
    pub fn kept(&self, copying: Copying) -> Result<(), FileError> {
        if !copying.end()? {
            return Err(changed(&self.path));
        }
        self.still_the_same()
    }

    fn pass(path: &Path, copy: Option<&Path>) -> Result<(Self, Prints), FileError> {
        let fail = |e| FileError::read(path, e);
        let mut file = File::open(path).map_err(fail)?;
        let before = file.metadata().map_err(fail)?;
        if before.is_dir() {
            return Err(fail(std::io::Error::other("it is a directory; name the files in it")));
        }
        let mut out = match copy {
            Some(copy) => Some((File::create(copy).map_err(|e| FileError::write(copy, e))?, copy)),
            None => None,
        };
        // One thread reads and writes, the other hashes; blocks go to and fro, so that what is hashed is what is written.
        let (blocks, to_hash) = sync_channel::<(Vec<u8>, usize)>(BLOCKS);
        let (hashed, free) = sync_channel::<Vec<u8>>(BLOCKS);
        let mut prints = Prints::default();
        let (digest, length) = thread::scope(|scope| {
            let hashing = scope.spawn(move || {
                let mut digest = Sha256::new();
                for (block, filled) in to_hash {
                    digest.update(&block[..filled]);
                    let _ = hashed.send(block);
                }
                digest
            });
            let (mut length, mut made) = (0, 0);
            loop {
                let mut block = if made < BLOCKS {
                    made += 1;
                    vec![0; BLOCK]
                } else {
                    free.recv().map_err(|_| fail(std::io::Error::other("the thread that hashes died")))?
                };
                let filled = fill(&mut file, &mut block).map_err(fail)?;
                if filled == 0 {
                    break;
                }
                length += filled as u64;
                match &mut out {
                    Some((out, copy)) => {
                        out.write_all(&block[..filled]).map_err(|e| FileError::write(copy, e))?;
                    }
                    None => prints.add(&block[..filled]),
                }
                let _ = blocks.send((block, filled));
            }
            drop(blocks);
            let died = |_| fail(std::io::Error::other("the thread that hashes died"));
            Ok::<_, FileError>((hashing.join().map_err(died)?, length))
        })?;
        let seen = Seen::of(&before);
        let original = Self {
            name: path.display().to_string(),
            path: copy.unwrap_or(path).into(),
            sha256: hex(&digest.finalize()),
            length,
            seen: copy.is_none().then(|| seen.clone()),
        };
        let after = std::fs::metadata(path).map_err(fail)?;
        if before.is_file() && (Seen::of(&after) != seen || length != seen.length) {
            return Err(changed(path));
        }
        Ok((original, prints))
    }

    /// Make sure that the file still is what was hashed.
    ///
    /// # Errors
    /// Where it changed while it was read.
    pub fn still_the_same(&self) -> Result<(), FileError> {
        let Some(seen) = &self.seen else { return Ok(()) };
        let now = std::fs::metadata(&self.path).map_err(|e| FileError::read(&self.path, e))?;
        if now.is_file() && Seen::of(&now) != *seen { Err(changed(&self.path)) } else { Ok(()) }
    }
}

fn changed(path: &Path) -> FileError {
    FileError::read(path, std::io::Error::other("it changed while it was read; try again when it is at rest"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `rsync --times` and `cp --preserve` leave it: another file of the same length with the same time of its contents.
    #[cfg(unix)]
    #[test]
    fn a_file_replaced_by_one_of_its_length_and_time_is_another() {
        let folder = std::env::temp_dir().join(format!("tarazu-original-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (path, other) = (folder.join("file"), folder.join("other"));
        std::fs::write(&path, "first").unwrap();
        let original = Original::hash(&path).unwrap();
        assert!(original.still_the_same().is_ok());
        std::fs::write(&other, "other").unwrap();
        let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
        File::options().write(true).open(&other).unwrap().set_modified(modified).unwrap();
        std::fs::rename(&other, &path).unwrap();
        let error = original.still_the_same().unwrap_err().to_string();
        assert!(error.contains("it changed while it was read"), "{error}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
