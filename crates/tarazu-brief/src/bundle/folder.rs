//! A bundle on disk: a folder, or a zip file. Both hold the same files; a zip of the same bundle has the same bytes.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use tarazu_events::file::{FileError, sha256_hex, write_atomically};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::{Bundle, BundleError, SUMS};

/// A bundle has no more than this, unpacked.
const LARGEST: u64 = 1 << 30;

/// A file that is not as `SHA256SUMS` has it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "damage", content = "file", rename_all = "lowercase")]
pub enum Damage {
    /// Its bytes are others.
    Changed(String),
    /// It is listed and not there.
    Missing(String),
    /// It is there and not listed.
    Extra(String),
}

impl Bundle {
    /// Read a bundle from a folder or a zip file.
    ///
    /// # Errors
    /// [`BundleError`] where it cannot be read.
    pub fn read(path: &Path) -> Result<Self, BundleError> {
        let mut bundle = Self::default();
        if path.is_dir() {
            let mut left = LARGEST;
            read_folder(path, path, "", &mut bundle, &mut left)?;
        } else {
            let fail = |reason: String| BundleError::NoBundle { path: path.display().to_string(), reason };
            let bytes = fs::read(path).map_err(|e| fail(format!("cannot be read: {e}")))?;
            let mut archive = ZipArchive::new(Cursor::new(bytes))
                .map_err(|e| fail(format!("is neither a folder nor a zip file: {e}")))?;
            let mut left = LARGEST;
            for index in 0..archive.len() {
                let file = archive.by_index(index).map_err(|e| fail(e.to_string()))?;
                if file.is_dir() {
                    continue;
                }
                let name = file.name().map_err(|e| fail(e.to_string()))?.into_owned();
                if file.enclosed_name().is_none() {
                    return Err(fail(format!("holds a file outside itself: {name}")));
                }
                let mut contents = Vec::new();
                file.take(left + 1).read_to_end(&mut contents).map_err(|e| fail(format!("{name}: {e}")))?;
                left = left
                    .checked_sub(contents.len() as u64)
                    .ok_or_else(|| fail(format!("unpacks to more than {LARGEST} bytes")))?;
                if bundle.files.insert(name.clone(), contents).is_some() {
                    return Err(fail(format!("holds {name} twice")));
                }
            }
        }
        Ok(bundle)
    }

    /// Put the bundle at `folder`, in place of what is there: whole, or not at all.
    ///
    /// # Errors
    /// [`FileError`] where it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), FileError> {
        let name = folder.file_name().and_then(|n| n.to_str()).unwrap_or("bundle");
        let beside = |what: &str| folder.with_file_name(format!(".{name}.{}.{what}", std::process::id()));
        let (draft, old) = (beside("part"), beside("old"));
        let write = || {
            for (path, bytes) in &self.files {
                write_atomically(&draft.join(path), bytes)?;
            }
            Ok(())
        };
        let renamed = |from: &Path, to: &Path| fs::rename(from, to).map_err(|e| FileError::write(folder, e));
        let written = write().and_then(|()| {
            let there = folder.exists();
            if there {
                renamed(folder, &old)?;
            }
            renamed(&draft, folder).inspect_err(|_| {
                if there {
                    let _ = fs::rename(&old, folder);
                }
            })
        });
        let _ = fs::remove_dir_all(&draft);
        let _ = fs::remove_dir_all(&old);
        written
    }

    /// The bundle as a zip file.
    ///
    /// # Errors
    /// [`BundleError::NoBundle`] where it does not fit into one.
    pub fn zip(&self) -> Result<Vec<u8>, BundleError> {
        let fail = |reason: String| BundleError::NoBundle { path: "zip".into(), reason };
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        // The times of files would be those of the run.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        for (path, bytes) in &self.files {
            writer.start_file(path.as_str(), options).map_err(|e| fail(e.to_string()))?;
            writer.write_all(bytes).map_err(|e| fail(e.to_string()))?;
        }
        let cursor = writer.finish().map_err(|e| fail(e.to_string()))?;
        Ok(cursor.into_inner())
    }

    /// What is not as `SHA256SUMS` has it.
    ///
    /// # Errors
    /// [`BundleError::NoBundle`] where there is no such list.
    pub fn damage(&self) -> Result<Vec<Damage>, BundleError> {
        let fail = |reason: &str| BundleError::NoBundle { path: SUMS.into(), reason: reason.into() };
        let sums = self.files.get(SUMS).ok_or_else(|| fail("is missing"))?;
        let sums = std::str::from_utf8(sums).map_err(|_| fail("is not text"))?;
        let mut damage = Vec::new();
        let mut listed = Vec::new();
        for line in sums.lines() {
            let (hash, path) =
                line.split_once("  ").ok_or_else(|| fail("has a line that is none of sha256sum"))?;
            listed.push(path);
            match self.files.get(path) {
                None => damage.push(Damage::Missing(path.into())),
                Some(bytes) if sha256_hex(bytes) != hash => damage.push(Damage::Changed(path.into())),
                Some(_) => {}
            }
        }
        let extra = self.files.keys().filter(|path| *path != SUMS && !listed.contains(&path.as_str()));
        damage.extend(extra.map(|path| Damage::Extra(path.clone())));
        Ok(damage)
    }
}

fn read_folder(
    root: &Path,
    folder: &Path,
    prefix: &str,
    bundle: &mut Bundle,
    left: &mut u64,
) -> Result<(), BundleError> {
    let fail = |path: &Path, e: String| BundleError::NoBundle { path: path.display().to_string(), reason: e };
    let entries = fs::read_dir(folder).map_err(|e| fail(folder, format!("cannot be read: {e}")))?;
    for entry in entries {
        let entry = entry.map_err(|e| fail(folder, e.to_string()))?;
        let path = entry.path();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        // A link is followed to a file and no further, so that a folder within itself ends.
        let kind = entry.file_type().map_err(|e| fail(&path, e.to_string()))?;
        if kind.is_dir() {
            read_folder(root, &path, &format!("{name}/"), bundle, left)?;
        } else {
            let bytes = fs::read(&path).map_err(|e| fail(&path, format!("cannot be read: {e}")))?;
            *left = left
                .checked_sub(bytes.len() as u64)
                .ok_or_else(|| fail(root, format!("holds more than {LARGEST} bytes")))?;
            bundle.files.insert(name, bytes);
        }
    }
    Ok(())
}
