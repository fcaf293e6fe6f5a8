//! Events of a chunk, on any thread.

use csv::{ByteRecord, StringRecord};
use memchr::memchr;

use crate::dataset::RowReader;
use crate::event::Event;
use crate::reject::Reject;
use crate::row::{Cells, Heading, Row};
use crate::source::{CELL_LIMIT, Chunk, Dialect, Split, cells, flatten};

/// Makes events of chunks of one file.
pub struct Parser {
    pub(super) reader: Box<dyn RowReader>,
    pub(super) heading: Heading,
    pub(super) dialect: Dialect,
    pub(super) width: usize,
}

/// What came of one row.
#[allow(clippy::large_enum_variant, reason = "handed over once and taken apart at once")]
pub enum Outcome<'a> {
    /// An event.
    Kept(Event<'a>),
    /// No event, and why.
    Rejected(Reject),
}
/// Counts of a chunk that are no rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asides {
    /// Rows that were not UTF-8 and were read as Windows-1252.
    pub other_encoding: usize,
}

impl Parser {
    /// Make events of a chunk. Each row is handed over exactly once, in the order of the file; `remarks` are about cells of rows
    /// that were kept.
    pub fn rows(
        &self,
        chunk: &Chunk,
        remarks: &mut Vec<Reject>,
        each: &mut dyn FnMut(Outcome<'_>),
    ) -> Asides {
        let mut asides = Asides::default();
        match chunk {
            Chunk::Lines { bytes, first_line, cut } => {
                self.lines(bytes, *first_line, *cut, remarks, &mut asides, each);
            }
            Chunk::Rows(rows) => {
                for (line, record) in rows {
                    each(self.row(*line, Cells::Record(record), true, remarks));
                }
            }
            Chunk::Objects { bytes, objects } => {
                for (line, range) in objects {
                    match flatten(&bytes[range.clone()]) {
                        Ok(object) => {
                            let (record, unread) = cells(&object, &self.heading);
                            let before = remarks.len();
                            let outcome = self.row(*line, Cells::Record(&record), true, remarks);
                            if matches!(outcome, Outcome::Kept(_)) {
                                let reason = "expected a key that one of the first objects has; not read";
                                let remark = |(key, value): (&String, &serde_json::Value)| {
                                    Reject::new(*line, key, &value.to_string(), reason)
                                };
                                remarks.splice(before..before, unread.into_iter().map(remark));
                            }
                            each(outcome);
                        }
                        Err(e) => {
                            let text = String::from_utf8_lossy(&bytes[range.clone()]);
                            let reason = format!("expected a JSON object: {e}");
                            each(Outcome::Rejected(Reject::new(*line, "", &text, reason)));
                        }
                    }
                }
            }
            Chunk::Torn { line, found, reason } => {
                each(Outcome::Rejected(Reject::new(*line, "", found, reason.clone())));
            }
        }
        asides
    }

    fn lines(
        &self,
        bytes: &[u8],
        first_line: u64,
        cut: bool,
        remarks: &mut Vec<Reject>,
        asides: &mut Asides,
        each: &mut dyn FnMut(Outcome<'_>),
    ) {
        let mut each = |outcome: Outcome<'_>| match outcome {
            Outcome::Rejected(mut reject) if cut && reject.column.is_empty() => {
                reject.reason.push_str("; the file ends within this row and may be cut off");
                each(Outcome::Rejected(reject));
            }
            outcome => each(outcome),
        };
        let whole = std::str::from_utf8(bytes).ok();
        let zero = memchr(0, bytes).is_some();
        let mut split = Split::new(bytes, self.dialect.delimiter, self.dialect.quoting);
        while let Some(before) = split.next() {
            let line = first_line + before;
            let (pieces, apart) = split.record();
            if let (Some(text), Ok(apart)) = (whole, std::str::from_utf8(apart)) {
                each(self.row(line, Cells::Pieces { text, apart, pieces }, zero, remarks));
                continue;
            }
            let record: ByteRecord = pieces.iter().map(|piece| piece.of(bytes, apart)).collect();
            let text = StringRecord::from_byte_record(record).unwrap_or_else(|e| {
                asides.other_encoding += 1;
                decoded(&e.into_byte_record())
            });
            each(self.row(line, Cells::Record(&text), zero, remarks));
        }
    }

    fn row<'a>(&'a self, line: u64, cells: Cells<'a>, zero: bool, remarks: &mut Vec<Reject>) -> Outcome<'a> {
        let fits = match self.reader.widths() {
            [] => cells.len() == self.width,
            widths => widths.contains(&cells.len()),
        };
        if !fits {
            let found: Vec<_> = cells.iter().take(4).collect();
            let expected = match self.reader.widths() {
                [] => format!("{} fields as in the heading", self.width),
                widths => {
                    format!("{} fields", widths.iter().map(usize::to_string).collect::<Vec<_>>().join(" or "))
                }
            };
            let reason = format!("expected {expected}, found {}", cells.len());
            return Outcome::Rejected(Reject::new(line, "", &found.join(","), reason));
        }
        if cells.may_be_unfit(zero)
            && let Some(reject) = self.unfit_cell(line, cells)
        {
            return Outcome::Rejected(reject);
        }
        let before = remarks.len();
        match self.reader.event(&Row::new(line, cells), remarks) {
            Ok(event) => Outcome::Kept(event),
            Err(reject) => {
                remarks.truncate(before);
                Outcome::Rejected(reject)
            }
        }
    }

    /// A cell that no dataset can mean: with a zero byte, or as long as a book.
    fn unfit_cell(&self, line: u64, cells: Cells<'_>) -> Option<Reject> {
        let name = |at: usize| self.heading.names().get(at).cloned().unwrap_or_else(|| (at + 1).to_string());
        cells.iter().enumerate().find_map(|(at, cell)| {
            if cell.contains('\0') {
                Some(Reject::new(line, &name(at), cell, "expected text, found a zero byte"))
            } else if cell.len() > CELL_LIMIT {
                let reason = format!("expected at most {CELL_LIMIT} bytes in a cell, found {}", cell.len());
                Some(Reject::new(line, &name(at), cell, reason))
            } else {
                None
            }
        })
    }
}

/// A record as text: UTF-8, and Windows-1252 (which ISO-8859-1 is part of) for cells that are not.
pub(super) fn decoded(record: &ByteRecord) -> StringRecord {
    let mut text = StringRecord::new();
    for cell in record {
        match std::str::from_utf8(cell) {
            Ok(cell) => text.push_field(cell),
            Err(_) => text.push_field(&encoding_rs::WINDOWS_1252.decode_without_bom_handling(cell).0),
        }
    }
    text
}
