//! `--method did`: units treated from different times on (Callaway & Sant'Anna 2021).

use serde::Serialize;
use tarazu_effects::{
    Aggregated, Base, Controls, GroupTimes, Honest, Path, Settings, Staggered, StaggeredPanel,
};

use super::panel::Panel;
use super::shape::{Shared, shaped};
use crate::report::{Failure, print, print_json};

/// What is asked.
pub struct Question<'a> {
    pub panel: &'a Panel,
    pub outcome: &'a str,
    /// The column with each unit's first treated time …
    pub cohort: Option<&'a str>,
    /// … or the one treated unit and its first treated time.
    pub treated: Option<(&'a str, &'a str)>,
    pub covariates: &'a [String],
    pub not_yet: bool,
    pub anticipation: usize,
}

/// What is printed as JSON; points of a path are by time since the treatment, group or time.
#[derive(Serialize)]
struct Printed<'a> {
    specification: Specification<'a>,
    simple: Aggregated,
    dynamic: Path,
    group: Path,
    calendar: Path,
    sensitivity: Option<&'a Sensitivity>,
    cells: &'a GroupTimes,
    warnings: &'a [String],
    times: &'a [String],
    seed: u64,
    version: &'static str,
}

#[derive(Serialize)]
struct Specification<'a> {
    method: &'static str,
    #[serde(flatten)]
    choices: &'a Staggered,
    units: usize,
    treated: usize,
    periods: usize,
    level: f64,
}

/// What is left of the mean effect after the treatment where trends were not parallel (Rambachan & Roth 2023, smoothness).
#[derive(Serialize)]
struct Sensitivity {
    /// Under changes of slope up to each of these.
    intervals: Vec<Honest>,
    /// The largest change of slope at which the interval leaves out zero.
    breakdown: Option<f64>,
}

/// Changes of slope per period, in standard errors of the mean effect.
const SMOOTHNESS: [f64; 5] = [0.0, 0.1, 0.25, 0.5, 1.0];

impl Sensitivity {
    /// `None` where there are no periods enough before.
    fn of(staggered: &Staggered, data: &StaggeredPanel, settings: &Settings) -> Option<Self> {
        let found = Staggered { base: Base::Universal, ..*staggered }.fit(data, settings).ok()?;
        let study = found.event_study().ok()?;
        let after = study.after.len();
        let anticipated = staggered.anticipation.min(after);
        // The mean over the periods from the treatment on; those in which it may have been anticipated are after the base, but not asked about.
        let asked = after - anticipated;
        let weights: Vec<f64> =
            (0..after).map(|t| if t < anticipated { 0.0 } else { 1.0 / asked as f64 }).collect();
        let scale = found.dynamic().overall.error;
        let interval = |m: &f64| study.smooth(&weights, m * scale, settings.level).ok();
        Some(Self {
            intervals: SMOOTHNESS.iter().map(interval).collect::<Option<_>>()?,
            breakdown: study.breakdown(&weights, settings.level).ok()?,
        })
    }
}

pub fn run(question: &Question<'_>, settings: &Settings, json: bool) -> Result<(), Failure> {
    let panel = question.panel;
    let mut data = StaggeredPanel { outcome: vec![], first_treated: vec![], covariates: vec![] };
    data.covariates = vec![Vec::new(); question.covariates.len()];
    for unit in &panel.units {
        data.outcome.push(panel.series(unit, question.outcome)?);
        let first = match (question.cohort, question.treated) {
            (Some(column), _) => cohort(panel, unit, column)?,
            (None, Some((treated, start))) if treated == unit => Some(panel.place(start, "--start")?),
            _ => None,
        };
        data.first_treated.push(first);
        for (values, column) in data.covariates.iter_mut().zip(question.covariates) {
            values.push(panel.mean(unit, column, 0, panel.times.len())?);
        }
    }
    let staggered = Staggered {
        controls: if question.not_yet { Controls::NotYetTreated } else { Controls::NeverTreated },
        anticipation: question.anticipation,
        ..Staggered::default()
    };
    let found = staggered.fit(&data, settings)?;
    let sensitivity = Sensitivity::of(&staggered, &data, settings);
    let (simple, dynamic, group, calendar) =
        (found.simple(), found.dynamic(), found.group(), found.calendar());
    let treated = data.first_treated.iter().filter(|g| g.is_some()).count();
    if json {
        let (difference, by_period) = found.difference(&data);
        let p = simple.p;
        let own = Printed {
            specification: Specification {
                method: "did",
                choices: &staggered,
                units: data.outcome.len(),
                treated,
                periods: panel.times.len(),
                level: settings.level,
            },
            simple,
            dynamic,
            group,
            calendar,
            sensitivity: sensitivity.as_ref(),
            cells: &found,
            warnings: &found.warnings,
            times: &panel.times,
            seed: settings.seed,
            version: env!("CARGO_PKG_VERSION"),
        };
        let shared = Shared { difference: &difference, p, by_period: &by_period };
        return print_json(&shaped(&own, &shared, &["sensitivity"])?);
    }
    let mut text = format!(
        "{treated} of {} units are treated; compared with units {}.\n\n",
        data.outcome.len(),
        if question.not_yet { "not treated yet" } else { "never treated" }
    );
    text.push_str(&format!(
        "{:<28}{:>12}{:>12}  {}% interval\n",
        "",
        "estimate",
        "error",
        100.0 * settings.level
    ));
    let mut line = |name: &str, of: &Aggregated| {
        let Aggregated { estimate, error, interval, .. } = of;
        let (low, high) = (interval.low, interval.high);
        text.push_str(&format!("{name:<28}{estimate:>12.4}{error:>12.4}  [{low:.4}, {high:.4}]\n"));
    };
    line("all, by size of group", &simple);
    line("event study, from treatment", &dynamic.overall);
    for (since, point) in &dynamic.points {
        line(&format!("  {since:+} times"), point);
    }
    line("groups", &group.overall);
    let time = |place: i64| panel.times.get(place as usize).map_or("", String::as_str);
    for (place, point) in &group.points {
        line(&format!("  first treated {}", time(*place)), point);
    }
    line("times", &calendar.overall);
    for (place, point) in &calendar.points {
        line(&format!("  {}", time(*place)), point);
    }
    let band = format!("\nall points of the event study at once: ± {:.3} errors\n", dynamic.simultaneous);
    text.push_str(&band);
    if let Some(sensitivity) = &sensitivity {
        text.push_str("\nif trends were not parallel, and their slope changed by at most so much from one time to the next (mean from treatment):\n");
        for honest in &sensitivity.intervals {
            let (low, high) = (honest.interval.low, honest.interval.high);
            text.push_str(&format!(
                "{:>12.5}{:>16.4}{:>12.4}  [{low:.4}, {high:.4}]\n",
                honest.smoothness, honest.interval.estimate, honest.error
            ));
        }
        text.push_str(&match sensitivity.breakdown {
            Some(m) => format!("the interval leaves out zero up to {m:.5}\n"),
            None => "straight lines alone are enough for the interval to hold zero\n".into(),
        });
    }
    for warning in &found.warnings {
        text.push_str(&format!("warning: {warning}\n"));
    }
    for (group, period, reason) in &found.excluded {
        let (group, period) = (time(*group as i64), time(*period as i64));
        text.push_str(&format!("not estimated: first treated {group}, at {period}: {reason}\n"));
    }
    print(&text)
}

/// A unit's first treated time: nothing and 0 are never, a time after the last is later than the panel.
fn cohort(panel: &Panel, unit: &str, column: &str) -> Result<Option<usize>, Failure> {
    let text = panel.text(unit, column)?;
    if text.is_empty() || text.parse::<f64>() == Ok(0.0) {
        return Ok(None);
    }
    let last = panel.times.last().and_then(|t| t.parse::<f64>().ok());
    if let (Ok(time), Some(last)) = (text.parse::<f64>(), last)
        && time > last
    {
        return Ok(None);
    }
    panel.place(&text, &format!("`{column}` of `{unit}`")).map(Some)
}
