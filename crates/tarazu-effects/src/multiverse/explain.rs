//! How much of the spread over specifications each choice explains.

use faer::Mat;
use serde::Serialize;

use super::grid::{DIMENSION_NAMES, DIMENSIONS, Levels};
use super::run::CellResult;
use crate::linear::Cholesky;

/// What one choice explains.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explained {
    /// The choice.
    pub choice: &'static str,
    /// Its share of the variance of ln(observed / expected) over specifications, 0 to 1.
    pub share: f64,
}

/// Shares of the variance of ln(observed / expected) over the estimated specifications: each choice's average gain of R² over all
/// orders in which the choices can enter an additive model (Lindeman, Merenda & Gold 1980; Grömping 2007). They sum to that model's
/// R²; the rest is what choices do together. Choices that do not vary are left out. `None` where the specifications all agree.
pub fn explained(results: &[CellResult]) -> Option<Vec<Explained>> {
    let cells: Vec<(Levels, f64)> =
        results.iter().filter_map(|r| Some((r.levels, r.outcome.as_ref().ok()?.log_ratio.0))).collect();
    let mean = cells.iter().map(|(_, y)| y).sum::<f64>() / cells.len().max(1) as f64;
    let total: f64 = cells.iter().map(|(_, y)| (y - mean).powi(2)).sum();
    if total <= 1e-18 * cells.len() as f64 {
        return None;
    }
    let model = Additive::new(&cells, mean);
    let varying: Vec<usize> = (0..DIMENSIONS).filter(|d| !model.columns[*d].is_empty()).collect();
    let explains: Vec<f64> =
        (0..1_usize << varying.len()).map(|set| model.explains(set, &varying) / total).collect();
    let count = varying.len();
    let share = |position: usize| -> f64 {
        (0..explains.len())
            .filter(|set| set & (1 << position) == 0)
            .map(|set| {
                let size = set.count_ones() as usize;
                let weight = factorial(size) * factorial(count - 1 - size) / factorial(count);
                weight * (explains[set | (1 << position)] - explains[set])
            })
            .sum()
    };
    Some(
        varying
            .iter()
            .enumerate()
            .map(|(position, d)| Explained { choice: DIMENSION_NAMES[*d], share: share(position) })
            .collect(),
    )
}

fn factorial(n: usize) -> f64 {
    (1..=n).map(|k| k as f64).product()
}

/// Sums of squares of an additive model in the choices' options, centred.
struct Additive {
    /// Columns of each choice: one for each option that occurs but the first.
    columns: [Vec<usize>; DIMENSIONS],
    gram: Mat<f64>,
    right: Vec<f64>,
}

impl Additive {
    fn new(cells: &[(Levels, f64)], mean: f64) -> Self {
        let mut options: Vec<(usize, u16)> = Vec::new();
        let mut columns: [Vec<usize>; DIMENSIONS] = Default::default();
        for d in 0..DIMENSIONS {
            let mut levels: Vec<u16> = cells.iter().map(|(l, _)| l[d]).collect();
            levels.sort_unstable();
            levels.dedup();
            for level in levels.into_iter().skip(1) {
                columns[d].push(options.len());
                options.push((d, level));
            }
        }
        let (p, n) = (options.len(), cells.len() as f64);
        let mut together = vec![vec![0.0; p]; p];
        let (mut alone, mut right) = (vec![0.0; p], vec![0.0; p]);
        for (levels, y) in cells {
            let own: Vec<usize> = (0..p).filter(|k| levels[options[*k].0] == options[*k].1).collect();
            for i in &own {
                alone[*i] += 1.0;
                right[*i] += y - mean;
                for j in &own {
                    together[*i][*j] += 1.0;
                }
            }
        }
        let gram = Mat::from_fn(p, p, |i, j| together[i][j] - alone[i] * alone[j] / n);
        Self { columns, gram, right }
    }

    /// Sum of squares explained by a set of choices, as bits over `varying`.
    fn explains(&self, set: usize, varying: &[usize]) -> f64 {
        let chosen: Vec<usize> = varying
            .iter()
            .enumerate()
            .filter(|(position, _)| set & (1 << position) != 0)
            .flat_map(|(_, d)| self.columns[*d].iter().copied())
            .collect();
        if chosen.is_empty() {
            return 0.0;
        }
        // Options that occur together only are aliased; a trace of ridge keeps the system solvable and changes nothing else.
        let ridge = |i: usize, j: usize| if i == j { 1e-9 * self.gram[(chosen[i], chosen[i])] } else { 0.0 };
        let matrix =
            Mat::from_fn(chosen.len(), chosen.len(), |i, j| self.gram[(chosen[i], chosen[j])] + ridge(i, j));
        let right: Vec<f64> = chosen.iter().map(|k| self.right[*k]).collect();
        let Some(factor) = Cholesky::new(&matrix) else { return 0.0 };
        factor.solve(&right).iter().zip(&right).map(|(b, r)| b * r).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::Interval;
    use crate::multiverse::run::CellEstimate;

    fn result(levels: Levels, log_ratio: f64) -> CellResult {
        let interval = Interval { estimate: 0.0, low: 0.0, high: 0.0 };
        let estimate = CellEstimate {
            relative: interval,
            average: interval,
            p: 1.0,
            log_ratio: (log_ratio, 1.0),
            r_squared: 0.0,
            before_after: None,
        };
        CellResult { levels, outcome: Ok(estimate) }
    }

    fn levels(outcome: u16, before: u16, estimator: u16) -> Levels {
        [0, outcome, before, 0, 0, 0, 0, 0, 0, estimator, 0]
    }

    #[test]
    fn in_a_balanced_grid_shares_are_those_of_the_analysis_of_variance() {
        // y = a + b with a in {0, 2} and b in {0, 1}: sums of squares 4 : 1 over four cells.
        let cells: Vec<_> = [(0, 0, 0.0), (0, 1, 1.0), (1, 0, 2.0), (1, 1, 3.0)]
            .map(|(i, j, y)| result(levels(i, j, 0), y))
            .into();
        let shares = explained(&cells).unwrap();
        assert_eq!(shares.iter().map(|s| s.choice).collect::<Vec<_>>(), ["outcome", "before"]);
        assert!((shares[0].share - 0.8).abs() < 1e-6 && (shares[1].share - 0.2).abs() < 1e-6, "{shares:?}");
    }

    #[test]
    fn what_choices_do_together_is_nobodys_share_and_an_alias_is_shared() {
        // y = a × b, centred: only the interaction.
        let cells: Vec<_> = [(0, 0, 1.0), (0, 1, -1.0), (1, 0, -1.0), (1, 1, 1.0)]
            .map(|(i, j, y)| result(levels(i, j, 0), y))
            .into();
        assert!(explained(&cells).unwrap().iter().all(|s| s.share.abs() < 1e-6));
        // Outcome and estimator always change together: half each.
        let cells: Vec<_> = [(0, 0, 0.0), (1, 1, 1.0)].map(|(i, k, y)| result(levels(i, 0, k), y)).into();
        let shares = explained(&cells).unwrap();
        assert!(shares.iter().all(|s| (s.share - 0.5).abs() < 1e-6), "{shares:?}");
        assert_eq!(explained(&[result(levels(0, 0, 0), 1.0), result(levels(1, 0, 0), 1.0)]), None);
    }
}
