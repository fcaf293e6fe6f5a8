//! The file as the user has it, and how it is kept.

use std::fs::{File, Metadata};
use std::path::{Path, PathBuf};

use super::copy::{Contents, Copy, Copying, each_block};
use crate::file::FileError;

/// A file with its identity.
#[derive(Debug, Clone)]
pub struct Original {
    /// As the user named it.
    pub name: String,
    /// Where the contents are read from.
    pub path: PathBuf,
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
    /// The file where it stands.
    ///
    /// # Errors
    /// Where it is none, or cannot be looked at.
    pub fn find(path: &Path) -> Result<Self, FileError> {
        Ok(Self::opened(path)?.0)
    }

    /// The file where it stands, and the SHA-256 of its contents.
    ///
    /// # Errors
    /// As [`Original::find`], and where it cannot be read, or changes meanwhile.
    pub fn hash(path: &Path) -> Result<(Self, String), FileError> {
        let (original, file) = Self::opened(path)?;
        let contents = each_block(file, path, |_| Ok(()))?;
        original.is_still(&contents)?;
        Ok((original, contents.sha256))
    }

    /// Begin to copy the file to `copy`. A file on a disk is copied as it is [read](crate::Scan::of_copy), and has to stay what it is until
    /// the copy [is kept](Original::kept). A stream can be read only once: its copy is made first and read from then on.
    ///
    /// # Errors
    /// As [`Original::find`], and where the copy of a stream cannot be written.
    pub fn copy(path: &Path, copy: &Path) -> Result<(Self, Copying), FileError> {
        let (original, file) = Self::opened(path)?;
        if original.seen.is_some() {
            return Ok((original, Copying::begin(file, path, copy)));
        }
        let mut out = Copy::create(copy, true)?;
        let contents = each_block(file, path, |block| out.add(block))?;
        let original = Self { path: copy.into(), length: contents.length, ..original };
        Ok((original, Copying::syncing(copy, contents)))
    }

    /// Wait until all of the file has been copied, read or not: the SHA-256 of the contents.
    ///
    /// # Errors
    /// Where it cannot be read or written, or changed meanwhile.
    pub fn sha256(&self, copying: &mut Copying) -> Result<String, FileError> {
        let contents = copying.contents()?;
        self.is_still(&contents)?;
        Ok(contents.sha256)
    }

    /// Wait until the copy is on the disk. The caller names it.
    ///
    /// # Errors
    /// Where it cannot be written, or the file changed meanwhile.
    pub fn kept(&self, copying: Copying) -> Result<(), FileError> {
        copying.end()?;
        self.still_the_same()
    }

    /// A stream has neither a length nor an identity.
    fn opened(path: &Path) -> Result<(Self, File), FileError> {
        let fail = |e| FileError::read(path, e);
        let file = File::open(path).map_err(fail)?;
        let metadata = file.metadata().map_err(fail)?;
        if metadata.is_dir() {
            return Err(fail(std::io::Error::other("it is a directory; name the files in it")));
        }
        let seen = metadata.is_file().then(|| Seen::of(&metadata));
        let length = metadata.len();
        Ok((Self { name: path.display().to_string(), path: path.into(), length, seen }, file))
    }

    fn is_still(&self, contents: &Contents) -> Result<(), FileError> {
        self.still_the_same()?;
        if self.seen.is_some() && contents.length != self.length { Err(changed(&self.path)) } else { Ok(()) }
    }

    /// Make sure that the file still is what it was.
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
        let original = Original::find(&path).unwrap();
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
