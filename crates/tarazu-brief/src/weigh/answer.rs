//! The answers: the whole grid put to every question, and judged.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use tarazu_effects::multiverse::{
    DIMENSION_NAMES, Multiverse, Plan, Scale, Series, SeriesTable, VerdictWord, by_size,
};
use tarazu_effects::{Interval, RandomEffects, Study, random_effects};
use tarazu_events::file::SourceFile;
use tarazu_events::{Measure, Panel, PanelRow, Period};
use tarazu_ledger::{Case, EstimateSettings};

use super::panel::Data;
use super::{Progress, Question, WeighError};
use crate::number::grouped;

/// What the multiverse says about one question.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// The question.
    pub question: Question,
    /// Whether every cell of the grid was tried, or a sample of them.
    pub whole_grid: bool,
    /// Most months after the intervention that a specification could use.
    pub months_after: Option<usize>,
    /// The multiverse.
    #[serde(flatten)]
    pub multiverse: Multiverse,
}

impl Answer {
    /// The verdict's word.
    pub fn word(&self) -> VerdictWord {
        self.multiverse.verdict.word
    }

    /// How many specifications the grid has, the data carry, were tried and estimated, in words.
    pub fn tried(&self) -> String {
        let m = &self.multiverse;
        let number = |n: usize| grouped(n as f64);
        let carried = m.grid - m.without_data.iter().map(|w| w.cells).sum::<usize>();
        let mut words = format!(
            "The grid has {} specifications; the data hold the periods of {} of them, ",
            number(m.grid),
            number(carried)
        );
        if carried == m.results.len() {
            words.push_str("all of which were tried");
        } else {
            words.push_str(&format!("of which {} were tried, drawn by the seed", number(m.results.len())));
        }
        words.push_str(&format!("; {} could be estimated.", number(m.summary.estimated)));
        words
    }

    /// Why specifications are excluded: each reason with how many they are and, where data are lacking, of which datasets.
    pub fn excluded(&self) -> Vec<String> {
        let m = &self.multiverse;
        let words = |(reason, n): (&std::borrow::Cow<'_, str>, &usize)| {
            let mut of = m.without_data.iter().filter(|w| w.reason == *reason).map(|w| w.dataset.as_str());
            let n = grouped(*n as f64);
            match (of.next(), of.next(), of.count()) {
                (None, ..) => format!("{reason} ({n})"),
                (Some(one), None, _) => format!("{reason} ({n}, of {one})"),
                (Some(one), Some(other), 0) => format!("{reason} ({n}, of {one} and {other})"),
                (.., more) => format!("{reason} ({n}, of {} datasets)", more + 2),
            }
        };
        m.summary.excluded.iter().map(words).collect()
    }
}

/// The operations side by side.
#[derive(Debug, Clone, Serialize)]
pub struct Meta {
    /// Names of the interventions that enter, in order of date.
    pub names: Vec<String>,
    /// ln(observed / expected) at the middle of each one's curve, and its error: the larger of the specifications' own and that at
    /// placebo dates.
    pub studies: Vec<Study>,
    /// Their summary, by random effects.
    pub summary: RandomEffects,
    /// Interventions for which the plain before–after reading says the opposite of the middle of the curve.
    pub naive_says_the_opposite: usize,
}

pub(super) struct Answers {
    pub answers: Vec<Answer>,
    pub plan: Option<Plan>,
    pub meta: Option<Meta>,
    pub expectation: Option<Expectation>,
}

/// One month that was expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExpectedMonth {
    /// The month.
    pub month: Period,
    /// What was observed.
    pub observed: f64,
    /// What was expected, with its interval.
    pub expected: Interval,
}

/// The specification in the middle of a curve, month by month.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Expectation {
    /// Its choices: name and option.
    pub choices: Vec<(&'static str, String)>,
    /// The months after.
    pub months: Vec<ExpectedMonth>,
}

/// Check the grid of a case, for whoever compiles it without weighing.
///
/// # Errors
/// [`WeighError`] where `grid.toml` cannot be read or is at fault.
pub fn check_grid(case: &Case) -> Result<(), WeighError> {
    if case.settings.estimates.is_none() {
        return Ok(());
    }
    let mut plan = plan(case)?;
    if plan.choices.dataset.is_empty() {
        // The datasets come from the panel.
        plan.choices.dataset.push("panel".into());
    }
    plan.check().map_err(|e| at_grid(case, e.to_string()))
}

fn at_grid(case: &Case, message: String) -> WeighError {
    WeighError::Mismatch { file: case.folder.join("grid.toml").display().to_string(), message }
}

/// `grid.toml` of a case.
pub(super) fn plan(case: &Case) -> Result<Plan, WeighError> {
    let file = SourceFile::open(&case.folder.join("grid.toml"))?;
    let mismatch = |message: String| at_grid(case, message);
    let plan: Plan =
        toml::from_str(&String::from_utf8_lossy(&file.bytes)).map_err(|e| mismatch(e.to_string()))?;
    if plan.data.is_some() {
        return Err(mismatch("found a [data] table; a case's grid is put to its own panel.csv".into()));
    }
    for outcome in &plan.choices.outcome {
        if Measure::from_column(outcome).is_none() {
            let there = Measure::ALL.map(Measure::column).join(", ");
            return Err(mismatch(format!(
                "choice `outcome`: `{outcome}` is no column of a panel; there are {there}"
            )));
        }
    }
    Ok(plan)
}

pub(super) fn answers(
    case: &Case,
    data: &Data,
    questions: Vec<Question>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Answers, WeighError> {
    let Some(settings) = &case.settings.estimates else {
        return Ok(Answers { answers: Vec::new(), plan: None, meta: None, expectation: None });
    };
    let mut plan = plan(case)?;
    let table = series_table(&data.panel, &plan)?;
    if plan.choices.dataset.is_empty() {
        plan.choices.dataset = table.datasets().into_iter().map(str::to_owned).collect();
    }
    let of = questions.len();
    let done = AtomicUsize::new(0);
    let mut answers = Vec::new();
    for question in questions {
        answers.push(answer(case, settings, &plan, &table, question)?);
        progress(Progress { done: done.fetch_add(1, Ordering::Relaxed) + 1, of });
    }
    let meta = meta(&answers, plan.level);
    let main = answers.iter().find(|a| a.question.id == case.settings.campaign.value);
    let expectation =
        main.and_then(|answer| expectation(answer, &plan, &table, &settings.area, &settings.shown));
    Ok(Answers { answers, plan: Some(plan), meta, expectation })
}

/// The specification whose difference is the middle one of those that ask after the best estimate of the shown dataset over its most months.
fn expectation(
    answer: &Answer,
    plan: &Plan,
    table: &SeriesTable,
    area: &str,
    shown: &str,
) -> Option<Expectation> {
    let grid = &plan.choices;
    let results = &answer.multiverse.results;
    let named = |i: &usize, dimension: usize, option: &str| {
        grid.label(dimension, results[*i].levels[dimension]) == option
    };
    let all: Vec<usize> = by_size(results)
        .into_iter()
        .filter(|i| named(i, 0, shown) && named(i, 1, Measure::DeathsBest.column()))
        .filter(|i| grid.scale.get(usize::from(results[*i].levels[8])) == Some(&Scale::Count))
        .collect();
    let after = |i: &usize| grid.after.get(usize::from(results[*i].levels[3])).copied();
    let longest = all.iter().filter_map(after).max()?;
    let own: Vec<usize> = all.into_iter().filter(|i| after(i) == Some(longest)).collect();
    let chosen = results.get(*own.get(own.len() / 2)?)?;
    let estimate = plan.estimate(table, area, answer.question.month.number(), &chosen.levels).ok()?;
    let start = answer.question.month.shift(grid.start.get(usize::from(chosen.levels[4])).copied()? as i32);
    let first = estimate.by_period.first()?.index;
    let months = estimate
        .by_period
        .iter()
        .map(|p| ExpectedMonth {
            month: start.shift((p.index - first) as i32),
            observed: p.observed,
            expected: p.expected,
        })
        .collect();
    let choices = DIMENSION_NAMES
        .iter()
        .enumerate()
        .map(|(d, name)| (*name, grid.label(d, chosen.levels[d])))
        .collect();
    Some(Expectation { choices, months })
}

fn answer(
    case: &Case,
    settings: &EstimateSettings,
    plan: &Plan,
    table: &SeriesTable,
    question: Question,
) -> Result<Answer, WeighError> {
    let whole_grid = question.id == case.settings.campaign.value;
    let limit = (!whole_grid).then_some(settings.cells as usize);
    let start = question.month.number();
    let multiverse =
        plan.answer(table, &settings.area, start, limit).map_err(|e| at_grid(case, e.to_string()))?;
    let months_after = multiverse
        .results
        .iter()
        .filter(|r| r.outcome.is_ok())
        .filter_map(|r| plan.choices.after.get(usize::from(r.levels[3])).copied())
        .max();
    Ok(Answer { question, whole_grid, months_after, multiverse })
}

/// The panel as series by dataset with release, area and outcome. A measure is there for the months of a run in which it is published.
fn series_table(panel: &Panel, plan: &Plan) -> Result<SeriesTable, WeighError> {
    let mut table = SeriesTable::new(Some(12));
    let same =
        |a: &&PanelRow, b: &&PanelRow| (&a.dataset, &a.version, &a.area) == (&b.dataset, &b.version, &b.area);
    let mut rows: Vec<&PanelRow> = panel.rows.iter().collect();
    rows.sort_by(|a, b| {
        (&a.dataset, &a.version, &a.area, a.period).cmp(&(&b.dataset, &b.version, &b.area, b.period))
    });
    for group in rows.chunk_by(same) {
        let first = group[0];
        for outcome in &plan.choices.outcome {
            let Some(measure) = Measure::from_column(outcome) else { continue };
            let values: Vec<(i64, f64)> = group
                .iter()
                .filter_map(|r| Some((r.period.number(), r.measures.get(measure)? as f64)))
                .collect();
            let Some((start, _)) = values.first() else { continue };
            // Months are told apart by their place from here on, so each must stand in its place.
            if !values.iter().enumerate().all(|(i, (number, _))| *number == start + i as i64) {
                return Err(WeighError::Mismatch {
                    file: "panel.csv".into(),
                    message: format!(
                        "{outcome} of {} per {} {} has gaps or doubled months",
                        first.area, first.dataset, first.version
                    ),
                });
            }
            let series = Series { first: *start, values: values.into_iter().map(|(_, v)| v).collect() };
            table.insert(&format!("{} {}", first.dataset, first.version), &first.area, outcome, series);
        }
    }
    Ok(table)
}

/// The interventions under the same grid, side by side. Those without twenty specifications say too little to enter.
fn meta(answers: &[Answer], level: f64) -> Option<Meta> {
    let mut names = Vec::new();
    let mut studies = Vec::new();
    let mut opposite = 0;
    for answer in answers {
        let m = &answer.multiverse;
        let (Some(estimate), Some(own)) = (m.summary.median_log_ratio, m.summary.median_error) else {
            continue;
        };
        if m.summary.estimated < 20 {
            continue;
        }
        let error = m.dates.as_ref().map_or(own, |joint| own.max(joint.error));
        names.push(answer.question.name.clone());
        studies.push(Study { estimate, error });
        opposite += usize::from(m.summary.before_after.is_some_and(|naive| naive * estimate < 0.0));
    }
    let summary = random_effects(&studies, level).ok()?;
    Some(Meta { names, studies, summary, naive_says_the_opposite: opposite })
}
