//! What a grid knows of each estimator: which choices it uses, and how it is built from them.

use super::grid::{Choice, Levels, Scale};
use crate::Estimator;
use crate::autoregressive::{AutoregressiveSeries, CountVariance};
use crate::bsts::{Bsts, Observation, SeasonForm};
use crate::its::{Dispersion, InterruptedTimeSeries};
use crate::synthetic::{Form, Synthetic};

/// An estimator that a grid can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Autoregressive(CountVariance),
    NegativeBinomial,
    Poisson,
    Bsts,
    BstsCounts,
    Synthetic(Form),
}

/// Which of the choices that not every estimator uses, this one does.
struct Uses {
    trend: bool,
    season: bool,
    scale: bool,
}

/// Name, estimator, and what it is in words.
const ALL: [(&str, Method, &str); 10] = [
    (
        "its-ar",
        Method::Autoregressive(CountVariance::NegativeBinomial),
        "Interrupted time series of counts with autocorrelated errors: log-linear regression with a step at the intervention, and with a trend and harmonic \
         pairs of the year where the specification has them, by quasi-likelihood (Zeger 1988); how far the errors are autocorrelated is integrated over. \
         Comparison units enter standardised.",
    ),
    (
        "its-qp",
        Method::Autoregressive(CountVariance::QuasiPoisson),
        "The same with a variance proportional to the mean.",
    ),
    (
        "its-nb",
        Method::NegativeBinomial,
        "Interrupted time series: negative binomial regression (maximum likelihood) with a step at the intervention, and with a log-linear trend and harmonic \
         pairs of the year where the specification has them; errors are the larger of model-based and autocorrelation-robust (Newey \
         and West 1987), with Student's t. Comparison units enter standardised.",
    ),
    (
        "its-poisson",
        Method::Poisson,
        "The same with the variance of a Poisson count, which is known to give intervals that are far too narrow on most event counts.",
    ),
    (
        "bsts",
        Method::Bsts,
        "Bayesian structural time series: a local level that may move, about a straight line and with harmonic pairs of the \
         year where the specification has them, and comparison units under a \
         spike-and-slab prior, learned from the periods before and run on (Brodersen et al. 2015); on the scale `log`, ln(1 + y), \
         expectation is the posterior median.",
    ),
    (
        "bsts-nb",
        Method::BstsCounts,
        "The same for counts: negative binomial about the exponential of a level that returns to its mean.",
    ),
    (
        "synthetic-control",
        Method::Synthetic(Form::Control),
        "Synthetic control on the outcome alone (Abadie, Diamond and Hainmueller 2010): comparison units, weighed so that together they \
         follow the treated one before. Intervals by placebos in space: each comparison unit in the treated one's place, its difference over \
         its own error before.",
    ),
    (
        "augmented",
        Method::Synthetic(Form::Augmented),
        "The same, with a ridge regression on what the weights leave over (Ben-Michael, Feller and Rothstein 2021).",
    ),
    (
        "penalised",
        Method::Synthetic(Form::Penalised),
        "The same, with donors that are far from the treated unit by themselves held back (Abadie and L'Hour 2021).",
    ),
    (
        "sdid",
        Method::Synthetic(Form::DifferenceInDifferences),
        "Synthetic difference-in-differences (Arkhangelsky et al. 2021): weights of comparison units and of periods, with intercepts. Intervals as \
         for the synthetic control.",
    ),
];

/// The estimators that a grid can name, each with what it is in words.
pub fn estimators() -> impl Iterator<Item = (&'static str, &'static str)> {
    ALL.iter().map(|(name, _, words)| (*name, *words))
}

impl Method {
    pub fn from_name(name: &str) -> Option<Self> {
        ALL.iter().find(|(n, ..)| *n == name).map(|(_, method, _)| *method)
    }

    pub fn names() -> Vec<&'static str> {
        estimators().map(|(name, _)| name).collect()
    }

    fn uses(self) -> Uses {
        match self {
            Self::Autoregressive(_) | Self::NegativeBinomial | Self::Poisson | Self::BstsCounts => {
                Uses { trend: true, season: true, scale: false }
            }
            Self::Bsts => Uses { trend: true, season: true, scale: true },
            Self::Synthetic(_) => Uses { trend: false, season: false, scale: true },
        }
    }

    /// Whether a cell is this estimator's: a choice that it does not use stands at its first option.
    pub fn takes(self, levels: &Levels) -> bool {
        let uses = self.uses();
        [(6, uses.trend), (7, uses.season), (8, uses.scale)].iter().all(|(d, used)| *used || levels[*d] == 0)
    }

    /// The estimator with these choices.
    pub fn build(choice: &Choice<'_>) -> Box<dyn Estimator> {
        let its = |dispersion| {
            Box::new(InterruptedTimeSeries {
                dispersion,
                trend: choice.trend,
                harmonics: choice.season,
                lags: None,
            })
        };
        match choice.method {
            Self::Autoregressive(variance) => {
                Box::new(AutoregressiveSeries { variance, trend: choice.trend, harmonics: choice.season })
            }
            Self::NegativeBinomial => its(Dispersion::NegativeBinomial),
            Self::Poisson => its(Dispersion::Poisson),
            Self::Synthetic(form) => {
                Box::new(Synthetic { log: choice.scale == Scale::Log, ..Synthetic::new(form) })
            }
            Self::Bsts | Self::BstsCounts => Box::new(Bsts {
                trend: choice.trend,
                season: if choice.season > 0 {
                    SeasonForm::Harmonics(choice.season)
                } else {
                    SeasonForm::None
                },
                observation: match (choice.method, choice.scale) {
                    (Self::BstsCounts, _) => Observation::NegativeBinomial,
                    (_, Scale::Log) => Observation::LogGaussian,
                    _ => Observation::Gaussian,
                },
                ..Bsts::default()
            }),
        }
    }
}
