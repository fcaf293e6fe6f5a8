//! Placebo in time: ask the same question at dates when the intervention had not begun, and see how often, and how
//! strongly, the method "finds" something.

use serde::Serialize;

use crate::Estimator;
use crate::diagnostics::SmallestDetectable;
use crate::estimate::Estimate;
use crate::problem::{EffectsError, Problem, Season, Settings};

/// What the placebo dates showed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlaceboInTime {
    /// How many dates were tried.
    pub dates: usize,
    /// At how many the method reported a difference at its own level.
    pub significant: usize,
    /// Share of dates, the real one included, whose difference is at least as large: (1 + larger) / (1 + dates). `None`
    /// where fewer than nine dates could be tried.
    pub rank_p: Option<f64>,
    /// Root mean square of ln(observed / expected) over the dates: what the method errs when there is nothing to find.
    pub error: f64,
}

/// Draws per placebo: enough for a point estimate and a test at 5%, which is all that is kept of it.
const PLACEBO_DRAWS: usize = 300;

/// Estimate the difference at the intervention, and at up to `dates` earlier dates spread evenly over `history`.
///
/// `history` is the outcome of `problem` extended backwards: its last values, as many as the problem has periods, are the
/// problem's own. Each placebo has as many periods before and after as the problem, all of them earlier than the
/// intervention. The smallest detectable difference is widened to the error that the placebos show, where that is larger
/// than the model's own.
///
/// # Errors
/// Those of the estimator at the real date. A placebo that cannot be estimated is left out of the count.
pub fn estimate_with_placebos(
    estimator: &dyn Estimator,
    problem: &Problem,
    history: &History,
    dates: usize,
    settings: &Settings,
) -> Result<Estimate, EffectsError> {
    let mut estimate = estimator.estimate(problem, settings)?;
    let placebos = history.placebos(problem, dates);
    let mut log_ratios = Vec::new();
    let mut significant = 0;
    for (i, placebo) in placebos.iter().enumerate() {
        let settings = Settings {
            replicate: settings.replicate + 1 + i as u64,
            draws: settings.draws.min(PLACEBO_DRAWS),
            ..settings.clone()
        };
        if let Ok(found) = estimator.estimate(placebo, &settings) {
            significant += usize::from(found.p < 1.0 - settings.level);
            log_ratios.push(found.log_ratio.0);
        }
    }
    if log_ratios.is_empty() {
        estimate.warnings.push("no earlier date has enough periods for a placebo test".into());
        return Ok(estimate);
    }
    let n = log_ratios.len();
    let own = estimate.log_ratio.0.abs();
    let larger = log_ratios.iter().filter(|r| r.abs() >= own).count();
    let error = (log_ratios.iter().map(|r| r * r).sum::<f64>() / n as f64).sqrt();
    let share = significant as f64 / n as f64;
    if n >= 9 && share > 0.2 {
        let percent = (100.0 * share).round();
        estimate.warnings.push(format!(
            "at {significant} of {n} placebo dates ({percent}%) this specification reports a difference where none is known: \
             its interval is too narrow for this series"
        ));
    }
    estimate.diagnostics.smallest_detectable =
        SmallestDetectable::from_log_error(estimate.log_ratio.1.max(error), settings.level);
    estimate.diagnostics.placebo_in_time = Some(PlaceboInTime {
        dates: n,
        significant,
        rank_p: (n >= 9).then(|| (1 + larger) as f64 / (1 + n) as f64),
        error,
    });
    Ok(estimate)
}

/// The series that a problem was cut from, up to the problem's last period.
#[derive(Debug, Clone)]
pub struct History {
    /// The outcome; its last values are the problem's.
    pub outcome: Vec<f64>,
    /// Covariates over the same periods.
    pub covariates: Vec<Vec<f64>>,
    /// Place of the first period in the season.
    pub season: Option<Season>,
}

impl History {
    fn placebos(&self, problem: &Problem, dates: usize) -> Vec<Problem> {
        let length = problem.outcome.len();
        let after = length - problem.start;
        // A window may begin anywhere from the first period to where its last period is the one before the intervention.
        let Some(last) = self.outcome.len().checked_sub(length + after) else { return Vec::new() };
        let count = dates.min(last + 1);
        let window = |series: &[f64], offset: usize| series[offset..offset + length].to_vec();
        (0..count)
            .map(|i| {
                let offset = if count > 1 { i * last / (count - 1) } else { last };
                Problem {
                    outcome: window(&self.outcome, offset),
                    start: problem.start,
                    season: self.season.map(|s| Season { first: (s.first + offset) % s.length.max(1), ..s }),
                    covariates: self.covariates.iter().map(|c| window(c, offset)).collect(),
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_placebo_window_touches_the_periods_after_the_intervention() {
        let history = History {
            outcome: (0..100).map(f64::from).collect(),
            covariates: vec![],
            season: Some(Season { length: 12, first: 3 }),
        };
        let problem = Problem::new(history.outcome[60..].to_vec(), 30).unwrap();
        let placebos = history.placebos(&problem, 8);
        assert_eq!(placebos.len(), 8);
        let intervention = 60 + 30;
        for placebo in &placebos {
            assert!(placebo.outcome.last().unwrap() < &f64::from(intervention));
            let first = placebo.outcome[0] as usize;
            assert_eq!(placebo.season.unwrap().first, (3 + first) % 12);
        }
        assert_eq!(placebos[0].outcome[0], 0.0);
        assert_eq!(*placebos[7].outcome.last().unwrap(), 89.0);
    }
}
