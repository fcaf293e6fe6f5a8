//! What was promised: the campaign on record, its strands, every promise with its scores, and the campaigns before it.

use tarazu_ledger::LedgerDate;
use tarazu_ledger::entry::{Campaign, CampaignKind, Commitment};

use super::Context;
use crate::pdf::content::{Block, Run, Table, cites, heading, line, note, row, small, strong, text, words};
use crate::pdf::world::Files;

const SCORE_WORDS: [&str; 4] = ["none", "minimal", "intermediate", "full"];

pub(super) fn blocks(context: &Context<'_>, files: &mut Files) -> Vec<Block> {
    let case = context.case;
    let Some(campaign) = case.campaign() else { return Vec::new() };
    let mut blocks = vec![heading("The campaign on record")];
    blocks.extend(facts(campaign));
    if !campaign.strands.is_empty() {
        blocks.push(heading("Its strands"));
        let strand = |s: &tarazu_ledger::entry::Strand| {
            let what = vec![text(format!("{} ", s.text.value)), cites(&s.header.cites)];
            (line(s.kind.map_or("", |k| k.text())), what)
        };
        blocks.push(Block::Terms { items: campaign.strands.iter().map(strand).collect() });
    }
    let own: Vec<&Commitment> = case.campaign_commitments().collect();
    if !own.is_empty() {
        blocks.push(heading("Its promises, in their own words"));
        blocks.push(note(
            "A promise is scored by year from public evidence: 0 none, 1 minimal, 2 intermediate, 3 full; or it is unrateable, and the reason is \
             given. The evidence for each score, year by year, stands on the page (brief.html).",
        ));
        blocks.push(Block::Table(Table {
            caption: format!("Promises of {} and their scores", campaign.name.value),
            columns: vec![words("Promise and its wording", 3.0), words("Score", 1.45)],
            rows: own.iter().map(|c| row([promise(context, c, true), score(c, true)])).collect(),
        }));
    }
    blocks.extend(context.chart(files, "commitments-by-year"));
    let plans = case.ledger.campaigns.iter().filter(|c| c.kind == Some(CampaignKind::Plan));
    blocks.extend(plans.flat_map(|p| plan(context, p)));
    blocks.extend(programmes(context));
    blocks.extend(operations(context));
    blocks
}

fn facts(campaign: &Campaign) -> Vec<Block> {
    let mut items = vec![
        (line("Announced"), line(campaign.announced.long())),
        (line("Begun"), line(campaign.begun.long())),
        (line("Ended"), line(campaign.ended.long())),
        (line("Areas"), line(areas(campaign))),
    ];
    for other in &campaign.also_given {
        items.push((
            line(format!("{}, also given as", other.field.value)),
            vec![text(format!("{} ", long_date(&other.value.value))), cites(&other.cites)],
        ));
    }
    let summary = vec![text(format!("{} ", campaign.summary.value)), cites(&campaign.header.cites)];
    vec![Block::Para { c: summary }, Block::Terms { items }]
}

fn areas(campaign: &Campaign) -> String {
    campaign.areas.iter().map(|a| a.value.as_str()).collect::<Vec<_>>().join(", ")
}

/// A date as people read it; anything else as it stands.
fn long_date(value: &str) -> String {
    value.parse::<LedgerDate>().map_or_else(|()| value.to_owned(), LedgerDate::long)
}

fn promise(context: &Context<'_>, commitment: &Commitment, quoted: bool) -> Vec<Run> {
    let mut runs = Vec::new();
    if let Some(point) = commitment.point {
        runs.push(strong(format!("{point}. ")));
    }
    runs.push(text(format!("{} ", commitment.summary.value)));
    runs.push(small(format!("{}, {} ", context.short_actor(&commitment.actor), commitment.date.long())));
    if !quoted {
        runs.push(cites(&commitment.header.cites));
        return runs;
    }
    for wording in &commitment.wordings {
        runs.push(Run::Break);
        runs.push(Run::Emph { c: line(format!("“{}”", wording.text.value)) });
        runs.push(text(" "));
        runs.push(cites(&wording.cites));
    }
    if commitment.wordings.is_empty() {
        runs.push(cites(&commitment.header.cites));
    }
    runs
}

/// Scores by year as number, word and filled squares: never by colour alone.
fn score(commitment: &Commitment, reasons: bool) -> Vec<Run> {
    let mut runs = Vec::new();
    for (i, score) in commitment.scores.iter().enumerate() {
        if i > 0 {
            runs.push(Run::Break);
        }
        let word = SCORE_WORDS.get(score.score as usize).copied().unwrap_or_default();
        let squares: String = (1..=3).map(|i| if i <= score.score { '■' } else { '□' }).collect();
        runs.push(text(format!("{}: {squares} {} {word}", score.year, score.score)));
    }
    if let Some(reason) = &commitment.unrateable {
        let reason = reason.value.strip_prefix("because ").unwrap_or(&reason.value);
        if !runs.is_empty() {
            runs.push(Run::Break);
        }
        runs.push(strong("Unrateable"));
        runs.push(if reasons { small(format!(", because {reason}")) } else { text("") });
    }
    runs
}

/// A plan behind the campaign: its points in one line each.
fn plan(context: &Context<'_>, plan: &Campaign) -> Vec<Block> {
    let points: Vec<&Commitment> =
        context.case.ledger.commitments.iter().filter(|c| c.campaign.value == plan.header.id.value).collect();
    if points.is_empty() {
        return Vec::new();
    }
    let scored = points.iter().filter(|c| !c.scores.is_empty()).count();
    vec![
        heading(format!("{}: {} points on record, {scored} scored", plan.name.value, points.len())),
        Block::Para { c: vec![text(format!("{} ", plan.summary.value)), cites(&plan.header.cites)] },
        Block::Table(Table {
            caption: format!("Points of {} and their scores", plan.name.value),
            columns: vec![words("Point", 3.0), words("Score", 1.45)],
            rows: points.iter().map(|c| row([promise(context, c, false), score(c, false)])).collect(),
        }),
    ]
}

fn programmes(context: &Context<'_>) -> Vec<Block> {
    let programmes = &context.case.ledger.programmes;
    if programmes.is_empty() {
        return Vec::new();
    }
    let published = |p: &tarazu_ledger::entry::Programme| {
        let count =
            |f: fn(&tarazu_ledger::entry::ProgrammeResult) -> bool| p.results.iter().filter(|r| f(r)).count();
        match &p.unrateable {
            Some(reason) => {
                let reason = reason.value.strip_prefix("because ").unwrap_or(&reason.value);
                vec![strong("Unrateable"), small(format!(", because {reason}"))]
            }
            None => line(format!(
                "On record: targets {}, actual values {}",
                count(|r| r.target.is_some()),
                count(|r| r.actual.is_some())
            )),
        }
    };
    let rows = programmes.iter().map(|p| {
        let what = vec![
            strong(p.name.value.clone()),
            text(format!(" {} ", p.summary.value)),
            cites(&p.header.cites),
        ];
        row([what, published(p)])
    });
    vec![
        heading("Programmes"),
        Block::Table(Table {
            caption: "Programmes and what was published of them".into(),
            columns: vec![words("Programme", 3.0), words("Published", 1.45)],
            rows: rows.collect(),
        }),
    ]
}

fn operations(context: &Context<'_>) -> Vec<Block> {
    let campaigns = context.case.ledger.campaigns.iter();
    let mut operations: Vec<&Campaign> = campaigns
        .filter(|c| c.kind == Some(CampaignKind::Operation) && c.header.id.value != context.weighing.campaign)
        .collect();
    if operations.is_empty() {
        return Vec::new();
    }
    operations.sort_by_key(|c| c.begun.date().or(c.announced.date()).map(|d| d.first_day()));
    let rows = operations.iter().map(|c| {
        let mut name = vec![text(format!("{} ", c.name.value))];
        if let Some(translation) = &c.translation {
            name.push(small(format!("“{}” ", translation.value)));
        }
        name.push(cites(&c.header.cites));
        row([name, line(c.announced.long()), line(c.begun.long()), line(c.ended.long()), line(areas(c))])
    });
    vec![
        heading("Earlier operations"),
        note(
            "What is on record of each, where sources give other dates, and the public lists that count operations and disagree, stand on the page.",
        ),
        Block::Table(Table {
            caption: "Operations on record, in order of their beginning".into(),
            columns: vec![
                words("Operation", 3.6),
                words("Announced", 1.0),
                words("Begun", 1.0),
                words("Ended", 1.0),
                words("Areas", 1.2),
            ],
            rows: rows.collect(),
        }),
        Block::Note {
            c: line(format!(
                "{} talks, amnesties and ceasefires are on record beside them.",
                context.case.ledger.interventions.len()
            )),
        },
    ]
}
