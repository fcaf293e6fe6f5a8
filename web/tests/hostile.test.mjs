// Every text that a case or a dataset can hold is replaced by text that tries to run. None does, and the text is shown as it is.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import { SITE, VIEWS, go, open, page as newPage, serve } from "./support.mjs";

const HOSTILE = `<img src=x onerror="window.ran=1"></script><script>window.ran=2</script>" onmouseover="window.ran=3" javascript:window.ran=4 <svg onload=window.ran=5>{{constructor}}\u2028`;
/** Words of the program and dates, which no case can set. */
const OWN = new Set(["kind", "strand", "status", "grade", "word", "verdict", "heading", "anchor", "measures", "area", "levels", "file", "date", "from", "to", "month",
  "first_month", "begun", "announced", "ended", "On", "as_of", "searched", "answered", "no_response_found", "urldate", "iso3", "choice", "version", "edition", "end"]);

function hostile(value, key = "") {
  if (typeof value === "string") {
    if (OWN.has(key)) return value;
    return key === "url" ? "javascript:window.ran=6" : `${value}${HOSTILE}`;
  }
  if (Array.isArray(value)) return value.map((v) => hostile(v, key === "period" ? "date" : key));
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, hostile(v, k)]));
  return value;
}

let browser, server, page, wrong;

before(async () => {
  const replaced = {};
  for (const name of await readdir(`${SITE}/data`)) {
    const text = await readFile(`${SITE}/data/${name}`, "utf8");
    const at = text.indexOf(",");
    const value = JSON.parse(text.slice(at + 1, text.lastIndexOf(")")));
    if (name === "map.js") continue;
    const given = name === "overview.js" ? { ...hostile(value), choices: value.choices.map((c) => ({ ...c, options: hostile(c.options) })) } : hostile(value);
    // The escaping of the program's own writer has its test in Rust; here the value arrives unharmed.
    const json = JSON.stringify(given).replace(/</g, "\\u003c").replace(/\u2028/g, "\\u2028");
    replaced[`data/${name}`] = `${text.slice(0, at)},${json});\n`;
  }
  browser = await open();
  server = await serve(SITE, replaced);
  ({ page, wrong } = await newPage(browser.context));
});
after(async () => {
  await browser.close();
  await server.close();
});

test("hostile text in every field runs nowhere", async () => {
  for (const view of VIEWS) {
    await page.goto("about:blank");
    await go(page, server.url, `#/${view}`);
    if (view === "trace") await page.fill("input[type=search]", "onerror");
    for (const summary of await page.locator("main details:not([open]) > summary").all()) if (await summary.isVisible()) await summary.click();
    const found = await page.evaluate(() => ({
      ran: window.ran, shown: document.body.textContent.includes("<img src=x onerror="),
      images: document.querySelectorAll("main img, main script, main iframe").length,
      handlers: [...document.querySelectorAll("main *")].filter((e) => [...e.attributes].some((a) => a.name.startsWith("on"))).length,
      addresses: [...document.querySelectorAll("a[href]")].filter((a) => !/^(#\/|#main|https?:|files\/)/.test(a.getAttribute("href"))).map((a) => a.getAttribute("href")),
    }));
    assert.deepEqual(found, { ran: undefined, shown: true, images: 0, handlers: 0, addresses: [] }, view);
  }
  for (const hash of ["#/trace?figure=<img src=x onerror=window.ran=7>", "#/trace?doc=%3Cscript%3Ewindow.ran=8%3C/script%3E", "#/claimed?actor=javascript:window.ran=9&search=%22onmouseover=window.ran=10", "#/<svg onload=window.ran=11>", "#/happened?area=%3Cimg%20src=x%20onerror=window.ran=12%3E&from=9999-99"]) {
    await go(page, server.url, hash);
    assert.equal(await page.evaluate(() => window.ran), undefined, hash);
  }
  assert.deepEqual(wrong, []);
});
