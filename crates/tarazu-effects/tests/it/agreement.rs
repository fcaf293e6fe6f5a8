//! Interval and p of every estimator, on any data that it takes: p is below 1 − level exactly where the interval leaves out zero.

use proptest::prelude::*;
use tarazu_effects::{
    BeforeAfter, Difference, DisplacementCounts, Estimator, EventSeries, Form, Hawkes, Interval, METHODS,
    PredictorControl, Problem, Search, Season, SeriesHazard, Settings, SpaceInference, Staggered,
    StaggeredPanel, Synthetic, estimator_by_name,
};

/// Counts of one unit: a mean, a share of periods without any, a factor after.
fn counts(seed: u64, length: usize, start: usize, mean: f64, zeros: f64, factor: f64) -> Vec<f64> {
    let mut source = crate::truth::Source(seed);
    (0..length)
        .map(|t| {
            let mean = if t >= start { mean * factor } else { mean };
            if source.uniform() < zeros { 0.0 } else { source.poisson(mean) }
        })
        .collect()
}

fn agrees(what: &str, interval: Interval, p: f64, level: f64) {
    let Interval { low, high, .. } = interval;
    assert!((0.0..=1.0).contains(&p), "{what}: p {p}");
    // On the very edge rounding may fall either way.
    let edge = |end: f64| end != 0.0 && end.abs() < 1e-9 || (p - (1.0 - level)).abs() < 1e-9;
    if !edge(low) && !edge(high) {
        assert_eq!(low > 0.0 || high < 0.0, p < 1.0 - level, "{what}: {interval:?}, p {p}, level {level}");
    }
}

fn all_agree(what: &str, of: &Difference, p: f64, level: f64) {
    for interval in [of.average, of.cumulative, of.relative] {
        // Of a rate without any event after, only the relative difference is a number.
        if !interval.estimate.is_nan() {
            agrees(what, interval, p, level);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn on_series_and_panels(
        seed in 1_u64..1_000_000, before in 24_usize..50, after in 3_usize..10, mean in 0.3_f64..20.0,
        zeros in prop::sample::select(vec![0.0, 0.5]), factor in prop::sample::select(vec![0.0, 0.4, 1.0, 2.5]),
        level in 0.55_f64..0.99, whole in any::<bool>(), draws in prop::sample::select(vec![20_usize, 100, 400]),
    ) {
        let length = before + after;
        let of = |unit: u64, factor: f64| {
            let series = counts(seed * 64 + unit, length, before, mean, zeros, factor);
            series.into_iter().map(|y| if whole { y } else { y + 0.25 }).collect::<Vec<f64>>()
        };
        let donors: Vec<Vec<f64>> = (1..7).map(|unit| of(unit, 1.0)).collect();
        let problem = Problem::new(of(0, factor), before).unwrap().with_season(Season { length: 12, first: 0 });
        let beside = problem.clone().with_covariates(donors).unwrap();
        let settings = Settings { level, seed, draws, ..Settings::default() };
        let check = |what: &str, estimator: &dyn Estimator, problem: &Problem| {
            if let Ok(found) = estimator.estimate(problem, &settings) {
                all_agree(what, &found.difference, found.p, level);
            }
        };
        for name in METHODS {
            let estimator = estimator_by_name(name).unwrap();
            check(name, &*estimator, &beside);
            check(name, &*estimator, &problem);
        }
        for form in [Form::Control, Form::Augmented, Form::Penalised] {
            for inference in [SpaceInference::Conformal, SpaceInference::Jackknife] {
                check(&format!("{form:?} {inference:?}"), &Synthetic { inference, ..Synthetic::new(form) }, &beside);
            }
            check(&format!("{form:?} ln"), &Synthetic { log: true, ..Synthetic::new(form) }, &beside);
        }
        let means = |series: &Vec<f64>| series[..before].chunks(before / 3 + 1).map(|c| c.iter().sum::<f64>() / c.len() as f64).collect();
        let values = std::iter::once(&beside.outcome).chain(&beside.covariates).map(means).collect::<Vec<Vec<f64>>>();
        let names = (0..values[0].len()).map(|i| i.to_string()).collect();
        check("predictors", &PredictorControl { names, values, decides: None, search: Search::Quick }, &beside);
    }

    #[test]
    fn on_adoption_and_displacement(
        seed in 1_u64..1_000_000, lift in prop::sample::select(vec![0.0, 1.0, 4.0]), level in 0.55_f64..0.99, before in 0_u32..40, after in 0_u32..40,
    ) {
        let first_treated: Vec<Option<usize>> = (0..24).map(|i| [None, Some(3), Some(5)][i % 3]).collect();
        let unit = |i: usize| -> Vec<f64> {
            let series = counts(seed * 64 + i as u64, 7, 7, 6.0, 0.0, 1.0);
            let lifted = |t: usize| if first_treated[i].is_some_and(|g| t >= g) { lift } else { 0.0 };
            series.into_iter().enumerate().map(|(t, y)| y + lifted(t)).collect()
        };
        let panel = StaggeredPanel { outcome: (0..24).map(unit).collect(), first_treated: first_treated.clone(), covariates: vec![] };
        let settings = Settings { level, seed, draws: 100, ..Settings::default() };
        let found = Staggered::default().fit(&panel, &settings).unwrap();
        let (difference, by_period) = found.difference(&panel);
        all_agree("did", &difference, found.simple().p, level);
        prop_assert_eq!(by_period.len(), 4);
        let mean = by_period.iter().map(|p| p.difference.estimate * if p.index < 5 { 1.0 } else { 2.0 }).sum::<f64>() / 6.0;
        prop_assert!((mean - difference.average.estimate).abs() < 1e-9, "groups of one size: the mean over periods by units treated");

        let area = |before: u32, after: u32| BeforeAfter::new(f64::from(before), f64::from(after));
        let counts = DisplacementCounts::new(area(before, after), area(20, 18)).with_ring(area(after, before));
        let moved = counts.weighted_difference(&settings).unwrap();
        all_agree("displacement", &moved.difference(&counts), moved.p, level);
    }
}

/// One donor has all the weight, and after the intervention the two have the same sum.
#[test]
fn a_difference_of_exactly_none_is_not_one() {
    let of = |unit: u64| -> Vec<f64> {
        let series = counts(103_839 * 64 + unit, 40, 33, 11.710381033828417, 0.0, 1.0);
        series.into_iter().map(|y| y + 0.25).collect()
    };
    let problem = Problem::new(of(0), 33).unwrap().with_season(Season { length: 12, first: 0 });
    let beside = problem.with_covariates((1..7).map(of).collect()).unwrap();
    let settings = Settings { level: 0.55, seed: 103_839, draws: 20, ..Settings::default() };
    let form = Synthetic { inference: SpaceInference::Conformal, ..Synthetic::new(Form::Penalised) };
    let found = form.estimate(&beside, &settings).unwrap();
    assert_eq!(found.difference.average.estimate, 0.0);
    all_agree("penalised", &found.difference, found.p, settings.level);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(12) })]

    #[test]
    fn on_single_events(
        seed in 1_u64..1_000_000, rate in 0.05_f64..0.4, factor in prop::sample::select(vec![0.0, 0.3, 1.0, 2.0]), level in 0.55_f64..0.99,
    ) {
        let mut source = crate::truth::Source(seed);
        let days: Vec<f64> = (0..300_u32)
            .filter(|day| source.uniform() < if *day >= 200 { rate * factor } else { rate })
            .map(f64::from)
            .collect();
        let series = EventSeries::new(days, 0.0, 300.0).unwrap().with_intervention("change", 200.0, None).unwrap();
        let settings = Settings { level, seed, ..Settings::default() };
        if let Ok(found) = SeriesHazard::default().fit(&series, &settings) {
            let ratio = &found.coefficients[0];
            all_agree("hazard", &ratio.difference(&series, &series.interventions()[0]), ratio.p, level);
        }
        if let Ok(found) = (Hawkes { replicates: 5, ..Hawkes::default() }).fit(&series, &settings) {
            let step = &found.steps[0];
            all_agree("hawkes", &step.difference, step.p, level);
        }
    }
}
