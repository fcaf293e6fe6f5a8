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

    pub(crate) fn write(path: &Path, source: std::io::Error) -> Self {
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

/// Write `bytes` to `path` through a temporary file beside it, so that `path` holds either the old contents or the new.
///
/// # Errors
/// When the directory or file cannot be written.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|e| FileError::write(path, e))?;
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("output");
    let temporary = parent.join(format!(".{name}.{}.part", std::process::id()));
    let written = fs::File::create(&temporary)
        .and_then(|mut f| f.write_all(bytes).and_then(|()| f.sync_all()))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(|e| FileError::write(path, e))
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

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let dir = std::env::temp_dir().join(format!("tarazu-atomic-{}", std::process::id()));
        fs::create_dir_all(dir.join("target")).unwrap();
        assert!(write_atomically(&dir.join("target"), b"x").is_err(), "a directory is not replaced");
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1, "no temporary file is left");
        fs::remove_dir_all(dir).unwrap();
    }
}
