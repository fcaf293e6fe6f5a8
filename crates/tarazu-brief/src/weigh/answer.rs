//! The answers: every specification of every question, estimated and judged.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use serde::Serialize;
use tarazu_effects::{
    Bsts, Estimate, Estimator, History, InterruptedTimeSeries, Problem, Season, Settings, Verdict,
    estimate_with_placebos, median, verdict,
};
use tarazu_events::{Measure, Panel, Period};
use tarazu_ledger::{Case, EstimateSettings};

use super::panel::Data;
use super::{Progress, Question, WeighError};

/// One specification and what came of it.
#[derive(Debug, Clone, Serialize)]
pub struct SpecificationResult {
    /// Dataset and release.
    pub dataset: String,
    /// Outcome: a column of the panel.
    pub outcome: String,
    /// Estimator; `bsts-comparison` is `bsts` with the comparison areas as covariates.
    pub method: String,
    /// First and last month of the window.
    pub window: Option<(Period, Period)>,
    /// The estimate, where there is one.
    pub estimate: Option<Estimate>,
    /// Why there is none.
    pub excluded: Option<String>,
    /// What comparing the means of as many months before and after would have said, relative.
    pub before_after: Option<f64>,
}

/// All specifications of a question, and the verdict over them.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// The question.
    pub question: Question,
    /// Its specifications, in a fixed order.
    pub specifications: Vec<SpecificationResult>,
    /// The verdict.
    pub verdict: Verdict,
    /// The middle of the specifications: medians of their relative estimates, lower ends and upper ends.
    pub middle: Option<(f64, f64, f64)>,
    /// Lowest lower end and highest upper end of all specifications.
    pub extremes: Option<(f64, f64)>,
    /// Median of what plain before–after readings would have said.
    pub before_after: Option<f64>,
}

impl Answer {
    /// The specifications that could be estimated.
    pub fn estimates(&self) -> impl Iterator<Item = &Estimate> {
        self.specifications.iter().filter_map(|s| s.estimate.as_ref())
    }
}

struct Task<'a> {
    question: &'a Question,
    dataset: &'a str,
    version: &'a str,
    outcome: Measure,
    method: &'a str,
}

pub(super) fn answers(
    case: &Case,
    data: &Data,
    questions: Vec<Question>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<Answer>, WeighError> {
    let Some(settings) = &case.settings.estimates else { return Ok(Vec::new()) };
    let series = series(settings, data)?;
    let mut tasks = Vec::new();
    for question in &questions {
        for (dataset, version, outcomes) in &series {
            for outcome in outcomes {
                for method in &settings.methods {
                    tasks.push(Task { question, dataset, version, outcome: *outcome, method });
                }
            }
        }
    }
    check_methods(settings)?;
    let done = AtomicUsize::new(0);
    let results: Vec<SpecificationResult> = tasks
        .par_iter()
        .map(|task| {
            let result = run(settings, &data.panel, task);
            progress(Progress { done: done.fetch_add(1, Ordering::Relaxed) + 1, of: tasks.len() });
            result
        })
        .collect();
    let per_question = tasks.len() / questions.len().max(1);
    let mut results = results.into_iter();
    Ok(questions
        .into_iter()
        .map(|question| judge(question, results.by_ref().take(per_question).collect()))
        .collect())
}

type Series = (String, String, Vec<Measure>);

/// The series of the case, and, for an event file given on the command line, all its death counts and events.
fn series(settings: &EstimateSettings, data: &Data) -> Result<Vec<Series>, WeighError> {
    let mut all = Vec::new();
    for series in &settings.series {
        let mut outcomes = Vec::new();
        for outcome in &series.outcomes {
            outcomes.push(Measure::from_column(outcome).ok_or_else(|| WeighError::Mismatch {
                file: "case.toml".into(),
                message: format!(
                    "outcome `{}` is no column of a panel; there are {}",
                    outcome.value,
                    Measure::ALL.map(Measure::column).join(", ")
                ),
            })?);
        }
        all.push((series.dataset.value.clone(), series.version.value.clone(), outcomes));
    }
    if let (Some(_), Some(source)) = (&data.events, data.sources.last()) {
        let outcomes = vec![
            Measure::Events,
            Measure::DeathsBest,
            Measure::DeathsLow,
            Measure::DeathsHigh,
            Measure::DeathsStateBased,
        ];
        all.push((source.dataset.clone(), source.version.clone(), outcomes));
    }
    Ok(all)
}

const METHODS: [&str; 3] = ["its-nb", "bsts", "bsts-comparison"];

fn check_methods(settings: &EstimateSettings) -> Result<(), WeighError> {
    match settings.methods.iter().find(|m| !METHODS.contains(&m.value.as_str())) {
        Some(unknown) => Err(WeighError::Mismatch {
            file: "case.toml".into(),
            message: format!("method `{}` is none of {}", unknown.value, METHODS.join(", ")),
        }),
        None => Ok(()),
    }
}

fn run(settings: &EstimateSettings, panel: &Panel, task: &Task<'_>) -> SpecificationResult {
    let mut result = SpecificationResult {
        dataset: format!("{} {}", task.dataset, task.version),
        outcome: task.outcome.column().into(),
        method: task.method.into(),
        window: None,
        estimate: None,
        excluded: None,
        before_after: None,
    };
    match cut(settings, panel, task) {
        Err(reason) => result.excluded = Some(reason),
        Ok((problem, history, window)) => {
            result.window = Some(window);
            result.before_after = before_after(&problem);
            let estimator: Box<dyn Estimator> = match task.method {
                "its-nb" => Box::new(InterruptedTimeSeries::default()),
                _ => Box::new(Bsts::for_counts()),
            };
            let options = Settings {
                level: settings.level,
                seed: settings.seed,
                draws: settings.draws as usize,
                replicate: 0,
            };
            let placebos = settings.placebo_dates as usize;
            match estimate_with_placebos(estimator.as_ref(), &problem, &history, placebos, &options) {
                Ok(estimate) => result.estimate = Some(estimate),
                Err(error) => result.excluded = Some(error.to_string()),
            }
        }
    }
    result
}

/// Cut the window of a question out of the panel.
fn cut(
    settings: &EstimateSettings,
    panel: &Panel,
    task: &Task<'_>,
) -> Result<(Problem, History, (Period, Period)), String> {
    let values = |area: &str| -> Vec<(Period, f64)> {
        panel
            .area(task.dataset, task.version, area)
            .map_while(|r| Some((r.period, r.measures.get(task.outcome)? as f64)))
            .collect()
    };
    let own = values(&settings.area);
    let Some((first, _)) = own.first() else {
        return Err(format!("{} does not publish {}", task.dataset, task.outcome.column()));
    };
    let (first, last) = (*first, first.shift(own.len() as i32 - 1));
    // Months are told apart by their place from here on, so each must stand in its place.
    let in_place = |series: &[(Period, f64)]| {
        series.iter().enumerate().all(|(i, (month, _))| *month == first.shift(i as i32))
    };
    if !in_place(&own) {
        return Err("the series has gaps or months out of order".into());
    }
    let start = task.question.first_month;
    let before = start.since(first).max(0) as u64;
    let after = (last.since(start) + 1).max(0) as u64;
    if before < settings.before {
        return Err(format!("{before} months before it in the data, {} needed", settings.before));
    }
    if after == 0 || after < settings.least_after {
        return Err(format!("{after} months after it in the data, {} needed", settings.least_after.max(1)));
    }
    let after = after.min(settings.after);
    let end = (before + after) as usize;
    let begin = (before - settings.before) as usize;
    let outcome: Vec<f64> = own[..end].iter().map(|(_, v)| *v).collect();
    let mut covariates = Vec::new();
    if task.method == "bsts-comparison" {
        for area in &settings.comparison {
            let series = values(area);
            if series.len() >= end && in_place(&series) {
                covariates.push(series[..end].iter().map(|(_, v)| *v).collect::<Vec<f64>>());
            }
        }
        if covariates.is_empty() {
            return Err("this dataset holds no comparison area".into());
        }
    }
    let season = |offset: usize| Season { length: 12, first: (first.season() as usize + offset) % 12 };
    let problem = Problem::new(outcome[begin..].to_vec(), settings.before as usize)
        .and_then(|p| p.with_covariates(covariates.iter().map(|c| c[begin..].to_vec()).collect()))
        .map_err(|e| e.to_string())?
        .with_season(season(begin));
    let earliest = begin.saturating_sub(settings.placebo_months as usize);
    let history = History {
        outcome: outcome[earliest..].to_vec(),
        covariates: covariates.iter().map(|c| c[earliest..].to_vec()).collect(),
        season: Some(season(earliest)),
    };
    Ok((problem, history, (first.shift(begin as i32), first.shift(end as i32 - 1))))
}

/// The mean of the months after over the mean of as many months before, less one.
fn before_after(problem: &Problem) -> Option<f64> {
    let after = problem.after();
    let before = &problem.before()[problem.start.saturating_sub(after.len())..];
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len().max(1) as f64;
    (mean(before) > 0.0).then(|| mean(after) / mean(before) - 1.0)
}

fn judge(question: Question, specifications: Vec<SpecificationResult>) -> Answer {
    let estimates: Vec<&Estimate> = specifications.iter().filter_map(|s| s.estimate.as_ref()).collect();
    let relative = |f: fn(&Estimate) -> f64| estimates.iter().map(|e| f(e)).collect::<Vec<f64>>();
    let lows = relative(|e| e.difference.relative.low);
    let highs = relative(|e| e.difference.relative.high);
    let middle = median(relative(|e| e.difference.relative.estimate))
        .zip(median(lows.clone()))
        .zip(median(highs.clone()))
        .map(|((m, l), h)| (m, l, h));
    let extremes = lows.into_iter().reduce(f64::min).zip(highs.into_iter().reduce(f64::max));
    Answer {
        verdict: verdict(estimates.iter().copied()),
        before_after: median(specifications.iter().filter_map(|s| s.before_after).collect()),
        question,
        specifications,
        middle,
        extremes,
    }
}
