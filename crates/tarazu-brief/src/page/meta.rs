//! The interventions side by side: their random-effects summary, and the funnel of estimates against their errors.

use maud::{Markup, html};

use super::{Context, figure};
use crate::number::{percent, signed_percent};
use crate::weigh::Meta;

pub(super) fn render(context: &Context<'_>, meta: &Meta) -> Markup {
    let s = &meta.summary;
    let relative = |log: f64| signed_percent(log.exp_m1());
    html! {
        h3 { "All interventions together" }
        p {
            "Over " (s.studies) " interventions, each by the middle of its curve, the mean difference from expectation is "
            strong { (relative(s.mean.estimate)) } " (interval " (relative(s.mean.low)) " to " (relative(s.mean.high))
            "; interventions may differ among themselves; restricted maximum likelihood, interval after Knapp and Hartung)."
            @if let Some((low, high)) = s.prediction {
                " One more such intervention would be expected between " (relative(low)) " and " (relative(high)) "."
            }
            " Of the spread between them, " (percent(s.i_squared)) " is more than the errors account for (I²)."
            " Windows overlap, so the interventions are not independent of one another: read this as a description."
        }
        p {
            "For " (meta.naive_says_the_opposite) " of " (s.studies)
            " a plain before–after reading says the opposite of the middle of the curve."
            @if let Some(f) = s.funnel {
                " Interventions with larger errors " @if f.p <= 0.10 { "do" } @else { "do not clearly" }
                " say something else than those with smaller ones (Egger's regression: p " (format!("{:.2}", f.p)) ")."
            } @else {
                " With fewer than ten of them the test of the funnel says nothing and is not made."
            }
        }
        (figure::chart(context, "operations-funnel"))
    }
}
