//! Whole commands through the real binary: what a person sees, what a program gets, and that nothing changes between runs.

#![allow(missing_docs, reason = "tests have no public face")]
#![allow(clippy::unwrap_used, reason = "a failed assumption of a test is a failed test")]

mod bundle;
mod chart;
mod check;
mod diff;
mod estimate;
mod fuse;
mod hostile;
mod new;
mod page;
mod panel;
#[cfg(feature = "pdf")]
mod pdf;
#[cfg(feature = "sql")]
mod peers;
mod rebuild;
#[cfg(feature = "sql")]
mod remote;
mod responsibility;
#[cfg(feature = "serve")]
mod serve;
mod site;
#[cfg(feature = "sql")]
mod store;
mod weigh;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The project's root.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Run the binary in the project's root, without colour.
pub fn tarazu(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tarazu"))
        .args(arguments)
        .current_dir(root())
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A file of the shared data, or a message that the test is skipped; see `crates/tarazu-events/tests/it/main.rs`.
pub fn shared(path: &str) -> Option<PathBuf> {
    let file = root().join("../shared/data").join(path);
    if file.exists() {
        return Some(file);
    }
    assert!(std::env::var_os("TARAZU_REQUIRE_SHARED").is_none(), "{} is required and absent", file.display());
    eprintln!("SKIPPED: {} is absent", file.display());
    None
}

/// A folder of its own for one test, removed at its end.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tarazu-it-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A small sound case in a folder of its own: one campaign, one claim, one plan of estimates over a made-up panel.
pub fn small_case(name: &str) -> Folder {
    let folder = Folder::new(name);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/small-case");
    for entry in std::fs::read_dir(source).unwrap().map(Result::unwrap) {
        std::fs::copy(entry.path(), folder.0.join(entry.file_name())).unwrap();
    }
    let mut panel = String::from("dataset,version,area,period,events,deaths_best,deaths_low,deaths_high\n");
    for month in 0..120_u64 {
        // Season, a little noise from a linear congruential generator, and half as many from the hundredth month on.
        let noise = (month * 1_103_515_245 + 12_345) / 65_536 % 7;
        let season = if (3..9).contains(&(month % 12)) { 12 } else { 6 };
        let best = (season + noise) / if month >= 100 { 2 } else { 1 };
        let (year, number) = (2010 + month / 12, month % 12 + 1);
        panel.push_str(&format!(
            "Made up,1,XXX,{year}-{number:02},{best},{best},{},{}\n",
            best / 2,
            best + 3
        ));
    }
    std::fs::write(folder.0.join("panel.csv"), panel).unwrap();
    folder
}
