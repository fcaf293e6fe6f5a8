//! Errors as people and programs read them.

use std::fmt::{self, Display};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};
use serde::Serialize;
use tarazu_ledger::{Fault, LoadError, Source};

/// Why a verb failed.
pub enum Failure {
    /// One message.
    Message(String),
    /// The command line is at fault, in a way that only shows when its parts are held together.
    Usage(String),
    /// A case with faults.
    Case { folder: String, faults: Vec<Fault>, sources: Vec<Source> },
    /// Standard output was closed by the reader: nothing is wrong.
    Closed,
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Message(error.to_string())
    }
}

impl Failure {
    /// A case that did not load.
    pub fn load(folder: &std::path::Path, error: LoadError) -> Self {
        match error {
            LoadError::Faults { faults, sources } => {
                Self::Case { folder: folder.display().to_string(), faults, sources }
            }
            other => Self::Message(other.to_string()),
        }
    }

    /// What the process ends with.
    pub fn code(&self) -> u8 {
        if matches!(self, Self::Usage(_)) { 2 } else { 1 }
    }

    /// To standard error.
    pub fn print(&self) {
        match self {
            Self::Closed => {}
            Self::Message(message) | Self::Usage(message) => anstream::eprintln!("error: {message}"),
            Self::Case { folder, faults, sources } => {
                anstream::eprint!("{}", render(folder, faults, sources, color()));
            }
        }
    }
}

fn color() -> bool {
    anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
}

/// All faults with their places, then a count.
fn render(folder: &str, faults: &[Fault], sources: &[Source], color: bool) -> String {
    let theme = if color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler =
        GraphicalReportHandler::new_themed(theme).with_width(110).with_context_lines(1).with_links(false);
    let mut text = String::new();
    for fault in faults {
        let report = FaultReport::new(folder, fault, sources);
        if handler.render_report(&mut text, &report).is_err() {
            text.push_str(&fault.message);
        }
        text.push('\n');
    }
    let noun = if faults.len() == 1 { "fault" } else { "faults" };
    text.push_str(&format!("{} {noun} in {folder}\n", faults.len()));
    text
}

/// A fault as a diagnostic with its source.
#[derive(Debug)]
struct FaultReport {
    fault: Fault,
    source: Option<NamedSource<String>>,
}

impl FaultReport {
    fn new(folder: &str, fault: &Fault, sources: &[Source]) -> Self {
        let source = sources.get(fault.span.source).map(|s| {
            let name = format!("{}/{}", folder.trim_end_matches('/'), s.name);
            NamedSource::new(name, s.text.clone())
        });
        Self { fault: fault.clone(), source }
    }
}

impl Display for FaultReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fault.message)
    }
}

impl std::error::Error for FaultReport {}

impl Diagnostic for FaultReport {
    fn code<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        Some(Box::new(self.fault.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        self.fault.help.as_ref().map(|h| Box::new(h) as Box<dyn Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|s| s as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = &self.fault.span;
        // A whole table would be underlined line after line: its first line says where it is.
        let text = self.source.as_ref().map(|s| s.inner().as_str()).unwrap_or_default();
        let first_line =
            text.get(span.start..span.end).and_then(|t| t.split('\n').next()).map_or(0, str::len);
        // At the very end of a file there is nothing to underline: point at its last character.
        let last = text.char_indices().last().map_or(0, |(at, _)| at);
        let label = LabeledSpan::new(Some(self.fault.label.clone()), span.start.min(last), first_line);
        Some(Box::new(std::iter::once(label)))
    }
}

/// A fault for programs.
#[derive(Serialize)]
pub struct FaultJson<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    code: &'a str,
    message: &'a str,
    label: &'a str,
    help: Option<&'a str>,
}

/// Faults for programs.
pub fn faults_json<'a>(faults: &'a [Fault], sources: &'a [Source]) -> Vec<FaultJson<'a>> {
    faults
        .iter()
        .filter_map(|fault| {
            let source = sources.get(fault.span.source)?;
            let (line, column) = source.position(fault.span.start);
            Some(FaultJson {
                file: &source.name,
                line,
                column,
                code: fault.code,
                message: &fault.message,
                label: &fault.label,
                help: fault.help.as_deref(),
            })
        })
        .collect()
}

/// Print to standard output; a reader that stopped reading is no error.
pub fn print(text: &str) -> Result<(), Failure> {
    use std::io::Write;
    match anstream::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Err(Failure::Closed),
        other => other.map_err(Failure::from),
    }
}

/// Print as JSON with a final newline.
pub fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    print(&text)
}
