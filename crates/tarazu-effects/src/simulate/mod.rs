//! Data of known truth: what methods are tuned and judged on.
//!
//! Beside a series and its comparison units ([`Simulation`]) there are units treated from different periods on ([`Adoption`]) and events at places
//! ([`Places`]).
//!
//! A [`Simulation`] is a [`Process`], an intervention with a known effect, comparison units, some of which may share in the
//! effect, and a change in reporting that is no change in the world. The same seed gives the same data on any machine and any
//! number of threads.
//!
//! ```
//! use tarazu_effects::simulate::Simulation;
//!
//! let data = Simulation::named("counts-decline").ok_or("no such simulation")?.draw(1, 0)?;
//! assert_eq!(data.outcome().len(), 120);
//! assert!((data.truth.log_ratio - 0.7_f64.ln()).abs() < 1e-12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod adoption;
mod named;
mod places;
mod process;

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::problem::{EffectsError, Problem, Season};
use crate::random::{stream, uniform};
pub use adoption::{ADOPTION_NAMES, Adopted, Adoption, Cohort};
pub use named::NAMES;
pub use places::{PLACES_NAMES, Places};
pub use process::{Bursts, Counts, LocalLevel, Process};

/// What is simulated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Simulation {
    /// How the outcome comes about.
    pub process: Process,
    /// Periods in all.
    #[serde(default = "periods")]
    pub periods: usize,
    /// Index of the first period after the intervention.
    #[serde(default = "start")]
    pub start: usize,
    /// The effect on the treated unit: on ln of the mean for counts, in units of the outcome for a local level.
    #[serde(default)]
    pub effect: f64,
    /// Periods over which the effect grows evenly to its full size; 0 for at once.
    #[serde(default)]
    pub onset: usize,
    /// Periods of a season.
    #[serde(default = "season")]
    pub season: usize,
    /// Comparison units.
    #[serde(default)]
    pub donors: usize,
    /// Share of the latent variance that all units have in common, from 0 to 1.
    #[serde(default)]
    pub common: f64,
    /// Comparison units that share in the effect: the first so many.
    #[serde(default)]
    pub contaminated: usize,
    /// The share of the effect that these receive.
    #[serde(default)]
    pub contamination: f64,
    /// Comparison units next to the treated one, the last so many: what the treated unit has less of because of the effect, a share of it
    /// comes up there.
    #[serde(default)]
    pub neighbours: usize,
    /// That share.
    #[serde(default)]
    pub displaced: f64,
    /// A change in what is reported of what happens.
    #[serde(default)]
    pub reporting: Option<ReportingChange>,
}

/// From one period on, another share of what happens is reported: no effect of the intervention, and none of the truth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportingChange {
    /// First period of the new reporting.
    pub period: usize,
    /// What is reported from then on over what was reported before.
    pub ratio: f64,
    /// Whether it touches the treated unit alone, or all.
    pub treated_only: bool,
}

/// Simulated data and what is true of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Simulated {
    /// One series per unit, the treated unit first; periods in order.
    pub units: Vec<Vec<f64>>,
    /// Index of the first period after the intervention.
    pub start: usize,
    /// Periods of a season.
    pub season: usize,
    /// The truth about the treated unit.
    pub truth: Truth,
}

/// What the intervention did to the treated unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Truth {
    /// Per period after the intervention, in units of the outcome as reported: mean of the expectation with it less the
    /// expectation without it, both given the latent path.
    pub average: f64,
    /// ln of the sum of expectations with it over the sum without it. NaN where either is not positive.
    pub log_ratio: f64,
}

fn periods() -> usize {
    120
}

fn start() -> usize {
    84
}

fn season() -> usize {
    12
}

impl Simulation {
    /// 120 periods, an intervention at 84, no effect, no other units.
    pub fn new(process: Process) -> Self {
        Self {
            process,
            periods: periods(),
            start: start(),
            effect: 0.0,
            onset: 0,
            season: season(),
            donors: 0,
            common: 0.0,
            contaminated: 0,
            contamination: 0.0,
            neighbours: 0,
            displaced: 0.0,
            reporting: None,
        }
    }

    /// A simulation by name: one of [`NAMES`].
    pub fn named(name: &str) -> Option<Self> {
        named::by_name(name)
    }

    /// Whether the effect is in units of the outcome; it is on the logarithm of the mean otherwise.
    pub fn is_additive(&self) -> bool {
        matches!(self.process, Process::LocalLevel(_))
    }

    /// Data number `replicate` under `seed`.
    ///
    /// # Errors
    /// [`EffectsError::Simulation`] where a setting lies outside its range.
    pub fn draw(&self, seed: u64, replicate: u64) -> Result<Simulated, EffectsError> {
        self.check()?;
        let rng = &mut stream(seed, "simulate", replicate);
        let shared = self.process.path(self.periods, rng);
        let mut means = (vec![0.0; self.periods], vec![0.0; self.periods]);
        let mut units = Vec::with_capacity(1 + self.donors);
        for unit in 0..=self.donors {
            let path = self.process.path(self.periods, rng);
            let (with, without) = self.means(unit, &path, &shared);
            let lost: Vec<f64> = means.1.iter().zip(&means.0).map(|(without, with)| without - with).collect();
            let is_neighbour = unit > self.donors - self.neighbours;
            units.push(if let (Process::Bursts(bursts), false) = (&self.process, is_neighbour) {
                let effect = |t: usize| self.share(unit) * self.effect_at(t);
                let counts = bursts.series(&effect, self.periods, rng);
                counts.into_iter().enumerate().map(|(t, n)| self.thinned(unit, t, n, rng)).collect()
            } else {
                let come = |t: usize| {
                    if is_neighbour { self.displaced * lost[t] / self.neighbours as f64 } else { 0.0 }
                };
                (0..self.periods).map(|t| self.process.observe((with[t] + come(t)).max(0.0), rng)).collect()
            });
            if unit == 0 {
                means = (with, without);
            }
        }
        let sum = |of: &[f64]| of[self.start..].iter().sum::<f64>();
        let (with, without) = (sum(&means.0), sum(&means.1));
        let after = (self.periods - self.start) as f64;
        let truth = Truth { average: (with - without) / after, log_ratio: (with / without).ln() };
        Ok(Simulated { units, start: self.start, season: self.season, truth })
    }

    /// The share of the effect that a unit receives.
    fn share(&self, unit: usize) -> f64 {
        match unit {
            0 => 1.0,
            u if u <= self.contaminated => self.contamination,
            _ => 0.0,
        }
    }

    /// Expectations of one unit's periods with the effect and without, given its latent path.
    fn means(&self, unit: usize, path: &[f64], shared: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let share = self.share(unit);
        if let Process::Bursts(bursts) = &self.process {
            let with = bursts.expected(&|t| share * self.effect_at(t), self.periods);
            let without = bursts.expected(&|_| 0.0, self.periods);
            let reported =
                |of: Vec<f64>| of.into_iter().enumerate().map(|(t, m)| m * self.reported(unit, t)).collect();
            return (reported(with), reported(without));
        }
        let (own, common) = ((1.0 - self.common).sqrt(), self.common.sqrt());
        let at = |t: usize, effect: f64| {
            let latent = own * path[t] + common * shared[t];
            self.process.mean(t, self.season, latent, effect, self.reported(unit, t))
        };
        let of = |share: f64| (0..self.periods).map(|t| at(t, share * self.effect_at(t))).collect();
        (of(share), of(0.0))
    }

    /// What is reported of so many events: each by itself where fewer are, the whole part of the product and by chance one more where more are.
    fn thinned(&self, unit: usize, t: usize, count: f64, rng: &mut ChaCha8Rng) -> f64 {
        let ratio = self.reported(unit, t);
        if ratio <= 1.0 {
            return (0..count as usize).filter(|_| ratio == 1.0 || uniform(rng) < ratio).count() as f64;
        }
        let expected = count * ratio;
        expected.floor() + f64::from(u8::from(uniform(rng) < expected.fract()))
    }

    fn effect_at(&self, t: usize) -> f64 {
        match t.checked_sub(self.start) {
            None => 0.0,
            Some(since) if since < self.onset => self.effect * (since + 1) as f64 / (self.onset + 1) as f64,
            Some(_) => self.effect,
        }
    }

    fn reported(&self, unit: usize, t: usize) -> f64 {
        match &self.reporting {
            Some(r) if t >= r.period && (unit == 0 || !r.treated_only) => r.ratio,
            _ => 1.0,
        }
    }

    fn check(&self) -> Result<(), EffectsError> {
        self.process.check()?;
        let wrong = |field, message: String| Err(EffectsError::Simulation { field, message });
        if self.start == 0 || self.start >= self.periods {
            return wrong(
                "start",
                format!("found {}, expected 1 to {}", self.start, self.periods.max(1) - 1),
            );
        }
        if self.contaminated > self.donors {
            return wrong(
                "contaminated",
                format!("found {}, but donors: {}", self.contaminated, self.donors),
            );
        }
        if self.contaminated + self.neighbours > self.donors {
            let message =
                format!("found {}, but {} other donors", self.neighbours, self.donors - self.contaminated);
            return wrong("neighbours", message);
        }
        if !(0.0..=1.0).contains(&self.displaced) {
            return wrong("displaced", format!("found {}, expected 0 to 1", self.displaced));
        }
        if !(0.0..=1.0).contains(&self.common) {
            return wrong("common", format!("found {}, expected 0 to 1", self.common));
        }
        if !self.effect.is_finite() || !self.contamination.is_finite() {
            return wrong("effect", "expected finite numbers".into());
        }
        if self.reporting.as_ref().is_some_and(|r| !(r.ratio > 0.0 && r.ratio.is_finite())) {
            return wrong("reporting.ratio", "expected a number above 0".into());
        }
        Ok(())
    }
}

impl Simulated {
    /// The treated unit's series.
    pub fn outcome(&self) -> &[f64] {
        self.units.first().map_or(&[], Vec::as_slice)
    }

    /// The question as an estimator takes it: the comparison units are covariates.
    ///
    /// # Errors
    /// None for data as drawn; those of [`Problem::new`] where they were changed since.
    pub fn problem(&self) -> Result<Problem, EffectsError> {
        let covariates = self.units.iter().skip(1).cloned().collect();
        let problem = Problem::new(self.outcome().to_vec(), self.start)?.with_covariates(covariates)?;
        Ok(if self.season > 1 {
            problem.with_season(Season { length: self.season, first: 0 })
        } else {
            problem
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_gives_the_same_data_and_another_key_other_data() {
        for name in NAMES {
            let simulation = Simulation::named(name).unwrap();
            let text = serde_json::to_string(&simulation).unwrap();
            let again: Simulation = serde_json::from_str(&text).unwrap();
            assert_eq!(again, simulation, "{name}");
            assert_eq!(simulation.draw(1, 2).unwrap(), again.draw(1, 2).unwrap());
            assert_ne!(simulation.draw(1, 2).unwrap().units, again.draw(1, 3).unwrap().units);
            assert_ne!(simulation.draw(1, 2).unwrap().units, again.draw(2, 2).unwrap().units);
            assert!(simulation.draw(1, 2).unwrap().problem().is_ok());
        }
    }

    /// The moments that the model implies: mean m, variance m + m²((1+α)e^{σ²} − 1), lag-one autocovariance m²(e^{σ²φ} − 1).
    #[test]
    fn counts_have_the_moments_of_their_model() {
        let counts = Counts { season: 0.0, ..Counts::default() };
        let (m, alpha, phi, s2) =
            (counts.mean, counts.overdispersion, counts.autoregression, counts.latent_deviation.powi(2));
        let simulation = Simulation { periods: 200_000, ..Simulation::new(Process::Counts(counts)) };
        let y = simulation.draw(3, 0).unwrap().units.remove(0);
        let n = y.len() as f64;
        let mean = y.iter().sum::<f64>() / n;
        let variance = y.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
        let lagged = y.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum::<f64>() / n;
        assert!((mean - m).abs() < 0.1, "{mean}");
        let expected = m + m * m * ((1.0 + alpha) * s2.exp() - 1.0);
        assert!((variance / expected - 1.0).abs() < 0.05, "{variance} {expected}");
        let expected = m * m * ((s2 * phi).exp() - 1.0);
        assert!((lagged / expected - 1.0).abs() < 0.08, "{lagged} {expected}");
    }

    /// The oracle: the mean of many draws, around a step of the background.
    #[test]
    fn bursts_have_the_expectation_that_the_truth_is_made_of() {
        let bursts = Bursts::default();
        let effect = |t: usize| if t >= 4 { 0.5_f64.ln() } else { 0.0 };
        let expected = bursts.expected(&effect, 8);
        let rng = &mut stream(1, "bursts", 0);
        let mut sums = [0.0; 8];
        for _ in 0..20_000 {
            bursts
                .series(&effect, 8, rng)
                .into_iter()
                .zip(&mut sums)
                .for_each(|(n, sum)| *sum += n / 20_000.0);
        }
        for (found, expected) in sums.iter().zip(&expected) {
            assert!((found / expected - 1.0).abs() < 0.03, "{sums:?}, expected {expected:?}");
        }
        assert!((expected[0] - 7.5).abs() < 1e-9, "background 3 over 1 − 0.6");
    }

    #[test]
    fn what_is_displaced_comes_up_next_door() {
        let simulation = Simulation { displaced: 1.0, ..Simulation::named("panel-displaced").unwrap() };
        let (mut before, mut after) = (0.0, 0.0);
        for replicate in 0..400 {
            let data = simulation.draw(9, replicate).unwrap();
            let both = |t: &usize| data.units[0][*t] + data.units[simulation.donors][*t];
            before += (0..84).map(|t| both(&t)).sum::<f64>() / 84.0;
            after += (84..120).map(|t| both(&t)).sum::<f64>() / 36.0;
        }
        assert!((after / before - 1.0).abs() < 0.03, "{before} before, {after} after");
    }

    #[test]
    fn truth_is_the_effect_whatever_is_reported() {
        let reported = Simulation::named("counts-reporting").unwrap();
        let truth = reported.draw(1, 0).unwrap().truth;
        assert!((truth.log_ratio - reported.effect).abs() < 1e-12);
        let level = Simulation::named("gaussian-level").unwrap();
        assert!((level.draw(1, 0).unwrap().truth.average - level.effect).abs() < 1e-12);
    }

    #[test]
    fn a_setting_out_of_range_is_named() {
        let mut simulation = Simulation::named("counts-decline").unwrap();
        simulation.contaminated = 3;
        assert!(simulation.draw(1, 0).unwrap_err().to_string().contains("contaminated"));
        let counts = Counts { autoregression: 1.5, ..Counts::default() };
        let error = Simulation::new(Process::Counts(counts)).draw(1, 0).unwrap_err();
        assert!(error.to_string().contains("autoregression"));
    }
}
