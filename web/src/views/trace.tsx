import { useMemo } from "preact/hooks";
import { useSite } from "../app";
import { useData } from "../data";
import { entries, fileOf, sentences, type Entry, type Sentence } from "../entries";
import { Loading, Num, Own, host, safeAddress, useDate } from "../parts/content";
import { Search, matches } from "../parts/form";
import { Table } from "../parts/table";
import type { Document, Thing, Weighing } from "../types";

const MOST = 60;

export function Trace() {
  const { overview, route, t, href } = useSite();
  const ledger = useData("ledger"), documents = useData("documents"), weighing = useData("weighing"), things = useData("trace");
  const all = useMemo(() => (ledger ? entries(ledger) : []), [ledger]);
  const text = useMemo(() => sentences(overview), [overview]);
  if (!ledger || !documents || !weighing || !things) return <Loading />;
  const { q, figure, entry, doc, code } = route.query;
  const codeOf = (kind: Thing["kind"], id: string) => things.find((x) => x.kind === kind && x.id === id)?.code;
  const back = <p><a href={href("trace", { q: q ?? "" })}>{t("trace.back")}</a></p>;
  if (doc !== undefined) {
    const found = documents.find((d) => d.key === doc);
    return <>{back}{found ? <DocumentTrace document={found} all={all} text={text} /> : <p>{t("trace.notfound")}</p>}</>;
  }
  if (figure !== undefined) {
    const found = weighing.figures.find((f) => f.id === figure);
    return <>{back}{found ? <FigureTrace code={codeOf("figure", found.id)} figure={found} weighing={weighing} text={text} /> : <p>{t("trace.notfound")}</p>}</>;
  }
  if (code !== undefined) {
    const found = things.find((x) => x.code === code.toUpperCase());
    return <>{back}{found ? <ThingTrace thing={found} /> : <p>{t("trace.notfound")}</p>}</>;
  }
  if (entry !== undefined) {
    const found = all.find((e) => e.id === entry);
    return <>{back}{found ? <EntryTrace code={codeOf("entry", found.id)} entry={found} documents={documents} /> : <p>{t("trace.notfound")}</p>}</>;
  }
  return <Results q={q ?? ""} all={all} text={text} documents={documents} weighing={weighing} things={things} />;
}

interface Found { q: string; all: Entry[]; text: Sentence[]; documents: Document[]; weighing: Weighing; things: Thing[] }

function Results({ q, all, text, documents, weighing, things }: Found) {
  const { t, href } = useSite();
  const words = q.trim();
  const figures = weighing.figures.filter((f) => words && matches(words, [f.id, f.text, f.printed, f.how]));
  const said = text.filter((s) => words && matches(words, [s.text, ...s.cites.map(([key]) => key), ...s.figures.map(([id]) => id)]));
  const found = all.filter((e) => words && matches(words, [e.id, ...e.texts, ...e.cites.map((c) => c.document)]));
  const docs = documents.filter((d) => words && matches(words, [d.key, d.title, d.author, d.organization, d.date, d.url, d.sha256]));
  const coded = things.filter((x) => words && (x.code.startsWith(words.toUpperCase()) || (x.kind === "chart" && matches(words, [x.id, x.text]))));
  const n = coded.length + figures.length + said.length + found.length + docs.length;
  const more = (length: number) => length > MOST && <p class="note">{t("trace.toomany", { n: MOST })}</p>;
  return (
    <>
      <p class="lead">{t("trace.lead")}</p>
      <form class="filters" role="search" onSubmit={(e) => e.preventDefault()}>
        <Search wide label={t("trace.search")} name="q" value={q} />
        <p class="count" role="status">{words ? t("trace.results", { n }) : t("trace.hint", { example: weighing.figures[0]?.id ?? "" })}</p>
      </form>
      {(!words || figures.length > 0) && (
        <section>
          <h2>{t("trace.figures")}</h2>
          <FigureTable figures={words ? figures : weighing.figures} caption={t("trace.figures")} />
        </section>
      )}
      {coded.length > 0 && (
        <section>
          <h2>{t("trace.codes")}</h2>
          <ul class="results">
            {coded.slice(0, MOST).map((x) => <li key={x.code}><a href={href("trace", { code: x.code, q })}><code>{x.code}</code></a> <span class="meta">{t(`thing.${x.kind}`)} · <code>{x.id}</code></span> <Own text={x.text} /></li>)}
          </ul>
          {more(coded.length)}
        </section>
      )}
      {said.length > 0 && (
        <section>
          <h2>{t("trace.sentences")}</h2>
          <ul class="results">{said.slice(0, MOST).map((s, i) => <li key={i}><SentenceLine sentence={s} /></li>)}</ul>
          {more(said.length)}
        </section>
      )}
      {found.length > 0 && (
        <section>
          <h2>{t("trace.entries")}</h2>
          <ul class="results">
            {found.slice(0, MOST).map((e) => <li key={e.id}><a href={href("trace", { entry: e.id, q })}><Own text={e.name} /></a> <span class="meta">{t(`kind.${e.kind}`)} · <code>{e.id}</code></span></li>)}
          </ul>
          {more(found.length)}
        </section>
      )}
      {docs.length > 0 && (
        <section>
          <h2>{t("trace.documents")}</h2>
          <ul class="results">
            {docs.slice(0, MOST).map((d) => <li key={d.key}><a href={href("trace", { doc: d.key, q })}>{d.number}. <Own text={d.title} /></a> <span class="meta"><Own text={[d.organization, d.date].filter(Boolean).join(", ")} /></span></li>)}
          </ul>
          {more(docs.length)}
        </section>
      )}
    </>
  );
}

export function FigureTable({ figures, caption }: { figures: Weighing["figures"]; caption: string }) {
  const { t, href } = useSite();
  return (
    <Table caption={caption} file="figures" rows={figures}
      columns={[
        { head: t("figure"), text: (f) => f.id, cell: (f) => <a href={href("trace", { figure: f.id })}><code>{f.id}</code></a> },
        { head: t("trace.printed"), text: (f) => f.printed, cell: (f) => <Own text={f.printed} />, number: true },
        { head: t("whatis"), text: (f) => f.text, cell: (f) => <Own text={f.text} /> },
        { head: t("trace.computed"), text: (f) => f.how, cell: (f) => <Own text={f.how} /> },
      ]} />
  );
}

function SentenceLine({ sentence }: { sentence: Sentence }) {
  const { href } = useSite();
  return (
    <span lang="en" dir="ltr">
      {sentence.text} <span class="meta">({sentence.section})</span>{" "}
      {sentence.figures.map(([id]) => <span key={id}><a href={href("trace", { figure: id })}><code>{id}</code></a> </span>)}
      {sentence.cites.map(([key, number, locator], i) => <span key={i}>[<a href={href("trace", { doc: key })}>{number}</a>{locator && `, ${locator}`}] </span>)}
    </span>
  );
}

function FigureTrace({ code, figure, weighing, text }: { code: string | undefined; figure: Weighing["figures"][number]; weighing: Weighing; text: Sentence[] }) {
  const { t, href } = useSite();
  const sources = weighing.panel_sources.filter((s) => figure.how.includes(`${s.dataset} ${s.version}`));
  const answer = weighing.answers.find((a) => figure.how.endsWith(`asked about ${a.question.name}`));
  const said = text.filter((s) => s.figures.some(([id]) => id === figure.id));
  return (
    <article class="trace">
      <h2><code>{figure.id}</code></h2>
      <Code code={code} />
      <dl class="facts">
        <dt>{t("trace.printed")}</dt><dd><strong><Own text={figure.printed} /></strong></dd>
        <dt>{t("whatis")}</dt><dd><Own text={figure.text} /></dd>
        {figure.value !== null && <><dt>{t("value")}</dt><dd><Num>{figure.value}</Num></dd></>}
        <dt>{t("trace.computed")}</dt><dd><Own text={figure.how} /></dd>
      </dl>
      {answer && <p><a href={href("difference", { about: answer.question.id })}>{t("view.difference")}: <Own text={answer.question.name} /></a></p>}
      {sources.length > 0 && <h3>{t("trace.data")}</h3>}
      {sources.map((s) => <SourceFacts key={s.sha256} source={s} heading="h4" />)}
      {said.length > 0 && <h3>{t("trace.standsin")}</h3>}
      <ul class="results">{said.map((s, i) => <li key={i}><SentenceLine sentence={s} /></li>)}</ul>
    </article>
  );
}

export function SourceFacts({ source: s, heading: Heading }: { source: Weighing["panel_sources"][number]; heading: "h3" | "h4" }) {
  const { t } = useSite();
  return (
    <div class="entry">
      <Heading><Own text={`${s.dataset} ${s.version}`} /></Heading>
      <dl class="facts">
        <dt>{t("data.cite")}</dt><dd><Own text={s.attribution} /></dd>
        <dt>{t("data.licence")}</dt><dd><Own text={s.licence} /></dd>
        <dt>{t("data.computed")}</dt><dd><Own text={s.computed} /></dd>
        <dt>{t("data.file")}</dt><dd><code class="hash">{s.sha256}</code></dd>
        <dt>{t("data.remarks")}</dt><dd><Own text={s.notes} /></dd>
      </dl>
    </div>
  );
}

function EntryTrace({ code, entry, documents }: { code: string | undefined; entry: Entry; documents: Document[] }) {
  const { t, href } = useSite();
  return (
    <article class="trace">
      <h2><Own text={entry.name} /></h2>
      <p class="meta">{t(`kind.${entry.kind}`)} · <code>{entry.id}</code> · <code>{fileOf(entry.kind)}</code></p>
      <Code code={code} />
      {entry.view !== "trace" && <p><a href={href(entry.view, entry.query)}>{t("trace.open")}: {t(`view.${entry.view}`)}</a></p>}
      <h3>{t("trace.documents")}</h3>
      <Table caption={t("trace.documents")} rows={entry.cites}
        columns={[
          { head: t("trace.documents"), cell: (c) => { const d = documents.find((x) => x.key === c.document); return <a href={href("trace", { doc: c.document })}><Own text={d ? `${d.number}. ${d.title}` : c.document} /></a>; } },
          { head: t("trace.locator"), cell: (c) => <><Own text={c.locator} />{c.secondary && ` (${t("trace.secondary")})`}</> },
          { head: t("data.file"), cell: (c) => <code class="hash">{documents.find((x) => x.key === c.document)?.sha256?.slice(0, 16) ?? "–"}</code> },
        ]} />
    </article>
  );
}

/** The code by which `tarazu trace` finds the same. */
function Code({ code }: { code: string | undefined }) {
  const { t, href } = useSite();
  return code ? <p class="meta">{t("trace.code")}: <a href={href("trace", { code })}><code>{code}</code></a></p> : null;
}

function ThingTrace({ thing }: { thing: Thing }) {
  const { t, href } = useSite();
  return (
    <article class="trace">
      <h2><code>{thing.code}</code></h2>
      <p class="meta">{t(`thing.${thing.kind}`)} · <code>{thing.id}</code></p>
      <p><Own text={thing.text} /></p>
      {thing.kind === "entry" && <p><a href={href("trace", { entry: thing.id })}>{t("trace.entries")}: <code>{thing.id}</code></a></p>}
      {thing.kind === "figure" && <p><a href={href("trace", { figure: thing.id })}>{t("figure")}: <code>{thing.id}</code></a></p>}
      <dl class="facts">
        {thing.how && <><dt>{t("trace.computed")}</dt><dd><Own text={thing.how} /></dd></>}
        {thing.place && <><dt>{t("trace.place")}</dt><dd><bdi>{t("trace.line", { file: thing.place.file, line: thing.place.line })}</bdi> · SHA-256 <code class="hash">{thing.place.sha256}</code></dd></>}
      </dl>
      {thing.figures.length > 0 && <p>{t("trace.figures")}: {thing.figures.map((id) => <span key={id}><a href={href("trace", { figure: id })}><code>{id}</code></a> </span>)}</p>}
      {thing.data.length > 0 && <h3>{t("trace.data")}</h3>}
      {thing.data.map((d, i) => (
        <dl key={i} class="facts entry">
          <dt>{t("dataset")}</dt><dd><Own text={d.name} /></dd>
          {d.file && <><dt>{t("trace.rows")}</dt><dd><Own text={[d.file, d.lines].filter(Boolean).join(": ")} /></dd></>}
          {d.sha256 && <><dt>SHA-256</dt><dd><code class="hash">{d.sha256}</code></dd></>}
          <dt>{t("data.cite")}</dt><dd><Own text={d.attribution} /></dd>
          <dt>{t("data.licence")}</dt><dd><Own text={d.licence} /></dd>
          <dt>{t("data.computed")}</dt><dd><Own text={d.computed} /></dd>
        </dl>
      ))}
      {thing.documents.length > 0 && <h3>{t("trace.documents")}</h3>}
      <ul class="results">
        {thing.documents.map((d, i) => <li key={i}><a href={href("trace", { doc: d.key })}><Own text={d.title} /></a>, <Own text={d.locator} />{d.secondary && ` (${t("trace.secondary")})`}</li>)}
      </ul>
    </article>
  );
}

function DocumentTrace({ document: d, all, text }: { document: Document; all: Entry[]; text: Sentence[] }) {
  const { t, href } = useSite();
  const date = useDate();
  const url = d.url ? safeAddress(d.url) : undefined;
  const citing = all.filter((e) => e.cites.some((c) => c.document === d.key));
  const said = text.filter((s) => s.cites.some(([key]) => key === d.key));
  return (
    <article class="trace">
      <h2>{d.number}. <Own text={d.title} /></h2>
      <dl class="facts">
        {d.author && <><dt>{t("doc.author")}</dt><dd><Own text={d.author} /></dd></>}
        {d.organization && <><dt>{t("doc.published")}</dt><dd><Own text={[d.organization, d.date].filter(Boolean).join(", ")} /></dd></>}
        {url && <><dt>{t("doc.address")}</dt><dd><a href={url} rel="noopener noreferrer">{host(url)}</a>{d.urldate && <> · {t("doc.read", { date: date(d.urldate) })}</>}</dd></>}
        {d.note && <><dt>{t("data.remarks")}</dt><dd><Own text={d.note} /></dd></>}
        {d.sha256 && <><dt>{t("data.file")}</dt><dd><code class="hash">{d.sha256}</code></dd></>}
      </dl>
      {citing.length + said.length > 0 && <h3>{t("trace.usedby")}</h3>}
      <ul class="results">
        {citing.map((e) => (
          <li key={e.id}>
            <a href={href("trace", { entry: e.id })}><Own text={e.name} /></a>{" "}
            <span class="meta">{t(`kind.${e.kind}`)} · <Own text={e.cites.filter((c) => c.document === d.key).map((c) => c.locator).join("; ")} /></span>
          </li>
        ))}
        {said.map((s, i) => <li key={`s${i}`}><SentenceLine sentence={s} /></li>)}
      </ul>
    </article>
  );
}
