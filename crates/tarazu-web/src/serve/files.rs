//! The files of the sites, by address. What is not here does not exist, whatever stands on the disk.

use std::collections::{BTreeMap, HashMap};

use axum::http::HeaderValue;
use maud::{DOCTYPE, html};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tarazu_events::file::sha256_hex;

use super::answer::Rendered;
use super::explorer::{StoreRead, Weighed};
use crate::cube::Cube;

/// What a page may load and do: its own files, nothing inline but style sheets whose hash is named.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                          connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// A file as it is served.
#[derive(Debug)]
pub struct Served {
    pub rendered: Rendered,
    pub policy: HeaderValue,
}

/// A file in a list.
#[derive(Debug, Clone, Serialize)]
pub struct Listed {
    pub address: String,
    pub kind: &'static str,
    pub bytes: usize,
    pub sha256: String,
}

/// All files.
#[derive(Debug, Default)]
pub struct Files {
    by_address: HashMap<String, Served>,
    listed: BTreeMap<String, Vec<Listed>>,
}

impl Files {
    /// Add a site in a folder: "" or one that ends with a slash.
    pub fn add(&mut self, folder: &str, files: BTreeMap<String, Vec<u8>>) {
        for (path, bytes) in files {
            let address = format!("/{folder}{path}");
            let kind = kind(&path);
            let listed =
                Listed { address: address.clone(), kind, bytes: bytes.len(), sha256: sha256_hex(&bytes) };
            self.listed.entry(folder.to_owned()).or_default().push(listed);
            let policy = policy(kind, &bytes);
            let rendered = Rendered::new(kind, bytes, "no-cache", 9);
            self.by_address.insert(address, Served { rendered, policy });
        }
    }

    /// A front page, where the files of no site stand at the root.
    pub fn add_front(&mut self, cases: &[Weighed], store: Option<&StoreRead>, cube: &Cube) {
        if self.by_address.contains_key("/index.html") {
            return;
        }
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { "Tarazu" }
                    style { (maud::PreEscaped(STYLE)) }
                }
                body {
                    main {
                        h1 { "Tarazu" }
                        @if !cases.is_empty() {
                            h2 { "Cases" }
                            ul {
                                @for case in cases {
                                    li {
                                        a href=(format!("cases/{}/", case.id)) { (case.weighing.title) }
                                        " · as of " (case.weighing.as_of)
                                    }
                                }
                            }
                        }
                        @if let Some(store) = store {
                            h2 { "Events" }
                            p {
                                "Counts by month and district of " (tarazu_brief::grouped(store.events as f64))
                                " events, version " (store.version) " of the store. Months from " (store.left_out_from)
                                " on are left out as too young."
                            }
                            table {
                                thead { tr { th { "Dataset" } th { "Release" } th { "Months covered" } th { "Counts" } } }
                                tbody {
                                    @for table in &cube.tables {
                                        tr {
                                            td { (table.dataset) }
                                            td { (table.version) }
                                            td { (table.from) " to " (table.to) }
                                            td {
                                                a href=(link(&table.dataset, "year", "json")) { "by year" } " · "
                                                a href=(link(&table.dataset, "area", "json")) { "by area" } " · "
                                                a href=(link(&table.dataset, "month", "csv")) { "by month, CSV" }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                        h2 { "For programs" }
                        p { a href="/api/openapi.json" { "Description of the API (OpenAPI 3.1)" } }
                    }
                }
            }
        };
        let files = BTreeMap::from([("index.html".to_owned(), page.into_string().into_bytes())]);
        self.add("", files);
        self.listed.remove("");
    }

    /// The file at an address, percent-decoded; a folder is its `index.html`.
    pub fn get(&self, address: &str) -> Option<&Served> {
        // Browsers ask for an icon beside a page that names none.
        let address = if address == "/favicon.ico" { "/icon.svg" } else { address };
        self.by_address.get(address).or_else(|| {
            let folder = address.strip_suffix('/')?;
            self.by_address.get(&format!("{folder}/index.html"))
        })
    }

    /// Whether an address lacks only its last slash.
    pub fn is_folder(&self, address: &str) -> bool {
        !address.ends_with('/') && self.by_address.contains_key(&format!("{address}/index.html"))
    }

    /// The files of a case's site.
    pub fn of_case(&self, id: &str) -> &[Listed] {
        let several = self.listed.get(&format!("cases/{id}/"));
        several.or_else(|| self.listed.get("")).map_or(&[], Vec::as_slice)
    }
}

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;margin:0;color:#1b1b1b;background:#fff}\
main{max-width:46rem;margin:0 auto;padding:1.5rem 1rem}table{border-collapse:collapse;display:block;overflow-x:auto}\
th,td{text-align:start;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #ccc;vertical-align:top}\
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}a{color:#9cc4ff}th,td{border-color:#444}}";

fn link(dataset: &str, by: &str, format: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("dataset", dataset).append_pair("by", by).append_pair("format", format);
    format!("/api/v1/happened?{}", query.finish())
}

/// The policy of a file: that of a page names the hashes of its own style sheets.
fn policy(kind: &str, bytes: &[u8]) -> HeaderValue {
    let hashes = if kind.starts_with("text/html") { styles(bytes) } else { String::new() };
    let policy = POLICY.replace("style-src 'self'", &format!("style-src 'self'{hashes}"));
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(POLICY))
}

fn styles(page: &[u8]) -> String {
    let text = String::from_utf8_lossy(page);
    let mut hashes = String::new();
    let mut rest = text.as_ref();
    while let Some((_, after)) = rest.split_once("<style") {
        let Some((sheet, after)) = after.split_once('>').and_then(|(_, a)| a.split_once("</style>")) else {
            break;
        };
        hashes.push_str(&format!(" 'sha256-{}'", base64(&Sha256::digest(sheet.as_bytes()))));
        rest = after;
    }
    hashes
}

/// RFC 4648, 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let three = chunk.iter().fold(0_u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS[(three >> (18 - 6 * place) & 63) as usize];
            text.push(if place > chunk.len() { '=' } else { letter.into() });
        }
    }
    text
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" | "geojson" => "application/json",
        "webmanifest" => "application/manifest+json",
        "csv" => "text/csv; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "pdf" => "application/pdf",
        "txt" | "bib" | "md" | "cff" | "toml" => "text/plain; charset=utf-8",
        "xml" => "application/xml",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        // RFC 4648, 10.
        for (text, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }

    #[test]
    fn files_are_found_by_name_alone() {
        let mut files = Files::default();
        let site = [("index.html", "<style>a{}</style>"), ("data/x.json", "{}")];
        files.add("cases/a/", site.map(|(p, t)| (p.to_owned(), t.as_bytes().to_vec())).into());
        assert!(files.get("/cases/a/").is_some());
        assert!(files.get("/cases/a/index.html").is_some());
        assert!(files.is_folder("/cases/a") && !files.is_folder("/cases"));
        for address in
            ["/", "", "/cases/a/../a/index.html", "/cases/a//index.html", "/etc/passwd", "/cases/a/data/"]
        {
            assert!(files.get(address).is_none(), "{address}");
        }
        let policy = files.get("/cases/a/").map(|f| f.policy.to_str().unwrap().to_owned()).unwrap();
        // printf 'a{}' | openssl dgst -sha256 -binary | base64
        assert!(policy.contains(" 'sha256-"), "{policy}");
        assert!(!policy.contains("unsafe"));
    }
}
