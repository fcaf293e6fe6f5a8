//! Commitments by year: a grid of scores, each with its number, so that no colour must be told from another.

use tarazu_ledger::Case;
use tarazu_ledger::entry::Commitment;

use super::drawing::{Anchor, Drawing, cut, wrapped};
use super::measure::text_width;
use super::theme::Role;
use super::{Cell, Column, Draft, NARROW, Table, ledger_source};

/// The scale of the Kroc Peace Accords Matrix.
pub(crate) const SCORE_WORDS: [&str; 4] = ["none", "minimal", "intermediate", "full"];
/// Steps of the palette that stand for the four scores.
const STEPS: [usize; 4] = [0, 1, 3, 4];

struct Row {
    label: String,
    promised: u64,
    scores: Vec<(u64, u64)>,
    unrateable: bool,
}

struct Group {
    name: String,
    rows: Vec<Row>,
}

pub(crate) fn by_year<'a>(case: &Case) -> Option<Draft<'a>> {
    let campaign = &case.settings.campaign.value;
    let mut ids: Vec<&str> = vec![campaign];
    for c in &case.ledger.commitments {
        if !ids.contains(&c.campaign.value.as_str()) {
            ids.push(&c.campaign.value);
        }
    }
    let mut table = Table::new(vec![
        Column::text("commitment", "Commitment"),
        Column::text("campaign", "Campaign or plan"),
        Column::text("promise", "Promise"),
        Column::text("year", "Year"),
        Column::number("score", "Score").or("unrateable"),
        Column::text("word", "In words"),
    ]);
    let mut groups = Vec::new();
    for id in ids {
        let name = case.campaign_by_id(id).map_or_else(|| id.to_owned(), |c| c.name.value.clone());
        let own: Vec<&Commitment> =
            case.ledger.commitments.iter().filter(|c| c.campaign.value == id).collect();
        for c in &own {
            tabulate(&mut table, c, &name);
        }
        if !own.is_empty() {
            groups.push(Group { name, rows: own.into_iter().map(row).collect() });
        }
    }
    let rows = || groups.iter().flat_map(|g| &g.rows);
    let first = rows().flat_map(|r| r.scores.iter().map(|s| s.0).chain([r.promised])).min()?;
    let as_of = u64::from(case.settings.as_of.last_day().year().unsigned_abs());
    let last = rows().flat_map(|r| r.scores.iter().map(|s| s.0)).max().unwrap_or(as_of).max(as_of);
    let scored = rows().filter(|r| !r.scores.is_empty()).count();
    let count = rows().count();
    Some(Draft {
        id: "commitments-by-year",
        section: "promised",
        title: format!("{count} commitments, {scored} of which public evidence allows to score"),
        subtitle: "Score of each year for which evidence was found: 0 none, 1 minimal, 2 intermediate, 3 full. Dot: year of the promise. \
                   Hatched: unrateable, for the reason given with the commitment."
            .into(),
        alt: format!(
            "Grid of {count} commitments by year from {first} to {last}, with a score from 0 to 3 where there is evidence; {} are \
             unrateable. The table below holds every score.",
            count - scored
        ),
        notes: vec![
            "An empty cell is a year without a score, not a score of 0. Evidence and documents of every score stand with the commitment."
                .into(),
        ],
        sources: vec![ledger_source(case, "commitments.toml")],
        table,
        draw: Box::new(move |drawing, top| draw(drawing, top, &groups, first, last)),
    })
}

fn tabulate(table: &mut Table, c: &Commitment, name: &str) {
    let start =
        || vec![Cell::text(c.header.id.value.clone()), Cell::text(name), Cell::text(c.summary.value.clone())];
    for s in &c.scores {
        let word = SCORE_WORDS.get(s.score as usize).copied().unwrap_or_default();
        let mut row = start();
        row.extend([Cell::text(s.year.to_string()), Cell::Whole(s.score), Cell::text(word)]);
        table.rows.push(row);
    }
    if let Some(reason) = &c.unrateable {
        let mut row = start();
        row.extend([Cell::text(""), Cell::Missing, Cell::text(reason.value.clone())]);
        table.rows.push(row);
    }
}

fn row(c: &Commitment) -> Row {
    let point = c.point.map_or_else(String::new, |p| format!("{p}. "));
    Row {
        label: format!("{point}{}", c.summary.value),
        promised: u64::from(c.date.first_day().year().unsigned_abs()),
        scores: c.scores.iter().map(|s| (s.year, s.score)).collect(),
        unrateable: c.scores.is_empty(),
    }
}

fn draw(drawing: &mut Drawing, top: f64, groups: &[Group], first: u64, last: u64) -> f64 {
    let narrow = drawing.width <= NARROW;
    let years = (last - first + 1) as f64;
    let (labels, row) = if narrow { (drawing.width - 17.0 * years.min(14.0), 19.0) } else { (470.0, 21.0) };
    let cell = (drawing.width - labels - 2.0) / years;
    let x = |year: u64| labels + (year - first) as f64 * cell;
    let size = if narrow { 10.5 } else { 11.5 };
    let mut at = top;
    for group in groups {
        at += 10.0;
        for line in wrapped(&group.name, 12.5, true, labels - 10.0) {
            at += 14.0;
            drawing.bold((2.0, at), line, 12.5, Anchor::Start, Role::Ink);
        }
        for year in first..=last {
            let words = if narrow { format!("’{:02}", year % 100) } else { year.to_string() };
            let size = if narrow { 9.5 } else { 11.0 };
            drawing.text((x(year) + cell / 2.0, at), words, size, Anchor::Middle, Role::Soft);
        }
        at += 5.0;
        for r in &group.rows {
            let words = cut(&r.label, size, labels - 10.0);
            drawing.text((2.0, at + row / 2.0 + 4.0), words, size, Anchor::Start, Role::Soft);
            cells(drawing, r, (first, last), (&x, cell - 1.0), (at + 0.5, row - 1.0));
            at += row;
        }
    }
    key(drawing, at + 10.0)
}

fn cells(
    drawing: &mut Drawing,
    r: &Row,
    (first, last): (u64, u64),
    (x, width): (&dyn Fn(u64) -> f64, f64),
    (y, height): (f64, f64),
) {
    for year in first..=last {
        let score = r.scores.iter().find(|s| s.0 == year).map(|s| s.1);
        let middle = (x(year) + width / 2.0, y + height / 2.0 + 4.0);
        match score {
            Some(score) => {
                let step = STEPS.get(score as usize).copied().unwrap_or(0);
                let title = SCORE_WORDS.get(score as usize).copied().unwrap_or_default();
                let role = Role::STEPS[step];
                drawing.titled_rect((x(year), y), (width, height), role, format!("{year}: {score} {title}"));
                let words = Role::words_on_step(step);
                drawing.bold(middle, score.to_string(), 11.0, Anchor::Middle, words);
            }
            None if r.unrateable && year >= r.promised => {}
            None if year >= r.promised => drawing.rect((x(year), y), (width, height), Role::Empty),
            None => {}
        }
        if year == r.promised && score.is_none() {
            drawing.circle((x(year) + width / 2.0, y + height / 2.0), 2.4, Role::Dot, None);
        }
    }
    if r.unrateable && r.promised <= last {
        let from = x(r.promised.max(first)) + if r.promised >= first { width * 0.8 } else { 0.0 };
        let whole = x(last) + width - from;
        drawing.hatched_rect(from, y + 2.0, whole, height - 4.0, Some("unrateable".into()));
    }
}

fn key(drawing: &mut Drawing, top: f64) -> f64 {
    let size = 11.5;
    let (mut x, mut y) = (2.0, top);
    for (score, word) in SCORE_WORDS.iter().enumerate() {
        let step = STEPS.get(score).copied().unwrap_or(0);
        let width = text_width(word, size, false) + 38.0;
        if x + width > drawing.width {
            (x, y) = (2.0, y + 22.0);
        }
        drawing.rect((x, y), (17.0, 16.0), Role::STEPS[step]);
        let words = Role::words_on_step(step);
        drawing.bold((x + 8.5, y + 12.0), score.to_string(), 11.0, Anchor::Middle, words);
        drawing.text((x + 22.0, y + 12.0), *word, size, Anchor::Start, Role::Ink);
        x += width;
    }
    if x + 90.0 > drawing.width {
        (x, y) = (2.0, y + 22.0);
    }
    drawing.hatched_rect(x, y + 2.0, 17.0, 12.0, None);
    drawing.text((x + 22.0, y + 12.0), "unrateable", size, Anchor::Start, Role::Ink);
    y + 18.0
}
