//! `README.md` of a bundle: what it holds, whose it is, what is left out, how to check it.

use tarazu_ledger::Case;

use super::descriptor::withheld;
use super::licence::licence_of;
use super::table::Table;
use crate::weigh::Weighing;

pub fn readme(case: &Case, weighing: &Weighing, tables: &[Table]) -> String {
    let settings = &case.settings;
    let mut text = format!("# {}\n\n", settings.title.value);
    if let Some(subtitle) = &settings.subtitle {
        text.push_str(&format!("{}\n\n", subtitle.value));
    }
    text.push_str(&format!(
        "Edition `{}`, made with Tarazu {} from sources searched up to {}.\n\n\
         This folder is a [Data Package](https://datapackage.org): `datapackage.json` describes every file, and every column of every \
         table with its type, unit and meaning. An empty cell is not published or not known; it is never zero.\n\n",
        weighing.edition,
        weighing.version,
        settings.as_of.long()
    ));
    text.push_str(
        "| file | holds |\n|---|---|\n| `brief.html`, `charts/`, and `brief.pdf` where it was made | the brief and its charts, for people |\n| `trace.json` | what the codes of charts, figures and sentences stand for |\n| `data/*.csv`, `data/*.parquet` | the tables below, twice |\n\
         | `documents.csl.json` | the documents cited, for reference managers |\n\
         | `provenance.json` | which figure comes from which estimate, panel, file and document (PROV-JSON) |\n\
         | `case/` | the case as it was weighed |\n| `CITATION.cff` | how to cite this edition |\n\
         | `SHA256SUMS` | hashes of all files: `sha256sum -c SHA256SUMS` |\n\n",
    );
    text.push_str("## Check it\n\n```sh\ntarazu verify .\n```\n\nmakes the bundle again from `case/` and compares every file, byte for byte");
    if let Some(events) = &weighing.events {
        text.push_str(&format!(
            ". It was weighed with the event file `{}` (SHA-256 `{}`), which is not part of the bundle: name it with `--events FILE`",
            events.file, events.sha256
        ));
    }
    text.push_str(".\n\n## Tables\n\n| table | rows | holds |\n|---|---|---|\n");
    for t in tables {
        text.push_str(&format!("| `{}` | {} | {} |\n", t.name, t.rows.len(), t.description));
    }
    text.push_str("\n## Licences\n\n");
    let own = settings.licence.as_ref().map_or("not stated by the case", |l| l.value.as_str());
    text.push_str(&format!(
        "The case's own texts and scores: {own}. Quotations are short and belong to the documents that they are taken from. Figures of \
         datasets, and what is computed from them, stand under the datasets' licences:\n\n"
    ));
    for s in &weighing.panel_sources {
        text.push_str(&format!("- {} {}: {}. Cite: {}.", s.dataset, s.version, s.licence, s.attribution));
        if let Some(licence) = licence_of(&s.dataset) {
            text.push_str(&format!(" {}", licence.title));
            if let Some(path) = &licence.path {
                text.push_str(&format!(" (<{path}>)"));
            }
            text.push_str(&format!("; cite {}.", licence.cite));
        }
        text.push('\n');
    }
    text.push_str(
        "\n## Left out\n\nRows of events, whatever their licence: places finer than a district, texts of reporters and names of persons would \
         come with them. Months that were not over thirty days before the sources were searched.",
    );
    for s in &weighing.panel_sources {
        let known = licence_of(&s.dataset);
        if let Some(note) = known.filter(|l| !l.rows).and_then(|l| l.note.as_ref()) {
            text.push_str(&format!(" {note}"));
        }
    }
    if let Some(small) = settings.small_cells {
        text.push_str(&format!(
            " Figures of provinces and districts in periods in which they had 1 to {} events: such small cells are empty in \
             `case/areas.csv`, and the sums of `data/areas.csv` are without them.",
            small - 1
        ));
    }
    for name in withheld(weighing) {
        text.push_str(&format!(
            " Figures of {name}, whose licence does not allow to hand them over: estimates were made with them, and `tarazu verify` needs \
             the case itself (`--case DIR`)."
        ));
    }
    text.push_str("\n\n## The rule of the verdict\n\n");
    text.push_str(weighing.verdict_rule);
    text.push('\n');
    text
}
