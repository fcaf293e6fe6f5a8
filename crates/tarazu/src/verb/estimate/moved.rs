//! `--method displacement`: did it move to the neighbours?

use serde::Serialize;
use tarazu_effects::{
    DisplacementCounts, DisplacementSeries, EffectsError, Settings, WeightedDifference, WeightedQuotient,
};

use super::panel::Panel;
use super::shape::{Shared, shaped};
use crate::report::{Failure, print, print_json};

/// What is asked.
pub struct Question<'a> {
    pub panel: &'a Panel,
    pub outcome: &'a str,
    pub treated: &'a str,
    pub start: &'a str,
    /// Periods before; as many as after without it, or as there are.
    pub before: Option<usize>,
    pub neighbours: &'a [String],
    pub controls: &'a [String],
}

#[derive(Serialize)]
struct Printed<'a> {
    specification: Specification,
    counts: &'a DisplacementCounts,
    /// Of the treated unit, of its neighbours, and of both together, which is the `difference`.
    displacement: &'a WeightedDifference,
    quotient: Option<&'a WeightedQuotient>,
    warnings: &'a [String],
    seed: u64,
    version: &'static str,
}

#[derive(Serialize)]
struct Specification {
    method: &'static str,
    choices: Vec<String>,
    periods_before: usize,
    periods_after: usize,
    level: f64,
}

pub fn run(question: &Question<'_>, settings: &Settings, json: bool) -> Result<(), Failure> {
    let panel = question.panel;
    if question.neighbours.is_empty() || question.controls.is_empty() {
        let message = "`displacement` needs --neighbours, where it may have moved to, and --donors, areas that neither reached";
        return Err(Failure::Usage(message.into()));
    }
    let start = panel.place(question.start, "--start")?;
    let after = panel.times.len() - start;
    let before = question.before.unwrap_or(after.min(start));
    if before == 0 || before > start {
        let message = format!("--before {before}: there are {start} periods before `{}`", question.start);
        return Err(panel.fault(&message));
    }
    let window = |unit: &String| -> Result<Vec<f64>, Failure> {
        Ok(panel.series(unit, question.outcome)?[start - before..].to_vec())
    };
    let windows = |units: &[String]| units.iter().map(window).collect::<Result<Vec<_>, _>>();
    let series = DisplacementSeries {
        treated: window(&question.treated.to_owned())?,
        ring: windows(question.neighbours)?,
        controls: windows(question.controls)?,
        start: before,
    };
    let counts = series.counts();
    let (difference, quotient, errors) = match series.weighted_difference(settings) {
        // A side of a few periods: the sums alone.
        Err(EffectsError::TooShort { .. }) => {
            let found = counts.weighted_difference(settings)?;
            (found, counts.weighted_quotient(settings).ok(), "errors: Poisson counts")
        }
        found => (found?, series.weighted_quotient(settings).ok(), "errors: as the periods vary"),
    };
    if json {
        let (seed, version) = (settings.seed, env!("CARGO_PKG_VERSION"));
        let own = Printed {
            specification: Specification {
                method: "displacement",
                choices: vec!["comparison: change of the controls".into(), errors.into()],
                periods_before: before,
                periods_after: after,
                level: settings.level,
            },
            counts: &counts,
            displacement: &difference,
            quotient: quotient.as_ref(),
            warnings: &difference.warnings,
            seed,
            version,
        };
        let shared = Shared { difference: &difference.difference(&counts), p: difference.p, by_period: &[] };
        return print_json(&shaped(&own, &shared, &["counts", "quotient"])?);
    }
    let mut text = format!(
        "`{}` in the {before} periods before {} and the {after} from it on.\n\n{:<14}{:>10}{:>10}\n",
        question.outcome, question.start, "", "before", "after"
    );
    let ring = counts.ring.unwrap_or(counts.treated);
    for (name, count) in [("treated", counts.treated), ("neighbours", ring), ("controls", counts.control)] {
        text.push_str(&format!("{name:<14}{:>10}{:>10}\n", count.before, count.after));
    }
    let line = |name: &str, i: tarazu_effects::Interval| {
        format!("{name:<14}{:+.2}  [{:+.2}, {:+.2}]\n", i.estimate, i.low, i.high)
    };
    text.push_str(&format!(
        "\nper unit and period, less the controls' change, {}% intervals:\n",
        100.0 * settings.level
    ));
    text.push_str(&line("treated", difference.local));
    if let Some(displaced) = difference.displaced {
        text.push_str(&line("neighbours", displaced));
    }
    text.push_str(&line("together", difference.total));
    text.push_str(&format!("z = {:.3}, p = {:.4}\n", difference.z, difference.p));
    if let Some(quotient) = &quotient {
        let value = quotient.quotient.map_or("none, for want of a decrease".into(), |q| format!("{q:.3}"));
        text.push_str(&format!("weighted displacement quotient: {value} ({:?})\n", quotient.reading));
    }
    for warning in &difference.warnings {
        text.push_str(&format!("warning: {warning}\n"));
    }
    print(&text)
}
