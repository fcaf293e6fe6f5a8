//! Text of a chunk cut into cells: what the `csv` crate makes of it, faster, and with the line on which each record begins.

use csv::ByteRecord;
use memchr::{memchr, memchr_iter, memchr3};

/// Cuts records into cells. Quotes are those of RFC 4180, read as leniently as the `csv` crate does: a quote within an unquoted cell
/// and text after a closing quote stand for themselves.
pub(crate) struct Split<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
    delimiter: u8,
    quoting: bool,
    unescaped: Vec<u8>,
}

impl<'a> Split<'a> {
    /// Of text whose first line has number 0.
    pub fn new(text: &'a [u8], delimiter: u8, quoting: bool) -> Self {
        Self { text, at: 0, line: 0, delimiter, quoting, unescaped: Vec::new() }
    }

    /// Fill in the next record; the number of lines before it. `None` at the end.
    pub fn next(&mut self, record: &mut ByteRecord) -> Option<u64> {
        record.clear();
        while let Some(end @ (b'\n' | b'\r')) = self.text.get(self.at) {
            self.line += u64::from(*end == b'\n');
            self.at += 1;
        }
        if self.at == self.text.len() {
            return None;
        }
        let line = self.line;
        while self.cell(record) {}
        Some(line)
    }

    /// Add one cell; whether another follows in this record.
    fn cell(&mut self, record: &mut ByteRecord) -> bool {
        let rest = &self.text[self.at..];
        if self.quoting && rest.first() == Some(&b'"') {
            return self.quoted(record);
        }
        let length = memchr3(self.delimiter, b'\n', b'\r', rest).unwrap_or(rest.len());
        record.push_field(&rest[..length]);
        self.at += length;
        self.ends_with_delimiter()
    }

    fn quoted(&mut self, record: &mut ByteRecord) -> bool {
        self.unescaped.clear();
        self.at += 1;
        let start = self.at;
        let mut plain = true;
        loop {
            let rest = &self.text[self.at..];
            let length = memchr(b'"', rest).unwrap_or(rest.len());
            let within = &rest[..length];
            self.line += memchr_iter(b'\n', within).count() as u64;
            self.at += length;
            let closed = self.at < self.text.len();
            self.at += usize::from(closed);
            if plain && (!closed || self.ends_here()) {
                // No quote within: the cell is a piece of the text.
                record.push_field(&self.text[start..start + length]);
                return self.ends_with_delimiter();
            }
            plain = false;
            self.unescaped.extend_from_slice(within);
            if !closed || self.ends_here() {
                break;
            }
            if self.text[self.at] == b'"' {
                self.unescaped.push(b'"');
                self.at += 1;
                continue;
            }
            // Text after the closing quote.
            let rest = &self.text[self.at..];
            let length = memchr3(self.delimiter, b'\n', b'\r', rest).unwrap_or(rest.len());
            self.unescaped.extend_from_slice(&rest[..length]);
            self.at += length;
            break;
        }
        record.push_field(&self.unescaped);
        self.ends_with_delimiter()
    }

    fn ends_here(&self) -> bool {
        self.text.get(self.at).is_none_or(|b| *b == self.delimiter || matches!(b, b'\n' | b'\r'))
    }

    /// Step over a delimiter, if one is next.
    fn ends_with_delimiter(&mut self) -> bool {
        let more = self.text.get(self.at) == Some(&self.delimiter);
        self.at += usize::from(more);
        more
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The `csv` crate is the oracle for cells, a count of line feeds for lines.
        #[test]
        fn cells_are_those_of_the_csv_crate(text in "[a\",;\n\r é]{0,40}", quoting: bool, semicolon: bool) {
            let delimiter = if semicolon { b';' } else { b',' };
            let mut oracle = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .delimiter(delimiter)
                .quoting(quoting)
                .from_reader(text.as_bytes());
            let expected: Vec<ByteRecord> = oracle.byte_records().map(Result::unwrap).collect();
            let mut split = Split::new(text.as_bytes(), delimiter, quoting);
            let (mut found, mut record) = (Vec::new(), ByteRecord::new());
            while split.next(&mut record).is_some() {
                found.push(record.clone());
            }
            prop_assert_eq!(found, expected);
            prop_assert_eq!(split.line, text.matches('\n').count() as u64);
        }
    }

    #[test]
    fn a_record_has_the_line_on_which_it_begins() {
        let mut split = Split::new(b"\r\na,\"b\nc\"\r\n\r\nd\r\n\"e\"\"\n\",f\ng", b',', true);
        let mut record = ByteRecord::new();
        let mut lines = Vec::new();
        while let Some(line) = split.next(&mut record) {
            lines.push((line, String::from_utf8_lossy(&record[0]).into_owned()));
        }
        let expected = [(1, "a"), (4, "d"), (5, "e\"\n"), (7, "g")].map(|(l, t)| (l, t.to_owned()));
        assert_eq!(lines, expected);
    }
}
