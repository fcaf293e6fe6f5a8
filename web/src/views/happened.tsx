import { useMemo } from "preact/hooks";
import { useSite } from "../app";
import { monthNumber, monthText, totals, type Totals } from "../counts";
import { useData } from "../data";
import { BriefSays, Cites, Loading, Num, Own, grouped, nameOf, useAnchor, useDate } from "../parts/content";
import { countryName } from "../parts/country";
import { Filters, Select, type Option } from "../parts/form";
import { AreaMap } from "../parts/map";
import { Table } from "../parts/table";
import { Timeline, type Mark } from "../parts/timeline";
import type { Columns, CountsTable, Ledger } from "../types";
import type { Word } from "../words/en";

const NAMES = ["dataset", "measure", "area", "actor", "type", "from", "to"];

export function Happened() {
  const { t } = useSite();
  const index = useData("counts");
  const ledger = useData("ledger");
  useAnchor(!!ledger);
  if (!index || !ledger) return <Loading />;
  return (
    <>
      <p class="lead">{t("happened.lead")}</p>
      <BriefSays heading="what happened" />
      {index.length > 0 ? <Explore index={index} /> : <p class="note">{t("happened.none")}</p>}
      <Incidents ledger={ledger} />
      <Tallies ledger={ledger} />
      <Indicators ledger={ledger} />
    </>
  );
}

/** The table that is shown at first: the one that reaches furthest, and of several the finest. */
function firstTable(index: CountsTable[]): CountsTable | undefined {
  const finer = (c: CountsTable) => ["country", "admin1", "admin2"].indexOf(c.area);
  return [...index].sort((a, b) => (a.to === b.to ? finer(b) - finer(a) : a.to < b.to ? 1 : -1))[0];
}

function Explore({ index }: { index: CountsTable[] }) {
  const { route, t, href } = useSite();
  const table = index.find((c) => c.file === route.query.dataset) ?? firstTable(index);
  const columns = useData(table?.file as `counts-${number}` | undefined);
  if (!table) return null;
  return (
    <>
      <Controls index={index} table={table} columns={columns} />
      {table.area === "country" && index.some((c) => c.area !== "country") && (
        <p>
          {t("happened.byarea")}{" "}
          {index.filter((c) => c.area !== "country").map((c) => (
            <span key={c.file}><a href={href("happened", { dataset: c.file })}><bdi>{nameOfTable(c)}</bdi>, {t(`unit.${c.area}`)}</a> (<Num>{c.from} – {c.to}</Num>) </span>
          ))}
        </p>
      )}
      {columns ? <Charts table={table} columns={columns} /> : <p class="loading" role="status">{t("loading")}</p>}
    </>
  );
}

export function nameOfTable(table: CountsTable): string {
  return `${table.dataset} ${table.version}`;
}

function useChosen(table: CountsTable, columns: Columns | undefined) {
  const { route, overview } = useSite();
  const { query } = route;
  const measure = Math.max(0, table.measures.indexOf(query.measure ?? (table.measures.includes("deaths_best") ? "deaths_best" : "events")));
  const first = monthNumber(table.from), last = monthNumber(table.to);
  const month = (text: string | undefined, otherwise: number) => (text && /^\d{4}-\d{2}$/.test(text) ? Math.max(first, Math.min(last, monthNumber(text))) : otherwise);
  const home = table.area === "country" && columns?.country.texts.includes(overview.settings.iso3) ? overview.settings.iso3 : "";
  // Provinces and districts are those of the case's country: those of others may go by the same names.
  const country = table.area !== "country" && columns?.country.texts.includes(overview.settings.iso3) ? overview.settings.iso3 : "";
  return { country, measure, area: query.area ?? home, actor: query.actor ?? "", type: query.type ?? "", from: month(query.from, first), to: month(query.to, last), first, last, home };
}

function Controls({ index, table, columns }: { index: CountsTable[]; table: CountsTable; columns: Columns | undefined }) {
  const { t, change, language } = useSite();
  const chosen = useChosen(table, columns);
  const all: Option = { value: "", label: t("all") };
  const list = (texts: string[]): Option[] => texts.map((text) => ({ value: text, label: text }));
  const areas = useMemo<Option[]>(() => {
    if (!columns) return [];
    if (table.area === "country") return columns.country.texts.map((code) => ({ value: code, label: countryName(code, language) }));
    const own = (row: number) => chosen.country === "" || columns.country.texts[columns.country.rows[row] ?? -1] === chosen.country;
    const provinces = columns.admin1.texts.filter((_, place) => columns.admin1.rows.some((at, row) => at === place && own(row)));
    if (table.area === "admin1") return [all, ...list(provinces)];
    const districts = new Map<string, Option>();
    columns.admin2.rows.forEach((place, row) => {
      if (!own(row)) return;
      const province = columns.admin1.texts[columns.admin1.rows[row] ?? -1] ?? "";
      const district = columns.admin2.texts[place];
      if (district) districts.set(`${province} / ${district}`, { value: `${province} / ${district}`, label: district, group: province });
    });
    const sorted = [...districts.values()].sort((a, b) => (a.value < b.value ? -1 : 1));
    return [all, ...list(provinces), ...sorted];
  }, [columns, table, language]);
  const months: Option[] = [];
  for (let m = chosen.first; m <= chosen.last; m++) months.push({ value: monthText(m), label: monthText(m), group: String(Math.floor(m / 12)) });
  const bound = (name: "from" | "to", end: number) => (value: string) => {
    const other = name === "from" ? chosen.to : chosen.from;
    const own = monthNumber(value);
    const [from, to] = name === "from" ? [own, Math.max(own, other)] : [Math.min(own, other), own];
    change({ from: from === chosen.first ? "" : monthText(from), to: to === chosen.last ? "" : monthText(to), [name]: own === end ? "" : value });
  };
  return (
    <Filters names={NAMES}>
      <Select label={t("dataset")} name="dataset" value={table.file} options={index.map((c) => ({ value: c.file, label: `${nameOfTable(c)}, ${t(`unit.${c.area}`)}` }))}
        onChange={(value) => change({ dataset: value, area: "", actor: "", type: "", from: "", to: "" })} />
      <Select label={t("measure")} name="measure" value={table.measures[chosen.measure] ?? ""} options={table.measures.map((m) => ({ value: m, label: t(`m.${m}` as Word) }))} />
      {areas.length > 0 && <Select label={t("area")} name="area" value={chosen.area} options={areas} />}
      {table.by_actor && columns && <Select label={t("actor")} name="actor" value={chosen.actor} options={[all, ...list([...new Set([...columns.actor_a.texts, ...columns.actor_b.texts])].sort())]} />}
      {table.by_type && columns && <Select label={t("type")} name="type" value={chosen.type} options={[all, ...list(columns.event_type.texts)]} />}
      <Select label={t("from")} name="from" value={monthText(chosen.from)} options={months} onChange={bound("from", chosen.first)} />
      <Select label={t("to")} name="to" value={monthText(chosen.to)} options={months} onChange={bound("to", chosen.last)} />
    </Filters>
  );
}

function Charts({ table, columns }: { table: CountsTable; columns: Columns }) {
  const { t, overview, change, href, route, language } = useSite();
  const called = (key: string) => (table.area === "country" ? countryName(key, language) : key);
  const chosen = useChosen(table, columns);
  const { country, area, actor, type } = chosen;
  // The chart shows the whole span; tables and map the chosen period.
  const whole = useMemo(() => totals(table, columns, { country, area, actor, type, from: chosen.first, to: chosen.last }), [table, columns, country, area, actor, type]);
  const period: Totals = useMemo(
    () => totals(table, columns, { country, area, actor, type, from: chosen.from, to: chosen.to }), [table, columns, country, area, actor, type, chosen.from, chosen.to]);
  const marks = useMarks();
  const name = t(`m.${table.measures[chosen.measure] ?? "events"}` as Word);
  const values = whole.months.map((row) => row[chosen.measure] ?? null);
  const bound = (measure: string) => {
    const at = table.measures.indexOf(measure);
    return table.measures[chosen.measure] === "deaths_best" && at >= 0 ? whole.months.map((row) => row[at] ?? null) : undefined;
  };
  const low = bound("deaths_low"), high = bound("deaths_high");
  const sum = period.months.reduce<number | null>((s, row) => (row[chosen.measure] == null ? s : (s ?? 0) + (row[chosen.measure] ?? 0)), null);
  const label = t("happened.chart", { measure: name, area: area ? called(area) : overview.settings.country, dataset: nameOfTable(table) });
  const file = `counts-${table.measures[chosen.measure]}`;
  const areas = [...period.areas].map(([key, sums]) => ({ key, sums })).sort((a, b) => (b.sums[chosen.measure] ?? -1) - (a.sums[chosen.measure] ?? -1));
  const provinces = new Map<string, number | null>();
  if (table.area !== "country") {
    for (const { key, sums } of areas) {
      const province = key.split(" / ")[0] ?? key;
      const value = sums[chosen.measure] ?? null;
      provinces.set(province, value === null ? provinces.get(province) ?? null : (provinces.get(province) ?? 0) + value);
    }
  }
  return (
    <>
      <section aria-labelledby="series">
        <h2 id="series"><bdi>{label}</bdi></h2>
        <Timeline label={label} source={`${nameOfTable(table)} · Tarazu ${overview.edition.slice(0, 12)}`} first={chosen.first} values={values} low={low} high={high}
          marks={marks} chosen={[chosen.from, chosen.to]}
          onChoose={(from, to) => change({ from: from === chosen.first ? "" : monthText(from), to: to === chosen.last ? "" : monthText(to) })} />
        <p class="note">
          <strong class="total">{t("happened.total", { n: sum === null ? t("nopublished") : grouped(sum) })}</strong>{" "}
          {low && high && <>{t("happened.band")} </>}{values.some((v) => v === null) && <>{t("happened.missing")} </>}{table.small_cells && <>{t("happened.small", { n: table.small_cells - 1 })} </>}<span class="mouse">{t("happened.brush")}</span>
        </p>
        <details>
          <summary>{t("happened.months")}</summary>
          <Table caption={label} file={file}
            rows={period.months.map((sums, i) => ({ month: monthText(chosen.from + i), sums }))}
            columns={[
              { head: t("month"), cell: (r) => <Num>{r.month}</Num>, text: (r) => r.month },
              ...table.measures.map((m, k) => ({
                head: t(`m.${m}` as Word), number: true, text: (r: { sums: (number | null)[] }) => r.sums[k] ?? null,
                cell: (r: { sums: (number | null)[] }) => <Figure value={r.sums[k] ?? null} suppressing={!!table.small_cells} />,
              })),
            ]} />
        </details>
      </section>
      <section class="besides">
        {table.area !== "country" && (
          <AreaMap label={t("happened.map", { measure: name })} values={provinces} chosen={area.split(" / ")[0] ?? ""}
            address={(province) => href("happened", { ...route.query, area: province === area ? "" : province })} />
        )}
        <Table caption={t("happened.areas", { measure: name, dataset: nameOfTable(table) })} file={`${file}-areas`} rows={areas.slice(0, 400)}
          columns={[
            { head: t("area"), cell: (r) => (r.key === "" ? t("area.none") : <a href={href("happened", { ...route.query, area: r.key })} aria-current={r.key === area ? "true" : undefined}><bdi>{called(r.key)}</bdi></a>), text: (r) => r.key },
            ...table.measures.map((m, k) => ({ m, k })).filter(({ m, k }) => k === chosen.measure || m === "events" || m === "deaths_best").map(({ m, k }) => ({
              head: t(`m.${m}` as Word), number: true, text: (r: { sums: (number | null)[] }) => r.sums[k] ?? null,
              cell: (r: { sums: (number | null)[] }) => <Figure value={r.sums[k] ?? null} suppressing={!!table.small_cells} />,
            })),
          ]} />
      </section>
      {!table.by_actor && !table.by_type && <p class="note">{t("happened.noactor")}</p>}
    </>
  );
}

function Figure({ value, suppressing }: { value: number | null; suppressing: boolean }) {
  const { t } = useSite();
  return value === null ? <span class="missing">{t(suppressing ? "suppressed" : "nopublished")}</span> : <Num>{grouped(value)}</Num>;
}

/** Dated interventions of the case, the campaign that is weighed among them. */
function useMarks(): Mark[] {
  const { overview } = useSite();
  const weighing = useData("weighing");
  return (weighing?.answers ?? []).map((a) => ({
    month: monthNumber(a.question.month), name: `${a.question.name} (${a.question.date})`, main: a.question.id === overview.settings.campaign,
  })).map((m) => (m.main ? { ...m, name: m.name.split(" (")[0] ?? m.name } : m));
}

function Tallies({ ledger }: { ledger: Ledger }) {
  const { t } = useSite();
  if (ledger.tallies.length === 0) return null;
  const range = (tally: Ledger["tallies"][number]) => (tally.value !== null ? grouped(tally.value) : `${grouped(tally.low ?? 0)}–${grouped(tally.high ?? 0)}`);
  return (
    <section>
      <h2>{t("tallies")}</h2>
      <p class="note">{t("tallies.note")}</p>
      <Table caption={t("tallies")} file="tallies" rows={ledger.tallies} id={(r) => r.header.id}
        columns={[
          { head: t("tally.tracker"), cell: (r) => <><Own text={nameOf(ledger, r.tracker)} /> <Cites cites={r.header.cites} /></>, text: (r) => nameOf(ledger, r.tracker) },
          { head: t("tally.measure"), cell: (r) => <Own text={r.measure} />, text: (r) => r.measure },
          { head: t("tally.value"), cell: (r) => <Num>{range(r)}</Num>, text: range, number: true },
          { head: t("tally.period"), cell: (r) => <Num>{r.from} – {r.to}</Num>, text: (r) => `${r.from}/${r.to}` },
          { head: t("tally.coverage"), cell: (r) => <Own text={r.coverage} />, text: (r) => r.coverage },
          { head: t("tally.definition"), cell: (r) => <Own text={r.definition} />, text: (r) => r.definition },
        ]} />
    </section>
  );
}

function Incidents({ ledger }: { ledger: Ledger }) {
  const { t, route } = useSite();
  const date = useDate();
  if (ledger.incidents.length === 0) return null;
  const sorted = [...ledger.incidents].sort((a, b) => (a.date < b.date ? -1 : 1));
  return (
    <section>
      <h2>{t("incidents")}</h2>
      <p class="note">{t("incidents.note")}</p>
      {sorted.map((i) => (
        <details key={i.header.id} id={`entry-${i.header.id}`} tabIndex={-1} open={route.query.at === i.header.id}>
          <summary><Own text={i.name} />, {date(i.date)}</summary>
          <p><Own text={i.summary} /> <Cites cites={i.header.cites} /></p>
          <p>{t("incident.struck")}: <Own text={i.group_struck} /> · {t("area")}: <Own text={`${i.district}, ${i.province}`} /></p>
          <Table caption={t("incident.tolls")} rows={i.tolls}
            columns={[
              { head: t("tally.tracker"), cell: (r) => <><Own text={nameOf(ledger, r.per)} /> <Cites cites={r.cites} /></> },
              { head: t("value"), cell: (r) => [r.killed !== null && t("killed", { n: r.killed }), r.wounded !== null && t("wounded", { n: r.wounded })].filter(Boolean).join(", ") },
              { head: t("tally.definition"), cell: (r) => <Own text={r.detail} /> },
              { head: t("date"), cell: (r) => date(r.date) },
            ]} />
          {i.followed.length > 0 && <h3>{t("incident.followed")}</h3>}
          <ul>{i.followed.map((f, k) => <li key={k}>{date(f.date)}, <Own text={nameOf(ledger, f.actor)} />: <Own text={f.text} /> <Cites cites={f.cites} /></li>)}</ul>
        </details>
      ))}
    </section>
  );
}

function Indicators({ ledger }: { ledger: Ledger }) {
  const { t, route } = useSite();
  if (ledger.indicators.length === 0) return null;
  return (
    <section>
      <h2>{t("indicators")}</h2>
      {ledger.indicators.map((i) => (
        <details key={i.header.id} id={`entry-${i.header.id}`} tabIndex={-1} open={route.query.at === i.header.id}>
          <summary><Own text={i.name} /></summary>
          <p><Own text={i.definition} /> <Cites cites={i.header.cites} /></p>
          <Table caption={i.name} rows={i.values} file={i.header.id}
            columns={[
              { head: t("date"), cell: (r) => <Num>{r.date ?? r.period?.join(" – ") ?? ""}</Num>, text: (r) => r.date ?? r.period?.join("/") ?? "" },
              {
                head: `${t("value")} (${i.unit})`, number: true, text: (r) => r.value ?? `${r.low ?? ""}–${r.high ?? ""}`,
                cell: (r) => <Num>{r.value !== null ? grouped(r.value) : ""}{r.low !== null || r.high !== null ? ` (${grouped(r.low ?? 0)}–${grouped(r.high ?? 0)})` : ""}</Num>,
              },
              { head: t("tally.tracker"), cell: (r) => <><Own text={nameOf(ledger, r.per)} /> <Cites cites={r.cites} /></>, text: (r) => nameOf(ledger, r.per) },
              { head: t("data.remarks"), cell: (r) => r.note && <Own text={r.note} />, text: (r) => r.note },
            ]} />
        </details>
      ))}
    </section>
  );
}
