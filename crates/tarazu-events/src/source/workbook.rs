//! One sheet of a workbook, row by row.

use std::fs::File;
use std::io::BufReader;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};

use calamine::{DataRef, Reader, Xlsx, open_workbook_from_rs};
use csv::StringRecord;

use super::{Chunk, Original};
use crate::error::ReadError;
use crate::file::FileError;

/// How many rows go to a reader at a time.
const ROWS: usize = 4096;
/// The largest sheet that the format allows (ECMA-376, as Excel has it).
const LARGEST: (u32, u32) = (1_048_576, 16_384);

type Rows = Vec<(u64, StringRecord)>;

/// A sheet being read by a thread of its own: the sheet's reader borrows from the workbook, which stays with that thread. A panic of
/// the library on an unsound workbook ends that thread alone, and becomes an error here.
pub(crate) struct Workbook {
    file: String,
    /// `None` once nobody wants the rest.
    rows: Option<Receiver<Result<Option<Rows>, String>>>,
    reading: Option<JoinHandle<()>>,
    ended: bool,
    heading: StringRecord,
    pending: Option<Rows>,
    sheets: Arc<OnceLock<Vec<String>>>,
}

impl Workbook {
    /// The sheet at a position counted from 0.
    pub fn open(original: &Original, sheet: usize) -> Result<Self, ReadError> {
        let file = original.name.clone();
        let opened = File::open(&original.path).map_err(|e| FileError::read_named(&original.name, e))?;
        let (sender, rows) = sync_channel(4);
        let sheets = Arc::new(OnceLock::new());
        let names = sheets.clone();
        let reading = thread::spawn(move || {
            let mut batch: Rows = Vec::new();
            let outcome = read_rows(opened, (sheet, &names), &mut |line, record| {
                batch.push((line, record));
                batch.len() < ROWS || sender.send(Ok(Some(std::mem::take(&mut batch)))).is_ok()
            });
            // The other end is gone when nobody wants the rest.
            let _ = sender.send(Ok(Some(batch)));
            let _ = sender.send(outcome.map(|()| None));
        });
        let mut workbook = Self {
            file,
            rows: Some(rows),
            reading: Some(reading),
            ended: false,
            heading: StringRecord::new(),
            pending: None,
            sheets,
        };
        let mut first = workbook.receive()?.unwrap_or_default();
        if first.is_empty() {
            // Nothing came before the end: say so only if the end is not a fault.
            workbook.receive()?;
        }
        if !first.is_empty() {
            workbook.heading = first.remove(0).1;
        }
        // Rows end with their last filled cell: give all the width of the heading.
        workbook.pending = Some(first);
        Ok(workbook)
    }

    pub fn heading(&self) -> &StringRecord {
        &self.heading
    }

    /// Names of all sheets.
    pub fn sheets(&self) -> &[String] {
        self.sheets.get().map_or(&[], Vec::as_slice)
    }

    /// Leave out the row after the heading if it is such a row.
    pub fn skip_second_row(&mut self, is: impl Fn(&StringRecord) -> bool) -> bool {
        let rows = self.pending.as_mut().filter(|rows| rows.first().is_some_and(|(_, record)| is(record)));
        rows.map(|rows| rows.remove(0)).is_some()
    }

    fn receive(&mut self) -> Result<Option<Rows>, ReadError> {
        if self.ended {
            return Ok(None);
        }
        let Some(rows) = &self.rows else { return Ok(None) };
        let reason = match rows.recv() {
            Ok(Ok(Some(rows))) => return Ok(Some(rows)),
            Ok(Ok(None)) => {
                self.ended = true;
                return Ok(None);
            }
            Ok(Err(reason)) => reason,
            Err(_) => "its reader stopped before the end".into(),
        };
        let reason = format!("not a sound workbook: {reason}");
        Err(ReadError::Structure { file: self.file.clone(), line: 0, reason })
    }

    pub fn next(&mut self) -> Result<Option<Chunk>, ReadError> {
        loop {
            let rows = match self.pending.take() {
                Some(rows) => rows,
                None => match self.receive()? {
                    Some(rows) => rows,
                    None => return Ok(None),
                },
            };
            if rows.is_empty() {
                continue;
            }
            let width = self.heading.len();
            let widened = rows.into_iter().map(|(line, mut record)| {
                while record.len() < width {
                    record.push_field("");
                }
                (line, record)
            });
            return Ok(Some(Chunk::Rows(widened.collect())));
        }
    }
}

impl Drop for Workbook {
    /// No thread outlives the workbook it reads.
    fn drop(&mut self) {
        self.rows = None;
        if let Some(reading) = self.reading.take() {
            // Where it panicked, the rows ended early, and that was said.
            let _ = reading.join();
        }
    }
}

fn read_rows(
    file: File,
    (sheet, names): (usize, &OnceLock<Vec<String>>),
    each: &mut dyn FnMut(u64, StringRecord) -> bool,
) -> Result<(), String> {
    let words = |e: calamine::XlsxError| e.to_string();
    let mut xlsx: Xlsx<_> = open_workbook_from_rs(BufReader::new(file)).map_err(words)?;
    let sheets = names.get_or_init(|| xlsx.sheet_names());
    let sheet = sheets.get(sheet).ok_or("it has no sheet")?.clone();
    let mut cells = xlsx.worksheet_cells_reader(&sheet).map_err(words)?;
    let (mut line, mut record) = (0, StringRecord::new());
    while let Some(cell) = cells.next_cell().map_err(words)? {
        let (row, column) = cell.get_position();
        if row >= LARGEST.0 || column >= LARGEST.1 {
            return Err(format!("after row {line}: a cell beyond row 1,048,576 or column XFD"));
        }
        let row = u64::from(row) + 1;
        // A cell that comes late would land under another heading.
        if row < line || (row == line && record.len() > column as usize) {
            return Err(format!("row {row}: its cells are not in order"));
        }
        if row != line {
            let done = std::mem::take(&mut record);
            if !done.is_empty() && !each(line, done) {
                return Ok(());
            }
            line = row;
        }
        let text = text(cell.get_value());
        if text.is_empty() {
            continue;
        }
        while record.len() < column as usize {
            record.push_field("");
        }
        record.push_field(&text);
    }
    if !record.is_empty() {
        each(line, record);
    }
    Ok(())
}

/// A cell as it would stand in a CSV export: whole numbers without a point, days as YYYY-MM-DD.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(n) => n.to_string(),
        DataRef::Float(x) if x.fract() == 0.0 && x.abs() < 1e15 => format!("{x:.0}"),
        DataRef::Float(x) => x.to_string(),
        DataRef::String(s) => s.clone(),
        DataRef::SharedString(s) => (*s).to_owned(),
        DataRef::Bool(b) => b.to_string(),
        DataRef::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            let day = format!("{year:04}-{month:02}-{day:02}");
            if (hour, minute, second) == (0, 0, 0) {
                day
            } else {
                format!("{day} {hour:02}:{minute:02}:{second:02}")
            }
        }
        DataRef::DateTime(duration) => duration.as_f64().to_string(),
        DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => s.clone(),
        DataRef::Error(e) => e.to_string(),
        DataRef::Empty => String::new(),
    }
}
