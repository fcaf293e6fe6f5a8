//! Reports in columns: what fusion reads.

use crate::error::FuseError;
use crate::text::{MISSING, Texts, hash};

/// An actor as a report names it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ActorName<'a> {
    /// An identifier that all datasets share (UCDP actor id), where one was found.
    pub id: Option<&'a str>,
    /// The name as given.
    pub name: Option<&'a str>,
}

/// One report: an event of a dataset, as fusion sees it. Every field but `dataset` and `id` may be missing, which is no evidence for
/// nor against anything.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Report<'a> {
    /// The dataset's name.
    pub dataset: &'a str,
    /// The dataset's own identifier, once per dataset.
    pub id: &'a str,
    /// First day, in days since 1970-01-01.
    pub date_start: Option<i32>,
    /// Last day; the first where missing.
    pub date_end: Option<i32>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Kilometres within which the true place is believed to lie.
    pub radius_km: Option<f64>,
    /// The dataset's own code of place precision: its meaning in kilometres is learned.
    pub place_precision: Option<&'a str>,
    /// Actors, in any order.
    pub actors: &'a [ActorName<'a>],
    /// Type in a taxonomy that all datasets share.
    pub event_type: Option<&'a str>,
    /// Finer type in that taxonomy.
    pub event_subtype: Option<&'a str>,
    /// The dataset's own type; what it corresponds to in the other dataset is learned.
    pub type_as_given: Option<&'a str>,
    /// The dataset's own category of actors; correspondence is learned.
    pub actor_type: Option<&'a str>,
    /// Any other category of the dataset's own (context, weapon); correspondence is learned.
    pub category: Option<&'a str>,
    /// Kinds of violence or other labels, several.
    pub tags: &'a [&'a str],
    /// Deaths, best estimate.
    pub deaths_best: Option<u32>,
    /// Deaths, lowest.
    pub deaths_low: Option<u32>,
    /// Deaths, highest.
    pub deaths_high: Option<u32>,
    /// Wounded.
    pub wounded: Option<u32>,
    /// Country code or name.
    pub country: Option<&'a str>,
    /// Province.
    pub admin1: Option<&'a str>,
    /// District.
    pub admin2: Option<&'a str>,
    /// Town or village.
    pub place: Option<&'a str>,
    /// What was struck.
    pub target: Option<&'a str>,
    /// Free text.
    pub notes: Option<&'a str>,
    /// Source articles.
    pub sources: &'a [&'a str],
}

/// Texts of a report that stand alone, by column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Precision,
    EventType,
    EventSubtype,
    TypeAsGiven,
    ActorType,
    Category,
    Country,
    Admin1,
    Admin2,
    Place,
    Target,
    Notes,
}

const COLUMNS: usize = 12;

/// Numbers by row, [`MISSING`] where there is none. While no row has one it takes no memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Numbers(Vec<u32>);

impl Numbers {
    pub(crate) fn get(&self, row: usize) -> u32 {
        self.0.get(row).copied().unwrap_or(MISSING)
    }

    fn set(&mut self, row: usize, value: Option<u32>) {
        if value.is_some() || !self.0.is_empty() {
            self.0.resize(row, MISSING);
            self.0.push(value.unwrap_or(MISSING));
        }
    }
}

/// Rows of a variable number of numbers. While all are empty it takes no memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lists {
    ends: Vec<u32>,
    values: Vec<u32>,
}

impl Lists {
    pub(crate) fn get(&self, row: usize) -> &[u32] {
        let Some(&end) = self.ends.get(row) else { return &[] };
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        &self.values[start..end as usize]
    }

    /// All rows' numbers, in order of rows.
    pub(crate) fn all(&self) -> &[u32] {
        &self.values
    }

    fn close(&mut self, row: usize) -> Result<(), FuseError> {
        if self.values.is_empty() {
            return Ok(());
        }
        let end = u32::try_from(self.values.len());
        self.ends.resize(row, 0);
        self.ends.push(end.map_err(|_| FuseError::TooMany("more than 4,294,967,295 list entries"))?);
        Ok(())
    }
}

/// Reports of one or several datasets, column by column, texts kept once.
#[derive(Debug, Clone, Default)]
pub struct Reports {
    pub(crate) texts: Texts,
    datasets: Vec<String>,
    pub(crate) dataset: Vec<u16>,
    ids: String,
    id_ends: Vec<u32>,
    pub(crate) start: Vec<i32>,
    pub(crate) end: Vec<i32>,
    pub(crate) latitude: Vec<f32>,
    pub(crate) longitude: Vec<f32>,
    /// Bits of the kilometres.
    radius: Numbers,
    columns: [Numbers; COLUMNS],
    deaths: [Numbers; 3],
    wounded: Numbers,
    pub(crate) actor_names: Lists,
    pub(crate) actor_ids: Lists,
    pub(crate) tags: Lists,
    pub(crate) sources: Lists,
}

/// The day that stands for a missing one.
pub(crate) const NO_DAY: i32 = i32::MIN;

impl Reports {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.dataset.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.dataset.is_empty()
    }

    /// Names of the datasets, in the order in which they came.
    pub fn datasets(&self) -> &[String] {
        &self.datasets
    }

    /// The dataset of a row, as a position in [`Self::datasets`].
    pub fn dataset_of(&self, row: usize) -> usize {
        usize::from(self.dataset[row])
    }

    /// The dataset's own identifier of a row.
    pub fn id(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.id_ends[row - 1] as usize };
        &self.ids[start..self.id_ends[row] as usize]
    }

    /// A number made of dataset and id alone, by which rows are put in an order that does not depend on how they came.
    pub fn key(&self, row: usize) -> u64 {
        hash(&self.datasets[self.dataset_of(row)]).rotate_left(17) ^ hash(self.id(row))
    }

    /// The row of a report; searches through all of them.
    pub fn find(&self, dataset: &str, id: &str) -> Option<usize> {
        let number = self.datasets.iter().position(|d| d == dataset)?;
        (0..self.len()).find(|&row| self.dataset_of(row) == number && self.id(row) == id)
    }

    /// First and last day of a row, in days since 1970-01-01.
    pub fn days(&self, row: usize) -> Option<(i32, i32)> {
        (self.start[row] != NO_DAY).then(|| (self.start[row], self.end[row]))
    }

    /// Degrees north and east of a row.
    pub fn coordinates(&self, row: usize) -> Option<(f64, f64)> {
        let (latitude, longitude) = (self.latitude[row], self.longitude[row]);
        (!latitude.is_nan()).then(|| (latitude.into(), longitude.into()))
    }

    /// Kilometres of uncertainty of a row's place.
    pub fn radius_km(&self, row: usize) -> Option<f64> {
        some(self.radius.get(row)).map(|bits| f32::from_bits(bits).into())
    }

    /// Deaths of a row: best, low, high.
    pub fn deaths(&self, row: usize) -> [Option<u32>; 3] {
        [0, 1, 2].map(|n: usize| some(self.deaths[n].get(row)))
    }

    /// Deaths of a row by the best estimate, or else the middle or one end of its range; [`MISSING`] where it has none.
    pub(crate) fn toll(&self, row: usize) -> u32 {
        let [best, low, high] = self.deaths(row);
        let middle = low.zip(high).map(|(l, h)| l.midpoint(h));
        best.or(middle).or(low).or(high).unwrap_or(MISSING)
    }

    /// Wounded of a row.
    pub fn wounded(&self, row: usize) -> Option<u32> {
        some(self.wounded.get(row))
    }

    /// Names of a row's actors.
    pub fn actors(&self, row: usize) -> impl Iterator<Item = &str> {
        self.actor_names.get(row).iter().map(|&n| self.texts.get(n))
    }

    /// Sources of a row.
    pub fn sources(&self, row: usize) -> impl Iterator<Item = &str> {
        self.sources.get(row).iter().map(|&n| self.texts.get(n))
    }

    /// Tags of a row.
    pub fn tags(&self, row: usize) -> impl Iterator<Item = &str> {
        self.tags.get(row).iter().map(|&n| self.texts.get(n))
    }

    /// A text field of a row by the name that it has in [`Report`]; nothing for a missing value or an unknown name.
    pub fn text(&self, row: usize, field: &str) -> Option<&str> {
        let column = match field {
            "place_precision" => Column::Precision,
            "event_type" => Column::EventType,
            "event_subtype" => Column::EventSubtype,
            "type_as_given" => Column::TypeAsGiven,
            "actor_type" => Column::ActorType,
            "category" => Column::Category,
            "country" => Column::Country,
            "admin1" => Column::Admin1,
            "admin2" => Column::Admin2,
            "place" => Column::Place,
            "target" => Column::Target,
            "notes" => Column::Notes,
            _ => return None,
        };
        let number = self.number(column, row);
        (number != MISSING).then(|| self.texts.get(number))
    }

    /// Whether any row has a text.
    pub(crate) fn fills(&self, column: Column) -> bool {
        !self.columns[column as usize].0.is_empty()
    }

    /// Whether any row has deaths.
    pub(crate) fn counts_deaths(&self) -> bool {
        self.deaths.iter().any(|of| !of.0.is_empty())
    }

    /// Whether any row has a range of deaths.
    pub(crate) fn ranges_deaths(&self) -> bool {
        self.deaths[1..].iter().any(|of| !of.0.is_empty())
    }

    /// Whether any row has a count of wounded.
    pub(crate) fn counts_wounded(&self) -> bool {
        !self.wounded.0.is_empty()
    }

    /// The number of a text, or [`MISSING`].
    pub(crate) fn number(&self, column: Column, row: usize) -> u32 {
        self.columns[column as usize].get(row)
    }

    /// Add a report.
    ///
    /// # Errors
    /// [`FuseError::Value`] where a date, coordinate or radius is impossible; [`FuseError::TooMany`] beyond 65,535 datasets or four
    /// gigabytes of text.
    pub fn push(&mut self, report: &Report<'_>) -> Result<(), FuseError> {
        check(report)?;
        let dataset = match self.datasets.iter().rposition(|d| d == report.dataset) {
            Some(number) => number,
            None => {
                self.datasets.push(report.dataset.to_owned());
                self.datasets.len() - 1
            }
        };
        let dataset = u16::try_from(dataset).map_err(|_| FuseError::TooMany("more than 65,535 datasets"))?;
        let id_end = u32::try_from(self.ids.len() + report.id.len())
            .map_err(|_| FuseError::TooMany("more than four gigabytes of ids"))?;
        let row = self.len();
        self.dataset.push(dataset);
        self.ids.push_str(report.id);
        self.id_ends.push(id_end);
        let start = report.date_start.or(report.date_end).unwrap_or(NO_DAY);
        self.start.push(start);
        self.end.push(report.date_end.unwrap_or(start));
        let located = report.latitude.zip(report.longitude);
        self.latitude.push(located.map_or(f32::NAN, |p| p.0 as f32));
        self.longitude.push(located.map_or(f32::NAN, |p| p.1 as f32));
        self.radius.set(row, report.radius_km.map(|r| (r as f32).to_bits()));
        for (column, text) in [
            (Column::Precision, report.place_precision),
            (Column::EventType, report.event_type),
            (Column::EventSubtype, report.event_subtype),
            (Column::TypeAsGiven, report.type_as_given),
            (Column::ActorType, report.actor_type),
            (Column::Category, report.category),
            (Column::Country, report.country),
            (Column::Admin1, report.admin1),
            (Column::Admin2, report.admin2),
            (Column::Place, report.place),
            (Column::Target, report.target),
            (Column::Notes, report.notes),
        ] {
            let text = text.filter(|t| !t.is_empty());
            self.columns[column as usize].set(row, text.map(|t| self.texts.add(t)));
        }
        for (n, value) in [report.deaths_best, report.deaths_low, report.deaths_high].into_iter().enumerate()
        {
            self.deaths[n].set(row, value);
        }
        self.wounded.set(row, report.wounded);
        for actor in report.actors {
            if let Some(name) = actor.name.filter(|n| !n.is_empty()) {
                let number = self.texts.add(name);
                self.actor_names.values.push(number);
            }
            if let Some(id) = actor.id.filter(|n| !n.is_empty()) {
                let number = self.texts.add(id);
                self.actor_ids.values.push(number);
            }
        }
        self.actor_names.close(row)?;
        self.actor_ids.close(row)?;
        for (texts, list) in [(report.tags, &mut self.tags), (report.sources, &mut self.sources)] {
            for text in texts.iter().filter(|t| !t.is_empty()) {
                list.values.push(self.texts.add(text));
            }
            list.close(row)?;
        }
        Ok(())
    }
}

fn some(value: u32) -> Option<u32> {
    (value != MISSING).then_some(value)
}

fn check(report: &Report<'_>) -> Result<(), FuseError> {
    let fault = |field, found: String, expected| {
        Err(FuseError::Value { dataset: report.dataset.into(), id: report.id.into(), field, found, expected })
    };
    if let (Some(start), Some(end)) = (report.date_start, report.date_end)
        && end < start
    {
        return fault("date_end", format!("{end}"), "a day not before `date_start`");
    }
    for day in [report.date_start, report.date_end].into_iter().flatten() {
        if day.unsigned_abs() > 4_000_000 {
            return fault("date_start", format!("{day}"), "days since 1970-01-01, within ten thousand years");
        }
    }
    for (field, value, bound) in
        [("latitude", report.latitude, 90.0), ("longitude", report.longitude, 180.0_f64)]
    {
        if value.is_some_and(|v| v.is_nan() || v.abs() > bound) {
            return fault(field, format!("{:?}", value.unwrap_or(f64::NAN)), "degrees within the globe");
        }
    }
    if report.radius_km.is_some_and(|r| !(0.0..=20_100.0).contains(&r)) {
        return fault("radius_km", format!("{:?}", report.radius_km), "kilometres from 0 to 20,100");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let mut reports = Reports::new();
        reports.push(&Report { dataset: "A", id: "1", ..Report::default() }).unwrap();
        let actors = [ActorName { id: Some("7"), name: Some("Band") }, ActorName::default()];
        let full = Report {
            dataset: "B",
            id: "2",
            date_start: Some(3),
            latitude: Some(1.5),
            longitude: Some(2.5),
            radius_km: Some(5.0),
            actors: &actors,
            place: Some("Town"),
            deaths_best: Some(4),
            sources: &["x", "y"],
            ..Report::default()
        };
        reports.push(&full).unwrap();
        assert_eq!((reports.len(), reports.id(1)), (2, "2"));
        assert_eq!(reports.days(0), None);
        assert_eq!(reports.days(1), Some((3, 3)));
        assert_eq!(reports.coordinates(1), Some((1.5, 2.5)));
        assert_eq!(reports.actors(1).collect::<Vec<_>>(), ["Band"]);
        assert_eq!(reports.text(1, "place"), Some("Town"));
        assert_eq!(reports.text(0, "place"), None);
        assert_eq!(reports.deaths(1), [Some(4), None, None]);
        assert_eq!(reports.sources(1).count(), 2);
        assert_eq!(reports.find("B", "2"), Some(1));
        let bad = Report { latitude: Some(91.0), longitude: Some(0.0), ..full };
        assert!(reports.push(&bad).unwrap_err().to_string().contains("latitude"));
    }
}
