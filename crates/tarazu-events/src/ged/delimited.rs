//! GED as CSV: from UCDP itself and, with a row of HXL tags, from the Humanitarian Data Exchange.

use csv::{ByteRecord, ReaderBuilder};

use super::Origin;
use super::row::{self, Fields};
use crate::file::SourceFile;
use crate::read::{Collector, ReadError};
use crate::reject::Reject;

pub(super) fn read(
    file: &SourceFile,
    origin: &Origin,
    collector: &mut Collector,
) -> Result<String, ReadError> {
    let delimiter = delimiter(&file.bytes);
    let mut reader =
        ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(file.bytes.as_slice());
    let structure = |line, reason: String| ReadError::Structure { file: file.name(), line, reason };
    let header = reader.byte_headers().map_err(|e| structure(1, e.to_string()))?.clone();
    let header: Vec<String> =
        header.iter().map(|f| String::from_utf8_lossy(f).trim().to_ascii_lowercase()).collect();
    row::check_columns(&file.name(), &header)?;

    let mut tagged = false;
    let mut record = ByteRecord::new();
    loop {
        let line = reader.position().line();
        match reader.read_byte_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(e) => return Err(structure(line, e.to_string())),
        }
        let line = record.position().map_or(line, csv::Position::line);
        if !tagged && is_tag_row(&record) {
            tagged = true;
            continue;
        }
        collector.row(event(&header, &record, line, origin));
    }
    let tags = if tagged { ", HXL tags" } else { "" };
    Ok(format!("UCDP GED, CSV, {} columns{tags}", header.len()))
}

fn event(
    header: &[String],
    record: &ByteRecord,
    line: u64,
    origin: &Origin,
) -> Result<crate::event::Event, Reject> {
    if record.len() != header.len() {
        let found: Vec<_> = record.iter().take(4).map(String::from_utf8_lossy).collect();
        let reason = format!("expected {} fields as in the heading, found {}", header.len(), record.len());
        return Err(Reject::new("", line, "", &found.join(","), reason));
    }
    let mut fields = Fields::new(line);
    for (name, value) in header.iter().zip(record) {
        let value = std::str::from_utf8(value).map_err(|_| {
            Reject::new("", line, name, &String::from_utf8_lossy(value), "expected text in UTF-8")
        })?;
        fields.insert(name, value);
    }
    row::event(&fields, origin)
}

/// A row of which every filled cell begins with `#` holds HXL tags (hxlstandard.org, 1.1).
fn is_tag_row(record: &ByteRecord) -> bool {
    let mut filled = record.iter().filter(|f| !f.is_empty()).peekable();
    filled.peek().is_some() && filled.all(|f| f.starts_with(b"#"))
}

/// The commonest of comma, semicolon and tab in the heading.
fn delimiter(bytes: &[u8]) -> u8 {
    let heading = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let count = |d: u8| heading.iter().filter(|b| **b == d).count();
    [b',', b';', b'\t'].into_iter().max_by_key(|d| (count(*d), *d == b',')).unwrap_or(b',')
}
