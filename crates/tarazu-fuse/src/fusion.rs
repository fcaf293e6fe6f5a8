//! What fusion answers.

use crate::capture::CaptureRecapture;
use crate::fuse::Judged;
use crate::model::Model;
use crate::reports::Reports;
use crate::settings::Settings;
use crate::tables::Tables;

/// A pair of reports with the probability that they tell of one incident.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// A row of the reports; the smaller of the two in the order of dataset and key.
    pub a: u32,
    /// The other row.
    pub b: u32,
    /// Probability, after competition with every rival pair.
    pub probability: f32,
    /// Evidence of the pair alone, in bits, before competition: log2 of m over u, without the prior.
    pub bits: f32,
    /// Whether the two are members of one incident in the answer.
    pub joined: bool,
}

/// An interval around a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Level, for example 0.95.
    pub level: f64,
}

/// What blocking did.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Blocking {
    /// Kilometres within which pairs were compared.
    pub kilometres: f64,
    /// Days within which pairs were compared.
    pub days: f64,
    /// Pairs compared.
    pub pairs: u64,
    /// All pairs that could be.
    pub possible: f64,
    /// Reports of which candidates were left out because there were more than the cap.
    pub capped: u64,
    /// Reports without a day or a place, which are compared with nothing.
    pub unplaced: u64,
    /// Reports without coordinates that were placed where others of the same town or district lie.
    pub named: u64,
    /// Reports over more days than [`crate::BlockingSettings::longest`], which are compared with others over many days alone.
    pub long: u64,
    /// Estimated share of the true pairs that were compared.
    pub recall: f64,
}

/// How much two datasets share.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// A dataset.
    pub dataset: String,
    /// Another.
    pub other: String,
    /// Reports of the first that the other could hold by its coverage rules.
    pub eligible: u64,
    /// Expected number of them that it lacks.
    pub lacking: f64,
    /// Their share.
    pub share: f64,
}

/// Incidents with their members, in columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Incidents {
    pub(crate) ends: Vec<u32>,
    pub(crate) members: Vec<u32>,
}

impl Incidents {
    /// How many.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Rows of the reports of an incident, by dataset and key.
    pub fn members(&self, incident: usize) -> &[u32] {
        let start = if incident == 0 { 0 } else { self.ends[incident - 1] as usize };
        &self.members[start..self.ends[incident] as usize]
    }

    /// The incident of every row.
    pub fn by_row(&self) -> Vec<u32> {
        let mut of = vec![0; self.members.len()];
        for incident in 0..self.len() {
            for &row in self.members(incident) {
                of[row as usize] = incident as u32;
            }
        }
        of
    }

    /// Whether two rows are members of one incident.
    pub fn together(&self, a: usize, b: usize) -> bool {
        let of = |row: usize| {
            let at = self.members.iter().position(|&m| m as usize == row)?;
            Some(self.ends.partition_point(|&end| end as usize <= at))
        };
        of(a).is_some() && of(a) == of(b)
    }

    /// The stable id of an incident: made from dataset and id of one member, so that it does not depend on the order of rows.
    pub fn id(&self, incident: usize, reports: &Reports) -> String {
        let least = self.members(incident).iter().map(|&row| reports.key(row as usize)).min();
        format!("i-{:016x}", least.unwrap_or(0))
    }
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Fusion {
    /// What was learned.
    pub model: Model,
    /// Pairs above [`crate::Settings::keep`], in an order that does not depend on that of the rows.
    pub links: Vec<Link>,
    /// The incidents: every report is a member of one.
    pub incidents: Incidents,
    /// What was compared.
    pub blocking: Blocking,
    /// What each dataset lacks of each other.
    pub shares: Vec<Share>,
    /// What all of them miss.
    pub capture_recapture: Option<CaptureRecapture>,
    /// Number of distinct incidents behind the reports.
    pub count: Interval,
    /// Seed of the draws.
    pub seed: u64,
    /// Pairs with at least this probability may be joined.
    pub threshold: f64,
    pub(crate) tables: Vec<Tables>,
    pub(crate) settings: Settings,
    /// Row at each position in the order of datasets, places and days; and the other way.
    pub(crate) order: Vec<u32>,
    pub(crate) place: Vec<u32>,
    /// First position of each dataset, and the end.
    pub(crate) starts: Vec<usize>,
    /// Datasets of each model, by their order of names.
    pub(crate) ranks: Vec<(usize, usize)>,
    pub(crate) repeats: Vec<Option<bool>>,
    pub(crate) judged: Judged,
}
