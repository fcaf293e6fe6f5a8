//! Coverage, false positives, bias and error of every estimator on simulated data of known truth: the table of `docs/calibration.md`.
//!
//! `cargo run --release -p tarazu-effects --example calibration -- [SIMULATIONS [SEED [METHOD,… [PROCESS,…]]]]`
//!
//! Seeds below 1,000,000 were used while methods were made; the published table uses 20,000,000, which was not.

mod panels;

use std::env;
use std::io::{self, Write};

use rayon::prelude::*;
use tarazu_effects::simulate::{self, NAMES, Simulated, Simulation};
use tarazu_effects::{
    Estimator, Form, METHODS, PredictorControl, Problem, Search, Settings, SpaceInference, Synthetic,
    estimator_by_name,
};

/// Other inference of a synthetic control, under names of its own.
const INFERENCE: [(&str, SpaceInference); 2] =
    [("conformal", SpaceInference::Conformal), ("jackknife", SpaceInference::Jackknife)];

/// A synthetic control with predictors: for each unit, the means of its outcome in the thirds of the periods before.
const NESTED: &str = "nested";

fn nested(problem: &Problem) -> Box<dyn Estimator> {
    let third = problem.start.div_ceil(3).max(1);
    let means = |series: &Vec<f64>| -> Vec<f64> {
        let before = series.get(..problem.start).unwrap_or(series);
        before.chunks(third).map(|part| part.iter().sum::<f64>() / part.len() as f64).collect()
    };
    let values: Vec<Vec<f64>> =
        std::iter::once(&problem.outcome).chain(&problem.covariates).map(means).collect();
    let names = (1..=values.first().map_or(0, Vec::len)).map(|n| format!("third {n}")).collect();
    Box::new(PredictorControl { names, values, decides: None, search: Search::Quick })
}

fn estimator(name: &str, problem: &Problem) -> Option<Box<dyn Estimator>> {
    if name == NESTED {
        return Some(nested(problem));
    }
    match INFERENCE.iter().find(|(known, _)| *known == name) {
        Some((_, inference)) => {
            Some(Box::new(Synthetic { inference: *inference, ..Synthetic::new(Form::Control) }))
        }
        None => estimator_by_name(name),
    }
}

/// What one simulation showed.
pub struct Trial {
    covers_90: bool,
    covers_95: bool,
    significant: bool,
    error: f64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let number = |place: usize, default: u64| {
        arguments
            .get(place)
            .map_or(Ok(default), |text| text.parse::<u64>().map_err(|e| format!("{text}: {e}")))
    };
    let (simulations, seed) = (number(0, 2_000)?, number(1, 20_000_000)?);
    let list = |place: usize, all: &[&str]| -> Vec<String> {
        arguments.get(place).filter(|text| *text != "all").map_or_else(
            || all.iter().map(|name| (*name).to_owned()).collect(),
            |text| text.split(',').map(str::to_owned).collect(),
        )
    };
    let all: Vec<&str> =
        METHODS.into_iter().chain(INFERENCE.iter().map(|(name, _)| *name)).chain([NESTED]).collect();
    let others = panels::METHODS.iter().map(|(name, _)| *name).chain([panels::NEAR_REPEAT]);
    let methods = list(2, &all.iter().copied().chain(others).collect::<Vec<_>>());
    let processes = list(3, &[&NAMES[..], &simulate::ADOPTION_NAMES, &simulate::PLACES_NAMES].concat());
    if let Some(unknown) = processes.iter().find(|name| !panels::is_known(name)) {
        return Err(format!("no process `{unknown}`").into());
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{simulations} simulations each, seed {seed}.\n")?;
    writeln!(
        out,
        "| process | estimator | 90% covers | 95% covers | p < 0.05 | bias | RMSE | no estimate |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|")?;
    for process in &processes {
        let own = Simulation::named(process);
        for method in &methods {
            let trials: Vec<Option<Trial>> = match (&own, all.contains(&method.as_str())) {
                (Some(simulation), true) => each(simulations, |replicate| {
                    trial(&simulation.draw(seed, replicate).ok()?, method, replicate)
                }),
                _ if panels::METHODS
                    .iter()
                    .any(|(name, of)| name == method && of.contains(&process.as_str())) =>
                {
                    each(simulations, |replicate| panels::trial(process, method, seed, replicate))
                }
                _ => continue,
            };
            let missing = trials.iter().filter(|t| t.is_none()).count();
            let found: Vec<Trial> = trials.into_iter().flatten().collect();
            if found.is_empty() {
                continue;
            }
            writeln!(out, "| {process} | {method} | {} | {missing} |", figures(&found))?;
            out.flush()?;
        }
    }
    if methods.iter().any(|name| name == panels::NEAR_REPEAT) {
        writeln!(out, "\n| process | near repeats found at 5% |\n|---|---|")?;
        for process in processes.iter().filter(|name| simulate::PLACES_NAMES.contains(&name.as_str())) {
            let found = each(simulations, |replicate| panels::near_repeat(process, seed, replicate));
            let share = found.iter().flatten().filter(|f| **f).count() as f64 / simulations as f64;
            writeln!(out, "| {process} | {:.1}% |", 100.0 * share)?;
        }
    }
    Ok(())
}

fn each<T: Send>(simulations: u64, run: impl Fn(u64) -> T + Send + Sync) -> Vec<T> {
    (0..simulations).into_par_iter().map(run).collect()
}

/// Coverage, findings, bias and error as cells of a row.
fn figures(found: &[Trial]) -> String {
    let n = found.len() as f64;
    let share = |f: &dyn Fn(&Trial) -> bool| 100.0 * found.iter().filter(|t| f(t)).count() as f64 / n;
    let bias = found.iter().map(|t| t.error).sum::<f64>() / n;
    let rmse = (found.iter().map(|t| t.error.powi(2)).sum::<f64>() / n).sqrt();
    format!(
        "{:.1}% | {:.1}% | {:.1}% | {bias:+.3} | {rmse:.3}",
        share(&|t| t.covers_90),
        share(&|t| t.covers_95),
        share(&|t| t.significant),
    )
}

/// Counts are judged on ln(observed/expected), other outcomes on the average difference.
fn trial(data: &Simulated, method: &str, replicate: u64) -> Option<Trial> {
    let problem = data.problem().ok()?;
    let estimator = estimator(method, &problem)?;
    let counts = data.outcome().iter().all(|y| y.fract() == 0.0);
    let at = |level: f64| {
        let settings = Settings {
            level,
            draws: if method.starts_with("its") { 20 } else { 1000 },
            replicate,
            ..Settings::default()
        };
        estimator.estimate(&problem, &settings).ok()
    };
    let (wide, narrow) = (at(0.95)?, at(0.9)?);
    let covers = |estimate: &tarazu_effects::Estimate| {
        let (interval, truth) = if counts {
            (estimate.difference.relative, data.truth.log_ratio.exp_m1())
        } else {
            (estimate.difference.average, data.truth.average)
        };
        (interval.low..=interval.high).contains(&truth)
    };
    let error = if counts {
        wide.log_ratio.0 - data.truth.log_ratio
    } else {
        wide.difference.average.estimate - data.truth.average
    };
    Some(Trial { covers_90: covers(&narrow), covers_95: covers(&wide), significant: wide.p < 0.05, error })
}
