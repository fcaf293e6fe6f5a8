//! The tables of the weighing: the panel and where it comes from, what was asked and answered, the computed figures, the text.

use tarazu_effects::multiverse::DIMENSION_NAMES;
use tarazu_events::Measure;
use tarazu_ledger::text::{Inline, sentences, split_inline};
use tarazu_ledger::{Case, FigureSource};

use super::licence::may_publish;
use super::table::{Cell, Field, Origin, Table, row};
use crate::weigh::{AreaKind, PanelSource, Weighing};

/// All tables of the weighing.
pub fn tables(case: &Case, weighing: &Weighing) -> Vec<Table> {
    vec![
        sources(weighing),
        panel(weighing),
        months(weighing),
        areas(weighing),
        answers(weighing),
        estimates(weighing),
        not_asked(weighing),
        figures(case, weighing),
        transparency(weighing),
        sentences_table(case, weighing),
        editions(weighing),
        changes(weighing),
    ]
}

fn of_data(
    name: &'static str,
    title: &'static str,
    description: &'static str,
    key: &[&'static str],
    fields: Vec<Field>,
) -> Table {
    Table::new(Origin::Datasets, name, title, description, key, fields)
}

fn dataset() -> Field {
    Field::text("dataset", "Dataset").required()
}

fn version() -> Field {
    Field::text("version", "Release of the dataset").required()
}

fn sources(weighing: &Weighing) -> Table {
    let mut table = of_data(
        "sources",
        "Sources of the panel",
        "Where the figures of each dataset and release come from.",
        &["dataset", "version"],
        vec![
            dataset(),
            version(),
            Field::text("attribution", "Who publishes it and what to cite").required(),
            Field::text("licence", "Licence, as the case states it").required(),
            Field::text("computed", "How the figures were computed").required(),
            Field::text("sha256", "SHA-256 of the file that they were computed from").required(),
            Field::text("notes", "What a reader must know"),
            Field::boolean("published", "Whether its figures are part of this bundle").required(),
        ],
    );
    for s in &weighing.panel_sources {
        table.rows.push(row![
            &s.dataset,
            &s.version,
            &s.attribution,
            &s.licence,
            &s.computed,
            &s.sha256,
            &s.notes,
            may_publish(s)
        ]);
    }
    table
}

fn panel(weighing: &Weighing) -> Table {
    let described = |measure: Measure| match measure {
        Measure::Events => ("events", "Events of all types"),
        Measure::EventsStateBased => ("events", "Events in which at least one side is a government"),
        Measure::EventsNonState => ("events", "Events between organised groups"),
        Measure::EventsOneSided => ("events", "Events against civilians"),
        Measure::DeathsBest => ("people", "Reported killed, best estimate"),
        Measure::DeathsLow => ("people", "Reported killed, low estimate"),
        Measure::DeathsHigh => ("people", "Reported killed, high estimate"),
        Measure::DeathsCivilians => ("people", "Reported killed, coded as civilians by the dataset"),
        Measure::DeathsStateBased => {
            ("people", "Reported killed in events with a government on one side, best estimate")
        }
        Measure::EventsTollUnknown => ("events", "Events whose toll is not known"),
    };
    let mut fields = vec![
        dataset(),
        version(),
        Field::text("area", "Area: ISO 3166-1 alpha-3 code of a country, or province or district below it")
            .required(),
        Field::month("period", "Month").required(),
    ];
    fields.extend(Measure::ALL.map(|m| {
        let (unit, words) = described(m);
        Field::count(m.column(), unit, words)
    }));
    let about = "Events and deaths by area and month, per dataset and release. An empty cell is not published or not known, never zero.";
    let mut table = of_data("panel", "Panel", about, &["dataset", "version", "area", "period"], fields);
    let published = |dataset: &str, version: &str| {
        let of = |s: &&PanelSource| s.dataset == dataset && s.version == version;
        weighing.panel_sources.iter().find(of).is_none_or(may_publish)
    };
    for r in weighing.panel.rows.iter().filter(|r| published(&r.dataset, &r.version)) {
        let mut row = row![&r.dataset, &r.version, &r.area, r.period];
        row.extend(Measure::ALL.map(|m| Cell::from(r.measures.get(m))));
        table.rows.push(row);
    }
    table
}

fn months(weighing: &Weighing) -> Table {
    let mut table = of_data(
        "months",
        "Months shown",
        "The treated area by month as the brief draws it: best and high of one dataset, low of whichever release publishes it.",
        &["month"],
        vec![
            Field::month("month", "Month").required(),
            Field::text("dataset", "Dataset and release of events, best and high").required(),
            Field::count("events", "events", "Events"),
            Field::count("best", "people", "Reported killed, best estimate"),
            Field::count("low", "people", "Reported killed, low estimate"),
            Field::text("low_dataset", "Dataset and release of the low estimate"),
            Field::count("high", "people", "Reported killed, high estimate"),
        ],
    );
    let withheld = |name: &str| {
        let of = |s: &&PanelSource| format!("{} {}", s.dataset, s.version) == name;
        weighing.panel_sources.iter().find(of).is_some_and(|s| !may_publish(s))
    };
    for m in weighing.monthly.iter().filter(|m| !withheld(&m.dataset)) {
        let low = m.low_dataset.as_ref().filter(|d| !withheld(d));
        table.rows.push(row![m.month, &m.dataset, m.events, m.best, low.and(m.low), low, m.high]);
    }
    table
}

fn areas(weighing: &Weighing) -> Table {
    let mut table = of_data(
        "areas",
        "Provinces and districts",
        "Totals of provinces and of districts by blocks of years, as the maps show them. Where the dataset names no area, the name is empty.",
        &[],
        vec![
            dataset(),
            version(),
            Field::text("kind", "What an area is").required().one_of(["province", "district"]),
            Field::text("province", "Province, as the dataset names it"),
            Field::text("district", "District, as the dataset names it"),
            Field::count("from", "year", "First year").required(),
            Field::count("to", "year", "Last year").required(),
            Field::count("events", "events", "Events"),
            Field::count("deaths_low", "people", "Reported killed, low estimate"),
            Field::count("deaths_best", "people", "Reported killed, best estimate"),
            Field::count("deaths_high", "people", "Reported killed, high estimate"),
        ],
    );
    for a in weighing.areas.iter().filter(|a| may_publish(&a.source)) {
        for r in &a.rows {
            let (kind, province, district) = match a.kind {
                AreaKind::Province => ("province", r.name.as_ref(), None),
                AreaKind::District => ("district", r.province.as_ref(), r.name.as_ref()),
            };
            for (block, [events, low, best, high]) in a.blocks.iter().zip(&r.blocks) {
                let years = [block.from, block.to].map(|year| Cell::Integer(year.into()));
                let [from, to] = years;
                let (dataset, version) = (&a.source.dataset, &a.source.version);
                table.rows.push(row![
                    dataset, version, kind, province, district, from, to, *events, *low, *best, *high
                ]);
            }
        }
    }
    table
}

fn answers(weighing: &Weighing) -> Table {
    let share = "share of expectation";
    let count = |name, words| Field::count(name, "specifications", words).required();
    let mut table = of_data(
        "answers",
        "Verdicts",
        "What the multiverse says about each intervention. A difference is relative to expectation: -0.3 is 30% below.",
        &["intervention"],
        vec![
            Field::text("intervention", "Id of the campaign or intervention").required(),
            Field::text("name", "Its name").required(),
            Field::when("date", "Its date").required(),
            Field::text("date_is", "Which date it is").required().one_of(["begun", "announced", "on"]),
            Field::month("first_month", "The month that follows it").required(),
            Field::text("verdict", "The verdict, by the rule in README.md").required().one_of([
                "below expectation",
                "above expectation",
                "the specifications disagree",
                "the data cannot tell",
            ]),
            Field::boolean("whole_grid", "Whether every specification was asked, or a sample").required(),
            count("specifications", "Specifications that could be estimated"),
            count("wholly_below", "Of these, with an interval wholly below zero"),
            count("wholly_above", "Of these, with an interval wholly above zero"),
            Field::number("middle", share, "Middle of the specifications"),
            Field::number("middle_low", share, "Middle of the lower ends of their intervals"),
            Field::number("middle_high", share, "Middle of the upper ends of their intervals"),
            Field::number("joint_p", "1", "Joint p among placebo dates").within(0.0, 1.0),
            Field::count("placebo_dates", "dates", "Placebo dates"),
            Field::number("smallest_decrease", share, "Smallest decrease that the data could have shown"),
            Field::number("smallest_increase", share, "Smallest increase that the data could have shown"),
            Field::number("before_after", share, "What a plain before-after reading says"),
        ],
    );
    for a in &weighing.answers {
        let (q, m) = (&a.question, &a.multiverse);
        let (v, s) = (&m.verdict, &m.summary);
        let rounded = |value: Option<f64>| value.map(Cell::rounded);
        table.rows.push(row![
            &q.id,
            &q.name,
            &q.date,
            q.date_is,
            q.first_month,
            v.word.text(),
            a.whole_grid,
            v.specifications,
            v.wholly_below,
            v.wholly_above,
            rounded(s.middle.map(|m| m.estimate)),
            rounded(s.middle.map(|m| m.low)),
            rounded(s.middle.map(|m| m.high)),
            rounded(v.joint_p),
            m.dates.as_ref().map(|d| d.placebos),
            rounded(v.smallest_detectable.map(|d| d.decrease)),
            rounded(v.smallest_detectable.map(|d| d.increase)),
            rounded(s.before_after)
        ]);
    }
    table
}

fn estimates(weighing: &Weighing) -> Table {
    let share = "share of expectation";
    let per_month = "outcome per month";
    let words: [&str; DIMENSION_NAMES.len()] = [
        "Dataset and release",
        "Outcome: a column of the panel",
        "Months before",
        "Months after",
        "First month after, counted from the month of the date",
        "Comparison units",
        "Trend",
        "Seasonal terms",
        "Scale",
        "Estimator",
    ];
    let mut fields = vec![
        Field::text("intervention", "Id of the campaign or intervention")
            .required()
            .refers("answers", "intervention"),
        Field::when("date", "Its date").required(),
    ];
    fields.extend(DIMENSION_NAMES.iter().zip(words).map(|(name, words)| Field::text(name, words).required()));
    fields.extend([
        Field::number("relative", share, "Difference from expectation"),
        Field::number("low", share, "Lower end of its interval"),
        Field::number("high", share, "Upper end of its interval"),
        Field::number("p", "1", "Two-sided p").within(0.0, 1.0),
        Field::number("average", per_month, "Difference per month"),
        Field::number("average_low", per_month, "Lower end of its interval"),
        Field::number("average_high", per_month, "Upper end of its interval"),
        Field::number("pre_period_r_squared", "1", "Share of the variance before that the fit describes"),
        Field::number("before_after", share, "What a plain before-after reading says"),
        Field::text("excluded", "Why the data cannot carry the specification"),
    ]);
    let mut key = vec!["intervention"];
    key.extend(DIMENSION_NAMES);
    let about = "One row per specification asked about an intervention; an excluded one has its reason and no numbers.";
    let mut table = of_data("estimates", "Specifications", about, &key, fields);
    let Some(plan) = &weighing.plan else { return table };
    for a in &weighing.answers {
        for r in &a.multiverse.results {
            let mut row = row![&a.question.id, &a.question.date];
            row.extend(
                r.levels.iter().enumerate().map(|(i, level)| Cell::Text(plan.choices.label(i, *level))),
            );
            match &r.outcome {
                Ok(e) => {
                    let (relative, average) = (e.relative, e.average);
                    row.extend(
                        [
                            relative.estimate,
                            relative.low,
                            relative.high,
                            e.p,
                            average.estimate,
                            average.low,
                            average.high,
                            e.r_squared,
                        ]
                        .map(Cell::rounded),
                    );
                    row.extend([e.before_after.map(Cell::rounded).into(), Cell::Missing]);
                }
                Err(reason) => {
                    row.extend(std::iter::repeat_n(Cell::Missing, 9));
                    row.push(reason.as_ref().into());
                }
            }
            table.rows.push(row);
        }
    }
    table
}

fn not_asked(weighing: &Weighing) -> Table {
    let mut table = of_data(
        "not_asked",
        "Not asked about",
        "Interventions that are not asked about.",
        &["name"],
        vec![Field::text("name", "Name").required(), Field::text("reason", "Why").required()],
    );
    table.rows.extend(weighing.not_asked.iter().map(|(name, reason)| row![name, reason]));
    table
}

fn figures(case: &Case, weighing: &Weighing) -> Table {
    let mut table = of_data(
        "figures",
        "Computed figures",
        "The figures of the text, each with how it was computed.",
        &["figure"],
        vec![
            Field::text("figure", "Name of the figure").required(),
            Field::text("text", "What it is").required(),
            Field::text("printed", "As the text prints it").required(),
            Field::number("value", "see `text`", "At full precision, where it is a number"),
            Field::text("how", "How it was computed").required(),
            Field::text("source", "What it was computed from").one_of(["panel", "verdict", "ledger", "days"]),
            Field::text("of", "Dataset and release, intervention, count or request"),
        ],
    );
    for f in &weighing.figures {
        let defined = case.figures.iter().find(|d| d.id.value == f.id).and_then(|d| d.source.as_ref());
        let (source, of) = match defined {
            Some(FigureSource::Panel { dataset, version, .. }) => {
                ("panel", format!("{} {}", dataset.value, version.value))
            }
            Some(FigureSource::Verdict { about, .. }) => ("verdict", about.value.clone()),
            Some(FigureSource::Ledger { count }) => ("ledger", count.value.clone()),
            Some(FigureSource::Days { request }) => ("days", request.value.clone()),
            None => ("", String::new()),
        };
        let value = f.value.map(Cell::rounded);
        table.rows.push(row![&f.id, &f.text, &f.printed, value, &f.how, source, of]);
    }
    table
}

fn transparency(weighing: &Weighing) -> Table {
    let mut table = Table::new(
        Origin::Case,
        "transparency",
        "Score of transparency",
        "What a transparent campaign publishes, and what this one did.",
        &["question"],
        vec![
            Field::text("question", "The question").required(),
            Field::number("met", "see `question`", "How many were met; a half for what was met in part"),
            Field::number("of", "see `question`", "Of how many"),
            Field::count("score", "0 to 3", "Score").required().within(0.0, 3.0),
            Field::text("grade", "The score in a word").required(),
            Field::text("rule", "How it is counted").required(),
        ],
    );
    for c in &weighing.transparency.criteria {
        table.rows.push(row![c.question, c.met, c.of, c.grade.points(), c.grade.text(), c.rule]);
    }
    table
}

/// The text sentence by sentence, as it is printed.
fn sentences_table(case: &Case, weighing: &Weighing) -> Table {
    let mut table = Table::new(
        Origin::Case,
        "sentences",
        "Sentences",
        "The text of the brief, sentence by sentence, with the figures as printed.",
        &["section", "number"],
        vec![
            Field::text("section", "Heading of the section").required(),
            Field::count("number", "1", "Place in the section, counted from 1").required(),
            Field::text("text", "The sentence").required(),
            Field::text("figures", "Computed figures that it uses, divided by semicolons"),
            Field::text("documents", "Documents that it cites, divided by semicolons"),
        ],
    );
    for section in &case.brief.sections {
        let body = section.body.value.as_str();
        let mut number = 0;
        for sentence in sentences(body) {
            let (mut text, mut figures, mut documents) = (String::new(), Vec::new(), Vec::new());
            for (_, piece) in split_inline(&body[sentence]) {
                match piece {
                    Inline::Plain(plain) => text.push_str(plain),
                    Inline::Figure(name) => {
                        let found = weighing.figures.iter().find(|f| f.id == name);
                        text.push_str(found.map_or(name, |f| f.printed.as_str()));
                        figures.push(name);
                    }
                    Inline::Citation(cites) => documents.extend(cites.into_iter().map(|(key, _)| key)),
                }
            }
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace(" .", ".");
            if !text.is_empty() {
                number += 1;
                let (figures, documents) = (figures.join("; "), documents.join("; "));
                table.rows.push(row![&section.heading, number as usize, text, figures, documents]);
            }
        }
    }
    table
}

fn editions(weighing: &Weighing) -> Table {
    let mut table = Table::new(
        Origin::Case,
        "editions",
        "Earlier editions",
        "Editions that were published before this one, in order.",
        &["edition"],
        vec![
            Field::text("edition", "Identity of the edition").required(),
            Field::when("as_of", "The day up to which its sources were searched").required(),
            Field::text("version", "Version of Tarazu that made it").required(),
        ],
    );
    for e in &weighing.earlier {
        table.rows.push(row![&e.edition, &e.as_of, &e.version]);
    }
    table
}

fn changes(weighing: &Weighing) -> Table {
    let mut table = Table::new(
        Origin::Case,
        "changes",
        "Changes since earlier editions",
        "Every verdict and figure that changed from one published edition to the next.",
        &["to", "kind", "of"],
        vec![
            Field::text("from", "The edition before").required(),
            Field::text("to", "The edition that says it differently; `this` for this one").required(),
            Field::text("kind", "What changed").required().one_of(["verdict", "figure"]),
            Field::text("of", "Intervention or figure").required(),
            Field::text("said", "What was said"),
            Field::text("says", "What is said"),
            Field::text("why", "What else changed between the two editions").required(),
        ],
    );
    for c in &weighing.changes {
        table.rows.push(row![&c.from, &c.to, c.kind, &c.of, &c.said, &c.says, &c.why]);
    }
    table
}
