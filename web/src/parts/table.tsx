// Tables with a caption, in a region that scrolls sideways, each to be had as CSV.
import { useSite } from "../app";

export interface Column<R> { head: string; axis?: preact.ComponentChildren; cell: (row: R) => preact.ComponentChildren; text?: (row: R) => string | number | null; number?: boolean }

interface Props<R> { caption: string; columns: Column<R>[]; rows: R[]; file?: string; id?: (row: R) => string; className?: string }

export function Table<R>({ caption, columns, rows, file, id, className }: Props<R>) {
  const { t } = useSite();
  const written = columns.filter((c) => c.text);
  return (
    <div class="table">
      <div class="scroll" role="group" aria-label={caption} tabIndex={0}>
        <table class={className}>
          <caption>{caption}</caption>
          <thead><tr>{columns.map((c, i) => <th key={i} scope="col" class={c.number ? "n" : undefined}>{c.head}{c.axis}</th>)}</tr></thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={id?.(row) ?? i} id={id && `entry-${id(row)}`} tabIndex={id ? -1 : undefined}>
                {columns.map((c, k) => (k === 0
                  ? <th key={k} scope="row">{c.cell(row)}</th>
                  : <td key={k} class={c.number ? "n" : undefined}>{c.cell(row)}</td>))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {file && written.length > 0 && (
        <p class="source">
          <button type="button" class="link" onClick={() => download(`${file}.csv`, csv([written.map((c) => c.head), ...rows.map((r) => written.map((c) => c.text?.(r) ?? ""))]), "text/csv")}>
            {t("csv")}
          </button>
        </p>
      )}
    </div>
  );
}

/** RFC 4180. A text that a spreadsheet would take for a formula is set off by an apostrophe. */
export function csv(rows: (string | number | null)[][]): string {
  const cell = (value: string | number | null) => {
    if (value === null) return "";
    let text = String(value);
    if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  return rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

export function download(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
