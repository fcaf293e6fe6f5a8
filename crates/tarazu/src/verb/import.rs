//! `tarazu import FILE…`: datasets into the store.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use tarazu_events::file::{SourceFile, sha256_hex};
use tarazu_events::table::Table;
use tarazu_events::{Boundaries, Mapping, ReadOptions, Resolver, Tables, kind_keys};
use tarazu_store::{FileRecord, ImportOptions, Imported, Progress, Revisions, Store, import};

use crate::report::{Failure, print, print_json};

/// Read event datasets into the store: all files as one new version, or none.
///
/// Reads UCDP GED and candidate events, ACLED, GTD, GDELT and the Pakistan suicide attacks dataset in all their layouts (CSV, tab-separated,
/// JSON, GeoJSON, .xlsx, .gz, .zip), found out from the contents, and any other table through --mapping.
#[derive(Args)]
pub struct Import {
    /// Dataset files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The store's folder; made where there is none. A folder with anything else in it is refused.
    #[arg(long, env = "TARAZU_STORE", default_value = "tarazu-store", value_name = "DIR")]
    store: PathBuf,
    /// What the files are, in place of what is found.
    #[arg(long = "as", value_name = "KIND", value_parser = kind_keys(), conflicts_with = "mapping")]
    kind: Option<String>,
    /// Dataset name, in place of the one found: 1 to 100 characters.
    #[arg(long, value_name = "NAME", value_parser = super::name)]
    dataset: Option<String>,
    /// Release, where the file's name does not say it.
    #[arg(long, value_name = "V", value_parser = super::name)]
    version: Option<String>,
    /// How to read a table of no known kind: see docs/mapping.md.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Boundary polygons (GeoJSON of geoBoundaries, Natural Earth or GADM) to find country, province and district by, with their vintage:
    /// FILE or FILE@2015. May be repeated.
    #[arg(long, value_name = "FILE[@VINTAGE]")]
    boundaries: Vec<String>,
    /// UCDP's actor list (CSV), to find actor ids by name.
    #[arg(long, value_name = "FILE")]
    actors: Option<PathBuf>,
    /// A folder with corrected code tables: crosswalk.csv, countries.csv, precision.csv, successions.csv, actor-aliases.csv.
    #[arg(long, value_name = "DIR")]
    tables: Option<PathBuf>,
    /// The file is all that its dataset holds: events that it lacks are gone, in all countries and years.
    #[arg(long)]
    complete: bool,
    /// Let an older release, or one whose age cannot be told, take the place of what the store holds; let a file come back that
    /// later files took the place of.
    #[arg(long)]
    older_replaces_newer: bool,
    /// Print what was done as JSON.
    #[arg(long)]
    json: bool,
}

impl Import {
    pub fn run(self) -> Result<(), Failure> {
        let options = self.options()?;
        let store = Store::open_or_create(&self.store)?;
        let bar = progress_bar();
        let shown = Cell::new(0);
        let imported = import(&store, &self.files, &options, &|progress| match progress {
            Progress::Waiting => {
                anstream::eprintln!("another process is writing to {}; waiting for it", self.store.display());
            }
            Progress::Reading { file, rows } if rows >= shown.get() + 10_000 || rows < shown.get() => {
                shown.set(rows);
                bar.set_message(format!("{file}: {} rows", HumanCount(rows)));
                bar.tick();
            }
            Progress::Reading { .. } => {}
            Progress::Writing { file } => bar.set_message(format!("{file}: writing")),
        });
        bar.finish_and_clear();
        let imported = imported?;
        if self.json { print_json(&imported) } else { print(&report(&imported, &self.store)) }
    }

    fn options(&self) -> Result<ImportOptions, Failure> {
        let tables = Arc::new(Tables::load(self.tables.as_deref())?);
        let mut fingerprint = String::new();
        let mut boundaries = Vec::new();
        for given in &self.boundaries {
            let (path, vintage) = match given.rsplit_once('@') {
                Some((path, vintage)) if !Path::new(given).exists() => (path, Some(vintage)),
                _ => (given.as_str(), None),
            };
            let read = Boundaries::open(Path::new(path), vintage)?;
            fingerprint.push_str(&read.sha256);
            fingerprint.push_str(&read.label);
            boundaries.push(read);
        }
        let mut list = None;
        if let Some(path) = &self.actors {
            let file = SourceFile::open(path)?;
            fingerprint.push_str(&file.sha256);
            list = Some(Table::parse(&file)?);
        }
        let mapping = match &self.mapping {
            Some(path) => Some(Arc::new(Mapping::open(path)?)),
            None => None,
        };
        Ok(ImportOptions {
            read: ReadOptions {
                dataset: self.dataset.clone(),
                version: self.version.clone(),
                kind: self.kind.clone(),
                mapping,
                tables: Some(tables.clone()),
            },
            resolver: Arc::new(Resolver::new(tables, boundaries, list.as_ref())?),
            resolver_fingerprint: sha256_hex(fingerprint.as_bytes()),
            older_replaces_newer: self.older_replaces_newer,
            complete: self.complete,
            threads: None,
        })
    }
}

fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.set_style(
        ProgressStyle::with_template("{spinner} {elapsed} {msg}").unwrap_or(ProgressStyle::default_spinner()),
    );
    bar
}

fn report(imported: &Imported, folder: &Path) -> String {
    let mut text = String::new();
    for file in &imported.files {
        text.push_str(&file_report(file, folder));
    }
    let folder = folder.display();
    let events = HumanCount(imported.events);
    text.push_str(&match imported.version {
        Some(version) => format!("{folder}: version {version}, {events} events\n"),
        None => format!("{folder}: nothing changed, {events} events\n"),
    });
    text
}

fn file_report(file: &FileRecord, folder: &Path) -> String {
    let mut text = format!("{}: {}, release {}\n  {}", file.file, file.layout, file.release, file.accounts);
    let mut aside = |count: u64, words: &str| {
        if count > 0 {
            text.push_str(&format!("; {count} {words}"));
        }
    };
    aside(file.unordered_bounds, "kept although their low, best and high are not in order");
    aside(file.other_encoding, "were not UTF-8 and were read as Windows-1252");
    aside(file.remarks, "cells set aside or read otherwise, the rows kept");
    text.push('\n');
    if file.superseded {
        text.push_str(
            "  imported before, and later files took its place: nothing changed (--older-replaces-newer goes back to it)\n",
        );
    } else if file.known {
        text.push_str("  imported before: nothing changed\n");
    }
    if let Some(rejects) = &file.rejects {
        text.push_str(&format!("  rejects: {}\n", folder.join(rejects).display()));
    }
    if let Some(revisions) = &file.revisions {
        text.push_str(&vintage_report(revisions));
        let unnamed = file.release == "unknown" && revisions.replaced.contains("unknown");
        if unnamed && revisions.total().removed > 0 {
            text.push_str(
                "  WARNING: neither file names its release, so the one imported later stands and what it lacks is gone; if the earlier is \
                 the newer, or this is a part of it, import that again with --older-replaces-newer, and name releases with --version\n",
            );
        }
    }
    text
}

/// What a newer file changed of an older one, by year, for people.
fn vintage_report(revisions: &Revisions) -> String {
    let all = revisions.total();
    let releases: Vec<&str> = revisions.replaced.iter().map(String::as_str).collect();
    let mut text = format!(
        "  takes the place of release {}: {} events added, {} removed, {} revised ({} with more deaths, {} with fewer, {} \
         otherwise)\n",
        releases.join(", "),
        all.added,
        all.removed,
        all.revised(),
        all.revised_up,
        all.revised_down,
        all.revised() - all.revised_up - all.revised_down,
    );
    let unknown = [
        (all.added_unknown, "added events"),
        (all.removed_unknown, "removed events"),
        (all.became_unknown, "revised events where it was known"),
    ];
    let unknown: Vec<String> =
        unknown.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    if !unknown.is_empty() {
        text.push_str(&format!("  the toll is not known, and in no sum below, of {}\n", unknown.join(", ")));
    }
    if all.became_known > 0 {
        text.push_str(&format!(
            "  the toll of {} revised events was not known and now is\n",
            all.became_known
        ));
    }
    if revisions.years.is_empty() {
        return text;
    }
    text.push_str("  year   added  deaths  removed  deaths  up  deaths  down  deaths  otherwise\n");
    for (year, y) in &revisions.years {
        text.push_str(&format!(
            "  {year:<5} {:>6} {:>7} {:>8} {:>7} {:>3} {:>7} {:>5} {:>7} {:>10}\n",
            y.added,
            y.added_deaths,
            y.removed,
            y.removed_deaths,
            y.revised_up,
            y.deaths_up,
            y.revised_down,
            y.deaths_down,
            y.revised() - y.revised_up - y.revised_down,
        ));
    }
    text
}
