//! What the first view needs, and every view: title, pans, verdict, edition, the text.

use std::collections::BTreeMap;

use serde::Serialize;
use tarazu_brief::{Pan, Weighing, summary};
use tarazu_effects::multiverse::{DIMENSION_NAMES, estimators};
use tarazu_ledger::{Case, CaseSettings};

use super::prose::{Block, blocks};

#[derive(Serialize)]
pub(super) struct Overview<'a> {
    settings: &'a CaseSettings,
    version: &'static str,
    edition: &'a str,
    campaign_name: &'a str,
    pans: Vec<Pan>,
    verdict: Option<&'static str>,
    verdict_rule: &'static str,
    counts: BTreeMap<&'static str, u64>,
    sections: Vec<Section<'a>>,
    choices: Vec<Choice>,
    estimators: Vec<(&'static str, &'static str)>,
}

#[derive(Serialize)]
struct Section<'a> {
    heading: &'a str,
    blocks: Vec<Block>,
}

/// A choice of the grid with the labels of its options.
#[derive(Serialize)]
struct Choice {
    name: &'static str,
    options: Vec<String>,
}

pub(super) fn overview<'a>(
    case: &'a Case,
    weighing: &'a Weighing,
    numbers: &BTreeMap<&str, usize>,
) -> Overview<'a> {
    let sections = case.brief.sections.iter().map(|s| Section {
        heading: &s.heading.value,
        blocks: blocks(&s.body.value, &weighing.figures, numbers),
    });
    let plan = weighing.plan.as_ref();
    let choices = plan.into_iter().flat_map(|plan| {
        let widths = plan.choices.widths().into_iter().enumerate();
        widths.zip(DIMENSION_NAMES).map(|((dimension, width), name)| Choice {
            name,
            options: (0..width).map(|level| plan.choices.label(dimension, level as u16)).collect(),
        })
    });
    let used = |name: &str| plan.is_some_and(|p| p.choices.estimator.iter().any(|e| e == name));
    Overview {
        settings: &case.settings,
        version: weighing.version,
        edition: &weighing.edition,
        campaign_name: case.campaign().map_or("", |c| c.name.value.as_str()),
        pans: summary(case, weighing),
        verdict: weighing.main_answer().map(|a| a.word().text()),
        verdict_rule: weighing.verdict_rule,
        counts: Case::COUNTS.iter().filter_map(|name| Some((*name, case.count(name)?))).collect(),
        sections: sections.collect(),
        choices: choices.collect(),
        estimators: estimators().filter(|(name, _)| used(name)).collect(),
    }
}
