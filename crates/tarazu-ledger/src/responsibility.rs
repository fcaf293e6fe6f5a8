//! The rules of responsibility that a text can break: labels that stand as if they were ours, numbers and places that are private,
//! voices without an office.

use crate::case::Case;
use crate::fault::{Faults, Source, Span};
use crate::private::{Private, called_after_somebody, private};
use crate::table::Text;

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

pub(crate) fn check(case: &Case, faults: &Faults) {
    for text in own_texts(case) {
        label(text, &text.span, faults);
        private_in(text, &text.span, faults);
    }
    for text in quoted_texts(case) {
        private_in(text, &text.span, faults);
    }
    for document in case.documents.values() {
        // A title is a quotation; a note is ours.
        if let Some(note) = &document.note {
            label(note, &document.span, faults);
        }
        let printed = [&document.note, &document.author, &document.organization, &document.date];
        for text in printed.into_iter().flatten().chain([&document.title]) {
            private_in(text, &document.span, faults);
        }
    }
    for (index, source) in case.sources.iter().enumerate() {
        comments(index, source, faults);
    }
    for actor in &case.ledger.actors {
        for name in actor.short.iter().chain([&actor.name]).chain(&actor.aliases) {
            called_after(name, actor.ucdp_actor_id, faults);
        }
    }
    for voice in voices(case) {
        if !voice.contains(',') {
            let message = format!("\"{}\" has no office", voice.value);
            let help = Some("write \"Name, office\"; private people are not recorded".to_owned());
            faults.add(voice.span.clone(), "office", message, "only office-holders speak here", help);
        }
    }
}

fn label(text: &str, span: &Span, faults: &Faults) {
    if let Some(label) = label_outside_quotes(text) {
        let message = format!("the label \"{label}\" stands here as if it were ours");
        let help = Some("use a neutral word, or quote it and say whose word it is".to_owned());
        faults.add(span.clone(), "label", message, "labels appear only quoted and attributed", help);
    }
}

/// Sides of events are named by whoever counts them, some of them after a person.
fn called_after(name: &Text, id: Option<u64>, faults: &Faults) {
    if called_after_somebody(name) {
        let message = format!("\"{}\" is called after somebody, who may be a private person", name.value);
        let id = id.map_or_else(|| "…".to_owned(), |id| id.to_string());
        let help = Some(format!("write its identifier, \"UCDP actor {id}\""));
        faults.add(name.span.clone(), "person", message, "no private person is named", help);
    }
}

fn private_in(text: &str, span: &Span, faults: &Faults) {
    match private(text) {
        None => {}
        Some(Private::Number(number)) => {
            let message = format!("\"{number}\" looks like a telephone or identity number");
            faults.add(span.clone(), "private-number", message, "nothing private is recorded", None);
        }
        Some(Private::Coordinates(place)) => {
            let message = format!("\"{place}\" looks like coordinates");
            let label = "nothing finer than a district is recorded";
            faults.add(span.clone(), "coordinates", message, label, None);
        }
    }
}

/// Comments are handed over with the case.
fn comments(index: usize, source: &Source, faults: &Faults) {
    let mark = if source.name.ends_with(".toml") { '#' } else { '%' };
    if source.name == "brief.md" {
        return;
    }
    let mut at = 0;
    for line in source.text.split_inclusive('\n') {
        // A comment after a value is read with the whole line: a mark inside a text is no comment, but is looked at all the same.
        if let Some((before, comment)) = line.split_once(mark) {
            let start = at + before.len();
            private_in(comment, &Span::new(index, start..start + 1 + comment.trim_end().len()), faults);
        }
        at += line.len();
    }
}

fn voices(case: &Case) -> impl Iterator<Item = &Text> {
    let claims = case.ledger.claims.iter();
    claims.flat_map(|c| c.voice.iter().chain(c.responses.iter().filter_map(|r| r.voice.as_ref())))
}

/// What is said in the case's own words.
fn own_texts(case: &Case) -> Vec<&Text> {
    let l = &case.ledger;
    let mut texts: Vec<&Text> = vec![&case.settings.title, &case.settings.country];
    texts.extend(&case.settings.subtitle);
    texts.extend(case.settings.questions.iter().chain(&case.settings.limits));
    texts.extend(case.brief.sections.iter().flat_map(|s| [&s.heading, &s.body]));
    texts.extend(case.figures.iter().map(|f| &f.text));
    texts.extend(l.actors.iter().flat_map(|a| a.short.iter().chain([&a.name])));
    for c in &l.campaigns {
        texts.extend([&c.name, &c.summary]);
        texts.extend(c.areas.iter().chain(c.also_given.iter().map(|a| &a.value)));
        texts.extend(c.strands.iter().map(|s| &s.text));
    }
    texts.extend(l.interventions.iter().flat_map(|i| [&i.name, &i.summary]));
    texts.extend(l.operation_lists.iter().flat_map(|o| o.note.iter().chain([&o.states])));
    for c in &l.claims {
        texts.push(&c.proposition);
        texts.extend(c.responses.iter().map(|r| &r.text));
    }
    texts.extend(voices(case));
    for r in &l.requests {
        texts.push(&r.what);
        texts.extend(&r.answer);
    }
    for c in &l.commitments {
        texts.push(&c.summary);
        texts.extend(c.scores.iter().map(|s| &s.evidence));
        texts.extend(c.wordings.iter().filter_map(|w| w.note.as_ref()));
        texts.extend(&c.unrateable);
    }
    for p in &l.programmes {
        texts.extend([&p.name, &p.summary]);
        let results = p.results.iter();
        texts.extend(results.flat_map(|r| r.note.iter().chain([&r.indicator, &r.unit, &r.period])));
        texts.extend(&p.unrateable);
    }
    texts.extend(l.encounters.iter().flat_map(|e| e.place.iter().chain([&e.summary])));
    for i in &l.incidents {
        texts.extend([&i.name, &i.summary, &i.group_struck, &i.district, &i.province]);
        texts.extend(i.tolls.iter().flat_map(|t| [&t.per, &t.detail]));
        texts.extend(i.followed.iter().map(|f| &f.text));
    }
    for i in &l.indicators {
        texts.extend([&i.name, &i.definition, &i.unit]);
        texts.extend(i.values.iter().flat_map(|v| v.note.iter().chain([&v.per])));
    }
    texts.extend(l.tallies.iter().flat_map(|t| [&t.tracker, &t.measure, &t.definition, &t.coverage]));
    texts.extend(l.corrections.iter().flat_map(|c| [&c.said, &c.says, &c.why]));
    texts
}

/// What others said, in their words, or call themselves: a label may stand there, nothing private may.
fn quoted_texts(case: &Case) -> Vec<&Text> {
    let l = &case.ledger;
    let mut texts: Vec<&Text> = Vec::new();
    texts.extend(l.actors.iter().flat_map(|a| &a.aliases));
    texts.extend(l.campaigns.iter().flat_map(|c| c.spellings.iter().chain(&c.translation)));
    texts.extend(l.claims.iter().filter_map(|c| c.quote.as_ref()));
    texts.extend(l.claims.iter().flat_map(|c| &c.responses).filter_map(|r| r.quote.as_ref()));
    texts.extend(l.requests.iter().filter_map(|r| r.quote.as_ref()));
    texts.extend(l.encounters.iter().filter_map(|e| e.quote.as_ref()));
    texts.extend(l.commitments.iter().flat_map(|c| &c.wordings).flat_map(|w| [&w.text, &w.version]));
    texts.extend(case.citations().into_iter().map(|c| &c.locator));
    texts
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
}
