//! The answer depends neither on the order of datasets and rows nor on the number of threads.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tarazu_fuse::{ActorName, Report, Reports, Settings, fuse};

/// A report that owns its texts.
#[derive(Debug, Clone)]
struct Owned {
    dataset: String,
    id: String,
    day: i32,
    place: (f64, f64),
    precision: String,
    actor: String,
    kind: String,
    deaths: u32,
}

/// A small world: incidents in a few towns, each recorded by some of the datasets.
fn world(seed: u64, datasets: usize) -> Vec<Owned> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut all = Vec::new();
    for n in 0..150 {
        let (town, day): (u32, i32) = (random.random_range(0..12), random.random_range(0..200));
        let (actor, kind, deaths): (u32, u32, u32) =
            (random.random_range(0..6), random.random_range(0..3), random.random_range(0..9));
        for d in 0..datasets {
            if random.random_bool(0.6) {
                all.push(Owned {
                    dataset: format!("D{d}"),
                    id: format!("{d}-{n}"),
                    day: day + random.random_range(0..2),
                    place: (
                        f64::from(town) + random.random_range(0.0..0.05),
                        50.0 + random.random_range(0.0..0.05),
                    ),
                    precision: format!("{}", random.random_range(1..3)),
                    actor: format!("Group {actor}"),
                    kind: format!("kind {kind}"),
                    deaths: deaths + random.random_range(0..2),
                });
            }
        }
    }
    all
}

type Answer = (
    BTreeSet<Vec<String>>,
    BTreeMap<(String, String), u32>,
    Vec<BTreeSet<Vec<String>>>,
    BTreeSet<String>,
    u64,
);

fn answer(rows: &[Owned]) -> Answer {
    let mut reports = Reports::new();
    for r in rows {
        let actors = [ActorName { id: None, name: Some(&r.actor) }];
        let report = Report {
            dataset: &r.dataset,
            id: &r.id,
            date_start: Some(r.day),
            latitude: Some(r.place.0),
            longitude: Some(r.place.1),
            place_precision: Some(&r.precision),
            actors: &actors,
            event_type: Some(&r.kind),
            deaths_best: Some(r.deaths),
            ..Report::default()
        };
        reports.push(&report).unwrap();
    }
    let fusion = fuse(&reports, &Settings::default(), &[]).unwrap();
    let name = |row: u32| {
        format!("{} {}", reports.datasets()[reports.dataset_of(row as usize)], reports.id(row as usize))
    };
    let sets = |incidents: &tarazu_fuse::Incidents| {
        (0..incidents.len())
            .map(|n| {
                let mut members: Vec<String> = incidents.members(n).iter().map(|&r| name(r)).collect();
                members.sort();
                members
            })
            .collect::<BTreeSet<_>>()
    };
    let links = fusion
        .links
        .iter()
        .map(|l| {
            let (a, b) = (name(l.a), name(l.b));
            ((a.clone().min(b.clone()), a.max(b)), l.probability.to_bits())
        })
        .collect();
    let draws = (0..2).map(|n| sets(&fusion.draw(&reports, n))).collect();
    let ids = (0..fusion.incidents.len()).map(|n| fusion.incidents.id(n, &reports)).collect();
    (sets(&fusion.incidents), links, draws, ids, fusion.count.estimate.to_bits())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn order_of_rows_and_datasets_changes_nothing(seed in 0_u64..1000, datasets in 1_usize..4) {
        let mut rows = world(seed, datasets);
        let expected = answer(&rows);
        rows.shuffle(&mut ChaCha8Rng::seed_from_u64(seed + 1));
        prop_assert!(answer(&rows) == expected);
    }

    #[test]
    fn the_number_of_threads_changes_nothing(seed in 0_u64..1000) {
        let rows = world(seed, 2);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| answer(&rows))
        };
        prop_assert!(with(1) == with(5));
    }

    #[test]
    fn every_report_is_a_member_of_one_incident(seed in 0_u64..1000, datasets in 1_usize..4) {
        let rows = world(seed, datasets);
        let (incidents, _, draws, ids, _) = answer(&rows);
        for sets in std::iter::once(&incidents).chain(&draws) {
            let members: Vec<&String> = sets.iter().flatten().collect();
            prop_assert_eq!(members.len(), rows.len());
            prop_assert_eq!(members.iter().collect::<BTreeSet<_>>().len(), rows.len());
        }
        prop_assert_eq!(ids.len(), incidents.len());
    }
}
