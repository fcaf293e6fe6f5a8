//! The correction log, and what changed since editions that were published before.

use maud::{Markup, html};

use super::{Context, table};

pub(super) fn render(context: &Context<'_>) -> Markup {
    let (corrections, weighing) = (&context.case.ledger.corrections, context.weighing);
    html! {
        section id="corrections" aria-labelledby="corrections-heading" {
            h2 id="corrections-heading" { "Corrections and earlier editions" }
            @if corrections.is_empty() { p { "No correction is on record." } }
            @for c in corrections {
                article.card id={ "entry-" (c.header.id.value) } {
                    h3 { (c.date.long()) }
                    dl.facts {
                        dt { "Said" } dd { (c.said.value) }
                        dt { "Says now" } dd { (c.says.value) }
                        dt { "Why" } dd { (c.why.value) " " (context.cites(&c.header.cites)) }
                        @if let Some(edition) = &c.edition { dt { "Edition" } dd { code { (edition.value) } } }
                    }
                }
            }
            @if weighing.earlier.is_empty() {
                p.note { "No earlier edition is on record." }
            } @else {
                (editions(context))
            }
        }
    }
}

fn editions(context: &Context<'_>) -> Markup {
    let weighing = context.weighing;
    html! {
        (table(
            "Editions published before this one",
            &["Edition", "Sources searched up to", "Tarazu"],
            &html! {
                @for e in &weighing.earlier {
                    tr { th scope="row" { code { (short(&e.edition)) } } td { (e.as_of) } td { (e.version) } }
                }
            },
        ))
        @if weighing.changes.is_empty() {
            p { "No verdict and no computed figure changed from one edition to the next." }
        } @else {
            (table(
                "Verdicts and computed figures that changed",
                &["From", "To", "What", "Said", "Says", "What else changed"],
                &html! {
                    @for c in &weighing.changes {
                        tr {
                            td { code { (short(&c.from)) } }
                            td { @if c.to == "this" { "this one" } @else { code { (short(&c.to)) } } }
                            th scope="row" { (c.kind) " " (name(context, &c.of)) }
                            td { (c.said) }
                            td { (c.says) }
                            td { (c.why) }
                        }
                    }
                },
            ))
        }
    }
}

fn short(edition: &str) -> &str {
    edition.get(..12).unwrap_or(edition)
}

/// An intervention by its name, a figure by what it is.
fn name<'a>(context: &'a Context<'_>, of: &'a str) -> &'a str {
    let weighing = context.weighing;
    let answer = weighing.answers.iter().find(|a| a.question.id == of).map(|a| a.question.name.as_str());
    let figure = || weighing.figures.iter().find(|f| f.id == of).map(|f| f.text.as_str());
    answer.or_else(figure).unwrap_or(of)
}
