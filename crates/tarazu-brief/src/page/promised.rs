//! What was promised: the campaign, its strands, its commitments, its programmes, and the campaigns before it.

use maud::{Markup, html};
use tarazu_ledger::LedgerDate;
use tarazu_ledger::entry::{Campaign, CampaignKind, Commitment};

use super::{Context, figure, not_printed, table};
use crate::chart::SCORE_WORDS;
use crate::number::grouped;

pub(super) fn render(context: &Context<'_>) -> Markup {
    let case = context.case;
    let Some(campaign) = case.campaign() else { return html! {} };
    let own: Vec<&Commitment> = case.campaign_commitments().collect();
    let plans: Vec<&Campaign> =
        case.ledger.campaigns.iter().filter(|c| c.kind == Some(CampaignKind::Plan)).collect();
    html! {
        h3 { "The campaign on record" }
        (facts(context, campaign))
        h3 { "Its strands" }
        dl.strands {
            @for strand in &campaign.strands {
                dt { (strand.kind.map_or("", |k| k.text())) }
                dd { (strand.text.value) " " (context.cites(&strand.header.cites)) }
            }
        }
        h3 { "Commitments by year" }
        (figure::chart(context, "commitments-by-year"))
        h3 { "Its promises, in their own words" }
        @for commitment in own { (commitment_card(context, commitment)) }
        @for plan in plans { (plan_points(context, plan)) }
        h3 { "Programmes" }
        (programmes(context))
        h3 { "Earlier operations" }
        (operations(context))
        (lists(context))
        (interventions(context))
    }
}

fn facts(context: &Context<'_>, campaign: &Campaign) -> Markup {
    html! {
        p { (campaign.summary.value) " " (context.cites(&campaign.header.cites)) }
        dl.facts {
            dt { "Announced" } dd { (campaign.announced.long()) }
            dt { "Begun" } dd { (campaign.begun.long()) }
            dt { "Ended" } dd { (campaign.ended.long()) }
            dt { "Areas" }
            dd { (campaign.areas.iter().map(|a| a.value.as_str()).collect::<Vec<_>>().join(", ")) }
            @for other in &campaign.also_given {
                dt { (other.field.value) ", also given as" }
                dd { (long_date(&other.value)) " " (context.cites(&other.cites)) }
            }
        }
    }
}

fn commitment_card(context: &Context<'_>, commitment: &Commitment) -> Markup {
    html! {
        article.card id={ "entry-" (commitment.header.id.value) } {
            p {
                @if let Some(point) = commitment.point { strong { "Point " (point) ". " } }
                (commitment.summary.value) " "
                span.meta { (context.short_actor(&commitment.actor)) ", " (commitment.date.long()) } " "
                (context.cites(&commitment.header.cites))
            }
            @for wording in &commitment.wordings {
                blockquote {
                    p { "“" (wording.text.value) "”" }
                    footer { "wording “" (wording.version.value) "” " (context.cites(&wording.cites)) }
                }
            }
            @if !commitment.scores.is_empty() {
                dl.scores {
                    @for score in &commitment.scores {
                        dt { (score.year) ": " (score_mark(score.score)) }
                        dd { (score.evidence.value) " " (context.cites(&score.cites)) }
                    }
                }
            }
            @if let Some(reason) = &commitment.unrateable { p.unrateable { (unrateable(&reason.value)) } }
        }
    }
}

/// The score as number, word and filled squares: never by colour alone.
fn score_mark(score: u64) -> Markup {
    let word = SCORE_WORDS.get(score as usize).copied().unwrap_or_default();
    let squares: String = (1..=3).map(|i| if i <= score { '■' } else { '□' }).collect();
    html! { span.squares aria-hidden="true" { (squares) } " " (score) " " (word) }
}

fn unrateable(reason: &str) -> Markup {
    let reason = reason.strip_prefix("because ").unwrap_or(reason);
    html! { strong { "Unrateable" } ", because " (reason) }
}

fn plan_points(context: &Context<'_>, plan: &Campaign) -> Markup {
    let points: Vec<&Commitment> =
        context.case.ledger.commitments.iter().filter(|c| c.campaign.value == plan.header.id.value).collect();
    let scored = points.iter().filter(|c| !c.scores.is_empty()).count();
    html! {
        @if !points.is_empty() {
            details.printed {
                summary {
                    (plan.name.value) ": " (points.len()) " points on record, " (scored) " scored"
                }
                p { (plan.summary.value) " " (context.cites(&plan.header.cites)) }
                (not_printed("Wordings and the evidence for each year's score:", "commitment_scores.csv"))
                @for point in points { (commitment_card(context, point)) }
            }
        }
    }
}

/// A date as people read it; anything else as it stands.
fn long_date(value: &str) -> String {
    value.parse::<LedgerDate>().map_or_else(|()| value.to_owned(), LedgerDate::long)
}

fn programmes(context: &Context<'_>) -> Markup {
    let number = |value: Option<f64>| value.map_or_else(|| "not published".to_owned(), number);
    html! {
        @for programme in &context.case.ledger.programmes {
            article.card id={ "entry-" (programme.header.id.value) } {
                h4 { (programme.name.value) }
                p {
                    (programme.summary.value) " "
                    span.meta {
                        (programme.strand.map_or("", |s| s.text())) " strand of "
                        (context.case.campaign_by_id(&programme.campaign).map_or("", |c| &c.name.value))
                    } " "
                    (context.cites(&programme.header.cites))
                }
                @if !programme.results.is_empty() {
                    (table(
                        &format!("Results of {}", programme.name.value),
                        &["Measured", "Period", "Unit", "Baseline", "Target", "Actual", "Source"],
                        &html! {
                            @for r in &programme.results {
                                tr {
                                    th scope="row" {
                                        (r.indicator.value)
                                        @if let Some(note) = &r.note { br; small { (note.value) } }
                                    }
                                    td { (r.period.value) }
                                    td { (r.unit.value) }
                                    td.n { (number(r.baseline)) }
                                    td.n { (number(r.target)) }
                                    td.n { (number(r.actual)) }
                                    td { (context.cites(&r.cites)) }
                                }
                            }
                        },
                    ))
                }
                @if let Some(reason) = &programme.unrateable { p.unrateable { (unrateable(&reason.value)) } }
            }
        }
    }
}

/// A number of the ledger as it stands: whole numbers with thousands set off, decimals as given.
pub(super) fn number(value: f64) -> String {
    if value.fract() == 0.0 { grouped(value) } else { format!("{value}") }
}

fn operations(context: &Context<'_>) -> Markup {
    let mut operations: Vec<&Campaign> = context
        .case
        .ledger
        .campaigns
        .iter()
        .filter(|c| c.kind == Some(CampaignKind::Operation) && c.header.id.value != context.weighing.campaign)
        .collect();
    operations.sort_by_key(|c| c.begun.date().or(c.announced.date()).map(|d| d.first_day()));
    table(
        "Operations on record, in order of their beginning",
        &["Operation", "Announced", "Begun", "Ended", "Areas", "What is on record"],
        &html! {
            @for c in operations {
                tr id={ "entry-" (c.header.id.value) } {
                    th scope="row" {
                        (c.name.value)
                        @if let Some(t) = &c.translation { br; small { "“" (t.value) "”" } }
                    }
                    td { (c.announced.long()) }
                    td { (c.begun.long()) }
                    td { (c.ended.long()) }
                    td { (c.areas.iter().map(|a| a.value.as_str()).collect::<Vec<_>>().join(", ")) }
                    td {
                        (c.summary.value) " " (context.cites(&c.header.cites))
                        @for other in &c.also_given {
                            br; small {
                                (other.field.value) " also given as " (long_date(&other.value)) " " (context.cites(&other.cites))
                            }
                        }
                    }
                }
            }
        },
    )
}

fn lists(context: &Context<'_>) -> Markup {
    let name =
        |id: &str| context.case.campaign_by_id(id).map_or_else(|| id.to_owned(), |c| c.name.value.clone());
    html! {
        (not_printed("Public lists of operations:", "operation_lists.csv"))
        details {
            summary { "Public lists of operations, and how they disagree" }
            (table(
                "Who counts how many, and which",
                &["List", "Number stated", "Operations of this case that it names", "Remark"],
                &html! {
                    @for list in &context.case.ledger.operation_lists {
                        tr {
                            th scope="row" { (list.states.value) " " (context.cites(&list.header.cites)) }
                            td.n { @if let Some(count) = list.count { (count) } @else { "none" } }
                            td { (list.members.iter().map(|m| name(m)).collect::<Vec<_>>().join(", ")) }
                            td { @if let Some(note) = &list.note { (note.value) } }
                        }
                    }
                },
            ))
        }
    }
}

fn interventions(context: &Context<'_>) -> Markup {
    html! {
        (not_printed("Other interventions:", "interventions.csv"))
        details {
            summary { "Talks, amnesties and ceasefires" }
            (table(
                "Other interventions on record, in order of date",
                &["When", "What", "What is on record"],
                &html! {
                    @for i in sorted(&context.case.ledger.interventions) {
                        tr id={ "entry-" (i.header.id.value) } {
                            td { (i.date.long()) @if let Some(end) = i.end { " to " (end.long()) } }
                            th scope="row" { (i.name.value) br; small { (i.kind.value) } }
                            td {
                                (i.summary.value) " " (context.cites(&i.header.cites))
                                @for other in &i.also_given {
                                    br; small {
                                        (other.field.value) " also given as " (other.value.value) " "
                                        (context.cites(&other.cites))
                                    }
                                }
                            }
                        }
                    }
                },
            ))
        }
    }
}

fn sorted(interventions: &[tarazu_ledger::entry::Intervention]) -> Vec<&tarazu_ledger::entry::Intervention> {
    let mut sorted: Vec<_> = interventions.iter().collect();
    sorted.sort_by_key(|i| i.date);
    sorted
}
