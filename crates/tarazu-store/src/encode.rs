//! Record batches to one Parquet file: row groups are encoded on any thread and appended in order.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::{Compression, Encoding};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use tarazu_events::batch::{COLUMNS, Kind};

use crate::error::StoreError;

/// Rows in a row group: what is held in memory, and what a query skips or reads.
pub(crate) const GROUP: usize = 131_072;

/// Columns whose values hardly repeat: a dictionary of them costs time and saves nothing.
const DISTINCT: [&str; 4] = ["event_id", "line", "notes", "source"];

/// Columns of text by whose least and greatest value a query can pass over row groups. For others these only cost time.
const RANGED: [&str; 4] = ["dataset", "release", "event_type", "iso3"];

fn properties() -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by("tarazu".into())
        .set_column_encoding(ColumnPath::from("line"), Encoding::DELTA_BINARY_PACKED);
    for column in COLUMNS.iter().filter(|c| c.kind == Kind::Text && !RANGED.contains(&c.name)) {
        properties =
            properties.set_column_statistics_enabled(ColumnPath::from(column.name), EnabledStatistics::None);
    }
    for column in DISTINCT {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), false);
    }
    properties.build()
}

/// A row group that waits to be encoded.
pub(crate) struct Group {
    schema: SchemaRef,
    writers: Vec<ArrowColumnWriter>,
    batches: Vec<RecordBatch>,
}

/// A row group as it will stand in the file.
pub(crate) struct EncodedGroup {
    columns: Vec<ArrowColumnChunk>,
    rows: u64,
}

impl Group {
    /// Encode, the columns side by side on the threads of the pool that this runs in.
    pub fn encode(self) -> Result<EncodedGroup, ParquetError> {
        let Self { schema, writers, batches } = self;
        let rows = batches.iter().map(|b| b.num_rows() as u64).sum();
        let encode = |(index, mut writer): (usize, ArrowColumnWriter)| {
            for batch in &batches {
                for leaf in compute_leaves(schema.field(index), batch.column(index))? {
                    writer.write(&leaf)?;
                }
            }
            writer.close()
        };
        let columns = writers.into_par_iter().enumerate().map(encode).collect::<Result<_, _>>()?;
        Ok(EncodedGroup { columns, rows })
    }
}

/// A Parquet file being written.
pub(crate) struct ParquetFile {
    path: PathBuf,
    writer: SerializedFileWriter<BufWriter<File>>,
    factory: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    groups: usize,
    rows: u64,
}

impl ParquetFile {
    pub fn create(path: &Path, schema: SchemaRef) -> Result<Self, StoreError> {
        let file = File::create(path).map_err(StoreError::io(path, "cannot be written"))?;
        let buffered = BufWriter::with_capacity(1 << 20, file);
        let writer = ArrowWriter::try_new(buffered, schema.clone(), Some(properties()));
        let (writer, factory) =
            writer.and_then(ArrowWriter::into_serialized_writer).map_err(|e| StoreError::broken(path, e))?;
        Ok(Self { path: path.into(), writer, factory, schema, groups: 0, rows: 0 })
    }

    /// The next row group, to be encoded anywhere and given back to [`ParquetFile::append`] in the same order.
    pub fn group(&mut self, batches: Vec<RecordBatch>) -> Result<Group, StoreError> {
        let writers = self.factory.create_column_writers(self.groups);
        let writers = writers.map_err(|e| StoreError::broken(&self.path, e))?;
        self.groups += 1;
        Ok(Group { schema: self.schema.clone(), writers, batches })
    }

    pub fn append(&mut self, group: EncodedGroup) -> Result<(), StoreError> {
        self.rows += group.rows;
        let append = || -> Result<(), ParquetError> {
            let mut row_group = self.writer.next_row_group()?;
            for column in group.columns {
                column.append_to_row_group(&mut row_group)?;
            }
            row_group.close()?;
            Ok(())
        };
        append().map_err(|e| StoreError::broken(&self.path, e))
    }

    /// Finish the file and see it onto the disk. Rows and bytes.
    pub fn finish(self) -> Result<(u64, u64), StoreError> {
        let Self { path, writer, rows, .. } = self;
        let buffered = writer.into_inner().map_err(|e| StoreError::broken(&path, e))?;
        let fail = |e| StoreError::io(&path, "cannot be written")(e);
        let file = buffered.into_inner().map_err(|e| fail(e.into_error()))?;
        file.sync_all().map_err(fail)?;
        let size = file.metadata().map_err(fail)?.len();
        Ok((rows, size))
    }
}

/// Write batches as one Parquet file to any place.
///
/// # Errors
/// Where a batch is an error or cannot be written.
pub fn parquet_writer(
    out: impl std::io::Write + Send,
    schema: SchemaRef,
    batches: impl Iterator<Item = Result<RecordBatch, StoreError>>,
) -> Result<(), StoreError> {
    let fail = |e: ParquetError| StoreError::Query(e.to_string());
    let mut writer = ArrowWriter::try_new(out, schema, Some(properties())).map_err(fail)?;
    for batch in batches {
        writer.write(&batch?).map_err(fail)?;
    }
    writer.close().map_err(fail)?;
    Ok(())
}
