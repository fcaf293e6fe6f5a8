//! Several interventions side by side: a random-effects summary of their differences, and whether small studies say something else
//! than large ones.
//!
//! The between-study variance τ² maximises the restricted likelihood (Viechtbauer 2005, eq. 12); the interval of the mean is that of
//! Knapp & Hartung 2003 (Statist. Med. 22:2693), never narrower than the usual one (Röver, Knapp & Friede 2015); the prediction
//! interval is that of Higgins, Thompson & Spiegelhalter 2009, eq. 12; the test of the funnel is Egger's regression (Egger et al.
//! 1997).

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::estimate::Interval;
use crate::problem::EffectsError;

/// One study: an estimate on a scale on which errors are about normal, such as ln(observed / expected), and its standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Study {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error, above zero.
    pub error: f64,
}

/// What studies say together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RandomEffects {
    /// How many studies.
    pub studies: usize,
    /// The mean over studies, on their scale.
    pub mean: Interval,
    /// Standard error of the mean.
    pub error: f64,
    /// Two-sided p of a mean of zero, from the distribution that gives the interval.
    pub p: f64,
    /// Where the difference of one more such study is expected; `None` with fewer than three studies.
    pub prediction: Option<(f64, f64)>,
    /// Variance between studies.
    pub tau_squared: f64,
    /// Share of the studies' variance that is not sampling error (Higgins & Thompson 2002).
    pub i_squared: f64,
    /// Cochran's Q.
    pub q: f64,
    /// Whether small studies differ from large ones; `None` with fewer than ten studies, where the test says nothing
    /// (Sterne et al. 2011).
    pub funnel: Option<Funnel>,
}

/// Egger's regression of estimates on their standard errors, weighted by precision.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Funnel {
    /// Slope on the standard error; zero where the funnel is symmetric.
    pub slope: f64,
    /// t of the slope with studies − 2 degrees of freedom.
    pub t: f64,
    /// Its two-sided p.
    pub p: f64,
    /// The estimate of a study without error.
    pub limit: f64,
}

/// Summarise studies.
///
/// ```
/// use tarazu_effects::{Study, random_effects};
///
/// let studies = [(-0.4, 0.2), (-0.1, 0.3), (0.2, 0.25)].map(|(estimate, error)| Study { estimate, error });
/// let summary = random_effects(&studies, 0.95)?;
/// assert!(summary.mean.low < 0.0 && summary.mean.high > 0.0 && summary.p > 0.05);
/// # Ok::<(), tarazu_effects::EffectsError>(())
/// ```
///
/// # Errors
/// With fewer than two studies, or where an estimate is not finite or an error not above zero.
pub fn random_effects(studies: &[Study], level: f64) -> Result<RandomEffects, EffectsError> {
    if studies.len() < 2 {
        return Err(EffectsError::Fit("fewer than two studies"));
    }
    for (index, study) in studies.iter().enumerate() {
        if !study.estimate.is_finite() {
            return Err(EffectsError::Value { index, value: study.estimate, expected: "a finite estimate" });
        }
        if !(study.error.is_finite() && study.error > 0.0) {
            return Err(EffectsError::Value { index, value: study.error, expected: "an error above zero" });
        }
    }
    let count = studies.len() as f64;
    let tau_squared = between_variance(studies);
    let (mean, total) = pooled(studies, tau_squared);
    let scatter: f64 =
        studies.iter().map(|s| (s.estimate - mean).powi(2) / (s.error.powi(2) + tau_squared)).sum();
    let error = ((scatter / (count - 1.0)).max(1.0) / total).sqrt();
    let students = |freedom: f64| {
        StudentsT::new(0.0, 1.0, freedom).map_err(|_| EffectsError::Fit("no degrees of freedom are left"))
    };
    let distribution = students(count - 1.0)?;
    let tail = 1.0 - (1.0 - level) / 2.0;
    let reach = distribution.inverse_cdf(tail) * error;
    let prediction = if studies.len() > 2 {
        let reach = students(count - 2.0)?.inverse_cdf(tail) * (tau_squared + error * error).sqrt();
        Some((mean - reach, mean + reach))
    } else {
        None
    };
    let (common, weights) = pooled(studies, 0.0);
    let q: f64 = studies.iter().map(|s| ((s.estimate - common) / s.error).powi(2)).sum();
    let squares: f64 = studies.iter().map(|s| s.error.powi(-4)).sum();
    let typical = (count - 1.0) * weights / (weights * weights - squares);
    Ok(RandomEffects {
        studies: studies.len(),
        mean: Interval { estimate: mean, low: mean - reach, high: mean + reach },
        error,
        p: 2.0 * distribution.sf((mean / error).abs()),
        prediction,
        tau_squared,
        i_squared: tau_squared / (tau_squared + typical),
        q,
        funnel: if studies.len() >= 10 { funnel(studies, &students(count - 2.0)?) } else { None },
    })
}

/// The weighted mean with weights 1/(vᵢ + τ²), and their sum.
fn pooled(studies: &[Study], tau_squared: f64) -> (f64, f64) {
    let weight = |s: &Study| 1.0 / (s.error.powi(2) + tau_squared);
    let total: f64 = studies.iter().map(weight).sum();
    (studies.iter().map(|s| weight(s) * s.estimate).sum::<f64>() / total, total)
}

/// The root of the restricted score, Σ w²(y − μ)² = Σ w − Σ w² / Σ w, or zero where the score is negative from there on.
fn between_variance(studies: &[Study]) -> f64 {
    let score = |tau_squared: f64| {
        let (mean, total) = pooled(studies, tau_squared);
        let squared_weights = studies.iter().map(|s| (s.error.powi(2) + tau_squared).powi(-2));
        let (mut scatter, mut squares) = (0.0, 0.0);
        for (weight, study) in squared_weights.zip(studies) {
            scatter += weight * (study.estimate - mean).powi(2);
            squares += weight;
        }
        scatter - (total - squares / total)
    };
    if score(0.0) <= 0.0 {
        return 0.0;
    }
    let mut high = studies.iter().map(|s| s.error.powi(2)).fold(0.0, f64::max);
    while score(high) > 0.0 {
        high *= 2.0;
    }
    let mut low = 0.0;
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if score(middle) > 0.0 { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

fn funnel(studies: &[Study], distribution: &StudentsT) -> Option<Funnel> {
    // Least squares of estimate on error with weights 1/error², with a dispersion of its own.
    let weight = |s: &Study| s.error.powi(-2);
    let total: f64 = studies.iter().map(weight).sum();
    let mean = |f: fn(&Study) -> f64| studies.iter().map(|s| weight(s) * f(s)).sum::<f64>() / total;
    let (error, estimate) = (mean(|s| s.error), mean(|s| s.estimate));
    let spread: f64 = studies.iter().map(|s| weight(s) * (s.error - error).powi(2)).sum();
    if spread <= 1e-12 * total * error * error {
        return None;
    }
    let slope =
        studies.iter().map(|s| weight(s) * (s.error - error) * (s.estimate - estimate)).sum::<f64>() / spread;
    let limit = estimate - slope * error;
    let residual: f64 =
        studies.iter().map(|s| weight(s) * (s.estimate - limit - slope * s.error).powi(2)).sum();
    let t = slope / (residual / (studies.len() as f64 - 2.0) / spread).sqrt();
    Some(Funnel { slope, t, p: 2.0 * distribution.sf(t.abs()), limit })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn without_heterogeneity_the_mean_is_the_common_one() {
        let studies = [0.1, 0.1, 0.1].map(|estimate| Study { estimate, error: 0.2 });
        let summary = random_effects(&studies, 0.95).unwrap();
        assert!(summary.tau_squared == 0.0 && summary.q < 1e-12);
        assert!((summary.mean.estimate - 0.1).abs() < 1e-12);
        assert!(
            (summary.error - 0.2 / 3.0_f64.sqrt()).abs() < 1e-12,
            "never narrower than the usual interval"
        );
    }

    #[test]
    fn what_is_no_study_is_refused() {
        assert!(random_effects(&[Study { estimate: 0.0, error: 1.0 }], 0.95).is_err());
        for (estimate, error) in [(f64::NAN, 1.0), (0.0, 0.0), (0.0, f64::INFINITY)] {
            let studies = [Study { estimate: 0.0, error: 1.0 }, Study { estimate, error }];
            assert!(random_effects(&studies, 0.95).is_err());
        }
    }

    proptest! {
        #[test]
        fn p_and_interval_never_contradict(
            studies in prop::collection::vec((-3.0_f64..3.0, 0.01_f64..2.0), 2..15), level in 0.5_f64..0.99,
        ) {
            let studies: Vec<Study> = studies.into_iter().map(|(estimate, error)| Study { estimate, error }).collect();
            let summary = random_effects(&studies, level).unwrap();
            prop_assume!(summary.mean.low.abs() > 1e-9 && summary.mean.high.abs() > 1e-9);
            let outside = summary.mean.low > 0.0 || summary.mean.high < 0.0;
            prop_assert_eq!(outside, summary.p < 1.0 - level);
        }
    }
}
