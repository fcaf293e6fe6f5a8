//! How datasets disagree about the tolls of the incidents that they share.

use serde::Serialize;

use crate::fusion::Incidents;
use crate::reports::Reports;

/// Disagreements of two datasets over the incidents that both record. Where a dataset has an incident several times, its tolls there
/// are added up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TollDisagreement {
    /// A dataset.
    pub dataset: String,
    /// Another.
    pub other: String,
    /// Incidents that both record.
    pub incidents: usize,
    /// Of these, those for which both know a toll.
    pub both_known: usize,
    /// Of these, those with the same best figure, or the middle of low and high where there is no best one.
    pub same: usize,
    /// Those in which the first has more.
    pub first_more: usize,
    /// Those in which the ranges from low to high do not meet.
    pub apart: usize,
    /// Those in which one has at least twice and at least ten more than the other.
    pub twice: usize,
    /// Sum over these incidents in the first.
    pub sum_first: f64,
    /// Sum over these incidents in the other.
    pub sum_other: f64,
    /// Median absolute difference where they differ.
    pub median_difference: Option<f64>,
    /// The widest differences: incident, first, other; at most [`WIDEST`].
    pub widest: Vec<(usize, f64, f64)>,
}

/// How many of the widest differences are listed.
pub const WIDEST: usize = 5;

/// A dataset's toll of an incident: middle, low, high.
fn toll(reports: &Reports, members: &[u32], dataset: usize) -> Option<[f64; 3]> {
    let mut sum: Option<[f64; 3]> = None;
    for &row in members {
        let row = row as usize;
        if reports.dataset_of(row) != dataset {
            continue;
        }
        let [best, low, high] = reports.deaths(row).map(|n| n.map(f64::from));
        let (low, high) = (low.or(best).or(high)?, high.or(best).or(low)?);
        let toll = [best.unwrap_or(f64::midpoint(low, high)), low.min(high), high.max(low)];
        let so_far = sum.unwrap_or_default();
        sum = Some([0, 1, 2].map(|n: usize| so_far[n] + toll[n]));
    }
    sum
}

/// Compare every two datasets.
pub fn toll_disagreements(reports: &Reports, incidents: &Incidents) -> Vec<TollDisagreement> {
    let names = reports.datasets();
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by(|a, b| names[*a].cmp(&names[*b]));
    let mut all = Vec::new();
    for (at, &a) in order.iter().enumerate() {
        for &b in &order[at + 1..] {
            let found = between(reports, incidents, a, b);
            if found.incidents > 0 {
                all.push(found);
            }
        }
    }
    all
}

fn between(reports: &Reports, incidents: &Incidents, a: usize, b: usize) -> TollDisagreement {
    let names = reports.datasets();
    let mut found = TollDisagreement {
        dataset: names[a].clone(),
        other: names[b].clone(),
        incidents: 0,
        both_known: 0,
        same: 0,
        first_more: 0,
        apart: 0,
        twice: 0,
        sum_first: 0.0,
        sum_other: 0.0,
        median_difference: None,
        widest: Vec::new(),
    };
    let mut differences = Vec::new();
    for incident in 0..incidents.len() {
        let members = incidents.members(incident);
        let has = |dataset| members.iter().any(|row| reports.dataset_of(*row as usize) == dataset);
        if members.len() < 2 || !has(a) || !has(b) {
            continue;
        }
        found.incidents += 1;
        let (Some(first), Some(other)) = (toll(reports, members, a), toll(reports, members, b)) else {
            continue;
        };
        found.both_known += 1;
        found.sum_first += first[0];
        found.sum_other += other[0];
        let (more, less) = (first[0].max(other[0]), first[0].min(other[0]));
        found.first_more += usize::from(first[0] > other[0]);
        found.apart += usize::from(first[2] < other[1] || other[2] < first[1]);
        found.twice += usize::from(more >= 2.0 * less && more - less >= 10.0);
        if more > less {
            differences.push(more - less);
            found.widest.push((incident, first[0], other[0]));
        } else {
            found.same += 1;
        }
    }
    differences.sort_by(f64::total_cmp);
    found.median_difference = differences.get(differences.len() / 2).copied();
    let width = |w: &(usize, f64, f64)| (w.1 - w.2).abs();
    let id = |w: &(usize, f64, f64)| incidents.id(w.0, reports);
    found.widest.sort_by(|x, y| width(y).total_cmp(&width(x)).then_with(|| id(x).cmp(&id(y))));
    found.widest.truncate(WIDEST);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::Report;

    #[test]
    fn tolls_are_compared_incident_by_incident() {
        let mut reports = Reports::new();
        let mut push = |dataset, id, best, low, high| {
            let report = Report { dataset, id, deaths_best: best, ..Report::default() };
            reports.push(&Report { deaths_low: low, deaths_high: high, ..report }).unwrap();
        };
        push("A", "1", Some(30), Some(20), Some(40));
        push("B", "1", None, Some(5), Some(9));
        push("A", "2", Some(3), None, None);
        push("B", "2", Some(3), None, None);
        push("A", "3", Some(4), None, None);
        push("B", "3", Some(1), None, None);
        push("B", "4", Some(2), None, None);
        push("A", "5", Some(9), None, None);
        let incidents = Incidents { ends: vec![2, 4, 7, 8], members: (0..8).collect() };
        let found = toll_disagreements(&reports, &incidents);
        assert_eq!(found.len(), 1);
        let d = &found[0];
        assert_eq!((d.incidents, d.both_known, d.same, d.first_more), (3, 3, 1, 2));
        assert_eq!((d.apart, d.twice), (2, 1), "30 against 5 to 9; 4 against 1 and 2");
        assert_eq!((d.sum_first, d.sum_other), (37.0, 13.0));
        assert_eq!(d.widest[0], (0, 30.0, 7.0));
    }
}
