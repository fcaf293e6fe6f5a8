//! What is wrong with a request, as RFC 9457 (*Problem Details for HTTP APIs*) has it.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

/// A problem.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub status: StatusCode,
    /// What was found, and what was expected.
    pub detail: String,
    /// The parameter at fault.
    pub parameter: Option<String>,
    /// What was expected of it, or instead of it.
    pub expected: Vec<String>,
}

impl Problem {
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), parameter: None, expected: Vec::new() }
    }

    pub fn parameter(name: &str, detail: String, expected: Vec<String>) -> Self {
        let parameter = Some(name.to_owned());
        Self { parameter, expected, ..Self::new(StatusCode::BAD_REQUEST, detail) }
    }

    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    pub fn json(&self) -> Value {
        let mut value = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if let Some(map) = value.as_object_mut() {
            if let Some(parameter) = &self.parameter {
                map.insert("parameter".into(), parameter.as_str().into());
            }
            if !self.expected.is_empty() {
                map.insert("expected".into(), json!(self.expected));
            }
        }
        value
    }

    pub fn response(&self) -> Response<Body> {
        let mut response = Response::new(Body::from(format!("{}\n", self.json())));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self.status {
            StatusCode::METHOD_NOT_ALLOWED => {
                headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            // The body that was not read would be taken for the next request.
            StatusCode::PAYLOAD_TOO_LARGE => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response
    }
}
