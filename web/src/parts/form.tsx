// Controls whose state stands in the address.
import { useSite } from "../app";

export interface Option { value: string; label: string; group?: string }

export function Select({ label, name, options, value, onChange }: { label: string; name: string; options: Option[]; value: string; onChange?: (value: string) => void }) {
  const { change } = useSite();
  const groups = [...new Set(options.map((o) => o.group ?? ""))];
  const draw = (of: Option[]) => of.map((o) => <option key={o.value} value={o.value}>{o.label}</option>);
  return (
    <label class="control">
      <span>{label}</span>
      <select name={name} value={value} onChange={(e) => (onChange ? onChange(e.currentTarget.value) : change({ [name]: e.currentTarget.value }))}>
        {groups.map((group) => {
          const own = options.filter((o) => (o.group ?? "") === group);
          return group ? <optgroup key={group} label={group}>{draw(own)}</optgroup> : draw(own);
        })}
      </select>
    </label>
  );
}

export function Search({ label, name, value, wide }: { label: string; name: string; value: string; wide?: boolean }) {
  const { change } = useSite();
  return (
    <label class={wide ? "control wide" : "control"}>
      <span>{label}</span>
      <input type="search" name={name} value={value} dir="auto" autocomplete="off" onInput={(e) => change({ [name]: e.currentTarget.value }, true)} />
    </label>
  );
}

/** Filters of a view, and a way back to all. */
export function Filters({ children, names, count }: { children: preact.ComponentChildren; names: string[]; count?: string }) {
  const { t, route, change } = useSite();
  const narrowed = names.some((name) => route.query[name]);
  return (
    <form class="filters" aria-label={t("filter")} onSubmit={(e) => e.preventDefault()}>
      {children}
      {narrowed && <button type="button" onClick={() => change(Object.fromEntries(names.map((n) => [n, ""])))}>{t("filter.reset")}</button>}
      {count !== undefined && <p class="count" role="status">{count}</p>}
    </form>
  );
}

/** Whether any of the texts holds every word that is searched. */
export function matches(search: string, texts: (string | null | undefined)[]): boolean {
  const whole = texts.filter(Boolean).join(" ").toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => whole.includes(word));
}
