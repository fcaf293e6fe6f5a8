//! What a table cannot know about itself: that references lead somewhere, that dates are in order, that ids are unique, and that
//! the rules of responsibility are kept.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Case;
use crate::date::{LedgerDate, Moment};
use crate::entry::Header;
use crate::fault::{Faults, Span, suggestion};
use crate::figure::FigureSource;
use crate::responsibility;
use crate::table::Text;
use crate::text;

pub(crate) fn check(case: &Case, faults: &Faults) {
    unique_ids(case, faults);
    documents(case, faults);
    references(case, faults);
    dates(case, faults);
    figures(case, faults);
    responsibility::check(case, faults);
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
    let figures = case.figures.iter().map(|f| f.id.value.as_str());
    let corrected: Vec<&str> = any.iter().copied().chain(figures).collect();
    for entry in l.corrections.iter().flat_map(|c| &c.about) {
        resolve(entry, &corrected, "entry or figure", "the case", faults);
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
    l.corrections.iter().for_each(|c| future(&c.header.span, c.date));
    l.campaigns
        .iter()
        .filter_map(|c| Some((c, c.begun.date()?)))
        .for_each(|(c, d)| future(&c.header.span, d));
}
