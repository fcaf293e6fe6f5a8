//! `tarazu trace CODE [CASE]`: from a code back to data, files, documents and citation.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use tarazu_brief::{Found, Trace as Thing, TraceKind, look_up};

use crate::report::{Failure, print, print_json};

/// Lead a code back to where it comes from: rows, file, line, SHA-256, documents with locators, and what to cite.
///
/// Codes stand in every chart and, in brief.html, beside every computed figure, sentence and entry. The name of a figure, chart or entry does
/// as well.
#[derive(Args)]
pub struct Trace {
    /// A code such as TZ-7F3K-92, or the name of a computed figure, a chart or an entry of the ledger.
    #[arg(value_name = "CODE")]
    wanted: String,
    /// The case folder, weighed before.
    #[arg(default_value = ".")]
    case: PathBuf,
    /// Where it was weighed to, in place of CASE/out/.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

impl Trace {
    pub fn run(self) -> Result<(), Failure> {
        let out = self.out.unwrap_or_else(|| self.case.join("out"));
        let found = look_up(&self.case, &out, &self.wanted)?;
        if self.json { print_json(&found) } else { print(&report(&found)) }
    }
}

fn report(found: &Found) -> String {
    let mut text = String::new();
    thing(&mut text, &found.thing, "");
    for figure in &found.figures {
        text.push('\n');
        thing(&mut text, figure, "  ");
    }
    let _ = writeln!(
        text,
        "\nCite: {}. Tarazu {}, edition {}, sources searched up to {}. {} {}.",
        found.case,
        found.version,
        found.edition.get(..12).unwrap_or(&found.edition),
        found.as_of,
        kind(&found.thing),
        found.thing.code
    );
    for (file, now) in &found.changed {
        let _ = match now {
            Some(hash) => {
                writeln!(text, "changed since: {file} has SHA-256 {hash} now; weigh the case again")
            }
            None => writeln!(text, "gone since: {file}"),
        };
    }
    text
}

fn kind(thing: &Thing) -> &'static str {
    match thing.kind {
        TraceKind::Chart => "chart",
        TraceKind::Figure => "figure",
        TraceKind::Sentence => "sentence",
        TraceKind::Entry => "entry",
    }
}

fn thing(text: &mut String, t: &Thing, indent: &str) {
    let mut line = |words: String| {
        let _ = writeln!(text, "{indent}{words}");
    };
    line(format!("{}  {} {}", t.code, kind(t), t.id));
    line(format!("  {}", t.text));
    if let Some(how) = &t.how {
        line(format!("  {how}"));
    }
    if let Some(place) = &t.place {
        line(format!("  {}, line {}, SHA-256 {}", place.file, place.line, place.sha256));
    }
    for d in &t.data {
        line(format!("  data: {}", d.name));
        if let Some(file) = &d.file {
            let lines = d.lines.as_ref().map_or_else(String::new, |l| format!(", lines {l}"));
            let hash = d.sha256.as_ref().map_or_else(String::new, |h| format!(", SHA-256 {h}"));
            line(format!("    {file}{lines}{hash}"));
        } else if let Some(hash) = &d.sha256 {
            line(format!("    file of SHA-256 {hash}"));
        }
        line(format!("    {}", d.computed));
        if d.attribution != "this case" && !d.attribution.starts_with("as the sources") {
            line(format!("    cite: {} ({})", d.attribution, d.licence));
        }
    }
    for d in &t.documents {
        let reports = if d.secondary { " (reports it)" } else { "" };
        line(format!("  document {}, {}{reports}: {}", d.key, d.locator, d.title));
        if let Some(url) = &d.url {
            line(format!("    {url}"));
        }
        if let Some(hash) = &d.sha256 {
            line(format!("    copy read: SHA-256 {hash}"));
        }
    }
    if !t.figures.is_empty() {
        line(format!("  computed figures: {}", t.figures.join(", ")));
    }
}
