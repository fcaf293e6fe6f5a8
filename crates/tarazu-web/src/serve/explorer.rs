//! All that is served, in memory.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::Serialize;
use tarazu_brief::{Progress, Traces, WeighError, Weighing, charts, page, traces, weigh};
use tarazu_events::Period;
use tarazu_events::table::TableError;
use tarazu_ledger::{Case, LoadError};
use tarazu_store::{Store, StoreError};

use super::files::Files;
use crate::cube::{Cube, CubeError, CubeTable};
use crate::site::{SiteError, add_files, site};

/// A case with its weighing.
#[derive(Debug)]
pub struct Weighed {
    /// Its name in addresses: that of its folder.
    pub id: String,
    /// The case.
    pub case: Case,
    /// Its weighing.
    pub weighing: Weighing,
    /// The counts that it carries.
    pub cube: Cube,
    /// What its trace codes stand for.
    pub traces: Traces,
}

/// The store that the counts come from.
#[derive(Debug, Clone, Serialize)]
pub struct StoreRead {
    /// Its version.
    pub version: u64,
    /// When that was written.
    pub written: String,
    /// Events in it.
    pub events: u64,
    /// The first month that is left out as too young.
    pub left_out_from: Period,
}

/// All that is served.
#[derive(Debug, Default)]
pub struct Explorer {
    /// The cases.
    pub cases: Vec<Weighed>,
    /// The store's counts.
    pub cube: Cube,
    /// The store.
    pub store: Option<StoreRead>,
    pub(super) files: Files,
}

/// What is to be opened.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Case folders.
    pub cases: Vec<PathBuf>,
    /// A store.
    pub store: Option<PathBuf>,
    /// The day from which the youngest events are counted back.
    pub today: Date,
}

/// Why there is nothing to serve.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A case does not load.
    #[error("{folder}: {source}", folder = folder.display())]
    Case {
        /// Its folder.
        folder: PathBuf,
        /// Its faults.
        source: LoadError,
    },
    /// Two cases would have one address.
    #[error("two cases are named `{0}`; rename the folder of one")]
    SameName(String),
    /// A case cannot be weighed.
    #[error(transparent)]
    Weigh(#[from] WeighError),
    /// A case's panel.
    #[error(transparent)]
    Panel(#[from] TableError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store's counts.
    #[error(transparent)]
    Cube(#[from] CubeError),
    /// The site.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// Neither case nor store.
    #[error("there is nothing to serve; name a case's folder, or a store with --store DIR")]
    Nothing,
}

impl Explorer {
    /// Weigh the cases, count the store's events and make the sites.
    ///
    /// # Errors
    /// [`OpenError`] where one of them is at fault: nothing is served in part.
    pub fn open(opening: &Opening, progress: &(dyn Fn(&str, Progress) + Sync)) -> Result<Self, OpenError> {
        if opening.cases.is_empty() && opening.store.is_none() {
            return Err(OpenError::Nothing);
        }
        let mut explorer = Self::default();
        let mut ids = BTreeSet::new();
        for folder in &opening.cases {
            let case =
                Case::load(folder).map_err(|source| OpenError::Case { folder: folder.clone(), source })?;
            let id = address(folder);
            if !ids.insert(id.clone()) {
                return Err(OpenError::SameName(id));
            }
            let weighing = weigh(&case, None, &|p| progress(&id, p))?;
            let cube = Cube::embedded(&case)?;
            let traces = traces(&case, &weighing, &charts(&case, &weighing));
            explorer.cases.push(Weighed { id, case, weighing, cube, traces });
        }
        if let Some(folder) = &opening.store {
            let snapshot = Store::open(folder)?.snapshot(None)?;
            explorer.cube = Cube::of_events(&snapshot, opening.today)?;
            explorer.store = snapshot.versions.last().map(|v| StoreRead {
                version: v.version,
                written: v.written.clone(),
                events: v.events,
                left_out_from: crate::cube::first_left_out(opening.today),
            });
        }
        // What a case asks to be suppressed is not told of the store's counts beside it either.
        let small = explorer.cases.iter().filter_map(|c| c.case.settings.small_cells).max();
        explorer.cube.tables.iter_mut().for_each(|t| t.small_cells = small);
        let alone = explorer.cases.len() == 1;
        for weighed in &explorer.cases {
            let mut files = site(&weighed.case, &weighed.weighing, Some(&weighed.cube))?;
            let charts = charts(&weighed.case, &weighed.weighing);
            let brief = page(&weighed.case, &weighed.weighing, &charts, &weighed.traces).into_bytes();
            add_files(&mut files, &[("brief.html", brief)])?;
            let folder = if alone { String::new() } else { format!("cases/{}/", weighed.id) };
            explorer.files.add(&folder, files);
        }
        explorer.files.add_front(&explorer.cases, explorer.store.as_ref(), &explorer.cube);
        Ok(explorer)
    }

    /// The case that is asked for, else the first.
    pub(super) fn case(&self, id: Option<&str>) -> Option<&Weighed> {
        match id {
            Some(id) => self.cases.iter().find(|c| c.id == id),
            None => self.cases.first(),
        }
    }

    /// The tables that questions of what happened go to, each with its name: the store's, then those that the case carries.
    pub(super) fn tables<'a>(&'a self, case: Option<&'a Weighed>) -> Vec<(String, &'a CubeTable)> {
        let own = self.cube.tables.iter().map(|t| (t.dataset.clone(), t));
        own.chain(case.into_iter().flat_map(|c| &c.cube.tables).map(|t| (t.name(), t))).collect()
    }

    /// The names of all tables.
    pub(super) fn datasets(&self) -> Vec<String> {
        let all = self.cases.iter().flat_map(|c| self.tables(Some(c))).chain(self.tables(None));
        all.map(|(name, _)| name).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Bytes and rows of all counts.
    pub(super) fn size(&self) -> (usize, usize) {
        let all = || self.cases.iter().map(|c| &c.cube).chain([&self.cube]);
        (all().map(Cube::size).sum(), all().map(Cube::rows).sum())
    }
}

/// The name of a folder as part of an address.
fn address(folder: &Path) -> String {
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let name = real.file_name().map_or_else(String::new, |n| n.to_string_lossy().to_lowercase());
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let trimmed = plain.trim_matches('-');
    if trimmed.is_empty() { "case".into() } else { trimmed.into() }
}
