//! Days as people write them: with month names, with a weekday before them, in either order of day and month.

use jiff::civil::{Date, Weekday};

use crate::row::{digits, iso_day};

/// Which of two numbers before the year is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// 22/06/2024.
    DayMonth,
    /// 06/22/2024.
    MonthDay,
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

/// A day in any of the usual forms: `2024-06-22` (also followed by a time), `22 June 2024`, `June 22, 2024`, `22-Jun-2024`,
/// `22/06/2024`, `06/22/2024`, `20240622`. A number above 12 settles which of two is the day; otherwise `order` does.
pub fn loose_date(text: &str, order: Order) -> Option<Date> {
    let text = text.trim();
    if let Some((day, rest)) = text.split_at_checked(10)
        && (rest.is_empty() || rest.starts_with([' ', 'T']))
        && let Some(day) = iso_day(day)
    {
        return Some(day);
    }
    if text.len() == 8
        && let Some((year, month_day)) = text.split_at_checked(4)
        && let (Some(year), Some(both)) = (digits(year.as_bytes()), digits(month_day.as_bytes()))
    {
        return Date::new(year, (both / 100) as i8, (both % 100) as i8).ok();
    }
    let words: Vec<&str> = text.split([' ', '-', '/', '.', ',']).filter(|w| !w.is_empty()).collect();
    let words = match words.as_slice() {
        [first, rest @ ..] if rest.len() == 3 && first.to_ascii_lowercase().ends_with("day") => rest,
        // A misspelt weekday is still no month and no number.
        [first, rest @ ..]
            if rest.len() == 3 && digits(first.as_bytes()).is_none() && month(first).is_none() =>
        {
            rest
        }
        all => all,
    };
    let [a, b, year] = words else { return None };
    if year.len() != 4 {
        return None;
    }
    let year = digits(year.as_bytes())?;
    let number = |w: &str| digits(w.as_bytes()).and_then(|n| i8::try_from(n).ok());
    let (day, month) = match (number(a), number(b)) {
        (Some(day), None) => (day, month(b)?),
        (None, Some(day)) => (day, month(a)?),
        (Some(a), Some(b)) if a > 12 => (a, b),
        (Some(a), Some(b)) if b > 12 => (b, a),
        (Some(a), Some(b)) if order == Order::DayMonth => (a, b),
        (Some(a), Some(b)) => (b, a),
        (None, None) => return None,
    };
    Date::new(year, month, day).ok()
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
            "06/22/2024",
            "20240622",
            "Saturday-June 22-2024",
            "Saturday-Jun-22-2024",
            "Satuday-June 22-2024",
        ] {
            assert_eq!(loose_date(text, Order::DayMonth), june, "{text}");
        }
        assert_eq!(loose_date("03/04/2016", Order::DayMonth), Some(date(2016, 4, 3)));
        assert_eq!(loose_date("03/04/2016", Order::MonthDay), Some(date(2016, 3, 4)));
        for text in ["31/02/2016", "22/06/24", "June 2024", "", "99999999", "ju 22 2024", "22 2024"] {
            assert_eq!(loose_date(text, Order::DayMonth), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in ".{0,30}|[0-9/ -]{0,12}") {
            let _ = loose_date(&text, Order::DayMonth);
        }
    }
}
