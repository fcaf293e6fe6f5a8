//! Questions of the counts: some of the rows, summed by one thing.

use std::collections::BTreeMap;

use serde::Serialize;
use tarazu_events::{AreaUnit, Measure, Period, PeriodUnit};

use super::{CubeTable, MISSING, NOBODY, NONE_GIVEN};

/// Which rows are wanted; what is `None` is not asked about.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// An actor on either side, by its name in the table.
    pub actor: Option<String>,
    /// A type of event.
    pub event_type: Option<String>,
    /// An area by its identifier, with everything in it.
    pub area: Option<String>,
    /// First month.
    pub from: Option<Period>,
    /// Last month.
    pub to: Option<Period>,
}

/// What the counts are summed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Months.
    Month,
    /// Years.
    Year,
    /// Areas of a unit.
    Area(AreaUnit),
    /// Types of event.
    Type,
    /// Actors: an event counts for each of its sides, so that these sums do not add up to the whole.
    Actor,
    /// Nothing: the whole.
    Dataset,
}

/// Sums by measure; `None` where the dataset does not publish it, or knows it of none of the events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// What was summed by: the month, the area …
    pub key: String,
    /// In the order of the table's measures.
    #[serde(skip)]
    pub values: Vec<Option<u64>>,
    /// Small cells that are in none of the values.
    #[serde(skip)]
    pub suppressed: u64,
}

/// What a table says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableAnswer {
    /// The whole selection.
    pub total: Counts,
    /// By month, year, area …; months and areas that are covered and had nothing are zero, those that are not covered are absent.
    pub rows: Vec<Counts>,
    /// First and last month of the selection that the table covers.
    pub span: (Period, Period),
}

/// Why a table does not answer: its silence is no zero.
pub type Silence = &'static str;

/// Sums in the making.
#[derive(Clone)]
struct Sums {
    values: Vec<u64>,
    known: Vec<bool>,
    rows: bool,
    /// Rows of which nothing is told.
    suppressed: u64,
}

impl Sums {
    fn new(width: usize) -> Self {
        Self { values: vec![0; width], known: vec![false; width], rows: false, suppressed: 0 }
    }

    fn add(&mut self, row: &[u32]) {
        self.rows = true;
        if row.iter().all(|value| *value == MISSING) {
            self.suppressed += 1;
        }
        for ((sum, known), value) in self.values.iter_mut().zip(&mut self.known).zip(row) {
            if *value != MISSING {
                *sum += u64::from(*value);
                *known = true;
            }
        }
    }

    /// Without rows there was nothing, which is zero. A cell of fewer events than `small` is not told.
    fn finish(self, key: String, events: Option<usize>, small: Option<u64>) -> Counts {
        let rows = self.rows;
        let counted = events.and_then(|at| self.values.get(at)).copied().unwrap_or(0);
        if small.is_some_and(|small| (1..small).contains(&counted)) {
            return Counts { key, values: vec![None; self.values.len()], suppressed: self.suppressed + 1 };
        }
        let told =
            self.values.into_iter().zip(self.known).map(|(sum, known)| (known || !rows).then_some(sum));
        Counts { key, values: told.collect(), suppressed: self.suppressed }
    }
}

impl CubeTable {
    /// Answer a question.
    ///
    /// # Errors
    /// A reason, where the table cannot tell: it does not cover the area or the months, or is not told apart by what is asked.
    pub fn ask(&self, selection: &Selection, by: By) -> Result<TableAnswer, Silence> {
        if (selection.actor.is_some() || by == By::Actor) && !self.by_actor {
            return Err("not told apart by actor");
        }
        if (selection.event_type.is_some() || by == By::Type) && !self.by_type {
            return Err("not told apart by type of event");
        }
        let depth = |unit: AreaUnit| unit as usize;
        if matches!(by, By::Area(unit) if depth(unit) > depth(self.area)) {
            return Err("not told apart by areas so small");
        }
        let wanted = self.wanted_areas(selection)?;
        let (from, to) = self.span_of(&wanted, selection).ok_or("covers none of these months")?;
        let actor = self.position(&self.actors, selection.actor.as_deref(), "names no such actor")?;
        let kind =
            self.position(&self.types, selection.event_type.as_deref(), "has no event of this type")?;

        let names = self.groups(by, &wanted, (from, to));
        let mut groups: Vec<Sums> = vec![Sums::new(self.measures.len()); names.len()];
        let area_group = self.area_groups(by, &names);
        let mut total = Sums::new(self.measures.len());
        let start = self.keys.partition_point(|k| i64::from(k.month) < from.number());
        let end = self.keys.partition_point(|k| i64::from(k.month) <= to.number());
        for row in start..end {
            let key = &self.keys[row];
            if !wanted[key.area as usize]
                || actor.is_some_and(|a| !key.actors.contains(&a))
                || kind.is_some_and(|k| u32::from(key.kind) != k)
            {
                continue;
            }
            let values = self.row(row);
            total.add(values);
            let mut add = |group: usize| {
                if let Some(group) = groups.get_mut(group) {
                    group.add(values);
                }
            };
            match by {
                By::Month => add((i64::from(key.month) - from.number()) as usize),
                By::Year => add((key.month.div_euclid(12) - from.year()) as usize),
                By::Area(_) => add(area_group[key.area as usize] as usize),
                By::Type => add(usize::from(key.kind).min(self.types.len())),
                By::Actor => {
                    let [a, b] = key.actors.map(|a| (a as usize).min(self.actors.len()));
                    add(a);
                    if a != b {
                        add(b);
                    }
                }
                By::Dataset => {}
            }
        }
        let always = matches!(by, By::Month | By::Year | By::Area(_));
        let rows = names.into_iter().zip(groups).filter(|(_, sums)| always || sums.rows);
        let (events, below) = (self.place(Measure::Events), self.is_below_country(selection, by));
        let small = self.small_cells.filter(|_| below);
        let rows: Vec<Counts> = rows.map(|(key, sums)| sums.finish(key, events, small)).collect();
        let mut total = total.finish(String::new(), events, small);
        // The only one that is not told could be had from the whole.
        let untold = rows.iter().filter(|r| r.values.iter().all(Option::is_none)).count();
        if small.is_some() && total.suppressed == 0 && untold == 1 {
            total.values.fill(None);
        }
        Ok(TableAnswer { total, rows, span: (from, to) })
    }

    /// Whether cells of an answer are of provinces or districts.
    fn is_below_country(&self, selection: &Selection, by: By) -> bool {
        matches!(by, By::Area(unit) if unit != AreaUnit::Country)
            || selection.area.as_ref().is_some_and(|area| area.contains('/'))
    }

    /// Whether an area's identifier is known, as a country, province or district.
    pub fn knows_area(&self, id: &str) -> bool {
        self.areas.iter().any(|a| self.units().any(|unit| a.id(unit) == id))
    }

    /// Identifiers of its areas of a unit, in order.
    pub fn area_ids(&self, unit: AreaUnit) -> Vec<String> {
        let mut ids: Vec<String> = self.areas.iter().map(|a| a.id(unit)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The units that its areas have, from the coarsest.
    pub fn units(&self) -> impl Iterator<Item = AreaUnit> + use<> {
        let finest = self.area as usize;
        [AreaUnit::Country, AreaUnit::Admin1, AreaUnit::Admin2].into_iter().take(finest + 1)
    }

    fn wanted_areas(&self, selection: &Selection) -> Result<Vec<bool>, Silence> {
        let Some(id) = &selection.area else { return Ok(vec![true; self.areas.len()]) };
        let units: Vec<AreaUnit> = self.units().collect();
        let wanted: Vec<bool> =
            self.areas.iter().map(|a| units.iter().any(|unit| a.id(*unit) == *id)).collect();
        if wanted.contains(&true) { Ok(wanted) } else { Err("does not cover this area") }
    }

    /// The months of the selection that are covered in any of its countries.
    fn span_of(&self, wanted: &[bool], selection: &Selection) -> Option<(Period, Period)> {
        let mut span: Option<(Period, Period)> = None;
        let mut last: Option<&str> = None;
        for (area, _) in self.areas.iter().zip(wanted).filter(|(_, wanted)| **wanted) {
            if last == Some(&area.country) {
                continue;
            }
            last = Some(&area.country);
            if let Some(covered) = self.coverage.get(&area.country) {
                let so_far = span.unwrap_or(*covered);
                span = Some((so_far.0.min(covered.0), so_far.1.max(covered.1)));
            }
        }
        let (first, last) = span?;
        let from = selection.from.map_or(first, |from| from.max(first));
        let to = selection.to.map_or(last, |to| to.min(last));
        (from <= to).then_some((from, to))
    }

    fn position(
        &self,
        names: &[String],
        wanted: Option<&str>,
        silence: Silence,
    ) -> Result<Option<u32>, Silence> {
        let Some(wanted) = wanted else { return Ok(None) };
        let found = names.binary_search_by(|n| n.as_str().cmp(wanted)).map_err(|_| silence)?;
        Ok(u32::try_from(found).ok())
    }

    /// What can be summed by, in order.
    fn groups(&self, by: By, wanted: &[bool], (from, to): (Period, Period)) -> Vec<String> {
        let or_none = |names: &[String]| names.iter().cloned().chain([NONE_GIVEN.into()]).collect();
        match by {
            By::Month => from.through(to).map(|p| p.to_string()).collect(),
            By::Year => {
                let year = |p: Period| Period::of(first_day(p), PeriodUnit::Year);
                year(from).through(year(to)).map(|p| p.to_string()).collect()
            }
            By::Area(unit) => {
                let covered = |country: &str| {
                    self.coverage.get(country).is_some_and(|(first, last)| *first <= to && *last >= from)
                };
                let areas = self.areas.iter().zip(wanted).filter(|(a, w)| **w && covered(&a.country));
                let mut ids: Vec<String> = areas.map(|(a, _)| a.id(unit)).collect();
                ids.sort_unstable();
                ids.dedup();
                ids
            }
            By::Type => or_none(&self.types),
            By::Actor => or_none(&self.actors),
            By::Dataset => Vec::new(),
        }
    }

    /// For each area its group.
    fn area_groups(&self, by: By, names: &[String]) -> Vec<u32> {
        let By::Area(unit) = by else { return Vec::new() };
        let at: BTreeMap<&str, u32> = names.iter().map(String::as_str).zip(0..).collect();
        self.areas.iter().map(|a| at.get(a.id(unit).as_str()).copied().unwrap_or(NOBODY)).collect()
    }

    /// A measure's place among the values.
    pub fn place(&self, measure: Measure) -> Option<usize> {
        self.measures.iter().position(|m| *m == measure)
    }
}

/// The first day of a month.
fn first_day(month: Period) -> jiff::civil::Date {
    let year = i16::try_from(month.year()).unwrap_or(1);
    let number = i8::try_from(month.season() + 1).unwrap_or(1);
    jiff::civil::Date::new(year, number, 1).unwrap_or_default()
}
