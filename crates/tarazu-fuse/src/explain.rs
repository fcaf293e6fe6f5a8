//! Why two reports were or were not joined, comparison by comparison.

use crate::compare::{Comparer, NO_LEVEL};
use crate::fusion::Fusion;
use crate::names::Resemblances;
use crate::prepare::Prepared;
use crate::reports::Reports;

/// A step of the waterfall.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The comparison, or `prior`, or `crowd` (how many others are near the two), or `rivals`.
    pub name: String,
    /// The level that holds, in words; `missing` where there is no evidence.
    pub level: String,
    /// Evidence in bits, for (+) or against (−), given the steps before it.
    pub bits: f64,
}

/// From the prior to the probability, in bits of evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Waterfall {
    /// One row.
    pub a: usize,
    /// The other.
    pub b: usize,
    /// The steps; their sum is the log-odds of `probability`.
    pub steps: Vec<Step>,
    /// The probability that they tell of one incident.
    pub probability: f64,
    /// Whether they are members of one incident.
    pub joined: bool,
    /// A rule that forbids the link, where one does.
    pub forbidden: Option<String>,
    /// Why the pair was not compared, where it was not.
    pub not_compared: Option<String>,
}

impl Fusion {
    /// Why two rows were or were not joined.
    pub fn explain(&self, reports: &Reports, a: usize, b: usize) -> Waterfall {
        let same = |l: &&crate::fusion::Link| {
            let (x, y) = (l.a as usize, l.b as usize);
            (x, y) == (a, b) || (x, y) == (b, a)
        };
        let link = self.links.iter().find(same);
        let mut waterfall = Waterfall {
            a,
            b,
            steps: Vec::new(),
            probability: link.map_or(0.0, |l| l.probability.into()),
            joined: self.incidents.together(a, b),
            forbidden: None,
            not_compared: None,
        };
        if a.max(b) >= reports.len() || a == b {
            waterfall.not_compared = Some("these are not two reports".into());
            return waterfall;
        }
        let p = Prepared::new(reports);
        let at = |row: usize| p.row.iter().position(|&r| r as usize == row).unwrap_or(0);
        let (x, y) = (at(a).min(at(b)), at(a).max(at(b)));
        let rank = |at: usize| p.starts.partition_point(|&s| s <= at) - 1;
        let datasets = (rank(x), rank(y));
        let numbers = (p.dataset[datasets.0], p.dataset[datasets.1]);
        let Some(n) = self.model.pairs.iter().position(|m| (m.a, m.b) == numbers) else {
            waterfall.not_compared = Some("two reports of one dataset that holds an incident once".into());
            return waterfall;
        };
        if let Some(reason) = crate::fuse::forbids(reports, &self.settings, a, b) {
            waterfall.forbidden = Some(reason.into());
        }
        let tables = &self.tables[n];
        let comparer = Comparer {
            reports,
            p: &p,
            datasets,
            features: tables.features.clone(),
            days: i32::from(self.settings.blocking.days),
            resemblances: Resemblances::default(),
        };
        if !p.placed(x) || !p.placed(y) {
            waterfall.not_compared = Some("a report without a day or a place".into());
        } else {
            let far =
                crate::compare::kilometres((p.latitude[x], p.longitude[x]), (p.latitude[y], p.longitude[y]));
            let gap = comparer.gap(x, y).abs();
            if p.lump_and_part(x, y, i32::from(self.settings.blocking.longest)) {
                let text = "a report over many days tells of more than one incident, and the other of a part of those days";
                waterfall.not_compared = Some(text.into());
            } else if f64::from(far) > self.settings.blocking.kilometres || gap > comparer.days {
                let text = format!("{far:.1} km and {gap} days apart, beyond the limits of blocking");
                waterfall.not_compared = Some(text);
            }
        }
        let prior = self.model.pairs[n].prior_bits;
        waterfall.steps.push(Step { name: "prior".into(), level: String::new(), bits: prior });
        let mut sum = prior;
        if waterfall.not_compared.is_none() {
            for (feature, level, bits) in tables.steps(&comparer, x, y) {
                let level = match level {
                    NO_LEVEL => "missing".to_owned(),
                    level => comparer.label(feature, usize::from(level)),
                };
                sum += bits;
                waterfall.steps.push(Step { name: feature.name().into(), level, bits });
            }
            if let Some(link) = link {
                // What the link's evidence has beyond its comparisons.
                let crowd = f64::from(link.bits) - (sum - prior);
                if crowd.abs() > 0.005 {
                    let level = if crowd < 0.0 {
                        "many others like these near"
                    } else {
                        "few others like these near"
                    };
                    sum += crowd;
                    waterfall.steps.push(Step { name: "crowd".into(), level: level.into(), bits: crowd });
                }
            }
            if link.is_none() && waterfall.forbidden.is_none() {
                // Below what is kept: what the pair would have alone.
                waterfall.probability = (1.0 / (1.0 + (-sum).exp2())).min(self.settings.keep);
            }
        }
        let probability = waterfall.probability.clamp(1e-12, 1.0 - 1e-7);
        let rivals = (probability / (1.0 - probability)).log2() - sum;
        if waterfall.not_compared.is_none() && rivals.abs() > 0.005 {
            let level = "competition of rival pairs, rules and judgements".to_owned();
            waterfall.steps.push(Step { name: "rivals".into(), level, bits: rivals });
        }
        waterfall
    }
}
