//! Files read whole with their hash, and files written whole or not at all.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// A file that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {action}: {source}", path = path.display())]
pub struct FileError {
    path: PathBuf,
    action: &'static str,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl FileError {
    pub(crate) fn read(path: &Path, source: std::io::Error) -> Self {
        Self { path: path.into(), action: "cannot be read", source: source.into() }
    }

    pub(crate) fn read_named(name: &str, source: std::io::Error) -> Self {
        Self::read(Path::new(name), source)
    }

    /// A file that could not be written, made or removed.
    pub fn write(path: &Path, source: std::io::Error) -> Self {
        Self { path: path.into(), action: "cannot be written", source: source.into() }
    }

    pub(crate) fn encode(path: &Path, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self { path: path.into(), action: "cannot be written", source: source.into() }
    }
}

/// A file's bytes with the hash that identifies them.
#[derive(Debug)]
pub struct SourceFile {
    /// As the user named it.
    pub path: PathBuf,
    /// Contents, without a UTF-8 byte order mark.
    pub bytes: Vec<u8>,
    /// SHA-256 of the contents as they stand on disk, in hexadecimal.
    pub sha256: String,
}

impl SourceFile {
    /// Read `path` whole.
    ///
    /// # Errors
    /// When `path` is a directory, is missing or cannot be read.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let mut bytes = fs::read(path).map_err(|e| FileError::read(path, e))?;
        let sha256 = sha256_hex(&bytes);
        if bytes.starts_with(b"\xEF\xBB\xBF") {
            bytes.drain(..3);
        }
        Ok(Self { path: path.into(), bytes, sha256 })
    }

    /// The path for messages.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }
}

/// SHA-256 of `bytes` in hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A file being written. It has its name only when it is whole; what is no regular file (a pipe, a device) is written to as it is, and
/// a link is followed.
#[derive(Debug)]
pub struct Output {
    file: fs::File,
    path: PathBuf,
    /// Where it stands until it is whole.
    draft: Option<PathBuf>,
}

impl Output {
    /// Begin a file. Folders that are missing are made.
    ///
    /// # Errors
    /// When the folder or file cannot be written.
    pub fn create(path: &Path) -> Result<Self, FileError> {
        let fail = |e| FileError::write(path, e);
        let Some(place) = replaceable(path) else {
            let file = fs::File::options().append(true).create(true).open(path).map_err(fail)?;
            return Ok(Self { file, path: path.into(), draft: None });
        };
        let parent = folder_of(&place);
        fs::create_dir_all(parent).map_err(fail)?;
        let name = place.file_name().and_then(|n| n.to_str()).unwrap_or("output");
        let draft = parent.join(format!(".{name}.{}.part", std::process::id()));
        let file = fs::File::create(&draft).map_err(fail)?;
        Ok(Self { file, path: place, draft: Some(draft) })
    }

    /// See the file onto the disk and give it its name.
    ///
    /// # Errors
    /// When that fails; then what had the name has it still.
    pub fn finish(mut self) -> Result<(), FileError> {
        let Some(draft) = &self.draft else { return Ok(()) };
        let renamed = self.file.sync_all().and_then(|()| fs::rename(draft, &self.path));
        renamed.map_err(|e| FileError::write(&self.path, e))?;
        self.draft = None;
        sync_folder(folder_of(&self.path)).map_err(|e| FileError::write(&self.path, e))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some(draft) = &self.draft {
            let _ = fs::remove_file(draft);
        }
    }
}

/// The path that a whole file may be put at, in place of what is there; `None` where it must be written through.
fn replaceable(path: &Path) -> Option<PathBuf> {
    // `/dev/stdout` is a link to wherever the shell sends it, which may be a file with other things in it.
    if cfg!(unix) && (path.starts_with("/dev") || path.starts_with("/proc")) {
        return None;
    }
    let Ok(found) = fs::symlink_metadata(path) else { return Some(path.into()) };
    let place = if found.is_symlink() { path.canonicalize().ok()? } else { path.into() };
    let kind = fs::metadata(&place).ok()?.file_type();
    // A folder is no file either, and the renaming will say so.
    (kind.is_file() || kind.is_dir()).then_some(place)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// See the names in a folder onto the disk, where the system can: a renaming is safe only then.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    use std::io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    if !cfg!(unix) {
        return Ok(());
    }
    match fs::File::open(folder).and_then(|f| f.sync_all()) {
        // A folder that may be written to and not read, or a file system that does not sync folders: nothing more can be done.
        Err(e) if matches!(e.kind(), InvalidInput | PermissionDenied | Unsupported) => Ok(()),
        other => other,
    }
}

/// Write `bytes` to `path` through a temporary file beside it, so that `path` holds either the old contents or the new. See [`Output`]
/// for what is no regular file.
///
/// # Errors
/// When the directory or file cannot be written.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let mut output = Output::create(path)?;
    output.write_all(bytes).map_err(|e| FileError::write(path, e))?;
    output.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_counts_for_the_hash_and_not_for_the_contents() {
        let dir = std::env::temp_dir().join(format!("tarazu-bom-{}", std::process::id()));
        let path = dir.join("a.csv");
        write_atomically(&path, b"\xEF\xBB\xBFid\n").unwrap();
        let file = SourceFile::open(&path).unwrap();
        assert_eq!(file.bytes, b"id\n");
        assert_eq!(file.sha256, sha256_hex(b"\xEF\xBB\xBFid\n"));
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn the_hash_is_the_published_one() {
        // FIPS 180-2, appendix B.1
        assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_written_through() {
        use std::os::unix::fs::{FileTypeExt, symlink};
        let dir = std::env::temp_dir().join(format!("tarazu-through-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let (target, link, dangling) = (dir.join("target"), dir.join("link"), dir.join("dangling"));
        fs::write(&target, "old").unwrap();
        symlink("target", &link).unwrap();
        symlink("later", &dangling).unwrap();
        for path in [&link, &dangling] {
            write_atomically(path, b"new").unwrap();
            assert!(fs::symlink_metadata(path).unwrap().is_symlink());
            assert_eq!(fs::read(path).unwrap(), b"new");
        }
        assert_eq!(fs::read(&target).unwrap(), b"new");
        let pipe = dir.join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::read(pipe).unwrap()
        });
        write_atomically(&pipe, b"through").unwrap();
        assert_eq!(reader.join().unwrap(), b"through");
        assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
        write_atomically(Path::new("/dev/null"), b"x").unwrap();
        assert!(fs::symlink_metadata("/dev/null").unwrap().file_type().is_char_device());
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let dir = std::env::temp_dir().join(format!("tarazu-atomic-{}", std::process::id()));
        fs::create_dir_all(dir.join("target")).unwrap();
        assert!(write_atomically(&dir.join("target"), b"x").is_err(), "a directory is not replaced");
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1, "no temporary file is left");
        fs::remove_dir_all(dir).unwrap();
    }
}
