//! Record batches to one Parquet file: row groups are encoded on any thread and appended in order.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::{Compression, Encoding};
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnDescPtr, ColumnPath};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use tarazu_events::batch::{COLUMNS, Provenance, schema};

use crate::error::StoreError;
use crate::repeated::Repeated;

/// Rows in a row group: what is held in memory, and what a query skips or reads.
pub(crate) const GROUP: usize = 131_072;

/// Columns whose values hardly repeat: a dictionary of them costs time and saves nothing.
const DISTINCT: [&str; 4] = ["event_id", "line", "notes", "source"];

/// What stands for the file's SHA-256 until the whole file has been read: as long as a hash, and stored as it is ([`Repeated`]).
pub(crate) const HASH_TO_COME: &str = "the SHA-256 of the file stands here when all of it has been read";
const _: () = assert!(HASH_TO_COME.len() == 64);

/// The column that it stands in.
const HASH: &str = "file_sha256";

/// Where a dictionary's page begins, its one value ends after no more bytes than this.
const ONE_VALUE: usize = 256;

/// Columns by whose least and greatest value a query can pass over row groups. For others these only cost time.
const RANGED: [&str; 13] = [
    "dataset",
    "release",
    "year",
    "date_start",
    "date_end",
    "event_type",
    "iso3",
    "latitude",
    "longitude",
    "deaths_best",
    "line",
    "date_given",
    "recorded_at",
];

fn properties() -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by("tarazu".into())
        .set_column_encoding(ColumnPath::from("line"), Encoding::DELTA_BINARY_PACKED);
    for column in COLUMNS.iter().filter(|c| !RANGED.contains(&c.name)) {
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
    columns: Vec<ColumnDescPtr>,
    writers: Vec<ArrowColumnWriter>,
    batches: Vec<RecordBatch>,
    shared: Option<Arc<Provenance>>,
}

/// A row group as it will stand in the file.
pub(crate) struct EncodedGroup {
    columns: Vec<Encoded>,
    rows: u64,
}

enum Encoded {
    Values(Box<ArrowColumnChunk>),
    Repeated(Box<Repeated>),
}

impl Group {
    /// Encode, the columns side by side on the threads of the pool that this runs in.
    pub fn encode(self) -> Result<EncodedGroup, ParquetError> {
        let Self { schema, columns, writers, batches, shared } = self;
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        let own = batches.first().map(RecordBatch::schema).unwrap_or_else(|| schema.clone());
        let encode = |(index, mut writer): (usize, ArrowColumnWriter)| {
            let field = schema.field(index);
            let Ok(at) = own.index_of(field.name()) else {
                let shared = shared.as_ref().filter(|_| Provenance::fills(field.name()));
                let missing = || ParquetError::General(format!("there is no column {}", field.name()));
                let value = shared.ok_or_else(missing)?.value(field.name());
                let rows = u32::try_from(rows).map_err(|e| ParquetError::External(Box::new(e)))?;
                let ranged = RANGED.contains(&field.name().as_str());
                let repeated = Repeated::new(columns[index].clone(), value, rows, ranged)?;
                return Ok(Encoded::Repeated(Box::new(repeated)));
            };
            for batch in &batches {
                for leaf in compute_leaves(field, batch.column(at))? {
                    writer.write(&leaf)?;
                }
            }
            writer.close().map(|chunk| Encoded::Values(Box::new(chunk)))
        };
        let columns = writers.into_par_iter().enumerate().map(encode).collect::<Result<_, ParquetError>>()?;
        Ok(EncodedGroup { columns, rows: rows as u64 })
    }
}

/// A Parquet file being written.
pub(crate) struct ParquetFile {
    path: PathBuf,
    writer: SerializedFileWriter<BufWriter<File>>,
    factory: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    shared: Option<Arc<Provenance>>,
    groups: usize,
    rows: u64,
    /// Sees what is written so far onto the disk, so that little is left to wait for at the end.
    syncing: Option<JoinHandle<io::Result<()>>>,
}

impl ParquetFile {
    pub fn create(path: &Path, schema: SchemaRef) -> Result<Self, StoreError> {
        let file = File::options().read(true).write(true).create(true).truncate(true).open(path);
        let file = file.map_err(StoreError::io(path, "cannot be written"))?;
        let buffered = BufWriter::with_capacity(1 << 20, file);
        let writer = ArrowWriter::try_new(buffered, schema.clone(), Some(properties()));
        let (writer, factory) =
            writer.and_then(ArrowWriter::into_serialized_writer).map_err(|e| StoreError::broken(path, e))?;
        Ok(Self {
            path: path.into(),
            writer,
            factory,
            schema,
            shared: None,
            groups: 0,
            rows: 0,
            syncing: None,
        })
    }

    /// Of events that share this. Their batches need not have the columns that it fills.
    pub fn of_events(path: &Path, shared: Provenance) -> Result<Self, StoreError> {
        Ok(Self { shared: Some(Arc::new(shared)), ..Self::create(path, schema())? })
    }

    /// The next row group, to be encoded anywhere and given back to [`ParquetFile::append`] in the same order.
    pub fn group(&mut self, batches: Vec<RecordBatch>) -> Result<Group, StoreError> {
        let writers = self.factory.create_column_writers(self.groups);
        let writers = writers.map_err(|e| StoreError::broken(&self.path, e))?;
        self.groups += 1;
        let columns = self.writer.schema_descr().columns().to_vec();
        Ok(Group { schema: self.schema.clone(), columns, writers, batches, shared: self.shared.clone() })
    }

    pub fn append(&mut self, group: EncodedGroup) -> Result<(), StoreError> {
        self.rows += group.rows;
        let append = || -> Result<(), ParquetError> {
            let mut row_group = self.writer.next_row_group()?;
            for column in group.columns {
                match column {
                    Encoded::Values(chunk) => chunk.append_to_row_group(&mut row_group)?,
                    Encoded::Repeated(repeated) => repeated.append(&mut row_group)?,
                }
            }
            row_group.close()?;
            Ok(())
        };
        append().map_err(|e| StoreError::broken(&self.path, e))?;
        self.begin_to_sync().map_err(StoreError::io(&self.path, "cannot be written"))
    }

    fn begin_to_sync(&mut self) -> io::Result<()> {
        if self.syncing.as_ref().is_none_or(JoinHandle::is_finished) {
            synced(self.syncing.take())?;
            self.writer.flush()?;
            let file = self.writer.inner().get_ref().try_clone()?;
            self.syncing = Some(thread::spawn(move || file.sync_data()));
        }
        Ok(())
    }

    /// As [`ParquetFile::finish`], with this hash where [`HASH_TO_COME`] stands, and under another name.
    pub fn finish_with(self, sha256: &str, name: &Path) -> Result<(u64, u64), StoreError> {
        let path = self.path.clone();
        let written = self.end(Some(sha256))?;
        fs::rename(path, name).map_err(StoreError::io(name, "cannot be written"))?;
        Ok(written)
    }

    /// Finish the file and see it onto the disk. Rows and bytes.
    pub fn finish(self) -> Result<(u64, u64), StoreError> {
        self.end(None)
    }

    fn end(self, sha256: Option<&str>) -> Result<(u64, u64), StoreError> {
        let Self { path, writer, schema, rows, syncing, .. } = self;
        let broken = |e: &dyn std::fmt::Display| StoreError::broken(&path, e);
        let hash = schema.index_of(HASH).ok();
        let dictionary = |group: &RowGroupMetaData| group.column(hash?).dictionary_page_offset();
        let places: Option<Vec<i64>> = writer.flushed_row_groups().iter().map(dictionary).collect();
        let buffered = writer.into_inner().map_err(|e| broken(&e))?;
        let fail = |e| StoreError::io(&path, "cannot be written")(e);
        let mut file = buffered.into_inner().map_err(|e| fail(e.into_error()))?;
        synced(syncing).map_err(fail)?;
        if let Some(sha256) = sha256 {
            for place in places.ok_or_else(|| broken(&"the file's hash has no place"))? {
                let filled = fill_in(&mut file, place.unsigned_abs(), sha256).map_err(fail)?;
                filled.ok_or_else(|| broken(&"the file's hash has no place"))?;
            }
        }
        file.sync_all().map_err(fail)?;
        let size = file.metadata().map_err(fail)?.len();
        Ok((rows, size))
    }
}

/// Wait for what is being seen onto the disk. The system tells of what it could not write once only, so each time is asked.
fn synced(syncing: Option<JoinHandle<io::Result<()>>>) -> io::Result<()> {
    let died = |_| io::Error::other("the thread that syncs died");
    syncing.map_or(Ok(()), |thread| thread.join().map_err(died)?)
}

/// Write the hash over [`HASH_TO_COME`], which follows shortly on the beginning of a dictionary's page; `None` where it does not.
fn fill_in(file: &mut File, page: u64, sha256: &str) -> io::Result<Option<()>> {
    let mut beginning = Vec::with_capacity(ONE_VALUE);
    file.seek(SeekFrom::Start(page))?;
    Read::take(&mut *file, ONE_VALUE as u64).read_to_end(&mut beginning)?;
    let stands = beginning.windows(HASH_TO_COME.len()).position(|w| w == HASH_TO_COME.as_bytes());
    let Some(at) = stands.filter(|_| sha256.len() == HASH_TO_COME.len()) else { return Ok(None) };
    file.seek(SeekFrom::Start(page + at as u64))?;
    file.write_all(sha256.as_bytes()).map(Some)
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

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use tarazu_events::batch::EventBatch;
    use tarazu_events::{DateInterval, Event, Resolved};

    fn provenance(file_sha256: &str, boundaries: Option<&str>) -> Provenance {
        Provenance {
            dataset: "Made".into(),
            release: "1".into(),
            file_sha256: file_sha256.into(),
            boundaries: boundaries.map(str::to_owned),
        }
    }

    fn batch(provenance: &Provenance, ids: std::ops::Range<u64>) -> EventBatch {
        let mut batch = EventBatch::new(provenance.clone());
        for id in ids {
            let id = id.to_string();
            let event = Event::new(&id, 2, DateInterval::day(jiff::civil::date(2024, 6, 22)));
            batch.push(&event, &Resolved::default());
        }
        batch
    }

    /// Columns that all events share read as if each row had been written with them, in every row group, with the hash that came last.
    #[test]
    fn shared_columns_are_written_as_runs_and_read_as_rows() {
        let sha256 = tarazu_events::file::sha256_hex(b"a file");
        for (at, boundaries) in [Some("Districts 2018"), None].into_iter().enumerate() {
            let path = std::env::temp_dir().join(format!("tarazu-encode-{}-{at}", std::process::id()));
            let draft = path.with_extension("draft");
            let to_come = provenance(HASH_TO_COME, boundaries);
            let mut file = ParquetFile::of_events(&draft, to_come.clone()).unwrap();
            for ids in [0..1, 1..300, 300..20_000] {
                let own = batch(&to_come, ids).finish_own().unwrap();
                let group = file.group(vec![
                    own.slice(0, own.num_rows() / 2),
                    own.slice(own.num_rows() / 2, own.num_rows() - own.num_rows() / 2),
                ]);
                file.append(group.unwrap().encode().unwrap()).unwrap();
            }
            let (rows, bytes) = file.finish_with(&sha256, &path).unwrap();
            assert_eq!((rows, bytes), (20_000, fs::metadata(&path).unwrap().len()));
            let batches: Vec<RecordBatch> =
                crate::renew::batches(&path).unwrap().map(Result::unwrap).collect();
            let read = arrow_select::concat::concat_batches(&schema(), &batches).unwrap();
            let expected = batch(&provenance(&sha256, boundaries), 0..20_000).finish().unwrap();
            assert!(read == expected);
            assert_eq!(
                read.column_by_name("boundaries").unwrap().null_count(),
                if boundaries.is_some() { 0 } else { 20_000 }
            );
            assert_eq!(read.column_by_name("file_sha256").unwrap().as_string::<i32>().value(19_999), sha256);
            fs::remove_file(&path).unwrap();
        }
    }

    #[test]
    fn a_hash_without_its_place_is_an_error() {
        let path = std::env::temp_dir().join(format!("tarazu-encode-{}-placeless", std::process::id()));
        let known = provenance(&"0".repeat(64), None);
        let mut file = ParquetFile::of_events(&path, known.clone()).unwrap();
        let group = file.group(vec![batch(&known, 0..3).finish_own().unwrap()]).unwrap();
        file.append(group.encode().unwrap()).unwrap();
        let error = file.finish_with(&"1".repeat(64), &path.with_extension("named")).unwrap_err();
        assert!(error.to_string().contains("the file's hash has no place"), "{error}");
        fs::remove_file(&path).unwrap();
    }
}
