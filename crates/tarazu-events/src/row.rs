//! One row of a file: cells found by column, read as what they should be, or rejected with their place.

use std::borrow::Cow;

use csv::StringRecord;
use jiff::civil::Date;
use memchr::memchr;

use crate::country::{Countries, CountryCode};
use crate::event::Text;
use crate::file::sha256_hex;
use crate::reject::Reject;
use crate::source::{CELL_LIMIT, Piece};

/// A column of a file: where it stands and what it is called there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    index: usize,
    name: String,
}

impl Column {
    /// The column at a position counted from 0, of a file without a heading.
    pub fn at(index: usize, name: &str) -> Self {
        Self { index, name: name.into() }
    }
}

/// The heading of a file: names as they stand, and found whatever their case.
#[derive(Debug, Clone, Default)]
pub struct Heading {
    names: Vec<String>,
}

impl Heading {
    /// Of these names.
    pub fn new(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let clean = |n: String| n.trim_start_matches('\u{feff}').trim().to_owned();
        Self { names: names.into_iter().map(|n| clean(n.into())).collect() }
    }

    /// The names in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The first of the names given that the file has.
    pub fn find(&self, names: &[&str]) -> Option<Column> {
        names.iter().find_map(|name| {
            let index = self.names.iter().position(|n| n.eq_ignore_ascii_case(name))?;
            Some(Column { index, name: self.names[index].clone() })
        })
    }

    /// Whether the file has this column.
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|n| n.eq_ignore_ascii_case(name))
    }

    /// How many of these columns the file has.
    pub fn count(&self, names: &[&str]) -> usize {
        names.iter().filter(|n| self.has(n)).count()
    }
}

/// The cells of one row: a record, or pieces of the text that they were read from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cells<'a> {
    /// A record of its own.
    Record(&'a StringRecord),
    /// Pieces of a text, and of another for cells that do not stand in it as they are.
    Pieces {
        /// The text.
        text: &'a str,
        /// What does not stand in it.
        apart: &'a str,
        /// Where each cell stands.
        pieces: &'a [Piece],
    },
}

impl<'a> Cells<'a> {
    /// How many there are.
    pub fn len(self) -> usize {
        match self {
            Self::Record(record) => record.len(),
            Self::Pieces { pieces, .. } => pieces.len(),
        }
    }

    /// The cell at a position.
    pub fn get(self, index: usize) -> Option<&'a str> {
        match self {
            Self::Record(record) => record.get(index),
            Self::Pieces { text, apart, pieces } => pieces.get(index).map(|piece| piece.of(text, apart)),
        }
    }

    /// Whether there is as much text as no single cell may have, or a zero byte, which pieces of a text have only where all of it has
    /// one (`zero`): only then is it worth looking at each.
    pub fn may_be_unfit(self, zero: bool) -> bool {
        let texts = match self {
            Self::Record(record) => [record.as_byte_record().as_slice(), &[]],
            Self::Pieces { text, apart, pieces } => [&text.as_bytes()[Piece::span(pieces)], apart.as_bytes()],
        };
        texts.into_iter().any(|text| text.len() > CELL_LIMIT || zero && memchr(0, text).is_some())
    }

    /// All, in order.
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        (0..self.len()).filter_map(move |index| self.get(index))
    }
}

/// One row of a file.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Line of the file on which the row begins.
    pub line: u64,
    cells: Cells<'a>,
}

impl<'a> Row<'a> {
    /// Of these cells.
    pub(crate) fn new(line: u64, cells: Cells<'a>) -> Self {
        Self { line, cells }
    }

    /// The cell, trimmed; empty where the row has no such column.
    pub fn cell(&self, column: &Column) -> &'a str {
        let cell = self.at(column.index);
        let plain = |b: Option<&u8>| b.is_none_or(u8::is_ascii_graphic);
        if plain(cell.as_bytes().first()) && plain(cell.as_bytes().last()) { cell } else { cell.trim() }
    }

    /// The cell at a position, as it stands.
    pub fn at(&self, index: usize) -> &'a str {
        self.cells.get(index).unwrap_or_default()
    }

    /// An identifier made from the row's contents, for datasets without one: rows with the same cells have the same.
    pub fn content_id(&self) -> String {
        let mut all = Vec::new();
        for cell in self.cells.iter() {
            all.extend_from_slice(cell.as_bytes());
            all.push(0x1f);
        }
        format!("row-{}", &sha256_hex(&all)[..24])
    }

    /// The cell if it is filled.
    pub fn filled(&self, column: Option<&Column>) -> Option<&'a str> {
        column.map(|c| self.cell(c)).filter(|v| !v.is_empty())
    }

    /// The cell as an optional text.
    pub fn text(&self, column: Option<&Column>) -> Text<'a> {
        self.filled(column).map(Cow::Borrowed)
    }

    /// The cell, which must be filled.
    pub fn required(&self, column: &Column) -> Result<&'a str, Reject> {
        match self.cell(column) {
            "" => Err(self.reject(column, "expected a value, found an empty cell")),
            cell => Ok(cell),
        }
    }

    /// The dataset's own identifier, which must be filled. A spreadsheet turns long numbers into `2.01001E+11`, of which many rows
    /// then have the same.
    pub fn identifier(&self, column: &Column) -> Result<&'a str, Reject> {
        let id = self.required(column)?;
        match is_shortened(id) {
            true => Err(self.reject(column, SHORTENED)),
            false => Ok(id),
        }
    }

    /// A year from 1900 to 2100.
    pub fn year(&self, column: &Column) -> Result<i16, Reject> {
        let year = i16::try_from(self.whole(column)?).ok().filter(|y| (1900..=2100).contains(y));
        year.ok_or_else(|| self.reject(column, "expected a year from 1900 to 2100"))
    }

    /// A year from 1900 to 2100 where the cell is filled.
    pub fn optional_year(&self, column: Option<&Column>) -> Result<Option<i16>, Reject> {
        self.filled(column).and(column).map(|column| self.year(column)).transpose()
    }

    /// The country of an ISO 3166-1 alpha-3 code. A code that is none is set aside with a remark: the country's name or number may
    /// still tell.
    pub fn iso3<'c>(
        &self,
        column: Option<&Column>,
        countries: &'c Countries,
        remarks: &mut Vec<Reject>,
    ) -> Option<&'c str> {
        let (column, code) = column.and_then(|c| Some((c, self.filled(Some(c))?)))?;
        let found = countries.iso3(CountryCode::Iso3, code);
        if found.is_none() {
            remarks.push(self.reject(column, "expected an ISO 3166-1 alpha-3 code; taken as not given"));
        }
        found
    }

    /// A rejection of this row for what stands in `column`.
    pub fn reject(&self, column: &Column, reason: impl Into<String>) -> Reject {
        Reject::new(self.line, &column.name, self.cell(column), reason)
    }

    /// A whole number; some releases write them as decimals (`369.0`).
    pub fn whole(&self, column: &Column) -> Result<i64, Reject> {
        whole(self.required(column)?).ok_or_else(|| self.reject(column, "expected a whole number"))
    }

    /// A whole number where the cell is filled.
    pub fn optional_whole(&self, column: Option<&Column>) -> Result<Option<i64>, Reject> {
        match column {
            Some(column) if !self.cell(column).is_empty() => self.whole(column).map(Some),
            _ => Ok(None),
        }
    }

    /// A whole number where the cell holds exactly one; anything else reads as none. For codes that may be lists.
    pub fn number_if_any(&self, column: Option<&Column>) -> Option<u32> {
        whole(self.filled(column)?).and_then(|n| n.try_into().ok())
    }

    /// A count of people, which must be given.
    pub fn count(&self, column: &Column) -> Result<u32, Reject> {
        let count = u32::try_from(self.whole(column)?).ok().filter(|n| *n <= i32::MAX as u32);
        count.ok_or_else(|| self.reject(column, "expected a count of people, 0 or more"))
    }

    /// A count of people; `None` where the cell is empty.
    pub fn optional_count(&self, column: Option<&Column>) -> Result<Option<u32>, Reject> {
        match column {
            Some(column) if !self.cell(column).is_empty() => self.count(column).map(Some),
            _ => Ok(None),
        }
    }

    /// A count where a negative code, such as GTD's −99, means "not known".
    pub fn count_or_unknown(&self, column: Option<&Column>) -> Result<Option<u32>, Reject> {
        match self.optional_whole(column)? {
            Some(n) if n < 0 => Ok(None),
            _ => self.optional_count(column),
        }
    }

    /// Degrees north and east. `None` where both are empty.
    pub fn coordinates(
        &self,
        latitude: Option<&Column>,
        longitude: Option<&Column>,
    ) -> Result<Option<(f64, f64)>, Reject> {
        let (Some(latitude), Some(longitude)) = (latitude, longitude) else { return Ok(None) };
        if self.cell(latitude).is_empty() && self.cell(longitude).is_empty() {
            return Ok(None);
        }
        Ok(Some((self.degrees(latitude, 90.0)?, self.degrees(longitude, 180.0)?)))
    }

    /// Decimal degrees of at most `limit` either way.
    pub fn degrees(&self, column: &Column, limit: f64) -> Result<f64, Reject> {
        let value: f64 =
            self.required(column)?.parse().map_err(|_| self.reject(column, "expected decimal degrees"))?;
        if value.is_finite() && value.abs() <= limit {
            Ok(value)
        } else {
            Err(self.reject(column, format!("expected degrees between -{limit} and {limit}")))
        }
    }

    /// A day as YYYY-MM-DD, alone or followed by midnight (`2023-10-02`, `2023-10-02 00:00:00.000`, `2023-10-02T00:00:00`).
    pub fn iso_date(&self, column: &Column) -> Result<Date, Reject> {
        let expected = || self.reject(column, "expected a date as YYYY-MM-DD");
        let (day, rest) = self.required(column)?.split_at_checked(10).ok_or_else(expected)?;
        let midnight = rest.strip_prefix([' ', 'T']).unwrap_or(rest);
        if !midnight.bytes().all(|c| matches!(c, b'0' | b':' | b'.' | b'Z')) {
            return Err(expected());
        }
        self.plausible(column, iso_day(day).ok_or_else(expected)?)
    }

    /// A date within the years that events are recorded for.
    pub fn plausible(&self, column: &Column, date: Date) -> Result<Date, Reject> {
        if (1900..=2100).contains(&date.year()) {
            Ok(date)
        } else {
            Err(self.reject(column, "expected a year from 1900 to 2100"))
        }
    }
}

/// What is said of an identifier that a spreadsheet shortened.
pub const SHORTENED: &str = "expected an identifier in full; a spreadsheet has shortened it, and its last digits are lost: take the \
                             published file, or open it in a text editor, or import it into the spreadsheet with this column as text";

/// Whether a number is written as spreadsheets write long ones: `2.01001E+11`.
pub fn is_shortened(id: &str) -> bool {
    let mark = id.bytes().position(|b| matches!(b, b'E' | b'e'));
    let Some((digits, exponent)) = mark.map(|at| (&id[..at], &id[at + 1..])) else { return false };
    let number = |text: &str, marks: [char; 2]| {
        text.starts_with(|c: char| c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_digit() || marks.contains(&c))
    };
    number(digits, ['.', ',']) && exponent.strip_prefix('+').is_some_and(|e| number(e, ['0', '0']))
}

fn whole(text: &str) -> Option<i64> {
    // Nearly all are a few digits.
    if (1..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(text.bytes().fold(0, |n, b| 10 * n + i64::from(b - b'0')));
    }
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
}

/// `YYYY-MM-DD`, and nothing else.
pub fn iso_day(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    Date::new(digits(&bytes[..4])?, digits(&bytes[5..7])? as i8, digits(&bytes[8..])? as i8).ok()
}

/// A number of at most four decimal digits.
pub fn digits(bytes: &[u8]) -> Option<i16> {
    let valid = !bytes.is_empty() && bytes.len() <= 4 && bytes.iter().all(u8::is_ascii_digit);
    valid.then(|| bytes.iter().fold(0, |n, b| n * 10 + i16::from(b - b'0')))
}

/// A column that must be there, or the name nearest to it for the message.
pub fn require(heading: &Heading, names: &[&str]) -> Result<Column, MissingColumn> {
    heading.find(names).ok_or_else(|| {
        let wanted = names[0];
        let nearest = heading
            .names()
            .iter()
            .map(|h| (strsim::jaro_winkler(&h.to_ascii_lowercase(), wanted), h))
            .filter(|(similarity, _)| *similarity > 0.85)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, h)| h.clone());
        MissingColumn { column: wanted.into(), nearest }
    })
}

/// A column without which no row can be read is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingColumn {
    /// Its name in the codebook.
    pub column: String,
    /// A column of the file that may be meant.
    pub nearest: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The quick reading of a number says what the standard library says.
        #[test]
        fn whole_numbers_are_read_as_the_library_reads_them(text in "[0-9]{0,12}|-?[0-9.]{0,4}|.{0,4}") {
            let oracle = text.strip_suffix(".0").unwrap_or(&text).parse().ok();
            prop_assert_eq!(whole(&text), oracle);
        }

        /// The quick reading of a day says what the calendar library says.
        #[test]
        fn days_are_read_as_the_calendar_reads_them(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}|.{0,12}") {
            let strict = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
            let oracle = strict.then(|| text.parse::<Date>().ok()).flatten();
            prop_assert_eq!(iso_day(&text), oracle);
        }
    }

    #[test]
    fn columns_are_found_whatever_their_case() {
        let heading = Heading::new(["\u{feff}EVENT_DATE", " Fatalities "]);
        assert_eq!(heading.find(&["event_date"]).unwrap().index, 0);
        assert_eq!(heading.find(&["deaths", "fatalities"]).unwrap().name, "Fatalities");
        let missing = require(&Heading::new(["date_ended"]), &["date_end"]).unwrap_err();
        assert_eq!(missing.nearest.as_deref(), Some("date_ended"));
    }
}
