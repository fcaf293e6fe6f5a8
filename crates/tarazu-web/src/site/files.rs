//! Whole files for download, which whoever writes the site has at hand: the brief, the estimates, the bundle.

use serde::Serialize;
use tarazu_events::file::sha256_hex;

use super::script::data_file;
use super::{Site, SiteError};

#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    bytes: usize,
    sha256: String,
}

/// Put these files, by name, under `files/` and list them in the view of data and downloads. Called again, the list is made anew.
///
/// # Errors
/// [`SiteError`] where the list cannot be written as JSON.
pub fn add_files(site: &mut Site, files: &[(&str, Vec<u8>)]) -> Result<(), SiteError> {
    let listed: Vec<Listed<'_>> = files
        .iter()
        .map(|(name, bytes)| Listed { name, bytes: bytes.len(), sha256: sha256_hex(bytes) })
        .collect();
    data_file(site, "files", &listed)?;
    for (name, bytes) in files {
        site.insert(format!("files/{name}"), bytes.clone());
    }
    Ok(())
}
