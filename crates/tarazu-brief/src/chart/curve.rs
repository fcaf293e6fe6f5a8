//! The specification curve: every specification by size with its interval, and below it the choices that each made.

use tarazu_effects::Interval;
use tarazu_effects::multiverse::{CellResult, DIMENSION_NAMES, DIMENSIONS, Grid, by_size};

use super::drawing::{Anchor, Drawing, cut};
use super::scale::{TICKS, ratio};
use super::theme::{Role, Theme};
use super::{Cell, Column, Draft, NARROW, Table, WIDE, dataset_sources};
use crate::number::{grouped, signed_percent};
use crate::weigh::Weighing;

const CURVE: f64 = 200.0;
/// Columns that can be told apart; of more specifications every so many is drawn.
const MOST: usize = 360;
const MOST_NARROW: usize = 120;

pub(crate) fn specifications(weighing: &Weighing) -> Option<Draft<'_>> {
    let (answer, plan) = weighing.main_answer().zip(weighing.plan.as_ref())?;
    let results = &answer.multiverse.results;
    let grid = &plan.choices;
    let order = by_size(results);
    if order.is_empty() {
        return None;
    }
    let v = &answer.multiverse.verdict;
    Some(Draft {
        id: "specification-curve",
        section: "difference",
        title: format!("Every specification for {}", answer.question.name),
        subtitle: format!(
            "Difference from expectation, by ratio. Each column is one specification: above, its estimate and interval; below, the choices \
             it made.{}",
            drawn_of(order.len(), MOST)
        ),
        alt: format!(
            "{} Of {} with an interval, {} lie wholly below zero and {} wholly above; the verdict is: {}.",
            label(order.len(), MOST),
            grouped(v.specifications as f64),
            grouped(v.wholly_below as f64),
            grouped(v.wholly_above as f64),
            v.word.text()
        ),
        notes: vec![format!(
            "The table holds the {} specifications that are drawn; estimates.csv holds all of every intervention.",
            order.len().min(MOST)
        )],
        sources: dataset_sources(&weighing.panel_sources, &[]),
        table: table(grid, results, &order),
        draw: Box::new(move |drawing, top| draw(drawing, top, grid, results)),
    })
}

fn drawn_of(all: usize, most: usize) -> String {
    if all > most {
        format!(" Of {} specifications {most}, evenly spaced by size, are drawn.", grouped(all as f64))
    } else {
        String::new()
    }
}

fn label(all: usize, most: usize) -> String {
    format!(
        "Specification curve: {} specifications in order of size, each with its interval, and below them the choices that each made.{}",
        grouped(all as f64),
        drawn_of(all, most)
    )
}

/// Titles of the choices, in the order of [`DIMENSION_NAMES`].
fn columns() -> Vec<Column> {
    DIMENSION_NAMES.iter().map(|name| Column::text(name, name)).collect()
}

fn table(grid: &Grid, results: &[CellResult], order: &[usize]) -> Table {
    let mut heads = vec![Column::number("rank", "Rank")];
    heads.extend(columns());
    heads.extend([
        Column::number("relative", "Difference"),
        Column::number("low", "Low"),
        Column::number("high", "High"),
        Column::number("p", "p"),
    ]);
    let mut table = Table::new(heads);
    for place in places(order.len(), MOST) {
        let Some(result) = order.get(place).and_then(|i| results.get(*i)) else { continue };
        let Ok(e) = &result.outcome else { continue };
        let mut row = vec![Cell::Whole(place as u64 + 1)];
        row.extend(result.levels.iter().enumerate().map(|(d, level)| Cell::text(grid.label(d, *level))));
        row.extend([e.relative.estimate, e.relative.low, e.relative.high].map(Cell::Share));
        row.push(Cell::Number(e.p, 4));
        table.rows.push(row);
    }
    table
}

/// The choices of which more than one option was taken.
fn choices(results: &[CellResult], order: &[usize]) -> Vec<(usize, u16)> {
    let mut choices: Vec<(usize, u16)> = Vec::new();
    for dimension in 0..DIMENSIONS {
        let mut levels: Vec<u16> = order.iter().map(|i| results[*i].levels[dimension]).collect();
        levels.sort_unstable();
        levels.dedup();
        if levels.len() > 1 {
            choices.extend(levels.into_iter().map(|level| (dimension, level)));
        }
    }
    choices
}

fn draw(drawing: &mut Drawing, top: f64, grid: &Grid, results: &[CellResult]) -> f64 {
    let narrow = drawing.width <= NARROW;
    let (labels, row, most, size) =
        if narrow { (128.0, 13.0, MOST_NARROW, 10.5) } else { (236.0, 15.0, MOST, 11.5) };
    let order = by_size(results);
    let drawn: Vec<(usize, Interval)> = places(order.len(), most)
        .into_iter()
        .filter_map(|place| {
            let i = *order.get(place)?;
            Some((i, results.get(i)?.outcome.as_ref().ok()?.relative))
        })
        .collect();
    let step = ((drawing.width - labels - 10.0) / drawn.len().max(1) as f64).min(40.0);
    let x = |i: usize| labels + step * (i as f64 + 0.5);
    let y = |r: f64| top + CURVE / 2.0 + 6.0 - ratio(r) * CURVE / 2.0;
    let right = labels + step * drawn.len() as f64;
    let (dot, mark) = ((step * 0.45).clamp(0.9, 3.5), (step * 0.8).clamp(1.0, 7.0));
    for tick in TICKS {
        let role = if tick == 0.0 { Role::Zero } else { Role::Grid };
        drawing.line((labels, y(tick)), (right, y(tick)), role);
        drawing.text((labels - 8.0, y(tick) + 4.0), signed_percent(tick), 12.0, Anchor::End, Role::Soft);
    }
    // One path for all intervals: thousands of lines would be slow.
    let mut intervals = String::new();
    for (i, (_, r)) in drawn.iter().enumerate() {
        intervals.push_str(&format!("M{:.1} {:.1}V{:.1}", x(i), y(r.low), y(r.high)));
    }
    drawing.path(intervals, Role::Thin);
    let dots: String = drawn
        .iter()
        .enumerate()
        .map(|(i, (_, r))| {
            let d = 2.0 * dot;
            format!("M{:.1} {:.1}h{d:.1}v{d:.1}h-{d:.1}z", x(i) - dot, y(r.estimate) - dot)
        })
        .collect();
    drawing.path(dots, Role::Dot);
    let mut at = top + CURVE + 22.0;
    for group in choices(results, &order).chunk_by(|a, b| a.0 == b.0) {
        at += 8.0;
        for (dimension, level) in group {
            let words = format!("{}: {}", DIMENSION_NAMES[*dimension], grid.label(*dimension, *level));
            let words = cut(&words, size, labels - 10.0);
            drawing.text((labels - 8.0, at + 4.0), words, size, Anchor::End, Role::Soft);
            drawing.line((labels, at), (right, at), Role::Grid);
            let own =
                drawn.iter().enumerate().filter(|(_, (cell, _))| results[*cell].levels[*dimension] == *level);
            let marks: String = own
                .map(|(i, _)| format!("M{:.1} {:.1}h{mark:.1}v7h-{mark:.1}z", x(i) - mark / 2.0, at - 3.5))
                .collect();
            drawing.path(marks, Role::Solid);
            at += row;
        }
    }
    at
}

/// At most `most` places of `all`, evenly spaced, both ends among them.
fn places(all: usize, most: usize) -> Vec<usize> {
    if all <= most {
        return (0..all).collect();
    }
    (0..most).map(|i| i * (all - 1) / (most - 1)).collect()
}

/// The curve as a file of its own, for estimates that belong to no case.
pub fn specification_curve_svg(grid: &Grid, results: &[CellResult]) -> String {
    let mut drawing = Drawing::new(WIDE);
    drawing.height = draw(&mut drawing, 4.0, grid, results) + 6.0;
    format!("{}\n", drawing.svg(Theme::Print, "curve", &label(by_size(results).len(), MOST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_curve_keeps_its_ends() {
        let drawn = places(10_000, MOST);
        assert_eq!((drawn.len(), drawn[0], drawn[MOST - 1]), (MOST, 0, 9_999));
        assert_eq!(places(5, MOST), [0, 1, 2, 3, 4]);
    }
}
