//! What a fusion found, as tables: CSV for people and other tools, Arrow for a store, events for panels.

mod batches;
mod events;
mod table;

pub use batches::{former_from_members, incidents_batch, incidents_from_members, links_batch, members_batch};
pub use events::incident_events;
pub(crate) use table::Line;
pub use table::{former_from_csv, incidents_csv, links_csv};

use jiff::Span;
use jiff::civil::{Date, date};

/// The rules by which the values of an incident are reconciled, by field.
pub const RULES: [(&str, &str); 5] = [
    ("date", "of the member with the shortest interval of days"),
    ("place", "of the member with the smallest radius of uncertainty"),
    ("deaths_best", "median over the members, the lower of two middle ones"),
    ("deaths_low, deaths_high", "lowest and highest over the members"),
    ("wounded", "highest over the members"),
];

/// A day counted from 1970-01-01.
fn day(number: i32) -> Date {
    date(1970, 1, 1).saturating_add(Span::new().days(i64::from(number)))
}
