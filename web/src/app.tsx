// The frame: masthead, views, footer; address, language and colours.
import { createContext } from "preact";
import { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { useData } from "./data";
import { VIEWS, address, parse, type Query, type Route, type View } from "./route";
import type { Overview } from "./types";
import { en, type Word } from "./words/en";
import { ur } from "./words/ur";
import { Campaigns } from "./views/campaigns";
import { Claimed } from "./views/claimed";
import { Data } from "./views/data";
import { Difference } from "./views/difference";
import { Happened } from "./views/happened";
import { Method } from "./views/method";
import { Summary } from "./views/overview";
import { Promised } from "./views/promised";
import { Trace } from "./views/trace";

export type Language = "en" | "ur";
export const DICTIONARIES: Record<Language, Record<Word, string>> = { en, ur };

export interface Site {
  route: Route;
  language: Language;
  overview: Overview;
  t: (word: Word, fill?: Record<string, string | number>) => string;
  /** The address of a view in the language in use. */
  href: (view: View, query?: Query) => string;
  /** Change the state of the view in hand: a new step of the history unless `replace`. */
  change: (query: Query, replace?: boolean) => void;
}

const Context = createContext<Site | null>(null);

export function useSite(): Site {
  const site = useContext(Context);
  if (!site) throw new Error("no site around this view");
  return site;
}

const PAGES: Record<View, () => preact.JSX.Element> = {
  overview: Summary, happened: Happened, promised: Promised, claimed: Claimed, difference: Difference, campaigns: Campaigns, trace: Trace,
  data: Data, method: Method,
};

function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}

function useRoute(): Route {
  const [route, set] = useState(() => parse(location.hash));
  useEffect(() => {
    const changed = () => set(parse(location.hash));
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}

export function App() {
  const route = useRoute();
  const overview = useData("overview");
  const language: Language = route.query.lang === "ur" ? "ur" : "en";
  const site = useMemo<Site | null>(() => {
    if (!overview) return null;
    const kept: Query = language === "ur" ? { lang: "ur" } : {};
    const t: Site["t"] = (word, values = {}) => fill(DICTIONARIES[language][word], values);
    const href: Site["href"] = (view, query = {}) => address(view, { ...query, ...kept });
    const change: Site["change"] = (query, replace) => {
      const next = address(route.view, { ...route.query, ...query });
      if (replace) {
        history.replaceState(null, "", next);
        dispatchEvent(new HashChangeEvent("hashchange"));
      } else if (next !== location.hash) {
        location.hash = next;
      }
    };
    return { route, language, overview, t, href, change };
  }, [overview, route, language]);

  useLayoutEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dir = language === "ur" ? "rtl" : "ltr";
  }, [language]);

  if (!site) return <p class="loading" role="status">{DICTIONARIES[language].loading}</p>;
  return <Context.Provider value={site}><Frame /></Context.Provider>;
}

function Frame() {
  const { route, overview, t, href } = useSite();
  const heading = useRef<HTMLHeadingElement>(null);
  const first = useRef(true);
  const name = t(`view.${route.view}`);
  useEffect(() => {
    document.title = `${name} · ${overview.settings.title}`;
    // A new view is announced where the reader is: at its heading.
    if (first.current) first.current = false;
    else {
      heading.current?.focus({ preventScroll: true });
    }
    document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
    if (!route.query.at) scrollTo(0, 0);
  }, [route.view, name]);
  const Page = PAGES[route.view];
  return (
    <>
      <a class="skip" href="#main" onClick={(e) => { e.preventDefault(); heading.current?.focus(); }}>{t("skip")}</a>
      <header class="masthead">
        <div class="imprint">
          <a class="name" href={href("overview")}><span lang="en">Tarazu</span> <span lang="ur" dir="rtl">ترازو</span></a>
          <span class="tagline">{t("imprint")}</span>
          <Preferences />
        </div>
        <nav aria-label={t("menu")}>
          <ul>
            {VIEWS.map((view) => (
              <li key={view}><a href={href(view)} aria-current={view === route.view ? "page" : undefined}>{t(`view.${view}`)}</a></li>
            ))}
          </ul>
        </nav>
      </header>
      <main id="main">
        <h1 ref={heading} tabIndex={-1}>{name}</h1>
        <Page />
      </main>
      <footer>
        <p>
          <bdi lang="en">{overview.settings.title}</bdi>{" · "}{t("searched", { date: overview.settings.as_of })}{" · "}
          {t("edition", { edition: overview.edition.slice(0, 12) })}
        </p>
        <p>{t("footer", { version: overview.version })}</p>
      </footer>
    </>
  );
}

const THEMES = ["auto", "light", "dark"] as const;

function Preferences() {
  const { route, language, t } = useSite();
  const [theme, setTheme] = useState(() => stored("tarazu-theme") ?? "auto");
  useLayoutEffect(() => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    store("tarazu-theme", theme);
  }, [theme]);
  const other: Language = language === "en" ? "ur" : "en";
  const there = address(route.view, { ...route.query, lang: other === "ur" ? "ur" : "" });
  return (
    <div class="preferences">
      <a href={there} lang={other} hreflang={other} class="language">{other === "ur" ? "اردو" : "English"}</a>
      <label>
        <span>{t("theme")}</span>
        <select value={theme} onChange={(e) => setTheme(e.currentTarget.value)}>
          {THEMES.map((name) => <option key={name} value={name}>{t(`theme.${name}`)}</option>)}
        </select>
      </label>
    </div>
  );
}

// A page opened from disk or in a private window may have no storage.
function stored(key: string): string | null {
  try { return localStorage.getItem(key); } catch { return null; }
}

function store(key: string, value: string): void {
  try { localStorage.setItem(key, value); } catch { /* the choice lasts as long as the page */ }
}
