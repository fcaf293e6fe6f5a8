//! What a weighing leaves in `out/`: the page and the data behind it, each file whole or not at all.

use std::path::{Path, PathBuf};

use tarazu_events::file::{FileError, write_atomically};
use tarazu_ledger::Case;

use crate::page::page;
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
}

/// Write `brief.html`, `weighing.json` and `estimates.csv` into `folder`.
///
/// # Errors
/// [`OutputError`] where a file cannot be written.
pub fn write(case: &Case, weighing: &Weighing, folder: &Path) -> Result<Written, OutputError> {
    let written = Written {
        brief: folder.join("brief.html"),
        weighing: folder.join("weighing.json"),
        estimates: folder.join("estimates.csv"),
    };
    write_atomically(&written.brief, page(case, weighing).as_bytes())?;
    let mut json = serde_json::to_vec_pretty(weighing)?;
    json.push(b'\n');
    write_atomically(&written.weighing, &json)?;
    write_atomically(&written.estimates, &estimates(weighing)?)?;
    Ok(written)
}

fn estimates(weighing: &Weighing) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "intervention",
        "date",
        "dataset",
        "outcome",
        "method",
        "window_from",
        "window_to",
        "relative",
        "low",
        "high",
        "p",
        "average",
        "average_low",
        "average_high",
        "smallest_decrease",
        "smallest_increase",
        "pre_period_r_squared",
        "placebo_dates",
        "placebo_significant",
        "placebo_rank_p",
        "before_after",
        "excluded",
    ])?;
    for answer in &weighing.answers {
        for s in &answer.specifications {
            let e = s.estimate.as_ref();
            let number = |v: Option<f64>| v.map(|v| format!("{v:.6}")).unwrap_or_default();
            let relative = e.map(|e| e.difference.relative);
            let average = e.map(|e| e.difference.average);
            let placebo = e.and_then(|e| e.diagnostics.placebo_in_time.as_ref());
            let window = |f: fn(&(tarazu_events::Period, tarazu_events::Period)) -> String| {
                s.window.as_ref().map(f).unwrap_or_default()
            };
            writer.write_record([
                answer.question.id.clone(),
                answer.question.date.clone(),
                s.dataset.clone(),
                s.outcome.clone(),
                s.method.clone(),
                window(|w| w.0.to_string()),
                window(|w| w.1.to_string()),
                number(relative.map(|r| r.estimate)),
                number(relative.map(|r| r.low)),
                number(relative.map(|r| r.high)),
                number(e.map(|e| e.p)),
                number(average.map(|r| r.estimate)),
                number(average.map(|r| r.low)),
                number(average.map(|r| r.high)),
                number(e.map(|e| e.diagnostics.smallest_detectable.decrease)),
                number(e.map(|e| e.diagnostics.smallest_detectable.increase)),
                number(e.map(|e| e.diagnostics.pre_period.r_squared)),
                placebo.map(|p| p.dates.to_string()).unwrap_or_default(),
                placebo.map(|p| p.significant.to_string()).unwrap_or_default(),
                number(placebo.and_then(|p| p.rank_p)),
                number(s.before_after),
                s.excluded.clone().unwrap_or_default(),
            ])?;
        }
    }
    writer.into_inner().map_err(|e| e.into_error().into())
}
