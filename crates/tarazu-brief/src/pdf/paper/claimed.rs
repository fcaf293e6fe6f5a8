//! Who claims what: every claim beside every recorded response, and requests for an account.

use tarazu_ledger::entry::{Claim as Entry, RequestStatus, Response};

use super::Context;
use crate::pdf::content::{
    Block, Claim, Run, Side, Table, cites, heading, note, row, small, strong, text, words,
};
use crate::pdf::world::Files;

pub(super) fn blocks(context: &Context<'_>, files: &mut Files) -> Vec<Block> {
    let ledger = &context.case.ledger;
    let mut claims: Vec<&Entry> = ledger.claims.iter().collect();
    claims.sort_by_key(|c| c.date);
    let mut blocks = Vec::new();
    blocks.extend(context.chart(files, "claims-and-silence"));
    if !claims.is_empty() {
        blocks.push(heading("Claims and responses"));
        blocks.push(note(
            "Left the claim, right what others said to it, in order of date. Quotation marks hold exact words of the document cited; all else is our \
             summary. Being listed says nothing about being true.",
        ));
        blocks.push(Block::Claims { claims: claims.iter().map(|c| claim(context, c)).collect() });
    }
    if !ledger.encounters.is_empty() {
        blocks.push(note(format!(
            "{} meetings, talks, visits and joint statements are on record on the page.",
            ledger.encounters.len()
        )));
    }
    blocks.extend(requests(context));
    blocks
}

fn claim(context: &Context<'_>, entry: &Entry) -> Claim {
    let mut responses: Vec<&Response> = entry.responses.iter().collect();
    responses.sort_by_key(|r| r.date);
    let side = |r: &&Response| Side {
        who: context.actor(&r.actor),
        when: format!("{}, {}", r.kind.map_or("", |k| k.past()), r.date.long()),
        voice: r.voice.as_ref().map(|v| v.value.clone()),
        text: r.text.value.clone(),
        quote: r.quote.as_ref().map(|q| q.value.clone()),
        cites: vec![cites(&r.cites)],
    };
    Claim {
        claim: Side {
            who: context.actor(&entry.actor),
            when: format!("claimed, {}", entry.date.long()),
            voice: entry.voice.as_ref().map(|v| v.value.clone()),
            text: entry.proposition.value.clone(),
            quote: entry.quote.as_ref().map(|q| q.value.clone()),
            cites: vec![cites(&entry.header.cites)],
        },
        responses: responses.iter().map(side).collect(),
        silence: entry.no_response_found.map(|date| format!("Searched on {}.", date.long())),
    }
}

fn requests(context: &Context<'_>) -> Vec<Block> {
    let as_of = context.case.settings.as_of;
    let mut requests: Vec<_> = context.case.ledger.requests.iter().collect();
    if requests.is_empty() {
        return Vec::new();
    }
    requests.sort_by_key(|r| r.date);
    let rows = requests.iter().map(|r| {
        let mut what = vec![text(r.what.value.clone())];
        if let Some(quote) = &r.quote {
            what.push(text(format!(" “{}”", quote.value)));
        }
        what.extend([text(" "), cites(&r.header.cites)]);
        let days = match (r.status, r.days(as_of)) {
            (_, None) => String::new(),
            (Some(RequestStatus::Open), Some(days)) => {
                format!(" for {}, as of {}", count_of_days(days), as_of.long())
            }
            (_, Some(0)) => " the same day".into(),
            (_, Some(days)) => format!(" after {}", count_of_days(days)),
        };
        let on = r.answered.map_or_else(String::new, |on| format!(", {}", on.long()));
        let mut answer =
            vec![strong(r.status.map_or("", RequestStatus::text)), text(format!("{days}{on}. "))];
        if let Some(words) = &r.answer {
            answer.push(text(format!("{} ", words.value)));
        }
        if !r.answer_cites.is_empty() {
            answer.push(cites(&r.answer_cites));
        }
        answer.extend([Run::Break, small(format!("searched {}", r.searched.long()))]);
        let who = format!("{} asked {}", context.short_actor(&r.actor), context.short_actor(&r.of));
        row([vec![text(who), small(format!(" {}", r.date.long()))], what, answer])
    });
    vec![
        heading("Requests for an account"),
        Block::Table(Table {
            caption: "Who asked whom for an account, and whether it came".into(),
            columns: vec![words("Who asked whom", 1.0), words("For what", 1.8), words("Answer", 1.8)],
            rows: rows.collect(),
        }),
    ]
}

fn count_of_days(days: i32) -> String {
    if days == 1 { "1 day".into() } else { format!("{days} days") }
}
