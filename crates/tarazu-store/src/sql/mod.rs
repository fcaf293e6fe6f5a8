//! SQL over a version of a store and over files beside it, here or on the web, by DataFusion: read only, memory bounded, spilling to
//! disk.

mod files;
mod functions;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::csv::CsvFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::DataFusionError;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::prelude::{SQLOptions, SessionConfig, SessionContext};
use futures::StreamExt;
use tarazu_events::batch::schema;
use tokio::runtime::{Builder, Runtime};
use url::Url;

use self::files::{Web, with_files};
use self::functions::functions;
use crate::derived::{DERIVED, derived_schema};
use crate::error::StoreError;
use crate::log::Snapshot;

pub use datafusion::arrow;

/// The bounds of a query.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of memory for sorting, grouping and joining; beyond it they spill to temporary files.
    pub memory: usize,
    /// Threads, or as many as there are cores.
    pub threads: Option<usize>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: 1 << 30, threads: None }
    }
}

/// A query under way.
pub struct Answer {
    runtime: Runtime,
    stream: SendableRecordBatchStream,
}

impl Answer {
    /// The columns of the answer.
    pub fn schema(&self) -> Arc<Schema> {
        self.stream.schema()
    }
}

impl Iterator for Answer {
    type Item = Result<RecordBatch, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.runtime.block_on(self.stream.next())?;
        Some(batch.map_err(|e| fault(&e)))
    }
}

fn fault(error: &DataFusionError) -> StoreError {
    StoreError::Query(error.strip_backtrace())
}

/// Ask a question in SQL of a version of a store (tables `events`, `rejects`, `versions`, and those of a fusion: `incidents`, `links`, `members`) or, with a path in quotes as a table, of
/// any CSV, JSON, Arrow or Parquet file: `SELECT … FROM 'file.parquet'`, `… FROM 'https://host/file.parquet'`. Nothing can be written.
///
/// # Errors
/// [`StoreError::Query`] where the statement is at fault, would write, or the store's files cannot be read.
pub fn query(snapshot: Option<&Snapshot>, sql: &str, limits: Limits) -> Result<Answer, StoreError> {
    let mut runtime = Builder::new_multi_thread();
    if let Some(threads) = limits.threads {
        runtime.worker_threads(threads);
    }
    let runtime =
        runtime.enable_all().build().map_err(|e| StoreError::Query(format!("no threads to work on: {e}")))?;
    let missing = match snapshot {
        Some(snapshot) => there(snapshot, sql)?,
        None => Vec::new(),
    };
    let stream = runtime.block_on(async {
        let context = context(limits)?;
        if let Some(snapshot) = snapshot {
            tables(&context, snapshot, &missing)?;
        }
        let read_only =
            SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        context.sql_with_options(sql, read_only).await?.execute_stream().await
    });
    let stream = stream.map_err(|e| with_tables(fault(&e), snapshot.is_some()))?;
    Ok(Answer { runtime, stream })
}

fn context(limits: Limits) -> Result<SessionContext, DataFusionError> {
    let spilling = DiskManagerBuilder::default().with_mode(DiskManagerMode::OsTmpDirectory);
    let environment = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(limits.memory)))
        .with_disk_manager_builder(spilling)
        .with_object_store_registry(Arc::new(Web::default()))
        .build_arc()?;
    // Cells of event files hold line ends: headlines do.
    let mut config = SessionConfig::new()
        .with_information_schema(true)
        .set_bool("datafusion.catalog.newlines_in_values", true);
    if let Some(threads) = limits.threads {
        config = config.with_target_partitions(threads);
    }
    let context = with_files(SessionContext::new_with_config_rt(config, environment));
    for function in functions() {
        context.register_udf(function);
    }
    Ok(context)
}

/// Make sure that every file of the version is there as it was written: a file that is not would only make the answer shorter. Files
/// of rejects that are missing are named where the question is about rejects, and returned.
fn there(snapshot: &Snapshot, sql: &str) -> Result<Vec<PathBuf>, StoreError> {
    for file in snapshot.files.values() {
        file.check(&snapshot.folder)?;
    }
    let missing: Vec<PathBuf> = rejects_paths(snapshot).into_iter().filter(|p| !p.is_file()).collect();
    match missing.first() {
        Some(path) if sql.to_ascii_lowercase().contains("rejects") => {
            let reason = "is missing, and the store names it: the table `rejects` would be short of its rows";
            Err(StoreError::broken(path, reason))
        }
        _ => Ok(missing),
    }
}

/// The files of rejects of every import so far.
fn rejects_paths(snapshot: &Snapshot) -> Vec<PathBuf> {
    let store = snapshot.folder.parent().unwrap_or(&snapshot.folder);
    let names: BTreeSet<&String> = snapshot.imports().filter_map(|f| f.rejects.as_ref()).collect();
    names.into_iter().map(|name| store.join(name)).collect()
}

/// Where there is no such table, those that there are.
fn with_tables(error: StoreError, store: bool) -> StoreError {
    match error {
        StoreError::Query(message)
            if message.contains("table '") && message.contains("not found") && store =>
        {
            let tables = "the tables are events, rejects and versions, after `tarazu fuse` also incidents, links and members, and \
                          any file by its path in quotes";
            StoreError::Query(format!("{message}; {tables}"))
        }
        other => other,
    }
}

/// A file by its very path: in a path that is taken for a pattern, `[`, `*` and `?` mean other files or none.
fn address(path: &Path) -> Result<ListingTableUrl, DataFusionError> {
    let whole = path.canonicalize()?;
    let url = Url::from_file_path(&whole)
        .map_err(|()| DataFusionError::Plan(format!("{}: has no address", whole.display())))?;
    ListingTableUrl::try_new(url, None)
}

/// Files of one kind as one table.
fn listed(
    paths: &[PathBuf],
    format: Arc<dyn FileFormat>,
    extension: &str,
    schema: Arc<Schema>,
) -> Result<ListingTable, DataFusionError> {
    let urls = paths.iter().map(|p| address(p)).collect::<Result<Vec<_>, _>>()?;
    let options = ListingOptions::new(format).with_file_extension(extension);
    let config =
        ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options).with_schema(schema);
    ListingTable::try_new(config)
}

fn tables(context: &SessionContext, snapshot: &Snapshot, missing: &[PathBuf]) -> Result<(), DataFusionError> {
    let files = snapshot.paths();
    if files.is_empty() {
        context.register_batch("events", RecordBatch::new_empty(schema()))?;
    } else {
        let table = listed(&files, Arc::new(ParquetFormat::default()), ".parquet", schema())?;
        context.register_table("events", Arc::new(table))?;
    }
    context.register_batch("versions", versions(snapshot)?)?;
    for name in DERIVED {
        let Some(path) = snapshot.derived_path(name).map_err(|e| DataFusionError::External(Box::new(e)))?
        else {
            continue;
        };
        let schema = derived_schema(&path).map_err(|e| DataFusionError::External(Box::new(e)))?;
        let table = listed(&[path], Arc::new(ParquetFormat::default()), ".parquet", schema)?;
        context.register_table(name, Arc::new(table))?;
    }
    if missing.is_empty() { rejects(context, snapshot) } else { Ok(()) }
}

/// Rows that did not become events, and cells set aside, of every import so far.
fn rejects(context: &SessionContext, snapshot: &Snapshot) -> Result<(), DataFusionError> {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let columns = Arc::new(Schema::new(vec![
        text("outcome"),
        text("file"),
        Field::new("line", DataType::Int64, true),
        text("column"),
        text("value"),
        text("reason"),
    ]));
    let paths = rejects_paths(snapshot);
    if paths.is_empty() {
        context.register_batch("rejects", RecordBatch::new_empty(columns))?;
        return Ok(());
    }
    let format = CsvFormat::default().with_has_header(true).with_newlines_in_values(true);
    context.register_table("rejects", Arc::new(listed(&paths, Arc::new(format), ".csv", columns)?))?;
    Ok(())
}

/// One row for each file of each version.
fn versions(snapshot: &Snapshot) -> Result<RecordBatch, DataFusionError> {
    let rows: Vec<_> = snapshot.versions.iter().flat_map(|v| v.files.iter().map(move |f| (v, f))).collect();
    let text = |get: &dyn Fn(usize) -> String| -> ArrayRef {
        Arc::new((0..rows.len()).map(|i| Some(get(i))).collect::<StringArray>())
    };
    let number = |get: &dyn Fn(usize) -> u64| -> ArrayRef {
        Arc::new((0..rows.len()).map(|i| i64::try_from(get(i)).ok()).collect::<Int64Array>())
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("version", number(&|i| rows[i].0.version)),
        ("written", text(&|i| rows[i].0.written.clone())),
        ("file", text(&|i| rows[i].1.file.clone())),
        ("file_sha256", text(&|i| rows[i].1.sha256.clone())),
        ("dataset", text(&|i| rows[i].1.dataset.clone())),
        ("release", text(&|i| rows[i].1.release.clone())),
        ("layout", text(&|i| rows[i].1.layout.clone())),
        ("rows_read", number(&|i| rows[i].1.accounts.read as u64)),
        ("kept", number(&|i| rows[i].1.accounts.kept as u64)),
        ("rejected", number(&|i| rows[i].1.accounts.rejected as u64)),
        ("unchanged", number(&|i| rows[i].1.accounts.unchanged as u64)),
        ("events", number(&|i| rows[i].0.events)),
    ];
    Ok(RecordBatch::try_from_iter(columns)?)
}
