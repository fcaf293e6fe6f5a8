import { useSite } from "../app";
import { useData } from "../data";
import { ClaimsTimeline } from "../parts/claims";
import { BriefSays, Cites, Loading, Own, Quote, nameOf, useAnchor, useDate } from "../parts/content";
import { Filters, Search, Select, matches } from "../parts/form";
import { Table } from "../parts/table";
import type { Claim, Ledger, Request } from "../types";

export function Claimed() {
  const { route, t } = useSite();
  const ledger = useData("ledger");
  useAnchor(!!ledger);
  if (!ledger) return <Loading />;
  const { query } = route;
  const involved = (c: Claim, actor: string) => c.actor === actor || c.responses.some((r) => r.actor === actor);
  const actors = [...new Set(ledger.claims.flatMap((c) => [c.actor, ...c.responses.map((r) => r.actor)]))]
    .map((a) => ({ value: a, label: nameOf(ledger, a) })).sort((a, b) => (a.label < b.label ? -1 : 1));
  const years = [...new Set(ledger.claims.map((c) => c.date.slice(0, 4)))].sort();
  const shown = ledger.claims.filter((c) =>
    (!query.year || c.date.startsWith(query.year))
    && (!query.actor || involved(c, query.actor))
    && (!query.responses || (query.responses === "none") === (c.responses.length === 0))
    && (!query.search || matches(query.search, [c.proposition, c.quote, c.voice, nameOf(ledger, c.actor), ...c.responses.flatMap((r) => [r.text, r.quote, r.voice, nameOf(ledger, r.actor)])])))
    .sort((a, b) => (a.date < b.date ? -1 : 1));
  return (
    <>
      <p class="lead">{t("claimed.lead")}</p>
      <BriefSays heading="who claims what" />
      <Filters names={["actor", "responses", "year", "search"]} count={t("claim.count", { n: shown.length })}>
        <Select label={t("actor")} name="actor" value={query.actor ?? ""} options={[{ value: "", label: t("all") }, ...actors]} />
        <Select label={t("response")} name="responses" value={query.responses ?? ""}
          options={[{ value: "", label: t("claim.all") }, { value: "some", label: t("claim.withresponse") }, { value: "none", label: t("claim.withoutresponse") }]} />
        <Select label={t("year")} name="year" value={query.year ?? ""} options={[{ value: "", label: t("all") }, ...years.map((year) => ({ value: year, label: year }))]} />
        <Search label={t("search")} name="search" value={query.search ?? ""} />
      </Filters>
      <ClaimsTimeline ledger={ledger} claims={shown} />
      <section class="claims">
        <h2>{t("claims")}</h2>
        {shown.map((c) => <Pair key={c.header.id} ledger={ledger} claim={c} />)}
      </section>
      <Requests ledger={ledger} />
      <Encounters ledger={ledger} />
    </>
  );
}

/** A claim and what others said to it: every side in the same words' size and the same width. */
function Pair({ ledger, claim: c }: { ledger: Ledger; claim: Claim }) {
  const { t } = useSite();
  const date = useDate();
  const side = (actor: string, how: string, when: string, voice: string | null, text: string, quote: string | null, cites: Claim["header"]["cites"]) => (
    <>
      <h3><Own text={nameOf(ledger, actor)} /> <span class="plain">{how}</span></h3>
      <p class="meta">{date(when)}{voice && <> · <Own text={voice} /></>}</p>
      <p><Own text={text} /></p>
      {quote && <Quote text={quote} />}
      <p><Cites cites={cites} /></p>
    </>
  );
  return (
    <article class="pair" id={`entry-${c.header.id}`} tabIndex={-1}>
      <div class="side">{side(c.actor, t("claim.claimed"), c.date, c.voice, c.proposition, c.quote, c.header.cites)}</div>
      {[...c.responses].sort((a, b) => (a.date < b.date ? -1 : 1)).map((r, i) => (
        <div key={i} class="side">{side(r.actor, r.kind ? t(`response.${r.kind}`) : "", r.date, r.voice, r.text, r.quote, r.cites)}</div>
      ))}
      {c.responses.length === 0 && (
        <div class="side silent">
          <h3>{t("claim.noresponse")}</h3>
          {c.no_response_found && <p class="meta">{t("claim.searchedon", { date: date(c.no_response_found) })}</p>}
        </div>
      )}
    </article>
  );
}

function Requests({ ledger }: { ledger: Ledger }) {
  const { t } = useSite();
  const date = useDate();
  if (ledger.requests.length === 0) return null;
  const asked = (r: Request) => t("request.asked", { a: nameOf(ledger, r.actor, true), b: nameOf(ledger, r.of, true) });
  return (
    <section>
      <h2>{t("requests")}</h2>
      <Table caption={t("requests")} file="requests" rows={[...ledger.requests].sort((a, b) => (a.date < b.date ? -1 : 1))} id={(r) => r.header.id}
        columns={[
          { head: t("parties"), cell: (r) => <bdi>{asked(r)}</bdi>, text: asked },
          { head: t("date"), cell: (r) => date(r.date), text: (r) => r.date },
          { head: t("request.what"), cell: (r) => <><Own text={r.what} />{r.quote && <Quote text={r.quote} />} <Cites cites={r.header.cites} /></>, text: (r) => r.what },
          {
            head: t("request.answer"), text: (r) => r.answer ?? r.status,
            cell: (r) => (
              <>
                <strong>{r.status && t(`request.${r.status}`)}</strong>{r.answered && <>, {date(r.answered)}</>}
                {r.answer && <><br /><Own text={r.answer} /> </>}{r.answer_cites.length > 0 && <Cites cites={r.answer_cites} />}
                <br /><small>{t("claim.searchedon", { date: date(r.searched) })}</small>
              </>
            ),
          },
        ]} />
    </section>
  );
}

function Encounters({ ledger }: { ledger: Ledger }) {
  const { t, route } = useSite();
  const date = useDate();
  if (ledger.encounters.length === 0) return null;
  const parties = (e: Ledger["encounters"][number]) => e.parties.map((p) => nameOf(ledger, p, true)).join(", ");
  return (
    <section>
      <h2>{t("encounters")}</h2>
      <details open={ledger.encounters.some((e) => e.header.id === route.query.at)}>
        <summary>{t("encounters")} ({ledger.encounters.length})</summary>
        <Table caption={t("encounters")} file="encounters" rows={[...ledger.encounters].sort((a, b) => (a.date < b.date ? -1 : 1))} id={(e) => e.header.id}
          columns={[
            { head: t("parties"), cell: (e) => <><Own text={parties(e)} /><br /><small><Own text={e.kind} /></small></>, text: parties },
            { head: t("date"), cell: (e) => <>{date(e.date)}{e.place && <>, <Own text={e.place} /></>}</>, text: (e) => e.date },
            { head: t("what"), cell: (e) => <><Own text={e.summary} />{e.quote && <Quote text={e.quote} />} <Cites cites={e.header.cites} /></>, text: (e) => e.summary },
          ]} />
      </details>
    </section>
  );
}
