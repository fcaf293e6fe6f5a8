//! Changes as a terminal prints them.

use super::{Changes, RowChange, What};

/// How much of a text is printed.
const SHOWN: usize = 300;

/// The changes in words.
pub fn words(changes: &Changes) -> String {
    let short = |edition: &str| edition.get(..12).unwrap_or(edition).to_owned();
    let mut text = format!("from edition {} to {}\n", short(&changes.old), short(&changes.new));
    if changes.old == changes.new && changes.tables.is_empty() {
        return format!("{text}the same edition: nothing changed\n");
    }
    for cause in &changes.causes {
        text.push_str(&format!("  {cause}\n"));
    }
    if changes.tables.is_empty() {
        text.push_str("nothing that the brief says changed\n");
    }
    for table in &changes.tables {
        text.push_str(&format!("\n{} ({})\n", table.title, table.rows.len()));
        for row in &table.rows {
            text.push_str(&one(row));
        }
    }
    text
}

fn one(row: &RowChange) -> String {
    let mark = match row.what {
        What::Added => '+',
        What::Removed => '-',
        What::Changed => '~',
    };
    let mut text = format!("{mark} {}\n", row.of);
    for field in &row.fields {
        match row.what {
            What::Changed => {
                text.push_str(&format!("    {} said: {}\n", field.field, cut(&field.said)));
                text.push_str(&format!("    {} says: {}\n", field.field, cut(&field.says)));
            }
            What::Added => text.push_str(&format!("    {}: {}\n", field.field, cut(&field.says))),
            What::Removed => text.push_str(&format!("    {}: {}\n", field.field, cut(&field.said))),
        }
    }
    text.push_str(&format!("    why: {}\n", row.why.join("; ")));
    text
}

fn cut(text: &str) -> String {
    if text.is_empty() {
        return "(nothing)".into();
    }
    let shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() { format!("{shown}…") } else { shown }
}
