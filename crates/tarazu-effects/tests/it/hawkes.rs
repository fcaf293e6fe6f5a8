//! The self-exciting process against a peer's run, and on simulated events of known truth.

use rayon::prelude::*;
use tarazu_effects::{EventSeries, Hawkes, Settings};

use crate::truth::Source;

#[rustfmt::skip]
const TIMES: [f64; 43] = [
    4.09, 4.56, 4.65, 6.05, 6.13, 7.37, 11.25, 12.11, 12.33, 13.16, 17.61, 22.72, 28.25, 28.37, 42.07, 43.94, 44.72, 45.19, 45.41, 46.06,
    54.25, 60.4, 62.44, 63.33, 72.05, 83.01, 83.83, 86.02, 86.47, 88.23, 88.5, 90.3, 91.03, 91.15, 91.37, 101.14, 116.83, 117.34, 117.86,
    118.23, 118.57, 119.06, 119.89,
];

/// HawkesPyLib 0.3.0: `uvhp_expo_logL([0.3, 0.5, 1.2], TIMES, 120)` is 81.70575639160747 (minus the log likelihood; its third parameter is the
/// mean delay), checked in the crate's unit tests. Its own search stops at −79.576078 (μ 0.1972, α 0.4633, delay 0.9112); scipy 1.17.1's
/// Nelder & Mead on the likelihood summed over all pairs (xatol 1e-9, fatol 1e-12) ends at the values below.
#[test]
fn the_maximum_agrees_with_a_search_on_the_sum_over_all_pairs() {
    let series = EventSeries::new(TIMES.to_vec(), 0.0, 120.0).unwrap();
    let fit = Hawkes::default().fit(&series, &Settings::default()).unwrap();
    let close = |found: f64, expected: f64, tolerance: f64| {
        assert!((found - expected).abs() < tolerance, "{found}, expected {expected}");
    };
    close(fit.log_likelihood.1, -79.508_398_416_529_9, 1e-8);
    close(fit.background[0].1.exp(), 0.190_582_947_660_456_5, 1e-6);
    close(fit.branching.estimate, 0.491_173_867_694_181_6, 1e-6);
    close(1.0 / fit.mean_delay, 0.948_333_249_879_017_8, 1e-5);
    // 43 events in 120 days.
    close(fit.log_likelihood.0, 43.0 * (43.0_f64 / 120.0).ln() - 43.0, 1e-9);
    assert!(fit.steps.is_empty());
}

/// Events of a self-exciting process by its branching structure: immigrants of the background, then generations of children.
/// `step` multiplies the background from the middle on.
pub fn simulate(seed: u64, mu: f64, step: f64, branching: f64, delay: f64, span: f64) -> Vec<f64> {
    let mut source = Source(seed);
    let mut events = Vec::new();
    // Before the span the background has run long enough for its children to reach into it.
    let mut time = -20.0 * delay;
    loop {
        time -= source.uniform().ln() / (mu * step.max(1.0));
        if time >= span {
            break;
        }
        let share = if time < span / 2.0 { 1.0 / step.max(1.0) } else { step / step.max(1.0) };
        if source.uniform() < share {
            events.push(time);
        }
    }
    let mut next = 0;
    while next < events.len() {
        for _ in 0..source.poisson(branching) as usize {
            let child = events[next] - source.uniform().ln() * delay;
            events.push(child);
        }
        next += 1;
    }
    events.retain(|t| *t >= 0.0 && *t < span);
    events
}

struct Outcome {
    covered: bool,
    significant: bool,
    poisson_significant: bool,
    error: f64,
    branching: f64,
    fails_check: bool,
}

fn run(
    simulations: u64,
    step: f64,
    branching: f64,
    delay: f64,
    daily: bool,
    replicates: usize,
) -> Vec<Outcome> {
    let span = 1000.0;
    (0..simulations)
        .into_par_iter()
        .map(|seed| {
            let mut days =
                simulate(seed * 7919 + 11, 0.2 * (1.0 - branching) / 0.6, step, branching, delay, span);
            if daily {
                days.iter_mut().for_each(|d| *d = d.floor());
            }
            let series = EventSeries::new(days, 0.0, span)
                .unwrap()
                .with_intervention("step", span / 2.0, None)
                .unwrap();
            let fit = Hawkes { replicates, ..Hawkes::default() }.fit(&series, &Settings::default()).unwrap();
            let found = &fit.steps[0];
            assert_eq!(found.p < 0.05, found.ratio.low > 1.0 || found.ratio.high < 1.0, "{found:?}");
            Outcome {
                covered: found.ratio.low <= step && step <= found.ratio.high,
                significant: found.p < 0.05,
                poisson_significant: found.poisson.p < 0.05,
                error: found.log.estimate - step.ln(),
                branching: fit.branching.estimate,
                fails_check: fit.residuals.p < 0.05,
            }
        })
        .collect()
}

/// Simulations of each process. The figures in the comments are those of 2000; the Monte Carlo error of 160 is 1.7 points at 95%.
const SIMULATIONS: u64 = 160;

fn check(outcomes: &[Outcome], covers: f64, poisson_covers_less: bool) {
    let share =
        |f: fn(&Outcome) -> bool| outcomes.iter().filter(|o| f(o)).count() as f64 / outcomes.len() as f64;
    let mean = |f: fn(&Outcome) -> f64| outcomes.iter().map(f).sum::<f64>() / outcomes.len() as f64;
    let covered = share(|o| o.covered);
    assert!((covered - covers).abs() < 0.04, "covers {covered}");
    assert!(mean(|o| o.error).abs() < 0.04, "bias {}", mean(|o| o.error));
    assert!(share(|o| o.fails_check) < 0.05, "fails its own check in {}", share(|o| o.fails_check));
    if poisson_covers_less {
        assert!(share(|o| o.significant) < 0.09, "false positives {}", share(|o| o.significant));
        assert!(share(|o| o.poisson_significant) > 0.35, "Poisson {}", share(|o| o.poisson_significant));
    }
}

/// 2000: covers 95.2%, bias −0.014; power 93%.
#[test]
fn a_halved_background_is_covered_in_continuous_time() {
    check(&run(SIMULATIONS, 0.5, 0.4, 3.0, false, 0), 0.95, false);
}

/// 2000: covers 95.1%, bias −0.014, though a share of the excitation falls within a day.
#[test]
fn a_halved_background_is_covered_by_days() {
    check(&run(SIMULATIONS, 0.5, 0.4, 3.0, true, 0), 0.95, false);
}

/// 2000, nothing changed: a comparison of rates finds a difference in 43.5% (points and days); this finds one in 6.5%.
#[test]
fn clustering_alone_is_not_taken_for_a_difference() {
    for daily in [false, true] {
        check(&run(SIMULATIONS, 1.0, 0.6, 3.0, daily, 0), 0.935, true);
    }
}

/// 2000, mean delay 0.7 days, so that most children fall on their parent's day: 5.1%, a comparison of rates 41.8%.
#[test]
fn bursts_within_a_day_are_not_taken_for_a_difference() {
    check(&run(SIMULATIONS, 1.0, 0.6, 0.7, true, 0), 0.95, true);
}

/// 2000: covers 96.5%, branching on average 0.06.
#[test]
fn without_clustering_little_is_found() {
    let found = run(SIMULATIONS, 1.0, 0.0, 3.0, true, 0);
    check(&found, 0.965, false);
    assert!(found.iter().map(|o| o.branching).sum::<f64>() / (SIMULATIONS as f64) < 0.1);
}

#[test]
fn a_background_that_ends_has_no_lower_bound_and_little_left() {
    let days: Vec<f64> = simulate(5, 0.2, 1.0, 0.3, 2.0, 500.0);
    let series = EventSeries::new(days, 0.0, 1000.0).unwrap().with_intervention("end", 505.0, None).unwrap();
    let fit = Hawkes::default().fit(&series, &Settings::default()).unwrap();
    let step = &fit.steps[0];
    assert!(step.ratio.low == 0.0 && step.ratio.high < 0.1 && step.p < 1e-6, "{step:?}");
    assert!(fit.warnings.iter().any(|w| w.contains("only")), "{:?}", fit.warnings);
}

/// 1000 each, nothing changed, branching 0.6: false positives at 5% without and with a correction by 100 series 6.4% and 5.5% (points), 6.4% and
/// 6.2% (days); without clustering 3.7% and 3.4%.
#[test]
fn the_bartlett_correction_widens_and_keeps_coverage() {
    let without = run(200, 1.0, 0.6, 3.0, false, 0);
    let with = run(200, 1.0, 0.6, 3.0, false, 30);
    let significant = |found: &[Outcome]| found.iter().filter(|o| o.significant).count();
    assert!(significant(&with) <= significant(&without));
    assert!(with.iter().filter(|o| o.covered).count() >= 182);
}

#[test]
fn neither_threads_nor_runs_change_a_fit() {
    let points = simulate(3, 0.1, 0.5, 0.5, 2.0, 800.0);
    for days in [points.clone(), points.iter().map(|t| t.floor()).collect()] {
        let series =
            EventSeries::new(days, 0.0, 800.0).unwrap().with_intervention("step", 400.0, None).unwrap();
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let fit = pool.install(|| Hawkes::default().fit(&series, &Settings::default()).unwrap());
            serde_json::to_string(&fit).unwrap()
        };
        assert_eq!(with(1), with(4));
        assert!(with(2).contains("\"bartlett\":1."));
    }
}

/// Short and odd series: no panic, an answer or an error, and interval and p that agree (1500 by hand, 60 here).
#[test]
fn interval_and_p_never_contradict_on_odd_series() {
    for seed in 0..60_u64 {
        let mut source = Source(seed);
        let count = 5 + (seed as usize * 7) % 40;
        let mut days: Vec<f64> =
            (0..count).map(|_| 100.0 * source.uniform().powi(1 + (seed % 4) as i32)).collect();
        if seed % 2 == 0 {
            days.iter_mut().for_each(|d| *d = d.floor());
        }
        let hawkes = Hawkes {
            trend: seed % 3 == 0,
            harmonics: (seed % 5 / 4) as usize,
            replicates: 5,
            ..Hawkes::default()
        };
        let series = EventSeries::new(days, 0.0, 101.0)
            .and_then(|s| s.with_intervention("a", 30.0, None))
            .and_then(|s| s.with_intervention("b", 50.0, Some(60.0)))
            .unwrap();
        let Ok(fit) = hawkes.fit(&series, &Settings::default()) else {
            assert!(count < 10, "{count} events");
            continue;
        };
        for step in &fit.steps {
            let outside = step.log.low > 0.0 || step.log.high < 0.0;
            assert_eq!(step.p < 0.05, outside, "{seed}: {step:?}");
            assert!(
                step.log.low <= step.log.estimate && step.log.estimate <= step.log.high,
                "{seed}: {step:?}"
            );
        }
    }
}
