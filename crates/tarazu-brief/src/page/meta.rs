//! The interventions side by side: their random-effects summary, and the funnel of estimates against their errors.

use maud::{Markup, html};
use tarazu_effects::Interval;

use super::chart::{REACH, TICKS, tenth};
use crate::number::{percent, signed_percent};
use crate::weigh::Meta;

const WIDTH: f64 = 700.0;
const HEIGHT: f64 = 300.0;

pub(super) fn render(meta: &Meta) -> Markup {
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
        figure {
            figcaption { strong { "Funnel." } " Each dot is one intervention: its difference, and the error of it, small ones at the top." }
            div.scroll role="region" aria-label="Funnel" tabindex="0" { (funnel(meta)) }
        }
    }
}

pub(crate) fn funnel(meta: &Meta) -> Markup {
    let worst = meta.studies.iter().map(|s| s.error).fold(0.0, f64::max).max(1e-6) * 1.1;
    let x = |log: f64| 60.0 + (log.clamp(-REACH.ln(), REACH.ln()) / REACH.ln() + 1.0) / 2.0 * (WIDTH - 80.0);
    let y = |error: f64| 16.0 + error / worst * (HEIGHT - 50.0);
    let Interval { estimate: mean, .. } = meta.summary.mean;
    // Where errors of this size alone would put 95 in 100 estimates.
    let edge = |side: f64| format!("{:.1},{:.1}", x(mean + side * 1.96 * worst), y(worst));
    let label = format!(
        "Funnel: {} interventions by difference from expectation and standard error.",
        meta.studies.len()
    );
    html! {
        svg.chart.funnel viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(label) {
            polygon.band points={ (tenth(x(mean))) "," (tenth(y(0.0))) " " (edge(-1.0)) " " (edge(1.0)) } {}
            @for tick in TICKS {
                @let at = x((1.0 + tick).ln());
                line class=(if tick == 0.0 { "zero" } else { "grid" }) x1=(tenth(at)) x2=(tenth(at)) y1="16" y2=(HEIGHT - 34.0) {}
                text.tick x=(tenth(at)) y=(HEIGHT - 16.0) text-anchor="middle" { (signed_percent(tick)) }
            }
            @for step in [0.0, 0.5, 1.0] {
                @let error = worst / 1.1 * step;
                text.tick x="52" y=(tenth(y(error) + 4.0)) text-anchor="end" { (format!("{error:.2}")) }
            }
            @for (study, name) in meta.studies.iter().zip(&meta.names) {
                circle.dot cx=(tenth(x(study.estimate))) cy=(tenth(y(study.error))) r="5" { title { (name) } }
            }
        }
    }
}
