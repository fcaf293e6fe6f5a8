//! Text of a chunk cut into cells where it stands: what the `csv` crate makes of it, faster, without copying, and with the line on
//! which each record begins.

use memchr::memchr2;

/// Where a cell stands: in the text, or among what had to be written down apart because quotes within it are doubled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    start: u32,
    end: u32,
    apart: bool,
}

impl Piece {
    fn new(start: usize, end: usize, apart: bool) -> Self {
        // A chunk is less than 4 GiB long: it has at most one record more than it should, and of those the length is bounded.
        Self { start: start as u32, end: end as u32, apart }
    }

    fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The cell, of the text and of what was written apart.
    pub fn of<'a, T>(self, text: &'a T, apart: &'a T) -> &'a T
    where
        T: ?Sized + std::ops::Index<std::ops::Range<usize>, Output = T>,
    {
        if self.apart { &apart[self.range()] } else { &text[self.range()] }
    }

    /// From where to where these stand in the text.
    pub fn span(pieces: &[Self]) -> std::ops::Range<usize> {
        let mut within = pieces.iter().filter(|piece| !piece.apart);
        let Some(first) = within.next() else { return 0..0 };
        first.range().start..within.next_back().unwrap_or(first).range().end
    }
}

/// Cuts records into cells. Quotes are those of RFC 4180, read as leniently as the `csv` crate does: a quote within an unquoted cell
/// and text after a closing quote stand for themselves.
pub(crate) struct Split<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
    quoting: bool,
    ends: Ends<'a>,
    pieces: Vec<Piece>,
    apart: Vec<u8>,
}

impl<'a> Split<'a> {
    /// Of text whose first line has number 0.
    pub fn new(text: &'a [u8], delimiter: u8, quoting: bool) -> Self {
        let ends = Ends::new(text, delimiter);
        Self { text, at: 0, line: 0, quoting, ends, pieces: Vec::new(), apart: Vec::new() }
    }

    /// Go to the next record; the number of lines before it. `None` at the end.
    pub fn next(&mut self) -> Option<u64> {
        self.pieces.clear();
        self.apart.clear();
        while let Some(end @ (b'\n' | b'\r')) = self.text.get(self.at) {
            self.line += u64::from(*end == b'\n');
            self.at += 1;
        }
        if self.at == self.text.len() {
            return None;
        }
        let line = self.line;
        self.ends.go_to(self.at);
        while self.cell() {}
        Some(line)
    }

    /// The cells of this record, and what of them does not stand in the text.
    pub fn record(&self) -> (&[Piece], &[u8]) {
        (&self.pieces, &self.apart)
    }

    /// Add one cell; whether another follows in this record.
    fn cell(&mut self) -> bool {
        if self.quoting && self.text.get(self.at) == Some(&b'"') {
            return self.quoted();
        }
        let end = self.ends.next();
        self.pieces.push(Piece::new(self.at, end, false));
        self.at = end;
        self.steps_over_delimiter()
    }

    fn quoted(&mut self) -> bool {
        let begun = self.apart.len();
        self.at += 1;
        let start = self.at;
        let mut plain = true;
        loop {
            let rest = &self.text[self.at..];
            let length = self.pass_to_quote(rest);
            let within = &rest[..length];
            self.at += length;
            let closed = self.at < self.text.len();
            self.at += usize::from(closed);
            if plain && (!closed || self.ends_here()) {
                // No quote within: the cell is a piece of the text.
                self.pieces.push(Piece::new(start, start + length, false));
                break;
            }
            plain = false;
            self.apart.extend_from_slice(within);
            if closed && !self.ends_here() {
                if self.text[self.at] == b'"' {
                    self.apart.push(b'"');
                    self.at += 1;
                    continue;
                }
                // Text after the closing quote.
                self.ends.go_to(self.at);
                let end = self.ends.peek();
                self.apart.extend_from_slice(&self.text[self.at..end]);
                self.at = end;
            }
            self.pieces.push(Piece::new(begun, self.apart.len(), true));
            break;
        }
        self.ends.go_to(self.at);
        let more = self.text.get(self.at) == Some(&self.ends.delimiter);
        if more {
            self.ends.next();
            self.at += 1;
        }
        more
    }

    /// How far it is to the next quote or the end; lines that end before it are counted.
    fn pass_to_quote(&mut self, rest: &[u8]) -> usize {
        let mut at = 0;
        loop {
            match memchr2(b'"', b'\n', &rest[at..]) {
                None => return rest.len(),
                Some(found) if rest[at + found] == b'"' => return at + found,
                Some(found) => {
                    self.line += 1;
                    at += found + 1;
                }
            }
        }
    }

    fn ends_here(&self) -> bool {
        self.text.get(self.at).is_none_or(|b| *b == self.ends.delimiter || matches!(b, b'\n' | b'\r'))
    }

    /// Step over a delimiter, if one is next.
    fn steps_over_delimiter(&mut self) -> bool {
        let more = self.text.get(self.at) == Some(&self.ends.delimiter);
        self.at += usize::from(more);
        more
    }
}

/// Bytes that are searched at a time.
const BLOCK: usize = 64;

/// Finds the bytes that end a cell, delimiters and line ends, in blocks of 64 at a time: cells are short, and a search that begins
/// anew for each of them takes longer than what it finds.
struct Ends<'a> {
    text: &'a [u8],
    delimiter: u8,
    block: usize,
    /// A bit for each byte of the block that ends a cell and has not been handed out.
    found: u64,
}

impl<'a> Ends<'a> {
    fn new(text: &'a [u8], delimiter: u8) -> Self {
        let mut ends = Self { text, delimiter, block: 0, found: 0 };
        ends.found = ends.search(0);
        ends
    }

    /// Where the next cell ends: each end once.
    fn next(&mut self) -> usize {
        let at = self.peek();
        self.found &= self.found.wrapping_sub(1);
        at
    }

    /// Where the next cell ends, which is found again the next time.
    fn peek(&mut self) -> usize {
        while self.found == 0 {
            self.block += BLOCK;
            if self.block >= self.text.len() {
                return self.text.len();
            }
            self.found = self.search(self.block);
        }
        self.block + self.found.trailing_zeros() as usize
    }

    /// Go on from here, with an end that stands here.
    fn go_to(&mut self, at: usize) {
        let block = at / BLOCK * BLOCK;
        if block != self.block {
            self.block = block;
            self.found = if block < self.text.len() { self.search(block) } else { 0 };
        }
        self.found &= u64::MAX << (at % BLOCK);
    }

    fn search(&self, block: usize) -> u64 {
        let rest = &self.text[block..];
        match rest.first_chunk() {
            Some(bytes) => self.mask(bytes),
            None => {
                let mut bytes = [0; BLOCK];
                bytes[..rest.len()].copy_from_slice(rest);
                self.mask(&bytes) & !(u64::MAX << rest.len())
            }
        }
    }

    /// Bit i says whether byte i is an end. Written so that the compiler makes vector instructions of it.
    fn mask(&self, bytes: &[u8; BLOCK]) -> u64 {
        let mut hits = [0; BLOCK];
        for (hit, b) in hits.iter_mut().zip(*bytes) {
            *hit = u8::from((b == self.delimiter) | (b == b'\n') | (b == b'\r'));
        }
        let (groups, _) = hits.as_chunks::<8>();
        // Eight bytes of 0 or 1 become eight bits: the multiplication brings byte i to bit 56 + i.
        let bits = |group: &[u8; 8]| u64::from_le_bytes(*group).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        (0..).zip(groups).fold(0, |mask, (at, group)| mask | bits(group) << (8 * at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use csv::ByteRecord;
    use proptest::prelude::*;

    fn record(split: &Split<'_>) -> ByteRecord {
        let (pieces, apart) = split.record();
        pieces.iter().map(|piece| piece.of(split.text, apart)).collect()
    }

    proptest! {
        /// The `csv` crate is the oracle for cells, a count of line feeds for lines.
        #[test]
        fn cells_are_those_of_the_csv_crate(
            short in "[a\",;\n\r é]{0,40}", long in "[a\",;\n\r é]{60,300}", quoting: bool, semicolon: bool,
        ) {
            let delimiter = if semicolon { b';' } else { b',' };
            for text in [short, long] {
                let mut oracle = csv::ReaderBuilder::new()
                    .has_headers(false)
                    .flexible(true)
                    .delimiter(delimiter)
                    .quoting(quoting)
                    .from_reader(text.as_bytes());
                let expected: Vec<ByteRecord> = oracle.byte_records().map(Result::unwrap).collect();
                let mut split = Split::new(text.as_bytes(), delimiter, quoting);
                let mut found = Vec::new();
                while split.next().is_some() {
                    found.push(record(&split));
                }
                prop_assert_eq!(found, expected);
                prop_assert_eq!(split.line, text.matches('\n').count() as u64);
            }
        }
    }

    #[test]
    fn a_record_has_the_line_on_which_it_begins() {
        let mut split = Split::new(b"\r\na,\"b\nc\"\r\n\r\nd\r\n\"e\"\"\n\",f\ng", b',', true);
        let mut lines = Vec::new();
        while let Some(line) = split.next() {
            lines.push((line, String::from_utf8_lossy(&record(&split)[0]).into_owned()));
        }
        let expected = [(1, "a"), (4, "d"), (5, "e\"\n"), (7, "g")].map(|(l, t)| (l, t.to_owned()));
        assert_eq!(lines, expected);
    }
}
