//! What the case rests on: documents, citations, corrections.

use tarazu_ledger::Case;
use tarazu_ledger::entry::Citation;

use super::number;
use crate::bundle::table::{Field, Origin, Table, row};

pub fn documents(case: &Case) -> Table {
    let mut table = Table::new(
        Origin::Case,
        "documents",
        "Documents",
        "The documents cited: what they are and where they were seen. The documents themselves are not part of the bundle.",
        &["document"],
        vec![
            Field::text("document", "Citation key").required(),
            Field::text("kind", "What it is").required(),
            Field::text("title", "Title; in square brackets a description of the case's own").required(),
            Field::text("author", "Authors"),
            Field::text("organization", "Publisher, outlet, journal or body"),
            Field::text("date", "Date of publication as the bibliography gives it"),
            Field::text("url", "Address"),
            Field::when("seen", "When it was last seen"),
            Field::text("sha256", "SHA-256 of the copy held, where one is"),
            Field::text("note", "What a reader must know"),
        ],
    );
    for d in case.documents.values() {
        table.rows.push(row![
            &d.key,
            d.kind.text(),
            &d.title,
            d.author.as_ref(),
            d.organization.as_ref(),
            d.date.as_ref(),
            d.url.as_ref(),
            d.urldate,
            d.sha256.as_ref(),
            d.note.as_ref()
        ]);
    }
    table
}

/// Every citation of an entry, and those of the text.
pub fn citations(case: &Case) -> Table {
    let mut table = Table::new(
        Origin::Case,
        "citations",
        "Citations",
        "Which entry, or section of the text, rests on which place of which document.",
        &["number"],
        vec![
            number(),
            Field::text("kind", "Kind of the entry, or `text`").required(),
            Field::text("entry", "Id of the entry, or heading of the section").required(),
            Field::text("document", "The document").required().refers("documents", "document"),
            Field::text("locator", "Where in the document").required(),
            Field::boolean("secondary", "Whether the document only reports what another said").required(),
        ],
    );
    let mut push = |kind: &str, entry: &str, document: &str, locator: &str, secondary: bool| {
        let number = table.rows.len() + 1;
        table.rows.push(row![number, kind, entry, document, locator, secondary]);
    };
    for (kind, entry, cite) in case.cited() {
        let Citation { document, locator, secondary } = cite;
        push(kind, entry, document, locator, *secondary);
    }
    for section in &case.brief.sections {
        for (_, piece) in tarazu_ledger::text::split_inline(&section.body.value) {
            if let tarazu_ledger::text::Inline::Citation(cites) = piece {
                for (document, locator) in cites {
                    push("text", &section.heading, document, locator, false);
                }
            }
        }
    }
    table
}
pub fn corrections(case: &Case) -> Table {
    let mut table = Table::new(
        Origin::Case,
        "corrections",
        "Corrections",
        "What earlier editions said and this one does not, and why.",
        &["correction"],
        vec![
            Field::text("correction", "Id of the correction").required(),
            Field::when("date", "When it was corrected").required(),
            Field::text("said", "What was said").required(),
            Field::text("says", "What is said now").required(),
            Field::text("why", "Why").required(),
            Field::text("about", "Entries and figures that it is about, divided by semicolons"),
            Field::text("edition", "The edition that said it: the beginning of its hash, at least"),
        ],
    );
    for c in &case.ledger.corrections {
        let id = &c.header.id;
        table.rows.push(row![id, c.date, &c.said, &c.says, &c.why, &c.about, c.edition.as_ref()]);
    }
    table
}
