//! Which of two rows with one event id stands, and what is said of the other. Every row of a file that is not kept is a reject,
//! so that rows read = kept + rejected.

use jiff::Timestamp;

use crate::reject::Reject;

/// Whether a row takes the place of one with the same id: only where the dataset says of both when it revised them, and the row is
/// the later. Otherwise the first of a file stands.
pub fn supersedes(again: Option<Timestamp>, first: Option<Timestamp>) -> bool {
    matches!((again, first), (Some(again), Some(first)) if again > first)
}

/// The reject of a row whose event id stands on an earlier line already.
pub fn duplicate(line: u64, id: &str, first: u64) -> Reject {
    Reject::new(line, "id", id, format!("expected each event id once; it stands first on line {first}"))
}

/// The reject of a row of whose event a later line has a later revision.
pub fn superseded(line: u64, id: &str, later: u64) -> Reject {
    let reason = format!("expected each event id once; line {later} has a later revision, which stands");
    Reject::new(line, "id", id, reason)
}
