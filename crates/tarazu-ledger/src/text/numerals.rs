//! A bare numeral is a number in the text that is neither computed, nor in a sentence with a citation, nor a date of the ledger.

use std::collections::BTreeSet;
use std::ops::Range;

use super::parse::{Inline, split_inline};
use crate::fault::{Faults, Span};
use crate::table::Text;

pub(super) fn check(text: &Text, dates: &BTreeSet<String>, faults: &Faults) {
    for range in bare_numerals(&text.value, dates) {
        let numeral = &text.value[range.clone()];
        let span = Span::new(text.span.source, text.span.start + range.start..text.span.start + range.end);
        let message = format!("bare numeral `{numeral}`");
        let help = "compute it ({{ name }}, defined in figures.toml), or cite its document in the same sentence \
                    ([@key, p. 2])";
        faults.add(span, "bare-numeral", message, "where does this number come from?", Some(help.into()));
    }
}

/// Where the bare numerals stand.
fn bare_numerals(text: &str, dates: &BTreeSet<String>) -> Vec<Range<usize>> {
    let pieces = split_inline(text);
    let cited: Vec<usize> =
        pieces.iter().filter(|(_, p)| matches!(p, Inline::Citation(_))).map(|(r, _)| r.start).collect();
    let plain: Vec<Range<usize>> =
        pieces.into_iter().filter(|(_, p)| matches!(p, Inline::Plain(_))).map(|(r, _)| r).collect();
    let mut bare = Vec::new();
    for sentence in sentences(text) {
        if cited.iter().any(|at| sentence.contains(at)) {
            continue;
        }
        for piece in &plain {
            let (start, end) = (piece.start.max(sentence.start), piece.end.min(sentence.end));
            if start < end {
                bare.extend(
                    numerals(text, start..end).into_iter().filter(|r| !is_ledger_date(text, r, dates)),
                );
            }
        }
    }
    bare
}

/// The sentences of a text. A sentence ends at a full stop, question or exclamation mark that white space follows, or at an empty line. A
/// citation right after the mark still belongs to the sentence. What stands in a citation, in a figure or in the words of a link ends
/// no sentence, if it is closed on its line.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'[' | b'{' => {
                at += closed(&text[at..]).unwrap_or(1);
                continue;
            }
            b'\n' if begins_anew(&text[at + 1..]) => {
                sentences.push(start..at + 1);
                start = at + 1;
            }
            b'.' | b'?' | b'!' => {
                let space = bytes[at + 1..].iter().take_while(|b| **b == b' ' || **b == b'\n').count();
                let next = at + 1 + space;
                let abbreviation = text[start..at].ends_with(|c: char| c.is_ascii_uppercase())
                    || ["e.g", "i.e", "para", "paras", "p", "pp", "no", "cf", "vs"]
                        .iter()
                        .any(|a| text[start..at].ends_with(&format!(" {a}")));
                if space > 0 && !abbreviation && !text[next..].starts_with("[@") {
                    sentences.push(start..at + 1);
                    start = at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    sentences.push(start..text.len());
    sentences
}

/// Length of the citation, figure or link that begins here; a bracket that is never closed begins none.
fn closed(rest: &str) -> Option<usize> {
    let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
    if rest.starts_with("[@") {
        return line.find(']').map(|end| end + 1);
    }
    if rest.starts_with("{{") {
        return line.find("}}").map(|end| end + 2);
    }
    line.starts_with('[').then(|| line.find("](").map(|end| end + 1)).flatten()
}

/// Whether a new block begins here: an empty line, an item of a list, a heading, a row of a table.
fn begins_anew(rest: &str) -> bool {
    let line = rest.split('\n').next().unwrap_or_default().trim();
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.is_empty()
        || ["- ", "* ", "+ ", "#", "|"].iter().any(|mark| line.starts_with(mark))
        || number.len() < line.len() && number.starts_with(". ")
}

/// Runs of digits with their separators that stand in `within` and are not part of a word, a list marker or a web address.
fn numerals(text: &str, within: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = within.start;
    while let Some(offset) = text[at..within.end].find(char::is_numeric) {
        let start = at + offset;
        let length = text[start..]
            .char_indices()
            .take_while(|(i, c)| {
                let next = text[start + i + c.len_utf8()..].chars().next();
                c.is_numeric() || (matches!(c, '.' | ',' | '-') && next.is_some_and(char::is_numeric))
            })
            .map(|(i, c)| i + c.len_utf8())
            .last()
            .unwrap_or(1);
        let end = start + length;
        let word = text[..start].ends_with(|c: char| c.is_alphabetic() || c == '_')
            || text[..start].ends_with('-') && text[..start - 1].ends_with(char::is_alphabetic);
        let list_item = text[end..].starts_with(". ")
            && text[..start].rsplit('\n').next().is_some_and(|l| l.trim().is_empty());
        let address = text[..start].rsplit(char::is_whitespace).next().is_some_and(|w| w.contains("://"));
        if !word && !list_item && !address {
            found.push(start..end);
        }
        at = end;
    }
    found
}

/// Whether the numeral is part of a date that the ledger holds: alone as a year, or with the words around it.
fn is_ledger_date(text: &str, range: &Range<usize>, dates: &BTreeSet<String>) -> bool {
    let numeral = &text[range.clone()];
    let is_year = numeral.len() == 4;
    if (is_year || numeral.len() == 10 || numeral.len() == 7) && dates.contains(numeral) {
        return true;
    }
    // A day: it must be followed by its month, and that date must be one of the ledger's.
    let after: Vec<&str> = text[range.end..]
        .split_whitespace()
        .take(2)
        .map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()))
        .collect();
    match after.as_slice() {
        [month, year] if dates.contains(&format!("{numeral} {month} {year}")) => true,
        [month, ..] if !is_year => {
            crate::date::MONTHS.contains(month) && dates.contains(&format!("{numeral} {month}"))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare(text: &str) -> Vec<&str> {
        let dates: BTreeSet<String> =
            ["2024", "22 June 2024", "22 June", "June 2024"].map(String::from).into_iter().collect();
        bare_numerals(text, &dates).into_iter().map(|r| &text[r]).collect()
    }

    #[test]
    fn a_number_needs_a_source_in_its_own_sentence() {
        assert_eq!(bare("It killed 12 people."), ["12"]);
        assert_eq!(bare("It killed 12 people [@a, p. 1]."), [""; 0]);
        assert_eq!(bare("It killed 12 people. [@a, p. 1]"), [""; 0]);
        assert_eq!(bare("One [@a, p. 1]. It killed 12 people."), ["12"]);
        assert_eq!(bare("It killed {{ n }} people, or 1,250.5 in all."), ["1,250.5"]);
        assert_eq!(bare("- It killed 9999\n- and 8888\n- third [@a, p. 1]"), ["9999", "8888"]);
        assert_eq!(bare("And 555 died\r\n\r\nNext [@a, p. 1]."), ["555"]);
        assert_eq!(bare("It killed ٣٠٠ people."), ["٣٠٠"]);
        assert_eq!(bare("It rose by 30% in 2025."), ["30", "2025"]);
        assert_eq!(
            bare("It killed 12 [people. More [@a, p. 1]."),
            ["12"],
            "a bracket left open joins nothing"
        );
        assert_eq!(bare("It killed 12 {people. More [@a, p. 1]."), ["12"]);
        assert_eq!(bare("See [A report. Part two](https://example.org) of 12 [@a, p. 1]."), [""; 0]);
    }

    #[test]
    fn dates_of_the_ledger_names_and_lists_are_no_bare_numerals() {
        assert_eq!(bare("On 22 June 2024, and in June 2024, and in 2024."), [""; 0]);
        assert_eq!(bare("On 23 June 2024."), ["23"]);
        assert_eq!(bare("Khyber-4 and G20 and COVID-19."), [""; 0]);
        assert_eq!(bare("1. first\n2. second\n"), [""; 0]);
        assert_eq!(bare("# 20 points"), ["20"]);
    }
}
