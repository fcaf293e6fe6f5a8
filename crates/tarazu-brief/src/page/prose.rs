//! The text of a section: Markdown, with citations and computed figures as links.

use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd, html::push_html};
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
    let events = Parser::new(&text).filter_map(safe);
    let mut rendered = String::new();
    push_html(&mut rendered, events);
    for (i, link) in links.iter().enumerate() {
        rendered = rendered.replace(&format!("{OPEN}{i}{CLOSE}"), link);
    }
    html! { div.prose { (PreEscaped(rendered)) } }
}

/// The level of a heading below the section's own, which is the second.
fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 | HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 => HeadingLevel::H4,
        HeadingLevel::H4 => HeadingLevel::H5,
        HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

/// Without the places of links.
fn plain(text: &str) -> String {
    text.chars().filter(|c| *c != OPEN && *c != CLOSE).collect()
}

/// What a case may put on the page is Markdown: its own HTML is shown as text, nothing is fetched (an image leaves its description), and a
/// link leads to the web or to a place on the page.
fn safe(event: Event<'_>) -> Option<Event<'_>> {
    match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Some(Event::Text(raw)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        // A title would be an attribute, in which the link of a figure or citation has no place.
        Event::Start(Tag::Link { link_type, dest_url, title: _, id }) => {
            let leads = ["https://", "http://", "#"].iter().any(|start| dest_url.starts_with(start));
            let dest_url = if leads { dest_url } else { "#".into() };
            Some(Event::Start(Tag::Link {
                link_type,
                dest_url: plain(&dest_url).into(),
                title: "".into(),
                id,
            }))
        }
        // Headings of the text begin below the section's own.
        Event::Start(Tag::Heading { level, .. }) => Some(Event::Start(Tag::Heading {
            level: below(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        })),
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(below(level)))),
        other => Some(other),
    }
}

fn figure(context: &Context<'_>, name: &str) -> Markup {
    let figure = context.weighing.figures.iter().find(|f| f.id == name);
    html! {
        @if let Some(figure) = figure {
            a.figure href={ "#figure-" (figure.id) } title={ (figure.text) ": " (figure.how) } { (figure.printed) }
        } @else { (name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(markdown: &str) -> String {
        let mut html = String::new();
        push_html(&mut html, Parser::new(markdown).filter_map(safe));
        html
    }

    #[test]
    fn headings_of_a_text_stand_below_the_sections() {
        let html = rendered("One\n===\n\n## Two\n\n### Three\n");
        assert_eq!(html, "<h3>One</h3>\n<h3>Two</h3>\n<h4>Three</h4>\n");
    }

    #[test]
    fn a_text_cannot_put_script_address_or_image_on_the_page() {
        let html = rendered(
            "see <script>x</script> [a](javascript:x) ![map](https://example.org/m.png) [b](https://example.org)",
        );
        assert!(
            !html.contains("<script") && !html.contains("javascript:") && !html.contains("<img"),
            "{html}"
        );
        assert!(html.contains("map") && html.contains("href=\"https://example.org\""), "{html}");
    }
}
