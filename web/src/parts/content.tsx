// Pieces of content: text in its own language, numbers, dates, citations.
import { useEffect } from "preact/hooks";
import { useSite } from "../app";
import { useData } from "../data";
import type { Word } from "../words/en";
import type { Actor, Block, Cite, Ledger, Moment, Piece } from "../types";

/** The language of a text of the ledger, by its script. */
export function languageOf(text: string): { lang: "en" | "ur"; dir: "ltr" | "rtl" } {
  const arabic = (text.match(/[\u0600-\u06ff]/g) ?? []).length;
  return arabic * 2 > text.replace(/\s/g, "").length ? { lang: "ur", dir: "rtl" } : { lang: "en", dir: "ltr" };
}

/** Words of the ledger, marked with their language. */
export function Own({ text }: { text: string }) {
  return <bdi {...languageOf(text)}>{text}</bdi>;
}

/** A figure, an interval, a date: never turned round by the text about it. */
export function Num({ children }: { children: preact.ComponentChildren }) {
  return <bdi dir="ltr" class="num">{children}</bdi>;
}

/** Words with figures in their gaps, each figure by itself, so that neither turns the other round. */
export function Fill({ word, ...values }: { word: Word; a: string | number; b: string | number }) {
  const { t } = useSite();
  const parts = t(word).split(/\{([ab])\}/);
  return <span class="num">{parts.map((part, i) => (i % 2 ? <Num key={i}>{values[part as "a" | "b"]}</Num> : part))}</span>;
}

export function Quote({ text }: { text: string }) {
  return <blockquote {...languageOf(text)}>“{text}”</blockquote>;
}

/** An address that a reader may follow: of the web, or none. */
export function safeAddress(url: string): string | undefined {
  return /^https?:\/\//i.test(url) ? url : undefined;
}

export function host(url: string): string {
  return url.replace(/^https?:\/\/(www\.)?/i, "").split("/")[0] ?? url;
}

export function Cites({ cites }: { cites: Cite[] }) {
  const { href, t } = useSite();
  const documents = useData("documents");
  return (
    <span class="cites" lang="en" dir="ltr">
      [{cites.map((cite, i) => {
        const found = documents?.find((d) => d.key === cite.document);
        return (
          <span key={i}>
            {i > 0 && "; "}
            <a href={href("trace", { doc: cite.document })} title={found?.short ?? cite.document}>{found?.number ?? cite.document}</a>
            {cite.locator && `, ${cite.locator}`}{cite.secondary && <span lang="en"> ({t("trace.secondary")})</span>}
          </span>
        );
      })}]
    </span>
  );
}

export function Prose({ blocks }: { blocks: Block[] }) {
  const out: preact.JSX.Element[] = [];
  let items: preact.JSX.Element[] = [];
  const flush = () => {
    if (items.length) out.push(<ul key={`u${out.length}`}>{items}</ul>);
    items = [];
  };
  blocks.forEach((block, i) => {
    const pieces = block.pieces.map((piece, k) => <PieceOf key={k} piece={piece} />);
    if (block.kind === "li") items.push(<li key={i}>{pieces}</li>);
    else {
      flush();
      out.push(block.kind === "h" ? <h3 key={i}>{pieces}</h3> : <p key={i}>{pieces}</p>);
    }
  });
  flush();
  return <div class="prose" lang="en" dir="ltr">{out}</div>;
}

/** The text of the brief that belongs to a view, folded away so that the view comes first. */
export function BriefSays({ heading }: { heading: string }) {
  const { overview, t } = useSite();
  const blocks = overview.sections.find((s) => s.heading.toLowerCase() === heading)?.blocks;
  if (!blocks?.length) return null;
  return <details class="says"><summary>{t("brief.says")}</summary><Prose blocks={blocks} /></details>;
}

function PieceOf({ piece }: { piece: Piece }) {
  const { href } = useSite();
  if ("text" in piece) return <>{piece.text}</>;
  if ("strong" in piece) return <strong>{piece.strong}</strong>;
  if ("emphasis" in piece) return <em>{piece.emphasis}</em>;
  if ("figure" in piece) return <a class="figure" href={href("trace", { figure: piece.figure[0] })}>{piece.figure[1]}</a>;
  return (
    <span class="cites">
      [{piece.cites.map(([key, number, locator], i) => (
        <span key={i}>{i > 0 && "; "}<a href={href("trace", { doc: key })} title={key}>{number}</a>{locator && `, ${locator}`}</span>
      ))}]
    </span>
  );
}

export function nameOf(ledger: Ledger, id: string, short = false): string {
  const actor: Actor | undefined = ledger.actors.find((a) => a.header.id === id);
  return (short ? actor?.short : null) ?? actor?.name ?? id;
}

export function useMoment(): (moment: Moment) => string {
  const { t } = useSite();
  const date = useDate();
  return (moment) => (typeof moment === "string" ? t(`moment.${moment}`) : date(moment.On));
}

/** Dates as people read them, as precise as the ledger has them. */
export function useDate(): (date: string) => string {
  const { language } = useSite();
  return (text) => {
    const [year, month, day] = text.split("-").map(Number);
    if (!year || !month) return text;
    const options: Intl.DateTimeFormatOptions = { year: "numeric", month: "long", timeZone: "UTC", numberingSystem: "latn" };
    if (day) options.day = "numeric";
    return new Intl.DateTimeFormat(language === "ur" ? "ur-PK" : "en-GB", options).format(Date.UTC(year, month - 1, day ?? 1));
  };
}

export function grouped(value: number): string {
  return new Intl.NumberFormat("en", { maximumFractionDigits: 1 }).format(value);
}

/** A relative difference, 0.12 as `+12%`. */
export function signed(relative: number): string {
  const percent = Math.round(relative * 100);
  return `${percent < 0 ? "−" : percent > 0 ? "+" : ""}${grouped(Math.abs(percent))}%`;
}

export function share(part: number, of: number): string {
  return of === 0 ? "–" : `${Math.round((100 * part) / of)}%`;
}

export function Loading() {
  const { t } = useSite();
  return <p class="loading" role="status">{t("loading")}</p>;
}

/** Scroll to the entry that the address names, once its data are there. */
export function useAnchor(ready: boolean): void {
  const { route } = useSite();
  const at = route.query.at;
  useEffect(() => {
    if (!ready || !at) return;
    const place = document.getElementById(`entry-${at}`);
    place?.scrollIntoView({ block: "start" });
    place?.focus({ preventScroll: true });
  }, [ready, at]);
}
