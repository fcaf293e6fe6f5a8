//! Staggered adoption: units that are treated from different periods on (Callaway & Sant'Anna 2021, J. Econometrics 225:200).
//!
//! ATT(g, t) compares the change of the units first treated in period g, from the last period before, with the change of units not
//! treated (yet). With covariates it is doubly robust (Sant'Anna & Zhao 2020, eq. 2.6: logistic propensities, linear outcomes);
//! without, it is a difference of means. Standard errors come from influence functions, clustered by unit; simultaneous bands from
//! the multiplier bootstrap (Mammen's two points, as in their theorem 3).
//!
//! Theirs are errors of large samples. Intervals and p use Student's t with the degrees of freedom of Satterthwaite 1946 over groups, each group's variance
//! divided by one less than its number of units (for a difference of two means: Welch 1947). What a group of one unit varies cannot be seen in
//! it; it is taken to vary as the units that it is compared with (Conley & Taber 2011, Rev. Econ. Stat. 93:113).
//!
//! ```
//! use tarazu_effects::{Controls, Settings, Staggered, StaggeredPanel};
//!
//! // Forty units over six periods; every second one gains 2 from period 3 on.
//! let unit = |i: usize| -> Vec<f64> {
//!     (0..6).map(|t| (i * 7 % 5) as f64 + t as f64 + f64::from(u8::from(i % 2 == 0 && t >= 3)) * 2.0 + ((i * t) % 3) as f64 / 10.0).collect()
//! };
//! let panel = StaggeredPanel {
//!     outcome: (0..40).map(unit).collect(),
//!     first_treated: (0..40).map(|i| (i % 2 == 0).then_some(3)).collect(),
//!     covariates: vec![],
//! };
//! let effects = Staggered { controls: Controls::NeverTreated, ..Staggered::default() }.fit(&panel, &Settings::default())?;
//! assert!((effects.simple().estimate - 2.0).abs() < 0.2);
//! # Ok::<(), tarazu_effects::EffectsError>(())
//! ```

mod aggregate;
mod cell;
mod honest;

use serde::Serialize;

use crate::problem::{EffectsError, Settings};

pub use aggregate::{Aggregated, Path};
pub use honest::{EventStudy, Honest};

/// Units over the same periods, each untreated until its first treated period.
#[derive(Debug, Clone, PartialEq)]
pub struct StaggeredPanel {
    /// Per unit, the outcome of every period.
    pub outcome: Vec<Vec<f64>>,
    /// Per unit, the first treated period, counted from 0; `None` for never.
    pub first_treated: Vec<Option<usize>>,
    /// Columns of covariates that do not change, one value per unit; none for a comparison of plain means.
    pub covariates: Vec<Vec<f64>>,
}

/// Which units a group is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum Controls {
    /// Those that are never treated.
    #[default]
    NeverTreated,
    /// Those that are not treated yet, the never treated among them.
    NotYetTreated,
}

/// The period from which change before the treatment is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum Base {
    /// The period before each.
    #[default]
    Varying,
    /// The last period before the treatment, for all.
    Universal,
}

/// Choices of the estimator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Staggered {
    /// Control units.
    pub controls: Controls,
    /// Base period of the periods before.
    pub base: Base,
    /// Periods before the treatment in which it may have been anticipated.
    pub anticipation: usize,
}

/// The effect on one group in one period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupTime {
    /// First treated period of the group.
    pub group: usize,
    /// The period.
    pub period: usize,
    /// ATT(g, t), in units of the outcome.
    pub estimate: f64,
    /// Its standard error.
    pub error: f64,
    /// Per unit, its influence on the estimate; then, for every group of one unit, what its own would be if it varied as each of the units
    /// that it is compared with.
    #[serde(skip)]
    pub(crate) influence: Vec<f64>,
}

/// All effects by group and period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupTimes {
    /// The effects, by group and period.
    pub cells: Vec<GroupTime>,
    /// Share of the units in each group, by first treated period.
    pub shares: Vec<(usize, f64)>,
    /// Groups and periods that could not be estimated, with the reason.
    pub excluded: Vec<(usize, usize, &'static str)>,
    /// The choices.
    pub specification: Staggered,
    /// What a reader must know before relying on it.
    #[serde(skip)]
    pub warnings: Vec<String>,
    settings: Settings,
    groups: Vec<Option<usize>>,
    /// Groups of one unit.
    alone: Vec<usize>,
}

impl StaggeredPanel {
    fn check(&self) -> Result<usize, EffectsError> {
        let units = self.outcome.len();
        let periods = self.outcome.first().map_or(0, Vec::len);
        if periods < 2 {
            return Err(EffectsError::Fit("staggered adoption needs at least two periods"));
        }
        if self.outcome.iter().any(|o| o.len() != periods) {
            return Err(EffectsError::Fit("units differ in the number of periods"));
        }
        if self.first_treated.len() != units || self.covariates.iter().any(|c| c.len() != units) {
            return Err(EffectsError::Fit("first treated periods or covariates are not one per unit"));
        }
        for series in self.outcome.iter().chain(&self.covariates) {
            if let Some((index, value)) = series.iter().enumerate().find(|(_, v)| !v.is_finite()) {
                return Err(EffectsError::Value { index, value: *value, expected: "a finite number" });
            }
        }
        Ok(periods)
    }
}

impl Staggered {
    /// Every effect by group and period. A unit treated in the first period has no period before and is left out.
    ///
    /// # Errors
    /// Where the panel is not balanced, a value is not finite, or no group has a period before and controls.
    pub fn fit(&self, panel: &StaggeredPanel, settings: &Settings) -> Result<GroupTimes, EffectsError> {
        let periods = panel.check()?;
        // A first period after the last is never within the panel.
        let groups: Vec<Option<usize>> =
            panel.first_treated.iter().map(|g| g.filter(|g| *g < periods)).collect();
        let kept: Vec<usize> =
            (0..groups.len()).filter(|i| groups[*i].is_none_or(|g| g > self.anticipation)).collect();
        let mut starts: Vec<usize> = kept.iter().filter_map(|i| groups[*i]).collect();
        starts.sort_unstable();
        starts.dedup();
        let size = |g: usize| kept.iter().filter(|i| groups[**i] == Some(g)).count();
        let alone: Vec<usize> = starts.iter().copied().filter(|g| size(*g) == 1).collect();
        let (mut cells, mut excluded) = (Vec::new(), Vec::new());
        for group in &starts {
            for period in 0..periods {
                let Some(base) = self.base_of(*group, period) else { continue };
                match self.cell(panel, (&kept, &groups, &alone), (*group, period, base)) {
                    Ok(cell) => cells.push(cell),
                    Err(reason) => excluded.push((*group, period, reason)),
                }
            }
        }
        if cells.is_empty() {
            return Err(EffectsError::Fit(
                "no group has a period before its treatment and units to compare with",
            ));
        }
        let mut warnings = Vec::new();
        if !alone.is_empty() {
            warnings.push(format!(
                "{} of {} groups have one unit, which is taken to vary as those that it is compared with",
                alone.len(),
                starts.len()
            ));
        }
        let fewest = starts.iter().map(|g| size(*g)).min().unwrap_or(0);
        warnings.push(crate::calibration::staggered(fewest));
        Ok(GroupTimes {
            cells,
            shares: starts.iter().map(|g| (*g, size(*g) as f64 / kept.len() as f64)).collect(),
            warnings,
            alone,
            excluded,
            specification: *self,
            settings: settings.clone(),
            groups: kept.iter().map(|i| groups[*i]).collect(),
        })
    }

    /// The period that `period` is compared with; `None` where it is its own.
    fn base_of(&self, group: usize, period: usize) -> Option<usize> {
        let last_before = group.checked_sub(1 + self.anticipation)?;
        let base = if period > last_before || self.base == Base::Universal {
            last_before
        } else {
            period.checked_sub(1)?
        };
        (base != period).then_some(base)
    }

    fn cell(
        &self,
        panel: &StaggeredPanel,
        (kept, groups, alone): (&[usize], &[Option<usize>], &[usize]),
        (group, period, base): (usize, usize, usize),
    ) -> Result<GroupTime, &'static str> {
        let latest = period.max(base) + self.anticipation;
        let control = |g: Option<usize>| match (self.controls, g) {
            (_, None) => true,
            (Controls::NeverTreated, _) => false,
            (Controls::NotYetTreated, Some(g)) => g > latest && g != group,
        };
        let mut units = Vec::new();
        for (place, i) in kept.iter().enumerate() {
            let treated = groups[*i] == Some(group);
            if treated || control(groups[*i]) {
                units.push(cell::Unit {
                    place,
                    treated,
                    change: panel.outcome[*i][period] - panel.outcome[*i][base],
                    covariates: panel.covariates.iter().map(|c| c[*i]).collect(),
                });
            }
        }
        let cell::Robust { estimate, mut influence, left } = cell::doubly_robust(&units, kept.len())?;
        let n = kept.len();
        influence.resize(n * (1 + alone.len()), 0.0);
        if let Some(block) = alone.iter().position(|g| *g == group) {
            let scale = n as f64 / (left.len() as f64).sqrt();
            for (place, left) in left {
                influence[n * (1 + block) + place] = scale * left;
            }
        }
        let error = standard_error(&influence, n);
        Ok(GroupTime { group, period, estimate, error, influence })
    }
}

/// Of an estimate with this influence function over `units` units: root of its mean square over their number.
fn standard_error(influence: &[f64], units: usize) -> f64 {
    influence.iter().map(|v| v * v).sum::<f64>().sqrt() / units as f64
}
