//! Weeks, months, quarters and years as one ordered type.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, ISOWeekDate, Weekday};
use serde::{Serialize, Serializer};

/// Length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum PeriodUnit {
    /// ISO 8601 week, beginning on Monday.
    Week,
    /// Calendar month.
    Month,
    /// Calendar quarter.
    Quarter,
    /// Calendar year.
    Year,
}

/// One week, month, quarter or year. Written `2024-W25`, `2024-06`, `2024-Q2`, `2024`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    unit: PeriodUnit,
    /// Periods since year 0 (weeks: since 1 January 1970, whose week is 0).
    index: i32,
}

/// Monday of the week in which 1 January 1970 falls.
const FIRST_MONDAY: Date = jiff::civil::date(1969, 12, 29);

impl Period {
    /// The period in which a day falls.
    pub fn of(day: Date, unit: PeriodUnit) -> Self {
        let (year, month) = (i32::from(day.year()), i32::from(day.month()));
        let index = match unit {
            PeriodUnit::Week => (day - FIRST_MONDAY).get_days().div_euclid(7),
            PeriodUnit::Month => year * 12 + month - 1,
            PeriodUnit::Quarter => year * 4 + (month - 1) / 3,
            PeriodUnit::Year => year,
        };
        Self { unit, index }
    }

    /// A calendar month; `None` where `month` is not 1 to 12.
    pub fn month(year: i16, month: i8) -> Option<Self> {
        Date::new(year, month, 1).ok().map(|day| Self::of(day, PeriodUnit::Month))
    }

    /// Its length.
    pub fn unit(self) -> PeriodUnit {
        self.unit
    }

    /// The period `steps` later (earlier where negative).
    #[must_use]
    pub fn shift(self, steps: i32) -> Self {
        Self { index: self.index + steps, ..self }
    }

    /// Its number on the clock of its unit: months, quarters and years since the year 0, weeks since 1970. Modulo the periods of a year
    /// it is the place within the year, but for weeks, of which a year has no whole number.
    pub fn number(self) -> i64 {
        self.index.into()
    }

    /// How many periods lie from `earlier` to here.
    pub fn since(self, earlier: Self) -> i32 {
        self.index - earlier.index
    }

    /// This period and each following one, up to and with `last`.
    pub fn through(self, last: Self) -> impl Iterator<Item = Self> {
        (self.index..=last.index).map(move |index| Self { index, ..self })
    }

    /// Its calendar year (weeks: the ISO year).
    pub fn year(self) -> i32 {
        match self.unit {
            PeriodUnit::Week => self.week().map_or(0, |w| w.year().into()),
            PeriodUnit::Month => self.index.div_euclid(12),
            PeriodUnit::Quarter => self.index.div_euclid(4),
            PeriodUnit::Year => self.index,
        }
    }

    /// Its place within the year, from 0: for months 0 is January.
    pub fn season(self) -> i32 {
        match self.unit {
            PeriodUnit::Week => self.week().map_or(0, |w| i32::from(w.week()) - 1),
            PeriodUnit::Month => self.index.rem_euclid(12),
            PeriodUnit::Quarter => self.index.rem_euclid(4),
            PeriodUnit::Year => 0,
        }
    }

    fn week(self) -> Option<ISOWeekDate> {
        let monday = FIRST_MONDAY.checked_add(jiff::Span::new().weeks(self.index)).ok()?;
        Some(monday.iso_week_date())
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, season) = (self.year(), self.season() + 1);
        match self.unit {
            PeriodUnit::Week => write!(f, "{year:04}-W{season:02}"),
            PeriodUnit::Month => write!(f, "{year:04}-{season:02}"),
            PeriodUnit::Quarter => write!(f, "{year:04}-Q{season}"),
            PeriodUnit::Year => write!(f, "{year:04}"),
        }
    }
}

/// Text that names no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a period as 2024-06, 2024-W25, 2024-Q2 or 2024, found {0:?}")]
pub struct PeriodError(String);

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let parsed = (|| {
            let Some((year, rest)) = text.split_once('-') else {
                let year = text.parse().ok().filter(|_| text.len() == 4)?;
                return Some(Self::of(Date::new(year, 1, 1).ok()?, PeriodUnit::Year));
            };
            let year: i16 = year.parse().ok().filter(|_| year.len() == 4)?;
            if let Some(week) = rest.strip_prefix('W') {
                let week = ISOWeekDate::new(year, week.parse().ok()?, Weekday::Monday).ok()?;
                return Some(Self::of(week.date(), PeriodUnit::Week));
            }
            if let Some(quarter) = rest.strip_prefix('Q') {
                let quarter: i8 = quarter.parse().ok().filter(|q| (1..=4).contains(q))?;
                return Some(Self::of(Date::new(year, quarter * 3, 1).ok()?, PeriodUnit::Quarter));
            }
            Self::month(year, rest.parse().ok().filter(|_| rest.len() == 2)?)
        })();
        parsed.ok_or_else(|| PeriodError(text.into()))
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_new_year_week_belongs_to_its_iso_year() {
        // ISO 8601: 1 January 2021 was a Friday of week 53 of 2020.
        let day = jiff::civil::date(2021, 1, 1);
        assert_eq!(Period::of(day, PeriodUnit::Week).to_string(), "2020-W53");
        assert_eq!(Period::of(day, PeriodUnit::Quarter).to_string(), "2021-Q1");
    }

    #[test]
    fn what_is_no_period_says_what_was_expected() {
        for text in ["2024-13", "2024-6", "24-06", "June", "2024-W60", "2024-Q5", ""] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_period_reads_as_it_is_written(days in 0_i32..3_000_000, unit in 0_usize..4) {
            let unit = [PeriodUnit::Week, PeriodUnit::Month, PeriodUnit::Quarter, PeriodUnit::Year][unit];
            let day = jiff::civil::date(0, 1, 8).checked_add(jiff::Span::new().days(days)).unwrap();
            let period = Period::of(day, unit);
            prop_assert_eq!(period.to_string().parse::<Period>().unwrap(), period);
            let next = day.checked_add(jiff::Span::new().days(1)).unwrap();
            prop_assert!((0..=1).contains(&Period::of(next, unit).since(period)));
        }
    }
}
