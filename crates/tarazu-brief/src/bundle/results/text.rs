//! What the text says: its computed figures, the score of transparency, its sentences.

use tarazu_ledger::text::{Inline, sentences, split_inline};
use tarazu_ledger::{Case, FigureSource};

use crate::bundle::table::{Cell, Field, Origin, Table, row};
use crate::weigh::Weighing;

pub fn figures(case: &Case, weighing: &Weighing) -> Table {
    let mut table = Table::new(
        Origin::Datasets,
        "figures",
        "Computed figures",
        "The figures of the text, each with how it was computed.",
        &["figure"],
        vec![
            Field::text("figure", "Name of the figure").required(),
            Field::text("text", "What it is").required(),
            Field::text("printed", "As the text prints it").required(),
            Field::number("value", "see `text`", "At full precision, where it is a number"),
            Field::text("how", "How it was computed").required(),
            Field::text("source", "What it was computed from").one_of(["panel", "verdict", "ledger", "days"]),
            Field::text("of", "Dataset and release, intervention, count or request"),
        ],
    );
    for f in &weighing.figures {
        let defined = case.figures.iter().find(|d| d.id.value == f.id).and_then(|d| d.source.as_ref());
        let (source, of) = match defined {
            Some(FigureSource::Panel { dataset, version, .. }) => {
                ("panel", format!("{} {}", dataset.value, version.value))
            }
            Some(FigureSource::Verdict { about, .. }) => ("verdict", about.value.clone()),
            Some(FigureSource::Ledger { count }) => ("ledger", count.value.clone()),
            Some(FigureSource::Days { request }) => ("days", request.value.clone()),
            None => ("", String::new()),
        };
        let value = f.value.map(Cell::rounded);
        table.rows.push(row![&f.id, &f.text, &f.printed, value, &f.how, source, of]);
    }
    table
}

pub fn transparency(weighing: &Weighing) -> Table {
    let mut table = Table::new(
        Origin::Case,
        "transparency",
        "Score of transparency",
        "What a transparent campaign publishes, and what this one did.",
        &["question"],
        vec![
            Field::text("question", "The question").required(),
            Field::number("met", "see `question`", "How many were met; a half for what was met in part"),
            Field::number("of", "see `question`", "Of how many"),
            Field::count("score", "0 to 3", "Score").required().within(0.0, 3.0),
            Field::text("grade", "The score in a word").required(),
            Field::text("rule", "How it is counted").required(),
        ],
    );
    for c in &weighing.transparency.criteria {
        table.rows.push(row![c.question, c.met, c.of, c.grade.points(), c.grade.text(), c.rule]);
    }
    table
}

/// The text sentence by sentence, as it is printed.
pub fn sentence_by_sentence(case: &Case, weighing: &Weighing) -> Table {
    let mut table = Table::new(
        Origin::Case,
        "sentences",
        "Sentences",
        "The text of the brief, sentence by sentence, with the figures as printed.",
        &["section", "number"],
        vec![
            Field::text("section", "Heading of the section").required(),
            Field::count("number", "1", "Place in the section, counted from 1").required(),
            Field::text("text", "The sentence").required(),
            Field::text("figures", "Computed figures that it uses, divided by semicolons"),
            Field::text("documents", "Documents that it cites, divided by semicolons"),
        ],
    );
    for section in &case.brief.sections {
        let body = section.body.value.as_str();
        let mut number = 0;
        for sentence in sentences(body) {
            let (mut text, mut figures, mut documents) = (String::new(), Vec::new(), Vec::new());
            for (_, piece) in split_inline(&body[sentence]) {
                match piece {
                    Inline::Plain(plain) => text.push_str(plain),
                    Inline::Figure(name) => {
                        let found = weighing.figures.iter().find(|f| f.id == name);
                        text.push_str(found.map_or(name, |f| f.printed.as_str()));
                        figures.push(name);
                    }
                    Inline::Citation(cites) => documents.extend(cites.into_iter().map(|(key, _)| key)),
                }
            }
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace(" .", ".");
            if !text.is_empty() {
                number += 1;
                let (figures, documents) = (figures.join("; "), documents.join("; "));
                table.rows.push(row![&section.heading, number as usize, text, figures, documents]);
            }
        }
    }
    table
}
