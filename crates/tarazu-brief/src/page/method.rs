//! Method and data: how each figure came about, and where it comes from.

use maud::{Markup, html};
use tarazu_effects::multiverse::{DIMENSION_NAMES, Plan};

use super::{Context, figure, table};
use crate::number::percent;
use crate::trace::TraceKind;

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
                &["Figure", "What it is", "Printed", "How it was computed", "Trace code"],
                &html! {
                    @for f in &context.weighing.figures {
                        tr id={ "figure-" (f.id) } {
                            th scope="row" { code { (f.id) } }
                            td { (f.text) }
                            td.n { (f.printed) }
                            td { (f.how) }
                            td { (code(context, TraceKind::Figure, &f.id)) }
                        }
                    }
                },
            ))
        }
        section id="trace" aria-labelledby="trace-heading" {
            h2 id="trace-heading" { "Trace" }
            (trace(context))
        }
        section id="data" aria-labelledby="data-heading" {
            h2 id="data-heading" { "Data" }
            (data(context))
        }
    }
}

/// The trace code of a thing.
fn code(context: &Context<'_>, kind: TraceKind, id: &str) -> Markup {
    let found = context.traces.things.iter().find(|t| t.kind == kind && t.id == id);
    html! { @if let Some(found) = found { code { (found.code) } } }
}

fn trace(context: &Context<'_>) -> Markup {
    let of = |kind: TraceKind| context.traces.things.iter().filter(move |t| t.kind == kind);
    html! {
        p {
            "Every chart, computed figure, sentence and entry has a code. " code { "tarazu trace CODE CASE" }
            " leads from it to rows, file, line and SHA-256, and to documents with their locators; it takes the names of figures and of entries, too. \
             Codes belong to this edition: another edition has others."
        }
        details {
            summary { (of(TraceKind::Sentence).count()) " sentences of the text, with their codes" }
            (table(
                "Sentences and their trace codes",
                &["Code", "Sentence", "Line of brief.md"],
                &html! {
                    @for t in of(TraceKind::Sentence) {
                        tr {
                            th scope="row" { code { (t.code) } }
                            td { (t.text) }
                            td.n { @if let Some(place) = &t.place { (place.line) } }
                        }
                    }
                },
            ))
        }
        details {
            summary { (of(TraceKind::Entry).count()) " entries of the ledger, with their codes" }
            (table(
                "Entries and their trace codes",
                &["Code", "Entry", "File and line"],
                &html! {
                    @for t in of(TraceKind::Entry) {
                        tr {
                            th scope="row" { code { (t.code) } }
                            td { code { (t.id) } " (" (t.text) ")" }
                            td { @if let Some(place) = &t.place { (place.file) ", line " (place.line) } }
                        }
                    }
                },
            ))
        }
    }
}

fn how(context: &Context<'_>) -> Markup {
    html! {
        h3 { "Difference from expectation" }
        p {
            "For every intervention the same questions are asked of the same grid of specifications. A specification takes one option of each \
             choice below; one that the data cannot carry is excluded, and the reason is counted. The campaign itself is asked every \
             specification; the other interventions a sample of those that the data carry, drawn by the seed."
        }
        @if let Some(plan) = &context.weighing.plan {
            (choices(plan))
            p {
                "Intervals hold " (percent(plan.level)) ". Seed " (plan.seed) ". Months before and after are counted from the first month that \
                 counts as after: the month of the intervention's date, shifted by " code { "start" } "."
            }
        }
        dl {
            @for (name, words) in tarazu_effects::multiverse::estimators() {
                @if context.weighing.plan.as_ref().is_some_and(|p| p.choices.estimator.iter().any(|e| e == name)) {
                    dt { code { (name) } }
                    dd { (words) }
                }
            }
        }
        h3 { "Tests that the curve carries" }
        ul {
            li {
                "Placebo dates: the same specifications asked at earlier dates, all of whose months after lie before the intervention. Joint p: the share \
                 of curves, this one included, whose median is at least as far from zero. Some of these dates fall into earlier operations, so \
                 the test is a hard one."
            }
            li { "Placebo units: the same specifications asked of the comparison countries at the date of the intervention." }
            li {
                "Smallest detectable difference: what the design would show in four of five cases, from the middle of the specifications' errors or \
                 the error of the curve at placebo dates, whichever is larger."
            }
            li {
                "What each choice explains: its share of the variance of ln(observed / expected) over specifications, averaged over the orders in which \
                 choices can enter."
            }
        }
        h3 { "The rule of the verdict" }
        p { (context.weighing.verdict_rule) }
        p {
            "A difference from expectation is not called an effect: other things changed in the same months, and no design here can set them apart."
        }
    }
}

fn choices(plan: &Plan) -> Markup {
    let grid = &plan.choices;
    table(
        "The choices of the grid",
        &["Choice", "Options"],
        &html! {
            @for (dimension, (name, width)) in DIMENSION_NAMES.iter().zip(grid.widths()).enumerate() {
                tr {
                    th scope="row" { code { (name) } }
                    td { @for level in 0..width { @if level > 0 { "; " } (grid.label(dimension, level as u16)) } }
                }
            }
        },
    )
}

fn data(context: &Context<'_>) -> Markup {
    // Provinces and districts of one file are one source.
    let mut areas: Vec<_> = context.weighing.areas.iter().map(|a| &a.source).collect();
    areas.dedup();
    html! {
        (figure::chart(context, "who-covers-what"))
        @for s in context.weighing.panel_sources.iter().chain(areas) {
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
