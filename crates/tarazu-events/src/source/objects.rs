//! JSON split into its records: the objects of the first array that holds objects (GeoJSON's `features`, ACLED's `data`, UCDP's
//! `Result`), without parsing them.

use std::io::{self, Read};

use csv::StringRecord;
use memchr::{memchr_iter, memchr2, memchr3};
use serde_json::{Map, Value};

use super::{CHUNK, Chunk, RECORD_LIMIT};
use crate::row::Heading;

/// Splits JSON into chunks of objects.
pub(crate) struct Objects<R> {
    reader: R,
    chunk: usize,
    buffer: Vec<u8>,
    line: u64,
    ended: bool,
    in_records: bool,
}

/// What was found at a place where a record may begin.
enum Next {
    Object(usize, usize),
    Unfinished(usize),
    More,
    Done,
}

impl<R: Read> Objects<R> {
    pub fn new(reader: R) -> Self {
        Self { reader, chunk: CHUNK, buffer: Vec::new(), line: 1, ended: false, in_records: false }
    }

    fn fill(&mut self, length: usize) -> io::Result<()> {
        let missing = length.saturating_sub(self.buffer.len());
        if !self.ended && missing > 0 {
            let read = self.reader.by_ref().take(missing as u64).read_to_end(&mut self.buffer)?;
            self.ended = read < missing;
        }
        Ok(())
    }

    fn drop_front(&mut self, length: usize) {
        self.line += memchr_iter(b'\n', &self.buffer[..length]).count() as u64;
        self.buffer.drain(..length);
    }

    /// The first object as text, with its line, once the array of records is found; the buffer then begins there.
    pub fn peek(&mut self) -> io::Result<Option<(u64, &[u8])>> {
        let mut wanted = self.chunk;
        loop {
            self.fill(wanted)?;
            if !self.in_records
                && let Some(at) = array_of_objects(&self.buffer)
            {
                self.drop_front(at);
                self.in_records = true;
            }
            if self.in_records {
                match next_object(&self.buffer, 0) {
                    Next::Object(start, end) => {
                        let line = self.line + memchr_iter(b'\n', &self.buffer[..start]).count() as u64;
                        return Ok(Some((line, &self.buffer[start..end])));
                    }
                    Next::Done => return Ok(None),
                    _ => {}
                }
            }
            if self.ended || wanted > RECORD_LIMIT {
                return Ok(None);
            }
            wanted *= 2;
        }
    }

    /// The next chunk of whole objects.
    pub fn next(&mut self) -> io::Result<Option<Chunk>> {
        if !self.in_records {
            return Ok(None);
        }
        let mut wanted = self.chunk;
        loop {
            self.fill(wanted)?;
            let (mut objects, mut at, mut line, mut counted) = (Vec::new(), 0, self.line, 0);
            let unfinished = loop {
                match next_object(&self.buffer, at) {
                    Next::Object(start, end) => {
                        line += memchr_iter(b'\n', &self.buffer[counted..start]).count() as u64;
                        counted = start;
                        objects.push((line, start..end));
                        at = end;
                    }
                    Next::Unfinished(start) => break Some(start),
                    Next::More => break None,
                    Next::Done => {
                        self.in_records = !objects.is_empty();
                        break None;
                    }
                }
            };
            if !objects.is_empty() {
                let rest = self.buffer.split_off(at);
                let bytes = std::mem::replace(&mut self.buffer, rest);
                self.line += memchr_iter(b'\n', &bytes).count() as u64;
                return Ok(Some(Chunk::Objects { bytes, objects }));
            }
            if !self.in_records {
                return Ok(None);
            }
            if self.ended || self.buffer.len() > RECORD_LIMIT {
                self.in_records = false;
                let (start, reason) = match unfinished {
                    Some(start) if self.ended => (start, "the file ends within this object"),
                    Some(start) => (start, "expected an object of at most 16 MiB"),
                    None => (at, "the file ends before its list of records does"),
                };
                self.drop_front(start.min(self.buffer.len()));
                let found = String::from_utf8_lossy(&self.buffer[..self.buffer.len().min(300)]).into_owned();
                return Ok(Some(Chunk::Torn { line: self.line, found, reason: reason.into() }));
            }
            wanted = self.buffer.len() * 2;
        }
    }
}

/// Just after the `[` of the first array, at depth 0 or 1, whose first element is an object.
fn array_of_objects(text: &[u8]) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        match text[at] {
            b'"' => {
                at = end_of_string(text, at + 1)?;
                continue;
            }
            b'[' if depth <= 1 && first_after(text, at + 1) == Some(b'{') => return Some(at + 1),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    None
}

fn first_after(text: &[u8], at: usize) -> Option<u8> {
    text.get(at..)?.iter().copied().find(|b| !b.is_ascii_whitespace())
}

/// Just after the quote that closes a string whose contents begin at `at`.
fn end_of_string(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        match text[at] {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

fn next_object(text: &[u8], from: usize) -> Next {
    let Some(skipped) = text[from..].iter().position(|b| !b.is_ascii_whitespace() && *b != b',') else {
        return Next::More;
    };
    let start = from + skipped;
    if text[start] != b'{' {
        return Next::Done;
    }
    let (mut depth, mut at) = (0_usize, start);
    while let Some(found) = text.get(at..).and_then(|rest| memchr3(b'"', b'{', b'}', rest)) {
        at += found;
        match text[at] {
            b'"' => match end_of_string(text, at + 1) {
                Some(end) => {
                    at = end;
                    continue;
                }
                None => return Next::Unfinished(start),
            },
            b'{' => depth += 1,
            _ => depth -= 1,
        }
        at += 1;
        if depth == 0 {
            return Next::Object(start, at);
        }
    }
    Next::Unfinished(start)
}

/// An object as a flat list of names and values: GeoJSON's `properties` with the point's coordinates, or the object itself.
pub(crate) fn flatten(text: &[u8]) -> Result<Map<String, Value>, serde_json::Error> {
    let mut object: Map<String, Value> = serde_json::from_slice(text)?;
    let Some(Value::Object(properties)) = object.get_mut("properties") else { return Ok(object) };
    let mut flat: Map<String, Value> =
        std::mem::take(properties).into_iter().map(|(k, v)| (k.to_ascii_lowercase(), v)).collect();
    let point = object.get("geometry").and_then(|g| g.get("coordinates")).and_then(Value::as_array);
    if let Some([longitude, latitude, ..]) = point.map(Vec::as_slice) {
        flat.insert("longitude".into(), longitude.clone());
        flat.insert("latitude".into(), latitude.clone());
    } else {
        flat.entry("longitude").or_insert(Value::Null);
        flat.entry("latitude").or_insert(Value::Null);
    }
    Ok(flat)
}

/// A flat object's values in the order of a heading.
pub(crate) fn cells(object: &Map<String, Value>, heading: &Heading) -> StringRecord {
    let mut record = StringRecord::new();
    for name in heading.names() {
        match object.get(name) {
            None | Some(Value::Null) => record.push_field(""),
            Some(Value::String(text)) => record.push_field(text),
            Some(other) => record.push_field(&other.to_string()),
        }
    }
    record
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever strings and nested objects the records hold, and wherever chunks end, the records are those of the parser.
        #[test]
        fn objects_are_those_of_the_parser(
            texts in prop::collection::vec("[a{}\\[\\]\"\\\\,\n]{0,8}", 0..8), chunk in 1_usize..60,
        ) {
            let records: Vec<Value> =
                texts.iter().map(|t| serde_json::json!({ "a": t, "b": { "c": [t, { "d": 1 }] } })).collect();
            let text = serde_json::to_string_pretty(&serde_json::json!({ "crs": { "x": [1] }, "features": records })).unwrap();
            let mut objects = Objects { chunk, ..Objects::new(text.as_bytes()) };
            objects.peek().unwrap();
            let mut found = Vec::new();
            while let Some(part) = objects.next().unwrap() {
                let Chunk::Objects { bytes, objects } = part else { panic!("torn") };
                for (line, range) in objects {
                    let object = &bytes[range];
                    let at = text.find(std::str::from_utf8(object).unwrap()).unwrap();
                    prop_assert!(line as usize > text[..at].matches('\n').count());
                    found.push(serde_json::from_slice::<Value>(object).unwrap());
                }
            }
            prop_assert_eq!(found, records);
        }
    }

    #[test]
    fn a_file_cut_off_within_an_object_says_so() {
        let mut objects = Objects::new(&b"{\"features\": [\n{\"a\": 1},\n{\"a\": "[..]);
        objects.peek().unwrap();
        assert!(matches!(objects.next().unwrap(), Some(Chunk::Objects { .. })));
        assert!(matches!(objects.next().unwrap(), Some(Chunk::Torn { line: 3, .. })));
        assert!(objects.next().unwrap().is_none());
    }
}
