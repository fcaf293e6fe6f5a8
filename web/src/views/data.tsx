import { useSite } from "../app";
import { monthNumber, monthText } from "../counts";
import { level } from "../curve";
import { load, useData } from "../data";
import { Loading, Num, grouped } from "../parts/content";
import { Table, csv, download } from "../parts/table";
import type { Columns, CountsTable, Ledger, Specifications } from "../types";
import { nameOfTable } from "./happened";
import { SourceFacts } from "./trace";

interface Offer { name: string; rows: number | string; csv?: () => Promise<string>; json?: () => Promise<unknown>; file: string }

export function Data() {
  const { overview, t } = useSite();
  const weighing = useData("weighing"), ledger = useData("ledger"), counts = useData("counts"), files = useData("files");
  if (!weighing || !ledger || !counts || !files) return <Loading />;
  const offers: Offer[] = [
    ...counts.map((table): Offer => ({
      name: `${nameOfTable(table)}, ${t(`unit.${table.area}`)}`, rows: table.rows, file: `counts-${table.dataset}-${table.version}-${table.area}`,
      csv: async () => countsCsv(table, await load(table.file as `counts-${number}`)),
    })),
    {
      name: t("data.specifications"), rows: weighing.answers.reduce((n, a) => n + a.summary.estimated, 0), file: "specifications",
      csv: async () => specificationsCsv(await load("specifications"), overview.choices),
    },
    ...(Object.keys(ledger) as (keyof Ledger)[]).filter((kind) => ledger[kind].length > 0).map((kind): Offer => ({
      name: t(`kind.${kind}`), rows: ledger[kind].length, file: kind, json: async () => ledger[kind],
    })),
    { name: t("trace.documents"), rows: overview.counts.documents ?? 0, file: "documents", json: () => load("documents") },
  ];
  const safe = (name: string) => name.toLowerCase().replace(/[^a-z0-9.]+/g, "-");
  return (
    <>
      <p class="lead">{t("data.lead")}</p>
      <section>
        <h2>{t("data.citation")}</h2>
        <p class="cite" lang="en" dir="ltr">{overview.settings.title}. Tarazu {overview.version}, edition {overview.edition.slice(0, 12)}, sources searched up to {overview.settings.as_of}.</p>
        <p class="meta">{t("edition", { edition: "" })}<code class="hash">{overview.edition}</code></p>
      </section>
      <section>
        <h2>{t("data.files")}</h2>
        {files.length === 0 ? <p class="note">{t("data.nofiles")}</p> : (
          <Table caption={t("data.files")} rows={files}
            columns={[
              { head: t("data.download"), cell: (f) => <a href={`files/${encodeURIComponent(f.name)}`} download={f.name.endsWith(".html") || f.name.endsWith(".pdf") ? undefined : f.name}><bdi>{f.name}</bdi></a> },
              { head: t("size"), cell: (f) => t("size.kb", { n: grouped(Math.ceil(f.bytes / 1000)) }), number: true },
              { head: t("data.file"), cell: (f) => <code class="hash">{f.sha256}</code> },
            ]} />
        )}
      </section>
      <section>
        <h2>{t("data.tables")}</h2>
        <Table caption={t("data.tables")} rows={offers}
          columns={[
            { head: t("data.table"), cell: (o) => <bdi>{o.name}</bdi> },
            { head: t("data.rows"), cell: (o) => <Num>{typeof o.rows === "number" ? grouped(o.rows) : o.rows}</Num>, number: true },
            {
              head: t("data.download"),
              cell: (o) => (o.csv
                ? <button type="button" aria-label={`${o.name}: ${t("csv")}`} onClick={() => void o.csv?.().then((text) => download(`${safe(o.file)}.csv`, text, "text/csv"))}>CSV</button>
                : <button type="button" aria-label={`${o.name}: ${t("json")}`} onClick={() => void o.json?.().then((value) => download(`${safe(o.file)}.json`, `${JSON.stringify(value, null, 1)}\n`, "application/json"))}>JSON</button>),
            },
          ]} />
      </section>
      <section>
        <h2>{t("data.datasets")}</h2>
        {weighing.panel_sources.map((s) => <SourceFacts key={`${s.dataset} ${s.version}`} source={s} heading="h3" />)}
      </section>
    </>
  );
}

function countsCsv(table: CountsTable, columns: Columns): string {
  const first = monthNumber(table.from);
  const text = (of: Columns["country"], row: number) => of.texts[of.rows[row] ?? -1] ?? null;
  const kept = (["country", "admin1", "admin2", "actor_a", "actor_b", "event_type"] as const).filter((name) => columns[name].texts.length > 0);
  const rows = columns.month.map((month, row) => [...kept.map((name) => text(columns[name], row)), monthText(first + month), ...columns.values.map((v) => v[row] ?? null)]);
  return csv([[...kept, "month", ...table.measures], ...rows]);
}

function specificationsCsv(all: Specifications[], choices: { name: string; options: string[] }[]): string {
  const rows = all.flatMap((of) => of.estimate.map((estimate, row) => [
    of.id, ...choices.map((c, d) => c.options[level(of.levels[d]?.[row] ?? "0")] ?? ""), estimate / 1000, (of.low[row] ?? 0) / 1000, (of.high[row] ?? 0) / 1000,
  ]));
  return csv([["intervention", ...choices.map((c) => c.name), "relative", "low", "high"], ...rows]);
}
