//! What only a file as a whole can tell, found out before its first row is read: which of two numbers in its dates is the day, and
//! whether UCDP's events are final or candidates.
//!
//! `22/06/2024` has the day first, `06/22/2024` the month, and `03/04/2024` tells nothing. Taken one by one, the first two would be
//! read right and the third by luck. So a file with such dates is gone through beforehand; the dates that can be read in one way only
//! decide, and all are read alike.

use std::sync::{Arc, Mutex, PoisonError};

use crate::dataset::RowReader;
use crate::dates::{Order, two_numbers};
use crate::event::Event;
use crate::reject::Reject;
use crate::row::{Column, Row};

/// The dates of a reader whose order only the file can tell.
pub(crate) struct Dates {
    /// Where they stand.
    pub columns: Vec<Column>,
    /// The order where no date of the file tells it.
    pub usual: Order,
}

/// Of so many dates that tell the order one may be the other way round: it is taken for a slip and its row rejected. With more of
/// them the file has two orders, and no reading of it would be right.
const SLIPS: usize = 100;

/// What the dates of a file tell of their order.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    /// How many have a day above 12 in the first place, and the first of them.
    day_first: (usize, Option<(u64, String)>),
    /// Likewise in the second place.
    month_first: (usize, Option<(u64, String)>),
    /// How many can be read either way.
    either: usize,
}

impl Evidence {
    fn add(&mut self, line: u64, text: &str) {
        let side = match two_numbers(text) {
            None => return,
            Some((a, b)) if a > 12 && (1..=12).contains(&b) => &mut self.day_first,
            Some((a, b)) if b > 12 && (1..=12).contains(&a) => &mut self.month_first,
            Some(_) => {
                self.either += 1;
                return;
            }
        };
        side.0 += 1;
        side.1.get_or_insert_with(|| (line, text.chars().take(40).collect()));
    }

    /// The order of the whole file and what is to be said of it, if it has such dates.
    ///
    /// # Errors
    /// Where the file has both orders: the line of one that is in the lesser and why it cannot be read.
    pub fn verdict(&self, usual: Order) -> Result<Option<(Order, String)>, (u64, String)> {
        let ((days, day), (months, month)) = (&self.day_first, &self.month_first);
        let order = match (days, months) {
            (0, 0) if self.either == 0 => return Ok(None),
            (0, 0) => {
                let note = format!("dates taken as {}: no day above 12 shows their order", usual.name());
                return Ok(Some((usual, note)));
            }
            (d, m) if d > m => Order::DayMonth,
            _ => Order::MonthDay,
        };
        let slips = *days.min(months);
        if slips * SLIPS > days + months
            && let (Some((day_line, day)), Some((month_line, month))) = (day, month)
        {
            let reason = format!(
                "expected dates in one order: line {day_line} has {day:?}, day first, line {month_line} has {month:?}, month \
                 first; others could be either. Put all into one order, such as 2024-06-22, and read the file again"
            );
            return Err(((*day_line).max(*month_line), reason));
        }
        Ok(Some((order, format!("dates as {}", order.name()))))
    }
}

/// What the rows of a UCDP file tell of their kind: candidate events are published within the year, and many carry a mark such as
/// "Check dyad" until they are settled; final ones are "Clear" and reach over years.
#[derive(Debug, Default)]
pub(crate) struct Coding {
    rows: usize,
    unsettled: usize,
    year: String,
    years: bool,
}

impl Coding {
    fn add(&mut self, year: &str, status: &str) {
        if status.is_empty() || year.is_empty() {
            return;
        }
        self.rows += 1;
        self.unsettled += usize::from(!status.eq_ignore_ascii_case("clear"));
        if self.rows == 1 {
            year.clone_into(&mut self.year);
        }
        self.years |= self.year != year;
    }

    /// Whether there was more than one year among them.
    pub fn years(&self) -> bool {
        self.years
    }

    /// Whether the events are candidates; `None` where nothing tells.
    pub fn is_candidate(&self) -> Option<bool> {
        match (self.unsettled, self.years) {
            (0, true) => Some(false),
            (0, false) => None,
            // A release of several years with a stray mark is still a final one.
            (marks, years) => Some(!years || marks * 100 >= self.rows),
        }
    }
}

/// What is learnt of a file before it is read.
#[derive(Debug, Default)]
pub(crate) struct Learnt {
    pub dates: Evidence,
    pub coding: Coding,
}

/// Takes the place of a reader to look at a few columns only.
pub(crate) struct Survey {
    dates: Vec<Column>,
    coding: Option<[Column; 2]>,
    learnt: Arc<Mutex<Learnt>>,
}

impl Survey {
    /// Of these columns, and what it will have found.
    pub fn of(dates: Vec<Column>, coding: Option<[Column; 2]>) -> (Self, Arc<Mutex<Learnt>>) {
        let learnt = Arc::new(Mutex::new(Learnt::default()));
        (Self { dates, coding, learnt: learnt.clone() }, learnt)
    }
}

impl RowReader for Survey {
    fn event<'a>(&'a self, row: &Row<'a>, _: &mut Vec<Reject>) -> Result<Event<'a>, Reject> {
        let mut learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        for column in &self.dates {
            learnt.dates.add(row.line, row.cell(column));
        }
        if let Some([year, status]) = &self.coding {
            learnt.coding.add(row.cell(year), row.cell(status));
        }
        Err(Reject::new(row.line, "", "", ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(texts: &[&str]) -> String {
        let mut evidence = Evidence::default();
        texts.iter().zip(2..).for_each(|(text, line)| evidence.add(line, text));
        match evidence.verdict(Order::DayMonth) {
            Ok(None) => "none".into(),
            Ok(Some((order, note))) => format!("{order:?}: {note}"),
            Err((line, reason)) => format!("{line}: {reason}"),
        }
    }

    #[test]
    fn marks_of_coding_and_years_tell_candidates_from_final_events() {
        let kind = |rows: &[(&str, &str)]| {
            let mut coding = Coding::default();
            rows.iter().for_each(|(year, status)| coding.add(year, status));
            coding.is_candidate()
        };
        assert_eq!(kind(&[("2023", "Clear"), ("2023", "Check dyad")]), Some(true));
        assert_eq!(kind(&[("2022", "Clear"), ("2023", "Clear")]), Some(false));
        assert_eq!(kind(&[("2023", "Clear")]), None, "then the name must tell");
        assert_eq!(kind(&[]), None);
        let mut many = vec![("2022", "Clear"); 200];
        many.push(("2023", "Check"));
        assert_eq!(kind(&many), Some(false));
    }

    #[test]
    fn one_date_decides_for_all_and_two_orders_for_none() {
        assert_eq!(verdict(&["2024-06-22", "22 June 2024", ""]), "none");
        assert_eq!(verdict(&["3/4/2024", "6/22/2024"]), "MonthDay: dates as month/day/year");
        assert_eq!(verdict(&["22/6/2024", "3/4/2024"]), "DayMonth: dates as day/month/year");
        assert!(
            verdict(&["3/4/2024"]).starts_with("DayMonth: dates taken as day/month/year: no day above 12")
        );
        assert!(
            verdict(&["22/6/2024", "6/22/2024"]).starts_with("3: expected dates in one order: line 2 has")
        );
        let mut many = vec!["22/06/2024"; 99];
        many.push("6/22/2024");
        assert_eq!(verdict(&many), "DayMonth: dates as day/month/year", "one of a hundred is a slip");
        many.push("6/23/2024");
        assert!(verdict(&many).contains("expected dates in one order"));
    }
}
