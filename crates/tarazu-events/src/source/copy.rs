//! A file that is read once: on its way to the reader it is hashed and copied to the disk, beside other work.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use sha2::{Digest, Sha256};

use crate::file::{FileError, hex};

/// Bytes that are read, hashed and written at a time.
const BLOCK: usize = 1 << 21;

/// Blocks that may be under way between the reader and the copy.
const BLOCKS: usize = 4;

/// What the disk wants the addresses of direct writes to be multiples of, at most.
const ALIGNMENT: usize = 4096;

/// What a file's bytes are known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Contents {
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub length: u64,
}

/// [`Contents`] in the making.
#[derive(Default)]
struct Hashing {
    digest: Sha256,
    length: u64,
}

impl Hashing {
    fn add(&mut self, block: &[u8]) {
        self.digest.update(block);
        self.length += block.len() as u64;
    }

    fn end(self) -> Contents {
        Contents { sha256: hex(&self.digest.finalize()), length: self.length }
    }
}

/// A copy under way. Where it is dropped, it ends unfinished.
#[derive(Debug)]
pub struct Copying {
    /// What passes the file on; `None` for one that was read already.
    passing: Option<Arc<Mutex<Passing>>>,
    thread: Option<JoinHandle<Result<(), FileError>>>,
    /// Comes when the whole file has been read, before the copy is seen onto the disk.
    hash: Receiver<Contents>,
    contents: Option<Contents>,
}

impl Copying {
    /// Copy what will be read of a file, named `from`.
    pub(super) fn begin(file: File, from: &Path, to: &Path) -> Self {
        let (blocks, to_copy) = sync_channel::<Block>(BLOCKS);
        let (copied, free) = channel();
        let (sender, hash) = channel();
        let to = to.to_owned();
        let copy = move || {
            let mut copy = Copy::create(&to, false)?;
            let mut hashing = Hashing::default();
            for block in to_copy {
                hashing.add(block.bytes());
                copy.add(block.bytes())?;
                let _ = copied.send(block);
            }
            let _ = sender.send(hashing.end());
            copy.sync()
        };
        let passing = Passing {
            file,
            path: from.into(),
            block: Block::new(),
            at: 0,
            blocks: Some(blocks),
            free,
            made: 1,
            given_up: false,
        };
        let thread = Some(thread::spawn(copy));
        Self { passing: Some(Arc::new(Mutex::new(passing))), thread, hash, contents: None }
    }

    /// See a copy that is made already onto the disk.
    pub(super) fn syncing(copy: &Path, contents: Contents) -> Self {
        let copy = copy.to_owned();
        let sync = move || {
            let synced = File::open(&copy).and_then(|file| file.sync_all());
            synced.map_err(|e| FileError::write(&copy, e))
        };
        let hash = channel().1;
        Self { passing: None, thread: Some(thread::spawn(sync)), hash, contents: Some(contents) }
    }

    /// The file, for its one reader; `None` where it was read already.
    pub(super) fn reader(&self) -> Option<impl Read + Send + use<>> {
        self.passing.clone().map(Reader)
    }

    /// Read what nobody read and wait until all is copied: what the file was.
    ///
    /// # Errors
    /// Where the file cannot be read, or the copy not be written.
    pub(super) fn contents(&mut self) -> Result<Contents, FileError> {
        if self.contents.is_none() {
            if let Some(passing) = &self.passing {
                let passed = passing.lock().unwrap_or_else(PoisonError::into_inner).pass_the_rest();
                if let Err(unread) = passed {
                    return Err(self.failure().unwrap_or(unread));
                }
            }
            self.contents = self.hash.recv().ok();
        }
        self.contents.clone().map_or_else(|| Err(self.failure().unwrap_or_else(died)), Ok)
    }

    /// Give up copying: why the copy could not be written, if it could not.
    pub fn failure(&mut self) -> Option<FileError> {
        self.give_up();
        self.join().err()
    }

    fn give_up(&self) {
        if let Some(passing) = &self.passing {
            passing.lock().unwrap_or_else(PoisonError::into_inner).give_up();
        }
    }

    /// Wait until the copy is on the disk.
    ///
    /// # Errors
    /// As [`Copying::contents`].
    pub(super) fn end(mut self) -> Result<(), FileError> {
        self.contents()?;
        self.join()
    }

    fn join(&mut self) -> Result<(), FileError> {
        self.thread.take().map_or(Ok(()), |thread| thread.join().unwrap_or_else(|_| Err(died())))
    }
}

fn died() -> FileError {
    FileError::write(Path::new("copy"), io::Error::other("its thread died"))
}

impl Drop for Copying {
    fn drop(&mut self) {
        self.give_up();
        let _ = self.join();
    }
}

/// Part of a file, at an address that suits direct writes.
#[derive(Debug)]
struct Block {
    memory: Vec<u8>,
    start: usize,
    filled: usize,
}

impl Block {
    fn new() -> Self {
        let memory = vec![0; BLOCK + ALIGNMENT];
        let start = memory.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        Self { memory, start, filled: 0 }
    }

    fn bytes(&self) -> &[u8] {
        &self.memory[self.start..self.start + self.filled]
    }

    /// Read until the block is full or the file ends.
    fn fill(&mut self, file: &mut impl Read) -> io::Result<()> {
        let room = &mut self.memory[self.start..self.start + BLOCK];
        self.filled = 0;
        while self.filled < room.len() {
            match file.read(&mut room[self.filled..]) {
                Ok(0) => break,
                Ok(n) => self.filled += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}

/// A file being read, each block of which goes on to the copy when it is used up.
#[derive(Debug)]
struct Passing {
    file: File,
    path: PathBuf,
    block: Block,
    /// How much of the block has been read.
    at: usize,
    /// Where blocks go; `None` after the last.
    blocks: Option<SyncSender<Block>>,
    /// Where they come back from.
    free: Receiver<Block>,
    made: usize,
    /// Whether there is something of the file that its reader will not have.
    given_up: bool,
}

impl Passing {
    /// Go to the next block; whether there is one.
    fn advance(&mut self) -> io::Result<bool> {
        let Some(blocks) = &self.blocks else { return Ok(false) };
        if self.block.filled > 0 {
            let next = match self.free.try_recv() {
                Ok(block) => Some(block),
                Err(_) if self.made < BLOCKS => None,
                Err(_) => self.free.recv().ok(),
            };
            let next = next.unwrap_or_else(|| {
                self.made += 1;
                Block::new()
            });
            if blocks.send(std::mem::replace(&mut self.block, next)).is_err() {
                self.give_up();
                return Err(given_up());
            }
        }
        self.at = 0;
        self.block.fill(&mut self.file)?;
        if self.block.filled == 0 {
            self.blocks = None;
        }
        Ok(self.block.filled > 0)
    }

    fn give_up(&mut self) {
        // After the last block there is nothing to give up.
        self.given_up |= self.blocks.take().is_some();
    }

    fn pass_the_rest(&mut self) -> Result<(), FileError> {
        self.given_up |= self.at < self.block.filled;
        loop {
            match self.advance() {
                Ok(true) => self.given_up = true,
                Ok(false) => return Ok(()),
                Err(e) => return Err(FileError::read(&self.path, e)),
            }
        }
    }
}

/// What a reader is told who comes after all.
fn given_up() -> io::Error {
    io::Error::other("its copy was given up")
}

/// Reads a file that passes on what is read.
struct Reader(Arc<Mutex<Passing>>);

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut passing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if passing.given_up {
            return Err(given_up());
        }
        if passing.at == passing.block.filled && !passing.advance()? {
            return Ok(0);
        }
        let left = &passing.block.bytes()[passing.at..];
        let n = left.len().min(buffer.len());
        buffer[..n].copy_from_slice(&left[..n]);
        passing.at += n;
        Ok(n)
    }
}

/// Read a file to its end and hash it; each block but the last is whole.
pub(super) fn each_block(
    mut file: File,
    path: &Path,
    mut take: impl FnMut(&[u8]) -> Result<(), FileError>,
) -> Result<Contents, FileError> {
    let mut block = Block::new();
    let mut hashing = Hashing::default();
    loop {
        block.fill(&mut file).map_err(|e| FileError::read(path, e))?;
        if block.filled == 0 {
            return Ok(hashing.end());
        }
        hashing.add(block.bytes());
        take(block.bytes())?;
    }
}

/// A file being written, past the system's cache where it lets us: a copy that nobody reads soon should not cost memory, nor the time
/// to find it.
pub(super) struct Copy<'a> {
    path: &'a Path,
    plain: File,
    direct: Option<File>,
    at: u64,
}

impl<'a> Copy<'a> {
    /// `read_soon`: then through the cache after all.
    pub fn create(path: &'a Path, read_soon: bool) -> Result<Self, FileError> {
        let plain = File::create(path).map_err(|e| FileError::write(path, e))?;
        let direct = if read_soon { None } else { unbuffered(path) };
        Ok(Self { path, plain, direct, at: 0 })
    }

    pub fn add(&mut self, block: &[u8]) -> Result<(), FileError> {
        let write = |out: &mut File| out.seek(SeekFrom::Start(self.at)).and_then(|_| out.write_all(block));
        // What does not fill a block goes through the cache, and so does all the rest where the disk refuses.
        if block.len() < BLOCK || self.direct.as_mut().is_none_or(|out| write(out).is_err()) {
            self.direct = None;
            write(&mut self.plain).map_err(|e| FileError::write(self.path, e))?;
        }
        self.at += block.len() as u64;
        Ok(())
    }

    fn sync(self) -> Result<(), FileError> {
        self.plain.sync_all().map_err(|e| FileError::write(self.path, e))
    }
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

    /// Lengths on both sides of a block, so that whole blocks, a rest and neither are copied, whatever of the file is read.
    #[test]
    fn a_copy_is_the_file() {
        let folder = std::env::temp_dir().join(format!("tarazu-copy-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (from, to) = (folder.join("from"), folder.join("to"));
        let lengths = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 77, (BLOCKS + 4) * BLOCK];
        for (length, read_of_it) in lengths.into_iter().flat_map(|l| [(l, 0), (l, 300_000), (l, u64::MAX)]) {
            let bytes: Vec<u8> = (0..length).map(|i| (i * 7 + i / 251) as u8).collect();
            std::fs::write(&from, &bytes).unwrap();
            let mut copying = Copying::begin(File::open(&from).unwrap(), &from, &to);
            let mut read = Vec::new();
            copying.reader().unwrap().take(read_of_it).read_to_end(&mut read).unwrap();
            assert!(read == bytes[..bytes.len().min(read_of_it as usize)]);
            let contents = copying.contents().unwrap();
            assert_eq!(contents.sha256, crate::file::sha256_hex(&bytes));
            assert_eq!(contents.length, length as u64);
            copying.end().unwrap();
            assert!(std::fs::read(&to).unwrap() == bytes, "{length}");
        }
        let copying = Copying::begin(File::open(&from).unwrap(), &from, &to);
        let mut reader = copying.reader().unwrap();
        assert_eq!(reader.read(&mut [0; 7]).unwrap(), 7);
        drop(copying);
        assert!(reader.read(&mut [0; 7]).is_err(), "a file whose copy was given up does not end");
        let mut nowhere = Copying::begin(File::open(&from).unwrap(), &from, &folder.join("no/such"));
        assert!(nowhere.contents().unwrap_err().to_string().contains("no/such"));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
