//! What imports that never finished left behind, and how it goes.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use crate::derived::DERIVED;
use crate::error::StoreError;
use crate::lock::WriteLock;
use crate::log::Snapshot;
use crate::store::{Store, names};

/// Whether a name is one that only an import gives.
type IsOurs = fn(&str) -> bool;

/// Remove what imports that never finished left behind: files with names that only an import gives and that no version names. Where
/// the lock is not held they may belong to another writer, and all stay.
pub(crate) fn sweep(store: &Store, snapshot: &Snapshot, lock: &WriteLock) -> Result<(), StoreError> {
    if !lock.is_held() {
        return Ok(());
    }
    let mut named: HashSet<PathBuf> = HashSet::new();
    let mut replay = Snapshot::empty(store.events());
    for version in &snapshot.versions {
        let path = store.version_path(version.version);
        let text = fs::read_to_string(&path).map_err(StoreError::io(&path, "cannot be read"))?;
        replay.apply(&path, version.version, &text)?;
        named.extend(replay.paths());
        for file in &version.files {
            named.insert(store.originals().join(&file.sha256));
            named.extend(file.rejects.iter().map(|r| store.folder().join(r)));
        }
        let tables = version.derived.iter().flat_map(|d| d.tables.values());
        named.extend(tables.map(|table| store.folder().join(&table.file)));
    }
    let kinds: [(PathBuf, IsOurs); 5] = [
        (store.unfinished(), is_draft),
        (store.events(), |name| name.strip_suffix(".parquet").is_some_and(is_stem)),
        (store.originals(), |name| name.len() == 64 && is_hex(name)),
        (store.rejects(), |name| name.strip_suffix(".csv").is_some_and(is_stem)),
        (store.log_folder(), is_version_draft),
    ];
    let derived = DERIVED.map(|table| (store.folder().join(table), is_derived as IsOurs));
    let derived = derived.into_iter().filter(|(folder, _)| folder.is_dir());
    for (folder, is_ours) in kinds.into_iter().chain(derived) {
        let found = names(&folder).map_err(StoreError::io(&folder, "cannot be read"))?;
        for path in found.iter().filter(|name| is_ours(name)).map(|name| folder.join(name)) {
            if path.is_file() && !named.contains(&path) {
                fs::remove_file(&path).map_err(StoreError::io(&path, "cannot be removed"))?;
            }
        }
    }
    Ok(())
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `original-<token>-<number>`, and so for the file's events and rejects.
fn is_draft(name: &str) -> bool {
    let rest =
        ["original-", "events-", "superseding-", "rejects-"].iter().find_map(|what| name.strip_prefix(what));
    rest.is_some_and(|rest| rest.split('-').all(is_hex))
}

/// `<dataset>-<release>-<12 digits of the SHA-256>-v<version>-<token>-<number>`, and `-rest<number>` for what is left of a file.
fn is_stem(stem: &str) -> bool {
    let parts: Vec<&str> = stem.split('-').collect();
    let marked = parts.windows(2).any(|pair| {
        pair[0].len() == 12 && is_hex(pair[0]) && pair[1].strip_prefix('v').is_some_and(is_number)
    });
    marked && parts.last().is_some_and(|last| is_number(last.strip_prefix("rest").unwrap_or(last)))
}

/// `<table>-v<version>-<token>.parquet`
fn is_derived(name: &str) -> bool {
    let stem = DERIVED.iter().find_map(|table| name.strip_suffix(".parquet")?.strip_prefix(table));
    let parts = stem.and_then(|rest| rest.strip_prefix("-v")).and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(version, token)| is_number(version) && is_hex(token))
}

/// `.<number of the version>.<token>`
fn is_version_draft(name: &str) -> bool {
    let parts = name.strip_prefix('.').and_then(|rest| rest.split_once('.'));
    parts.is_some_and(|(number, token)| number.len() == 20 && is_number(number) && is_hex(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_an_import_gives_are_its_own() {
        assert!(is_stem("ucdp-ged-25-1-0123456789ab-v3-89abcdef-1"));
        assert!(is_stem("ucdp-ged-25-1-0123456789ab-v3-89abcdef-1-rest0"));
        assert!(is_draft("original-89abcdef-1") && is_draft("original-1"));
        assert!(is_draft("events-89abcdef-1") && is_draft("rejects-89abcdef-1"));
        assert!(is_version_draft(".00000000000000000003.89abcdef"));
        assert!(is_derived("links-v3-89abcdef.parquet") && !is_derived("links-v3-final.parquet"));
        assert!(!is_derived("links.parquet") && !is_derived("mine-v3-89abcdef.parquet"));
        for name in ["thesis", "my-data-2020-v3-final", "part-00000-v1", "report-0123456789ab", ""] {
            assert!(!is_stem(name), "{name}");
        }
        assert!(!is_draft("original-photograph") && !is_draft("events-of-2014") && !is_draft("original"));
        assert!(!is_version_draft(".gitignore") && !is_version_draft("00000000000000000003.json"));
    }

    /// Where the lock is not held, nothing is removed: it may be what another writer is about to commit.
    #[test]
    fn without_the_lock_nothing_is_swept() {
        let folder = std::env::temp_dir().join(format!("tarazu-sweep-{}", std::process::id()));
        let store = Store::open_or_create(&folder).unwrap();
        let lock = WriteLock::take(&store, &|| {}).unwrap();
        store.make().unwrap();
        let leftover = store.events().join("ged-1-0123456789ab-v0-89abcdef-1.parquet");
        let foreign = store.events().join("mine.parquet");
        for path in [&leftover, &foreign] {
            fs::write(path, "x").unwrap();
        }
        let snapshot = store.snapshot(None).unwrap();
        let lock = lock.without_locks();
        sweep(&store, &snapshot, &lock).unwrap();
        assert!(leftover.exists(), "a file system without locks");
        drop(lock);
        let lock = WriteLock::take(&store, &|| {}).unwrap();
        fs::remove_file(folder.join(crate::lock::LOCK)).unwrap();
        sweep(&store, &snapshot, &lock).unwrap();
        assert!(leftover.exists(), "the file that is locked was removed");
        drop(lock);
        let lock = WriteLock::take(&store, &|| {}).unwrap();
        sweep(&store, &snapshot, &lock).unwrap();
        assert!(!leftover.exists() && foreign.exists(), "only what an import left");
        fs::remove_dir_all(folder).unwrap();
    }
}
