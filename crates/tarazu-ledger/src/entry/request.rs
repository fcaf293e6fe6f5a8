//! Who asked whom for an account, and whether it came.

use serde::Serialize;

use super::{Citation, Header, optional_citations};
use crate::date::LedgerDate;
use crate::table::{Table, Text};

/// Whether the account came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum RequestStatus {
    /// It came.
    Answered,
    /// Something came, not all that was asked.
    PartlyAnswered,
    /// Nothing found.
    Open,
}

const STATUSES: [(&str, RequestStatus); 3] = [
    ("answered", RequestStatus::Answered),
    ("partly answered", RequestStatus::PartlyAnswered),
    ("open", RequestStatus::Open),
];

impl RequestStatus {
    /// As printed.
    pub fn text(self) -> &'static str {
        STATUSES.iter().find(|(_, status)| *status == self).map_or("", |(text, _)| text)
    }
}

/// A request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Request {
    /// Id and documents.
    pub header: Header,
    /// Who asks.
    pub actor: Text,
    /// Who is asked.
    pub of: Text,
    /// When.
    pub date: LedgerDate,
    /// For what.
    pub what: Text,
    /// Exact words.
    pub quote: Option<Text>,
    /// Entries that it is about.
    pub about: Vec<Text>,
    /// Whether it was answered.
    pub status: Option<RequestStatus>,
    /// When.
    pub answered: Option<LedgerDate>,
    /// How.
    pub answer: Option<Text>,
    /// Documents of the answer.
    pub answer_cites: Vec<Citation>,
    /// The date of the search for an answer.
    pub searched: LedgerDate,
}

impl Request {
    pub(crate) fn read(table: &Table<'_>) -> Option<Self> {
        let request = Self {
            header: Header::read(table),
            actor: table.text("actor"),
            of: table.text("of"),
            date: table.date("date"),
            what: table.text("what"),
            quote: table.optional_text("quote"),
            about: table.texts("about"),
            status: table.choice("status", &STATUSES),
            answered: table.optional_date("answered"),
            answer: table.optional_text("answer"),
            answer_cites: optional_citations(table, "answer_cites"),
            searched: table.date("searched"),
        };
        let (id, answered) = (&request.header.id.value, request.answered.is_some());
        let contradiction = match request.status {
            Some(RequestStatus::Open) if answered => {
                Some(format!("request `{id}` is open and has an answer's date"))
            }
            Some(RequestStatus::Answered | RequestStatus::PartlyAnswered) if !answered => {
                Some(format!("request `{id}` is answered and has no `answered` date"))
            }
            _ => None,
        };
        if let Some(message) = contradiction {
            table.fault(table.span.clone(), "request-status", message, "status and date must agree", None);
        }
        Some(request)
    }

    /// Days from the request to its answer, or to `as_of` while it is open; `None` where either is not known to the day.
    pub fn days(&self, as_of: LedgerDate) -> Option<i32> {
        let until = match self.status {
            Some(RequestStatus::Open) | None => as_of,
            _ => self.answered.unwrap_or(as_of),
        };
        let to_the_day = |date| matches!(date, LedgerDate::Day(_));
        (to_the_day(self.date) && to_the_day(until))
            .then(|| (until.first_day() - self.date.first_day()).get_days())
    }
}
