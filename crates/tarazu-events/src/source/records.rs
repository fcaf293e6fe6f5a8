//! Delimited text split into chunks of whole records, without parsing the fields.
//!
//! A quote opens a field only at the field's beginning, as RFC 4180 and the `csv` crate have it; line ends inside quotes do not
//! end a record. A record whose quote is never closed is given up as one torn row, and reading goes on at its second line. A quote
//! that was never closed is also one that seems to be closed by the opening quote of a later row, or has whole rows inside
//! ([`Records::swallows_rows`]): the `csv` crate would keep all of them as one long field.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memchr2};

use super::{CHUNK, Chunk, RECORD_LIMIT};

/// How records are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub delimiter: u8,
    pub quoting: bool,
}

/// Splits a text into chunks.
pub(crate) struct Records<R> {
    reader: R,
    dialect: Dialect,
    chunk: usize,
    limit: usize,
    buffer: Vec<u8>,
    /// Line of the file on which the buffer begins.
    line: u64,
    /// How far the buffer has been searched.
    scanned: usize,
    /// Whether `scanned` stands inside quotes.
    quoted: bool,
    /// Where these quotes were opened.
    opened: usize,
    /// End of the last whole record in the buffer.
    boundary: usize,
    /// Whether the record from `boundary` on has a quote that swallows rows.
    torn: bool,
    /// Fields of a record, where they are known; 0 where not.
    width: usize,
    ended: bool,
}

impl<R: Read> Records<R> {
    /// Over a text; a byte order mark is passed over.
    pub fn new(reader: R) -> Self {
        Self::with_sizes(reader, CHUNK, RECORD_LIMIT)
    }

    fn with_sizes(reader: R, chunk: usize, limit: usize) -> Self {
        Self {
            reader,
            dialect: Dialect { delimiter: b',', quoting: true },
            chunk,
            limit,
            buffer: Vec::new(),
            line: 1,
            scanned: 0,
            quoted: false,
            opened: 0,
            boundary: 0,
            torn: false,
            width: 0,
            ended: false,
        }
    }

    /// The beginning of the text, as much as there is of a chunk.
    pub fn peek(&mut self) -> io::Result<&[u8]> {
        self.fill(self.chunk)?;
        if self.buffer.starts_with(b"\xEF\xBB\xBF") {
            self.buffer.drain(..3);
        }
        Ok(&self.buffer)
    }

    /// Read on from `offset` of what `peek` showed, in this dialect, in records of `width` fields.
    pub fn start(&mut self, dialect: Dialect, offset: usize, width: usize) {
        (self.dialect, self.width) = (dialect, width);
        let offset = offset.min(self.buffer.len());
        self.line += count_lines(&self.buffer[..offset]);
        self.buffer.drain(..offset);
        self.restart();
    }

    fn restart(&mut self) {
        (self.scanned, self.quoted, self.opened, self.boundary, self.torn) = (0, false, 0, 0, false);
    }

    /// The rest of the text from the beginning of the buffer, for readers of another grammar.
    pub fn into_rest(self) -> impl Read {
        io::Cursor::new(self.buffer).chain(self.reader)
    }

    fn fill(&mut self, length: usize) -> io::Result<()> {
        let missing = length.saturating_sub(self.buffer.len());
        if !self.ended && missing > 0 {
            let read = self.reader.by_ref().take(missing as u64).read_to_end(&mut self.buffer)?;
            self.ended = read < missing;
        }
        Ok(())
    }

    /// The next chunk of whole records.
    pub fn next(&mut self) -> io::Result<Option<Chunk>> {
        let mut wanted = self.chunk;
        loop {
            self.fill(wanted)?;
            self.scan();
            if self.boundary > 0 && (self.boundary * 2 > self.buffer.len() || self.ended || self.torn) {
                return Ok(Some(self.take(self.boundary, false)));
            }
            if self.torn {
                return self.torn().map(Some);
            }
            let left = self.buffer.len() - self.boundary;
            if self.ended || left > self.limit {
                if self.boundary > 0 {
                    return Ok(Some(self.take(self.boundary, false)));
                }
                if left == 0 {
                    return Ok(None);
                }
                if !self.quoted && self.ended {
                    return Ok(Some(self.take(self.buffer.len(), true)));
                }
                return self.torn().map(Some);
            }
            wanted = self.buffer.len().saturating_mul(2).min(self.boundary + self.limit + 1);
        }
    }

    fn take(&mut self, length: usize, cut: bool) -> Chunk {
        // With room for what is read next.
        let mut rest = Vec::with_capacity(self.buffer.len() - length + self.chunk);
        rest.extend_from_slice(&self.buffer[length..]);
        self.buffer.truncate(length);
        let bytes = std::mem::replace(&mut self.buffer, rest);
        let first_line = self.line;
        self.line += count_lines(&bytes);
        self.scanned = self.scanned.saturating_sub(length);
        self.opened = self.opened.saturating_sub(length);
        self.boundary = 0;
        Chunk::Lines { bytes, first_line, cut }
    }

    /// Give up the record at the beginning of the buffer and go on at its second line.
    fn torn(&mut self) -> io::Result<Chunk> {
        let line = self.line;
        let found = String::from_utf8_lossy(&self.buffer[..self.buffer.len().min(300)]).into_owned();
        let reason = if self.quoted || self.torn {
            "expected the quote opened in this row to be closed".to_owned()
        } else {
            format!("expected a line of at most {} MiB", self.limit >> 20)
        };
        loop {
            if let Some(end) = memchr(b'\n', &self.buffer) {
                self.buffer.drain(..=end);
                self.line += 1;
                break;
            }
            self.buffer.clear();
            self.fill(self.chunk)?;
            if self.buffer.is_empty() {
                break;
            }
        }
        self.restart();
        Ok(Chunk::Torn { line, found, reason })
    }

    /// Search what is new in the buffer for ends of records.
    fn scan(&mut self) {
        let buffer = self.buffer.as_slice();
        while self.scanned < buffer.len() && !self.torn {
            let rest = &buffer[self.scanned..];
            if self.quoted {
                match memchr(b'"', rest) {
                    None => self.scanned = buffer.len(),
                    Some(at) => {
                        let quote = self.scanned + at;
                        match buffer.get(quote + 1) {
                            Some(b'"') => self.scanned = quote + 2,
                            Some(_) => {
                                (self.scanned, self.quoted) = (quote + 1, false);
                                self.torn = self.swallows_rows(quote);
                            }
                            // Whether this quote closes the field is not known before the next byte is.
                            None if self.ended => {
                                (self.scanned, self.quoted) = (quote + 1, false);
                                self.torn = self.swallows_rows(quote);
                            }
                            None => {
                                self.scanned = quote;
                                return;
                            }
                        }
                    }
                }
                continue;
            }
            let found = match self.dialect.quoting {
                true => memchr2(b'"', b'\n', rest),
                false => memchr::memrchr(b'\n', rest),
            };
            match found.map(|at| self.scanned + at) {
                None => self.scanned = buffer.len(),
                Some(at) if buffer[at] == b'\n' => (self.scanned, self.boundary) = (at + 1, at + 1),
                Some(at) => {
                    let begins = at == 0
                        || matches!(buffer[at - 1], b'\n' | b'\r')
                        || buffer[at - 1] == self.dialect.delimiter;
                    (self.scanned, self.quoted, self.opened) = (at + 1, begins, at + 1);
                }
            }
        }
    }
}

impl<R> Records<R> {
    /// Whether the quotes that `quote` closes hold rows that are no part of a field. So it is where line ends lie within and `quote`
    /// itself opens a field (a delimiter or line end before it, something else after it), or where a whole line within has exactly the
    /// delimiters of a row. Rows of fewer than five fields are told by the first sign alone: `a, b` is also prose.
    fn swallows_rows(&self, quote: usize) -> bool {
        let inside = &self.buffer[self.opened..quote];
        let Some(first) = memchr(b'\n', inside) else { return false };
        let delimiter = self.dialect.delimiter;
        let ends = |byte: Option<&u8>| byte.is_none_or(|b| matches!(b, b'\n' | b'\r') || *b == delimiter);
        if ends(inside.last()) && !ends(self.buffer.get(quote + 1)) {
            return true;
        }
        let lines = inside[first + 1..].split_inclusive(|b| *b == b'\n').filter(|line| line.ends_with(b"\n"));
        let row = |line: &[u8]| memchr_iter(delimiter, line).count() + 1 == self.width;
        self.width >= 5 && lines.into_iter().any(row)
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use csv::ReaderBuilder;
    use proptest::prelude::*;

    fn fields(bytes: &[u8]) -> Vec<Vec<Vec<u8>>> {
        let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        reader.byte_records().map(|r| r.unwrap().iter().map(<[u8]>::to_vec).collect()).collect()
    }

    fn chunks(text: &[u8], chunk: usize, limit: usize) -> Vec<Chunk> {
        of_width(text, chunk, limit, 0)
    }

    fn of_width(text: &[u8], chunk: usize, limit: usize, width: usize) -> Vec<Chunk> {
        let mut records = Records { width, ..Records::with_sizes(text, chunk, limit) };
        std::iter::from_fn(|| records.next().unwrap()).collect()
    }

    proptest! {
        /// Wherever the text is cut into chunks, the `csv` crate finds in them the records that it finds in the whole.
        #[test]
        fn records_do_not_depend_on_the_chunks(
            cells in prop::collection::vec(prop::collection::vec("[a,\"\n ]{0,6}", 1..4), 0..12), chunk in 1_usize..40,
        ) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &cells {
                writer.write_record(row).unwrap();
            }
            let text = writer.into_inner().unwrap();
            let mut parsed = Vec::new();
            let mut line = 1;
            for part in chunks(&text, chunk, 10_000) {
                let Chunk::Lines { bytes, first_line, .. } = part else { panic!("torn") };
                prop_assert_eq!(first_line, line);
                line += count_lines(&bytes);
                parsed.extend(fields(&bytes));
            }
            prop_assert_eq!(parsed, fields(&text));
        }

        /// No text, however broken, loses a byte that is not accounted for by a torn row.
        #[test]
        fn any_text_is_passed_on_or_torn(text in "[a,\"\n]{0,60}", chunk in 1_usize..20) {
            let mut bytes_seen = 0;
            let mut torn = 0;
            for part in chunks(text.as_bytes(), chunk, 25) {
                match part {
                    Chunk::Lines { bytes, .. } => bytes_seen += bytes.len(),
                    _ => torn += 1,
                }
            }
            prop_assert!(bytes_seen == text.len() || torn > 0);
            prop_assert!(bytes_seen <= text.len());
        }
    }

    #[test]
    fn a_quote_never_closed_costs_one_line() {
        let text = b"1,a\n2,\"b\n3,c\n4,d\n";
        let all = chunks(text, 100, 1000);
        assert!(matches!(&all[0], Chunk::Lines { bytes, .. } if bytes == b"1,a\n"));
        assert!(matches!(&all[1], Chunk::Torn { line: 2, .. }));
        assert!(matches!(&all[2], Chunk::Lines { bytes, first_line: 3, .. } if bytes == b"3,c\n4,d\n"));
    }

    /// The text of each chunk, or `torn` with the line.
    fn told(text: &str, width: usize) -> Vec<String> {
        let all = of_width(text.as_bytes(), 30, 1000, width).into_iter();
        let tell = |chunk| match chunk {
            Chunk::Lines { bytes, .. } => String::from_utf8(bytes).unwrap(),
            Chunk::Torn { line, .. } => format!("torn {line}"),
            _ => panic!("not of a text"),
        };
        let parts: Vec<String> = all.map(tell).collect();
        // Where chunks end is of no interest here.
        parts
            .concat()
            .replace("torn", "\ntorn")
            .lines()
            .filter(|l| !l.is_empty())
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn a_quote_that_only_the_quote_of_a_later_row_closes_costs_one_line() {
        let rows = told("1,a,x\n2,\"b,x\n3,c,x\n4,\"d\",x\n5,e,x\n", 3);
        assert_eq!(rows, ["1,a,x", "torn 23,c,x", "4,\"d\",x", "5,e,x"]);
        let all_quoted = told("\"1\",\"a\"\n\"2\",\"b\n\"3\",\"c\"\n", 2);
        assert_eq!(all_quoted, ["\"1\",\"a\"", "torn 2\"3\",\"c\""]);
    }

    #[test]
    fn whole_rows_within_quotes_are_rows() {
        let rows = told("1,2,3,4,a\n1,2,3,4,\"b\n1,2,3,4,c\n1,2,3,4,\", d\"\n1,2,3,4,e\n", 5);
        assert_eq!(rows, ["1,2,3,4,a", "torn 21,2,3,4,c", "1,2,3,4,\", d\"", "1,2,3,4,e"]);
    }

    #[test]
    fn a_note_of_several_lines_is_a_field() {
        for note in ["one\ntwo, three\nfour", "He said \"\"go\"\"\n\"\"now\"\", loud\n", "\n", "a\n, b"] {
            let text = format!("1,2,3,4,\"{note}\"\n1,2,3,4,e\n");
            assert_eq!(told(&text, 5), text.lines().filter(|l| !l.is_empty()).collect::<Vec<_>>(), "{note}");
        }
    }
}
