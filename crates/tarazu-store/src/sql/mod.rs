//! SQL over a version of a store and over files beside it, here or on the web, by DataFusion: read only, memory bounded, spilling to
//! disk.

mod files;
mod functions;

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::DataFusionError;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::prelude::{CsvReadOptions, SQLOptions, SessionConfig, SessionContext};
use futures::StreamExt;
use tarazu_events::batch::schema;
use tokio::runtime::{Builder, Runtime};

use self::files::{Web, with_files};
use self::functions::functions;
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

/// Ask a question in SQL of a version of a store (tables `events`, `rejects`, `versions`) or, with a path in quotes as a table, of
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
    let stream = runtime.block_on(async {
        let context = context(limits)?;
        if let Some(snapshot) = snapshot {
            tables(&context, snapshot).await?;
        }
        let read_only =
            SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        context.sql_with_options(sql, read_only).await?.execute_stream().await
    });
    let stream = stream.map_err(|e| fault(&e))?;
    Ok(Answer { runtime, stream })
}

fn context(limits: Limits) -> Result<SessionContext, DataFusionError> {
    let spilling = DiskManagerBuilder::default().with_mode(DiskManagerMode::OsTmpDirectory);
    let environment = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(limits.memory)))
        .with_disk_manager_builder(spilling)
        .with_object_store_registry(Arc::new(Web::default()))
        .build_arc()?;
    let mut config = SessionConfig::new().with_information_schema(true);
    if let Some(threads) = limits.threads {
        config = config.with_target_partitions(threads);
    }
    let context = with_files(SessionContext::new_with_config_rt(config, environment));
    for function in functions() {
        context.register_udf(function);
    }
    Ok(context)
}

async fn tables(context: &SessionContext, snapshot: &Snapshot) -> Result<(), DataFusionError> {
    let url = |path: &Path| -> Result<ListingTableUrl, DataFusionError> {
        let absolute = std::path::absolute(path)?;
        ListingTableUrl::parse(absolute.to_string_lossy())
    };
    let files = snapshot.paths();
    if files.is_empty() {
        context.register_batch("events", RecordBatch::new_empty(schema()))?;
    } else {
        let urls = files.iter().map(|p| url(p)).collect::<Result<Vec<_>, _>>()?;
        let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
        let config = ListingTableConfig::new_with_multi_paths(urls)
            .with_listing_options(options)
            .with_schema(schema());
        context.register_table("events", Arc::new(ListingTable::try_new(config)?))?;
    }
    context.register_batch("versions", versions(snapshot)?)?;
    rejects(context, snapshot).await
}

/// Rows that did not become events, and cells set aside, of every import so far.
async fn rejects(context: &SessionContext, snapshot: &Snapshot) -> Result<(), DataFusionError> {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let columns = Schema::new(vec![
        text("outcome"),
        text("file"),
        Field::new("line", DataType::Int64, true),
        text("column"),
        text("value"),
        text("reason"),
    ]);
    let store = snapshot.folder.parent().unwrap_or(&snapshot.folder);
    let paths: Vec<String> = snapshot
        .imports()
        .filter_map(|f| f.rejects.as_ref())
        .map(|name| std::path::absolute(store.join(name)).map(|p| p.to_string_lossy().into_owned()))
        .collect::<Result<_, _>>()?;
    if paths.is_empty() {
        context.register_batch("rejects", RecordBatch::new_empty(Arc::new(columns)))?;
        return Ok(());
    }
    let options = CsvReadOptions::new().schema(&columns).newlines_in_values(true);
    let frame = context.read_csv(paths, options).await?;
    context.register_table("rejects", frame.into_view())?;
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
