//! The description of the API, written from the routes.

use serde_json::{Map, Value, json};

use super::explorer::Explorer;
use super::parameter::LONGEST;
use super::route::{Content, ROUTES, Route};

/// OpenAPI 3.1 of all routes, with the names that this server has.
pub fn description(explorer: &Explorer) -> Value {
    let mut paths = Map::new();
    for route in ROUTES {
        paths.insert(route.path.into(), json!({ "get": operation(explorer, &route) }));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tarazu",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Read-only: GET, and HEAD of the same. Nothing is finer than district and month. There is no query language: \
                            what can be asked is what stands here.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": { "schemas": { "Problem": problem() } },
    })
}

fn operation(explorer: &Explorer, route: &Route) -> Value {
    let mut parameters: Vec<Value> = route
        .parameters
        .iter()
        .filter(|p| p.is_there(explorer))
        .map(|p| {
            json!({
                "name": p.name,
                "in": "query",
                "required": false,
                "description": p.about,
                "schema": p.schema(explorer),
            })
        })
        .collect();
    if route.path.contains("{code}") {
        parameters.insert(
            0,
            json!({
                "name": "code",
                "in": "path",
                "required": true,
                "description": "The name.",
                "schema": { "type": "string", "minLength": 1, "maxLength": LONGEST },
            }),
        );
    }
    let content = match route.content {
        Content::Json(schema) => json!({ "application/json": { "schema": schema() } }),
        Content::Table(schema) => {
            json!({ "application/json": { "schema": schema() }, "text/csv": { "schema": { "type": "string" } } })
        }
        Content::Text => json!({ "text/plain": { "schema": { "type": "string" } } }),
    };
    let tag = json!({ "ETag": { "description": "For `If-None-Match`.", "schema": { "type": "string" } } });
    let mut responses = Map::new();
    responses
        .insert("200".into(), json!({ "description": "The answer.", "headers": tag, "content": content }));
    responses.insert("304".into(), json!({ "description": "What the client has still holds." }));
    for (status, what) in [
        ("400", "A parameter is at fault; `expected` says what could stand there."),
        ("404", "There is no such thing."),
        ("413", "The request has a body."),
        ("414", "The address is too long."),
        ("421", "The server is not addressed by a name of its own."),
        ("429", "Too many requests from one address."),
        ("503", "Too many requests at once, or the answer took too long."),
    ] {
        let content =
            json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } });
        responses.insert(status.into(), json!({ "description": what, "content": content }));
    }
    json!({
        "operationId": route.name,
        "summary": route.summary,
        "description": route.about,
        "parameters": parameters,
        "responses": responses,
    })
}

/// RFC 9457.
fn problem() -> Value {
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string", "description": "What was found, and what was expected." },
            "parameter": { "type": "string" },
            "expected": { "type": "array", "items": { "type": "string" } },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_and_parameter_is_described() {
        let described = description(&Explorer::default());
        let paths = described["paths"].as_object().unwrap();
        assert_eq!(paths.len(), ROUTES.len(), "no two routes have one path");
        for route in ROUTES {
            let operation = &paths[route.path]["get"];
            let names: Vec<&str> = operation["parameters"]
                .as_array()
                .unwrap()
                .iter()
                .map(|p| p["name"].as_str().unwrap())
                .collect();
            let own = route.parameters.iter().filter(|p| p.is_there(&Explorer::default()));
            assert!(own.map(|p| p.name).all(|n| names.contains(&n)), "{}", route.path);
        }
    }
}
