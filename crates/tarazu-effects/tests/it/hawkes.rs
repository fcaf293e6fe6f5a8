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

#[test]
fn dbg() {
    let series = EventSeries::new(TIMES.to_vec(), 0.0, 120.0).unwrap();
    let fit = Hawkes::default().fit(&series, &Settings::default()).unwrap();
    eprintln!("{fit:#?} {:?}", fit.background[0].1.exp());
}

/// Events of a self-exciting process by its branching structure: immigrants of the background, then generations of children.
/// `step` multiplies the background from the middle on.
fn simulate(seed: u64, mu: f64, step: f64, branching: f64, delay: f64, span: f64) -> Vec<f64> {
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

fn run(simulations: u64, step: f64, branching: f64, delay: f64, daily: bool) -> Vec<Outcome> {
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
            let fit = Hawkes::default().fit(&series, &Settings::default()).unwrap();
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

#[test]
fn coverage() {
    for (step, branching, delay, daily) in [
        (0.5, 0.4, 3.0, false),
        (1.0, 0.6, 3.0, false),
        (0.5, 0.4, 3.0, true),
        (1.0, 0.6, 3.0, true),
        (1.0, 0.6, 0.7, true),
        (1.0, 0.0, 3.0, true),
    ] {
        let n = 200;
        let now = std::time::Instant::now();
        let found = run(n, step, branching, delay, daily);
        let share = |f: fn(&Outcome) -> bool| found.iter().filter(|o| f(o)).count() as f64 / n as f64;
        let mean = |f: fn(&Outcome) -> f64| found.iter().map(f).sum::<f64>() / n as f64;
        eprintln!(
            "step {step}, branching {branching}, delay {delay}, daily {daily}: covers {}, significant {}, poisson {}, bias {:.3}, branching {:.2}, fails {} in {:?}",
            share(|o| o.covered),
            share(|o| o.significant),
            share(|o| o.poisson_significant),
            mean(|o| o.error),
            mean(|o| o.branching),
            share(|o| o.fails_check),
            now.elapsed()
        );
    }
}
