//! What happened: the months, the incidents with the range of their tolls, and what else is on record.

use super::Context;
use crate::number::grouped;
use crate::pdf::content::{
    Block, Run, Table, cites, heading, line, note, numbers, row, small, strong, text, words,
};
use crate::pdf::world::Files;
use crate::weigh::MonthlyRow;

pub(super) fn blocks(context: &Context<'_>, files: &mut Files) -> Vec<Block> {
    let mut blocks = Vec::new();
    blocks.extend(context.chart(files, "deaths-by-month"));
    blocks.extend(context.chart(files, "deaths-by-province"));
    blocks.extend(by_year(&context.weighing.monthly));
    blocks.extend(incidents(context));
    let ledger = &context.case.ledger;
    if !(ledger.tallies.is_empty() && ledger.indicators.is_empty()) {
        blocks.push(heading("Rival totals and context"));
        blocks.push(note(format!(
            "{} published totals of rival trackers, each with its definition, and {} context series (people displaced, returned and expelled; money \
             spent) stand on the page. Each tracker counts by its own definition: these totals must not be added or averaged.",
            ledger.tallies.len(),
            ledger.indicators.len()
        )));
    }
    blocks
}

fn by_year(rows: &[MonthlyRow]) -> Vec<Block> {
    let sum = |rows: &[MonthlyRow], f: fn(&MonthlyRow) -> Option<u64>| -> String {
        rows.iter().map(f).sum::<Option<u64>>().map_or_else(|| "not published".into(), |v| grouped(v as f64))
    };
    let years = rows.chunk_by(|a, b| a.month.year() == b.month.year());
    let table: Vec<_> = years
        .map(|year| {
            let source = year.first().map_or_else(String::new, |r| match &r.low_dataset {
                Some(low) if *low != r.dataset => format!("{}; low: {low}", r.dataset),
                _ => r.dataset.clone(),
            });
            row([
                line(year.first().map_or(0, |r| r.month.year()).to_string()),
                line(sum(year, |r| r.events)),
                line(sum(year, |r| r.low)),
                line(sum(year, |r| r.best)),
                line(sum(year, |r| r.high)),
                line(source),
            ])
        })
        .collect();
    if table.is_empty() {
        return Vec::new();
    }
    vec![Block::Table(Table {
        caption: "Events and people reported killed by year".into(),
        columns: vec![
            numbers("Year"),
            numbers("Events"),
            numbers("Low"),
            numbers("Best"),
            numbers("High"),
            words("Source", 1.0),
        ],
        rows: table,
    })]
}

fn incidents(context: &Context<'_>) -> Vec<Block> {
    let mut incidents: Vec<_> = context.case.ledger.incidents.iter().collect();
    if incidents.is_empty() {
        return Vec::new();
    }
    incidents.sort_by_key(|i| i.date);
    let rows = incidents.iter().map(|i| {
        let tolls = i.killed_range().map_or_else(
            || "not given".into(),
            |(low, high)| if low == high { grouped(low as f64) } else { format!("{low} to {high}") },
        );
        let what = vec![
            strong(i.name.value.clone()),
            text(format!(" {} ", i.summary.value)),
            small(format!("Group struck: {}. ", i.group_struck.value)),
            cites(&i.header.cites),
        ];
        row([
            vec![
                text(i.date.long()),
                Run::Break,
                small(format!("{}, {}", i.district.value, i.province.value)),
            ],
            what,
            line(tolls),
            line(i.tolls.len().to_string()),
        ])
    });
    vec![
        heading("Named incidents"),
        note("Every published toll with what it counts, and what followed each incident, stand on the page."),
        Block::Table(Table {
            caption: "Named incidents, with the lowest and highest published toll".into(),
            columns: vec![
                words("When and where", 1.0),
                words("What", 3.2),
                numbers("Reported killed"),
                numbers("Tolls"),
            ],
            rows: rows.collect(),
        }),
    ]
}
