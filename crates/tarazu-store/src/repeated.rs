//! A column of a row group that holds one value throughout, written down as such: a dictionary of one value and a run of its index.
//!
//! The writer of Arrow columns would look each row's value up. Format: *Apache Parquet*, encodings `PLAIN`, `RLE` and
//! `RLE_DICTIONARY`.

use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, OffsetIndexBuilder};
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, SerializedRowGroupWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

/// An encoded column of one value, or of none.
pub(crate) struct Repeated {
    bytes: Bytes,
    close: ColumnCloseResult,
}

impl Repeated {
    /// So many rows of a text; of nothing where it is `None`. It is not compressed. `ranged`: with the value as least and greatest.
    pub fn new(
        column: ColumnDescPtr,
        value: Option<&str>,
        rows: u32,
        ranged: bool,
    ) -> Result<Self, ParquetError> {
        if value.is_none() && column.max_def_level() == 0 {
            return Err(ParquetError::General(format!("column {} must have a value", column.name())));
        }
        let mut sink = TrackedWrite::new(Vec::new());
        let mut pages = SerializedPageWriter::new(&mut sink);
        let mut write = |page: Page| {
            let length = page.buffer().len();
            pages.write_page(CompressedPage::new(page, length))
        };
        let dictionary = match value {
            Some(value) => {
                let length = u32::try_from(value.len()).map_err(|e| ParquetError::External(Box::new(e)))?;
                let buf = [&length.to_le_bytes(), value.as_bytes()].concat().into();
                Some(write(Page::DictionaryPage {
                    buf,
                    num_values: 1,
                    encoding: Encoding::PLAIN,
                    is_sorted: false,
                })?)
            }
            None => None,
        };
        let mut buf = Vec::new();
        if column.max_def_level() > 0 {
            let levels = run(rows, u8::from(value.is_some()));
            buf.extend((levels.len() as u32).to_le_bytes());
            buf.extend(levels);
        }
        if value.is_some() {
            // Indices of one bit, all 0.
            buf.push(1);
            buf.extend(run(rows, 0));
        }
        let encoding = if value.is_some() { Encoding::RLE_DICTIONARY } else { Encoding::PLAIN };
        let data = write(Page::DataPage {
            buf: buf.into(),
            num_values: rows,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        })?;
        let bytes = Bytes::from(sink.into_inner()?);
        let length = bytes.len() as i64;
        let mut index = OffsetIndexBuilder::new();
        index.append_row_count(rows.into());
        index.append_offset_and_size(
            data.offset as i64,
            i32::try_from(data.compressed_size).unwrap_or(i32::MAX),
        );
        let texts = value.map_or(0, |v| v.len() as i64 * i64::from(rows));
        index.append_unencoded_byte_array_data_bytes(Some(texts));
        let mut metadata = ColumnChunkMetaData::builder(column)
            .set_compression(Compression::UNCOMPRESSED)
            .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, encoding])
            .set_num_values(rows.into())
            .set_total_compressed_size(length)
            .set_total_uncompressed_size(length)
            .set_data_page_offset(data.offset as i64)
            .set_dictionary_page_offset(dictionary.map(|page| page.offset as i64))
            .set_unencoded_byte_array_data_bytes(Some(texts));
        if let Some(value) = value.filter(|_| ranged) {
            let value = Some(ByteArray::from(value));
            metadata =
                metadata.set_statistics(Statistics::byte_array(value.clone(), value, None, Some(0), false));
        }
        let close = ColumnCloseResult {
            bytes_written: bytes.len() as u64,
            rows_written: rows.into(),
            metadata: metadata.build()?,
            bloom_filter: None,
            column_index: None,
            offset_index: Some(index.build()),
        };
        Ok(Self { bytes, close })
    }

    /// Add it to a row group, as its next column.
    pub fn append(
        self,
        group: &mut SerializedRowGroupWriter<'_, impl std::io::Write + Send>,
    ) -> Result<(), ParquetError> {
        group.append_column(&self.bytes, self.close)
    }
}

/// A run of one value of at most eight bits: twice its length as a varint, and the value.
fn run(length: u32, value: u8) -> Vec<u8> {
    let (mut rest, mut bytes) = (u64::from(length) << 1, Vec::new());
    while rest > 127 {
        bytes.push(rest as u8 | 128);
        rest >>= 7;
    }
    bytes.extend([rest as u8, value]);
    bytes
}
