//! The documents: numbered, each with its address and what a reader must know of it.

use maud::{Markup, html};

use super::{Context, not_printed};

pub(super) fn render(context: &Context<'_>) -> Markup {
    html! {
        section id="documents" aria-labelledby="documents-heading" {
            h2 id="documents-heading" { "Documents" }
            p.note {
                "Numbers are those of the citations. A title in square brackets is a description of ours, where the copy that was read did \
                 not show the headline; titles are quotations and may name places that this page does not. Paragraphs are counted in the copy that was read."
            }
            (not_printed("Whole addresses, days of reading, remarks and hashes:", "documents.csv"))
            ol.documents {
                @for d in &context.documents {
                    li id={ "doc-" (d.key) } {
                        @if let Some(author) = &d.author { (author) ". " }
                        cite { (d.title) } ". "
                        @if let Some(organization) = &d.organization { (organization) ". " }
                        @if let Some(date) = &d.date { (date) ". " }
                        @if let Some(url) = &d.url { a.address href=(url) rel="noopener noreferrer" { (address(url)) } ". " }
                        @if let Some(seen) = d.urldate { span.meta { "Read " (seen.long()) ". " } }
                        @if let Some(note) = &d.note { span.meta { (note) ". " } }
                        @if let Some(hash) = &d.sha256 { span.meta { "SHA-256 " code { (hash.get(..16).unwrap_or(hash)) } "…" } }
                    }
                }
            }
        }
    }
}

/// The host, which is what a reader recognises; the link holds the whole address.
fn address(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or(rest);
    host.strip_prefix("www.").unwrap_or(host)
}
