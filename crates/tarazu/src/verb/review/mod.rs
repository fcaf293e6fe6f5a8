//! `tarazu review`: the pairs that the model is unsure of, judged by a person.

mod keys;
mod side_by_side;

use clap::Args;
use serde_json::json;
use tarazu_fuse::evaluate::Share;
use tarazu_fuse::review::{Entry, Journal, Measured, Question, measure, report_id, sample, uncertain};
use tarazu_fuse::{Judgement, Verdict, fuse};

use self::keys::{Key, Keys};
use super::fuse::input::{Inputs, Loaded};
use crate::report::{Failure, print, print_json};

/// Judge pairs of events: two records side by side, and one key for each.
///
/// s: the same incident, d: different incidents, u: unsure, q: quit. Every judgement is saved at once, with who and when, as identifiers
/// without text, and no pair is asked about twice. `tarazu fuse` feeds the model with them.
#[derive(Args)]
pub struct Review {
    #[command(flatten)]
    inputs: Inputs,
    /// Ask about so many pairs drawn at random by probability, for measuring precision and recall, and not about the least certain ones.
    /// The model is not fed with judgements meanwhile, so that they measure it and not themselves.
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// Say what the judgements drawn at random measure, and ask nothing.
    #[arg(long, conflicts_with = "sample")]
    measure: bool,
    /// Ask about at most so many pairs.
    #[arg(long, value_name = "N", conflicts_with = "measure")]
    most: Option<usize>,
    /// Who judges; by default the name of the user.
    #[arg(long, value_name = "NAME", value_parser = super::name)]
    by: Option<String>,
    /// Seed of the sample.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Print what was measured as JSON.
    #[arg(long)]
    json: bool,
}

impl Review {
    pub fn run(self) -> Result<(), Failure> {
        let mut loaded = self.inputs.load()?;
        let Some(mut journal) = loaded.journal.take() else {
            let message = "--judgements FILE is needed with files, to save judgements to";
            return Err(Failure::Usage(message.into()));
        };
        let measuring = self.sample.is_some() || self.measure;
        let fed = if measuring { Vec::new() } else { journal.judgements() };
        loaded.journal = Some(journal.clone());
        let known = loaded.known_judgements();
        let fed = if fed.is_empty() { fed } else { known };
        let fusion = fuse(&loaded.reports, &loaded.settings, &fed)?;
        if !self.measure {
            let mut questions = match self.sample {
                Some(number) => sample(&loaded.reports, &fusion, &journal, number, self.seed),
                None => uncertain(&loaded.reports, &fusion, &journal),
            };
            questions.truncate(self.most.unwrap_or(usize::MAX));
            self.ask(&loaded, &questions, &mut journal)?;
        }
        if !measuring {
            return Ok(());
        }
        match measure(&loaded.reports, &fusion, &journal, loaded.settings.seed) {
            Some(measured) if self.json => print_json(&json!({
                "measured": measured,
                "seed": loaded.settings.seed,
                "version": env!("CARGO_PKG_VERSION"),
            })),
            Some(measured) => print(&words(&measured)),
            None => {
                print("nothing to measure yet: no joined pair that was drawn at random has been judged\n")
            }
        }
    }

    fn ask(&self, loaded: &Loaded, questions: &[Question], journal: &mut Journal) -> Result<(), Failure> {
        if questions.is_empty() {
            return print("no pair is left to be judged\n");
        }
        let by = self.by.clone().or_else(|| std::env::var("USER").ok()).unwrap_or_else(|| "unknown".into());
        let mut keys = Keys::open();
        let mut judged = 0;
        for (number, question) in questions.iter().enumerate() {
            print(&side_by_side::page(loaded, question, number + 1, questions.len(), keys.width()))?;
            let verdict = match keys.wait()? {
                Key::Verdict(verdict) => verdict,
                Key::Quit => break,
            };
            let (a, b) = (report_id(&loaded.reports, question.a), report_id(&loaded.reports, question.b));
            journal.add(Entry {
                judgement: Judgement { a, b, verdict },
                by: by.clone(),
                at: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
                drawn: question.drawn.clone(),
            })?;
            judged += 1;
            print(match verdict {
                Verdict::Same => "same\n\n",
                Verdict::Different => "different\n\n",
                Verdict::Unsure => "unsure\n\n",
            })?;
        }
        let all = journal.entries.len();
        print(&format!("{judged} pairs judged, {all} in all, saved in {}\n", journal.path().display()))
    }
}

fn words(measured: &Measured) -> String {
    let share = |s: &Share| {
        let percent = |x: f64| format!("{:.1}%", 100.0 * x);
        format!("{} (95%: {} to {})", percent(s.estimate), percent(s.low), percent(s.high))
    };
    let Measured { same, different, unsure, .. } = measured;
    let mut text =
        format!("judged        {same} same, {different} different, {unsure} unsure and left out\n");
    text.push_str(&format!(
        "precision     {} of the joined pairs are the same incident\n",
        share(&measured.precision)
    ));
    text.push_str(&format!(
        "recall        {} of the pairs of one incident, among those compared and kept, are joined\n",
        share(&measured.recall)
    ));
    text.push_str("\nprobability       pairs  judged  same\n");
    for (stratum, pairs, judged, same) in &measured.strata {
        text.push_str(&format!("{stratum:<15} {pairs:>7} {judged:>7} {same:>5}\n"));
    }
    text
}
