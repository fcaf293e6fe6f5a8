// The explorer from `tarazu serve` (the address in TARAZU_SERVED): its views, filters and downloads under the server's own policy.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { VIEWS, go, open, page as newPage } from "./support.mjs";

const BASE = process.env.TARAZU_SERVED;
const skip = !BASE && "TARAZU_SERVED names no server";
let browser, page, wrong;

before(async () => {
  if (skip) return;
  browser = await open();
  ({ page, wrong } = await newPage(browser.context));
  await browser.context.addInitScript(() => {
    window.violations = [];
    addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.violatedDirective}: ${e.blockedURI}`));
  });
});
after(() => browser?.close());

test("every view of the served explorer loads, and nothing breaks the policy", { skip }, async () => {
  for (const view of VIEWS) {
    await page.goto("about:blank");
    await go(page, BASE, `#/${view}`);
    assert.ok((await page.locator("main").innerText()).length > 100, view);
    assert.deepEqual(await page.evaluate(() => window.violations), [], view);
  }
  assert.deepEqual(wrong, []);
});

test("a filter narrows what is served, stands in the address and goes back", { skip }, async () => {
  await page.goto("about:blank");
  await go(page, BASE, "#/happened");
  const whole = await page.locator(".total").innerText();
  await page.selectOption("select[name=from]", { index: 24 });
  await page.waitForFunction((before) => document.querySelector(".total")?.textContent !== before, whole);
  assert.match(page.url(), /from=\d{4}-\d{2}/);
  await page.goBack();
  await page.waitForFunction((before) => document.querySelector(".total")?.textContent === before, whole);
  assert.deepEqual(wrong, []);
});

test("tables and the brief can be had", { skip }, async () => {
  await go(page, BASE, "#/data");
  const arrives = page.waitForEvent("download");
  await page.locator("button", { hasText: /^CSV$/ }).first().click();
  assert.match((await arrives).suggestedFilename(), /\.csv$/);
  const brief = await page.locator("a[href$='brief.html']").first().getAttribute("href");
  const answer = await page.goto(new URL(brief, BASE).href);
  assert.equal(answer.status(), 200);
  assert.ok((await page.locator("h1").innerText()).length > 5);
  // The page brings its own style, which the policy must let through.
  const family = await page.evaluate(() => getComputedStyle(document.querySelector("table") ?? document.body).borderCollapse);
  assert.equal(family, "collapse");
  assert.deepEqual([await page.evaluate(() => window.violations), wrong], [[], []]);
});
