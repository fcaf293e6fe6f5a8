//! Which of two releases of a dataset is the newer, as far as their numbers tell.

use std::cmp::Ordering;

/// How a file's release stands to one that the store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The same or a newer one, or one that is named where the held one is not: it may take the held one's place.
    MayReplace,
    /// An older one.
    Older,
    /// Their order cannot be told.
    Unordered,
}

/// What stands where neither file nor user names a release.
const UNKNOWN: &str = "unknown";

/// How release `new` stands to `held`.
pub(crate) fn standing(new: &str, held: &str) -> Standing {
    let (new, held) = (plain(new), plain(held));
    if new == held {
        return Standing::MayReplace;
    }
    match (numbers(new), numbers(held)) {
        (Some(new), Some(held)) => match new.cmp(&held) {
            Ordering::Less => Standing::Older,
            _ => Standing::MayReplace,
        },
        _ if held == UNKNOWN => Standing::MayReplace,
        _ => Standing::Unordered,
    }
}

/// Without blanks and the `v` that some write before the number.
fn plain(release: &str) -> &str {
    let release = release.trim();
    let number = release.strip_prefix(['v', 'V']).map(str::trim_start);
    number.filter(|n| n.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(release)
}

/// `25.1`, `23.0.10`, `2022.05`, `2016-05-01` as numbers that can be compared.
fn numbers(release: &str) -> Option<Vec<u64>> {
    let parts = release.split(['.', '-', '_']).map(|part| {
        let plain = part.bytes().all(|b| b.is_ascii_digit());
        part.parse().ok().filter(|_| plain)
    });
    let mut numbers = parts.collect::<Option<Vec<u64>>>()?;
    // UCDP numbers a candidate release of several months by the first and last of them (`23.01.23.12`), one of a single month `23.0.12`.
    if let [first, from @ 1..=12, last, to @ 1..=12] = *numbers.as_slice()
        && (first, from) <= (last, to)
    {
        numbers = vec![last, 0, to, 1];
    }
    while numbers.len() > 1 && numbers.last() == Some(&0) {
        numbers.pop();
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::Standing::{MayReplace, Older, Unordered};
    use super::*;

    #[test]
    fn releases_are_compared_by_their_numbers() {
        for (older, newer) in [
            ("9.1", "25.1"),
            ("23.0.9", "23.0.10"),
            ("6", "11"),
            ("v24.1", "25.1"),
            ("24.1", "V 25.1"),
            ("2021.12", "2022.05"),
            ("2016-05-01", "2016-11-01"),
            ("23.0.12", "23.01.23.12"),
            ("23.01.23.06", "23.0.9"),
            ("23.01.23.12", "24.0.1"),
        ] {
            assert_eq!(standing(older, newer), Older, "{older} {newer}");
            assert_eq!(standing(newer, older), MayReplace, "{newer} {older}");
        }
        for (one, same) in [("23.1", "v23.1"), ("25.1", "25.1.0"), ("unknown", "unknown"), ("May", "May")] {
            assert_eq!(standing(one, same), MayReplace);
            assert_eq!(standing(same, one), MayReplace);
        }
    }

    #[test]
    fn a_named_release_goes_over_an_unknown_one_and_not_the_other_way() {
        assert_eq!(standing("25.1", "unknown"), MayReplace);
        assert_eq!(standing("unknown", "25.1"), Unordered);
        assert_eq!(standing("second edition", "first edition"), Unordered);
        assert_eq!(standing("vintage", "25.1"), Unordered);
    }
}
