//! The multiverse on data of known truth: the curve finds what is there, joint inference does not find what is not, and threads do
//! not matter.

use rayon::ThreadPoolBuilder;
use tarazu_effects::Settings;
use tarazu_effects::multiverse::{
    Comparison, Grid, Question, Scale, Series, SeriesTable, curve_verdict, explained, summary,
};

use crate::truth::Source;

/// 240 months of overdispersed counts whose intensity wanders, multiplied by `ratio` from month 215 on, in two units of which the
/// second is never changed.
fn table(seed: u64, ratio: f64) -> SeriesTable {
    let mut table = SeriesTable::new(Some(12));
    for (unit, ratio) in [("treated", ratio), ("other", 1.0)] {
        let mut source = Source(seed ^ unit.len() as u64);
        let mut wander = 0.0;
        let values = (0..240)
            .map(|t| {
                wander = 0.5 * wander + 0.25 * source.normal();
                let change = if t >= 215 { ratio } else { 1.0 };
                source.poisson(30.0 * f64::exp(wander) * change)
            })
            .collect();
        table.insert("world", unit, "events", Series { first: 0, values });
    }
    table
}

fn grid() -> Grid {
    Grid {
        dataset: vec!["world".into()],
        outcome: vec!["events".into()],
        before: vec![48, 60, 84],
        after: vec![12, 24],
        start: vec![0, 1],
        comparison: vec![
            Comparison { name: "none".into(), units: vec![] },
            Comparison { name: "other".into(), units: vec!["other".into()] },
        ],
        trend: vec![false, true],
        season: vec![0, 1],
        scale: vec![Scale::Count],
        estimator: vec!["its-nb".into()],
        unit: vec![],
    }
}

fn question<'a>(grid: &'a Grid, table: &'a SeriesTable) -> Question<'a> {
    let settings = Settings { draws: 1, ..Settings::default() };
    Question { grid, table, treated: "treated", start: 215, settings }
}

#[test]
fn a_strong_change_is_found_and_none_is_not() {
    let grid = grid();
    let cells = grid.cells();
    let word = |seed, ratio| {
        let table = table(seed, ratio);
        let question = question(&grid, &table);
        let curve = summary(&question.run(&cells).unwrap());
        assert_eq!((curve.cells, curve.estimated), (96, 96));
        let joint = question.placebo_dates(&cells, 19).unwrap().unwrap();
        assert_eq!(joint.placebos, 19);
        curve_verdict(&curve, Some(&joint), 0.95).word.text()
    };
    let found: Vec<_> = (1..=6).map(|seed| word(seed, 0.4)).collect();
    assert!(found.iter().filter(|w| **w == "below expectation").count() >= 5, "{found:?}");
    let found: Vec<_> = (1..=6).map(|seed| word(seed, 1.0)).collect();
    assert!(found.iter().filter(|w| w.ends_with("expectation")).count() <= 1, "{found:?}");
}

/// Under no change the joint p must not fall below 0.1 more often than one time in ten: at most 13 of 60 at three standard errors.
#[test]
fn the_joint_test_has_its_size() {
    let mut grid = grid();
    (grid.trend, grid.season, grid.start) = (vec![false], vec![0], vec![0]);
    let cells = grid.cells();
    let small = (100..160).filter(|seed| {
        let table = table(*seed, 1.0);
        question(&grid, &table).placebo_dates(&cells, 19).unwrap().unwrap().p_median <= 0.10
    });
    let small = small.count();
    assert!(small <= 13, "{small} of 60");
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let (mut grid, table) = (grid(), table(7, 0.7));
    grid.estimator.push("bsts".into());
    let cells = grid.cells();
    let run = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut question = question(&grid, &table);
            question.settings.draws = 100;
            let sample = question.sample(&cells, 40);
            let results = question.run(&sample).unwrap();
            let joint = question.placebo_units(&sample, &["other".into()]).unwrap();
            serde_json::to_string(&(explained(&results), results, joint)).unwrap()
        })
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn a_cell_without_its_data_says_so() {
    let (mut grid, table) = (grid(), table(1, 1.0));
    grid.before = vec![60, 240];
    grid.after.push(36);
    grid.outcome.push("deaths".into());
    let found = summary(&question(&grid, &table).run(&grid.cells()).unwrap());
    let reasons: Vec<_> = found.excluded.iter().map(|(reason, n)| format!("{reason}: {n}")).collect();
    assert_eq!(
        reasons,
        [
            "the dataset does not publish this outcome of the treated unit: 96",
            "too few periods after in the data: 16",
            "too few periods before in the data: 48"
        ]
    );
}

/// The treated unit is a choice like any other: each unit's cells are those of a grid that asks about it alone, and a placebo unit takes
/// the place of them all.
#[test]
fn the_treated_unit_can_be_a_choice() {
    let table = table(3, 0.5);
    let units = table.units();
    let [one, two] = [units[0], units[1]].map(str::to_owned);
    let alone = grid();
    let asked = |unit: &str| {
        let question = Question { treated: unit, ..question(&alone, &table) };
        question.run(&alone.cells()).unwrap().into_iter().map(|r| r.outcome).collect::<Vec<_>>()
    };
    let both = Grid { unit: vec![one.clone(), two.clone()], ..grid() };
    let found = question(&both, &table).run(&both.cells()).unwrap();
    for (level, unit) in [&one, &two].into_iter().enumerate() {
        let own = found.iter().filter(|r| usize::from(r.levels[10]) == level).map(|r| r.outcome.clone());
        assert_eq!(own.collect::<Vec<_>>(), asked(unit), "{unit}");
        assert_eq!(both.label(10, level as u16), **unit);
    }
    let placebos = question(&both, &table).placebo_units(&both.cells(), &[one, two]).unwrap();
    assert!(placebos.is_none(), "no treated unit is a placebo of itself");
}
