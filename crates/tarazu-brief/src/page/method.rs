//! Method and data: how each figure came about, and where it comes from.

use maud::{Markup, html};

use super::{Context, table};

/// The heading under which the text speaks of method.
pub(super) const HEADING: &str = "Method";

pub(super) fn render(context: &Context<'_>) -> Markup {
    html! {
        section id="method" aria-labelledby="method-heading" {
            h2 id="method-heading" { (HEADING) }
            (context.prose(HEADING))
            (how(context))
            h3 { "Computed figures of the text" }
            (table(
                "Every computed figure, with its value and its derivation",
                &["Figure", "What it is", "Printed", "How it was computed"],
                &html! {
                    @for f in &context.weighing.figures {
                        tr id={ "figure-" (f.id) } {
                            th scope="row" { code { (f.id) } }
                            td { (f.text) }
                            td.n { (f.printed) }
                            td { (f.how) }
                        }
                    }
                },
            ))
        }
        section id="data" aria-labelledby="data-heading" {
            h2 id="data-heading" { "Data" }
            (data(context))
        }
    }
}

fn how(context: &Context<'_>) -> Markup {
    let settings = context.case.settings.estimates.as_ref();
    html! {
        h3 { "Difference from expectation" }
        p {
            "For every intervention the same questions are asked of the same specifications. A specification is a dataset, an outcome and an \
             estimator. The first month that counts as after is the month that follows the intervention's date."
            @if let Some(s) = settings {
                " It learns from the " (s.before) " months before and is asked about at most " (s.after) " months after; with fewer than "
                (s.least_after) " months after in the data nothing is asked. Intervals hold " (crate::number::percent(s.level))
                ". Seed " (s.seed) ", " (s.draws) " draws."
            }
        }
        dl {
            dt { code { "its-nb" } }
            dd {
                "Interrupted time series: negative binomial regression with log-linear trend, two harmonic pairs of the year and a step at the \
                 intervention; errors are the larger of model-based and autocorrelation-robust (Newey and West 1987), with Student's t."
            }
            dt { code { "bsts" } }
            dd {
                "Bayesian structural time series on ln(1 + y): a local level that may move and two harmonic pairs, learned from the months before \
                 and run on (Brodersen et al. 2015); expectation is the posterior median."
            }
            dt { code { "bsts-comparison" } }
            dd { "The same, with the same outcome of the comparison countries as regressors under a spike-and-slab prior." }
        }
        h3 { "Tests that each estimate carries" }
        ul {
            li { "Fit before: the share of variance before the intervention that the model describes." }
            li {
                "Placebo in time: the same question at up to " (settings.map_or(0, |s| s.placebo_dates))
                " earlier dates, all of whose months lie before the intervention and begin at most "
                (settings.map_or(0, |s| s.placebo_months)) " months before the window. The rank is the share of dates whose difference is at least as \
                 large. Some of these dates fall into earlier operations, so the test is a hard one."
            }
            li {
                "Smallest detectable difference: what the design would show in four of five cases, from its own error or the error at placebo \
                 dates, whichever is larger."
            }
        }
        h3 { "The rule of the verdict" }
        p { (context.weighing.verdict_rule) }
        p {
            "A difference from expectation is not called an effect: other things changed in the same months, and no design here can set them apart."
        }
    }
}

fn data(context: &Context<'_>) -> Markup {
    html! {
        @for s in &context.weighing.panel_sources {
            article.card {
                h3 { (s.dataset) " " (s.version) }
                dl.facts {
                    dt { "Cite" } dd { (s.attribution) }
                    dt { "Licence" } dd { (s.licence) }
                    dt { "Computed" } dd { (s.computed) }
                    dt { "File" } dd { "SHA-256 " code { (s.sha256) } }
                    dt { "Remarks" } dd { (s.notes) }
                }
            }
        }
        @if let Some(e) = &context.weighing.events {
            p {
                "Event file " code { (e.file) } ": " (e.accounts.to_string()) "; " (e.used) " used, " (e.elsewhere)
                " in other countries, " (e.too_young) " left out because their month was not over thirty days before the sources were searched. In " (e.unordered_bounds)
                " rows the published low, best and high figures are not in order; they are used as published."
            }
        }
        p.note {
            "Deaths are people reported killed, per the dataset. The status of a person (civilian or not) is the dataset's claim. Nothing here is \
             finer than a month."
        }
    }
}
