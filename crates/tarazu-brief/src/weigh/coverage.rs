//! What each dataset of the panel covers: which measure, of which areas, from when to when.

use std::collections::BTreeSet;

use serde::Serialize;
use tarazu_events::{Measure, Panel, Period};

/// One measure of one dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Dataset with its release.
    pub dataset: String,
    /// Column of the panel.
    pub measure: &'static str,
    /// Areas for which it is published.
    pub areas: Vec<String>,
    /// First period of the dataset.
    pub from: Period,
    /// Last period of the dataset.
    pub to: Period,
    /// First and last period of the measure, none where the dataset does not publish it.
    pub published: Option<(Period, Period)>,
}

/// Every measure of every dataset, also those that are not published.
pub(super) fn coverage(panel: &Panel) -> Vec<Coverage> {
    let mut all = Vec::new();
    for (dataset, version) in panel.datasets() {
        let rows = || panel.rows.iter().filter(move |r| r.dataset == dataset && r.version == version);
        let periods = || rows().map(|r| r.period);
        let (Some(from), Some(to)) = (periods().min(), periods().max()) else { continue };
        for measure in Measure::ALL {
            let there = || rows().filter(move |r| r.measures.get(measure).is_some());
            let areas: BTreeSet<&str> = there().map(|r| r.area.as_str()).collect();
            let published = there().map(|r| r.period).min().zip(there().map(|r| r.period).max());
            all.push(Coverage {
                dataset: format!("{dataset} {version}"),
                measure: measure.column(),
                areas: areas.into_iter().map(str::to_owned).collect(),
                from,
                to,
                published,
            });
        }
    }
    all
}
