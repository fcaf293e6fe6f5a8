//! In what two bundles differ, file by file, and where first.

use serde::Serialize;

use super::Bundle;

/// A file in which the rebuilt bundle is another than the one at hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The file.
    pub file: String,
    /// In what it differs.
    #[serde(flatten)]
    pub first: FirstDifference,
}

/// Where two files differ first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "difference", rename_all = "lowercase")]
pub enum FirstDifference {
    /// The bundle lacks the file.
    Missing,
    /// The bundle has a file that is not made.
    Extra,
    /// A line of a text.
    Line {
        /// Counted from 1.
        line: usize,
        /// In characters, counted from 1.
        column: usize,
        /// What stands in the bundle.
        found: String,
        /// What was made.
        made: String,
    },
    /// A byte of what is no text.
    Byte {
        /// Counted from 0.
        at: usize,
        /// Bytes in the bundle's file.
        found: usize,
        /// Bytes that were made.
        made: usize,
    },
}

/// Compare the bundle at hand with one that was made anew.
pub fn compare(found: &Bundle, made: &Bundle) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (file, bytes) in &made.files {
        let first = match found.files.get(file) {
            None => Some(FirstDifference::Missing),
            Some(there) if there != bytes => Some(first_difference(there, bytes)),
            Some(_) => None,
        };
        differences.extend(first.map(|first| Difference { file: file.clone(), first }));
    }
    let extra = found.files.keys().filter(|file| !made.files.contains_key(*file));
    differences.extend(extra.map(|file| Difference { file: file.clone(), first: FirstDifference::Extra }));
    differences.sort_by(|a, b| a.file.cmp(&b.file));
    differences
}

fn first_difference(found: &[u8], made: &[u8]) -> FirstDifference {
    let at = found.iter().zip(made).position(|(a, b)| a != b).unwrap_or(found.len().min(made.len()));
    let (Ok(found_text), Ok(made_text)) = (std::str::from_utf8(found), std::str::from_utf8(made)) else {
        return FirstDifference::Byte { at, found: found.len(), made: made.len() };
    };
    // The first byte that differs may lie within a character.
    let at = (0..=at)
        .rev()
        .find(|i| found_text.is_char_boundary(*i) && made_text.is_char_boundary(*i))
        .unwrap_or(0);
    let before = &made_text[..at];
    let start = before.rfind('\n').map_or(0, |i| i + 1);
    FirstDifference::Line {
        line: before.matches('\n').count() + 1,
        column: before[start..].chars().count() + 1,
        found: excerpt(found_text, at),
        made: excerpt(made_text, at),
    }
}

/// A few words from a place on, to the end of its line.
fn excerpt(text: &str, at: usize) -> String {
    let line = text[at..].split('\n').next().unwrap_or_default();
    let shown: String = line.chars().take(60).collect();
    if shown.len() < line.len() { format!("{shown}…") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_named_by_line_and_column() {
        let first = first_difference("a\nbé, 12\n".as_bytes(), "a\nbé, 13\n".as_bytes());
        let (found, made) = ("2".to_owned(), "3".to_owned());
        assert_eq!(first, FirstDifference::Line { line: 2, column: 6, found, made });
        let first = first_difference(b"a\nb\n", b"a\nb\nc\n");
        assert_eq!(
            first,
            FirstDifference::Line { line: 3, column: 1, found: String::new(), made: "c".into() }
        );
        let first = first_difference(b"PAR1\xff\x00", b"PAR1\xff\x01");
        assert_eq!(first, FirstDifference::Byte { at: 5, found: 6, made: 6 });
    }
}
