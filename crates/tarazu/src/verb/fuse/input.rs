//! What is fused: datasets of a store by name, or files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use tarazu_events::batch::{EventBatch, Provenance};
use tarazu_events::{Mapping, ReadError, ReadOptions, Reading, Resolver, Tables, ViolenceType, read};
use tarazu_fuse::review::Journal;
use tarazu_fuse::{Reports, Settings};
#[cfg(feature = "store")]
use tarazu_store::{Snapshot, Store, StoreError};

use crate::report::Failure;

/// What is fused, and how.
#[derive(Args)]
pub struct Inputs {
    /// Datasets of the store by name, or files: any that `tarazu import` reads. NAME=FILE gives a file's dataset another name. None: all
    /// datasets of the store.
    #[arg(value_name = "DATASET|[NAME=]FILE")]
    inputs: Vec<String>,
    /// The store's folder, for datasets by name.
    #[arg(long, env = "TARAZU_STORE", default_value = "tarazu-store", value_name = "DIR")]
    store: PathBuf,
    /// How to read files of no known kind: see docs/mapping.md.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Settings of the model: see docs/fuse.md.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Judgements that the model is fed with, and that `tarazu review` adds to; by default judgements.csv in the store.
    #[arg(long, value_name = "FILE")]
    judgements: Option<PathBuf>,
}

/// A dataset that is fused.
pub struct Dataset {
    pub name: String,
    pub release: String,
    pub events: usize,
    /// What became of the rows of its file; nothing of a dataset in the store, whose import told.
    pub accounts: Option<String>,
}

/// Everything that was read.
pub struct Loaded {
    pub reports: Reports,
    pub datasets: Vec<Dataset>,
    /// Type of organised violence by row, where a dataset gives it.
    pub violence: Vec<Option<ViolenceType>>,
    /// Where the datasets come from, unless from files.
    #[cfg(feature = "store")]
    pub store: Option<(Store, Snapshot)>,
    pub journal: Option<Journal>,
    pub settings: Settings,
}

/// A file to be read, under the name that its dataset is given.
struct File<'a> {
    name: Option<&'a str>,
    path: &'a Path,
}

impl Inputs {
    /// Read everything.
    pub fn load(&self) -> Result<Loaded, Failure> {
        let files: Vec<Option<File<'_>>> = self.inputs.iter().map(|i| file(i)).collect();
        let settings = self.settings()?;
        if !files.is_empty() && files.iter().all(Option::is_some) {
            let files: Vec<File<'_>> = files.into_iter().flatten().collect();
            return self.files(&files, settings);
        }
        if files.iter().any(Option::is_some) {
            let names = self.inputs.iter().zip(&files).filter(|(_, f)| f.is_none()).map(|(i, _)| i.as_str());
            let names: Vec<&str> = names.collect();
            let message = format!(
                "{}: no such file; give files or datasets of a store, not both (`tarazu import` brings files into the store)",
                names.join(", ")
            );
            return Err(Failure::Message(message));
        }
        self.datasets(settings)
    }

    fn settings(&self) -> Result<Settings, Failure> {
        let Some(path) = &self.settings else { return Ok(Settings::default()) };
        let at = |message: String| Failure::Message(format!("{}: {message}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|e| at(format!("cannot be read: {e}")))?;
        Settings::from_toml(&text).map_err(|e| at(e.to_string()))
    }

    fn files(&self, files: &[File<'_>], settings: Settings) -> Result<Loaded, Failure> {
        let tables = Arc::new(Tables::load(None)?);
        let resolver = Resolver::new(tables.clone(), Vec::new(), None)?;
        let mapping = match &self.mapping {
            Some(path) => Some(Arc::new(Mapping::open(path)?)),
            None => None,
        };
        let (mut reports, mut datasets, mut violence) = (Reports::new(), Vec::<Dataset>::new(), Vec::new());
        for File { name, path } in files {
            let known = ReadOptions { tables: Some(tables.clone()), ..ReadOptions::default() };
            let reading = match (read(path, &known), &mapping) {
                (Err(ReadError::Unknown { .. }), Some(mapping)) => {
                    read(path, &ReadOptions { mapping: Some(mapping.clone()), ..known })?
                }
                (outcome, _) => outcome?,
            };
            say_rejects(path, &reading);
            let dataset = name.map_or_else(|| reading.dataset.clone(), str::to_owned);
            let batch = {
                let mut batch = EventBatch::new(Provenance {
                    dataset: dataset.clone(),
                    release: reading.version.clone(),
                    file_sha256: reading.sha256.clone(),
                    boundaries: None,
                });
                let mut lookup = tarazu_events::Lookup::default();
                for event in &reading.events {
                    batch.push(event, &resolver.resolve(event, &mut lookup));
                    violence.push(event.violence);
                }
                batch.finish()?
            };
            if let Some(other) = datasets.iter().find(|d| d.name == dataset) {
                let (name, rows) = (&other.name, other.events);
                return Err(Failure::Message(format!(
                    "{}: is of the dataset `{name}`, of which {rows} events were read from an earlier file; call it something else \
                     (NAME=FILE), or import both into a store if they are parts of one dataset",
                    path.display()
                )));
            }
            reports.push_batch(&batch)?;
            datasets.push(Dataset {
                name: dataset,
                release: reading.version.clone(),
                events: reading.events.len(),
                accounts: Some(reading.accounts().to_string()),
            });
        }
        let journal = match &self.judgements {
            Some(path) => Some(Journal::open(path)?),
            None => None,
        };
        Ok(Loaded {
            reports,
            datasets,
            violence,
            #[cfg(feature = "store")]
            store: None,
            journal,
            settings,
        })
    }

    #[cfg(not(feature = "store"))]
    fn datasets(&self, _: Settings) -> Result<Loaded, Failure> {
        let what = match self.inputs.first() {
            Some(name) => format!("{name}: no such file"),
            None => "no file given".into(),
        };
        let store = self.store.display();
        let message =
            format!("{what}; this program was built without stores (feature `store`), so not from {store}");
        Err(Failure::Message(message))
    }

    #[cfg(feature = "store")]
    fn datasets(&self, settings: Settings) -> Result<Loaded, Failure> {
        let store = match Store::open(&self.store) {
            Err(StoreError::Absent { path }) if !self.inputs.is_empty() => {
                return Err(Failure::Message(format!(
                    "{}: no such file, and no store at {} to look for a dataset of this name",
                    self.inputs.join(", "),
                    path.display()
                )));
            }
            other => other?,
        };
        let snapshot = store.snapshot(None)?;
        let all = snapshot.datasets();
        if let Some(unknown) = self.inputs.iter().find(|name| !all.contains(name)) {
            let there: Vec<String> = all.iter().map(|n| format!("`{n}`")).collect();
            let store = self.store.display();
            let there = there.join(", ");
            let message =
                format!("{unknown}: no such file, and no such dataset in {store}, which has {there}");
            return Err(Failure::Message(message));
        }
        let chosen = if self.inputs.is_empty() { all } else { self.inputs.clone() };
        let mut reports = Reports::new();
        let mut violence = Vec::new();
        for batch in snapshot.events_of(&chosen)? {
            reports.push_batch(&batch)?;
            violence.extend(violence_types(&batch));
        }
        let datasets = chosen.iter().map(|name| {
            let files = snapshot.files.values().filter(|f| &f.dataset == name);
            let mut releases: Vec<String> = files.clone().map(|f| f.release.clone()).collect();
            releases.sort();
            releases.dedup();
            Dataset {
                name: name.clone(),
                release: releases.join(", "),
                events: files.map(|f| f.rows as usize).sum(),
                accounts: None,
            }
        });
        let datasets = datasets.collect();
        let path = self.judgements.clone().unwrap_or_else(|| self.store.join("judgements.csv"));
        let journal = Some(Journal::open(&path)?);
        Ok(Loaded { reports, datasets, violence, store: Some((store, snapshot)), journal, settings })
    }
}

/// An existing file, with or without a name for its dataset.
fn file(input: &str) -> Option<File<'_>> {
    let path = Path::new(input);
    if path.is_file() {
        return Some(File { name: None, path });
    }
    let (name, path) = input.split_once('=')?;
    let path = Path::new(path);
    (path.is_file() && super::super::name(name).is_ok()).then_some(File { name: Some(name), path })
}

/// The type of organised violence by row.
#[cfg(feature = "store")]
pub fn violence_types(batch: &tarazu_store::RecordBatch) -> Vec<Option<ViolenceType>> {
    let codes = tarazu_store::integers(batch, "violence_type");
    codes.into_iter().map(|code| ViolenceType::from_code(i64::from(code?))).collect()
}

/// How many rejected rows are shown of a file.
const SHOWN: usize = 3;

fn say_rejects(path: &Path, reading: &Reading) {
    for reject in reading.rejects.iter().take(SHOWN) {
        let (line, column, reason) = (reject.line, &reject.column, &reject.reason);
        anstream::eprintln!("{}: line {line}, `{column}`: {reason}; the row is left out", path.display());
    }
    if reading.rejects.len() > SHOWN {
        let more = reading.rejects.len() - SHOWN;
        anstream::eprintln!("{}: {more} more rows are left out; `tarazu import` lists them", path.display());
    }
}
