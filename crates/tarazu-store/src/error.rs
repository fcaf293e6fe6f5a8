//! What can go wrong with a store.

use std::path::{Path, PathBuf};

use tarazu_events::ReadError;
use tarazu_events::file::FileError;

/// A store that cannot be read or written, an import that is refused, or a query at fault.
///
/// An import that fails leaves every version as it was and adds none; one exception: where the disk refuses to confirm the log's folder
/// after the version appeared, the error says so though the version is there.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A dataset file is at fault.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The store's own files cannot be read or written.
    #[error("{path}: {action}: {source}", path = path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// There is no store.
    #[error("{path}: no store here; `tarazu import FILE… --store {path}` makes one", path = path.display())]
    Absent {
        /// Where one was looked for.
        path: PathBuf,
    },
    /// The folder holds something else.
    #[error(
        "{path}: not a store: found {found}; expected a folder with `events/_delta_log`, an empty folder, or none (nothing was touched)",
        path = path.display()
    )]
    NotAStore {
        /// The folder.
        path: PathBuf,
        /// What is in it.
        found: String,
    },
    /// The file that is locked was removed while an import was under way.
    #[error(
        "{path}: was removed by another process during the import; nothing was imported, try again",
        path = path.display()
    )]
    LockLost {
        /// The file.
        path: PathBuf,
    },
    /// The store's log or a Parquet file is not as it was written.
    #[error("{path}: {reason}", path = path.display())]
    Broken {
        /// Which file.
        path: PathBuf,
        /// What was found and expected.
        reason: String,
    },
    /// There is no such version.
    #[error("the store has versions 0 to {last}; {asked} is none of them")]
    NoVersion {
        /// Asked for.
        asked: u64,
        /// The newest.
        last: u64,
    },
    /// Another process wrote a version meanwhile.
    #[error("another process wrote version {version} meanwhile; nothing was imported, try again")]
    Conflict {
        /// The version that was to be written.
        version: u64,
    },
    /// The file is an older release than the store holds, or one whose age cannot be told.
    #[error(
        "{file}: release {release} of {dataset} {relation} {held}, whose events in the store it would replace; nothing was imported \
         (--version names the release, --older-replaces-newer replaces all the same, --store keeps both apart)"
    )]
    OlderRelease {
        /// The file.
        file: String,
        /// Its dataset.
        dataset: String,
        /// Its release.
        release: String,
        /// How it stands to the store's, in words.
        relation: &'static str,
        /// The store's.
        held: String,
    },
    /// A dataset or release has a name that cannot be one.
    #[error(
        "{file}: {what}: found {found}; expected 1 to {limit} characters, none of them a control character"
    )]
    Name {
        /// The file.
        file: String,
        /// Which name.
        what: &'static str,
        /// What it is.
        found: String,
        /// The most that it may have.
        limit: usize,
    },
    /// A query is at fault.
    #[error("{0}")]
    Query(String),
}

impl StoreError {
    pub(crate) fn io(path: &Path, action: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, action, source }
    }

    pub(crate) fn not_a_store(path: &Path, found: &[String]) -> Self {
        const SHOWN: usize = 3;
        let mut text = found.iter().take(SHOWN).map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        if found.len() > SHOWN {
            text.push_str(&format!(" and {} more", found.len() - SHOWN));
        }
        Self::NotAStore { path: path.into(), found: text }
    }

    pub(crate) fn broken(path: &Path, reason: impl std::fmt::Display) -> Self {
        Self::Broken { path: path.into(), reason: reason.to_string() }
    }
}
