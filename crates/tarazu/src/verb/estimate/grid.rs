//! `tarazu estimate --grid FILE`: every specification of a grid.

use std::path::Path;

use serde::Serialize;
use tarazu_brief::{grouped, percent, signed_percent, specification_curve_svg, specifications_csv};
use tarazu_effects::multiverse::{CURVE_RULE, JointInference, Multiverse, PlaceboKind, Plan};
use tarazu_events::file::write_atomically;

use super::long::{Columns, read, series};
use crate::report::{Failure, print, print_json};

/// Where results go.
pub struct Outputs<'a> {
    pub json: bool,
    pub csv: Option<&'a Path>,
    pub svg: Option<&'a Path>,
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Printed<'a> {
    plan: &'a Plan,
    multiverse: &'a Multiverse,
    rule: &'static str,
    version: &'static str,
}

pub fn run(path: &Path, outputs: &Outputs<'_>) -> Result<(), Failure> {
    let at = |message: String| Failure::Message(format!("{}: {message}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| at(format!("cannot be read: {e}")))?;
    let mut plan: Plan = toml::from_str(&text).map_err(|e| at(e.to_string()))?;
    let data =
        plan.data.clone().ok_or_else(|| at("no [data] table; expected `file`, `time`, `start`".into()))?;
    let file = path.parent().unwrap_or(Path::new(".")).join(&data.file);
    let table = read(&file)?;
    let columns = Columns {
        dataset: &data.dataset,
        unit: data.unit.as_deref(),
        time: &data.time,
        outcomes: &plan.choices.outcome,
    };
    let (table, clock) = series(&table, &columns)?;
    if plan.choices.dataset.is_empty() {
        plan.choices.dataset = table.datasets().into_iter().map(str::to_owned).collect();
    }
    let treated = data.treated.unwrap_or_default();
    let named = plan.choices.unit.iter().map(|unit| ("[choices] unit", unit));
    let asked = named.chain(plan.choices.unit.is_empty().then_some(("[data] treated", &treated)));
    if let Some((key, unit)) = asked.into_iter().find(|(_, unit)| !table.units().contains(&unit.as_str())) {
        let there = table.units().join(", ");
        return Err(at(format!("{key}: no unit `{unit}` in {}; there are {there}", file.display())));
    }
    let start = clock.number(&data.start);
    let start = start
        .ok_or_else(|| at(format!("[data] start: `{}` is no time of {}", data.start, file.display())))?;
    let multiverse = plan.answer(&table, &treated, start, None).map_err(|e| at(e.to_string()))?;
    if let Some(out) = outputs.csv {
        write_atomically(out, &specifications_csv(&plan.choices, &multiverse.results)?)?;
    }
    if let Some(out) = outputs.svg {
        write_atomically(out, specification_curve_svg(&plan.choices, &multiverse.results).as_bytes())?;
    }
    if outputs.json {
        let version = env!("CARGO_PKG_VERSION");
        return print_json(&Printed { plan: &plan, multiverse: &multiverse, rule: CURVE_RULE, version });
    }
    print(&words(&multiverse))
}

/// All specifications together, in words.
fn words(multiverse: &Multiverse) -> String {
    let s = &multiverse.summary;
    let mut text = format!("verdict     {}\n\n", multiverse.verdict.word.text());
    let mut line = |heading: &str, rest: String| text.push_str(&format!("{heading:<12}{rest}\n"));
    line(
        "cells",
        format!("{}, of which {} could be estimated", grouped(s.cells as f64), grouped(s.estimated as f64)),
    );
    for (reason, count) in &s.excluded {
        line("", format!("{} excluded: {reason}", grouped(*count as f64)));
    }
    if let (Some(middle), Some((low, high))) = (s.middle, s.central) {
        line(
            "middle",
            format!(
                "{} from expectation; middle of the intervals {} to {}",
                signed_percent(middle.estimate),
                signed_percent(middle.low),
                signed_percent(middle.high)
            ),
        );
        line(
            "",
            format!("nine in ten estimates lie between {} and {}", signed_percent(low), signed_percent(high)),
        );
        line(
            "",
            format!(
                "{} wholly below zero, {} wholly above",
                grouped(s.wholly_below as f64),
                grouped(s.wholly_above as f64)
            ),
        );
    }
    if let Some(before_after) = s.before_after {
        line(
            "naive",
            format!(
                "{} is what comparing as many periods before would have said",
                signed_percent(before_after)
            ),
        );
    }
    for joint in [&multiverse.dates, &multiverse.units].into_iter().flatten() {
        line("placebos", placebos(joint));
    }
    if let Some(detectable) = multiverse.verdict.smallest_detectable {
        let (decrease, increase) = (signed_percent(detectable.decrease), signed_percent(detectable.increase));
        line(
            "power",
            format!("smallest difference that would show in four of five cases: {decrease} or {increase}"),
        );
    }
    if let Some(explained) = &multiverse.explained {
        let mut shares: Vec<_> = explained.iter().collect();
        shares.sort_by(|a, b| b.share.total_cmp(&a.share));
        let together = 1.0 - shares.iter().map(|s| s.share).sum::<f64>();
        let parts: Vec<String> =
            shares.iter().map(|s| format!("{} {}", s.choice, percent(s.share.max(0.0)))).collect();
        line(
            "spread",
            format!("explained by {}; choices together {}", parts.join(", "), percent(together.max(0.0))),
        );
    }
    text.push_str(&format!("\n{CURVE_RULE}\n"));
    text
}

fn placebos(joint: &JointInference) -> String {
    let what = match joint.kind {
        PlaceboKind::Dates => "dates",
        PlaceboKind::Units => "units",
    };
    format!(
        "{} {what}: joint p {:.3} (median), {:.3} (share of specifications wholly on one side), {:.3} (mean z)",
        joint.placebos, joint.p_median, joint.p_share, joint.p_mean_z
    )
}
