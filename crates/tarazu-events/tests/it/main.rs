//! The readers on whole files: real ones from `../shared/data` where that folder stands beside the project, and schema-true
//! ones written here.

#![allow(clippy::unwrap_used, reason = "a failed assumption of a test is a failed test")]

mod datasets;
mod faults;
mod fixtures;
mod real;

use std::path::PathBuf;

/// The shared data folder, or a message that the test is skipped. With `TARAZU_REQUIRE_SHARED` set, as in CI where the folder is
/// present, its absence is a failure.
pub fn shared(path: &str) -> Option<PathBuf> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if file.exists() {
        return Some(file);
    }
    assert!(std::env::var_os("TARAZU_REQUIRE_SHARED").is_none(), "{} is required and absent", file.display());
    eprintln!("SKIPPED: {} is absent", file.display());
    None
}
