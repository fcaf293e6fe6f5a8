//! How one outcome comes about: each process with the constants that describe it, and one path of means from it.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::problem::EffectsError;
use crate::random::{negative_binomial, normal};

/// A process that makes series of known truth. The name in a file is the variant's in snake case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "process", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Process {
    /// A random walk seen with noise; the effect is added, in units of the outcome.
    LocalLevel(LocalLevel),
    /// Counts about a mean that is moved by season, trend and an autoregressive latent process; the effect is added to the
    /// logarithm of the mean.
    Counts(Counts),
}

/// y_t = l_t + s_t + ε_t with l_t = l_{t−1} + η_t: Durbin & Koopman 2012, eq. 2.3, with a fixed season.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LocalLevel {
    /// First level.
    pub level: f64,
    /// Standard deviation of the level's steps η.
    pub level_deviation: f64,
    /// Standard deviation of the noise ε.
    pub noise_deviation: f64,
    /// Half the range of the season, in units of the outcome.
    pub season: f64,
}

impl Default for LocalLevel {
    fn default() -> Self {
        Self { level: 50.0, level_deviation: 0.1, noise_deviation: 1.0, season: 0.0 }
    }
}

/// ```text
/// y_t | a_t ~ NB(μ_t, α), zero with probability z whatever the mean
/// ln μ_t = ln m + g t/100 + h sin(2πt/s) + a_t,  a_t = φ a_{t−1} + η_t
/// ```
/// with `a` stationary, of standard deviation σ and mean −σ²/2, so that it leaves the mean where it is: the parameter-driven
/// model of Zeger 1988 (Biometrika 75:621), with a negative binomial in place of his Poisson.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Counts {
    /// m: mean count of a period at the outset, before zeros are added.
    pub mean: f64,
    /// α: Var = μ + α μ² given the latent process.
    pub overdispersion: f64,
    /// φ, between −1 and 1.
    pub autoregression: f64,
    /// σ of the latent process.
    pub latent_deviation: f64,
    /// h: half the range of the season on the log scale.
    pub season: f64,
    /// g: growth of ln μ over 100 periods.
    pub growth: f64,
    /// z: probability that a period shows zero whatever its mean.
    pub zeros: f64,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            mean: 8.0,
            overdispersion: 0.2,
            autoregression: 0.5,
            latent_deviation: 0.4,
            season: 0.3,
            growth: 0.0,
            zeros: 0.0,
        }
    }
}

/// The latent part of one unit: what moves its mean apart from season, effect and reporting.
pub(super) type Path = Vec<f64>;

impl Process {
    /// The standard deviation of an innovation.
    fn innovation(&self) -> f64 {
        match self {
            Self::LocalLevel(p) => p.level_deviation,
            Self::Counts(p) => p.latent_deviation * (1.0 - p.autoregression.powi(2)).sqrt(),
        }
    }

    /// One latent path of `periods` values, about zero.
    pub(super) fn path(&self, periods: usize, rng: &mut ChaCha8Rng) -> Path {
        let (mut state, persistence) = match self {
            Self::LocalLevel(_) => (0.0, 1.0),
            Self::Counts(p) => (p.latent_deviation * normal(rng), p.autoregression),
        };
        let innovation = self.innovation();
        let mut path = Vec::with_capacity(periods);
        for _ in 0..periods {
            path.push(state);
            state = persistence * state + innovation * normal(rng);
        }
        path
    }

    /// Expectation at period `t` given the latent value, an effect and the factor of reporting.
    pub(super) fn mean(&self, t: usize, season: usize, latent: f64, effect: f64, reporting: f64) -> f64 {
        let turn = if season > 1 {
            (2.0 * std::f64::consts::PI * (t % season) as f64 / season as f64).sin()
        } else {
            0.0
        };
        match self {
            Self::LocalLevel(p) => (p.level + latent + p.season * turn + effect) * reporting,
            Self::Counts(p) => {
                let centred = latent - p.latent_deviation.powi(2) / 2.0;
                let log = p.mean.ln() + p.growth * t as f64 / 100.0 + p.season * turn + centred + effect;
                log.min(30.0).exp() * reporting * (1.0 - p.zeros)
            }
        }
    }

    /// One observation about its expectation.
    pub(super) fn observe(&self, mean: f64, rng: &mut ChaCha8Rng) -> f64 {
        match self {
            Self::LocalLevel(p) => mean + p.noise_deviation * normal(rng),
            Self::Counts(p) => {
                let zero = p.zeros > 0.0 && rand::RngExt::random::<f64>(rng) < p.zeros;
                if zero { 0.0 } else { negative_binomial(rng, mean / (1.0 - p.zeros), p.overdispersion) }
            }
        }
    }

    /// # Errors
    /// [`EffectsError::Simulation`] where a constant lies outside its range.
    pub(super) fn check(&self) -> Result<(), EffectsError> {
        let finite = f64::NEG_INFINITY..f64::INFINITY;
        let positive = 0.0..f64::INFINITY;
        let ranges = match self {
            Self::LocalLevel(p) => vec![
                ("level", p.level, finite.clone()),
                ("level_deviation", p.level_deviation, positive.clone()),
                ("noise_deviation", p.noise_deviation, positive),
                ("season", p.season, finite),
            ],
            Self::Counts(p) => vec![
                ("mean", p.mean, f64::MIN_POSITIVE..1e6),
                ("overdispersion", p.overdispersion, positive),
                ("autoregression", p.autoregression, -0.999..0.9991),
                ("latent_deviation", p.latent_deviation, 0.0..5.0),
                ("season", p.season, finite.clone()),
                ("growth", p.growth, finite),
                ("zeros", p.zeros, 0.0..1.0),
            ],
        };
        for (field, value, range) in ranges {
            if !range.contains(&value) {
                let message =
                    format!("found {value}, expected a number from {} to below {}", range.start, range.end);
                return Err(EffectsError::Simulation { field, message });
            }
        }
        Ok(())
    }
}
