// Builds the bundle into ../crates/tarazu-web/assets/. `--check` builds and compares instead; `--unit` builds the logic for node's tests.
import { readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";
import { gzipSync } from "node:zlib";

const assets = new URL("../crates/tarazu-web/assets/", import.meta.url);
const shared = { bundle: true, jsx: "automatic", jsxImportSource: "preact", legalComments: "none", charset: "utf8", write: false };

if (process.argv.includes("--unit")) {
  await build({ ...shared, entryPoints: ["src/unit.test.ts"], format: "esm", platform: "node", outfile: ".unit/unit.test.mjs", write: true });
} else {
  const browsers = ["chrome100", "firefox100", "safari15"];
  const [script, style] = await Promise.all([
    build({ ...shared, entryPoints: ["src/main.tsx"], format: "iife", target: browsers, minify: true }),
    build({ ...shared, entryPoints: ["src/explorer.css"], target: browsers, minify: true }),
  ]);
  const files = { "explorer.js": script.outputFiles[0].contents, "explorer.css": style.outputFiles[0].contents };
  for (const [name, contents] of Object.entries(files)) {
    const url = new URL(name, assets);
    if (process.argv.includes("--check")) {
      const held = await readFile(url);
      if (!held.equals(contents)) {
        console.error(`crates/tarazu-web/assets/${name} is not what web/ builds; run \`npm run build\` in web/ and commit it`);
        process.exitCode = 1;
      }
    } else {
      await writeFile(url, contents);
      console.log(`${name}: ${contents.length} bytes, ${gzipSync(contents).length} compressed`);
    }
  }
}
