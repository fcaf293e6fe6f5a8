//! The simulations that have a name: the processes of `docs/calibration.md`.

use super::{Bursts, Counts, LocalLevel, Process, ReportingChange, Simulation};

/// The names that [`Simulation::named`] knows.
pub const NAMES: [&str; 14] = [
    "gaussian-level",
    "gaussian-steady",
    "gaussian-moving",
    "counts-decline",
    "counts-unchanged",
    "counts-sparse",
    "counts-persistent",
    "counts-independent",
    "panel-clean",
    "panel-contaminated",
    "panel-unchanged",
    "counts-reporting",
    "counts-bursts",
    "panel-displaced",
];

pub(super) fn by_name(name: &str) -> Option<Simulation> {
    let counts = |counts| Simulation::new(Process::Counts(counts));
    let level = |level| Simulation { effect: 1.0, season: 0, ..Simulation::new(Process::LocalLevel(level)) };
    let panel = |contaminated| Simulation {
        effect: 0.7_f64.ln(),
        donors: 8,
        common: 0.6,
        contaminated,
        contamination: 0.5,
        ..counts(Counts::default())
    };
    Some(match name {
        "gaussian-level" => level(LocalLevel::default()),
        "gaussian-steady" => level(LocalLevel { level_deviation: 0.0, ..LocalLevel::default() }),
        "gaussian-moving" => level(LocalLevel { level_deviation: 0.3, ..LocalLevel::default() }),
        "counts-decline" => Simulation { effect: 0.7_f64.ln(), ..counts(Counts::default()) },
        "counts-unchanged" => counts(Counts::default()),
        // One period in three without an event.
        "counts-sparse" => Simulation {
            effect: 0.7_f64.ln(),
            ..counts(Counts { mean: 3.0, zeros: 0.15, ..Counts::default() })
        },
        "counts-persistent" => Simulation {
            effect: 0.7_f64.ln(),
            ..counts(Counts { autoregression: 0.8, latent_deviation: 0.5, ..Counts::default() })
        },
        "counts-independent" => Simulation {
            effect: 0.7_f64.ln(),
            ..counts(Counts { latent_deviation: 0.0, overdispersion: 0.4, ..Counts::default() })
        },
        "panel-clean" => panel(0),
        "panel-contaminated" => panel(4),
        "panel-unchanged" => Simulation { effect: 0.0, ..panel(0) },
        // Six in ten events follow upon another; nothing else changed.
        "counts-bursts" => Simulation { season: 0, ..Simulation::new(Process::Bursts(Bursts::default())) },
        "panel-displaced" => Simulation { neighbours: 1, displaced: 0.5, ..panel(0) },
        "counts-reporting" => Simulation {
            effect: 0.7_f64.ln(),
            reporting: Some(ReportingChange { period: 96, ratio: 1.3, treated_only: true }),
            ..counts(Counts::default())
        },
        _ => return None,
    })
}
