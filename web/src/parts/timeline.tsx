// A monthly series: bars or a line with its low–high band, dated interventions, and a period that is chosen by dragging.
import { useRef, useState } from "preact/hooks";
import { grouped } from "./content";
import { fromZero, yearStep } from "./scale";
import { useWidth } from "./width";
import { monthText } from "../counts";

export interface Mark { month: number; name: string; main: boolean }
interface Props {
  label: string; source: string; first: number; values: (number | null)[]; low?: (number | null)[]; high?: (number | null)[]; marks: Mark[];
  chosen: [number, number]; onChoose: (from: number, to: number) => void;
}

const HEIGHT = 260, TOP = 26, BOTTOM = 46, LEFT = 46, RIGHT = 10;

export function Timeline({ label, source, first, values, low, high, marks, chosen, onChoose }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const svg = useRef<SVGSVGElement>(null);
  const [drag, setDrag] = useState<[number, number] | null>(null);
  const count = Math.max(1, values.length);
  const step = (width - LEFT - RIGHT) / count;
  const x = (month: number) => LEFT + (month - first) * step;
  const tops = [...values, ...(high ?? [])].filter((v): v is number => v !== null);
  const y = fromZero(Math.max(0, ...tops), HEIGHT - BOTTOM, TOP);
  const base = y(0);
  const monthAt = (clientX: number) => {
    const box = svg.current?.getBoundingClientRect();
    return Math.max(first, Math.min(first + count - 1, first + Math.floor((clientX - (box?.left ?? 0) - LEFT) / step)));
  };
  const years: number[] = [];
  const every = yearStep(count / 12, width - LEFT);
  for (let year = Math.ceil(first / 12); year * 12 < first + count; year++) if (year % every === 0) years.push(year);
  const span = drag ? [Math.min(...drag), Math.max(...drag)] as const : chosen;
  const whole = span[0] <= first && span[1] >= first + count - 1;
  const shown = marks.filter((m) => m.month >= first && m.month < first + count);
  const band = low && high ? bandPath(values.map((_, i) => [low[i] ?? null, high[i] ?? null]), (i) => x(first + i) + step / 2, y) : "";
  return (
    <div ref={ref} class="chart">
      {width > 0 && (
        <svg
          ref={svg} width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} role="img" aria-label={label}
          onPointerDown={(e) => { if (e.button !== 0 || e.pointerType === "touch") return; e.currentTarget.setPointerCapture(e.pointerId); const m = monthAt(e.clientX); setDrag([m, m]); }}
          onPointerMove={(e) => drag && setDrag([drag[0], monthAt(e.clientX)])}
          onPointerUp={() => { if (drag && drag[0] !== drag[1]) onChoose(Math.min(...drag), Math.max(...drag)); setDrag(null); }}
          onPointerCancel={() => setDrag(null)}
        >
          <Hatch id="missing" />
          {y.ticks.map((tick) => (
            <g key={tick}>
              <line class="grid" x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
              <text x={LEFT - 6} y={y(tick) + 4} text-anchor="end">{grouped(tick)}</text>
            </g>
          ))}
          {!whole && <rect class="chosen" x={x(span[0])} width={Math.max(1, (span[1] - span[0] + 1) * step)} y={TOP} height={base - TOP} />}
          {runs(values, (v) => v === null).map(([from, to]) => (
            <rect key={from} fill="url(#missing)" x={x(first + from)} width={(to - from + 1) * step} y={TOP} height={base - TOP} />
          ))}
          {band && <path class="band" d={band} />}
          <path class="bars" d={values.map((v, i) => (v === null || v === 0 ? "" : bar(x(first + i), step, base, y(v)))).join("")} />
          {shown.map((mark) => (
            <line key={mark.name} class={mark.main ? "mark main" : "mark"} x1={x(mark.month)} x2={x(mark.month)} y1={TOP} y2={base}><title>{mark.name}</title></line>
          ))}
          {shown.filter((m) => m.main).map((mark) => {
            const start = x(mark.month) > width / 2;
            return <text key={mark.name} class="direct" x={x(mark.month) + (start ? -4 : 4)} y={TOP - 8} text-anchor={start ? "end" : "start"}>{mark.name}</text>;
          })}
          <line class="axis" x1={LEFT} x2={width - RIGHT} y1={base} y2={base} />
          {years.map((year) => <text key={year} x={x(year * 12)} y={base + 16} text-anchor="start">{year}</text>)}
          {years.map((year) => <line key={-year} class="axis" x1={x(year * 12)} x2={x(year * 12)} y1={base} y2={base + 4} />)}
          <text class="imprinted" x={width - RIGHT} y={HEIGHT - 6} text-anchor="end">{source}</text>
          {drag && <text class="direct" x={LEFT} y={TOP - 8}>{monthText(span[0])} – {monthText(span[1])}</text>}
        </svg>
      )}
    </div>
  );
}

function bar(x: number, width: number, base: number, top: number): string {
  const inner = Math.max(0.6, width - (width > 4 ? 1 : 0.2));
  return `M${x.toFixed(2)} ${base.toFixed(1)}V${top.toFixed(1)}h${inner.toFixed(2)}V${base.toFixed(1)}z`;
}

/** Runs of places that meet the condition, as first and last place. */
export function runs<V>(values: V[], condition: (value: V) => boolean): [number, number][] {
  const found: [number, number][] = [];
  values.forEach((value, i) => {
    if (!condition(value)) return;
    const last = found[found.length - 1];
    if (last && last[1] === i - 1) last[1] = i;
    else found.push([i, i]);
  });
  return found;
}

function bandPath(bounds: [number | null, number | null][], x: (i: number) => number, y: (v: number) => number): string {
  return runs(bounds, ([low, high]) => low !== null && high !== null).map(([from, to]) => {
    const places = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    const point = (i: number, end: 0 | 1) => `${x(i).toFixed(1)} ${y(bounds[i]?.[end] ?? 0).toFixed(1)}`;
    return `M${places.map((i) => point(i, 1)).join("L")}L${places.reverse().map((i) => point(i, 0)).join("L")}z`;
  }).join("");
}

export function Hatch({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect class="hatch-back" width="6" height="6" /><line class="hatch" x1="0" x2="0" y1="0" y2="6" />
      </pattern>
    </defs>
  );
}
