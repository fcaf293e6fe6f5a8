//! What a paper says of a weighing, section by section, in the words and figures of the page.
//!
//! A paper is to be read in an hour: it holds the text, every score, every side of every claim, the curve, the method and the sources. What a
//! reader looks up rather than reads (evidence year by year, every toll, every tally) stays on the page, and the paper says so.

mod claimed;
mod difference;
mod happened;
mod method;
mod promised;
mod transparency;

use serde::Serialize;
use tarazu_ledger::Case;

use super::chart::figure;
use super::content::{Block, bullets, heading};
use super::world::Files;
use super::{Paper as Sheet, prose};
use crate::chart::{Chart, charts};
use crate::summary::{Pan, summary};
use crate::weigh::Weighing;

/// The whole content.
#[derive(Debug, Serialize)]
pub(super) struct Paper<'a> {
    title: &'a str,
    subtitle: Option<&'a str>,
    country: &'a str,
    campaign: &'a str,
    as_of: String,
    /// Year, month and day, for the document's date.
    date: (i16, i8, i8),
    edition: &'a str,
    edition_short: &'a str,
    version: &'a str,
    sheet: &'static str,
    /// An embedded citation style, or none where a file brings one.
    style: Option<&'a str>,
    pans: Vec<Pan>,
    sections: Vec<Section>,
}

#[derive(Debug, Serialize)]
struct Section {
    anchor: String,
    heading: String,
    blocks: Vec<Block>,
}

/// What the sections are made from.
struct Context<'a> {
    case: &'a Case,
    weighing: &'a Weighing,
    charts: Vec<Chart>,
}

impl<'a> Context<'a> {
    fn actor(&self, id: &str) -> String {
        self.case.actor(id).map_or_else(|| id.to_owned(), |a| a.name.value.clone())
    }

    fn short_actor(&self, id: &str) -> String {
        self.case
            .actor(id)
            .map_or_else(|| id.to_owned(), |a| a.short.as_ref().unwrap_or(&a.name).value.clone())
    }

    /// A chart, where the weighing has data for it.
    fn chart(&self, files: &mut Files, id: &str) -> Option<Block> {
        figure(&self.charts, files, id)
    }

    /// The text of a section, where the case has one.
    fn prose(&self, heading: &str) -> Vec<Block> {
        let section = self.case.brief.sections.iter().find(|s| s.heading.value.eq_ignore_ascii_case(heading));
        section.map_or_else(Vec::new, |s| prose::blocks(self.weighing, &s.body.value))
    }

    fn campaign_name(&self) -> &'a str {
        self.case.campaign().map_or(self.weighing.campaign.as_str(), |c| c.name.value.as_str())
    }
}

/// Sections in their order: anchor, heading.
const SECTIONS: [(&str, &str); 8] = [
    ("summary", "Summary"),
    ("promised", "What was promised"),
    ("happened", "What happened"),
    ("claimed", "Who claims what"),
    ("difference", "What difference it made"),
    ("transparency", "How transparent it was"),
    ("unknown", "What cannot be known"),
    ("method", "Method"),
];

pub(super) fn paper<'a>(
    case: &'a Case,
    weighing: &'a Weighing,
    sheet: Sheet,
    style: Option<&'a str>,
    files: &mut Files,
) -> Paper<'a> {
    let context = Context { case, weighing, charts: charts(case, weighing) };
    let day = case.settings.as_of.last_day();
    Paper {
        title: &case.settings.title.value,
        subtitle: case.settings.subtitle.as_ref().map(|s| s.value.as_str()),
        country: &case.settings.country.value,
        campaign: context.campaign_name(),
        as_of: case.settings.as_of.long(),
        date: (day.year(), day.month(), day.day()),
        edition: &weighing.edition,
        edition_short: weighing.edition.get(..12).unwrap_or_default(),
        version: weighing.version,
        sheet: sheet.name(),
        style,
        pans: summary(case, weighing),
        sections: sections(&context, files),
    }
}

fn sections(context: &Context<'_>, files: &mut Files) -> Vec<Section> {
    let mut sections = Vec::new();
    for (anchor, heading) in SECTIONS {
        if anchor == "method" {
            // Sections of the case's own stand where the page has them: after ours, before the method.
            let known = |s: &str| SECTIONS.iter().any(|(_, h)| h.eq_ignore_ascii_case(s));
            for (i, other) in
                context.case.brief.sections.iter().filter(|s| !known(&s.heading.value)).enumerate()
            {
                let blocks = in_order(prose::blocks(context.weighing, &other.body.value));
                sections.push(Section {
                    anchor: format!("other-{i}"),
                    heading: other.heading.value.clone(),
                    blocks,
                });
            }
        }
        let mut blocks = context.prose(heading);
        blocks.extend(match anchor {
            "summary" => questions(context.case),
            "promised" => promised::blocks(context, files),
            "happened" => happened::blocks(context, files),
            "claimed" => claimed::blocks(context, files),
            "difference" => difference::blocks(context, files),
            "transparency" => transparency::score(context),
            "unknown" => transparency::unknown(context),
            _ => method::blocks(context, files),
        });
        sections.push(Section { anchor: anchor.into(), heading: heading.into(), blocks: in_order(blocks) });
    }
    sections
}

fn questions(case: &Case) -> Vec<Block> {
    let questions = &case.settings.questions;
    if questions.is_empty() {
        return Vec::new();
    }
    vec![heading("Questions that this brief answers"), bullets(questions.iter().map(|q| q.value.clone()))]
}

/// Headings go down one level at a time, as PDF/UA-1 wants: a text that leaves out a level is set as if it did not.
fn in_order(mut blocks: Vec<Block>) -> Vec<Block> {
    let mut last = 1;
    for block in &mut blocks {
        if let Block::Heading { level, .. } = block {
            *level = (*level).min(last + 1);
            last = *level;
        }
    }
    blocks
}
