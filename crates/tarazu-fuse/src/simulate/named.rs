//! Worlds that have a name, each hard in its own way.

use super::{Recorder, World};

/// All names.
pub const NAMES: [&str; 6] =
    ["sparse", "bursty", "low-precision", "disagreeing-tolls", "coverage", "duplicates"];

/// A careful dataset: what the worlds change to make it worse.
fn recorder(name: &str) -> Recorder {
    Recorder {
        name: name.into(),
        recall: 0.6,
        recall_by_toll: 0.3,
        lethal_only: false,
        no_state_operations: false,
        late: 0.15,
        late_days: 1.0,
        weeks: 0.03,
        months: 0.01,
        near: 0.25,
        district: 0.1,
        unlocated: 0.02,
        unknown_actor: 0.25,
        alias: 0.3,
        typo: 0.1,
        wrong_actor: 0.04,
        wrong_type: 0.08,
        coarse_type: 0.2,
        toll_missing: 0.05,
        toll_wrong: 0.3,
        toll_error: 0.4,
        toll_bounds: 0.5,
        duplicates: 0.0,
        splits: 0.0,
    }
}

fn world() -> World {
    World {
        incidents: 2_500,
        days: 1_800,
        towns: 150,
        organisations: 12,
        bursts: 0.1,
        burst_size: 4.0,
        burst_days: 4.0,
        burst_km: 8.0,
        without_deaths: 0.35,
        state_operations: 0.2,
        visibility: 0.3,
        datasets: vec![recorder("alpha"), Recorder { recall: 0.5, ..recorder("beta") }],
    }
}

impl World {
    /// The world of this name.
    pub fn named(name: &str) -> Option<Self> {
        let mut world = world();
        match name {
            // Few incidents, far apart: what any rule can do.
            "sparse" => {
                (world.incidents, world.days, world.towns) = (800, 3_600, 300);
                (world.bursts, world.organisations) = (0.0, 20);
            }
            // Most incidents have another close by within days.
            "bursty" => {
                (world.bursts, world.burst_size) = (0.7, 8.0);
                (world.burst_days, world.burst_km) = (5.0, 6.0);
            }
            // Districts instead of places, weeks and months instead of days, and dates of reporting.
            "low-precision" => {
                for dataset in &mut world.datasets {
                    (dataset.near, dataset.district, dataset.unlocated) = (0.4, 0.4, 0.08);
                    (dataset.weeks, dataset.months) = (0.15, 0.08);
                    (dataset.late, dataset.late_days) = (0.3, 3.0);
                }
            }
            // Tolls hardly help, nor do names.
            "disagreeing-tolls" => {
                for dataset in &mut world.datasets {
                    (dataset.toll_wrong, dataset.toll_error) = (0.8, 1.0);
                    (dataset.toll_missing, dataset.unknown_actor) = (0.2, 0.4);
                }
            }
            // Three datasets, of which one has only lethal incidents and one no operations of the state.
            "coverage" => {
                world.state_operations = 0.35;
                world.without_deaths = 0.45;
                world.datasets[0].lethal_only = true;
                world.datasets[1].no_state_operations = true;
                world.datasets.push(Recorder { recall: 0.35, ..recorder("gamma") });
            }
            // Both datasets have incidents twice, or in two parts.
            "duplicates" => {
                (world.datasets[0].duplicates, world.datasets[0].splits) = (0.04, 0.03);
                (world.datasets[1].duplicates, world.datasets[1].splits) = (0.08, 0.06);
            }
            _ => return None,
        }
        Some(world)
    }
}
