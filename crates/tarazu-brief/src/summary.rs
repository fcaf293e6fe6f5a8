//! The weighing in a screenful: promised, happened, claimed, difference, transparency. The terminal prints it, and the page begins
//! with it.

use serde::Serialize;
use tarazu_effects::Interval;
use tarazu_effects::multiverse::VerdictWord;
use tarazu_ledger::{Case, MONTHS};

use crate::number::{grouped, percent, signed_percent};
use crate::weigh::{MonthlyRow, Weighing};

/// One pan of the scales.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pan {
    /// "Promised", "Happened", "Claimed", "Difference", "Transparency".
    pub heading: &'static str,
    /// What weighs most, in a few words.
    pub headline: String,
    /// What stands behind it.
    pub lines: Vec<String>,
    /// The section of the page that holds it all.
    pub anchor: &'static str,
}

/// The five pans.
pub fn summary(case: &Case, weighing: &Weighing) -> Vec<Pan> {
    vec![promised(case), happened(weighing), claimed(case), difference(weighing), transparency(weighing)]
}

fn promised(case: &Case) -> Pan {
    let count = |what| case.count(what).unwrap_or(0);
    let (all, scored) = (count("campaign-commitments"), count("campaign-commitments-scored"));
    let campaign = case.campaign();
    let strands = campaign.map_or(0, |c| c.strands.len());
    let begun = campaign.map_or_else(String::new, |c| c.begun.long());
    Pan {
        heading: "Promised",
        headline: format!("{all} promises, {scored} of which public evidence allows to score"),
        lines: vec![
            format!("{strands} strands of the campaign on record; first day of the campaign: {begun}"),
            format!(
                "{} commitments in all with those of the plans behind it, {} scored",
                count("commitments"),
                count("commitments-scored")
            ),
        ],
        anchor: "promised",
    }
}

/// The months after the campaign's date, and as many before.
fn happened(weighing: &Weighing) -> Pan {
    let rows = &weighing.monthly;
    let first = weighing.main_answer().map(|a| a.question.first_month);
    let split = first.map_or(rows.len(), |f| rows.partition_point(|r| r.month < f));
    let after = &rows[split..];
    let before = &rows[split.saturating_sub(after.len())..split];
    let mut lines = Vec::new();
    let headline = match (after.first(), after.last()) {
        (Some(from), Some(to)) => {
            let best = |rows: &[MonthlyRow]| rows.iter().filter_map(|r| r.best).sum::<u64>() as f64;
            let high = |rows: &[MonthlyRow]| rows.iter().filter_map(|r| r.high).sum::<u64>() as f64;
            lines.push(format!(
                "{} (high estimate {}) in the {} months before",
                grouped(best(before)),
                grouped(high(before)),
                before.len()
            ));
            if let Some(year) = rows.last().map(|r| r.month.year()) {
                let of =
                    |y: i32| best(&rows.iter().filter(|r| r.month.year() == y).cloned().collect::<Vec<_>>());
                lines.push(format!(
                    "{} in {year}, {} in {}, {} in {}; per {}",
                    grouped(of(year)),
                    grouped(of(year - 1)),
                    year - 1,
                    grouped(of(year - 5)),
                    year - 5,
                    from.dataset
                ));
            }
            format!(
                "{} people reported killed from {} to {} (high estimate {})",
                grouped(best(after)),
                month(from),
                month(to),
                grouped(high(after))
            )
        }
        _ => "the data end before the campaign".into(),
    };
    Pan { heading: "Happened", headline, lines, anchor: "happened" }
}

/// A month as people read it.
fn month(row: &MonthlyRow) -> String {
    let name = MONTHS.get(row.month.season() as usize).copied().unwrap_or_default();
    format!("{name} {}", row.month.year())
}

fn claimed(case: &Case) -> Pan {
    let count = |what| case.count(what).unwrap_or(0);
    Pan {
        heading: "Claimed",
        headline: format!(
            "{} claims, {} responses; {} without any response found",
            count("claims"),
            count("responses"),
            count("claims-without-response")
        ),
        lines: vec![format!(
            "{} requests for an account: {} answered, {} in part, {} open",
            count("requests"),
            count("requests-answered"),
            count("requests-partly-answered"),
            count("requests-open")
        )],
        anchor: "claimed",
    }
}

fn difference(weighing: &Weighing) -> Pan {
    let Some(answer) = weighing.main_answer() else {
        let headline = "the campaign is not asked about".into();
        return Pan { heading: "Difference", headline, lines: Vec::new(), anchor: "difference" };
    };
    let (verdict, summary) = (&answer.multiverse.verdict, &answer.multiverse.summary);
    let mut lines = Vec::new();
    if let Some(Interval { estimate, low, high }) = summary.middle {
        lines.push(format!(
            "middle of {} specifications: {} from expectation; middle of their intervals {} to {}; {} wholly below, {} wholly above",
            grouped(verdict.specifications as f64),
            signed_percent(estimate),
            signed_percent(low),
            signed_percent(high),
            grouped(verdict.wholly_below as f64),
            grouped(verdict.wholly_above as f64)
        ));
    }
    if let Some(joint) = &answer.multiverse.dates {
        lines.push(format!(
            "as a whole the curve is as far from zero at {} of {} placebo dates (joint p {:.2})",
            (joint.p_median * (joint.placebos + 1) as f64).round() as usize - 1,
            joint.placebos,
            joint.p_median
        ));
    }
    if let Some(detectable) = verdict.smallest_detectable {
        lines.push(format!(
            "smallest difference that the data could have shown: {} or {}",
            signed_percent(detectable.decrease),
            signed_percent(detectable.increase)
        ));
    }
    let told = weighing
        .answers
        .iter()
        .filter(|a| matches!(a.word(), VerdictWord::Below | VerdictWord::Above))
        .count();
    let stand = if told == 1 { "stands" } else { "stand" };
    lines.push(format!("of {} interventions asked about, {told} {stand} out", weighing.answers.len()));
    Pan { heading: "Difference", headline: verdict.word.text().into(), lines, anchor: "difference" }
}

fn transparency(weighing: &Weighing) -> Pan {
    let score = &weighing.transparency;
    let parts = score.criteria.iter().map(|c| format!("{} {}", c.question, c.grade.text())).collect();
    let share = score.points as f64 / score.possible.max(1) as f64;
    Pan {
        heading: "Transparency",
        headline: format!("{} of {} points ({})", score.points, score.possible, percent(share)),
        lines: parts,
        anchor: "transparency",
    }
}
