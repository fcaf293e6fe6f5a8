//! Panels whose units are treated from different periods on, with known truth.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{Counts, LocalLevel, Process};
use crate::problem::EffectsError;
use crate::random::{normal, stream};
use crate::staggered::StaggeredPanel;

/// What is simulated: units that differ in level, with a latent part that all share and one of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adoption {
    /// How each unit's outcome comes about.
    pub process: Process,
    /// Periods in all.
    pub periods: usize,
    /// Units treated together, by their first treated period, counted from 0.
    pub cohorts: Vec<Cohort>,
    /// Units that are never treated.
    pub never: usize,
    /// The effect: on ln of the mean for counts, in units of the outcome for a local level.
    #[serde(default)]
    pub effect: f64,
    /// Periods over which the effect grows evenly to its full size; 0 for at once.
    #[serde(default)]
    pub onset: usize,
    /// Standard deviation of the units' levels: on ln of the mean for counts, in units of the outcome for a local level.
    #[serde(default)]
    pub unit_deviation: f64,
    /// Share of the latent variance that all units have in common, from 0 to 1.
    #[serde(default)]
    pub common: f64,
    /// Periods of a season.
    #[serde(default)]
    pub season: usize,
}

/// Units treated together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cohort {
    /// First treated period, counted from 0.
    pub first: usize,
    /// How many units.
    pub units: usize,
}

/// A panel and the truth about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Adopted {
    /// The panel.
    pub panel: StaggeredPanel,
    /// Mean effect over all treated units and periods, in units of the outcome: what is expected of any such units, not of those drawn.
    pub truth: f64,
    /// Mean over the times since the treatment of the mean effect at each.
    pub truth_since: f64,
}

/// The names that [`Adoption::named`] knows.
pub const ADOPTION_NAMES: [&str; 5] =
    ["adoption-level", "adoption-counts", "adoption-unchanged", "adoption-few", "adoption-single"];

impl Adoption {
    /// A simulation by name: one of [`ADOPTION_NAMES`].
    pub fn named(name: &str) -> Option<Self> {
        let cohorts = |units: usize| [16, 24, 36].map(|first| Cohort { first, units }).to_vec();
        let counts = Self {
            process: Process::Counts(Counts::default()),
            periods: 48,
            cohorts: cohorts(10),
            never: 20,
            effect: 0.7_f64.ln(),
            onset: 0,
            unit_deviation: 0.5,
            common: 0.6,
            season: 12,
        };
        Some(match name {
            "adoption-level" => Self {
                process: Process::LocalLevel(LocalLevel::default()),
                effect: 1.0,
                onset: 6,
                unit_deviation: 3.0,
                season: 0,
                ..counts
            },
            "adoption-counts" => counts,
            "adoption-unchanged" => Self { effect: 0.0, ..counts },
            "adoption-few" => Self { cohorts: cohorts(2), never: 6, effect: 0.0, ..counts },
            "adoption-single" => {
                Self { cohorts: vec![Cohort { first: 24, units: 1 }], never: 8, effect: 0.0, ..counts }
            }
            _ => return None,
        })
    }

    /// Panel number `replicate` under `seed`.
    ///
    /// # Errors
    /// [`EffectsError::Simulation`] where a setting lies outside its range.
    pub fn draw(&self, seed: u64, replicate: u64) -> Result<Adopted, EffectsError> {
        self.check()?;
        let rng = &mut stream(seed, "adopt", replicate);
        let shared = self.process.path(self.periods, rng);
        let cohorts = self.cohorts.iter().flat_map(|c| std::iter::repeat_n(Some(c.first), c.units));
        let first_treated: Vec<Option<usize>> =
            cohorts.chain(std::iter::repeat_n(None, self.never)).collect();
        let outcome = first_treated.iter().map(|first| self.unit(*first, &shared, rng)).collect();
        let panel = StaggeredPanel { outcome, first_treated, covariates: vec![] };
        let (truth, truth_since) = self.truth();
        Ok(Adopted { panel, truth, truth_since })
    }

    fn unit(&self, first: Option<usize>, shared: &[f64], rng: &mut ChaCha8Rng) -> Vec<f64> {
        let level = self.unit_deviation * normal(rng);
        // Levels leave the mean of all units where it is.
        let centre = if self.is_additive() { 0.0 } else { self.unit_deviation.powi(2) / 2.0 };
        let path = self.process.path(self.periods, rng);
        let (own, common) = ((1.0 - self.common).sqrt(), self.common.sqrt());
        (0..self.periods)
            .map(|t| {
                let latent = own * path[t] + common * shared[t] + level - centre;
                let mean = self.process.mean(t, self.season, latent, self.effect_at(first, t), 1.0);
                self.process.observe(mean, rng)
            })
            .collect()
    }

    fn effect_at(&self, first: Option<usize>, t: usize) -> f64 {
        match first.and_then(|first| t.checked_sub(first)) {
            None => 0.0,
            Some(since) if since < self.onset => self.effect * (since + 1) as f64 / (self.onset + 1) as f64,
            Some(_) => self.effect,
        }
    }

    /// Expectations are over units and latent paths, which leave the mean where it is.
    fn truth(&self) -> (f64, f64) {
        let typical = self.process.typical();
        let mut by_time = vec![(0.0, 0.0); self.periods];
        for cohort in &self.cohorts {
            for (since, t) in (cohort.first..self.periods).enumerate() {
                let mean = |effect| self.process.mean(t, self.season, typical, effect, 1.0);
                let effect = mean(self.effect_at(Some(cohort.first), t)) - mean(0.0);
                by_time[since].0 += cohort.units as f64 * effect;
                by_time[since].1 += cohort.units as f64;
            }
        }
        by_time.retain(|(_, units)| *units > 0.0);
        let (sum, units) = by_time.iter().fold((0.0, 0.0), |(s, u), (effect, n)| (s + effect, u + n));
        let since = by_time.iter().map(|(effect, n)| effect / n).sum::<f64>() / by_time.len().max(1) as f64;
        (sum / units, since)
    }

    /// Whether the effect is in units of the outcome; it is on the logarithm of the mean otherwise.
    pub fn is_additive(&self) -> bool {
        matches!(self.process, Process::LocalLevel(_))
    }

    fn check(&self) -> Result<(), EffectsError> {
        self.process.check()?;
        let wrong = |field, message: String| Err(EffectsError::Simulation { field, message });
        if matches!(self.process, Process::Bursts(_)) {
            return wrong("process", "found bursts, expected local_level or counts".into());
        }
        if self.cohorts.is_empty() || self.never == 0 {
            return wrong("cohorts", "found no treated or no never treated units, expected both".into());
        }
        for cohort in &self.cohorts {
            if cohort.first == 0 || cohort.first >= self.periods || cohort.units == 0 {
                let message = format!(
                    "found {} units from period {} on, expected at least one, from 1 to {}",
                    cohort.units,
                    cohort.first,
                    self.periods.max(1) - 1
                );
                return wrong("cohorts", message);
            }
        }
        if !(0.0..=1.0).contains(&self.common) {
            return wrong("common", format!("found {}, expected 0 to 1", self.common));
        }
        if !(self.effect.is_finite() && (0.0..10.0).contains(&self.unit_deviation)) {
            let message =
                format!("found {} and effect {}, expected finite numbers", self.unit_deviation, self.effect);
            return wrong("unit_deviation", message);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The truth is the difference of means over many units.
    #[test]
    fn the_truth_is_what_many_panels_show_on_average() {
        for name in ["adoption-counts", "adoption-level"] {
            let with = Adoption::named(name).unwrap();
            let without = Adoption { effect: 0.0, ..with.clone() };
            let mean = |of: &Adoption| {
                let (mut sum, mut count) = (0.0, 0.0);
                for replicate in 0..300 {
                    let panel = of.draw(3, replicate).unwrap().panel;
                    for (y, first) in panel.outcome.iter().zip(&panel.first_treated) {
                        for value in first.iter().flat_map(|first| &y[*first..]) {
                            (sum, count) = (sum + value, count + 1.0);
                        }
                    }
                }
                sum / count
            };
            let found = mean(&with) - mean(&without);
            let truth = with.draw(3, 0).unwrap().truth;
            assert!((found - truth).abs() < 0.15, "{name}: {found}, truth {truth}");
        }
    }

    #[test]
    fn a_setting_out_of_range_is_named() {
        let wrong = Adoption { never: 0, ..Adoption::named("adoption-few").unwrap() };
        assert!(wrong.draw(1, 0).unwrap_err().to_string().contains("cohorts"));
    }
}
