//! `brief.md`: Markdown with citations `[@key, p. 2]` and computed figures `{{ name }}`.
//!
//! This module finds both, cuts the text into sentences, and sees to it that no bare numeral stands in it. It renders nothing.

mod numerals;
mod parse;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::case::Case;
use crate::date::LedgerDate;
use crate::fault::{Faults, suggestion};
use crate::figure::FigureSource;
use crate::table::Text;
pub use numerals::sentences;
pub use parse::{Inline, split_inline};

/// One section of the text: a heading and what stands below it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    /// The heading's words.
    pub heading: Text,
    /// The Markdown below it.
    pub body: Text,
}

/// A citation in the text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TextCitation {
    /// Key.
    pub document: Text,
    /// Locator.
    pub locator: String,
}

/// The text of the brief.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct BriefText {
    /// Its sections, in order.
    pub sections: Vec<Section>,
    /// Its citations.
    pub citations: Vec<TextCitation>,
    /// Names of computed figures that it uses.
    pub figures: Vec<Text>,
}

pub(crate) fn read(source: usize, text: &str, faults: &Faults) -> BriefText {
    parse::read(source, text, faults)
}

pub(crate) fn check(case: &Case, faults: &Faults) {
    let documents: Vec<&str> = case.documents.keys().map(String::as_str).collect();
    for citation in &case.brief.citations {
        if !documents.contains(&citation.document.value.as_str()) {
            let key = &citation.document;
            let help = suggestion(key, &documents).or_else(|| Some("define it in documents.bib".into()));
            let message = format!("there is no document `{}`", key.value);
            faults.add(key.span.clone(), "missing-document", message, "not found in documents.bib", help);
        }
    }
    let figures: Vec<&str> = case.figures.iter().map(|f| f.id.value.as_str()).collect();
    for name in &case.brief.figures {
        if !figures.contains(&name.value.as_str()) {
            let help = suggestion(name, &figures).or_else(|| Some("define it in figures.toml".into()));
            let message = format!("there is no figure `{}`", name.value);
            faults.add(name.span.clone(), "dangling-reference", message, "not found in figures.toml", help);
        }
    }
    let dates = ledger_dates(case);
    for section in &case.brief.sections {
        for text in [&section.heading, &section.body] {
            numerals::check(text, &dates, faults);
        }
    }
}

/// Every date that the ledger or a computed figure holds, as a text may write it.
fn ledger_dates(case: &Case) -> BTreeSet<String> {
    let l = &case.ledger;
    let mut dates: Vec<LedgerDate> = vec![case.settings.as_of];
    for c in &l.campaigns {
        dates.extend([c.announced.date(), c.begun.date(), c.ended.date()].into_iter().flatten());
    }
    dates.extend(l.interventions.iter().flat_map(|i| [Some(i.date), i.end]).flatten());
    dates.extend(l.claims.iter().map(|c| c.date));
    dates.extend(l.claims.iter().flat_map(|c| &c.responses).map(|r| r.date));
    dates.extend(l.requests.iter().flat_map(|r| [Some(r.date), r.answered]).flatten());
    dates.extend(l.encounters.iter().flat_map(|e| [Some(e.date), e.end]).flatten());
    dates.extend(l.incidents.iter().map(|i| i.date));
    dates.extend(l.incidents.iter().flat_map(|i| &i.followed).map(|f| f.date));
    dates.extend(l.commitments.iter().map(|c| c.date));
    dates.extend(l.tallies.iter().flat_map(|t| [t.from, t.to]));
    let values = l.indicators.iter().flat_map(|i| &i.values);
    dates.extend(values.flat_map(|v| [v.date, v.period.map(|p| p.0), v.period.map(|p| p.1)]).flatten());
    // The period of a computed figure is as traceable as the figure.
    let periods = case.figures.iter().filter_map(|f| match &f.source {
        Some(FigureSource::Panel { from, to, .. }) => Some([from, to]),
        _ => None,
    });
    dates.extend(periods.flatten().filter_map(|period| period.parse::<LedgerDate>().ok()));
    let mut written = BTreeSet::new();
    for date in dates {
        let long = date.long();
        // "22 June 2024" also allows "June 2024", "22 June" and "2024".
        let words: Vec<&str> = long.split(' ').collect();
        for from in 0..words.len() {
            for to in from..words.len() {
                written.insert(words[from..=to].join(" "));
            }
        }
        written.insert(date.to_string());
    }
    written
}
