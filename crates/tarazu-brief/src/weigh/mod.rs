//! Weigh a case: ask every question of every specification, judge, compute the figures of the text, score.

mod answer;
mod areas;
mod coverage;
mod edition;
mod figures;
mod panel;
mod question;

use std::path::PathBuf;

use serde::Serialize;
use tarazu_effects::multiverse::{CURVE_RULE, Plan};
use tarazu_events::file::sha256_hex;
use tarazu_events::table::TableError;
use tarazu_events::{Accounts, Panel};
use tarazu_ledger::{Case, TransparencyScore, transparency};

use crate::geo::Boundaries;

pub use answer::{Answer, Expectation, ExpectedMonth, Meta, check_grid};
pub use areas::{AreaKind, AreaRow, AreaTotals, Block, suppress_small_cells};
pub use coverage::Coverage;
pub use edition::{Change, Input, LOG, PublishedEdition, published_log};
pub use figures::ComputedFigure;
pub use panel::{MonthlyRow, PanelSource, first_incomplete_month};
pub use question::Question;

/// A real event file to weigh with, besides the embedded panel.
#[derive(Debug, Clone)]
pub struct EventsFile {
    /// The file.
    pub path: PathBuf,
    /// Release, where the file's name does not say it.
    pub version: Option<String>,
}

/// How far the weighing is, for a progress bar.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Questions answered.
    pub done: usize,
    /// Of how many.
    pub of: usize,
}

/// Why a case cannot be weighed.
#[derive(Debug, thiserror::Error)]
pub enum WeighError {
    /// The embedded panel is at fault.
    #[error(transparent)]
    Panel(#[from] TableError),
    /// The event file is at fault.
    #[error(transparent)]
    Events(#[from] tarazu_events::ReadError),
    /// A file of the panel is at fault.
    #[error(transparent)]
    File(#[from] tarazu_events::file::FileError),
    /// Case and panel do not fit.
    #[error("{file}: {message}")]
    Mismatch {
        /// The file in which the mismatch shows.
        file: String,
        /// What does not fit, and what is there.
        message: String,
    },
}

/// What was read of an event file.
#[derive(Debug, Clone, Serialize)]
pub struct EventsRead {
    /// Name of the file.
    pub file: String,
    /// Its release.
    pub version: String,
    /// Its hash.
    pub sha256: String,
    /// Its layout in words.
    pub layout: String,
    /// The accounting identity.
    pub accounts: Accounts,
    /// Events of the case's country that were used.
    pub used: usize,
    /// Events of other countries.
    pub elsewhere: usize,
    /// Events left out because their month was not over thirty days before `as_of`.
    pub too_young: usize,
    /// Events whose published death counts break low ≤ best ≤ high.
    pub unordered_bounds: usize,
    /// Rows that could not be read.
    #[serde(skip)]
    pub rejects: Vec<tarazu_events::Reject>,
}

/// Everything that a brief says, in numbers.
#[derive(Debug, Clone, Serialize)]
pub struct Weighing {
    /// Version of Tarazu.
    pub version: &'static str,
    /// Title of the case.
    pub title: String,
    /// The campaign that is weighed.
    pub campaign: String,
    /// The day up to which sources were searched.
    pub as_of: String,
    /// SHA-256 over version, case files, panel, event file and the editions published before: the identity of this edition.
    pub edition: String,
    /// The files of the case that it rests on.
    pub inputs: Vec<Input>,
    /// Editions that were published before this one, in order.
    pub earlier: Vec<PublishedEdition>,
    /// Verdicts and figures that changed from one published edition to the next.
    pub changes: Vec<Change>,
    /// What `editions.toml` keeps of this edition when it is published.
    #[serde(skip)]
    pub publish: PublishedEdition,
    /// Where the panel's figures come from.
    pub panel_sources: Vec<PanelSource>,
    /// The event file, where one was given.
    pub events: Option<EventsRead>,
    /// Every area and month that it was weighed with.
    #[serde(skip)]
    pub panel: Panel,
    /// The treated area by month, for the chart and its table.
    pub monthly: Vec<MonthlyRow>,
    /// What each dataset of the panel covers.
    pub coverage: Vec<Coverage>,
    /// Provinces and districts by blocks of years, where the case has `areas.csv`.
    pub areas: Vec<AreaTotals>,
    /// Boundaries to draw them in, where there are any.
    #[serde(skip)]
    pub boundaries: Option<Boundaries>,
    /// SHA-256 of a user's own boundaries, where they take the place of the embedded ones.
    #[serde(skip)]
    pub own_boundaries: Option<String>,
    /// What was expected of the months after the campaign's date, by the specification in the middle of its curve.
    pub expectation: Option<Expectation>,
    /// One answer per intervention, in order of date.
    pub answers: Vec<Answer>,
    /// Interventions that are not asked about, with the reason.
    pub not_asked: Vec<(String, String)>,
    /// The grid: every choice, with the settings of the estimates.
    pub plan: Option<Plan>,
    /// The interventions side by side.
    pub meta: Option<Meta>,
    /// The rule of the verdict.
    pub verdict_rule: &'static str,
    /// The computed figures of the text.
    pub figures: Vec<ComputedFigure>,
    /// The score of transparency.
    pub transparency: TransparencyScore,
}

impl Weighing {
    /// Draw maps in a user's own boundaries. They are part of what is published, so the edition changes with them.
    pub fn bound(&mut self, boundaries: Boundaries) {
        self.edition = sha256_hex(format!("{}\nboundaries {}\n", self.edition, boundaries.sha256).as_bytes());
        self.publish.edition = self.edition.clone();
        self.own_boundaries = Some(boundaries.sha256.clone());
        self.boundaries = Some(boundaries);
    }

    /// The answer about the campaign that is weighed.
    pub fn main_answer(&self) -> Option<&Answer> {
        self.answers.iter().find(|a| a.question.id == self.campaign)
    }
}

/// Weigh a case.
///
/// # Errors
/// [`WeighError`] where the panel or the event file cannot be read or does not fit the case.
pub fn weigh(
    case: &Case,
    events: Option<&EventsFile>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Weighing, WeighError> {
    let data = panel::load(case, events)?;
    let (questions, not_asked) = question::questions(case);
    let answer::Answers { answers, plan, meta, expectation } =
        answer::answers(case, &data, questions, progress)?;
    let figures = figures::compute(case, &data.panel, &answers)?;
    let identity = edition::identity(case, &data)?;
    let as_of = case.settings.as_of.to_string();
    let publish = edition::to_publish(&identity, &as_of, &answers, &figures, &data.sources);
    let changes = edition::changes(&identity.earlier, &publish);
    Ok(Weighing {
        version: env!("CARGO_PKG_VERSION"),
        title: case.settings.title.value.clone(),
        campaign: case.settings.campaign.value.clone(),
        as_of,
        edition: identity.edition,
        inputs: identity.inputs,
        earlier: identity.earlier,
        changes,
        publish,
        panel_sources: data.sources,
        events: data.events,
        panel: data.panel,
        monthly: data.monthly,
        coverage: data.coverage,
        areas: data.areas,
        boundaries: Boundaries::embedded(&case.settings.iso3.value),
        own_boundaries: None,
        expectation,
        answers,
        not_asked,
        plan,
        meta,
        verdict_rule: CURVE_RULE,
        figures,
        transparency: transparency(case),
    })
}
