//! A chart on the page: drawn for desk and phone, with its caption, downloads and table. Without JavaScript: a download is a data: address.

use maud::{Markup, PreEscaped, html};

use super::Context;
use crate::chart::{Chart, Theme};

/// Cells that a table on the page shows; a longer one is shown to here and downloaded whole.
const CELLS: usize = 2000;

/// The chart of this name, where the weighing has data for it.
pub(super) fn chart(context: &Context<'_>, id: &str) -> Markup {
    context.charts.iter().find(|c| c.id == id).map_or_else(|| html! {}, figure)
}

fn figure(chart: &Chart) -> Markup {
    html! {
        figure.chart id={ "chart-" (chart.id) } {
            div.wide { (PreEscaped(chart.svg(Theme::Page))) }
            div.narrow { (PreEscaped(chart.svg_narrow(Theme::Page))) }
            figcaption {
                @for note in &chart.notes { (note) " " }
                span.downloads {
                    "Trace code " code { (chart.code) } "."
                    span.screen {
                    " Download: "
                    (download(&format!("{}.csv", chart.id), "text/csv", "data (CSV)", &chart.csv()))
                    ", "
                    (download(&format!("{}.json", chart.id), "application/json", "metadata (JSON)", &metadata(chart)))
                    "."
                    }
                }
            }
            details {
                summary { "Table: " (chart.title) }
                (table(chart))
            }
        }
    }
}

fn metadata(chart: &Chart) -> String {
    serde_json::to_string(&chart.metadata()).unwrap_or_default()
}

fn download(name: &str, kind: &str, words: &str, text: &str) -> Markup {
    html! { a download=(name) href={ "data:" (kind) ";charset=utf-8," (percent_encoded(text)) } { (words) } }
}

/// What an address may not hold, encoded; everything else as it stands, to keep the page small.
fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'-' | b'_' | b'.' | b'~' | b',' | b':' | b'/' | b'(' | b')' | b'!' | b'*' | b';' | b'='
            | b'$' | b'@' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn table(chart: &Chart) -> Markup {
    let table = &chart.table;
    let most = CELLS / table.columns.len().max(1);
    html! {
        div.scroll role="region" aria-label={ "Table: " (chart.title) } tabindex="0" {
            table {
                caption { (chart.title) }
                thead { tr { @for c in &table.columns { th.n[c.number] scope="col" { (c.title) } } } }
                tbody {
                    @for row in table.rows.iter().take(most) {
                        tr {
                            @for (i, (cell, column)) in row.iter().zip(&table.columns).enumerate() {
                                @match (i, cell.printed()) {
                                    (0, words) => th.n[column.number] scope="row" { (words.unwrap_or_default()) },
                                    (_, Some(words)) => td.n[column.number] { (words) },
                                    (_, None) => td.missing { (column.missing) },
                                }
                            }
                        }
                    }
                }
            }
        }
        @if table.rows.len() > most { p.note { "The first " (most) " of " (table.rows.len()) " rows; the download has all." } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_cannot_leave_its_address() {
        let encoded = percent_encoded("a,\"b\" <c> #d\n100%é");
        assert_eq!(encoded, "a,%22b%22%20%3Cc%3E%20%23d%0A100%25%C3%A9");
    }
}
