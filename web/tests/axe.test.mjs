import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { SITE, VIEWS, go, open, page as newPage, serve } from "./support.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let browser, server, page;

before(async () => {
  browser = await open();
  server = await serve(SITE);
  ({ page } = await newPage(browser.context));
});
after(async () => {
  await browser.close();
  await server.close();
});

const TAGS = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
const WAYS = [
  ["light", { width: 1280, height: 900 }, "light", "", TAGS],
  // Nothing but colour is otherwise in the dark.
  ["dark", { width: 1280, height: 900 }, "dark", "", { type: "rule", values: ["color-contrast"] }],
  ["Urdu on a phone", { width: 360, height: 740 }, "light", "?lang=ur", TAGS],
];

for (const [name, size, colorScheme, lang, rules] of WAYS) {
  test(`axe finds nothing in any view: ${name}`, async () => {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    const all = {};
    for (const view of [...VIEWS, "happened?dataset=counts-3"]) {
      await page.goto("about:blank");
      await go(page, server.url, `#/${view}${view.includes("?") ? lang.replace("?", "&") : lang}`);
      await page.evaluate(axe);
      const found = await page.evaluate(async (runOnly) => {
        const { violations } = await window.axe.run(document, { resultTypes: ["violations"], runOnly });
        return violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
      }, rules);
      if (found.length > 0) all[view] = found;
    }
    assert.deepEqual(all, {});
  });
}
