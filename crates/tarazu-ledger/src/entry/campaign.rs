//! Campaigns, other interventions, and public lists that count campaigns.

use serde::Serialize;

use super::{Citation, Header, citations, list};
use crate::date::{LedgerDate, Moment};
use crate::table::{Table, Text};

/// What a campaign is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum CampaignKind {
    /// A named security operation.
    Operation,
    /// A plan with points.
    Plan,
    /// A policy without a name of its own.
    Policy,
}

/// The line of a campaign that a strand follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum StrandKind {
    /// Security.
    Security,
    /// Regional cooperation.
    RegionalCooperation,
    /// Socio-economic.
    SocioEconomic,
    /// Political.
    Political,
}

pub(crate) const STRANDS: [(&str, StrandKind); 4] = [
    ("security", StrandKind::Security),
    ("regional cooperation", StrandKind::RegionalCooperation),
    ("socio-economic", StrandKind::SocioEconomic),
    ("political", StrandKind::Political),
];

impl StrandKind {
    /// As printed.
    pub fn text(self) -> &'static str {
        STRANDS.iter().find(|(_, kind)| *kind == self).map_or("", |(text, _)| text)
    }
}

/// One strand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Strand {
    /// Id and documents.
    pub header: Header,
    /// Which line.
    pub kind: Option<StrandKind>,
    /// What it says.
    pub text: Text,
}

/// Another source's version of a field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlsoGiven {
    /// Which field: `announced`, `begun`, `ended`, `areas`, `name`, `date`, `end`.
    pub field: Text,
    /// What that source says.
    pub value: Text,
    /// The source.
    pub cites: Vec<Citation>,
}

/// A named operation, plan or policy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Campaign {
    /// Id and documents.
    pub header: Header,
    /// Name in the spelling of this case.
    pub name: Text,
    /// English translation of the name.
    pub translation: Option<Text>,
    /// Other spellings.
    pub spellings: Vec<Text>,
    /// Who ran it.
    pub actor: Text,
    /// What it is.
    pub kind: Option<CampaignKind>,
    /// Announced.
    pub announced: Moment,
    /// Begun.
    pub begun: Moment,
    /// Ended.
    pub ended: Moment,
    /// Districts, provinces or the country.
    pub areas: Vec<Text>,
    /// The campaign of which it is a part.
    pub part_of: Option<Text>,
    /// In our own words.
    pub summary: Text,
    /// Its strands.
    pub strands: Vec<Strand>,
    /// Where sources differ.
    pub also_given: Vec<AlsoGiven>,
}

const KINDS: [(&str, CampaignKind); 3] =
    [("operation", CampaignKind::Operation), ("plan", CampaignKind::Plan), ("policy", CampaignKind::Policy)];

impl CampaignKind {
    /// As printed.
    pub fn text(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("", |(text, _)| text)
    }
}

impl Campaign {
    pub(crate) fn read(table: &Table<'_>) -> Option<Self> {
        Some(Self {
            header: Header::read(table),
            name: table.text("name"),
            translation: table.optional_text("translation"),
            spellings: table.texts("spellings"),
            actor: table.text("actor"),
            kind: table.choice("kind", &KINDS),
            announced: table.moment("announced", false),
            begun: table.moment("begun", false),
            ended: table.moment("ended", true),
            areas: table.texts("areas"),
            part_of: table.optional_text("part_of"),
            summary: table.text("summary"),
            strands: list(table, "strand", "strand", |t| {
                Some(Strand {
                    header: Header::read(t),
                    kind: t.choice("kind", &STRANDS),
                    text: t.text("text"),
                })
            }),
            also_given: also_given(table),
        })
    }

    /// The date from which a difference is asked: the beginning, else the announcement, unless it never began.
    pub fn asked_from(&self) -> Option<LedgerDate> {
        match self.begun {
            Moment::Never => None,
            begun => begun.date().or(self.announced.date()),
        }
    }
}

fn also_given(table: &Table<'_>) -> Vec<AlsoGiven> {
    list(table, "also_given", "other version", |t| {
        Some(AlsoGiven { field: t.text("field"), value: t.text("value"), cites: citations(t, "cites") })
    })
}

/// A dated change other than a campaign: talks, an amnesty, a ceasefire, its end.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Intervention {
    /// Id and documents.
    pub header: Header,
    /// Name.
    pub name: Text,
    /// `talks`, `amnesty`, `ceasefire begins`, `ceasefire ends`, `announcement`, `other`.
    pub kind: Text,
    /// When.
    pub date: LedgerDate,
    /// Last day, for what lasts.
    pub end: Option<LedgerDate>,
    /// Who.
    pub actors: Vec<Text>,
    /// In our own words.
    pub summary: Text,
    /// Where sources differ.
    pub also_given: Vec<AlsoGiven>,
}

impl Intervention {
    pub(crate) fn read(table: &Table<'_>) -> Option<Self> {
        let kinds = ["talks", "amnesty", "ceasefire begins", "ceasefire ends", "announcement", "other"];
        let _ = table.choice("kind", &kinds.map(|k| (k, ())));
        Some(Self {
            header: Header::read(table),
            name: table.text("name"),
            kind: table.text("kind"),
            date: table.date("date"),
            end: table.optional_date("end"),
            actors: table.texts("actors"),
            summary: table.text("summary"),
            also_given: also_given(table),
        })
    }
}

/// A public list that counts operations, as its author counts them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OperationList {
    /// Id and documents.
    pub header: Header,
    /// The document that holds the list.
    pub document: Text,
    /// What it says it counts.
    pub states: Text,
    /// The number that it states.
    pub count: Option<u64>,
    /// Campaigns of this case that it names.
    pub members: Vec<Text>,
    /// What it leaves out or counts otherwise.
    pub note: Option<Text>,
}

impl OperationList {
    pub(crate) fn read(table: &Table<'_>) -> Option<Self> {
        Some(Self {
            header: Header::read(table),
            document: table.text("document"),
            states: table.text("states"),
            count: table.optional_whole("count"),
            members: table.texts("members"),
            note: table.optional_text("note"),
        })
    }
}
