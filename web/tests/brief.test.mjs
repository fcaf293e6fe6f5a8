// The brief as one page: sound for people who do not see it, in light and dark, at a desk and on a phone.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import { SITE, open, page as newPage } from "./support.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const BRIEF = join(SITE, "files/brief.html");
const skip = !existsSync(BRIEF) && "this site has no brief";
const TAGS = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
let browser, page, wrong;

before(async () => {
  browser = await open();
  ({ page, wrong } = await newPage(browser.context));
});
after(() => browser.close());

for (const [name, size, colorScheme, runOnly] of [
  ["light", { width: 1280, height: 900 }, "light", TAGS],
  ["dark", { width: 1280, height: 900 }, "dark", { type: "rule", values: ["color-contrast"] }],
  ["a phone", { width: 360, height: 740 }, "light", TAGS],
]) {
  test(`axe finds nothing in the brief: ${name}`, { skip }, async () => {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    await page.goto(pathToFileURL(BRIEF).href);
    await page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
    await page.evaluate(axe);
    const found = await page.evaluate(async (runOnly) => {
      const { violations } = await window.axe.run(document, { resultTypes: ["violations"], runOnly });
      return violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
    }, runOnly);
    assert.deepEqual(found, []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no wider than the window");
  });
}

test("a drawing that is used several times is seen in each place", { skip }, async () => {
  await page.setViewportSize({ width: 1280, height: 900 });
  const uses = await page.locator("figure .wide svg use").evaluateAll((all) => all.map((use) => {
    const box = use.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  }));
  assert.ok(uses.every(Boolean), `${uses.filter((seen) => !seen).length} of ${uses.length} are not seen`);
  assert.deepEqual(wrong, []);
});
