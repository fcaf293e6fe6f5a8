//! The routes of the API, and the way from a request to its answer.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use serde_json::Value;

use super::answer::Answer;
use super::api;
use super::explorer::Explorer;
use super::guard::{RouteName, Server, guard};
use super::parameter::{Asked, Parameter};
use super::problem::Problem;

/// A route of the API.
#[derive(Clone, Copy)]
pub struct Route {
    /// Its path; `{code}` stands for one part of any kind.
    pub path: &'static str,
    /// Its name in the description.
    pub name: &'static str,
    /// What it answers, in a line.
    pub summary: &'static str,
    /// What more there is to say.
    pub about: &'static str,
    /// Parameters of its query.
    pub parameters: &'static [Parameter],
    /// What it answers: the JSON schema, or the text of this media type.
    pub content: Content,
    /// The answer.
    pub answer: fn(&Server, &Asked) -> Result<Answer, Problem>,
}

/// What a route answers.
#[derive(Clone, Copy)]
pub enum Content {
    /// JSON of this schema.
    Json(fn() -> Value),
    /// The same, or CSV where `format=csv` asks for it.
    Table(fn() -> Value),
    /// Plain text.
    Text,
}

/// All routes.
pub const ROUTES: [Route; 13] = [
    api::about::CASES,
    api::about::OVERVIEW,
    api::happened::HAPPENED,
    api::happened::NAMES,
    api::ledger::PROMISED,
    api::ledger::CLAIMS,
    api::ledger::CAMPAIGNS,
    api::difference::DIFFERENCE,
    api::trace::TRACE,
    api::about::DOWNLOADS,
    api::about::HEALTH,
    api::about::METRICS,
    api::about::DESCRIPTION,
];

/// The part of a path that a route leaves open.
const OPEN: &str = "{code}";

pub fn router(server: Arc<Server>) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let handler = move |State(server): State<Arc<Server>>, request: Request| async move {
            let mut response = answer(route, server, request).await;
            response.extensions_mut().insert(RouteName(route.path));
            response
        };
        router = router.route(route.path, get(handler));
    }
    router.fallback(file).layer(from_fn_with_state(Arc::clone(&server), guard)).with_state(server)
}

/// The answer of a route, away from the threads that keep the connections.
async fn answer(route: Route, server: Arc<Server>, request: Request) -> Response<Body> {
    let (head, _) = request.into_parts();
    let work = move || {
        let rendered = asked(&route, &server.explorer, head.uri.path(), head.uri.query().unwrap_or_default())
            .and_then(|asked| (route.answer)(&server, &asked))
            .and_then(Answer::render);
        match rendered {
            Ok(rendered) => rendered.response(&head.headers),
            Err(problem) => problem.response(),
        }
    };
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the answer could not be made").response()
    })
}

fn asked(route: &Route, explorer: &Explorer, path: &str, query: &str) -> Result<Asked, Problem> {
    let mut asked = Asked::read(explorer, route.parameters, query)?;
    if let Some(before) = route.path.strip_suffix(OPEN) {
        let part = path.strip_prefix(before).unwrap_or_default();
        let decoded = percent_encoding::percent_decode_str(part).decode_utf8();
        asked.code = decoded.map_err(|_| Problem::not_found("the address is not UTF-8"))?.into_owned();
    }
    Ok(asked)
}

/// A file of a site.
async fn file(State(server): State<Arc<Server>>, request: Request) -> Response<Body> {
    let mut response = found(&server, &request);
    response.extensions_mut().insert(RouteName("file"));
    response
}

fn found(server: &Server, request: &Request) -> Response<Body> {
    let absent = || Problem::not_found("there is nothing at this address").response();
    let path = request.uri().path();
    let Ok(address) = percent_encoding::percent_decode_str(path).decode_utf8() else { return absent() };
    let files = &server.explorer.files;
    if let Some(file) = files.get(&address) {
        let mut response = file.rendered.response(request.headers());
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, file.policy.clone());
        return response;
    }
    // The address of a folder that exists consists of letters, digits and hyphens: nothing of the request is repeated.
    if files.is_folder(&address)
        && let Ok(location) = HeaderValue::from_str(&format!("{address}/"))
    {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
        response.headers_mut().insert(header::LOCATION, location);
        return response;
    }
    absent()
}
