//! A file takes the place of older ones of its dataset, where it may.

use std::path::Path;

use tarazu_events::{Description, Original};

use super::Session;
use crate::error::StoreError;
use crate::ids::Ids;
use crate::log::{DataFile, Revisions};
use crate::release::{Standing, standing};
use crate::renew::{Comparison, Left, NewEvent, Scope};

/// The file that comes.
pub(super) struct Newer<'a> {
    pub original: &'a Original,
    pub description: &'a Description,
    /// Its events as they were written.
    pub path: &'a Path,
    /// How the names of its files begin.
    pub stem: &'a str,
}

/// What came of the comparison.
pub(super) struct Compared {
    pub revisions: Revisions,
    pub unchanged: u64,
}

impl Session<'_> {
    /// Let a file take the place of older ones of its dataset: of the events that it has too, and of those in `scope` that it lacks.
    pub(super) fn renew(
        &mut self,
        newer: &Newer<'_>,
        older: &[DataFile],
        scope: Scope,
        events: &mut Ids<NewEvent>,
    ) -> Result<Compared, StoreError> {
        let folder = self.store.events();
        let mut comparison = Comparison { scope, events, revisions: Revisions::default(), unchanged: 0 };
        for (position, file) in older.iter().enumerate() {
            let standing = standing(&newer.description.release, &file.release);
            let untouchable = standing != Standing::MayReplace && !self.options.older_replaces_newer;
            let rewritten = format!("{}-rest{position}.parquet", newer.stem);
            self.made.add(&folder.join(&rewritten));
            let left = comparison.with(&folder.join(&file.name), &folder.join(&rewritten), untouchable)?;
            let left = left.map_err(|_| refusal(newer, &file.release, standing))?;
            if !matches!(left, Left::All) {
                comparison.revisions.replaced.insert(file.release.clone());
                self.live.remove(&file.name);
            }
            if let Left::Some { rows, size } = left {
                let rest = DataFile { name: rewritten.clone(), rows, size, ..file.clone() };
                self.live.insert(rewritten, rest);
            }
        }
        if !comparison.revisions.replaced.is_empty() {
            comparison.added(newer.path)?;
        }
        Ok(Compared { revisions: comparison.revisions, unchanged: comparison.unchanged })
    }
}

fn refusal(newer: &Newer<'_>, held: &str, standing: Standing) -> StoreError {
    StoreError::OlderRelease {
        file: newer.original.name.clone(),
        dataset: newer.description.dataset.clone(),
        release: newer.description.release.clone(),
        relation: match standing {
            Standing::Older => "is older than",
            _ => "cannot be put in order with",
        },
        held: held.into(),
    }
}
