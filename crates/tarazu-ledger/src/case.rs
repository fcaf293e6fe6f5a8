//! A case: a folder of plain text that holds one weighing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use toml::Spanned;
use toml::de::DeTable;

use crate::bibliography::{self, Document};
use crate::check;
use crate::entry::{
    Actor, Campaign, CampaignKind, Citation, Claim, Commitment, Correction, Encounter, Header, Incident,
    Indicator, Intervention, OperationList, Programme, Request, RequestStatus, Tally, list,
};
use crate::fault::{Fault, Faults, Source, Span};
use crate::figure::Figure;
use crate::settings::CaseSettings;
use crate::table::Table;
use crate::text::{self, BriefText};

/// The largest file that a case may hold, in bytes.
const LARGEST: u64 = 16 << 20;

macro_rules! ledger {
    ($($field:ident: $type:ident in $file:literal as $key:literal, $kind:literal;)*) => {
        /// All entries of a case, each kind in the order of its file.
        #[derive(Debug, Clone, Default, PartialEq, Serialize)]
        pub struct Ledger {
            $(#[doc = concat!("`[[", $key, "]]` in `", $file, "`.")] pub $field: Vec<$type>,)*
        }

        impl Ledger {
            /// Files of the ledger, each with the kinds that it may hold.
            const FILES: &[(&str, &str)] = &[$(($file, $key),)*];

            fn read(&mut self, file: &str, table: &Table<'_>) {
                $(if file == $file {
                    self.$field.extend(list(table, $key, $kind, $type::read));
                })*
            }

            /// The header of every entry, with the kind for messages.
            pub fn headers(&self) -> impl Iterator<Item = (&'static str, &Header)> {
                std::iter::empty()$(.chain(self.$field.iter().map(|e| ($kind, &e.header))))*
            }
        }
    };
}

ledger! {
    actors: Actor in "actors.toml" as "actor", "actor";
    campaigns: Campaign in "campaigns.toml" as "campaign", "campaign";
    interventions: Intervention in "campaigns.toml" as "intervention", "intervention";
    operation_lists: OperationList in "campaigns.toml" as "operation_list", "operation list";
    commitments: Commitment in "commitments.toml" as "commitment", "commitment";
    programmes: Programme in "programmes.toml" as "programme", "programme";
    encounters: Encounter in "encounters.toml" as "encounter", "encounter";
    claims: Claim in "claims.toml" as "claim", "claim";
    requests: Request in "requests.toml" as "request", "request";
    tallies: Tally in "tallies.toml" as "tally", "tally";
    incidents: Incident in "incidents.toml" as "incident", "incident";
    indicators: Indicator in "indicators.toml" as "indicator", "indicator";
    corrections: Correction in "corrections.toml" as "correction", "correction";
}

/// A sound case: it loaded without a fault.
#[derive(Debug, Clone)]
pub struct Case {
    /// The folder.
    pub folder: PathBuf,
    /// `case.toml`.
    pub settings: CaseSettings,
    /// All entries.
    pub ledger: Ledger,
    /// `documents.bib`, by key.
    pub documents: BTreeMap<String, Document>,
    /// `figures.toml`.
    pub figures: Vec<Figure>,
    /// `brief.md`.
    pub brief: BriefText,
    /// The files with their texts.
    pub sources: Vec<Source>,
}

/// Why there is no case.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file cannot be read.
    #[error("{path}: {reason}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The case has faults.
    #[error("{} {} in this case", faults.len(), if faults.len() == 1 { "fault" } else { "faults" })]
    Faults {
        /// All of them, in the order of files and lines.
        faults: Vec<Fault>,
        /// The files that they are in.
        sources: Vec<Source>,
    },
}

impl Case {
    /// Compile the case in `folder`.
    ///
    /// # Errors
    /// [`LoadError::File`] where a needed file is absent, [`LoadError::Faults`] with every fault otherwise.
    pub fn load(folder: &Path) -> Result<Self, LoadError> {
        let mut sources = Vec::new();
        let mut toml_files: Vec<&str> = vec!["case.toml", "figures.toml"];
        toml_files.extend(Ledger::FILES.iter().map(|(file, _)| *file));
        toml_files.dedup();
        for name in toml_files.into_iter().chain(["documents.bib", "brief.md"]) {
            let path = folder.join(name);
            let needed = matches!(name, "case.toml" | "documents.bib" | "brief.md");
            if path.exists() || needed {
                sources.push(Source { name: name.into(), text: read_text(&path)? });
            }
        }
        Self::compile(folder, sources)
    }

    /// Compile a case from texts in hand.
    ///
    /// # Errors
    /// [`LoadError::Faults`].
    pub fn compile(folder: &Path, sources: Vec<Source>) -> Result<Self, LoadError> {
        let faults = Faults::default();
        let mut settings = None;
        let mut ledger = Ledger::default();
        let mut documents = BTreeMap::new();
        let mut figures = Vec::new();
        let mut brief = BriefText::default();
        for (index, source) in sources.iter().enumerate() {
            match source.name.as_str() {
                "documents.bib" => documents = bibliography::read(index, &source.text, &faults),
                "brief.md" => brief = text::read(index, &source.text, &faults),
                name => {
                    let Some(root) = parse_toml(index, source, &faults) else { continue };
                    let table = Table::new(index, &faults, "file", &root);
                    match name {
                        "case.toml" => settings = Some(CaseSettings::read(&table)),
                        "figures.toml" => figures = list(&table, "figure", "figure", Figure::read),
                        _ => ledger.read(name, &table),
                    }
                    table.finish();
                }
            }
        }
        if let Some(settings) = settings {
            let case = Self { folder: folder.into(), settings, ledger, documents, figures, brief, sources };
            // References into a file that could not be parsed would all dangle: one fault must not become a hundred.
            if !faults.any_syntax() {
                check::check(&case, &faults);
            }
            let found = faults.into_sorted();
            if found.is_empty() {
                Ok(case)
            } else {
                Err(LoadError::Faults { faults: found, sources: case.sources })
            }
        } else {
            Err(LoadError::Faults { faults: faults.into_sorted(), sources })
        }
    }

    /// The campaign that is weighed. It exists: the check saw to that.
    pub fn campaign(&self) -> Option<&Campaign> {
        self.campaign_by_id(&self.settings.campaign)
    }

    /// A campaign by id.
    pub fn campaign_by_id(&self, id: &str) -> Option<&Campaign> {
        self.ledger.campaigns.iter().find(|c| c.header.id.value == id)
    }

    /// An actor by id.
    pub fn actor(&self, id: &str) -> Option<&Actor> {
        self.ledger.actors.iter().find(|a| a.header.id.value == id)
    }

    /// The figures that the text may ask for by `ledger = "…"`.
    pub fn count(&self, what: &str) -> Option<u64> {
        let ledger = &self.ledger;
        let operations = || ledger.campaigns.iter().filter(|c| c.kind == Some(CampaignKind::Operation));
        let count = match what {
            "operations" => operations().count(),
            "operations-begun" => operations().filter(|c| c.begun.date().is_some()).count(),
            "operation-lists" => ledger.operation_lists.len(),
            "claims" => ledger.claims.len(),
            "claims-without-response" => ledger.claims.iter().filter(|c| c.responses.is_empty()).count(),
            "responses" => ledger.claims.iter().map(|c| c.responses.len()).sum(),
            "requests" => ledger.requests.len(),
            "requests-open" => status(&ledger.requests, RequestStatus::Open),
            "requests-partly-answered" => status(&ledger.requests, RequestStatus::PartlyAnswered),
            "requests-answered" => status(&ledger.requests, RequestStatus::Answered),
            "commitments" => ledger.commitments.len(),
            "commitments-scored" => ledger.commitments.iter().filter(|c| !c.scores.is_empty()).count(),
            "commitments-unrateable" => ledger.commitments.iter().filter(|c| c.scores.is_empty()).count(),
            "campaign-commitments" => self.campaign_commitments().count(),
            "campaign-commitments-scored" => {
                self.campaign_commitments().filter(|c| !c.scores.is_empty()).count()
            }
            "encounters" => ledger.encounters.len(),
            "incidents" => ledger.incidents.len(),
            "programmes" => ledger.programmes.len(),
            "tallies" => ledger.tallies.len(),
            "documents" => self.documents.len(),
            _ => return None,
        };
        Some(count as u64)
    }

    /// The names that [`Case::count`] knows.
    pub const COUNTS: [&str; 20] = [
        "operations",
        "operations-begun",
        "operation-lists",
        "claims",
        "claims-without-response",
        "responses",
        "requests",
        "requests-open",
        "requests-partly-answered",
        "requests-answered",
        "commitments",
        "commitments-scored",
        "commitments-unrateable",
        "campaign-commitments",
        "campaign-commitments-scored",
        "encounters",
        "incidents",
        "programmes",
        "tallies",
        "documents",
    ];

    /// The commitments of the campaign that is weighed.
    pub fn campaign_commitments(&self) -> impl Iterator<Item = &Commitment> {
        self.ledger.commitments.iter().filter(|c| c.campaign.value == self.settings.campaign.value)
    }

    /// Every citation of the ledger.
    pub fn citations(&self) -> Vec<&Citation> {
        self.cited().into_iter().map(|(_, _, citation)| citation).collect()
    }

    /// Every citation of the ledger, with the kind and id of the entry that it belongs to.
    pub fn cited(&self) -> Vec<(&'static str, &str, &Citation)> {
        type Cited<'a> = (&'static str, &'a str, &'a Citation);
        fn of<'a>(
            kind: &'static str,
            header: &'a Header,
            cites: &'a [Citation],
        ) -> impl Iterator<Item = Cited<'a>> {
            cites.iter().map(move |c| (kind, header.id.value.as_str(), c))
        }
        let l = &self.ledger;
        let mut all: Vec<Cited<'_>> = l.headers().flat_map(|(kind, h)| of(kind, h, &h.cites)).collect();
        for c in &l.campaigns {
            all.extend(c.strands.iter().flat_map(|s| of("strand", &s.header, &s.header.cites)));
            all.extend(c.also_given.iter().flat_map(|a| of("campaign", &c.header, &a.cites)));
        }
        for i in &l.interventions {
            all.extend(i.also_given.iter().flat_map(|a| of("intervention", &i.header, &a.cites)));
        }
        for c in &l.claims {
            all.extend(c.responses.iter().flat_map(|r| of("claim", &c.header, &r.cites)));
        }
        all.extend(l.requests.iter().flat_map(|r| of("request", &r.header, &r.answer_cites)));
        for c in &l.commitments {
            all.extend(c.wordings.iter().flat_map(|w| of("commitment", &c.header, &w.cites)));
            all.extend(c.scores.iter().flat_map(|s| of("commitment", &c.header, &s.cites)));
        }
        for p in &l.programmes {
            all.extend(p.results.iter().flat_map(|r| of("programme", &p.header, &r.cites)));
        }
        for i in &l.incidents {
            all.extend(i.tolls.iter().flat_map(|t| of("incident", &i.header, &t.cites)));
            all.extend(i.followed.iter().flat_map(|f| of("incident", &i.header, &f.cites)));
        }
        for i in &l.indicators {
            all.extend(i.values.iter().flat_map(|v| of("indicator", &i.header, &v.cites)));
        }
        all
    }
}

fn status(requests: &[Request], status: RequestStatus) -> usize {
    requests.iter().filter(|r| r.status == Some(status)).count()
}

fn read_text(path: &Path) -> Result<String, LoadError> {
    let error = |reason: String| LoadError::File { path: path.into(), reason };
    let size = std::fs::metadata(path).map_err(|e| error(format!("cannot be read: {e}")))?.len();
    if size > LARGEST {
        return Err(error(format!("is {size} bytes large; a file of a case has at most {LARGEST}")));
    }
    let bytes = std::fs::read(path).map_err(|e| error(format!("cannot be read: {e}")))?;
    String::from_utf8(bytes).map_err(|e| {
        let line = 1 + e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count();
        error(format!("line {line}: expected text in UTF-8"))
    })
}

fn parse_toml<'a>(index: usize, source: &'a Source, faults: &Faults) -> Option<Spanned<DeTable<'a>>> {
    match DeTable::parse(&source.text) {
        Ok(table) => Some(table),
        Err(e) => {
            let span = Span::new(index, e.span().unwrap_or(0..0));
            faults.add(span, "syntax", "this file is not TOML", e.message(), None);
            None
        }
    }
}
