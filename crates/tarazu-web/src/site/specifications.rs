//! Every specification of every question, in columns: what the multiverse is explored by.

use std::borrow::Cow;

use serde::Serialize;
use tarazu_brief::{Answer, Weighing};
use tarazu_effects::multiverse::{CellEstimate, DIMENSIONS};

/// The specifications of one question. Estimates are relative differences in thousandths.
#[derive(Serialize)]
pub(super) struct Specifications<'a> {
    id: &'a str,
    /// The options taken, one text per choice with one character per estimated specification: `0` to `9`, then `a` to `z`, and so on
    /// upwards.
    levels: Vec<String>,
    estimate: Vec<i64>,
    low: Vec<i64>,
    high: Vec<i64>,
    /// Specifications that could not be estimated, by reason.
    excluded: Vec<(&'a Cow<'static, str>, usize)>,
}

pub(super) fn specifications(weighing: &Weighing) -> Vec<Specifications<'_>> {
    weighing.answers.iter().map(of).collect()
}

fn of(answer: &Answer) -> Specifications<'_> {
    let estimated: Vec<_> =
        answer.multiverse.results.iter().filter_map(|r| Some((r.levels, r.outcome.as_ref().ok()?))).collect();
    let ends =
        |value: fn(&CellEstimate) -> f64| estimated.iter().map(|(_, e)| in_thousandths(value(e))).collect();
    Specifications {
        id: &answer.question.id,
        levels: (0..DIMENSIONS)
            .map(|dimension| estimated.iter().map(|(levels, _)| character(levels[dimension])).collect())
            .collect(),
        estimate: estimated.iter().map(|(_, e)| (e.relative.estimate * 1000.0).round() as i64).collect(),
        low: ends(|e| e.relative.low),
        high: ends(|e| e.relative.high),
        excluded: answer.multiverse.summary.excluded.iter().map(|(reason, n)| (reason, *n)).collect(),
    }
}

/// Rounded to thousandths, and never to zero: an interval that lies wholly on one side of it still does on the page.
fn in_thousandths(value: f64) -> i64 {
    match (value * 1000.0).round() as i64 {
        0 if value > 0.0 => 1,
        0 if value < 0.0 => -1,
        rounded => rounded,
    }
}

/// The character of an option: digits, small letters, and from there on the characters from U+0100.
fn character(level: u16) -> char {
    match u32::from(level) {
        n if n < 36 => char::from_digit(n, 36).unwrap_or('0'),
        n => char::from_u32(0x100 + n).unwrap_or('\u{100}'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_rounding_moves_an_end_of_an_interval_onto_zero() {
        assert_eq!([0.0, 0.0003, -0.0001, 0.0015, -0.25].map(in_thousandths), [0, 1, -1, 2, -250]);
    }

    #[test]
    fn every_option_has_a_character_of_its_own() {
        assert_eq!([0, 9, 10, 35].map(character), ['0', '9', 'a', 'z']);
        let mut all: Vec<char> = (0..=1000).map(character).collect();
        all.dedup();
        assert_eq!(all.len(), 1001);
        assert_eq!(u32::from(character(40)), 0x100 + 40, "as the page reads it");
    }
}
