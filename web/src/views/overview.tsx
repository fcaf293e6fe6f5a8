import { useSite } from "../app";
import { useData } from "../data";
import { Cites, Fill, Own, Prose, useAnchor, useDate } from "../parts/content";
import { Table } from "../parts/table";
import type { View } from "../route";
import type { Word } from "../words/en";

/** Where each pan leads. */
const LEADS: Record<string, View> = { promised: "promised", happened: "happened", claimed: "claimed", difference: "difference" };

export function Summary() {
  const { overview, t, href, language, route } = useSite();
  const { settings } = overview;
  const text = (heading: string) => overview.sections.find((s) => s.heading.toLowerCase() === heading)?.blocks;
  return (
    <>
      <p class="title"><Own text={settings.title} /></p>
      {settings.subtitle && <p class="subtitle"><Own text={settings.subtitle} /></p>}
      {language !== "en" && <p class="note">{t("content.note")}</p>}
      {overview.verdict && (
        <section class="verdict" aria-labelledby="verdict">
          <h2 id="verdict">{t("verdict")}: <Own text={overview.campaign_name} /></h2>
          <p class="word">{t(`verdict.${overview.verdict}` as Word)}</p>
          <p>{t("verdict.fixed")} <a href={href("method")}>{t("verdict.rule")}</a></p>
        </section>
      )}
      <ul class="pans">
        {overview.pans.map((pan) => {
          const view = LEADS[pan.anchor];
          const name = t(`pan.${pan.heading}` as Word);
          return (
            <li key={pan.heading}>
              <h2>{view ? <a href={href(view)}>{name}</a> : <a href={href("overview", { at: "transparency" })}>{name}</a>}</h2>
              <p class="headline"><Own text={pan.headline} /></p>
              {pan.anchor !== "transparency" && pan.lines.map((line, i) => <p key={i}><Own text={line} /></p>)}
            </li>
          );
        })}
      </ul>
      {text("summary") && <Prose blocks={text("summary") ?? []} />}
      {settings.questions.length > 0 && (
        <section>
          <h2>{t("questions")}</h2>
          <ul>{settings.questions.map((q, i) => <li key={i}><Own text={q} /></li>)}</ul>
        </section>
      )}
      <Transparency key={route.query.at} />
      <section>
        <h2>{t("limits")}</h2>
        {text("what cannot be known") && <Prose blocks={text("what cannot be known") ?? []} />}
        <ul>{settings.limits.map((limit, i) => <li key={i}><Own text={limit} /></li>)}</ul>
      </section>
      <Corrections />
    </>
  );
}

/** The public correction log. */
function Corrections() {
  const { t, route } = useSite();
  const date = useDate();
  const corrections = useData("ledger")?.corrections ?? [];
  useAnchor(corrections.some((c) => c.header.id === route.query.at));
  if (corrections.length === 0) return null;
  return (
    <section>
      <h2>{t("corrections")}</h2>
      <Table caption={t("corrections")} file="corrections" rows={corrections} id={(c) => c.header.id}
        columns={[
          { head: t("correction.says"), cell: (c) => <Own text={c.says} />, text: (c) => c.says },
          { head: t("correction.said"), cell: (c) => <Own text={c.said} />, text: (c) => c.said },
          { head: t("correction.why"), cell: (c) => <><Own text={c.why} /> <Cites cites={c.header.cites} /></>, text: (c) => c.why },
          { head: t("date"), cell: (c) => date(c.date), text: (c) => c.date },
        ]} />
    </section>
  );
}

function Transparency() {
  const { overview, t, route } = useSite();
  const weighing = useData("weighing");
  const place = (element: HTMLElement | null) => {
    if (element && weighing && route.query.at === "transparency") {
      element.scrollIntoView({ block: "start" });
      element.focus({ preventScroll: true });
    }
  };
  const score = weighing?.transparency;
  const text = overview.sections.find((s) => s.heading.toLowerCase() === "how transparent it was")?.blocks;
  return (
    <section id="entry-transparency" tabIndex={-1} ref={place}>
      <h2>{t("transparency")}</h2>
      {text && <Prose blocks={text} />}
      {score && (
        <>
          <p><strong>{t("transparency.points", { points: score.points, possible: score.possible })}</strong></p>
          <Table
            caption={t("transparency")}
            file="transparency"
            rows={score.criteria}
            columns={[
              { head: t("question"), cell: (c) => <><Own text={c.question} /><br /><small><Own text={c.rule} /></small></>, text: (c) => c.question },
              { head: t("met"), cell: (c) => <Fill word="of" a={c.met} b={c.of} />, text: (c) => `${c.met} of ${c.of}`, number: true },
              { head: t("grade"), cell: (c) => t(`grade.${c.grade}`), text: (c) => c.grade },
            ]}
          />
        </>
      )}
    </section>
  );
}
