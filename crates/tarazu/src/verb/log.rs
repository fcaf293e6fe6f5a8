//! `tarazu log`: the versions of a store.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tarazu_store::{DERIVED, Store};

use crate::report::{Failure, print, print_json};

/// List the versions of a store, oldest first. Any of them can be read again: `tarazu sql --at N`.
#[derive(Args)]
pub struct Log {
    /// The store's folder.
    #[arg(long, env = "TARAZU_STORE", default_value = "tarazu-store", value_name = "DIR")]
    store: PathBuf,
    /// A version, in place of all up to the newest.
    #[arg(long, value_name = "N")]
    at: Option<u64>,
    /// Print the paths of the Parquet files that the version holds, for tools that read Parquet but not Delta Lake.
    #[arg(long)]
    files: bool,
    /// Of which table: events, or what `tarazu fuse` made of them.
    #[arg(long, value_name = "TABLE", requires = "files", default_value = "events", value_parser = tables())]
    table: String,
    /// Print as JSON.
    #[arg(long, conflicts_with = "files")]
    json: bool,
}

fn tables() -> Vec<&'static str> {
    ["events"].into_iter().chain(DERIVED).collect()
}

impl Log {
    pub fn run(self) -> Result<(), Failure> {
        let snapshot = Store::open(&self.store)?.snapshot(self.at)?;
        if self.files {
            let paths = match self.table.as_str() {
                "events" => snapshot.paths(),
                table => snapshot.derived_path(table)?.into_iter().collect(),
            };
            let paths: String = paths.iter().map(|p| format!("{}\n", p.display())).collect();
            return print(&paths);
        }
        if self.json {
            let files: Vec<_> = snapshot.paths();
            return print_json(&json!({ "versions": snapshot.versions, "files": files }));
        }
        let mut text = String::new();
        for version in &snapshot.versions {
            text.push_str(&format!(
                "version {}  {}  {}  {} events\n",
                version.version, version.written, version.program, version.events
            ));
            for file in &version.files {
                text.push_str(&format!(
                    "  {}  {} {}  {}  sha256 {}\n",
                    file.file,
                    file.dataset,
                    file.release,
                    file.accounts,
                    &file.sha256[..12.min(file.sha256.len())]
                ));
            }
            if let Some(derived) = &version.derived {
                let tables = derived.tables.iter().map(|(name, table)| format!("{name} {}", table.rows));
                let tables = tables.collect::<Vec<_>>().join(", ");
                text.push_str(&format!("  {} (events of version {}): {tables}\n", derived.about, derived.of));
            }
        }
        print(&text)
    }
}
