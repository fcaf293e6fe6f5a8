//! `tarazu fuse`: incidents out of events, with a probability on every link.

pub mod input;
mod waterfall;
mod words;

use std::path::PathBuf;

use clap::Args;
use tarazu_events::file::write_atomically;
use tarazu_events::{Panel, PanelShape};
use tarazu_fuse::output::{former_from_csv, incident_events, incidents_csv, links_csv};
use tarazu_fuse::{Former, Fusion, Identities, fuse, identify, toll_disagreements};

use self::input::{Inputs, Loaded};
use super::panel::{Length, Rule, Unit};
use crate::report::{Failure, print, print_json};

/// Make incidents of the events of one or several datasets: which records tell of the same happening, and how surely.
///
/// The model learns without labels what agreement of two records means. Datasets of a store are fused in the store: the tables
/// incidents, links and members appear there with a version of their own (`tarazu sql`). See docs/fuse.md.
#[derive(Args)]
pub struct Fuse {
    #[command(flatten)]
    inputs: Inputs,
    /// Write every pair with its probability to this CSV file.
    #[arg(long, value_name = "FILE")]
    links: Option<PathBuf>,
    /// Write the incidents to this CSV file: members, reconciled values with where each is from, and every dataset's own.
    #[arg(long, value_name = "FILE")]
    incidents: Option<PathBuf>,
    /// The incidents file of an earlier fusion, whose ids stay (a store knows its own).
    #[arg(long, value_name = "FILE")]
    earlier: Option<PathBuf>,
    /// Join pairs that have at least this probability.
    #[arg(long, value_name = "P", value_parser = probability)]
    threshold: Option<f64>,
    /// Keep so many plausible fusions beside the answer, drawn by the probabilities: in the store, and in the panel.
    #[arg(long, value_name = "K", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1000))]
    draws: u32,
    /// Write a panel of incidents to this CSV file, and after it those of the draws.
    #[arg(long, value_name = "FILE")]
    panel: Option<PathBuf>,
    /// What makes a row of the panel.
    #[arg(long, value_enum, default_value_t = Unit::Country)]
    unit: Unit,
    /// Length of the panel's periods.
    #[arg(long, value_enum, default_value_t = Length::Month)]
    period: Length,
    /// Which day of an incident decides its period.
    #[arg(long, value_enum, default_value_t = Rule::End)]
    date: Rule,
    /// Seed of the random numbers.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Say why two events are or are not one incident, comparison by comparison, and write nothing. An event is DATASET:ID, or its id
    /// alone where only one dataset has it.
    #[arg(long, num_args = 2, value_names = ["A", "B"])]
    explain: Option<Vec<String>>,
    /// Print the model as well: levels of every comparison, with m and u.
    #[arg(long)]
    model: bool,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

fn probability(text: &str) -> Result<f64, String> {
    let value: Result<f64, _> = text.parse();
    value.ok().filter(|p| *p > 0.0 && *p < 1.0).ok_or_else(|| "expected a number between 0 and 1".into())
}

/// A fusion with everything that is said of it.
pub struct Answer<'a> {
    pub loaded: &'a Loaded,
    pub fusion: &'a Fusion,
    pub threshold: f64,
    pub identities: Identities,
    /// Whether there was an earlier fusion.
    pub earlier: bool,
    /// The version of the store that holds it.
    pub version: Option<u64>,
}

impl Fuse {
    pub fn run(self) -> Result<(), Failure> {
        let mut loaded = self.inputs.load()?;
        if let Some(threshold) = self.threshold {
            loaded.settings.threshold = threshold;
        }
        if let Some(seed) = self.seed {
            loaded.settings.seed = seed;
        }
        let judgements = loaded.known_judgements();
        let fusion = fuse(&loaded.reports, &loaded.settings, &judgements)?;
        if let Some(pair) = &self.explain {
            return waterfall::explain(&loaded, &fusion, pair, self.json);
        }
        let former = self.former(&loaded)?;
        let mut answer = Answer {
            identities: identify(&loaded.reports, &fusion.incidents, &former),
            earlier: !former.is_empty(),
            threshold: loaded.settings.threshold,
            version: None,
            loaded: &loaded,
            fusion: &fusion,
        };
        self.write(&mut answer)?;
        let tolls = toll_disagreements(&loaded.reports, &fusion.incidents);
        if self.json {
            return print_json(&words::json(&answer, &tolls, self.draws));
        }
        let mut text = words::summary(&answer, &tolls);
        if self.model {
            text.push_str(&words::model(&answer));
        }
        print(&text)
    }

    /// The incidents of the fusion before.
    fn former(&self, loaded: &Loaded) -> Result<Former, Failure> {
        if let Some(path) = &self.earlier {
            let at = |message: String| Failure::Message(format!("{}: {message}", path.display()));
            let bytes = std::fs::read(path).map_err(|e| at(format!("cannot be read: {e}")))?;
            return former_from_csv(&bytes).map_err(at);
        }
        #[cfg(feature = "store")]
        if let Some((_, snapshot)) = &loaded.store {
            let members = snapshot.derived_rows("members")?;
            return tarazu_fuse::output::former_from_members(&members).map_err(Failure::Message);
        }
        let _ = loaded;
        Ok(Former::new())
    }

    fn write(&self, answer: &mut Answer<'_>) -> Result<(), Failure> {
        let Loaded { reports, .. } = answer.loaded;
        let (fusion, ids) = (answer.fusion, &answer.identities.ids);
        if let Some(path) = &self.links {
            write_atomically(path, links_csv(reports, fusion).as_bytes())?;
        }
        if let Some(path) = &self.incidents {
            write_atomically(path, incidents_csv(reports, &fusion.incidents, ids).as_bytes())?;
        }
        if let Some(path) = &self.panel {
            write_atomically(path, &self.panel(answer)?)?;
        }
        #[cfg(feature = "store")]
        if let Some((store, snapshot)) = &answer.loaded.store {
            use tarazu_fuse::output::{incidents_batch, links_batch, members_batch};
            let names: Vec<&str> = answer.loaded.datasets.iter().map(|d| d.name.as_str()).collect();
            let tables = [
                ("incidents", incidents_batch(reports, fusion, ids)?),
                ("links", links_batch(reports, fusion)?),
                ("members", members_batch(reports, fusion, ids, self.draws)?),
            ];
            let about = format!("fusion of {} at threshold {}", names.join(", "), answer.threshold);
            let waiting = || anstream::eprintln!("another process is writing to the store; waiting for it");
            answer.version = Some(store.derive(snapshot, &tables, &about, &waiting)?);
        }
        Ok(())
    }

    /// The panel of the answer and of every draw.
    fn panel(&self, answer: &Answer<'_>) -> Result<Vec<u8>, Failure> {
        let Loaded { reports, violence, .. } = answer.loaded;
        let shape = PanelShape {
            area: self.unit.into(),
            period: self.period.into(),
            date_rule: self.date.into(),
            from: None,
            to: None,
        };
        let version = answer.loaded.version();
        let mut panel = Panel::default();
        for draw in 0..=self.draws {
            let (name, events) = if draw == 0 {
                ("fused".to_owned(), incident_events(reports, &answer.fusion.incidents, violence))
            } else {
                let drawn = answer.fusion.draw(reports, u64::from(draw) - 1);
                (format!("fused draw {draw}"), incident_events(reports, &drawn, violence))
            };
            panel.absorb(Panel::from_events(&name, &version, &events, &shape));
        }
        Ok(panel.to_csv()?)
    }
}

impl Loaded {
    /// What was fused, as the version of a panel.
    pub fn version(&self) -> String {
        let each = self.datasets.iter().map(|d| match d.release.as_str() {
            "unknown" => d.name.clone(),
            release => format!("{} {release}", d.name),
        });
        each.collect::<Vec<_>>().join(" + ")
    }

    /// Judgements on events that are at hand.
    pub fn known_judgements(&self) -> Vec<tarazu_fuse::Judgement> {
        let all = self.journal.as_ref().map(|j| j.judgements()).unwrap_or_default();
        let known: std::collections::HashSet<(&str, &str)> = (0..self.reports.len())
            .map(|row| (self.reports.datasets()[self.reports.dataset_of(row)].as_str(), self.reports.id(row)))
            .collect();
        let is_known = |r: &tarazu_fuse::ReportId| known.contains(&(r.dataset.as_str(), r.id.as_str()));
        all.into_iter().filter(|j| is_known(&j.a) && is_known(&j.b)).collect()
    }
}
