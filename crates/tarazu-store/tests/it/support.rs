//! Small files of GED's columns, and what a store made of them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tarazu_events::{ReadOptions, Resolver, Tables};
use tarazu_store::{ImportOptions, Imported, Store, StoreError, import};

pub const HEADING: &str = "id,type_of_violence,side_a,side_b,where_prec,adm_1,adm_2,latitude,longitude,country,country_id,date_prec,\
date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low";

/// A row of Pakistan.
pub fn row(id: u32, day: &str, best: u32) -> String {
    row_of("Pakistan,770", id, day, best)
}

/// A row of a country with its number.
pub fn row_of(country: &str, id: u32, day: &str, best: u32) -> String {
    format!("{id},1,A,B,1,P,D,24.9,67.0,{country},1,{day},{day},0,{best},0,0,{best},{best},{best}\n")
}

/// A folder of its own for one test, removed at its end.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tarazu-store-it-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn ged(&self, name: &str, rows: &[String]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, format!("{HEADING}\n{}", rows.concat())).unwrap();
        path
    }

    pub fn store(&self) -> PathBuf {
        self.0.join("store")
    }

    /// Import with the options as they are by default but for what `change` says.
    pub fn import(
        &self,
        files: &[&Path],
        change: impl FnOnce(&mut ImportOptions),
    ) -> Result<Imported, StoreError> {
        let mut given = options();
        change(&mut given);
        let files: Vec<PathBuf> = files.iter().map(|f| f.to_path_buf()).collect();
        import(&Store::open_or_create(&self.store())?, &files, &given, &|_| {})
    }

    /// Import what must succeed.
    pub fn imported(&self, file: &Path, version: Option<&str>) -> Imported {
        self.import(&[file], |o| o.read.version = version.map(str::to_owned)).unwrap()
    }

    /// Ids, releases and best estimates of the events in the newest version, by id.
    pub fn events(&self) -> Vec<(String, String, Option<i32>)> {
        let mut events = Vec::new();
        for path in Store::open(&self.store()).unwrap().snapshot(None).unwrap().paths() {
            let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
            for batch in reader.build().unwrap() {
                let batch: RecordBatch = batch.unwrap();
                let text = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>();
                let best = batch.column_by_name("deaths_best").unwrap().as_primitive::<Int32Type>();
                for row in 0..batch.num_rows() {
                    let toll = best.is_valid(row).then(|| best.value(row));
                    events.push((
                        text("event_id").value(row).into(),
                        text("release").value(row).into(),
                        toll,
                    ));
                }
            }
        }
        events.sort();
        events
    }

    /// Ids of the events in the newest version.
    pub fn ids(&self) -> Vec<String> {
        self.events().into_iter().map(|(id, _, _)| id).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn options() -> ImportOptions {
    let tables = Arc::new(Tables::embedded().unwrap());
    ImportOptions {
        read: ReadOptions { tables: Some(tables.clone()), ..ReadOptions::default() },
        resolver: Arc::new(Resolver::new(tables, Vec::new(), None).unwrap()),
        resolver_fingerprint: String::new(),
        older_replaces_newer: false,
        complete: false,
        threads: Some(2),
    }
}

/// Every file below a folder, by its path within it.
pub fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().display().to_string());
            }
        }
    }
    found.sort();
    found
}
