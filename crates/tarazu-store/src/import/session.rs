//! One import: its files one after another, and what the next version will hold.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::ThreadPool;
use tarazu_events::batch::Provenance;
use tarazu_events::{Accounts, Copying, Description, Original, Renewal, Scan};

use super::intake::Intake;
use super::rejects::Rejects;
use super::replace::Newer;
use super::{ImportOptions, Made, Progress};
use crate::encode::{HASH_TO_COME, ParquetFile};
use crate::error::StoreError;
use crate::log::{DataFile, FileRecord};
use crate::renew::Scope;
use crate::store::Store;

/// Characters of a dataset's or release's name that go into the names of files.
const SLUG: usize = 40;
/// The most characters that such a name may have.
const NAME: usize = 100;

/// Whether a dataset or release can have this name.
fn can_be_a_name(file: &str, what: &'static str, name: &str) -> Result<(), StoreError> {
    let length = name.chars().count();
    if !name.trim().is_empty() && length <= NAME && !name.contains(|c: char| c.is_control()) {
        return Ok(());
    }
    let found = match length {
        0 => "an empty text".into(),
        n if n > NAME => {
            format!("{n} characters beginning with {:?}", name.chars().take(20).collect::<String>())
        }
        _ => format!("{name:?}"),
    };
    Err(StoreError::Name { file: file.into(), what, found, limit: NAME })
}

/// An import under way: what the next version will hold so far.
pub(crate) struct Session<'a> {
    pub(super) store: &'a Store,
    pub(super) token: &'a str,
    pub(super) made: &'a mut Made,
    pub(super) options: &'a ImportOptions,
    pub(super) progress: &'a dyn Fn(Progress<'_>),
    pub(super) pool: ThreadPool,
    pub(super) threads: usize,
    pub(super) number: u64,
    pub(super) imports: Vec<FileRecord>,
    pub(super) live: BTreeMap<String, DataFile>,
    pub(super) records: Vec<FileRecord>,
    pub(super) counter: usize,
}

impl Session<'_> {
    pub(super) fn import(&mut self, path: &Path) -> Result<(), StoreError> {
        let fingerprint = self.fingerprint()?;
        // A file of a length that was seen before may be that file again: hash it before anything else. A stream has no length and
        // can be read once only: it is known by its contents, when they have been copied.
        let length = fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|m| m.len());
        if self.imports.iter().chain(&self.records).any(|r| Some(r.length) == length) {
            let (original, sha256) = Original::hash(path).map_err(StoreError::File)?;
            if let Some(record) = self.known(&original, &sha256, &fingerprint) {
                self.records.push(record);
                return Ok(());
            }
        }
        self.counter += 1;
        let draft = self.draft("original");
        let (original, mut copying) = Original::copy(path, &draft).map_err(StoreError::File)?;
        if length.is_none() {
            let sha256 = original.sha256(&mut copying).map_err(StoreError::File)?;
            if let Some(record) = self.known(&original, &sha256, &fingerprint) {
                drop(copying);
                self.records.push(record);
                return fs::remove_file(&draft).map_err(StoreError::io(&draft, "cannot be removed"));
            }
        }
        // The file is hashed, and its copy goes to the disk, while it is being read.
        let record = self.read(&original, fingerprint, &mut copying);
        // Where the copy fails, reading does, too.
        let record = record.map_err(|e| copying.failure().map_or(e, StoreError::File))?;
        original.kept(copying).map_err(StoreError::File)?;
        let kept = self.store.originals().join(&record.sha256);
        if !kept.exists() {
            self.made.shared.push(kept.clone());
        }
        fs::rename(&draft, &kept).map_err(StoreError::io(&kept, "cannot be written"))?;
        self.records.push(record);
        Ok(())
    }

    /// A file that has no name of its own yet.
    fn draft(&mut self, what: &str) -> PathBuf {
        let path = self.store.unfinished().join(format!("{what}-{}-{}", self.token, self.counter));
        self.made.add(&path);
        path
    }

    /// What the result of reading depends on beside the file.
    fn fingerprint(&self) -> Result<String, StoreError> {
        let read = &self.options.read;
        let all = format!(
            "{}|{}|{:?}|{:?}|{:?}|{}",
            env!("CARGO_PKG_VERSION"),
            read.fingerprint()?,
            read.dataset,
            read.version,
            read.kind,
            self.options.resolver_fingerprint,
        );
        Ok(tarazu_events::file::sha256_hex(all.as_bytes())[..16].into())
    }

    /// The record of a file that was imported before in the same way, where there is nothing to do: its events stand, or they gave way
    /// to those of later files, and may not come back unasked.
    fn known(&self, original: &Original, sha256: &str, fingerprint: &str) -> Option<FileRecord> {
        let same = |sha: &str, print: &str| sha == sha256 && print == fingerprint;
        let former =
            self.imports.iter().chain(&self.records).rev().find(|r| same(&r.sha256, &r.fingerprint))?;
        // Where the original was lost, the file at hand takes its place.
        let kept = fs::metadata(self.store.originals().join(sha256));
        if !kept.is_ok_and(|kept| kept.len() == original.length) {
            return None;
        }
        let live = |f: &&DataFile| same(&f.file_sha256, &f.fingerprint);
        let rows: u64 = self.live.values().filter(live).map(|f| f.rows).sum();
        let stood = former.accounts.kept + former.accounts.unchanged;
        let superseded = rows != stood as u64;
        let alone = self.live.values().filter(|f| f.dataset == former.dataset).all(|f| live(&f));
        if self.options.complete && (superseded || !alone) {
            return None;
        }
        // The same file, read in another way since then, is read again in this way.
        let by_itself = self.live.values().any(|f| f.file_sha256 == sha256 && !live(&f));
        if superseded && (self.options.older_replaces_newer || by_itself) {
            return None;
        }
        let Accounts { read, rejected, .. } = former.accounts;
        Some(FileRecord {
            file: original.name.clone(),
            accounts: Accounts { read, kept: 0, rejected, unchanged: stood },
            rejects: None,
            known: true,
            superseded,
            revisions: None,
            ..former.clone()
        })
    }

    fn read(
        &mut self,
        original: &Original,
        fingerprint: String,
        copying: &mut Copying,
    ) -> Result<FileRecord, StoreError> {
        let mut scan = Scan::of_copy(original.clone(), copying, &self.options.read)?;
        let description = scan.description().clone();
        can_be_a_name(&original.name, "dataset", &description.dataset)?;
        can_be_a_name(&original.name, "release", &description.release)?;
        let older: Vec<DataFile> =
            self.live.values().filter(|f| f.dataset == description.dataset).cloned().collect();
        let provenance = Provenance {
            dataset: description.dataset.clone(),
            release: description.release.clone(),
            file_sha256: HASH_TO_COME.into(),
            boundaries: self.options.resolver.labels().map(str::to_owned),
        };
        let (events, rejects) = (self.draft("events"), self.draft("rejects"));
        let parquet = ParquetFile::of_events(&events, provenance.clone())?;
        let mut intake = Intake::new(&original.name, parquet, Rejects::new(rejects), !older.is_empty());
        self.stream(&mut scan, provenance, &mut intake)?;
        (self.progress)(Progress::Writing { file: &original.name });
        let Intake { parquet, rejects, events, coverage, mut accounts, seen, .. } = intake;
        let (remarks, other_encoding, unordered_bounds) =
            (intake.remarks, intake.other_encoding, intake.unordered_bounds);
        let sha256 = original.sha256(copying).map_err(StoreError::File)?;
        let stem = self.stem(&description, &sha256);
        let name = format!("{stem}.parquet");
        let path = self.store.events().join(&name);
        self.made.add(&path);
        let written = parquet.finish_with(&sha256, &path)?;
        let (rows, size) = seen.drop_superseded(&path, &self.draft("superseding"))?.unwrap_or(written);
        let listed = self.store.rejects().join(format!("{stem}.csv"));
        self.made.add(&listed);
        let rejects = rejects.finish(&listed)?;
        let mut revisions = None;
        if let Some(mut events) = events {
            let scope = match description.renewal {
                _ if self.options.complete => Scope::Everywhere,
                Renewal::Replaces => Scope::Covered(coverage),
                Renewal::Adds => Scope::Nowhere,
            };
            let newer = Newer { original, description: &description, path: &path, stem: &stem };
            let compared = self.renew(&newer, &older, scope, &mut events)?;
            accounts.unchanged = compared.unchanged as usize;
            accounts.kept -= accounts.unchanged;
            revisions = (!compared.revisions.replaced.is_empty()).then_some(compared.revisions);
        }
        if rows > 0 {
            let file = DataFile {
                name: name.clone(),
                size,
                rows,
                dataset: description.dataset.clone(),
                release: description.release.clone(),
                file_sha256: sha256.clone(),
                fingerprint: fingerprint.clone(),
            };
            self.live.insert(name, file);
        } else {
            fs::remove_file(&path).map_err(StoreError::io(&path, "cannot be removed"))?;
        }
        Ok(FileRecord {
            file: original.name.clone(),
            sha256,
            length: original.length,
            dataset: description.dataset,
            release: description.release,
            layout: description.layout,
            fingerprint,
            accounts,
            remarks,
            other_encoding,
            unordered_bounds,
            rejects,
            known: false,
            superseded: false,
            revisions,
        })
    }

    /// How the names of a file's own files begin.
    fn stem(&self, description: &Description, sha256: &str) -> String {
        let slug = |text: &str| -> String {
            text.chars()
                .take(SLUG)
                .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
                .collect()
        };
        format!(
            "{}-{}-{}-v{}-{}-{}",
            slug(&description.dataset),
            slug(&description.release),
            &sha256[..12],
            self.number,
            self.token,
            self.counter
        )
    }
}
