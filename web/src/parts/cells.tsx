// Interval plots in the cells of a table, all on one scale.
import { relative } from "./scale";
import { signed } from "./content";
import type { Interval } from "../types";

const WIDTH = 260;
const RELATIVE_TICKS = [-0.9, -0.5, 0, 1, 9];
export const at = relative(8, WIDTH - 8);

export function IntervalCell({ middle, extremes }: { middle: Interval; extremes: [number, number] | null }) {
  return (
    <svg class="interval" width={WIDTH} height="26" viewBox={`0 0 ${WIDTH} 26`} aria-hidden="true">
      {RELATIVE_TICKS.map((tick) => <line key={tick} class={tick === 0 ? "zero" : "grid"} x1={at(tick)} x2={at(tick)} y1="0" y2="26" />)}
      {extremes && <line class="thin" x1={at(extremes[0])} x2={at(extremes[1])} y1="13" y2="13" />}
      <line class="thick" x1={at(middle.low)} x2={at(middle.high)} y1="13" y2="13" />
      <circle class="dot" cx={at(middle.estimate)} cy="13" r="4.5" />
    </svg>
  );
}

export function IntervalAxis() {
  return (
    <svg class="interval axis-row" width={WIDTH} height="16" viewBox={`0 0 ${WIDTH} 16`} aria-hidden="true">
      {RELATIVE_TICKS.map((tick) => <text key={tick} x={at(tick)} y="12" text-anchor="middle">{signed(tick)}</text>)}
    </svg>
  );
}
