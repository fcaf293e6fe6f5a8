//! Every input of `fuzz/corpus` holds to what `fuzz/check.rs` promises of any input.

use std::path::Path;

use crate::check::check;

const TARGETS: [&str; 15] = [
    "acled",
    "actors",
    "boundaries",
    "country_month",
    "gdelt",
    "ged",
    "gtd",
    "log",
    "mapped",
    "mapping",
    "panel",
    "suicide",
    "tables",
    "whole",
    "workbook",
];

/// Those of which some seed must be read.
const SOUND: [&str; 10] =
    ["acled", "actors", "country_month", "gdelt", "ged", "gtd", "mapped", "panel", "suicide", "workbook"];

#[test]
fn every_input_of_the_corpus_is_read_or_refused_in_order() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let names = |folder: &Path| -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&fuzz.join("corpus")), TARGETS, "every target has a corpus, every corpus a target");
    let targets: Vec<String> = TARGETS.iter().map(|t| format!("{t}.rs")).collect();
    assert_eq!(names(&fuzz.join("fuzz_targets")), targets);
    for target in TARGETS {
        for name in names(&fuzz.join("corpus").join(target)) {
            eprintln!("{target}/{name}");
            check(target, &std::fs::read(fuzz.join("corpus").join(target).join(name)).unwrap());
        }
    }
}

/// Seeds that nothing accepts would leave the targets at the door.
#[test]
fn the_headings_of_the_targets_are_those_of_their_readers() {
    for target in SOUND {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
        let kept = std::fs::read_dir(folder).unwrap().map(|entry| {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            check(target, &bytes).unwrap_or_default()
        });
        assert!(kept.sum::<usize>() > 0, "{target}: no row of any seed is kept");
    }
}
