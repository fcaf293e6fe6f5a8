//! A site in its folder: every file whole or not at all, and none left of an earlier site.

use std::path::Path;

use tarazu_events::file::{FileError, write_atomically};

use super::Site;

/// Write the site into `folder`. What an earlier one left in `data/` and `files/` is removed; nothing else is touched.
///
/// # Errors
/// [`FileError`] where a file cannot be written or removed.
pub fn write_site(site: &Site, folder: &Path) -> Result<(), FileError> {
    for (path, bytes) in site {
        write_atomically(&folder.join(path), bytes)?;
    }
    for part in ["data", "files"] {
        let Ok(entries) = std::fs::read_dir(folder.join(part)) else { continue };
        for entry in entries.filter_map(Result::ok) {
            let name = format!("{part}/{}", entry.file_name().to_string_lossy());
            if !site.contains_key(&name) && entry.path().is_file() {
                std::fs::remove_file(entry.path()).map_err(|e| FileError::write(&entry.path(), e))?;
            }
        }
    }
    Ok(())
}
