//! What difference it made: one row per intervention, the specification curve of the campaign, and the interventions together.

use tarazu_effects::multiverse::{Explained, JointInference, PlaceboKind};

use super::Context;
use crate::number::{grouped, percent, signed_percent};
use crate::pdf::content::{
    Block, Row, Run, Table, bullets, heading, line, note, numbers, row, small, strong, text, wide_numbers,
    words,
};
use crate::pdf::world::Files;
use crate::weigh::{Answer, Meta};

pub(super) fn blocks(context: &Context<'_>, files: &mut Files) -> Vec<Block> {
    let w = context.weighing;
    if w.answers.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![
        heading("Every intervention, asked the same question"),
        note("Difference of the months after from what the months before led one to expect."),
    ];
    blocks.extend(context.chart(files, "operations-compared"));
    blocks.push(overview(&w.answers));
    if let Some(answer) = w.main_answer() {
        blocks.extend(context.chart(files, "deaths-and-expectation"));
        blocks.push(heading(format!("Every specification for {}", answer.question.name)));
        blocks.extend(context.chart(files, "specification-curve"));
        blocks.extend(about(answer));
        blocks.extend(explained(answer));
    }
    if let Some(found) = &w.meta {
        blocks.extend(together(context, found, files));
    }
    blocks.push(note(
        "Every specification of every intervention, with its choices, estimate, interval and p, stands in estimates.csv beside this file; what each \
         intervention overlaps with, and its placebo tests, on the page.",
    ));
    blocks
}

fn overview(answers: &[Answer]) -> Block {
    let rows = answers.iter().map(one).collect();
    Block::Table(Table {
        caption: "Difference from expectation by intervention".into(),
        columns: vec![
            words("Intervention", 1.9),
            words("Middle and interval", 0.95),
            words("Wholly below / above, of", 0.85),
            wide_numbers("Joint p", 0.55),
            words("Verdict", 0.85),
            words("Smallest detectable", 0.95),
            wide_numbers("Plain before–after", 0.75),
        ],
        rows,
    })
}

fn one(answer: &Answer) -> Row {
    let q = &answer.question;
    let (v, summary) = (&answer.multiverse.verdict, &answer.multiverse.summary);
    let mut name = vec![text(q.name.clone()), Run::Break, small(format!("{} {}", q.date_is, q.date))];
    let Some(middle) = summary.middle else {
        let why = line(format!("not estimated: {}", answer.excluded().join("; ")));
        let empty = || Vec::new();
        return row([name, why, empty(), empty(), empty(), empty(), empty()]);
    };
    name.push(small(format!("; up to {} months after", answer.months_after.unwrap_or(0))));
    row([
        name,
        vec![
            strong(signed_percent(middle.estimate)),
            Run::Break,
            text(format!("{} to {}", signed_percent(middle.low), signed_percent(middle.high))),
        ],
        line(format!(
            "{} / {}, of {}",
            count(v.wholly_below),
            count(v.wholly_above),
            count(v.specifications)
        )),
        line(v.joint_p.map_or_else(|| "none possible".into(), |p| format!("{p:.2}"))),
        line(v.word.text()),
        line(v.smallest_detectable.map_or_else(String::new, |d| {
            format!("{} or {}", signed_percent(d.decrease), signed_percent(d.increase))
        })),
        line(summary.before_after.map_or_else(String::new, signed_percent)),
    ])
}

fn count(n: usize) -> String {
    grouped(n as f64)
}

/// The campaign's own question: what was tried, what was found, what else happened, and how the placebos fared.
fn about(answer: &Answer) -> Vec<Block> {
    let (q, m) = (&answer.question, &answer.multiverse);
    let mut words = format!(
        "The month of its date is {}; the date rule of a specification counts from there. {}",
        q.month,
        answer.tried()
    );
    if let Some((low, high)) = m.summary.central {
        words.push_str(&format!(
            " Nine in ten of the estimates lie between {} and {}; {} of {} are below zero.",
            signed_percent(low),
            signed_percent(high),
            count(m.summary.below),
            count(m.summary.estimated)
        ));
    }
    if !q.also_in_window.is_empty() {
        words.push_str(&format!(
            " Within the months after also began or happened: {}; what is found here cannot be told apart from them.",
            q.also_in_window.join(", ")
        ));
    }
    let mut blocks = vec![Block::Para { c: line(words) }];
    let joints: Vec<String> = [&m.dates, &m.units].into_iter().flatten().map(joint_words).collect();
    if !joints.is_empty() {
        blocks.push(bullets(joints));
    }
    if !m.summary.excluded.is_empty() {
        blocks.push(note(format!("Excluded: {}.", answer.excluded().join("; "))));
    }
    blocks
}

fn joint_words(joint: &JointInference) -> String {
    let (one, what) = match joint.kind {
        PlaceboKind::Dates => ("placebo dates", "dates before the intervention"),
        PlaceboKind::Units => ("placebo units", "other countries at the same date"),
    };
    format!(
        "Beside {} {one} ({what}), with {} specifications each: p of the curve's median {:.2}, of the share wholly on one side {:.2}, of the mean of \
         estimate over error {:.2}.",
        joint.placebos, joint.cells, joint.p_median, joint.p_share, joint.p_mean_z
    )
}

fn explained(answer: &Answer) -> Option<Block> {
    let explained = answer.multiverse.explained.as_ref()?;
    let mut sorted: Vec<&Explained> = explained.iter().collect();
    sorted.sort_by(|a, b| b.share.total_cmp(&a.share));
    let together = 1.0 - explained.iter().map(|e| e.share).sum::<f64>();
    let mut rows: Vec<Row> = sorted.iter().map(|e| row([line(e.choice), line(percent(e.share))])).collect();
    rows.push(row([line("choices together, not one by one"), line(percent(together.max(0.0)))]));
    Some(Block::Table(Table {
        caption: "How much of the spread of the specifications each choice explains".into(),
        columns: vec![words("Choice", 1.0), numbers("Share of the variance")],
        rows,
    }))
}

fn together(context: &Context<'_>, meta: &Meta, files: &mut Files) -> Vec<Block> {
    let s = &meta.summary;
    let relative = |log: f64| signed_percent(log.exp_m1());
    let mut first = vec![
        text(format!(
            "Over {} interventions, each by the middle of its curve, the mean difference from expectation is ",
            s.studies
        )),
        strong(relative(s.mean.estimate)),
        text(format!(
            " (interval {} to {}; interventions may differ among themselves; restricted maximum likelihood, interval after Knapp and Hartung).",
            relative(s.mean.low),
            relative(s.mean.high)
        )),
    ];
    if let Some((low, high)) = s.prediction {
        first.push(text(format!(
            " One more such intervention would be expected between {} and {}.",
            relative(low),
            relative(high)
        )));
    }
    first.push(text(format!(
        " Of the spread between them, {} is more than the errors account for (I²). Windows overlap, so the interventions are not independent of one \
         another: read this as a description.",
        percent(s.i_squared)
    )));
    let funnel = s.funnel.map_or_else(
        || " With fewer than ten of them the test of the funnel says nothing and is not made.".to_owned(),
        |f| {
            format!(
                " Interventions with larger errors {} say something else than those with smaller ones (Egger's regression: p {:.2}).",
                if f.p <= 0.10 { "do" } else { "do not clearly" },
                f.p
            )
        },
    );
    let second = format!(
        "For {} of {} a plain before–after reading says the opposite of the middle of the curve.{funnel}",
        meta.naive_says_the_opposite, s.studies
    );
    let mut blocks = vec![
        heading("All interventions together"),
        Block::Para { c: first },
        Block::Para { c: line(second) },
    ];
    blocks.extend(context.chart(files, "operations-funnel"));
    blocks
}
