//! Changes as one page: self-contained, without JavaScript, like the brief.

use maud::{DOCTYPE, PreEscaped, html as markup};

use super::{Changes, What};

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
del{background:#fbe3e0;text-decoration:line-through}ins{background:#dff1e4;text-decoration:none}\
article{border-top:1px solid #bbb;padding:.5rem 0}dt{font-weight:600}dd{margin:0 0 .5rem}.why{color:#555}\
code{overflow-wrap:anywhere}@media(prefers-color-scheme:dark){body{background:#111;color:#eee}del{background:#5a2620}ins{background:#1d4a2c}\
.why{color:#aaa}}";

/// The changes as a page.
pub fn html(changes: &Changes) -> String {
    let page = markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "What changed between two editions" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { "What changed between two editions" }
                    p { "From " code { (changes.old) } " to " code { (changes.new) } "." }
                    h2 { "What they were made of and by" }
                    @if changes.causes.is_empty() { p { "Nothing on record differs." } }
                    ul { @for cause in &changes.causes { li { (cause) } } }
                    @if changes.tables.is_empty() { p { "Nothing that the brief says changed." } }
                    @for table in &changes.tables {
                        section {
                            h2 { (table.title) }
                            @for row in &table.rows {
                                article {
                                    h3 {
                                        (row.of) " · "
                                        @match row.what {
                                            What::Added => "added",
                                            What::Removed => "removed",
                                            What::Changed => "changed",
                                        }
                                    }
                                    dl {
                                        @for field in &row.fields {
                                            dt { (field.field) }
                                            dd {
                                                @if !field.said.is_empty() { del { (field.said) } " " }
                                                @if !field.says.is_empty() { ins { (field.says) } }
                                            }
                                        }
                                    }
                                    p.why { "Why: " (row.why.join("; ")) "." }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    page.into_string()
}
