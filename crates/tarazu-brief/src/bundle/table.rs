//! A table of the bundle: typed rows, with what a reader must know of every column, as CSV and as a Table Schema.

use serde_json::{Map, Value, json};
use tarazu_events::Period;
use tarazu_ledger::{LedgerDate, Moment, Text};

use super::hxl;

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A month, `2024-06`.
    Month,
    /// A day, month or year, with the precision that its source gives.
    When,
    /// The same, or `never`, `unknown`, `ongoing`.
    Moment,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub description: &'static str,
    pub unit: Option<&'static str>,
    required: bool,
    one_of: Vec<&'static str>,
    minimum: Option<f64>,
    maximum: Option<f64>,
    /// Table and column that hold what this column names.
    refers: Option<(&'static str, &'static str)>,
}

impl Field {
    fn new(kind: Kind, name: &'static str, description: &'static str) -> Self {
        let (unit, minimum, maximum, refers) = (None, None, None, None);
        Self { name, kind, description, unit, required: false, one_of: Vec::new(), minimum, maximum, refers }
    }

    pub fn text(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::Text, name, description)
    }

    /// A count: a whole number, 0 or more.
    pub fn count(name: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self { unit: Some(unit), minimum: Some(0.0), ..Self::new(Kind::Integer, name, description) }
    }

    pub fn number(name: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self { unit: Some(unit), ..Self::new(Kind::Number, name, description) }
    }

    pub fn boolean(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::Boolean, name, description)
    }

    pub fn month(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::Month, name, description)
    }

    pub fn when(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::When, name, description)
    }

    pub fn moment(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::Moment, name, description)
    }

    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }

    pub fn one_of(self, words: impl IntoIterator<Item = &'static str>) -> Self {
        Self { one_of: words.into_iter().collect(), ..self }
    }

    pub fn within(self, minimum: f64, maximum: f64) -> Self {
        Self { minimum: Some(minimum), maximum: Some(maximum), ..self }
    }

    pub fn refers(self, table: &'static str, column: &'static str) -> Self {
        Self { refers: Some((table, column)), ..self }
    }

    fn schema(&self) -> Value {
        let mut field = Map::new();
        let kind = match self.kind {
            Kind::Text | Kind::When | Kind::Moment => "string",
            Kind::Integer => "integer",
            Kind::Number => "number",
            Kind::Boolean => "boolean",
            Kind::Month => "yearmonth",
        };
        field.insert("name".into(), self.name.into());
        field.insert("type".into(), kind.into());
        field.insert("description".into(), self.description.into());
        if let Some(unit) = self.unit {
            field.insert("unit".into(), unit.into());
        }
        let mut constraints = Map::new();
        if self.required {
            constraints.insert("required".into(), true.into());
        }
        if !self.one_of.is_empty() {
            constraints.insert("enum".into(), json!(self.one_of));
        }
        let bound = |v: f64| if self.kind == Kind::Integer { json!(v as i64) } else { json!(v) };
        if let Some(minimum) = self.minimum {
            constraints.insert("minimum".into(), bound(minimum));
        }
        if let Some(maximum) = self.maximum {
            constraints.insert("maximum".into(), bound(maximum));
        }
        match self.kind {
            Kind::When => {
                constraints.insert("pattern".into(), r"\d{4}(-\d{2}(-\d{2})?)?".into());
            }
            Kind::Moment => {
                let pattern = r"\d{4}(-\d{2}(-\d{2})?)?|never|unknown|ongoing";
                constraints.insert("pattern".into(), pattern.into());
            }
            _ => {}
        }
        if !constraints.is_empty() {
            field.insert("constraints".into(), constraints.into());
        }
        Value::Object(field)
    }
}

/// What stands in one place of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Missing,
    Text(String),
    Integer(i64),
    Number(f64),
    Boolean(bool),
}

impl Cell {
    /// As CSV has it. Numbers are the shortest that read back the same.
    pub fn text(&self) -> String {
        match self {
            Self::Missing => String::new(),
            Self::Text(text) => text.clone(),
            Self::Integer(value) => value.to_string(),
            Self::Number(value) if value.is_nan() => "NaN".into(),
            Self::Number(value) if value.is_infinite() => if *value > 0.0 { "INF" } else { "-INF" }.into(),
            Self::Number(value) => value.to_string(),
            Self::Boolean(value) => value.to_string(),
        }
    }

    /// To six decimals: what lies beyond is noise of the processor's arithmetic.
    pub fn rounded(value: f64) -> Self {
        let rounded = (value * 1e6).round() / 1e6;
        // Negative zero would be another text for the same number.
        Self::Number(if rounded.is_finite() { rounded + 0.0 } else { value })
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}

impl From<&str> for Cell {
    fn from(value: &str) -> Self {
        if value.is_empty() { Self::Missing } else { Self::Text(value.to_owned()) }
    }
}

impl From<&String> for Cell {
    fn from(value: &String) -> Self {
        value.as_str().into()
    }
}

impl From<String> for Cell {
    fn from(value: String) -> Self {
        value.as_str().into()
    }
}

impl From<&Text> for Cell {
    fn from(value: &Text) -> Self {
        value.value.as_str().into()
    }
}

/// Several, divided by semicolons.
impl From<&Vec<Text>> for Cell {
    fn from(value: &Vec<Text>) -> Self {
        value.iter().map(|t| t.value.as_str()).collect::<Vec<_>>().join("; ").into()
    }
}

impl From<LedgerDate> for Cell {
    fn from(value: LedgerDate) -> Self {
        value.to_string().into()
    }
}

impl From<Period> for Cell {
    fn from(value: Period) -> Self {
        value.to_string().into()
    }
}

impl From<Moment> for Cell {
    fn from(value: Moment) -> Self {
        match value {
            Moment::On(date) => date.into(),
            Moment::Never => "never".into(),
            Moment::Unknown => "unknown".into(),
            Moment::Ongoing => "ongoing".into(),
        }
    }
}

impl From<u64> for Cell {
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or(Self::Missing, Self::Integer)
    }
}

impl From<usize> for Cell {
    fn from(value: usize) -> Self {
        (value as u64).into()
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

/// Whose the contents of a table are, which decides its licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The case's own texts and what was read in documents.
    Case,
    /// The datasets' figures, or computed from them.
    Datasets,
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    pub name: &'static str,
    pub title: &'static str,
    pub description: &'static str,
    pub origin: Origin,
    pub fields: Vec<Field>,
    /// Columns that together are unique.
    pub key: Vec<&'static str>,
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    pub fn new(
        origin: Origin,
        name: &'static str,
        title: &'static str,
        description: &'static str,
        key: &[&'static str],
        fields: Vec<Field>,
    ) -> Self {
        Self { name, title, description, origin, fields, key: key.to_vec(), rows: Vec::new() }
    }

    /// As CSV, with a row of HXL hashtags below the heading where they are wanted.
    pub fn csv(&self, tagged: bool) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.fields.iter().map(|f| f.name))?;
        if tagged {
            writer
                .write_record(self.fields.iter().map(|f| hxl::tag(self.name, f.name).unwrap_or_default()))?;
        }
        for row in &self.rows {
            writer.write_record(row.iter().map(Cell::text))?;
        }
        writer.into_inner().map_err(|e| e.into_error().into())
    }

    /// Its Table Schema.
    pub fn schema(&self) -> Value {
        let mut schema = json!({
            "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
            "fields": self.fields.iter().map(Field::schema).collect::<Vec<_>>(),
            "missingValues": [""],
        });
        if !self.key.is_empty() {
            schema["primaryKey"] = json!(self.key);
        }
        let foreign: Vec<Value> = self
            .fields
            .iter()
            .filter_map(|f| Some((f.name, f.refers?)))
            .map(|(name, (table, column))| {
                json!({ "fields": [name], "reference": { "resource": table, "fields": [column] } })
            })
            .collect();
        if !foreign.is_empty() {
            schema["foreignKeys"] = foreign.into();
        }
        schema
    }
}

/// A row of cells.
macro_rules! row {
    ($($value:expr),* $(,)?) => { vec![$($crate::bundle::table::Cell::from($value)),*] };
}
pub(super) use row;
