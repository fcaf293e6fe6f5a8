//! The same case anywhere, on any number of threads, gives the same bytes.

use std::path::Path;
use std::process::Command;

use crate::responsibility::published::files;
use crate::{Folder, small_case, stderr};

#[test]
fn two_copies_at_different_places_give_the_same_bytes() {
    let case = small_case("rebuild");
    let folder = Folder::new("rebuild-copies");
    let copy = |place: &str| {
        let to = folder.0.join(place);
        std::fs::create_dir_all(&to).unwrap();
        for file in files(&case.0) {
            std::fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
        }
        to
    };
    let weigh = |case: &Path, threads: &str, zone: &str, language: &str| {
        for arguments in [vec!["weigh"], vec!["export", "-o", "handed-over.zip"]] {
            let output = Command::new(env!("CARGO_BIN_EXE_tarazu"))
                .args(&arguments[..1])
                .arg(case)
                .args(&arguments[1..])
                .current_dir(case)
                .env("RAYON_NUM_THREADS", threads)
                .env("TZ", zone)
                .env("LANG", language)
                .env("LC_ALL", language)
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        }
    };
    let (one, two) = (copy("one"), copy("a longer place/دو"));
    weigh(&one, "1", "UTC", "C");
    weigh(&two, "2", "Asia/Karachi", "ur_PK.UTF-8");
    let (left, right) = (files(&one), files(&two));
    let names = |of: &Path, all: &[std::path::PathBuf]| -> Vec<String> {
        all.iter().map(|p| p.strip_prefix(of).unwrap().display().to_string()).collect()
    };
    let there = names(&one, &left);
    assert_eq!(there, names(&two, &right));
    for file in ["out/brief.html", "out/bundle/SHA256SUMS", "handed-over.zip"] {
        assert!(there.iter().any(|t| t == file), "{file}");
    }
    for (a, b) in left.iter().zip(&right) {
        assert!(
            std::fs::read(a).unwrap() == std::fs::read(b).unwrap(),
            "{} and {} differ",
            a.display(),
            b.display()
        );
    }
}
