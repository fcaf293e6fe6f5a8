//! The page: one self-contained HTML file that opens from disk, without a server and without JavaScript.
//!
//! One module per section. Nothing is computed here: each module turns a part of the case or of the weighing into markup.

mod claimed;
mod corrections;
mod difference;
mod documents;
mod figure;
mod happened;
mod meta;
mod method;
mod promised;
mod prose;
mod transparency;

use std::collections::BTreeMap;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use tarazu_ledger::entry::Citation;
use tarazu_ledger::{Case, Document};

use crate::chart::{Chart, chart_style};
use crate::summary::summary;
use crate::trace::Traces;
use crate::weigh::Weighing;

const STYLE: &str = include_str!("style.css");

/// The sections in their order: anchor, heading of the text, short name for the contents.
const SECTIONS: [(&str, &str, &str); 7] = [
    ("summary", "Summary", "Summary"),
    ("promised", "What was promised", "Promised"),
    ("happened", "What happened", "Happened"),
    ("claimed", "Who claims what", "Claimed"),
    ("difference", "What difference it made", "Difference"),
    ("transparency", "How transparent it was", "Transparency"),
    ("unknown", "What cannot be known", "Unknown"),
];

/// What every module needs.
struct Context<'a> {
    case: &'a Case,
    weighing: &'a Weighing,
    charts: &'a [Chart],
    traces: &'a Traces,
    /// Documents in the order of the list, with their numbers.
    documents: Vec<&'a Document>,
    numbers: BTreeMap<&'a str, usize>,
}

impl<'a> Context<'a> {
    fn new(case: &'a Case, weighing: &'a Weighing, charts: &'a [Chart], traces: &'a Traces) -> Self {
        let mut documents: Vec<&Document> = case.documents.values().collect();
        documents.sort_by_cached_key(|d| (d.short().to_lowercase(), d.date.clone(), d.key.clone()));
        let numbers = documents.iter().enumerate().map(|(i, d)| (d.key.as_str(), i + 1)).collect();
        Self { case, weighing, charts, traces, documents, numbers }
    }

    /// One citation: the document's number, a link to it, and the locator.
    fn citation(&self, key: &str, locator: &str, secondary: bool) -> Markup {
        let number = self.numbers.get(key).copied().unwrap_or(0);
        let title = self.case.documents.get(key).map(Document::short).unwrap_or_default();
        html! {
            a href={ "#doc-" (key) } title=(title) { (number) }
            ", " (locator)
            @if secondary { " (reports it)" }
        }
    }

    fn cites(&self, cites: &[Citation]) -> Markup {
        html! {
            span.cites {
                "["
                @for (i, cite) in cites.iter().enumerate() {
                    @if i > 0 { "; " }
                    (self.citation(&cite.document, &cite.locator, cite.secondary))
                }
                "]"
            }
        }
    }

    /// An actor's name, with the office-holder who spoke.
    fn actor(&self, id: &str) -> String {
        self.case.actor(id).map_or_else(|| id.to_owned(), |a| a.name.value.clone())
    }

    fn short_actor(&self, id: &str) -> String {
        self.case
            .actor(id)
            .map_or_else(|| id.to_owned(), |a| a.short.as_ref().unwrap_or(&a.name).value.clone())
    }

    /// The text of a section, where the case has one.
    fn prose(&self, heading: &str) -> Markup {
        let section = self.case.brief.sections.iter().find(|s| s.heading.value.eq_ignore_ascii_case(heading));
        section.map_or_else(|| html! {}, |s| prose::render(self, &s.body.value))
    }
}

/// Render the page with these [`charts`](crate::charts) and [`traces`](crate::traces).
pub fn page(case: &Case, weighing: &Weighing, charts: &[Chart], traces: &Traces) -> String {
    let context = &Context::new(case, weighing, charts, traces);
    let title = &case.settings.title.value;
    let others: Vec<_> = case
        .brief
        .sections
        .iter()
        .filter(|s| {
            let own = |heading: &str| s.heading.value.eq_ignore_ascii_case(heading);
            !own(method::HEADING) && !SECTIONS.iter().any(|(_, heading, _)| own(heading))
        })
        .collect();
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content={ "Tarazu " (weighing.version) };
                title { (title) }
                style { (PreEscaped(STYLE)) (PreEscaped(chart_style())) }
            }
            body {
                a.skip href="#summary" { "Skip to the summary" }
                header.masthead {
                    p.imprint { "Tarazu · a campaign weighed in the open" }
                    h1 { (title) }
                    @if let Some(subtitle) = &case.settings.subtitle { p.subtitle { (subtitle.value) } }
                    p.edition {
                        "Sources searched up to " (case.settings.as_of.long())
                        " · edition " code { (weighing.edition.get(..12).unwrap_or_default()) }
                    }
                    nav aria-label="Contents" {
                        ol {
                            @for (anchor, _, short) in SECTIONS { li { a href={ "#" (anchor) } { (short) } } }
                            li { a href="#corrections" { "Corrections" } }
                            li { a href="#documents" { "Documents" } }
                            li { a href="#method" { "Method" } }
                            li { a href="#trace" { "Trace" } }
                            li { a href="#data" { "Data" } }
                        }
                    }
                }
                main {
                    @for (anchor, heading, _) in SECTIONS {
                        section id=(anchor) aria-labelledby={ (anchor) "-heading" } {
                            h2 id={ (anchor) "-heading" } { (heading) }
                            (section(context, anchor, heading))
                        }
                    }
                    @for other in others {
                        section { h2 { (other.heading.value) } (prose::render(context, &other.body.value)) }
                    }
                    (corrections::render(context))
                    (documents::render(context))
                    (method::render(context))
                }
                footer {
                    p {
                        "Made with Tarazu " (weighing.version) " from the case folder alone; the same folder gives the same \
                         page, byte for byte. Edition " code { (weighing.edition) } ". Corrections are made in the case folder \
                         and change the edition."
                    }
                }
            }
        }
    };
    markup.into_string()
}

fn section(context: &Context<'_>, anchor: &str, heading: &str) -> Markup {
    let prose = context.prose(heading);
    match anchor {
        "summary" => html! { (scales(context)) (prose) (questions(context)) },
        "promised" => html! { (prose) (promised::render(context)) },
        "happened" => html! { (prose) (happened::render(context)) },
        "claimed" => html! { (prose) (claimed::render(context)) },
        "difference" => html! { (prose) (difference::render(context)) },
        "transparency" => html! { (prose) (transparency::render(context)) },
        _ => html! { (prose) (transparency::unknown(context)) },
    }
}

/// The five pans of the scales.
fn scales(context: &Context<'_>) -> Markup {
    html! {
        ul.scales aria-label="The weighing in five lines" {
            @for pan in summary(context.case, context.weighing) {
                li {
                    h3 { a href={ "#" (pan.anchor) } { (pan.heading) } }
                    p.headline { (pan.headline) }
                    @for line in &pan.lines { p { (line) } }
                }
            }
        }
    }
}

fn questions(context: &Context<'_>) -> Markup {
    let questions = &context.case.settings.questions;
    html! {
        @if !questions.is_empty() {
            h3 { "Questions that this brief answers" }
            ul { @for question in questions { li { (question.value) } } }
        }
    }
}

/// Said in print alone, where evidence is folded away: that it is not printed, and where it stands.
fn not_printed(what: &str, file: &str) -> Markup {
    html! {
        p.note.in-print {
            (what) " not printed unless unfolded before: in the explorer (" code { "site/" } ") and in " code { "bundle/data/" (file) } "."
        }
    }
}

/// A table that scrolls sideways on a narrow screen, with a caption that says what it holds.
fn table(caption: &str, head: &[&str], body: &Markup) -> Markup {
    html! {
        div.scroll role="region" aria-label=(caption) tabindex="0" {
            table {
                caption { (caption) }
                thead { tr { @for cell in head { th scope="col" { (cell) } } } }
                tbody { (body) }
            }
        }
    }
}
