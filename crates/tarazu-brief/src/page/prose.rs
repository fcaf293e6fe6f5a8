//! The text of a section: Markdown, with citations and computed figures as links.

use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{Event, Parser, html::push_html};
use tarazu_ledger::text::{Inline, split_inline};

use super::Context;

/// Characters that no text contains and that Markdown leaves alone: they hold the place of links while Markdown is rendered.
const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';

pub(super) fn render(context: &Context<'_>, markdown: &str) -> Markup {
    let mut links: Vec<String> = Vec::new();
    let mut text = String::new();
    for (_, piece) in split_inline(markdown) {
        let link = match piece {
            Inline::Plain(plain) => {
                text.extend(plain.chars().filter(|c| *c != OPEN && *c != CLOSE));
                continue;
            }
            Inline::Figure(name) => figure(context, name),
            Inline::Citation(cites) => html! {
                span.cites {
                    "["
                    @for (i, (key, locator)) in cites.iter().enumerate() {
                        @if i > 0 { "; " }
                        (context.citation(key, locator, false))
                    }
                    "]"
                }
            },
        };
        text.push_str(&format!("{OPEN}{}{CLOSE}", links.len()));
        links.push(link.into_string());
    }
    // The author's own HTML is shown as text: what a case may put on the page is Markdown.
    let events = Parser::new(&text).map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        other => other,
    });
    let mut rendered = String::new();
    push_html(&mut rendered, events);
    for (i, link) in links.iter().enumerate() {
        rendered = rendered.replace(&format!("{OPEN}{i}{CLOSE}"), link);
    }
    // Headings of the text begin below the section's own.
    for level in (2..=5).rev() {
        let (from, to) = (level, level + 1);
        rendered = rendered.replace(&format!("<h{from}>"), &format!("<h{to}>"));
        rendered = rendered.replace(&format!("</h{from}>"), &format!("</h{to}>"));
    }
    html! { div.prose { (PreEscaped(rendered)) } }
}

fn figure(context: &Context<'_>, name: &str) -> Markup {
    let figure = context.weighing.figures.iter().find(|f| f.id == name);
    html! {
        @if let Some(figure) = figure {
            a.figure href={ "#figure-" (figure.id) } title={ (figure.text) ": " (figure.how) } { (figure.printed) }
        } @else { (name) }
    }
}
