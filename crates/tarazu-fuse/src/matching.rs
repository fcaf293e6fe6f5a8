//! Competition: the probability of a pair given every rival pair of both reports.
//!
//! A fusion of two datasets is a set M of pairs with weight
//! `W(M) = Π_{(i,j) ∈ M} w_ij · Π_i f_a(d_i) · Π_j f_b(d_j)`, where `w_ij` are prior odds times likelihood ratio, `d` is the number of
//! pairs that a report is in, and `f(0) = f(1) = 1`, `f(2) = ε`, `f(d) = 0` beyond: ε is the allowance for an incident that the other
//! dataset holds in two rows, 0 where it holds each once (Sadinle 2017's bipartite matchings). Marginals come from belief
//! propagation (Pearl 1988; for matchings Bayati, Shah & Sharma 2008), which is exact where rivals form no cycle, as in nearly all
//! groups of rivals; the tests hold it to enumeration.

use crate::radix;

/// A graph of pairs: of either dataset the reports that are in two and more, each with its edges.
pub(crate) struct Rivals {
    /// Ranges of edges, by report of the first dataset.
    by_a: Vec<(u32, u32)>,
    /// Edges by report of the second dataset, and their ranges.
    order_b: Vec<u32>,
    by_b: Vec<(u32, u32)>,
    /// Reports of the first dataset with a pair that has a rival on either side.
    contested: usize,
}

/// Messages of belief propagation, kept between calls so that a later one starts near its end.
#[derive(Default)]
pub(crate) struct Messages {
    to_b: Vec<f32>,
    to_a: Vec<f32>,
}

/// Expected numbers of reports that are in two pairs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Doubles {
    pub(crate) a: f64,
    pub(crate) b: f64,
}

impl Rivals {
    /// Edges must be in order of `a`.
    pub(crate) fn new(edges: &[(u32, u32)]) -> Self {
        let mut of_b: Vec<(u32, u32)> = edges.iter().map(|e| e.1).zip(0..).collect();
        radix::sort(&mut of_b, |e| e.0.into());
        // A report with a single pair has no message but 1 for it.
        let (mut order_b, mut by_b, mut rival) = (Vec::new(), Vec::new(), vec![false; edges.len()]);
        for group in of_b.chunk_by(|x, y| x.0 == y.0).filter(|group| group.len() > 1) {
            let from = order_b.len() as u32;
            for &(_, e) in group {
                order_b.push(e);
                rival[e as usize] = true;
            }
            by_b.push((from, order_b.len() as u32));
        }
        drop(of_b);
        let (mut by_a, mut contested, mut from) = (Vec::new(), 0, 0);
        for group in edges.chunk_by(|x, y| x.0 == y.0) {
            let upto = from + group.len();
            contested += usize::from(group.len() > 1 || rival[from]);
            if group.len() > 1 {
                by_a.push((from as u32, upto as u32));
            }
            from = upto;
        }
        Self { by_a, order_b, by_b, contested }
    }

    /// Marginal probabilities for weights `w`; `repeats` are ε for reports of the first and of the second dataset.
    pub(crate) fn marginals(
        &self,
        w: &[f32],
        repeats: (f64, f64),
        sweeps: usize,
        messages: &mut Messages,
        p: &mut Vec<f32>,
    ) -> Doubles {
        if messages.to_a.len() != w.len() {
            messages.to_a = vec![1.0; w.len()];
            messages.to_b = vec![1.0; w.len()];
        }
        let identity = |e: usize| e;
        let by_b = |n: usize| self.order_b[n] as usize;
        let enough = 1e-4 * (1.0 + (self.contested as f32).sqrt());
        for _ in 0..sweeps {
            let mut changed = 0.0_f32;
            for &group in &self.by_a {
                send(group, identity, w, &messages.to_a, &mut messages.to_b, repeats.0 as f32, &mut changed);
            }
            for &group in &self.by_b {
                send(group, by_b, w, &messages.to_b, &mut messages.to_a, repeats.1 as f32, &mut changed);
            }
            if changed < enough {
                break;
            }
        }
        p.clear();
        p.extend(w.iter().zip(messages.to_a.iter().zip(&messages.to_b)).map(|(&w, (&x, &y))| {
            let w = w * x * y;
            if w.is_finite() { w / (1.0 + w) } else { 1.0 }
        }));
        Doubles {
            a: doubles(&self.by_a, identity, w, &messages.to_a, repeats.0),
            b: doubles(&self.by_b, by_b, w, &messages.to_b, repeats.1),
        }
    }
}

fn send(
    (from, upto): (u32, u32),
    edge: impl Fn(usize) -> usize,
    w: &[f32],
    incoming: &[f32],
    outgoing: &mut [f32],
    repeats: f32,
    changed: &mut f32,
) {
    let (from, upto) = (from as usize, upto as usize);
    let mut set = |e: usize, message: f32| {
        let by = (message - outgoing[e]).abs();
        if by > *changed {
            *changed = by;
        }
        outgoing[e] = message;
    };
    if upto - from == 2 {
        // As most are.
        let (e, f) = (edge(from), edge(from + 1));
        let (x, y) = (w[e] * incoming[e], w[f] * incoming[f]);
        set(e, (1.0 + repeats * y) / (1.0 + y));
        set(f, (1.0 + repeats * x) / (1.0 + x));
        return;
    }
    let (mut sum, mut squares) = (0.0_f64, 0.0_f64);
    for n in from..upto {
        let e = edge(n);
        let x = f64::from(w[e] * incoming[e]);
        sum += x;
        squares += x * x;
    }
    let repeats = f64::from(repeats);
    for n in from..upto {
        let e = edge(n);
        let x = f64::from(w[e] * incoming[e]);
        // Rounding must not make a rival of the pair itself.
        let others = (sum - x).max(1e-12 * sum);
        let two = ((others * others - (squares - x * x)) / 2.0).max(0.0);
        set(e, (1.0 + repeats * others) as f32 / (1.0 + others + repeats * two) as f32);
    }
}

fn doubles(
    groups: &[(u32, u32)],
    edge: impl Fn(usize) -> usize,
    w: &[f32],
    incoming: &[f32],
    repeats: f64,
) -> f64 {
    if repeats == 0.0 {
        return 0.0;
    }
    groups
        .iter()
        .map(|&(from, upto)| {
            let (mut sum, mut squares) = (0.0_f64, 0.0_f64);
            for n in from as usize..upto as usize {
                let e = edge(n);
                let x = f64::from(w[e] * incoming[e]);
                sum += x;
                squares += x * x;
            }
            let two = repeats * ((sum * sum - squares) / 2.0).max(0.0);
            two / (1.0 + sum + two)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All sets of edges, one by one.
    fn enumerate(edges: &[(u32, u32)], w: &[f32], repeats: (f64, f64)) -> Vec<f64> {
        let (mut total, mut with) = (0.0, vec![0.0; edges.len()]);
        for set in 0_u32..1 << edges.len() {
            let (mut weight, mut a, mut b) = (1.0, [0; 16], [0; 16]);
            for (e, &(i, j)) in edges.iter().enumerate().filter(|(e, _)| set >> e & 1 == 1) {
                weight *= f64::from(w[e]);
                a[i as usize] += 1;
                b[j as usize] += 1;
            }
            for (degrees, repeats) in [(a, repeats.0), (b, repeats.1)] {
                for degree in degrees {
                    weight *= [1.0, 1.0, repeats].get(degree).copied().unwrap_or(0.0);
                }
            }
            total += weight;
            for (e, p) in with.iter_mut().enumerate().filter(|(e, _)| set >> e & 1 == 1) {
                let _ = e;
                *p += weight;
            }
        }
        with.iter().map(|p| p / total).collect()
    }

    fn propagate(edges: &[(u32, u32)], w: &[f32], repeats: (f64, f64)) -> Vec<f32> {
        let mut p = Vec::new();
        Rivals::new(edges).marginals(w, repeats, 50, &mut Messages::default(), &mut p);
        p
    }

    #[test]
    fn rivals_share_one_partner() {
        let edges = [(0, 0), (0, 1), (1, 1), (2, 2)];
        let w = [2.0, 3.0, 1.0, 4.0];
        for repeats in [(0.0, 0.0), (0.1, 0.0), (0.05, 0.2)] {
            let (exact, found) = (enumerate(&edges, &w, repeats), propagate(&edges, &w, repeats));
            for (x, y) in exact.iter().zip(found) {
                assert!((x - f64::from(y)).abs() < 1e-4, "{exact:?} {y}");
            }
        }
    }

    proptest! {
        /// Where rivals form a tree, belief propagation is exact.
        #[test]
        fn marginals_on_trees_are_those_of_enumeration(
            parents in proptest::collection::vec((0_u32..100, 0.01_f32..50.0), 1..9),
            repeats in (0.0_f64..0.2, 0.0_f64..0.2),
        ) {
            // Node 0 is on side a; every next node hangs on an earlier one and takes the other side.
            let mut side = vec![true];
            let mut edges = Vec::new();
            for (n, &(parent, w)) in parents.iter().enumerate() {
                let parent = parent as usize % (n + 1);
                side.push(!side[parent]);
                let child = n + 1;
                edges.push(if side[parent] { (parent as u32, child as u32, w) } else { (child as u32, parent as u32, w) });
            }
            edges.sort_by_key(|e| (e.0, e.1));
            let pairs: Vec<(u32, u32)> = edges.iter().map(|e| (e.0, e.1)).collect();
            let w: Vec<f32> = edges.iter().map(|e| e.2).collect();
            let exact = enumerate(&pairs, &w, repeats);
            for (x, y) in exact.iter().zip(propagate(&pairs, &w, repeats)) {
                prop_assert!((x - f64::from(y)).abs() < 1e-3);
            }
        }

        /// Where they form cycles, it is near.
        #[test]
        fn marginals_with_cycles_are_near_those_of_enumeration(
            w in proptest::collection::vec(0.05_f32..20.0, 6),
        ) {
            let edges = [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 2)];
            let exact = enumerate(&edges, &w, (0.0, 0.0));
            for (x, y) in exact.iter().zip(propagate(&edges, &w, (0.0, 0.0))) {
                prop_assert!((x - f64::from(y)).abs() < 0.2);
            }
        }
    }
}
