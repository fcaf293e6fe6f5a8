//! How transparent the campaign was, by fixed rules; and what cannot be known.

use super::Context;
use crate::pdf::content::{Block, Table, bullets, heading, line, note, numbers, row, words};

pub(super) fn score(context: &Context<'_>) -> Vec<Block> {
    let score = &context.weighing.transparency;
    let rows = score.criteria.iter().map(|c| {
        let points = c.grade.points();
        let squares: String = (1..=3).map(|i| if i <= points { '■' } else { '□' }).collect();
        row([
            line(c.question),
            line(format!("{} of {}", amount(c.met), amount(c.of))),
            line(format!("{squares} {points} {}", c.grade.text())),
            line(c.rule),
        ])
    });
    vec![
        Block::Headline { c: line(format!("{} of {} points", score.points, score.possible)) },
        Block::Table(Table {
            caption: "The score of transparency and how each part is counted".into(),
            columns: vec![words("Question", 1.4), numbers("Found"), words("Score", 0.9), words("Rule", 2.0)],
            rows: rows.collect(),
        }),
        note(
            "A share of nothing scores 0 none, of less than half 1 minimal, of less than all 2 intermediate, of all 3 full. The score judges what was \
             published, not what was done.",
        ),
    ]
}

fn amount(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

pub(super) fn unknown(context: &Context<'_>) -> Vec<Block> {
    let case = context.case;
    let secondary = case.citations().iter().filter(|c| c.secondary).count();
    let mut blocks = Vec::new();
    if !case.settings.limits.is_empty() {
        blocks.push(bullets(case.settings.limits.iter().map(|l| l.value.clone())));
    }
    if !context.weighing.not_asked.is_empty() {
        blocks.push(heading("Not asked about"));
        blocks.push(bullets(
            context.weighing.not_asked.iter().map(|(name, reason)| format!("{name}: {reason}.")),
        ));
    }
    blocks.push(note(format!(
        "{secondary} of {} citations lead to a document that only reports what another said, because the original was not found; each is marked \
         “reports it”.",
        case.citations().len()
    )));
    blocks
}
