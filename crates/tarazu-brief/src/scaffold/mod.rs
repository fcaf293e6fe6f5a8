//! A new case: a small sound one about nowhere, that weighs as it stands, with an example of every kind of entry to put one's own in
//! place of.

use std::fs;
use std::path::{Path, PathBuf};

use tarazu_events::file::{FileError, write_atomically};

macro_rules! files {
    ($($name:literal),* $(,)?) => { [$(($name, include_str!(concat!("files/", $name)))),*] };
}

const FILES: [(&str, &str); 17] = files![
    "case.toml",
    "actors.toml",
    "campaigns.toml",
    "commitments.toml",
    "programmes.toml",
    "encounters.toml",
    "claims.toml",
    "requests.toml",
    "tallies.toml",
    "incidents.toml",
    "indicators.toml",
    "corrections.toml",
    "documents.bib",
    "figures.toml",
    "grid.toml",
    "panel.toml",
    "brief.md",
];

/// Why there is no new case.
#[derive(Debug, thiserror::Error)]
pub enum ScaffoldError {
    /// Something is there.
    #[error("{path}: is there and is not empty; expected a name that is free, or an empty folder", path = .0.display())]
    Taken(PathBuf),
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Make a new case in `folder`; gives the names of its files.
///
/// # Errors
/// [`ScaffoldError`] where the folder holds anything, or cannot be written.
pub fn scaffold(folder: &Path) -> Result<Vec<&'static str>, ScaffoldError> {
    let empty = || fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    if folder.exists() && !empty() {
        return Err(ScaffoldError::Taken(folder.into()));
    }
    for (name, text) in FILES {
        write_atomically(&folder.join(name), text.as_bytes())?;
    }
    write_atomically(&folder.join("panel.csv"), panel().as_bytes())?;
    write_atomically(&folder.join(".gitignore"), b"/out\n*.rejects.csv\n")?;
    Ok(FILES.iter().map(|(name, _)| *name).chain(["panel.csv"]).collect())
}

/// Ten years of made-up months: a season, and a little noise from a linear congruential generator.
fn panel() -> String {
    let mut text = String::from("dataset,version,area,period,events,deaths_best,deaths_low,deaths_high\n");
    for month in 0..120_u64 {
        let noise = (month * 1_103_515_245 + 12_345) / 65_536 % 7;
        let season = if (3..9).contains(&(month % 12)) { 12 } else { 6 };
        let best = season + noise;
        let (year, number) = (2014 + month / 12, month % 12 + 1);
        text.push_str(&format!(
            "Example,1,XXX,{year}-{number:02},{},{best},{},{}\n",
            best / 2,
            best / 2,
            best + 3
        ));
    }
    text
}
