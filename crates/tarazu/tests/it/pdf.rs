//! The PDF: what its file says of itself (PDF/UA-1), what can be read out of it, and what no text can make of it.
//!
//! Its structure is read by a parser of PDF files, its words by `pdftotext` (poppler-utils); tests of its words are skipped with a message where
//! that is absent, unless `TARAZU_REQUIRE_BROWSER` is set, as in CI.

use std::process::Command;

use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Name, Object, Stream, String as PdfString};

use crate::page::has;
use crate::weigh::WORKED;
use crate::{root, small_case, stderr, stdout, tarazu};

fn read(path: &str) -> Pdf {
    Pdf::new(std::fs::read(path).unwrap()).unwrap()
}

/// The words on the pages, without the marks of hyphenation, white space made one.
pub fn words(path: &str) -> Option<String> {
    if !has("pdftotext") {
        return None;
    }
    let output = Command::new("pdftotext").args(["-raw", path, "-"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).replace("\u{ad}\n", "");
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Every string and every piece of metadata of the file that no page shows: words for those who do not see a figure, of links, of the file.
pub fn hidden_words(path: &str) -> String {
    let pdf = read(path);
    let mut found = String::new();
    for object in pdf.objects() {
        collect(&object, &mut found);
    }
    found
}

fn collect(object: &Object<'_>, found: &mut String) {
    match object {
        Object::String(s) => {
            found.push_str(&decoded(s));
            found.push('\n');
        }
        Object::Array(a) => a.iter::<Object<'_>>().for_each(|o| {
            if !matches!(o, Object::Dict(_)) {
                collect(&o, found)
            }
        }),
        Object::Dict(d) => d.entries().for_each(|(key, _)| {
            if let Some(s) = d.get::<PdfString<'_>>(key.as_str()) {
                found.push_str(&decoded(&s));
                found.push('\n');
            }
        }),
        Object::Stream(s) if s.dict().get::<Name<'_>>("Type").is_some_and(|n| n.as_str() == "Metadata") => {
            found.push_str(&String::from_utf8_lossy(&s.decoded().unwrap()));
        }
        _ => {}
    }
}

/// A string of a PDF: UTF-16 where it begins so, Latin-1 otherwise.
fn decoded(s: &PdfString<'_>) -> String {
    match s.as_bytes() {
        [0xFE, 0xFF, utf16 @ ..] => {
            let units: Vec<u16> = utf16.chunks_exact(2).map(|c| u16::from_be_bytes([c[0], c[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        bytes => bytes.iter().map(|b| char::from(*b)).collect(),
    }
}

/// What the structure tree holds.
#[derive(Default)]
struct Structure {
    figures: usize,
    headings: Vec<u32>,
    tables: usize,
    head_cells: usize,
    links: usize,
    faults: Vec<String>,
}

fn walk(element: &Dict<'_>, inside: &str, structure: &mut Structure) {
    let kind = element.get::<Name<'_>>("S").map(|n| n.as_str().to_owned()).unwrap_or_default();
    match kind.as_str() {
        "Figure" => {
            structure.figures += 1;
            if element.get::<PdfString<'_>>("Alt").is_none_or(|alt| decoded(&alt).trim().is_empty()) {
                structure.faults.push("a Figure without Alt".into());
            }
        }
        "Table" => structure.tables += 1,
        "TH" => structure.head_cells += 1,
        "Link" => structure.links += 1,
        "TR" if !matches!(inside, "Table" | "THead" | "TBody" | "TFoot") => {
            structure.faults.push(format!("a TR in {inside}"));
        }
        "LI" if inside != "L" => structure.faults.push(format!("an LI in {inside}")),
        "H1" | "H2" | "H3" | "H4" => structure.headings.push(kind[1..].parse().unwrap()),
        _ => {}
    }
    children(element, &kind, structure);
}

fn children(element: &Dict<'_>, kind: &str, structure: &mut Structure) {
    if let Some(kids) = element.get::<Array<'_>>("K") {
        for kid in kids.iter::<Object<'_>>() {
            if let Object::Dict(kid) = kid
                && kid.contains_key("S")
            {
                walk(&kid, kind, structure);
            }
        }
    } else if let Some(kid) = element.get::<Dict<'_>>("K").filter(|k| k.contains_key("S")) {
        walk(&kid, kind, structure);
    }
}

/// The rules of PDF/UA-1 (ISO 14289-1) that can be checked by reading the file.
fn conformance(path: &str) -> (Structure, usize) {
    let pdf = read(path);
    let root: Dict<'_> = pdf.xref().get(pdf.xref().root_id()).unwrap();
    let bool_of = |dict: &str, key: &str| root.get::<Dict<'_>>(dict).and_then(|d| d.get::<bool>(key));
    assert_eq!(bool_of("MarkInfo", "Marked"), Some(true), "tagged");
    assert_eq!(bool_of("ViewerPreferences", "DisplayDocTitle"), Some(true), "the title is shown");
    assert_eq!(decoded(&root.get("Lang").unwrap()), "en-GB", "a language");
    let metadata: Stream<'_> = root.get("Metadata").unwrap();
    let xmp = String::from_utf8(metadata.decoded().unwrap().into_owned()).unwrap();
    assert!(xmp.contains("<pdfuaid:part>1</pdfuaid:part>") && xmp.contains("<dc:title>"), "{xmp}");
    let mut structure = Structure::default();
    children(&root.get("StructTreeRoot").unwrap(), "", &mut structure);
    for (number, page) in pdf.pages().iter().enumerate() {
        let page = page.raw();
        assert!(page.contains_key("StructParents"), "page {number} leads into the structure");
        let annotations = page.get::<Array<'_>>("Annots");
        if annotations.is_some() {
            assert_eq!(
                page.get::<Name<'_>>("Tabs").unwrap().as_str(),
                "S",
                "page {number}: links in the order of the structure"
            );
        }
        for annotation in annotations.iter().flat_map(|a| a.iter::<Dict<'_>>()) {
            assert!(
                annotation.contains_key("StructParent") && annotation.contains_key("Contents"),
                "page {number}: a bare link"
            );
        }
    }
    let fonts: Vec<_> = pdf
        .objects()
        .into_iter()
        .filter_map(|o| match o {
            Object::Dict(d) if d.get::<Name<'_>>("Type").is_some_and(|n| n.as_str() == "Font") => {
                let kind = d.get::<Name<'_>>("Subtype").unwrap().as_str().to_owned();
                Some((kind, d.contains_key("ToUnicode"), d.get::<Dict<'_>>("FontDescriptor")))
            }
            _ => None,
        })
        .collect();
    assert!(!fonts.is_empty());
    for (kind, to_unicode, descriptor) in &fonts {
        match kind.as_str() {
            "Type0" => assert!(to_unicode, "text can be copied"),
            _ => {
                let embedded =
                    |d: &Dict<'_>| ["FontFile", "FontFile2", "FontFile3"].iter().any(|f| d.contains_key(f));
                assert!(descriptor.as_ref().is_some_and(embedded), "a font that is not embedded");
            }
        }
    }
    let mut last = 0;
    for level in &structure.headings {
        assert!(*level <= last + 1, "H{level} after H{last}");
        last = *level;
    }
    assert_eq!(structure.faults, [""; 0]);
    (structure, pdf.pages().len())
}

/// The worked case's PDF.
fn worked() -> String {
    WORKED.0.path("brief.pdf")
}

#[test]
fn the_worked_case_conforms_to_what_can_be_checked_of_pdf_ua_and_is_no_book() {
    let (structure, pages) = conformance(&worked());
    assert!((15..=55).contains(&pages), "{pages} pages");
    assert!(structure.figures >= 3, "months, curve and funnel: {}", structure.figures);
    assert!(structure.tables >= 8 && structure.head_cells >= 20 && structure.links >= 100);
    assert!(structure.headings.iter().filter(|level| **level == 1).count() >= 8);
}

#[test]
fn every_page_has_the_size_asked_for() {
    for page in read(&worked()).pages().iter() {
        let (width, height) = page.render_dimensions();
        assert!((width - 595.28).abs() < 0.1 && (height - 841.89).abs() < 0.1, "A4: {width} × {height}");
    }
    let folder = small_case("letter");
    let output = tarazu(&["brief", &folder.path(""), "--paper", "letter", "-o", &folder.path("letter.pdf")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output).trim(), folder.path("letter.pdf"));
    conformance(&folder.path("letter.pdf"));
    for page in read(&folder.path("letter.pdf")).pages().iter() {
        assert_eq!(page.render_dimensions(), (612.0, 792.0));
    }
}

#[test]
fn the_paper_prints_the_figures_and_verdicts_of_the_page() {
    let Some(text) = words(&worked()) else { return };
    let json = std::fs::read_to_string(WORKED.0.path("weighing.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    for figure in json["figures"].as_array().unwrap() {
        let printed = figure["printed"].as_str().unwrap();
        assert!(text.contains(printed), "{}: {printed}", figure["id"]);
    }
    // The pans in the words of the terminal, line by line.
    for line in WORKED.1.lines().filter(|l| l.starts_with("     ") && l.len() > 30) {
        assert!(text.contains(line.trim()), "{line}");
    }
    let rule = json["verdict_rule"].as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(&rule), "{rule}");
    assert!(text.contains("page 2 of "), "running feet");
}

#[test]
fn every_side_of_every_claim_is_in_the_paper_and_set_alike() {
    let Some(text) = words(&worked()) else { return };
    let claims = std::fs::read_to_string(root().join("cases/azm-i-istehkam/claims.toml")).unwrap();
    let claims: toml::Table = claims.parse().unwrap();
    // Lines may be broken anywhere, also within a word at its hyphen.
    let squeezed = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let text = squeezed(&text);
    for claim in claims["claim"].as_array().unwrap() {
        let sides = std::iter::once(&claim["proposition"]).chain(
            claim.get("response").and_then(|r| r.as_array()).into_iter().flatten().map(|r| &r["text"]),
        );
        for side in sides.map(|s| s.as_str().unwrap()) {
            // The first words: a page may end within a side.
            let beginning: String = side.chars().take(60).collect();
            assert!(text.contains(&squeezed(&beginning)), "{beginning}");
        }
    }
}

#[test]
fn urdu_can_be_copied_out_of_the_paper() {
    let folder = small_case("urdu");
    let path = folder.0.join("documents.bib");
    let text = std::fs::read_to_string(&path).unwrap();
    let title = "پاکستان نے افغان سرحد پر آپریشن شروع کر دیا";
    std::fs::write(&path, text.replace("The Gazette of Nowhere", title)).unwrap();
    let output = tarazu(&["brief", &folder.path("")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    conformance(&folder.path("out/brief.pdf"));
    let Some(text) = words(&folder.path("out/brief.pdf")) else { return };
    // Word by word: the tool gives the words of a line as they are painted, from left to right, and marks of direction around them.
    for word in ["پاکستان", "نے", "افغان", "سرحد", "پر", "آپریشن", "شروع", "کر"]
    {
        assert!(text.contains(word), "{word} in {text}");
    }
}

/// Words that would be commands if a text of a case were read as markup.
const HOSTILE: &str =
    r##"#panic("a") $x$ @gone \ *b* _e_ <lt> // /* `c` #let z = 1 ~ [d] {e} #{f} #read("/etc/passwd") = h"##;

#[test]
fn no_text_of_a_case_is_taken_for_markup() {
    let folder = small_case("hostile");
    let toml = HOSTILE.replace('\\', "\\\\").replace('"', "\\\"");
    // A bibliography is written in TeX, where these are said with a backslash.
    let tex =
        r"\#panic(a) \$x\$ @gone *b* \_e\_ <lt> // /* `c` \#let z = 1 [d] \{e\} \#read(/etc/passwd) = h";
    for (file, from, to) in [
        ("case.toml", "A small case", format!("T {toml}")),
        (
            "case.toml",
            "country =",
            format!(
                "subtitle = \"S {toml}\"\nquestions = [\"Q {toml}\"]\nlimits = [\"L {toml}\"]\ncountry ="
            ),
        ),
        ("claims.toml", "The operation works.", format!("P {toml}")),
        ("claims.toml", "asked for figures.", format!("asked {toml}")),
        ("claims.toml", "locator = \"p. 3\"", format!("locator = \"p. {toml}\"")),
        ("actors.toml", "Government of Nowhere", format!("G {toml}")),
        ("campaigns.toml", "Operation Calm", format!("O {toml}")),
        ("figures.toml", "Deaths in 2019", format!("D {toml}")),
        ("documents.bib", "The Gazette of Nowhere", format!("B {tex}")),
        ("documents.bib", "Nowhere Press", format!("N {tex}")),
        (
            "brief.md",
            "In April 2018 an operation",
            "In April 2018 #panic() $x$ \\ ~ = #{f} an operation".into(),
        ),
    ] {
        let path = folder.0.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file}: {from}");
        std::fs::write(&path, text.replace(from, &to)).unwrap();
    }
    for style in ["chicago-author-date", "ieee", "chicago-notes"] {
        let output = tarazu(&["brief", &folder.path(""), "--style", style]);
        assert_eq!(output.status.code(), Some(0), "{style}: {}", stderr(&output));
        conformance(&folder.path("out/brief.pdf"));
    }
    let output = tarazu(&["brief", &folder.path("")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let squeezed = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let hidden = squeezed(&hidden_words(&folder.path("out/brief.pdf")));
    assert!(
        hidden.contains(&squeezed(&format!("T {HOSTILE}"))),
        "the title of the file is the case's title: {hidden}"
    );
    let Some(text) = words(&folder.path("out/brief.pdf")) else { return };
    let text = squeezed(&text);
    for letter in ["T", "S", "Q", "L", "P", "asked", "p.", "D"] {
        assert!(text.contains(&squeezed(&format!("{letter} {HOSTILE}"))), "{letter}: {text}");
    }
    assert!(text.contains(&squeezed("B #panic(a) $x$ @gone *b* _e_ <lt>")), "{text}");
    assert!(text.contains(&squeezed("In April 2018 #panic() $x$ \\ ~ = #{f} an operation")), "{text}");
}

#[test]
fn styles_are_named_or_read_from_a_file_and_what_is_none_is_refused_before_anything_is_computed() {
    let folder = small_case("styles");
    let case = folder.path("");
    let output = tarazu(&["brief", &case, "--style", "chicago"]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(stderr(&output), @r#"error: there is no embedded citation style "chicago"; expected the path of a CSL file or a name such as chicago-author-date, chicago-notes, apa, harvard-cite-them-right, ieee, mla, modern-humanities-research-association, american-political-science-association"#);
    std::fs::write(folder.path("not.csl"), "<style>").unwrap();
    let output = tarazu(&["brief", &case, "--style", &folder.path("not.csl")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("not.csl: no CSL style"), "{}", stderr(&output));
    assert!(!folder.0.join("out").exists());
    std::fs::write(folder.path("own.csl"), OWN_STYLE).unwrap();
    let output = tarazu(&["brief", &case, "--style", &folder.path("own.csl"), "-o", &folder.path("own.pdf")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let Some(text) = words(&folder.path("own.pdf")) else { return };
    assert!(text.contains("«Nowhere Press, p. 1»"), "{text}");
    assert!(text.contains("The Gazette of Nowhere !"), "{text}");
}

/// A style as somebody might write for a house of their own.
const OWN_STYLE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
  <info><title>House</title><id>http://example.org/house</id><updated>2024-01-01T00:00:00+00:00</updated></info>
  <citation><layout prefix="«" suffix="»" delimiter="; "><names variable="author"/><text variable="locator" prefix=", "/></layout></citation>
  <bibliography><layout suffix=" !"><names variable="author" suffix=". "/><text variable="title"/></layout></bibliography>
</style>"#;

#[test]
fn the_same_case_gives_the_same_file() {
    let folder = small_case("same");
    let run = |name: &str| {
        let out: String = folder.path(name);
        let output = tarazu(&["brief", &folder.path(""), "-o", &out]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        std::fs::read(out).unwrap()
    };
    assert!(run("one.pdf") == run("two.pdf"));
    let words = hidden_words(&folder.path("one.pdf"));
    assert!(words.contains("D:20200131"), "dated as the case is: {words}");
}
