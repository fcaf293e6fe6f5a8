//! A file as a stream of rows: find out what it is, cut it into chunks, make events of each chunk.
//!
//! Chunks come one after another from [`Scan::next_chunk`]; [`Parser::rows`] makes events of a chunk and can do so on any thread, as
//! it shares nothing but the heading and the code tables.

use std::io::Read;
use std::sync::{Arc, PoisonError};

use csv::{ByteRecord, ReaderBuilder, StringRecord};
use memchr::memchr;

use crate::dataset::{self, Binding, Context, Renewal, RowReader};
use crate::error::ReadError;
use crate::event::Event;
use crate::file::FileError;
use crate::options::ReadOptions;
use crate::reject::Reject;
use crate::row::{Cells, Heading, MissingColumn, Row};
use crate::source::{
    self, CELL_LIMIT, Chunk, Contents, Dialect, Objects, Original, Records, Split, Workbook, cells, flatten,
    keys, open,
};
use crate::survey::{Dates, Survey};

type Text = Box<dyn Read + Send>;

enum Stream {
    Lines(Records<Text>),
    Objects(Objects<Text>),
    Workbook(Box<Workbook>),
}

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Dataset name.
    pub dataset: String,
    /// Release, or `unknown`.
    pub release: String,
    /// The layout in words: dataset, format, columns, tags.
    pub layout: String,
    /// What a newer file of this dataset does to the events of an older one.
    pub renewal: Renewal,
}

impl Description {
    /// Settle what the file's name could only suggest. A name for the dataset that the user gave stays.
    fn is_ucdp(&mut self, candidate: bool, named: bool) {
        let [found, other] = match candidate {
            true => [dataset::CANDIDATE, dataset::FINAL],
            false => [dataset::FINAL, dataset::CANDIDATE],
        };
        if let Some(rest) = self.layout.strip_prefix(other) {
            self.layout = format!("{found}{rest}");
        }
        if !named {
            found.clone_into(&mut self.dataset);
        }
        // A candidate file has the events of its months alone; those of other months stay.
        self.renewal = if candidate { Renewal::Adds } else { Renewal::Replaces };
    }
}

/// A file being read.
pub struct Scan {
    original: Original,
    description: Description,
    stream: Stream,
    parser: Arc<Parser>,
}

/// Makes events of chunks of one file.
pub struct Parser {
    reader: Box<dyn RowReader>,
    heading: Heading,
    dialect: Dialect,
    width: usize,
}

/// What came of one row.
#[allow(clippy::large_enum_variant, reason = "handed over once and taken apart at once")]
pub enum Outcome<'a> {
    /// An event.
    Kept(Event<'a>),
    /// No event, and why.
    Rejected(Reject),
}

impl Scan {
    /// Open a file and find out what it is from its contents.
    ///
    /// # Errors
    /// [`ReadError`] where it is no dataset that is known, or lacks a column without which no row can be read.
    pub fn open(original: Original, options: &ReadOptions) -> Result<Self, ReadError> {
        let mut scan = Self::begin(original, options)?;
        scan.survey(options)?;
        Ok(scan)
    }

    /// Go through the file for what only the whole of it tells, where its reader needs to know.
    fn survey(&mut self, options: &ReadOptions) -> Result<(), ReadError> {
        let (dates, coding) = (self.parser.reader.dates(), self.parser.reader.coding());
        if dates.is_none() && coding.is_none() {
            return Ok(());
        }
        let mut first = Self::begin(self.original.clone(), options)?;
        let columns = dates.as_ref().map(|d| d.columns.clone()).unwrap_or_default();
        let (survey, learnt) = Survey::of(columns, coding);
        if let Some(parser) = Arc::get_mut(&mut first.parser) {
            parser.reader = Box::new(survey);
        }
        // Every date counts; of UCDP's events the first few thousand tell.
        let mut chunks = if dates.is_some() { usize::MAX } else { 4 };
        while chunks > 0
            && let Some(chunk) = first.next_chunk()?
        {
            first.parser.rows(&chunk, &mut Vec::new(), &mut |_| {});
            chunks -= 1;
        }
        let learnt = learnt.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(is_candidate) = learnt.coding.is_candidate() {
            self.description.is_ucdp(is_candidate, options.dataset.is_some());
        }
        let Some(Dates { usual, .. }) = dates else { return Ok(()) };
        match learnt.dates.verdict(usual) {
            Ok(None) => Ok(()),
            Ok(Some((order, note))) => {
                if let Some(parser) = Arc::get_mut(&mut self.parser) {
                    parser.reader.settle(order);
                }
                self.description.layout = format!("{}, {note}", self.description.layout);
                Ok(())
            }
            Err((line, reason)) => {
                Err(ReadError::Structure { file: self.original.name.clone(), line, reason })
            }
        }
    }

    fn begin(original: Original, options: &ReadOptions) -> Result<Self, ReadError> {
        let context = Context {
            file: original.name.clone(),
            member: source::member(&original),
            release: options.version.clone(),
            tables: options.tables()?,
            first_row: None,
        };
        let finder = Finder { original: &original, options, context };
        let (stream, binding, parser_of, layout) = match open(&original)? {
            Contents::Workbook(workbook) => finder.workbook(workbook)?,
            Contents::Text(text) => finder.text(text)?,
        };
        let Binding { dataset, release, renewal, reader } = binding;
        let (heading, dialect, width) = parser_of;
        Ok(Self {
            description: Description {
                layout: format!("{dataset}, {layout}"),
                dataset: options.dataset.clone().unwrap_or(dataset),
                release: release.unwrap_or_else(|| "unknown".into()),
                renewal,
            },
            stream,
            parser: Arc::new(Parser { reader, heading, dialect, width }),
            original,
        })
    }

    /// What the file turned out to be.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The file's identity.
    pub fn original(&self) -> &Original {
        &self.original
    }

    /// What makes events of this file's chunks.
    pub fn parser(&self) -> Arc<Parser> {
        self.parser.clone()
    }

    /// The next chunk of rows.
    ///
    /// # Errors
    /// [`ReadError`] where the file cannot be read on, or changed meanwhile.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, ReadError> {
        let fail = |e| ReadError::File(FileError::read_named(&self.original.name, e));
        let chunk = match &mut self.stream {
            Stream::Lines(records) => records.next().map_err(fail)?,
            Stream::Objects(objects) => objects.next().map_err(fail)?,
            Stream::Workbook(workbook) => workbook.next()?,
        };
        if chunk.is_none() {
            self.original.still_the_same()?;
        }
        Ok(chunk)
    }
}

type Found = (Stream, Binding, (Heading, Dialect, usize), String);

/// Finds out what a file is.
struct Finder<'a> {
    original: &'a Original,
    options: &'a ReadOptions,
    context: Context,
}

impl Finder<'_> {
    fn unknown(&self, found: impl Into<String>, expected: impl Into<String>) -> ReadError {
        ReadError::Unknown {
            file: self.original.name.clone(),
            found: found.into(),
            expected: expected.into(),
        }
    }

    /// A reader for this heading.
    fn bind(&self, heading: &Heading) -> Result<Binding, ReadError> {
        self.bind_with(heading, &self.context)
    }

    fn bind_with(&self, heading: &Heading, context: &Context) -> Result<Binding, ReadError> {
        if let Some(mapping) = &self.options.mapping {
            return mapping.bind(heading, context).map_err(|e| self.missing(e));
        }
        let kind = match &self.options.kind {
            Some(key) => dataset::kind(key)
                .ok_or_else(|| self.unknown(format!("the kind `{key}`"), dataset::kind_keys().join(", ")))?,
            None => dataset::recognise(heading).ok_or_else(|| {
                let short = |name: &String| match name.char_indices().nth(40) {
                    Some((at, _)) => format!("{}…", &name[..at]),
                    None => name.clone(),
                };
                let found: Vec<String> = heading.names().iter().take(5).map(short).collect();
                let known: Vec<&str> = dataset::KINDS.iter().map(|k| k.expected).collect();
                let found = format!("columns `{}` …", found.join("`, `"));
                match other_door(heading) {
                    Some(door) => self.unknown(format!("{found}, which is {door}"), "a dataset of events"),
                    None => self.unknown(
                        found,
                        format!("one of: {}; any other table needs --mapping FILE", known.join("; ")),
                    ),
                }
            })?,
        };
        (kind.bind)(heading, context).map_err(|e| self.missing(e))
    }

    fn missing(&self, missing: MissingColumn) -> ReadError {
        ReadError::MissingColumn {
            file: self.original.name.clone(),
            column: missing.column,
            suggestion: missing.nearest.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default(),
        }
    }

    /// The first sheet whose heading is known.
    fn workbook(&self, mut workbook: Box<Workbook>) -> Result<Found, ReadError> {
        let sheets = workbook.sheets().to_vec();
        let mut heading = Heading::new(workbook.heading().iter());
        let mut bound = self.bind(&heading);
        let mut sheet = 0;
        while bound.is_err() && sheet + 1 < sheets.len() {
            sheet += 1;
            let next = Box::new(Workbook::open(self.original, sheet)?);
            let other = Heading::new(next.heading().iter());
            if let Ok(binding) = self.bind(&other) {
                (workbook, heading, bound) = (next, other, Ok(binding));
            }
        }
        let binding = bound?;
        let tags = if workbook.skip_second_row(is_tag_row) { ", HXL tags" } else { "" };
        let width = heading.names().len();
        let of = match sheets.get(sheet) {
            Some(name) if sheets.len() > 1 => format!(", sheet `{name}` of {}", sheets.len()),
            _ => String::new(),
        };
        let layout = format!("workbook{of}, {width} columns{tags}{}", twice(&heading));
        Ok((Stream::Workbook(workbook), binding, (heading, Dialect::COMMA, width), layout))
    }

    fn text(&self, text: Text) -> Result<Found, ReadError> {
        let fail = |e| ReadError::File(FileError::read_named(&self.original.name, e));
        let mut records = Records::new(text);
        let head = records.peek().map_err(fail)?;
        if memchr(b'\n', head).is_none() && memchr(b'\r', head).is_some() {
            // Lines of the old Macintosh. A carriage return within a cell becomes a line end like the others.
            records = Records::new(Box::new(CarriageReturns(records.into_rest())));
        }
        let head = records.peek().map_err(fail)?;
        let Some(first) = head.iter().find(|b| !b.is_ascii_whitespace()).copied() else {
            return Err(self.unknown("an empty file", "a dataset"));
        };
        if matches!(first, b'{' | b'[') {
            return self.objects(Box::new(records.into_rest()));
        }
        let heading = memchr(b'\n', head).unwrap_or(head.len()).min(4096);
        if let Some(at) = memchr(0, &head[..heading]) {
            return Err(self.unknown(format!("a zero byte at position {at}: no text"), "text in UTF-8"));
        }
        self.lines(records)
    }

    fn lines(&self, mut records: Records<Text>) -> Result<Found, ReadError> {
        let fail = |e| ReadError::File(FileError::read_named(&self.original.name, e));
        let head = records.peek().map_err(fail)?;
        let mapping = self.options.mapping.as_deref();
        let wanted_gdelt = self.options.kind.as_deref() == Some("gdelt");
        if mapping.is_none() && self.options.kind.as_deref().is_none_or(|k| k == "gdelt") {
            let dialect = Dialect { delimiter: b'\t', quoting: false };
            let (row, _) = self.record(head, dialect)?;
            if dataset::is_gdelt(&row) {
                let width = row.len();
                let binding = dataset::bind_gdelt(width, &self.context);
                records.start(dialect, 0, width);
                let layout = format!("tab-separated, {width} columns, no heading");
                return Ok((Stream::Lines(records), binding, (Heading::default(), dialect, width), layout));
            }
            if wanted_gdelt {
                let found = format!("{} tab-separated cells in the first row", row.len());
                return Err(self.unknown(found, "57, 58 or 61, beginning with an id and a date"));
            }
        }
        let delimiter = match mapping.and_then(|m| m.delimiter.as_deref()) {
            Some(given) => given.as_bytes()[0],
            None => commonest_delimiter(head),
        };
        let dialect = Dialect { delimiter, quoting: true };
        let (row, mut offset) = self.record(head, dialect)?;
        let has_header = mapping.is_none_or(|m| m.header);
        let heading = if has_header {
            Heading::new(row.iter())
        } else {
            offset = 0;
            Heading::new((1..=row.len()).map(|n| n.to_string()))
        };
        let (second, end) = self.record(&head[offset..], dialect)?;
        let context = Context { first_row: Some(second.clone()), ..self.context.clone() };
        let binding = self.bind_with(&heading, &context)?;
        let tagged = has_header && is_tag_row(&second);
        if tagged {
            offset += end;
        }
        let width = heading.names().len();
        let separated = match delimiter {
            b',' => "CSV",
            b'\t' => "tab-separated",
            b';' => "CSV with semicolons",
            _ => "delimited text",
        };
        let tags = if tagged { ", HXL tags" } else { "" };
        let layout = format!("{separated}, {width} columns{tags}{}", twice(&heading));
        records.start(dialect, offset, width);
        Ok((Stream::Lines(records), binding, (heading, dialect, width), layout))
    }

    /// The first record of a text and where it ends.
    fn record(&self, text: &[u8], dialect: Dialect) -> Result<(StringRecord, usize), ReadError> {
        let mut reader = dialect.reader(text);
        let mut record = ByteRecord::new();
        reader.read_byte_record(&mut record).map_err(|e| ReadError::Structure {
            file: self.original.name.clone(),
            line: 1,
            reason: e.to_string(),
        })?;
        let end = usize::try_from(reader.position().byte()).unwrap_or(text.len());
        Ok((decoded(&record), end))
    }

    fn objects(&self, text: Text) -> Result<Found, ReadError> {
        let fail = |e| ReadError::File(FileError::read_named(&self.original.name, e));
        let structure =
            |line, reason: String| ReadError::Structure { file: self.original.name.clone(), line, reason };
        let mut objects = Objects::new(text);
        let first = objects.peek().map_err(fail)?;
        let Some((line, text)) = first.first() else {
            return Err(structure(
                1,
                "expected JSON with a list of objects, such as GeoJSON's `features`".into(),
            ));
        };
        let flat: Vec<_> = first.iter().filter_map(|(_, text)| flatten(text).ok()).collect();
        if flat.is_empty()
            && let Err(e) = flatten(text)
        {
            return Err(structure(line + e.line() as u64 - 1, e.to_string()));
        }
        let heading = Heading::new(keys(&flat));
        let binding = self.bind(&heading)?;
        let geo =
            heading.has("latitude") && heading.has("longitude") && !self.context.file.ends_with(".json");
        let width = heading.names().len();
        let layout = match geo {
            true => format!("GeoJSON, {} properties", width - 2),
            false => format!("JSON, {width} keys"),
        };
        Ok((Stream::Objects(objects), binding, (heading, Dialect::COMMA, width), layout))
    }
}

impl Dialect {
    const COMMA: Self = Self { delimiter: b',', quoting: true };

    fn reader(self, text: &[u8]) -> csv::Reader<&[u8]> {
        ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .quoting(self.quoting)
            .buffer_capacity(1 << 16)
            .from_reader(text)
    }
}

/// A text whose lines end with CR alone, read as if they ended with LF.
struct CarriageReturns<R>(R);

impl<R: Read> Read for CarriageReturns<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.0.read(buffer)?;
        buffer[..n].iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        Ok(n)
    }
}

/// Names that stand twice in a heading, as words of the layout: only the first of such columns is read.
fn twice(heading: &Heading) -> String {
    let names = heading.names();
    let again =
        |i: usize| !names[i].is_empty() && names[..i].iter().any(|n| n.eq_ignore_ascii_case(&names[i]));
    let mut found: Vec<&str> = (0..names.len()).filter(|i| again(*i)).map(|i| names[i].as_str()).collect();
    found.dedup();
    match found.as_slice() {
        [] => String::new(),
        found => format!(", more than one column `{}` of which the first is read", found.join("`, `")),
    }
}

/// Files that Tarazu does take, elsewhere.
fn other_door(heading: &Heading) -> Option<&'static str> {
    let all = |names: &[&str]| names.iter().all(|name| heading.has(name));
    if all(&["ActorId", "NameData"]) {
        Some("UCDP's actor list: give it with --actors")
    } else if heading.has("shapeName") || all(&["adm1_code", "admin"]) || heading.has("GID_0") {
        Some("boundary polygons: give them with --boundaries")
    } else if all(&["country_iso3", "year_month"]) {
        Some("a table of countries by months: `tarazu panel` reads it")
    } else {
        None
    }
}

/// A row of which every filled cell begins with `#` holds HXL tags (hxlstandard.org, 1.1).
fn is_tag_row(record: &StringRecord) -> bool {
    let mut filled = record.iter().filter(|f| !f.is_empty()).peekable();
    filled.peek().is_some() && filled.all(|f| f.starts_with('#'))
}

/// The commonest of comma, semicolon, tab and bar in the first line.
fn commonest_delimiter(text: &[u8]) -> u8 {
    let line =
        text.split(|b| *b == b'\n').find(|l| !l.iter().all(u8::is_ascii_whitespace)).unwrap_or_default();
    let count = |d: u8| line.iter().filter(|b| **b == d).count();
    [b',', b';', b'\t', b'|'].into_iter().max_by_key(|d| (count(*d), *d == b',')).unwrap_or(b',')
}

/// A record as text: UTF-8, and Windows-1252 (which ISO-8859-1 is part of) for cells that are not.
fn decoded(record: &ByteRecord) -> StringRecord {
    let mut text = StringRecord::new();
    for cell in record {
        match std::str::from_utf8(cell) {
            Ok(cell) => text.push_field(cell),
            Err(_) => text.push_field(&encoding_rs::WINDOWS_1252.decode_without_bom_handling(cell).0),
        }
    }
    text
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
                    each(self.row(*line, Cells::Record(record), remarks));
                }
            }
            Chunk::Objects { bytes, objects } => {
                for (line, range) in objects {
                    match flatten(&bytes[range.clone()]) {
                        Ok(object) => {
                            let (record, unread) = cells(&object, &self.heading);
                            let before = remarks.len();
                            let outcome = self.row(*line, Cells::Record(&record), remarks);
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
        let mut split = Split::new(bytes, self.dialect.delimiter, self.dialect.quoting);
        while let Some(before) = split.next() {
            let line = first_line + before;
            let (pieces, apart) = split.record();
            if let (Some(text), Ok(apart)) = (whole, std::str::from_utf8(apart)) {
                each(self.row(line, Cells::Pieces { text, apart, pieces }, remarks));
                continue;
            }
            let record: ByteRecord = pieces.iter().map(|piece| piece.of(bytes, apart)).collect();
            let text = StringRecord::from_byte_record(record).unwrap_or_else(|e| {
                asides.other_encoding += 1;
                decoded(&e.into_byte_record())
            });
            each(self.row(line, Cells::Record(&text), remarks));
        }
    }

    fn row<'a>(&'a self, line: u64, cells: Cells<'a>, remarks: &mut Vec<Reject>) -> Outcome<'a> {
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
        if let Some(reject) = self.unfit_cell(line, cells) {
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
        if !cells.may_be_unfit() {
            return None;
        }
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
