import { useSite } from "../app";
import { useData } from "../data";
import { IntervalAxis, IntervalCell } from "../parts/cells";
import { Cites, Fill, Loading, Num, Own, grouped, nameOf, signed, useAnchor, useMoment } from "../parts/content";
import { Table } from "../parts/table";
import type { Campaign } from "../types";
import { wordOf } from "./difference";

export function Campaigns() {
  const { route, t, href, change } = useSite();
  const ledger = useData("ledger");
  const weighing = useData("weighing");
  const moment = useMoment();
  useAnchor(!!ledger && !!weighing);
  if (!ledger || !weighing) return <Loading />;
  const ids = weighing.answers.map((a) => a.question.id);
  const picked = new Set((route.query.pick ?? "").split(".").filter((id) => ids.includes(id)));
  const shown = weighing.answers.filter((a) => picked.size === 0 || picked.has(a.question.id));
  const records = ledger.campaigns.filter((c) => (picked.size === 0 ? c.kind === "Operation" : picked.has(c.header.id)) || c.header.id === route.query.at);
  const about = (c: Campaign) => ledger.claims.filter((claim) => claim.about.includes(c.header.id)).length;
  const own = (c: Campaign) => ledger.commitments.filter((k) => k.campaign === c.header.id);
  return (
    <>
      <p class="lead">{t("campaigns.lead")}</p>
      <details class="pick" open={picked.size > 0}>
        <summary>{t("campaigns.choose")}</summary>
        <form class="choices columns" aria-label={t("campaigns.choose")} onSubmit={(e) => e.preventDefault()}>
          {weighing.answers.map((a) => (
            <label key={a.question.id}>
              <input type="checkbox" checked={picked.has(a.question.id)} onChange={(e) => {
                const next = new Set(picked);
                if (e.currentTarget.checked) next.add(a.question.id);
                else next.delete(a.question.id);
                change({ pick: [...next].join(".") });
              }} />
              <Own text={a.question.name} />
            </label>
          ))}
          {picked.size > 0 && <button type="button" onClick={() => change({ pick: "" })}>{t("filter.reset")}</button>}
        </form>
      </details>
      <Table caption={t("campaigns.table")} file="interventions" rows={shown}
        columns={[
          { head: t("intervention"), cell: (a) => <><a href={href("difference", { about: a.question.id })}><Own text={a.question.name} /></a><br /><small><Num>{a.question.date}</Num></small></>, text: (a) => a.question.name },
          { head: t("difference.axis"), axis: <IntervalAxis />, cell: (a) => a.summary.middle && <IntervalCell middle={a.summary.middle} extremes={a.summary.extremes} /> },
          { head: t("difference.middle"), number: true, text: (a) => a.summary.middle?.estimate ?? null, cell: (a) => a.summary.middle && <><Num><strong>{signed(a.summary.middle.estimate)}</strong></Num> (<Fill word="to.range" a={signed(a.summary.middle.low)} b={signed(a.summary.middle.high)} />)</> },
          { head: t("difference.below"), number: true, text: (a) => a.verdict.wholly_below, cell: (a) => <Fill word="of" a={grouped(a.verdict.wholly_below)} b={grouped(a.verdict.specifications)} /> },
          { head: t("difference.above"), number: true, text: (a) => a.verdict.wholly_above, cell: (a) => <Fill word="of" a={grouped(a.verdict.wholly_above)} b={grouped(a.verdict.specifications)} /> },
          { head: t("difference.joint"), number: true, text: (a) => a.verdict.joint_p, cell: (a) => a.verdict.joint_p !== null && <Num>{a.verdict.joint_p.toFixed(2)}</Num> },
          { head: t("verdict"), text: (a) => a.verdict.word, cell: (a) => t(wordOf(a)) },
          { head: t("difference.detectable"), number: true, text: (a) => a.verdict.smallest_detectable?.decrease ?? null, cell: (a) => a.verdict.smallest_detectable && <Fill word="or" a={signed(a.verdict.smallest_detectable.decrease)} b={signed(a.verdict.smallest_detectable.increase)} /> },
          { head: t("campaigns.naive"), number: true, text: (a) => a.summary.before_after, cell: (a) => a.summary.before_after !== null && <Num>{signed(a.summary.before_after)}</Num> },
          { head: t("campaigns.also"), cell: (a) => a.question.also_in_window.length > 0 && <details class="also"><summary>{a.question.also_in_window.length}</summary><Own text={a.question.also_in_window.join(", ")} /></details>, text: (a) => a.question.also_in_window.join("; ") },
        ]} />
      {weighing.not_asked.length > 0 && (
        <section>
          <h2>{t("campaigns.notasked")}</h2>
          <ul>{weighing.not_asked.map(([name, why]) => <li key={name}><Own text={`${name}: ${why}`} /></li>)}</ul>
        </section>
      )}
      <section>
        <h2>{t("campaigns.record")}</h2>
        <Table caption={t("campaigns.record")} file="campaigns" rows={records} id={(c) => c.header.id}
          columns={[
            { head: t("campaign"), text: (c) => c.name, cell: (c) => <><Own text={c.name} />{c.translation && <><br /><small><Own text={c.translation} /></small></>}</> },
            { head: t("actor"), text: (c) => nameOf(ledger, c.actor), cell: (c) => <Own text={nameOf(ledger, c.actor, true)} /> },
            { head: t("announced"), text: (c) => moment(c.announced), cell: (c) => moment(c.announced) },
            { head: t("begun"), text: (c) => moment(c.begun), cell: (c) => moment(c.begun) },
            { head: t("ended"), text: (c) => moment(c.ended), cell: (c) => moment(c.ended) },
            { head: t("areas"), text: (c) => c.areas.join("; "), cell: (c) => <Own text={c.areas.join(", ")} /> },
            { head: t("commitments"), number: true, text: (c) => own(c).length, cell: (c) => <><Num>{own(c).length}</Num>{own(c).length > 0 && <small> ({t("scored")}: {own(c).filter((k) => k.scores.length > 0).length})</small>}</> },
            { head: t("claims"), number: true, text: about, cell: (c) => <Num>{about(c)}</Num> },
            {
              head: t("what"), text: (c) => c.summary,
              cell: (c) => (
                <>
                  <Own text={c.summary} /> <Cites cites={c.header.cites} />
                  {c.also_given.length > 0 && <details><summary>{t("alsogiven")}</summary><ul>{c.also_given.map((a, i) => <li key={i}><Own text={`${a.field}: ${a.value}`} /> <Cites cites={a.cites} /></li>)}</ul></details>}
                </>
              ),
            },
          ]} />
      </section>
      {ledger.operation_lists.length > 0 && (
        <section>
          <h2>{t("lists")}</h2>
          <Table caption={t("lists")} rows={ledger.operation_lists} id={(l) => l.header.id} file="operation-lists"
            columns={[
              { head: t("lists.states"), text: (l) => l.states, cell: (l) => <><Own text={l.states} /> <Cites cites={l.header.cites} /></> },
              { head: t("difference.count"), number: true, text: (l) => l.count, cell: (l) => l.count ?? <span class="missing">{t("nopublished")}</span> },
              { head: t("lists.members"), text: (l) => l.members.join("; "), cell: (l) => <Own text={l.members.map((m) => ledger.campaigns.find((c) => c.header.id === m)?.name ?? m).join(", ")} /> },
              { head: t("data.remarks"), text: (l) => l.note, cell: (l) => l.note && <Own text={l.note} /> },
            ]} />
        </section>
      )}
    </>
  );
}
