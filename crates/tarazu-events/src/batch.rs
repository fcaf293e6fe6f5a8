//! Events as Arrow record batches: the canonical event's columns, each with its meaning, unit and what a missing value says.

use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Float64Builder, Int32Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::event::Event;
use crate::resolve::Resolved;

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// 32-bit integer.
    Int,
    /// 64-bit integer.
    Long,
    /// Double-precision number.
    Real,
    /// A day.
    Day,
    /// True or false.
    Truth,
    /// A moment in UTC, in microseconds.
    Moment,
}

/// A column of the canonical event.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Name.
    pub name: &'static str,
    /// Type.
    pub kind: Kind,
    /// Whether it may be missing.
    pub nullable: bool,
    /// Meaning, unit, and what a missing value says.
    pub meaning: &'static str,
}

const fn column(name: &'static str, kind: Kind, nullable: bool, meaning: &'static str) -> Column {
    Column { name, kind, nullable, meaning }
}

use Kind::{Day, Int, Long, Moment, Real, Text, Truth};

/// The canonical event, column by column.
pub const COLUMNS: [Column; 48] = [
    column("dataset", Text, false, "Dataset, for example `UCDP GED`."),
    column("release", Text, false, "Release of the dataset; `unknown` where neither file nor user names it."),
    column(
        "event_id",
        Text,
        false,
        "The dataset's own identifier; made from the row's contents (`row-…`) where it has none.",
    ),
    column("year", Int, false, "Year in which the dataset counts the event."),
    column("date_start", Day, false, "First day on which it can have happened."),
    column("date_end", Day, false, "Last day on which it can have happened; never before `date_start`."),
    column(
        "date_precision",
        Text,
        false,
        "`day`, `days` (2 to 6), `week`, `month` or `year`: the dataset's own statement.",
    ),
    column(
        "event_type",
        Text,
        false,
        "Type in the project's taxonomy, through the crosswalk; `unknown` where that has no row.",
    ),
    column(
        "event_subtype",
        Text,
        true,
        "Finer type in the taxonomy; missing where the dataset is not finer.",
    ),
    column("type_as_given", Text, true, "The dataset's own type or code."),
    column("subtype_as_given", Text, true, "The dataset's own finer type."),
    column(
        "violence_type",
        Int,
        true,
        "UCDP: 1 state-based, 2 non-state, 3 one-sided. Missing in other datasets.",
    ),
    column(
        "doubted",
        Truth,
        true,
        "Whether the dataset doubts that this is an event of its kind (GTD `doubtterr`; UCDP `code_status` other than \"Clear\"). Missing: not said.",
    ),
    column("country", Text, true, "Country as the dataset spells or codes it."),
    column(
        "iso3",
        Text,
        true,
        "ISO 3166-1 alpha-3, from the file or the table of countries, or else the country polygon around the point. Missing: not found.",
    ),
    column("admin1", Text, true, "First-order division as given."),
    column("admin2", Text, true, "Second-order division as given."),
    column("place", Text, true, "Town, village or other place as given."),
    column("latitude", Real, true, "Degrees north, -90 to 90. Missing: not located."),
    column("longitude", Real, true, "Degrees east, -180 to 180. Missing: not located."),
    column("place_precision", Text, true, "The dataset's own precision code."),
    column(
        "radius_km",
        Real,
        true,
        "Kilometres within which the true place is believed to lie. Missing: not known.",
    ),
    column(
        "admin1_boundary",
        Text,
        true,
        "Province by boundary polygon. Missing: outside, too imprecise (over 200 km), or no boundaries given.",
    ),
    column(
        "admin2_boundary",
        Text,
        true,
        "District by boundary polygon. Missing: outside, too imprecise (over 50 km), or no boundaries given.",
    ),
    column("boundaries", Text, true, "The boundary files used, with their vintage."),
    column(
        "admin1_current",
        Text,
        true,
        "Today's name of the province: renamings and mergers applied to `admin1`, or to the polygon's where none is given.",
    ),
    column("actor1", Text, true, "First side as given; GTD: perpetrators. Missing: not named."),
    column("actor1_id", Int, true, "UCDP actor id, given or found by name. Missing: not found."),
    column("actor2", Text, true, "Second side as given; in one-sided violence, civilians."),
    column("actor2_id", Int, true, "UCDP actor id, given or found by name. Missing: not found."),
    column("target", Text, true, "What was struck, as given."),
    column("target_type", Text, true, "Category of what was struck, through the crosswalk."),
    column(
        "deaths_best",
        Int,
        true,
        "People reported killed, best or only estimate. Missing: not known, or the dataset has only bounds.",
    ),
    column("deaths_low", Int, true, "People reported killed, lowest reliable estimate, as given."),
    column("deaths_high", Int, true, "People reported killed, highest reliable estimate, as given."),
    column("deaths_side_a", Int, true, "People reported killed on the side of `actor1`."),
    column("deaths_side_b", Int, true, "People reported killed on the side of `actor2`."),
    column("deaths_civilians", Int, true, "People reported killed whom the dataset codes as civilians."),
    column("deaths_unknown", Int, true, "People reported killed whose side is not known."),
    column("wounded", Int, true, "People reported wounded. Missing: not known or not recorded."),
    column("number_of_sources", Int, true, "Number of source reports. Missing: not counted."),
    column("source", Text, true, "News outlets or links as given. Never published."),
    column("notes", Text, true, "Free text of the dataset. Never published."),
    column("file_sha256", Text, false, "SHA-256 of the file that the event was read from."),
    column("line", Long, false, "Line on which its row begins, from 1; row number in a workbook."),
    column(
        "country_boundary",
        Text,
        true,
        "Country by boundary polygon, ISO 3166-1 alpha-3. Missing: outside, too imprecise (over 500 km), or no country boundaries given.",
    ),
    column(
        "date_given",
        Day,
        true,
        "The one day that the dataset gives, by which panels count; ACLED's precision widens `date_start` to `date_end` around it. \
         Missing: the dataset gives an interval, or no day.",
    ),
    column(
        "recorded_at",
        Moment,
        true,
        "When the dataset last revised the event, in UTC (ACLED `timestamp`). Missing: the dataset does not say. \
         Of two rows with one id the later revision stands.",
    ),
];

/// The columns as an Arrow schema.
pub fn schema() -> SchemaRef {
    let field = |c: &Column| {
        let kind = match c.kind {
            Text => DataType::Utf8,
            Int => DataType::Int32,
            Long => DataType::Int64,
            Real => DataType::Float64,
            Day => DataType::Date32,
            Truth => DataType::Boolean,
            Moment => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        };
        Field::new(c.name, kind, c.nullable)
    };
    Arc::new(Schema::new(COLUMNS.iter().map(field).collect::<Vec<_>>()))
}

/// The columns as a table in Markdown, for the documentation.
pub fn documentation() -> String {
    let mut text = String::from("| column | type | may be missing | meaning |\n|---|---|---|---|\n");
    for c in &COLUMNS {
        let kind = match c.kind {
            Text => "text",
            Int => "int32",
            Long => "int64",
            Real => "double",
            Day => "date",
            Truth => "boolean",
            Moment => "timestamp",
        };
        let nullable = if c.nullable { "yes" } else { "no" };
        text.push_str(&format!("| `{}` | {kind} | {nullable} | {} |\n", c.name, c.meaning));
    }
    text
}

/// What all events of one file share.
#[derive(Debug, Clone)]
pub struct Provenance {
    /// Dataset name.
    pub dataset: String,
    /// Release.
    pub release: String,
    /// SHA-256 of the file.
    pub file_sha256: String,
    /// Boundary files with their vintage.
    pub boundaries: Option<String>,
}

impl Provenance {
    /// Whether this is a column that all events of a file share.
    pub fn fills(column: &str) -> bool {
        SHARED.contains(&column)
    }

    /// What all events have in this column; `None` where it is missing in all, or is none of the shared columns.
    pub fn value(&self, column: &str) -> Option<&str> {
        match column {
            "dataset" => Some(&self.dataset),
            "release" => Some(&self.release),
            "file_sha256" => Some(&self.file_sha256),
            "boundaries" => self.boundaries.as_deref(),
            _ => None,
        }
    }
}

enum Builder {
    Text(StringBuilder),
    Int(Int32Builder),
    Long(Int64Builder),
    Real(Float64Builder),
    Day(Date32Builder),
    Truth(BooleanBuilder),
    Moment(TimestampMicrosecondBuilder),
}

impl Builder {
    /// With room for so many values, and so many bytes of text.
    fn new(kind: Kind, rows: usize, bytes: usize) -> Self {
        match kind {
            Text => Self::Text(StringBuilder::with_capacity(rows, bytes)),
            Int => Self::Int(Int32Builder::with_capacity(rows)),
            Long => Self::Long(Int64Builder::with_capacity(rows)),
            Real => Self::Real(Float64Builder::with_capacity(rows)),
            Day => Self::Day(Date32Builder::with_capacity(rows)),
            Truth => Self::Truth(BooleanBuilder::with_capacity(rows)),
            Moment => Self::Moment(TimestampMicrosecondBuilder::with_capacity(rows).with_timezone("UTC")),
        }
    }

    #[cold]
    fn append_nulls(&mut self, n: usize) {
        match self {
            Self::Text(b) => b.append_nulls(n),
            Self::Int(b) => b.append_nulls(n),
            Self::Long(b) => b.append_nulls(n),
            Self::Real(b) => b.append_nulls(n),
            Self::Day(b) => b.append_nulls(n),
            Self::Truth(b) => b.append_nulls(n),
            Self::Moment(b) => b.append_nulls(n),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(b) => Arc::new(b.finish()),
            Self::Int(b) => Arc::new(b.finish()),
            Self::Long(b) => Arc::new(b.finish()),
            Self::Real(b) => Arc::new(b.finish()),
            Self::Day(b) => Arc::new(b.finish()),
            Self::Truth(b) => Arc::new(b.finish()),
            Self::Moment(b) => Arc::new(b.finish()),
        }
    }
}

/// A column being filled. Of 48 columns a dataset fills perhaps half, so missing values are counted and written down when a value
/// follows, or all at once.
struct Filling {
    builder: Builder,
    missing: usize,
}

impl Filling {
    /// The builder, with all that is missing before the next value.
    #[inline]
    fn for_value(&mut self) -> &mut Builder {
        if self.missing > 0 {
            self.builder.append_nulls(std::mem::take(&mut self.missing));
        }
        &mut self.builder
    }
}

/// How much a batch holds.
#[derive(Debug, Clone, Default)]
pub struct Size {
    rows: usize,
    /// Bytes of text of each column that is not shared.
    bytes: Vec<usize>,
}

impl Size {
    /// Of this batch, as [`EventBatch::finish_own`] makes it.
    pub fn of(batch: &RecordBatch) -> Self {
        let bytes = |c: &ArrayRef| c.as_string_opt::<i32>().map_or(0, |texts| texts.value_data().len());
        Self { rows: batch.num_rows(), bytes: batch.columns().iter().map(bytes).collect() }
    }
}

/// The columns that all events of one file share are filled at the end.
const SHARED: [&str; 4] = ["dataset", "release", "boundaries", "file_sha256"];

/// Gathers events into record batches.
pub struct EventBatch {
    provenance: Provenance,
    columns: Vec<Filling>,
    rows: usize,
}

impl EventBatch {
    /// For events of one file.
    pub fn new(provenance: Provenance) -> Self {
        Self::of_size(provenance, &Size::default())
    }

    /// For events of one file, about as many and with texts as long as another batch of it had.
    pub fn of_size(provenance: Provenance, size: &Size) -> Self {
        // A sixteenth more than last time, as otherwise half of the batches would have to grow.
        let room = |n: usize| n + n / 16;
        let own = COLUMNS.iter().filter(|c| !SHARED.contains(&c.name)).enumerate();
        let column = |(at, c): (usize, &Column)| {
            let bytes = size.bytes.get(at).copied().unwrap_or_default();
            Filling { builder: Builder::new(c.kind, room(size.rows), room(bytes)), missing: 0 }
        };
        Self { provenance, columns: own.map(column).collect(), rows: 0 }
    }

    /// Events gathered.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Add an event with what it was resolved to.
    pub fn push(&mut self, event: &Event<'_>, resolved: &Resolved<'_>) {
        let mut row = Cells(self.columns.iter_mut());
        let (date, place, deaths) = (&event.date, &event.place, &event.deaths);
        row.text(Some(&event.event_id));
        row.int(Some(event.year.into()));
        row.day(date.start);
        row.day(date.end);
        row.text(Some(date.precision.name()));
        row.text(Some(event.kind.event_type));
        row.text(event.kind.event_subtype);
        row.text(event.type_as_given.as_deref());
        row.text(event.subtype_as_given.as_deref());
        row.int(event.violence.map(|v| v.code()));
        row.truth(event.doubted);
        row.text(place.country.as_deref());
        row.text(place.iso3.as_deref().or(resolved.iso3));
        row.text(place.admin1.as_deref());
        row.text(place.admin2.as_deref());
        row.text(place.name.as_deref());
        row.real(place.coordinates.map(|c| c.0));
        row.real(place.coordinates.map(|c| c.1));
        row.text(place.precision.as_deref());
        row.real(place.radius_km);
        row.text(resolved.admin1);
        row.text(resolved.admin2);
        row.text(resolved.admin1_current);
        for side in 0..2 {
            row.text(event.actors[side].name.as_deref());
            row.count(resolved.actors[side]);
        }
        row.text(event.target.as_deref());
        row.text(event.target_type.as_deref());
        for toll in [
            deaths.best,
            deaths.low,
            deaths.high,
            deaths.side_a,
            deaths.side_b,
            deaths.civilians,
            deaths.unknown,
            event.wounded,
            event.number_of_sources,
        ] {
            row.count(toll);
        }
        row.text(event.source.as_deref());
        row.text(event.notes.as_deref());
        row.long(i64::try_from(event.line).unwrap_or(i64::MAX));
        row.text(resolved.country);
        row.optional_day(event.day_given);
        row.moment(event.recorded_at);
        self.rows += 1;
    }

    /// The events gathered, in order; the gatherer is empty afterwards.
    ///
    /// # Errors
    /// Where the columns do not fit the schema, which a test rules out.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let rows = std::mem::take(&mut self.rows);
        let provenance = &self.provenance;
        let mut own = self.columns.iter_mut();
        let shared = |column: &str| -> ArrayRef {
            Arc::new(match provenance.value(column) {
                Some(text) => StringArray::new_repeated(text, rows),
                None => StringArray::new_null(rows),
            })
        };
        let arrays = COLUMNS.iter().filter_map(|c| match SHARED.contains(&c.name) {
            true => Some(shared(c.name)),
            false => own.next().map(|column| column.for_value().finish()),
        });
        let arrays = arrays.collect();
        RecordBatch::try_new(schema(), arrays)
    }

    /// As [`EventBatch::finish`], without the columns that all events of one file share.
    ///
    /// # Errors
    /// As [`EventBatch::finish`].
    pub fn finish_own(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        let all = schema();
        let own: Vec<usize> = (0..COLUMNS.len()).filter(|at| !SHARED.contains(&COLUMNS[*at].name)).collect();
        let arrays = self.columns.iter_mut().map(|column| column.for_value().finish()).collect();
        RecordBatch::try_new(Arc::new(all.project(&own)?), arrays)
    }
}

/// Fills the columns of one row from left to right. A value of the wrong type for its column is left out, and the batch then does
/// not fit its schema: the test of this module fails.
struct Cells<'a>(std::slice::IterMut<'a, Filling>);

impl Cells<'_> {
    /// The builder of the next column if there is a value for it.
    #[inline]
    fn next<T>(&mut self, value: Option<T>) -> Option<(&mut Builder, T)> {
        let column = self.0.next()?;
        match value {
            Some(value) => Some((column.for_value(), value)),
            None => {
                column.missing += 1;
                None
            }
        }
    }

    #[inline]
    fn text(&mut self, value: Option<&str>) {
        if let Some((Builder::Text(b), value)) = self.next(value) {
            b.append_value(value);
        }
    }

    #[inline]
    fn int(&mut self, value: Option<i32>) {
        if let Some((Builder::Int(b), value)) = self.next(value) {
            b.append_value(value);
        }
    }

    #[inline]
    fn count(&mut self, value: Option<u32>) {
        self.int(value.and_then(|n| i32::try_from(n).ok()));
    }

    fn long(&mut self, value: i64) {
        if let Some((Builder::Long(b), value)) = self.next(Some(value)) {
            b.append_value(value);
        }
    }

    #[inline]
    fn real(&mut self, value: Option<f64>) {
        if let Some((Builder::Real(b), value)) = self.next(value) {
            b.append_value(value);
        }
    }

    fn day(&mut self, value: Date) {
        self.optional_day(Some(value));
    }

    #[inline]
    fn optional_day(&mut self, value: Option<Date>) {
        if let Some((Builder::Day(b), value)) = self.next(value) {
            b.append_value(days_since_1970(value));
        }
    }

    fn truth(&mut self, value: Option<bool>) {
        if let Some((Builder::Truth(b), value)) = self.next(value) {
            b.append_value(value);
        }
    }

    fn moment(&mut self, value: Option<Timestamp>) {
        if let Some((Builder::Moment(b), value)) = self.next(value) {
            b.append_value(value.as_microsecond());
        }
    }
}

/// Days since 1970-01-01, by the civil calendar (Hinnant, *chrono-Compatible Low-Level Date Algorithms*, `days_from_civil`).
fn days_since_1970(date: Date) -> i32 {
    let (year, month, day) = (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::DateInterval;
    use arrow_array::Array;

    #[test]
    fn days_are_those_of_the_calendar() {
        let origin = jiff::civil::date(1970, 1, 1);
        for offset in (-30_000..60_000).step_by(17) {
            let day = origin.checked_add(jiff::Span::new().days(offset)).unwrap();
            assert_eq!(days_since_1970(day), offset);
        }
    }

    #[test]
    fn a_batch_fits_the_schema_and_starts_again_empty() {
        let provenance = Provenance {
            dataset: "D".into(),
            release: "1".into(),
            file_sha256: "00".into(),
            boundaries: None,
        };
        let mut gathered = EventBatch::new(provenance);
        let mut event = Event::new("7", 3, DateInterval::day(jiff::civil::date(1970, 1, 2)));
        event.place.coordinates = Some((1.5, 2.5));
        event.wounded = Some(4);
        event.notes = Some("n".into());
        for _ in 0..2 {
            gathered.push(&event, &Resolved::default());
            let batch = gathered.finish().unwrap();
            assert_eq!(batch.num_rows(), 1);
            let text = |name: &str| {
                let column = batch.column_by_name(name).unwrap();
                let array = column.as_any().downcast_ref::<StringArray>().unwrap();
                array.is_valid(0).then(|| array.value(0).to_owned())
            };
            let number = |name: &str| {
                let column = batch.column_by_name(name).unwrap();
                column.as_any().downcast_ref::<arrow_array::Int32Array>().unwrap().value(0)
            };
            assert_eq!(text("dataset").as_deref(), Some("D"));
            assert_eq!(text("event_id").as_deref(), Some("7"));
            assert_eq!(text("notes").as_deref(), Some("n"));
            assert_eq!(text("boundaries"), None);
            assert_eq!((number("year"), number("wounded")), (1970, 4));
        }
    }

    /// `docs/events.md` says of each column what the code says. With `TARAZU_WRITE_DOCS` set, it is written.
    #[test]
    fn the_documentation_agrees_with_the_columns() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/events.md");
        let text = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = text.split_once("<!-- columns -->\n").unwrap();
        let (_, after) = rest.split_once("<!-- end of columns -->").unwrap();
        let expected = format!(
            "{before}<!-- columns -->\n\n{}\n<!-- end of columns -->{after}",
            documentation().trim_end().to_owned() + "\n"
        );
        if std::env::var_os("TARAZU_WRITE_DOCS").is_some() {
            std::fs::write(&path, &expected).unwrap();
        } else {
            assert!(text == expected, "docs/events.md: run this test with TARAZU_WRITE_DOCS=1");
        }
    }
}
