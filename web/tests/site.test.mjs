import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { FILE, SITE, VIEWS, go, open, page as newPage, ready, serve } from "./support.mjs";

let browser, server, page, wrong;

before(async () => {
  browser = await open();
  server = await serve(SITE);
  ({ page, wrong } = await newPage(browser.context));
});
after(async () => {
  await browser.close();
  await server.close();
});

const text = (selector) => page.locator(selector).first().innerText();

for (const [from, base] of [["disk", () => FILE], ["a server with a strict policy", () => server.url]]) {
  test(`every view loads from ${from}`, async () => {
    for (const view of VIEWS) {
      await page.goto("about:blank");
      await go(page, base(), `#/${view}`);
      assert.equal(await page.locator(`nav a[aria-current="page"]`).getAttribute("href"), `#/${view}`);
      assert.ok((await text("main")).length > 200, view);
      assert.ok((await page.title()).includes("·"), view);
    }
    assert.deepEqual(wrong, []);
  });
}

test("no view is wider than a phone", async () => {
  for (const lang of ["", "?lang=ur"]) {
    for (const width of [360, 768]) {
      await page.setViewportSize({ width, height: 740 });
      for (const view of VIEWS) {
        await go(page, server.url, `#/${view}${lang}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${view}${lang} is ${wide} wide at ${width}`);
      }
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
});

test("filters narrow what is shown, stand in the address, and go back", async () => {
  await go(page, server.url, "#/claimed");
  const all = await page.locator(".pair").count();
  const actor = await page.locator("select[name=actor] option").nth(1).getAttribute("value");
  await page.selectOption("select[name=actor]", actor);
  await page.waitForFunction((n) => document.querySelectorAll(".pair").length < n, all);
  const narrowed = await page.locator(".pair").count();
  assert.ok(narrowed > 0 && narrowed < all);
  assert.ok(page.url().endsWith(`#/claimed?actor=${actor}`), page.url());
  // The address alone leads to the same state.
  const address = page.url();
  await page.goto("about:blank");
  await page.goto(address);
  await ready(page);
  assert.equal(await page.locator(".pair").count(), narrowed);
  assert.equal(await page.inputValue("select[name=actor]"), actor);
  await page.selectOption("select[name=actor]", "");
  await page.waitForFunction((n) => document.querySelectorAll(".pair").length === n, all);
  await page.goBack();
  await page.waitForFunction((n) => document.querySelectorAll(".pair").length === n, narrowed);
});

test("both sides of a claim have one size, and silence is said with the date of the search", async () => {
  await go(page, server.url, "#/claimed");
  const sizes = await page.locator(".pair .side p").evaluateAll((all) => [...new Set(all.filter((p) => !p.className).map((p) => getComputedStyle(p).fontSize))]);
  assert.equal(sizes.length, 1, sizes.join());
  await page.setViewportSize({ width: 1280, height: 900 });
  const widths = await page.locator(".pair").evaluateAll((pairs) => pairs.map((p) => [...p.children].map((side) => Math.round(side.getBoundingClientRect().width))));
  for (const pair of widths) assert.ok(Math.max(...pair) - Math.min(...pair) <= 1, pair.join());
  await page.selectOption("select[name=responses]", "none");
  await page.waitForFunction(() => document.querySelectorAll(".pair").length === document.querySelectorAll(".silent").length);
  assert.match(await text(".silent"), /No response found\s+Searched on \d+ \w+ \d{4}/);
});

test("the timeline of claims has every claim and response of the filter, and leads to them", async () => {
  await go(page, server.url, "#/claimed");
  const ledger = JSON.parse((await readFile(`${SITE}/data/ledger.js`, "utf8")).replace(/^tarazu\("ledger",/, "").replace(/\);\n$/, ""));
  const responses = (claims) => claims.reduce((n, c) => n + c.responses.length, 0);
  assert.equal(await page.locator(".lanes a").count(), ledger.claims.length + responses(ledger.claims));
  assert.equal(await page.locator(".lanes .is-silent").count(), ledger.claims.filter((c) => c.responses.length === 0).length);
  const year = await page.locator("select[name=year] option").nth(1).innerText();
  await page.selectOption("select[name=year]", year);
  const own = ledger.claims.filter((c) => c.date.startsWith(year));
  await page.waitForFunction((n) => document.querySelectorAll(".lanes a").length === n, own.length + responses(own));
  // With the keyboard: the first claim, and on to it.
  await page.locator(".lanes a:not([tabindex])").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.classList.contains("pair"));
  const chosen = new URLSearchParams(page.url().split("?")[1]);
  assert.equal(chosen.get("year"), year);
  assert.equal(await page.evaluate(() => document.activeElement.id), `entry-${chosen.get("at")}`);
});

test("counts follow area and period, in chart, total and tables alike", async () => {
  await go(page, server.url, "#/happened");
  const whole = await text(".total");
  await page.selectOption("select[name=from]", { index: 24 });
  await page.waitForFunction((before) => document.querySelector(".total")?.textContent !== before, whole);
  assert.match(page.url(), /from=\d{4}-\d{2}/);
  const total = Number((await text(".total")).replace(/\D/g, ""));
  await page.locator("details summary", { hasText: "Figures by month" }).click();
  const measure = await page.locator("select[name=measure] option:checked").innerText();
  const heads = await page.locator("#series ~ details thead th").allInnerTexts();
  const column = heads.indexOf(measure);
  const cells = await page.locator(`#series ~ details tbody tr td:nth-child(${column + 1})`).allInnerTexts();
  assert.equal(cells.map((c) => Number(c.replace(/\D/g, ""))).reduce((a, b) => a + b, 0), total);
  // Dragging across the chart chooses a period.
  const box = await page.locator(".chart svg").first().boundingBox();
  await page.mouse.move(box.x + box.width * 0.4, box.y + 120);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 120, { steps: 4 });
  await page.mouse.up();
  await page.waitForFunction(() => /from=.*to=/.test(location.hash));
});

test("map, table and chart are linked by province", async (t) => {
  await go(page, server.url, "#/happened");
  const other = page.locator("main a[href*='dataset=counts-']").first();
  if (await other.count() === 0) return t.skip("this site has no counts by province");
  await other.click();
  await page.waitForSelector(".map a");
  const area = page.locator(".map a").first();
  const label = await area.getAttribute("aria-label");
  await area.focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /area=/.test(location.hash));
  await ready(page);
  const chosen = new URLSearchParams(page.url().split("?")[1]).get("area");
  assert.equal(await page.inputValue("select[name=area]"), chosen);
  assert.equal(await page.locator(".map a[aria-current]").getAttribute("aria-label"), label);
  const n = (text) => Number(text.replace(/\D/g, ""));
  assert.equal(n(await text(".total")), n(label.split(":").pop()), "the chart's total is the map's figure");
  assert.ok((await text(".map .note")).includes("disputed"), "the note on disputed borders stands below the map");
  assert.ok(await page.locator(".map .disputed").count() > 0);
});

test("choosing among the choices moves the curve and not the verdict", async () => {
  await go(page, server.url, "#/difference");
  const verdict = await text(".verdict .word");
  const whole = await text(".count");
  const legend = page.locator("fieldset", { hasText: "Outcome" });
  await legend.locator("label").first().hover();
  await legend.locator("button.only").first().click();
  await page.waitForFunction((before) => document.querySelector(".count")?.textContent !== before, whole);
  assert.match(page.url(), /c-outcome=0/);
  assert.equal(await text(".verdict .word"), verdict);
  assert.match(await text(".verdict"), /changes neither it nor its rule/);
  const rows = await page.locator(".found tbody tr").allInnerTexts();
  assert.equal(rows.length, 2);
  const n = (row) => Number(row.split(/\t/)[1].replace(/\D/g, ""));
  assert.ok(n(rows[0]) < n(rows[1]));
  // The whole is what the weighing found.
  const weighing = JSON.parse((await readFile(`${SITE}/data/weighing.js`, "utf8")).replace(/^tarazu\("weighing",/, "").replace(/\);\n$/, ""));
  const overview = JSON.parse((await readFile(`${SITE}/data/overview.js`, "utf8")).replace(/^tarazu\("overview",/, "").replace(/\);\n$/, ""));
  const main = weighing.answers.find((a) => a.question.id === overview.settings.campaign);
  assert.equal(n(rows[1]), main.summary.estimated);
  assert.ok(rows[1].includes(`${Math.round(100 * Math.abs(main.summary.middle.estimate))}%`), rows[1]);
});

test("figures and citations lead to their data and documents, and back", async () => {
  await go(page, server.url, "#/overview");
  await page.locator(".prose a.figure").first().click();
  await ready(page);
  assert.match(await text("article.trace"), /How it was computed/);
  await page.goBack();
  await ready(page);
  await page.locator(".prose .cites a").first().click();
  await ready(page);
  assert.match(await text("article.trace"), /Cited by/);
  await go(page, server.url, "#/trace");
  await page.fill("input[type=search]", "ceasefire");
  await page.waitForFunction(() => /\d+ found/.test(document.querySelector(".count")?.textContent ?? ""));
  await page.locator(".results a").last().click();
  await page.waitForSelector("article.trace");
});

test("an entry that is linked to is brought into view", async () => {
  await go(page, server.url, "#/claimed");
  const id = await page.locator(".pair").last().getAttribute("id");
  await page.goto("about:blank");
  await go(page, server.url, `#/claimed?at=${id.replace("entry-", "")}`);
  await page.waitForFunction((id) => document.activeElement?.id === id, id);
  assert.ok((await page.locator(`#${id}`).boundingBox()).y < 900);
});

for (const [from, base] of [["disk", () => FILE], ["a server", () => server.url]]) {
  test(`tables can be downloaded from ${from}`, async () => {
    await go(page, base(), "#/data");
    const buttons = page.locator("button", { hasText: /^(CSV|JSON)$/ });
    assert.ok(await buttons.count() > 5);
    for (const name of ["CSV", "JSON"]) {
      const arrives = page.waitForEvent("download");
      await page.locator("button", { hasText: new RegExp(`^${name}$`) }).first().click();
      const file = await (await arrives).path();
      const content = await readFile(file, "utf8");
      if (name === "CSV") assert.match(content, /^[a-z_,0-9]+\r\n/);
      else assert.ok(JSON.parse(content).length > 0);
    }
    assert.deepEqual(wrong, []);
  });
}

test("the keyboard alone reaches every view, filter and link, and focus follows", async () => {
  await page.goto("about:blank");
  await go(page, server.url, "#/overview");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H1");
  await page.reload();
  await ready(page);
  let steps = 0;
  for (;;) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement?.getAttribute("href")?.startsWith("#/promised") ?? false)) break;
    assert.ok(++steps < 20, "the view is not reached in twenty steps");
  }
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.tagName === "H1" && location.hash === "#/promised");
  await page.keyboard.press("Tab");
  for (steps = 0; !(await page.evaluate(() => document.activeElement?.getAttribute("name") === "strand")); steps++) {
    assert.ok(steps < 40, "the filter is not reached in forty steps");
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("ArrowDown");
  await page.waitForFunction(() => location.hash.includes("strand="));
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("name")), "strand", "the focus stays on the filter");
});

test("the interface speaks Urdu from right to left, and the ledger its own language", async () => {
  await go(page, server.url, "#/claimed");
  await page.locator("a.language").click();
  await page.waitForFunction(() => document.documentElement.lang === "ur");
  assert.equal(await page.evaluate(() => document.documentElement.dir), "rtl");
  assert.match(await text("h1"), /کون کیا دعویٰ کرتا ہے/);
  assert.equal(await page.locator(".pair bdi").first().getAttribute("lang"), "en");
  // The language is part of every address.
  await page.locator("nav a").nth(2).click();
  await ready(page);
  assert.match(page.url(), /lang=ur/);
});

test("nothing went wrong on the way", () => assert.deepEqual(wrong, []));
