//! The brief as a PDF, typeset by Typst: a working paper in A4 or Letter, tagged and marked as PDF/UA-1.
//!
//! What stands in it is made from case and weighing as data, and `brief.typ` sets that data. Words of a case reach Typst as
//! strings, never as markup, so none of them can be taken for a command. Only this module names Typst.
//!
//! Invariants:
//! - nothing is computed here: each number stands in the weighing, and is printed as the page prints it;
//! - the same case and weighing give the same bytes: no clock, no file system, no network, no fonts of the machine.

mod bibliography;
mod chart;
mod content;
mod paper;
mod prose;
mod style;
mod world;

use tarazu_ledger::Case;
use typst::foundations::Smart;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

pub use style::{CitationStyle, StyleError};

use crate::weigh::Weighing;

/// The size of the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 8.5 × 11 inches.
    Letter,
}

impl Paper {
    /// As Typst names it.
    fn name(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::Letter => "us-letter",
        }
    }
}

/// What may be chosen about the PDF.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PdfSettings {
    /// The size of the sheet.
    pub paper: Paper,
    /// How documents are cited and listed.
    pub style: CitationStyle,
}

/// Why a PDF could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The content cannot be handed to Typst.
    #[error("the content of the brief cannot be written as data: {0}")]
    Content(#[from] serde_json::Error),
    /// Typst refuses the document, or the document breaks a rule of PDF/UA-1.
    #[error("the brief cannot be typeset: {0}")]
    Typeset(String),
}

/// Typeset the brief of a weighing.
///
/// # Errors
/// [`PdfError`] where Typst refuses the document: a citation style that it cannot use, or a rule of PDF/UA-1 that is broken.
pub fn render(case: &Case, weighing: &Weighing, settings: &PdfSettings) -> Result<Vec<u8>, PdfError> {
    let mut files = world::Files::default();
    let xml = settings.style.xml();
    let named = matches!(settings.style, CitationStyle::Named(_)) && xml.is_empty();
    let style = named.then(|| settings.style.name());
    let paper = serde_json::to_value(paper::paper(case, weighing, settings.paper, style, &mut files))?;
    files.add("documents.yml", bibliography::documents(case, &bibliography::cited(&paper))?);
    files.add("paper.json", serde_json::to_vec(&paper)?);
    files.add("style.csl", xml.into_bytes());
    let world = world::BriefWorld::new(files).map_err(PdfError::Typeset)?;
    let compiled = typst::compile::<PagedDocument>(&world);
    let document = compiled.output.map_err(|errors| PdfError::Typeset(world::words(&errors)))?;
    let standards =
        PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|e| PdfError::Typeset(e.message().to_string()))?;
    let options = PdfOptions {
        // The identity of the file is that of the edition, the sheet and the style: no clock and no chance has a part in it.
        ident: Smart::Custom(format!(
            "{} {} {}",
            weighing.edition,
            settings.paper.name(),
            settings.style.name()
        )),
        creator: Smart::Custom(Some(format!("Tarazu {}", weighing.version))),
        standards,
        ..PdfOptions::default()
    };
    let bytes =
        typst_pdf::pdf(&document, &options).map_err(|errors| PdfError::Typeset(world::words(&errors)));
    // Typst keeps what it computed for a next time that a command line does not have.
    typst::comemo::evict(0);
    bytes
}
