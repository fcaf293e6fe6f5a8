// Tests of the logic, by node's own runner: `npm run unit`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { monthNumber, monthText, plus, totals } from "./counts";
import { chosen, level, sum, thinned } from "./curve";
import { sentences } from "./entries";
import { csv } from "./parts/table";
import { daysOf, stacked, ticksOf } from "./parts/claims";
import { classes } from "./parts/map";
import { languageOf, safeAddress, signed } from "./parts/content";
import { fromZero, relative, roundStep } from "./parts/scale";
import { runs } from "./parts/timeline";
import { address, parse, positions, positionsText } from "./route";
import type { Columns, CountsTable, Overview, Specifications } from "./types";
import { en } from "./words/en";
import { ur } from "./words/ur";

test("a state has one address, and the address gives the state", () => {
  const hash = address("claimed", { search: "a b&c=ü", actor: "x", empty: "" });
  assert.equal(hash, "#/claimed?actor=x&search=a+b%26c%3D%C3%BC");
  assert.deepEqual(parse(hash), { view: "claimed", query: { actor: "x", search: "a b&c=ü" } });
  assert.deepEqual(parse("#/nowhere?x"), { view: "overview", query: { x: "" } });
  assert.equal(parse("").view, "overview");
});

test("a date of the ledger spans what it says, and marks on the same days are stacked", () => {
  const day = (text: string) => Date.parse(`${text}T00:00:00Z`) / 86_400_000;
  assert.deepEqual(daysOf("2024-02"), [day("2024-02-01"), day("2024-02-29")]);
  assert.deepEqual(daysOf("2023"), [day("2023-01-01"), day("2023-12-31")]);
  assert.deepEqual(daysOf("2024-06-22"), [day("2024-06-22"), day("2024-06-22")]);
  assert.deepEqual(stacked([0, 5, 30, 4, 12], 10), [0, 2, 0, 1, 0]);
  assert.deepEqual(ticksOf(day("2024-05-10"), day("2024-08-03"), 600).map((t) => t.label), ["2024-06", "2024-07", "2024-08"]);
  assert.deepEqual(ticksOf(day("2019-05-10"), day("2024-08-03"), 300).map((t) => t.label), ["2020", "2022", "2024"]);
});

test("positions in an address: nothing means all, and what does not exist is dropped", () => {
  assert.deepEqual([...positions("0.2.9.x", 4)], [0, 2]);
  assert.equal(positions("9", 4).size, 4);
  assert.equal(positionsText(new Set([2, 0]), 4), "0.2");
  assert.equal(positionsText(new Set([0, 1]), 2), "");
});

const specifications: Specifications = {
  id: "a", levels: ["0011", "0101"], estimate: [-200, 100, 300, -50], low: [-300, -100, 100, -100], high: [-100, 300, 500, 10], excluded: [],
};

test("the curve: chosen rows by size, and their sum by hand", () => {
  const all = [new Set([0, 1]), new Set([0, 1])];
  assert.deepEqual(chosen(specifications, all), [0, 3, 1, 2]);
  assert.deepEqual(chosen(specifications, [new Set([1]), new Set([0, 1])]), [3, 2]);
  assert.deepEqual(sum(specifications, [0, 1, 2, 3]), { n: 4, estimate: 25, low: -100, high: 155, below: 1, above: 1 });
  assert.equal(sum(specifications, []), null);
  assert.deepEqual(thinned([1, 2, 3, 4, 5], 3), [1, 3, 5]);
  assert.deepEqual([level("7"), level("a"), level("z"), level(String.fromCharCode(0x100 + 40))], [7, 10, 35, 40]);
});

test("counts: a month without rows is zero, and missing is not", () => {
  const table: CountsTable = { file: "counts-1", dataset: "D", version: "1", area: "admin1", by_actor: true, by_type: false, from: "2020-11", to: "2021-02", measures: ["events", "deaths_low"], rows: 3 };
  const none = { texts: [], rows: [] };
  const columns: Columns = { country: none, admin1: { texts: ["A", "B"], rows: [0, 1, 0] }, admin2: none, actor_a: { texts: ["x"], rows: [0, -1, 0] }, actor_b: none, event_type: none, month: [0, 0, 2], values: [[2, 3, 1], [null, 4, 0]] };
  const open = { country: "", area: "", actor: "", type: "", from: 0, to: 99999 };
  assert.deepEqual(totals(table, columns, open).months, [[5, 4], [0, 0], [1, 0], [0, 0]]);
  assert.deepEqual(totals(table, columns, { ...open, area: "A" }).months[0], [2, null]);
  assert.deepEqual([...totals(table, columns, { ...open, actor: "x" }).areas.keys()], ["A"]);
  assert.equal(totals(table, columns, { ...open, from: monthNumber("2021-01") }).months.length, 2);
  assert.deepEqual([monthText(monthNumber("2024-12")), plus(null, null), plus(3, null), plus(null, 0)], ["2024-12", null, 3, 0]);
});

test("sentences keep their own citations and figures", () => {
  const overview = { sections: [{ heading: "S", blocks: [{ kind: "p", pieces: [{ text: "One " }, { cites: [["k", 1, "p. 2"]] }, { text: ". Two is " }, { figure: ["n", "5"] }, { text: ". Three." }] }] }] } as unknown as Overview;
  const found = sentences(overview);
  assert.deepEqual(found.map((s) => s.text), ["One.", "Two is 5.", "Three."]);
  assert.deepEqual([found[0]?.cites.length, found[1]?.figures.length, found[2]?.cites.length], [1, 1, 0]);
});

test("CSV: quotes as in RFC 4180, and no formula", () => {
  assert.equal(csv([["a,b", 'say "x"', null, -3, "=1+1", "@x"]]), '"a,b","say ""x""",,-3,\'=1+1,\'@x\r\n');
});

test("addresses that are followed are of the web", () => {
  assert.equal(safeAddress("https://example.org"), "https://example.org");
  for (const bad of ["javascript:x", " javascript:x", "data:text/html,x", "//x", "JaVaScRiPt:x"]) assert.equal(safeAddress(bad), undefined);
});

test("scales: round ticks, and a halving as far as a doubling", () => {
  assert.deepEqual(fromZero(937, 100, 0).ticks, [0, 500, 1000]);
  assert.deepEqual([roundStep(0.2), roundStep(3), roundStep(70)], [1, 5, 100]);
  const x = relative(0, 100);
  assert.ok(Math.abs(x(1) - 50 - (50 - x(-0.5))) < 1e-9 && x(0) === 50 && x(-1) === 0 && x(1e9) === 100);
  assert.deepEqual(runs([null, null, 1, null], (v) => v === null), [[0, 1], [3, 3]]);
  assert.deepEqual(classes([null, 0]), []);
  assert.deepEqual(classes([100, 50, null, 3]), [20, 40, 60, 80]);
});

test("words and numbers", () => {
  assert.deepEqual([signed(-0.304), signed(0.2), signed(0.001), signed(19)], ["−30%", "+20%", "0%", "+1,900%"]);
  assert.equal(languageOf("عزمِ استحکام").dir, "rtl");
  assert.equal(languageOf("Azm-i-Istehkam").lang, "en");
});

test("both dictionaries have the same words with the same gaps", () => {
  const gaps = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort().join();
  assert.deepEqual(Object.keys(ur).sort(), Object.keys(en).sort());
  for (const key of Object.keys(en) as (keyof typeof en)[]) assert.equal(gaps(ur[key]), gaps(en[key]), key);
});
