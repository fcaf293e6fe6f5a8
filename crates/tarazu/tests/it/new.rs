//! `tarazu new`: a case to begin from, which checks and weighs as it stands.

use crate::{Folder, stderr, stdout, tarazu};

#[test]
fn a_new_case_checks_and_weighs_as_it_stands() {
    let folder = Folder::new("new");
    let dir = folder.path("mine");
    for (arguments, said) in [
        (vec!["new", dir.as_str()], "tarazu check"),
        (vec!["check", &dir], ": sound."),
        (vec!["weigh", &dir], "the data cannot tell"),
        (vec!["verify", &dir], "same: "),
    ] {
        let output = tarazu(&arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}{}", stdout(&output), stderr(&output));
        assert!(stdout(&output).contains(said), "{arguments:?}: {}", stdout(&output));
    }
    let output = tarazu(&["new", &dir]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("is there and is not empty"), "{}", stderr(&output));
}

/// The examples that stand as comments are sound entries.
#[test]
fn the_examples_in_comments_are_sound_too() {
    let folder = Folder::new("new-comments");
    let dir = folder.path("mine");
    assert!(tarazu(&["new", &dir]).status.success());
    for file in ["encounters", "tallies", "incidents", "indicators", "corrections"] {
        let path = format!("{dir}/{file}.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let (heading, examples) = text.split_once('\n').unwrap();
        let uncommented: String = examples
            .lines()
            .map(|l| format!("{}\n", l.strip_prefix("# ").or(l.strip_prefix('#')).unwrap_or(l)))
            .collect();
        assert!(uncommented.contains("[["), "{file}");
        std::fs::write(&path, format!("{heading}\n{uncommented}")).unwrap();
    }
    let output = tarazu(&["check", &dir]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}
