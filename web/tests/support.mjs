// A site to test (the folder in TARAZU_SITE), a server with a strict policy, and the browser of the system.
import { createServer } from "node:http";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

export const SITE = process.env.TARAZU_SITE;
if (!SITE) throw new Error("TARAZU_SITE must name the folder of a site, such as cases/azm-i-istehkam/out/site");

/** What `tarazu serve` sends, or stricter. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types tarazu";
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".csv": "text/csv; charset=utf-8" };

export async function serve(folder, replaced = {}) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://x").pathname)).replace(/^\/+/, "") || "index.html";
    try {
      const body = replaced[path] ?? await readFile(join(folder, path));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream", "content-security-policy": POLICY, "x-content-type-options": "nosniff" });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/index.html`, close: () => new Promise((resolve) => server.close(resolve)) };
}

export const FILE = pathToFileURL(join(SITE, "index.html")).href;

export async function open() {
  const profile = await mkdtemp(join(tmpdir(), "tarazu-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.TARAZU_CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    viewport: { width: 1280, height: 900 },
    acceptDownloads: true,
  });
  return { context, close: async () => { await context.close(); await rm(profile, { recursive: true, force: true }); } };
}

/** A page that keeps what went wrong in it. */
export async function page(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const wrong = [];
  page.on("pageerror", (e) => wrong.push(`error: ${e.message}`));
  page.on("console", (m) => { if (m.type() === "error") wrong.push(`console: ${m.text()}`); });
  page.on("dialog", (d) => { wrong.push(`dialog: ${d.message()}`); void d.dismiss(); });
  return { page, wrong };
}

/** Wait until a view is drawn: its heading is there and nothing is loading. */
export async function ready(page) {
  await page.waitForSelector("main h1");
  await page.waitForFunction(() => !document.querySelector(".loading"));
}

export async function go(page, base, hash) {
  await page.goto(`${base}${hash}`);
  await ready(page);
}

export const VIEWS = ["overview", "happened", "promised", "claimed", "difference", "campaigns", "trace", "data", "method"];
