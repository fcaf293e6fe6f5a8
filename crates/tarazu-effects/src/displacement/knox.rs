//! Near repeats: are events that are near in space nearer in time than chance would have it? Knox 1964 (Brit. J. Prev. Soc. Med. 18:17),
//! by bands and with permuted dates as in Johnson et al. 2007 (J. Quant. Criminol. 23:201).

use rand::RngExt;
use rayon::prelude::*;
use serde::Serialize;

use crate::problem::{EffectsError, Settings};
use crate::random;

/// An event at a place on a day. Only counts of pairs leave this module.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlacedEvent {
    /// Easting, or longitude in degrees.
    pub x: f64,
    /// Northing, or latitude in degrees.
    pub y: f64,
    /// Days since any origin.
    pub day: f64,
}

/// How far apart two places are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum Metric {
    /// In the plane, in the unit of the coordinates.
    #[default]
    Planar,
    /// On the sphere of radius 6371.0088 km (the IUGG's mean radius), in kilometres.
    GreatCircle,
}

/// The test's bands and permutations.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Knox {
    /// Upper ends of the bands of distance, ascending. A band holds its upper end but not its lower, the first holds 0.
    pub distances: Vec<f64>,
    /// Upper ends of the bands of time between events in days, likewise.
    pub delays: Vec<f64>,
    /// Distance.
    pub metric: Metric,
    /// Permutations of the dates.
    pub permutations: usize,
}

/// One band of distance and time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct KnoxCell {
    /// From and to.
    pub distance: (f64, f64),
    /// From and to, in days.
    pub delay: (f64, f64),
    /// Pairs of events in it.
    pub observed: u64,
    /// Pairs expected where dates and places have nothing to do with one another: the mean over all permutations, which is the number of
    /// pairs in the band of distance times that in the band of time over the number of all pairs.
    pub expected: f64,
    /// Observed over expected; not a number where nothing is expected.
    pub ratio: f64,
    /// Share of permutations, the data included, with at least as many pairs: (1 + as many) / (1 + permutations). One-sided.
    pub p: f64,
    /// The same, for the largest standardised excess over all cells: allows for looking at all of them (Westfall & Young 1993).
    pub p_adjusted: f64,
}

/// The test's answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KnoxTable {
    /// Cells by band of distance, then of time.
    pub cells: Vec<KnoxCell>,
    /// Events.
    pub events: usize,
    /// The choices.
    pub specification: Knox,
    /// What a reader must know before relying on it.
    pub warnings: Vec<String>,
    /// Seed of the permutations.
    pub seed: u64,
    /// Version of this crate.
    pub version: &'static str,
}

/// Pairs near in space that fit in memory with room to spare.
const MOST_PAIRS: usize = 50_000_000;

/// Events whose pairs can be looked at in seconds.
const MOST_EVENTS: usize = 50_000;

impl Default for Knox {
    fn default() -> Self {
        Self {
            distances: vec![10.0, 25.0, 50.0],
            delays: vec![7.0, 14.0, 28.0],
            metric: Metric::Planar,
            permutations: 999,
        }
    }
}

/// Index of the band that holds a value.
fn band(ends: &[f64], value: f64) -> Option<usize> {
    ends.iter().position(|end| value <= *end)
}

impl Metric {
    fn distance(self, a: &PlacedEvent, b: &PlacedEvent) -> f64 {
        match self {
            Self::Planar => (a.x - b.x).hypot(a.y - b.y),
            Self::GreatCircle => {
                let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
                let part =
                    half(a.y - b.y) + a.y.to_radians().cos() * b.y.to_radians().cos() * half(a.x - b.x);
                2.0 * 6371.0088 * part.sqrt().min(1.0).asin()
            }
        }
    }
}

impl Knox {
    /// Test one set of events.
    ///
    /// # Errors
    /// Where a number is not finite, bands do not ascend from at least 0, there are fewer than three events or more than 50,000, no permutation is asked for,
    /// or more pairs are near in space than can be held (50 million).
    pub fn test(&self, events: &[PlacedEvent], settings: &Settings) -> Result<KnoxTable, EffectsError> {
        self.check(events)?;
        let near = self.near(events)?;
        let days: Vec<f64> = events.iter().map(|e| e.day).collect();
        let (rows, columns) = (self.distances.len(), self.delays.len());
        let count = |days: &[f64]| -> Vec<u64> {
            let mut counts = vec![0; rows * columns];
            for (i, j, row) in &near {
                let delay = (days[*i as usize] - days[*j as usize]).abs();
                if let Some(column) = band(&self.delays, delay) {
                    counts[*row as usize * columns + column] += 1;
                }
            }
            counts
        };
        let observed = count(&days);
        let permuted: Vec<Vec<u64>> = (0..self.permutations as u64)
            .into_par_iter()
            .map(|replicate| {
                let rng = &mut random::stream(settings.seed, "knox", settings.replicate << 32 | replicate);
                let mut days = days.clone();
                for i in (1..days.len()).rev() {
                    days.swap(i, rng.random_range(0..=i));
                }
                count(&days)
            })
            .collect();
        let expected = self.expected(&near, &days);
        Ok(KnoxTable {
            cells: self.cells(&observed, &expected, &permuted),
            events: events.len(),
            specification: self.clone(),
            warnings: warnings(&expected),
            seed: settings.seed,
            version: env!("CARGO_PKG_VERSION"),
        })
    }

    /// Test the events before `day` and those from it on, each among themselves. Pairs across the day count in neither.
    ///
    /// # Errors
    /// Those of [`Knox::test`], for either side.
    pub fn before_and_after(
        &self,
        events: &[PlacedEvent],
        day: f64,
        settings: &Settings,
    ) -> Result<(KnoxTable, KnoxTable), EffectsError> {
        let (before, after): (Vec<PlacedEvent>, Vec<PlacedEvent>) = events.iter().partition(|e| e.day < day);
        let later = Settings { replicate: settings.replicate + 1, ..settings.clone() };
        Ok((self.test(&before, settings)?, self.test(&after, &later)?))
    }

    fn check(&self, events: &[PlacedEvent]) -> Result<(), EffectsError> {
        let fault = |field, message| Err(EffectsError::Events { field, message });
        for (field, ends) in [("distances", &self.distances), ("delays", &self.delays)] {
            let ascend =
                ends.windows(2).all(|w| w[0] < w[1]) && ends.iter().all(|e| e.is_finite() && *e >= 0.0);
            if ends.is_empty() || !ascend {
                return fault(field, format!("found {ends:?}, expected ends of bands that ascend from 0"));
            }
        }
        if !(3..=MOST_EVENTS).contains(&events.len()) || self.permutations == 0 {
            let message = format!(
                "found {} events, {} permutations, expected 3 to {MOST_EVENTS} and at least 1",
                events.len(),
                self.permutations
            );
            return fault("events", message);
        }
        if events.iter().any(|e| !(e.x.is_finite() && e.y.is_finite() && e.day.is_finite())) {
            return fault("events", "found a coordinate or day that is not finite".into());
        }
        Ok(())
    }

    /// Pairs within the farthest band, with their band.
    fn near(&self, events: &[PlacedEvent]) -> Result<Vec<(u32, u32, u32)>, EffectsError> {
        let mut near = Vec::new();
        for i in 1..events.len() {
            for j in 0..i {
                if let Some(row) = band(&self.distances, self.metric.distance(&events[i], &events[j])) {
                    near.push((i as u32, j as u32, row as u32));
                }
            }
            if near.len() > MOST_PAIRS {
                let message = format!(
                    "more than {MOST_PAIRS} pairs within {:?}, expected fewer",
                    self.distances.last()
                );
                return Err(EffectsError::Events { field: "distances", message });
            }
        }
        Ok(near)
    }

    /// Exact means over all permutations, cell by cell.
    fn expected(&self, near: &[(u32, u32, u32)], days: &[f64]) -> Vec<f64> {
        let (mut rows, mut columns) = (vec![0_u64; self.distances.len()], vec![0_u64; self.delays.len()]);
        near.iter().for_each(|(_, _, row)| rows[*row as usize] += 1);
        for i in 1..days.len() {
            for j in 0..i {
                if let Some(column) = band(&self.delays, (days[i] - days[j]).abs()) {
                    columns[column] += 1;
                }
            }
        }
        let pairs = days.len() as f64 * (days.len() as f64 - 1.0) / 2.0;
        rows.iter().flat_map(|r| columns.iter().map(move |c| *r as f64 * *c as f64 / pairs)).collect()
    }

    fn cells(&self, observed: &[u64], expected: &[f64], permuted: &[Vec<u64>]) -> Vec<KnoxCell> {
        let count = permuted.len() as f64;
        let deviation: Vec<f64> = (0..observed.len())
            .map(|k| {
                let square = |c: &Vec<u64>| (c[k] as f64 - expected[k]).powi(2);
                (permuted.iter().map(square).sum::<f64>() / count).sqrt()
            })
            .collect();
        let excess = |counts: &[u64], k: usize| {
            if deviation[k] > 0.0 { (counts[k] as f64 - expected[k]) / deviation[k] } else { 0.0 }
        };
        let largest: Vec<f64> = permuted
            .iter()
            .map(|c| (0..observed.len()).map(|k| excess(c, k)).fold(f64::NEG_INFINITY, f64::max))
            .collect();
        let span = |ends: &[f64], k: usize| (if k == 0 { 0.0 } else { ends[k - 1] }, ends[k]);
        let columns = self.delays.len();
        (0..observed.len())
            .map(|k| KnoxCell {
                distance: span(&self.distances, k / columns),
                delay: span(&self.delays, k % columns),
                observed: observed[k],
                expected: expected[k],
                ratio: observed[k] as f64 / expected[k],
                p: (1.0 + permuted.iter().filter(|c| c[k] >= observed[k]).count() as f64) / (1.0 + count),
                p_adjusted: (1.0 + largest.iter().filter(|l| **l >= excess(observed, k)).count() as f64)
                    / (1.0 + count),
            })
            .collect()
    }
}

fn warnings(expected: &[f64]) -> Vec<String> {
    let few = expected.iter().filter(|e| **e < 5.0).count();
    if few == 0 {
        return Vec::new();
    }
    vec![format!("fewer than 5 pairs are expected in {few} of {} bands", expected.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Knox 1964, 96 children with leukaemia in Northumberland and Durham: of 4560 pairs, 152 within 60 days, 25 within a kilometre;
    /// expected in both 0.83. The margins are laid out here with other events that have the same ones.
    #[test]
    fn the_expected_pairs_of_knox_are_the_product_of_the_margins() {
        let near: Vec<(u32, u32, u32)> = (0..25).map(|_| (1, 0, 0)).collect();
        // Groups of events on one day, a year apart, with 120 + 28 + 3 + 1 = 152 pairs among 96 events.
        let days: Vec<f64> = [(16, 1.0), (8, 400.0), (3, 800.0), (2, 1200.0)]
            .into_iter()
            .flat_map(|(n, day)| std::iter::repeat_n(day, n))
            .chain((0..67).map(|i| 2000.0 + 400.0 * f64::from(i)))
            .collect();
        assert_eq!(days.len(), 96);
        let knox = Knox { distances: vec![1.0], delays: vec![60.0], ..Knox::default() };
        assert!((knox.expected(&near, &days)[0] - 0.83).abs() < 0.005);
    }

    #[test]
    fn a_degree_of_latitude_and_of_longitude_at_sixty_degrees() {
        let at = |x, y| PlacedEvent { x, y, day: 0.0 };
        let distance = |a, b| Metric::GreatCircle.distance(&a, &b);
        // 2πR/360 with R = 6371.0088 km.
        assert!((distance(at(70.0, 30.0), at(70.0, 31.0)) - 111.195).abs() < 1e-3);
        assert!((distance(at(70.0, 60.0), at(71.0, 60.0)) - 55.597).abs() < 2e-3);
    }
}
