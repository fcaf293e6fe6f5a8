//! How one outcome comes about: each process with the constants that describe it, and one path of means from it.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::problem::EffectsError;
use crate::random::{negative_binomial, normal, poisson, uniform};

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
    /// A self-exciting process in continuous time, counted by period; the effect is added to the logarithm of its background.
    Bursts(Bursts),
}

/// λ(t) = μ + Σ n β e^{−β(t − t_i)} over earlier events i: Hawkes 1971 (Biometrika 58:83). Drawn by clusters (Hawkes & Oakes 1974): background
/// events, and to each event a Poisson number of offspring, mean n, at exponential distances, mean 1/β.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bursts {
    /// μ: background events per period.
    pub background: f64,
    /// n: offspring of an event, between 0 and 1.
    pub branching: f64,
    /// 1/β: mean distance of an offspring, in periods.
    pub distance: f64,
}

impl Default for Bursts {
    fn default() -> Self {
        Self { background: 3.0, branching: 0.6, distance: 0.3 }
    }
}

impl Bursts {
    /// Counts of `periods` periods, the background of each multiplied by e^effect. The process begins as it is in the long run without effect.
    pub(super) fn series(
        &self,
        effect: &dyn Fn(usize) -> f64,
        periods: usize,
        rng: &mut ChaCha8Rng,
    ) -> Vec<f64> {
        // What came before leaves next to nothing after so long.
        let lead = (self.distance / (1.0 - self.branching) * 30.0).ceil().min(10_000.0) as usize;
        let mut counts = vec![0.0; periods];
        for at in 0..lead + periods {
            let factor = at.checked_sub(lead).map_or(1.0, |t| effect(t).exp());
            let mut family: Vec<f64> = (0..poisson(rng, self.background * factor) as usize)
                .map(|_| at as f64 + uniform(rng))
                .collect();
            while let Some(time) = family.pop() {
                if let Some(count) = counts.get_mut((time as usize).wrapping_sub(lead)) {
                    *count += 1.0;
                }
                for _ in 0..poisson(rng, self.branching) as usize {
                    let next = time - self.distance * (1.0 - uniform(rng)).ln();
                    if next < (lead + periods) as f64 {
                        family.push(next);
                    }
                }
            }
        }
        counts
    }

    /// Expected counts by period: background and excess g over it, with g′ = −β(1 − n) g + n β μ.
    pub(super) fn expected(&self, effect: &dyn Fn(usize) -> f64, periods: usize) -> Vec<f64> {
        let rate = (1.0 - self.branching) / self.distance;
        let settled = |background: f64| background * self.branching / (1.0 - self.branching);
        let mut excess = settled(self.background);
        (0..periods)
            .map(|t| {
                let background = self.background * effect(t).exp();
                let (to, gap) = (settled(background), excess - settled(background));
                let fade = (-rate).exp();
                excess = to + gap * fade;
                background + to + gap * (1.0 - fade) / rate
            })
            .collect()
    }
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
            Self::Bursts(_) => 0.0,
            Self::Counts(p) => p.latent_deviation * (1.0 - p.autoregression.powi(2)).sqrt(),
        }
    }

    /// The latent value at which the mean is that over all latent values.
    pub(super) fn typical(&self) -> f64 {
        match self {
            Self::Counts(p) => p.latent_deviation.powi(2) / 2.0,
            Self::LocalLevel(_) | Self::Bursts(_) => 0.0,
        }
    }

    /// One latent path of `periods` values, about zero.
    pub(super) fn path(&self, periods: usize, rng: &mut ChaCha8Rng) -> Path {
        let (mut state, persistence) = match self {
            Self::LocalLevel(_) => (0.0, 1.0),
            Self::Bursts(_) => (0.0, 0.0),
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
            Self::Bursts(p) => p.background / (1.0 - p.branching) * effect.exp() * reporting,
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
            Self::Bursts(_) => poisson(rng, mean),
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
            Self::Bursts(p) => vec![
                ("background", p.background, f64::MIN_POSITIVE..1e5),
                ("branching", p.branching, 0.0..0.99),
                ("distance", p.distance, f64::MIN_POSITIVE..1e3),
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
