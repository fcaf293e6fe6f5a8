// Data files: each a script that calls `tarazu(name, value)`. They are loaded when first needed, from the folder of the page.
import { useEffect, useState } from "preact/hooks";
import type { Columns, CountsTable, Document, Ledger, Listed, MapData, Overview, Specifications, Thing, Weighing } from "./types";

interface Files {
  overview: Overview; ledger: Ledger; weighing: Weighing; documents: Document[]; specifications: Specifications[]; counts: CountsTable[];
  files: Listed[]; trace: Thing[]; map: MapData | null; [counts: `counts-${number}`]: Columns;
}
export type FileName = keyof Files & string;

const values = new Map<string, unknown>();
const waiting = new Map<string, { promise: Promise<unknown>; arrive: (value: unknown) => void }>();

function expected(name: string) {
  let entry = waiting.get(name);
  if (!entry) {
    let arrive: (value: unknown) => void = () => {};
    const promise = new Promise<unknown>((resolve) => { arrive = resolve; });
    entry = { promise, arrive };
    waiting.set(name, entry);
  }
  return entry;
}

/** Where data files hand over their value. */
export function receive(name: string, value: unknown): void {
  values.set(name, value);
  expected(name).arrive(value);
}

interface Policy { createScriptURL: (url: string) => string }
const types = (globalThis as { trustedTypes?: { createPolicy: (name: string, policy: Policy) => Policy } }).trustedTypes;

/** Where a policy of trusted types stands, only data files of the page's own folder may become scripts. */
const policy = types?.createPolicy("tarazu", {
  createScriptURL: (url) => {
    if (!/^data\/[a-z0-9-]+\.js$/.test(url)) throw new TypeError(`no data file: ${url}`);
    return url;
  },
});

export function load<N extends FileName>(name: N): Promise<Files[N]> {
  const { promise } = expected(name);
  if (!values.has(name) && !document.querySelector(`script[src="data/${name}.js"]`)) {
    const script = document.createElement("script");
    const url = `data/${name}.js`;
    script.src = policy ? policy.createScriptURL(url) : url;
    document.head.append(script);
  }
  return promise as Promise<Files[N]>;
}

/** The value of a data file; `undefined` until it is there, or where no name is given. */
export function useData<N extends FileName>(name: N | undefined): Files[N] | undefined {
  const [, arrived] = useState(0);
  const drawn = name !== undefined && values.has(name);
  useEffect(() => {
    let wanted = true;
    // It may have come between drawing and here.
    if (name && !drawn) void load(name).then(() => wanted && arrived((n) => n + 1));
    return () => { wanted = false; };
  }, [name]);
  return name ? (values.get(name) as Files[N] | undefined) : undefined;
}
