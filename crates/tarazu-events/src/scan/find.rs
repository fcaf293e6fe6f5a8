//! What a file is, by its contents: its format, its dialect, and the dataset whose heading it has.

use std::io::Read;

use csv::{ByteRecord, ReaderBuilder, StringRecord};
use memchr::memchr;

use super::parse::decoded;
use super::{Stream, Text};
use crate::dataset::{self, Binding, Context};
use crate::error::ReadError;
use crate::file::FileError;
use crate::options::ReadOptions;
use crate::row::{Heading, MissingColumn};
use crate::source::{Dialect, Objects, Original, Records, Workbook, flatten, keys};

pub(super) type Found = (Stream, Binding, (Heading, Dialect, usize), String);

/// Finds out what a file is.
pub(super) struct Finder<'a> {
    pub original: &'a Original,
    pub options: &'a ReadOptions,
    pub context: Context,
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
    pub fn workbook(&self, mut workbook: Box<Workbook>) -> Result<Found, ReadError> {
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

    pub fn text(&self, text: Text) -> Result<Found, ReadError> {
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
