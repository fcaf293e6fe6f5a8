//! Bartlett correction: in series of some hundred clustered events the likelihood ratio is larger than χ² by a factor, which is found
//! by simulating from the fitted process (Bartlett 1937; by simulation, Rocke 1989, J. Amer. Statist. Assoc. 84:598).

use rayon::prelude::*;

use super::Fitted;
use super::likelihood::{Data, Model, maximise};
use crate::random;

/// Mean likelihood ratio of each step's fitted value over `replicates` series simulated with it, and at least 1, so that intervals only
/// grow: where a side has no events the simulated ratios are near 0, and mean nothing. Sums are in the order of the replicates.
pub(super) fn factors(fitted: &Fitted, steps: usize, replicates: usize, seed: u64) -> Vec<f64> {
    let (model, theta) = (&fitted.model, &fitted.theta);
    let at = model.natural(theta);
    let ratios: Vec<Vec<f64>> = (0..replicates as u64)
        .into_par_iter()
        .map(|replicate| {
            let rng = &mut random::stream(seed, "hawkes bartlett", replicate);
            let data = match model.data {
                Data::Points(points) => Data::Points(points.simulate(&at, rng)),
                Data::Days(days) => Data::Days(days.simulate(&at, rng)),
            };
            let again =
                Model { data: &data, width: model.width, decay: model.decay, dispersed: model.dispersed };
            let metric = Some(&fitted.metric);
            let held: Vec<_> = (1..=steps).map(|j| maximise(&again, theta, Some(j), metric)).collect();
            let free = maximise(&again, theta, None, metric).1;
            held.iter().map(|(_, value)| (2.0 * (free - value)).max(0.0)).collect()
        })
        .collect();
    let mean = |j: usize| ratios.iter().map(|r| r[j]).sum::<f64>() / replicates as f64;
    (0..steps).map(|j| if replicates == 0 { 1.0 } else { mean(j).max(1.0) }).collect()
}
