//! `tarazu estimate`: one estimate from any CSV file, in words and as JSON.

use crate::{Folder, shared, stderr, stdout, tarazu};

/// DESIGN.md, §5: the keys of every method's JSON. Gives its `difference`.
fn has_the_shape_of_all(json: &serde_json::Value) -> &serde_json::Value {
    for key in ["specification", "difference", "p", "by_period", "diagnostics", "warnings", "seed", "version"]
    {
        assert!(!json[key].is_null(), "{key}: {json}");
    }
    assert!(json["specification"]["method"].is_string(), "{}", json["specification"]);
    for of in ["average", "cumulative", "relative"] {
        for end in ["estimate", "low", "high"] {
            assert!(json["difference"][of][end].is_number(), "{of} {end}: {}", json["difference"]);
        }
    }
    &json["difference"]
}

/// Pairs within ten kilometres and a week: bursts at one place, and places that have nothing to do with dates.
#[test]
fn near_repeats_as_a_user_asks_about_them() {
    let folder = Folder::new("near");
    let file = folder.path("events.csv");
    let mut text = String::from("day,latitude,longitude,country\n");
    for burst in 0..30_u32 {
        for day in 0..3 {
            let (place, day) = (burst * 7 % 30, burst * 12 + day);
            text.push_str(&format!(
                "{day},{}.5,{}.25,PAK\n{day},10.0,10.0,AFG\n",
                20 + place % 6,
                60 + place / 6
            ));
        }
    }
    text.push_str("100,,,PAK\n");
    std::fs::write(&file, text).unwrap();
    let base = [
        "estimate",
        &file,
        "--method",
        "near-repeat",
        "--time",
        "day",
        "--unit",
        "country",
        "--treated",
        "PAK",
    ];
    let places = ["--latitude", "latitude", "--longitude", "longitude", "--draws", "200"];
    let base = [base.as_slice(), &places].concat();
    let output = tarazu(&[base.as_slice(), &["--start", "180", "--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for (side, events) in [(0, 45), (1, 45)] {
        let table = &json["tables"][side][1];
        assert_eq!(table["events"].as_u64(), Some(events), "{table}");
        // Fifteen bursts of three: 45 pairs, and as many in hardly any permutation.
        assert_eq!(table["cells"][0]["observed"].as_u64(), Some(45), "{table}");
        assert!(table["cells"][0]["p"].as_f64().unwrap() < 0.01, "{table}");
    }
    assert!(
        json["warnings"][0].as_str().unwrap().contains("1 events without coordinates"),
        "{}",
        json["warnings"]
    );
    let words = stdout(&tarazu(&base));
    assert!(words.contains("all: 90 events") && words.contains("0 to 10"), "{words}");
    assert!(!words.contains("60.25"), "no place is printed: {words}");
    let output = tarazu(&["estimate", &file, "--method", "near-repeat", "--time", "day", "--start", "180"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}

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
    has_the_shape_of_all(&json);
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
    assert!(fault(&["--start", "2020-01", "--method", "magic"]).contains("there are its-ar, its-qp, its-nb"));
    std::fs::write(folder.path("bad.csv"), "y\n1\nmany\n").unwrap();
    let output = tarazu(&["estimate", &folder.path("bad.csv"), "--outcome", "y", "--start", "2"]);
    assert!(
        stderr(&output).contains("line 3: column `y`: found \"many\", expected a number"),
        "{}",
        stderr(&output)
    );
}

/// Ten years of two areas by month; in `A` half as many from the year 2020 on.
fn two_areas(folder: &Folder) {
    let mut text = String::from("area,month,deaths,events\n");
    for month in 0..120_u32 {
        let (year, number) = (2012 + month / 12, month % 12 + 1);
        for (area, halved) in [("A", month >= 96), ("B", false)] {
            let count = (20 + month % 12 + month * 7 % 5) / if halved { 2 } else { 1 };
            text.push_str(&format!("{area},{year}-{number:02},{count},{}\n", count / 2 + month * 11 % 3));
        }
    }
    std::fs::write(folder.path("long.csv"), text).unwrap();
    let grid = "draws = 200\n[data]\nfile = \"long.csv\"\nunit = \"area\"\ntime = \"month\"\ntreated = \"A\"\nstart = \"2020-01\"\n\
                [choices]\noutcome = [\"deaths\", \"events\"]\nbefore = [36, 48]\nafter = [12, 24]\ntrend = [false, true]\nseason = [2]\n\
                comparison = [{ name = \"none\" }, { name = \"B\", units = [\"B\"] }]\nestimator = [\"its-nb\", \"bsts\"]\n\
                [placebo]\ndates = 19\ncells = 20\n";
    std::fs::write(folder.path("grid.toml"), grid).unwrap();
}

#[test]
fn a_grid_file_gives_verdict_table_and_curve() {
    let folder = Folder::new("grid");
    two_areas(&folder);
    let (grid, csv, svg) = (folder.path("grid.toml"), folder.path("cells.csv"), folder.path("curve.svg"));
    let output = tarazu(&["estimate", "--grid", &grid, "--csv", &csv, "--svg", &svg]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let words = stdout(&output);
    assert!(words.starts_with("verdict     below expectation\n"), "{words}");
    assert!(words.contains("64, of which 64 could be estimated"), "{words}");
    let table = std::fs::read_to_string(&csv).unwrap();
    assert_eq!(table.lines().count(), 65);
    assert!(table.starts_with(
        "dataset,outcome,before,after,start,comparison,trend,season,scale,estimator,unit,relative,low,high,p,"
    ));
    let curve = std::fs::read_to_string(&svg).unwrap();
    assert!(curve.starts_with("<svg") && curve.contains("outcome: deaths"));
    assert!(!curve.contains("<style") && !curve.contains("var("), "a file of its own needs no style sheet");
    let again = tarazu(&["estimate", "--grid", &grid, "--csv", &csv]);
    assert_eq!(stdout(&again), words);
    assert_eq!(std::fs::read_to_string(&csv).unwrap(), table, "same seed, same bytes");
}

#[test]
fn a_grid_file_at_fault_names_the_choice_and_writes_nothing() {
    let folder = Folder::new("grid-fault");
    two_areas(&folder);
    let path = folder.path("grid.toml");
    let sound = std::fs::read_to_string(&path).unwrap();
    let fault = |from: &str, to: &str| {
        std::fs::write(&path, sound.replace(from, to)).unwrap();
        let output = tarazu(&["estimate", "--grid", &path, "--csv", &folder.path("cells.csv")]);
        assert_eq!(output.status.code(), Some(1));
        assert!(!folder.0.join("cells.csv").exists());
        stderr(&output)
    };
    for (from, to, expected) in [
        ("\"its-nb\"", "\"magic\"", "choice `estimator`: no estimator `magic`; there are its-ar"),
        ("treated = \"A\"", "treated = \"Z\"", "no unit `Z`"),
        ("2020-01", "2019-Q4", "`2019-Q4` is no time of"),
        ("[36, 48]", "[]", "choice `before`: no option"),
        ("\"deaths\", ", "\"killed\", ", "killed"),
        ("[placebo]", "[placebos]", "placebos"),
    ] {
        let message = fault(from, to);
        assert!(message.contains(expected), "{expected}: {message}");
    }
}

/// Published values: see crates/tarazu-effects/tests/it/synthetic.rs.
#[test]
fn proposition_99_as_a_user_runs_it() {
    let Some(file) = shared("golden/california_prop99.csv") else { return };
    let folder = Folder::new("prop99");
    // The file as published is separated by semicolons; a comma-separated copy is what a user would make.
    let path = folder.path("prop99.csv");
    std::fs::write(&path, std::fs::read_to_string(file).unwrap().replace(';', ",")).unwrap();
    let (csv, svg) = (folder.path("periods.csv"), folder.path("figure.svg"));
    let base = ["estimate", &path, "--unit", "State", "--time", "Year", "--outcome", "PacksPerCapita"];
    let asked = ["--treated", "California", "--start", "1989", "--json", "--csv", &csv, "--svg", &svg];
    for (method, published, room) in
        // The optimum; and near where R synthdid stops, which is short of it.
        [("sdid", -15.605_397_916_3, 1e-8), ("synthetic-control", -19.619_663_470_944, 0.15)]
    {
        let output = tarazu(&[base.as_slice(), asked.as_slice(), &["--method", method]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let average = json["difference"]["average"]["estimate"].as_f64().unwrap();
        assert!((average - published).abs() < room, "{method}: {average}");
        assert!(json["weights"]["Utah"].as_f64().is_some_and(|w| w > 0.0), "{}", json["weights"]);
        assert!(json["diagnostics"]["average_without_donor"]["Utah"].is_number());
        assert_eq!(json["diagnostics"]["power"].as_array().map(Vec::len), Some(8));
    }
    let periods = std::fs::read_to_string(&csv).unwrap();
    assert_eq!(periods.lines().count(), 13);
    assert!(periods.starts_with("time,observed,expected,") && periods.contains("\n1989,82."), "{periods}");
    let figure = std::fs::read_to_string(&svg).unwrap();
    assert!(figure.starts_with("<svg") && figure.contains("1988") && figure.contains("running sum"));
    let words = stdout(&tarazu(&[base.as_slice(), &asked[..4], &["--method", "synthetic-control"]].concat()));
    assert!(words.contains("Utah; without it the average difference is"), "{words}");

    let fault = |arguments: &[&str], code: i32| {
        let output = tarazu(&[base.as_slice(), arguments].concat());
        assert_eq!(output.status.code(), Some(code), "{}", stdout(&output));
        stderr(&output)
    };
    let asked = &asked[..4];
    let with = |more: &[&'static str]| [asked, more].concat();
    assert!(
        fault(&with(&["--method", "sdid", "--donors", "Utah,Atlantis"]), 1).contains("no unit `Atlantis`")
    );
    assert!(fault(&with(&["--method", "sdid", "--covariates", "treated"]), 2).contains("--donors"));
    assert!(fault(&with(&["--before", "30"]), 1).contains("there are 19 periods before `1989`"));
    assert!(fault(&["--start", "1989"], 2).contains("--treated"));
}

/// R did's values: see crates/tarazu-effects/tests/it/staggered.rs.
#[test]
fn staggered_adoption_as_a_user_runs_it() {
    let Some(file) = shared("golden/mpdta.csv") else { return };
    let file = file.display().to_string();
    let base =
        ["estimate", &file, "--unit", "countyreal", "--time", "year", "--outcome", "lemp", "--method", "did"];
    let json = tarazu(&[base.as_slice(), &["--cohort", "first.treat", "--json"]].concat());
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let simple = json["simple"]["estimate"].as_f64().unwrap();
    assert!((simple - -0.039_951_275_2).abs() < 1e-9, "{simple}");
    assert_eq!(has_the_shape_of_all(&json)["average"]["estimate"].as_f64(), Some(simple));
    assert_eq!(json["by_period"].as_array().map(Vec::len), Some(4));
    let words = stdout(&tarazu(&[base.as_slice(), &["--cohort", "first.treat"]].concat()));
    assert!(words.starts_with("191 of 500 units are treated; compared with units never treated."), "{words}");
    assert!(words.contains("  first treated 2006") && words.contains("  +3 times"), "{words}");
    assert!(words.contains("the interval leaves out zero up to 0.00"), "{words}");
    assert_eq!(json["diagnostics"]["sensitivity"]["intervals"].as_array().map(Vec::len), Some(5));
    let output =
        tarazu(&["estimate", &file, "--outcome", "lemp", "--method", "did", "--cohort", "first.treat"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_simulated_panel_bears_its_truth_and_any_method_can_be_tried_on_it() {
    let folder = Folder::new("simulate");
    let (panel, own) = (folder.path("panel.csv"), folder.path("own.toml"));
    let arguments = ["simulate", "panel", "--process", "counts-decline", "--seed", "4"];
    let output = tarazu(&[arguments.as_slice(), &["--difference", "-0.6", "-o", &panel, "--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let relative = json["truth"][0]["relative"].as_f64().unwrap();
    assert!((relative - -0.6).abs() < 1e-12, "{relative}");
    let text = std::fs::read_to_string(&panel).unwrap();
    assert!(text.starts_with("replicate,unit,time,outcome\n1,treated,1,") && text.lines().count() == 121);
    let estimate = ["estimate", &panel, "--time", "time", "--outcome", "outcome", "--start", "85"];
    let words = stdout(&tarazu(&[estimate.as_slice(), &["--before", "48", "--anticipation", "2"]].concat()));
    assert!(words.contains("placebo in time: ") && words.contains("had it begun 2 earlier"), "{words}");
    let warned = stdout(&tarazu(&[estimate.as_slice(), &["--method", "its-nb"]].concat()));
    assert!(
        warned.contains("warning: simulated autocorrelated counts: the 95% interval of its-nb covers 89.5%"),
        "{warned}"
    );

    // A process of one's own is what --describe prints, changed.
    let described = stdout(&tarazu(&[arguments.as_slice(), &["--describe"]].concat()));
    std::fs::write(&own, &described).unwrap();
    let again = tarazu(&["simulate", "panel", "--file", &own, "--seed", "4"]);
    assert_eq!(stdout(&again), stdout(&tarazu(&arguments)));
    std::fs::write(&own, described.replace("autoregression = 0.5", "autoregression = 1.5")).unwrap();
    let fault = tarazu(&["simulate", "panel", "--file", &own]);
    assert_eq!(fault.status.code(), Some(1));
    assert!(stderr(&fault).contains("simulation: `autoregression`: found 1.5"), "{}", stderr(&fault));
    let unknown = stderr(&tarazu(&["simulate", "panel", "--process", "x"]));
    let listed = stdout(&tarazu(&["simulate", "panel", "--list"]));
    let names = listed.lines().collect::<Vec<_>>().join(", ");
    assert!(names.contains("gaussian-level") && names.contains("adoption-few"), "{names}");
    assert!(unknown.contains(&format!("no process `x`; there are {names}")), "{unknown}");

    // Staggered adoption likewise.
    let adoption = ["simulate", "panel", "--process", "adoption-few"];
    std::fs::write(&own, stdout(&tarazu(&[adoption.as_slice(), &["--describe"]].concat()))).unwrap();
    let again = tarazu(&["simulate", "panel", "--file", &own]);
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    assert_eq!(stdout(&again), stdout(&tarazu(&adoption)));
}

/// One event every third day before 2020-07-01 and every sixth after; days, times of day and a row of HXL tags as published files have them.
#[test]
fn single_events_as_a_user_asks_about_them() {
    let folder = Folder::new("events");
    let file = folder.path("events.csv");
    let mut text = String::from("id,day,country\n#id,#date,#country\n");
    let mut day = jiff::civil::date(2019, 1, 1);
    let change = jiff::civil::date(2020, 7, 1);
    let mut number = 0;
    while day < jiff::civil::date(2021, 12, 31) {
        text.push_str(&format!("{number},{day} 00:00:00,PAK\n{number}b,2020-01-01,AFG\n"));
        day = day.saturating_add(jiff::Span::new().days(if day < change {
            2 + number % 3
        } else {
            5 + number % 3
        }));
        number += 1;
    }
    std::fs::write(&file, text).unwrap();
    let base = [
        "estimate",
        &file,
        "--time",
        "day",
        "--unit",
        "country",
        "--treated",
        "PAK",
        "--start",
        "2020-07-01",
    ];
    let json = |method: &str| -> serde_json::Value {
        let output = tarazu(&[base.as_slice(), &["--method", method, "--json"]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let hawkes = json("hawkes");
    let ratio = hawkes["steps"][0]["ratio"]["estimate"].as_f64().unwrap();
    assert!((ratio - 0.5).abs() < 0.1, "{ratio}");
    let relative = has_the_shape_of_all(&hawkes)["relative"]["estimate"].as_f64().unwrap();
    assert!((relative - (ratio - 1.0)).abs() < 1e-12, "{relative}");
    let hazard = json("hazard");
    has_the_shape_of_all(&hazard);
    let ratio = &hazard["coefficients"][0]["ratio"];
    assert!(ratio["high"].as_f64().unwrap() < 0.5, "{ratio}");
    let words = stdout(&tarazu(&[base.as_slice(), &["--method", "hazard"]].concat()));
    assert!(
        words.starts_with("Hazard of the next event") && words.contains("test of proportional hazards"),
        "{words}"
    );
    let fault = |arguments: &[&str], code: i32| {
        let output = tarazu(arguments);
        assert_eq!(output.status.code(), Some(code), "{}", stdout(&output));
        stderr(&output)
    };
    assert!(fault(&["estimate", &file, "--method", "hawkes", "--start", "2020-07-01"], 2).contains("--time"));
    std::fs::write(folder.path("odd.csv"), "day\n2020-01-01\n2020-13-01\n").unwrap();
    let odd = folder.path("odd.csv");
    let message =
        fault(&["estimate", &odd, "--method", "hazard", "--time", "day", "--start", "2020-07-01"], 1);
    assert!(message.contains("line 3: column `day`: found \"2020-13-01\", expected a day"), "{message}");
}

#[test]
fn displacement_as_a_user_asks_about_it() {
    let folder = Folder::new("displacement");
    let file = folder.path("panel.csv");
    // Treated from 10 to 4 a month, the neighbour from 8 to 11, two controls at 6.
    let mut text = String::from("unit,month,events\n");
    for month in 1..=24_u32 {
        let after = month > 12;
        for (unit, events) in
            [("A", if after { 4 } else { 10 }), ("B", if after { 11 } else { 8 }), ("C", 6), ("D", 6)]
        {
            text.push_str(&format!("{unit},{month},{events}\n"));
        }
    }
    std::fs::write(&file, text).unwrap();
    let base = [
        "estimate",
        &file,
        "--unit",
        "unit",
        "--time",
        "month",
        "--outcome",
        "events",
        "--treated",
        "A",
        "--start",
        "13",
    ];
    let asked = ["--method", "displacement", "--neighbours", "B", "--donors", "C,D", "--json"];
    let output = tarazu(&[base.as_slice(), &asked].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let of = |name: &str| json["displacement"][name]["estimate"].as_f64().unwrap();
    assert_eq!((of("local"), of("displaced"), of("total")), (-6.0, 3.0, -3.0));
    // Three fewer in each of twelve months, where 4 + 11 came and 18 were expected.
    let sum = &has_the_shape_of_all(&json)["cumulative"];
    assert_eq!(sum["estimate"].as_f64(), Some(-36.0));
    assert!((json["difference"]["relative"]["estimate"].as_f64().unwrap() - -3.0 / 18.0).abs() < 1e-12);
    // Bowers & Johnson 2003: (132/144 − 96/144) / (48/144 − 120/144), half of what was prevented.
    assert!((json["diagnostics"]["quotient"]["quotient"].as_f64().unwrap() - -0.5).abs() < 1e-12);
    let output = tarazu(&[base.as_slice(), &["--method", "displacement"]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--neighbours"));
}
