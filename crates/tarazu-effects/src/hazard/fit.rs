//! Newton's method on the partial likelihood, errors, and profile intervals.

use faer::Mat;
use statrs::distribution::{ChiSquared, ContinuousCDF, StudentsT};

use super::partial::{Likelihood, Rows};
use super::{ChiSquareTest, Cox, CoxInference, HazardFit, HazardRatio, Spell, Ties, proportional};
use crate::estimate::Interval;
use crate::event_series::EventSpecification;
use crate::linear::Cholesky;
use crate::problem::{EffectsError, Settings};

const INFINITE: EffectsError = EffectsError::Fit(
    "the hazard ratio of a covariate is 0 or infinite: all events, or none, fall on one side of it",
);
const SINGULAR: EffectsError =
    EffectsError::Fit("a covariate does not vary among the spells at risk, or follows from the others");

/// A coefficient of a standardised covariate beyond this may be on its way to infinity.
const RUNAWAY: f64 = 5.0;

/// A coefficient of a standardised covariate beyond this is taken for infinite: hazards e²⁵ apart by one standard deviation.
const FURTHEST: f64 = 25.0;

impl Cox {
    /// Fit to spells; `names` are the covariates'.
    ///
    /// # Errors
    /// Where a spell does not end after its start, a value is not finite, the number of covariates is not that of the names, there
    /// is no event, or the data do not determine a coefficient.
    pub fn fit(
        &self,
        spells: &[Spell],
        names: &[&str],
        settings: &Settings,
    ) -> Result<HazardFit, EffectsError> {
        check(spells, names.len(), settings)?;
        let rows = Rows::new(spells, names.len());
        let null = rows.likelihood(&vec![0.0; rows.width], self.ties);
        let (beta, best) = maximise(&rows, self.ties, vec![0.0; rows.width], None)?;
        let covariance = inverse(&best, &beta)?;
        let clusters = Clusters::new(spells);
        let (score, martingale) = rows.residuals(&beta, self.ties);
        let robust = sandwich(&covariance, &clusters.sum(&score));
        let mut coefficients = Vec::new();
        for (j, name) in names.iter().enumerate() {
            let (model_error, robust_error) = (covariance[(j, j)].sqrt(), robust[j].sqrt());
            let (interval, p) = match self.inference {
                CoxInference::Wald => normal(beta[j], model_error, settings.level),
                CoxInference::Robust => student(beta[j], robust_error, clusters.count, settings.level),
                CoxInference::Likelihood => {
                    Profile { rows: &rows, ties: self.ties, beta: &beta, best: best.value, j }
                        .interval(model_error, settings.level)
                }
            };
            let log = interval.map(|b| b / rows.scale[j]);
            coefficients.push(HazardRatio {
                name: (*name).into(),
                ratio: log.map(f64::exp),
                log,
                p,
                model_error: model_error / rows.scale[j],
                robust_error: robust_error / rows.scale[j],
            });
        }
        let mut fit = HazardFit {
            specification: self.specification(spells, settings),
            coefficients,
            log_likelihood: (null.value, best.value),
            likelihood_ratio: ChiSquareTest::new(2.0 * (best.value - null.value), rows.width),
            proportionality: proportional::test(&rows, &beta, self.ties, names),
            martingale,
            serial_correlation: None,
            warnings: Vec::new(),
            version: env!("CARGO_PKG_VERSION"),
        };
        fit.warnings = warnings(&fit, clusters.count);
        Ok(fit)
    }

    fn specification(&self, spells: &[Spell], settings: &Settings) -> EventSpecification {
        EventSpecification {
            method: "hazard",
            choices: vec![
                format!("ties: {:?}", self.ties),
                format!("intervals and p-values: {:?}", self.inference),
                format!("spells: {}", spells.len()),
            ],
            events: spells.iter().filter(|s| s.event).count(),
            level: settings.level,
        }
    }
}

fn check(spells: &[Spell], width: usize, settings: &Settings) -> Result<(), EffectsError> {
    let fault = |message: String| Err(EffectsError::Events { field: "spells", message });
    if width == 0 {
        return fault("found no covariate, expected at least one".into());
    }
    if !(settings.level > 0.0 && settings.level < 1.0) {
        return Err(EffectsError::Events {
            field: "level",
            message: format!("found {}, expected a share between 0 and 1", settings.level),
        });
    }
    for (i, spell) in spells.iter().enumerate() {
        if !(spell.start.is_finite() && spell.stop.is_finite() && spell.start < spell.stop) {
            return fault(format!(
                "spell {i} runs from {} to {}, expected an end after the start",
                spell.start, spell.stop
            ));
        }
        if spell.covariates.len() != width || spell.covariates.iter().any(|v| !v.is_finite()) {
            return fault(format!(
                "spell {i}: expected {width} finite covariates, found {:?}",
                spell.covariates
            ));
        }
    }
    if spells.iter().any(|s| s.event) {
        Ok(())
    } else {
        fault("found no event, expected at least one".into())
    }
}

fn warnings(fit: &HazardFit, clusters: usize) -> Vec<String> {
    let mut warnings = Vec::new();
    let events = fit.specification.events;
    if events < 10 * fit.coefficients.len() {
        warnings.push(format!(
            "{events} events for {} coefficients: fewer than ten for each",
            fit.coefficients.len()
        ));
    }
    if let Some(test) = fit.proportionality.as_ref().filter(|t| t.global.p < 0.05) {
        warnings.push(format!(
            "the hazards are not proportional (p = {:.3}): a ratio is an average over the time since the last event",
            test.global.p
        ));
    }
    let wider = |c: &HazardRatio| c.robust_error > 1.5 * c.model_error;
    for c in fit.coefficients.iter().filter(|c| clusters >= 20 && wider(c)) {
        warnings.push(format!(
            "`{}`: the error by clusters is {:.1} times the model's",
            c.name,
            c.robust_error / c.model_error
        ));
    }
    warnings
}

/// Newton's method with halved steps where a full one does not climb. `held` keeps one coefficient at a value.
fn maximise(
    rows: &Rows,
    ties: Ties,
    mut beta: Vec<f64>,
    held: Option<(usize, f64)>,
) -> Result<(Vec<f64>, Likelihood), EffectsError> {
    if let Some((j, value)) = held {
        beta[j] = value;
    }
    let free: Vec<usize> = (0..rows.width).filter(|j| held.is_none_or(|(h, _)| h != *j)).collect();
    let mut here = rows.likelihood(&beta, ties);
    if free.is_empty() {
        return Ok((beta, here));
    }
    for _ in 0..100 {
        let reduced = Mat::from_fn(free.len(), free.len(), |a, b| here.information[(free[a], free[b])]);
        let score: Vec<f64> = free.iter().map(|j| here.score[*j]).collect();
        // Singular from the start: collinear. Singular later: flat where coefficients run away.
        let runaway = || beta.iter().any(|b| b.abs() > RUNAWAY);
        let Some(cholesky) = Cholesky::new(&reduced) else {
            return Err(if runaway() { INFINITE } else { SINGULAR });
        };
        let step = cholesky.solve(&score);
        let decrement = crate::linear::dot(&step, &score);
        if !decrement.is_finite() {
            return Err(SINGULAR);
        }
        let mut size = 1.0;
        loop {
            let mut next = beta.clone();
            free.iter().zip(&step).for_each(|(j, s)| next[*j] += size * s);
            let there = rows.likelihood(&next, ties);
            if there.value >= here.value - 1e-12 * here.value.abs() {
                (beta, here) = (next, there);
                break;
            }
            size /= 2.0;
            if size < 1e-10 {
                return if decrement < 1e-8 { Ok((beta, here)) } else { Err(SINGULAR) };
            }
        }
        if free.iter().any(|j| beta[*j].abs() > FURTHEST) {
            return Err(INFINITE);
        }
        if decrement < 1e-16 * here.value.abs().max(1.0) {
            return Ok((beta, here));
        }
    }
    Err(INFINITE)
}

fn inverse(likelihood: &Likelihood, beta: &[f64]) -> Result<Mat<f64>, EffectsError> {
    let size = beta.len();
    // Where the likelihood only flattens, Newton's method ends at some large value, which is no maximum.
    if (0..size).any(|j| likelihood.information[(j, j)] < 1e-4 && beta[j].abs() > RUNAWAY) {
        return Err(INFINITE);
    }
    if (0..size).any(|j| likelihood.information[(j, j)] < 1e-9) {
        return Err(SINGULAR);
    }
    Ok(Cholesky::new(&likelihood.information).ok_or(SINGULAR)?.inverse(size))
}

/// Diagonal of V (Σ u uᵀ) V over the clusters' scores u.
fn sandwich(covariance: &Mat<f64>, scores: &[Vec<f64>]) -> Vec<f64> {
    let size = covariance.nrows();
    let part = |j: usize, u: &[f64]| (0..size).map(|k| covariance[(j, k)] * u[k]).sum::<f64>();
    (0..size).map(|j| scores.iter().map(|u| part(j, u).powi(2)).sum()).collect()
}

fn normal(estimate: f64, error: f64, level: f64) -> (Interval, f64) {
    let (low, high, p) = crate::interval::normal(estimate, error, level);
    (Interval { estimate, low, high }, p)
}

/// Student's t with one degree less than there are clusters, as is usual for few of them (Cameron & Miller 2015, J. Human Resources 50:317).
fn student(estimate: f64, error: f64, clusters: usize, level: f64) -> (Interval, f64) {
    let whole = Interval { estimate, low: f64::NEG_INFINITY, high: f64::INFINITY };
    let Ok(t) = StudentsT::new(0.0, 1.0, clusters as f64 - 1.0) else { return (whole, 1.0) };
    let reach = t.inverse_cdf(1.0 - (1.0 - level) / 2.0) * error;
    let p = if error > 0.0 { 2.0 * t.sf((estimate / error).abs()) } else { 1.0 };
    (Interval { estimate, low: estimate - reach, high: estimate + reach }, p)
}

/// Clusters in the order of their numbers.
struct Clusters {
    of: Vec<usize>,
    count: usize,
}

impl Clusters {
    fn new(spells: &[Spell]) -> Self {
        let mut numbers: Vec<usize> = spells.iter().map(|s| s.cluster).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let of = spells.iter().map(|s| numbers.partition_point(|n| *n < s.cluster)).collect();
        Self { of, count: numbers.len() }
    }

    fn sum(&self, rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let mut sums = vec![vec![0.0; rows.first().map_or(0, Vec::len)]; self.count];
        for (row, cluster) in rows.iter().zip(&self.of) {
            sums[*cluster].iter_mut().zip(row).for_each(|(s, v)| *s += v);
        }
        sums
    }
}

/// The partial likelihood as a function of one coefficient, the others at their best.
struct Profile<'a> {
    rows: &'a Rows,
    ties: Ties,
    beta: &'a [f64],
    best: f64,
    j: usize,
}

impl Profile<'_> {
    /// Twice the loss of log likelihood where the coefficient is `value`; infinite where the others cannot be fitted.
    fn loss(&self, value: f64) -> f64 {
        maximise(self.rows, self.ties, self.beta.to_vec(), Some((self.j, value)))
            .map_or(f64::INFINITY, |(_, found)| (2.0 * (self.best - found.value)).max(0.0))
    }

    fn interval(&self, error: f64, level: f64) -> (Interval, f64) {
        let limit = ChiSquared::new(1.0).map_or(f64::NAN, |c| c.inverse_cdf(level)).sqrt();
        let end = |side: f64| {
            let root = |distance: f64| self.loss(self.beta[self.j] + side * distance).sqrt();
            self.beta[self.j] + side * crate::profile::reach(root, error, limit, 2.0 * FURTHEST)
        };
        let interval = Interval { estimate: self.beta[self.j], low: end(-1.0), high: end(1.0) };
        (interval, ChiSquareTest::new(self.loss(0.0), 1).p)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(rows: &[(f64, bool, f64)], cox: Cox) -> Result<HazardFit, EffectsError> {
        let spells: Vec<Spell> = rows
            .iter()
            .enumerate()
            .map(|(cluster, (stop, event, x))| Spell {
                start: 0.0,
                stop: *stop,
                event: *event,
                covariates: vec![*x],
                cluster,
            })
            .collect();
        cox.fit(&spells, &["x"], &Settings::default())
    }

    #[test]
    fn what_the_data_do_not_determine_is_an_error() {
        let cox = Cox::default();
        let apart = [(1.0, true, 1.0), (2.0, true, 1.0), (3.0, true, 0.0), (4.0, false, 0.0)];
        assert_eq!(fit(&apart, cox), Err(INFINITE));
        assert_eq!(fit(&apart.map(|(t, e, _)| (t, e, 1.0)), cox), Err(SINGULAR));
        assert!(fit(&apart.map(|(t, _, x)| (t, false, x)), cox).is_err());
        assert!(fit(&[(0.0, true, 1.0)], cox).is_err());
        assert!(fit(&[(1.0, true, f64::NAN)], cox).is_err());
    }

    #[test]
    fn interval_and_p_never_contradict_and_agree_across_kinds_in_large_samples() {
        let mut state = 7_u64;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
        };
        for case in 0..60 {
            let (n, beta) = (10 + 10 * (case % 20), f64::from(case % 7) * 0.2 - 0.6);
            let rows: Vec<(f64, bool, f64)> = (0..n)
                .map(|_| {
                    let x = f64::from(u8::from(uniform() < 0.5));
                    ((-uniform().ln() * 9.0 / (beta * x).exp()).ceil(), uniform() < 0.8, x)
                })
                .collect();
            let mut found = Vec::new();
            for inference in [CoxInference::Likelihood, CoxInference::Wald, CoxInference::Robust] {
                let Ok(fit) = fit(&rows, Cox { inference, ..Cox::default() }) else { continue };
                let c = &fit.coefficients[0];
                assert_eq!(c.p < 0.05, c.ratio.low > 1.0 || c.ratio.high < 1.0, "{c:?}");
                assert!(c.log.low <= c.log.estimate && c.log.estimate <= c.log.high);
                found.push(c.log);
            }
            if n >= 150 {
                assert!(found.windows(2).all(|w| (w[0].low - w[1].low).abs() < 0.1), "{found:?}");
            }
        }
    }
}
