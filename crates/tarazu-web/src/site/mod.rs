//! The static site: its files, by path. It opens from disk and from any host, under a policy that forbids inline script and style.
//!
//! Every view is drawn in the browser by the bundle in `assets/` (made from `web/`) out of data files. A data file is a script that
//! hands over one JSON value, because a page opened from disk may load scripts and may not fetch; each is loaded when the first view
//! that needs it is opened.

mod counts;
mod documents;
mod files;
mod folder;
mod map;
mod overview;
mod prose;
mod script;
mod specifications;

use std::collections::BTreeMap;

use tarazu_brief::{Weighing, charts, traces};
use tarazu_ledger::Case;

use crate::cube::Cube;
pub use files::add_files;
pub use folder::write_site;
use script::data_file;

/// The page that loads the bundle.
const INDEX: &[u8] = include_bytes!("../../assets/index.html");
/// The bundle, built from `web/src/`.
const SCRIPT: &[u8] = include_bytes!("../../assets/explorer.js");
/// Its style.
const STYLE: &[u8] = include_bytes!("../../assets/explorer.css");

/// Its icon.
const ICON: &[u8] = include_bytes!("../../assets/icon.svg");

/// Why there is no site.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// Data could not be written as JSON.
    #[error("the data of the site cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// The files of a site, by path from its folder.
pub type Site = BTreeMap<String, Vec<u8>>;

/// The files of the site. Without counts the view of what happened has the named incidents and published totals alone.
///
/// # Errors
/// [`SiteError`] where data cannot be written as JSON.
pub fn site(case: &Case, weighing: &Weighing, cube: Option<&Cube>) -> Result<Site, SiteError> {
    let mut site = Site::new();
    site.insert("index.html".into(), INDEX.into());
    site.insert("explorer.js".into(), SCRIPT.into());
    site.insert("explorer.css".into(), STYLE.into());
    site.insert("icon.svg".into(), ICON.into());
    let numbers = documents::numbers(case);
    data_file(&mut site, "overview", &overview::overview(case, weighing, &numbers))?;
    data_file(&mut site, "weighing", weighing)?;
    data_file(&mut site, "ledger", &case.ledger)?;
    data_file(&mut site, "documents", &documents::documents(case, &numbers))?;
    data_file(&mut site, "specifications", &specifications::specifications(weighing))?;
    let provinces = counts::counts(&mut site, cube)?;
    data_file(&mut site, "map", &map::map(case, weighing, &provinces))?;
    data_file(&mut site, "trace", &traces(case, weighing, &charts(case, weighing)).things)?;
    add_files(&mut site, &[])?;
    Ok(site)
}
