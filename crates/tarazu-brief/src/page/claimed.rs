//! Who claims what: every claim beside every recorded response, requests for an account, and encounters.

use maud::{Markup, html};
use tarazu_ledger::entry::{Claim, RequestStatus};

use super::{Context, figure, not_printed, table};

pub(super) fn render(context: &Context<'_>) -> Markup {
    let ledger = &context.case.ledger;
    let mut claims: Vec<&Claim> = ledger.claims.iter().collect();
    claims.sort_by_key(|c| c.date);
    html! {
        (figure::chart(context, "claims-and-silence"))
        h3 { "Claims and responses" }
        p.note {
            "Left the claim, right what others said to it, in order of date. Quotation marks hold exact words of the document cited; \
             all else is our summary. Being listed says nothing about being true."
        }
        div.claims {
            @for claim in claims { (claim_pair(context, claim)) }
        }
        h3 { "Requests for an account" }
        (requests(context))
        h3 { "Encounters" }
        (encounters(context))
    }
}

fn claim_pair(context: &Context<'_>, claim: &Claim) -> Markup {
    let mut responses: Vec<_> = claim.responses.iter().collect();
    responses.sort_by_key(|r| r.date);
    html! {
        article.pair id={ "entry-" (claim.header.id.value) } {
            div.side {
                h4.who {
                    (context.actor(&claim.actor)) span.plain { " claimed, " (claim.date.long()) }
                    @if let Some(voice) = &claim.voice { br; small { (voice.value) } }
                }
                p { (claim.proposition.value) }
                @if let Some(quote) = &claim.quote { p.quote { "“" (quote.value) "”" } }
                p { (context.cites(&claim.header.cites)) }
            }
            div.side {
                @if let Some(date) = claim.no_response_found {
                    p.who { strong { "No response found" } }
                    p { "Searched on " (date.long()) "." }
                }
                @for r in responses {
                    div.response {
                        p.who {
                            strong { (context.actor(&r.actor)) } " " (r.kind.map_or("", |k| k.past())) ", " (r.date.long())
                            @if let Some(voice) = &r.voice { br; small { (voice.value) } }
                        }
                        p { (r.text.value) }
                        @if let Some(quote) = &r.quote { p.quote { "“" (quote.value) "”" } }
                        p { (context.cites(&r.cites)) }
                    }
                }
            }
        }
    }
}

fn requests(context: &Context<'_>) -> Markup {
    let as_of = context.case.settings.as_of;
    let mut requests: Vec<_> = context.case.ledger.requests.iter().collect();
    requests.sort_by_key(|r| r.date);
    table(
        "Who asked whom for an account, and whether it came",
        &["Asked", "Who asked whom", "For what", "Answer"],
        &html! {
            @for r in requests {
                tr id={ "entry-" (r.header.id.value) } {
                    td { (r.date.long()) }
                    th scope="row" { (context.short_actor(&r.actor)) " asked " (context.short_actor(&r.of)) }
                    td {
                        (r.what.value)
                        @if let Some(quote) = &r.quote { " “" (quote.value) "”" }
                        " " (context.cites(&r.header.cites))
                    }
                    td {
                        strong { (r.status.map_or("", RequestStatus::text)) }
                        @match (r.status, r.days(as_of)) {
                            (_, None) => {},
                            (Some(RequestStatus::Open), Some(days)) => { " for " (count_of_days(days)) ", as of " (as_of.long()) },
                            (_, Some(0)) => { " the same day" },
                            (_, Some(days)) => { " after " (count_of_days(days)) },
                        }
                        @if let Some(on) = r.answered { ", " (on.long()) }
                        @if let Some(answer) = &r.answer { br; (answer.value) " " }
                        @if !r.answer_cites.is_empty() { (context.cites(&r.answer_cites)) }
                        br; small { "searched " (r.searched.long()) }
                    }
                }
            }
        },
    )
}

fn count_of_days(days: i32) -> String {
    if days == 1 { "1 day".into() } else { format!("{days} days") }
}

fn encounters(context: &Context<'_>) -> Markup {
    let mut encounters: Vec<_> = context.case.ledger.encounters.iter().collect();
    encounters.sort_by_key(|e| e.date);
    html! {
        (not_printed("Each encounter with its documents:", "encounters.csv"))
        details {
            summary { (encounters.len()) " meetings, talks, visits and joint statements on record" }
            (table(
                "Encounters, in order of date",
                &["When and where", "Who", "What is on record"],
                &html! {
                    @for e in encounters {
                        tr id={ "entry-" (e.header.id.value) } {
                            td {
                                (e.date.long())
                                @if let Some(end) = e.end { " to " (end.long()) }
                                @if let Some(place) = &e.place { br; (place.value) }
                            }
                            th scope="row" {
                                (e.parties.iter().map(|p| context.short_actor(p)).collect::<Vec<_>>().join(", "))
                                br; small { (e.kind.value) }
                            }
                            td {
                                (e.summary.value)
                                @if let Some(quote) = &e.quote {
                                    " “" (quote.value) "”"
                                    @if let Some(actor) = &e.quoted_actor { " (" (context.short_actor(actor)) ")" }
                                }
                                " " (context.cites(&e.header.cites))
                            }
                        }
                    }
                },
            ))
        }
    }
}
