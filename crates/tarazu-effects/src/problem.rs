//! The question as numbers.

use serde::Serialize;

/// A season that comes back every `length` periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Season {
    /// Periods per cycle: 12 for months.
    pub length: usize,
    /// Place of the first period of the series within the cycle, from 0.
    pub first: usize,
}

/// One unit's outcome before and after an intervention.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The outcome, one value per period, without gaps.
    pub outcome: Vec<f64>,
    /// Index of the first period after the intervention.
    pub start: usize,
    /// The season, where there is one.
    pub season: Option<Season>,
    /// Series of the same length that the intervention did not touch.
    pub covariates: Vec<Vec<f64>>,
}

/// Why there is no estimate.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EffectsError {
    /// Too few periods on one side.
    #[error("{needed} periods are needed {side} the intervention, {found} found")]
    TooShort {
        /// "before" or "after".
        side: &'static str,
        /// How many there are.
        found: usize,
        /// How many it takes.
        needed: usize,
    },
    /// A value that is no number, or no count where counts are needed.
    #[error("period {index} (counted from 0): found {value}, expected {expected}")]
    Value {
        /// Which period.
        index: usize,
        /// What stands there.
        value: f64,
        /// What should.
        expected: &'static str,
    },
    /// A covariate of another length.
    #[error("covariate {index} has {found} periods, the outcome has {expected}")]
    Covariate {
        /// Which covariate, from 0.
        index: usize,
        /// Its length.
        found: usize,
        /// The outcome's.
        expected: usize,
    },
    /// The outcome does not vary, so nothing can be learned from it.
    #[error("the outcome does not vary before the intervention")]
    Constant,
    /// A grid of specifications is at fault.
    #[error("choice `{choice}`: {message}")]
    Grid {
        /// The choice.
        choice: &'static str,
        /// What was found and what was expected.
        message: String,
    },
    /// A setting of a simulation lies outside its range.
    #[error("simulation: `{field}`: {message}")]
    Simulation {
        /// The setting.
        field: &'static str,
        /// What was found and what was expected.
        message: String,
    },
    /// Events in time or space are at fault.
    #[error("events: `{field}`: {message}")]
    Events {
        /// The input.
        field: &'static str,
        /// What was found and what was expected.
        message: String,
    },
    /// The data do not determine the model.
    #[error("the model cannot be fitted: {0}")]
    Fit(&'static str),
}

impl Problem {
    /// A problem without season or covariates.
    ///
    /// # Errors
    /// Where a value is not a finite number or `start` leaves nothing on one side.
    pub fn new(outcome: Vec<f64>, start: usize) -> Result<Self, EffectsError> {
        if let Some((index, value)) = outcome.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(EffectsError::Value { index, value: *value, expected: "a finite number" });
        }
        if start == 0 || start >= outcome.len() {
            let side = if start == 0 { "before" } else { "after" };
            return Err(EffectsError::TooShort { side, found: 0, needed: 1 });
        }
        Ok(Self { outcome, start, season: None, covariates: Vec::new() })
    }

    /// With a season.
    #[must_use]
    pub fn with_season(mut self, season: Season) -> Self {
        self.season = Some(season);
        self
    }

    /// With covariates.
    ///
    /// # Errors
    /// Where one is of another length than the outcome.
    pub fn with_covariates(mut self, covariates: Vec<Vec<f64>>) -> Result<Self, EffectsError> {
        for (index, covariate) in covariates.iter().enumerate() {
            if covariate.len() != self.outcome.len() {
                let (found, expected) = (covariate.len(), self.outcome.len());
                return Err(EffectsError::Covariate { index, found, expected });
            }
        }
        self.covariates = covariates;
        Ok(self)
    }

    /// The periods before the intervention.
    pub fn before(&self) -> &[f64] {
        &self.outcome[..self.start]
    }

    /// The periods from the intervention on.
    pub fn after(&self) -> &[f64] {
        &self.outcome[self.start..]
    }

    pub(crate) fn require(&self, before: usize, after: usize) -> Result<(), EffectsError> {
        for (side, found, needed) in
            [("before", self.start, before), ("after", self.outcome.len() - self.start, after)]
        {
            if found < needed {
                return Err(EffectsError::TooShort { side, found, needed });
            }
        }
        Ok(())
    }

    /// Sine and cosine pairs of the season at each period: `pairs` harmonics, fewer where the season is short.
    pub(crate) fn harmonics(&self, pairs: usize) -> Vec<Vec<f64>> {
        let Some(season) = self.season.filter(|s| s.length > 1) else { return Vec::new() };
        let mut columns = Vec::new();
        for k in 1..=pairs {
            // At the Nyquist frequency the sine vanishes at every period.
            if 2 * k > season.length {
                break;
            }
            let angle = |t: usize| {
                let place = (season.first + t) % season.length;
                2.0 * std::f64::consts::PI * (k * place) as f64 / season.length as f64
            };
            if 2 * k < season.length {
                columns.push((0..self.outcome.len()).map(|t| angle(t).sin()).collect());
            }
            columns.push((0..self.outcome.len()).map(|t| angle(t).cos()).collect());
        }
        columns
    }
}

/// What is common to all estimators.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Settings {
    /// Probability content of every interval.
    pub level: f64,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Posterior or predictive draws kept.
    pub draws: usize,
    /// Replicate number: placebo fits use 1, 2, … so that each has a random stream of its own.
    pub replicate: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { level: 0.95, seed: 1, draws: 1000, replicate: 0 }
    }
}
