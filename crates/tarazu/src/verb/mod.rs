//! One file per verb: arguments, the call, and what is printed.

pub mod boundaries;
#[cfg(feature = "pdf")]
pub mod brief;
pub mod check;
pub mod diff;
pub mod estimate;
pub mod export;
pub mod fuse;
#[cfg(feature = "store")]
pub mod import;
#[cfg(feature = "store")]
pub mod log;
pub mod new;
pub mod panel;
pub mod review;
#[cfg(feature = "serve")]
pub mod serve;
pub mod simulate;
#[cfg(feature = "sql")]
pub mod sql;
pub mod trace;
pub mod verify;
pub mod weigh;

use std::path::{Path, PathBuf};

/// The bundle that a path leads to: itself, or the one in an `out/` or a case.
fn bundle_at(path: &Path) -> PathBuf {
    let places = [path.join("bundle"), path.join("out/bundle")];
    let is_bundle = |place: &&PathBuf| place.join("datapackage.json").is_file();
    places
        .iter()
        .find(is_bundle)
        .filter(|_| !path.join("datapackage.json").is_file())
        .cloned()
        .unwrap_or_else(|| path.into())
}

/// The name of a dataset or release, as an argument.
fn name(text: &str) -> Result<String, String> {
    let length = text.chars().count();
    if text.trim().is_empty() || length > 100 || text.contains(|c: char| c.is_control()) {
        let expected = "expected 1 to 100 characters, none of them a control character";
        return Err(format!("{expected}; found {length}"));
    }
    Ok(text.into())
}
