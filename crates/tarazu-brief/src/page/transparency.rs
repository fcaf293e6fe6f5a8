//! How transparent the campaign was, by fixed rules; and what cannot be known.

use maud::{Markup, html};

use super::{Context, table};

pub(super) fn render(context: &Context<'_>) -> Markup {
    let score = &context.weighing.transparency;
    html! {
        p.headline {
            (score.points) " of " (score.possible) " points"
        }
        (table(
            "The score of transparency and how each part is counted",
            &["Question", "Found", "Score", "Rule"],
            &html! {
                @for c in &score.criteria {
                    tr {
                        th scope="row" { (c.question) }
                        td.n { (amount(c.met)) " of " (amount(c.of)) }
                        td {
                            span.squares aria-hidden="true" {
                                @for i in 1..=3_u64 { @if i <= c.grade.points() { "■" } @else { "□" } }
                            }
                            " " (c.grade.points()) " " (c.grade.text())
                        }
                        td { (c.rule) }
                    }
                }
            },
        ))
        p.note {
            "A share of nothing scores 0 none, of less than half 1 minimal, of less than all 2 intermediate, of all 3 full. The score \
             judges what was published, not what was done."
        }
    }
}

fn amount(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

pub(super) fn unknown(context: &Context<'_>) -> Markup {
    let case = context.case;
    let secondary = case.citations().iter().filter(|c| c.secondary).count();
    html! {
        @if !case.settings.limits.is_empty() {
            ul { @for limit in &case.settings.limits { li { (limit.value) } } }
        }
        @if !context.weighing.not_asked.is_empty() {
            h3 { "Not asked about" }
            ul { @for (name, reason) in &context.weighing.not_asked { li { (name) ": " (reason) "." } } }
        }
        p.note {
            (secondary) " of " (case.citations().len()) " citations lead to a document that only reports what another said, because \
             the original was not found; each is marked “reports it”."
        }
    }
}
