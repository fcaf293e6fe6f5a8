//! Golden data beside the project, and what to do where they are absent.

use std::path::PathBuf;

/// A file of `shared/data/golden`; `None`, said aloud, where it is absent and not required.
pub fn golden(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/golden").join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("TARAZU_REQUIRE_SHARED").is_none(), "{} is required and absent", path.display());
    eprintln!("SKIPPED: {} is absent", path.display());
    None
}
