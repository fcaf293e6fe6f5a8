//! What the server has, and how it is.

use serde_json::{Value, json};
use tarazu_brief::summary;

use super::{CASE, FORMAT, any_object, case, count, list, object, text, value};
use crate::serve::answer::{Answer, Table};
use crate::serve::guard::Server;
use crate::serve::metrics::resident_bytes;
use crate::serve::openapi;
use crate::serve::parameter::Asked;
use crate::serve::problem::Problem;
use crate::serve::route::{Content, Route};

pub const CASES: Route = Route {
    path: "/api/v1/cases",
    name: "cases",
    summary: "The cases that are served, and the store",
    about: "Each case with its title, country, day and edition.",
    parameters: &[],
    content: Content::Json(|| {
        let case = [
            ("id", text()),
            ("title", text()),
            ("country", text()),
            ("iso3", text()),
            ("as_of", text()),
            ("edition", text()),
        ];
        object(&[("cases", list(object(&case))), ("store", json!({ "type": ["object", "null"] }))])
    }),
    answer: |server, _| {
        let explorer = &server.explorer;
        let cases: Vec<Value> = explorer
            .cases
            .iter()
            .map(|c| {
                let settings = &c.case.settings;
                json!({
                    "id": c.id,
                    "title": c.weighing.title,
                    "country": settings.country,
                    "iso3": settings.iso3,
                    "as_of": c.weighing.as_of,
                    "edition": c.weighing.edition,
                })
            })
            .collect();
        Ok(Answer::Json(json!({ "cases": cases, "store": value(&explorer.store)? })))
    },
};

pub const OVERVIEW: Route = Route {
    path: "/api/v1/overview",
    name: "overview",
    summary: "The weighing in a screenful",
    about: "What was promised, what happened, who claims what, what difference it made, how transparent it was; with the questions, \
            the limits, every computed figure of the text, and where the embedded figures come from.",
    parameters: &[CASE],
    content: Content::Json(|| {
        object(&[
            ("case", text()),
            ("title", text()),
            ("as_of", text()),
            ("edition", text()),
            ("version", text()),
            ("pans", list(any_object())),
            ("questions", list(text())),
            ("limits", list(text())),
            ("transparency", any_object()),
            ("figures", list(any_object())),
            ("sources", list(any_object())),
        ])
    }),
    answer: |server, asked| {
        let weighed = case(server, asked)?;
        let (settings, weighing) = (&weighed.case.settings, &weighed.weighing);
        Ok(Answer::Json(json!({
            "case": weighed.id,
            "title": weighing.title,
            "subtitle": settings.subtitle,
            "country": settings.country,
            "campaign": weighing.campaign,
            "as_of": weighing.as_of,
            "edition": weighing.edition,
            "version": weighing.version,
            "pans": value(&summary(&weighed.case, weighing))?,
            "questions": value(&settings.questions)?,
            "limits": value(&settings.limits)?,
            "transparency": value(&weighing.transparency)?,
            "figures": value(&weighing.figures)?,
            "sources": value(&weighing.panel_sources)?,
        })))
    },
};

pub const DOWNLOADS: Route = Route {
    path: "/api/v1/downloads",
    name: "downloads",
    summary: "What can be downloaded",
    about: "The files of the case's site with their lengths and SHA-256, and the addresses of this API that answer in CSV.",
    parameters: &[CASE, FORMAT],
    content: Content::Table(|| {
        let file = [("address", text()), ("kind", text()), ("bytes", count()), ("sha256", text())];
        object(&[("files", list(object(&file))), ("tables", list(text()))])
    }),
    answer: |server, asked| {
        let id = server.explorer.case(asked.text("case")).map_or("", |c| c.id.as_str());
        let files = server.explorer.files.of_case(id);
        if asked.csv() {
            let row = |f: &crate::serve::files::Listed| {
                vec![f.address.clone(), f.kind.to_owned(), f.bytes.to_string(), f.sha256.clone()]
            };
            let headings = vec!["address", "kind", "bytes", "sha256"];
            return Ok(Answer::Csv(Table { headings, rows: files.iter().map(row).collect() }));
        }
        let tables = crate::serve::route::ROUTES
            .iter()
            .filter(|r| matches!(r.content, Content::Table(_)))
            .map(|r| format!("{}?format=csv", r.path))
            .collect::<Vec<_>>();
        Ok(Answer::Json(json!({ "files": value(&files)?, "tables": tables })))
    },
};

pub const HEALTH: Route = Route {
    path: "/api/v1/health",
    name: "health",
    summary: "Whether the server is there",
    about: "With what it holds.",
    parameters: &[],
    content: Content::Json(|| {
        object(&[
            ("status", json!({ "type": "string", "enum": ["ready"] })),
            ("version", text()),
            ("cases", count()),
            ("rows", count()),
        ])
    }),
    answer: |server, _| {
        Ok(Answer::Json(json!({
            "status": "ready",
            "version": env!("CARGO_PKG_VERSION"),
            "cases": server.explorer.cases.len(),
            "rows": server.explorer.size().1,
        })))
    },
};

pub const METRICS: Route = Route {
    path: "/metrics",
    name: "metrics",
    summary: "What the server counts of itself",
    about: "In the text format of Prometheus: requests by route and status, a histogram of their durations, requests in work, the \
            size of the counts, memory.",
    parameters: &[],
    content: Content::Text,
    answer: metrics,
};

fn metrics(server: &Server, _: &Asked) -> Result<Answer, Problem> {
    let (bytes, rows) = server.explorer.size();
    let mut gauges = vec![
        ("tarazu_cube_bytes", "Bytes of the counts in memory.", bytes as u64),
        ("tarazu_cube_rows", "Rows of the counts.", rows as u64),
    ];
    if let Some(store) = &server.explorer.store {
        gauges.push(("tarazu_store_events", "Events in the store's version that is served.", store.events));
    }
    if let Some(resident) = resident_bytes() {
        gauges.push(("process_resident_memory_bytes", "Memory of the process in use.", resident));
    }
    Ok(Answer::Metrics(server.metrics.text(&gauges)))
}

pub const DESCRIPTION: Route = Route {
    path: "/api/openapi.json",
    name: "description",
    summary: "This description",
    about: "OpenAPI 3.1, with the names that this server has.",
    parameters: &[],
    content: Content::Json(|| object(&[("openapi", text()), ("paths", any_object())])),
    answer: |server, _| Ok(Answer::Json(openapi::description(&server.explorer))),
};
