//! Fusion in every simulated world over many seeds, beside fixed windows: the table of `docs/fuse.md`.
//!
//! ```sh
//! cargo run --release -p tarazu-fuse --example worlds -- 50            # seeds 1 to 50
//! cargo run --release -p tarazu-fuse --example worlds -- 20 900 bursty # seeds 901 to 920 of one world, with tenths of probability
//! cargo run --release -p tarazu-fuse --example worlds -- 5 5000 all DIR # also writes the files, for other tools
//! ```

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "an example that fails says why")]

use std::path::Path;

use rayon::prelude::*;
use tarazu_events::batch::{EventBatch, Provenance};
use tarazu_events::{Event, Resolved};
use tarazu_fuse::evaluate::{Window, b_cubed, calibration, pairs};
use tarazu_fuse::simulate::{NAMES, Simulated, World};
use tarazu_fuse::{DatasetRules, Reports, Settings, fuse};

const WINDOWS: [Window; 3] =
    [Window { km: 1.0, days: 0 }, Window { km: 10.0, days: 1 }, Window { km: 25.0, days: 3 }];

/// What one seed of one world came to.
struct Outcome {
    f1: f64,
    b3: f64,
    windows: [(f64, f64); 3],
    /// Pairs with their probability and whether they are true.
    pairs: Vec<(f64, bool)>,
    covered: bool,
    width: f64,
    total_covered: Option<bool>,
}

fn reports(simulated: &Simulated) -> (Reports, Vec<usize>) {
    let (mut reports, mut truth) = (Reports::new(), Vec::new());
    for dataset in &simulated.datasets {
        let mut batch = EventBatch::new(Provenance {
            dataset: dataset.name.clone(),
            release: "1".into(),
            file_sha256: String::new(),
            boundaries: None,
        });
        for record in &dataset.records {
            batch.push(&record.event, &Resolved::default());
            truth.push(record.incident);
        }
        reports.push_batch(&batch.finish().unwrap()).unwrap();
    }
    (reports, truth)
}

fn run(name: &str, seed: u64) -> Outcome {
    let world = World::named(name).expect("a named world");
    let simulated = world.draw(seed).unwrap();
    let (reports, truth) = reports(&simulated);
    // What a person knows of the datasets from their codebooks, and nothing else.
    let state_actors = tarazu_fuse::simulate::FORCES.map(str::to_owned).to_vec();
    let mut settings = Settings { seed, state_actors, ..Settings::default() };
    for dataset in &world.datasets {
        let rules = DatasetRules {
            repeats: (dataset.duplicates + dataset.splits > 0.0).then_some(true),
            lethal_only: dataset.lethal_only,
            no_state_operations: dataset.no_state_operations,
        };
        settings.datasets.insert(dataset.name.clone(), rules);
    }
    let fusion = fuse(&reports, &settings, &[]).unwrap();
    let found = fusion.incidents.by_row();
    let events: Vec<(usize, &Event<'_>)> = simulated
        .datasets
        .iter()
        .enumerate()
        .flat_map(|(n, d)| d.records.iter().map(move |r| (n, &r.event)))
        .collect();
    let windows = WINDOWS.map(|window| {
        let labels = window.partition(&events);
        (pairs(&labels, &truth).f1, b_cubed(&labels, &truth).f1)
    });
    let recorded = simulated.recorded() as f64;
    let all = simulated.incidents.len() as f64;
    let count = fusion.count;
    Outcome {
        f1: pairs(&found, &truth).f1,
        b3: b_cubed(&found, &truth).f1,
        windows,
        pairs: fusion
            .links
            .iter()
            .map(|l| (l.probability.into(), truth[l.a as usize] == truth[l.b as usize]))
            .collect(),
        covered: (count.low..=count.high).contains(&recorded),
        width: (count.high - count.low) / recorded,
        total_covered: fusion.capture_recapture.map(|c| (c.total.low..=c.total.high).contains(&all)),
    }
}

/// The files of a world, for other tools.
fn write(folder: &Path, name: &str, seed: u64) {
    let simulated = World::named(name).expect("a named world").draw(seed).unwrap();
    std::fs::create_dir_all(folder).unwrap();
    for dataset in &simulated.datasets {
        std::fs::write(folder.join(format!("{}.csv", dataset.name)), dataset.to_csv()).unwrap();
    }
    std::fs::write(folder.join("truth.csv"), simulated.truth_csv()).unwrap();
}

/// Mean probability and share true, by tenths of probability.
fn tenths(pairs: &[(f64, bool)]) {
    for tenth in 0..10 {
        let of: Vec<_> = pairs.iter().filter(|(p, _)| ((p * 10.0) as usize).min(9) == tenth).collect();
        let n = of.len() as f64;
        let mean = of.iter().map(|o| o.0).sum::<f64>() / n;
        let hits = of.iter().filter(|o| o.1).count() as f64 / n;
        println!("  {n:6} pairs given {mean:.3}: {hits:.3} true");
    }
}

fn main() {
    let seeds: u64 = std::env::args().nth(1).map_or(10, |n| n.parse().expect("a number of seeds"));
    let after: u64 = std::env::args().nth(2).map_or(0, |n| n.parse().expect("the seed before the first"));
    let only = std::env::args().nth(3).filter(|w| w != "all");
    let folder = std::env::args().nth(4);
    println!(
        "| world | pair F1 | B³ | best window: pair F1 | B³ | expected calibration error | true of those ≥ 0.9 | interval covers | its width | capture–recapture covers |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for name in NAMES.into_iter().filter(|n| only.as_deref().is_none_or(|o| o == *n)) {
        let outcomes: Vec<Outcome> =
            (after + 1..=after + seeds).into_par_iter().map(|seed| run(name, seed)).collect();
        if let Some(folder) = &folder {
            (after + 1..=after + seeds)
                .for_each(|seed| write(&Path::new(folder).join(format!("{name}-{seed}")), name, seed));
        }
        let n = outcomes.len() as f64;
        let mean = |get: &dyn Fn(&Outcome) -> f64| outcomes.iter().map(get).sum::<f64>() / n;
        // The best window is chosen with the truth in hand, which no user has.
        let window = |at: usize| mean(&|o| o.windows[at].0);
        let best = (0..WINDOWS.len()).max_by(|a, b| window(*a).total_cmp(&window(*b))).unwrap_or(0);
        let all: Vec<(f64, bool)> = outcomes.iter().flat_map(|o| o.pairs.iter().copied()).collect();
        let calibrated = calibration(&all);
        let totals: Vec<bool> = outcomes.iter().filter_map(|o| o.total_covered).collect();
        let total = totals.iter().filter(|c| **c).count();
        println!(
            "| {name} | {:.3} | {:.3} | {:.3} ({} km, {} d) | {:.3} | {:.4} | {} | {:.0} of {n} | {:.1}% | {total} of {} |",
            mean(&|o| o.f1),
            mean(&|o| o.b3),
            window(best),
            WINDOWS[best].km,
            WINDOWS[best].days,
            mean(&|o| o.windows[best].1),
            calibrated.expected_error,
            calibrated.confident_true.map_or("–".into(), |t| format!("{t:.3}")),
            mean(&|o| f64::from(o.covered)) * n,
            100.0 * mean(&|o| o.width),
            totals.len(),
        );
        if only.is_some() {
            tenths(&all);
        }
    }
}
