//! The static site: its files, by path.

use std::collections::BTreeMap;

use tarazu_brief::Weighing;
use tarazu_ledger::Case;

use crate::cube::Cube;

/// Why there is no site.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// Data could not be written as JSON.
    #[error("the data of the site cannot be written: {0}")]
    Json(#[from] serde_json::Error),
}

/// The files of the site, by path from its folder.
///
/// # Errors
/// [`SiteError`] where data cannot be written as JSON.
pub fn site(
    case: &Case,
    weighing: &Weighing,
    cube: Option<&Cube>,
) -> Result<BTreeMap<String, Vec<u8>>, SiteError> {
    let _ = (case, weighing, cube);
    Ok(BTreeMap::new())
}
