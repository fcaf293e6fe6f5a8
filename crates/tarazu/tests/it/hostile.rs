//! A case of which every text tries to run in the reader's browser.

use crate::site::in_a_browser;
use crate::{Folder, stderr, tarazu};

/// Keys of a case whose values are words of whoever writes it, or of those who are quoted.
const TEXTS: [&str; 39] = [
    "title",
    "subtitle",
    "licence",
    "questions",
    "limits",
    "country",
    "name",
    "short",
    "aliases",
    "areas",
    "summary",
    "text",
    "note",
    "evidence",
    "unrateable",
    "indicator",
    "unit",
    "period",
    "place",
    "quote",
    "voice",
    "proposition",
    "what",
    "answer",
    "tracker",
    "definition",
    "coverage",
    "district",
    "province",
    "group_struck",
    "per",
    "detail",
    "said",
    "says",
    "why",
    "attribution",
    "computed",
    "notes",
    "locator",
];

/// It would run as an element, as an attribute, as an address, as a template.
const HOSTILE: &str = "<img src=x onerror=window.ran=true></script><script>window.ran=true</script>\" onmouseover=\"window.ran=true\" \
                       javascript:window.ran=true <svg onload=window.ran=true>]]><!-- '";
/// The same where quotation marks, commas or slashes cannot stand.
const SHORT: &str = "<img src=x onerror=window.ran=true><svg onload=window.ran=true>";

/// Entries that a new case has only as examples in comments, as entries.
fn uncommented(toml: &str) -> String {
    let entry = |line: &str| line.is_empty() || line.starts_with("[[") || line.contains(" = ");
    let plain = |line: &str| match line.strip_prefix('#').map(|l| l.strip_prefix(' ').unwrap_or(l)) {
        Some(inside) if entry(inside) => format!("{inside}\n"),
        _ => format!("{line}\n"),
    };
    toml.lines().map(plain).collect()
}

/// TOML with hostile words behind every text.
fn poisoned(toml: &str) -> (String, usize) {
    let (mut out, mut word, mut key) = (String::new(), String::new(), String::new());
    let mut rest = toml;
    let mut poured = 0;
    while let Some(c) = rest.chars().next() {
        match c {
            '#' => {
                let end = rest.find('\n').unwrap_or(rest.len());
                out.push_str(&rest[..end]);
                rest = &rest[end..];
                continue;
            }
            '"' => {
                let inner = &rest[1..];
                let mut end = inner.find('"').unwrap();
                while inner[..end].ends_with('\\') {
                    end += 1 + inner[end + 1..].find('"').unwrap();
                }
                out.push('"');
                out.push_str(&inner[..end]);
                if TEXTS.contains(&key.as_str()) {
                    out.push_str(&HOSTILE.replace('"', "\\\""));
                    poured += 1;
                }
                out.push('"');
                rest = &inner[end + 1..];
                continue;
            }
            '=' => key = std::mem::take(&mut word),
            c if c.is_ascii_alphanumeric() || c == '_' => word.push(c),
            ' ' => {}
            _ => word.clear(),
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    (out, poured)
}

#[test]
fn no_text_of_a_case_runs_in_the_browser() {
    let folder = Folder::new("hostile");
    let (plain, case) = (folder.path("plain"), folder.path("case"));
    for to in [&plain, &case] {
        let output = tarazu(&["new", to]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    let read = |name: &str| std::fs::read_to_string(folder.0.join("case").join(name)).unwrap();
    let write = |name: &str, text: String| std::fs::write(folder.0.join("case").join(name), text).unwrap();
    let mut poured = 0;
    for entry in std::fs::read_dir(&case).unwrap().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".toml") && name != "grid.toml" {
            let examples =
                ["incidents.toml", "indicators.toml", "tallies.toml", "encounters.toml", "corrections.toml"];
            let text = read(&name);
            let text = if examples.contains(&name.as_str()) { uncommented(&text) } else { text };
            let (text, n) = poisoned(&text);
            write(&name, text);
            poured += n;
        }
    }
    assert!(poured > 60, "{poured} texts");
    // Names of a dataset, of its release and of an area.
    for name in ["panel.csv", "panel.toml", "figures.toml", "case.toml", "grid.toml"] {
        let text = read(name);
        let text = if name == "panel.csv" {
            text.replace("\nExample,1,", &format!("\nExample{SHORT},1,"))
        } else {
            text.replace("\"Example\"", &format!("\"Example{SHORT}\""))
                .replace("\"Example 1", &format!("\"Example{SHORT} 1"))
        };
        write(name, text);
    }
    let mut areas = String::from("dataset,version,area,period,events,deaths_best\n");
    for month in 0..60 {
        areas.push_str(&format!(
            "Example,1,XXX/North{SHORT},{}-{:02},1,2\n",
            2016 + month / 12,
            month % 12 + 1
        ));
    }
    write("areas.csv", areas);
    let source = "[[source]]\ndataset = \"Example\"\nversion = \"1\"\nattribution = \"A\"\nlicence = \"B\"\ncomputed = \"C\"\nsha256 = \"0\"\nnotes = \"D\"\n";
    write("areas.toml", poisoned(source).0);
    // The bibliography, and the text with what Markdown lets through elsewhere.
    let bib = read("documents.bib");
    let bib: String = bib
        .lines()
        .map(|line| match line.trim_start().split([' ', '=']).next() {
            Some("title" | "author" | "organization" | "note") => {
                let end = line.rfind('}').unwrap();
                format!("{} {SHORT}{}\n", &line[..end], &line[end..])
            }
            Some("url") => "  url = {javascript:window.ran=true},\n".to_owned(),
            _ => format!("{line}\n"),
        })
        .collect();
    write("documents.bib", bib);
    let brief = read("brief.md");
    let words = format!(
        "\n\nWords {HOSTILE} [follow](javascript:window.ran=true) ![picture](x\"onerror=\"window.ran=true) <a href=\"javascript:window.ran=true\">here</a> **{SHORT}**.\n"
    );
    write("brief.md", format!("{}{words}", brief.trim_end()));

    for folder in [&plain, &case] {
        let output = tarazu(&["weigh", folder]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    let difference = folder.path("difference.html");
    let output = tarazu(&["diff", &plain, &case, "--html", &difference]);
    assert!(output.status.code().is_some_and(|c| c < 2), "{}", stderr(&output));
    let out = folder.0.join("case/out");
    in_a_browser(
        &["tests/case.test.mjs"],
        &out.join("site"),
        &[("TARAZU_HOSTILE", &out.display().to_string()), ("TARAZU_DIFFERENCE", &difference)],
    );
}
