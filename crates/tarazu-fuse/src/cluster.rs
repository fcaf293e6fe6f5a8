//! From links to incidents: average linkage on log-odds, under the rules that forbid links.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};

use crate::fuse::{Edge, Judged, forbidden};
use crate::fusion::Incidents;
use crate::radix;
use crate::reports::{Column, Reports};
use crate::settings::{CannotLink, Settings};

/// A pair of positions with the log-odds of its probability.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tie {
    pub(crate) a: u32,
    pub(crate) b: u32,
    pub(crate) log_odds: f32,
}

/// How positions may be joined.
pub(crate) struct Rules<'a> {
    /// Least average log-odds of two groups that are joined.
    pub(crate) least: f32,
    /// Log-odds of a pair that was compared and not kept, or not compared at all.
    pub(crate) absent: f32,
    /// Whether two positions are forbidden in one incident.
    pub(crate) forbidden: &'a dyn Fn(u32, u32) -> bool,
    /// Whether a pair says nothing where it is not kept: two reports of one dataset that are not compared with each other.
    pub(crate) silent: &'a dyn Fn(u32, u32) -> bool,
}

#[derive(Debug, PartialEq)]
struct Candidate {
    average: f32,
    a: u32,
    b: u32,
    versions: (u32, u32),
}

impl Eq for Candidate {}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.average.total_cmp(&other.average).then_with(|| (other.a, other.b).cmp(&(self.a, self.b)))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Natural logarithm of the odds.
pub(crate) fn log_odds(p: f64) -> f32 {
    let p = p.clamp(1e-9, 1.0 - 1e-9);
    (p / (1.0 - p)).ln() as f32
}

/// What is known of the positions that are joined.
pub(crate) struct Joining<'a> {
    pub(crate) reports: &'a Reports,
    /// Row at each position.
    pub(crate) row: &'a [u32],
    /// First position of each dataset, and the end.
    pub(crate) starts: &'a [usize],
    pub(crate) settings: &'a Settings,
    /// Whether each dataset may hold an incident several times.
    pub(crate) repeats: &'a [Option<bool>],
    pub(crate) judged: &'a Judged,
}

impl Joining<'_> {
    /// Incidents of positions. Edges are in order of (a, b).
    pub(crate) fn incidents(&self, edges: &[Edge]) -> Incidents {
        let Self { reports, row, settings, repeats, judged, .. } = *self;

        let rank = |at: u32| self.starts.partition_point(|&s| s <= at as usize) - 1;
        let (same_source, other_country) = (
            settings.cannot_link.contains(&CannotLink::SameSource) && !reports.sources.all().is_empty(),
            settings.cannot_link.contains(&CannotLink::OtherCountry) && reports.fills(Column::Country),
        );
        // Groups of positions that ties connect.
        let mut root: Vec<u32> = (0..row.len() as u32).collect();
        let find = |root: &mut Vec<u32>, mut at: u32| {
            while root[at as usize] != at {
                root[at as usize] = root[root[at as usize] as usize];
                at = root[at as usize];
            }
            at
        };
        let kept = |e: &&Edge| f64::from(e.p) >= settings.keep.min(settings.threshold);
        for edge in edges.iter().filter(kept) {
            let (x, y) = (find(&mut root, edge.a), find(&mut root, edge.b));
            let (low, high) = (x.min(y), x.max(y));
            root[high as usize] = low;
        }
        let mut order: Vec<(u32, u32)> = edges
            .iter()
            .enumerate()
            .filter(|(_, e)| kept(e))
            .map(|(n, e)| (find(&mut root, e.a), n as u32))
            .collect();
        radix::sort(&mut order, |o| o.0.into());
        let mut group: Vec<u32> = (0..row.len() as u32).collect();
        let least = log_odds(settings.threshold);
        let barred = |x: u32, y: u32| {
            if judged.get(&(x.min(y), x.max(y))).is_some_and(|same| !same) {
                return true;
            }
            let dataset = rank(x);
            (dataset == rank(y) && repeats[dataset] == Some(false))
                || forbidden(reports, row, same_source, other_country, x as usize, y as usize)
        };
        for part in order.chunk_by(|x, y| x.0 == y.0) {
            if let [(_, n)] = *part {
                // Most groups are one pair.
                let e = &edges[n as usize];
                if log_odds(e.p.into()) >= least && !barred(e.a, e.b) {
                    group[e.b as usize] = e.a;
                }
                continue;
            }
            let mut local: Vec<u32> =
                part.iter().flat_map(|&(_, n)| [edges[n as usize].a, edges[n as usize].b]).collect();
            local.sort_unstable();
            local.dedup();
            let at = |position: u32| local.partition_point(|&l| l < position) as u32;
            let ties: Vec<Tie> = part
                .iter()
                .map(|&(_, n)| {
                    let e = &edges[n as usize];
                    Tie { a: at(e.a), b: at(e.b), log_odds: log_odds(e.p.into()) }
                })
                .collect();
            let is_forbidden = |x: u32, y: u32| barred(local[x as usize], local[y as usize]);
            let silent = |x: u32, y: u32| {
                let dataset = rank(local[x as usize]);
                dataset == rank(local[y as usize]) && repeats[dataset] != Some(true)
            };
            let rules = Rules {
                least,
                absent: log_odds(settings.keep / 2.0),
                forbidden: &is_forbidden,
                silent: &silent,
            };
            let joined = join(local.len(), &ties, &rules);
            for n in 0..joined.len() {
                let members = joined.members(n);
                for &m in members {
                    group[local[m as usize] as usize] = local[members[0] as usize];
                }
            }
        }
        gather(&group)
    }
}

/// Join positions `0..count`. Ties are in order of (a, b) with a < b; the result depends on nothing else.
pub(crate) fn join(count: usize, ties: &[Tie], rules: &Rules<'_>) -> Incidents {
    let mut group: Vec<u32> = (0..count as u32).collect();
    let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    // Of two groups: sum of log-odds and number of kept pairs.
    let mut near: BTreeMap<u32, BTreeMap<u32, (f32, u32)>> = BTreeMap::new();
    let mut version: BTreeMap<u32, u32> = BTreeMap::new();
    let mut heap = BinaryHeap::new();
    for tie in ties {
        let (a, b) = (tie.a, tie.b);
        near.entry(a).or_default().insert(b, (tie.log_odds, 1));
        near.entry(b).or_default().insert(a, (tie.log_odds, 1));
        for at in [a, b] {
            members.entry(at).or_insert_with(|| vec![at]);
            version.entry(at).or_insert(0);
        }
        if tie.log_odds >= rules.least {
            heap.push(Candidate { average: tie.log_odds, a, b, versions: (0, 0) });
        }
    }
    let average = |x: &[u32], y: &[u32], (sum, kept): (f32, u32)| -> Option<f32> {
        let mut absent = 0;
        for &i in x {
            for &j in y {
                if (rules.forbidden)(i, j) {
                    return None;
                }
                absent += u32::from(!(rules.silent)(i, j));
            }
        }
        let absent = absent.saturating_sub(kept);
        Some((sum + absent as f32 * rules.absent) / (absent + kept) as f32)
    };
    while let Some(candidate) = heap.pop() {
        let Candidate { a, b, versions, .. } = candidate;
        if version.get(&a) != Some(&versions.0) || version.get(&b) != Some(&versions.1) {
            continue;
        }
        let (Some(x), Some(y)) = (members.get(&a), members.get(&b)) else { continue };
        if average(x, y, (0.0, 1)).is_none() {
            continue;
        }
        let joined = members.remove(&b).unwrap_or_default();
        let all = members.entry(a).or_default();
        all.extend(joined);
        for &at in all.iter() {
            group[at as usize] = a;
        }
        let mine = all.clone();
        version.remove(&b);
        let now = version.entry(a).or_insert(0);
        *now += 1;
        let now = *now;
        for (other, (sum, kept)) in near.remove(&b).unwrap_or_default() {
            if let Some(of) = near.get_mut(&other) {
                of.remove(&b);
            }
            if other == a {
                continue;
            }
            for (x, y) in [(a, other), (other, a)] {
                let entry = near.entry(x).or_default().entry(y).or_insert((0.0, 0));
                entry.0 += sum;
                entry.1 += kept;
            }
        }
        for (&other, &link) in near.get(&a).into_iter().flatten() {
            let (Some(theirs), Some(&theirs_version)) = (members.get(&other), version.get(&other)) else {
                continue;
            };
            let Some(average) = average(&mine, theirs, link) else { continue };
            if average >= rules.least {
                let (x, y, versions) = if a < other {
                    (a, other, (now, theirs_version))
                } else {
                    (other, a, (theirs_version, now))
                };
                heap.push(Candidate { average, a: x, b: y, versions });
            }
        }
    }
    gather(&group)
}

/// Incidents from a group number for each position, in order of their first positions.
pub(crate) fn gather(group: &[u32]) -> Incidents {
    let mut first = vec![u32::MAX; group.len()];
    let mut incidents = 0;
    let number: Vec<u32> = group
        .iter()
        .map(|&g| {
            if first[g as usize] == u32::MAX {
                first[g as usize] = incidents;
                incidents += 1;
            }
            first[g as usize]
        })
        .collect();
    let mut ends = vec![0_u32; incidents as usize];
    for &n in &number {
        ends[n as usize] += 1;
    }
    let mut sum = 0;
    let mut next: Vec<u32> = ends
        .iter_mut()
        .map(|end| {
            let start = sum;
            sum += *end;
            *end = sum;
            start
        })
        .collect();
    let mut members = vec![0; group.len()];
    for (position, &n) in number.iter().enumerate() {
        members[next[n as usize] as usize] = position as u32;
        next[n as usize] += 1;
    }
    Incidents { ends, members }
}
