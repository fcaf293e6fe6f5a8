// Counts of events, filtered and summed up by month and by area. Missing is never zero.
import type { Columns, CountsTable } from "./types";

export interface Filter { country: string; area: string; actor: string; type: string; from: number; to: number }
export interface Totals { months: (number | null)[][]; areas: Map<string, (number | null)[]> }

export function monthNumber(month: string): number {
  const [year = 0, m = 1] = month.split("-").map(Number);
  return year * 12 + m - 1;
}

export function monthText(number: number): string {
  return `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, "0")}`;
}

/** Name of the area of a row at the table's unit: `Province / District` for districts. */
export function areaOf(columns: Columns, unit: CountsTable["area"], row: number): string {
  const at = (texts: Columns["country"]) => texts.texts[texts.rows[row] ?? -1] ?? "";
  if (unit === "country") return at(columns.country);
  if (unit === "admin1") return at(columns.admin1);
  const district = at(columns.admin2);
  return district ? `${at(columns.admin1)} / ${district}` : at(columns.admin1);
}

/** Sums per month (index from the filter's first) and per area, one value per measure. Within the span a month without rows is zero. */
export function totals(table: CountsTable, columns: Columns, filter: Filter): Totals {
  const first = monthNumber(table.from);
  const start = Math.max(filter.from, first);
  const end = Math.min(filter.to, monthNumber(table.to));
  const months: (number | null)[][] = Array.from({ length: Math.max(0, end - start + 1) }, () => table.measures.map(() => 0));
  const areas = new Map<string, (number | null)[]>();
  const place = (texts: Columns["country"], text: string) => (text === "" ? null : texts.texts.indexOf(text));
  const actor_a = place(columns.actor_a, filter.actor), actor_b = place(columns.actor_b, filter.actor);
  const country = place(columns.country, filter.country);
  const type = place(columns.event_type, filter.type);
  for (let row = 0; row < columns.month.length; row++) {
    const month = first + (columns.month[row] ?? 0);
    if (month < start || month > end) continue;
    if (filter.actor !== "" && !(at(columns.actor_a, row, actor_a) || at(columns.actor_b, row, actor_b))) continue;
    if (country !== null && columns.country.rows[row] !== country) continue;
    if (type !== null && columns.event_type.rows[row] !== type) continue;
    const area = areaOf(columns, table.area, row);
    const own = areas.get(area) ?? table.measures.map(() => 0);
    areas.set(area, own);
    const chosen = filter.area === "" || filter.area === area || area.startsWith(`${filter.area} / `);
    const sums = months[month - start];
    table.measures.forEach((_, m) => {
      const value = columns.values[m]?.[row] ?? null;
      own[m] = plus(own[m] ?? null, value);
      if (chosen && sums) sums[m] = plus(sums[m] ?? null, value);
    });
  }
  return { months, areas };
}

/** Whether a row has the text at this place; a text that is nowhere is in no row. */
function at(texts: Columns["country"], row: number, place: number | null): boolean {
  return place !== null && place >= 0 && texts.rows[row] === place;
}

/** What is not known adds nothing to what is; a sum of nothing known is missing. */
export function plus(sum: number | null, value: number | null): number | null {
  if (value === null) return sum ? sum : null;
  return (sum ?? 0) + value;
}
