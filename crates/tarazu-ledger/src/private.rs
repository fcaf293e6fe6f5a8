//! What looks private in a text: telephone and identity numbers, and coordinates.

/// How names begin that a dataset gives to people who follow somebody.
const AFTER_SOMEBODY: [&str; 6] =
    ["Forces of ", "Supporters of ", "Followers of ", "Loyalists of ", "Relatives of ", "Family of "];

/// Whether a side of an event is called after somebody, who may be a private person: "Supporters of …". Nothing that is published names
/// such a side; it is printed by its UCDP actor id.
pub fn called_after_somebody(name: &str) -> bool {
    let plain = plain(name);
    let plain = plain.trim_start();
    AFTER_SOMEBODY.iter().any(|start| plain.get(..start.len()).is_some_and(|s| s.eq_ignore_ascii_case(start)))
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Private {
    /// A telephone or identity number.
    Number(String),
    /// Coordinates.
    Coordinates(String),
}

/// The first private thing in a text.
pub fn private(text: &str) -> Option<Private> {
    let plain = plain(text);
    coordinates(&plain).map(Private::Coordinates).or_else(|| number(&plain).map(Private::Number))
}

/// Digits of any script as 0 to 9, every kind of space and dash as one, and nothing that does not show.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}'))
        .map(|c| match c {
            '٠'..='٩' => digit(c, '٠'),
            '۰'..='۹' => digit(c, '۰'),
            '０'..='９' => digit(c, '０'),
            '\u{2010}'..='\u{2015}' | '−' => '-',
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .collect()
}

fn digit(c: char, zero: char) -> char {
    char::from_digit(c as u32 - zero as u32, 10).unwrap_or(c)
}

/// A run of groups of digits with one space, hyphen, dot, bracket or slash between them, that is written as a telephone or identity
/// number is.
fn number(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < characters.len() {
        let begins = characters[at].is_ascii_digit()
            || matches!(characters[at], '+' | '(')
                && characters.get(at + 1).is_some_and(char::is_ascii_digit);
        // A number within a word, a hash or an address is part of its name.
        let named =
            at > 0 && (characters[at - 1].is_alphanumeric() || matches!(characters[at - 1], '_' | '/'));
        if !begins || named {
            at += 1;
            continue;
        }
        let from = at;
        let mut groups = vec![Group { digits: String::new(), before: None }];
        while let Some(c) = characters.get(at) {
            if c.is_ascii_digit() {
                if let Some(group) = groups.last_mut() {
                    group.digits.push(*c);
                }
                at += 1;
                continue;
            }
            // Between groups: at most three characters, of which a number is made.
            let gap =
                characters[at..].iter().take_while(|c| matches!(c, ' ' | '-' | '.' | '(' | ')')).count();
            let next = characters.get(at + gap);
            let plus_ahead = at == from && matches!(c, '+' | '(');
            if plus_ahead {
                at += 1;
            } else if (1..=3).contains(&gap) && next.is_some_and(char::is_ascii_digit) {
                groups.push(Group { digits: String::new(), before: Some(characters[at]) });
                at += gap;
            } else {
                break;
            }
        }
        // Digits that go on as letters are a name too.
        let named = characters.get(at).is_some_and(|c| c.is_alphabetic() || *c == '_');
        let written: String = characters[from..at].iter().collect();
        if !named && is_private(&written, &groups) {
            return Some(written.trim_end().to_owned());
        }
        at = at.max(from + 1);
    }
    None
}

struct Group {
    digits: String,
    /// What stands before it.
    before: Option<char>,
}

fn is_private(written: &str, groups: &[Group]) -> bool {
    // A sentence may put a year before the number: what follows it counts as well.
    (0..groups.len()).any(|from| {
        let rest = &groups[from..];
        let lengths: Vec<usize> = rest.iter().map(|g| g.digits.len()).collect();
        let first = rest.first().map_or("", |g| g.digits.as_str());
        let digits: usize = lengths.iter().sum();
        // 12345-1234567-1, in whatever way it is divided.
        if lengths.starts_with(&[5, 7, 1]) {
            return true;
        }
        // Nine digits and more without a mark between them, or held together by hyphens, unless it is a date or two.
        let hyphened: Vec<&Group> = rest
            .iter()
            .enumerate()
            .take_while(|(i, g)| *i == 0 || g.before == Some('-'))
            .map(|(_, g)| g)
            .collect();
        let together: usize = hyphened.iter().map(|g| g.digits.len()).sum();
        let dates = hyphened.chunks(3).all(
            |d| matches!(d, [y, m, d] if y.digits.len() == 4 && m.digits.len() == 2 && d.digits.len() == 2),
        );
        if together >= 9 && !dates {
            return true;
        }
        // 60 000 000 000 is a sum.
        let thousands = lengths.iter().all(|l| *l == 3);
        // Written for dialling: +92 300 1234567, 0300 123 4567, (0300) 1234567, 92 300 1234567.
        let dialled =
            from == 0 && written.starts_with('+') || first.starts_with('0') && first.len() >= 3 && !thousands;
        let national = first == "92" && rest.get(1).is_some_and(|g| g.digits.len() == 3);
        (9..=15).contains(&digits) && (dialled || national)
    })
}

/// Two decimal numbers with at least three decimals side by side, as latitude and longitude are written, or degrees and minutes.
fn coordinates(text: &str) -> Option<String> {
    if let Some(at) = text.find('°') {
        let after: String = text[at + '°'.len_utf8()..].chars().take(8).collect();
        let before = text[..at].chars().next_back().is_some_and(|c| c.is_ascii_digit());
        let minutes =
            after.trim_start().starts_with(|c: char| c.is_ascii_digit()) && after.contains(['\'', '’', '′']);
        if before && minutes {
            let from = text[..at].rfind(' ').map_or(0, |i| i + 1);
            return Some(format!("{}°{}", &text[from..at], after.trim_end()));
        }
    }
    let decimal = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_ascii_digit() && c != '-');
        let (whole, fraction) = word.split_once('.')?;
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        let value: f64 = word.parse().ok()?;
        (digits(whole.trim_start_matches('-'))
            && digits(fraction)
            && fraction.len() >= 3
            && value.abs() <= 180.0)
            .then(|| word.to_owned())
    };
    // The point of the compass may stand between them, and what they are called.
    let passed = |w: &&str| {
        !w.is_empty()
            && !matches!(
                w.to_lowercase().as_str(),
                "n" | "s" | "e" | "w" | "lat" | "lon" | "long" | "latitude" | "longitude" | "and"
            )
    };
    let split = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '/' | ':' | '=' | '(' | ')');
    let words: Vec<&str> = text.split(split).filter(passed).collect();
    words.windows(2).find_map(|pair| Some(format!("{}, {}", decimal(pair[0])?, decimal(pair[1])?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<String> {
        private(text).map(|p| match p {
            Private::Number(n) => n,
            Private::Coordinates(c) => c,
        })
    }

    #[test]
    fn numbers_are_seen_however_they_are_divided() {
        for (text, number) in [
            ("call 0300-1234567-8", "0300-1234567-8"),
            ("id 42101-1234567-1.", "42101-1234567-1"),
            ("id 42101 1234567 1.", "42101 1234567 1"),
            ("id 4210112345671", "4210112345671"),
            ("ask 0300-123456", "0300-123456"),
            ("ask 0300 1234567 now", "0300 1234567"),
            ("ask (0300) 123 4567", "(0300) 123 4567"),
            ("ask +92 300 1234567", "+92 300 1234567"),
            ("ask 0092-300-1234567", "0092-300-1234567"),
            ("ask 92 300 1234567", "92 300 1234567"),
            ("in 2024 0300 1234567", "2024 0300 1234567"),
            ("ask ۰۳۰۰ ۱۲۳۴۵۶۷", "0300 1234567"),
            ("ask 0300\u{a0}1234567", "0300 1234567"),
            ("ask 0300\u{200b}1234567", "03001234567"),
            ("ask 0300–1234567", "0300-1234567"),
        ] {
            assert_eq!(found(text).as_deref(), Some(number), "{text}");
        }
    }

    #[test]
    fn figures_dates_names_and_addresses_are_no_private_numbers() {
        for text in [
            "on 2024-06-22 some 1,900,000 people, US$11.6 million",
            "from 2024-06-22 to 2024-07-01",
            "in 2022 2023 2024 and 2025",
            "Rs 60 000 000 000 and 1 900 000",
            "edition 6ef828898fbb443e234bc723a35984a4e5446f987c0c6fa7ee66ee0207493d38",
            "https://example.org/news/1234567890",
            "paras. 1-3 and 5-6, pp. 120-134",
            "July 2014-June 2015, 30.5 and 12.25",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn a_side_is_called_after_somebody_however_it_is_written() {
        for name in ["Supporters of A. B.", "forces of A. B.", " Followers\u{a0}of A. B."] {
            assert!(called_after_somebody(name), "{name}");
        }
        for name in ["Armed Forces of Nowhere", "Opposition of Nowhere", "Forces", ""] {
            assert!(!called_after_somebody(name), "{name}");
        }
    }

    #[test]
    fn coordinates_are_seen_however_they_are_written() {
        for text in [
            "at 34.8218, 74.3555 near",
            "at 34.8218,74.3555;",
            "at 34.8218 N, 74.3555 E",
            "at 34.8218°N 74.3555°E",
            "lat 34.8218 lon 74.3555",
            "at 34°49'18\"N 74°21'20\"E",
            "at ۳۴.۸۲۱۸, ۷۴.۳۵۵۵",
        ] {
            assert!(matches!(private(text), Some(Private::Coordinates(_))), "{text}");
        }
        assert_eq!(found("about 1.25 million and 2.375 million, at 30 °C"), None);
    }
}
