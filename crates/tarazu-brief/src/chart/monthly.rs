//! People reported killed by month: the best estimate as a line, low to high as a band, interventions as numbered marks with a key.

use tarazu_events::Period;
use tarazu_ledger::Case;

use super::drawing::{Anchor, Drawing, cut, path};
use super::scale::{Months, nice};
use super::theme::Role;
use super::{Cell, Column, Draft, NARROW, Table, dataset_sources};
use crate::number::grouped;
use crate::weigh::{MonthlyRow, Question, Weighing};

/// The chart begins this many years before the first intervention that is asked about.
const YEARS_BEFORE: i32 = 3;

const LEFT: f64 = 46.0;

pub(crate) fn all_months<'a>(case: &Case, weighing: &'a Weighing) -> Option<Draft<'a>> {
    let start = weighing.answers.first().map(|a| a.question.first_month.year() - YEARS_BEFORE);
    let from = weighing.monthly.partition_point(|r| start.is_some_and(|year| r.month.year() < year));
    let rows = weighing.monthly.get(from..)?;
    let (first, last) = (rows.first()?.month, rows.last()?.month);
    let questions: Vec<&Question> = weighing.answers.iter().map(|a| &a.question).collect();
    let highest = rows.iter().max_by_key(|r| (r.best, r.month))?;
    let mut subtitle = "Line: best estimate. Band: low to high estimate".to_owned();
    let mut notes = Vec::new();
    if let Some(known) = rows.iter().rev().find(|r| r.low.is_some()).map(|r| r.month).filter(|m| *m < last) {
        subtitle.push_str(&format!("; hatched after {known}: best to high, no low estimate published"));
        notes.push(format!("After {known} the release at hand publishes no low estimate; the hatched band reaches from best to high."));
    }
    subtitle.push('.');
    if !questions.is_empty() {
        subtitle.push_str(" Numbers: interventions, named below.");
    }
    let wanted: Vec<&str> = rows
        .iter()
        .flat_map(|r| std::iter::once(r.dataset.as_str()).chain(r.low_dataset.as_deref()))
        .collect();
    Some(Draft {
        id: "deaths-by-month",
        section: "happened",
        title: format!("People reported killed per month, {}", case.settings.country.value),
        subtitle,
        alt: format!(
            "Line chart of people reported killed per month from {first} to {last}. The highest month is {} with {}; the last has {}. {} \
             interventions are marked. The table below holds every value.",
            highest.month,
            grouped(highest.best.unwrap_or(0) as f64),
            rows.last().and_then(|r| r.best).map_or_else(|| "no figure".into(), |v| grouped(v as f64)),
            questions.len()
        ),
        notes,
        sources: dataset_sources(&weighing.panel_sources, &wanted),
        table: table(rows),
        draw: Box::new(move |drawing, top| draw(drawing, top, rows, &questions)),
    })
}

fn table(rows: &[MonthlyRow]) -> Table {
    let mut table = Table::new(vec![
        Column::text("month", "Month"),
        Column::number("events", "Events"),
        Column::number("deaths_low", "Low"),
        Column::number("deaths_best", "Best"),
        Column::number("deaths_high", "High"),
        Column::text("dataset", "Dataset"),
        Column::text("low_dataset", "Dataset of the low figure"),
    ]);
    table.rows = rows
        .iter()
        .map(|r| {
            vec![
                Cell::text(r.month.to_string()),
                Cell::whole(r.events),
                Cell::whole(r.low),
                Cell::whole(r.best),
                Cell::whole(r.high),
                Cell::text(r.dataset.clone()),
                Cell::text(r.low_dataset.clone().unwrap_or_default()),
            ]
        })
        .collect();
    table
}

fn draw(drawing: &mut Drawing, top: f64, rows: &[MonthlyRow], questions: &[&Question]) -> f64 {
    let narrow = drawing.width <= NARROW;
    let (Some(first), Some(last)) = (rows.first().map(|r| r.month), rows.last().map(|r| r.month)) else {
        return top;
    };
    let lanes = if questions.is_empty() { 0.0 } else { 4.0 };
    let plot_top = top + 14.0 * lanes + 6.0;
    let bottom = plot_top + if narrow { 200.0 } else { 300.0 };
    let months = Months { first, last, left: LEFT, right: drawing.width - 10.0 };
    let scale = axis(drawing, &months, plot_top, bottom, rows);
    bands(drawing, &months, &scale, rows);
    for (i, question) in questions.iter().enumerate() {
        let month = question.first_month.shift(-1);
        if month < first || month > last {
            continue;
        }
        let (x, y) = (months.x(month), top + 14.0 * (i % 4) as f64 + 8.0);
        drawing.line((x, y + 3.0), (x, bottom), Role::Mark);
        drawing.bold((x, y), (i + 1).to_string(), 11.0, Anchor::Middle, Role::MarkWord);
    }
    line(drawing, &months, &scale, rows, Role::Line);
    key(drawing, bottom + 30.0, questions)
}

/// Deaths up the height.
pub(super) struct Height {
    pub most: f64,
    pub top: f64,
    pub bottom: f64,
}

impl Height {
    pub(super) fn y(&self, value: f64) -> f64 {
        self.bottom - value / self.most * (self.bottom - self.top)
    }
}

pub(super) fn axis(
    drawing: &mut Drawing,
    months: &Months,
    top: f64,
    bottom: f64,
    rows: &[MonthlyRow],
) -> Height {
    let most = nice(rows.iter().filter_map(|r| r.high.max(r.best)).max().unwrap_or(1) as f64);
    let scale = Height { most, top, bottom };
    for i in 0..=4_u32 {
        let value = most * f64::from(i) / 4.0;
        let y = scale.y(value);
        drawing.line((months.left, y), (months.right, y), Role::Grid);
        drawing.text((months.left - 6.0, y + 4.0), grouped(value), 12.0, Anchor::End, Role::Soft);
    }
    for (year, x) in months.years(44.0) {
        drawing.line((x, bottom), (x, bottom + 5.0), Role::Axis);
        drawing.text((x, bottom + 18.0), year.to_string(), 12.0, Anchor::Middle, Role::Soft);
    }
    scale
}

/// One band for each run of months in which the low figure is known, or is not. A run begins where the one before it ends, so that there is
/// no gap between them.
pub(super) fn bands(drawing: &mut Drawing, months: &Months, scale: &Height, rows: &[MonthlyRow]) {
    let mut from = 0;
    for run in rows.chunk_by(|a, b| a.low.is_some() == b.low.is_some()) {
        let known = run.first().is_some_and(|r| r.low.is_some());
        let own = &rows[from.max(1) - 1..from + run.len()];
        from += run.len();
        let point = |r: &MonthlyRow, v: u64| (months.x(r.month), scale.y(v as f64));
        let mut points: Vec<(f64, f64)> =
            own.iter().filter_map(|r| Some(point(r, r.high.max(r.best)?))).collect();
        points.extend(own.iter().rev().filter_map(|r| {
            let low = if known { r.low.min(r.best).or(r.best) } else { r.best };
            Some(point(r, low?))
        }));
        if known {
            drawing.path(path(&points, true), Role::Band);
        } else {
            drawing.hatched(path(&points, true), None);
        }
    }
}

/// The best estimate; broken where it is missing.
pub(super) fn line(drawing: &mut Drawing, months: &Months, scale: &Height, rows: &[MonthlyRow], role: Role) {
    for run in rows.chunk_by(|a, b| a.best.is_some() && b.best.is_some()) {
        let points: Vec<(f64, f64)> =
            run.iter().filter_map(|r| Some((months.x(r.month), scale.y(r.best? as f64)))).collect();
        drawing.path(path(&points, false), role);
    }
}

/// The names of the marks, in columns, read downwards.
fn key(drawing: &mut Drawing, top: f64, questions: &[&Question]) -> f64 {
    if questions.is_empty() {
        return top - 10.0;
    }
    let columns = if drawing.width <= NARROW { 1 } else { 3 };
    let each = questions.len().div_ceil(columns);
    let width = drawing.width / columns as f64;
    for (i, q) in questions.iter().enumerate() {
        let (x, y) = ((i / each) as f64 * width, top + (i % each) as f64 * 15.0 + 10.0);
        drawing.bold((x + 18.0, y), (i + 1).to_string(), 11.0, Anchor::End, Role::MarkWord);
        let date = Period::to_string(&q.first_month.shift(-1));
        let words = format!("{}, {date}", cut(&q.name, 11.0, width - 90.0));
        drawing.text((x + 24.0, y), words, 11.0, Anchor::Start, Role::Soft);
    }
    top + each as f64 * 15.0
}
