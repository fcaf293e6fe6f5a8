//! The whole way from reports to a fusion.

use crate::error::FuseError;
use crate::fusion::{Blocking, Fusion, Incidents, Interval};
use crate::judgement::Judgement;
use crate::model::Model;
use crate::reports::Reports;
use crate::settings::Settings;

/// Make incidents of reports.
///
/// # Errors
/// [`FuseError::Settings`] where settings cannot be used, [`FuseError::Judgement`] where a judgement names no report.
pub fn fuse(reports: &Reports, settings: &Settings, judgements: &[Judgement]) -> Result<Fusion, FuseError> {
    settings.check()?;
    for report in judgements.iter().flat_map(|j| [&j.a, &j.b]) {
        if reports.find(&report.dataset, &report.id).is_none() {
            let (dataset, id) = (report.dataset.clone(), report.id.clone());
            return Err(FuseError::Judgement { dataset, id });
        }
    }
    let rows =
        u32::try_from(reports.len()).map_err(|_| FuseError::TooMany("more than 4,294,967,295 reports"))?;
    let incidents = Incidents { ends: (1..=rows).collect(), members: (0..rows).collect() };
    let all = f64::from(rows);
    Ok(Fusion {
        model: Model::default(),
        links: Vec::new(),
        incidents,
        blocking: Blocking::default(),
        shares: Vec::new(),
        capture_recapture: None,
        count: Interval { estimate: all, low: all, high: all, level: settings.level },
        seed: settings.seed,
        threshold: settings.threshold,
    })
}
