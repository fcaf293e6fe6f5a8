//! Methods that have a question of their own: units treated from different periods on, displacement, near repeats.

use tarazu_effects::simulate::{
    ADOPTION_NAMES, Adoption, NAMES, PLACES_NAMES, Places, Simulated, Simulation,
};
use tarazu_effects::{
    Controls, Difference, DisplacementSeries, Interval, Knox, Settings, Staggered, StaggeredPanel,
};

use crate::Trial;

/// What is asked, and of which processes.
pub const METHODS: [(&str, &[&str]); 8] = [
    ("did", &ADOPTION_NAMES),
    ("did-not-yet", &ADOPTION_NAMES),
    ("did-event-study", &ADOPTION_NAMES),
    ("did-one-unit", &PANELS),
    ("displacement", &PANELS),
    ("displacement-ring", &PANELS),
    ("displacement-counts", &PANELS),
    ("displacement-quotient", &PANELS),
];

/// Processes with a treated unit among others.
const PANELS: [&str; 4] = ["panel-clean", "panel-contaminated", "panel-unchanged", "panel-displaced"];

/// The near-repeat test, which has neither difference nor interval.
pub const NEAR_REPEAT: &str = "near-repeat";

/// Whether a process is one of these methods' or of the estimators' at all.
pub fn is_known(process: &str) -> bool {
    NAMES.iter().chain(&ADOPTION_NAMES).chain(&PLACES_NAMES).any(|name| *name == process)
}

/// One simulation; `None` where there is no estimate.
pub fn trial(process: &str, method: &str, seed: u64, replicate: u64) -> Option<Trial> {
    let settings = |level| Settings { level, replicate, draws: 100, ..Settings::default() };
    let (wide, narrow) = (settings(0.95), settings(0.9));
    if let Some(adoption) = Adoption::named(process) {
        let drawn = adoption.draw(seed, replicate).ok()?;
        let at = |settings: &Settings| staggered(method, &drawn.panel, settings);
        let truth = if method == "did-event-study" { drawn.truth_since } else { drawn.truth };
        return judged(at(&wide)?, at(&narrow)?, truth);
    }
    let simulation = Simulation::named(process)?;
    let data = simulation.draw(seed, replicate).ok()?;
    if method == "did-one-unit" {
        let first_treated = (0..data.units.len()).map(|i| (i == 0).then_some(data.start)).collect();
        let panel = StaggeredPanel { outcome: data.units.clone(), first_treated, covariates: vec![] };
        let at = |settings: &Settings| staggered("did", &panel, settings);
        return judged(at(&wide)?, at(&narrow)?, data.truth.average);
    }
    let moved = if simulation.neighbours > 0 { simulation.displaced } else { 0.0 };
    let local = data.truth.average;
    let at = |settings: &Settings| displacement(method, &data, settings);
    let truth = match method {
        "displacement-ring" => -moved * local,
        "displacement-quotient" => -moved,
        _ => local - moved * local,
    };
    judged(at(&wide)?, at(&narrow)?, truth)
}

/// An interval and its p.
type Answer = (Interval, f64);

fn judged((wide, p): Answer, (narrow, _): Answer, truth: f64) -> Option<Trial> {
    let covers = |i: Interval| (i.low..=i.high).contains(&truth);
    Some(Trial {
        covers_90: covers(narrow),
        covers_95: covers(wide),
        significant: p < 0.05,
        error: wide.estimate - truth,
    })
}

fn staggered(method: &str, panel: &StaggeredPanel, settings: &Settings) -> Option<Answer> {
    let controls = if method == "did-not-yet" { Controls::NotYetTreated } else { Controls::NeverTreated };
    let found = Staggered { controls, ..Staggered::default() }.fit(panel, settings).ok()?;
    if method == "did-event-study" {
        let overall = found.dynamic().overall;
        return Some((overall.interval, overall.p));
    }
    let Difference { average, .. } = found.difference(panel).0;
    Some((average, found.simple().p))
}

/// The last comparison unit is the ring, the one that it comes up in where anything is displaced; the others are controls.
fn displacement(method: &str, data: &Simulated, settings: &Settings) -> Option<Answer> {
    let (ring, controls) = data.units[1..].split_last()?;
    let (treated, ring) = (data.units[0].clone(), vec![ring.clone()]);
    let series = DisplacementSeries { treated, ring, controls: controls.to_vec(), start: data.start };
    match method {
        "displacement-counts" => {
            let found = series.counts().weighted_difference(settings).ok()?;
            Some((found.total, found.p))
        }
        "displacement-quotient" => {
            let interval = series.weighted_quotient(settings).ok()?.interval?;
            let out = interval.low > 0.0 || interval.high < 0.0;
            Some((interval, if out { 0.0 } else { 1.0 }))
        }
        _ => {
            let found = series.weighted_difference(settings).ok()?;
            if method == "displacement-ring" {
                Some((found.displaced?, found.displaced_p?))
            } else {
                Some((found.total, found.p))
            }
        }
    }
}

/// Whether any of the nine bands is found at 5%, allowing for all nine.
pub fn near_repeat(process: &str, seed: u64, replicate: u64) -> Option<bool> {
    let events = Places::named(process)?.draw(seed, replicate).ok()?;
    let knox = Knox { permutations: 199, ..Knox::default() };
    let table = knox.test(&events, &Settings { replicate, ..Settings::default() }).ok()?;
    Some(table.cells.iter().any(|cell| cell.p_adjusted <= 0.05))
}
