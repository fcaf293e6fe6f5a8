//! A copy of a file that goes to the disk beside other work.

use std::fs::File;
use std::hash::BuildHasher;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use crate::file::FileError;

/// Bytes that are read, hashed or written at a time.
pub(super) const BLOCK: usize = 1 << 18;

/// What the disk wants the addresses of direct writes to be multiples of, at most.
const ALIGNMENT: usize = 4096;

/// A short hash of each block of a file, by which two readings of it are compared.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Prints(Vec<u64>);

impl Prints {
    pub fn add(&mut self, block: &[u8]) {
        self.0.push(foldhash::quality::FixedState::default().hash_one(block));
    }
}

/// A copy under way. Where it is dropped, it ends unfinished.
#[derive(Debug)]
pub struct Copying {
    thread: Option<JoinHandle<Result<Prints, FileError>>>,
    stop: Arc<AtomicBool>,
    expected: Option<Prints>,
}

impl Copying {
    /// Begin to copy a file that lies on a disk.
    pub(super) fn begin(from: &Path, to: &Path) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (from, to, stopped) = (from.to_owned(), to.to_owned(), stop.clone());
        let thread = Some(thread::spawn(move || copy(&from, &to, &stopped)));
        Self { thread, stop, expected: None }
    }

    /// See a copy that is made already onto the disk.
    pub(super) fn syncing(copy: &Path) -> Self {
        let copy = copy.to_owned();
        let sync = move || {
            let synced = File::open(&copy).and_then(|file| file.sync_all());
            synced.map(|()| Prints::default()).map_err(|e| FileError::write(&copy, e))
        };
        let expected = Some(Prints::default());
        Self { thread: Some(thread::spawn(sync)), stop: Arc::default(), expected }
    }

    /// What the file was when it was hashed: the copy must be the same.
    pub(super) fn must_equal(&mut self, prints: Prints) {
        self.expected = Some(prints);
    }

    /// Wait until the copy is on the disk; whether it is what was hashed.
    ///
    /// # Errors
    /// Where it cannot be read or written.
    pub(super) fn end(mut self) -> Result<bool, FileError> {
        let joined = self.thread.take().and_then(|thread| thread.join().ok());
        let died = || FileError::write(Path::new("copy"), std::io::Error::other("its thread died"));
        let prints = joined.ok_or_else(died)??;
        Ok(self.expected.as_ref() == Some(&prints))
    }
}

impl Drop for Copying {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Copy, block by block, past the system's cache where it lets us: a copy that nobody reads soon should not cost memory, nor the time
/// to find it.
fn copy(from: &Path, to: &Path, stop: &AtomicBool) -> Result<Prints, FileError> {
    let written = |e| FileError::write(to, e);
    let mut file = File::open(from).map_err(|e| FileError::read(from, e))?;
    let mut plain = File::create(to).map_err(written)?;
    let mut direct = unbuffered(to);
    let mut memory = vec![0; BLOCK + ALIGNMENT];
    let start = memory.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
    let (mut prints, mut at) = (Prints::default(), 0);
    while !stop.load(Ordering::Relaxed) {
        let filled =
            fill(&mut file, &mut memory[start..start + BLOCK]).map_err(|e| FileError::read(from, e))?;
        if filled == 0 {
            break;
        }
        let block = &memory[start..start + filled];
        prints.add(block);
        let write = |out: &mut File| out.seek(SeekFrom::Start(at)).and_then(|_| out.write_all(block));
        // What does not fill a block goes through the cache, and so does all the rest where the disk refuses.
        if filled < BLOCK || direct.as_mut().is_none_or(|out| write(out).is_err()) {
            direct = None;
            write(&mut plain).map_err(written)?;
        }
        at += filled as u64;
    }
    plain.sync_all().map_err(written)?;
    Ok(prints)
}

/// Read until the block is full or the file ends.
pub(super) fn fill(file: &mut impl Read, block: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < block.len() {
        match file.read(&mut block[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

/// The file opened for writing past the cache, where the system and the file system can.
#[cfg(target_os = "linux")]
fn unbuffered(path: &Path) -> Option<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options().write(true).custom_flags(libc::O_DIRECT).open(path).ok()
}

#[cfg(not(target_os = "linux"))]
fn unbuffered(_: &Path) -> Option<File> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lengths on both sides of a block, so that whole blocks, a rest and neither are copied.
    #[test]
    fn a_copy_is_the_file() {
        let folder = std::env::temp_dir().join(format!("tarazu-copy-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (from, to) = (folder.join("from"), folder.join("to"));
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 77] {
            let bytes: Vec<u8> = (0..length).map(|i| (i * 7 + i / 251) as u8).collect();
            std::fs::write(&from, &bytes).unwrap();
            let mut prints = Prints::default();
            bytes.chunks(BLOCK).for_each(|block| prints.add(block));
            let mut copying = Copying::begin(&from, &to);
            copying.must_equal(prints);
            assert!(copying.end().unwrap());
            assert!(std::fs::read(&to).unwrap() == bytes, "{length}");
        }
        let mut other = Copying::begin(&from, &to);
        other.must_equal(Prints::default());
        assert!(!other.end().unwrap());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
