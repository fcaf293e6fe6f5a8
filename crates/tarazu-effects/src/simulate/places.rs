//! Events at places on days, for tests of whether they repeat near one another.

use serde::{Deserialize, Serialize};

use crate::displacement::PlacedEvent;
use crate::problem::EffectsError;
use crate::random::{normal, stream, uniform};

/// What is simulated: places about hot spots of a square, days of a span in which some times have more events than others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Places {
    /// Events, before those that follow upon another.
    pub events: usize,
    /// Side of the square.
    pub side: f64,
    /// Days of the span.
    pub days: f64,
    /// Hot spots; 0 for places anywhere.
    pub spots: usize,
    /// Standard deviation of places about their hot spot.
    pub spread: f64,
    /// How uneven the days are: the share of the span's days moves as its power.
    pub wave: f64,
    /// Whether each hot spot has its own third of the span: places and days then have to do with one another, although no event follows upon
    /// another.
    pub shifting: bool,
    /// Share of events that another follows, within 5 of the place and 7 days.
    pub repeats: f64,
}

/// The names that [`Places::named`] knows.
pub const PLACES_NAMES: [&str; 4] = ["places-anywhere", "places-spots", "places-repeats", "places-shifting"];

impl Places {
    /// A simulation by name: one of [`PLACES_NAMES`].
    pub fn named(name: &str) -> Option<Self> {
        let anywhere = Self {
            events: 100,
            side: 200.0,
            days: 365.0,
            spots: 0,
            spread: 10.0,
            wave: 1.0,
            shifting: false,
            repeats: 0.0,
        };
        Some(match name {
            "places-anywhere" => anywhere,
            "places-spots" => Self { spots: 6, wave: 2.0, ..anywhere },
            "places-repeats" => Self { spots: 6, wave: 2.0, events: 80, repeats: 0.25, ..anywhere },
            "places-shifting" => Self { spots: 6, shifting: true, ..anywhere },
            _ => return None,
        })
    }

    /// Events number `replicate` under `seed`.
    ///
    /// # Errors
    /// [`EffectsError::Simulation`] where a setting lies outside its range.
    pub fn draw(&self, seed: u64, replicate: u64) -> Result<Vec<PlacedEvent>, EffectsError> {
        for (field, value) in [("side", self.side), ("days", self.days), ("wave", self.wave)] {
            if !(value.is_finite() && value > 0.0) {
                let message = format!("found {value}, expected a number above 0");
                return Err(EffectsError::Simulation { field, message });
            }
        }
        let rng = &mut stream(seed, "places", replicate);
        let spots: Vec<(f64, f64)> =
            (0..self.spots).map(|_| (self.side * uniform(rng), self.side * uniform(rng))).collect();
        let mut events = Vec::new();
        for _ in 0..self.events {
            let spot = (uniform(rng) * self.spots as f64) as usize;
            let (x, y) = match spots.get(spot) {
                Some((x, y)) => (x + self.spread * normal(rng), y + self.spread * normal(rng)),
                None => (self.side * uniform(rng), self.side * uniform(rng)),
            };
            let mut share = uniform(rng).powf(self.wave);
            if self.shifting {
                share = (share + (spot % 3) as f64) / 3.0;
            }
            let event = PlacedEvent { x, y, day: (self.days * share).floor() };
            events.push(event);
            if uniform(rng) < self.repeats {
                let near = |at: f64, u: f64| at + 10.0 * (u - 0.5);
                events.push(PlacedEvent {
                    x: near(event.x, uniform(rng)),
                    y: near(event.y, uniform(rng)),
                    day: event.day + (7.0 * uniform(rng)).floor(),
                });
            }
        }
        Ok(events)
    }
}
