//! One GED row, whatever file format it came in, to one event or one reject.

use std::collections::HashMap;

use jiff::civil::Date;

use super::Origin;
use crate::event::{
    Actor, DateInterval, DatePrecision, Deaths, Event, Identity, Place, PlacePrecision, ViolenceType,
};
use crate::read::ReadError;
use crate::reject::Reject;

/// What makes a file a GED file, for messages.
pub(super) const EXPECTED: &str =
    "UCDP GED: a heading with columns such as `id`, `type_of_violence`, `date_start`, `best`";

/// Columns without which no row can be read.
const REQUIRED: [&str; 18] = [
    "id",
    "type_of_violence",
    "side_a",
    "side_b",
    "where_prec",
    "latitude",
    "longitude",
    "country",
    "date_prec",
    "date_start",
    "date_end",
    "deaths_a",
    "deaths_b",
    "deaths_civilians",
    "deaths_unknown",
    "best",
    "high",
    "low",
];

/// Refuse a heading that is not GED's, naming the column that is missing and the nearest one there is.
pub(super) fn check_columns(file: &str, header: &[String]) -> Result<(), ReadError> {
    let missing: Vec<&str> = REQUIRED.into_iter().filter(|c| !header.iter().any(|h| h == c)).collect();
    if missing.len() > REQUIRED.len() / 2 {
        let found: Vec<&str> = header.iter().take(5).map(String::as_str).collect();
        return Err(ReadError::Unknown {
            file: file.into(),
            found: format!("columns `{}` …", found.join("`, `")),
            expected: EXPECTED.into(),
        });
    }
    let Some(column) = missing.first() else { return Ok(()) };
    let nearest = header
        .iter()
        .map(|h| (strsim::jaro_winkler(h, column), h))
        .filter(|(similarity, h)| *similarity > 0.85 && !REQUIRED.contains(&h.as_str()))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    Err(ReadError::MissingColumn {
        file: file.into(),
        column: (*column).into(),
        suggestion: nearest.map(|(_, h)| format!("; did you mean `{h}`?")).unwrap_or_default(),
    })
}

/// The cells of one row by column name, with the line for messages.
pub(super) struct Fields {
    line: u64,
    cells: HashMap<String, String>,
}

impl Fields {
    pub(super) fn new(line: u64) -> Self {
        Self { line, cells: HashMap::new() }
    }

    pub(super) fn insert(&mut self, column: &str, value: &str) {
        self.cells.insert(column.into(), value.trim().into());
    }

    fn reject(&self, column: &str, reason: impl Into<String>) -> Reject {
        Reject::new("", self.line, column, self.get(column), reason)
    }

    fn get(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    fn filled(&self, column: &str) -> Option<&str> {
        Some(self.get(column)).filter(|v| !v.is_empty())
    }

    fn text(&self, column: &str) -> Result<&str, Reject> {
        self.filled(column).ok_or_else(|| self.reject(column, "expected a value, found an empty cell"))
    }

    /// A whole number; some releases write them as decimals (`369.0`).
    fn whole(&self, column: &str) -> Result<i64, Reject> {
        let text = self.text(column)?;
        let digits = text.strip_suffix(".0").unwrap_or(text);
        digits.parse().map_err(|_| self.reject(column, "expected a whole number"))
    }

    fn count(&self, column: &str) -> Result<u32, Reject> {
        u32::try_from(self.whole(column)?)
            .map_err(|_| self.reject(column, "expected a count of people, 0 or more"))
    }

    /// A whole number where the cell is filled with one. A list of codes, which GED allows for Gleditsch and Ward codes,
    /// is no single number and reads as none.
    fn optional_number(&self, column: &str) -> Option<u32> {
        self.filled(column)?.trim_end_matches(".0").parse().ok()
    }

    fn degrees(&self, column: &str, limit: f64) -> Result<f64, Reject> {
        let value: f64 =
            self.text(column)?.parse().map_err(|_| self.reject(column, "expected decimal degrees"))?;
        if value.is_finite() && value.abs() <= limit {
            Ok(value)
        } else {
            Err(self.reject(column, format!("expected degrees between -{limit} and {limit}")))
        }
    }

    /// A day, written alone or followed by midnight (`2023-10-02`, `2023-10-02 00:00:00.000`, `2023-10-02T00:00:00`).
    fn date(&self, column: &str) -> Result<Date, Reject> {
        let text = self.text(column)?;
        let expected = || self.reject(column, "expected a date as YYYY-MM-DD");
        let (day, rest) = text.split_at_checked(10).ok_or_else(expected)?;
        let midnight = rest.strip_prefix([' ', 'T']).unwrap_or(rest);
        if !midnight.chars().all(|c| matches!(c, '0' | ':' | '.' | 'Z')) {
            return Err(expected());
        }
        let date: Date = day.parse().map_err(|_| expected())?;
        if (1900..=2100).contains(&date.year()) {
            Ok(date)
        } else {
            Err(self.reject(column, "expected a year from 1900 to 2100"))
        }
    }
}

pub(super) fn event(fields: &Fields, origin: &Origin) -> Result<Event, Reject> {
    let violence = ViolenceType::from_code(fields.whole("type_of_violence")?)
        .ok_or_else(|| fields.reject("type_of_violence", "expected 1, 2 or 3"))?;
    let (start, end) = (fields.date("date_start")?, fields.date("date_end")?);
    if end < start {
        return Err(fields.reject("date_end", format!("expected a day not before date_start ({start})")));
    }
    let date_precision = DatePrecision::from_code(fields.whole("date_prec")?)
        .ok_or_else(|| fields.reject("date_prec", "expected 1 to 5"))?;
    let place_precision = PlacePrecision::from_code(fields.whole("where_prec")?)
        .ok_or_else(|| fields.reject("where_prec", "expected 1 to 7"))?;
    let actor = |name: &str, id: &str| -> Result<Actor, Reject> {
        Ok(Actor { id: fields.optional_number(id), name: fields.text(name)?.into() })
    };
    Ok(Event {
        identity: Identity {
            dataset: origin.dataset.clone(),
            version: origin.version.clone(),
            event_id: fields.text("id")?.into(),
            file_sha256: origin.sha256.clone(),
            line: fields.line,
        },
        date: DateInterval { start, end, precision: date_precision },
        place: Place {
            country: fields.text("country")?.into(),
            iso3: fields.filled("iso3").map(Into::into),
            gw: fields.optional_number("country_id"),
            admin1: fields.filled("adm_1").map(Into::into),
            admin2: fields.filled("adm_2").map(Into::into),
            latitude: fields.degrees("latitude", 90.0)?,
            longitude: fields.degrees("longitude", 180.0)?,
            precision: place_precision,
        },
        violence,
        actors: [actor("side_a", "side_a_new_id")?, actor("side_b", "side_b_new_id")?],
        deaths: Deaths {
            side_a: fields.count("deaths_a")?,
            side_b: fields.count("deaths_b")?,
            civilians: fields.count("deaths_civilians")?,
            unknown: fields.count("deaths_unknown")?,
            best: fields.count("best")?,
            low: fields.count("low")?,
            high: fields.count("high")?,
        },
        sources: fields.optional_number("number_of_sources"),
    })
}
