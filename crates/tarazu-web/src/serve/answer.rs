//! An answer: JSON or CSV, with an entity tag, compressed for those who take it so.

use std::io::Write;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tarazu_events::file::sha256_hex;

use super::problem::Problem;

/// What a route found.
#[derive(Debug)]
pub enum Answer {
    /// As JSON.
    Json(Value),
    /// As a table.
    Csv(Table),
    /// As text in the format of Prometheus.
    Metrics(String),
}

/// A table for CSV.
#[derive(Debug)]
pub struct Table {
    pub headings: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
}

/// Bodies shorter than this are not worth compressing.
const SHORT: usize = 1024;

/// A body with all that does not depend on the request.
#[derive(Debug, Clone)]
pub struct Rendered {
    pub kind: HeaderValue,
    pub plain: Bytes,
    pub gzip: Option<Bytes>,
    pub tag: HeaderValue,
    pub cache: HeaderValue,
}

impl Rendered {
    /// Of a body; `level` of compression 0 to 9.
    pub fn new(kind: &'static str, plain: Vec<u8>, cache: &'static str, level: u32) -> Self {
        // A weak tag serves both encodings (RFC 9110, 8.8.1).
        let tag = format!("W/\"{}\"", sha256_hex(&plain).get(..24).unwrap_or_default());
        let compressible =
            !matches!(kind, "image/png" | "font/woff2" | "application/pdf" | "application/zip");
        let gzip = (compressible && plain.len() >= SHORT).then(|| compressed(&plain, level)).flatten();
        Self {
            kind: HeaderValue::from_static(kind),
            gzip: gzip.filter(|g| g.len() < plain.len()).map(Bytes::from),
            plain: Bytes::from(plain),
            tag: HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("W/\"\"")),
            cache: HeaderValue::from_static(cache),
        }
    }

    /// For a request with these headers.
    pub fn response(&self, asked: &HeaderMap) -> Response<Body> {
        let gzip = self.gzip.as_ref().filter(|_| takes_gzip(asked));
        let mut response = if knows(asked, &self.tag) {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response
        } else {
            let mut response = Response::new(Body::from(gzip.unwrap_or(&self.plain).clone()));
            response.headers_mut().insert(header::CONTENT_TYPE, self.kind.clone());
            if gzip.is_some() {
                response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
            response
        };
        let headers = response.headers_mut();
        headers.insert(header::ETAG, self.tag.clone());
        headers.insert(header::CACHE_CONTROL, self.cache.clone());
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        response
    }
}

fn compressed(plain: &[u8], level: u32) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::new(level));
    encoder.write_all(plain).ok()?;
    encoder.finish().ok()
}

/// Whether a client takes gzip (RFC 9110, 12.5.3).
fn takes_gzip(asked: &HeaderMap) -> bool {
    let lists = asked.get_all(header::ACCEPT_ENCODING);
    let codings = lists.iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    let mut takes = false;
    for coding in codings {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused =
            weight.trim().strip_prefix("q=").and_then(|q| q.trim().parse::<f32>().ok()) == Some(0.0);
        if name.trim().eq_ignore_ascii_case("gzip") {
            return !refused;
        }
        takes |= name.trim() == "*" && !refused;
    }
    takes
}

/// Whether a client has this already (RFC 9110, 13.1.2, by weak comparison).
fn knows(asked: &HeaderMap, tag: &HeaderValue) -> bool {
    let opaque = |t: &str| t.trim().trim_start_matches("W/").to_owned();
    let Ok(tag) = tag.to_str().map(opaque) else { return false };
    let lists = asked.get_all(header::IF_NONE_MATCH);
    let tags = lists.iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    tags.map(|t| t.trim().to_owned()).any(|t| t == "*" || opaque(&t) == tag)
}

impl Answer {
    /// As bytes. Answers depend on what was read at the start alone, so that a client may keep them as long as it asks whether they
    /// still hold.
    pub fn render(self) -> Result<Rendered, Problem> {
        let internal = |e: &dyn std::fmt::Display| {
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("the answer cannot be written: {e}"))
        };
        const FAST: u32 = 1;
        match self {
            Self::Json(value) => {
                let mut bytes = serde_json::to_vec(&value).map_err(|e| internal(&e))?;
                bytes.push(b'\n');
                Ok(Rendered::new("application/json", bytes, "no-cache", FAST))
            }
            Self::Csv(table) => {
                let mut writer = csv::Writer::from_writer(Vec::new());
                writer.write_record(&table.headings).map_err(|e| internal(&e))?;
                for row in &table.rows {
                    writer.write_record(row.iter().map(|c| plain_cell(c))).map_err(|e| internal(&e))?;
                }
                let bytes = writer.into_inner().map_err(|e| internal(&e.error()))?;
                Ok(Rendered::new("text/csv; charset=utf-8", bytes, "no-cache", FAST))
            }
            Self::Metrics(text) => Ok(Rendered::new(
                "text/plain; version=0.0.4; charset=utf-8",
                text.into_bytes(),
                "no-store",
                FAST,
            )),
        }
    }
}

/// A cell that a spreadsheet does not take for a formula (OWASP, *CSV Injection*): one that begins like one, and is no number, is
/// led by an apostrophe.
fn plain_cell(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        for (value, takes) in [
            ("gzip", true),
            ("br, gzip;q=0.5", true),
            ("br", false),
            ("gzip;q=0", false),
            ("*", true),
            ("gzip;q=0, *", false),
            ("identity", false),
        ] {
            assert_eq!(takes_gzip(&headers(header::ACCEPT_ENCODING, value)), takes, "{value}");
        }
    }

    #[test]
    fn a_tag_that_is_known_is_not_sent_again() {
        let rendered = Rendered::new("application/json", b"{}".to_vec(), "no-cache", 1);
        let tag = rendered.tag.to_str().unwrap().to_owned();
        let ask = |value: &str| {
            let map = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_str(value).unwrap())]);
            rendered.response(&map).status()
        };
        assert_eq!(ask(&tag), StatusCode::NOT_MODIFIED);
        assert_eq!(ask(&format!("\"other\", {}", tag.trim_start_matches("W/"))), StatusCode::NOT_MODIFIED);
        assert_eq!(ask("\"other\""), StatusCode::OK);
    }

    #[test]
    fn a_cell_is_no_formula() {
        assert_eq!(plain_cell("=1+1"), "'=1+1");
        assert_eq!(plain_cell("-0.25"), "-0.25");
        assert_eq!(plain_cell("Sindh"), "Sindh");
    }
}
