//! What difference it made: one row per intervention, and for the campaign that is weighed every specification.

use maud::{Markup, html};

use super::{Context, chart, table};
use crate::number::{percent, signed_percent};
use crate::weigh::{Answer, SpecificationResult};

pub(super) fn render(context: &Context<'_>) -> Markup {
    let w = context.weighing;
    html! {
        h3 { "Every intervention, asked the same question" }
        p.note {
            "Difference of the months after from what the months before led one to expect. Dot and thick line: the middle of all specifications and of \
             their intervals. Thin line: from the lowest to the highest end of any interval. The dashed line is no difference. "
            a href="#method" { "How it is computed and judged." }
        }
        (overview(w.answers.iter()))
        @if let Some(answer) = w.main_answer() {
            h3 { "Every specification for " (answer.question.name) }
            figure {
                figcaption {
                    strong { "Specification curve." }
                    " Each column is one specification: above, its estimate and interval; below, the choices that it made."
                }
                div.scroll role="region" aria-label="Specification curve" tabindex="0" { (chart::specification_curve(answer)) }
            }
        }
        p.note { "All specifications of every intervention are folded below; on paper they are left out and stand in " code { "estimates.csv" } "." }
        @for answer in &w.answers { (details(answer)) }
    }
}

fn overview<'a>(answers: impl Iterator<Item = &'a Answer>) -> Markup {
    html! {
        div.scroll role="region" aria-label="Difference from expectation by intervention" tabindex="0" {
            table.overview {
                caption { "Difference from expectation by intervention" }
                thead {
                    tr {
                        th scope="col" { "Intervention" }
                        th scope="col" { "Months after" }
                        th scope="col" { (chart::interval_axis()) span.hidden { "Interval" } }
                        th scope="col" { "Middle and interval" }
                        th scope="col" { "Wholly below / above, of" }
                        th scope="col" { "Verdict" }
                        th scope="col" { "Smallest detectable" }
                        th scope="col" { "Plain before–after" }
                    }
                }
                tbody { @for answer in answers { (row(answer)) } }
            }
        }
    }
}

fn row(answer: &Answer) -> Markup {
    let q = &answer.question;
    let v = &answer.verdict;
    html! {
        tr {
            th scope="row" {
                a href={ "#difference-" (q.id) } { (q.name) }
                br; small { (q.date_is) " " (q.date) }
            }
            @if let Some((estimate, low, high)) = answer.middle {
                td.n { (answer.estimates().map(|e| e.specification.periods_after).max().unwrap_or(0)) }
                td { (chart::interval(estimate, low, high, answer.extremes)) }
                td.n { strong { (signed_percent(estimate)) } br; (signed_percent(low)) " to " (signed_percent(high)) }
                td.n { (v.wholly_below) " / " (v.wholly_above) ", of " (v.specifications) }
                td { (v.word.text()) }
                td.n { @if let Some((d, i)) = v.smallest_detectable { (signed_percent(d)) " or " (signed_percent(i)) } }
                td.n { @if let Some(b) = answer.before_after { (signed_percent(b)) } }
            } @else {
                td.missing colspan="7" { "not estimated: " (reasons(answer).join("; ")) }
            }
        }
    }
}

fn reasons(answer: &Answer) -> Vec<&str> {
    let mut reasons: Vec<&str> = answer.specifications.iter().filter_map(|s| s.excluded.as_deref()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons
}

fn details(answer: &Answer) -> Markup {
    let q = &answer.question;
    html! {
        details.screen {
            summary { (q.name) ": all specifications" }
            p id={ "difference-" (q.id) } {
                "First month that counts as after: " (q.first_month) "."
                @if !q.also_in_window.is_empty() {
                    " Within the months after also began or happened: " (q.also_in_window.join(", "))
                    "; what is found here cannot be told apart from them."
                }
            }
            (table(
                &format!("Specifications asked about {}", q.name),
                &["Dataset", "Outcome", "Estimator", "Relative difference", "Per month", "p", "Fit before", "Placebo dates", "Smallest detectable", "Remarks"],
                &html! { @for s in &answer.specifications { (specification(s)) } },
            ))
        }
    }
}

fn specification(s: &SpecificationResult) -> Markup {
    html! {
        tr {
            th scope="row" { (s.dataset) }
            td { (s.outcome) }
            td { code { (s.method) } }
            @if let Some(e) = &s.estimate {
                @let r = e.difference.relative;
                @let a = e.difference.average;
                @let d = e.diagnostics.smallest_detectable;
                td.n { strong { (signed_percent(r.estimate)) } br; (signed_percent(r.low)) " to " (signed_percent(r.high)) }
                td.n { (decimal(a.estimate)) br; (decimal(a.low)) " to " (decimal(a.high)) }
                td.n { (format!("{:.3}", e.p)) }
                td.n { "R² " (format!("{:.2}", e.diagnostics.pre_period.r_squared).replace('-', "−")) }
                td.n {
                    @if let Some(p) = &e.diagnostics.placebo_in_time {
                        (p.significant) " of " (p.dates) " differ"
                        @if let Some(rank) = p.rank_p { br; "rank " (percent(rank)) }
                    } @else { "none possible" }
                }
                td.n { (signed_percent(d.decrease)) " or " (signed_percent(d.increase)) }
                td { @for warning in &e.warnings { small { (warning) ". " } } }
            } @else {
                td.missing colspan="7" { "not estimated: " (s.excluded.as_deref().unwrap_or_default()) }
            }
        }
    }
}

fn decimal(value: f64) -> String {
    format!("{value:+.1}").replace('-', "−")
}
