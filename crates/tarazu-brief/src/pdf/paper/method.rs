//! Method and data: how each figure came about, where it comes from, and where the rest is.

use tarazu_effects::multiverse::{DIMENSION_NAMES, Plan, estimators};

use super::Context;
use crate::number::percent;
use crate::pdf::content::{
    Block, Row, Run, Table, bullets, heading, line, note, para, row, small, text, words,
};
use crate::pdf::world::Files;

pub(super) fn blocks(context: &Context<'_>, files: &mut Files) -> Vec<Block> {
    let w = context.weighing;
    let mut blocks = Vec::new();
    if !w.answers.is_empty() {
        blocks.extend(how(context));
    }
    blocks.push(heading("Data"));
    blocks.extend(context.chart(files, "who-covers-what"));
    blocks.extend(data(context));
    if !w.figures.is_empty() {
        blocks.push(heading("Computed figures of the text"));
        let rows = w.figures.iter().map(|f| Row {
            cells: vec![
                vec![Run::Code { v: f.id.clone() }],
                line(f.text.clone()),
                line(f.printed.clone()),
                vec![small(f.how.clone())],
            ],
            label: Some(format!("figure-{}", f.id)),
        });
        blocks.push(Block::Table(Table {
            caption: "Every computed figure, with its value and its derivation".into(),
            columns: vec![
                words("Figure", 1.2),
                words("What it is", 2.2),
                words("Printed", 0.9),
                words("How it was computed", 2.2),
            ],
            rows: rows.collect(),
        }));
    }
    blocks.extend(rest(context));
    blocks
}

fn how(context: &Context<'_>) -> Vec<Block> {
    let mut blocks = vec![
        heading("Difference from expectation"),
        para(
            "For every intervention the same questions are asked of the same grid of specifications. A specification takes one option of each choice \
             below; one that the data cannot carry is excluded, and the reason is counted. The campaign itself is asked every specification; the other \
             interventions a sample of those that the data carry, drawn by the seed.",
        ),
    ];
    if let Some(plan) = &context.weighing.plan {
        blocks.push(choices(plan));
        blocks.push(Block::Para {
            c: vec![
                text(format!(
                    "Intervals hold {}. Seed {}. Months before and after are counted from the first month that counts as after: the month of the \
                     intervention's date, shifted by ",
                    percent(plan.level),
                    plan.seed
                )),
                Run::Code { v: "start".into() },
                text("."),
            ],
        });
        let used = estimators().filter(|(name, _)| plan.choices.estimator.iter().any(|e| e == name));
        let items: Vec<_> =
            used.map(|(name, words)| (vec![Run::Code { v: name.into() }], line(words))).collect();
        if !items.is_empty() {
            blocks.push(Block::Terms { items });
        }
    }
    let tests = [
        "Placebo dates: the same specifications asked at earlier dates, all of whose months after lie before the intervention. Joint p: the share of \
         curves, this one included, whose median is at least as far from zero. Some of these dates fall into earlier operations, so the test is a hard \
         one.",
        "Placebo units: the same specifications asked of the comparison countries at the date of the intervention.",
        "Smallest detectable difference: what the design would show in four of five cases, from the middle of the specifications' errors or the error \
         of the curve at placebo dates, whichever is larger.",
        "What each choice explains: its share of the variance of ln(observed / expected) over specifications, averaged over the orders in which \
         choices can enter.",
    ];
    blocks.extend([
        heading("Tests that the curve carries"),
        bullets(tests.map(str::to_owned)),
        heading("The rule of the verdict"),
        para(context.weighing.verdict_rule),
        para(
            "A difference from expectation is not called an effect: other things changed in the same months, and no design here can set them apart.",
        ),
    ]);
    blocks
}

fn choices(plan: &Plan) -> Block {
    let grid = &plan.choices;
    let rows = DIMENSION_NAMES.iter().zip(grid.widths()).enumerate().map(|(dimension, (name, width))| {
        let options: Vec<String> = (0..width).map(|level| grid.label(dimension, level as u16)).collect();
        row([vec![Run::Code { v: (*name).into() }], line(options.join("; "))])
    });
    Block::Table(Table {
        caption: "The choices of the grid".into(),
        columns: vec![words("Choice", 1.0), words("Options", 4.0)],
        rows: rows.collect(),
    })
}

fn data(context: &Context<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for s in &context.weighing.panel_sources {
        blocks.push(Block::Heading { level: 3, c: line(format!("{} {}", s.dataset, s.version)) });
        blocks.push(Block::Terms {
            items: vec![
                (line("Cite"), line(s.attribution.clone())),
                (line("Licence"), line(s.licence.clone())),
                (line("Computed"), line(s.computed.clone())),
                (line("File"), vec![text("SHA-256 "), Run::Code { v: s.sha256.clone() }]),
                (line("Remarks"), line(s.notes.clone())),
            ],
        });
    }
    if let Some(e) = &context.weighing.events {
        blocks.push(Block::Para {
            c: vec![
                text("Event file "),
                Run::Code { v: e.file.clone() },
                text(format!(
                    ": {}; {} used, {} in other countries, {} left out because their month was not over thirty days before the sources were \
                     searched. In {} rows the published low, best and high figures are not in order; they are used as published.",
                    e.accounts, e.used, e.elsewhere, e.too_young, e.unordered_bounds
                )),
            ],
        });
    }
    blocks.push(note(
        "Deaths are people reported killed, per the dataset. The status of a person (civilian or not) is the dataset's claim. Nothing here is finer \
         than a month.",
    ));
    blocks
}

/// What this paper leaves out, and what happens when it is wrong.
fn rest(context: &Context<'_>) -> Vec<Block> {
    let w = context.weighing;
    vec![
        heading("Where the rest is, and corrections"),
        para(
            "Beside this file lie brief.html, which holds every entry of the case with its evidence and documents; estimates.csv, a row for every \
             specification; and weighing.json, everything for programs.",
        ),
        Block::Para {
            c: vec![
                text(format!(
                    "Made with Tarazu {} from the case folder alone; the same folder gives the same file, byte for byte. Edition ",
                    w.version
                )),
                Run::Code { v: w.edition.clone() },
                text(". Corrections are made in the case folder and change the edition."),
            ],
        },
    ]
}
