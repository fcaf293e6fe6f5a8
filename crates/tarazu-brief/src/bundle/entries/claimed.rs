//! What was said: claims and responses, requests, encounters.

use tarazu_ledger::Case;

use super::number;
use crate::bundle::table::{Field, Origin, Table, row};

pub fn claims(case: &Case) -> Vec<Table> {
    let mut claims = Table::new(
        Origin::Case,
        "claims",
        "Claims",
        "Who asserts what. A claim without a row in `responses` has the date of a search that found none.",
        &["claim"],
        vec![
            Field::text("claim", "Id of the claim").required(),
            Field::text("actor", "Who asserts it").required().refers("actors", "actor"),
            Field::text("voice", "The public office-holder who spoke, with the office"),
            Field::when("date", "When").required(),
            Field::text("proposition", "What is asserted, in neutral words of the case").required(),
            Field::text("quote", "Exact words"),
            Field::text("about", "Entries that it is about, divided by semicolons"),
            Field::when("no_response_found", "Date of a search that found no response"),
        ],
    );
    let mut responses = Table::new(
        Origin::Case,
        "responses",
        "Responses",
        "What others, or the same actor later, said to a claim.",
        &["claim", "number"],
        vec![
            Field::text("claim", "The claim").required().refers("claims", "claim"),
            number(),
            Field::text("actor", "Who").required().refers("actors", "actor"),
            Field::text("voice", "The public office-holder who spoke, with the office"),
            Field::text("kind", "How it stands to the claim")
                .required()
                .one_of(["confirm", "deny", "dispute", "accuse", "clarify"]),
            Field::when("date", "When").required(),
            Field::text("text", "What, in words of the case").required(),
            Field::text("quote", "Exact words"),
        ],
    );
    for c in &case.ledger.claims {
        let id = &c.header.id;
        claims.rows.push(row![
            id,
            &c.actor,
            c.voice.as_ref(),
            c.date,
            &c.proposition,
            c.quote.as_ref(),
            &c.about,
            c.no_response_found
        ]);
        for (i, r) in c.responses.iter().enumerate() {
            let kind = r.kind.map(|k| k.text());
            let (voice, quote) = (r.voice.as_ref(), r.quote.as_ref());
            responses.rows.push(row![id, i + 1, &r.actor, voice, kind, r.date, &r.text, quote]);
        }
    }
    vec![claims, responses]
}

pub fn requests(case: &Case) -> Table {
    let mut table = Table::new(
        Origin::Case,
        "requests",
        "Requests",
        "Who asked whom for an account, and whether it came.",
        &["request"],
        vec![
            Field::text("request", "Id of the request").required(),
            Field::text("actor", "Who asks").required().refers("actors", "actor"),
            Field::text("of", "Who is asked").required().refers("actors", "actor"),
            Field::when("date", "When").required(),
            Field::text("what", "For what").required(),
            Field::text("quote", "Exact words"),
            Field::text("about", "Entries that it is about, divided by semicolons"),
            Field::text("status", "Whether it was answered").required().one_of([
                "answered",
                "partly answered",
                "open",
            ]),
            Field::when("answered", "When"),
            Field::text("answer", "How"),
            Field::when("searched", "Date of the search for an answer").required(),
            Field::count(
                "days",
                "days",
                "Days to the answer, or to the day up to which sources were searched",
            ),
        ],
    );
    for r in &case.ledger.requests {
        let days = r.days(case.settings.as_of).and_then(|d| u64::try_from(d).ok());
        table.rows.push(row![
            &r.header.id,
            &r.actor,
            &r.of,
            r.date,
            &r.what,
            r.quote.as_ref(),
            &r.about,
            r.status.map(|s| s.text()),
            r.answered,
            r.answer.as_ref(),
            r.searched,
            days
        ]);
    }
    table
}

pub fn encounters(case: &Case) -> Table {
    let mut table = Table::new(
        Origin::Case,
        "encounters",
        "Encounters",
        "Meetings, agreements, joint statements, requests and visits between actors.",
        &["encounter"],
        vec![
            Field::text("encounter", "Id of the encounter").required(),
            Field::text("kind", "What it was").required(),
            Field::text("parties", "Who, divided by semicolons").required(),
            Field::when("date", "When").required(),
            Field::when("end", "Last day, for what lasts"),
            Field::text("place", "City or country"),
            Field::text("summary", "What, in words of the case").required(),
            Field::text("quote", "Exact words"),
            Field::text("quoted_actor", "Whose words they are").refers("actors", "actor"),
            Field::text("about", "Entries that it is about, divided by semicolons"),
        ],
    );
    for e in &case.ledger.encounters {
        table.rows.push(row![
            &e.header.id,
            &e.kind,
            &e.parties,
            e.date,
            e.end,
            e.place.as_ref(),
            &e.summary,
            e.quote.as_ref(),
            e.quoted_actor.as_ref(),
            &e.about
        ]);
    }
    table
}
