import { useMemo } from "preact/hooks";
import { useSite } from "../app";
import { chosen as chosenRows, level, sum, type Sum } from "../curve";
import { useData } from "../data";
import { Curve } from "../parts/curve";
import { BriefSays, Fill, Loading, Num, Own, grouped, share, signed } from "../parts/content";
import { Filters, Select } from "../parts/form";
import { Table } from "../parts/table";
import { positions, positionsText } from "../route";
import type { Answer, Specifications } from "../types";
import type { Word } from "../words/en";

export function Difference() {
  const { overview, route, t } = useSite();
  const weighing = useData("weighing");
  const specifications = useData("specifications");
  if (!weighing || !specifications) return <Loading />;
  const id = route.query.about ?? overview.settings.campaign;
  const answer = weighing.answers.find((a) => a.question.id === id) ?? weighing.answers[0];
  const own = specifications.find((s) => s.id === answer?.question.id);
  return (
    <>
      <p class="lead">{t("difference.lead")}</p>
      <BriefSays heading="what difference it made" />
      {answer && own ? <Multiverse key={own.id} answer={answer} specifications={own} answers={weighing.answers} /> : null}
    </>
  );
}

export function wordOf(answer: Answer): Word {
  const words = { Below: "below expectation", Above: "above expectation", Disagree: "the specifications disagree", CannotTell: "the data cannot tell" } as const;
  return `verdict.${words[answer.verdict.word]}`;
}

function Multiverse({ answer, specifications, answers }: { answer: Answer; specifications: Specifications; answers: Answer[] }) {
  const { overview, route, t, change } = useSite();
  const choices = overview.choices;
  const key = (name: string) => `c-${name}`;
  const sets = choices.map((c) => positions(route.query[key(c.name)], c.options.length));
  const state = sets.map((s) => [...s].join(".")).join("|");
  const all = useMemo(() => chosenRows(specifications, choices.map(() => new Set<number>()).map((_, d) => new Set(choices[d]?.options.map((__, i) => i)))), [specifications]);
  const rows = useMemo(() => chosenRows(specifications, sets), [specifications, state]);
  const whole = useMemo(() => sum(specifications, all), [specifications]);
  const part = useMemo(() => sum(specifications, rows), [specifications, state]);
  // Options that occur at all among the estimated specifications.
  const occurring = useMemo(() => specifications.levels.map((column) => new Set([...new Set(column)].map(level))), [specifications]);
  const names = choices.map((c) => key(c.name));
  const caption = t("difference.curve", { n: grouped(rows.length), all: grouped(all.length) });
  const v = answer.verdict;
  return (
    <>
      <Filters names={["about", ...names]} count={`${t("difference.n")}: ${t("of", { a: grouped(rows.length), b: grouped(all.length) })}`}>
        <Select label={t("intervention")} name="about" value={answer.question.id} options={answers.map((a) => ({ value: a.question.id, label: `${a.question.name}, ${a.question.date}` }))} />
      </Filters>
      <section class="verdict" aria-labelledby="standing">
        <h2 id="standing">{t("verdict")}: <Own text={answer.question.name} /></h2>
        <p class="word">{t(wordOf(answer))}</p>
        <p><strong>{t("difference.unchanged")}</strong></p>
        <details><summary>{t("verdict.rule")}</summary><p><Own text={overview.verdict_rule} /></p></details>
        <p class="meta">
          {v.joint_p !== null && <>{t("difference.joint")}: <Num>{v.joint_p.toFixed(2)}</Num> · </>}
          {v.smallest_detectable && <>{t("difference.detectable")}: <Fill word="or" a={signed(v.smallest_detectable.decrease)} b={signed(v.smallest_detectable.increase)} /></>}
        </p>
        {!answer.whole_grid && <p class="note">{t("difference.sample")}</p>}
      </section>
      <div class="multiverse">
        <div class="found">
          {part ? (
            <>
              <Shares part={part} />
              <figure>
                <figcaption>{caption}. {rows.length > 400 && t("difference.drawn", { n: 400 })}</figcaption>
                <Curve label={caption} of={specifications} rows={rows} choices={choices} sets={sets} source={`${overview.settings.title} · Tarazu ${overview.edition.slice(0, 12)}`} />
              </figure>
            </>
          ) : <p class="note" role="status">{t("difference.empty")}</p>}
          <Compare part={part} whole={whole} />
        </div>
        <form class="choices" aria-label={t("difference.choices")} onSubmit={(e) => e.preventDefault()}>
          <h2>{t("difference.choices")}</h2>
          {choices.map((choice, d) => {
            const there = occurring[d] ?? new Set<number>();
            if (there.size < 2) return null;
            const set = sets[d] ?? new Set<number>();
            const write = (next: Set<number>) => change({ [key(choice.name)]: next.size === 0 ? "" : positionsText(next, choice.options.length) });
            return (
              <fieldset key={choice.name}>
                <legend>{t(`choice.${choice.name}` as Word)}</legend>
                {choice.options.map((option, i) => (there.has(i) ? (
                  <label key={option}>
                    <input type="checkbox" checked={set.has(i)} onChange={(e) => {
                      const next = new Set(set);
                      if (e.currentTarget.checked) next.add(i);
                      else next.delete(i);
                      // The last one cannot be taken away: nothing would be left.
                      if (next.size === 0) e.currentTarget.checked = true;
                      else write(next);
                    }} />
                    <Own text={option} />
                    <button type="button" class="link only" aria-label={`${t("difference.only")}: ${option}`} onClick={() => write(new Set([i]))}>{t("difference.only")}</button>
                  </label>
                ) : null))}
              </fieldset>
            );
          })}
        </form>
      </div>
      <Options specifications={specifications} sets={sets} occurring={occurring} />
      <Explained answer={answer} />
      <Excluded answer={answer} />
    </>
  );
}

/** Below, across and above zero as shares of one bar. */
function Shares({ part }: { part: Sum }) {
  const { t } = useSite();
  const pieces = [
    { name: "below", n: part.below, word: t("difference.below") },
    { name: "across", n: part.n - part.below - part.above, word: t("difference.across") },
    { name: "above", n: part.above, word: t("difference.above") },
  ];
  return (
    <div class="shares">
      <svg width="100%" height="18" aria-hidden="true" preserveAspectRatio="none" viewBox={`0 0 ${part.n} 1`}>
        {pieces.map((p, i) => <rect key={p.name} class={p.name} x={pieces.slice(0, i).reduce((s, q) => s + q.n, 0)} width={p.n} y="0" height="1" />)}
      </svg>
      <ul>{pieces.map((p) => <li key={p.name}><span class={`swatch ${p.name}`} />{p.word}: <Num>{share(p.n, part.n)} ({grouped(p.n)})</Num></li>)}</ul>
    </div>
  );
}

function Compare({ part, whole }: { part: Sum | null; whole: Sum | null }) {
  const { t } = useSite();
  const rows = [{ name: t("difference.chosen"), s: part }, { name: t("difference.whole"), s: whole }].filter((r): r is { name: string; s: Sum } => r.s !== null);
  return <SumTable caption={t("difference.compare")} head="" rows={rows} file="multiverse" />;
}

function SumTable({ caption, head, rows, file }: { caption: string; head: string; rows: { name: string; s: Sum; choice?: string }[]; file: string }) {
  const { t } = useSite();
  return (
    <Table caption={caption} file={file} rows={rows}
      columns={[
        { head: head || "–", cell: (r) => <>{r.choice && <span class="meta">{r.choice}: </span>}<Own text={r.name} /></>, text: (r) => (r.choice ? `${r.choice}: ${r.name}` : r.name) },
        { head: t("difference.n"), cell: (r) => <Num>{grouped(r.s.n)}</Num>, text: (r) => r.s.n, number: true },
        { head: t("difference.middle"), cell: (r) => <Num>{signed(r.s.estimate / 1000)}</Num>, text: (r) => r.s.estimate / 1000, number: true },
        { head: t("difference.interval"), cell: (r) => <Fill word="to.range" a={signed(r.s.low / 1000)} b={signed(r.s.high / 1000)} />, text: (r) => `${r.s.low / 1000} to ${r.s.high / 1000}`, number: true },
        { head: t("difference.below"), cell: (r) => <Num>{share(r.s.below, r.s.n)} ({grouped(r.s.below)})</Num>, text: (r) => r.s.below, number: true },
        { head: t("difference.above"), cell: (r) => <Num>{share(r.s.above, r.s.n)} ({grouped(r.s.above)})</Num>, text: (r) => r.s.above, number: true },
      ]} />
  );
}

function Options({ specifications, sets, occurring }: { specifications: Specifications; sets: Set<number>[]; occurring: Set<number>[] }) {
  const { overview, t } = useSite();
  const state = sets.map((s) => [...s].join(".")).join("|");
  const rows = useMemo(() => overview.choices.flatMap((choice, d) => {
    if ((occurring[d]?.size ?? 0) < 2) return [];
    return choice.options.flatMap((name, i) => {
      const s = sum(specifications, chosenRows(specifications, sets.map((set, k) => (k === d ? new Set([i]) : set))));
      return s ? [{ name, s, choice: t(`choice.${choice.name}` as Word) }] : [];
    });
  }), [specifications, state, t]);
  return (
    <section>
      <details>
        <summary>{t("difference.options")}</summary>
        <SumTable caption={t("difference.options")} head={t("difference.option")} rows={rows} file="multiverse-options" />
      </details>
    </section>
  );
}

function Explained({ answer }: { answer: Answer }) {
  const { t } = useSite();
  if (!answer.explained) return null;
  return (
    <section>
      <h2>{t("difference.explained")}</h2>
      <Table caption={t("difference.explained")} file="explained" rows={[...answer.explained].sort((a, b) => b.share - a.share)}
        columns={[
          { head: t("method.choice"), cell: (e) => t(`choice.${e.choice}` as Word), text: (e) => e.choice },
          { head: t("difference.share"), cell: (e) => <span class="barcell"><Num>{(100 * e.share).toFixed(1)}%</Num><svg width="120" height="10" aria-hidden="true"><rect class="bars" width={Math.max(0, 120 * e.share)} height="10" /></svg></span>, text: (e) => e.share, number: true },
        ]} />
    </section>
  );
}

function Excluded({ answer }: { answer: Answer }) {
  const { t } = useSite();
  const rows = Object.entries(answer.summary.excluded);
  if (rows.length === 0) return null;
  return (
    <section>
      <details>
        <summary>{t("difference.excluded")}</summary>
        <Table caption={t("difference.excluded")} rows={rows} file="excluded"
          columns={[
            { head: t("difference.reason"), cell: ([reason]) => <Own text={reason} />, text: ([reason]) => reason },
            { head: t("difference.count"), cell: ([, n]) => <Num>{grouped(n)}</Num>, text: ([, n]) => n, number: true },
          ]} />
      </details>
    </section>
  );
}
