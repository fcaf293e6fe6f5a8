//! The datasets that are known, and how one is recognised by its contents.
//!
//! A dataset is one file here and one line in [`KINDS`]: a heading by which it is recognised, and a reader that makes an event of
//! a row.

mod acled;
mod canonical;
mod gdelt;
mod ged;
mod gtd;
mod release;
mod suicide;

use std::sync::Arc;

use csv::StringRecord;

use crate::dates::Order;
use crate::event::Event;
use crate::reject::Reject;
use crate::row::{Cells, Column, Heading, MissingColumn, Row};
use crate::survey::Dates;
use crate::tables::Tables;

/// What a newer file of a dataset does to the events of an older one in a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// A release is complete for the countries and the span of days in it: what it lacks is gone.
    Replaces,
    /// A file is a selection or an increment: it adds and revises, and what it lacks stays.
    Adds,
}

/// Makes events of rows of one file.
pub(crate) trait RowReader: Send + Sync {
    /// How many cells a row may have; empty where it must have as many as the heading.
    fn widths(&self) -> &[usize] {
        &[]
    }

    /// The event in a row. A cell that is no good but without which the event still stands is set aside as a remark.
    ///
    /// # Errors
    /// A [`Reject`] naming the cell at fault.
    fn event<'a>(&'a self, row: &Row<'a>, remarks: &mut Vec<Reject>) -> Result<Event<'a>, Reject>;

    /// The dates whose order of day and month only the whole file tells, if the reader takes such dates.
    fn dates(&self) -> Option<Dates> {
        None
    }

    /// Read all dates in this order.
    fn settle(&mut self, _: Order) {}

    /// The columns that tell final events of UCDP from candidate ones, where the file has them: the year and the state of coding.
    fn coding(&self) -> Option<[Column; 2]> {
        None
    }
}

/// What a reader may know of the file beyond its rows.
#[derive(Clone)]
pub(crate) struct Context {
    /// The file's name, in which publishers write releases.
    pub file: String,
    /// The name of the one file in it, where it is a zip.
    pub member: Option<String>,
    /// The release, as the user says.
    pub release: Option<String>,
    /// Code tables.
    pub tables: Arc<Tables>,
    /// The first row below the heading, where the file is delimited text.
    pub first_row: Option<StringRecord>,
}

impl Context {
    /// What stands in this column of the first row.
    pub fn first(&self, column: &Option<Column>) -> Option<String> {
        let row = Row::new(2, Cells::Record(self.first_row.as_ref()?));
        row.filled(column.as_ref()).map(str::to_owned)
    }

    /// The release: as the user says, or as `find` reads it in the file's name or in that of the file within a zip.
    pub fn release_by(&self, find: impl Fn(&str) -> Option<String>) -> Option<String> {
        let named = || find(&self.file).or_else(|| find(self.member.as_deref()?));
        self.release.clone().or_else(named)
    }
}

/// A reader bound to one file's heading.
pub(crate) struct Binding {
    pub dataset: String,
    pub release: Option<String>,
    pub renewal: Renewal,
    pub reader: Box<dyn RowReader>,
}

/// A dataset as it is recognised.
pub(crate) struct Kind {
    /// For `--as`.
    pub key: &'static str,
    /// In words, with the columns that make it.
    pub expected: &'static str,
    /// Columns by which it is known …
    pub signature: &'static [&'static str],
    /// … and how many of them must be there.
    pub at_least: usize,
    /// Bind a reader to a heading.
    pub bind: fn(&Heading, &Context) -> Result<Binding, MissingColumn>,
}

/// Every dataset with a heading. GDELT, which has none, is recognised by [`gdelt::widths_fit`].
pub(crate) const KINDS: [Kind; 6] =
    [ged::KIND, acled::KIND, gtd::KIND, gtd::WEBSITE, suicide::KIND, canonical::KIND];

pub(crate) use ged::{CANDIDATE, FINAL};
pub(crate) use release::of_ucdp as release_of_ucdp;

pub(crate) use gdelt::{bind as bind_gdelt, widths_fit as is_gdelt};

/// The keys that `--as` takes.
pub fn kind_keys() -> Vec<&'static str> {
    KINDS.iter().map(|k| k.key).chain(["gdelt"]).collect()
}

/// The dataset whose signature the heading fits best.
pub(crate) fn recognise(heading: &Heading) -> Option<&'static Kind> {
    static SHARED: [Kind; 6] = KINDS;
    SHARED
        .iter()
        .map(|kind| (heading.count(kind.signature), kind))
        .filter(|(found, kind)| *found >= kind.at_least)
        .max_by_key(|(found, kind)| 1000 * found / kind.signature.len())
        .map(|(_, kind)| kind)
}

/// The kind of this key.
pub(crate) fn kind(key: &str) -> Option<&'static Kind> {
    static SHARED: [Kind; 6] = KINDS;
    SHARED.iter().find(|k| k.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_of_another_kind_is_not_taken_for_a_dataset() {
        assert!(recognise(&Heading::new(["country", "year", "latitude", "longitude", "id"])).is_none());
    }
}
