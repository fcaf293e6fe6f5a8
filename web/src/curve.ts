// The multiverse, chosen from and summed up. Numbers are relative differences in thousandths, as in the data file.
import type { Specifications } from "./types";

export interface Sum { n: number; estimate: number; low: number; high: number; below: number; above: number }

/** The option that a character of a column of levels stands for. */
export function level(character: string): number {
  const code = character.charCodeAt(0);
  if (code >= 0x100) return code - 0x100;
  return code < 58 ? code - 48 : code - 87;
}

/** Rows whose options are all among the chosen ones, in order of size. */
export function chosen(of: Specifications, choices: Set<number>[]): number[] {
  const narrowed = choices.map((set, d) => ({ set, column: of.levels[d] ?? "" })).filter(({ set, column }) => {
    for (const c of new Set(column)) if (!set.has(level(c))) return true;
    return false;
  });
  const rows: number[] = [];
  for (let i = 0; i < of.estimate.length; i++) {
    if (narrowed.every(({ set, column }) => set.has(level(column[i] ?? "0")))) rows.push(i);
  }
  return rows.sort((a, b) => (of.estimate[a] ?? 0) - (of.estimate[b] ?? 0) || a - b);
}

/** Medians of estimates and of both ends, and how many intervals lie wholly on one side: as the weighing sums up the whole grid. */
export function sum(of: Specifications, rows: number[]): Sum | null {
  if (rows.length === 0) return null;
  const median = (column: number[]) => {
    const values = rows.map((i) => column[i] ?? 0).sort((a, b) => a - b);
    const middle = values.length >> 1;
    return values.length % 2 ? values[middle] ?? 0 : ((values[middle - 1] ?? 0) + (values[middle] ?? 0)) / 2;
  };
  return {
    n: rows.length, estimate: median(of.estimate), low: median(of.low), high: median(of.high),
    below: rows.filter((i) => (of.high[i] ?? 0) < 0).length,
    above: rows.filter((i) => (of.low[i] ?? 0) > 0).length,
  };
}

/** At most `most` of the rows, evenly spaced, both ends among them. */
export function thinned(rows: number[], most: number): number[] {
  if (rows.length <= most || most < 2) return rows;
  return Array.from({ length: most }, (_, i) => rows[Math.floor((i * (rows.length - 1)) / (most - 1))] ?? 0);
}
