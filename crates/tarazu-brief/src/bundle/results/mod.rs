//! The tables of the weighing: what it was weighed with, what was asked and answered, what the text says, and how editions differ.

mod answers;
mod data;
mod text;

use tarazu_ledger::Case;

use super::table::{Field, Origin, Table, row};
use crate::weigh::Weighing;

/// All tables of the weighing.
pub fn tables(case: &Case, weighing: &Weighing) -> Vec<Table> {
    vec![
        data::sources(weighing),
        data::panel(weighing),
        data::months(weighing),
        data::areas(weighing),
        answers::answers(weighing),
        answers::estimates(weighing),
        answers::not_asked(weighing),
        text::figures(case, weighing),
        text::transparency(weighing),
        text::sentence_by_sentence(case, weighing),
        editions(weighing),
        changes(weighing),
    ]
}

fn editions(weighing: &Weighing) -> Table {
    let mut table = Table::new(
        Origin::Case,
        "editions",
        "Earlier editions",
        "Editions that were published before this one, in order.",
        &["edition"],
        vec![
            Field::text("edition", "Identity of the edition").required(),
            Field::when("as_of", "The day up to which its sources were searched").required(),
            Field::text("version", "Version of Tarazu that made it").required(),
        ],
    );
    for e in &weighing.earlier {
        table.rows.push(row![&e.edition, &e.as_of, &e.version]);
    }
    table
}

fn changes(weighing: &Weighing) -> Table {
    let mut table = Table::new(
        Origin::Case,
        "changes",
        "Changes since earlier editions",
        "Every verdict and figure that changed from one published edition to the next.",
        &["to", "kind", "of"],
        vec![
            Field::text("from", "The edition before").required(),
            Field::text("to", "The edition that says it differently; `this` for this one").required(),
            Field::text("kind", "What changed").required().one_of(["verdict", "figure"]),
            Field::text("of", "Intervention or figure").required(),
            Field::text("said", "What was said"),
            Field::text("says", "What is said"),
            Field::text("why", "What else changed between the two editions").required(),
        ],
    );
    for c in &weighing.changes {
        table.rows.push(row![&c.from, &c.to, c.kind, &c.of, &c.said, &c.says, &c.why]);
    }
    table
}
