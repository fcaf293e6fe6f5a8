//! Worlds with known incidents, each recorded by several imperfect datasets: what fusion is measured on.
//!
//! A [`World`] says how incidents come about and how each [`Recorder`] sees them: which it covers, how late, how far off, under what
//! names and tolls, and how often it has one incident twice. The same world and seed give the same records on any machine.
//!
//! ```
//! use tarazu_fuse::simulate::World;
//!
//! let simulated = World::named("sparse").ok_or("no such world")?.draw(1)?;
//! assert_eq!(simulated.datasets.len(), 2);
//! let first = &simulated.datasets[0].records[0];
//! assert!(first.incident < simulated.incidents.len());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod happen;
mod named;
mod names;
mod record;
mod table;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, Poisson, StandardNormal};
use serde::{Deserialize, Serialize};
use tarazu_events::Event;

pub use happen::{FORCES, Incident};
pub use named::NAMES;

/// A world that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: found {found}, expected {expected}")]
pub struct WorldError {
    /// Which of its constants is at fault.
    pub key: String,
    /// Its value.
    pub found: String,
    /// What it may be.
    pub expected: &'static str,
}

/// How incidents come about, and who records them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// Incidents that happen.
    pub incidents: u32,
    /// Days over which they happen, from 2015-01-01.
    pub days: u32,
    /// Towns, of which the greater have more of them.
    pub towns: u32,
    /// Armed organisations, of which some are far more active than others.
    pub organisations: u32,
    /// Share of incidents that belong to a burst: several by one organisation around one town within days.
    pub bursts: f64,
    /// Mean incidents of a burst.
    pub burst_size: f64,
    /// Days over which a burst goes on.
    pub burst_days: f64,
    /// Kilometres around its town over which it spreads.
    pub burst_km: f64,
    /// Share of incidents in which nobody is killed.
    pub without_deaths: f64,
    /// Share of incidents that are operations by the state's own forces.
    pub state_operations: f64,
    /// Standard deviation, on the logit, of how visible an incident is to all datasets alike: what makes datasets miss the same ones.
    pub visibility: f64,
    /// Who records.
    pub datasets: Vec<Recorder>,
}

/// How one dataset records what happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorder {
    /// The dataset's name.
    pub name: String,
    /// Share recorded of what it covers, for an incident of middling visibility in which one person is killed.
    pub recall: f64,
    /// How much more likely deadlier incidents are recorded, on the logit for each doubling of the toll.
    pub recall_by_toll: f64,
    /// Covers only incidents in which somebody is killed, as far as it knows.
    pub lethal_only: bool,
    /// Leaves out operations by the state's own forces.
    pub no_state_operations: bool,
    /// Share of records with a date that is late: when it became known, not when it happened.
    pub late: f64,
    /// Mean days by which those are late.
    pub late_days: f64,
    /// Shares of records whose date is given as a week, and as a month.
    pub weeks: f64,
    /// See `weeks`.
    pub months: f64,
    /// Share of records placed within 25 km.
    pub near: f64,
    /// Share of records placed at the middle of their district, within 75 km. The rest is exact to 5 km.
    pub district: f64,
    /// Share of records without coordinates.
    pub unlocated: f64,
    /// Share of records without the name of the actor that was the attacker.
    pub unknown_actor: f64,
    /// Share of names that are an alias.
    pub alias: f64,
    /// Share of names of actors and places with a slip of the pen.
    pub typo: f64,
    /// Share of records that name another actor.
    pub wrong_actor: f64,
    /// Share of records of another type.
    pub wrong_type: f64,
    /// Share of records without a finer type.
    pub coarse_type: f64,
    /// Share of records whose toll is not known.
    pub toll_missing: f64,
    /// Share of the other tolls that are wrong.
    pub toll_wrong: f64,
    /// Standard deviation of ln(toll) of those.
    pub toll_error: f64,
    /// Share of tolls with a low and a high bound.
    pub toll_bounds: f64,
    /// Share of incidents recorded twice, by two coders from two reports.
    pub duplicates: f64,
    /// Share of incidents divided into two records, each with a part of the toll.
    pub splits: f64,
}

/// What came of a world.
#[derive(Debug, Clone)]
pub struct Simulated {
    /// Everything that happened, whether recorded or not.
    pub incidents: Vec<Incident>,
    /// What each dataset says of it.
    pub datasets: Vec<Dataset>,
}

/// The records of one dataset.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// In the order of their dates.
    pub records: Vec<Record>,
}

/// A record and what is true of it.
#[derive(Debug, Clone)]
pub struct Record {
    /// What the dataset says.
    pub event: Event<'static>,
    /// The incident that it is of: an index of [`Simulated::incidents`]. Never an input of fusion.
    pub incident: usize,
}

impl World {
    /// Draw what happens and what is recorded of it.
    ///
    /// # Errors
    /// [`WorldError`] where a constant is out of its range.
    pub fn draw(&self, seed: u64) -> Result<Simulated, WorldError> {
        self.check()?;
        let setting = happen::Setting::draw(self, seed);
        let incidents = happen::incidents(self, &setting, seed);
        let datasets = (0..).zip(&self.datasets).map(|(number, recorder)| Dataset {
            name: recorder.name.clone(),
            records: record::records(recorder, number, &setting, &incidents, seed),
        });
        let datasets = datasets.collect();
        Ok(Simulated { incidents, datasets })
    }

    fn check(&self) -> Result<(), WorldError> {
        let fault = |key: &str, found: String, expected| WorldError { key: key.into(), found, expected };
        for (key, count, most) in [
            ("incidents", self.incidents, 10_000_000),
            ("days", self.days, 36_500),
            ("towns", self.towns, 100_000),
            ("organisations", self.organisations, 1_000),
        ] {
            if count == 0 || count > most {
                return Err(fault(key, count.to_string(), "at least 1 and no more than can be drawn"));
            }
        }
        for (key, share) in [
            ("bursts", self.bursts),
            ("without_deaths", self.without_deaths),
            ("state_operations", self.state_operations),
        ] {
            if !(0.0..=1.0).contains(&share) {
                return Err(fault(key, share.to_string(), "a share from 0 to 1"));
            }
        }
        for (key, size) in [
            ("burst_size", self.burst_size),
            ("burst_days", self.burst_days),
            ("burst_km", self.burst_km),
            ("visibility", self.visibility),
        ] {
            if !(0.0..=10_000.0).contains(&size) {
                return Err(fault(key, size.to_string(), "0 to 10000"));
            }
        }
        if self.datasets.is_empty() {
            return Err(fault("datasets", "none".into(), "one or more"));
        }
        for (at, dataset) in self.datasets.iter().enumerate() {
            dataset.check()?;
            if dataset.name.is_empty() || self.datasets[..at].iter().any(|d| d.name == dataset.name) {
                let found = format!("{:?}", dataset.name);
                return Err(fault("datasets.name", found, "a name of its own for each"));
            }
        }
        Ok(())
    }
}

impl Recorder {
    fn check(&self) -> Result<(), WorldError> {
        let shares = [
            ("recall", self.recall),
            ("late", self.late),
            ("weeks", self.weeks),
            ("months", self.months),
            ("weeks + months", self.weeks + self.months),
            ("near", self.near),
            ("district", self.district),
            ("near + district", self.near + self.district),
            ("unlocated", self.unlocated),
            ("unknown_actor", self.unknown_actor),
            ("alias", self.alias),
            ("typo", self.typo),
            ("wrong_actor", self.wrong_actor),
            ("wrong_type", self.wrong_type),
            ("coarse_type", self.coarse_type),
            ("toll_missing", self.toll_missing),
            ("toll_wrong", self.toll_wrong),
            ("toll_bounds", self.toll_bounds),
            ("duplicates", self.duplicates),
            ("splits", self.splits),
            ("duplicates + splits", self.duplicates + self.splits),
        ];
        let sizes = [
            ("recall_by_toll", self.recall_by_toll),
            ("late_days", self.late_days),
            ("toll_error", self.toll_error),
        ];
        let share = |(_, s): &&(&str, f64)| !(0.0..=1.0).contains(s);
        let size = |(_, s): &&(&str, f64)| !(0.0..=1_000.0).contains(s);
        let found = shares.iter().find(share).map(|f| (f, "a share from 0 to 1"));
        match found.or_else(|| sizes.iter().find(size).map(|f| (f, "0 to 1000"))) {
            None => Ok(()),
            Some(((key, value), expected)) => Err(WorldError {
                key: format!("datasets.{}.{key}", self.name),
                found: value.to_string(),
                expected,
            }),
        }
    }
}

/// One stream of random numbers: what it is for enters through FNV-1a, which is stable over versions and machines.
fn stream(seed: u64, purpose: &str, number: u64) -> ChaCha8Rng {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in purpose.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ hash);
    rng.set_stream(number);
    rng
}

/// From 0 up to, not including, 1.
fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    rand::RngExt::random(rng)
}

fn chance(rng: &mut ChaCha8Rng, share: f64) -> bool {
    uniform(rng) < share
}

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(rng)
}

fn poisson(rng: &mut ChaCha8Rng, mean: f64) -> u32 {
    Poisson::new(mean).map_or(0, |p| {
        let count: f64 = p.sample(rng);
        count.min(1e6) as u32
    })
}

/// An index below `count`, of which the first are likelier: the n-th has weight 1 / (n + 2).
fn by_rank(rng: &mut ChaCha8Rng, count: usize) -> usize {
    let weight = |n: usize| 1.0 / (n as f64 + 2.0);
    let mut left = uniform(rng) * (0..count).map(weight).sum::<f64>();
    for n in 0..count {
        left -= weight(n);
        if left < 0.0 {
            return n;
        }
    }
    count.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_world_is_sound_and_says_the_same_again() {
        for name in NAMES {
            let world = World::named(name).unwrap();
            let (one, other) = (world.draw(3).unwrap(), world.draw(3).unwrap());
            assert_eq!(one.incidents.len(), world.incidents as usize);
            for (a, b) in one.datasets.iter().zip(&other.datasets) {
                assert!(a.records.len() > 100, "{name}: {} has {}", a.name, a.records.len());
                assert_eq!(a.to_csv(), b.to_csv(), "{name}");
            }
            assert_ne!(one.datasets[0].to_csv(), world.draw(4).unwrap().datasets[0].to_csv());
        }
    }

    #[test]
    fn coverage_rules_hold() {
        let world = World::named("coverage").unwrap();
        let simulated = world.draw(1).unwrap();
        for (recorder, dataset) in world.datasets.iter().zip(&simulated.datasets) {
            for record in &dataset.records {
                let incident = &simulated.incidents[record.incident];
                assert!(!(recorder.no_state_operations && incident.by_state));
                assert!(!(recorder.lethal_only && record.event.deaths.best == Some(0)));
            }
        }
        assert!(simulated.incidents.iter().any(|i| i.by_state));
    }

    #[test]
    fn duplicates_and_splits_come_as_often_as_asked() {
        let mut world = World::named("duplicates").unwrap();
        world.datasets[0].duplicates = 0.2;
        world.datasets[0].splits = 0.1;
        let dataset = &world.draw(1).unwrap().datasets[0];
        let mut records = std::collections::HashMap::new();
        for record in &dataset.records {
            *records.entry(record.incident).or_insert(0_usize) += 1;
        }
        let twice = records.values().filter(|n| **n == 2).count() as f64 / records.len() as f64;
        assert!((twice - 0.3).abs() < 0.05, "{twice}");
    }

    #[test]
    fn a_world_that_cannot_be_says_which_constant_is_at_fault() {
        let mut world = World::named("sparse").unwrap();
        world.datasets[1].near = 0.8;
        world.datasets[1].district = 0.5;
        let fault = world.draw(1).unwrap_err();
        assert_eq!(fault.key, "datasets.beta.near + district");
        world.datasets.clear();
        assert_eq!(world.draw(1).unwrap_err().key, "datasets");
    }
}
