//! `tarazu check`: the messages that a person reads, one snapshot per kind of fault.

use crate::{Folder, root, small_case, stderr, stdout, tarazu};

/// Spoil one file of the small case, check it, and give what a person reads, with the folder's name taken out.
fn spoiled(name: &str, file: &str, from: &str, to: &str) -> String {
    let folder = small_case(name);
    let path = folder.0.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} does not hold {from:?}");
    std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    message(&folder)
}

fn message(folder: &Folder) -> String {
    let output = tarazu(&["check", &folder.0.display().to_string()]);
    assert_eq!(output.status.code(), Some(1), "a case with faults ends with 1");
    assert!(output.stdout.is_empty());
    stderr(&output).replace(&folder.0.display().to_string(), "CASE")
}

#[test]
fn the_worked_case_and_the_small_one_are_sound() {
    let output = tarazu(&["check", "cases/azm-i-istehkam"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let folder = small_case("sound");
    let output = tarazu(&["check", &folder.0.display().to_string()]);
    let text = stdout(&output).replace(&folder.0.display().to_string(), "CASE");
    assert_eq!(text, "CASE: sound. 4 entries, 1 documents, 5 citations\n");
}

#[test]
fn unknown_key() {
    insta::assert_snapshot!(spoiled("unknown-key", "campaigns.toml", "announced =", "anounced ="));
}

#[test]
fn missing_document() {
    insta::assert_snapshot!(spoiled(
        "missing-document",
        "claims.toml",
        "document = \"gazette\"",
        "document = \"gazete\""
    ));
}

#[test]
fn entry_without_document() {
    let from = "cites = [ { document = \"gazette\", locator = \"p. 3\" } ]";
    insta::assert_snapshot!(spoiled("no-document", "claims.toml", from, "cites = []"));
}

#[test]
fn dangling_reference() {
    insta::assert_snapshot!(spoiled(
        "dangling",
        "claims.toml",
        "actor = \"opposition\"",
        "actor = \"oposition\""
    ));
}

#[test]
fn impossible_date() {
    insta::assert_snapshot!(spoiled(
        "date",
        "campaigns.toml",
        "begun = \"2018-04-15\"",
        "begun = \"2018-04-31\""
    ));
}

#[test]
fn dates_in_the_wrong_order() {
    insta::assert_snapshot!(spoiled(
        "order",
        "claims.toml",
        "date = \"2018-06-02\"",
        "date = \"2018-05-02\""
    ));
}

#[test]
fn bare_numeral() {
    insta::assert_snapshot!(spoiled("numeral", "brief.md", "{{ deaths-2019 }}", "121"));
}

#[test]
fn claim_without_response_status() {
    let folder = small_case("response");
    let path = folder.0.join("claims.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let alone = text.split("[[claim.response]]").next().unwrap();
    std::fs::write(&path, alone).unwrap();
    insta::assert_snapshot!(message(&folder));
}

#[test]
fn syntax_error() {
    insta::assert_snapshot!(spoiled(
        "syntax",
        "campaigns.toml",
        "name = \"Operation Calm\"",
        "name = \"Operation Calm"
    ));
}

#[test]
fn all_faults_are_listed_and_programs_get_their_places() {
    let folder = small_case("json");
    for (file, from, to) in
        [("claims.toml", "kind = \"dispute\"", "kind = \"dispite\""), ("brief.md", "2018", "2017")]
    {
        let path = folder.0.join(file);
        let text = std::fs::read_to_string(&path).unwrap().replacen(from, to, 1);
        std::fs::write(&path, text.replace(" [@gazette, p. 1]", "")).unwrap();
    }
    let output = tarazu(&["check", "--json", &folder.0.display().to_string()]);
    assert_eq!(output.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let faults: Vec<(&str, u64, &str)> = json["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["file"].as_str().unwrap(), f["line"].as_u64().unwrap(), f["code"].as_str().unwrap()))
        .collect();
    assert_eq!(faults, [("claims.toml", 12, "unknown-word"), ("brief.md", 3, "bare-numeral")]);
}

#[test]
fn misuse_ends_with_two_and_a_missing_case_with_one() {
    assert_eq!(tarazu(&["check"]).status.code(), Some(2));
    assert_eq!(tarazu(&["wiegh"]).status.code(), Some(2));
    let output = tarazu(&["check", "cases/none"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("cases/none/case.toml: cannot be read"), "{}", stderr(&output));
    assert!(!root().join("cases/none").exists());
}

#[test]
fn a_grid_at_fault_is_a_fault_of_the_case() {
    let message = spoiled("grid", "grid.toml", "\"its-nb\"", "\"its-magic\"");
    assert!(message.contains("CASE/grid.toml: choice `estimator`: no estimator `its-magic`"), "{message}");
    let message = spoiled("grid-outcome", "grid.toml", "\"events\"", "\"wounds\"");
    assert!(message.contains("choice `outcome`: `wounds` is no column of a panel"), "{message}");
}
