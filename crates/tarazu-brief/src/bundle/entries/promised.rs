//! What was promised: campaigns and what belongs to them, commitments, programmes.

use tarazu_ledger::Case;
use tarazu_ledger::entry::CommitmentScore;

use super::{STRANDS, number};
use crate::bundle::table::{Field, Origin, Table, row};

pub fn campaigns(case: &Case) -> Vec<Table> {
    let l = &case.ledger;
    let mut campaigns = Table::new(
        Origin::Case,
        "campaigns",
        "Campaigns",
        "This campaign, the plans it belongs to, and the operations that it is compared with.",
        &["campaign"],
        vec![
            Field::text("campaign", "Id of the campaign").required(),
            Field::text("name", "Name").required(),
            Field::text("translation", "The name in English"),
            Field::text("spellings", "Spellings in use, divided by semicolons"),
            Field::text("actor", "Whose campaign it is").required().refers("actors", "actor"),
            Field::text("kind", "operation, plan or policy").required().one_of([
                "operation",
                "plan",
                "policy",
            ]),
            Field::moment("announced", "When it was announced").required(),
            Field::moment("begun", "When it began").required(),
            Field::moment("ended", "When it ended").required(),
            Field::text("areas", "Where, divided by semicolons"),
            Field::text("part_of", "The campaign of which it is a part").refers("campaigns", "campaign"),
            Field::text("summary", "What it is, in words of the case").required(),
        ],
    );
    let mut strands = Table::new(
        Origin::Case,
        "strands",
        "Strands",
        "The lines of each campaign.",
        &["strand"],
        vec![
            Field::text("strand", "Id of the strand").required(),
            Field::text("campaign", "Its campaign").required().refers("campaigns", "campaign"),
            Field::text("kind", "Which line it is").required().one_of(STRANDS),
            Field::text("text", "What it holds, in words of the case").required(),
        ],
    );
    for c in &l.campaigns {
        let id = &c.header.id;
        campaigns.rows.push(row![
            id,
            &c.name,
            c.translation.as_ref(),
            &c.spellings,
            &c.actor,
            c.kind.map(|k| k.text()),
            c.announced,
            c.begun,
            c.ended,
            &c.areas,
            c.part_of.as_ref(),
            &c.summary
        ]);
        for s in &c.strands {
            strands.rows.push(row![&s.header.id, id, s.kind.map(|k| k.text()), &s.text]);
        }
    }
    let mut interventions = Table::new(
        Origin::Case,
        "interventions",
        "Interventions",
        "Dated changes other than campaigns: talks, ceasefires.",
        &["intervention"],
        vec![
            Field::text("intervention", "Id of the intervention").required(),
            Field::text("name", "Name").required(),
            Field::text("kind", "What it is").required(),
            Field::when("date", "When").required(),
            Field::when("end", "Last day, for what lasts"),
            Field::text("actors", "Who, divided by semicolons"),
            Field::text("summary", "What it is, in words of the case").required(),
        ],
    );
    for i in &l.interventions {
        let id = &i.header.id;
        interventions.rows.push(row![id, &i.name, &i.kind, i.date, i.end, &i.actors, &i.summary]);
    }
    let mut lists = Table::new(
        Origin::Case,
        "operation_lists",
        "Lists of operations",
        "What public lists of operations count.",
        &["list"],
        vec![
            Field::text("list", "Id of the list").required(),
            Field::text("document", "The document that gives it").required().refers("documents", "document"),
            Field::text("states", "What it states").required(),
            Field::count("count", "operations", "How many it counts"),
            Field::text("members", "Campaigns of this case that it names, divided by semicolons"),
            Field::text("note", "What a reader must know"),
        ],
    );
    for o in &l.operation_lists {
        let id = &o.header.id;
        lists.rows.push(row![id, &o.document, &o.states, o.count, &o.members, o.note.as_ref()]);
    }
    vec![campaigns, strands, interventions, lists]
}

pub fn commitments(case: &Case) -> Vec<Table> {
    let mut commitments = Table::new(
        Origin::Case,
        "commitments",
        "Commitments",
        "What was promised.",
        &["commitment"],
        vec![
            Field::text("commitment", "Id of the commitment").required(),
            Field::text("actor", "Who promised").required().refers("actors", "actor"),
            Field::text("campaign", "Under which campaign").required().refers("campaigns", "campaign"),
            Field::text("strand", "Line of the campaign").one_of(STRANDS),
            Field::count("point", "1", "Number in a numbered plan"),
            Field::when("date", "When").required(),
            Field::text("summary", "What, in words of the case").required(),
            Field::text("unrateable", "Why it cannot be scored"),
        ],
    );
    let reference =
        || Field::text("commitment", "The commitment").required().refers("commitments", "commitment");
    let mut wordings = Table::new(
        Origin::Case,
        "commitment_wordings",
        "Wordings of the commitments",
        "Exact wordings as published; short quotations that belong to the documents cited.",
        &["commitment", "version"],
        vec![
            reference(),
            Field::text("version", "Which wording").required(),
            Field::text("text", "The exact words").required(),
            Field::text("note", "What a reader must know"),
        ],
    );
    let mut scores = Table::new(
        Origin::Case,
        "commitment_scores",
        "Scores of the commitments",
        "How far each commitment was kept by year: 0 none, 1 minimal, 2 intermediate, 3 full.",
        &["commitment", "year"],
        vec![
            reference(),
            Field::count("year", "year", "Year").required().within(1900.0, 2199.0),
            Field::count("score", "0 to 3", "Score").required().within(0.0, 3.0),
            Field::text("evidence", "What it rests on").required(),
        ],
    );
    for c in &case.ledger.commitments {
        let id = &c.header.id;
        commitments.rows.push(row![
            id,
            &c.actor,
            &c.campaign,
            c.strand.map(|s| s.text()),
            c.point,
            c.date,
            &c.summary,
            c.unrateable.as_ref()
        ]);
        for w in &c.wordings {
            wordings.rows.push(row![id, &w.version, &w.text, w.note.as_ref()]);
        }
        for CommitmentScore { year, score, evidence, .. } in &c.scores {
            scores.rows.push(row![id, *year, *score, evidence]);
        }
    }
    vec![commitments, wordings, scores]
}

pub fn programmes(case: &Case) -> Vec<Table> {
    let mut programmes = Table::new(
        Origin::Case,
        "programmes",
        "Programmes",
        "Funded activities.",
        &["programme"],
        vec![
            Field::text("programme", "Id of the programme").required(),
            Field::text("name", "Name").required(),
            Field::text("actor", "Whose").required().refers("actors", "actor"),
            Field::text("campaign", "Under which campaign").required().refers("campaigns", "campaign"),
            Field::text("strand", "Line of the campaign").one_of(STRANDS),
            Field::text("summary", "What, in words of the case").required(),
            Field::text("unrateable", "Why it has no results"),
        ],
    );
    let mut results = Table::new(
        Origin::Case,
        "programme_results",
        "Results of the programmes",
        "Baseline, target and actual by period.",
        &["programme", "number"],
        vec![
            Field::text("programme", "The programme").required().refers("programmes", "programme"),
            number(),
            Field::text("indicator", "What is measured").required(),
            Field::text("unit", "In which unit").required(),
            Field::text("period", "When").required(),
            Field::number("baseline", "see `unit`", "Where it began"),
            Field::number("target", "see `unit`", "What was to be reached"),
            Field::number("actual", "see `unit`", "What was reached"),
            Field::text("note", "What a reader must know"),
        ],
    );
    for p in &case.ledger.programmes {
        let id = &p.header.id;
        let strand = p.strand.map(|s| s.text());
        programmes.rows.push(row![
            id,
            &p.name,
            &p.actor,
            &p.campaign,
            strand,
            &p.summary,
            p.unrateable.as_ref()
        ]);
        for (i, r) in p.results.iter().enumerate() {
            results.rows.push(row![
                id,
                i + 1,
                &r.indicator,
                &r.unit,
                &r.period,
                r.baseline,
                r.target,
                r.actual,
                r.note.as_ref()
            ]);
        }
    }
    vec![programmes, results]
}
