// The specification curve: estimates by size with their intervals, and below them the choices that each made.
import { useSite } from "../app";
import { level, thinned } from "../curve";
import { signed } from "./content";
import { RELATIVE_TICKS, relative } from "./scale";
import { useWidth } from "./width";
import type { Specifications } from "../types";
import type { Word } from "../words/en";

interface Props { label: string; of: Specifications; rows: number[]; choices: { name: string; options: string[] }[]; sets: Set<number>[]; source: string }

const HEIGHT = 260, ROW = 14;

export function Curve({ label, of, rows, choices, sets, source }: Props) {
  const { t } = useSite();
  const [ref, width] = useWidth<HTMLDivElement>();
  const drawn = thinned(rows, Math.min(400, Math.max(60, Math.floor(width / 2))));
  const narrow = width < 520;
  const left = narrow ? 104 : 200;
  const step = Math.min(24, (width - left - 8) / Math.max(1, drawn.length));
  const x = (i: number) => left + step * (i + 0.5);
  const y = relative(HEIGHT - 12, 12);
  const right = left + step * drawn.length;
  const value = (column: number[], row: number) => (column[row] ?? 0) / 1000;
  const groups = choices.flatMap((choice, d) => {
    const options = choice.options.map((name, i) => ({ name, i })).filter(({ i }) => sets[d]?.has(i) && drawn.some((row) => level(of.levels[d]?.[row] ?? "0") === i));
    return options.length > 1 ? [{ d, name: choice.name, options }] : [];
  });
  let at = HEIGHT + 6;
  const lines = groups.flatMap(({ d, name, options }) => {
    at += 18;
    const head = { y: at - 5, head: t(`choice.${name}` as Word), d, i: -1, name: "" };
    const own = options.map((o) => { const line = { y: at + 8, head: "", d, i: o.i, name: o.name }; at += ROW; return line; });
    return [head, ...own];
  });
  const height = at + 26;
  return (
    <div ref={ref} class="chart" dir="ltr">
      {width > 0 && (
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
          {RELATIVE_TICKS.map((tick) => (
            <g key={tick}>
              <line class={tick === 0 ? "zero" : "grid"} x1={left} x2={right} y1={y(tick)} y2={y(tick)} />
              <text x={left - 6} y={y(tick) + 4} text-anchor="end">{signed(tick)}</text>
            </g>
          ))}
          {(["below", "across", "above"] as const).map((side) => {
            const own = drawn.map((row, i) => ({ row, i })).filter(({ row }) => sideOf(of, row) === side);
            return (
              <g key={side} class={`spec ${side}`}>
                <path class="whiskers" stroke-width={Math.max(0.8, step * 0.6)} d={own.map(({ row, i }) => `M${x(i).toFixed(1)} ${y(value(of.low, row)).toFixed(1)}V${y(value(of.high, row)).toFixed(1)}`).join("")} />
                <path class="points" stroke-width={Math.max(1.8, Math.min(5, step))} d={own.map(({ row, i }) => `M${x(i).toFixed(1)} ${y(value(of.estimate, row)).toFixed(1)}h.01`).join("")} />
              </g>
            );
          })}
          {lines.map((line) => (line.head ? (
            <text key={`${line.d}`} class="strong" x={narrow ? 2 : left - 6} y={line.y} text-anchor={narrow ? "start" : "end"}>{line.head}</text>
          ) : (
            <g key={`${line.d}.${line.i}`}>
              <line class="grid" x1={left} x2={right} y1={line.y} y2={line.y} />
              <text x={left - 6} y={line.y + 4} text-anchor="end">{clipped(line.name, narrow ? 16 : 32)}<title>{line.name}</title></text>
              <path class="marks" stroke-width={Math.max(0.9, step * 0.8)} d={drawn.map((row, i) => (level(of.levels[line.d]?.[row] ?? "0") === line.i ? `M${x(i).toFixed(1)} ${line.y - 4}v8` : "")).join("")} />
            </g>
          )))}
          <text class="imprinted" x={width - 4} y={height - 6} text-anchor="end">{clipped(source, Math.floor(width / 6))}</text>
        </svg>
      )}
    </div>
  );
}

function sideOf(of: Specifications, row: number): "below" | "across" | "above" {
  if ((of.high[row] ?? 0) < 0) return "below";
  return (of.low[row] ?? 0) > 0 ? "above" : "across";
}

function clipped(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
