//! Where a store may be, and what is never removed.

use std::fs;

use tarazu_events::file::sha256_hex;
use tarazu_store::{Progress, Store, StoreError, import};

use crate::support::{Folder, files_below, options, row};

#[test]
fn a_folder_that_is_no_store_is_refused_and_left_as_it_is() {
    let folder = Folder::new("foreign");
    let file = folder.ged("a.csv", &[row(1, "2020-01-01", 3)]);
    for part in ["events", "originals", "rejects", ".unfinished"] {
        fs::create_dir_all(folder.store().join(part)).unwrap();
        fs::write(folder.store().join(part).join("thesis.parquet"), "years of work").unwrap();
    }
    fs::write(folder.store().join("notes.txt"), "mine").unwrap();
    let before = files_below(&folder.store());
    let error = folder.import(&[&file], |_| {}).unwrap_err();
    assert!(matches!(error, StoreError::NotAStore { .. }), "{error}");
    let message = error.to_string();
    assert!(message.contains("found `.unfinished`, `events`, `notes.txt` and 2 more"), "{message}");
    assert!(message.contains("expected a folder with `events/_delta_log`"), "{message}");
    assert_eq!(files_below(&folder.store()), before);
    // A file is no folder.
    assert!(Store::open_or_create(&file).is_err());
}

#[test]
fn files_of_other_names_in_a_store_are_never_swept() {
    let folder = Folder::new("mine");
    let files =
        [folder.ged("a.csv", &[row(1, "2020-01-01", 3)]), folder.ged("b.csv", &[row(2, "2021-01-01", 3)])];
    folder.imported(&files[0], None);
    let mine = [
        "events/mine.parquet",
        "originals/scan.pdf",
        "rejects/read.csv",
        ".unfinished/x",
        "events/_delta_log/x.txt",
    ];
    for name in mine {
        fs::write(folder.store().join(name), "mine").unwrap();
    }
    let leftovers = ["events/x-1-0123456789ab-v9-00000000-1.parquet", ".unfinished/original-1"];
    for name in leftovers {
        fs::write(folder.store().join(name), "of an import that was killed").unwrap();
    }
    folder.imported(&files[1], None);
    let found = files_below(&folder.store());
    assert!(mine.iter().all(|name| found.iter().any(|f| f == name)), "{found:?}");
    assert!(!leftovers.iter().any(|name| found.iter().any(|f| f == name)), "{found:?}");
}

#[test]
fn a_gap_in_the_log_is_an_error_and_nothing_is_removed() {
    let folder = Folder::new("gap");
    for (id, day) in [(1, "2018-01-01"), (2, "2019-01-01"), (3, "2020-01-01")] {
        let file = folder.ged(&format!("{id}.csv"), &[row(id, day, 3)]);
        folder.imported(&file, None);
    }
    let missing = folder.store().join("events/_delta_log/00000000000000000001.json");
    fs::remove_file(&missing).unwrap();
    let before = files_below(&folder.store());
    let file = folder.ged("4.csv", &[row(4, "2021-01-01", 3)]);
    let error = folder.import(&[&file], |_| {}).unwrap_err().to_string();
    assert!(error.contains("00000000000000000001.json: version 1 is missing from the log"), "{error}");
    assert!(error.contains("goes on to version 2"), "{error}");
    assert_eq!(files_below(&folder.store()), before);
    let store = Store::open(&folder.store()).unwrap();
    assert!(store.snapshot(None).is_err() && store.snapshot(Some(2)).is_err());
    assert_eq!(store.snapshot(Some(0)).unwrap().events(), 1, "what comes before the gap can be read");
}

#[test]
fn a_first_import_that_fails_leaves_no_store_behind() {
    let folder = Folder::new("failed");
    let good = folder.ged("a.csv", &[row(1, "2020-01-01", 3)]);
    let bad = folder.0.join("b.csv");
    fs::write(&bad, "a,b,c\n1,2,3\n").unwrap();
    assert!(folder.import(&[&good, &bad], |_| {}).is_err());
    assert!(!folder.store().exists());
    // One that was there and empty stays, and is empty again.
    fs::create_dir(folder.store()).unwrap();
    assert!(folder.import(&[&good, &bad], |_| {}).is_err());
    assert_eq!(fs::read_dir(folder.store()).unwrap().count(), 0);
    // A later one that fails leaves what was there.
    folder.imported(&good, None);
    let before = files_below(&folder.store());
    let other = folder.ged("c.csv", &[row(2, "2021-01-01", 3)]);
    assert!(folder.import(&[&other, &bad], |_| {}).is_err());
    assert!(folder.import(&[&folder.0.join("absent.csv")], |_| {}).is_err());
    assert_eq!(files_below(&folder.store()), before);
}

/// What another process does to a store while an import is under way does not end in a version that lacks something.
#[test]
fn an_import_whose_lock_or_file_is_taken_away_writes_no_version() {
    let folder = Folder::new("taken");
    folder.imported(&folder.ged("a.csv", &[row(1, "2020-01-01", 3)]), None);
    let file = folder.ged("b.csv", &[row(2, "2021-01-01", 3)]);
    let store = Store::open(&folder.store()).unwrap();
    let before = files_below(&folder.store());
    let meddled = |meddle: &dyn Fn()| {
        let progress = |p: Progress<'_>| {
            if matches!(p, Progress::Writing { .. }) {
                meddle();
            }
        };
        let error = import(&store, std::slice::from_ref(&file), &options(), &progress).unwrap_err();
        assert_eq!(store.snapshot(None).unwrap().versions.len(), 1);
        error
    };
    let lock = folder.store().join(".lock");
    let error = meddled(&|| {
        fs::remove_file(&lock).unwrap();
        fs::write(&lock, "").unwrap();
    });
    assert!(matches!(error, StoreError::LockLost { .. }), "{error}");
    let more = files_below(&folder.store()).into_iter().filter(|f| !before.contains(f));
    // By its contents, so that it may be the other's by now; the next import knows.
    assert!(more.eq([format!("originals/{}", sha256_hex(&fs::read(&file).unwrap()))]));
    let unfinished = folder.store().join(".unfinished");
    let error = meddled(&|| {
        let drafts = fs::read_dir(&unfinished).unwrap().map(|e| e.unwrap().path());
        drafts.for_each(|path| fs::remove_file(path).unwrap());
    });
    let error = error.to_string();
    assert!(error.contains("cannot be written") && error.contains("events"), "{error}");
}

/// A version is not written while a file that it would name is missing.
#[test]
fn an_import_into_a_store_that_lost_a_file_names_it() {
    let folder = Folder::new("lost");
    folder.imported(&folder.ged("a.csv", &[row(1, "2020-01-01", 3)]), None);
    let store = Store::open(&folder.store()).unwrap();
    let lost = store.snapshot(None).unwrap().paths()[0].clone();
    fs::remove_file(&lost).unwrap();
    let acled = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tarazu-events/tests/fixtures/acled-current.csv");
    let error = folder.import(&[&acled], |_| {}).unwrap_err().to_string();
    assert!(error.contains(&lost.display().to_string()) && error.contains("is missing"), "{error}");
    assert_eq!(store.snapshot(None).unwrap().versions.len(), 1);
}
