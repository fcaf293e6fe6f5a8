//! Who covers what: each dataset of the panel, which measures it publishes, and from when to when.

use tarazu_events::{Measure, Period};
use tarazu_ledger::Case;

use super::drawing::{Anchor, Drawing};
use super::scale::Months;
use super::theme::Role;
use super::{Cell, Column, Draft, NARROW, Table, dataset_sources};
use crate::weigh::{Coverage, Weighing};

const WORDS: [(Measure, &str); 10] = [
    (Measure::Events, "events"),
    (Measure::EventsStateBased, "events, state-based"),
    (Measure::EventsNonState, "events, non-state"),
    (Measure::EventsOneSided, "events, one-sided"),
    (Measure::DeathsBest, "deaths, best"),
    (Measure::DeathsLow, "deaths, low"),
    (Measure::DeathsHigh, "deaths, high"),
    (Measure::DeathsCivilians, "deaths, civilians"),
    (Measure::DeathsStateBased, "deaths, state-based"),
    (Measure::EventsTollUnknown, "events without a toll"),
];

fn words(column: &str) -> &'static str {
    WORDS.iter().find(|(m, _)| m.column() == column).map_or("", |(_, words)| words)
}

/// Whether two datasets look alike in the chart.
fn alike(a: &[Coverage], b: &[Coverage]) -> bool {
    let same = |(a, b): (&Coverage, &Coverage)| {
        (a.measure, a.from, a.to, a.published, &a.areas) == (b.measure, b.from, b.to, b.published, &b.areas)
    };
    a.len() == b.len() && a.iter().zip(b).all(same)
}

pub(crate) fn datasets<'a>(case: &Case, weighing: &'a Weighing) -> Option<Draft<'a>> {
    let all = &weighing.coverage;
    let (first, last) = (all.iter().map(|c| c.from).min()?, all.iter().map(|c| c.to).max()?);
    let mut table = Table::new(vec![
        Column::text("dataset", "Dataset"),
        Column::text("measure", "Measure"),
        Column::text("from", "From").or("not published"),
        Column::text("to", "To").or("not published"),
        Column::number("areas", "Areas"),
        Column::text("which", "Which"),
    ]);
    let groups: Vec<&[Coverage]> = all.chunk_by(|a, b| a.dataset == b.dataset).collect();
    let rows = groups.chunk_by(|a, b| alike(a, b)).flat_map(|alike| {
        let names: Vec<&str> = alike.iter().filter_map(|g| Some(g.first()?.dataset.as_str())).collect();
        let names = names.join("; ");
        alike[0].iter().map(move |c| (names.clone(), c))
    });
    for (names, c) in rows {
        let end = |f: fn((Period, Period)) -> Period| {
            c.published.map_or(Cell::Missing, |p| Cell::text(f(p).to_string()))
        };
        table.rows.push(vec![
            Cell::text(names),
            Cell::text(words(c.measure)),
            end(|p| p.0),
            end(|p| p.1),
            Cell::Whole(c.areas.len() as u64),
            Cell::text(c.areas.join(" ")),
        ]);
    }
    let mut names: Vec<&str> = all.iter().map(|c| c.dataset.as_str()).collect();
    names.dedup();
    let campaign = case
        .campaign()
        .and_then(|c| c.asked_from())
        .and_then(|d| Period::month(d.first_day().year(), d.first_day().month()));
    Some(Draft {
        id: "who-covers-what",
        section: "data",
        title: "Which dataset covers what, and until when".into(),
        subtitle: "One bar per measure, from the first month to the last; the number is that of countries. Hatched: the dataset does not \
                   publish the measure. Dashed line: the campaign."
            .into(),
        alt: format!(
            "Coverage of {} datasets ({}) by measure from {first} to {last}. The table below holds every span.",
            names.len(),
            names.join("; ")
        ),
        notes: Vec::new(),
        sources: dataset_sources(&weighing.panel_sources, &[]),
        table,
        draw: Box::new(move |drawing, top| draw(drawing, top, all, first, last, campaign)),
    })
}

fn draw(
    drawing: &mut Drawing,
    top: f64,
    all: &[Coverage],
    first: Period,
    last: Period,
    campaign: Option<Period>,
) -> f64 {
    let narrow = drawing.width <= NARROW;
    let left = if narrow { 130.0 } else { 190.0 };
    // Where the campaign lies beyond the data, the axis goes on to it.
    let end = campaign.map_or(last, |c| c.max(last)).shift(6);
    let months = Months { first, last: end, left, right: drawing.width - 34.0 };
    let row = 20.0;
    let mut at = top + 18.0;
    let start = at;
    let mut body = Drawing::new(drawing.width);
    let groups: Vec<&[Coverage]> = all.chunk_by(|a, b| a.dataset == b.dataset).collect();
    // Fusions of the same datasets cover the same: they share a block.
    for alike in groups.chunk_by(|a, b| alike(a, b)) {
        let group = alike[0];
        at += 18.0;
        let name = group.first().map_or("", |c| c.dataset.as_str());
        body.bold((2.0, at), name, 12.5, Anchor::Start, Role::Ink);
        if alike.len() > 1 {
            at += 16.0;
            let more = format!("and {} more with the same coverage", alike.len() - 1);
            body.text((2.0, at), more, 11.5, Anchor::Start, Role::Soft);
        }
        at += 6.0;
        for c in group {
            body.text((left - 8.0, at + 14.0), words(c.measure), 11.5, Anchor::End, Role::Soft);
            match c.published {
                Some((from, to)) => {
                    let (x, width) = (months.x(from), months.x(to) - months.x(from));
                    let title = format!("{}: {from} to {to}, {} areas", words(c.measure), c.areas.len());
                    body.titled_rect((x, at + 4.0), (width.max(2.0), row - 8.0), Role::Step3, title);
                    let count = c.areas.len().to_string();
                    body.text((months.x(to) + 5.0, at + 14.0), count, 11.0, Anchor::Start, Role::Soft);
                }
                None => {
                    let (x, width) = (months.x(c.from), months.x(c.to) - months.x(c.from));
                    body.hatched_rect(x, at + 4.0, width, row - 8.0, Some("not published".into()));
                }
            }
            at += row;
        }
    }
    for (year, x) in months.years(44.0) {
        drawing.line((x, start), (x, at), Role::Grid);
        drawing.text((x, top + 12.0), year.to_string(), 12.0, Anchor::Middle, Role::Soft);
    }
    drawing.append(body);
    if let Some(month) = campaign.filter(|m| *m >= first) {
        drawing.line((months.x(month), start), (months.x(month), at), Role::Mark);
    }
    at + 4.0
}
