//! `datapackage.json`: what every file is, whose it is, and how the bundle was made. Data Package 2.0, <https://datapackage.org>.

use serde_json::{Value, json};
use tarazu_events::file::sha256_hex;
use tarazu_ledger::Case;

use super::licence::{descriptor as licence_descriptor, may_publish, stated};
use super::table::{Origin, Table};
use super::{Bundle, BundleError, BundleOptions, Listed, Record, RecordedEvents};
use crate::weigh::{PanelSource, Weighing};

const PROFILE: &str = "https://datapackage.org/profiles/2.0/datapackage.json";

/// What `datapackage.json` says of how the bundle was made stands under this key.
const RECORD: &str = "tarazu";

/// The licence of the case's own texts.
fn case_licence(case: &Case) -> Value {
    stated(case.settings.licence.as_ref().map_or("not stated by the case", |l| l.value.as_str()))
}

fn case_sources(case: &Case) -> Value {
    json!([{ "title": case.settings.title.value }])
}

fn published(weighing: &Weighing) -> impl Iterator<Item = &PanelSource> {
    weighing.panel_sources.iter().filter(|s| may_publish(s))
}

fn data_licences(case: &Case, weighing: &Weighing) -> Value {
    let mut licences: Vec<Value> = Vec::new();
    for licence in published(weighing).map(licence_descriptor) {
        if !licences.contains(&licence) {
            licences.push(licence);
        }
    }
    if licences.is_empty() {
        licences.push(case_licence(case));
    }
    licences.into()
}

fn data_sources(weighing: &Weighing) -> Value {
    published(weighing)
        .map(|s| {
            let title = format!("{} {}: {}", s.dataset, s.version, s.attribution);
            json!({ "title": title, "version": s.version })
        })
        .collect()
}

/// A table's two files.
pub fn table(
    case: &Case,
    weighing: &Weighing,
    table: &Table,
    tagged: bool,
    csv: Vec<u8>,
    parquet: Vec<u8>,
) -> [Listed; 2] {
    let (licences, sources) = match table.origin {
        Origin::Case => (json!([case_licence(case)]), case_sources(case)),
        Origin::Datasets => (data_licences(case, weighing), data_sources(weighing)),
    };
    let mut text = json!({
        "name": table.name.replace('_', "-"),
        "type": "table",
        "title": table.title,
        "description": table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": table.schema(),
        "licenses": licences,
    });
    if tagged {
        // Row 2 holds hashtags, which are no data.
        text["dialect"] = json!({ "headerRows": [1], "commentRows": [2] });
    }
    // A file and not a table to the reference implementation, whose reader of Parquet takes a missing whole number for no number.
    let mut binary = json!({
        "name": format!("{}-parquet", table.name.replace('_', "-")),
        "type": "file",
        "title": format!("{}, as Parquet", table.title),
        "description": format!("The rows of {}.csv with the same columns and types.", table.name),
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "licenses": licences,
    });
    if sources.as_array().is_some_and(|s| !s.is_empty()) {
        text["sources"] = sources.clone();
        binary["sources"] = sources;
    }
    [
        Listed { path: format!("data/{}.csv", table.name), bytes: csv, entry: text },
        Listed { path: format!("data/{}.parquet", table.name), bytes: parquet, entry: binary },
    ]
}

/// What people read.
pub fn reading(case: &Case, name: String, bytes: Vec<u8>) -> Listed {
    let (format, mediatype) = kind(&name);
    let entry = json!({
        "name": name.replace(['.', '/', '_'], "-"),
        "title": format!("{}: {name}", case.settings.title.value),
        "description": "A part of the brief, for people.",
        "format": format,
        "mediatype": mediatype,
        "licenses": [case_licence(case)],
    });
    Listed { path: name, bytes, entry }
}

/// The documents' metadata.
pub fn documents(bytes: Vec<u8>) -> Listed {
    let entry = json!({
        "name": "documents-csl",
        "title": "Documents, as CSL-JSON",
        "description": "The documents cited, for reference managers.",
        "format": "json",
        "mediatype": "application/vnd.citationstyles.csl+json",
    });
    Listed { path: "documents.csl.json".into(), bytes, entry }
}

/// The provenance.
pub fn provenance(bytes: Vec<u8>) -> Listed {
    let entry = json!({
        "name": "provenance",
        "title": "Provenance, as PROV-JSON",
        "description": "Which figure and which sentence comes from which estimate, panel, file and document, and by what it was made.",
        "format": "json",
        "mediatype": "application/json",
    });
    Listed { path: "provenance.json".into(), bytes, entry }
}

/// A file of the case.
pub fn input(case: &Case, weighing: &Weighing, name: &str, bytes: Vec<u8>) -> Listed {
    let (format, mediatype) = kind(name);
    let is_panel = matches!(name, "case/panel.csv" | "case/areas.csv");
    let licences = if is_panel { data_licences(case, weighing) } else { json!([case_licence(case)]) };
    let entry = json!({
        "name": name.replace(['.', '/', '_'], "-"),
        "title": format!("{name}, a file of the case"),
        "description": "The case as it was weighed: `tarazu verify` makes the bundle of it again.",
        "format": format,
        "mediatype": mediatype,
        "licenses": licences,
    });
    Listed { path: name.to_owned(), bytes, entry }
}

fn kind(name: &str) -> (&str, &'static str) {
    let format = name.rsplit('.').next().unwrap_or_default();
    let mediatype = match format {
        "html" => "text/html",
        "pdf" => "application/pdf",
        "csv" => "text/csv",
        "md" => "text/markdown",
        "toml" => "application/toml",
        "bib" => "application/x-bibtex",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        _ => "application/octet-stream",
    };
    (format, mediatype)
}

/// The whole descriptor.
pub fn package(case: &Case, weighing: &Weighing, options: BundleOptions, listed: &[Listed]) -> Vec<u8> {
    let resources: Vec<Value> = listed
        .iter()
        .map(|l| {
            let mut entry = l.entry.clone();
            entry["path"] = json!(l.path);
            entry["bytes"] = json!(l.bytes.len());
            entry["hash"] = json!(format!("sha256:{}", sha256_hex(&l.bytes)));
            entry
        })
        .collect();
    let settings = &case.settings;
    let record = Record {
        version: weighing.version.to_owned(),
        edition: weighing.edition.clone(),
        as_of: weighing.as_of.clone(),
        seed: weighing.plan.as_ref().map(|p| p.seed),
        hxl: options.hxl,
        events: weighing.events.as_ref().map(|e| RecordedEvents {
            file: e.file.clone(),
            sha256: e.sha256.clone(),
            version: e.version.clone(),
        }),
        boundaries: weighing.own_boundaries.clone(),
        withheld: withheld(weighing),
        brief: listed.iter().map(|l| &l.path).filter(|p| p.starts_with("brief.")).cloned().collect(),
    };
    let mut licences = vec![case_licence(case)];
    for licence in data_licences(case, weighing).as_array().into_iter().flatten() {
        if !licences.contains(licence) {
            licences.push(licence.clone());
        }
    }
    let mut package = json!({
        "$schema": PROFILE,
        "name": format!("{}-weighed", weighing.campaign),
        "id": format!("urn:sha256:{}", weighing.edition),
        "title": settings.title.value,
        "description": settings.subtitle.as_ref().map_or(settings.title.value.as_str(), |s| s.value.as_str()),
        "version": weighing.edition.get(..12).unwrap_or_default(),
        "licenses": licences,
        "contributors": [{ "title": format!("Tarazu {}", weighing.version), "roles": ["DataManager"] }],
        "keywords": ["counter-terrorism", "accountability", settings.country.value],
        "resources": resources,
        RECORD: record,
    });
    let sources = data_sources(weighing);
    if sources.as_array().is_some_and(|s| !s.is_empty()) {
        package["sources"] = sources;
    }
    let mut bytes = serde_json::to_vec_pretty(&package).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// Datasets and releases whose figures are left out.
pub fn withheld(weighing: &Weighing) -> Vec<String> {
    let left_out = weighing.panel_sources.iter().filter(|s| !may_publish(s));
    left_out.map(|s| format!("{} {}", s.dataset, s.version)).collect()
}

/// What a descriptor records.
pub fn record(bundle: &Bundle) -> Result<Record, BundleError> {
    let fail = |reason: String| BundleError::NoBundle { path: "datapackage.json".into(), reason };
    let bytes = bundle.files.get("datapackage.json").ok_or_else(|| fail("is missing".into()))?;
    let package: Value = serde_json::from_slice(bytes).map_err(|e| fail(format!("is not JSON: {e}")))?;
    let record =
        package.get(RECORD).ok_or_else(|| fail(format!("has no `{RECORD}`: no bundle of Tarazu")))?;
    serde_json::from_value(record.clone()).map_err(|e| fail(format!("`{RECORD}`: {e}")))
}
