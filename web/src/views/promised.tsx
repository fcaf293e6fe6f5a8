import { useSite } from "../app";
import { useData } from "../data";
import { BriefSays, Cites, Loading, Own, Quote, nameOf, useAnchor, useDate } from "../parts/content";
import { Filters, Select, matches, Search } from "../parts/form";
import { Table } from "../parts/table";
import type { Commitment, Ledger, Programme } from "../types";

const STRANDS = ["Security", "RegionalCooperation", "SocioEconomic", "Political", "null"] as const;

export function Promised() {
  const { overview, route, t } = useSite();
  const ledger = useData("ledger");
  useAnchor(!!ledger);
  if (!ledger) return <Loading />;
  const { query } = route;
  // An entry that the address names is shown whatever the filters.
  const own = overview.settings.campaign;
  const named = ledger.commitments.find((c) => c.header.id === query.at) ?? ledger.programmes.find((p) => p.header.id === query.at);
  const campaign = query.campaign ?? named?.campaign ?? own;
  const campaigns = ledger.campaigns.filter((c) => [...ledger.commitments, ...ledger.programmes].some((p) => p.campaign === c.header.id));
  const shown = ledger.commitments.filter((c) =>
    (campaign === "all" || c.campaign === campaign)
    && (!query.strand || String(c.strand) === query.strand)
    && (!query.actor || c.actor === query.actor)
    && (!query.status || (query.status === "scored") === c.scores.length > 0)
    && (!query.search || matches(query.search, [c.summary, c.unrateable, ...c.wordings.map((w) => w.text), ...c.scores.map((s) => s.evidence)])));
  const actors = [...new Set(ledger.commitments.map((c) => c.actor))];
  const about = ledger.campaigns.find((c) => c.header.id === campaign);
  const programmes = ledger.programmes.filter((p) => (campaign === "all" || p.campaign === campaign) && (!query.strand || String(p.strand) === query.strand));
  return (
    <>
      <p class="lead">{t("promised.lead")}</p>
      <BriefSays heading="what was promised" />
      <Filters names={["campaign", "strand", "actor", "status", "search"]} count={t("commitment.count", { n: shown.length })}>
        <Select label={t("campaign")} name="campaign" value={campaign} options={[{ value: "all", label: t("all") }, ...campaigns.map((c) => ({ value: c.header.id, label: c.name }))]} />
        <Select label={t("strand")} name="strand" value={query.strand ?? ""} options={[{ value: "", label: t("all") }, ...STRANDS.map((s) => ({ value: s, label: t(`strand.${s}`) }))]} />
        <Select label={t("actor")} name="actor" value={query.actor ?? ""} options={[{ value: "", label: t("all") }, ...actors.map((a) => ({ value: a, label: nameOf(ledger, a, true) }))]} />
        <Select label={t("status")} name="status" value={query.status ?? ""}
          options={[{ value: "", label: t("all") }, { value: "scored", label: t("status.scored") }, { value: "unrateable", label: t("status.unrateable") }]} />
        <Search label={t("search")} name="search" value={query.search ?? ""} />
      </Filters>
      {about && about.strands.length > 0 && (
        <section>
          <h2>{t("strands")}: <Own text={about.name} /></h2>
          <ul class="strands">
            {about.strands.map((s) => (
              <li key={s.header.id} id={`entry-${s.header.id}`} tabIndex={-1}>
                <strong>{t(`strand.${s.kind ?? "null"}`)}</strong> <Own text={s.text} /> <Cites cites={s.header.cites} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <Matrix ledger={ledger} commitments={shown} />
      <section>
        <h2>{t("commitments")}</h2>
        {shown.map((c) => <Entry key={c.header.id} ledger={ledger} commitment={c} />)}
      </section>
      {programmes.length > 0 && (
        <section>
          <h2>{t("programmes")}</h2>
          {programmes.map((p) => <ProgrammeEntry key={p.header.id} ledger={ledger} programme={p} />)}
        </section>
      )}
    </>
  );
}

function Matrix({ commitments }: { ledger: Ledger; commitments: Commitment[] }) {
  const { t } = useSite();
  const years = [...new Set(commitments.flatMap((c) => c.scores.map((s) => s.year)))].sort();
  if (years.length === 0) return null;
  const score = (c: Commitment, year: number) => c.scores.find((s) => s.year === year)?.score ?? null;
  return (
    <section>
      <h2>{t("commitment.matrix")}</h2>
      <Table caption={t("commitment.matrix")} className="matrix" file="commitments-by-year" rows={commitments}
        columns={[
          { head: t("commitment"), cell: (c) => <Own text={short(c.summary)} />, text: (c) => c.summary },
          ...years.map((year) => ({
            head: String(year), number: true, text: (c: Commitment) => score(c, year),
            cell: (c: Commitment) => {
              const value = score(c, year);
              return value === null ? <span class="cell none"><span class="hidden">{t("commitment.noscore")}</span></span> : <span class={`cell score-${value}`}>{value}</span>;
            },
          })),
        ]} />
    </section>
  );
}

function short(text: string): string {
  return text.length <= 90 ? text : `${text.slice(0, text.lastIndexOf(" ", 88))} …`;
}

function Entry({ ledger, commitment: c }: { ledger: Ledger; commitment: Commitment }) {
  const { t } = useSite();
  const date = useDate();
  return (
    <article class="entry" id={`entry-${c.header.id}`} tabIndex={-1}>
      <h3>{c.point !== null && <>{t("commitment.point", { n: c.point })}: </>}<Own text={c.summary} /></h3>
      <p class="meta"><Own text={nameOf(ledger, c.actor)} />, {date(c.date)} · {t(`strand.${c.strand ?? "null"}`)} · <Cites cites={c.header.cites} /></p>
      {c.unrateable && <p class="unrateable">{t("commitment.unrateable", { because: "" })}<Own text={c.unrateable} /></p>}
      {c.scores.length > 0 && (
        <Table caption={t("commitment.scores")} rows={[...c.scores].sort((a, b) => a.year - b.year)}
          columns={[
            { head: t("year"), cell: (s) => s.year },
            { head: t("score"), cell: (s) => <><span class={`cell score-${s.score}`}>{s.score}</span> {t(`score.${s.score}` as "score.0")}</> },
            { head: t("evidence"), cell: (s) => <><Own text={s.evidence} /> <Cites cites={s.cites} /></> },
          ]} />
      )}
      {c.wordings.length === 0 ? <p class="note">{t("commitment.nowording")}</p> : (
        <details open={c.wordings.length === 1}>
          <summary>{t("commitment.wordings", { n: c.wordings.length })}</summary>
          {c.wordings.map((w, i) => (
            <div key={i} class="wording">
              <p class="meta"><Own text={w.version} /> <Cites cites={w.cites} /></p>
              <Quote text={w.text} />
              {w.note && <p class="note"><Own text={w.note} /></p>}
            </div>
          ))}
        </details>
      )}
    </article>
  );
}

function ProgrammeEntry({ ledger, programme: p }: { ledger: Ledger; programme: Programme }) {
  const { t } = useSite();
  const figure = (value: number | null) => (value === null ? <span class="missing">{t("nopublished")}</span> : value.toLocaleString("en"));
  return (
    <article class="entry" id={`entry-${p.header.id}`} tabIndex={-1}>
      <h3><Own text={p.name} /></h3>
      <p class="meta"><Own text={nameOf(ledger, p.actor)} /> · {t(`strand.${p.strand ?? "null"}`)} · <Cites cites={p.header.cites} /></p>
      <p><Own text={p.summary} /></p>
      {p.unrateable && <p class="unrateable">{t("commitment.unrateable", { because: "" })}<Own text={p.unrateable} /></p>}
      {p.results.length > 0 && (
        <Table caption={p.name} rows={p.results} file={p.header.id}
          columns={[
            { head: t("programme.result"), cell: (r) => <><Own text={`${r.indicator} (${r.unit})`} /> <Cites cites={r.cites} />{r.note && <><br /><small><Own text={r.note} /></small></>}</>, text: (r) => `${r.indicator} (${r.unit})` },
            { head: t("period"), cell: (r) => <Own text={r.period} />, text: (r) => r.period },
            { head: t("baseline"), cell: (r) => figure(r.baseline), text: (r) => r.baseline, number: true },
            { head: t("target"), cell: (r) => figure(r.target), text: (r) => r.target, number: true },
            { head: t("actual"), cell: (r) => figure(r.actual), text: (r) => r.actual, number: true },
          ]} />
      )}
    </article>
  );
}
