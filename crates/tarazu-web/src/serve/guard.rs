//! What every request passes before it is answered, and every answer on its way out.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};
use axum::middleware::Next;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::explorer::Explorer;
use super::files::POLICY;
use super::limits::Rate;
use super::metrics::Metrics;
use super::problem::Problem;
use super::{Options, TARGET};

/// What all requests share.
#[derive(Debug)]
pub struct Server {
    pub explorer: Arc<Explorer>,
    pub metrics: Metrics,
    rate: Rate,
    places: Semaphore,
    patience: Duration,
    /// Names by which the server may be addressed; none where any will do.
    names: Option<Vec<String>>,
}

impl Server {
    pub fn new(explorer: Arc<Explorer>, options: &Options) -> Self {
        // On loopback a page of another site could reach this server through a name of its own that leads here (DNS rebinding).
        let names = options.host.is_loopback().then(|| {
            let own = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned);
            let host = match options.host {
                IpAddr::V4(host) => host.to_string(),
                IpAddr::V6(host) => format!("[{host}]"),
            };
            own.into_iter().chain([host]).chain(options.names.iter().map(|n| n.to_lowercase())).collect()
        });
        Self {
            explorer,
            metrics: Metrics::default(),
            rate: Rate::new(options.rate),
            places: Semaphore::new(options.concurrency),
            patience: options.answer,
            names,
        }
    }

    fn refusal(&self, request: &Request, client: IpAddr) -> Option<Problem> {
        let target = request.uri().path_and_query().map_or(0, |t| t.as_str().len());
        if target > TARGET {
            let detail = format!("the address has {target} bytes; expected at most {TARGET}");
            return Some(Problem::new(StatusCode::URI_TOO_LONG, detail));
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let detail = "nothing can be changed here; expected GET or HEAD";
            return Some(Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail));
        }
        let headers = request.headers();
        let length = headers.get(header::CONTENT_LENGTH);
        if length.is_some_and(|l| l != "0") || headers.contains_key(header::TRANSFER_ENCODING) {
            return Some(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "expected a request without a body"));
        }
        let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
        if let (Some(names), Some(host)) = (&self.names, host)
            && !names.contains(&without_port(host))
        {
            let detail = "this server is addressed as localhost; --name HOST of `tarazu serve` adds a name";
            return Some(Problem::new(StatusCode::MISDIRECTED_REQUEST, detail));
        }
        if !self.rate.allows(client, Instant::now()) {
            let detail = "too many requests from this address; come again in a second";
            return Some(Problem::new(StatusCode::TOO_MANY_REQUESTS, detail));
        }
        None
    }
}

/// The address of the client of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Client(pub IpAddr);

/// The route that answered, for the metrics.
#[derive(Debug, Clone, Copy)]
pub struct RouteName(pub &'static str);

fn without_port(host: &str) -> String {
    let name = if host.starts_with('[') {
        host.split_inclusive(']').next().unwrap_or(host)
    } else {
        host.split(':').next().unwrap_or(host)
    };
    name.trim_end_matches('.').to_lowercase()
}

/// Check a request, have it answered in time, and put the headers of protection on the answer.
pub async fn guard(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response<Body> {
    let start = Instant::now();
    let unknown = Client(Ipv6Addr::UNSPECIFIED.into());
    let client = request.extensions().get::<Client>().copied().unwrap_or(unknown).0;
    let head = request.method() == Method::HEAD;
    server.metrics.in_flight.fetch_add(1, Ordering::Relaxed);
    let mut response = match server.refusal(&request, client) {
        Some(problem) => problem.response(),
        None => match server.places.try_acquire() {
            Err(_) => busy("too many requests at once; come again in a second"),
            Ok(_place) => match timeout(server.patience, next.run(request)).await {
                Ok(response) => response,
                Err(_) => busy("the answer took too long"),
            },
        },
    };
    server.metrics.in_flight.fetch_sub(1, Ordering::Relaxed);
    if head {
        // The length stands in the head; the body is not sent.
        let length = axum::body::HttpBody::size_hint(response.body()).exact();
        if let Some(length) = length.filter(|n| *n > 0) {
            response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
        }
        *response.body_mut() = Body::empty();
    }
    protect(&mut response);
    let route = response.extensions().get::<RouteName>().map_or("refused", |r| r.0);
    server.metrics.record(route, response.status().as_u16(), start.elapsed());
    response
}

fn busy(detail: &str) -> Response<Body> {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).response()
}

fn protect(response: &mut Response<Body>) {
    let headers = response.headers_mut();
    // Pages bring their own.
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_compared_without_its_port() {
        for (host, name) in [
            ("localhost:8080", "localhost"),
            ("LOCALHOST.", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
            ("[::1]:80", "[::1]"),
            ("[::1]", "[::1]"),
        ] {
            assert_eq!(without_port(host), name);
        }
    }
}
