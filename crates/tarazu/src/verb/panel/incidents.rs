//! A panel of the incidents that the last fusion made of a store's events.

use tarazu_events::{Panel as EventPanel, PanelShape};

use super::Panel;
use crate::report::Failure;

#[cfg(not(feature = "store"))]
impl Panel {
    pub(super) fn incidents(&self, _: &PanelShape) -> Result<(EventPanel, String), Failure> {
        let (store, draw) = (self.store.display(), self.draw);
        Err(Failure::Message(format!(
            "{store}, draw {draw}: this program was built without stores (feature `store`)"
        )))
    }
}

#[cfg(feature = "store")]
impl Panel {
    /// The panel and its accounting in words.
    pub(super) fn incidents(&self, shape: &PanelShape) -> Result<(EventPanel, String), Failure> {
        use tarazu_fuse::Reports;
        use tarazu_fuse::output::{incident_events, incidents_from_members};

        use crate::verb::fuse::input::violence_types;

        let store = self.store.display();
        let at = |message: &str| Failure::Message(format!("{store}: {message}"));
        let snapshot = tarazu_store::Store::open(&self.store)?.snapshot(None)?;
        let Some(derived) = &snapshot.derived else {
            return Err(at("there are no incidents yet; `tarazu fuse` makes them"));
        };
        if snapshot.derived_is_stale() {
            return Err(at("events changed since they were fused; run `tarazu fuse` again"));
        }
        let members = snapshot.derived_rows("members")?;
        let mut datasets: Vec<String> = Vec::new();
        for batch in &members {
            for name in tarazu_store::texts(batch, "dataset").into_iter().flatten() {
                if datasets.last() != Some(&name) {
                    datasets.push(name);
                }
            }
        }
        datasets.sort();
        datasets.dedup();
        let (mut reports, mut violence) = (Reports::new(), Vec::new());
        for batch in snapshot.events_of(&datasets)? {
            reports.push_batch(&batch)?;
            violence.extend(violence_types(&batch));
        }
        let incidents = incidents_from_members(&reports, &members, self.draw).map_err(|e| at(&e))?;
        let Some(incidents) = incidents else {
            return Err(at(&format!(
                "--draw {}: the store has no such draw; `tarazu fuse --draws K` keeps K",
                self.draw
            )));
        };
        let name = match (&self.dataset, self.draw) {
            (Some(name), _) => name.clone(),
            (None, 0) => "fused".to_owned(),
            (None, draw) => format!("fused draw {draw}"),
        };
        let releases = datasets.iter().map(|dataset| {
            let mut releases: Vec<&str> = snapshot
                .files
                .values()
                .filter(|f| &f.dataset == dataset && f.release != "unknown")
                .map(|f| f.release.as_str())
                .collect();
            releases.sort_unstable();
            releases.dedup();
            format!("{dataset} {}", releases.join(", ")).trim_end().to_owned()
        });
        let version = self.version.clone().unwrap_or_else(|| releases.collect::<Vec<_>>().join(" + "));
        let events = incident_events(&reports, &incidents, &violence);
        let account = format!(
            "{store}: {}; {} incidents of {} events, {} of them without a date and left out",
            derived.about,
            incidents.len(),
            reports.len(),
            incidents.len() - events.len()
        );
        Ok((EventPanel::from_events(&name, &version, &events, shape), account))
    }
}
