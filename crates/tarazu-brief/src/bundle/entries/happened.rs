//! What happened per the documents: incidents, rival totals, context series.

use tarazu_ledger::Case;

use super::number;
use crate::bundle::table::{Field, Origin, Table, row};

pub fn incidents(case: &Case) -> Vec<Table> {
    let mut incidents = Table::new(
        Origin::Case,
        "incidents",
        "Named incidents",
        "Incidents that the case names, to the district and no finer.",
        &["incident"],
        vec![
            Field::text("incident", "Id of the incident").required(),
            Field::text("name", "A neutral name").required(),
            Field::when("date", "When").required(),
            Field::text("district", "District").required(),
            Field::text("province", "Province").required(),
            Field::text("group_struck", "The group struck").required(),
            Field::text("summary", "What, in words of the case").required(),
        ],
    );
    let reference = || Field::text("incident", "The incident").required().refers("incidents", "incident");
    let mut tolls = Table::new(
        Origin::Case,
        "incident_tolls",
        "Tolls of the incidents",
        "Every published toll, each per its source.",
        &["incident", "number"],
        vec![
            reference(),
            number(),
            Field::text("per", "Who gave the figure").required(),
            Field::when("date", "When it was given").required(),
            Field::count("killed", "people", "Reported killed"),
            Field::count("wounded", "people", "Reported wounded"),
            Field::text("detail", "What the figure counts").required(),
        ],
    );
    let mut followed = Table::new(
        Origin::Case,
        "incident_followed",
        "What followed the incidents",
        "Compensation, attribution, denial, inquiry and the like.",
        &["incident", "number"],
        vec![
            reference(),
            number(),
            Field::text("kind", "What it was").required(),
            Field::text("actor", "Who").required().refers("actors", "actor"),
            Field::when("date", "When").required(),
            Field::text("text", "What, in words of the case").required(),
            Field::number("amount", "see `currency`", "Amount, for compensation"),
            Field::text("currency", "Currency, ISO 4217"),
        ],
    );
    for i in &case.ledger.incidents {
        let id = &i.header.id;
        incidents.rows.push(row![id, &i.name, i.date, &i.district, &i.province, &i.group_struck, &i.summary]);
        for (n, t) in i.tolls.iter().enumerate() {
            tolls.rows.push(row![id, n + 1, &t.per, t.date, t.killed, t.wounded, &t.detail]);
        }
        for (n, f) in i.followed.iter().enumerate() {
            let currency = f.currency.as_ref();
            followed.rows.push(row![id, n + 1, &f.kind, &f.actor, f.date, &f.text, f.amount, currency]);
        }
    }
    vec![incidents, tolls, followed]
}

pub fn tallies(case: &Case) -> Table {
    let mut table = Table::new(
        Origin::Case,
        "tallies",
        "Rival totals",
        "Published totals of trackers. Each counts by its own definition: they must not be added or averaged.",
        &["tally"],
        vec![
            Field::text("tally", "Id of the total").required(),
            Field::text("tracker", "Who counts").required(),
            Field::text("measure", "What is counted").required(),
            Field::text("definition", "What falls under it").required(),
            Field::text("coverage", "Where").required(),
            Field::when("from", "First day").required(),
            Field::when("to", "Last day").required(),
            Field::number("value", "see `measure`", "The total"),
            Field::number("low", "see `measure`", "Lowest published"),
            Field::number("high", "see `measure`", "Highest published"),
        ],
    );
    for t in &case.ledger.tallies {
        table.rows.push(row![
            &t.header.id,
            &t.tracker,
            &t.measure,
            &t.definition,
            &t.coverage,
            t.from,
            t.to,
            t.value,
            t.low,
            t.high
        ]);
    }
    table
}

pub fn indicators(case: &Case) -> Vec<Table> {
    let mut indicators = Table::new(
        Origin::Case,
        "indicators",
        "Context series",
        "People displaced and returned, refugees, spending, each with its definition.",
        &["indicator"],
        vec![
            Field::text("indicator", "Id of the series").required(),
            Field::text("name", "Name").required(),
            Field::text("definition", "What is counted").required(),
            Field::text("unit", "In which unit").required(),
            Field::text("about", "Entries that it is about, divided by semicolons"),
        ],
    );
    let mut values = Table::new(
        Origin::Case,
        "indicator_values",
        "Values of the context series",
        "Each value per its source; a value holds at a date or was counted over a period.",
        &["indicator", "number"],
        vec![
            Field::text("indicator", "The series").required().refers("indicators", "indicator"),
            number(),
            Field::when("date", "The date at which it held"),
            Field::when("from", "First day of the period over which it was counted"),
            Field::when("to", "Last day of that period"),
            Field::number("value", "unit of the series", "The value"),
            Field::number("low", "unit of the series", "Lowest published"),
            Field::number("high", "unit of the series", "Highest published"),
            Field::text("per", "Who counts").required(),
            Field::text("note", "What a reader must know"),
        ],
    );
    for i in &case.ledger.indicators {
        let id = &i.header.id;
        indicators.rows.push(row![id, &i.name, &i.definition, &i.unit, &i.about]);
        for (n, v) in i.values.iter().enumerate() {
            let (from, to) = v.period.unzip();
            values.rows.push(row![
                id,
                n + 1,
                v.date,
                from,
                to,
                v.value,
                v.low,
                v.high,
                &v.per,
                v.note.as_ref()
            ]);
        }
    }
    vec![indicators, values]
}
