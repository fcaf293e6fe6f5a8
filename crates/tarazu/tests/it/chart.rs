//! Charts as files and on the page, trace codes, areas and boundaries.

use std::path::Path;
use std::process::Command;

use crate::weigh::WORKED;
use crate::{Folder, root, shared, small_case, stderr, stdout, tarazu};

/// The hash by another implementation than the one under test: the command that everybody has.
fn sha256(path: &Path) -> String {
    let output = Command::new("sha256sum").arg(path).output().unwrap();
    String::from_utf8(output.stdout).unwrap().split_whitespace().next().unwrap().to_owned()
}

fn charts(folder: &Path) -> Vec<serde_json::Value> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder.join("charts")).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    names
        .iter()
        .filter(|p| p.extension().is_some_and(|e| e == "json"))
        .map(|p| serde_json::from_str(&std::fs::read_to_string(p).unwrap()).unwrap())
        .collect()
}

#[test]
fn every_chart_has_drawing_table_and_metadata_and_carries_its_source() {
    let folder = &WORKED.0.0;
    let page = std::fs::read_to_string(folder.join("brief.html")).unwrap();
    let charts = charts(folder);
    let ids: Vec<&str> = charts.iter().map(|c| c["id"].as_str().unwrap()).collect();
    assert_eq!(
        ids,
        [
            "claims-and-silence",
            "commitments-by-year",
            "deaths-and-expectation",
            "deaths-by-month",
            "deaths-by-province-recorded",
            "deaths-by-province",
            "operations-compared",
            "operations-funnel",
            "specification-curve",
            "who-covers-what"
        ]
    );
    for chart in &charts {
        let (id, code) = (chart["id"].as_str().unwrap(), chart["code"].as_str().unwrap());
        let svg = std::fs::read_to_string(folder.join(format!("charts/{id}.svg"))).unwrap();
        let edition = &chart["edition"].as_str().unwrap()[..12];
        for inside in [code, edition, "Source: ", chart["title"].as_str().unwrap().split(' ').next().unwrap()]
        {
            assert!(
                svg.contains(&format!(">{inside}")) || svg.contains(inside),
                "{id}: {inside} is not drawn"
            );
        }
        // A file of its own needs no style sheet, no script and no network.
        for forbidden in ["class=", "<style", "var(", "<script", "<image", "href="] {
            assert!(!svg.contains(forbidden), "{id}: {forbidden}");
        }
        let csv = folder.join(format!("charts/{id}.csv"));
        assert_eq!(chart["csv_sha256"].as_str().unwrap(), sha256(&csv), "{id}");
        let rows = csv::Reader::from_path(&csv).unwrap().records().map(Result::unwrap).count();
        assert_eq!(rows as u64, chart["rows"].as_u64().unwrap(), "{id}");
        assert!(!chart["sources"].as_array().unwrap().is_empty(), "{id}");
        let (wide, narrow) = (format!("id=\"chart-{id}\""), format!("download=\"{id}.csv\""));
        assert!(
            page.contains(&wide) && page.contains(&narrow) && page.contains(code),
            "{id} is not on the page"
        );
    }
}

#[test]
fn a_code_leads_back_to_rows_files_and_documents() {
    let folder = WORKED.0.path("");
    let trace = |wanted: &str| {
        let output = tarazu(&["trace", wanted, "cases/azm-i-istehkam", "--out", &folder, "--json"]);
        assert_eq!(output.status.code(), Some(0), "{wanted}: {}", stderr(&output));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let all: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(WORKED.0.path("trace.json")).unwrap()).unwrap();
    let things = all["things"].as_array().unwrap();
    let mut codes: Vec<&str> = things.iter().map(|t| t["code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), things.len(), "two things share a code");

    // A chart, by the code that a screenshot shows, badly typed.
    let chart = things.iter().find(|t| t["id"] == "deaths-by-month").unwrap();
    let typed = chart["code"].as_str().unwrap().to_lowercase();
    assert_eq!(trace(&typed)["thing"]["id"], "deaths-by-month");

    // A figure of the panel: the rows that it names hold what it prints.
    let figure = things
        .iter()
        .find(|t| {
            t["kind"] == "figure"
                && t["data"][0]["file"] == "panel.csv"
                && t["how"].as_str().unwrap().starts_with("sum of deaths_best")
        })
        .unwrap();
    let found = trace(figure["id"].as_str().unwrap());
    let data = &found["thing"]["data"][0];
    let panel = root().join("cases/azm-i-istehkam/panel.csv");
    assert_eq!(data["sha256"].as_str().unwrap(), sha256(&panel));
    let text = std::fs::read_to_string(&panel).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let column = lines[0].split(',').position(|c| c == "deaths_best").unwrap();
    let mut sum = 0;
    for span in data["lines"].as_str().unwrap().split(", ") {
        let (from, to) = span.split_once('–').unwrap_or((span, span));
        for line in from.parse::<usize>().unwrap()..=to.parse().unwrap() {
            sum += lines[line - 1].split(',').nth(column).unwrap().parse::<u64>().unwrap();
        }
    }
    let printed: String =
        found["thing"]["text"].as_str().unwrap().rsplit(' ').next().unwrap().replace(',', "");
    assert_eq!(printed, sum.to_string());

    // A sentence with figures and documents, and an entry.
    let sentence = things
        .iter()
        .find(|t| t["kind"] == "sentence" && !t["documents"].as_array().unwrap().is_empty())
        .unwrap();
    let found = trace(sentence["code"].as_str().unwrap());
    assert!(!found["thing"]["documents"][0]["locator"].as_str().unwrap().is_empty());
    assert_eq!(found["thing"]["place"]["file"], "brief.md");
    let entry = things.iter().find(|t| t["kind"] == "entry" && t["text"] == "claim").unwrap();
    let found = trace(entry["id"].as_str().unwrap());
    let line = found["thing"]["place"]["line"].as_u64().unwrap() as usize;
    let claims = std::fs::read_to_string(root().join("cases/azm-i-istehkam/claims.toml")).unwrap();
    let near = claims.lines().skip(line.saturating_sub(2)).take(6).collect::<Vec<_>>().join("\n");
    assert!(near.contains(entry["id"].as_str().unwrap()), "line {line}: {near}");
    assert_eq!(found["changed"], serde_json::json!([]));
}

#[test]
fn a_code_that_is_not_there_is_said_with_the_nearest() {
    let folder = WORKED.0.path("");
    let output = tarazu(&["trace", "deaths-by-mont", "cases/azm-i-istehkam", "--out", &folder]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("did you mean deaths-by-month?"), "{}", stderr(&output));
    let nowhere = Folder::new("untraced");
    let output = tarazu(&["trace", "TZ-0000-00", &nowhere.path("")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("`tarazu weigh CASE` writes it"), "{}", stderr(&output));
}

#[test]
fn the_embedded_areas_are_what_the_command_computes() {
    let Some(events) = shared("ged/pakistan-1989-2021.csv") else { return };
    let events = events.display().to_string();
    let start = ["panel", events.as_str(), "--version", "22.1"];
    let provinces = ["--unit", "admin1", "--from", "1989-01", "--to", "2021-12"];
    let districts = ["--unit", "admin2", "--period", "year", "--from", "1989", "--to", "2021"];
    let first = stdout(&tarazu(&[start.as_slice(), &provinces].concat()));
    let second = stdout(&tarazu(&[start.as_slice(), &districts].concat()));
    let embedded = std::fs::read_to_string(root().join("cases/azm-i-istehkam/areas.csv")).unwrap();
    assert!(first + second.split_once('\n').unwrap().1 == embedded);
}

/// Every event of the file is in a province of the maps' data or counted as being in none, and the two readings agree.
#[test]
fn maps_lose_no_death_and_both_readings_agree() {
    let folder = &WORKED.0.0;
    let total = |id: &str, years: &str| -> u64 {
        let mut reader = csv::Reader::from_path(folder.join(format!("charts/{id}.csv"))).unwrap();
        let own = reader.records().map(Result::unwrap).filter(|r| &r[3] == years);
        own.filter_map(|r| r[6].parse::<u64>().ok()).sum()
    };
    // Per ../shared/data/README.md: 483, 293, 409 and 448 by year of the row from 2018 to 2021.
    for id in ["deaths-by-province", "deaths-by-province-recorded"] {
        assert_eq!(total(id, "2018–2021"), 483 + 293 + 409 + 448, "{id}");
    }
}

#[test]
fn a_users_own_districts_are_drawn_and_change_the_edition() {
    let Some(boundaries) = shared("geo/geoBoundaries-PAK-ADM2.geojson") else { return };
    let folder = small_case("districts");
    for (file, from, to) in [
        ("case.toml", "XXX", "PAK"),
        ("case.toml", "Nowhere", "Pakistan"),
        ("panel.csv", "XXX", "PAK"),
        ("figures.toml", "XXX", "PAK"),
    ] {
        let path = folder.0.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace(from, to)).unwrap();
    }
    for file in ["areas.csv", "areas.toml"] {
        std::fs::copy(root().join("cases/azm-i-istehkam").join(file), folder.0.join(file)).unwrap();
    }
    // The made-up case is as of 2020: of 2020 and 2021 nothing is shown.
    let edition = |arguments: &[&str]| {
        let case = folder.0.display().to_string();
        let output = tarazu(&[&["weigh", case.as_str(), "--json"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        json["weighing"]["edition"].as_str().unwrap().to_owned()
    };
    let plain = edition(&[]);
    assert!(folder.0.join("out/charts/deaths-by-province.svg").exists());
    let own = edition(&["--boundaries", &boundaries.display().to_string()]);
    assert_ne!(plain, own);
    let svg = std::fs::read_to_string(folder.0.join("out/charts/deaths-by-district.svg")).unwrap();
    assert!(svg.contains("<title>Peshawar: ") && svg.contains("no row in the dataset"));
    assert!(svg.contains("2016–2019") && !svg.contains("2021"), "a year that is not over is shown");
}

#[test]
fn boundaries_are_made_of_topojson_and_geojson_alike() {
    let Some(provinces) = shared("geo/natural_earth_admin1_pakistan.geojson") else { return };
    let folder = Folder::new("boundaries");
    let out = folder.path("b.json");
    let names = root().join("crates/tarazu-brief/data/areas-pak.csv").display().to_string();
    let given = provinces.display().to_string();
    let output = tarazu(&["boundaries", &given, "--names", &names, "--tolerance", "0.01", "-o", &out]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let made = std::fs::read_to_string(&out).unwrap();
    assert!(made.len() < 60_000 && made.contains("\"name\":\"Balochistan\""), "{} bytes", made.len());
    // What was made reads again, and stays as it is at a coarser grid than its own.
    let output = tarazu(&["boundaries", &out, "--tolerance", "0"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output).matches("\"name\":").count(), 8);

    std::fs::write(&out, "{\"type\":\"Feature\"}").unwrap();
    let output = tarazu(&["boundaries", &out]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("expected \"type\": \"Topology\""), "{}", stderr(&output));
}
