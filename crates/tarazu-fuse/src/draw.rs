//! Plausible fusions, drawn from the posterior.
//!
//! Pairs of two datasets are drawn by Gibbs sampling of the model of [`crate::matching`]: in turn each report of either side gives up
//! its partners and chooses anew, none, one, or (with weight ε) two. A draw also shifts the prior odds of each two datasets by the
//! uncertainty of what was learned ([`UNCERTAINTY`]). Within one dataset the log-odds of every pair are shifted by a logistic
//! deviate, so that a pair alone is joined as often as its probability says, and the partition is made anew.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::cluster::Joining;
use crate::fuse::{Edge, forbidden};
use crate::fusion::{Fusion, Incidents};
use crate::partition::Partition;
use crate::reports::Reports;
use crate::settings::CannotLink;

/// Standard deviation, on the log-odds, of what is not known of the model itself: of prior odds learned without labels.
pub(crate) const UNCERTAINTY: f64 = 0.35;
const SWEEPS: usize = 12;

/// Pairs of two datasets as a graph.
struct Graph {
    /// Links, by their position in the fusion's.
    link: Vec<u32>,
    /// Reports on either side: links of each, as positions in `link`.
    sides: [Vec<Vec<u32>>; 2],
    /// Number of the report of each link on either side.
    ends: [Vec<u32>; 2],
    /// Weights without the shift of the draw.
    weight: Vec<f64>,
    repeats: [f64; 2],
}

impl Fusion {
    /// The `number`-th plausible fusion: the same for the same seed, whatever was drawn before. `reports` are those that were fused.
    pub fn draw(&self, reports: &Reports, number: u64) -> Incidents {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(number.wrapping_add(1));
        let drawn = self.drawn(reports, &mut random);
        let edges: Vec<Edge> = self
            .links
            .iter()
            .zip(&drawn)
            .map(|(l, &log_odds)| Edge {
                a: self.place[l.a as usize],
                b: self.place[l.b as usize],
                ratio: 0.0,
                p: 1.0 / (1.0 + (-log_odds).exp()),
            })
            .collect();
        let joining = Joining {
            reports,
            row: &self.order,
            starts: &self.starts,
            settings: &self.settings,
            repeats: &self.repeats,
            judged: &self.judged,
        };
        let mut incidents = joining.incidents(&edges);
        for member in &mut incidents.members {
            *member = self.order[*member as usize];
        }
        incidents
    }

    /// Log-odds of each link in a draw: far above 0 where it holds, far below where it does not.
    fn drawn(&self, reports: &Reports, random: &mut ChaCha8Rng) -> Vec<f32> {
        let rank = |row: u32| self.starts.partition_point(|&s| s <= self.place[row as usize] as usize) - 1;
        let mut drawn = vec![-9.0_f32; self.links.len()];
        for (n, model) in self.model.pairs.iter().enumerate() {
            let (x, y) = self.ranks[n];
            let of: Vec<u32> = (0..self.links.len() as u32)
                .filter(|&l| {
                    let link = &self.links[l as usize];
                    (rank(link.a), rank(link.b)) == (x, y)
                })
                .collect();
            let shift: f64 = StandardNormal.sample(random);
            let shift = shift * UNCERTAINTY;
            if x == y {
                self.within(reports, &of, model.prior_bits, shift, random, &mut drawn);
                continue;
            }
            let graph = self.graph(of, (n, model.prior_bits), model.repeats);
            for (at, held) in graph.sample(shift, random).into_iter().enumerate() {
                if held {
                    drawn[graph.link[at] as usize] = 9.0;
                }
            }
        }
        drawn
    }

    /// A partition of one dataset.
    fn within(
        &self,
        reports: &Reports,
        of: &[u32],
        prior: f64,
        shift: f64,
        random: &mut ChaCha8Rng,
        drawn: &mut [f32],
    ) {
        let ends = |l: &u32| {
            let link = &self.links[*l as usize];
            (self.place[link.a as usize], self.place[link.b as usize])
        };
        let mut local: Vec<u32> = of.iter().map(ends).flat_map(|(a, b)| [a, b]).collect();
        local.sort_unstable();
        local.dedup();
        let at = |position: u32| local.partition_point(|&l| l < position) as u32;
        let pairs: Vec<(u32, u32)> = of.iter().map(ends).map(|(a, b)| (at(a), at(b))).collect();
        let log_odds: Vec<f32> = of.iter().map(|&l| (self.weight(l, prior) + shift) as f32).collect();
        let has = |rule| self.settings.cannot_link.contains(&rule);
        let (same_source, other_country) = (has(CannotLink::SameSource), has(CannotLink::OtherCountry));
        let barred = |x: u32, y: u32| {
            let (x, y) = (local[x as usize], local[y as usize]);
            self.judged.get(&(x.min(y), x.max(y))).is_some_and(|same| !same)
                || forbidden(reports, &self.order, same_source, other_country, x as usize, y as usize)
        };
        let mut partition = Partition::new(local.len(), &pairs);
        let mut together = vec![0.0; pairs.len()];
        let absent = crate::cluster::log_odds(self.settings.keep / 2.0);
        partition.draw(&log_odds, absent, &barred, (SWEEPS, 1), random, &mut together);
        for (&l, &(a, b)) in of.iter().zip(&pairs) {
            if partition.together(a, b) {
                drawn[l as usize] = 9.0;
            }
        }
    }

    /// Log-odds of a link before competition.
    fn weight(&self, link: u32, prior: f64) -> f64 {
        let link = &self.links[link as usize];
        if link.probability >= 1.0 { 40.0 } else { (f64::from(link.bits) + prior) * std::f64::consts::LN_2 }
    }

    fn graph(&self, link: Vec<u32>, (_, prior): (usize, f64), repeats: (f64, f64)) -> Graph {
        let mut sides = [Vec::new(), Vec::new()];
        let mut ends = [Vec::new(), Vec::new()];
        for side in 0..2 {
            let mut number = std::collections::BTreeMap::new();
            for (at, &l) in link.iter().enumerate() {
                let row = [self.links[l as usize].a, self.links[l as usize].b][side];
                let next = number.len();
                let n = *number.entry(self.place[row as usize]).or_insert(next);
                if n == sides[side].len() {
                    sides[side].push(Vec::new());
                }
                sides[side][n].push(at as u32);
                ends[side].push(n as u32);
            }
        }
        let weight = link.iter().map(|&l| self.weight(l, prior)).collect();
        Graph { link, sides, ends, weight, repeats: [repeats.0, repeats.1] }
    }
}

impl Graph {
    fn sample(&self, shift: f64, random: &mut ChaCha8Rng) -> Vec<bool> {
        let w: Vec<f64> = self.weight.iter().map(|w| (w + shift).clamp(-40.0, 40.0).exp()).collect();
        let mut held = vec![false; w.len()];
        let mut degree = [vec![0_u8; self.sides[0].len()], vec![0_u8; self.sides[1].len()]];
        for sweep in 0..SWEEPS * 2 {
            let side = sweep % 2;
            let other = 1 - side;
            for (node, links) in self.sides[side].iter().enumerate() {
                for &l in links {
                    if held[l as usize] {
                        held[l as usize] = false;
                        degree[other][self.ends[other][l as usize] as usize] -= 1;
                    }
                }
                // Weight of taking a partner, which may be taken already.
                let factor = |l: u32| match degree[other][self.ends[other][l as usize] as usize] {
                    0 => w[l as usize],
                    1 => w[l as usize] * self.repeats[other],
                    _ => 0.0,
                };
                let one: Vec<f64> = links.iter().map(|&l| factor(l)).collect();
                let sum: f64 = one.iter().sum();
                let squares: f64 = one.iter().map(|x| x * x).sum();
                let two = self.repeats[side] * ((sum * sum - squares) / 2.0).max(0.0);
                let u: f64 = random.random_range(0.0..1.0);
                let u = u * (1.0 + sum + two);
                let pick = |mut u: f64, without: Option<usize>| {
                    let mut last = None;
                    for (n, x) in one.iter().enumerate().filter(|(n, x)| Some(*n) != without && **x > 0.0) {
                        last = Some(n);
                        if u < *x {
                            break;
                        }
                        u -= x;
                    }
                    last
                };
                let mut chosen = [None, None];
                if u >= 1.0 + sum {
                    // Two partners: the first in proportion to x (Σ − x), the second to x among the others.
                    let mut v: f64 = random.random_range(0.0..1.0);
                    v *= sum * sum - squares;
                    for (n, x) in one.iter().enumerate().filter(|(_, x)| **x > 0.0) {
                        chosen[0] = Some(n);
                        let part = x * (sum - x);
                        if v < part {
                            break;
                        }
                        v -= part;
                    }
                    let rest = sum - chosen[0].map_or(0.0, |n| one[n]);
                    let v: f64 = random.random_range(0.0..1.0);
                    chosen[1] = pick(v * rest, chosen[0]);
                } else if u >= 1.0 {
                    chosen[0] = pick(u - 1.0, None);
                }
                degree[side][node] = 0;
                for n in chosen.into_iter().flatten() {
                    let l = links[n] as usize;
                    held[l] = true;
                    degree[side][node] += 1;
                    degree[other][self.ends[other][l] as usize] += 1;
                }
            }
        }
        held
    }
}
