//! Incidents, links and members as Arrow record batches: the tables that a store keeps.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, RecordBatch, StringArray};
use arrow_schema::ArrowError;

use crate::fusion::{Fusion, Incidents};
use crate::identity::Former;
use crate::reconcile::reconcile;
use crate::reports::Reports;

fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn counts(values: impl Iterator<Item = Option<u32>>) -> ArrayRef {
    Arc::new(values.map(|n| n.and_then(|n| i32::try_from(n).ok())).collect::<Int32Array>())
}

fn reals(values: impl Iterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(values.collect::<Float64Array>())
}

fn dataset_of(reports: &Reports, row: u32) -> &str {
    &reports.datasets()[reports.dataset_of(row as usize)]
}

/// The incidents in the order of their ids.
fn in_order(ids: &[String]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..ids.len()).collect();
    order.sort_by(|a, b| ids[*a].cmp(&ids[*b]));
    order
}

/// One row for each incident: its id, reconciled values, each with the event that it is from, and its least certain link.
///
/// # Errors
/// Never for tables that are made here; the signature is that of Arrow.
pub fn incidents_batch(
    reports: &Reports,
    fusion: &Fusion,
    ids: &[String],
) -> Result<RecordBatch, ArrowError> {
    let incidents = &fusion.incidents;
    let of = incidents.by_row();
    let mut weakest: Vec<Option<f64>> = vec![None; incidents.len()];
    for link in fusion.links.iter().filter(|l| l.joined) {
        let least = &mut weakest[of[link.a as usize] as usize];
        let probability = f64::from(link.probability);
        *least = Some(least.map_or(probability, |p| p.min(probability)));
    }
    let order = in_order(ids);
    let all: Vec<_> = order.iter().map(|n| (*n, reconcile(reports, incidents.members(*n)))).collect();
    let from = |get: &dyn Fn(usize) -> Option<u32>| {
        let (datasets, events): (Vec<_>, Vec<_>) = (0..all.len())
            .map(|at| match get(at) {
                Some(row) => (Some(dataset_of(reports, row)), Some(reports.id(row as usize))),
                None => (None, None),
            })
            .unzip();
        (texts(datasets.into_iter()), texts(events.into_iter()))
    };
    let held = |n: usize| {
        let mut datasets: Vec<usize> =
            incidents.members(n).iter().map(|r| reports.dataset_of(*r as usize)).collect();
        datasets.sort_unstable();
        datasets.dedup();
        datasets.len() as u32
    };
    // The area is that of the member whose place is known best, or of any that has one.
    let area = |field: &str| {
        let value = |(n, it): &(usize, crate::reconcile::Reconciled)| {
            let best = it.coordinates_from.and_then(|row| reports.text(row as usize, field));
            best.or_else(|| incidents.members(*n).iter().find_map(|r| reports.text(*r as usize, field)))
        };
        texts(all.iter().map(value))
    };
    let days = |end: bool| -> ArrayRef {
        let pick = |d: (i32, i32)| if end { d.1 } else { d.0 };
        Arc::new(all.iter().map(|(_, it)| it.days.map(pick)).collect::<Date32Array>())
    };
    let (date_dataset, date_event) = from(&|at| all[at].1.days_from);
    let (place_dataset, place_event) = from(&|at| all[at].1.coordinates_from);
    let (best_dataset, best_event) = from(&|at| all[at].1.deaths_best.map(|d| d.1));
    let (low_dataset, low_event) = from(&|at| all[at].1.deaths_low.map(|d| d.1));
    let (high_dataset, high_event) = from(&|at| all[at].1.deaths_high.map(|d| d.1));
    let columns: Vec<(&str, ArrayRef, bool)> = vec![
        ("incident", texts(order.iter().map(|n| Some(ids[*n].as_str()))), false),
        ("events", counts(order.iter().map(|n| Some(incidents.members(*n).len() as u32))), false),
        ("datasets", counts(order.iter().map(|n| Some(held(*n)))), false),
        ("weakest_link", reals(order.iter().map(|n| weakest[*n])), true),
        ("date_start", days(false), true),
        ("date_end", days(true), true),
        ("date_from_dataset", date_dataset, true),
        ("date_from_event", date_event, true),
        ("country", area("country"), true),
        ("admin1", area("admin1"), true),
        ("admin2", area("admin2"), true),
        ("latitude", reals(all.iter().map(|(_, it)| it.coordinates.map(|c| c.0))), true),
        ("longitude", reals(all.iter().map(|(_, it)| it.coordinates.map(|c| c.1))), true),
        ("place_from_dataset", place_dataset, true),
        ("place_from_event", place_event, true),
        ("deaths_best", counts(all.iter().map(|(_, it)| it.deaths_best.map(|d| d.0))), true),
        ("deaths_best_from_dataset", best_dataset, true),
        ("deaths_best_from_event", best_event, true),
        ("deaths_low", counts(all.iter().map(|(_, it)| it.deaths_low.map(|d| d.0))), true),
        ("deaths_low_from_dataset", low_dataset, true),
        ("deaths_low_from_event", low_event, true),
        ("deaths_high", counts(all.iter().map(|(_, it)| it.deaths_high.map(|d| d.0))), true),
        ("deaths_high_from_dataset", high_dataset, true),
        ("deaths_high_from_event", high_event, true),
        ("wounded", counts(all.iter().map(|(_, it)| it.wounded.map(|d| d.0))), true),
    ];
    RecordBatch::try_from_iter_with_nullable(columns)
}

/// One row for each pair that is kept.
///
/// # Errors
/// As [`incidents_batch`].
pub fn links_batch(reports: &Reports, fusion: &Fusion) -> Result<RecordBatch, ArrowError> {
    let links = &fusion.links;
    let columns: Vec<(&str, ArrayRef, bool)> = vec![
        ("dataset_a", texts(links.iter().map(|l| Some(dataset_of(reports, l.a)))), false),
        ("event_a", texts(links.iter().map(|l| Some(reports.id(l.a as usize)))), false),
        ("dataset_b", texts(links.iter().map(|l| Some(dataset_of(reports, l.b)))), false),
        ("event_b", texts(links.iter().map(|l| Some(reports.id(l.b as usize)))), false),
        ("probability", reals(links.iter().map(|l| Some(l.probability.into()))), false),
        ("bits", reals(links.iter().map(|l| Some(l.bits.into()))), false),
        ("joined", Arc::new(links.iter().map(|l| Some(l.joined)).collect::<BooleanArray>()), false),
    ];
    RecordBatch::try_from_iter_with_nullable(columns)
}

/// One row for each event and fusion: draw 0 is the answer, in which an incident has its stable id; the others are drawn from the
/// posterior, and an incident is numbered within its draw.
///
/// # Errors
/// As [`incidents_batch`].
pub fn members_batch(
    reports: &Reports,
    fusion: &Fusion,
    ids: &[String],
    draws: u32,
) -> Result<RecordBatch, ArrowError> {
    let (mut draw, mut rows, mut incident) = (Vec::new(), Vec::new(), Vec::new());
    let mut add = |number: u32, incidents: &Incidents, name: &dyn Fn(usize) -> String, order: Vec<usize>| {
        for n in order {
            let name = name(n);
            for &row in incidents.members(n) {
                draw.push(number);
                rows.push(row);
                incident.push(name.clone());
            }
        }
    };
    add(0, &fusion.incidents, &|n| ids[n].clone(), in_order(ids));
    for number in 1..=draws {
        let drawn = fusion.draw(reports, u64::from(number) - 1);
        let own: Vec<String> = (0..drawn.len()).map(|n| drawn.id(n, reports)).collect();
        add(number, &drawn, &|n| own[n].clone(), in_order(&own));
    }
    let columns: Vec<(&str, ArrayRef, bool)> = vec![
        ("draw", counts(draw.iter().map(|n| Some(*n))), false),
        ("dataset", texts(rows.iter().map(|r| Some(dataset_of(reports, *r)))), false),
        ("event_id", texts(rows.iter().map(|r| Some(reports.id(*r as usize)))), false),
        ("incident", texts(incident.iter().map(|i| Some(i.as_str()))), false),
    ];
    RecordBatch::try_from_iter_with_nullable(columns)
}

/// The incidents of one draw, from the rows that [`members_batch`] made; `None` where it has no such draw. Every report must be in it.
///
/// # Errors
/// What was found and expected, where the rows are no such table or do not fit the reports.
pub fn incidents_from_members(
    reports: &Reports,
    members: &[RecordBatch],
    draw: u32,
) -> Result<Option<Incidents>, String> {
    let rows: HashMap<(&str, &str), u32> = (0..reports.len())
        .map(|row| ((reports.datasets()[reports.dataset_of(row)].as_str(), reports.id(row)), row as u32))
        .collect();
    let mut of: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for batch in members {
        let ([dataset, event, incident], draws) = columns(batch)?;
        for at in (0..batch.num_rows()).filter(|at| u32::try_from(draws.value(*at)) == Ok(draw)) {
            let (dataset, event) = (dataset.value(at), event.value(at));
            // An event of a dataset that is not asked for.
            let Some(row) = rows.get(&(dataset, event)) else { continue };
            of.entry(incident.value(at)).or_default().push(*row);
        }
    }
    if of.is_empty() {
        return Ok(None);
    }
    let held: usize = of.values().map(Vec::len).sum();
    if held != reports.len() {
        return Err(format!("{held} of {} events are members of an incident; expected all", reports.len()));
    }
    let mut incidents = Incidents::default();
    for mut rows in of.into_values() {
        rows.sort_by_key(|row| (reports.dataset_of(*row as usize), reports.key(*row as usize)));
        incidents.members.extend(rows);
        incidents.ends.push(incidents.members.len() as u32);
    }
    Ok(Some(incidents))
}

/// The incidents of the answer (draw 0), from the rows that [`members_batch`] made.
///
/// # Errors
/// As [`incidents_from_members`].
pub fn former_from_members(members: &[RecordBatch]) -> Result<Former, String> {
    let mut former = Former::new();
    for batch in members {
        let ([dataset, event, incident], draws) = columns(batch)?;
        for at in (0..batch.num_rows()).filter(|at| draws.value(*at) == 0) {
            former.insert(dataset.value(at), event.value(at), incident.value(at));
        }
    }
    Ok(former)
}

/// Columns `dataset`, `event_id`, `incident` and `draw` of the table of members.
fn columns(members: &RecordBatch) -> Result<([&StringArray; 3], &Int32Array), String> {
    let texts = |name: &str| {
        let column = members.column_by_name(name).and_then(|c| c.as_any().downcast_ref::<StringArray>());
        column.ok_or_else(|| format!("the table of members has no column `{name}` of text"))
    };
    let draws = members.column_by_name("draw").and_then(|c| c.as_any().downcast_ref::<Int32Array>());
    let draws = draws.ok_or("the table of members has no column `draw` of numbers")?;
    Ok(([texts("dataset")?, texts("event_id")?, texts("incident")?], draws))
}
