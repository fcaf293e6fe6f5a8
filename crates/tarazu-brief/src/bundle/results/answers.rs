//! What was asked and answered: verdicts, specifications, and interventions that are not asked about.

use tarazu_effects::multiverse::DIMENSION_NAMES;

use crate::bundle::specification;
use crate::bundle::table::{Cell, Field, Origin, Table, row};
use crate::weigh::Weighing;

pub fn answers(weighing: &Weighing) -> Table {
    let share = "share of expectation";
    let count = |name, words| Field::count(name, "specifications", words).required();
    let mut table = Table::new(
        Origin::Datasets,
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

pub fn estimates(weighing: &Weighing) -> Table {
    let mut fields = vec![
        Field::text("intervention", "Id of the campaign or intervention")
            .required()
            .refers("answers", "intervention"),
        Field::when("date", "Its date").required(),
    ];
    fields.extend(specification::fields());
    let mut key = vec!["intervention"];
    key.extend(DIMENSION_NAMES);
    let about = "One row per specification asked about an intervention; an excluded one has its reason and no numbers.";
    let mut table = Table::new(Origin::Datasets, "estimates", "Specifications", about, &key, fields);
    let Some(plan) = &weighing.plan else { return table };
    for a in &weighing.answers {
        for r in &a.multiverse.results {
            let mut row = row![&a.question.id, &a.question.date];
            row.extend(specification::cells(&plan.choices, r));
            table.rows.push(row);
        }
    }
    table
}

pub fn not_asked(weighing: &Weighing) -> Table {
    let mut table = Table::new(
        Origin::Datasets,
        "not_asked",
        "Not asked about",
        "Interventions that are not asked about.",
        &["name"],
        vec![Field::text("name", "Name").required(), Field::text("reason", "Why").required()],
    );
    table.rows.extend(weighing.not_asked.iter().map(|(name, reason)| row![name, reason]));
    table
}
