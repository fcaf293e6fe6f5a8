// Who claims what, when, and who answers when: a row for each actor along the calendar. What falls on the same days is stacked.
import { useState } from "preact/hooks";
import { useSite } from "../app";
import { Own, nameOf, useDate } from "./content";
import { yearStep } from "./scale";
import { Table } from "./table";
import { useWidth } from "./width";
import type { Claim, Ledger } from "../types";

const DAY = 86_400_000, SIZE = 11, TOP = 8, BOTTOM = 24;

/** First and last day of a date of the ledger, as precise as it is: a day, a month, a year. */
export function daysOf(date: string): [number, number] {
  const [year = 0, month, day] = date.split("-").map(Number);
  const at = (y: number, m: number, d: number) => Date.UTC(y, m, d) / DAY;
  if (!month) return [at(year, 0, 1), at(year, 11, 31)];
  return day ? [at(year, month - 1, day), at(year, month - 1, day)] : [at(year, month - 1, 1), at(year, month, 0)];
}

/** For each place along a line the level on which a mark of this size meets no other, from 0. */
export function stacked(places: number[], size: number): number[] {
  const levels: number[] = [];
  const last: number[] = [];
  places.map((x, i) => ({ x, i })).sort((a, b) => a.x - b.x || a.i - b.i).forEach(({ x, i }) => {
    let level = last.findIndex((end) => x - end >= size);
    if (level < 0) level = last.length;
    last[level] = x;
    levels[i] = level;
  });
  return levels;
}

type Kind = "claim" | "silent" | "Confirm" | "Clarify" | "Dispute" | "Deny" | "Accuse";
interface Mark { claim: Claim; actor: string; date: string; kind: Kind; text: string }

const KINDS: Kind[] = ["claim", "silent", "Confirm", "Clarify", "Dispute", "Deny", "Accuse"];
/** A shape of its own for each kind, about the middle. */
const SHAPES: Record<Kind, string> = {
  claim: "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
  silent: "M-4.2 0a4.2 4.2 0 1 0 8.4 0a4.2 4.2 0 1 0-8.4 0z",
  Confirm: "M-4.6 -.4L-1.6 3.4L4.6 -4",
  Clarify: "M-4-4h8v8h-8z",
  Dispute: "M0-5.4L5.4 0L0 5.4L-5.4 0z",
  Deny: "M-4-4L4 4M4-4L-4 4",
  Accuse: "M0-5L5 4H-5z",
};

export function marksOf(claims: Claim[]): Mark[] {
  return claims.flatMap((claim) => [
    { claim, actor: claim.actor, date: claim.date, kind: claim.responses.length > 0 ? "claim" as const : "silent" as const, text: claim.proposition },
    ...claim.responses.map((r) => ({ claim, actor: r.actor, date: r.date, kind: (r.kind ?? "Clarify") as Kind, text: r.text })),
  ]).sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
}

export function ClaimsTimeline({ ledger, claims }: { ledger: Ledger; claims: Claim[] }) {
  const { t, href, route, overview } = useSite();
  const date = useDate();
  const [ref, width] = useWidth<HTMLDivElement>();
  const [about, setAbout] = useState<string | null>(null);
  const marks = marksOf(claims);
  if (marks.length === 0) return null;
  const said = (kind: Kind) => (kind === "claim" ? t("claim.claimed") : kind === "silent" ? t("claim.unanswered") : t(`response.${kind}`));
  const words = (m: Mark) => `${nameOf(ledger, m.actor, true)} ${said(m.kind)}, ${date(m.date)}: ${m.text}`;
  const narrow = width < 560;
  const left = narrow ? 8 : 170, right = width - 12;
  const days = marks.flatMap((m) => daysOf(m.date));
  const first = Math.min(...days), last = Math.max(...days, first + 30);
  const x = (day: number) => left + SIZE / 2 + ((day - first) / (last - first)) * (right - left - SIZE);
  const middle = (m: Mark) => { const [from, to] = daysOf(m.date); return x((from + to) / 2); };
  let y = TOP;
  const placed = new Map<Mark, [number, number]>();
  const lanes = [...new Set(marks.map((m) => m.actor))].map((actor) => {
    const own = marks.filter((m) => m.actor === actor);
    const levels = stacked(own.map(middle), SIZE + 1);
    const top = y + (narrow ? 15 : 0);
    const bottom = top + (Math.max(...levels) + 1) * (SIZE + 1) + 4;
    own.forEach((m, i) => placed.set(m, [middle(m), bottom - 4 - SIZE / 2 - (levels[i] ?? 0) * (SIZE + 1)]));
    y = bottom + 4;
    return { actor, top, bottom, name: nameOf(ledger, actor, true) };
  });
  const base = y;
  const ticks = ticksOf(first, last, right - left);
  const connected = marks.filter((m) => m.claim.header.id === about);
  const source = connected.find((m) => m.kind === "claim");
  return (
    <section aria-labelledby="claims-timeline">
      <h2 id="claims-timeline">{t("claim.timeline")}</h2>
      <p class="note">{t("claim.timeline.how")}</p>
      <div ref={ref} class="chart lanes">
        {width > 0 && (
          <svg width={width} height={base + BOTTOM + 18} viewBox={`0 0 ${width} ${base + BOTTOM + 18}`} role="group" aria-label={t("claim.timeline")} onPointerLeave={() => setAbout(null)}>
            {ticks.map(({ day, label }) => (
              <g key={day}>
                <line class="grid" x1={x(day)} x2={x(day)} y1={TOP} y2={base} />
                <text x={x(day) + (x(day) > right - 48 ? -2 : 2)} y={base + 14} text-anchor={x(day) > right - 48 ? "end" : "start"}>{label}</text>
              </g>
            ))}
            {lanes.map((lane) => (
              <g key={lane.actor}>
                <line class="lane" x1={left} x2={right} y1={lane.bottom} y2={lane.bottom} />
                <text class="who" x={narrow ? 2 : left - 8} y={narrow ? lane.top - 3 : lane.bottom - 4} text-anchor={narrow ? "start" : "end"}>
                  {clipped(lane.name, narrow ? 48 : 25)}<title>{lane.name}</title>
                </text>
              </g>
            ))}
            {source && connected.filter((m) => m !== source).map((m, i) => {
              const [x1, y1] = placed.get(source) ?? [0, 0], [x2, y2] = placed.get(m) ?? [0, 0];
              return <line key={i} class="answers" x1={x1} y1={y1} x2={x2} y2={y2} />;
            })}
            {marks.map((m, i) => {
              const [cx, cy] = placed.get(m) ?? [0, 0];
              const [from, to] = daysOf(m.date);
              const own = m.kind === "claim" || m.kind === "silent";
              return (
                <g key={i}>
                  {to > from && <line class="span" x1={x(from)} x2={x(to)} y1={cy} y2={cy} />}
                  <a href={href("claimed", { ...route.query, at: m.claim.header.id })} aria-label={words(m)} tabIndex={own ? undefined : -1}
                    onPointerEnter={() => setAbout(m.claim.header.id)} onFocus={() => setAbout(m.claim.header.id)}>
                    <path class={`said is-${m.kind}${about === m.claim.header.id ? " about" : ""}`} transform={`translate(${cx.toFixed(1)} ${cy.toFixed(1)})`} d={SHAPES[m.kind]}><title>{words(m)}</title></path>
                  </a>
                </g>
              );
            })}
            <text class="imprinted" x={right} y={base + BOTTOM + 12} text-anchor="end">{`Tarazu ${overview.edition.slice(0, 12)}`}</text>
          </svg>
        )}
      </div>
      <ul class="key">
        {KINDS.filter((kind) => marks.some((m) => m.kind === kind)).map((kind) => (
          <li key={kind}><svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true"><path class={`said is-${kind}`} d={SHAPES[kind]} /></svg> {kind === "claim" ? t("claim.answered") : said(kind)}</li>
        ))}
      </ul>
      <details>
        <summary>{t("claim.timeline.table")}</summary>
        <Table caption={t("claim.timeline")} file="claims-by-date" rows={marks}
          columns={[
            { head: t("parties"), cell: (m) => <Own text={nameOf(ledger, m.actor)} />, text: (m) => nameOf(ledger, m.actor) },
            { head: t("date"), cell: (m) => date(m.date), text: (m) => m.date },
            { head: t("claim.kind"), cell: (m) => said(m.kind), text: (m) => m.kind },
            { head: t("what"), cell: (m) => <a href={href("claimed", { ...route.query, at: m.claim.header.id })}><Own text={m.text} /></a>, text: (m) => m.text },
          ]} />
      </details>
    </section>
  );
}

/** Beginnings of years, or of months where there are few of them. */
export function ticksOf(first: number, last: number, width: number): { day: number; label: string }[] {
  const from = new Date(first * DAY), to = new Date(last * DAY);
  const months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth() + 1;
  const fits = Math.max(1, Math.floor(width / 60));
  const step = [1, 3, 6].find((s) => months / s <= fits) ?? 12 * yearStep(months / 12, width);
  const ticks = [];
  for (let m = Math.ceil((from.getUTCFullYear() * 12 + from.getUTCMonth()) / step) * step; ; m += step) {
    const day = Date.UTC(Math.floor(m / 12), m % 12, 1) / DAY;
    if (day > last) return ticks;
    if (day >= first) ticks.push({ day, label: step >= 12 ? String(Math.floor(m / 12)) : `${Math.floor(m / 12)}-${String((m % 12) + 1).padStart(2, "0")}` });
  }
}

function clipped(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
