//! `tarazu weigh`: the main job on the worked case, with and without a real event file, and on a small case.

use std::process::Output;
use std::sync::LazyLock;

use crate::{Folder, root, shared, small_case, stderr, stdout, tarazu};

/// The worked case, weighed once for all tests that look at it.
pub static WORKED: LazyLock<(Folder, String)> = LazyLock::new(|| {
    let folder = Folder::new("worked");
    let output = tarazu(&["weigh", "cases/azm-i-istehkam", "--out", &folder.path("")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    (folder, stdout(&output))
});

fn weigh_small(folder: &Folder, arguments: &[&str]) -> Output {
    let case = folder.0.display().to_string();
    tarazu(&[&["weigh", case.as_str()], arguments].concat())
}

#[test]
fn the_worked_case_prints_all_pans_of_the_scales_in_a_screenful() {
    let (folder, text) = &*WORKED;
    for heading in ["Promised", "Happened", "Claimed", "Difference", "Transparency"] {
        assert!(text.contains(&format!("\n{heading}")), "{heading} is missing in\n{text}");
    }
    assert!(text.lines().count() <= 40, "a screenful");
    // Per ../shared/data/README.md, the table derived from GED 25.1 has 1,885 deaths in Pakistan in 2024.
    assert!(text.contains("1,885 in 2024"), "{text}");
    let brief = std::fs::metadata(folder.0.join("brief.html")).unwrap().len();
    assert!(brief < 2_000_000, "{brief} bytes");
}

#[test]
fn the_answer_is_recovered_where_it_is_known() {
    // From the hundredth month on the made-up panel has half as many; the window asked about begins there.
    let folder = small_case("recovered");
    let output = weigh_small(&folder, &["--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let answer = &json["weighing"]["answers"][0];
    assert_eq!(answer["question"]["first_month"], "2018-05");
    let median = answer["summary"]["middle"]["estimate"].as_f64().unwrap();
    assert!((-0.65..-0.3).contains(&median), "half as many were observed, {median} was found");
    assert_eq!(answer["verdict"]["word"], "Below");
    assert_eq!(json["summary"].as_array().unwrap().len(), 5);
}

#[test]
fn running_twice_gives_the_same_bytes() {
    let folder = small_case("twice");
    let run = |out: &str| {
        let out = folder.path(out);
        let output = weigh_small(&folder, &["--out", &out]);
        assert_eq!(output.status.code(), Some(0));
        ["brief.html", "weighing.json", "estimates.csv"]
            .map(|name| std::fs::read(format!("{out}/{name}")).unwrap())
    };
    let (first, second) = (run("one"), run("two"));
    for (a, b) in first.iter().zip(&second) {
        assert!(a == b);
    }
}

#[test]
fn a_real_event_file_is_weighed_with_and_every_row_accounted_for() {
    let Some(events) = shared("ged/pakistan-1989-2021.csv") else { return };
    // The worked case with its own panel's description, but few questions, so that the test is quick.
    let folder = Folder::new("events");
    for entry in std::fs::read_dir(root().join("cases/azm-i-istehkam")).unwrap().map(Result::unwrap) {
        if entry.path().is_file() {
            std::fs::copy(entry.path(), folder.0.join(entry.file_name())).unwrap();
        }
    }
    let quick = "draws = 100\n[choices]\noutcome = [\"deaths_best\"]\nbefore = [60]\nafter = [6]\nestimator = [\"its-nb\"]\n";
    std::fs::write(folder.0.join("grid.toml"), format!("{quick}[placebo]\ndates = 9\n")).unwrap();
    let output = weigh_small(
        &folder,
        &["--events", &events.display().to_string(), "--version", "22.1-file", "--json"],
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let read = &json["weighing"]["events"];
    assert_eq!(read["accounts"], serde_json::json!({ "read": 6_416, "kept": 6_416, "rejected": 0 }));
    assert_eq!(
        (read["used"].as_u64(), read["elsewhere"].as_u64(), read["too_young"].as_u64()),
        (Some(6_416), Some(0), Some(0))
    );
    let answers = json["weighing"]["answers"].as_array().unwrap();
    let zarb = answers.iter().find(|a| a["question"]["id"] == "zarb-e-azb").unwrap();
    assert_eq!(zarb["summary"]["estimated"], 5, "one for each dataset");
    let table = std::fs::read_to_string(folder.path("out/estimates.csv")).unwrap();
    let from = |dataset: &str| -> Vec<&str> {
        let row = |l: &&str| l.starts_with(&format!("zarb-e-azb,2014-06-15,{dataset},"));
        table.lines().filter(row).map(|l| l.split_once(dataset).unwrap().1).collect()
    };
    // The embedded figures were computed from this very file, so both ways must agree to the last digit.
    assert_eq!(from("UCDP GED 22.1-file"), from("UCDP GED 22.1"));
    assert_eq!(from("UCDP GED 22.1").len(), 1);
}

#[test]
fn an_event_file_of_another_country_is_refused() {
    let Some(events) = shared("ged/conflict_data_BGD.csv") else { return };
    let output = tarazu(&[
        "weigh",
        "cases/azm-i-istehkam",
        "--events",
        &events.display().to_string(),
        "--out",
        "/nonexistent/x",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("holds no event in Pakistan (PAK)"), "{}", stderr(&output));
}

#[test]
fn a_panel_that_does_not_fit_the_case_says_what_is_there() {
    let folder = small_case("mismatch");
    let path = folder.0.join("case.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("Made up 1", "Made up 2")).unwrap();
    let output = weigh_small(&folder, &[]);
    assert_eq!(output.status.code(), Some(1));
    let message = stderr(&output);
    assert!(message.contains("`shown` asks for Made up 2 of XXX; panel.csv holds Made up 1"), "{message}");
    assert!(!folder.0.join("out").exists(), "nothing is half-written");
}
