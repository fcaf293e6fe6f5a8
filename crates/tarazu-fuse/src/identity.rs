//! Incident ids that stay when a new release arrives, and what merged and split meanwhile.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use crate::fusion::Incidents;
use crate::reports::Reports;

/// An earlier fusion: the incident of each report, by dataset and id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Former {
    of: HashMap<(String, String), String>,
}

impl Former {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there was none.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// Remember that a report was of an incident.
    pub fn insert(&mut self, dataset: &str, id: &str, incident: &str) {
        self.of.insert((dataset.into(), id.into()), incident.into());
    }

    fn get(&self, dataset: &str, id: &str) -> Option<&str> {
        // Two owned texts are the price of a plain map; it is paid once for each report.
        self.of.get(&(dataset.to_owned(), id.to_owned())).map(String::as_str)
    }
}

/// Incidents that were apart and are one now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Merge {
    /// The id that stays.
    pub into: String,
    /// The ids that are gone.
    pub from: Vec<String>,
}

/// An incident that was one and is several now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Split {
    /// The id that was, and is that of the greatest part.
    pub from: String,
    /// The ids of the other parts.
    pub into: Vec<String>,
}

/// The ids of the incidents of a fusion, and what became of those of an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identities {
    /// By incident.
    pub ids: Vec<String>,
    /// How many bear the id of an earlier incident.
    pub kept: usize,
    /// How many hold no report that the earlier fusion had.
    pub new: usize,
    /// Earlier incidents of which no report is left.
    pub gone: usize,
    /// In the order of their ids.
    pub merges: Vec<Merge>,
    /// In the order of their ids.
    pub splits: Vec<Split>,
}

/// Give every incident its id. One that shares reports with an earlier incident bears the id of that with which it shares most, unless
/// another shares more of them; a new one has an id made from one of its reports. Ties go to the lesser id, so that nothing depends on
/// the order of rows.
pub fn identify(reports: &Reports, incidents: &Incidents, former: &Former) -> Identities {
    // Shared reports: most first, then by ids that do not depend on the rows.
    let mut claims = Vec::new();
    let mut fresh = Vec::with_capacity(incidents.len());
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut shared_of: Vec<BTreeMap<&str, usize>> = Vec::with_capacity(incidents.len());
    for incident in 0..incidents.len() {
        let mut shared: BTreeMap<&str, usize> = BTreeMap::new();
        if !former.is_empty() {
            for &row in incidents.members(incident) {
                let row = row as usize;
                let dataset = &reports.datasets()[reports.dataset_of(row)];
                if let Some(id) = former.get(dataset, reports.id(row)) {
                    *shared.entry(id).or_insert(0) += 1;
                    seen.insert(id);
                }
            }
        }
        let own = incidents.id(incident, reports);
        claims.extend(shared.iter().map(|(id, n)| (std::cmp::Reverse(*n), *id, own.clone(), incident)));
        fresh.push(own);
        shared_of.push(shared);
    }
    claims.sort();
    let mut ids: Vec<Option<String>> = vec![None; incidents.len()];
    let mut taken: HashMap<&str, usize> = HashMap::new();
    for (_, id, _, incident) in claims {
        if ids[incident].is_none() && !taken.contains_key(id) {
            ids[incident] = Some(id.to_owned());
            taken.insert(id, incident);
        }
    }
    let kept = taken.len();
    let former_ids: BTreeSet<&str> = former.of.values().map(String::as_str).collect();
    // An id that an earlier incident had is never given to another.
    let mut used: BTreeSet<String> = former_ids.iter().map(|id| (*id).to_owned()).collect();
    let mut order: Vec<usize> = (0..incidents.len()).filter(|n| ids[*n].is_none()).collect();
    order.sort_by(|a, b| fresh[*a].cmp(&fresh[*b]));
    for incident in order {
        let mut id = fresh[incident].clone();
        let mut number = 2;
        while !used.insert(id.clone()) {
            id = format!("{}-{number}", fresh[incident]);
            number += 1;
        }
        ids[incident] = Some(id);
    }
    let ids: Vec<String> = ids.into_iter().map(Option::unwrap_or_default).collect();
    let (mut merges, mut parts) = (Vec::new(), BTreeMap::<&str, Vec<String>>::new());
    let mut new = 0;
    for (id, shared) in ids.iter().zip(&shared_of) {
        new += usize::from(shared.is_empty());
        // What is gone with its greatest part in this incident has merged into it.
        let from: Vec<String> =
            shared.keys().filter(|s| *s != id && !taken.contains_key(*s)).map(|s| (*s).into()).collect();
        if !from.is_empty() {
            merges.push(Merge { into: id.clone(), from });
        }
        for other in shared.keys().filter(|s| *s != id && taken.contains_key(*s)) {
            parts.entry(other).or_default().push(id.clone());
        }
    }
    merges.sort_by(|a, b| a.into.cmp(&b.into));
    let splits = parts.into_iter().map(|(from, mut into)| {
        into.sort();
        Split { from: from.into(), into }
    });
    let splits = splits.collect();
    let gone = former_ids.iter().filter(|id| !seen.contains(*id)).count();
    Identities { ids, kept, new, gone, merges, splits }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::Report;

    /// Reports `a1 … an` of one dataset in incidents of the sizes given.
    fn world(names: &[&str], sizes: &[usize]) -> (Reports, Incidents) {
        let mut reports = Reports::new();
        for id in names {
            reports.push(&Report { dataset: "D", id, ..Report::default() }).unwrap();
        }
        let mut end = 0;
        let ends = sizes.iter().map(|n| {
            end += *n as u32;
            end
        });
        let ends = ends.collect();
        (reports, Incidents { ends, members: (0..names.len() as u32).collect() })
    }

    fn remember(reports: &Reports, incidents: &Incidents, ids: &[String]) -> Former {
        let mut former = Former::new();
        for (incident, id) in ids.iter().enumerate() {
            for &row in incidents.members(incident) {
                former.insert("D", reports.id(row as usize), id);
            }
        }
        former
    }

    #[test]
    fn an_id_stays_whatever_joins_the_incident() {
        let (reports, incidents) = world(&["1", "2", "3"], &[2, 1]);
        let first = identify(&reports, &incidents, &Former::new());
        assert_eq!((first.kept, first.new, first.gone), (0, 2, 0));
        let former = remember(&reports, &incidents, &first.ids);
        // Every other report may have a lesser key than those before: the ids stay all the same.
        for joined in 4..30 {
            let name = joined.to_string();
            let (reports, incidents) = world(&["1", "2", &name, "3"], &[3, 1]);
            let next = identify(&reports, &incidents, &former);
            assert_eq!(next.ids, first.ids);
            assert!(next.merges.is_empty() && next.splits.is_empty());
        }
    }

    #[test]
    fn merges_splits_and_what_is_gone_are_told() {
        let (reports, incidents) = world(&["1", "2", "3", "4", "5", "6"], &[2, 1, 3]);
        let first = identify(&reports, &incidents, &Former::new());
        let former = remember(&reports, &incidents, &first.ids);
        // {1 2}{3} become one, {4 5 6} becomes {4 5}{6}, and 7 is new.
        let (reports, incidents) = world(&["1", "2", "3", "4", "5", "6", "7"], &[3, 2, 1, 1]);
        let next = identify(&reports, &incidents, &former);
        assert_eq!(next.ids[0], first.ids[0]);
        assert_eq!(next.ids[1], first.ids[2]);
        assert_eq!(next.merges, [Merge { into: first.ids[0].clone(), from: vec![first.ids[1].clone()] }]);
        assert_eq!(next.splits, [Split { from: first.ids[2].clone(), into: vec![next.ids[2].clone()] }]);
        assert_eq!((next.kept, next.new, next.gone), (2, 1, 0));
        let distinct: BTreeSet<&String> = next.ids.iter().collect();
        assert_eq!(distinct.len(), 4);
        let (reports, incidents) = world(&["1", "2"], &[2]);
        assert_eq!(identify(&reports, &incidents, &former).gone, 2);
    }
}
