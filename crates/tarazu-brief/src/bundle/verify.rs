//! Make a bundle again from what it records, and hold the two against each other.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tarazu_events::file::{SourceFile, write_atomically};
use tarazu_ledger::{Case, LoadError};

use super::{Bundle, BundleError, BundleOptions, Damage, Difference, Record, compare};
use crate::geo::{Boundaries, GeoError};
use crate::output::OutputError;
use crate::weigh::{EventsFile, Progress, WeighError, Weighing, weigh};

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Verification {
    /// Whether every file is the same.
    pub same: bool,
    /// How the bundle says that it was made.
    pub record: Record,
    /// Files that were compared.
    pub files: usize,
    /// Files that are not as the bundle's own list of hashes has them.
    pub damage: Vec<Damage>,
    /// Files in which the rebuilt bundle is another.
    pub differences: Vec<Difference>,
    /// What can have made it another, in words.
    pub why: Vec<String>,
    /// Identity of the rebuilt edition.
    pub rebuilt: String,
}

/// Why a bundle cannot be made again.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It is no bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The case does not load.
    #[error("the case in the bundle does not load: {0}")]
    Case(#[from] LoadError),
    /// The case cannot be weighed.
    #[error(transparent)]
    Weigh(#[from] WeighError),
    /// The bundle cannot be made.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// A file.
    #[error(transparent)]
    File(#[from] tarazu_events::file::FileError),
    /// The boundaries.
    #[error(transparent)]
    Boundaries(#[from] GeoError),
    /// Something that the bundle does not hold is needed.
    #[error("{0}")]
    Needed(String),
}

/// What a bundle is made of again, besides itself.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// The case folder; otherwise the bundle's own copy.
    pub case: Option<PathBuf>,
    /// The event file, where the bundle was made with one.
    pub events: Option<PathBuf>,
    /// The user's own boundaries, where its maps were drawn in them.
    pub boundaries: Option<PathBuf>,
}

/// Make `bundle` again and compare.
///
/// # Errors
/// [`VerifyError`] where it cannot be made again; a difference is a result, not an error.
pub fn verify(
    bundle: &Bundle,
    inputs: &Inputs,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Verification, VerifyError> {
    let record = bundle.record()?;
    let damage = bundle.damage()?;
    if inputs.case.is_none() && !record.withheld.is_empty() {
        return Err(VerifyError::Needed(format!(
            "figures of {} are not part of the bundle, whose licence does not allow it: name the case with --case DIR",
            record.withheld.join(", ")
        )));
    }
    let events = events(&record, inputs)?;
    let boundaries = boundaries(&record, inputs)?;
    // The copy stays until the bundle is made: what leads back to lines of the panel reads them.
    let copy = if inputs.case.is_none() { Some(Copy::of(bundle)?) } else { None };
    let own = copy.as_ref().map(|copy| copy.0.as_path());
    let folder = inputs.case.as_deref().or(own).unwrap_or(Path::new("."));
    let (case, mut weighing) = weighed(folder, events.as_ref(), progress)?;
    if let Some(boundaries) = boundaries {
        weighing.bound(boundaries);
    }
    let made = Bundle::assemble(
        &case,
        &weighing,
        BundleOptions { hxl: record.hxl, pdf: record.brief.iter().any(|f| f == "brief.pdf") },
    )?;
    let differences = compare(bundle, &made);
    let why = why(&record, &damage, &differences, &weighing, inputs.case.is_some());
    Ok(Verification {
        same: differences.is_empty() && damage.is_empty(),
        files: made.files.len(),
        rebuilt: weighing.edition.clone(),
        record,
        damage,
        differences,
        why,
    })
}

fn weighed(
    folder: &Path,
    events: Option<&EventsFile>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(Case, Weighing), VerifyError> {
    let case = Case::load(folder)?;
    let weighing = weigh(&case, events, progress)?;
    Ok((case, weighing))
}

fn events(record: &Record, inputs: &Inputs) -> Result<Option<EventsFile>, VerifyError> {
    match (&record.events, &inputs.events) {
        (None, None) => Ok(None),
        (None, Some(path)) => Err(VerifyError::Needed(format!(
            "the bundle was made without an event file; found --events {}",
            path.display()
        ))),
        (Some(events), None) => Err(VerifyError::Needed(format!(
            "the bundle was made with the event file {} (SHA-256 {}), which is not part of it: name it with --events FILE",
            events.file, events.sha256
        ))),
        (Some(events), Some(path)) => {
            let found = SourceFile::open(path)?.sha256;
            if found != events.sha256 {
                return Err(VerifyError::Needed(format!(
                    "{}: expected the file {} with SHA-256 {}, found {found}",
                    path.display(),
                    events.file,
                    events.sha256
                )));
            }
            Ok(Some(EventsFile { path: path.clone(), version: Some(events.version.clone()) }))
        }
    }
}

fn boundaries(record: &Record, inputs: &Inputs) -> Result<Option<Boundaries>, VerifyError> {
    let found = inputs.boundaries.as_deref().map(Boundaries::open).transpose()?;
    let found_hash = found.as_ref().map(|b| b.sha256.as_str());
    if found_hash == record.boundaries.as_deref() {
        return Ok(found);
    }
    let expected = record.boundaries.as_ref().map_or_else(
        || "the boundaries that Tarazu has, and no file".to_owned(),
        |sha256| format!("--boundaries FILE with SHA-256 {sha256}"),
    );
    Err(VerifyError::Needed(format!(
        "the maps of the bundle were drawn in other boundaries: expected {expected}"
    )))
}

/// The case of a bundle, in a folder of its own for as long as it is needed.
struct Copy(PathBuf);

impl Copy {
    fn of(bundle: &Bundle) -> Result<Self, VerifyError> {
        let nanos = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |d| d.subsec_nanos());
        let folder = std::env::temp_dir().join(format!("tarazu-verify-{}-{nanos}", std::process::id()));
        let copy = Self(folder);
        let mut found = false;
        for (path, bytes) in &bundle.files {
            // A case is flat, and nothing else is written.
            if let Some(name) = path.strip_prefix("case/").filter(|n| !n.contains(['/', '\\'])) {
                write_atomically(&copy.0.join(name), bytes)?;
                found = true;
            }
        }
        if !found {
            let words = "the bundle has no case/: name the case that it was made of with --case DIR";
            return Err(VerifyError::Needed(words.into()));
        }
        Ok(copy)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn why(
    record: &Record,
    damage: &[Damage],
    differences: &[Difference],
    weighing: &Weighing,
    other_case: bool,
) -> Vec<String> {
    let mut why = Vec::new();
    if differences.is_empty() && damage.is_empty() {
        return why;
    }
    if !cfg!(feature = "pdf") && record.brief.iter().any(|f| f == "brief.pdf") {
        why.push("brief.pdf is made by a build with the feature `pdf`, which this is not".into());
    }
    if record.version != weighing.version {
        why.push(format!(
            "the bundle was made by Tarazu {}, this is {}: use that version to make it again",
            record.version, weighing.version
        ));
    }
    let touched = |d: &Damage| match d {
        Damage::Changed(file) | Damage::Missing(file) | Damage::Extra(file) => file.clone(),
    };
    let files: Vec<String> = damage.iter().map(touched).collect();
    let (inputs, others): (Vec<&String>, Vec<&String>) = files.iter().partition(|f| f.starts_with("case/"));
    let join = |files: &[&String]| files.iter().map(|f| f.as_str()).collect::<Vec<_>>().join(", ");
    if !inputs.is_empty() {
        why.push(format!(
            "not as the bundle's own list of hashes has it: {}; what it is made again from is not what it was made from",
            join(&inputs)
        ));
    }
    if !others.is_empty() {
        why.push(format!("changed after the bundle was made: {}", join(&others)));
    }
    if record.edition != weighing.edition {
        let of = if other_case { "the case named with --case" } else { "the case in the bundle" };
        why.push(format!(
            "{of} makes edition {}, the bundle says {}",
            weighing.edition.get(..12).unwrap_or_default(),
            record.edition.get(..12).unwrap_or_default()
        ));
    }
    if why.is_empty() {
        why.push(
            "files and their hashes were changed together, or the bundle was made by another build of this version or on a processor whose \
             arithmetic differs in the last digits"
                .into(),
        );
    }
    why
}
