//! What a weighing leaves in `out/`: the page and the data behind it, each file whole or not at all.

use std::path::{Path, PathBuf};

use tarazu_effects::multiverse::{CellResult, Grid};
use tarazu_events::file::{FileError, write_atomically};
use tarazu_ledger::Case;

use crate::bundle::{Bundle, BundleOptions, specification};
use crate::chart::{Chart, Theme, charts};
use crate::page::page;
use crate::trace::traces;
use crate::weigh::Weighing;

/// The files that were written.
#[derive(Debug, Clone)]
pub struct Written {
    /// The page.
    pub brief: PathBuf,
    /// Everything that it says, for programs.
    pub weighing: PathBuf,
    /// One row per specification.
    pub estimates: PathBuf,
    /// The folder of charts: `NAME.svg`, `NAME.csv`, `NAME.json`.
    pub charts: PathBuf,
    /// What every trace code stands for.
    pub traces: PathBuf,
    /// The data package.
    pub bundle: PathBuf,
}

/// Why the output could not be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// JSON.
    #[error("the weighing cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// CSV.
    #[error("the estimates cannot be written as CSV: {0}")]
    Csv(#[from] csv::Error),
    /// Parquet.
    #[error("a table cannot be written as Parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// PDF.
    #[cfg(feature = "pdf")]
    #[error(transparent)]
    Pdf(#[from] crate::pdf::PdfError),
}

/// Write `brief.html`, `weighing.json`, `estimates.csv`, `trace.json`, the charts and the bundle into `folder`.
///
/// # Errors
/// [`OutputError`] where a file cannot be written.
pub fn write(case: &Case, weighing: &Weighing, folder: &Path) -> Result<Written, OutputError> {
    let written = Written {
        brief: folder.join("brief.html"),
        weighing: folder.join("weighing.json"),
        estimates: folder.join("estimates.csv"),
        charts: folder.join("charts"),
        traces: folder.join("trace.json"),
        bundle: folder.join("bundle"),
    };
    let options = BundleOptions::usual();
    for (name, bytes) in reading_files(case, weighing, options)? {
        write_atomically(&folder.join(name), &bytes)?;
    }
    let mut json = serde_json::to_vec_pretty(weighing)?;
    json.push(b'\n');
    write_atomically(&written.weighing, &json)?;
    write_atomically(&written.estimates, &estimates(weighing)?)?;
    Bundle::assemble(case, weighing, options)?.write(&written.bundle)?;
    Ok(written)
}

/// What people read, by its name in `out/`; the bundle holds it too.
pub(crate) fn reading_files(
    case: &Case,
    weighing: &Weighing,
    options: BundleOptions,
) -> Result<Vec<(String, Vec<u8>)>, OutputError> {
    let charts = charts(case, weighing);
    let traces = traces(case, weighing, &charts);
    let html = ("brief.html".to_owned(), page(case, weighing, &charts, &traces).into_bytes());
    let mut files = vec![html, ("trace.json".to_owned(), json(&traces)?)];
    files.extend(paper(case, weighing, options)?);
    for chart in &charts {
        files.extend(chart_files(chart)?);
    }
    Ok(files)
}

/// A chart as a drawing that needs no style sheet, its table, and what there is to know about it.
fn chart_files(chart: &Chart) -> Result<[(String, Vec<u8>); 3], OutputError> {
    let name = |ending: &str| format!("charts/{}.{ending}", chart.id);
    Ok([
        (name("svg"), format!("{}\n", chart.svg(Theme::Print)).into_bytes()),
        (name("csv"), chart.csv().into_bytes()),
        (name("json"), json(&chart.metadata())?),
    ])
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut json = serde_json::to_vec_pretty(value)?;
    json.push(b'\n');
    Ok(json)
}

/// The PDF, in A4 and the usual style of citations.
#[cfg(feature = "pdf")]
fn paper(
    case: &Case,
    weighing: &Weighing,
    options: BundleOptions,
) -> Result<Option<(String, Vec<u8>)>, OutputError> {
    let settings = crate::pdf::PdfSettings::default();
    let bytes = options.pdf.then(|| crate::pdf::render(case, weighing, &settings)).transpose()?;
    Ok(bytes.map(|bytes| ("brief.pdf".to_owned(), bytes)))
}

/// A build without the feature `pdf` makes none.
#[cfg(not(feature = "pdf"))]
fn paper(_: &Case, _: &Weighing, _: BundleOptions) -> Result<Option<(String, Vec<u8>)>, OutputError> {
    Ok(None)
}

/// Write one file whole or not at all.
///
/// # Errors
/// [`OutputError`] where it cannot be written.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), OutputError> {
    Ok(write_atomically(path, bytes)?)
}

/// Every specification of every question.
fn estimates(weighing: &Weighing) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let Some(plan) = &weighing.plan else { return Ok(Vec::new()) };
    let fields = specification::fields();
    writer.write_record(["intervention", "date"].into_iter().chain(fields.iter().map(|f| f.name)))?;
    for answer in &weighing.answers {
        let question = [&answer.question.id, &answer.question.date];
        for result in &answer.multiverse.results {
            let cells: Vec<String> = row(&plan.choices, result).collect();
            writer.write_record(question.into_iter().chain(&cells))?;
        }
    }
    writer.into_inner().map_err(|e| e.into_error().into())
}

/// The specifications of a grid as CSV: its choices, then what was found.
///
/// # Errors
/// Where a row cannot be written.
pub fn specifications_csv(grid: &Grid, results: &[CellResult]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(specification::fields().iter().map(|f| f.name))?;
    for result in results {
        writer.write_record(row(grid, result))?;
    }
    writer.into_inner().map_err(|e| e.into_error().into())
}

fn row(grid: &Grid, result: &CellResult) -> impl Iterator<Item = String> + use<> {
    specification::cells(grid, result).into_iter().map(|cell| cell.text())
}
