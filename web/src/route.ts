// The state of the explorer stands in the address: `#/view?key=value`. It works from disk, and every state can be linked to.
export const VIEWS = ["overview", "happened", "promised", "claimed", "difference", "campaigns", "trace", "data", "method"] as const;
export type View = (typeof VIEWS)[number];
export type Query = Readonly<Record<string, string>>;
export interface Route { view: View; query: Query }

export function parse(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const view = VIEWS.find((v) => v === path) ?? "overview";
  const query: Record<string, string> = {};
  for (const [key, value] of new URLSearchParams(search)) query[key] = value;
  return { view, query };
}

/** The address of a state: keys in order of the alphabet, empty values left out, so that one state has one address. */
export function address(view: View, query: Query = {}): string {
  const kept = Object.entries(query).filter(([, value]) => value !== "").sort(([a], [b]) => (a < b ? -1 : 1));
  const search = new URLSearchParams(kept).toString();
  return `#/${view}${search ? `?${search}` : ""}`;
}

/** Positions as they stand in an address: `0.2.5`. What is no position below `width` is dropped; nothing at all means all. */
export function positions(text: string | undefined, width: number): Set<number> {
  const all = new Set(Array.from({ length: width }, (_, i) => i));
  if (!text) return all;
  const found = new Set(text.split(".").filter((t) => /^\d+$/.test(t)).map(Number).filter((n) => n < width));
  return found.size > 0 ? found : all;
}

export function positionsText(chosen: Set<number>, width: number): string {
  return chosen.size === width ? "" : [...chosen].sort((a, b) => a - b).join(".");
}
