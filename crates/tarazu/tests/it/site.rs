//! The explorer: its files, and its own tests in a real headless browser.
//!
//! The browser's tests stand in `web/tests/` and need node, the packages of `web/package-lock.json` and chromium; skipped with a message
//! where these are absent, unless `TARAZU_REQUIRE_BROWSER` is set, as in CI.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::weigh::WORKED;
use crate::{root, small_case, stderr, tarazu};

/// Every file below a folder, by path from it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                let name = entry.path().strip_prefix(folder).unwrap().display().to_string();
                found.insert(name, std::fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

#[test]
fn the_site_is_the_same_in_two_runs_and_nothing_is_left_of_an_earlier_one() {
    let folder = small_case("site");
    let run = |out: &str| {
        let output = tarazu(&["weigh", &folder.0.display().to_string(), "--out", &folder.path(out)]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        files(&folder.0.join(out).join("site"))
    };
    let first = run("one");
    assert!(first.contains_key("index.html") && first.contains_key("data/overview.js"), "{:?}", first.keys());
    std::fs::write(folder.path("one/site/data/counts-99.js"), "old").unwrap();
    std::fs::write(folder.path("one/site/mine.txt"), "kept").unwrap();
    let mut again = run("one");
    assert_eq!(again.remove("mine.txt").as_deref(), Some(b"kept".as_slice()));
    assert!(first == again && first == run("two"));
}

#[test]
fn the_page_holds_no_script_or_style_of_its_own_and_reaches_for_nothing_elsewhere() {
    let site = files(&WORKED.0.0.join("site"));
    let page = String::from_utf8(site["index.html"].clone()).unwrap();
    assert!(!page.contains("<style") && !page.contains(" style=") && !page.contains(" onload"));
    assert!(page.matches("<script").count() == page.matches("<script src=").count(), "{page}");
    for address in page.split("src=\"").skip(1).chain(page.split("href=\"").skip(1)) {
        let address = address.split('"').next().unwrap();
        assert!(!address.contains(':') && !address.starts_with('/'), "{address}");
    }
    for (name, bytes) in site.iter().filter(|(name, _)| name.starts_with("data/")) {
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(!text.contains('<') && text.ends_with(");\n"), "{name}");
    }
    let script = site["explorer.js"].len();
    assert!(script < 300_000, "{script} bytes of script");
}

#[test]
fn the_views_work_in_a_real_browser() {
    in_a_browser(&["tests/"], &WORKED.0.0.join("site"), &[]);
}

/// Run tests of `web/` on this site, with what else they need to know.
pub fn in_a_browser(tests: &[&str], site: &Path, more: &[(&str, &str)]) {
    let required = std::env::var_os("TARAZU_REQUIRE_BROWSER").is_some();
    let web = root().join("web");
    for (what, there) in [
        ("node", Command::new("node").arg("--version").output().is_ok()),
        ("chromium", Command::new("chromium").arg("--version").output().is_ok()),
        ("web/node_modules (npm ci in web/)", web.join("node_modules/playwright-core").exists()),
    ] {
        if !there {
            assert!(!required, "{what} is required and absent");
            eprintln!("SKIPPED: {what} is absent");
            return;
        }
    }
    let output = Command::new("node")
        .args(["--test", "--test-concurrency=1", "--test-reporter=tap"])
        .args(tests)
        .current_dir(&web)
        .env("TARAZU_SITE", site)
        .envs(more.iter().copied())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), stderr(&output));
}
