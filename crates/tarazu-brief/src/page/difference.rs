//! What difference it made: one row per intervention, and for the campaign that is weighed the whole specification curve.

use maud::{Markup, html};
use tarazu_effects::multiverse::{Explained, JointInference, PlaceboKind};

use super::{Context, figure, meta, not_printed, table};
use crate::number::{grouped, percent, signed_percent};
use crate::weigh::Answer;

pub(super) fn render(context: &Context<'_>) -> Markup {
    let w = context.weighing;
    html! {
        h3 { "Every intervention, asked the same question" }
        p.note {
            "Difference of the months after from what the months before led one to expect. "
            a href="#method" { "How it is computed and judged." }
        }
        (figure::chart(context, "operations-compared"))
        (overview(&w.answers))
        @if let Some(answer) = w.main_answer() {
            (figure::chart(context, "deaths-and-expectation"))
            h3 { "Every specification for " (answer.question.name) }
            (figure::chart(context, "specification-curve"))
            (explained(answer))
        }
        @if let Some(found) = &w.meta { (meta::render(context, found)) }
        h3 { "Each intervention by itself" }
        p.note {
            "Every specification of every intervention, with its choices, estimate, interval and p, stands in " code { "estimates.csv" } "."
        }
        (not_printed("The windows and tests of each intervention:", "answers.csv"))
        @for answer in &w.answers { (details(answer)) }
    }
}

fn overview(answers: &[Answer]) -> Markup {
    table(
        "Difference from expectation by intervention",
        &[
            "Intervention",
            "Months after",
            "Middle and interval",
            "Wholly below / above, of",
            "Joint p",
            "Verdict",
            "Smallest detectable",
            "Plain before–after",
        ],
        &html! { @for answer in answers { (row(answer)) } },
    )
}

fn row(answer: &Answer) -> Markup {
    let q = &answer.question;
    let (v, summary) = (&answer.multiverse.verdict, &answer.multiverse.summary);
    html! {
        tr {
            th scope="row" {
                a href={ "#difference-" (q.id) } { (q.name) }
                br; small { (q.date_is) " " (q.date) }
            }
            @if let Some(middle) = summary.middle {
                td.n { "up to " (answer.months_after.unwrap_or(0)) }
                td.n { strong { (signed_percent(middle.estimate)) } br; (signed_percent(middle.low)) " to " (signed_percent(middle.high)) }
                td.n { (count(v.wholly_below)) " / " (count(v.wholly_above)) ", of " (count(v.specifications)) }
                td.n { @if let Some(p) = v.joint_p { (format!("{p:.2}")) } @else { "none possible" } }
                td { (v.word.text()) }
                td.n {
                    @if let Some(d) = v.smallest_detectable { (signed_percent(d.decrease)) " or " (signed_percent(d.increase)) }
                }
                td.n { @if let Some(b) = summary.before_after { (signed_percent(b)) } }
            } @else {
                td.missing colspan="7" { "not estimated: " (answer.excluded().join("; ")) }
            }
        }
    }
}

fn count(n: usize) -> String {
    grouped(n as f64)
}

fn explained(answer: &Answer) -> Markup {
    let Some(explained) = &answer.multiverse.explained else { return html! {} };
    let mut sorted: Vec<&Explained> = explained.iter().collect();
    sorted.sort_by(|a, b| b.share.total_cmp(&a.share));
    let together = 1.0 - explained.iter().map(|e| e.share).sum::<f64>();
    html! {
        (table(
            "How much of the spread of the specifications each choice explains",
            &["Choice", "Share of the variance"],
            &html! {
                @for e in &sorted { tr { th scope="row" { (e.choice) } td.n { (percent(e.share)) } } }
                tr { th scope="row" { "choices together, not one by one" } td.n { (percent(together.max(0.0))) } }
            },
        ))
    }
}

fn details(answer: &Answer) -> Markup {
    let q = &answer.question;
    let m = &answer.multiverse;
    html! {
        details.aside {
            summary { (q.name) }
            p id={ "difference-" (q.id) } {
                "The month of its date is " (q.month) "; the date rule of a specification counts from there. "
                (answer.tried())
                @if !q.also_in_window.is_empty() {
                    " Within the months after also began or happened: " (q.also_in_window.join(", "))
                    "; what is found here cannot be told apart from them."
                }
            }
            @if let Some((low, high)) = m.summary.central {
                p {
                    "Nine in ten of the estimates lie between " (signed_percent(low)) " and " (signed_percent(high)) "; "
                    (count(m.summary.below)) " of " (count(m.summary.estimated)) " are below zero."
                }
            }
            ul {
                @for joint in [&m.dates, &m.units].into_iter().flatten() { li { (joint_words(joint)) } }
            }
            @if !m.summary.excluded.is_empty() {
                p { "Excluded: " (answer.excluded().join("; ")) "." }
            }
        }
    }
}

fn joint_words(joint: &JointInference) -> Markup {
    let (one, what) = match joint.kind {
        PlaceboKind::Dates => ("placebo dates", "dates before the intervention"),
        PlaceboKind::Units => ("placebo units", "other countries at the same date"),
    };
    html! {
        "Beside " (joint.placebos) " " (one) " (" (what) "), with " (joint.cells) " specifications each: p of the curve's median "
        (format!("{:.2}", joint.p_median)) ", of the share wholly on one side " (format!("{:.2}", joint.p_share))
        ", of the mean of estimate over error " (format!("{:.2}", joint.p_mean_z)) "."
    }
}
