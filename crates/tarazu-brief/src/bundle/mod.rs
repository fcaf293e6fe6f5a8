//! The bundle: what stands behind a brief, as a Frictionless Data Package that others can read, cite, check and rebuild.
//!
//! [`Bundle::assemble`] makes it of a case and its weighing, [`Bundle::read`] reads one from a folder or a zip file, and
//! [`compare`] says in what two differ, file by file. A bundle holds the case it was made of, so that it can be made again.
//!
//! Invariants: the same weighing gives the same bytes; no row of an event is in a bundle; what a licence forbids is left out and said so.

mod citation;
mod compare;
mod descriptor;
mod entries;
mod folder;
mod hxl;
mod licence;
mod parquet;
mod provenance;
mod readme;
mod results;
pub(crate) mod specification;
mod table;
mod verify;

use std::collections::BTreeMap;

use tarazu_events::file::{FileError, sha256_hex};
use tarazu_ledger::Case;

pub use compare::{Difference, FirstDifference, compare};
pub use folder::Damage;
pub use verify::{Inputs, Verification, VerifyError, verify};

use crate::output::{OutputError, reading_files};
use crate::weigh::Weighing;
use licence::may_publish;
use table::Table;

/// The file that holds the hashes of all others.
const SUMS: &str = "SHA256SUMS";

/// How a bundle is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BundleOptions {
    /// With a row of HXL hashtags below the heading of every table that has such columns.
    pub hxl: bool,
    /// With `brief.pdf`, in A4 and the usual style of citations. A build without the feature `pdf` makes none.
    pub pdf: bool,
}

impl BundleOptions {
    /// Without hashtags, with whatever this build can make.
    pub fn usual() -> Self {
        Self { hxl: false, pdf: cfg!(feature = "pdf") }
    }
}

/// A bundle in memory: its files by their paths.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bundle {
    /// The files, each with its path within the bundle.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// It cannot be read as a bundle.
    #[error("{path}: {reason}")]
    NoBundle {
        /// Where it was looked for.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

/// A file of the bundle before it is listed.
struct Listed {
    path: String,
    bytes: Vec<u8>,
    /// Its entry in `datapackage.json`, but for path, size and hash.
    entry: serde_json::Value,
}

impl Bundle {
    /// Make the bundle of a weighing.
    ///
    /// # Errors
    /// [`OutputError`] where a table cannot be written as CSV or Parquet.
    pub fn assemble(case: &Case, weighing: &Weighing, options: BundleOptions) -> Result<Self, OutputError> {
        let mut tables = results::tables(case, weighing);
        tables.extend(entries::tables(case));
        let mut listed = Vec::new();
        for table in &tables {
            listed.extend(tabular(case, weighing, table, options)?);
        }
        for (name, bytes) in reading_files(case, weighing, options)? {
            listed.push(descriptor::reading(case, name, bytes));
        }
        listed.push(descriptor::documents(citation::csl(case)));
        listed.push(descriptor::provenance(provenance::prov(case, weighing)));
        for (name, bytes) in inputs(weighing) {
            listed.push(descriptor::input(case, weighing, &name, bytes));
        }
        let package = descriptor::package(case, weighing, options, &listed);
        let mut files: BTreeMap<String, Vec<u8>> = listed.into_iter().map(|l| (l.path, l.bytes)).collect();
        files.insert("README.md".into(), readme::readme(case, weighing, &tables).into_bytes());
        files.insert("CITATION.cff".into(), citation::cff(case, weighing).into_bytes());
        files.insert("datapackage.json".into(), package);
        let mut bundle = Self { files };
        let sums = bundle.sums();
        bundle.files.insert(SUMS.into(), sums.into_bytes());
        Ok(bundle)
    }

    /// Hashes of all files but the one that holds them, as `sha256sum -c` reads them.
    fn sums(&self) -> String {
        let files = self.files.iter().filter(|(path, _)| *path != SUMS);
        files.map(|(path, bytes)| format!("{}  {path}\n", sha256_hex(bytes))).collect()
    }

    /// What the bundle says of how it was made.
    ///
    /// # Errors
    /// [`BundleError::NoBundle`] where `datapackage.json` is missing or is no bundle's.
    pub fn record(&self) -> Result<Record, BundleError> {
        descriptor::record(self)
    }
}

/// How a bundle was made, as its `datapackage.json` records it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Record {
    /// Version of Tarazu.
    pub version: String,
    /// Identity of the edition.
    pub edition: String,
    /// The day up to which sources were searched.
    pub as_of: String,
    /// Seed of all random numbers.
    pub seed: Option<u64>,
    /// Whether tables have a row of HXL hashtags.
    pub hxl: bool,
    /// Name, SHA-256 and release of the event file that the case was weighed with.
    pub events: Option<RecordedEvents>,
    /// SHA-256 of the user's own boundaries that maps are drawn in.
    pub boundaries: Option<String>,
    /// Datasets and releases whose figures are left out, so that the bundle cannot be rebuilt from itself.
    pub withheld: Vec<String>,
    /// Names of the files of the brief that were made with it.
    pub brief: Vec<String>,
}

/// An event file that a bundle was made with. It is not part of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RecordedEvents {
    /// Name of the file.
    pub file: String,
    /// Its hash.
    pub sha256: String,
    /// Release, as it was given or found.
    pub version: String,
}

/// A table as CSV and as Parquet.
fn tabular(
    case: &Case,
    weighing: &Weighing,
    table: &Table,
    options: BundleOptions,
) -> Result<[Listed; 2], OutputError> {
    let columns: Vec<&str> = table.fields.iter().map(|f| f.name).collect();
    let tagged = options.hxl && hxl::is_tagged(table.name, &columns);
    let csv = table.csv(tagged)?;
    let parquet = parquet::encode(table)?;
    Ok(descriptor::table(case, weighing, table, tagged, csv, parquet))
}

/// The case as it was weighed: its files, the panel without what is not published, the editions before this one.
fn inputs(weighing: &Weighing) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for input in &weighing.inputs {
        let bytes = if matches!(input.name.as_str(), "panel.csv" | "areas.csv") {
            let sources = weighing.panel_sources.iter().chain(weighing.areas.iter().map(|a| &a.source));
            let withheld: Vec<_> = sources.filter(|s| !may_publish(s)).collect();
            let text = String::from_utf8_lossy(&input.bytes);
            let keep = |line: &&str| {
                !withheld.iter().any(|s| line.starts_with(&format!("{},{},", s.dataset, s.version)))
            };
            text.split_inclusive('\n').filter(keep).collect::<String>().into_bytes()
        } else {
            input.bytes.clone()
        };
        files.push((format!("case/{}", input.name), bytes));
    }
    files
}
