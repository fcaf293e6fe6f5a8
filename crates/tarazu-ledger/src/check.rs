//! What a table cannot know about itself: that references lead somewhere, that dates are in order, that ids are unique, and that
//! the rules of responsibility are kept.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::{Case, own_texts};
use crate::date::{LedgerDate, Moment};
use crate::entry::Header;
use crate::fault::{Faults, Span, suggestion};
use crate::figure::FigureSource;
use crate::table::Text;
use crate::text;

pub(crate) fn check(case: &Case, faults: &Faults) {
    unique_ids(case, faults);
    documents(case, faults);
    references(case, faults);
    dates(case, faults);
    figures(case, faults);
    responsibility(case, faults);
    text::check(case, faults);
}

fn unique_ids(case: &Case, faults: &Faults) {
    let mut seen: BTreeMap<&str, &'static str> = BTreeMap::new();
    let strands = case.ledger.campaigns.iter().flat_map(|c| c.strands.iter().map(|s| ("strand", &s.header)));
    for (kind, header) in case.ledger.headers().chain(strands) {
        if header.id.is_empty() {
            continue;
        }
        if let Some(first) = seen.insert(&header.id, kind) {
            let message = format!("id `{}` is used twice", header.id.value);
            let help = Some(format!("it is also the id of a {first}; ids are unique over the whole case"));
            faults.add(header.id.span.clone(), "duplicate-id", message, "used before", help);
        }
    }
}

fn documents(case: &Case, faults: &Faults) {
    let keys: Vec<&str> = case.documents.keys().map(String::as_str).collect();
    let listed = case.ledger.operation_lists.iter().map(|l| &l.document);
    for document in case.citations().into_iter().map(|c| &c.document).chain(listed) {
        resolve(document, &keys, "document", "documents.bib", faults);
    }
}

fn resolve(reference: &Text, known: &[&str], what: &str, place: &str, faults: &Faults) {
    if reference.is_empty() || known.contains(&reference.value.as_str()) {
        return;
    }
    let help = suggestion(reference, known).unwrap_or_else(|| format!("define it in {place}"));
    let code = if what == "document" { "missing-document" } else { "dangling-reference" };
    let message = format!("there is no {what} `{}`", reference.value);
    faults.add(reference.span.clone(), code, message, format!("not found in {place}"), Some(help));
}

fn ids<'a>(headers: impl Iterator<Item = &'a Header>) -> Vec<&'a str> {
    headers.map(|h| h.id.value.as_str()).collect()
}

fn references(case: &Case, faults: &Faults) {
    let l = &case.ledger;
    let actors = ids(l.actors.iter().map(|a| &a.header));
    let campaigns = ids(l.campaigns.iter().map(|c| &c.header));
    let interventions = ids(l.interventions.iter().map(|i| &i.header));
    let requests = ids(l.requests.iter().map(|r| &r.header));
    let any = ids(l.headers().map(|(_, h)| h));

    let mut named: Vec<&Text> = Vec::new();
    named.extend(l.actors.iter().filter_map(|a| a.part_of.as_ref()));
    named.extend(l.campaigns.iter().map(|c| &c.actor));
    named.extend(l.interventions.iter().flat_map(|i| &i.actors));
    named.extend(l.claims.iter().map(|c| &c.actor));
    named.extend(l.claims.iter().flat_map(|c| &c.responses).map(|r| &r.actor));
    named.extend(l.requests.iter().flat_map(|r| [&r.actor, &r.of]));
    named.extend(l.commitments.iter().map(|c| &c.actor));
    named.extend(l.programmes.iter().map(|p| &p.actor));
    named.extend(l.encounters.iter().flat_map(|e| e.parties.iter().chain(&e.quoted_actor)));
    named.extend(l.incidents.iter().flat_map(|i| &i.followed).map(|f| &f.actor));
    for actor in named {
        resolve(actor, &actors, "actor", "actors.toml", faults);
    }

    let mut of: Vec<&Text> = vec![&case.settings.campaign];
    of.extend(l.campaigns.iter().filter_map(|c| c.part_of.as_ref()));
    of.extend(l.operation_lists.iter().flat_map(|o| &o.members));
    of.extend(l.commitments.iter().map(|c| &c.campaign));
    of.extend(l.programmes.iter().map(|p| &p.campaign));
    for campaign in of {
        resolve(campaign, &campaigns, "campaign", "campaigns.toml", faults);
    }
    for intervention in case.settings.estimates.iter().flat_map(|e| &e.interventions) {
        resolve(intervention, &interventions, "intervention", "campaigns.toml", faults);
    }

    let mut about: Vec<&Text> = Vec::new();
    about.extend(l.claims.iter().flat_map(|c| &c.about));
    about.extend(l.requests.iter().flat_map(|r| &r.about));
    about.extend(l.encounters.iter().flat_map(|e| &e.about));
    about.extend(l.indicators.iter().flat_map(|i| &i.about));
    for entry in about {
        resolve(entry, &any, "entry", "the case", faults);
    }

    let asked: Vec<&str> = campaigns.into_iter().chain(interventions).collect();
    for figure in &case.figures {
        match &figure.source {
            Some(FigureSource::Verdict { about, .. }) => {
                resolve(about, &asked, "campaign or intervention", "campaigns.toml", faults);
            }
            Some(FigureSource::Days { request }) => {
                resolve(request, &requests, "request", "requests.toml", faults)
            }
            Some(FigureSource::Ledger { count }) => {
                resolve(count, &Case::COUNTS, "count", "the counts that a ledger has", faults);
            }
            _ => {}
        }
    }
}

fn figures(case: &Case, faults: &Faults) {
    let mut seen = BTreeSet::new();
    for figure in &case.figures {
        if !seen.insert(&figure.id.value) {
            let message = format!("figure `{}` is defined twice", figure.id.value);
            faults.add(figure.id.span.clone(), "duplicate-id", message, "defined before", None);
        }
    }
}

fn dates(case: &Case, faults: &Faults) {
    let order = |span: &Span, earlier: (&str, LedgerDate), later: (&str, LedgerDate)| {
        // A date that could not be read stands as zero and has its own fault.
        let known = later.1.first_day() != jiff::civil::Date::ZERO;
        if known && later.1.last_day() < earlier.1.first_day() {
            let message = format!("`{}` ({}) is before `{}` ({})", later.0, later.1, earlier.0, earlier.1);
            faults.add(span.clone(), "impossible-date", message, "these dates are in the wrong order", None);
        }
    };
    let l = &case.ledger;
    for campaign in &l.campaigns {
        if let (Some(begun), Some(ended)) = (campaign.begun.date(), campaign.ended.date()) {
            order(&campaign.header.span, ("begun", begun), ("ended", ended));
        }
        if campaign.begun == Moment::Never && campaign.ended.date().is_some() {
            let message = format!("`{}` never began and has an end", campaign.header.id.value);
            faults.add(
                campaign.header.span.clone(),
                "impossible-date",
                message,
                "ended without beginning",
                None,
            );
        }
    }
    for intervention in &l.interventions {
        if let Some(end) = intervention.end {
            order(&intervention.header.span, ("date", intervention.date), ("end", end));
        }
    }
    for claim in &l.claims {
        for response in &claim.responses {
            order(
                &response.text.span,
                ("date of the claim", claim.date),
                ("date of the response", response.date),
            );
        }
    }
    for request in &l.requests {
        if let Some(answered) = request.answered {
            order(&request.header.span, ("date", request.date), ("answered", answered));
        }
    }
    for encounter in &l.encounters {
        if let Some(end) = encounter.end {
            order(&encounter.header.span, ("date", encounter.date), ("end", end));
        }
    }
    for tally in &l.tallies {
        order(&tally.header.span, ("from", tally.from), ("to", tally.to));
    }
    // Nothing that a ledger records can be later than the day up to which its sources were searched.
    let as_of = case.settings.as_of;
    let known = as_of.first_day() != jiff::civil::Date::ZERO;
    let future = |span: &Span, date: LedgerDate| {
        if known && date.first_day() > as_of.last_day() {
            let message = format!("{date} is later than the case's `as_of` ({as_of})");
            faults.add(span.clone(), "impossible-date", message, "recorded before it happened", None);
        }
    };
    l.claims.iter().for_each(|c| future(&c.header.span, c.date));
    l.requests.iter().for_each(|r| future(&r.header.span, r.date));
    l.encounters.iter().for_each(|e| future(&e.header.span, e.date));
    l.incidents.iter().for_each(|i| future(&i.header.span, i.date));
    l.interventions.iter().for_each(|i| future(&i.header.span, i.date));
    l.campaigns
        .iter()
        .filter_map(|c| Some((c, c.begun.date()?)))
        .for_each(|(c, d)| future(&c.header.span, d));
}

/// Words that judge a person or group; they may stand only in quotation marks, attributed.
const LABELS: [&str; 12] = [
    "terrorist",
    "terrorists",
    "martyr",
    "martyrs",
    "martyred",
    "martyrdom",
    "shaheed",
    "khawarij",
    "khwarij",
    "khariji",
    "miscreant",
    "miscreants",
];

fn responsibility(case: &Case, faults: &Faults) {
    for text in own_texts(case) {
        if let Some(label) = label_outside_quotes(text) {
            let message = format!("the label \"{label}\" stands here as if it were ours");
            let help = Some("use a neutral word, or quote it and say whose word it is".to_owned());
            faults.add(text.span.clone(), "label", message, "labels appear only quoted and attributed", help);
        }
        if let Some(number) = private_number(text) {
            let message = format!("\"{number}\" looks like a telephone or identity number");
            faults.add(text.span.clone(), "private-number", message, "nothing private is recorded", None);
        }
        if let Some(coordinates) = coordinates(text) {
            let message = format!("\"{coordinates}\" looks like coordinates");
            faults.add(
                text.span.clone(),
                "coordinates",
                message,
                "nothing finer than a district is recorded",
                None,
            );
        }
    }
    let voices = case
        .ledger
        .claims
        .iter()
        .flat_map(|c| c.voice.iter().chain(c.responses.iter().filter_map(|r| r.voice.as_ref())));
    for voice in voices {
        if !voice.contains(',') {
            let message = format!("\"{}\" has no office", voice.value);
            let help = Some("write \"Name, office\"; private people are not recorded".to_owned());
            faults.add(voice.span.clone(), "office", message, "only office-holders speak here", help);
        }
    }
}

/// The first label that stands outside quotation marks. An apostrophe within a word is no quotation mark.
fn label_outside_quotes(text: &str) -> Option<&str> {
    let mut quoted = false;
    let mut start = None;
    let characters: Vec<(usize, char)> = text.char_indices().collect();
    for (i, (at, c)) in characters.iter().enumerate() {
        let before =
            i.checked_sub(1).and_then(|j| characters.get(j)).is_some_and(|(_, c)| c.is_alphanumeric());
        let after = characters.get(i + 1).is_some_and(|(_, c)| c.is_alphanumeric());
        let apostrophe = matches!(c, '\'' | '’') && before && after;
        match c {
            '"' => quoted = !quoted,
            '“' | '‘' => quoted = true,
            '”' => quoted = false,
            '\'' | '’' if !apostrophe => quoted = *c == '\'' && !before,
            _ => {}
        }
        if c.is_alphabetic() {
            start = start.or(Some(*at));
        }
        if let Some(from) = start.filter(|_| !after) {
            let word = &text[from..at + c.len_utf8()];
            start = None;
            if !quoted && LABELS.contains(&word.to_lowercase().as_str()) {
                return Some(word);
            }
        }
    }
    None
}

/// A Pakistani identity number (12345-1234567-1) or any number with at least nine digits that is not set off by thousands.
fn private_number(text: &str) -> Option<&str> {
    text.split(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '+'))).find(|run| {
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        let is_date = run.parse::<LedgerDate>().is_ok();
        digits >= 9 && !is_date
    })
}

/// Two decimal numbers with at least two decimals side by side, as latitude and longitude are written.
fn coordinates(text: &str) -> Option<String> {
    let decimal = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_ascii_digit() && c != '-');
        let (whole, fraction) = word.split_once('.')?;
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        let value: f64 = word.parse().ok()?;
        (digits(whole.trim_start_matches('-'))
            && digits(fraction)
            && fraction.len() >= 3
            && value.abs() <= 180.0)
            .then(|| word.to_owned())
    };
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '/'))
        .filter(|w| !w.is_empty())
        .collect();
    words.windows(2).find_map(|pair| Some(format!("{}, {}", decimal(pair[0])?, decimal(pair[1])?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_seen_unless_it_is_quoted() {
        assert_eq!(label_outside_quotes("The army killed ten terrorists."), Some("terrorists"));
        assert_eq!(label_outside_quotes("It's the group's Terrorist camp"), Some("Terrorist"));
        assert_eq!(label_outside_quotes("The army says ten 'terrorists' were killed."), None);
        assert_eq!(label_outside_quotes("Per ISPR, “khawarij” were killed."), None);
        assert_eq!(label_outside_quotes("the National Counter Terrorism Authority"), None);
        assert_eq!(label_outside_quotes("per ISPR 'militants' and then a martyr"), Some("martyr"));
    }

    #[test]
    fn private_numbers_and_coordinates_are_seen() {
        assert_eq!(private_number("call 0300-1234567-8"), Some("0300-1234567-8"));
        assert_eq!(private_number("id 42101-1234567-1."), Some("42101-1234567-1"));
        assert_eq!(private_number("on 2024-06-22 some 1,900,000 people, US$11.6 million"), None);
        assert!(coordinates("at 34.8218, 74.3555 near").is_some());
        assert!(coordinates("at 34.8218,74.3555;").is_some());
        assert_eq!(private_number("ask 0300-123456"), Some("0300-123456"));
        assert!(coordinates("about 1.25 million and 2.375 million").is_none());
    }
}
