//! What the placebos in space say of a synthetic control.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::{PlaceboInSpace, SyntheticFit};
use crate::calibration;
use crate::diagnostics::{PrePeriodFit, SmallestDetectable};
use crate::estimate::{Diagnostics, Difference, Estimate, Interval, PeriodDifference, Specification};
use crate::problem::{EffectsError, Problem, Settings};

/// What the placebos say of the treated unit's error.
struct Errors {
    /// Of the average difference.
    average: f64,
    /// Of one period's difference.
    period: f64,
    freedom: f64,
    /// Share of units, this one included, whose ratio is at least as large.
    rank: f64,
}

impl Errors {
    fn of(own: &SyntheticFit, placebos: &[PlaceboInSpace], problem: &Problem, series: &[Vec<f64>]) -> Self {
        // A fit before that is perfect by chance would make any difference after it infinitely rare.
        let floor = |fit: &SyntheticFit, y: &[f64]| {
            let fit_of = PrePeriodFit::of(&y[..problem.start], &fit.expected[..problem.start]);
            let spread = (y[..problem.start].iter().map(|v| (v - fit_of.mean).powi(2)).sum::<f64>()
                / problem.start as f64)
                .sqrt();
            fit.error_before.max(1e-3 * spread).max(f64::MIN_POSITIVE)
        };
        let ratios: Vec<f64> =
            placebos.iter().map(|p| p.fit.average / floor(&p.fit, &series[p.donor + 1])).collect();
        let single: Vec<f64> = placebos
            .iter()
            .flat_map(|p| {
                let (y, error) = (&series[p.donor + 1], floor(&p.fit, &series[p.donor + 1]));
                (problem.start..y.len()).map(move |t| ((y[t] - p.fit.expected[t]) / error).powi(2))
            })
            .collect();
        let own_error = floor(own, &series[0]);
        let square = |of: &[f64]| (of.iter().map(|r| r * r).sum::<f64>() / of.len() as f64).sqrt();
        let own_ratio = (own.average / own_error).abs();
        let reached = ratios.iter().filter(|r| r.abs() >= own_ratio).count();
        Self {
            average: own_error * square(&ratios).max(1e-12),
            period: own_error * (single.iter().sum::<f64>() / single.len() as f64).sqrt(),
            freedom: ratios.len() as f64,
            rank: (1 + reached) as f64 / (1 + ratios.len()) as f64,
        }
    }
}

/// A fit and its placebos, about to become an estimate.
pub(super) struct Inference<'a> {
    pub method: &'static str,
    /// The name under which `docs/calibration.md` judges it.
    pub known_as: &'static str,
    pub choices: Vec<String>,
    /// Whether the fits are on ln(1 + y).
    pub log: bool,
    pub own: &'a SyntheticFit,
    pub placebos: &'a [PlaceboInSpace],
    /// The series that were fitted: the treated unit, then the donors.
    pub series: &'a [Vec<f64>],
    /// Interval and p of the average difference, where they are not the placebos'.
    pub average: Option<(Interval, f64)>,
    /// Parameters of the method's own.
    pub parameters: Vec<(String, f64)>,
}

impl Inference<'_> {
    pub fn estimate(self, problem: &Problem, settings: &Settings) -> Result<Estimate, EffectsError> {
        let (log, own, placebos) = (self.log, self.own, self.placebos);
        let errors = Errors::of(own, placebos, problem, self.series);
        let students = StudentsT::new(0.0, 1.0, errors.freedom)
            .map_err(|_| EffectsError::Fit("no degrees of freedom are left"))?;
        let quantile = students.inverse_cdf(1.0 - (1.0 - settings.level) / 2.0);
        let around = |estimate: f64, error: f64| Interval {
            estimate,
            low: estimate - quantile * error,
            high: estimate + quantile * error,
        };
        let by_placebos =
            || (around(own.average, errors.average), 2.0 * students.sf((own.average / errors.average).abs()));
        let (average, p) = self.average.unwrap_or_else(by_placebos);
        let error = if self.average.is_some() && average.low.is_finite() && average.high.is_finite() {
            (average.high - average.low) / (2.0 * quantile)
        } else {
            errors.average
        };
        let mut warnings = Vec::new();
        let periods = problem.after().len() as f64;
        let observed: f64 = problem.after().iter().sum();
        let (difference, log_ratio) = if log {
            // On this scale the average difference is the logarithm of a ratio of 1 + y.
            let cumulative = average.map(|d| (observed + periods) * -(-d).exp_m1());
            let relative = average.map(f64::exp_m1);
            (
                Difference { average: cumulative.map(|c| c / periods), cumulative, relative },
                (own.average, error),
            )
        } else {
            let difference = Difference::of_mean(average, observed, periods);
            let expected = observed - difference.cumulative.estimate;
            if observed - difference.cumulative.high <= 0.0 {
                warnings.push(
                    "expectation reaches zero: the relative difference is taken from its estimate alone"
                        .into(),
                );
            }
            let ratio = ((observed.max(0.0) + 0.5) / (expected.max(0.0) + 0.5)).ln();
            (difference, (ratio, error * periods / expected.abs().max(0.5)))
        };
        let endless = !(average.low.is_finite() && average.high.is_finite());
        if endless {
            warnings
                .push("there are too few periods for an interval of this level: an end is infinite".into());
        }
        if !endless && ![difference.relative.low, difference.relative.high].iter().all(|v| v.is_finite()) {
            return Err(EffectsError::Fit("the values are too large or too small to be told apart"));
        }
        warnings.extend(calibration::warning(self.known_as, &problem.outcome));
        if placebos.len() < 10 {
            warnings.push(format!("the interval rests on {} placebos in space", placebos.len()));
        }
        let back = |v: f64| if log { v.min(50.0).exp_m1() } else { v };
        let by_period = (problem.start..problem.outcome.len())
            .map(|t| {
                let observed = problem.outcome[t];
                let expected = around(own.expected[t], errors.period).map(back);
                PeriodDifference::new(t, observed, expected)
            })
            .collect();
        let fitted: Vec<f64> = own.expected[..problem.start].iter().map(|e| back(*e)).collect();
        let mut parameters = vec![
            ("error_before".into(), own.error_before),
            ("optimality_gap".into(), own.gap),
            ("rank_p_of_ratio".into(), errors.rank),
        ];
        parameters.extend(self.parameters);
        Ok(Estimate {
            specification: Specification {
                method: self.method.into(),
                choices: self.choices,
                periods_before: problem.start,
                periods_after: problem.after().len(),
                level: settings.level,
                draws: settings.draws,
            },
            difference,
            p,
            log_ratio,
            by_period,
            weights: own.donor_weights.clone(),
            diagnostics: Diagnostics {
                pre_period: PrePeriodFit::of(problem.before(), &fitted),
                smallest_detectable: SmallestDetectable::from_log_error(log_ratio.1, settings.level),
                placebo_in_time: None,
                parameters,
            },
            warnings,
            seed: settings.seed,
            version: env!("CARGO_PKG_VERSION"),
        })
    }
}
