//! Counts of events by dataset, area, actors, type and month: what "what happened" is explored by.
//!
//! A [`Cube`] is small enough to be asked in memory: one [`CubeTable`] per dataset and release, whose rows hold numbers in place of
//! names. [`Cube::embedded`] makes it of the figures that a case carries; with a store it comes from the store's events. It is never
//! finer than district and month, and holds no coordinates, no free text and no names but those of areas and organisations.

mod ask;
mod embedded;
#[cfg(feature = "serve")]
mod events;

use std::collections::BTreeMap;

use tarazu_events::{AreaUnit, Measure, Period};

pub use ask::{By, Counts, Selection, TableAnswer};
#[cfg(feature = "serve")]
pub use events::CubeError;
#[cfg(feature = "serve")]
pub(crate) use events::first_left_out;

/// The counts of every dataset at hand.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cube {
    /// One table per dataset, release and unit of area.
    pub tables: Vec<CubeTable>,
}

/// The counts of one release of a dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct CubeTable {
    /// Dataset.
    pub dataset: String,
    /// Release; several, separated by commas, where a dataset's files are of several.
    pub version: String,
    /// The unit of area: rows name the areas down to it.
    pub area: AreaUnit,
    /// Whether rows are told apart by actor.
    pub by_actor: bool,
    /// Whether rows are told apart by type of event.
    pub by_type: bool,
    /// First month that the release covers.
    pub from: Period,
    /// Last month.
    pub to: Period,
    /// For each country the first and the last month that are covered: within them a combination without a row was looked at, and
    /// nothing was recorded.
    pub coverage: BTreeMap<String, (Period, Period)>,
    /// Below the country, cells with events but fewer than this are not told; `None` where all are.
    pub small_cells: Option<u64>,
    /// What the values of a row are.
    pub measures: Vec<Measure>,
    /// Areas that have rows, in order.
    pub areas: Vec<CubeArea>,
    /// Actors that have rows, in order.
    pub actors: Vec<String>,
    /// Types that have rows, in order.
    pub types: Vec<String>,
    keys: Vec<Key>,
    /// As many for each row as there are measures.
    values: Vec<u32>,
}

/// An area that has rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CubeArea {
    /// ISO 3166-1 alpha-3 code of the country, or its name where the dataset gives no known one.
    pub country: String,
    /// Province as given; `None` where the table is not by province or the dataset does not say.
    pub admin1: Option<String>,
    /// District as given; likewise.
    pub admin2: Option<String>,
}

/// What stands in place of a name that is not given.
pub const NONE_GIVEN: &str = "(none given)";

impl CubeArea {
    /// Its identifier down to a unit, as panels have it: `PAK`, `PAK/Sindh province`, `PAK/Sindh province/Karachi district`.
    pub fn id(&self, unit: AreaUnit) -> String {
        let or_none = |name: &Option<String>| name.clone().unwrap_or_else(|| NONE_GIVEN.into());
        match unit {
            AreaUnit::Country => self.country.clone(),
            AreaUnit::Admin1 => format!("{}/{}", self.country, or_none(&self.admin1)),
            AreaUnit::Admin2 => {
                format!("{}/{}/{}", self.country, or_none(&self.admin1), or_none(&self.admin2))
            }
        }
    }
}

/// The names of a row, as positions in the table's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    /// Months since the year 0.
    month: i32,
    area: u32,
    actors: [u32; 2],
    kind: u16,
}

/// No actor, no type.
const NOBODY: u32 = u32::MAX;
const NO_TYPE: u16 = u16::MAX;
/// Not published, or known of none of the events.
const MISSING: u32 = u32::MAX;

/// One row: the counts of one area, pair of actors, type and month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CubeRow<'a> {
    /// ISO 3166-1 alpha-3 code of the country.
    pub country: &'a str,
    /// Province; `None` where the table is not by province or the dataset does not say.
    pub admin1: Option<&'a str>,
    /// District; likewise.
    pub admin2: Option<&'a str>,
    /// The sides; `None` where the table is not by actor, the dataset names none, or it is not known to be an organisation.
    pub actors: [Option<&'a str>; 2],
    /// Type of event; `None` where the table is not by type.
    pub event_type: Option<&'a str>,
    /// Month.
    pub month: Period,
    /// Values in the order of the table's measures; `None` where the dataset does not publish them or knows none.
    pub values: Vec<Option<u64>>,
}

impl CubeTable {
    /// The rows in order of month, area, actors and type.
    pub fn rows(&self) -> impl Iterator<Item = CubeRow<'_>> {
        self.keys.iter().enumerate().filter_map(|(row, key)| {
            let actor = |n: u32| self.actors.get(n as usize).map(String::as_str);
            let area = self.areas.get(key.area as usize)?;
            Some(CubeRow {
                country: &area.country,
                admin1: area.admin1.as_deref(),
                admin2: area.admin2.as_deref(),
                actors: key.actors.map(actor),
                event_type: self.types.get(usize::from(key.kind)).map(String::as_str),
                month: month(key.month),
                values: self.row(row).iter().map(|v| (*v != MISSING).then_some((*v).into())).collect(),
            })
        })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The name of dataset and release in one.
    pub fn name(&self) -> String {
        format!("{} {}", self.dataset, self.version)
    }

    fn row(&self, row: usize) -> &[u32] {
        let width = self.measures.len();
        self.values.get(row * width..(row + 1) * width).unwrap_or_default()
    }

    fn size(&self) -> usize {
        let names = self.actors.iter().chain(&self.types).map(|n| n.len() + size_of::<String>());
        let area = |a: &CubeArea| {
            let text = |t: &Option<String>| t.as_ref().map_or(0, String::len);
            a.country.len() + text(&a.admin1) + text(&a.admin2) + size_of::<CubeArea>()
        };
        self.keys.len() * size_of::<Key>()
            + self.values.len() * size_of::<u32>()
            + names.sum::<usize>()
            + self.areas.iter().map(area).sum::<usize>()
    }
}

impl Cube {
    /// Rows of all tables.
    pub fn rows(&self) -> usize {
        self.tables.iter().map(CubeTable::len).sum()
    }

    /// Bytes that its rows and names take in memory, all but a few.
    pub fn size(&self) -> usize {
        self.tables.iter().map(CubeTable::size).sum()
    }

    /// Take in the tables of another.
    pub fn absorb(&mut self, other: Self) {
        self.tables.extend(other.tables);
    }
}

/// The month of this number, counted from January of the year 0.
fn month(number: i32) -> Period {
    let (year, month) = (number.div_euclid(12), number.rem_euclid(12) + 1);
    let period = i16::try_from(year).ok().zip(i8::try_from(month).ok());
    let day = period.and_then(|(y, m)| Period::month(y, m));
    day.unwrap_or_else(|| Period::of(jiff::civil::Date::MIN, tarazu_events::PeriodUnit::Month))
}

/// A row before its names are put in order.
struct Draft {
    area: CubeArea,
    month: Period,
    values: Vec<Option<u64>>,
}

/// Gives names their numbers, and takes them back in order.
#[derive(Debug)]
struct Names<T> {
    numbers: BTreeMap<T, u32>,
}

impl<T: Ord + Clone> Names<T> {
    fn new() -> Self {
        Self { numbers: BTreeMap::new() }
    }

    #[cfg(feature = "serve")]
    fn number<Q: Ord + ?Sized>(&mut self, name: &Q) -> u32
    where
        T: std::borrow::Borrow<Q> + for<'a> From<&'a Q>,
    {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.numbers.len()).unwrap_or(NOBODY);
        self.numbers.insert(T::from(name), number);
        number
    }

    fn number_of(&mut self, name: T) -> u32 {
        let next = u32::try_from(self.numbers.len()).unwrap_or(NOBODY);
        *self.numbers.entry(name).or_insert(next)
    }

    /// The names in order, and for each old number its place.
    fn ordered(self) -> (Vec<T>, Vec<u32>) {
        let mut places = vec![0; self.numbers.len()];
        let mut names = Vec::with_capacity(places.len());
        for (place, (name, number)) in (0_u32..).zip(self.numbers) {
            if let Some(slot) = places.get_mut(number as usize) {
                *slot = place;
            }
            names.push(name);
        }
        (names, places)
    }
}

/// A count as a cell holds it.
fn cell(value: Option<u64>) -> u32 {
    value.map_or(MISSING, |v| u32::try_from(v).unwrap_or(MISSING).min(MISSING - 1))
}
