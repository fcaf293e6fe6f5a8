//! The operations side by side: each one's difference from expectation with its interval, the random-effects summary, and the funnel.

use tarazu_effects::Interval;
use tarazu_ledger::Case;

use super::drawing::{Anchor, Drawing, cut, path};
use super::scale::{REACH, TICKS, beyond, ratio};
use super::theme::Role;
use super::{Cell, Column, Draft, NARROW, Table, dataset_sources};
use crate::number::{percent, signed_percent};
use crate::weigh::{Answer, Meta, Weighing};

/// The forest: one row per intervention, and the summary below.
pub(crate) fn operations<'a>(case: &Case, weighing: &'a Weighing) -> Option<Draft<'a>> {
    let answers: Vec<&Answer> = weighing.answers.iter().collect();
    let estimated = answers.iter().filter(|a| a.multiverse.summary.middle.is_some()).count();
    if answers.is_empty() {
        return None;
    }
    let meta = weighing.meta.as_ref();
    let summary = meta.map_or_else(String::new, |m| {
        let s = m.summary.mean.map(f64::exp_m1);
        format!(
            " Over {} of them together the mean is {} (interval {} to {}).",
            m.summary.studies,
            signed_percent(s.estimate),
            signed_percent(s.low),
            signed_percent(s.high)
        )
    });
    let mut notes = vec![
        "Windows overlap, so the interventions are not independent of one another: the summary describes, it does not test.".to_owned(),
        "Other things changed in the same months, and no design here can set them apart.".to_owned(),
    ];
    if estimated < answers.len() {
        notes.push("Hatched: no specification could be estimated; the table says why.".into());
    }
    Some(Draft {
        id: "operations-compared",
        section: "difference",
        title: format!("{} interventions, asked the same question", answers.len()),
        subtitle: "Difference of the months after from expectation, by ratio. Dot and thick line: middle of all specifications and of their \
                   intervals. Thin line: lowest to highest end of any interval. Diamond: random-effects summary."
            .into(),
        alt: format!(
            "Forest plot of {} interventions in {}: the difference from expectation of each, with its interval. {}{summary} The table \
             below holds every value and verdict.",
            answers.len(),
            case.settings.country.value,
            told(&answers)
        ),
        notes,
        sources: dataset_sources(&weighing.panel_sources, &[]),
        table: table(&answers, meta),
        draw: Box::new(move |drawing, top| forest(drawing, top, &answers, meta)),
    })
}

fn told(answers: &[&Answer]) -> String {
    let mut words: Vec<(&str, usize)> = Vec::new();
    for answer in answers {
        let word = answer.word().text();
        match words.iter_mut().find(|(w, _)| *w == word) {
            Some((_, n)) => *n += 1,
            None => words.push((word, 1)),
        }
    }
    let parts: Vec<String> = words.iter().map(|(word, n)| format!("{n}: {word}")).collect();
    format!("Verdicts: {}.", parts.join("; "))
}

fn table(answers: &[&Answer], meta: Option<&Meta>) -> Table {
    let share = |name, title| Column::number(name, title).or("not estimated");
    let mut table = Table::new(vec![
        Column::text("intervention", "Intervention"),
        Column::text("date", "Date"),
        share("relative", "Middle"),
        share("low", "Low"),
        share("high", "High"),
        share("lowest", "Lowest end"),
        share("highest", "Highest end"),
        Column::number("specifications", "Specifications"),
        Column::number("joint_p", "Joint p").or("none possible"),
        Column::text("verdict", "Verdict"),
    ]);
    for answer in answers {
        let m = &answer.multiverse;
        let of = |v: Option<f64>| v.map_or(Cell::Missing, Cell::Share);
        let (middle, extremes) = (m.summary.middle, m.summary.extremes);
        table.rows.push(vec![
            Cell::text(answer.question.name.clone()),
            Cell::text(format!("{} {}", answer.question.date_is, answer.question.date)),
            of(middle.map(|i| i.estimate)),
            of(middle.map(|i| i.low)),
            of(middle.map(|i| i.high)),
            of(extremes.map(|e| e.0)),
            of(extremes.map(|e| e.1)),
            Cell::Whole(m.verdict.specifications as u64),
            m.verdict.joint_p.map_or(Cell::Missing, |p| Cell::Number(p, 2)),
            Cell::text(m.verdict.word.text()),
        ]);
    }
    if let Some(meta) = meta {
        let s = meta.summary.mean.map(f64::exp_m1);
        let end = |f: fn((f64, f64)) -> f64| {
            meta.summary.prediction.map_or(Cell::Missing, |p| Cell::Share(f(p).exp_m1()))
        };
        table.rows.push(vec![
            Cell::text("random-effects summary (ends: of one more intervention)"),
            Cell::text(""),
            Cell::Share(s.estimate),
            Cell::Share(s.low),
            Cell::Share(s.high),
            end(|p| p.0),
            end(|p| p.1),
            Cell::Whole(meta.summary.studies as u64),
            Cell::Number(meta.summary.p, 2),
            Cell::text("describes, does not test"),
        ]);
    }
    table
}

/// Where the column of numbers ends, for a desk.
const NUMBERS: f64 = 872.0;

/// The columns of the forest.
struct Columns {
    left: f64,
    right: f64,
}

impl Columns {
    fn x(&self, relative: f64) -> f64 {
        self.left + (ratio(relative) + 1.0) / 2.0 * (self.right - self.left)
    }
}

fn forest(drawing: &mut Drawing, top: f64, answers: &[&Answer], meta: Option<&Meta>) -> f64 {
    let narrow = drawing.width <= NARROW;
    let columns = if narrow {
        Columns { left: 8.0, right: drawing.width - 8.0 }
    } else {
        Columns { left: 290.0, right: 700.0 }
    };
    let row = if narrow { 38.0 } else { 23.0 };
    let first = top + 22.0;
    let rows = answers.len() as f64 + if meta.is_some() { 1.4 } else { 0.0 };
    let bottom = first + row * rows;
    for tick in TICKS {
        let x = columns.x(tick);
        let role = if tick == 0.0 { Role::Zero } else { Role::Grid };
        drawing.line((x, first - 4.0), (x, bottom), role);
        drawing.text((x, top + 10.0), signed_percent(tick), 12.0, Anchor::Middle, Role::Soft);
    }
    if !narrow {
        drawing.text((NUMBERS, top + 10.0), "middle (interval)", 11.5, Anchor::End, Role::Soft);
        drawing.text((drawing.width - 2.0, top + 10.0), "verdict", 11.5, Anchor::End, Role::Soft);
    }
    for (i, answer) in answers.iter().enumerate() {
        let at = first + row * i as f64 + if narrow { 26.0 } else { row / 2.0 };
        let q = &answer.question;
        let month = q.month.to_string();
        if narrow {
            drawing.text((2.0, at - 10.0), cut(&q.name, 12.0, 190.0), 12.0, Anchor::Start, Role::Ink);
        } else {
            drawing.text((2.0, at + 4.0), cut(&q.name, 12.5, 215.0), 12.5, Anchor::Start, Role::Ink);
            drawing.text((columns.left - 12.0, at + 4.0), month, 11.5, Anchor::End, Role::Soft);
        }
        let words = match answer.multiverse.summary.middle {
            Some(middle) => {
                interval(drawing, &columns, at, middle, answer.multiverse.summary.extremes);
                numbers(middle)
            }
            None => {
                drawing.hatched_rect(columns.left, at - 5.0, columns.right - columns.left, 10.0, None);
                "not estimated".into()
            }
        };
        if narrow {
            drawing.text((drawing.width - 2.0, at - 10.0), words, 11.5, Anchor::End, Role::Soft);
        } else {
            let verdict = short_verdict(answer.word().text());
            drawing.text((NUMBERS, at + 4.0), words, 11.5, Anchor::End, Role::Soft);
            drawing.text((drawing.width - 2.0, at + 4.0), verdict, 11.5, Anchor::End, Role::Soft);
        }
    }
    if let Some(meta) = meta {
        let at = first + row * (answers.len() as f64 + 0.4) + if narrow { 26.0 } else { row / 2.0 };
        summary_row(drawing, &columns, at, meta, narrow);
    }
    bottom
}

fn numbers(Interval { estimate, low, high }: Interval) -> String {
    format!("{} ({} to {})", signed_percent(estimate), signed_percent(low), signed_percent(high))
}

/// The verdict as it fits beside a row.
fn short_verdict(word: &str) -> &str {
    match word {
        "the data cannot tell" => "cannot tell",
        "below expectation" => "below",
        "above expectation" => "above",
        other => other,
    }
}

fn interval(
    drawing: &mut Drawing,
    columns: &Columns,
    y: f64,
    middle: Interval,
    extremes: Option<(f64, f64)>,
) {
    let (far_low, far_high) = extremes.unwrap_or((middle.low, middle.high));
    drawing.line((columns.x(far_low), y), (columns.x(far_high), y), Role::Extremes);
    drawing.line((columns.x(middle.low), y), (columns.x(middle.high), y), Role::Middle);
    for (end, x, side) in [(far_low, columns.left, -1.0), (far_high, columns.right, 1.0)] {
        if beyond(end) {
            let points = [(x, y - 4.0), (x + 6.0 * side, y), (x, y + 4.0)];
            drawing.path(path(&points, true), Role::Soft);
        }
    }
    drawing.circle((columns.x(middle.estimate), y), 4.5, Role::Dot, None);
}

fn summary_row(drawing: &mut Drawing, columns: &Columns, at: f64, meta: &Meta, narrow: bool) {
    let mean = meta.summary.mean.map(f64::exp_m1);
    let words = format!("All {} together", meta.summary.studies);
    if narrow {
        drawing.bold((2.0, at - 10.0), words, 12.0, Anchor::Start, Role::Ink);
    } else {
        drawing.bold((2.0, at + 4.0), words, 12.5, Anchor::Start, Role::Ink);
    }
    if let Some((low, high)) = meta.summary.prediction {
        drawing.line((columns.x(low.exp_m1()), at), (columns.x(high.exp_m1()), at), Role::Extremes);
    }
    let (low, middle, high) = (columns.x(mean.low), columns.x(mean.estimate), columns.x(mean.high));
    let diamond = [(low, at), (middle, at - 6.5), (high, at), (middle, at + 6.5)];
    drawing.path(path(&diamond, true), Role::Solid);
    let (x, y) = if narrow { (drawing.width - 2.0, at - 10.0) } else { (NUMBERS, at + 4.0) };
    drawing.bold((x, y), numbers(mean), 11.5, Anchor::End, Role::Ink);
}

/// Estimates against their errors.
pub(crate) fn funnel(weighing: &Weighing) -> Option<Draft<'_>> {
    let meta = weighing.meta.as_ref()?;
    let mut table = Table::new(vec![
        Column::text("intervention", "Intervention"),
        Column::number("log_ratio", "ln(observed / expected)"),
        Column::number("error", "Error"),
        Column::number("relative", "Difference"),
    ]);
    for (study, name) in meta.studies.iter().zip(&meta.names) {
        table.rows.push(vec![
            Cell::text(name.clone()),
            Cell::Number(study.estimate, 4),
            Cell::Number(study.error, 4),
            Cell::Share(study.estimate.exp_m1()),
        ]);
    }
    Some(Draft {
        id: "operations-funnel",
        section: "difference",
        title: "Do interventions that are harder to measure say something else?".into(),
        subtitle: "Each dot is one intervention: its difference from expectation, and the error of it, small ones at the top. Within the \
                   band lie 95 in 100 estimates, if errors alone moved them."
            .into(),
        alt: format!(
            "Funnel of {} interventions by difference from expectation and standard error. Of the spread between them {} is more than the \
             errors account for.",
            meta.studies.len(),
            percent(meta.summary.i_squared)
        ),
        notes: Vec::new(),
        sources: dataset_sources(&weighing.panel_sources, &[]),
        table,
        draw: Box::new(move |drawing, top| draw_funnel(drawing, top, meta)),
    })
}

fn draw_funnel(drawing: &mut Drawing, top: f64, meta: &Meta) -> f64 {
    let worst = meta.studies.iter().map(|s| s.error).fold(0.0, f64::max).max(1e-6) * 1.1;
    let narrow = drawing.width <= NARROW;
    let height = if narrow { 210.0 } else { 260.0 };
    let (left, right) = (56.0, drawing.width - if narrow { 14.0 } else { 120.0 });
    let x = |log: f64| left + (log.clamp(-REACH.ln(), REACH.ln()) / REACH.ln() + 1.0) / 2.0 * (right - left);
    let y = |error: f64| top + 8.0 + error / worst * (height - 40.0);
    let mean = meta.summary.mean.estimate;
    let edge = |side: f64| (x(mean + side * 1.96 * worst), y(worst));
    drawing.path(path(&[(x(mean), y(0.0)), edge(-1.0), edge(1.0)], true), Role::Band);
    for tick in TICKS {
        let at = x((1.0 + tick).ln());
        let role = if tick == 0.0 { Role::Zero } else { Role::Grid };
        drawing.line((at, y(0.0)), (at, y(worst)), role);
        drawing.text((at, y(worst) + 18.0), signed_percent(tick), 12.0, Anchor::Middle, Role::Soft);
    }
    for step in [0.0, 0.5, 1.0] {
        let error = worst / 1.1 * step;
        drawing.text((left - 8.0, y(error) + 4.0), format!("{error:.2}"), 12.0, Anchor::End, Role::Soft);
    }
    for (study, name) in meta.studies.iter().zip(&meta.names) {
        drawing.circle((x(study.estimate), y(study.error)), 5.0, Role::Dot, Some(name.clone()));
    }
    top + height
}
