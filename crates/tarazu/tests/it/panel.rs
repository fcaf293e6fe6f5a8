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
    let embedded = std::fs::read_to_string(crate::root().join("cases/azm-i-istehkam/panel.csv")).unwrap();
    assert!(computed == embedded);
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
    let rejects = std::fs::read_to_string(folder.path("out.rejects.csv")).unwrap();
    let expected =
        "file,line,column,value,reason\nFILE,3,date_start,yesterday,expected a date as YYYY-MM-DD\n";
    assert_eq!(rejects.replace(&input, "FILE"), expected);
    assert_eq!(std::fs::read_to_string(&output).unwrap().lines().count(), 2);
}
