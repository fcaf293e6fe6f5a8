import { useSite } from "../app";
import { useData } from "../data";
import { Own, Prose } from "../parts/content";
import { Table } from "../parts/table";
import type { Word } from "../words/en";
import { FigureTable } from "./trace";

const TESTS: Word[] = ["method.dates", "method.units", "method.detectable", "method.explained"];
const RULES: Word[] = ["method.rule1", "method.rule2", "method.rule3", "method.rule4"];

export function Method() {
  const { overview, t } = useSite();
  const weighing = useData("weighing");
  const text = overview.sections.find((s) => s.heading.toLowerCase() === "method")?.blocks;
  return (
    <>
      {text && <Prose blocks={text} />}
      <section>
        <h2>{t("verdict.rule")}</h2>
        <p><Own text={overview.verdict_rule} /></p>
        <p>{t("method.effect")}</p>
      </section>
      <section>
        <h2>{t("method.choices")}</h2>
        {weighing?.plan && <p>{t("method.settings", { level: `${Math.round(100 * weighing.plan.level)}%`, seed: weighing.plan.seed })}</p>}
        <Table caption={t("method.choices")} rows={overview.choices}
          columns={[
            { head: t("method.choice"), cell: (c) => t(`choice.${c.name}` as Word) },
            { head: t("method.options"), cell: (c) => <Own text={c.options.join("; ")} /> },
          ]} />
      </section>
      <section>
        <h2>{t("method.estimators")}</h2>
        <dl class="facts">{overview.estimators.map(([name, words]) => <div key={name}><dt><code>{name}</code></dt><dd><Own text={words} /></dd></div>)}</dl>
      </section>
      <section>
        <h2>{t("method.tests")}</h2>
        <ul>{TESTS.map((word) => <li key={word}>{t(word)}</li>)}</ul>
      </section>
      <section>
        <h2>{t("method.rules")}</h2>
        <ul>{RULES.map((word) => <li key={word}>{t(word)}</li>)}</ul>
      </section>
      {weighing && (
        <section>
          <h2>{t("method.figures")}</h2>
          <FigureTable figures={weighing.figures} caption={t("method.figures")} />
        </section>
      )}
    </>
  );
}
