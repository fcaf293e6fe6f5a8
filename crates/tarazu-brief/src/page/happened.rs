//! What happened: the months, the incidents with every toll, rival totals, and the context series.

use maud::{Markup, html};

use super::promised::number;
use super::{Context, figure, not_printed, table};
use crate::number::grouped;
use crate::weigh::MonthlyRow;

pub(super) fn render(context: &Context<'_>) -> Markup {
    html! {
        (months(context))
        (maps(context))
        h3 { "Named incidents" }
        (incidents(context))
        h3 { "Rival totals" }
        (tallies(context))
        h3 { "People displaced, returned, expelled; money spent" }
        (indicators(context))
    }
}

fn months(context: &Context<'_>) -> Markup {
    html! {
        (figure::chart(context, "deaths-by-month"))
        (not_printed("The same by year:", "months.csv"))
        details.aside {
            summary { "The same by year, from the first year of the panel on" }
            (by_year(&context.weighing.monthly))
        }
    }
}

fn maps(context: &Context<'_>) -> Markup {
    html! {
        (figure::chart(context, "deaths-by-province"))
        @if context.charts.iter().any(|c| c.id == "deaths-by-province-recorded") {
            (not_printed("The map with former divisions apart:", "areas.csv"))
            details.aside {
                summary { "The map with former divisions apart" }
                (figure::chart(context, "deaths-by-province-recorded"))
            }
        }
        (figure::chart(context, "deaths-by-district"))
    }
}

fn by_year(rows: &[MonthlyRow]) -> Markup {
    let sum = |rows: &[MonthlyRow], f: fn(&MonthlyRow) -> Option<u64>| -> String {
        rows.iter().map(f).sum::<Option<u64>>().map_or_else(|| "not published".into(), |v| grouped(v as f64))
    };
    table(
        "Events and people reported killed by year",
        &["Year", "Events", "Low", "Best", "High", "Source"],
        &html! {
            @for year in rows.chunk_by(|a, b| a.month.year() == b.month.year()) {
                tr {
                    th scope="row" { (year.first().map_or(0, |r| r.month.year())) }
                    td.n { (sum(year, |r| r.events)) }
                    td.n { (sum(year, |r| r.low)) }
                    td.n { (sum(year, |r| r.best)) }
                    td.n { (sum(year, |r| r.high)) }
                    td {
                        @if let Some(row) = year.first() {
                            (row.dataset)
                            @if let Some(low) = row.low_dataset.as_ref().filter(|l| **l != row.dataset) { "; low: " (low) }
                        }
                    }
                }
            }
        },
    )
}

fn incidents(context: &Context<'_>) -> Markup {
    let mut incidents: Vec<_> = context.case.ledger.incidents.iter().collect();
    incidents.sort_by_key(|i| i.date);
    html! {
        (not_printed("Every published toll and what followed:", "incident_tolls.csv"))
        @for incident in incidents {
            article.card id={ "entry-" (incident.header.id.value) } {
                h4 { (incident.name.value) ", " (incident.date.long()) }
                p {
                    (incident.summary.value) " "
                    span.meta {
                        (incident.district.value) ", " (incident.province.value) ". Group struck: " (incident.group_struck.value) "."
                        @if let Some((low, high)) = incident.killed_range() {
                            " Published tolls: " (low) @if high != low { " to " (high) } " reported killed."
                        }
                    } " "
                    (context.cites(&incident.header.cites))
                }
                details.aside {
                    summary { "Every published toll (" (incident.tolls.len()) ") and what followed (" (incident.followed.len()) ")" }
                    (table(
                        &format!("Published tolls: {}", incident.name.value),
                        &["Per", "Given on", "Killed", "Wounded", "What the figure counts"],
                        &html! {
                            @for toll in &incident.tolls {
                                tr {
                                    th scope="row" { (toll.per.value) }
                                    td { (toll.date.long()) }
                                    td.n { (count(toll.killed)) }
                                    td.n { (count(toll.wounded)) }
                                    td { (toll.detail.value) " " (context.cites(&toll.cites)) }
                                }
                            }
                        },
                    ))
                    (table(
                        &format!("What followed: {}", incident.name.value),
                        &["When", "Who", "What"],
                        &html! {
                            @for f in &incident.followed {
                                tr {
                                    td { (f.date.long()) }
                                    th scope="row" { (context.short_actor(&f.actor)) br; small { (f.kind.value) } }
                                    td {
                                        (f.text.value)
                                        @if let (Some(amount), Some(currency)) = (f.amount, &f.currency) {
                                            " (" (currency.value) " " (number(amount)) ")"
                                        }
                                        " " (context.cites(&f.cites))
                                    }
                                }
                            }
                        },
                    ))
                }
            }
        }
    }
}

fn count(value: Option<u64>) -> String {
    value.map_or_else(|| "not given".into(), |v| grouped(v as f64))
}

fn tallies(context: &Context<'_>) -> Markup {
    let mut tallies: Vec<_> = context.case.ledger.tallies.iter().collect();
    tallies.sort_by(|a, b| {
        (a.from, a.to, &a.measure.value, &a.tracker.value).cmp(&(
            b.from,
            b.to,
            &b.measure.value,
            &b.tracker.value,
        ))
    });
    let range = |value: Option<f64>, low: Option<f64>, high: Option<f64>| match (value, low, high) {
        (Some(v), _, _) => number(v),
        (None, Some(l), Some(h)) => format!("{} to {}", number(l), number(h)),
        (None, one, other) => one.or(other).map(number).unwrap_or_default(),
    };
    html! {
        p.note { "Each tracker counts by its own definition. These totals must not be added or averaged." }
        (not_printed("Each total with its definition:", "tallies.csv"))
        details {
            summary { (tallies.len()) " published totals with their definitions" }
            (table(
                "Published totals by period, measure and tracker",
                &["Period", "Measure", "Tracker", "Total", "What it counts"],
                &html! {
                    @for t in tallies {
                        tr id={ "entry-" (t.header.id.value) } {
                            td { (t.from.long()) " to " (t.to.long()) }
                            td { (t.measure.value) }
                            th scope="row" { (t.tracker.value) }
                            td.n { (range(t.value, t.low, t.high)) }
                            td { (t.definition.value) " " (context.cites(&t.header.cites)) }
                        }
                    }
                },
            ))
        }
    }
}

fn indicators(context: &Context<'_>) -> Markup {
    html! {
        (not_printed("Values, definitions and documents of these series:", "indicator_values.csv"))
        @for indicator in &context.case.ledger.indicators {
            details {
                summary { (indicator.name.value) }
                p id={ "entry-" (indicator.header.id.value) } { (indicator.definition.value) " Unit: " (indicator.unit.value) ". " (context.cites(&indicator.header.cites)) }
                (table(
                    &indicator.name.value,
                    &["When", "Value", "Per", "Remark"],
                    &html! {
                        @for v in &indicator.values {
                            tr {
                                td {
                                    @if let Some(date) = v.date { (date.long()) }
                                    @if let Some((from, to)) = v.period { (from.long()) " to " (to.long()) }
                                }
                                td.n {
                                    @if let Some(value) = v.value { (number(value)) }
                                    @if let (Some(low), Some(high)) = (v.low, v.high) {
                                        @if v.value.is_some() { br; }
                                        (number(low)) " to " (number(high))
                                    }
                                }
                                th scope="row" { (v.per.value) }
                                td { @if let Some(note) = &v.note { (note.value) " " } (context.cites(&v.cites)) }
                            }
                        }
                    },
                ))
            }
        }
    }
}
