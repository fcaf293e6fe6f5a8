//! What difference: the specifications of one question, chosen by their choices.

use serde_json::{Map, Value, json};
use tarazu_brief::Answer as Found;
use tarazu_effects::multiverse::{CellResult, DIMENSION_NAMES, DIMENSIONS, Grid, summary};

use super::{CASE, FORMAT, any_object, case, count, list, object, text, value};
use crate::serve::answer::{Answer, Table};
use crate::serve::explorer::Explorer;
use crate::serve::guard::Server;
use crate::serve::parameter::{Asked, Kind, Parameter};
use crate::serve::problem::Problem;
use crate::serve::route::{Content, Route};

const INTERVENTION: Parameter = Parameter {
    name: "intervention",
    about: "The campaign or other intervention; without it the campaign that the case weighs.",
    kind: Kind::Name(interventions),
};
const LIMIT: Parameter = Parameter {
    name: "limit",
    about: "Rows at most.",
    kind: Kind::Whole { least: 0, most: 20_000, otherwise: 500 },
};
const OFFSET: Parameter = Parameter {
    name: "offset",
    about: "Rows to pass over.",
    kind: Kind::Whole { least: 0, most: 1_000_000, otherwise: 0 },
};

const fn choice<const D: usize>(about: &'static str) -> Parameter {
    Parameter { name: DIMENSION_NAMES[D], about, kind: Kind::Name(options::<D>) }
}

pub const DIFFERENCE: Route = Route {
    path: "/api/v1/difference",
    name: "difference",
    summary: "Every specification of one question: the difference from expectation under each set of choices",
    about: "The verdict is of the whole curve, never of a selection; `selection` sums up the specifications that the choices leave. \
            Rows are in order of the relative difference (−0.3 is 30% below expectation); those that could not be estimated come \
            last, with the reason.",
    parameters: &[
        INTERVENTION,
        choice::<0>("Dataset with release."),
        choice::<1>("Outcome."),
        choice::<2>("Months before."),
        choice::<3>("Months after."),
        choice::<4>("Date rule: the first month that counts as after, from the intervention's own."),
        choice::<5>("Comparison."),
        choice::<6>("Trend."),
        choice::<7>("Pairs of seasonal harmonics."),
        choice::<8>("Scale."),
        choice::<9>("Estimator."),
        choice::<10>("Unit taken as the treated one."),
        LIMIT,
        OFFSET,
        CASE,
        FORMAT,
    ],
    content: Content::Table(|| {
        object(&[
            ("asked", any_object()),
            ("case", text()),
            ("question", any_object()),
            ("verdict", any_object()),
            ("whole", any_object()),
            ("selection", any_object()),
            ("choices", any_object()),
            ("specifications", count()),
            ("rows", list(any_object())),
        ])
    }),
    answer: difference,
};

fn interventions(explorer: &Explorer) -> Vec<String> {
    unique(explorer.cases.iter().flat_map(|c| &c.weighing.answers).map(|a| a.question.id.clone()))
}

fn options<const D: usize>(explorer: &Explorer) -> Vec<String> {
    let grids = explorer.cases.iter().filter_map(|c| c.weighing.plan.as_ref()).map(|p| &p.choices);
    unique(grids.flat_map(|g| labels(g, D)))
}

/// The first of each, in order of their coming.
fn unique(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

fn labels(grid: &Grid, dimension: usize) -> Vec<String> {
    let width = grid.widths()[dimension];
    (0..width).map(|level| grid.label(dimension, u16::try_from(level).unwrap_or(u16::MAX))).collect()
}

fn difference(server: &Server, asked: &Asked) -> Result<Answer, Problem> {
    let weighed = case(server, asked)?;
    let weighing = &weighed.weighing;
    let answer = match asked.text("intervention") {
        Some(id) => weighing.answers.iter().find(|a| a.question.id == id),
        None => weighing.main_answer(),
    };
    let (Some(answer), Some(plan)) = (answer, &weighing.plan) else {
        return Err(Problem::not_found("the case does not ask this question"));
    };
    let grid = &plan.choices;
    let labels: [Vec<String>; DIMENSIONS] = std::array::from_fn(|d| labels(grid, d));
    // A choice that another case has and this one does not selects nothing.
    let wanted: [Option<Option<u16>>; DIMENSIONS] = std::array::from_fn(|d| {
        let asked = asked.text(DIMENSION_NAMES[d])?;
        Some(labels[d].iter().position(|l| l == asked).and_then(|p| u16::try_from(p).ok()))
    });
    let fits =
        |r: &&CellResult| wanted.iter().zip(r.levels).all(|(w, level)| w.is_none_or(|w| w == Some(level)));
    let mut chosen: Vec<CellResult> = answer.multiverse.results.iter().filter(fits).cloned().collect();
    let size = |r: &CellResult| r.outcome.as_ref().map_or(f64::INFINITY, |e| e.relative.estimate);
    chosen.sort_by(|a, b| size(a).total_cmp(&size(b)));
    let (limit, offset) = (asked.whole(&LIMIT), asked.whole(&OFFSET));
    let shown = chosen.iter().skip(offset).take(limit);
    if asked.csv() {
        return Ok(Answer::Csv(table(&labels, shown)));
    }
    let rows: Vec<Value> = shown.map(|r| row(&labels, r)).collect();
    whole(weighed.id.as_str(), asked, answer, &labels, &chosen, rows)
}

fn whole(
    case: &str,
    asked: &Asked,
    answer: &Found,
    labels: &[Vec<String>; DIMENSIONS],
    chosen: &[CellResult],
    rows: Vec<Value>,
) -> Result<Answer, Problem> {
    let choices: Map<String, Value> =
        DIMENSION_NAMES.iter().zip(labels).map(|(name, l)| ((*name).to_owned(), json!(l))).collect();
    Ok(Answer::Json(json!({
        "asked": asked.echo(),
        "case": case,
        "question": value(&answer.question)?,
        "verdict": value(&answer.multiverse.verdict)?,
        "whole": value(&answer.multiverse.summary)?,
        "explained": value(&answer.multiverse.explained)?,
        "selection": value(&summary(chosen))?,
        "choices": choices,
        "specifications": chosen.len(),
        "rows": rows,
    })))
}

fn row(labels: &[Vec<String>; DIMENSIONS], result: &CellResult) -> Value {
    let mut map = Map::new();
    for ((name, labels), level) in DIMENSION_NAMES.iter().zip(labels).zip(result.levels) {
        map.insert(
            (*name).to_owned(),
            labels.get(usize::from(level)).map_or(Value::Null, |l| l.as_str().into()),
        );
    }
    match &result.outcome {
        Ok(e) => {
            map.insert("relative".into(), json!(e.relative.estimate));
            map.insert("low".into(), json!(e.relative.low));
            map.insert("high".into(), json!(e.relative.high));
            map.insert("p".into(), json!(e.p));
        }
        Err(reason) => {
            map.insert("excluded".into(), reason.as_ref().into());
        }
    }
    Value::Object(map)
}

fn table<'a>(labels: &[Vec<String>; DIMENSIONS], shown: impl Iterator<Item = &'a CellResult>) -> Table {
    let rows = shown.map(|r| {
        let choices = labels
            .iter()
            .zip(r.levels)
            .map(|(l, level)| l.get(usize::from(level)).cloned().unwrap_or_default());
        let found = match &r.outcome {
            Ok(e) => {
                let [relative, low, high, p] =
                    [e.relative.estimate, e.relative.low, e.relative.high, e.p].map(|n| format!("{n:.6}"));
                [relative, low, high, p, String::new()]
            }
            Err(reason) => [String::new(), String::new(), String::new(), String::new(), reason.to_string()],
        };
        choices.chain(found).collect()
    });
    let headings = DIMENSION_NAMES.into_iter().chain(["relative", "low", "high", "p", "excluded"]).collect();
    Table { headings, rows: rows.collect() }
}
