// Every entry of the ledger, its words and citations, and every sentence of the text: what the trace is searched in.
import type { Block, Cite, Ledger, Overview } from "./types";
import type { View } from "./route";

export type Kind = keyof Ledger;
export interface Entry { id: string; kind: Kind; name: string; texts: string[]; cites: Cite[]; view: View; query: Record<string, string> }
export interface Sentence { text: string; section: string; cites: [string, number, string][]; figures: [string, string][] }

const FILES: Record<Kind, string> = {
  actors: "actors.toml", campaigns: "campaigns.toml", interventions: "campaigns.toml", operation_lists: "campaigns.toml", commitments: "commitments.toml",
  programmes: "programmes.toml", encounters: "encounters.toml", claims: "claims.toml", requests: "requests.toml", tallies: "tallies.toml",
  incidents: "incidents.toml", indicators: "indicators.toml", corrections: "corrections.toml",
};
const VIEW: Partial<Record<Kind, View>> = {
  campaigns: "campaigns", operation_lists: "campaigns", commitments: "promised", programmes: "promised", encounters: "claimed", claims: "claimed",
  requests: "claimed", tallies: "happened", incidents: "happened", indicators: "happened", corrections: "overview",
};

export function fileOf(kind: Kind): string {
  return FILES[kind];
}

/** Texts and citations anywhere below a value. */
function walk(value: unknown, texts: string[], cites: Cite[]): void {
  if (typeof value === "string") texts.push(value);
  else if (Array.isArray(value)) value.forEach((v) => walk(v, texts, cites));
  else if (value && typeof value === "object") {
    if ("document" in value && "locator" in value && "secondary" in value) cites.push(value as Cite);
    else Object.values(value).forEach((v) => walk(v, texts, cites));
  }
}

export function entries(ledger: Ledger): Entry[] {
  return (Object.keys(FILES) as Kind[]).flatMap((kind) => (ledger[kind] as { header: { id: string } }[]).map((entry) => {
    const texts: string[] = [], cites: Cite[] = [];
    walk(entry, texts, cites);
    const named = entry as Partial<Record<"name" | "summary" | "proposition" | "what" | "measure" | "states" | "says", string>>;
    const id = entry.header.id;
    const query: Record<string, string> = kind === "interventions" ? { about: id } : { at: id };
    const name = named.name ?? named.proposition ?? named.what ?? named.summary ?? named.states ?? named.measure ?? named.says ?? id;
    return { id, kind, name, texts, cites, view: VIEW[kind] ?? (kind === "interventions" ? "difference" : "trace"), query };
  }));
}

/** The sentences of the text: a sentence keeps the citations and figures that stand in it. */
export function sentences(overview: Overview): Sentence[] {
  return overview.sections.flatMap((section) => section.blocks.flatMap((block) => ofBlock(block, section.heading)));
}

function ofBlock(block: Block, section: string): Sentence[] {
  const found: Sentence[] = [];
  let open: Sentence = { text: "", section, cites: [], figures: [] };
  const close = () => {
    if (open.text.trim()) found.push({ ...open, text: open.text.trim() });
    open = { text: "", section, cites: [], figures: [] };
  };
  for (const piece of block.pieces) {
    if ("figure" in piece) {
      open.text += piece.figure[1];
      open.figures.push(piece.figure);
    } else if ("cites" in piece) {
      open.cites.push(...piece.cites);
      open.text = open.text.trimEnd();
    } else {
      const text = "text" in piece ? piece.text : "strong" in piece ? piece.strong : piece.emphasis;
      // A sentence ends at a full stop before a space or an end; "p. 2" stands in citations, which are no text.
      const parts = text.split(/(?<=[.?!])(?=\s)/);
      parts.forEach((part, i) => {
        open.text += part;
        if (i < parts.length - 1) close();
      });
    }
  }
  close();
  return found;
}
