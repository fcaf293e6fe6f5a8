//! Everything that a folder publishes, as text: each file, and whatever is packed or encoded in it.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use parquet::file::reader::{FileReader, SerializedFileReader};

/// Kinds of files that are text as they stand, or hold none besides what their bytes show.
const PLAIN: [&str; 22] = [
    "html",
    "json",
    "csv",
    "toml",
    "bib",
    "md",
    "cff",
    "svg",
    "js",
    "mjs",
    "css",
    "txt",
    "geojson",
    "map",
    "xml",
    "webmanifest",
    "woff2",
    "woff",
    "ttf",
    "ico",
    "SHA256SUMS",
    "yaml",
];

/// All files below a folder, in order.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() { all.extend(files(&entry.path())) } else { all.push(entry.path()) }
    }
    all.sort();
    all
}

/// Every text of every file below `folder`, with the name of the file. A kind of file that cannot be looked into fails the test: whoever
/// publishes a new kind says here how it is read.
pub fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for path in files(folder) {
        let name = path.strip_prefix(folder).unwrap().display().to_string();
        look_into(&name, &std::fs::read(&path).unwrap(), &mut all);
    }
    all
}

fn look_into(name: &str, bytes: &[u8], all: &mut Vec<(String, String)>) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let ending = name.rsplit(['.', '/', '!']).next().unwrap_or_default();
    match ending {
        "zip" => {
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
            for index in 0..archive.len() {
                let mut file = archive.by_index(index).unwrap();
                let mut inner = Vec::new();
                let inner_name = format!("{name}!{}", file.name().unwrap());
                file.read_to_end(&mut inner).unwrap();
                look_into(&inner_name, &inner, all);
            }
        }
        "gz" => {
            let mut inner = Vec::new();
            flate2::read::GzDecoder::new(bytes).read_to_end(&mut inner).unwrap();
            look_into(name.strip_suffix(".gz").unwrap(), &inner, all);
        }
        "parquet" => all.push((name.into(), rows(bytes))),
        "pdf" => all.extend(pdf(name, bytes)),
        "png" => {}
        plain => assert!(PLAIN.contains(&plain), "{name}: how is this kind of file looked into?"),
    }
    for inner in encoded(&text) {
        all.push((format!("{name} (base64)"), inner));
    }
    // What a page writes as an entity or an address as percent signs is a text all the same.
    let unescaped = unescape(&text);
    if unescaped != text {
        all.push((format!("{name} (unescaped)"), unescaped));
    }
    all.push((name.into(), text));
}

/// The rows of a Parquet file, and what stands in its footer.
fn rows(bytes: &[u8]) -> String {
    let reader = SerializedFileReader::new(bytes::Bytes::copy_from_slice(bytes)).unwrap();
    let mut text = format!("{:?}\n", reader.metadata().file_metadata());
    for row in reader.get_row_iter(None).unwrap() {
        text.push_str(&format!("{}\n", row.unwrap()));
    }
    text
}

/// The text of a PDF, what it says of itself, and its streams.
fn pdf(name: &str, bytes: &[u8]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    // Tests look into files at the same time.
    static LOOKS: AtomicUsize = AtomicUsize::new(0);
    let look = LOOKS.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("tarazu-leak-{}-{look}.pdf", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    for (tool, arguments) in [
        ("pdftotext", vec![path.display().to_string(), "-".into()]),
        ("pdfinfo", vec![path.display().to_string()]),
    ] {
        match Command::new(tool).args(arguments).output() {
            Ok(output) => {
                all.push((format!("{name} ({tool})"), String::from_utf8_lossy(&output.stdout).into_owned()))
            }
            Err(_) => {
                assert!(
                    std::env::var_os("TARAZU_REQUIRE_BROWSER").is_none(),
                    "{tool} is required and absent"
                );
                eprintln!("SKIPPED: {tool} is absent; the streams of {name} are looked into all the same");
            }
        }
    }
    std::fs::remove_file(&path).unwrap();
    let mut rest = bytes;
    while let Some(at) = rest.windows(6).position(|w| w == b"stream") {
        rest = rest[at + 6..].trim_ascii_start();
        let mut inner = Vec::new();
        let _ = flate2::read::ZlibDecoder::new(rest).read_to_end(&mut inner);
        if !inner.is_empty() {
            let text = String::from_utf8_lossy(&inner).into_owned();
            let kind = if is_drawing(&text) { DRAWING } else { " (stream)" };
            all.push((format!("{name}{kind}"), text));
        }
    }
    all
}

/// How the name of a stream ends that moves a pen: its numbers are places on the sheet, of which some look like any short number.
pub const DRAWING: &str = " (drawing)";

/// Whether a stream of a PDF moves a pen.
fn is_drawing(stream: &str) -> bool {
    ["cm", "re", "l", "c", "Tm"].iter().any(|operator| stream.contains(&format!(" {operator}\n")))
}

/// What is written as base64: data addresses and anything else that looks like it. Whatever was compressed before is unpacked.
fn encoded(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let is_code = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_');
    for run in text.split(|c| !is_code(c)).filter(|run| run.len() >= 16) {
        let Some(bytes) = base64(run) else { continue };
        let mut unpacked = Vec::new();
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let _ = flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut unpacked);
            found.push(String::from_utf8_lossy(&unpacked).into_owned());
        }
        found.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    found
}

fn base64(run: &str) -> Option<Vec<u8>> {
    let (mut bits, mut held, mut bytes) = (0_u32, 0, Vec::new());
    for c in run.bytes() {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    Some(bytes)
}

/// Numeric entities, percent signs and escapes of JSON as the characters that they are.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['&', '%', '\\']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let hex = |digits: Option<&str>| {
            digits.and_then(|d| u32::from_str_radix(d, 16).ok()).and_then(char::from_u32)
        };
        let (c, length) = if rest.starts_with("&#") {
            let end = rest.find(';').filter(|end| *end <= 10).unwrap_or(0);
            let inside = rest.get(2..end).unwrap_or_default();
            let c = match inside.strip_prefix(['x', 'X']) {
                Some(digits) => hex(Some(digits)),
                None => inside.parse().ok().and_then(char::from_u32),
            };
            (c, end + 1)
        } else if rest.starts_with('%') {
            (hex(rest.get(1..3)).filter(char::is_ascii), 3)
        } else if rest.starts_with("\\u") {
            (hex(rest.get(2..6)), 6)
        } else {
            (None, 1)
        };
        match c {
            Some(c) => {
                out.push(c);
                rest = &rest[length..];
            }
            None => {
                out.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// The looking itself is tested: a secret is found in whatever it is packed into.
#[test]
fn a_secret_is_found_however_it_is_packed() {
    use std::io::Write;
    let folder = crate::Folder::new("packed");
    let secret = "Qxz-secret";
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(format!("{{\"a\": \"{secret}\"}}").as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("inner.json.gz", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(&gz).unwrap();
    std::fs::write(folder.path("outer.zip"), zip.finish().unwrap().into_inner()).unwrap();
    // "Qxz-secret, twice Qxz-secret" in base64.
    std::fs::write(
        folder.path("page.html"),
        "<img src=\"data:text/plain;base64,UXh6LXNlY3JldCwgdHdpY2UgUXh6LXNlY3JldA==\">",
    )
    .unwrap();
    std::fs::write(folder.path("entity.html"), "&#81;xz&#x2D;secret").unwrap();
    std::fs::write(folder.path("address.svg"), "<a href=\"x?%51xz-secret\"/>").unwrap();
    let found: Vec<String> = texts(&folder.0)
        .into_iter()
        .filter(|(_, text)| text.contains(secret))
        .map(|(name, _)| name)
        .collect();
    for name in
        ["outer.zip!inner.json", "page.html (base64)", "entity.html (unescaped)", "address.svg (unescaped)"]
    {
        assert!(found.iter().any(|f| f == name), "{name}: {found:?}");
    }
}
