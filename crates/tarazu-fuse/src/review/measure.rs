//! Precision and recall of a fusion, from pairs that were drawn at random by stratum and judged.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Beta, Distribution};
use serde::Serialize;

use super::Journal;
use crate::evaluate::Share;
use crate::fusion::Fusion;
use crate::judgement::{ReportId, Verdict};
use crate::reports::Reports;

/// What the sample says. Shares are of pairs among those from which it was drawn: pairs that were not compared, or were given less
/// than the least probability that is kept, are not among them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measured {
    /// Pairs judged the same.
    pub same: usize,
    /// Pairs judged different.
    pub different: usize,
    /// Pairs about which the judge was unsure; they are left out.
    pub unsure: usize,
    /// Of the joined pairs, the share that is the same.
    pub precision: Share,
    /// Of the pairs that are the same, the share that is joined.
    pub recall: Share,
    /// By stratum of the draw: name, pairs in it, judged, judged the same.
    pub strata: Vec<(String, usize, usize, usize)>,
}

/// Draws from the posterior of the shares.
const DRAWS: usize = 4_000;

/// What was judged of a part of a stratum.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    same: usize,
    different: usize,
}

/// Hold a fusion against the judgements that were drawn at random. It should be one that was not fed with them. Every stratum counts by
/// the pairs that it had when it was drawn from; within it, pairs that this fusion joins and others are apart, each with a share of the
/// same that is given Jeffreys' prior; intervals are the middle 95% of the posterior.
///
/// `None` where nothing that was drawn at random has been judged, or no such pair is joined.
pub fn measure(reports: &Reports, fusion: &Fusion, journal: &Journal, seed: u64) -> Option<Measured> {
    let incidents = fusion.incidents.by_row();
    let rows: std::collections::HashMap<ReportId, usize> =
        (0..reports.len()).map(|row| (super::report_id(reports, row), row)).collect();
    let mut strata: BTreeMap<&str, (usize, [Part; 2])> = BTreeMap::new();
    let (mut same, mut different, mut unsure) = (0, 0, 0);
    for entry in &journal.entries {
        let Some(drawn) = &entry.drawn else { continue };
        let judgement = &entry.judgement;
        let (Some(a), Some(b)) = (rows.get(&judgement.a), rows.get(&judgement.b)) else { continue };
        let joined = usize::from(incidents[*a] == incidents[*b]);
        let stratum = strata.entry(&drawn.stratum).or_insert((drawn.of, Default::default()));
        let part = &mut stratum.1[joined];
        match judgement.verdict {
            Verdict::Same => (part.same, same) = (part.same + 1, same + 1),
            Verdict::Different => (part.different, different) = (part.different + 1, different + 1),
            Verdict::Unsure => unsure += 1,
        }
    }
    let strata: Vec<(&str, usize, [Part; 2])> =
        strata.into_iter().map(|(name, (of, parts))| (name, of, parts)).collect();
    let judged = |parts: &[Part; 2]| parts.map(|p| p.same + p.different).iter().sum::<usize>();
    // Pairs that are joined; the same and joined; the same.
    let totals = |share: &mut dyn FnMut(&Part) -> f64| {
        let (mut joined, mut both, mut true_pairs) = (0.0, 0.0, 0.0);
        for (_, of, parts) in &strata {
            let n = judged(parts).max(1) as f64;
            for (is_joined, part) in parts.iter().enumerate() {
                let size = *of as f64 * (part.same + part.different) as f64 / n;
                if size == 0.0 {
                    continue;
                }
                let alike = size * share(part);
                true_pairs += alike;
                if is_joined == 1 {
                    (joined, both) = (joined + size, both + alike);
                }
            }
        }
        (joined, both, true_pairs)
    };
    let (joined, both, true_pairs) = totals(&mut |p| p.same as f64 / (p.same + p.different) as f64);
    if joined == 0.0 || true_pairs == 0.0 {
        return None;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut precisions, mut recalls) = (Vec::with_capacity(DRAWS), Vec::with_capacity(DRAWS));
    for _ in 0..DRAWS {
        let mut share = |p: &Part| {
            let posterior = Beta::new(p.same as f64 + 0.5, p.different as f64 + 0.5);
            posterior.map_or(0.5, |beta| beta.sample(&mut rng))
        };
        let (joined, both, true_pairs) = totals(&mut share);
        precisions.push(both / joined);
        recalls.push(both / true_pairs);
    }
    let interval = |estimate: f64, mut draws: Vec<f64>| {
        draws.sort_by(f64::total_cmp);
        let at = |share: f64| draws[(share * (DRAWS - 1) as f64).round() as usize];
        // With none of a kind judged the prior alone would keep the interval away from the estimate.
        Share { estimate, low: at(0.025).min(estimate), high: at(0.975).max(estimate) }
    };
    Some(Measured {
        same,
        different,
        unsure,
        precision: interval(both / joined, precisions),
        recall: interval(both / true_pairs, recalls),
        strata: strata
            .iter()
            .map(|(name, of, parts)| ((*name).into(), *of, judged(parts), parts.iter().map(|p| p.same).sum()))
            .collect(),
    })
}
