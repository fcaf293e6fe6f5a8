//! JSON split into its records, without parsing them: the objects of GeoJSON's `features`, ACLED's `data`, UCDP's `Result`, else of the
//! first array that holds objects; or, where one object follows another without an array, all of them (NDJSON).
//!
//! What stands among the records and is no object is torn, and so is an object beyond [`RECORD_LIMIT`]; reading goes on after it.

use std::io::{self, Read};

use csv::StringRecord;
use memchr::{memchr_iter, memchr2, memchr3};
use serde_json::{Map, Value};

use super::{CHUNK, Chunk, RECORD_LIMIT};
use crate::row::Heading;

/// Names under which datasets publish their records.
const NAMES: [&[u8]; 5] = [b"features", b"data", b"Result", b"results", b"records"];

/// Splits JSON into chunks of objects.
pub(crate) struct Objects<R> {
    reader: R,
    chunk: usize,
    limit: usize,
    buffer: Vec<u8>,
    line: u64,
    ended: bool,
    state: State,
    /// Whether the records stand in a list, which has an end.
    listed: bool,
}

/// Where reading stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The records are not found yet.
    Before,
    /// Among the records.
    Among,
    /// Within an object beyond the limit, of which this is known.
    Within(Nesting),
    /// After the last record.
    After,
}

/// How deep in an object reading stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Nesting {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

/// What was found at a place where a record may begin.
enum Next {
    Object(usize, usize),
    /// Something else: a number, a text, a list.
    Other(usize, usize),
    Unfinished(usize),
    More,
    Done,
}

impl<R: Read> Objects<R> {
    pub fn new(reader: R) -> Self {
        Self::with_sizes(reader, CHUNK, RECORD_LIMIT)
    }

    fn with_sizes(reader: R, chunk: usize, limit: usize) -> Self {
        Self {
            reader,
            chunk,
            limit,
            buffer: Vec::new(),
            line: 1,
            ended: false,
            state: State::Before,
            listed: true,
        }
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

    /// The first objects as text, each with its line, once the records are found: as many as there are in a chunk. The buffer then
    /// begins with the records.
    pub fn peek(&mut self) -> io::Result<Vec<(u64, &[u8])>> {
        let mut wanted = self.chunk;
        loop {
            self.fill(wanted)?;
            if self.state == State::Before
                && let Some((at, listed)) = beginning(&self.buffer, self.ended)
            {
                self.drop_front(at);
                self.listed = listed;
                self.state = State::Among;
            }
            let whole = self.state == State::Among && !self.whole_objects().is_empty();
            if whole || self.ended || wanted > self.limit {
                break;
            }
            wanted *= 2;
        }
        if self.state != State::Among {
            return Ok(Vec::new());
        }
        let line_of = |at: usize| self.line + memchr_iter(b'\n', &self.buffer[..at]).count() as u64;
        let objects = self.whole_objects().into_iter();
        Ok(objects.map(|(start, end)| (line_of(start), &self.buffer[start..end])).collect())
    }

    /// Places of the first objects in the buffer, up to a few hundred.
    fn whole_objects(&self) -> Vec<(usize, usize)> {
        let (mut all, mut at) = (Vec::new(), 0);
        while all.len() < 500 {
            match next_object(&self.buffer, at) {
                Next::Object(start, end) => {
                    all.push((start, end));
                    at = end;
                }
                Next::Other(_, end) => at = end,
                _ => break,
            }
        }
        all
    }

    /// The next chunk of whole objects.
    pub fn next(&mut self) -> io::Result<Option<Chunk>> {
        if let State::Within(nesting) = self.state
            && let Some(torn) = self.pass_over(nesting)?
        {
            return Ok(Some(torn));
        }
        let mut wanted = self.chunk;
        while self.state == State::Among {
            self.fill(wanted)?;
            let (mut objects, mut at, mut line, mut counted) = (Vec::new(), 0, self.line, 0);
            let next = loop {
                match next_object(&self.buffer, at) {
                    Next::Object(start, end) => {
                        line += memchr_iter(b'\n', &self.buffer[counted..start]).count() as u64;
                        counted = start;
                        objects.push((line, start..end));
                        at = end;
                    }
                    other => break other,
                }
            };
            if !objects.is_empty() {
                let rest = self.buffer.split_off(at);
                let bytes = std::mem::replace(&mut self.buffer, rest);
                self.line += memchr_iter(b'\n', &bytes).count() as u64;
                return Ok(Some(Chunk::Objects { bytes, objects }));
            }
            match next {
                Next::Other(start, end) => {
                    self.drop_front(start);
                    let torn = self.torn("expected an object");
                    self.drop_front(end - start);
                    return Ok(Some(torn));
                }
                Next::Done => self.state = State::After,
                Next::Unfinished(start) if self.ended => {
                    self.drop_front(start);
                    self.state = State::After;
                    return Ok(Some(self.torn("the file ends within this object")));
                }
                Next::Unfinished(start) if self.buffer.len() - start > self.limit => {
                    self.drop_front(start);
                    self.state = State::Within(Nesting::default());
                    let reason = format!("expected an object of at most {} MiB", self.limit >> 20);
                    return Ok(Some(self.torn(&reason)));
                }
                Next::Unfinished(start) => {
                    self.drop_front(start);
                    wanted = (self.buffer.len() * 2).clamp(self.chunk, self.limit + 1);
                }
                _ if self.ended => {
                    self.drop_front(self.buffer.len());
                    self.state = State::After;
                    if self.listed {
                        return Ok(Some(self.torn("the file ends before its list of records does")));
                    }
                }
                _ => {
                    self.drop_front(at);
                    let blank =
                        self.buffer.iter().take_while(|b| b.is_ascii_whitespace() || **b == b',').count();
                    self.drop_front(blank);
                    wanted = self.buffer.len() + self.chunk;
                }
            }
        }
        Ok(None)
    }

    fn torn(&self, reason: &str) -> Chunk {
        let found = String::from_utf8_lossy(&self.buffer[..self.buffer.len().min(300)]).into_owned();
        Chunk::Torn { line: self.line, found, reason: reason.into() }
    }

    /// Read over the rest of an object beyond the limit. A file that ends meanwhile is torn once more, because nobody can tell what it
    /// would have held.
    fn pass_over(&mut self, mut nesting: Nesting) -> io::Result<Option<Chunk>> {
        loop {
            let end = self.buffer.iter().position(|byte| nesting.closes(*byte));
            if let Some(end) = end {
                self.drop_front(end + 1);
                self.state = State::Among;
                return Ok(None);
            }
            let line = self.line;
            self.drop_front(self.buffer.len());
            self.fill(self.chunk)?;
            if self.buffer.is_empty() {
                self.state = State::After;
                let reason =
                    "the file ends within an object beyond the limit: nothing after its beginning was read";
                return Ok(Some(Chunk::Torn { line, found: String::new(), reason: reason.into() }));
            }
        }
    }
}

impl Nesting {
    /// Go on over a byte; whether it closes the object.
    fn closes(&mut self, byte: u8) -> bool {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0;
            }
            _ => {}
        }
        false
    }
}

/// Where the records begin: at the first of two objects that follow each other, or just after the `[` of a list of objects, by
/// preference one under a name of [`NAMES`]; and whether they stand in a list.
fn beginning(text: &[u8], ended: bool) -> Option<(usize, bool)> {
    if let Next::Object(start, end) = next_object(text, 0)
        && first_after(text, end) == Some(b'{')
    {
        return Some((start, false));
    }
    let lists = arrays_of_objects(text);
    let named = lists.iter().find(|(name, _)| NAMES.contains(name));
    // Lists under other names come first in some files: wait for a known name as long as a chunk may hold one.
    let any = lists.first().filter(|_| ended || text.len() >= CHUNK);
    named.or(any).map(|(_, at)| (*at, true))
}

/// The lists at depth 0 or 1 whose first element is an object: their names, and just after their `[`.
fn arrays_of_objects(text: &[u8]) -> Vec<(&[u8], usize)> {
    let (mut depth, mut at) = (0_usize, 0);
    let mut name: &[u8] = b"";
    let mut found = Vec::new();
    while at < text.len() {
        match text[at] {
            b'"' => {
                let Some(end) = end_of_string(text, at + 1) else { break };
                name = &text[at + 1..end - 1];
                at = end;
                continue;
            }
            b'[' if depth <= 1 && first_after(text, at + 1) == Some(b'{') => {
                found.push((name, at + 1));
                depth += 1;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    found
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
    match text[start] {
        b'{' => {}
        b']' => return Next::Done,
        _ => return other(text, start),
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

/// An element that is no object.
fn other(text: &[u8], start: usize) -> Next {
    let end = match text[start] {
        b'"' => end_of_string(text, start + 1),
        b'[' => {
            let mut nesting = Nesting::default();
            text[start..].iter().position(|byte| nesting.closes(*byte)).map(|at| start + at + 1)
        }
        // At least one byte, so that reading goes on.
        _ => text[start + 1..].iter().position(|b| b",]{}[\"\n".contains(b)).map(|at| start + 1 + at),
    };
    end.map_or(Next::Unfinished(start), |end| Next::Other(start, end))
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

/// The keys of the first objects, each once, in the order in which they appear.
pub(crate) fn keys<'a>(objects: impl IntoIterator<Item = &'a Map<String, Value>>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for object in objects {
        for key in object.keys() {
            if !names.iter().any(|name| name == key) {
                names.push(key.clone());
            }
        }
    }
    names
}

/// A flat object's values in the order of a heading, and the keys that the heading does not have.
pub(crate) fn cells<'a>(
    object: &'a Map<String, Value>,
    heading: &Heading,
) -> (StringRecord, Vec<(&'a String, &'a Value)>) {
    let mut record = StringRecord::new();
    let mut known = 0;
    for name in heading.names() {
        let value = object.get(name);
        known += usize::from(value.is_some());
        match value {
            None | Some(Value::Null) => record.push_field(""),
            Some(Value::String(text)) => record.push_field(text),
            Some(other) => record.push_field(&other.to_string()),
        }
    }
    let others = |_: &usize| object.iter().filter(|(key, _)| !heading.names().contains(key)).collect();
    (record, Some(known).filter(|known| *known < object.len()).as_ref().map(others).unwrap_or_default())
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
            let mut objects = Objects::with_sizes(text.as_bytes(), chunk, RECORD_LIMIT);
            prop_assert_eq!(objects.peek().unwrap().is_empty(), records.is_empty());
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

    /// The objects and tears of a text.
    fn told(text: &str, limit: usize) -> Vec<String> {
        let mut objects = Objects::with_sizes(text.as_bytes(), 16, limit);
        objects.peek().unwrap();
        let mut all = Vec::new();
        while let Some(chunk) = objects.next().unwrap() {
            match chunk {
                Chunk::Objects { bytes, objects } => all.extend(
                    objects.into_iter().map(|(l, r)| format!("{l}: {}", String::from_utf8_lossy(&bytes[r]))),
                ),
                Chunk::Torn { line, reason, .. } => all.push(format!("{line}: {reason}")),
                _ => panic!("not of JSON"),
            }
        }
        all
    }

    #[test]
    fn what_is_no_object_costs_only_itself() {
        let text = "[{\"a\": 1},\nnull,\n\"x}\", [1, {\"b\": 2}],\n7,\n{\"a\": 2}\n]";
        assert_eq!(
            told(text, 1000),
            [
                "1: {\"a\": 1}",
                "2: expected an object",
                "3: expected an object",
                "3: expected an object",
                "4: expected an object",
                "5: {\"a\": 2}"
            ]
        );
    }

    #[test]
    fn an_object_beyond_the_limit_costs_only_itself() {
        let long = "x\\\"}".repeat(40);
        let text = format!("{{\"data\": [{{\"a\": 1}},\n{{\"a\": \"{long}\"}},\n{{\"a\": 3}}]}}");
        assert_eq!(
            told(&text, 64),
            ["1: {\"a\": 1}", "2: expected an object of at most 0 MiB", "3: {\"a\": 3}"]
        );
        let cut = told(&text[..text.len() - 40], 64);
        assert!(cut[2].contains("the file ends within an object beyond the limit"), "{cut:?}");
    }

    #[test]
    fn the_list_of_records_is_known_by_its_name_and_lines_of_objects_need_no_list() {
        let named = "{\"tags\": [{\"t\": 1}], \"features\": [{\"a\": 1}]}";
        assert_eq!(told(named, 1000), ["1: {\"a\": 1}"]);
        let other = "{\"tags\": [{\"t\": 1}], \"n\": 1}";
        assert_eq!(told(other, 1000), ["1: {\"t\": 1}"]);
        let lines = "{\"a\": 1, \"s\": [{\"b\": 1}]}\n{\"a\": 2}\n{\"a\": 3}\n";
        let all = told(lines, 1000);
        assert_eq!(all, ["1: {\"a\": 1, \"s\": [{\"b\": 1}]}", "2: {\"a\": 2}", "3: {\"a\": 3}"]);
    }
}
