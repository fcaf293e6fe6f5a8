//! Bad input: each fault is reported with line, column, value and expectation, and no row is lost.

use std::path::PathBuf;

use tarazu_events::{ReadError, ReadOptions, Reading, read};

const HEADING: &str = "id,type_of_violence,side_a,side_b,where_prec,adm_1,adm_2,latitude,longitude,country,country_id,date_prec,\
date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low";
const GOOD: &str = "1,1,A,B,1,P,D,33.0,70.0,Pakistan,770,1,2020-01-01,2020-01-02,0,1,0,0,1,2,1";

fn written(name: &str, text: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("tarazu-fault-{}-{name}.csv", std::process::id()));
    std::fs::write(&path, text).unwrap();
    path
}

fn try_reading(name: &str, text: &[u8]) -> Result<Reading, ReadError> {
    let path = written(name, text);
    let reading = read(&path, &ReadOptions::default());
    std::fs::remove_file(path).unwrap();
    reading
}

/// The one reject of a file made of a good row and a row with `column` set to `value`.
fn reject(column: &str, value: &str) -> (u64, String, String, String) {
    let at = HEADING.split(',').position(|c| c == column).unwrap();
    let mut cells: Vec<&str> = GOOD.split(',').collect();
    cells[0] = "2";
    cells[at] = value;
    let name = format!("{column}-{}", value.len());
    let reading = try_reading(&name, format!("{HEADING}\n{GOOD}\n{}\n", cells.join(",")).as_bytes()).unwrap();
    assert_eq!(reading.accounts().to_string(), "2 rows read = 1 kept + 1 rejected", "{column}={value}");
    let found = &reading.rejects[0];
    assert!(found.file.ends_with(".csv"));
    (found.line, found.column.clone(), found.value.clone(), found.reason.clone())
}

#[test]
fn a_cell_at_fault_is_named() {
    let faults = [
        ("date_start", "2020-02-31", "expected a date as YYYY-MM-DD"),
        ("date_start", "01/02/2020", "expected a date as YYYY-MM-DD"),
        ("date_end", "2019-12-31", "expected a day not before date_start (2020-01-01)"),
        ("date_end", "9999-12-31", "expected a year from 1900 to 2100"),
        ("latitude", "133.0", "expected degrees between -90 and 90"),
        ("longitude", "NaN", "expected degrees between -180 and 180"),
        ("best", "many", "expected a whole number"),
        ("best", "-1", "expected a count of people, 0 or more"),
        ("best", "", "expected a value, found an empty cell"),
        ("type_of_violence", "4", "expected 1, 2 or 3"),
        ("where_prec", "9", "expected 1 to 7"),
        ("date_prec", "0", "expected 1 to 5"),
        ("id", "1", "expected each event id once; it stands first on line 2"),
    ];
    for (column, value, reason) in faults {
        assert_eq!(reject(column, value), (3, column.into(), value.into(), reason.into()));
    }
}

#[test]
fn a_row_of_another_length_and_one_of_another_encoding_are_rejected_with_their_lines() {
    let mut text = format!("{HEADING}\n{GOOD}\n2,1,\"A\nover two lines\"\n").into_bytes();
    text.extend_from_slice(
        b"3,1,\xC9t\xE9,B,1,P,D,33.0,70.0,Pakistan,770,1,2020-01-01,2020-01-02,0,1,0,0,1,2,1\n",
    );
    let reading = try_reading("length", &text).unwrap();
    assert_eq!(reading.accounts().to_string(), "3 rows read = 1 kept + 2 rejected");
    assert_eq!(
        (reading.rejects[0].line, reading.rejects[1].line),
        (3, 5),
        "a text over two lines counts as two lines"
    );
    assert_eq!(reading.rejects[0].reason, "expected 21 fields as in the heading, found 3");
    assert_eq!(
        (reading.rejects[1].column.as_str(), reading.rejects[1].reason.as_str()),
        ("side_a", "expected text in UTF-8")
    );
}

#[test]
fn a_quote_never_closed_swallows_rows_into_one_reject_and_not_into_silence() {
    let text = format!("{HEADING}\n{GOOD}\n2,1,\"A,B\n3,1,A,B\n");
    let reading = try_reading("quote", text.as_bytes()).unwrap();
    assert_eq!(reading.accounts().to_string(), "2 rows read = 1 kept + 1 rejected");
    assert_eq!(reading.rejects[0].line, 3);
}

#[test]
fn a_heading_that_lacks_one_column_names_it_and_the_nearest() {
    let text = HEADING.replace("date_end", "date_ended");
    let message = try_reading("column", text.as_bytes()).unwrap_err().to_string();
    assert!(
        message.ends_with("line 1: column `date_end` is missing; did you mean `date_ended`?"),
        "{message}"
    );
}

#[test]
fn other_files_are_refused_whole_with_what_was_found() {
    for (name, text, found) in
        [("other", "a,b,c\n1,2,3\n", "columns `a`, `b`, `c` …"), ("empty", "", "an empty file")]
    {
        let message = try_reading(name, text.as_bytes()).unwrap_err().to_string();
        assert!(message.contains("not a dataset that Tarazu reads") && message.contains(found), "{message}");
    }
    let message = try_reading("json", b"{\"features\": [\n{\"type\": }]}").unwrap_err().to_string();
    assert!(message.contains("line 2"), "{message}");
    assert!(
        read(&std::env::temp_dir(), &ReadOptions::default())
            .unwrap_err()
            .to_string()
            .contains("cannot be read")
    );
}

#[test]
fn a_feature_at_fault_in_geojson_is_rejected_with_its_line() {
    let properties = "\"id\":ID,\"type_of_violence\":1,\"side_a\":\"A\",\"side_b\":\"B\",\"where_prec\":1,\"country\":\"X\",\
        \"date_prec\":1,\"date_start\":\"2009-02-20T00:00:00\",\"date_end\":\"2009-02-20T00:00:00\",\"deaths_a\":0,\"deaths_b\":1,\
        \"deaths_civilians\":0,\"deaths_unknown\":0,\"best\":1,\"high\":1,\"low\":1";
    let feature = |id: &str, geometry: &str| {
        format!("{{\"properties\":{{{}}},\"geometry\":{geometry}}}", properties.replace("ID", id))
    };
    let text = format!(
        "{{\"features\":[\n{},\n{}\n]}}",
        feature("1", "{\"coordinates\":[26.5,5.4]}"),
        feature("2", "null")
    );
    let reading = try_reading("geojson", text.as_bytes()).unwrap();
    assert_eq!(reading.accounts().to_string(), "2 rows read = 1 kept + 1 rejected");
    assert_eq!((reading.rejects[0].line, reading.rejects[0].column.as_str()), (3, "latitude"));
}
