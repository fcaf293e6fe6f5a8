//! The months around the campaign: what was observed with its low–high band, and what the specification in the middle expected.

use tarazu_events::Period;
use tarazu_ledger::Case;

use super::drawing::{Anchor, Drawing, path};
use super::monthly::{Height, bands, line};
use super::scale::{Months, nice};
use super::theme::Role;
use super::{Cell, Column, Draft, NARROW, Table, dataset_sources};
use crate::number::{grouped, signed_percent};
use crate::weigh::{Expectation, MonthlyRow, Weighing};

/// Months drawn before.
const BEFORE: i32 = 36;
const LEFT: f64 = 46.0;

pub(crate) fn campaign<'a>(case: &Case, weighing: &'a Weighing) -> Option<Draft<'a>> {
    let expectation = weighing.expectation.as_ref()?;
    let answer = weighing.main_answer()?;
    let (first, last) = (expectation.months.first()?.month, expectation.months.last()?.month);
    let from = weighing.monthly.partition_point(|r| r.month < first.shift(-BEFORE));
    let to = weighing.monthly.partition_point(|r| r.month <= last);
    let rows = weighing.monthly.get(from..to)?;
    let sum = |f: fn(&crate::weigh::ExpectedMonth) -> f64| expectation.months.iter().map(f).sum::<f64>();
    let (observed, expected) = (sum(|m| m.observed), sum(|m| m.expected.estimate));
    let mut table = Table::new(vec![
        Column::text("month", "Month"),
        Column::number("deaths_low", "Low"),
        Column::number("deaths_best", "Best"),
        Column::number("deaths_high", "High"),
        Column::number("expected", "Expected").or("before"),
        Column::number("expected_low", "Expected, low").or("before"),
        Column::number("expected_high", "Expected, high").or("before"),
    ]);
    for r in rows {
        let of = expectation.months.iter().find(|m| m.month == r.month).map(|m| m.expected);
        let cell = |v: Option<f64>| v.map_or(Cell::Missing, |v| Cell::Number(v, 1));
        table.rows.push(vec![
            Cell::text(r.month.to_string()),
            Cell::whole(r.low),
            Cell::whole(r.best),
            Cell::whole(r.high),
            cell(of.map(|i| i.estimate)),
            cell(of.map(|i| i.low)),
            cell(of.map(|i| i.high)),
        ]);
    }
    let name = answer.question.name.clone();
    let marked = answer.question.month;
    let choices: Vec<String> =
        expectation.choices.iter().map(|(name, option)| format!("{name} {option}")).collect();
    let mut sources: Vec<&str> = rows.iter().map(|r| r.dataset.as_str()).collect();
    sources.extend(rows.iter().filter_map(|r| r.low_dataset.as_deref()));
    Some(Draft {
        id: "deaths-and-expectation",
        section: "difference",
        title: format!("{name}: what was reported, and what was expected"),
        subtitle: "People reported killed per month: best estimate, band from low (where published) to high. Dashed: expected, with its \
                   interval, by one specification in the middle of the curve."
            .into(),
        alt: format!(
            "Line chart of people reported killed per month from {} to {last} in {}. In the {} months from {first} on {} were reported and {} \
             expected by one specification in the middle of the curve.",
            rows.first()?.month,
            case.settings.country.value,
            expectation.months.len(),
            grouped(observed),
            grouped(expected)
        ),
        notes: vec![
            format!(
                "Observed {} against {} expected ({}). One specification of many: no verdict rests on it. Its choices: {}.",
                grouped(observed),
                grouped(expected),
                signed_percent(observed / expected.max(1e-9) - 1.0),
                choices.join(", ")
            ),
        ],
        sources: dataset_sources(&weighing.panel_sources, &sources),
        table,
        draw: Box::new(move |drawing, top| draw(drawing, top, rows, expectation, &name, marked)),
    })
}

fn draw(
    drawing: &mut Drawing,
    top: f64,
    rows: &[MonthlyRow],
    expectation: &Expectation,
    name: &str,
    marked: Period,
) -> f64 {
    let narrow = drawing.width <= NARROW;
    let (Some(first), Some(last)) = (rows.first().map(|r| r.month), rows.last().map(|r| r.month)) else {
        return top;
    };
    let room = if narrow { 14.0 } else { 110.0 };
    let months = Months { first, last, left: LEFT, right: drawing.width - room };
    let (upper, bottom) = (top + 22.0, top + if narrow { 230.0 } else { 300.0 });
    let highest = rows.iter().filter_map(|r| r.high.max(r.best)).max().unwrap_or(1) as f64;
    let expected_high = expectation.months.iter().map(|m| m.expected.high).fold(0.0, f64::max);
    // An interval that leaves the chart is cut, and said so by the table: the observed months must stay readable.
    let most = nice(highest.max(expected_high.min(2.0 * highest)));
    let scale = Height { most, top: upper, bottom };
    for i in 0..=4_u32 {
        let value = most * f64::from(i) / 4.0;
        drawing.line((LEFT, scale.y(value)), (months.right, scale.y(value)), Role::Grid);
        drawing.text((LEFT - 6.0, scale.y(value) + 4.0), grouped(value), 12.0, Anchor::End, Role::Soft);
    }
    for (year, x) in months.years(44.0) {
        drawing.line((x, bottom), (x, bottom + 5.0), Role::Axis);
        drawing.text((x, bottom + 18.0), year.to_string(), 12.0, Anchor::Middle, Role::Soft);
    }
    bands(drawing, &months, &scale, rows);
    let x = months.x(marked);
    drawing.line((x, upper - 8.0), (x, bottom), Role::Mark);
    drawing.bold((x - 5.0, upper - 8.0), format!("{name}, {marked}"), 11.5, Anchor::End, Role::MarkWord);
    let y = |v: f64| scale.y(v.clamp(0.0, most));
    for m in &expectation.months {
        let x = months.x(m.month);
        drawing.line((x, y(m.expected.low)), (x, y(m.expected.high)), Role::Interval);
    }
    let points: Vec<(f64, f64)> =
        expectation.months.iter().map(|m| (months.x(m.month), y(m.expected.estimate))).collect();
    line(drawing, &months, &scale, rows, Role::Line);
    drawing.path(path(&points, false), Role::Expected);
    end_labels(drawing, &months, rows, expectation, &y, narrow, bottom)
}

/// The names of the two lines, at their ends where there is room.
fn end_labels(
    drawing: &mut Drawing,
    months: &Months,
    rows: &[MonthlyRow],
    expectation: &Expectation,
    y: &dyn Fn(f64) -> f64,
    narrow: bool,
    bottom: f64,
) -> f64 {
    let observed = rows.iter().rev().find_map(|r| r.best).unwrap_or(0) as f64;
    let expected = expectation.months.last().map_or(0.0, |m| m.expected.estimate);
    if narrow {
        drawing.line((LEFT, bottom + 34.0), (LEFT + 22.0, bottom + 34.0), Role::Line);
        drawing.text((LEFT + 28.0, bottom + 38.0), "reported (best)", 11.5, Anchor::Start, Role::Accent);
        drawing.line((LEFT + 130.0, bottom + 34.0), (LEFT + 152.0, bottom + 34.0), Role::Expected);
        drawing.text(
            (LEFT + 158.0, bottom + 38.0),
            "expected, interval",
            11.5,
            Anchor::Start,
            Role::MarkWord,
        );
        return bottom + 42.0;
    }
    let (mut a, mut b) = (y(observed) + 4.0, y(expected) + 4.0);
    // Two lines that end near each other push their names apart.
    if (a - b).abs() < 30.0 {
        let middle = (a + b) / 2.0;
        let sign = if a <= b { -1.0 } else { 1.0 };
        (a, b) = (middle + sign * 15.0, middle - sign * 15.0);
    }
    let x = months.right + 8.0;
    drawing.bold((x, a), "reported", 12.0, Anchor::Start, Role::Accent);
    drawing.text((x, a + 13.0), "(best estimate)", 11.0, Anchor::Start, Role::Soft);
    drawing.bold((x, b), "expected", 12.0, Anchor::Start, Role::MarkWord);
    drawing.text((x, b + 13.0), "(with interval)", 11.0, Anchor::Start, Role::Soft);
    bottom + 22.0
}
