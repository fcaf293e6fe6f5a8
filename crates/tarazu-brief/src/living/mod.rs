//! The living brief: what one edition says that another does not, sentence by sentence, figure by figure, claim by claim, verdict by
//! verdict, and what can have changed it.
//!
//! Two bundles are compared by their tables alone, so that an edition of an older Tarazu can be held against one of a newer.

mod cause;
mod html;
mod rows;
mod words;

use serde::Serialize;

use crate::bundle::{Bundle, BundleError};
use cause::Causes;
use rows::Rows;

pub use html::html;
pub use words::words;

/// What happened to a row from one edition to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
}

/// One column that is another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// The column.
    pub field: String,
    /// What it said.
    pub said: String,
    /// What it says.
    pub says: String,
}

/// One row that is another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowChange {
    /// What happened.
    pub what: What,
    /// Id of the entry, or section and place of the sentence.
    pub of: String,
    /// The columns that differ; all of them where the row is new or gone.
    pub fields: Vec<FieldChange>,
    /// What can have changed it.
    pub why: Vec<String>,
}

/// The changes of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableChanges {
    /// The table.
    pub table: String,
    /// Its title.
    pub title: String,
    /// Its rows that differ.
    pub rows: Vec<RowChange>,
}

/// All that changed from one edition to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Identity of the older edition.
    pub old: String,
    /// Identity of the newer.
    pub new: String,
    /// What the two were made of and by that differs: datasets, documents, method, version.
    pub causes: Vec<String>,
    /// Tables with changes: verdicts, figures, sentences and claims first.
    pub tables: Vec<TableChanges>,
}

impl Changes {
    /// Whether a verdict or a computed figure is another.
    pub fn verdict_or_figure(&self) -> bool {
        self.tables.iter().any(|t| matches!(t.table.as_str(), "answers" | "figures"))
    }
}

/// The tables that are compared, in the order in which they are told; the columns by which a row is known.
const TABLES: [(&str, &str, &[&str]); 27] = [
    ("answers", "Verdicts", &["intervention"]),
    ("figures", "Figures", &["figure"]),
    ("sentences", "Sentences", &["section", "number"]),
    ("claims", "Claims", &["claim"]),
    ("responses", "Responses", &["claim", "number"]),
    ("requests", "Requests", &["request"]),
    ("commitments", "Commitments", &["commitment"]),
    ("commitment_wordings", "Wordings of commitments", &["commitment", "version"]),
    ("commitment_scores", "Scores of commitments", &["commitment", "year"]),
    ("programmes", "Programmes", &["programme"]),
    ("programme_results", "Results of programmes", &["programme", "number"]),
    ("campaigns", "Campaigns", &["campaign"]),
    ("strands", "Strands", &["strand"]),
    ("interventions", "Interventions", &["intervention"]),
    ("operation_lists", "Lists of operations", &["list"]),
    ("encounters", "Encounters", &["encounter"]),
    ("incidents", "Incidents", &["incident"]),
    ("incident_tolls", "Tolls of incidents", &["incident", "number"]),
    ("incident_followed", "What followed incidents", &["incident", "number"]),
    ("tallies", "Rival totals", &["tally"]),
    ("indicators", "Context series", &["indicator"]),
    ("indicator_values", "Values of context series", &["indicator", "number"]),
    ("transparency", "Score of transparency", &["question"]),
    ("not_asked", "Not asked about", &["name"]),
    ("actors", "Actors", &["actor"]),
    ("corrections", "Corrections", &["correction"]),
    ("documents", "Documents", &["document"]),
];

/// What changed from `old` to `new`.
///
/// # Errors
/// [`BundleError`] where one of the two is no bundle.
pub fn changes(old: &Bundle, new: &Bundle) -> Result<Changes, BundleError> {
    let (old_record, new_record) = (old.record()?, new.record()?);
    let causes = Causes::between(old, new, &old_record, &new_record)?;
    let mut tables = Vec::new();
    for (table, title, key) in TABLES {
        let (before, after) = (Rows::read(old, table)?, Rows::read(new, table)?);
        let mut changed = if table == "sentences" {
            rows::sentences(&before, &after)
        } else {
            rows::by_key(&before, &after, key)
        };
        if changed.is_empty() {
            continue;
        }
        for row in &mut changed {
            row.why = causes.of(table, row, &before, &after);
        }
        tables.push(TableChanges { table: table.into(), title: title.into(), rows: changed });
    }
    Ok(Changes { old: old_record.edition, new: new_record.edition, causes: causes.all, tables })
}
