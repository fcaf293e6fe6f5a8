//! The counts of a store's events.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int32Type};
use arrow_array::{Array, Int32Array, PrimitiveArray, RecordBatch, StringArray};
use foldhash::{HashMap, HashMapExt};
use jiff::civil::Date;
use tarazu_events::{AreaUnit, Measure, Period, PeriodUnit};
use tarazu_ledger::called_after_somebody;
use tarazu_store::{Snapshot, StoreError};

use super::{Cube, CubeArea, CubeTable, Key, MISSING, NO_TYPE, NOBODY, Names};

/// Events younger than this are left out.
pub(crate) const YOUNGEST_DAYS: i32 = 30;

/// What is read of an event, and nothing else: no coordinates, places, notes or sources.
const COLUMNS: [&str; 17] = [
    "dataset",
    "release",
    "event_type",
    "country",
    "iso3",
    "admin1",
    "admin2",
    "admin1_boundary",
    "admin2_boundary",
    "date_end",
    "date_given",
    "actor1",
    "actor1_id",
    "actor2",
    "actor2_id",
    "deaths_best",
    "deaths_low",
];
const OTHERS: [&str; 2] = ["deaths_high", "deaths_civilians"];

/// What is counted.
const MEASURES: [Measure; 6] = [
    Measure::Events,
    Measure::DeathsBest,
    Measure::DeathsLow,
    Measure::DeathsHigh,
    Measure::DeathsCivilians,
    Measure::EventsTollUnknown,
];
/// Where the tolls stand in it.
const TOLLS: std::ops::Range<usize> = 1..5;
const UNKNOWN: usize = 5;

/// Why there are no counts.
#[derive(Debug, thiserror::Error)]
pub enum CubeError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A column is not what an event has.
    #[error("the store's column `{column}` is not {expected}; expected a store that `tarazu import` wrote")]
    Column {
        /// Its name.
        column: &'static str,
        /// What it should be.
        expected: &'static str,
    },
}

impl Cube {
    /// Count a store's events by month, district, sides and type, one table per dataset. An event counts in the month of the one day
    /// that its dataset gives, else of its last day. Months that were not over thirty days before `as_of` are left out whole.
    ///
    /// A side is named where a UCDP actor id says that it is an organisation, by the name that most events give to the id; every
    /// other name may be a person's and is left out.
    ///
    /// # Errors
    /// [`CubeError`] where the store cannot be read.
    pub fn of_events(snapshot: &Snapshot, as_of: Date) -> Result<Self, CubeError> {
        let mut gathered: BTreeMap<String, Gathered> = BTreeMap::new();
        let first_left_out = first_left_out(as_of);
        let mut fault = None;
        let columns = [&COLUMNS[..], &OTHERS[..]].concat();
        snapshot.each_batch(&columns, &mut |batch| {
            if fault.is_none() {
                fault = take(&mut gathered, batch, first_left_out).err();
            }
        })?;
        match fault {
            Some(fault) => Err(fault),
            None => Ok(Self { tables: gathered.into_iter().filter_map(|(name, g)| g.table(name)).collect() }),
        }
    }
}

/// The first month that is not over by thirty days before `as_of`.
pub(crate) fn first_left_out(as_of: Date) -> Period {
    let cutoff = as_of.checked_sub(jiff::Span::new().days(YOUNGEST_DAYS - 1)).unwrap_or(Date::MIN);
    Period::of(cutoff, PeriodUnit::Month)
}

/// The events of one dataset so far.
struct Gathered {
    releases: BTreeSet<String>,
    areas: Names<CubeArea>,
    /// Numbers of areas by the columns that name them, so that an area is made once.
    known_areas: HashMap<String, u32>,
    /// Numbers of actors by UCDP id, and how often each was named how.
    ids: HashMap<i32, u32>,
    named: Vec<HashMap<String, u32>>,
    types: Names<String>,
    rows: HashMap<Key, [u32; MEASURES.len()]>,
    /// Whether any event has a toll of this kind.
    published: [bool; MEASURES.len()],
}

impl Gathered {
    fn new() -> Self {
        Self {
            releases: BTreeSet::new(),
            areas: Names::new(),
            known_areas: HashMap::new(),
            ids: HashMap::new(),
            named: Vec::new(),
            types: Names::new(),
            rows: HashMap::new(),
            published: [true, false, false, false, false, false],
        }
    }

    fn actor(&mut self, id: Option<i32>, name: Option<&str>) -> u32 {
        let Some(id) = id else { return NOBODY };
        let next = u32::try_from(self.named.len()).unwrap_or(NOBODY);
        let number = *self.ids.entry(id).or_insert(next);
        if number == next {
            self.named.push(HashMap::new());
        }
        if let (Some(names), Some(name)) = (self.named.get_mut(number as usize), name.and_then(sound)) {
            match names.get_mut(name) {
                Some(count) => *count += 1,
                None => {
                    names.insert(name.to_owned(), 1);
                }
            }
        }
        number
    }

    fn table(self, dataset: String) -> Option<CubeTable> {
        let (areas, area_places) = self.areas.ordered();
        let (types, type_places) = self.types.ordered();
        // The commonest name of each id; of equals the first. Two ids with one name are told apart by their ids.
        let mut by_number: Vec<(String, i32)> = vec![(String::new(), 0); self.named.len()];
        for (id, number) in &self.ids {
            let names = self.named.get(*number as usize);
            let name =
                names.and_then(|n| n.iter().max_by_key(|(name, count)| (**count, std::cmp::Reverse(*name))));
            if let Some(slot) = by_number.get_mut(*number as usize) {
                let named = name.map(|(n, _)| n.clone()).filter(|n| !called_after_somebody(n));
                *slot = (named.unwrap_or_else(|| format!("UCDP actor {id}")), *id);
            }
        }
        let mut times: BTreeMap<&str, u32> = BTreeMap::new();
        for (name, _) in &by_number {
            *times.entry(name).or_default() += 1;
        }
        let printed = |(name, id): &(String, i32)| {
            if times.get(name.as_str()).is_some_and(|n| *n > 1) {
                format!("{name} ({id})")
            } else {
                name.clone()
            }
        };
        let mut names = Names::new();
        for actor in &by_number {
            names.number_of(printed(actor));
        }
        let (actors, actor_places) = names.ordered();
        let place = |places: &[u32], n: u32| places.get(n as usize).copied();
        let published = self.published;
        let mut rows: Vec<(Key, [u32; MEASURES.len()])> = self
            .rows
            .into_iter()
            .map(|(key, values)| {
                let mut actors = key.actors.map(|a| place(&actor_places, a).unwrap_or(NOBODY));
                actors.sort_unstable();
                let kind = place(&type_places, key.kind.into()).and_then(|k| u16::try_from(k).ok());
                let area = place(&area_places, key.area).unwrap_or(0);
                (Key { area, actors, kind: kind.unwrap_or(NO_TYPE), ..key }, values)
            })
            .collect();
        rows.sort_unstable();
        let mut coverage: BTreeMap<String, (Period, Period)> = BTreeMap::new();
        for (key, _) in &rows {
            let Some(area) = areas.get(key.area as usize) else { continue };
            let month = super::month(key.month);
            // Rows are in order of month: the last seen is the last.
            match coverage.get_mut(&area.country) {
                Some(covered) => covered.1 = month,
                None => {
                    coverage.insert(area.country.clone(), (month, month));
                }
            }
        }
        let kept: Vec<usize> = (0..MEASURES.len()).filter(|m| published[*m]).collect();
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for (key, row) in rows {
            // Two sides that the same id names in either order are one row.
            if keys.last() == Some(&key) {
                let start = values.len() - kept.len();
                for (held, m) in values[start..].iter_mut().zip(&kept) {
                    *held = sum(*held, row[*m]);
                }
            } else {
                keys.push(key);
                values.extend(kept.iter().map(|m| row[*m]));
            }
        }
        Some(CubeTable {
            from: coverage.values().map(|c| c.0).min()?,
            to: coverage.values().map(|c| c.1).max()?,
            dataset,
            version: self.releases.into_iter().collect::<Vec<_>>().join(", "),
            area: AreaUnit::Admin2,
            by_actor: true,
            by_type: true,
            coverage,
            small_cells: None,
            measures: kept.iter().map(|m| MEASURES[*m]).collect(),
            areas,
            actors,
            types,
            keys,
            values,
        })
    }
}

/// The sum of what is known.
fn sum(a: u32, b: u32) -> u32 {
    match (a, b) {
        (MISSING, other) | (other, MISSING) => other,
        (a, b) => a.saturating_add(b).min(MISSING - 1),
    }
}

/// A name that can be published: one line, of a name's length, and no coordinates, telephone or identity number in it.
fn sound(name: &str) -> Option<&str> {
    let name = name.trim();
    let digits = name.as_bytes().windows(5).any(|w| w.iter().all(u8::is_ascii_digit));
    let fits = !name.is_empty() && name.chars().count() <= 100 && !name.contains(|c: char| c.is_control());
    let decimal =
        name.as_bytes().windows(3).any(|w| w[0].is_ascii_digit() && w[1] == b'.' && w[2].is_ascii_digit());
    (fits && !digits && !decimal && !name.contains('@') && !name.contains('+')).then_some(name)
}

fn take(
    gathered: &mut BTreeMap<String, Gathered>,
    batch: &RecordBatch,
    first_left_out: Period,
) -> Result<(), CubeError> {
    let columns = Columns::of(batch)?;
    for row in 0..batch.num_rows() {
        let month = match month_of(columns.given, row).or_else(|| month_of(Some(columns.end), row)) {
            Some(month) if super::month(month) < first_left_out => month,
            _ => continue,
        };
        let dataset = columns.dataset.value(row);
        if !gathered.contains_key(dataset) {
            gathered.insert(dataset.to_owned(), Gathered::new());
        }
        let Some(of) = gathered.get_mut(dataset) else { continue };
        let release = columns.release.value(row);
        if !of.releases.contains(release) {
            of.releases.insert(release.to_owned());
        }
        let area = columns.area(of, row);
        let actor = |of: &mut Gathered, side: usize| {
            let (names, ids) = columns.sides[side];
            of.actor(number(ids, row), text(names, row))
        };
        let mut actors = [actor(of, 0), actor(of, 1)];
        actors.sort_unstable();
        let kind = of.types.number(columns.kind.value(row));
        let key = Key { month, area, actors, kind: u16::try_from(kind).unwrap_or(NO_TYPE) };
        let sums = of.rows.entry(key).or_insert([0, MISSING, MISSING, MISSING, MISSING, 0]);
        sums[0] += 1;
        for (toll, measure) in columns.tolls.iter().zip(TOLLS) {
            if let Some(toll) = number(*toll, row).and_then(|n| u32::try_from(n).ok()) {
                sums[measure] = sum(sums[measure], toll.min(MISSING - 1));
                of.published[measure] = true;
            }
        }
        if number(columns.tolls[0], row).is_none() {
            sums[UNKNOWN] += 1;
        } else {
            of.published[UNKNOWN] = true;
        }
    }
    Ok(())
}

type Days<'a> = &'a PrimitiveArray<Date32Type>;

struct Columns<'a> {
    dataset: &'a StringArray,
    release: &'a StringArray,
    kind: &'a StringArray,
    end: Days<'a>,
    given: Option<Days<'a>>,
    /// `iso3`, `country`, `admin1`, `admin1_boundary`, `admin2`, `admin2_boundary`.
    place: [Option<&'a StringArray>; 6],
    sides: [(Option<&'a StringArray>, Option<&'a Int32Array>); 2],
    tolls: [Option<&'a Int32Array>; 4],
}

impl<'a> Columns<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self, CubeError> {
        let text = |name: &str| batch.column_by_name(name).and_then(|c| c.as_string_opt::<i32>());
        let whole = |name: &str| batch.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int32Type>());
        let day = |name: &str| batch.column_by_name(name).and_then(|c| c.as_primitive_opt::<Date32Type>());
        let needed =
            |name: &'static str| text(name).ok_or(CubeError::Column { column: name, expected: "a text" });
        Ok(Self {
            dataset: needed("dataset")?,
            release: needed("release")?,
            kind: needed("event_type")?,
            end: day("date_end").ok_or(CubeError::Column { column: "date_end", expected: "a day" })?,
            given: day("date_given"),
            place: ["iso3", "country", "admin1", "admin1_boundary", "admin2", "admin2_boundary"].map(text),
            sides: [(text("actor1"), whole("actor1_id")), (text("actor2"), whole("actor2_id"))],
            tolls: ["deaths_best", "deaths_low", "deaths_high", "deaths_civilians"].map(whole),
        })
    }

    /// The number of the row's area: as the dataset gives it, else by boundary.
    fn area(&self, of: &mut Gathered, row: usize) -> u32 {
        let either = |a: usize, b: usize| text(self.place[a], row).or_else(|| text(self.place[b], row));
        let (country, admin1, admin2) = (either(0, 1), either(2, 3), either(4, 5));
        let key = format!(
            "{}\u{0}{}\u{0}{}",
            country.unwrap_or_default(),
            admin1.unwrap_or_default(),
            admin2.unwrap_or_default()
        );
        if let Some(number) = of.known_areas.get(&key) {
            return *number;
        }
        let name = |given: Option<&str>| given.and_then(sound).map(|n| n.replace('/', "∕"));
        let number = of.areas.number_of(CubeArea {
            country: name(country).unwrap_or_else(|| super::NONE_GIVEN.into()),
            admin1: name(admin1),
            admin2: name(admin2),
        });
        of.known_areas.insert(key, number);
        number
    }
}

fn text(column: Option<&StringArray>, row: usize) -> Option<&str> {
    column.filter(|c| c.is_valid(row)).map(|c| c.value(row)).filter(|t| !t.is_empty())
}

fn number(column: Option<&Int32Array>, row: usize) -> Option<i32> {
    column.filter(|c| c.is_valid(row)).map(|c| c.value(row))
}

/// Months since the year 0 of a day.
fn month_of(column: Option<Days<'_>>, row: usize) -> Option<i32> {
    let days = column.filter(|c| c.is_valid(row))?.value(row);
    let day = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    Some(i32::from(day.year()) * 12 + i32::from(day.month()) - 1)
}
