//! `out/bundle/`, `tarazu export` and `tarazu verify`: what is handed over, and that nobody can change it unseen.

use std::collections::BTreeMap;
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::Value;

use crate::responsibility::published::files;
use crate::{Folder, small_case, stderr, stdout, tarazu};

fn weighed(name: &str) -> Folder {
    let folder = small_case(name);
    let output = tarazu(&["weigh", &folder.0.display().to_string()]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    folder
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn package(bundle: &Path) -> Value {
    serde_json::from_str(&read(&bundle.join("datapackage.json"))).unwrap()
}

#[test]
fn every_file_is_described_and_every_table_stands_in_csv_and_parquet() {
    let folder = weighed("described");
    let bundle = folder.0.join("out/bundle");
    let package = package(&bundle);
    let mut listed: Vec<&str> =
        package["resources"].as_array().unwrap().iter().map(|r| r["path"].as_str().unwrap()).collect();
    listed.extend(["README.md", "CITATION.cff", "datapackage.json", "SHA256SUMS"]);
    listed.sort_unstable();
    let there: Vec<String> =
        files(&bundle).iter().map(|p| p.strip_prefix(&bundle).unwrap().display().to_string()).collect();
    let mut there: Vec<&str> = there.iter().map(String::as_str).collect();
    there.sort_unstable();
    assert_eq!(listed, there);
    for resource in package["resources"].as_array().unwrap() {
        let path = bundle.join(resource["path"].as_str().unwrap());
        let Some(schema) = resource.get("schema").filter(|_| resource["format"] == "csv") else { continue };
        assert_eq!(resource["bytes"].as_u64().unwrap(), path.metadata().unwrap().len());
        let fields = schema["fields"].as_array().unwrap();
        let mut reader = csv::Reader::from_path(&path).unwrap();
        let names: Vec<&str> = fields.iter().map(|f| f["name"].as_str().unwrap()).collect();
        assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), names, "{}", path.display());
        assert!(
            fields.iter().all(|f| f["description"].as_str().is_some_and(|d| d.len() > 2)),
            "{}",
            path.display()
        );
        let parquet =
            SerializedFileReader::new(std::fs::File::open(path.with_extension("parquet")).unwrap()).unwrap();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(parquet.metadata().file_metadata().num_rows() as usize, rows.len(), "{}", path.display());
        for (row, binary) in rows.iter().zip(parquet.get_row_iter(None).unwrap()) {
            let binary = binary.unwrap();
            for (cell, (column, value)) in row.iter().zip(binary.get_column_iter()) {
                let text = value.to_string();
                let text = text.trim_matches('"');
                let same = match cell.parse::<f64>() {
                    _ if cell.is_empty() => text == "null",
                    Ok(number) if text.parse::<f64>().is_ok() => text.parse::<f64>().unwrap() == number,
                    _ => text.replace("\\\"", "\"") == cell,
                };
                assert!(same, "{}: {column}: {cell:?} is {text:?}", path.display());
            }
        }
    }
    assert_eq!(package["licenses"][0]["name"], "not-stated-by-the-case");
    assert!(read(&bundle.join("README.md")).contains("## Left out"));
}

#[test]
fn a_bundle_that_nobody_touched_is_made_again_byte_for_byte() {
    let folder = weighed("untouched");
    let case = folder.0.display().to_string();
    let zip = folder.path("handed.zip");
    let output = tarazu(&["export", &case, "-o", &zip]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for bundle in [folder.path("out/bundle"), case, zip] {
        let output = tarazu(&["verify", &bundle, "--json"]);
        assert_eq!(output.status.code(), Some(0), "{bundle}: {}{}", stdout(&output), stderr(&output));
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(json["same"], true);
        assert!(json["files"].as_u64().unwrap() > 60);
    }
}

/// A change to a bundle, by its name.
type Tampering = (&'static str, fn(&Path), &'static [&'static str]);

/// Put `to` in place of `from`, once.
fn replace(path: &Path, from: &str, to: &str) {
    let text = read(path);
    assert!(text.contains(from), "{} has no {from}", path.display());
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// Make the list of hashes agree with what is there, as a careful forger would.
fn cover_up(bundle: &Path) {
    let sums: String = files(bundle)
        .iter()
        .filter(|p| !p.ends_with("SHA256SUMS"))
        .map(|p| {
            let hash = tarazu_events::file::sha256_hex(&std::fs::read(p).unwrap());
            format!("{hash}  {}\n", p.strip_prefix(bundle).unwrap().display())
        })
        .collect();
    std::fs::write(bundle.join("SHA256SUMS"), sums).unwrap();
}

const TAMPERINGS: [Tampering; 7] = [
    (
        "byte",
        |b| replace(&b.join("data/answers.csv"), "below expectation", "below expectatioN"),
        &["data/answers.csv", "line 2", "changed after"],
    ),
    (
        "row",
        |b| {
            let path = b.join("data/panel.csv");
            let text = read(&path);
            let without: String =
                text.lines().enumerate().filter(|(i, _)| *i != 7).map(|(_, l)| format!("{l}\n")).collect();
            std::fs::write(path, without).unwrap();
        },
        &["data/panel.csv: line 8"],
    ),
    (
        "binary",
        |b| {
            let path = b.join("data/panel.parquet");
            let mut bytes = std::fs::read(&path).unwrap();
            bytes[40] ^= 1;
            std::fs::write(path, bytes).unwrap();
        },
        &["data/panel.parquet: byte 40"],
    ),
    (
        "missing",
        |b| std::fs::remove_file(b.join("provenance.json")).unwrap(),
        &["provenance.json: is missing"],
    ),
    (
        "extra",
        |b| std::fs::write(b.join("data/more.csv"), "a\n1\n").unwrap(),
        &["data/more.csv: is there and is not made"],
    ),
    (
        "covered",
        |b| {
            replace(&b.join("brief.html"), "below expectation", "above expectation");
            cover_up(b);
        },
        &["brief.html: line", "changed together"],
    ),
    (
        "input",
        |b| replace(&b.join("case/claims.toml"), "The operation works.", "The operation failed."),
        &["case/claims.toml", "what it is made again from is not what it was made from"],
    ),
];

#[test]
fn tampering_is_found_with_its_place() {
    let folder = weighed("tampered");
    for (name, tamper, said) in TAMPERINGS {
        let bundle = folder.0.join(name);
        for path in files(&folder.0.join("out/bundle")) {
            let to = bundle.join(path.strip_prefix(folder.0.join("out/bundle")).unwrap());
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(&path, to).unwrap();
        }
        tamper(&bundle);
        let output = tarazu(&["verify", &bundle.display().to_string()]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        for words in said {
            assert!(stdout(&output).contains(words), "{name}: no {words:?} in\n{}", stdout(&output));
        }
    }
}

#[test]
fn what_is_no_bundle_is_refused() {
    let folder = Folder::new("none");
    let output = tarazu(&["verify", &folder.0.display().to_string()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("datapackage.json: is missing"), "{}", stderr(&output));
    std::fs::write(folder.path("kept.txt"), "mine").unwrap();
    let case = small_case("export-taken");
    let output = tarazu(&["export", &case.0.display().to_string(), "-o", &folder.0.display().to_string()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("is no bundle"), "{}", stderr(&output));
    assert_eq!(read(&folder.0.join("kept.txt")), "mine");
}

#[test]
fn what_a_licence_forbids_is_left_out_and_said_so() {
    let folder = small_case("withheld");
    let path = folder.0.join("panel.toml");
    std::fs::write(&path, format!("{}withheld = true\n", read(&path))).unwrap();
    let case = folder.0.display().to_string();
    let output = tarazu(&["weigh", &case]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let bundle = folder.0.join("out/bundle");
    for file in ["data/panel.csv", "data/months.csv", "case/panel.csv"] {
        assert_eq!(read(&bundle.join(file)).lines().count(), 1, "{file}");
    }
    assert!(read(&bundle.join("README.md")).contains("Figures of Made up 1, whose licence does not allow"));
    assert_eq!(package(&bundle)["tarazu"]["withheld"][0], "Made up 1");
    let output = tarazu(&["verify", &bundle.display().to_string()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--case DIR"), "{}", stderr(&output));
    let output = tarazu(&["verify", &bundle.display().to_string(), "--case", &case]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

#[test]
fn hashtags_stand_below_the_heading_where_they_are_asked_for() {
    let folder = small_case("hxl");
    let to = folder.path("tagged");
    let output = tarazu(&["export", &folder.0.display().to_string(), "--hxl", "-o", &to]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let panel = read(&Path::new(&to).join("data/panel.csv"));
    let tags = panel.lines().nth(1).unwrap();
    assert!(tags.starts_with("#meta+source,#meta+version,#country+code,#date+month,#event+num,"), "{tags}");
    let package = package(Path::new(&to));
    let resources = package["resources"].as_array().unwrap();
    let dialects: BTreeMap<&str, bool> = resources
        .iter()
        .filter(|r| r["format"] == "csv" && r.get("schema").is_some())
        .map(|r| (r["name"].as_str().unwrap(), r.get("dialect").is_some()))
        .collect();
    assert!(dialects["panel"] && !dialects["sentences"], "{dialects:?}");
    let output = tarazu(&["verify", &to]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

#[test]
fn a_bundle_made_with_an_event_file_asks_for_that_file() {
    let folder = small_case("with-events");
    let heading = "id,type_of_violence,side_a,side_b,where_prec,adm_1,adm_2,latitude,longitude,country,iso3,country_id,date_prec,\
        date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low";
    let row = "1,1,A,B,1,P,D,33.0,70.0,Nowhere,XXX,1,1,2019-06-01,2019-06-01,0,1,0,0,1,2,1";
    let (events, other) = (folder.path("events.csv"), folder.path("other.csv"));
    std::fs::write(&events, format!("{heading}\n{row}\n")).unwrap();
    std::fs::write(&other, format!("{heading}\n{row}\n\n")).unwrap();
    let output = tarazu(&["weigh", &folder.0.display().to_string(), "--events", &events]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let bundle = folder.path("out/bundle");
    for (with, code, said) in [
        (None, 1, "name it with --events FILE"),
        (Some(&other), 1, "expected the file events.csv with SHA-256"),
        (Some(&events), 0, "same: "),
    ] {
        let mut arguments = vec!["verify", bundle.as_str()];
        arguments.extend(with.iter().flat_map(|file| ["--events", file.as_str()]));
        let output = tarazu(&arguments);
        let text = format!("{}{}", stdout(&output), stderr(&output));
        assert_eq!(output.status.code(), Some(code), "{text}");
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn frictionless_duckdb_polars_and_prov_read_a_bundle() {
    let Some(python) = std::env::var_os("TARAZU_PEERS") else {
        assert!(std::env::var_os("TARAZU_REQUIRE_PEERS").is_none(), "TARAZU_PEERS is required and not set");
        eprintln!("SKIPPED: TARAZU_PEERS names no Python with frictionless, duckdb, polars and prov");
        return;
    };
    let folder = small_case("peers-bundle");
    let case = folder.0.display().to_string();
    for (bundle, arguments) in [("plain", &[][..]), ("tagged", &["--hxl"][..])] {
        let to = folder.path(bundle);
        let output = tarazu(&[&["export", case.as_str(), "-o", to.as_str()], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let script = crate::root().join("crates/tarazu/tests/peers/open_bundle.py");
        let output = std::process::Command::new(&python).arg(script).arg(&to).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(seen["valid"], true, "{bundle}: {:#}", seen["faults"]);
        assert!(
            seen["checked"].as_u64().unwrap() > 60 && seen["provenance"].as_u64().unwrap() > 30,
            "{seen}"
        );
        for (name, counts) in seen["tables"].as_object().unwrap() {
            // A row of hashtags is a row to whoever does not read the dialect.
            let tagged = arguments.len() as u64 * u64::from(counts[2] != counts[0]);
            assert_eq!(counts[0], counts[1], "{name}");
            assert_eq!(counts[2].as_u64().unwrap(), counts[0].as_u64().unwrap() + tagged, "{name}");
            assert_eq!(counts[3], true, "{name}");
        }
        let panel = std::fs::read_to_string(folder.0.join("panel.csv")).unwrap();
        let deaths: u64 =
            panel.lines().skip(1).map(|l| l.split(',').nth(5).unwrap().parse::<u64>().unwrap()).sum();
        assert_eq!(seen["deaths"].as_u64(), Some(deaths));
    }
}
