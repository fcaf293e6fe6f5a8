//! Days as people write them: with month names, with a weekday before them, in either order of day and month.

use jiff::civil::{Date, Weekday};

use crate::event::{DateInterval, DatePrecision};
use crate::row::{digits, iso_day};

/// Which of two numbers before the year is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// 22/06/2024.
    DayMonth,
    /// 06/22/2024.
    MonthDay,
}

impl Order {
    /// In words.
    pub fn name(self) -> &'static str {
        ["day/month/year", "month/day/year"][self as usize]
    }

    /// The 22nd of June 2024, for messages.
    pub fn example(self) -> &'static str {
        ["22/06/2024", "06/22/2024"][self as usize]
    }
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// A month by its name or the first three or more letters of it.
pub fn month(name: &str) -> Option<i8> {
    let name = name.to_ascii_lowercase();
    let found = MONTHS.iter().position(|m| name.len() >= 3 && m.starts_with(&name))?;
    i8::try_from(found + 1).ok()
}

/// A weekday by its name.
pub fn weekday(name: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, day)| *day)
}

/// A day in any of the usual forms: `2024-06-22`, `22 June 2024`, `June 22, 2024`, `22-Jun-2024`, `22/06/2024`, `20240622`, with a
/// weekday before it or a time of day after it. `order` says which of two numbers is the day; [`crate::survey`] finds it out for a
/// whole file. A text that names no single day is none.
pub fn loose_date(text: &str, order: Order) -> Option<Date> {
    loose_days(text, order).filter(|i| i.start == i.end).map(|i| i.start)
}

/// The days that a text can mean: a day as [`loose_date`] reads it, a range of days (`10-11 March 2005`, `2024-06-22 to 2024-06-25`), a
/// month (`June 2024`, `2024-06`) or a year.
pub fn loose_days(text: &str, order: Order) -> Option<DateInterval> {
    let text = without_time(text.trim());
    if let Some(day) = iso_day(text) {
        return Some(DateInterval::day(day));
    }
    if let Some((from, to)) = RANGES.iter().find_map(|between| text.split_once(between)) {
        let (start, end) = (loose_date(from, order)?, loose_date(to, order)?);
        return (start <= end).then(|| DateInterval::between(start, end));
    }
    let number = |w: &str| digits(w.as_bytes()).and_then(|n| i8::try_from(n).ok());
    let four = |w: &str| digits(w.as_bytes()).filter(|_| w.len() == 4);
    let day = |year, month, day| Date::new(year, month, day).ok().map(DateInterval::day);
    match words(text).as_slice() {
        [all] if all.len() == 8 => {
            let (year, rest) = all.split_at_checked(4)?;
            let both = digits(rest.as_bytes())?;
            day(digits(year.as_bytes())?, (both / 100) as i8, (both % 100) as i8)
        }
        [year] => whole_year(four(year)?),
        [a, b] => match (four(a), four(b)) {
            (Some(year), None) => whole_month(year, number(b).or_else(|| month(b))?),
            (None, Some(year)) => whole_month(year, number(a).or_else(|| month(a))?),
            _ => None,
        },
        [a, b, year] => {
            let year = four(year)?;
            match (number(a), number(b)) {
                (Some(0), None) => whole_month(year, month(b)?),
                (None, Some(0)) => whole_month(year, month(a)?),
                (Some(d), None) => day(year, month(b)?, d),
                (None, Some(d)) => day(year, month(a)?, d),
                (Some(a), Some(b)) => match order {
                    Order::DayMonth => day(year, b, a),
                    Order::MonthDay => day(year, a, b),
                },
                (None, None) => None,
            }
        }
        // 10-11 March 2005, March 10-11, 2005.
        [a, b, c, year] => {
            let year = four(year)?;
            let (first, last, month) = match (number(a), number(b), number(c)) {
                (Some(first), Some(last), None) => (first, last, month(c)?),
                (None, Some(first), Some(last)) => (first, last, month(a)?),
                _ => return None,
            };
            let (start, end) = (Date::new(year, month, first).ok()?, Date::new(year, month, last).ok()?);
            (start <= end).then(|| DateInterval::between(start, end))
        }
        _ => None,
    }
}

/// The two numbers before the year of a date that has no name of a month: only the file as a whole tells which is the day.
pub fn two_numbers(text: &str) -> Option<(i8, i8)> {
    let words = words(without_time(text.trim()));
    let [a, b, year] = words.as_slice() else { return None };
    let number = |w: &str| digits(w.as_bytes()).and_then(|n| i8::try_from(n).ok()).filter(|n| *n <= 31);
    (year.len() == 4 && digits(year.as_bytes()).is_some()).then_some(number(a).zip(number(b))).flatten()
}

/// What stands between the first and the last day of a range.
const RANGES: [&str; 6] = [" to ", " - ", " – ", " — ", " until ", " / "];

fn whole_year(year: i16) -> Option<DateInterval> {
    let (start, end) = (Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?);
    Some(DateInterval { start, end, precision: DatePrecision::Year })
}

fn whole_month(year: i16, month: i8) -> Option<DateInterval> {
    let start = Date::new(year, month, 1).ok()?;
    Some(DateInterval { start, end: start.last_of_month(), precision: DatePrecision::Month })
}

/// The text without a time of day after it: `2024-06-22T13:05:00Z`, `6/22/2024 12:00:00 AM`.
fn without_time(text: &str) -> &str {
    let (date, rest) = match text.split_at_checked(10) {
        Some((date, rest)) if rest.starts_with('T') => (date, &rest[1..]),
        _ => match text.split_once(' ') {
            Some((date, rest)) => (date, rest.trim_start()),
            None => return text,
        },
    };
    let rest = rest.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    let clock = rest.split(['+', '-']).next().unwrap_or_default();
    let is_time = clock.contains(':')
        && clock.len() <= 18
        && clock.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'))
        && rest[clock.len()..].len() <= 6;
    if is_time { date } else { text }
}

/// The parts of a date, without a weekday before them. One that is misspelt by a letter or two is still one; any other word, such as
/// "before" or "about", stays, and the text is then no date.
fn words(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = text.split([' ', '-', '/', '.', ',']).filter(|w| !w.is_empty()).collect();
    let like_a_weekday = |word: &str| {
        let word = word.to_ascii_lowercase();
        let near = |(name, _): &(&str, Weekday)| {
            (word.len() >= 3 && name.starts_with(word.as_str())) || strsim::levenshtein(name, &word) <= 2
        };
        WEEKDAYS.iter().any(near)
    };
    if words.len() > 1 && month(words[0]).is_none() && like_a_weekday(words[0]) {
        words.remove(0);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn days_as_people_write_them() {
        let june = Some(date(2024, 6, 22));
        for text in [
            "2024-06-22",
            "2024-06-22 13:05",
            "22 June 2024",
            "June 22, 2024",
            "22-Jun-2024",
            "22/06/2024",
            "22/06/2024 00:00",
            "2024-06-22T13:05:00Z",
            "20240622",
            "Saturday-June 22-2024",
            "Saturday-Jun-22-2024",
            "Satuday-June 22-2024",
        ] {
            assert_eq!(loose_date(text, Order::DayMonth), june, "{text}");
        }
        assert_eq!(loose_date("03/04/2016", Order::DayMonth), Some(date(2016, 4, 3)));
        assert_eq!(loose_date("03/04/2016", Order::MonthDay), Some(date(2016, 3, 4)));
        assert_eq!(loose_date("6/22/2024 12:00:00 AM", Order::MonthDay), june);
        assert_eq!(
            loose_date("06/22/2024", Order::DayMonth),
            None,
            "the order of the file holds for every row"
        );
        for text in ["31/02/2016", "22/06/24", "June 2024", "", "99999999", "ju 22 2024", "22 2024"] {
            assert_eq!(loose_date(text, Order::DayMonth), None, "{text}");
        }
    }

    #[test]
    fn a_text_that_names_no_single_day_is_not_taken_for_one() {
        let days = |text| {
            loose_days(text, Order::DayMonth)
                .map(|i| format!("{}..{} {}", i.start, i.end, i.precision.name()))
        };
        for (text, expected) in [
            ("2024-06-22 to 2024-06-25", Some("2024-06-22..2024-06-25 days")),
            ("30 June 2024 - 2 July 2024", Some("2024-06-30..2024-07-02 days")),
            ("Thursday-March 10-11-2005", Some("2005-03-10..2005-03-11 days")),
            ("10-11 March 2005", Some("2005-03-10..2005-03-11 days")),
            ("Sunday-November-1995", Some("1995-11-01..1995-11-30 month")),
            ("November 1995", Some("1995-11-01..1995-11-30 month")),
            ("Sunday-November 00-1995", Some("1995-11-01..1995-11-30 month")),
            ("1995-11", Some("1995-11-01..1995-11-30 month")),
            ("1995", Some("1995-01-01..1995-12-31 year")),
            ("before 22 June 2024", None),
            ("about June 22 2024", None),
            ("2024-06-22 2024-06-25", None),
            ("2024-06-22 (?)", None),
            ("25 June 2024 to 22 June 2024", None),
        ] {
            assert_eq!(days(text).as_deref(), expected, "{text}");
        }
        assert_eq!(two_numbers("22/06/2024 10:00"), Some((22, 6)));
        assert_eq!(two_numbers("22 June 2024"), None);
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in ".{0,30}|[0-9/ -]{0,12}|[0-9]{1,4}.[0-9T: /-]{0,25}") {
            let _ = (loose_days(&text, Order::DayMonth), two_numbers(&text));
        }
    }
}
