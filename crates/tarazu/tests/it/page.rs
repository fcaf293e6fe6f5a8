//! The page in a real headless browser: it opens from disk without JavaScript and without a network, prints as a document, and is
//! sound for people who do not see it.
//!
//! Needs `chromium` (and `pdftotext` for the printed page); skipped with a message where they are absent, unless
//! `TARAZU_REQUIRE_BROWSER` is set, as in CI.

use std::collections::BTreeSet;
use std::process::Command;

use crate::Folder;
use crate::weigh::WORKED;

pub fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok()
        || Command::new(program).arg("-v").output().is_ok();
    if !found {
        assert!(std::env::var_os("TARAZU_REQUIRE_BROWSER").is_none(), "{program} is required and absent");
        eprintln!("SKIPPED: {program} is absent");
    }
    found
}

fn chromium(folder: &Folder, arguments: &[String], page: &str) -> String {
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", folder.path("profile")))
        .args(arguments)
        .arg(format!("file://{page}"))
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn page() -> (String, String) {
    let path = WORKED.0.path("brief.html");
    let text = std::fs::read_to_string(&path).unwrap();
    (path, text)
}

#[test]
fn the_browser_shows_every_section_and_no_section_is_wider_than_a_phone() {
    if !has("chromium") {
        return;
    }
    let folder = Folder::new("browser");
    let (path, text) = page();
    let dom = chromium(&folder, &["--dump-dom".into()], &path);
    for section in [
        "summary",
        "promised",
        "happened",
        "claimed",
        "difference",
        "transparency",
        "unknown",
        "documents",
        "method",
        "data",
    ] {
        assert!(dom.contains(&format!("id=\"{section}\"")), "{section}");
    }
    // A copy of the page with a script that measures it: the page itself has none.
    let probe = "<script>document.title = 'wide:' + document.documentElement.scrollWidth + ':' + innerWidth</script></body>";
    std::fs::write(folder.path("probe.html"), text.replace("</body>", probe)).unwrap();
    for width in [500, 1280] {
        let size = format!("--window-size={width},900");
        let dom = chromium(&folder, &["--dump-dom".into(), size], &folder.path("probe.html"));
        let title = dom.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
        let numbers: Vec<u32> = title.split(':').skip(1).map(|n| n.parse().unwrap()).collect();
        assert!(
            numbers[0] <= numbers[1],
            "at {width}: content is {} wide in a window of {}",
            numbers[0],
            numbers[1]
        );
    }
}

/// Text is measured when charts are made, without a browser: here a browser measures whether it stays within them, and whether words of one
/// chart run into one another.
#[test]
fn no_word_of_a_chart_is_cut_off() {
    if !has("chromium") {
        return;
    }
    let folder = Folder::new("charts");
    let (_, text) = page();
    let probe = "<script>const out = []; for (const svg of document.querySelectorAll('figure.chart svg')) { \
        const [, , w, h] = svg.getAttribute('viewBox').split(' ').map(Number); \
        for (const t of svg.querySelectorAll('text')) { const b = t.getBBox(); \
        if (b.width && (b.x < -1 || b.x + b.width > w + 1 || b.y + b.height > h + 2)) \
        out.push(svg.closest('figure').id + ' ' + t.textContent); } } \
        document.title = 'cut:' + out.length + ':' + out.slice(0, 5).join('|')</script></body>";
    std::fs::write(folder.path("probe.html"), text.replace("</body>", probe)).unwrap();
    for width in [500, 1280] {
        let size = format!("--window-size={width},900");
        let dom = chromium(&folder, &["--dump-dom".into(), size], &folder.path("probe.html"));
        let title = dom.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
        assert!(title.starts_with("cut:0:"), "at {width}: {title}");
    }
}

#[test]
fn the_printed_page_says_where_what_it_leaves_out_stands() {
    if !has("chromium") || !has("pdftotext") {
        return;
    }
    let folder = Folder::new("print");
    let pdf = folder.path("brief.pdf");
    chromium(&folder, &[format!("--print-to-pdf={pdf}"), "--no-pdf-header-footer".into()], &page().0);
    let text = Command::new("pdftotext").args(["-layout", &pdf, "-"]).output().unwrap();
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    let pages = text.matches('\u{c}').count();
    assert!((20..80).contains(&pages), "{pages} pages");
    let printed = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // Points of a plan are folded on the screen and printed without their evidence.
    assert!(printed.contains("Religious seminaries are to be registered and regulated"), "point 10");
    for left_out in ["Skip to the summary", "Download: data", "What the figure counts", "What it counts"] {
        assert!(!printed.contains(left_out), "{left_out}");
    }
    for file in
        ["incident_tolls", "tallies", "indicator_values", "encounters", "documents", "commitment_scores"]
    {
        assert!(printed.contains(&format!("bundle/data/{file}.csv")), "{file}");
        assert!(WORKED.0.0.join(format!("bundle/data/{file}.csv")).exists(), "{file}");
    }
}

#[test]
fn the_page_needs_no_script_and_no_network() {
    let (_, text) = page();
    for forbidden in ["<script", "<link", "<iframe", "@import", "<img", " onclick", " onload", "javascript:"]
    {
        assert!(!text.contains(forbidden), "{forbidden}");
    }
    for reference in text.split("src=\"").skip(1).chain(text.split("url(").skip(1)) {
        assert!(reference.starts_with('#') || reference.starts_with("data:"), "{}", &reference[..40]);
    }
}

#[test]
fn every_inner_link_leads_somewhere_and_ids_are_unique() {
    let (_, text) = page();
    let mut ids = BTreeSet::new();
    for id in text.split(" id=\"").skip(1).map(|t| t.split('"').next().unwrap()) {
        assert!(ids.insert(id), "id {id} twice");
    }
    for link in text.split("href=\"#").skip(1).map(|t| t.split('"').next().unwrap()) {
        assert!(ids.contains(link), "#{link} leads nowhere");
    }
}

#[test]
fn the_page_is_sound_for_people_who_do_not_see_it() {
    let (_, text) = page();
    assert!(text.contains("<html lang=\"en\">"));
    for landmark in ["<header", "<main", "<nav aria-label=", "<footer"] {
        assert!(text.contains(landmark), "{landmark}");
    }
    assert_eq!(text.matches("<h1").count(), 1);
    // Headings go down one level at a time.
    let mut level = 1;
    for heading in text.split("<h").skip(1).filter_map(|t| t.chars().next()?.to_digit(10)) {
        assert!(heading <= level + 1, "h{heading} after h{level}");
        level = heading;
    }
    for chart in text.split("<svg").skip(1).map(|t| t.split('>').next().unwrap()) {
        assert!(chart.contains("aria-label=") || chart.contains("aria-hidden=\"true\""), "{chart}");
    }
    for table in text.split("<table").skip(1) {
        assert!(table.split("</table>").next().unwrap().contains("<caption>"));
    }
}
