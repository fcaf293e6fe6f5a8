// A map of provinces, linked with the timeline. Its table stands beside it.
import { useData } from "../data";
import { useSite } from "../app";
import { Own, grouped } from "./content";
import { Hatch } from "./timeline";

/** Five classes, told apart without hue. */
export function classes(values: (number | null)[]): number[] {
  const known = values.filter((v): v is number => v !== null && v > 0).sort((a, b) => a - b);
  const top = known[known.length - 1] ?? 0;
  if (top === 0) return [];
  const step = 10 ** Math.floor(Math.log10(Math.max(1, top / 5)));
  const round = (v: number) => Math.max(1, Math.ceil(v / step) * step);
  return [...new Set([0.2, 0.4, 0.6, 0.8].map((part) => round(top * part)))];
}

interface Props { label: string; values: Map<string, number | null>; chosen: string; address: (area: string) => string }

export function AreaMap({ label, values, chosen, address }: Props) {
  const { t } = useSite();
  const map = useData("map");
  if (!map) return null;
  // The areas of the dataset that make up each area of the map.
  const parts = map.areas.map((_, i) => [...values].filter(([key]) => map.names[key] === i));
  const sums = parts.map((own) => own.reduce<number | null>((sum, [, value]) => (value === null ? sum : (sum ?? 0) + value), null));
  const bounds = classes(sums);
  const level = (value: number) => (value === 0 ? 0 : 1 + bounds.filter((b) => value > b).length);
  return (
    <figure class="map">
      <figcaption>{label}</figcaption>
      <svg viewBox={`0 0 ${map.width} ${map.height}`} role="group" aria-label={label}>
        <Hatch id="missing-area" />
        {map.areas.map((area, i) => {
          const value = sums[i] ?? null;
          const words = `${area.name}: ${value === null ? t("nopublished") : grouped(value)}`;
          const shape = <path d={area.path} class={value === null ? "area" : `area level-${level(value)}`} fill={value === null ? "url(#missing-area)" : undefined}><title>{words}</title></path>;
          const key = parts[i]?.[0]?.[0];
          if (key === undefined) return <g key={area.name} role="img" aria-label={words}>{shape}</g>;
          return <a key={area.name} href={address(key)} aria-label={words} aria-current={parts[i]?.some(([own]) => own === chosen) ? "true" : undefined}>{shape}</a>;
        })}
        {map.disputed.map((line, i) => <path key={i} d={line} class="disputed" />)}
      </svg>
      <ul class="key" aria-hidden="true">
        <li><span class="swatch level-0" />0</li>
        {[...bounds, null].map((bound, i) => (
          <li key={i}><span class={`swatch level-${i + 1}`} />{bound === null ? `> ${grouped(bounds[bounds.length - 1] ?? 0)}` : `≤ ${grouped(bound)}`}</li>
        ))}
      </ul>
      <p class="note">{map.note && <Own text={map.note} />} <Own text={map.attribution} /></p>
    </figure>
  );
}
