//! `tarazu sql 'SELECT …'`: questions of the store.

use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use tarazu_events::file::Output;
use tarazu_store::sql::arrow::util::pretty::pretty_format_batches;
use tarazu_store::sql::{Answer, Limits, arrow, query};
use tarazu_store::{Store, StoreError, parquet_writer};

use crate::report::{Failure, print};

/// Query events in SQL (DataFusion's dialect, <https://datafusion.apache.org/user-guide/sql/>). Read only.
///
/// Tables: `events`, `rejects`, `versions` of the store, and `incidents`, `links`, `members` once `tarazu fuse` made them; any CSV,
/// JSON, Arrow or Parquet file by its path or web address in quotes.
/// Helpers: `week`, `month`, `quarter` and `year` of a day as text, `distance_km(lat, lon, lat, lon)`, `area(name)` for comparing
/// names of divisions.
#[derive(Args)]
pub struct Sql {
    /// The statement.
    statement: String,
    /// The store's folder.
    #[arg(long, env = "TARAZU_STORE", default_value = "tarazu-store", value_name = "DIR")]
    store: PathBuf,
    /// A version of the store, in place of the newest.
    #[arg(long, value_name = "N")]
    at: Option<u64>,
    /// What to write.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Where to write instead of standard output; the ending chooses the format (.csv, .json, .arrow, .parquet).
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// JSON lines: the same as --format json.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Memory for sorting, grouping and joining, in MiB; beyond it, temporary files are used.
    #[arg(long, value_name = "MIB", default_value_t = 1024)]
    memory: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// Comma-separated values with a heading.
    Csv,
    /// One JSON object a line.
    Json,
    /// Arrow IPC stream (Feather).
    Arrow,
    /// Parquet.
    Parquet,
}

/// A table for people ends here; the other formats write everything.
const ROWS_SHOWN: usize = 1000;

impl Sql {
    pub fn run(self) -> Result<(), Failure> {
        let snapshot = match Store::open(&self.store) {
            Ok(store) => Some(store.snapshot(self.at)?),
            // Files can be queried without a store.
            Err(StoreError::Absent { .. }) if self.at.is_none() => None,
            Err(e) => return Err(e.into()),
        };
        let limits = Limits { memory: self.memory.max(16) << 20, threads: None };
        let answer = query(snapshot.as_ref(), &self.statement, limits).map_err(|e| {
            let absent = snapshot.is_none() && e.to_string().contains("not found");
            let hint = format!("; there is no store at {} (--store DIR)", self.store.display());
            Failure::Message(format!("{e}{}", if absent { hint.as_str() } else { "" }))
        })?;
        let format = self.format()?;
        match &self.output {
            Some(path) => write_file(path, format, answer),
            None if format == Format::Table => print(&table(answer)?),
            None if matches!(format, Format::Parquet | Format::Arrow) && std::io::stdout().is_terminal() => {
                Err(Failure::Message("binary output to a terminal; name a file with -o FILE".into()))
            }
            None => closed(write(&mut BufWriter::new(std::io::stdout()), format, answer)),
        }
    }

    fn format(&self) -> Result<Format, Failure> {
        if self.json {
            return Ok(Format::Json);
        }
        let by_name = self.output.as_ref().and_then(|p| p.extension()).and_then(|e| e.to_str());
        Ok(match (self.format, by_name) {
            (Some(format), _) => format,
            (None, Some("csv")) => Format::Csv,
            (None, Some("json" | "jsonl" | "ndjson")) => Format::Json,
            (None, Some("arrow" | "arrows" | "feather")) => Format::Arrow,
            (None, Some("parquet")) => Format::Parquet,
            (None, _) => Format::Table,
        })
    }
}

fn table(answer: Answer) -> Result<String, Failure> {
    let schema = answer.schema();
    let (mut batches, mut rows) = (Vec::new(), 0);
    for batch in answer {
        let batch = batch?;
        if rows + batch.num_rows() > ROWS_SHOWN {
            batches.push(batch.slice(0, ROWS_SHOWN - rows));
            let text = pretty_format_batches(&batches)?;
            return Ok(format!("{text}\nthe first {ROWS_SHOWN} rows; --format csv or -o FILE writes all\n"));
        }
        rows += batch.num_rows();
        batches.push(batch);
    }
    if batches.is_empty() {
        batches.push(arrow::record_batch::RecordBatch::new_empty(schema));
    }
    Ok(format!("{}\n", pretty_format_batches(&batches)?))
}

/// The whole file or none: under another name until it is finished.
fn write_file(path: &Path, format: Format, answer: Answer) -> Result<(), Failure> {
    let mut out = BufWriter::new(Output::create(path)?);
    write(&mut out, format, answer)?;
    let fail = |e: std::io::Error| Failure::Message(format!("{}: cannot be written: {e}", path.display()));
    Ok(out.into_inner().map_err(|e| fail(e.into_error()))?.finish()?)
}

fn write(out: &mut (impl Write + Send), format: Format, answer: Answer) -> Result<(), Failure> {
    let schema = answer.schema();
    match format {
        Format::Table => out.write_all(table(answer)?.as_bytes())?,
        Format::Csv => {
            let mut writer = arrow::csv::WriterBuilder::new().with_header(true).build(&mut *out);
            writer.write(&arrow::record_batch::RecordBatch::new_empty(schema))?;
            for batch in answer {
                writer.write(&batch?)?;
            }
        }
        Format::Json => {
            let mut writer = arrow::json::LineDelimitedWriter::new(&mut *out);
            for batch in answer {
                writer.write(&batch?)?;
            }
            writer.finish()?;
        }
        Format::Arrow => {
            let mut writer = arrow::ipc::writer::StreamWriter::try_new(&mut *out, &schema)?;
            for batch in answer {
                writer.write(&batch?)?;
            }
            writer.finish()?;
        }
        Format::Parquet => parquet_writer(&mut *out, schema, answer)?,
    }
    Ok(out.flush()?)
}

/// A reader of standard output that stopped reading is no error.
fn closed(outcome: Result<(), Failure>) -> Result<(), Failure> {
    match outcome {
        Err(Failure::Message(message)) if message.contains("Broken pipe") => Err(Failure::Closed),
        other => other,
    }
}
