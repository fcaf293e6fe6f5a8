//! `tarazu weigh CASE`: the main job.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tarazu_brief::bundle::Bundle;
use tarazu_brief::living::{Changes, changes};
use tarazu_brief::{
    Boundaries, EventsFile, LOG, Weighing, Written, published_log, summary, weigh, write, write_file,
};
use tarazu_events::file::{FileError, SourceFile};
use tarazu_events::write_rejects;
use tarazu_ledger::Case;
use tarazu_web::Cube;
use tarazu_web::site::{add_files, site, write_site};

use crate::report::{Failure, print, print_json};

/// Weigh a case: check, read, estimate, score, and write the brief into CASE/out/.
#[derive(Args)]
pub struct Weigh {
    #[command(flatten)]
    source: Source,
    #[cfg(feature = "pdf")]
    #[command(flatten)]
    pdf: super::brief::PdfArguments,
    /// Where to write instead of CASE/out/.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Put this edition on record in CASE/editions.toml, as one that is published: later editions tell what they say differently.
    #[arg(long)]
    publish: bool,
    /// Print the whole weighing as JSON.
    #[arg(long)]
    json: bool,
}

/// What is weighed.
#[derive(Args)]
pub struct Source {
    /// The case folder.
    pub case: PathBuf,
    /// A real event file (UCDP GED, any layout) to weigh with, besides the case's own panel.
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Release of the event file, where its name does not say it.
    #[arg(long, value_name = "V", requires = "events")]
    version: Option<String>,
    /// Boundaries to draw maps in, in place of the embedded ones: TopoJSON, or GeoJSON of geoBoundaries, Natural Earth or GADM. Districts draw
    /// districts, provinces draw provinces.
    #[arg(long, value_name = "FILE")]
    boundaries: Option<PathBuf>,
}

/// Load a case and weigh it.
pub fn weighed(source: &Source) -> Result<(Case, Weighing), Failure> {
    let case = Case::load(&source.case).map_err(|e| Failure::load(&source.case, e))?;
    let events = source.events.clone().map(|path| EventsFile { path, version: source.version.clone() });
    let boundaries = source.boundaries.as_deref().map(Boundaries::open).transpose()?;
    let bar = progress_bar();
    let mut weighing = weigh(&case, events.as_ref(), &|p| {
        bar.set_length(p.of as u64);
        bar.set_position(p.done as u64);
    })?;
    bar.finish_and_clear();
    if let Some(boundaries) = boundaries {
        weighing.bound(boundaries);
    }
    Ok((case, weighing))
}

impl Weigh {
    pub fn run(self) -> Result<(), Failure> {
        #[cfg(feature = "pdf")]
        let settings = self.pdf.settings()?;
        let (case, weighing) = weighed(&self.source)?;
        let out = self.out.unwrap_or_else(|| self.source.case.join("out"));
        // What was there may be no bundle, or one of another kind: then there is nothing to compare with.
        let before = Bundle::read(&out.join("bundle")).ok();
        let written = write(&case, &weighing, &out)?;
        #[cfg(feature = "pdf")]
        let pdf = Some(if settings == tarazu_brief::pdf::PdfSettings::default() {
            out.join("brief.pdf")
        } else {
            super::brief::write_pdf(&case, &weighing, &settings, &out)?
        });
        #[cfg(not(feature = "pdf"))]
        let pdf: Option<PathBuf> = None;
        let explorer = out.join("site");
        let mut files = site(&case, &weighing, Some(&Cube::embedded(&case)?))?;
        let whole: Vec<&Path> =
            [Some(written.brief.as_path()), pdf.as_deref()].into_iter().flatten().collect();
        add_files(&mut files, &downloads(&whole)?)?;
        write_site(&files, &explorer)?;
        let after = Bundle::read(&written.bundle)?;
        let changed = before.and_then(|before| changes(&before, &after).ok());
        if self.publish
            && let Some(log) = published_log(&case, &weighing.publish)?
        {
            write_file(&self.source.case.join(LOG), log.as_bytes())?;
        }
        let mut rejects = None;
        if let Some(read) = weighing.events.as_ref().filter(|e| !e.rejects.is_empty()) {
            // Rejects hold raw cells of the dataset, so they stay out of what is published.
            let path = self.source.case.join("events.rejects.csv");
            write_rejects(&path, &read.rejects)?;
            rejects = Some(path);
        }
        if self.json {
            let summary = summary(&case, &weighing);
            return print_json(&json!({ "summary": summary, "changes": changed, "weighing": weighing }));
        }
        let mut text = screenful(&case, &weighing, &written, pdf.as_deref(), &explorer, rejects);
        text.push_str(&since(changed.as_ref(), &weighing));
        print(&text)
    }
}

/// Files of `out/` that the explorer offers whole, by name.
fn downloads<'a>(paths: &[&'a Path]) -> Result<Vec<(&'a str, Vec<u8>)>, FileError> {
    let mut files = Vec::new();
    for path in paths {
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else { continue };
        files.push((name, SourceFile::open(path)?.bytes));
    }
    Ok(files)
}

/// A bar on a terminal, nothing elsewhere.
pub(super) fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) =
        ProgressStyle::with_template("weighing {bar:40} {pos}/{len} specifications, {eta} left")
    {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn screenful(
    case: &Case,
    weighing: &Weighing,
    written: &Written,
    pdf: Option<&Path>,
    explorer: &Path,
    rejects: Option<PathBuf>,
) -> String {
    let bold = Style::new().bold();
    let heading = Style::new().bold().fg_color(Some(AnsiColor::Cyan.into()));
    let dim = Style::new().dimmed();
    let mut text = String::new();
    let _ = writeln!(text, "{bold}{}{bold:#}", weighing.title);
    for pan in summary(case, weighing) {
        let _ = writeln!(text, "\n{heading}{:<13}{heading:#}{bold}{}{bold:#}", pan.heading, pan.headline);
        for line in &pan.lines {
            let _ = writeln!(text, "             {line}");
        }
    }
    if let Some(e) = &weighing.events {
        let _ = writeln!(text, "\n{}: {}; {}", e.file, e.layout, e.accounts);
        if let Some(path) = rejects {
            let _ = writeln!(text, "rejected rows: {}", path.display());
        }
    }
    let _ = writeln!(text, "\n{dim}edition {}{dim:#}", weighing.edition.get(..12).unwrap_or_default());
    let _ = writeln!(text, "brief:     {}", written.brief.display());
    if let Some(path) = pdf {
        let _ = writeln!(text, "paper:     {}", path.display());
    }
    let _ = writeln!(text, "explorer:  {}", explorer.join("index.html").display());
    let _ = writeln!(text, "estimates: {}", written.estimates.display());
    let _ = writeln!(text, "bundle:    {}", written.bundle.display());
    text
}

/// Verdicts and figures that are others than those in the folder that was written over, or than those of the edition published last.
fn since(changed: Option<&Changes>, weighing: &Weighing) -> String {
    let mut text = String::new();
    if let Some(changed) = changed.filter(|c| c.verdict_or_figure()) {
        let _ = writeln!(text, "\nchanged since edition {}, which was here before:", short(&changed.old));
        for table in changed.tables.iter().filter(|t| matches!(t.table.as_str(), "answers" | "figures")) {
            let noun = if table.table == "answers" { "verdict" } else { "figure" };
            for row in &table.rows {
                let told = if noun == "verdict" { "verdict" } else { "printed" };
                let field = row.fields.iter().find(|f| f.field == told);
                let Some(field) = field else { continue };
                let _ = writeln!(text, "  {noun} {}: {:?} → {:?}", row.of, field.said, field.says);
                let _ = writeln!(text, "    why: {}", row.why.join("; "));
            }
        }
        let _ = writeln!(text, "  all changes: tarazu diff OLD NEW");
    }
    for change in weighing.changes.iter().filter(|c| c.to == "this") {
        let _ = writeln!(
            text,
            "\nsince the edition published last ({}), {} {}: {:?} → {:?}\n  why: {}",
            short(&change.from),
            change.kind,
            change.of,
            change.said,
            change.says,
            change.why
        );
    }
    text
}

fn short(edition: &str) -> &str {
    edition.get(..12).unwrap_or(edition)
}
