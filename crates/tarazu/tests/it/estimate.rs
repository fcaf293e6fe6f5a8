//! `tarazu estimate`: one estimate from any CSV file, in words and as JSON.

use crate::{Folder, shared, stderr, stdout, tarazu};

#[test]
fn the_causal_impact_example_as_a_user_runs_it() {
    let Some(file) = shared("golden/causalimpact_example.csv") else { return };
    let file = file.display().to_string();
    let arguments = [
        "estimate",
        &file,
        "--outcome",
        "y",
        "--covariates",
        "x1",
        "--start",
        "71",
        "--method",
        "bsts",
        "--json",
    ];
    let json: serde_json::Value = serde_json::from_slice(&tarazu(&arguments).stdout).unwrap();
    // Published by R and by four other programs: see crates/tarazu-effects/tests/it/golden.rs.
    let average = json["difference"]["average"]["estimate"].as_f64().unwrap();
    assert!((10.45..=10.95).contains(&average), "{average}");
    for key in ["specification", "difference", "p", "by_period", "diagnostics", "warnings", "seed", "version"]
    {
        assert!(!json[key].is_null(), "{key}");
    }
}

#[test]
fn a_long_file_with_units_and_months() {
    let folder = Folder::new("estimate");
    let file = folder.path("long.csv");
    let mut text = String::from("area,month,deaths\n");
    for month in 0..72_u32 {
        let count = (20 + month % 12 + month * 7 % 5) / if month >= 60 { 2 } else { 1 };
        text.push_str(&format!("A,{}-{:02},{count}\nB,{0}-{1:02},5\n", 2015 + month / 12, month % 12 + 1));
    }
    std::fs::write(&file, text).unwrap();
    let base =
        ["estimate", &file, "--unit", "area", "--time", "month", "--outcome", "deaths", "--treated", "A"];
    let output = tarazu(&[base.as_slice(), &["--start", "2020-01"]].concat());
    let words = stdout(&output);
    assert!(words.contains("The 95% interval of the difference leaves out zero"), "{words}");
    assert!(words.contains("season: 2 harmonic pairs of 12 periods"), "{words}");

    let fault = |arguments: &[&str]| {
        let output = tarazu(&[base.as_slice(), arguments].concat());
        assert_eq!(output.status.code(), Some(1));
        stderr(&output)
    };
    assert!(fault(&["--start", "2031-01"]).contains("times run from `2015-01` to `2020-12`"));
    assert!(
        fault(&["--start", "2020-01", "--method", "magic"]).contains("there are its-nb, its-poisson, bsts")
    );
    std::fs::write(folder.path("bad.csv"), "y\n1\nmany\n").unwrap();
    let output = tarazu(&["estimate", &folder.path("bad.csv"), "--outcome", "y", "--start", "2"]);
    assert!(
        stderr(&output).contains("line 3: column `y`: found \"many\", expected a number"),
        "{}",
        stderr(&output)
    );
}
