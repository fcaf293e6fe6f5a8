//! The pairs of two datasets, or of one with itself: what is compared, learned and scored.

use std::ops::Range;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::block::{Limits, Scope};
use crate::cluster::log_odds as log_odds_of;
use crate::compare::{Comparer, FEATURES, Feature, NO_LEVEL};
use crate::crowd::{Crowd, Ends};
use crate::error::FuseError;
use crate::exponential::exp;
use crate::fuse::{Edge, Judged, forbidden};
use crate::learn::{Assumed, CERTAIN, LEAST, Learned, Sample, learn};
use crate::matching::{Messages, Rivals};
use crate::model::{Comparison, Level, PairModel};
use crate::names::Resemblances;
use crate::partition::Partition;
use crate::prepare::Prepared;
use crate::radix;
use crate::reports::{Column, Reports};
use crate::settings::{CannotLink, Settings};

/// Reports and pairs from which is learned, at most; beyond them a sample of regions and times is, of so many reports.
const LEARN_REPORTS: usize = 60_000;
const LEARN_PAIRS: u64 = 120_000;
const SAMPLED_REPORTS: usize = 30_000;
/// Candidates of a report that are learned from, at most.
const SAMPLED_CANDIDATES: usize = 256;
/// Fewer pairs than these in the regions sampled do not teach enough.
const LEAST_PAIRS: u64 = 2_000;
/// Pairs too far apart in time to match from which is learned, at most, and how many days more
/// than the nearest of them they may be apart.
const CONTROLS: usize = 2_000;
const CONTROL_DAYS: i32 = 30;

/// Two datasets, or one with itself.
pub(crate) struct Pair<'a> {
    comparer: Comparer<'a>,
    settings: &'a Settings,
    pub(crate) ranges: (Range<usize>, Range<usize>),
    assumed: Assumed,
    judged: Vec<(u32, u32, bool)>,
    same_source: bool,
    other_country: bool,
}

pub(crate) struct Found {
    pub(crate) edges: Vec<Edge>,
    pub(crate) learned: Learned,
    pub(crate) compared: u64,
    pub(crate) capped: u64,
    pub(crate) recall: f64,
}

impl<'a> Pair<'a> {
    pub(crate) fn new(
        reports: &'a Reports,
        p: &'a Prepared,
        settings: &'a Settings,
        (x, y): (usize, usize),
        repeats: (Option<bool>, Option<bool>),
        judged: &Judged,
    ) -> Option<Self> {
        let ranges = (p.starts[x]..p.starts[x + 1], p.starts[y]..p.starts[y + 1]);
        if ranges.0.is_empty() || ranges.1.is_empty() {
            return None;
        }
        let judged = judged
            .iter()
            .filter(|((a, b), _)| ranges.0.contains(&(*a as usize)) && ranges.1.contains(&(*b as usize)))
            .map(|(&(a, b), &same)| (a, b, same))
            .collect();
        let mut comparer = Comparer {
            reports,
            p,
            datasets: (x, y),
            features: Vec::new(),
            resemblances: Resemblances::default(),
            days: i32::from(settings.blocking.days),
        };
        comparer.features = FEATURES
            .into_iter()
            .filter(|f| settings.comparisons.get(f.name()).is_none_or(|c| !c.off))
            .filter(|&f| comparer.informed(f, &ranges.0) && comparer.informed(f, &ranges.1))
            .collect();
        Some(Self {
            comparer,
            settings,
            assumed: Assumed {
                // A report of the first dataset is in two pairs where the second one repeats.
                repeats: (Assumed::largest(repeats.1), Assumed::largest(repeats.0)),
                compete: x != y,
            },
            ranges,
            judged,
            // It forbids within a dataset alone.
            same_source: x == y
                && settings.cannot_link.contains(&CannotLink::SameSource)
                && !reports.sources.all().is_empty(),
            other_country: settings.cannot_link.contains(&CannotLink::OtherCountry)
                && reports.fills(Column::Country),
        })
    }

    /// Reports of one of the two that have a day and a place.
    fn count(&self, which: usize) -> f64 {
        let range = if which == 0 { &self.ranges.0 } else { &self.ranges.1 };
        range.clone().filter(|&at| self.comparer.p.placed(at)).count() as f64
    }

    /// Their share.
    pub(crate) fn placed(&self, which: usize) -> f64 {
        let range = if which == 0 { &self.ranges.0 } else { &self.ranges.1 };
        self.count(which) / range.len().max(1) as f64
    }

    fn forbidden(&self, a: usize, b: usize) -> bool {
        if !self.same_source && !self.other_country {
            return false;
        }
        let (reports, row) = (self.comparer.reports, &self.comparer.p.row);
        forbidden(reports, row, self.same_source, self.other_country, a, b)
    }

    pub(crate) fn run(&self) -> Result<Found, FuseError> {
        if self.comparer.features.is_empty() {
            let text = "`comparisons`: found every one off, expected at least one on";
            return Err(FuseError::Settings(text.into()));
        }
        for f in &self.comparer.features {
            let Some(set) = self.settings.comparisons.get(f.name()) else { continue };
            for values in [&set.m, &set.u].into_iter().flatten() {
                let size = self.comparer.size(*f);
                if values.len() != size {
                    let name = f.name();
                    let found = values.len();
                    return Err(FuseError::Settings(format!(
                        "`comparisons.{name}`: found {found} probabilities, expected {size}, one for each level"
                    )));
                }
            }
        }
        let limits: Limits = [[self.settings.blocking.kilometres as f32; 8]; 8];
        let (sample, compared, capped, whole) = self.sample(&limits);
        let mut partitions = Partitions::new(self, &sample.edges);
        let mut marginals = |log_odds: &[f32], sweeps: (usize, usize), p: &mut [f32]| {
            partitions.marginals(self, log_odds, sweeps, p)
        };
        let learned = learn(&self.comparer, &sample, self.assumed, self.settings, &mut marginals);
        let recall = self.recall(&sample, &learned);
        if whole {
            let edges = sample.edges.iter().zip(&learned.ratios).zip(&learned.probabilities);
            let edges = edges
                .map(|((&(a, b), &ratio), &p)| Edge { a, b, ratio, p })
                .filter(|e| !self.forbidden(e.a as usize, e.b as usize))
                .collect();
            return Ok(Found { edges, learned, compared, capped, recall });
        }
        let limits = self.narrowed(&sample, &learned, &limits);
        let least = LEAST.ln() - learned.prior;
        let scope = self.scope(&limits, None);
        let (mut edges, compared, capped) = scope.pairs(
            self.settings.blocking.cap,
            |e: &Edge| e.ratio,
            |a, b| {
                let (ratio, second) = learned.tables.score(&self.comparer, a, b, least)?;
                let forbidden = self.forbidden(a, b);
                // Until pairs compete, the place of the probability holds the kind.
                (!forbidden).then_some(Edge { a: a as u32, b: b as u32, ratio, p: second })
            },
        );
        for &(a, b, _) in self.judged.iter().filter(|j| j.2) {
            if !edges.iter().any(|e| (e.a, e.b) == (a, b)) {
                let scored = learned.tables.score(&self.comparer, a as usize, b as usize, f32::NEG_INFINITY);
                let (ratio, second) = scored.unwrap_or((0.0, 0.0));
                edges.push(Edge { a, b, ratio, p: second });
            }
        }
        radix::sort(&mut edges, |e| u64::from(e.a) << 32 | u64::from(e.b));
        self.compete(&mut edges, &learned);
        Ok(Found { edges, learned, compared, capped, recall })
    }

    fn scope<'s>(&'s self, limits: &'s Limits, sampled: Option<&'s [bool]>) -> Scope<'s> {
        Scope {
            p: self.comparer.p,
            a: self.ranges.0.clone(),
            b: self.ranges.1.clone(),
            limits,
            days: self.comparer.days,
            longest: i32::from(self.settings.blocking.longest),
            sampled,
        }
    }

    /// Pairs to learn from: all of them, or those of some regions and times, the same whatever the order of rows.
    fn sample(&self, limits: &Limits) -> (Sample, u64, u64, bool) {
        let p = self.comparer.p;
        let reports = self.ranges.0.len() + self.ranges.1.len();
        let part = SAMPLED_REPORTS as f64 / reports as f64;
        let mut share = if reports > LEARN_REPORTS { part } else { 1.0 };
        let width = self.comparer.features.len();
        let mut by_region = true;
        loop {
            let within = |at: usize| {
                if !by_region {
                    // Rivals for the second dataset's reports are lost, but not those for the first's.
                    let chosen = ((at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11) as f64;
                    let asked = !self.assumed.compete || self.ranges.0.contains(&at);
                    return !asked || chosen < share * (1_u64 << 53) as f64;
                }
                let (y, x) = ((p.latitude[at] / 3.0) as i64, (p.longitude[at] / 3.0) as i64);
                let region =
                    (y + 90) << 40 | (x + 180) << 24 | i64::from(p.start[at].div_euclid(90) + 100_000);
                let mixed = (region as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                let mixed = (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                ((mixed >> 11) as f64) < share * (1_u64 << 53) as f64
            };
            let chosen: Vec<bool> =
                if share < 1.0 { (0..p.row.len()).map(within).collect() } else { Vec::new() };
            let sampled = (share < 1.0).then_some(chosen.as_slice());
            let (mut edges, compared, capped) = self.scope(limits, sampled).pairs(
                SAMPLED_CANDIDATES,
                |_| 0.0,
                |a, b| Some((a as u32, b as u32)),
            );
            if compared > LEARN_PAIRS * 2 && share > 1e-4 {
                share *= (LEARN_PAIRS as f64 / compared as f64).clamp(0.02, 0.7);
                continue;
            }
            if by_region && share < 1.0 && compared < LEAST_PAIRS {
                // Everything happens in few places: reports are sampled instead.
                by_region = false;
                share = part.min(0.1);
                continue;
            }
            let whole = share >= 1.0;
            for &(a, b, same) in &self.judged {
                if same && (whole || sampled.is_none()) && !edges.contains(&(a, b)) {
                    edges.push((a, b));
                }
            }
            edges.sort_unstable();
            let mut levels = vec![NO_LEVEL; edges.len() * width];
            levels.par_chunks_mut(width).zip(&edges).with_min_len(1024).for_each(|(levels, &(a, b))| {
                for (level, &f) in levels.iter_mut().zip(&self.comparer.features) {
                    *level = self.comparer.level(f, a as usize, b as usize);
                }
            });
            // Pairs that a rule forbids are known not to match: near ones teach more about that than any others.
            let mut judged: Vec<(u32, bool)> = edges
                .iter()
                .enumerate()
                .filter(|(_, e)| self.forbidden(e.0 as usize, e.1 as usize))
                .map(|(n, _)| (n as u32, false))
                .collect();
            judged.extend(
                self.judged
                    .iter()
                    .filter_map(|&(a, b, same)| Some((edges.binary_search(&(a, b)).ok()? as u32, same))),
            );
            let controls = self.controls(limits, sampled);
            let count = |range: &Range<usize>| {
                range.clone().filter(|&at| p.placed(at) && sampled.is_none_or(|s| s[at])).count() as f64
            };
            let reports = (count(&self.ranges.0), count(&self.ranges.1));
            return (Sample { edges, levels, judged, controls, reports }, compared, capped, whole);
        }
    }

    /// Levels of pairs within the limits of place and weeks apart; a sample of them where there are many.
    fn controls(&self, limits: &Limits, sampled: Option<&[bool]>) -> Vec<u16> {
        let days = self.comparer.days;
        let (near, far) = (days * 2 + 7, days * 2 + 7 + CONTROL_DAYS);
        let scope = Scope { days: far, ..self.scope(limits, sampled) };
        let (mut found, _, _) = scope.pairs(
            8,
            |f: &(u64, u32, u32)| f.0 as f32,
            |a, b| {
                let mixed = ((a as u64) << 32 | b as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                (self.comparer.gap(a, b).abs() > near).then_some((
                    (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9),
                    a as u32,
                    b as u32,
                ))
            },
        );
        if found.len() > CONTROLS {
            found.select_nth_unstable(CONTROLS);
            found.truncate(CONTROLS);
        }
        found.sort_unstable_by_key(|f| (f.1, f.2));
        let mut levels = Vec::with_capacity(found.len() * self.comparer.features.len());
        for (_, a, b) in found {
            for &f in &self.comparer.features {
                levels.push(match f {
                    Feature::Dates => NO_LEVEL,
                    f => self.comparer.level(f, a as usize, b as usize),
                });
            }
        }
        levels
    }

    /// Probabilities of scored pairs, which hold their kinds so far.
    fn compete(&self, edges: &mut [Edge], learned: &Learned) {
        let fixed: Vec<(usize, bool)> = self
            .judged
            .iter()
            .filter_map(|&(a, b, same)| {
                Some((edges.binary_search_by_key(&(a, b), |e| (e.a, e.b)).ok()?, same))
            })
            .collect();
        let weigh = |edges: &[Edge]| {
            let mut weights: Vec<f32> =
                edges.iter().map(|e| (e.ratio + learned.prior).clamp(-CERTAIN, CERTAIN)).collect();
            for &(at, same) in &fixed {
                weights[at] = if same { CERTAIN } else { -CERTAIN };
            }
            weights
        };
        let pairs: Vec<(u32, u32)> = edges.iter().map(|e| (e.a, e.b)).collect();
        let (rivals, mut messages) = (Rivals::new(&pairs), Messages::default());
        let mut partitions = Partitions::new(self, &pairs);
        drop(pairs);
        let mut settle = |edges: &[Edge], p: &mut Vec<f32>| {
            let mut weights = weigh(edges);
            if self.assumed.compete {
                weights.iter_mut().for_each(|w| *w = exp(*w));
                rivals.marginals(&weights, learned.repeats, 30, &mut messages, p);
            } else {
                p.resize(edges.len(), 0.0);
                partitions.marginals(self, &weights, (24, 16), p);
            }
        };
        let mut p = Vec::new();
        settle(edges, &mut p);
        let mut crowded = vec![0.0; edges.len()];
        let ends = Ends::direct(edges.iter().map(|e| (e.a, e.b)), [&self.ranges.0, &self.ranges.1]);
        let kinds = |at: usize| [1.0 - edges[at].p, edges[at].p];
        let others = |at: usize| kinds(at).map(|k| k * (1.0 - p[at]));
        let reports = (self.count(0), self.count(1));
        Crowd::around(Some(learned.crowd), &ends, reports, others, |at| [kinds(at)], [&mut crowded]);
        drop(ends);
        for (edge, crowded) in edges.iter_mut().zip(crowded) {
            edge.ratio -= crowded;
        }
        settle(edges, &mut p);
        for (at, same) in fixed {
            p[at] = f32::from(u8::from(same));
        }
        for (edge, p) in edges.iter_mut().zip(p) {
            edge.p = p;
        }
    }

    /// Limits within which nearly all expected matches of the sample lie, for each two classes of precision.
    fn narrowed(&self, sample: &Sample, learned: &Learned, limits: &Limits) -> Limits {
        let p = self.comparer.p;
        let mut found = vec![Vec::new(); 64];
        for (&(a, b), &probability) in sample.edges.iter().zip(&learned.probabilities) {
            if probability > 0.05 {
                let (a, b) = (a as usize, b as usize);
                let far = crate::compare::kilometres(
                    (p.latitude[a], p.longitude[a]),
                    (p.latitude[b], p.longitude[b]),
                );
                found[usize::from(p.class[a]) * 8 + usize::from(p.class[b])].push((far, probability));
            }
        }
        let mut narrowed = *limits;
        for (n, mut of) in found.into_iter().enumerate() {
            let all: f32 = of.iter().map(|o| o.1).sum();
            if all < 30.0 {
                continue;
            }
            of.sort_by(|x, y| y.0.total_cmp(&x.0));
            let mut beyond = 0.0;
            let bound = of.iter().find(|o| {
                beyond += o.1;
                beyond > 0.002 * all
            });
            let limit = &mut narrowed[n / 8][n % 8];
            *limit = bound.map_or(*limit, |o| (o.0 * 1.2 + 0.5).min(*limit));
        }
        narrowed
    }

    /// Share of the matches that lie within the limits of blocking: expected matches are taken to thin out from the last third within
    /// the limits to an equal stretch beyond as they do from the middle third to the last.
    fn recall(&self, sample: &Sample, learned: &Learned) -> f64 {
        let (days, kilometres) = (self.settings.blocking.days.into(), self.settings.blocking.kilometres);
        let p = self.comparer.p;
        let tail = |limit: f64, of: &dyn Fn(usize, usize) -> f64| {
            let (mut all, mut inner, mut outer) = (1e-9, 0.0, 0.0);
            for (&(a, b), &probability) in sample.edges.iter().zip(&learned.probabilities) {
                let x = of(a as usize, b as usize) / limit;
                let probability = f64::from(probability);
                all += probability;
                if x > 2.0 / 3.0 {
                    outer += probability;
                } else if x > 1.0 / 3.0 {
                    inner += probability;
                }
            }
            let ratio: f64 = if inner > 0.0 { (outer / inner).min(1.0) } else { 0.0 };
            all / (all + outer * ratio)
        };
        let days = tail(days, &|a, b| f64::from(self.comparer.gap(a, b).abs()));
        let place = tail(kilometres, &|a, b| {
            f64::from(crate::compare::kilometres(
                (p.latitude[a], p.longitude[a]),
                (p.latitude[b], p.longitude[b]),
            ))
        });
        days * place
    }
}

/// Partitions of the one dataset that is compared with itself.
struct Partitions {
    drawn: Partition,
    first: u32,
    random: ChaCha8Rng,
    /// What a person said.
    judged: Judged,
}

impl Partitions {
    fn new(pair: &Pair<'_>, edges: &[(u32, u32)]) -> Self {
        let first = pair.ranges.0.start as u32;
        let own = if pair.assumed.compete {
            Vec::new()
        } else {
            edges.iter().map(|e| (e.0 - first, e.1 - first)).collect()
        };
        let count = if pair.assumed.compete { 0 } else { pair.ranges.0.len() };
        let judged = pair.judged.iter().map(|&(a, b, same)| ((a, b), same)).collect();
        let random = ChaCha8Rng::seed_from_u64(pair.settings.seed);
        Self { drawn: Partition::new(count, &own), first, random, judged }
    }

    /// How likely each pair is together.
    fn marginals(&mut self, pair: &Pair<'_>, log_odds: &[f32], sweeps: (usize, usize), p: &mut [f32]) {
        let (first, judged) = (self.first, &self.judged);
        let barred = |a: u32, b: u32| {
            let (a, b) = (a + first, b + first);
            judged.get(&(a, b)).is_some_and(|same| !same) || pair.forbidden(a as usize, b as usize)
        };
        p.fill(0.0);
        let absent = log_odds_of(pair.settings.keep / 2.0);
        self.drawn.draw(log_odds, absent, &barred, sweeps, &mut self.random, p);
    }
}

impl Comparer<'_> {
    /// Whether any report of a range has a value for a comparison.
    fn informed(&self, feature: Feature, range: &Range<usize>) -> bool {
        match feature {
            Feature::Dates | Feature::Distance => true,
            _ if !self.filled(feature) => false,
            Feature::Category if self.code_is_type(range) => false,
            _ => range.clone().any(|at| self.level(feature, at, at) != NO_LEVEL),
        }
    }

    /// Whether any report of any dataset may have a value for a comparison.
    fn filled(&self, feature: Feature) -> bool {
        let reports = self.reports;
        match feature {
            Feature::Type => !self.p.codes[0].is_empty(),
            Feature::ActorType => !self.p.codes[1].is_empty(),
            Feature::Category => !self.p.codes[2].is_empty(),
            Feature::Tags => !reports.tags.all().is_empty(),
            Feature::Wounded => reports.counts_wounded(),
            Feature::Place => reports.fills(Column::Place),
            Feature::Target => reports.fills(Column::Target),
            Feature::Notes => reports.fills(Column::Notes),
            Feature::Source => !reports.sources.all().is_empty(),
            Feature::Deaths => reports.counts_deaths(),
            Feature::Dates | Feature::Distance | Feature::Actors => true,
        }
    }

    /// Whether the category says nothing beyond the type.
    fn code_is_type(&self, range: &Range<usize>) -> bool {
        let [types, _, categories] = &self.p.codes;
        let mut of = [0_u8; 256];
        let code = |codes: &[u8], at: usize| codes.get(at).copied().unwrap_or(0);
        range.clone().all(|at| {
            let (known, category) = (&mut of[usize::from(code(types, at))], code(categories, at));
            let fits = *known == 0 || *known == category;
            *known = category;
            fits
        })
    }
}

impl Found {
    pub(crate) fn model(&self, pair: &Pair<'_>, matches: f64) -> PairModel {
        let comparer = &pair.comparer;
        let comparison = |(n, &feature): (usize, &Feature)| {
            let levels = (0..comparer.size(feature))
                .map(|level| (level, self.learned.tables.probabilities(n, level)))
                .filter(|(_, (m, u))| *m > 1e-5 || *u > 1e-5)
                .map(|(level, (m, u))| Level { label: comparer.label(feature, level), m, u })
                .filter(|l| !l.label.is_empty())
                .collect();
            let set = pair.settings.comparisons.get(feature.name());
            let fixed = set.is_some_and(|s| s.m.is_some() && s.u.is_some());
            Comparison { name: feature.name(), levels, fixed }
        };
        let dataset = |rank: usize| comparer.p.dataset[rank];
        let learned = !self.learned.probabilities.is_empty();
        PairModel {
            a: dataset(comparer.datasets.0),
            b: dataset(comparer.datasets.1),
            matches,
            prior_bits: f64::from(self.learned.prior) / std::f64::consts::LN_2,
            repeats: self.learned.repeats,
            comparisons: if learned {
                comparer.features.iter().enumerate().map(comparison).collect()
            } else {
                Vec::new()
            },
            steps: self.learned.steps,
        }
    }
}
