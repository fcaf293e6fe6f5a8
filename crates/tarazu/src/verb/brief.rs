//! `tarazu brief CASE`: the publication alone, on the sheet and in the citation style that are asked for.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use tarazu_brief::pdf::{self, CitationStyle, Paper, PdfSettings};
use tarazu_brief::{Weighing, charts, page, traces, write_file};
use tarazu_ledger::Case;

use super::weigh::{Source, weighed};
use crate::report::{Failure, print};

/// Publish a case: weigh it and write brief.html and brief.pdf into CASE/out/.
#[derive(Args)]
pub struct Brief {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    pdf: PdfArguments,
    /// Where to write: a folder for both files, or one file that ends with .pdf or .html.
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
}

/// How the PDF is set.
#[derive(Args)]
pub struct PdfArguments {
    /// Sheet of the PDF.
    #[arg(long, value_enum, default_value = "a4")]
    paper: Sheet,
    /// Citation style of the PDF: a CSL file, or a name such as chicago-author-date, chicago-notes, apa, harvard-cite-them-right, ieee, mla.
    #[arg(long, value_name = "FILE.csl|NAME", default_value = "chicago-author-date")]
    style: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum Sheet {
    A4,
    Letter,
}

impl PdfArguments {
    /// Read the style before anything is computed.
    pub fn settings(&self) -> Result<PdfSettings, Failure> {
        let paper = match self.paper {
            Sheet::A4 => Paper::A4,
            Sheet::Letter => Paper::Letter,
        };
        Ok(PdfSettings { paper, style: style(&self.style)? })
    }
}

/// What ends with .csl or leads through folders is a file; anything else is a name.
fn style(text: &str) -> Result<CitationStyle, Failure> {
    let path = Path::new(text);
    let is_file =
        path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csl")) || path.components().count() > 1;
    let found = if is_file {
        let xml = std::fs::read_to_string(path).map_err(|e| Failure::Message(format!("{text}: {e}")))?;
        CitationStyle::csl(&xml)
    } else {
        CitationStyle::named(text)
    };
    found.map_err(|e| {
        if is_file { Failure::Message(format!("{text}: {e}")) } else { Failure::Usage(e.to_string()) }
    })
}

/// Write `brief.pdf` into a folder.
pub fn write_pdf(
    case: &Case,
    weighing: &Weighing,
    settings: &PdfSettings,
    folder: &Path,
) -> Result<PathBuf, Failure> {
    let path = folder.join("brief.pdf");
    write_file(&path, &pdf::render(case, weighing, settings)?)?;
    Ok(path)
}

fn html(case: &Case, weighing: &Weighing) -> String {
    let charts = charts(case, weighing);
    page(case, weighing, &charts, &traces(case, weighing, &charts))
}

impl Brief {
    pub fn run(self) -> Result<(), Failure> {
        let settings = self.pdf.settings()?;
        let output = self.output.unwrap_or_else(|| self.source.case.join("out"));
        let kind = output.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
        let (case, weighing) = weighed(&self.source)?;
        match kind.as_deref() {
            Some("pdf") => {
                write_file(&output, &pdf::render(&case, &weighing, &settings)?)?;
                print(&format!("{}\n", output.display()))
            }
            Some("html") => {
                write_file(&output, html(&case, &weighing).as_bytes())?;
                print(&format!("{}\n", output.display()))
            }
            _ => {
                // The PDF is made first: where it cannot be made, nothing is left half-renewed.
                let bytes = pdf::render(&case, &weighing, &settings)?;
                let (brief, paper) = (output.join("brief.html"), output.join("brief.pdf"));
                write_file(&brief, html(&case, &weighing).as_bytes())?;
                write_file(&paper, &bytes)?;
                print(&format!("{}\n{}\n", brief.display(), paper.display()))
            }
        }
    }
}
