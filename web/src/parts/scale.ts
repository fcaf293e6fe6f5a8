// Scales of charts.
export interface Scale { (value: number): number; ticks: number[] }

/** From zero to a round number at or above `max`. */
export function fromZero(max: number, from: number, to: number): Scale {
  const step = roundStep(Math.max(max, 1) / 4);
  const top = Math.max(step, Math.ceil(Math.max(max, 1) / step) * step);
  const scale = ((value: number) => from + (value / top) * (to - from)) as Scale;
  scale.ticks = [];
  for (let tick = 0; tick <= top + step / 2; tick += step) scale.ticks.push(tick);
  return scale;
}

/** 1, 2 or 5 times a power of ten, and a whole number. */
export function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
  for (const factor of [1, 2, 5]) if (rough <= factor * power) return factor * power;
  return 10 * power;
}

/** The reach of relative differences that is drawn: a twentieth to twenty times; what lies beyond stands at the edge. */
const REACH = Math.log(20);
export const RELATIVE_TICKS = [-0.9, -0.5, 0, 1, 4, 9];

/** Relative differences on a scale on which a halving and a doubling are as far from zero. */
export function relative(from: number, to: number): (value: number) => number {
  return (value) => {
    const log = Math.max(-REACH, Math.min(REACH, Math.log(Math.max(1e-9, 1 + value))));
    return from + ((log + REACH) / (2 * REACH)) * (to - from);
  };
}

/** Every how many years a label fits. */
export function yearStep(years: number, width: number): number {
  const fits = Math.max(1, Math.floor(width / 56));
  return [1, 2, 5, 10, 20, 50].find((step) => years / step <= fits) ?? 100;
}
