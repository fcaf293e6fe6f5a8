//! `tarazu panel`: areas by periods from real files, with the accounting on standard error.

use crate::{Folder, shared, stderr, stdout, tarazu};

#[test]
fn months_quarters_and_areas_hold_the_same_sums() {
    let Some(file) = shared("ged/pakistan-1989-2021.csv") else { return };
    let file = file.display().to_string();
    let sum = |arguments: &[&str]| -> (u64, usize) {
        let output = tarazu(&[&["panel", file.as_str()], arguments].concat());
        assert_eq!(output.status.code(), Some(0));
        assert!(stderr(&output).contains("6416 rows read = 6416 kept + 0 rejected"), "{}", stderr(&output));
        let text = stdout(&output);
        let column = text.lines().next().unwrap().split(',').position(|c| c == "deaths_best").unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<u64> = reader.records().map(|r| r.unwrap()[column].parse().unwrap()).collect();
        (rows.iter().sum(), rows.len())
    };
    let country = sum(&[]);
    assert_eq!(country, (43_225, 33 * 12), "best deaths per ../shared/data/README.md");
    for arguments in [
        ["--unit", "admin1", "--period", "quarter"],
        ["--unit", "admin2", "--period", "year"],
        ["--date", "start", "--period", "week"],
    ] {
        assert_eq!(sum(&arguments).0, 43_225, "{arguments:?}");
    }
}

#[test]
fn the_embedded_panel_is_what_the_command_computes() {
    let (Some(events), Some(table)) = (
        shared("ged/pakistan-1989-2021.csv"),
        shared("ucdp-country-month/country_month_by_type_1985_2024.csv"),
    ) else {
        return;
    };
    let areas = "PAK,AFG,BGD,IND,IRN,LKA,NPL";
    let first = tarazu(&[
        "panel",
        &table.display().to_string(),
        "--areas",
        areas,
        "--from",
        "1989-01",
        "--to",
        "2024-12",
    ]);
    let span = ["--from", "1989-01", "--to", "2021-12"];
    let second =
        tarazu(&[&["panel", &events.display().to_string(), "--version", "22.1"], span.as_slice()].concat());
    let second = stdout(&second);
    let computed = stdout(&first) + second.split_once('\n').unwrap().1;
    assert!(computed == embedded().0);
}

/// The embedded panel of the worked case: its rows of single datasets, and those of fused ones.
fn embedded() -> (String, String) {
    let all = std::fs::read_to_string(crate::root().join("cases/azm-i-istehkam/panel.csv")).unwrap();
    let (fused, single): (Vec<&str>, Vec<&str>) = all.lines().partition(|line| line.starts_with(FUSED));
    let text = |lines: Vec<&str>| lines.iter().map(|line| format!("{line}\n")).collect();
    (text(single), text(fused))
}

const FUSED: &str = "GED + suicide attacks";

/// The same commands as `just panel`. What a fusion says of these datasets changes with the model: then the panel is to be made anew.
#[cfg(feature = "store")]
#[test]
fn the_embedded_fusions_are_what_the_commands_compute() {
    let (Some(ged), Some(attacks)) =
        (shared("ged/pakistan-1989-2021.csv"), shared("suicide-attacks/pakistan-v11.csv"))
    else {
        return;
    };
    let folder = Folder::new("panel-fused");
    let store = folder.path("store");
    let run = |arguments: &[&str]| {
        let output = tarazu(&[arguments, &["--store", &store]].concat());
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        stdout(&output)
    };
    run(&["import", &ged.display().to_string(), "--version", "22.1"]);
    run(&["import", &attacks.display().to_string()]);
    let mut computed = String::new();
    let mut add = |version: &str, draw: &str| {
        let span = ["--areas", "PAK", "--from", "1995-01", "--to", "2017-11"];
        let named = ["panel", "--incidents", "--dataset", FUSED, "--version", version, "--draw", draw];
        let text = run(&[named.as_slice(), &span].concat());
        computed.push_str(text.split_once('\n').unwrap().1);
    };
    run(&["fuse", "UCDP GED", "Pakistan suicide attacks", "--draws", "1"]);
    add("22.1 + 11 fused at 0.5", "0");
    add("22.1 + 11 fused by draw 1", "1");
    assert!(computed == embedded().1, "`just panel` makes the embedded panel anew");
}

#[test]
fn rejects_go_to_a_file_and_the_panel_is_made_of_the_rest() {
    let folder = Folder::new("rejects");
    let (input, output) = (folder.path("in.csv"), folder.path("out.csv"));
    let heading = "id,type_of_violence,side_a,side_b,where_prec,adm_1,adm_2,latitude,longitude,country,country_id,date_prec,\
        date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low";
    let row = |id: u32, date: &str| {
        format!("{id},1,A,B,1,P,D,33.0,70.0,Pakistan,770,1,{date},{date},0,1,0,0,1,2,1")
    };
    std::fs::write(&input, [heading.to_owned(), row(1, "2020-01-05"), row(2, "yesterday")].join("\n"))
        .unwrap();
    let result = tarazu(&["panel", &input, "-o", &output]);
    assert_eq!(result.status.code(), Some(0), "{}", stderr(&result));
    assert!(stderr(&result).contains("2 rows read = 1 kept + 1 rejected"));
    let rejects = std::fs::read_to_string(folder.path("out.panel-rejects.csv")).unwrap();
    let expected =
        "file,line,column,value,reason\nFILE,3,date_start,yesterday,expected a date as YYYY-MM-DD\n";
    assert_eq!(rejects.replace(&input, "FILE"), expected);
    assert_eq!(std::fs::read_to_string(&output).unwrap().lines().count(), 2);
}

const HEADING: &str = "id,type_of_violence,side_a,side_b,where_prec,adm_1,adm_2,latitude,longitude,country,country_id,date_prec,\
date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low";

fn ged(folder: &Folder, name: &str, rows: &[(u32, &str, u32)]) -> String {
    let row = |(id, day, best): &(u32, &str, u32)| {
        format!("{id},1,A,B,1,P,D,33.0,70.0,Pakistan,770,1,{day},{day},0,{best},0,0,{best},{best},{best}\n")
    };
    let path = folder.path(name);
    std::fs::write(&path, format!("{HEADING}\n{}", rows.iter().map(row).collect::<String>())).unwrap();
    path
}

#[test]
fn an_event_in_two_files_is_counted_once_or_the_panel_refused() {
    let folder = Folder::new("panel-twice");
    let whole = ged(&folder, "a.csv", &[(1, "2020-01-05", 3), (2, "2020-02-05", 4)]);
    let part = ged(&folder, "b.csv", &[(2, "2020-02-05", 4), (3, "2020-02-06", 5)]);
    let output = tarazu(&["panel", &whole, &part]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let rows: Vec<String> = stdout(&output).lines().skip(1).map(str::to_owned).collect();
    assert_eq!(
        rows,
        [
            "UCDP GED,unknown,PAK,2020-01,1,1,0,0,3,3,3,0,3,0",
            "UCDP GED,unknown,PAK,2020-02,2,2,0,0,9,9,9,0,9,0"
        ]
    );
    assert!(stderr(&output).contains("1 of the kept stand in an earlier file, too, and are counted once"));
    assert_eq!(stdout(&tarazu(&["panel", &whole, &whole])), stdout(&tarazu(&["panel", &whole])));
    // Figures or releases that differ: which is right cannot be told.
    let other = ged(&folder, "c.csv", &[(2, "2020-02-05", 6)]);
    let older = ged(&folder, "GEDEvent_v24_1.csv", &[(2, "2020-02-05", 4)]);
    for (second, what) in [(&other, "with other figures"), (&older, "in another release")] {
        let output = tarazu(&["panel", &whole, second]);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(1), ""));
        let message = stderr(&output);
        assert!(message.contains(&format!("{second}: line 2: event 2 of UCDP GED")), "{message}");
        assert!(message.contains(what) && message.contains("would count it twice"), "{message}");
    }
}

#[test]
fn country_months_come_once_and_bear_the_release_that_the_file_tells() {
    let folder = Folder::new("panel-months");
    let table = |name: &str, month: &str| {
        let path = folder.path(name);
        let heading = "country_iso3,year_month,ucdp_event_count,ucdp_fatalities_best,ucdp_fatalities_high,ucdp_civilian_deaths,\
            ucdp_state_based_events,ucdp_non_state_events,ucdp_one_sided_events";
        std::fs::write(&path, format!("{heading}\nPAK,{month},1.0,2,3,0,1,0,0\n")).unwrap();
        path
    };
    let (first, second) = (table("a.csv", "2025-12"), table("b.csv", "2025-12"));
    let release = |arguments: &[&str]| {
        let text = stdout(&tarazu(&[&["panel"], arguments].concat()));
        text.lines().nth(1).unwrap().split(',').nth(1).unwrap().to_owned()
    };
    assert_eq!(release(&[&first]), "26.1");
    assert_eq!(release(&[&first, "--version", "25.1"]), "25.1");
    assert_eq!(release(&[&table("cm_v27_1.csv", "2025-12")]), "27.1");
    assert_eq!(release(&[&table("c.csv", "2025-11")]), "unknown");
    let named = stdout(&tarazu(&["panel", &first, "--dataset", "My months"]));
    assert!(named.lines().nth(1).unwrap().starts_with("My months,26.1,PAK,"), "{named}");
    let output = tarazu(&["panel", &first, &second]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("b.csv: has PAK in 2025-12"), "{}", stderr(&output));
}

#[test]
fn areas_periods_and_names_that_cannot_be_are_refused() {
    let folder = Folder::new("panel-misuse");
    let file = ged(&folder, "a.csv", &[(1, "2020-01-05", 3)]);
    let fails = |arguments: &[&str], code: i32, expected: &str| {
        let output = tarazu(&[&["panel", file.as_str()], arguments].concat());
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    };
    fails(&["--areas", "PAK,PKA"], 1, "--areas PKA: no such area in the files; they have PAK");
    fails(&["--from", "2020"], 2, "2020 is no month as --period asks for");
    fails(&["--from", "2020-03", "--to", "2020-01"], 2, "--from 2020-03 is after --to 2020-01");
    fails(&["--dataset", ""], 2, "expected 1 to 100 characters");
    fails(&["--version", &"x".repeat(300)], 2, "found 300");
    let output = tarazu(&["import", &file, "--dataset", "", "--store", &folder.path("store")]);
    assert_eq!(output.status.code(), Some(2));
}

/// A pipe is written to, not replaced.
#[cfg(unix)]
#[test]
fn a_pipe_as_output_is_written_through() {
    use std::os::unix::fs::FileTypeExt;
    let folder = Folder::new("panel-pipe");
    let file = ged(&folder, "a.csv", &[(1, "2020-01-05", 3)]);
    let pipe = folder.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut commands = vec![vec!["panel", file.as_str(), "-o", pipe.as_str()]];
    if cfg!(feature = "sql") {
        commands.push(vec!["sql", "SELECT 1 AS one", "--format", "csv", "-o", pipe.as_str()]);
    }
    for command in commands {
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || std::fs::read_to_string(pipe).unwrap()
        });
        let output = tarazu(&command);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(reader.join().unwrap().lines().count() == 2);
        assert!(std::fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    }
}
