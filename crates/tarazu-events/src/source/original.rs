//! The file as the user has it: hashed, and kept by its hash where a store wants it.

use std::fs::{File, Metadata};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::thread;

use sha2::{Digest, Sha256};

use crate::file::{FileError, hex};

/// How many blocks of a file are under way between reading and hashing.
const BLOCKS: usize = 8;

/// A file with its identity. Where it was kept, the contents are read from the copy, so that nothing that happens to the user's
/// file later matters.
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
}

impl Seen {
    fn of(metadata: &Metadata) -> Self {
        Self { length: metadata.len(), modified: metadata.modified().ok() }
    }
}

impl Original {
    /// Hash the file where it stands.
    ///
    /// # Errors
    /// Where it is no file, cannot be read, or changes meanwhile.
    pub fn hash(path: &Path) -> Result<Self, FileError> {
        Self::pass(path, None)
    }

    /// Hash the file and copy it to `copy` on the way; later reads are from the copy. The caller syncs and names the copy.
    ///
    /// # Errors
    /// As [`Original::hash`], and where the copy cannot be written.
    pub fn copy(path: &Path, copy: &Path) -> Result<Self, FileError> {
        Self::pass(path, Some(copy))
    }

    fn pass(path: &Path, copy: Option<&Path>) -> Result<Self, FileError> {
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
                    vec![0; 1 << 18]
                } else {
                    free.recv().map_err(|_| fail(std::io::Error::other("the thread that hashes died")))?
                };
                let filled = file.read(&mut block).map_err(fail)?;
                if filled == 0 {
                    break;
                }
                length += filled as u64;
                if let Some((out, copy)) = &mut out {
                    out.write_all(&block[..filled]).map_err(|e| FileError::write(copy, e))?;
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
        Ok(original)
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
