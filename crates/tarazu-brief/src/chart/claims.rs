//! Who asserts, who denies, who demands an account, and who is silent: one row per claim or request in order of date, and along it the
//! days until each response.

use tarazu_ledger::entry::{Claim, Request, RequestStatus, ResponseKind};
use tarazu_ledger::{Case, LedgerDate};

use super::drawing::{Anchor, Drawing, cut, path};
use super::measure::text_width;
use super::theme::Role;
use super::{Cell, Column, Draft, NARROW, Table, ledger_source};

/// Ticks of the axis, in days.
const TICKS: [(i32, &str); 6] =
    [(0, "same day"), (1, "1 day"), (7, "a week"), (30, "a month"), (365, "a year"), (1460, "4 years")];

/// A mark on a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Confirm,
    Clarify,
    Dispute,
    Deny,
    Accuse,
    Answer,
    PartAnswer,
}

const MARKS: [(Mark, &str); 7] = [
    (Mark::Confirm, "said the same"),
    (Mark::Clarify, "clarified"),
    (Mark::Dispute, "disputed"),
    (Mark::Deny, "denied"),
    (Mark::Accuse, "accused in turn"),
    (Mark::Answer, "gave the account"),
    (Mark::PartAnswer, "gave part of it"),
];

impl Mark {
    fn of(kind: Option<ResponseKind>) -> Self {
        match kind {
            Some(ResponseKind::Confirm) => Self::Confirm,
            Some(ResponseKind::Deny) => Self::Deny,
            Some(ResponseKind::Dispute) => Self::Dispute,
            Some(ResponseKind::Accuse) => Self::Accuse,
            Some(ResponseKind::Clarify) | None => Self::Clarify,
        }
    }

    fn words(self) -> &'static str {
        MARKS.iter().find(|(mark, _)| *mark == self).map_or("", |(_, words)| words)
    }

    /// A shape and a colour of its own.
    fn draw(self, drawing: &mut Drawing, (x, y): (f64, f64), title: Option<String>) {
        let polygon = |points: &[(f64, f64)]| -> String {
            path(&points.iter().map(|(dx, dy)| (x + dx, y + dy)).collect::<Vec<_>>(), true)
        };
        match self {
            Self::Confirm => drawing.circle((x, y), 4.8, Role::Kind0, title),
            Self::Clarify => {
                let square = [(-4.2, -4.2), (4.2, -4.2), (4.2, 4.2), (-4.2, 4.2)];
                drawing.titled_path(polygon(&square), Role::Kind5, title);
            }
            Self::Dispute => {
                let diamond = [(0.0, -6.0), (6.0, 0.0), (0.0, 6.0), (-6.0, 0.0)];
                drawing.titled_path(polygon(&diamond), Role::Kind1, title);
            }
            Self::Deny => {
                let cross = [
                    (-5.5, -3.3),
                    (-3.3, -5.5),
                    (0.0, -2.2),
                    (3.3, -5.5),
                    (5.5, -3.3),
                    (2.2, 0.0),
                    (5.5, 3.3),
                    (3.3, 5.5),
                    (0.0, 2.2),
                    (-3.3, 5.5),
                    (-5.5, 3.3),
                    (-2.2, 0.0),
                ];
                drawing.titled_path(polygon(&cross), Role::Kind4, title);
            }
            Self::Accuse => {
                let triangle = [(0.0, -5.6), (5.4, 4.4), (-5.4, 4.4)];
                drawing.titled_path(polygon(&triangle), Role::Kind2, title);
            }
            Self::Answer => drawing.circle((x, y), 4.8, Role::Solid, title),
            Self::PartAnswer => drawing.circle((x, y), 4.4, Role::Open, title),
        }
    }
}

/// One row.
struct Row {
    date: LedgerDate,
    who: String,
    what: String,
    demand: bool,
    /// Days after, how, and who.
    marks: Vec<(i32, Mark, String)>,
    /// Days until the search that found nothing.
    silence: Option<i32>,
}

pub(crate) fn over_time<'a>(case: &Case) -> Option<Draft<'a>> {
    let name = |id: &str| {
        case.actor(id).map_or_else(|| id.to_owned(), |a| a.short.as_ref().unwrap_or(&a.name).value.clone())
    };
    let mut claims: Vec<&Claim> = case.ledger.claims.iter().collect();
    claims.sort_by_key(|c| c.date);
    let mut requests: Vec<&Request> = case.ledger.requests.iter().collect();
    requests.sort_by_key(|r| r.date);
    let mut rows: Vec<Row> = claims.iter().map(|c| claim_row(c, &name)).collect();
    let responses: usize = rows.iter().map(|r| r.marks.len()).sum();
    let silent = rows.iter().filter(|r| r.silence.is_some()).count();
    rows.extend(requests.iter().map(|r| request_row(r, &name)));
    if rows.is_empty() {
        return None;
    }
    let open = requests.iter().filter(|r| r.status == Some(RequestStatus::Open)).count();
    let mut sources = Vec::new();
    for (file, there) in [("claims.toml", !claims.is_empty()), ("requests.toml", !requests.is_empty())] {
        if there {
            sources.push(ledger_source(case, file));
        }
    }
    Some(Draft {
        id: "claims-and-silence",
        section: "claimed",
        title: "Who says what, who answers, and who is silent".into(),
        subtitle: "One row per claim or demand for an account, in order of date. Along it, the time until each response, and what it was. \
                   Hatched: no response found up to the search."
            .into(),
        alt: format!(
            "Timeline of {} claims with {responses} responses, {silent} of them without any response found, and of {} demands for an \
             account, {open} of them open. The table below holds every one with its dates.",
            claims.len(),
            requests.len()
        ),
        notes: vec![
            "Being listed says nothing about being true. Each claim stands beside every response below, with its documents.".into(),
        ],
        sources,
        table: table(&claims, &requests, &name),
        draw: Box::new(move |drawing, top| draw(drawing, top, &rows)),
    })
}

fn days(from: LedgerDate, to: LedgerDate) -> i32 {
    (to.first_day() - from.first_day()).get_days().max(0)
}

fn claim_row(claim: &Claim, name: &dyn Fn(&str) -> String) -> Row {
    let mut marks: Vec<(i32, Mark, String)> = claim
        .responses
        .iter()
        .map(|r| {
            let mark = Mark::of(r.kind);
            let title = format!("{} {}, {}", name(&r.actor), mark.words(), r.date.long());
            (days(claim.date, r.date), mark, title)
        })
        .collect();
    marks.sort_by_key(|m| m.0);
    Row {
        date: claim.date,
        who: name(&claim.actor),
        what: claim.proposition.value.clone(),
        demand: false,
        marks,
        silence: claim.no_response_found.map(|on| days(claim.date, on)),
    }
}

fn request_row(request: &Request, name: &dyn Fn(&str) -> String) -> Row {
    let answered = request.answered.filter(|_| request.status != Some(RequestStatus::Open));
    let mark = match request.status {
        Some(RequestStatus::PartlyAnswered) => Mark::PartAnswer,
        _ => Mark::Answer,
    };
    let marks = answered
        .map(|on| {
            let title = format!("{} {}, {}", name(&request.of), mark.words(), on.long());
            (days(request.date, on), mark, title)
        })
        .into_iter()
        .collect();
    let open = request.status == Some(RequestStatus::Open);
    Row {
        date: request.date,
        who: format!("{} of {}", name(&request.actor), name(&request.of)),
        what: request.what.value.clone(),
        demand: true,
        marks,
        silence: open.then(|| days(request.date, request.searched)),
    }
}

fn table(claims: &[&Claim], requests: &[&Request], name: &dyn Fn(&str) -> String) -> Table {
    let mut table = Table::new(vec![
        Column::text("entry", "Entry"),
        Column::text("kind", "Kind"),
        Column::text("date", "Date"),
        Column::text("actor", "Who"),
        Column::text("what", "What"),
        Column::text("response", "Response"),
        Column::text("response_date", "When"),
        Column::text("response_actor", "By whom"),
        Column::number("days", "Days"),
    ]);
    for claim in claims {
        let start = |response: &str, date: LedgerDate, actor: String| {
            vec![
                Cell::text(claim.header.id.value.clone()),
                Cell::text("claim"),
                Cell::text(claim.date.to_string()),
                Cell::text(name(&claim.actor)),
                Cell::text(claim.proposition.value.clone()),
                Cell::text(response),
                Cell::text(date.to_string()),
                Cell::text(actor),
                Cell::Whole(u64::from(days(claim.date, date).unsigned_abs())),
            ]
        };
        if let Some(on) = claim.no_response_found {
            table.rows.push(start("no response found up to", on, String::new()));
        }
        for r in &claim.responses {
            table.rows.push(start(Mark::of(r.kind).words(), r.date, name(&r.actor)));
        }
    }
    for r in requests {
        let status = r.status.map_or("", RequestStatus::text);
        let until = r.answered.filter(|_| r.status != Some(RequestStatus::Open)).unwrap_or(r.searched);
        table.rows.push(vec![
            Cell::text(r.header.id.value.clone()),
            Cell::text("demand for an account"),
            Cell::text(r.date.to_string()),
            Cell::text(name(&r.actor)),
            Cell::text(r.what.value.clone()),
            Cell::text(status),
            Cell::text(until.to_string()),
            Cell::text(name(&r.of)),
            Cell::Whole(u64::from(days(r.date, until).unsigned_abs())),
        ]);
    }
    table
}

fn draw(drawing: &mut Drawing, top: f64, rows: &[Row]) -> f64 {
    let narrow = drawing.width <= NARROW;
    let most =
        rows.iter().flat_map(|r| r.marks.iter().map(|m| m.0).chain(r.silence)).max().unwrap_or(1).max(30);
    let (left, right) = if narrow { (10.0, drawing.width - 40.0) } else { (500.0, drawing.width - 44.0) };
    let x = |d: i32| left + f64::from(d).ln_1p() / f64::from(most).ln_1p() * (right - left);
    let row = if narrow { 39.0 } else { 21.0 };
    let mut at = top + 20.0;
    let first = at;
    let heading = |drawing: &mut Drawing, at: &mut f64, words: &str| {
        *at += 8.0;
        drawing.bold((2.0, *at + 10.0), words, 12.5, Anchor::Start, Role::Ink);
        *at += 18.0;
    };
    let mut body = Drawing::new(drawing.width);
    for (i, r) in rows.iter().enumerate() {
        if i == 0 || rows[i - 1].demand != r.demand {
            let words = if r.demand {
                "Demands for an account, and whether it came"
            } else {
                "Claims, and what others said to them"
            };
            heading(&mut body, &mut at, words);
        }
        let y = at + if narrow { 28.0 } else { row / 2.0 };
        if i % 2 == 0 && !narrow {
            body.rect((0.0, at), (left - 12.0, row), Role::Land);
        }
        label(&mut body, r, at, left, narrow);
        track(&mut body, r, y, &x);
        at += row;
    }
    let mut last = f64::NEG_INFINITY;
    for (d, words) in TICKS.into_iter().filter(|(d, _)| *d <= most) {
        let tick = x(d);
        let size = if narrow { 10.5 } else { 11.5 };
        let width = text_width(words, size, false);
        drawing.line((tick, first), (tick, at), Role::Grid);
        let from = if d == 0 { tick - 8.0 } else { tick - width / 2.0 };
        if from > last + 6.0 {
            drawing.text((from, top + 10.0), words, size, Anchor::Start, Role::Soft);
            last = from + width;
        }
    }
    drawing.append(body);
    key(drawing, at + 14.0)
}

fn label(drawing: &mut Drawing, r: &Row, at: f64, left: f64, narrow: bool) {
    let date = r.date.to_string();
    let (size, room, y) =
        if narrow { (11.0, drawing.width - 4.0, at + 13.0) } else { (11.5, left - 16.0, at + 14.5) };
    drawing.text((2.0, y), date.clone(), size, Anchor::Start, Role::Soft);
    let mut start = 2.0 + text_width("0000-00-00", size, false) + 8.0;
    let who = cut(&r.who, size, if narrow { 150.0 } else { 170.0 });
    drawing.bold((start, y), who.clone(), size, Anchor::Start, Role::Ink);
    start += text_width(&who, size, true) + 6.0;
    drawing.text((start, y), cut(&r.what, size, (room - start).max(30.0)), size, Anchor::Start, Role::Soft);
}

fn track(drawing: &mut Drawing, r: &Row, y: f64, x: &dyn Fn(i32) -> f64) {
    if let Some(until) = r.silence {
        let end = x(until).max(x(0) + 12.0);
        let title = format!("no response found in {until} days");
        drawing.hatched_rect(x(0), y - 4.5, end - x(0), 9.0, Some(title));
        drawing.line((end, y - 6.0), (end, y + 6.0), Role::Axis);
    }
    if let Some((last, ..)) = r.marks.last() {
        drawing.line((x(0), y), (x(*last), y), Role::Axis);
    }
    let mut free = f64::NEG_INFINITY;
    for (d, mark, title) in &r.marks {
        // Marks of nearly the same day stand side by side, not on one another.
        let place = x(*d).max(free);
        mark.draw(drawing, (place, y), Some(title.clone()));
        free = place + 12.5;
    }
}

fn key(drawing: &mut Drawing, top: f64) -> f64 {
    let size = 11.5;
    let (mut x, mut y) = (8.0, top + 6.0);
    let mut place = |drawing: &Drawing, words: &str| {
        let width = text_width(words, size, false) + 34.0;
        if x + width > drawing.width {
            (x, y) = (8.0, y + 19.0);
        }
        let at = (x, y);
        x += width;
        at
    };
    let mut bottom = top;
    for (mark, words) in MARKS {
        let (x, y) = place(drawing, words);
        mark.draw(drawing, (x, y), None);
        drawing.text((x + 11.0, y + 4.0), words, size, Anchor::Start, Role::Ink);
        bottom = y;
    }
    let words = "no response found";
    let (x, y) = place(drawing, &format!("{words}    "));
    drawing.hatched_rect(x - 6.0, y - 4.5, 18.0, 9.0, None);
    drawing.text((x + 18.0, y + 4.0), words, size, Anchor::Start, Role::Ink);
    bottom.max(y) + 10.0
}
