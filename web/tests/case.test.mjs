// What a case writes runs nowhere: the output of a case (the folder in TARAZU_HOSTILE) of which every text tries to.
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import { FILE, VIEWS, go, open, page as newPage } from "./support.mjs";

const OUT = process.env.TARAZU_HOSTILE;
const skip = !OUT && "TARAZU_HOSTILE names no output";
let browser, page, wrong;

before(async () => {
  if (skip) return;
  browser = await open();
  ({ page, wrong } = await newPage(browser.context));
});
after(() => browser?.close());

/** What ran, and what could. */
const looked = () => page.evaluate(async () => {
  document.querySelectorAll("details").forEach((d) => { d.open = true; });
  document.querySelectorAll("body *").forEach((e) => e.dispatchEvent(new MouseEvent("mouseover")));
  await new Promise((done) => setTimeout(done, 100));
  const all = [...document.querySelectorAll("*")];
  return {
    ran: window.ran, elements: all.filter((e) => /^(img|iframe|object|embed)$/i.test(e.localName) || (e.localName === "script" && !e.getAttribute("src"))).map((e) => e.outerHTML.slice(0, 80)),
    handlers: all.filter((e) => [...e.attributes].some((a) => /^on/i.test(a.name))).map((e) => e.outerHTML.slice(0, 80)),
    addresses: all.map((e) => e.getAttribute("href") ?? e.getAttribute("xlink:href") ?? "").filter((href) => /^\s*(javascript|vbscript):/i.test(href)),
  };
});
const NOTHING = { ran: undefined, elements: [], handlers: [], addresses: [] };

test("the brief and the page of differences run nothing", { skip }, async () => {
  for (const file of [`${OUT}/brief.html`, process.env.TARAZU_DIFFERENCE]) {
    await page.goto(pathToFileURL(file).href);
    assert.ok((await page.locator("body").textContent()).includes("<img src=x onerror="), `${file}: the text is shown as it stands`);
    assert.deepEqual(await looked(), NOTHING, file);
  }
});

test("drawings opened by themselves run nothing", { skip }, async () => {
  const drawings = (await readdir(`${OUT}/charts`)).filter((name) => name.endsWith(".svg"));
  assert.ok(drawings.length > 3);
  for (const name of drawings) {
    await page.goto(pathToFileURL(`${OUT}/charts/${name}`).href);
    const found = await page.evaluate(() => ({
      root: document.documentElement.localName, ran: window.ran, elements: document.querySelectorAll("script, img, image, foreignObject, parsererror").length,
      handlers: [...document.querySelectorAll("*")].filter((e) => [...e.attributes].some((a) => a.name.startsWith("on"))).length,
    }));
    assert.deepEqual(found, { root: "svg", ran: undefined, elements: 0, handlers: 0 }, name);
  }
});

test("no view of the explorer runs anything", { skip }, async () => {
  for (const view of VIEWS) {
    await page.goto("about:blank");
    await go(page, FILE, `#/${view}`);
    assert.deepEqual(await looked(), NOTHING, view);
  }
  assert.deepEqual(wrong, []);
});
