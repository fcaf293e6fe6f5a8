//! What a newer file does to what the store holds, and what it may not.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use tarazu_events::Mapping;
use tarazu_store::{Store, StoreError};

use crate::support::{Folder, HEADING, row, row_of};

fn ids(ids: &[u32]) -> Vec<String> {
    ids.iter().map(u32::to_string).collect()
}

#[test]
fn candidate_files_of_single_months_add_up() {
    let folder = Folder::new("candidate");
    let afghan = |id, day| row_of("Afghanistan,700", id, day, 1);
    let january = folder.ged("GEDEvent_v25_0_1.csv", &[row(1, "2025-01-05", 3), afghan(2, "2025-01-30")]);
    // One of January's events is revised, another is not repeated, and one month has no event of Afghanistan at all.
    let february = folder.ged(
        "GEDEvent_v25_0_2.csv",
        &[row(1, "2025-01-05", 4), row(3, "2025-02-01", 1), row(4, "2025-02-20", 1)],
    );
    let march = folder.ged("GEDEvent_v25_0_3.csv", &[row(5, "2025-01-01", 1), afghan(6, "2025-03-31")]);
    for file in [&january, &february, &march] {
        folder.imported(file, None);
    }
    assert_eq!(folder.ids(), ids(&[1, 2, 3, 4, 5, 6]));
    assert!(folder.events().contains(&("1".into(), "25.0.2".into(), Some(4))), "{:?}", folder.events());
    // In whatever order they come.
    let folder = Folder::new("candidate-backwards");
    let rows = [[row(1, "2025-01-05", 3)], [row(2, "2025-02-05", 3)]];
    folder.imported(&folder.ged("GEDEvent_v25_0_2.csv", &rows[1]), None);
    folder.imported(&folder.ged("GEDEvent_v25_0_1.csv", &rows[0]), None);
    // A file of several months is one of candidates, too.
    let several = folder.imported(&folder.ged("GEDEvent_v25_01_25_03.csv", &[row(3, "2025-03-05", 3)]), None);
    assert_eq!(several.files[0].dataset, "UCDP Candidate");
    assert_eq!(folder.ids(), ids(&[1, 2, 3]));
}

#[test]
fn a_release_takes_the_place_of_older_events_in_each_countrys_own_days() {
    let folder = Folder::new("own-days");
    let indian = |id, day| row_of("India,750", id, day, 1);
    let older = [
        row(1, "2010-01-01", 1),
        row(2, "2015-06-01", 1),
        row(3, "2020-01-01", 1),
        indian(4, "2010-06-01"),
        indian(5, "2019-06-01"),
    ];
    folder.imported(&folder.ged("older.csv", &older), Some("24.1"));
    let newer =
        [row(1, "2010-01-01", 1), row(3, "2020-01-01", 1), indian(6, "2019-01-01"), indian(7, "2019-12-01")];
    folder.imported(&folder.ged("newer.csv", &newer), Some("25.1"));
    assert_eq!(
        folder.ids(),
        ids(&[1, 3, 4, 6, 7]),
        "2 and 5 are gone, 4 lies before India's first event of the newer file"
    );
}

#[test]
fn an_older_or_unknown_release_replaces_nothing_unasked() {
    let folder = Folder::new("order");
    let held = folder.ged("held.csv", &[row(1, "2020-01-01", 3), row(2, "2020-02-01", 3)]);
    folder.imported(&held, Some("25.1"));
    let other = folder.ged("other.csv", &[row(1, "2020-01-01", 5), row(2, "2020-02-01", 5)]);
    for (version, relation) in [
        (Some("24.1"), "release 24.1 of UCDP GED is older than 25.1"),
        (Some("v9.1"), "release v9.1 of UCDP GED is older than 25.1"),
        (None, "release unknown of UCDP GED cannot be put in order with 25.1"),
    ] {
        let error = folder.import(&[&other], |o| o.read.version = version.map(str::to_owned)).unwrap_err();
        assert!(matches!(error, StoreError::OlderRelease { .. }), "{error}");
        assert!(error.to_string().contains(relation), "{error}");
        assert!(error.to_string().contains("--older-replaces-newer"), "{error}");
    }
    // Where it touches nothing that the newer release has, it may come in.
    folder.imported(&folder.ged("elsewhere.csv", &[row_of("India,750", 9, "1999-01-01", 1)]), None);
    assert_eq!(folder.ids(), ids(&[1, 2, 9]));
    // Asked for, and newer though it bears a letter.
    folder.import(&[&other], |o| o.older_replaces_newer = true).unwrap();
    assert_eq!(folder.events()[0], ("1".into(), "unknown".into(), Some(5)));
    folder.imported(&held, Some("v26.1"));
    assert_eq!(folder.events()[0], ("1".into(), "v26.1".into(), Some(3)));
}

#[test]
fn a_file_whose_events_gave_way_does_not_come_back_unasked() {
    let folder = Folder::new("superseded");
    let older = folder.ged("older.csv", &[row(1, "2020-01-01", 3), row(2, "2020-02-01", 4)]);
    let newer = folder.ged("newer.csv", &[row(1, "2020-01-01", 5), row(3, "2020-02-01", 6)]);
    folder.imported(&older, None);
    folder.imported(&newer, None);
    let held = folder.events();
    for _ in 0..2 {
        for file in [&older, &newer] {
            let again = folder.imported(file, None);
            assert_eq!((again.version, again.files[0].known), (None, true));
            assert_eq!(again.files[0].superseded, file == &older);
            assert_eq!(again.files[0].accounts.unchanged, 2);
            assert_eq!(folder.events(), held);
        }
    }
    let back = folder.import(&[&older], |o| o.older_replaces_newer = true).unwrap();
    assert_eq!(back.version, Some(2));
    assert_eq!(folder.ids(), ids(&[1, 2]));
}

#[test]
fn complete_holds_for_a_file_that_is_known() {
    let folder = Folder::new("complete");
    let pakistan = folder.ged("p.csv", &[row(1, "2020-01-01", 3)]);
    let india = folder.ged("i.csv", &[row_of("India,750", 2, "1990-01-01", 1)]);
    folder.imported(&india, None);
    folder.imported(&pakistan, None);
    assert_eq!(folder.ids(), ids(&[1, 2]));
    let complete = |file: &Path| folder.import(&[file], |o| o.complete = true).unwrap();
    let done = complete(&pakistan);
    assert_eq!((done.version, folder.ids()), (Some(2), ids(&[1])));
    assert_eq!(done.files[0].revisions.as_ref().unwrap().removed, ["2"]);
    assert_eq!(complete(&pakistan).version, None, "nothing is left to do");
}

#[test]
fn the_release_is_read_from_the_name_of_the_file_in_a_zip() {
    let folder = Folder::new("zip");
    let path = folder.0.join("ged251-csv.zip");
    let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    zip.start_file("GEDEvent_v25_1.csv", zip::write::SimpleFileOptions::default()).unwrap();
    write!(zip, "{HEADING}\n{}", row(1, "2020-01-01", 3)).unwrap();
    zip.finish().unwrap();
    let imported = folder.imported(&path, None);
    assert_eq!(imported.files[0].release, "25.1");
    // A name that the user gives, or that the zip itself bears, comes first.
    assert_eq!(folder.imported(&path, Some("26.1")).files[0].release, "26.1");
}

#[test]
fn tolls_that_are_not_known_are_no_zeros_in_the_vintage_report() {
    let folder = Folder::new("unknown-tolls");
    let mapping = folder.0.join("m.toml");
    let text = "dataset = \"Incidents\"\n[columns]\nevent_id = \"id\"\ndate = \"day\"\ncountry = \"country\"\ndeaths_best = \"killed\"\n";
    fs::write(&mapping, text).unwrap();
    let file = |name: &str, rows: &str| {
        let path = folder.0.join(name);
        fs::write(&path, format!("id,day,country,killed\n{rows}")).unwrap();
        path
    };
    let of = |id: u32, killed: &str| format!("{id},2020-01-{id:02},Pakistan,{killed}\n");
    let older = file("older.csv", &[of(1, ""), of(2, "7"), of(3, "0"), of(4, ""), of(5, "1")].concat());
    let newer =
        file("newer.csv", &[of(1, "5"), of(2, ""), of(3, "2"), of(5, "1"), of(6, ""), of(7, "9")].concat());
    let import = |path: &Path| {
        let change = |o: &mut tarazu_store::ImportOptions| {
            o.read.mapping = Some(Arc::new(Mapping::open(&mapping).unwrap()));
            o.complete = true;
        };
        folder.import(&[path], change).unwrap()
    };
    import(&older);
    let report = import(&newer).files[0].revisions.clone().unwrap();
    let all = report.total();
    assert_eq!((all.became_known, all.became_unknown), (1, 1));
    assert_eq!((all.revised_up, all.deaths_up, all.revised_down, all.deaths_down), (1, 2, 0, 0));
    assert_eq!((all.added, all.added_deaths, all.added_unknown), (2, 9, 1));
    assert_eq!((all.removed, all.removed_deaths, all.removed_unknown), (1, 0, 1));
}

/// Every column that comes from the file counts, not a choice of them.
#[test]
fn a_change_in_any_column_of_the_file_is_a_revision() {
    let folder = Folder::new("columns");
    let with = |name: &str, heading: &str, cell: &str| {
        let path = folder.0.join(name);
        fs::write(&path, format!("{HEADING},{heading}\n{},{cell}\n", row(1, "2020-01-01", 3).trim_end()))
            .unwrap();
        path
    };
    for (at, heading, before, after) in [(0, "side_a_new_id", "86", "87"), (1, "iso3", "PAK", "IND")] {
        let release = |n: u32| Some(format!("{}.{n}", 20 + at));
        folder.imported(&with("a.csv", heading, before), release(1).as_deref());
        let changed = folder.imported(&with("b.csv", heading, after), release(2).as_deref());
        let file = &changed.files[0];
        assert_eq!((file.accounts.kept, file.accounts.unchanged), (1, 0), "{heading}");
        assert_eq!(file.revisions.as_ref().unwrap().total().revised_otherwise, 1, "{heading}");
    }
}

/// What is counted of kept rows is counted of kept rows: a doubled id is none.
#[test]
fn counts_of_kept_rows_leave_out_doubled_ids() {
    let folder = Folder::new("doubled");
    // The second row of id 1 has a best estimate above its high one, and lies in another country and year.
    let doubled = "1,1,A,B,1,P,D,24.9,67.0,India,750,1,1990-01-01,1990-01-01,0,9,0,0,9,3,1\n".to_owned();
    let file = folder.ged("a.csv", &[row(1, "2020-01-01", 3), doubled]);
    folder.imported(&folder.ged("older.csv", &[row_of("India,750", 7, "1990-01-01", 1)]), Some("24.1"));
    let imported = folder.imported(&file, Some("25.1"));
    let record = &imported.files[0];
    assert_eq!((record.accounts.kept, record.accounts.rejected, record.unordered_bounds), (1, 1, 0));
    assert_eq!(folder.ids(), ids(&[1, 7]), "a rejected row covers no country and day");
}

#[test]
fn an_original_that_was_lost_is_kept_again_when_its_file_comes_again() {
    let folder = Folder::new("original");
    let file = folder.ged("a.csv", &[row(1, "2020-01-01", 3), row(1, "2020-01-01", 4)]);
    let first = folder.imported(&file, None);
    assert!(first.files[0].rejects.is_some());
    let kept = folder.store().join("originals").join(&first.files[0].sha256);
    fs::write(&kept, "torn").unwrap();
    folder.imported(&file, None);
    assert_eq!(fs::read(&kept).unwrap(), fs::read(&file).unwrap());
    let known = folder.imported(&file, None);
    assert_eq!((known.version, known.files[0].rejects.as_ref()), (None, None));
    assert_eq!(Store::open(&folder.store()).unwrap().snapshot(None).unwrap().events(), 1);
}

#[test]
fn a_dataset_or_release_that_cannot_be_a_name_is_refused() {
    let folder = Folder::new("names");
    let file = folder.ged("a.csv", &[row(1, "2020-01-01", 3)]);
    let long = "x".repeat(300);
    for (name, found) in
        [("", "an empty text"), (long.as_str(), "300 characters"), ("a\nb", "\"a\\nb\""), ("  ", "\"  \"")]
    {
        let error = folder.import(&[&file], |o| o.read.dataset = Some(name.into())).unwrap_err().to_string();
        assert!(
            error.contains("dataset: found") && error.contains(found) && error.contains("expected 1 to 100"),
            "{error}"
        );
        assert!(folder.import(&[&file], |o| o.read.version = Some(name.into())).is_err());
    }
    // As long as may be.
    folder.import(&[&file], |o| o.read.dataset = Some("é".repeat(100))).unwrap();
}
