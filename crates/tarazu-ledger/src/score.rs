//! The score of transparency: what was published about the campaign that is weighed, by fixed rules.

use serde::Serialize;

use crate::case::Case;
use crate::date::Moment;
use crate::entry::RequestStatus;

/// 0 to 3, on the scale that commitments are scored on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Grade {
    /// 0.
    None,
    /// 1.
    Minimal,
    /// 2.
    Intermediate,
    /// 3.
    Full,
}

impl Grade {
    /// From a share: nothing is 0, less than half 1, less than all 2, all 3.
    fn of(met: f64, of: f64) -> Self {
        match () {
            () if of == 0.0 || met <= 0.0 => Self::None,
            () if met >= of => Self::Full,
            () if met * 2.0 < of => Self::Minimal,
            () => Self::Intermediate,
        }
    }

    /// As a number.
    pub fn points(self) -> u64 {
        self as u64
    }

    /// As a word.
    pub fn text(self) -> &'static str {
        ["none", "minimal", "intermediate", "full"][self as usize]
    }
}

/// One thing that a transparent campaign publishes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Criterion {
    /// The question.
    pub question: &'static str,
    /// How it is counted.
    pub rule: &'static str,
    /// How many were met (a half for what was met in part) …
    pub met: f64,
    /// … of how many.
    pub of: f64,
    /// The grade.
    pub grade: Grade,
}

/// The score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TransparencyScore {
    /// Its parts.
    pub criteria: Vec<Criterion>,
    /// Points reached.
    pub points: u64,
    /// Points possible.
    pub possible: u64,
}

/// Score the campaign that is weighed.
pub fn transparency(case: &Case) -> TransparencyScore {
    let ledger = &case.ledger;
    let campaign = case.campaign();
    let published = campaign.map_or(0, |c| {
        [
            c.announced.date().is_some(),
            c.begun.date().is_some(),
            c.ended != Moment::Unknown && c.ended != Moment::Ongoing,
        ]
        .into_iter()
        .filter(|known| *known)
        .count()
    });
    let commitments: Vec<_> = case.campaign_commitments().collect();
    let worded = commitments.iter().filter(|c| !c.wordings.is_empty()).count();
    let scored = commitments.iter().filter(|c| !c.scores.is_empty()).count();
    let programmes: Vec<_> =
        ledger.programmes.iter().filter(|p| p.campaign.value == case.settings.campaign.value).collect();
    let complete = programmes
        .iter()
        .filter(|p| p.results.iter().any(|r| r.target.is_some() && r.actual.is_some()))
        .count();
    let about: Vec<_> = ledger
        .requests
        .iter()
        .filter(|r| r.about.iter().any(|a| a.value == case.settings.campaign.value))
        .filter(|r| domestic(case, &r.of))
        .collect();
    let answered: f64 = about
        .iter()
        .map(|r| match r.status {
            Some(RequestStatus::Answered) => 1.0,
            Some(RequestStatus::PartlyAnswered) => 0.5,
            _ => 0.0,
        })
        .sum();
    let criterion =
        |question, rule, met: f64, of: f64| Criterion { question, rule, met, of, grade: Grade::of(met, of) };
    let criteria = vec![
        criterion(
            "Were its dates published?",
            "Announcement, first day, and last day or term: one point of three for each that a public document gives.",
            published as f64,
            3.0,
        ),
        criterion(
            "Are its promises on record in their own words?",
            "Commitments of the campaign with at least one exact wording, of all.",
            worded as f64,
            commitments.len() as f64,
        ),
        criterion(
            "Can the public see whether promises were kept?",
            "Commitments of the campaign that public evidence allows to score, of all.",
            scored as f64,
            commitments.len() as f64,
        ),
        criterion(
            "Do its programmes state target and result?",
            "Programmes of the campaign with a published target and a published actual value, of all.",
            complete as f64,
            programmes.len() as f64,
        ),
        criterion(
            "Were requests for an account answered?",
            "Requests about the campaign addressed to the state that runs it: answered counts one, partly answered a half.",
            answered,
            about.len() as f64,
        ),
    ];
    let points = criteria.iter().map(|c| c.grade.points()).sum();
    let possible = 3 * criteria.len() as u64;
    TransparencyScore { criteria, points, possible }
}

/// Whether an actor is the one that runs the campaign, or a part of it.
fn domestic(case: &Case, actor: &str) -> bool {
    let Some(runs) = case.campaign().map(|c| c.actor.value.as_str()) else { return false };
    let mut current = Some(actor);
    // A chain of parts cannot be longer than there are actors.
    for _ in 0..=case.ledger.actors.len() {
        match current {
            Some(id) if id == runs => return true,
            Some(id) => current = case.actor(id).and_then(|a| a.part_of.as_ref()).map(|p| p.value.as_str()),
            None => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_follow_the_stated_thresholds() {
        let cases = [
            (0.0, 3.0, Grade::None),
            (0.5, 3.0, Grade::Minimal),
            (1.0, 3.0, Grade::Minimal),
            (1.5, 3.0, Grade::Intermediate),
            (2.9, 3.0, Grade::Intermediate),
            (3.0, 3.0, Grade::Full),
            (0.0, 0.0, Grade::None),
        ];
        for (met, of, grade) in cases {
            assert_eq!(Grade::of(met, of), grade, "{met} of {of}");
        }
    }
}
