//! The questions: one per operation and per named intervention, each with the month from which a difference is asked.

use serde::Serialize;
use tarazu_events::Period;
use tarazu_ledger::entry::CampaignKind;
use tarazu_ledger::{Case, LedgerDate, Moment};

/// A question: did the months after this date differ from what the months before led one to expect?
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Question {
    /// Id of the campaign or intervention.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The date, as the ledger has it.
    pub date: String,
    /// Which date it is: "begun", "announced", "on".
    pub date_is: &'static str,
    /// The month of the date, from which the grid's date rules count.
    pub month: Period,
    /// The month that follows it: the first that counts as after, for the reader.
    pub first_month: Period,
    /// Other interventions of this case within the months after.
    pub also_in_window: Vec<String>,
}

/// The questions in order of date, and what is not asked, with the reason.
pub(super) fn questions(case: &Case) -> (Vec<Question>, Vec<(String, String)>) {
    let mut questions = Vec::new();
    let mut not_asked = Vec::new();
    for campaign in &case.ledger.campaigns {
        if campaign.kind != Some(CampaignKind::Operation) {
            continue;
        }
        let name = &campaign.name.value;
        match campaign.asked_from() {
            Some(date) => {
                let date_is = if campaign.begun.date().is_some() { "begun" } else { "announced" };
                ask(&mut questions, &mut not_asked, &campaign.header.id, name, date, date_is);
            }
            None if campaign.begun == Moment::Never => {
                not_asked.push((name.clone(), "it was announced and never began".into()));
            }
            None => not_asked.push((name.clone(), "no public source gives its date".into())),
        }
    }
    let wanted = case.settings.estimates.iter().flat_map(|e| &e.interventions);
    for id in wanted {
        if let Some(i) = case.ledger.interventions.iter().find(|i| i.header.id.value == id.value) {
            ask(&mut questions, &mut not_asked, &i.header.id, &i.name, i.date, "on");
        }
    }
    questions.sort_by(|a, b| (a.first_month, &a.id).cmp(&(b.first_month, &b.id)));
    let after = case.settings.estimates.as_ref().map_or(24, |e| e.window as i32);
    let starts: Vec<(Period, String)> = questions.iter().map(|q| (q.first_month, q.name.clone())).collect();
    for question in &mut questions {
        question.also_in_window = starts
            .iter()
            .filter(|(month, name)| {
                *name != question.name && (0..after).contains(&month.since(question.first_month))
            })
            .map(|(_, name)| name.clone())
            .collect();
    }
    (questions, not_asked)
}

fn ask(
    questions: &mut Vec<Question>,
    not_asked: &mut Vec<(String, String)>,
    id: &str,
    name: &str,
    date: LedgerDate,
    date_is: &'static str,
) {
    if !date.has_month() {
        not_asked.push((name.into(), format!("its date is known only to the year ({date})")));
        return;
    }
    let day = date.first_day();
    if let Some(month) = Period::month(day.year(), day.month()) {
        questions.push(Question {
            id: id.into(),
            name: name.into(),
            date: date.to_string(),
            date_is,
            month,
            first_month: month.shift(1),
            also_in_window: Vec::new(),
        });
    }
}
