//! Effects by group and period, brought together: Callaway & Sant'Anna 2021, §3.1.

use rand::RngExt;
use serde::Serialize;

use super::{GroupTime, GroupTimes, StaggeredPanel, standard_error};
use crate::estimate::{Difference, Interval, PeriodDifference};
use crate::interval::{normal, student};
use crate::random::stream;

/// A weighted mean of effects.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Aggregated {
    /// The mean, in units of the outcome.
    pub estimate: f64,
    /// Its standard error, as in the paper.
    pub error: f64,
    /// Interval at the level of the settings, with an error and degrees of freedom for samples of this size ([`crate::Staggered`]).
    pub interval: Interval,
    /// Two-sided p of the same distribution.
    pub p: f64,
    #[serde(skip)]
    influence: Vec<f64>,
    #[serde(skip)]
    units: usize,
}

impl Aggregated {
    /// Covariance of two estimates of one panel, by their influence functions.
    pub(super) fn covariance(&self, other: &Self) -> f64 {
        let n = self.units.max(1) as f64;
        self.influence.iter().zip(&other.influence).map(|(a, b)| a * b).sum::<f64>() / n / n
    }
}

/// Effects along an axis, and their mean.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Path {
    /// Place on the axis (periods since the treatment, group, or period) and the effect there.
    pub points: Vec<(i64, Aggregated)>,
    /// The mean over the points, over those from the treatment on where the axis is time since it.
    pub overall: Aggregated,
    /// Half-widths are this many standard errors where all points shall be covered at once.
    pub simultaneous: f64,
}

impl GroupTimes {
    /// All effects from the treatment on as differences from expectation: per treated unit and period, in sum over them, and relative to what
    /// they were expected to show. And period by period, as means over the units treated by then.
    pub fn difference(&self, panel: &StaggeredPanel) -> (Difference, Vec<PeriodDifference>) {
        let observed = |of: &dyn Fn(&GroupTime) -> bool| -> Vec<f64> {
            let cells = self.cells.iter().filter(|c| c.period >= c.group && of(c));
            let units = |c: &GroupTime| {
                let (group, period) = (c.group, c.period);
                let treated = panel.outcome.iter().zip(&panel.first_treated);
                treated
                    .filter(move |(_, g)| **g == Some(group))
                    .filter_map(move |(y, _)| y.get(period).copied())
            };
            cells.flat_map(units).collect()
        };
        let all = observed(&|_| true);
        let whole = Difference::of_mean(self.simple().interval, all.iter().sum(), all.len() as f64);
        let periods = self.calendar().points.into_iter().map(|(place, point)| {
            let index = place as usize;
            let values = observed(&|c| c.period == index);
            let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
            let Interval { estimate, low, high } = point.interval;
            let expected = Interval { estimate: mean - estimate, low: mean - high, high: mean - low };
            PeriodDifference::new(index, mean, expected)
        });
        (whole, periods.collect())
    }

    /// All effects from the treatment on, weighed by the size of their groups.
    pub fn simple(&self) -> Aggregated {
        self.weighted(&self.cells.iter().filter(|c| c.period >= c.group).collect::<Vec<_>>())
    }

    /// Effects by time since the treatment (event study).
    pub fn dynamic(&self) -> Path {
        let since = |c: &GroupTime| Some(c.period as i64 - c.group as i64);
        self.path(&since, |cells| self.weighted(cells), None)
    }

    /// Effects by period, over the groups that are treated by then.
    pub fn calendar(&self) -> Path {
        let period = |c: &GroupTime| (c.period >= c.group).then_some(c.period as i64);
        self.path(&period, |cells| self.weighted(cells), None)
    }

    /// Effects by group: each the mean over its periods from the treatment on; over groups, weighed by their size.
    pub fn group(&self) -> Path {
        let group = |c: &GroupTime| (c.period >= c.group).then_some(c.group as i64);
        let even =
            |cells: &[&GroupTime]| self.combined(cells, &vec![1.0 / cells.len() as f64; cells.len()], None);
        self.path(&group, even, Some(&|place| self.share(place as usize)))
    }

    fn share(&self, group: usize) -> f64 {
        self.shares.iter().find(|(g, _)| *g == group).map_or(0.0, |(_, share)| *share)
    }

    /// A mean weighed by the sizes of groups, which are themselves estimates and add to the error.
    fn weighted(&self, cells: &[&GroupTime]) -> Aggregated {
        let shares: Vec<f64> = cells.iter().map(|c| self.share(c.group)).collect();
        let total: f64 = shares.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let weights: Vec<f64> = shares.iter().map(|s| s / total).collect();
        let groups: Vec<usize> = cells.iter().map(|c| c.group).collect();
        self.combined(cells, &weights, Some((&groups, total)))
    }

    fn combined(&self, cells: &[&GroupTime], weights: &[f64], sized: Option<(&[usize], f64)>) -> Aggregated {
        let parts: Vec<(f64, &[f64])> = cells.iter().map(|c| (c.estimate, c.influence.as_slice())).collect();
        self.mean(&parts, weights, sized)
    }

    fn mean(&self, parts: &[(f64, &[f64])], weights: &[f64], sized: Option<(&[usize], f64)>) -> Aggregated {
        let estimate: f64 = parts.iter().zip(weights).map(|((e, _), w)| e * w).sum();
        let mut influence = vec![0.0; self.groups.len() * (1 + self.alone.len())];
        for ((_, own), weight) in parts.iter().zip(weights) {
            influence.iter_mut().zip(own.iter()).for_each(|(i, o)| *i += weight * o);
        }
        if let Some((groups, total)) = sized {
            // Σ_k (∂ weights) effect_k, with the share of each group estimated by its share of the units.
            for (i, group) in influence.iter_mut().zip(&self.groups) {
                let off = |g: usize| f64::from(u8::from(*group == Some(g))) - self.share(g);
                let moved: f64 = groups.iter().zip(parts).map(|(g, (e, _))| off(*g) * e).sum();
                let all: f64 = groups.iter().map(|g| off(*g)).sum();
                *i += (moved - all * estimate) / total;
            }
        }
        self.aggregated(estimate, influence)
    }

    fn aggregated(&self, estimate: f64, influence: Vec<f64>) -> Aggregated {
        let units = self.groups.len();
        let error = standard_error(&influence, units);
        let (spread, freedom) = self.spread(&influence);
        let (low, high, p) = student(estimate, spread, freedom, self.settings.level);
        Aggregated { estimate, error, interval: Interval { estimate, low, high }, p, influence, units }
    }

    /// Error and degrees of freedom for a sample of this size: each group's sum of squares about its mean over one less than its units in place of their
    /// number, and Satterthwaite's degrees of freedom of the sum. What groups of one unit borrow from the controls is one part with the controls' own.
    fn spread(&self, influence: &[f64]) -> (f64, f64) {
        let n = self.groups.len();
        let (mut variance, mut squares) = (0.0, 0.0);
        let mut add = |sum: f64, units: usize| {
            if units > 1 {
                let own = sum / (n * n) as f64 * units as f64 / (units - 1) as f64;
                variance += own;
                squares += own * own / (units - 1) as f64;
            }
        };
        // About the mean, which is not zero where the sizes of groups are estimated, too.
        let mut between = 0.0;
        let mut within = |group: Option<usize>| {
            let own: Vec<f64> =
                self.groups.iter().zip(influence).filter(|(g, _)| **g == group).map(|(_, i)| *i).collect();
            let mean = own.iter().sum::<f64>() / own.len().max(1) as f64;
            between += mean * mean * own.len() as f64;
            (own.iter().map(|i| (i - mean).powi(2)).sum::<f64>(), own.len())
        };
        for (group, _) in &self.shares {
            let (sum, units) = within(Some(*group));
            add(sum, units);
        }
        let (sum, controls) = within(None);
        let borrowed: f64 = influence[n..].iter().map(|i| i * i).sum();
        let lenders = influence[n..].chunks(n).map(|block| block.iter().filter(|i| **i != 0.0).count()).max();
        add(sum + borrowed, controls.max(lenders.unwrap_or(0)));
        let freedom = if squares > 0.0 { variance * variance / squares } else { f64::INFINITY };
        ((variance + between / (n * n) as f64).sqrt(), freedom)
    }

    fn path(
        &self,
        place_of: &dyn Fn(&GroupTime) -> Option<i64>,
        mean: impl Fn(&[&GroupTime]) -> Aggregated,
        shares: Option<&dyn Fn(i64) -> f64>,
    ) -> Path {
        let mut places: Vec<i64> = self.cells.iter().filter_map(place_of).collect();
        places.sort_unstable();
        places.dedup();
        let at = |place: i64| self.cells.iter().filter(|c| place_of(c) == Some(place)).collect::<Vec<_>>();
        let points: Vec<(i64, Aggregated)> =
            places.into_iter().map(|place| (place, mean(&at(place)))).collect();
        let inside: Vec<&(i64, Aggregated)> = points.iter().filter(|(place, _)| *place >= 0).collect();
        let parts: Vec<(f64, &[f64])> =
            inside.iter().map(|(_, a)| (a.estimate, a.influence.as_slice())).collect();
        let overall = match shares {
            None => self.mean(&parts, &vec![1.0 / parts.len().max(1) as f64; parts.len()], None),
            Some(share) => {
                let sizes: Vec<f64> = inside.iter().map(|(place, _)| share(*place)).collect();
                let total: f64 = sizes.iter().sum::<f64>().max(f64::MIN_POSITIVE);
                let weights: Vec<f64> = sizes.iter().map(|s| s / total).collect();
                let groups: Vec<usize> = inside.iter().map(|(place, _)| *place as usize).collect();
                self.mean(&parts, &weights, Some((&groups, total)))
            }
        };
        let simultaneous = self.simultaneous(&points);
        Path { points, overall, simultaneous }
    }

    /// The multiplier bootstrap of the largest |t| over all points.
    fn simultaneous(&self, points: &[(i64, Aggregated)]) -> f64 {
        let rng = &mut stream(self.settings.seed, "multiplier", self.settings.replicate);
        let root = 5_f64.sqrt();
        let (low, high) = ((1.0 - root) / 2.0, (1.0 + root) / 2.0);
        let chance = (root + 1.0) / (2.0 * root);
        let n = self.groups.len() as f64;
        let mut largest: Vec<f64> = (0..self.settings.draws.max(100))
            .map(|_| {
                let multipliers: Vec<f64> = (0..self.groups.len() * (1 + self.alone.len()))
                    .map(|_| if rng.random::<f64>() < chance { low } else { high })
                    .collect();
                let t = |a: &Aggregated| {
                    let moved: f64 =
                        a.influence.iter().zip(&multipliers).map(|(i, m)| i * m).sum::<f64>() / n;
                    if a.error > 0.0 { (moved / a.error).abs() } else { 0.0 }
                };
                points.iter().map(|(_, a)| t(a)).fold(0.0, f64::max)
            })
            .collect();
        largest.sort_by(f64::total_cmp);
        let at = (self.settings.level * largest.len() as f64).ceil() as usize;
        let (pointwise, _, _) = normal(0.0, 1.0, self.settings.level);
        largest[at.clamp(1, largest.len()) - 1].max(-pointwise)
    }
}
