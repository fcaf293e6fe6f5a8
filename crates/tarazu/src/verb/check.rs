//! `tarazu check CASE`: compile a case and list every fault.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tarazu_brief::check_grid;
use tarazu_ledger::{Case, LoadError};

use crate::report::{Failure, faults_json, print, print_json};

/// Compile a case: list every fault with its place, or say that there is none.
#[derive(Args)]
pub struct Check {
    /// The case folder.
    case: PathBuf,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

impl Check {
    pub fn run(self) -> Result<(), Failure> {
        match Case::load(&self.case) {
            Ok(case) => {
                if let Err(error) = check_grid(&case) {
                    let message = error.to_string();
                    if self.json {
                        print_json(&json!({ "sound": false, "faults": [{ "message": message }] }))?;
                    }
                    return Err(Failure::Message(message));
                }
                let entries = case.ledger.headers().count();
                let (documents, citations) = (case.documents.len(), case.citations().len());
                if self.json {
                    let counts =
                        json!({ "entries": entries, "documents": documents, "citations": citations });
                    return print_json(&json!({ "sound": true, "faults": [], "counts": counts }));
                }
                print(&format!(
                    "{}: sound. {entries} entries, {documents} documents, {citations} citations\n",
                    self.case.display()
                ))
            }
            Err(LoadError::Faults { faults, sources }) if self.json => {
                print_json(&json!({ "sound": false, "faults": faults_json(&faults, &sources) }))?;
                Err(Failure::Message(format!("{} faults in {}", faults.len(), self.case.display())))
            }
            Err(error) => Err(Failure::load(&self.case, error)),
        }
    }
}
