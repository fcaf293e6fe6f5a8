//! `tarazu import`, `tarazu log` and `tarazu sql`: what goes in comes out, whatever happens on the way.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::{Folder, shared, stderr, stdout, tarazu};

const HEADING: &str = "id,type_of_violence,side_a,side_b,where_prec,adm_1,adm_2,latitude,longitude,country,country_id,date_prec,\
date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low";

/// A row of GED's columns.
fn row(id: u32, day: &str, best: u32) -> String {
    format!(
        "{id},1,A,B,1,Sindh province,Karachi,24.9,67.0,Pakistan,770,1,{day},{day},0,{best},0,0,{best},{best},{best}\n"
    )
}

fn ged(folder: &Folder, name: &str, rows: &[String]) -> String {
    let path = folder.path(name);
    std::fs::write(&path, format!("{HEADING}\n{}", rows.concat())).unwrap();
    path
}

pub fn import(store: &str, arguments: &[&str]) -> Output {
    tarazu(&[&["import", "--store", store], arguments].concat())
}

/// The answer to a question as CSV, without its heading.
pub fn sql(store: &str, arguments: &[&str]) -> Vec<Vec<String>> {
    let output = tarazu(&[&["sql", "--store", store, "--format", "csv"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn one(store: &str, arguments: &[&str]) -> String {
    sql(store, arguments)[0].join(",")
}

fn versions(store: &str) -> Vec<u64> {
    let output = tarazu(&["log", "--store", store, "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let log: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    log["versions"].as_array().unwrap().iter().map(|v| v["version"].as_u64().unwrap()).collect()
}

/// The figures by year that `../shared/data/README.md` states after `label`.
fn stated(label: &str) -> Option<BTreeMap<String, String>> {
    let readme = std::fs::read_to_string(shared("README.md")?).unwrap();
    let (_, list) = readme.split_once(label).unwrap();
    let pairs =
        list.trim_start_matches(|c: char| c != ':' && c != '\n').trim_start_matches(':').split_whitespace();
    let pair =
        |word: &str| word.split_once(':').map(|(y, n)| (y.to_owned(), n.trim_end_matches('.').to_owned()));
    Some(pairs.map_while(pair).collect())
}

#[test]
fn sql_gives_the_published_figures_by_year() {
    let (Some(file), Some(events)) =
        (shared("ged/pakistan-1989-2021.csv"), stated("GED Pakistan, events by year"))
    else {
        return;
    };
    let deaths = stated("Best deaths by year (year of the row)").unwrap();
    assert_eq!((events.len(), deaths.len()), (33, 18));
    let folder = Folder::new("published");
    let store = folder.path("store");
    let output = import(&store, &[&file.display().to_string(), "--version", "22.1"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = stdout(&output);
    assert!(report.contains("UCDP GED, CSV, 50 columns, HXL tags, release 22.1"), "{report}");
    assert!(report.contains("6416 rows read = 6416 kept + 0 rejected"), "{report}");
    assert!(
        report.contains("version 0, 6,416 events") || report.contains("version 1, 6,416 events"),
        "{report}"
    );

    let by_year =
        sql(&store, &["SELECT year, count(*), sum(deaths_best) FROM events GROUP BY year ORDER BY year"]);
    let found: BTreeMap<_, _> = by_year.iter().map(|r| (r[0].clone(), r[1].clone())).collect();
    assert_eq!(found, events);
    for row in by_year.iter().filter(|r| deaths.contains_key(&r[0])) {
        assert_eq!(row[2], deaths[&row[0]], "{}", row[0]);
    }
    assert_eq!(one(&store, &["SELECT count(*), sum(deaths_best) FROM events"]), "6416,43225");
    // The helpers for days agree with the year of the row.
    assert_eq!(
        one(&store, &["SELECT count(*) FROM events WHERE year(date_end) <> cast(year AS varchar)"]),
        "0"
    );
    let fata = "SELECT count(*) FROM events WHERE admin1 = 'Federally Administered Tribal Areas'";
    assert_eq!(one(&store, &[fata]), "3378", "as given");
}

#[test]
fn the_same_file_again_changes_nothing_and_says_so() {
    let folder = Folder::new("again");
    let store = folder.path("store");
    let file = ged(&folder, "a.csv", &[row(1, "2020-01-01", 3), row(2, "2020-02-01", 4)]);
    assert_eq!(import(&store, &[&file]).status.code(), Some(0));
    let before = versions(&store);
    let output = import(&store, &[&file]);
    let report = stdout(&output);
    assert!(report.contains("2 rows read = 0 kept + 0 rejected + 2 unchanged"), "{report}");
    assert!(report.contains("nothing changed, 2 events"), "{report}");
    assert_eq!(versions(&store), before);
    // The same rows in another file: each is unchanged, none is doubled.
    let copy = ged(&folder, "b.csv", &[row(2, "2020-02-01", 4), row(1, "2020-01-01", 3)]);
    let report = stdout(&import(&store, &[&copy]));
    assert!(report.contains("2 rows read = 0 kept + 0 rejected + 2 unchanged"), "{report}");
    assert_eq!(one(&store, &["SELECT count(*), count(DISTINCT event_id) FROM events"]), "2,2");
}

/// A stream is known by its contents: it has no name and no length.
#[cfg(unix)]
#[test]
fn the_same_stream_again_changes_nothing() {
    let folder = Folder::new("stream");
    let store = folder.path("store");
    let file = ged(&folder, "a.csv", &[row(1, "2020-01-01", 3), row(2, "2020-01-01", 3)]);
    let piped = |file: &str| {
        let script = "cat \"$2\" | \"$0\" import --store \"$1\" /dev/stdin";
        let arguments = ["-c", script, env!("CARGO_BIN_EXE_tarazu"), &store, file];
        stdout(&Command::new("bash").args(arguments).output().unwrap())
    };
    assert!(piped(&file).contains("version 0, 2 events"));
    let report = piped(&file);
    assert!(report.contains("imported before: nothing changed"), "{report}");
    let other = ged(&folder, "b.csv", &[row(3, "2021-01-01", 3)]);
    assert!(piped(&other).contains("version 1, 3 events"));
    assert_eq!(versions(&store), [0, 1]);
}

#[test]
fn a_newer_release_reports_what_it_changed_by_year_and_older_versions_stay() {
    let folder = Folder::new("vintage");
    let store = folder.path("store");
    let older =
        [row(1, "2020-01-01", 3), row(2, "2020-02-01", 4), row(3, "2021-01-05", 5), row(4, "2021-02-05", 6)];
    let newer =
        [row(1, "2020-01-01", 3), row(2, "2020-02-01", 9), row(4, "2021-02-05", 1), row(5, "2021-03-05", 7)];
    let (older, newer) = (ged(&folder, "old.csv", &older), ged(&folder, "new.csv", &newer));
    import(&store, &[&older, "--version", "24.1"]);
    let output = import(&store, &[&newer, "--version", "25.1", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let years = &report["files"][0]["revisions"]["years"];
    let of = |year: &str, what: &str| years[year][what].as_i64().unwrap();
    assert_eq!((of("2020", "revised_up"), of("2020", "deaths_up")), (1, 5));
    assert_eq!((of("2021", "removed"), of("2021", "removed_deaths")), (1, 5));
    assert_eq!((of("2021", "added"), of("2021", "added_deaths")), (1, 7));
    assert_eq!((of("2021", "revised_down"), of("2021", "deaths_down")), (1, 5));
    assert_eq!(report["files"][0]["accounts"]["unchanged"], 1);
    assert_eq!(report["files"][0]["revisions"]["removed"][0], "3");
    let all = versions(&store);
    let first = all[0].to_string();
    assert_eq!(one(&store, &["SELECT sum(deaths_best), count(*) FROM events"]), "20,4");
    assert_eq!(one(&store, &["--at", &first, "SELECT sum(deaths_best), count(*) FROM events"]), "18,4");
    // The older release cannot come back unnoticed: neither the file that was replaced nor another.
    let output = import(&store, &[&older, "--version", "24.1"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = stdout(&output);
    assert!(report.contains("imported before, and later files took its place: nothing changed"), "{report}");
    assert!(report.contains("--older-replaces-newer"), "{report}");
    let another = ged(&folder, "another.csv", &[row(1, "2020-01-01", 8)]);
    let output = import(&store, &[&another, "--version", "v24.1"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--older-replaces-newer"), "{}", stderr(&output));
    assert_eq!(versions(&store), all);
    let output = import(&store, &[&older, "--version", "24.1", "--older-replaces-newer", "--complete"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(one(&store, &["SELECT sum(deaths_best), count(*) FROM events"]), "18,4");
}

/// Two releases of Ukraine as they were published, against a comparison of the raw cells.
/// A part of a file, imported after the whole and as nameless: what goes can be seen, and comes back.
#[test]
fn of_two_files_without_a_release_the_later_stands_with_a_warning() {
    let folder = Folder::new("nameless");
    let store = folder.path("store");
    let rows = [row(1, "2012-01-01", 1), row(2, "2012-02-01", 2), row(3, "2012-03-01", 3)];
    let (whole, part) =
        (ged(&folder, "whole.csv", &rows), ged(&folder, "part.csv", &[&rows[0], &rows[2]].map(Clone::clone)));
    assert!(!stdout(&import(&store, &[&whole])).contains("WARNING"));
    let said = stdout(&import(&store, &[&part]));
    assert!(said.contains("1 removed") && said.contains("WARNING: neither file names its release"), "{said}");
    assert_eq!(one(&store, &["SELECT count(*) FROM events"]), "2");
    import(&store, &[&whole, "--older-replaces-newer"]);
    assert_eq!(one(&store, &["SELECT count(*) FROM events"]), "3");
}

#[test]
fn the_later_revision_of_an_acled_event_stands_in_the_store() {
    let folder = Folder::new("revisions");
    let store = folder.path("store");
    let file = folder.path("acled.csv");
    let row = |id: &str, deaths: u32, stamp: &str| {
        format!("{id},2024-06-22,Battles,Armed clash,A,Rebel Group,1,Pakistan,586,{deaths},{stamp}\n")
    };
    let heading = "event_id_cnty,event_date,event_type,sub_event_type,actor1,inter1,interaction,country,iso,fatalities,timestamp";
    let rows = [
        row("P1", 3, "1719100000"),
        row("P2", 1, "1719100000"),
        row("P1", 5, "1719200000"),
        row("P2", 7, ""),
    ];
    std::fs::write(&file, format!("{heading}\n{}", rows.concat())).unwrap();
    let output = import(&store, &[&file]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output) + &stderr(&output);
    assert!(text.contains("4 rows read = 2 kept + 2 rejected"), "{text}");
    let found = sql(&store, &["SELECT event_id, deaths_best, line FROM events ORDER BY event_id"]);
    assert_eq!(found, [["P1", "5", "4"], ["P2", "1", "3"]]);
    assert_eq!(one(&store, &["SELECT line FROM rejects WHERE reason LIKE '%later revision%'"]), "2");
}

/// A store of a program that did not know `recorded_at` yet: its Parquet file and its schema lack the column.
#[test]
fn a_store_from_before_a_column_was_added_reads_and_takes_more() {
    let folder = Folder::new("older-columns");
    let store = folder.path("store");
    let first = ged(&folder, "GEDEvent_v22_1.csv", &[row(1, "2020-01-05", 3), row(2, "2021-01-05", 4)]);
    assert_eq!(import(&store, &[&first]).status.code(), Some(0));
    let events = Path::new(&store).join("events");
    let file = std::fs::read_dir(&events).unwrap().map(|f| f.unwrap().path());
    let file = file.into_iter().find(|f| f.extension().is_some_and(|e| e == "parquet")).unwrap();
    let out = folder.path("old.parquet");
    let query = ["sql", "--store", &store, "--format", "parquet", "--output", &out];
    let output = tarazu(
        &[&query[..], &["SELECT * EXCEPT (recorded_at, date_given, country_boundary) FROM events"]].concat(),
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let log = events.join("_delta_log/00000000000000000000.json");
    let text = std::fs::read_to_string(&log).unwrap();
    let size = |path: &Path| format!("\"size\":{},", std::fs::metadata(path).unwrap().len());
    let older = text
        .replace(&size(&file), &size(Path::new(&out)))
        .replace("recorded_at", "never_read")
        .replace("date_given", "never_given")
        .replace("country_boundary", "no_country_yet");
    assert_ne!(older, text);
    std::fs::write(&log, older).unwrap();
    std::fs::copy(&out, &file).unwrap();
    assert_eq!(one(&store, &["SELECT count(*), count(recorded_at), sum(deaths_best) FROM events"]), "2,0,7");
    let second = ged(&folder, "GEDEvent_v22_2.csv", &[row(1, "2020-01-05", 5)]);
    let output = import(&store, &[&second]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(one(&store, &["SELECT count(*), count(recorded_at), sum(deaths_best) FROM events"]), "2,0,9");
    let next = std::fs::read_to_string(events.join("_delta_log/00000000000000000001.json")).unwrap();
    assert!(
        next.contains("metaData") && next.contains("recorded_at"),
        "the table's schema has the column from now on"
    );
}

#[test]
fn the_vintage_report_of_real_releases_is_exact() {
    let (Some(old), Some(new)) =
        (shared("ged/conflict_data_ukr_old_layout.csv"), shared("ged/conflict_data_ukr_new_layout.csv"))
    else {
        return;
    };
    let raw = |path: &Path| -> BTreeMap<String, i64> {
        let mut reader = csv::Reader::from_path(path).unwrap();
        let headers = reader.headers().unwrap().clone();
        let at = |name: &str| headers.iter().position(|h| h == name).unwrap();
        let (id, best) = (at("id"), at("best"));
        let rows = reader.records().map(Result::unwrap).skip(1);
        rows.map(|r| (r[id].to_owned(), r[best].parse().unwrap())).collect()
    };
    let (before, after) = (raw(&old), raw(&new));
    let folder = Folder::new("ukraine");
    let store = folder.path("store");
    import(&store, &[&old.display().to_string(), "--version", "19.1"]);
    let output = import(&store, &[&new.display().to_string(), "--version", "20.1", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let years = report["files"][0]["revisions"]["years"].as_object().unwrap();
    let sum = |what: &str| years.values().map(|y| y[what].as_i64().unwrap()).sum::<i64>();
    assert_eq!(sum("added"), after.keys().filter(|id| !before.contains_key(*id)).count() as i64);
    assert_eq!(sum("removed"), before.keys().filter(|id| !after.contains_key(*id)).count() as i64);
    let differences = before.iter().filter_map(|(id, b)| after.get(id).map(|a| a - b));
    let up = differences.clone().filter(|d| *d > 0).sum::<i64>();
    let down = -differences.filter(|d| *d < 0).sum::<i64>();
    assert_eq!((sum("deaths_up"), sum("deaths_down")), (up, down));
    assert_eq!(
        one(&store, &["SELECT count(*), sum(deaths_best) FROM events"]),
        format!("{},{}", after.len(), after.values().sum::<i64>())
    );
}

#[test]
fn an_import_of_several_files_appears_whole_or_not_at_all() {
    let folder = Folder::new("whole");
    let store = folder.path("store");
    let good = ged(&folder, "a.csv", &[row(1, "2020-01-01", 3)]);
    let bad = folder.path("b.csv");
    std::fs::write(&bad, "a,b,c\n1,2,3\n").unwrap();
    let output = import(&store, &[&good, &bad]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("b.csv: line 1: not a dataset that Tarazu reads"),
        "{}",
        stderr(&output)
    );
    assert!(!Path::new(&store).exists(), "no empty store is left");
    assert_eq!(import(&store, &[&good]).status.code(), Some(0));
    assert_eq!(import(&store, &[&good, &bad]).status.code(), Some(1));
    assert_eq!(versions(&store), [0]);
    assert_eq!(one(&store, &["SELECT count(*) FROM events"]), "1");
}

#[test]
fn a_folder_of_other_things_is_no_place_for_a_store() {
    let folder = Folder::new("other-things");
    let file = ged(&folder, "a.csv", &[row(1, "2020-01-01", 3)]);
    let output = import(&folder.path(""), &[&file]);
    assert_eq!(output.status.code(), Some(1));
    let message = stderr(&output);
    assert!(message.contains("not a store: found `a.csv`; expected a folder with"), "{message}");
    assert!(Path::new(&file).exists());
}

#[test]
fn rejects_can_be_asked_for_and_every_event_leads_to_its_line() {
    let folder = Folder::new("lines");
    let store = folder.path("store");
    let file =
        ged(&folder, "a.csv", &[row(1, "2020-01-01", 3), row(1, "2020-01-02", 3), row(2, "2020-13-01", 3)]);
    let report = stdout(&import(&store, &[&file]));
    assert!(report.contains("3 rows read = 1 kept + 2 rejected"), "{report}");
    let rejects = sql(&store, &["SELECT line, \"column\", value, reason FROM rejects ORDER BY line"]);
    assert_eq!(rejects[0], ["3", "id", "1", "expected each event id once; it stands first on line 2"]);
    assert_eq!(rejects[1], ["4", "date_start", "2020-13-01", "expected a date as YYYY-MM-DD"]);
    let event = &sql(&store, &["SELECT file_sha256, line FROM events"])[0];
    let original = std::fs::read_to_string(folder.0.join("store/originals").join(&event[0])).unwrap();
    let line = original.lines().nth(event[1].parse::<usize>().unwrap() - 1).unwrap();
    assert_eq!(line, row(1, "2020-01-01", 3).trim_end());
}

/// A path is no pattern.
#[test]
fn a_store_whose_path_has_marks_of_patterns_answers_in_full() {
    let folder = Folder::new("marks");
    for name in ["a[b]", "a b%20c#d", "caf\u{e9}"].into_iter().chain(cfg!(unix).then_some("s*t?r")) {
        // A folder that the pattern would match in its place, or besides.
        std::fs::create_dir_all(folder.path("ab/store")).unwrap();
        let store = folder.path(&format!("{name}/store"));
        for (file, id) in [("a.csv", 1), ("b.csv", 2)] {
            let rows = [row(id, &format!("202{id}-01-01"), 3), row(id, "2020-13-01", 3), row(id + 5, "x", 3)];
            assert_eq!(import(&store, &[&ged(&folder, file, &rows)]).status.code(), Some(0), "{name}");
        }
        assert_eq!(one(&store, &["SELECT count(*), sum(deaths_best) FROM events"]), "2,6", "{name}");
        assert_eq!(one(&store, &["SELECT count(*), count(DISTINCT file) FROM rejects"]), "4,2", "{name}");
        let dotted = folder.path(&format!("{name}/../{name}/store"));
        assert_eq!(one(&dotted, &["SELECT count(*) FROM events"]), "2", "{name}");
    }
}

#[test]
fn a_file_that_is_missing_from_a_version_is_named_and_not_left_out() {
    let folder = Folder::new("missing");
    let store = folder.path("store");
    for (file, id) in [("a.csv", 1), ("b.csv", 2)] {
        import(&store, &[&ged(&folder, file, &[row(id, &format!("202{id}-01-01"), 3), row(9, "x", 1)])]);
    }
    // The same rejects are not counted twice when a file comes again beside a new one.
    let again = [folder.path("a.csv"), ged(&folder, "c.csv", &[row(3, "2023-01-01", 1)])];
    assert_eq!(import(&store, &[&again[0], &again[1]]).status.code(), Some(0));
    assert_eq!(one(&store, &["SELECT count(*) FROM rejects"]), "2");
    let files: Vec<String> =
        stdout(&tarazu(&["log", "--store", &store, "--files"])).lines().map(str::to_owned).collect();
    let fails = |statement: &str, expected: &[&str]| {
        let output = tarazu(&["sql", "--store", &store, statement]);
        assert_eq!(output.status.code(), Some(1), "{statement}: {}", stdout(&output));
        let message = stderr(&output);
        assert!(expected.iter().all(|e| message.contains(e)), "{message}");
    };
    let rejects = std::fs::read_dir(folder.path("store/rejects")).unwrap().next().unwrap().unwrap().path();
    std::fs::rename(&rejects, folder.path("kept.csv")).unwrap();
    assert_eq!(one(&store, &["SELECT count(*) FROM events"]), "3", "events are whole");
    fails("SELECT count(*) FROM Rejects", &[&rejects.display().to_string(), "is missing"]);
    let bytes = std::fs::read(&files[0]).unwrap();
    std::fs::write(&files[0], &bytes[..bytes.len() / 2]).unwrap();
    let sizes = format!("has {} bytes, expected {}", bytes.len() / 2, bytes.len());
    fails("SELECT count(*) FROM events", &[&files[0], &sizes]);
    std::fs::remove_file(&files[0]).unwrap();
    fails("SELECT count(*) FROM events", &[&files[0], "is missing", "originals/"]);
    fails("SELECT 1 FROM nothing", &[&files[0], "is missing"]);
}

#[test]
fn a_table_that_there_is_not_is_answered_with_those_that_there_are() {
    let folder = Folder::new("tables");
    let store = folder.path("store");
    import(&store, &[&ged(&folder, "a.csv", &[row(1, "2020-01-01", 3)])]);
    for statement in
        ["SELECT * FROM event", "SELECT * FROM 'none.csv'", "SELECT e.id FROM events e JOIN reject r ON true"]
    {
        let output = tarazu(&["sql", "--store", &store, statement]);
        assert_eq!(output.status.code(), Some(1));
        let message = stderr(&output);
        assert!(message.contains("not found; the tables are events, rejects and versions"), "{message}");
    }
}

#[test]
fn nothing_can_be_written_through_sql() {
    let folder = Folder::new("readonly");
    let store = folder.path("store");
    import(&store, &[&ged(&folder, "a.csv", &[row(1, "2020-01-01", 3)])]);
    let target = folder.path("stolen.csv");
    for statement in [
        "DROP TABLE events".to_owned(),
        "INSERT INTO events SELECT * FROM events".into(),
        format!("COPY (SELECT 1) TO '{target}'"),
        "CREATE TABLE t AS SELECT 1".into(),
        "SET datafusion.execution.batch_size = 1".into(),
    ] {
        let output = tarazu(&["sql", "--store", &store, &statement]);
        assert_eq!(output.status.code(), Some(1), "{statement}");
    }
    assert!(!Path::new(&target).exists());
    let output = tarazu(&["sql", "--store", &store, "SELECT deaths_bst FROM events"]);
    assert!(stderr(&output).contains("deaths_best"), "the nearest column is named: {}", stderr(&output));
}

#[test]
fn answers_come_in_every_format_and_files_are_tables_too() {
    let folder = Folder::new("formats");
    let store = folder.path("store");
    import(&store, &[&ged(&folder, "a.csv", &[row(1, "2020-01-01", 3), row(2, "2020-02-01", 4)])]);
    let question = "SELECT event_id, date_start, deaths_best FROM events ORDER BY event_id";
    for name in ["a.parquet", "a.csv", "a.json"] {
        let path = folder.path(&format!("out-{name}"));
        let output = tarazu(&["sql", "--store", &store, question, "-o", &path]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let sum = format!("SELECT sum(deaths_best) FROM '{path}'");
        assert_eq!(one(&folder.path("no-store"), &[&sum]), "7", "{name}");
    }
    // A cell with line ends, as published files have them.
    let lines = folder.path("lines.csv");
    std::fs::write(&lines, "id,headline,deaths\n1,\"one\ntwo, and\nthree\",3\n2,four,4\n").unwrap();
    assert_eq!(
        one(&folder.path("no-store"), &[&format!("SELECT sum(deaths), count(*) FROM '{lines}'")]),
        "7,2"
    );
    let arrow = folder.path("a.arrow");
    tarazu(&["sql", "--store", &store, question, "-o", &arrow]);
    assert!(std::fs::read(&arrow).unwrap().starts_with(&[0xff, 0xff, 0xff, 0xff]), "an Arrow IPC stream");
    let output = tarazu(&["sql", "--store", &store, question]);
    assert!(stdout(&output).contains("| 1        | 2020-01-01 | 3           |"), "{}", stdout(&output));
    let lines = stdout(&tarazu(&["sql", "--store", &store, "--json", question]));
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first["deaths_best"], 3);
}

/// Sorting far more than the memory given spills to disk and still is right.
#[test]
fn a_query_larger_than_its_memory_spills() {
    let folder = Folder::new("spill");
    let output = tarazu(&[
        "sql",
        "--store",
        &folder.path("none"),
        "--memory",
        "24",
        "--format",
        "csv",
        "SELECT count(*), max(n) FROM (SELECT n, row_number() OVER (ORDER BY t, n DESC) AS rank FROM (SELECT a.value * 1500 + b.value AS \
         n, repeat('x', 40) AS t FROM generate_series(1, 1500) a, generate_series(1, 1500) b)) WHERE rank > 1",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output).lines().nth(1), Some("2249999,2251499"));
}

fn start(store: &str, file: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_tarazu"))
        .args(["import", "--store", store, file, "--older-replaces-newer"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Two states of one dataset that take each other's place: which of them a store holds is known by count and sum.
fn two_states(folder: &Folder) -> [(String, String); 2] {
    [(3_000, 1), (2_500, 2)].map(|(rows, deaths)| {
        let rows: Vec<String> = (1..=rows)
            .map(|id| row(id, &format!("2020-{:02}-{:02}", id % 12 + 1, id % 28 + 1), deaths))
            .collect();
        let count = rows.len();
        // The longest span and all ids in one state or the other: the newer file covers the older.
        (ged(folder, &format!("state-{deaths}.csv"), &rows), format!("{count},{}", count as u32 * deaths))
    })
}

#[test]
fn an_import_killed_at_a_hundred_random_moments_loses_and_doubles_nothing() {
    let folder = Folder::new("killed");
    let store = folder.path("store");
    let states = two_states(&folder);
    let question = "SELECT count(*), sum(deaths_best), count(DISTINCT event_id) FROM events";
    let begun = Instant::now();
    assert_eq!(import(&store, &[&states[0].0]).status.code(), Some(0));
    assert_eq!(import(&store, &[&states[1].0]).status.code(), Some(0));
    let typical = begun.elapsed() / 2;
    let (mut seed, mut finished, mut held) = (20_201_u64, 0, 1);
    for turn in 0..100 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child = start(&store, &states[1 - held].0);
        std::thread::sleep(Duration::from_nanos(
            (typical.as_nanos() as u64 * 12 / 10) * (seed >> 40) / (1 << 24),
        ));
        child.kill().unwrap();
        child.wait().unwrap();
        let found = one(&store, &[question]);
        let state =
            states.iter().position(|(_, sums)| found.starts_with(&format!("{sums},"))).unwrap_or_else(|| {
                panic!("turn {turn}: {found}: neither state");
            });
        let (rows, distinct) = (found.split(',').next(), found.split(',').next_back());
        assert_eq!(rows, distinct, "turn {turn}");
        finished += usize::from(state != held);
        held = state;
    }
    // Both outcomes took place, and every version there is can be read.
    let all = versions(&store);
    assert!(all.len() == finished + 2, "{} versions, {finished} finished", all.len());
    for version in &all {
        let found = one(&store, &["--at", &version.to_string(), question]);
        assert!(
            states.iter().any(|(_, sums)| found.starts_with(sums.as_str())),
            "version {version}: {found}"
        );
    }
    let output = import(&store, &[&states[1 - held].0, "--older-replaces-newer"]);
    assert!(stdout(&output).contains(&format!("version {}", all.len())), "{}", stderr(&output));
    let files = |part: &str| std::fs::read_dir(folder.0.join("store").join(part)).unwrap().count();
    assert_eq!(files("originals"), 2, "what killed imports left behind is gone");
    eprintln!("{finished} of 100 imports finished before the signal");
}

#[test]
fn two_processes_at_once_both_find_their_events_in_the_store() {
    let folder = Folder::new("at-once");
    let store = folder.path("store");
    let pakistan: Vec<String> = (1..=2_000).map(|id| row(id, "2020-01-01", 1)).collect();
    let india: Vec<String> =
        (3_001..=5_000).map(|id| row(id, "2020-01-01", 1).replace("Pakistan,770", "India,750")).collect();
    let files = [ged(&folder, "p.csv", &pakistan), ged(&folder, "i.csv", &india)];
    for _ in 0..5 {
        let _ = std::fs::remove_dir_all(folder.0.join("store"));
        let mut children: Vec<Child> = files.iter().map(|file| start(&store, file)).collect();
        assert!(children.iter_mut().all(|c| c.wait().unwrap().success()));
        assert_eq!(versions(&store).len(), 2);
        assert_eq!(one(&store, &["SELECT count(*), count(DISTINCT event_id) FROM events"]), "4000,4000");
    }
}

/// Where the disk takes no more bytes, the import fails with the file's name and the last version stands.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_last_version() {
    let folder = Folder::new("full");
    let store = folder.path("store");
    let states = two_states(&folder);
    assert_eq!(import(&store, &[&states[1].0]).status.code(), Some(0));
    // A limit on the size of files stands in for the disk: writing beyond it fails.
    for blocks in [1, 50, 200] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" import --store \"$1\" \"$2\"");
        let output = Command::new("bash")
            .args(["-c", &script, env!("CARGO_BIN_EXE_tarazu"), &store, &states[0].0])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{blocks} blocks: {}", stderr(&output));
        assert!(stderr(&output).contains("cannot be written"), "{}", stderr(&output));
        assert_eq!(one(&store, &["SELECT count(*), sum(deaths_best) FROM events"]), states[1].1);
    }
    assert_eq!(import(&store, &[&states[0].0]).status.code(), Some(0));
}

/// The same files give the same bytes, whatever the threads did.
#[test]
fn an_import_is_the_same_every_time() {
    let folder = Folder::new("same");
    let states = two_states(&folder);
    let parquet = |store: &str| -> Vec<Vec<u8>> {
        import(&folder.path(store), &[&states[0].0]);
        let files = stdout(&tarazu(&["log", "--store", &folder.path(store), "--files"]));
        files.lines().map(|path| std::fs::read(PathBuf::from(path)).unwrap()).collect()
    };
    let first = parquet("a");
    assert!(first.len() == 1 && first == parquet("b"));
}
