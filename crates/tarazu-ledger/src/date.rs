//! Dates with the precision that their source gives them.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

/// A day, a month or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerDate {
    /// Known to the day.
    Day(Date),
    /// Known to the month; held as its first day.
    Month(Date),
    /// Known to the year; held as its first day.
    Year(Date),
}

impl LedgerDate {
    /// The first day on which it can have been.
    pub fn first_day(self) -> Date {
        match self {
            Self::Day(d) | Self::Month(d) | Self::Year(d) => d,
        }
    }

    /// The last day on which it can have been.
    pub fn last_day(self) -> Date {
        match self {
            Self::Day(d) => d,
            Self::Month(d) => d.last_of_month(),
            Self::Year(d) => d.last_of_year(),
        }
    }

    /// Whether at least the month is known.
    pub fn has_month(self) -> bool {
        !matches!(self, Self::Year(_))
    }

    /// For people: `22 June 2024`, `June 2024`, `2024`.
    pub fn long(self) -> String {
        let day = self.first_day();
        let month = MONTHS.get(day.month() as usize - 1).copied().unwrap_or_default();
        match self {
            Self::Day(_) => format!("{} {month} {}", day.day(), day.year()),
            Self::Month(_) => format!("{month} {}", day.year()),
            Self::Year(_) => day.year().to_string(),
        }
    }
}

/// English month names.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl fmt::Display for LedgerDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.first_day().to_string();
        let length = match self {
            Self::Day(_) => 10,
            Self::Month(_) => 7,
            Self::Year(_) => 4,
        };
        f.write_str(&text[..length])
    }
}

impl Serialize for LedgerDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Ord for LedgerDate {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.first_day(), self.last_day()).cmp(&(other.first_day(), other.last_day()))
    }
}

impl PartialOrd for LedgerDate {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for LedgerDate {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = |range: std::ops::Range<usize>| -> Option<i16> {
            text.get(range).filter(|t| t.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
        };
        let dashes = text.bytes().enumerate().all(|(i, b)| matches!(i, 4 | 7) == (b == b'-'));
        let (year, month, day) = match text.len() {
            4 => (digits(0..4), Some(1), Some(1)),
            7 => (digits(0..4), digits(5..7), Some(1)),
            10 => (digits(0..4), digits(5..7), digits(8..10)),
            _ => return Err(()),
        };
        let (Some(year), Some(month), Some(day), true) = (year, month, day, dashes) else { return Err(()) };
        let date = Date::new(year, i8::try_from(month).map_err(|_| ())?, i8::try_from(day).map_err(|_| ())?)
            .map_err(|_| ())?;
        Ok(match text.len() {
            4 => Self::Year(date),
            7 => Self::Month(date),
            _ => Self::Day(date),
        })
    }
}

/// A date, or the reason why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Moment {
    /// On this date.
    On(LedgerDate),
    /// It never happened.
    Never,
    /// No public source gives it.
    Unknown,
    /// It has not ended.
    Ongoing,
}

impl Moment {
    /// The date, where there is one.
    pub fn date(self) -> Option<LedgerDate> {
        match self {
            Self::On(date) => Some(date),
            _ => None,
        }
    }

    /// For people.
    pub fn long(self) -> String {
        match self {
            Self::On(date) => date.long(),
            Self::Never => "never".into(),
            Self::Unknown => "not published".into(),
            Self::Ongoing => "ongoing".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_is_kept() {
        for text in ["2024", "2024-06", "2024-06-22"] {
            assert_eq!(text.parse::<LedgerDate>().unwrap().to_string(), text);
        }
        assert_eq!("2024-06".parse::<LedgerDate>().unwrap().long(), "June 2024");
        assert_eq!("2024-02".parse::<LedgerDate>().unwrap().last_day().to_string(), "2024-02-29");
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in ["june", "2024-6", "2024-13", "2023-02-29", "22-06-2024", "2024/06/22", "", "２０２４"]
        {
            assert!(text.parse::<LedgerDate>().is_err(), "{text}");
        }
    }
}
