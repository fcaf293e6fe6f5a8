//! What the ledger holds: promises, claims, campaigns.

use serde_json::json;
use tarazu_ledger::Moment;

use super::{CASE, FORMAT, any_object, case, entry, list, object, text, value};
use crate::serve::answer::{Answer, Table};
use crate::serve::explorer::Weighed;
use crate::serve::guard::Server;
use crate::serve::parameter::Asked;
use crate::serve::problem::Problem;
use crate::serve::route::{Content, Route};

pub const PROMISED: Route = Route {
    path: "/api/v1/promised",
    name: "promised",
    summary: "What was promised, and its score by year",
    about: "Commitments with every circulating wording, scored 0 none, 1 minimal, 2 intermediate, 3 full, or unrateable with the \
            reason; programmes with what was reached. As CSV: a row for each year of each commitment.",
    parameters: &[CASE, FORMAT],
    content: Content::Table(|| {
        object(&[("case", text()), ("commitments", list(entry())), ("programmes", list(entry()))])
    }),
    answer: promised,
};

pub const CLAIMS: Route = Route {
    path: "/api/v1/claims",
    name: "claims",
    summary: "Who claims what, and what others say to it",
    about: "Claims with every recorded response, requests for an account, and rival published totals. A claim without a response \
            has the day on which one was sought. As CSV: a row for each response, and one for each claim without.",
    parameters: &[CASE, FORMAT],
    content: Content::Table(|| {
        object(&[
            ("case", text()),
            ("claims", list(entry())),
            ("requests", list(entry())),
            ("tallies", list(entry())),
            ("incidents", list(entry())),
        ])
    }),
    answer: claims,
};

pub const CAMPAIGNS: Route = Route {
    path: "/api/v1/campaigns",
    name: "campaigns",
    summary: "The campaigns side by side",
    about: "Campaigns and other interventions with their dates as sources differ on them, what public lists count, encounters, and \
            what the same question found for each. As CSV: a row for each campaign and intervention.",
    parameters: &[CASE, FORMAT],
    content: Content::Table(|| {
        object(&[
            ("case", text()),
            ("campaigns", list(entry())),
            ("interventions", list(entry())),
            ("encounters", list(entry())),
            ("operation_lists", list(entry())),
            ("answers", list(any_object())),
            ("not_asked", list(any_object())),
        ])
    }),
    answer: campaigns,
};

fn promised(server: &Server, asked: &Asked) -> Result<Answer, Problem> {
    let weighed = case(server, asked)?;
    let ledger = &weighed.case.ledger;
    if !asked.csv() {
        return Ok(Answer::Json(json!({
            "case": weighed.id,
            "commitments": value(&ledger.commitments)?,
            "programmes": value(&ledger.programmes)?,
        })));
    }
    let mut rows = Vec::new();
    for c in &ledger.commitments {
        let strand = c.strand.map_or("", |s| s.text());
        let head = [
            c.header.id.value.clone(),
            actor(weighed, &c.actor),
            c.campaign.value.clone(),
            strand.to_owned(),
            c.point.map_or_else(String::new, |p| p.to_string()),
            c.date.to_string(),
            c.summary.value.clone(),
        ];
        let row = |year: String, score: String, because: &str| {
            head.iter().cloned().chain([year, score, because.to_owned()]).collect::<Vec<_>>()
        };
        for score in &c.scores {
            rows.push(row(score.year.to_string(), score.score.to_string(), ""));
        }
        if c.scores.is_empty() {
            rows.push(row(
                String::new(),
                String::new(),
                c.unrateable.as_ref().map_or("", |t| t.value.as_str()),
            ));
        }
    }
    let headings = vec![
        "commitment",
        "actor",
        "campaign",
        "strand",
        "point",
        "date",
        "summary",
        "year",
        "score",
        "unrateable_because",
    ];
    Ok(Answer::Csv(Table { headings, rows }))
}

fn claims(server: &Server, asked: &Asked) -> Result<Answer, Problem> {
    let weighed = case(server, asked)?;
    let ledger = &weighed.case.ledger;
    if !asked.csv() {
        return Ok(Answer::Json(json!({
            "case": weighed.id,
            "claims": value(&ledger.claims)?,
            "requests": value(&ledger.requests)?,
            "tallies": value(&ledger.tallies)?,
            "incidents": value(&ledger.incidents)?,
        })));
    }
    let mut rows = Vec::new();
    for c in &ledger.claims {
        let head = [
            c.header.id.value.clone(),
            actor(weighed, &c.actor),
            c.date.to_string(),
            c.proposition.value.clone(),
        ];
        let row = |of: [String; 5]| head.iter().cloned().chain(of).collect::<Vec<_>>();
        for r in &c.responses {
            let how = r.kind.map_or("", |k| k.past());
            let (who, day) = (actor(weighed, &r.actor), r.date.to_string());
            rows.push(row([who, how.to_owned(), day, r.text.value.clone(), String::new()]));
        }
        if c.responses.is_empty() {
            let sought = c.no_response_found.map_or_else(String::new, |d| d.to_string());
            rows.push(row([String::new(), "no response found".into(), String::new(), String::new(), sought]));
        }
    }
    let headings = vec![
        "claim",
        "actor",
        "date",
        "proposition",
        "response_actor",
        "response",
        "response_date",
        "response_text",
        "sought",
    ];
    Ok(Answer::Csv(Table { headings, rows }))
}

fn campaigns(server: &Server, asked: &Asked) -> Result<Answer, Problem> {
    let weighed = case(server, asked)?;
    let (ledger, weighing) = (&weighed.case.ledger, &weighed.weighing);
    if !asked.csv() {
        let not_asked: Vec<_> = weighing
            .not_asked
            .iter()
            .map(|(name, reason)| json!({ "name": name, "reason": reason }))
            .collect();
        return Ok(Answer::Json(json!({
            "case": weighed.id,
            "campaign": weighing.campaign,
            "campaigns": value(&ledger.campaigns)?,
            "interventions": value(&ledger.interventions)?,
            "encounters": value(&ledger.encounters)?,
            "operation_lists": value(&ledger.operation_lists)?,
            "answers": value(&weighing.answers)?,
            "meta": value(&weighing.meta)?,
            "not_asked": not_asked,
            "rule": weighing.verdict_rule,
        })));
    }
    let found = |id: &str| {
        let answer = weighing.answers.iter().find(|a| a.question.id == id);
        let middle = answer.and_then(|a| a.multiverse.summary.middle);
        let number = |n: Option<f64>| n.map_or_else(String::new, |n| format!("{n:.6}"));
        [
            answer.map_or_else(|| "not asked".into(), |a| a.word().text().to_owned()),
            number(middle.map(|m| m.estimate)),
            number(middle.map(|m| m.low)),
            number(middle.map(|m| m.high)),
        ]
    };
    let mut rows = Vec::new();
    for c in &ledger.campaigns {
        let head = [
            c.header.id.value.clone(),
            c.name.value.clone(),
            "campaign".into(),
            actor(weighed, &c.actor),
            day(&c.announced),
            day(&c.begun),
            day(&c.ended),
        ];
        rows.push(head.into_iter().chain(found(&c.header.id)).collect());
    }
    for i in &ledger.interventions {
        let actors: Vec<String> = i.actors.iter().map(|a| actor(weighed, a)).collect();
        let head = [
            i.header.id.value.clone(),
            i.name.value.clone(),
            i.kind.value.clone(),
            actors.join("; "),
            String::new(),
            i.date.to_string(),
            i.end.map_or_else(String::new, |d| d.to_string()),
        ];
        rows.push(head.into_iter().chain(found(&i.header.id)).collect());
    }
    let headings = vec![
        "id",
        "name",
        "kind",
        "actors",
        "announced",
        "begun",
        "ended",
        "verdict",
        "middle",
        "middle_low",
        "middle_high",
    ];
    Ok(Answer::Csv(Table { headings, rows }))
}

/// An actor's name, by its id in the case.
fn actor(weighed: &Weighed, id: &str) -> String {
    weighed.case.actor(id).map_or_else(|| id.to_owned(), |a| a.name.value.clone())
}

fn day(moment: &Moment) -> String {
    match moment {
        Moment::On(date) => date.to_string(),
        Moment::Never => "never".into(),
        Moment::Ongoing => "ongoing".into(),
        Moment::Unknown => String::new(),
    }
}
