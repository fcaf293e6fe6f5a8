//! The whole way from reports to a fusion.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;

use crate::cluster::Joining;
use crate::count::{self, Matches};
use crate::error::FuseError;
use crate::fusion::{Blocking, Fusion, Incidents, Interval, Link};
use crate::judgement::{Judgement, ReportId, Verdict};
use crate::model::{Model, PairModel};
use crate::pair::Pair;
use crate::prepare::Prepared;
use crate::reports::Reports;
use crate::settings::{CannotLink, Settings};

/// Make incidents of reports.
///
/// # Errors
/// [`FuseError::Settings`] where settings cannot be used, [`FuseError::Judgement`] where a judgement names no report,
/// [`FuseError::Twice`] where there are judgements and two reports of a dataset have one id.
pub fn fuse(reports: &Reports, settings: &Settings, judgements: &[Judgement]) -> Result<Fusion, FuseError> {
    settings.check()?;
    u32::try_from(reports.len()).map_err(|_| FuseError::TooMany("more than 4,294,967,295 reports"))?;
    let p = Prepared::new(reports);
    let judged = judged(reports, &p, judgements)?;
    let datasets = p.dataset.len();
    let repeats: Vec<Option<bool>> = p
        .dataset
        .iter()
        .map(|&d| {
            let rules = settings.dataset(&reports.datasets()[d]);
            if datasets == 1 { rules.repeats.or(Some(true)) } else { rules.repeats }
        })
        .collect();
    let mut blocking = Blocking {
        kilometres: settings.blocking.kilometres,
        days: settings.blocking.days.into(),
        unplaced: (0..reports.len()).filter(|&at| !p.placed(at)).count() as u64,
        named: (0..reports.len()).filter(|&at| p.placed(at) && p.named.contains_key(&(at as u32))).count()
            as u64,
        long: (0..reports.len())
            .filter(|&at| p.placed(at) && p.end[at] - p.start[at] >= i32::from(settings.blocking.longest))
            .count() as u64,
        recall: 1.0,
        ..Blocking::default()
    };
    let (mut edges, mut models) = (Vec::new(), Vec::new());
    let (mut recalled, mut expected) = (0.0, 0.0);
    let mut matches = BTreeMap::new();
    for x in 0..datasets {
        for y in x..datasets {
            if x == y && repeats[x] != Some(true) {
                continue;
            }
            let Some(pair) = Pair::new(reports, &p, settings, (x, y), (repeats[x], repeats[y]), &judged)
            else {
                continue;
            };
            let found = pair.run()?;
            blocking.pairs += found.compared;
            blocking.capped += found.capped;
            let (n, m) = (pair.ranges.0.len() as f64, pair.ranges.1.len() as f64);
            blocking.possible += if x == y { n * (n - 1.0) / 2.0 } else { n * m };
            let sum = |of: fn(f64) -> f64| found.edges.iter().map(|e| of(f64::from(e.p))).sum::<f64>();
            let (compared, variance) = (sum(|p| p), sum(|p| p * (1.0 - p)));
            let all = compared / found.recall / (pair.placed(0) * pair.placed(1)).max(0.01);
            matches.insert(
                (p.dataset[x], p.dataset[y]),
                Matches { compared, variance, missing: (all - compared).min(n.min(m) * 0.5) },
            );
            recalled += compared;
            expected += compared / found.recall;
            models.push((found.model(&pair, compared), (found.learned.tables.clone(), (x, y))));
            edges.extend(found.edges);
        }
    }
    if expected > 0.0 {
        blocking.recall = recalled / expected;
    }
    edges.sort_unstable_by_key(|e| (e.a, e.b));
    // What was made ready for comparing is not needed any more, and takes as much memory as the reports.
    let (order, starts) = p.into_order();
    let joining =
        Joining { reports, row: &order, starts: &starts, settings, repeats: &repeats, judged: &judged };
    let incidents = joining.incidents(&edges);
    let by = incidents.by_row();
    let links: Vec<Link> = edges
        .iter()
        .filter(|e| f64::from(e.p) >= settings.keep)
        .map(|e| Link {
            a: order[e.a as usize],
            b: order[e.b as usize],
            probability: e.p,
            bits: e.ratio / std::f32::consts::LN_2,
            joined: by[e.a as usize] == by[e.b as usize],
        })
        .collect();
    drop((edges, by));
    let (models, learned): (Vec<PairModel>, Vec<_>) = models.into_iter().unzip();
    let (tables, ranks) = learned.into_iter().unzip();
    let mut place = vec![0; order.len()];
    for (position, &row) in order.iter().enumerate() {
        place[row as usize] = position as u32;
    }
    let rows = incidents.members.iter().map(|&at| order[at as usize]).collect();
    let nothing = Interval { estimate: 0.0, low: 0.0, high: 0.0, level: settings.level };
    let mut fusion = Fusion {
        model: Model { pairs: models },
        links,
        incidents: Incidents { ends: incidents.ends, members: rows },
        blocking,
        shares: count::shares(reports, settings, &matches),
        capture_recapture: None,
        count: nothing,
        seed: settings.seed,
        threshold: settings.threshold,
        tables,
        settings: settings.clone(),
        order,
        starts,
        place,
        ranks,
        repeats,
        judged,
    };
    fusion.count = count::distinct(&fusion, reports, &matches, settings);
    fusion.capture_recapture = count::capture(&fusion, reports, &matches, settings);
    Ok(fusion)
}

/// What a person said of pairs of positions, `a < b`.
pub(crate) type Judged = BTreeMap<(u32, u32), bool>;

fn judged(reports: &Reports, p: &Prepared, judgements: &[Judgement]) -> Result<Judged, FuseError> {
    let mut judged = Judged::new();
    if judgements.is_empty() {
        return Ok(judged);
    }
    let mut at: HashMap<(usize, &str), u32, FixedState> = HashMap::with_hasher(FixedState::default());
    for (position, &row) in p.row.iter().enumerate() {
        let row = row as usize;
        if at.insert((reports.dataset_of(row), reports.id(row)), position as u32).is_some() {
            let dataset = reports.datasets()[reports.dataset_of(row)].clone();
            return Err(FuseError::Twice { dataset, id: reports.id(row).into() });
        }
    }
    let find = |id: &ReportId| {
        let number = reports.datasets().iter().position(|d| *d == id.dataset);
        let position = number.and_then(|n| at.get(&(n, id.id.as_str())).copied());
        position.ok_or_else(|| FuseError::Judgement { dataset: id.dataset.clone(), id: id.id.clone() })
    };
    for judgement in judgements {
        let (a, b) = (find(&judgement.a)?, find(&judgement.b)?);
        let pair = (a.min(b), a.max(b));
        match judgement.verdict {
            Verdict::Same => judged.insert(pair, true),
            Verdict::Different => judged.insert(pair, false),
            Verdict::Unsure => None,
        };
    }
    Ok(judged)
}

/// A pair of positions that was compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    pub(crate) a: u32,
    pub(crate) b: u32,
    /// Natural logarithm of the likelihood ratio.
    pub(crate) ratio: f32,
    /// Probability after competition.
    pub(crate) p: f32,
}

pub(crate) fn forbidden(
    reports: &Reports,
    row: &[u32],
    same_source: bool,
    other_country: bool,
    a: usize,
    b: usize,
) -> bool {
    if !same_source && !other_country {
        return false;
    }
    let (a, b) = (row[a] as usize, row[b] as usize);
    if same_source && reports.dataset[a] == reports.dataset[b] {
        let (x, y) = (reports.sources.get(a), reports.sources.get(b));
        if x.iter().any(|s| y.contains(s)) {
            return true;
        }
    }
    if other_country {
        let country = |row| reports.number(crate::reports::Column::Country, row);
        let (x, y) = (country(a), country(b));
        return x != y && x != crate::text::MISSING && y != crate::text::MISSING;
    }
    false
}

/// The rule that forbids a link between two rows.
pub(crate) fn forbids(reports: &Reports, settings: &Settings, a: usize, b: usize) -> Option<&'static str> {
    let row: Vec<u32> = vec![a as u32, b as u32];
    let has = |rule| settings.cannot_link.contains(&rule);
    if forbidden(reports, &row, has(CannotLink::SameSource), false, 0, 1) {
        return Some("two reports of one dataset that name the same source");
    }
    forbidden(reports, &row, false, has(CannotLink::OtherCountry), 0, 1)
        .then_some("reports of different countries")
}
