//! Other tools see in a store what `tarazu sql` sees in it. `TARAZU_PEERS` names a Python with the packages of
//! `tests/peers/requirements.txt`; without it the test is skipped, and fails where `.ci/run` requires it.

use std::process::Command;

use serde_json::{Value, json};

use crate::store::{import, sql};
use crate::{Folder, root, stderr, stdout, tarazu};

#[test]
fn duckdb_polars_and_pandas_open_a_store_and_see_what_sql_sees() {
    let Some(python) = std::env::var_os("TARAZU_PEERS") else {
        assert!(std::env::var_os("TARAZU_REQUIRE_PEERS").is_none(), "TARAZU_PEERS is required and not set");
        eprintln!("SKIPPED: TARAZU_PEERS names no Python with duckdb, polars and pandas");
        return;
    };
    let folder = Folder::new("peers");
    let store = folder.path("store");
    // Two datasets, then a second file of one that takes the place of the first: a file of the table is no longer in the version.
    for name in ["gtd-135.csv", "acled-current.csv", "mapping-bfrs.csv", "gtd-135.xlsx"] {
        let file = root().join("crates/tarazu-events/tests/fixtures").join(name).display().to_string();
        let mapping = ["--mapping", "crates/tarazu-events/mappings/bfrs.toml"];
        let mapping = if name.starts_with("mapping") { &mapping[..] } else { &[] };
        let output = import(&store, &[&[file.as_str()], mapping].concat());
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let listed = stdout(&tarazu(&["log", "--store", &store, "--files"]));
    let script = root().join("crates/tarazu/tests/peers/open_store.py");
    let output = Command::new(python)
        .arg(script)
        .arg(root().join(&store).join("events"))
        .args(listed.lines().map(|l| root().join(l)))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let seen: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let question =
        "SELECT event_type, count(*), coalesce(sum(deaths_best), 0) FROM events GROUP BY 1 ORDER BY 1";
    let number = |text: &str| text.parse::<u64>().unwrap();
    let rows = sql(&store, &[question]);
    let expected: Vec<Value> = rows.iter().map(|r| json!([r[0], number(&r[1]), number(&r[2])])).collect();
    assert!(expected.len() > 3, "{expected:?}");
    for peer in ["duckdb", "polars", "pandas"] {
        assert_eq!(seen[peer], Value::Array(expected.clone()), "{peer}");
    }
    let types = |table: &str, column: &str| seen[table][column].as_str().unwrap().to_owned();
    let days = ["date_start", "date_end"].map(|c| (types("columns", c), types("delta", c)));
    assert_eq!(days, [(); 2].map(|()| ("date32[day]".to_owned(), "Date".to_owned())), "a day is a day");
    assert_eq!(types("columns", "deaths_best"), "int32");
    assert_eq!(types("columns", "latitude"), "double");
    assert_eq!(seen["columns"].as_object().unwrap().len(), seen["delta"].as_object().unwrap().len());
    let missing =
        &sql(&store, &["SELECT min(date_start), count(*) FILTER (WHERE deaths_best IS NULL) FROM events"])[0];
    assert_eq!(seen["first"].as_str().unwrap(), missing[0]);
    assert_eq!(seen["null_deaths"].to_string(), missing[1], "a toll that is not known stays unknown");
    assert_ne!(missing[1], "0");
}
