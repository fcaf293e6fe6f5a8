//! `tarazu diff`, the correction log and the editions on record: nothing changes silently.

use serde_json::Value;

use crate::{Folder, small_case, stderr, stdout, tarazu};

fn weigh(folder: &Folder, arguments: &[&str]) -> String {
    let case = folder.0.display().to_string();
    let output = tarazu(&[&["weigh", case.as_str()], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    stdout(&output)
}

fn edit(folder: &Folder, file: &str, from: &str, to: &str) {
    let path = folder.0.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    std::fs::write(&path, text.replace(from, to)).unwrap();
}

/// The small case with another release of its dataset, in which nothing fell, another sentence, and a claim that was answered again.
fn change(folder: &Folder) {
    let path = folder.0.join("panel.csv");
    let panel = std::fs::read_to_string(&path).unwrap();
    let doubled: String = panel
        .lines()
        .map(|line| {
            let mut cells: Vec<String> = line.split(',').map(String::from).collect();
            if cells[3].as_str() >= "2018-05" && cells[3].starts_with('2') {
                for cell in &mut cells[4..] {
                    *cell = (cell.parse::<u64>().unwrap() * 2).to_string();
                }
            }
            format!("{}\n", cells.join(","))
        })
        .collect();
    std::fs::write(&path, doubled.replace("Made up,1,", "Made up,2,")).unwrap();
    edit(folder, "panel.toml", "version = \"1\"", "version = \"2\"");
    edit(folder, "panel.toml", "sha256 = \"0\"", "sha256 = \"1\"");
    edit(folder, "case.toml", "Made up 1", "Made up 2");
    edit(folder, "figures.toml", "version = \"1\"", "version = \"2\"");
    edit(folder, "brief.md", "an operation began", "Operation Calm began");
    edit(
        folder,
        "claims.toml",
        "The opposition asked for figures.",
        "The opposition asked for the figures behind it.",
    );
    edit(folder, "grid.toml", "before = [48, 60]", "before = [48, 60, 72]");
}

#[test]
fn what_changed_is_told_with_what_can_have_changed_it() {
    let folder = small_case("changed");
    let first = weigh(&folder, &[]);
    assert!(!first.contains("changed since"), "{first}");
    assert!(!weigh(&folder, &[]).contains("changed since"), "the same case changes nothing");
    std::fs::rename(folder.0.join("out"), folder.0.join("before")).unwrap();
    std::fs::create_dir_all(folder.0.join("out")).unwrap();
    let copied = std::process::Command::new("cp")
        .arg("-r")
        .arg(folder.0.join("before/bundle"))
        .arg(folder.0.join("out/bundle"))
        .status();
    assert!(copied.unwrap().success());
    change(&folder);
    let text = weigh(&folder, &[]);
    assert!(text.contains("verdict calm: \"below expectation\" → \"the data cannot tell\""), "{text}");
    assert!(text.contains("figure deaths-2019: "), "{text}");
    assert!(text.contains("why: new release: Made up 2 in place of 1"), "{text}");

    let (before, page) = (folder.path("before"), folder.path("changes.html"));
    let case = folder.0.display().to_string();
    let output = tarazu(&["diff", &before, &case, "--json", "--html", &page]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let table = |name: &str| {
        json["tables"].as_array().unwrap().iter().find(|t| t["table"] == name).cloned().unwrap_or_default()
    };
    let only = |name: &str| table(name)["rows"][0].clone();
    assert_eq!(only("answers")["why"][0], "new release: Made up 2 in place of 1");
    assert_eq!(
        only("answers")["why"][1],
        "other choices: choices.before = [48, 60, 72] in place of [48, 60]"
    );
    assert_eq!(only("sentences")["what"], "changed");
    assert_eq!(only("sentences")["fields"][0]["said"], "In April 2018 an operation began.");
    assert_eq!(only("sentences")["why"][0], "another wording in brief.md");
    let rows = table("sentences")["rows"].clone();
    assert_eq!(rows[1]["why"], serde_json::json!(["the figure deaths-2019 changed"]), "{rows:#}");
    assert_eq!(only("responses")["fields"][0]["field"], "text");
    assert_eq!(only("responses")["why"][0], "another wording in claims.toml");
    let causes = json["causes"].to_string();
    assert!(
        causes.contains("another wording of the case: brief.md, case.toml, claims.toml, figures.toml"),
        "{causes}"
    );
    let page = std::fs::read_to_string(page).unwrap();
    assert!(
        page.contains("<del>below expectation</del>") && page.contains("<ins>the data cannot tell</ins>")
    );
    let output = tarazu(&["diff", &before, &before]);
    assert!(stdout(&output).contains("the same edition: nothing changed"), "{}", stdout(&output));
}

#[test]
fn a_published_edition_stays_on_record_and_what_it_said_too() {
    let folder = small_case("published");
    weigh(&folder, &["--publish"]);
    let identity = |folder: &Folder| {
        let text = std::fs::read_to_string(folder.0.join("out/weighing.json")).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["edition"].as_str().unwrap().to_owned()
    };
    let first = identity(&folder);
    let page = std::fs::read(folder.0.join("out/brief.html")).unwrap();
    let log = std::fs::read_to_string(folder.0.join("editions.toml")).unwrap();
    assert!(log.contains(&first) && log.contains("calm = \"below expectation\""), "{log}");
    // Weighed again, it is the same edition; published again, it is on record once.
    weigh(&folder, &["--publish"]);
    assert_eq!(std::fs::read_to_string(folder.0.join("editions.toml")).unwrap(), log);
    assert!(page == std::fs::read(folder.0.join("out/brief.html")).unwrap());
    change(&folder);
    std::fs::write(
        folder.0.join("corrections.toml"),
        format!(
            "[[correction]]\nid = \"verdict-calm\"\ndate = \"2020-01-31\"\nsaid = \"Fewer were killed than expected.\"\n\
             says = \"The data cannot tell.\"\nwhy = \"A new release of the dataset.\"\nabout = [\"calm\", \"deaths-2019\"]\n\
             edition = \"{}\"\ncites = [ {{ document = \"gazette\", locator = \"p. 9\" }} ]\n",
            &first[..12]
        ),
    )
    .unwrap();
    let text = weigh(&folder, &["--publish"]);
    assert!(text.contains("since the edition published last"), "{text}");
    let page = std::fs::read_to_string(folder.0.join("out/brief.html")).unwrap();
    let section = page.split("id=\"corrections\"").nth(1).unwrap().split("</section>").next().unwrap();
    for words in [
        "Fewer were killed than expected.",
        "A new release of the dataset.",
        &first[..12],
        "below expectation",
        "verdict Operation Calm",
    ] {
        assert!(section.contains(words), "{words} is not in\n{section}");
    }
    let bundle = folder.0.join("out/bundle");
    for (file, words) in [
        ("corrections.csv", "verdict-calm"),
        ("editions.csv", &first),
        ("changes.csv", "verdict,calm,below expectation,the data cannot tell"),
    ] {
        let text = std::fs::read_to_string(bundle.join("data").join(file)).unwrap();
        assert!(text.contains(words), "{file}: {text}");
    }
    // Every edition can be made again, its record included.
    let output = tarazu(&["verify", &bundle.display().to_string()]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert_ne!(identity(&folder), first);
}

#[test]
fn a_correction_says_what_it_is_about() {
    let folder = small_case("correction");
    let text = "[[correction]]\nid = \"one\"\ndate = \"2020-01-31\"\nsaid = \"a\"\nsays = \"b\"\nwhy = \"c\"\nabout = [\"clam\"]\n\
        edition = \"first\"\ncites = [ { document = \"gazette\", locator = \"p. 9\" } ]\n";
    std::fs::write(folder.0.join("corrections.toml"), text).unwrap();
    let output = tarazu(&["check", "--json", &folder.0.display().to_string()]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let codes: Vec<&str> =
        json["faults"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["dangling-reference", "edition"]);
}
