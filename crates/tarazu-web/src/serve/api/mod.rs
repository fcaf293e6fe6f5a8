//! The routes of the API, one file per question.

pub mod about;
pub mod difference;
pub mod happened;
pub mod ledger;
pub mod trace;

use serde_json::{Value, json};

use super::explorer::{Explorer, Weighed};
use super::guard::Server;
use super::parameter::{Asked, Kind, Parameter};
use super::problem::Problem;

/// Which case, where there are several.
pub const CASE: Parameter =
    Parameter { name: "case", about: "The case; without it the first.", kind: Kind::Name(case_ids) };

/// JSON or CSV.
pub const FORMAT: Parameter = Parameter {
    name: "format",
    about: "`csv` for a table as CSV, of UTF-8, with a heading.",
    kind: Kind::Word(&["json", "csv"]),
};

fn case_ids(explorer: &Explorer) -> Vec<String> {
    explorer.cases.iter().map(|c| c.id.clone()).collect()
}

/// The case that a request asks for.
fn case<'a>(server: &'a Server, asked: &Asked) -> Result<&'a Weighed, Problem> {
    let case = server.explorer.case(asked.text("case"));
    case.ok_or_else(|| Problem::not_found("this server has no case, only a store: ask /api/v1/happened"))
}

/// A value as the JSON of its type.
fn value(of: &impl serde::Serialize) -> Result<Value, Problem> {
    serde_json::to_value(of).map_err(|e| {
        let status = axum::http::StatusCode::INTERNAL_SERVER_ERROR;
        Problem::new(status, format!("the answer cannot be written: {e}"))
    })
}

/// A schema of an object whose members are all required.
fn object(members: &[(&str, Value)]) -> Value {
    let names: Vec<&str> = members.iter().map(|m| m.0).collect();
    let properties: serde_json::Map<String, Value> =
        members.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "required": names, "properties": properties })
}

fn list(of: Value) -> Value {
    json!({ "type": "array", "items": of })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn text_or_null() -> Value {
    json!({ "type": ["string", "null"] })
}

fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn count_or_null() -> Value {
    json!({ "type": ["integer", "null"], "minimum": 0 })
}

fn any_object() -> Value {
    json!({ "type": "object" })
}

/// An entry of the ledger: its id, its documents, and the fields of its kind (docs/case.md).
fn entry() -> Value {
    json!({
        "type": "object",
        "required": ["header"],
        "properties": { "header": object(&[
            ("id", text()),
            ("cites", list(object(&[("document", text()), ("locator", text()), ("secondary", json!({ "type": "boolean" }))]))),
        ]) },
        "description": "An entry of the ledger with the keys of docs/case.md",
    })
}
