//! What happens: towns, organisations, and incidents alone and in bursts.

use rand_chacha::ChaCha8Rng;

use super::{World, by_rank, chance, names, normal, poisson, stream, uniform};

/// The country: degrees north and east of its south-western corner, and its height and width.
const CORNER: (f64, f64) = (24.0, 62.0);
const SIZE: (f64, f64) = (12.0, 12.0);
/// Districts are squares of so many degrees.
pub(super) const DISTRICT: f64 = 0.8;
/// Kilometres in a degree of latitude.
const DEGREE: f64 = 111.2;

/// Types of incidents with how often they happen, by organisations and by the state: type, finer type, weight.
pub(super) const TYPES: [(&str, &str, f64, f64); 9] = [
    ("battle", "armed_clash", 0.26, 0.45),
    ("explosion", "remote_explosive", 0.24, 0.0),
    ("explosion", "suicide_bombing", 0.08, 0.0),
    ("explosion", "shelling", 0.05, 0.15),
    ("explosion", "air_or_drone_strike", 0.0, 0.25),
    ("civilian_attack", "armed_attack", 0.17, 0.05),
    ("civilian_attack", "assassination", 0.12, 0.0),
    ("civilian_attack", "abduction", 0.05, 0.0),
    ("strategic", "arrests", 0.03, 0.10),
];

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// Day, counted from the first of the world.
    pub day: u32,
    /// Degrees north and east.
    pub place: (f64, f64),
    /// The nearest town.
    pub town: usize,
    /// The attacker: an organisation, or the state's forces.
    pub organisation: usize,
    /// Whether it was an operation by the state's own forces, against the organisation.
    pub by_state: bool,
    /// Type: an index of the types that there are.
    pub kind: usize,
    /// What was struck.
    pub target: usize,
    /// People killed.
    pub deaths: u32,
    /// People wounded.
    pub wounded: u32,
    /// How visible it is to all datasets alike, on the logit.
    pub visibility: f64,
}

/// Where and among whom it happens.
pub(super) struct Setting {
    /// Names of towns with their places, the greatest first.
    pub towns: Vec<(String, (f64, f64))>,
    /// Organisations with all their names.
    pub organisations: Vec<Vec<String>>,
    /// Districts' names, by row and column.
    districts: Vec<String>,
}

/// Names for the state's own forces.
pub const FORCES: [&str; 3] = ["Armed forces of the state", "Security Forces", "Government"];
/// What is struck.
pub(super) const TARGETS: [&str; 6] =
    ["Police", "Military", "Private citizens", "Government (General)", "Transportation", "Business"];

const ACROSS: usize = (SIZE.1 / DISTRICT) as usize + 1;

impl Setting {
    pub fn draw(world: &World, seed: u64) -> Self {
        let rng = &mut stream(seed, "setting", 0);
        let towns = (0..world.towns).map(|_| {
            let place = (CORNER.0 + SIZE.0 * uniform(rng), CORNER.1 + SIZE.1 * uniform(rng));
            (names::word(rng), place)
        });
        let towns = towns.collect();
        let organisations = (0..world.organisations).map(|_| names::organisation(rng)).collect();
        let districts = (0..ACROSS * ACROSS).map(|_| names::word(rng)).collect();
        Self { towns, organisations, districts }
    }

    /// The district around a place: its name and the place in its middle.
    pub fn district(&self, place: (f64, f64)) -> (&str, (f64, f64)) {
        let cell = |degrees: f64, from: f64| {
            (((degrees - from) / DISTRICT).floor().max(0.0) as usize).min(ACROSS - 1)
        };
        let (row, column) = (cell(place.0, CORNER.0), cell(place.1, CORNER.1));
        let middle = (CORNER.0 + (row as f64 + 0.5) * DISTRICT, CORNER.1 + (column as f64 + 0.5) * DISTRICT);
        (self.districts.get(row * ACROSS + column).map_or("", String::as_str), middle)
    }
}

/// A place so many kilometres away in both directions, on average.
pub(super) fn moved(place: (f64, f64), km: f64, rng: &mut ChaCha8Rng) -> (f64, f64) {
    let north = place.0 + km / DEGREE * normal(rng);
    let east = place.1 + km / (DEGREE * place.0.to_radians().cos()) * normal(rng);
    let inside = |value: f64, from: f64, size: f64| value.clamp(from, from + size);
    (inside(north, CORNER.0, SIZE.0), inside(east, CORNER.1, SIZE.1))
}

pub(super) fn incidents(world: &World, setting: &Setting, seed: u64) -> Vec<Incident> {
    let rng = &mut stream(seed, "incidents", 0);
    let wanted = world.incidents as usize;
    let mut incidents = Vec::with_capacity(wanted);
    while incidents.len() < wanted {
        let town = by_rank(rng, setting.towns.len());
        let organisation = by_rank(rng, setting.organisations.len());
        let day = uniform(rng) * f64::from(world.days);
        // A burst of n incidents stands for n of them: it is begun that much more rarely.
        let size = world.burst_size.max(1.0);
        let odds = world.bursts / size;
        let is_burst = chance(rng, odds / (odds + 1.0 - world.bursts).max(1e-12));
        let count = if is_burst { 1 + poisson(rng, size - 1.0) as usize } else { 1 };
        for _ in 0..count.min(wanted - incidents.len()) {
            let (spread, later) =
                if is_burst { (world.burst_km, uniform(rng) * world.burst_days) } else { (6.0, 0.0) };
            let at = moved(setting.towns[town].1, spread, rng);
            let day = ((day + later) as u32).min(world.days - 1);
            // In a burst now and then another organisation strikes.
            let other = is_burst && chance(rng, 0.15);
            let organisation = if other { by_rank(rng, setting.organisations.len()) } else { organisation };
            incidents.push(incident(world, day, at, town, organisation, rng));
        }
    }
    incidents.sort_by(|a, b| a.day.cmp(&b.day).then(a.place.0.total_cmp(&b.place.0)));
    incidents
}

fn incident(
    world: &World,
    day: u32,
    place: (f64, f64),
    town: usize,
    organisation: usize,
    rng: &mut ChaCha8Rng,
) -> Incident {
    let by_state = chance(rng, world.state_operations);
    let weight = |(_, _, ours, states): &(&str, &str, f64, f64)| if by_state { *states } else { *ours };
    let mut left = uniform(rng);
    let kind = TYPES.iter().position(|t| {
        left -= weight(t);
        left < 0.0
    });
    // Tolls have a long tail: one and a little more on most days, a hundred on the worst.
    let deaths = if chance(rng, world.without_deaths) {
        0
    } else {
        ((1.0 - uniform(rng)).powf(-1.0 / 1.3).floor()).min(400.0) as u32
    };
    let wounded = poisson(rng, 1.0 + 1.5 * f64::from(deaths));
    Incident {
        day,
        place,
        town,
        organisation,
        by_state,
        kind: kind.unwrap_or(0),
        target: by_rank(rng, TARGETS.len()),
        deaths,
        wounded,
        visibility: world.visibility * normal(rng),
    }
}
