//! Which pairs a person should look at, and what a sample of judgements says of precision and recall.

mod journal;
mod measure;

use foldhash::{HashSet, HashSetExt};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::fusion::{Fusion, Link};
use crate::judgement::ReportId;
use crate::reports::Reports;

pub use journal::{Entry, Journal, JournalError};
pub use measure::{Measured, measure};

/// Bounds of the strata of probability, within which joined and other pairs are apart.
const BOUNDS: [f32; 5] = [0.0, 0.1, 0.5, 0.9, 1.01];

/// Where a pair that was drawn at random was drawn from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The stratum's name, such as `0.5-0.9 joined`.
    pub stratum: String,
    /// How many pairs it had.
    pub of: usize,
}

/// A pair to be judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// A row of the reports.
    pub a: usize,
    /// The other.
    pub b: usize,
    /// The model's probability.
    pub probability: f64,
    /// The stratum, where the pair was drawn at random.
    pub drawn: Option<Drawn>,
}

/// The report of a row.
pub fn report_id(reports: &Reports, row: usize) -> ReportId {
    ReportId { dataset: reports.datasets()[reports.dataset_of(row)].clone(), id: reports.id(row).into() }
}

fn stratum(link: &Link) -> (usize, bool) {
    let band = BOUNDS.windows(2).position(|b| (b[0]..b[1]).contains(&link.probability));
    (band.unwrap_or(BOUNDS.len() - 2), link.joined)
}

fn name((band, joined): (usize, bool)) -> String {
    let high = BOUNDS[band + 1].min(1.0);
    format!("{}-{high}{}", BOUNDS[band], if joined { " joined" } else { "" })
}

/// The pairs that the model is least sure of, those nearest to even odds first; none that was judged.
pub fn uncertain(reports: &Reports, fusion: &Fusion, journal: &Journal) -> Vec<Question> {
    let mut links: Vec<&Link> = fusion.links.iter().collect();
    let key = |l: &Link| (reports.key(l.a as usize), reports.key(l.b as usize));
    links.sort_by(|x, y| {
        let doubt = |l: &Link| (l.probability - 0.5).abs();
        doubt(x).total_cmp(&doubt(y)).then_with(|| key(x).cmp(&key(y)))
    });
    let questions = links.into_iter().map(|link| question(link, None));
    questions.filter(|q| !asked(reports, journal, q)).collect()
}

/// So many pairs drawn at random, spread evenly over the strata as far as these go; none that was judged, and in an order that tells
/// nothing. Pairs that the journal has from earlier draws count towards the number.
pub fn sample(
    reports: &Reports,
    fusion: &Fusion,
    journal: &Journal,
    number: usize,
    seed: u64,
) -> Vec<Question> {
    let mut strata: std::collections::BTreeMap<(usize, bool), Vec<&Link>> = std::collections::BTreeMap::new();
    for link in &fusion.links {
        strata.entry(stratum(link)).or_default().push(link);
    }
    // A number for each pair, made of the reports and the seed alone: a longer sample begins with the shorter one.
    let order = |l: &Link| {
        let key = reports.key(l.a as usize) ^ reports.key(l.b as usize).rotate_left(32);
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ key);
        rand::RngExt::random::<u64>(&mut rng)
    };
    let mut shares: Vec<(Vec<&Link>, Drawn, usize)> = Vec::new();
    for (which, mut links) in strata {
        let drawn = Drawn { stratum: name(which), of: links.len() };
        links.sort_by_key(|l| (order(l), reports.key(l.a as usize), reports.key(l.b as usize)));
        shares.push((links, drawn, 0));
    }
    let mut left = number;
    while left > 0 {
        let mut any = false;
        for (links, _, taken) in &mut shares {
            if left > 0 && *taken < links.len() {
                (*taken, left, any) = (*taken + 1, left - 1, true);
            }
        }
        if !any {
            break;
        }
    }
    let mut questions: Vec<(u64, Question)> = Vec::new();
    for (links, drawn, taken) in shares {
        for link in &links[..taken] {
            questions.push((order(link).rotate_left(32), question(link, Some(drawn.clone()))));
        }
    }
    questions.sort_by_key(|(order, q)| (*order, reports.key(q.a), reports.key(q.b)));
    questions.into_iter().map(|q| q.1).filter(|q| !asked(reports, journal, q)).collect()
}

fn question(link: &Link, drawn: Option<Drawn>) -> Question {
    let (a, b) = (link.a as usize, link.b as usize);
    Question { a, b, probability: link.probability.into(), drawn }
}

fn asked(reports: &Reports, journal: &Journal, question: &Question) -> bool {
    journal.has(&report_id(reports, question.a), &report_id(reports, question.b))
}

/// Pairs without order.
#[derive(Debug, Clone, Default)]
struct Pairs(HashSet<(ReportId, ReportId)>);

impl Pairs {
    fn new() -> Self {
        Self(HashSet::new())
    }

    fn key(a: &ReportId, b: &ReportId) -> (ReportId, ReportId) {
        if a <= b { (a.clone(), b.clone()) } else { (b.clone(), a.clone()) }
    }

    fn insert(&mut self, a: &ReportId, b: &ReportId) -> bool {
        self.0.insert(Self::key(a, b))
    }

    fn has(&self, a: &ReportId, b: &ReportId) -> bool {
        self.0.contains(&Self::key(a, b))
    }
}
