//! Comparisons: for a pair of reports, the level that each comparison reaches.

use crate::names::{Resemblances, resemblance};
use crate::prepare::{CODES, LARGE_TOLL, NO_TOLL, Prepared};
use crate::reports::{Column, Reports};
use crate::text::MISSING;

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Feature {
    Dates,
    Distance,
    Actors,
    Type,
    ActorType,
    Category,
    Tags,
    Deaths,
    Wounded,
    Place,
    Target,
    Notes,
    Source,
}

/// All comparisons, cheap and telling ones first.
pub(crate) const FEATURES: [Feature; 13] = [
    Feature::Distance,
    Feature::Dates,
    Feature::Type,
    Feature::ActorType,
    Feature::Deaths,
    Feature::Actors,
    Feature::Category,
    Feature::Tags,
    Feature::Wounded,
    Feature::Place,
    Feature::Target,
    Feature::Notes,
    Feature::Source,
];

/// The level of a comparison where a value is missing.
pub(crate) const NO_LEVEL: u16 = u16::MAX;

/// Upper ends of the distance levels, in kilometres.
const DISTANCES: [f32; 16] =
    [0.001, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 17.0, 24.0, 32.0, 45.0, 60.0, 80.0, 100.0, 125.0];
const DISTANCE_LEVELS: usize = DISTANCES.len() + 1;
const CLASSES: usize = 8;
const INTERVALS: [&str; 9] = [
    "up to 7 days: intervals overlap",
    "up to 7 days: intervals up to 2 days apart",
    "up to 7 days: intervals further apart",
    "up to 31 days: intervals overlap",
    "up to 31 days: intervals up to 2 days apart",
    "up to 31 days: intervals further apart",
    "longer: intervals overlap",
    "longer: intervals up to 2 days apart",
    "longer: intervals further apart",
];
const NAMES: [&str; 7] = [
    "same, rare name",
    "same name",
    "same, frequent name",
    "short form or alias",
    "similar spelling",
    "a word shared",
    "different",
];
const SECOND: [&str; 5] = ["same", "alias", "similar", "a word shared", "different"];
const TOLLS: [&str; 6] =
    ["equal", "1 apart", "ratio up to 1.6", "ratio up to 2.7", "ratio above", "zero and not zero"];
const AGREED: [&str; 4] = ["deaths not known", "deaths equal", "deaths alike", "deaths different"];
const MAGNITUDES: [&str; 7] = ["0", "1", "2", "3 to 4", "5 to 8", "9 to 16", "17 and more"];
const SIMILARITIES: [f32; 5] = [1e-6, 0.15, 0.35, 0.6, 0.999];
const SIMILAR: [&str; 6] = [
    "no word shared",
    "words shared, up to 15%",
    "words shared, up to 35%",
    "words shared, up to 60%",
    "words shared, above 60%",
    "all words shared",
];

impl Feature {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dates => "dates",
            Self::Distance => "distance",
            Self::Actors => "actors",
            Self::Type => "type",
            Self::ActorType => "actor_type",
            Self::Category => "category",
            Self::Tags => "tags",
            Self::Deaths => "deaths",
            Self::Wounded => "wounded",
            Self::Place => "place",
            Self::Target => "target",
            Self::Notes => "notes",
            Self::Source => "source",
        }
    }
}

/// Kilometres between two points; right to a part in a thousand over the distances that are compared.
pub(crate) fn kilometres(a: (f32, f32), b: (f32, f32)) -> f32 {
    let dy = b.0 - a.0;
    let mut dx = (b.1 - a.1).abs();
    if dx > 180.0 {
        dx = 360.0 - dx;
    }
    let dx = dx * ((a.0 + b.0) * (0.5 * std::f32::consts::PI / 180.0)).cos();
    111.195 * (dy * dy + dx * dx).sqrt()
}

/// Share of the weight of words that two texts have in common (weighted Jaccard). Words are sorted.
pub(crate) fn overlap(x: &[(u64, f32)], y: &[(u64, f32)]) -> f32 {
    let (mut i, mut j, mut both, mut all) = (0, 0, 0.0, 0.0);
    while i < x.len() && j < y.len() {
        match x[i].0.cmp(&y[j].0) {
            std::cmp::Ordering::Less => {
                all += x[i].1;
                i += 1;
            }
            std::cmp::Ordering::Greater => {
                all += y[j].1;
                j += 1;
            }
            std::cmp::Ordering::Equal => {
                both += x[i].1;
                all += x[i].1;
                i += 1;
                j += 1;
            }
        }
    }
    all += x[i..].iter().chain(&y[j..]).map(|w| w.1).sum::<f32>();
    if all > 0.0 { both / all } else { 0.0 }
}

/// Compares reports of two datasets, or of one with itself.
pub(crate) struct Comparer<'a> {
    pub(crate) reports: &'a Reports,
    pub(crate) p: &'a Prepared,
    /// Ranks of the datasets.
    pub(crate) datasets: (usize, usize),
    /// The comparisons in use.
    pub(crate) features: Vec<Feature>,
    /// Days of the longest gap compared.
    pub(crate) days: i32,
    pub(crate) resemblances: Resemblances,
}

impl Comparer<'_> {
    fn symmetric(&self) -> bool {
        self.datasets.0 == self.datasets.1
    }

    /// Number of levels.
    pub(crate) fn size(&self, feature: Feature) -> usize {
        match feature {
            Feature::Dates => 2 * self.days as usize + 1 + INTERVALS.len(),
            Feature::Distance => CLASSES * CLASSES * DISTANCE_LEVELS,
            Feature::Actors => 7 + 7 * 5,
            Feature::Type | Feature::ActorType | Feature::Category => CODES * CODES + 4,
            Feature::Deaths => TOLLS.len() * MAGNITUDES.len(),
            Feature::Wounded => AGREED.len() * TOLLS.len() * MAGNITUDES.len(),
            Feature::Tags | Feature::Place | Feature::Target | Feature::Notes => SIMILAR.len(),
            Feature::Source => 2,
        }
    }

    /// Ends of the groups of levels within which probabilities sum to one. Wounded are compared given how far deaths agree. That an interval is long is no evidence: a report over a
    /// month is near more others, and how crowded it is around a pair is counted apart.
    pub(crate) fn groups(&self, feature: Feature) -> Vec<usize> {
        let size = self.size(feature);
        match feature {
            Feature::Dates => vec![size - 9, size - 6, size - 3, size],
            Feature::Wounded => (1..=AGREED.len()).map(|n| n * size / AGREED.len()).collect(),
            _ => vec![size],
        }
    }

    /// The level in words.
    pub(crate) fn label(&self, feature: Feature, level: usize) -> String {
        match feature {
            Feature::Dates => {
                let days = 2 * self.days as usize + 1;
                match level.checked_sub(days) {
                    Some(n) => INTERVALS.get(n).copied().unwrap_or("").to_owned(),
                    None if self.symmetric() => format!("{} days apart", level as i32 - self.days),
                    None => format!("{:+} days", level as i32 - self.days),
                }
            }
            Feature::Distance => {
                let (classes, bin) = (level / DISTANCE_LEVELS, level % DISTANCE_LEVELS);
                let class = |n: usize| self.p.classes.get(n).map_or("", String::as_str);
                let far = match DISTANCES.get(bin) {
                    Some(_) if bin == 0 => "same point".to_owned(),
                    Some(end) => format!("up to {end} km"),
                    None => "further".to_owned(),
                };
                format!("{far}; {} and {}", class(classes / CLASSES), class(classes % CLASSES))
            }
            Feature::Actors => match level.checked_sub(7) {
                None => NAMES[level].to_owned(),
                Some(n) => format!("{}; second {}", NAMES[(n / 5).min(6)], SECOND[n % 5]),
            },
            Feature::Type | Feature::ActorType | Feature::Category => {
                if self.symmetric() {
                    return ["equal, frequent", "equal", "equal, rare", "different"]
                        .get(level)
                        .copied()
                        .unwrap_or("")
                        .to_owned();
                }
                let labels = &self.p.labels[code_column(feature)];
                let of = |dataset: usize, code: usize| {
                    labels[dataset].get(code).map_or("", String::as_str).to_owned()
                };
                format!("{} and {}", of(self.datasets.0, level / CODES), of(self.datasets.1, level % CODES))
            }
            Feature::Deaths => format!("{}, lower {}", TOLLS[level / 7 % 6], MAGNITUDES[level % 7]),
            Feature::Wounded => {
                let toll = format!("{}, lower {}", TOLLS[level / 7 % 6], MAGNITUDES[level % 7]);
                format!("{toll}; {}", AGREED[level / 42 % AGREED.len()])
            }
            Feature::Tags | Feature::Place | Feature::Target | Feature::Notes => {
                SIMILAR[level % 6].to_owned()
            }
            Feature::Source => ["none shared", "one shared"][level % 2].to_owned(),
        }
    }

    /// The level of one comparison for the reports at two positions.
    pub(crate) fn level(&self, feature: Feature, a: usize, b: usize) -> u16 {
        match feature {
            Feature::Dates => self.dates(a, b),
            Feature::Distance => self.distance(a, b),
            Feature::Actors => self.actors(a, b),
            Feature::Type | Feature::ActorType | Feature::Category => self.code(feature, a, b),
            Feature::Deaths => self.deaths(a, b),
            Feature::Wounded => {
                let wounded = |at: usize| self.reports.wounded(self.p.row[at] as usize).unwrap_or(MISSING);
                match toll(wounded(a), wounded(b)) {
                    NO_LEVEL => NO_LEVEL,
                    level => agreed(self.deaths(a, b)) * 42 + level,
                }
            }
            Feature::Tags => self.lists(a, b),
            Feature::Place => self.words(Column::Place, a, b),
            Feature::Target => self.words(Column::Target, a, b),
            Feature::Notes => self.words(Column::Notes, a, b),
            Feature::Source => {
                let of = |at: usize| self.reports.sources.get(self.p.row[at] as usize);
                let (x, y) = (of(a), of(b));
                if x.is_empty() || y.is_empty() { NO_LEVEL } else { x.iter().any(|s| y.contains(s)).into() }
            }
        }
    }

    /// Whether a level of the distance is within the spread of one town.
    pub(crate) fn near(&self, level: u16) -> bool {
        usize::from(level) % DISTANCE_LEVELS <= 9
    }

    /// Days from the end of one interval to the beginning of the other, with sign; 0 where they overlap.
    pub(crate) fn gap(&self, a: usize, b: usize) -> i32 {
        let p = self.p;
        if p.start[b] > p.end[a] {
            p.start[b] - p.end[a]
        } else if p.start[a] > p.end[b] {
            p.end[b] - p.start[a]
        } else {
            0
        }
    }

    fn dates(&self, a: usize, b: usize) -> u16 {
        let p = self.p;
        let gap = self.gap(a, b);
        let gap = if self.symmetric() { gap.abs() } else { gap };
        let base = 2 * self.days + 1;
        let span = (p.end[a] - p.start[a]).max(p.end[b] - p.start[b]);
        let level = if span == 0 {
            gap.clamp(-self.days, self.days) + self.days
        } else {
            base + 3 * (i32::from(span >= 7) + i32::from(span >= 31))
                + i32::from(gap != 0)
                + i32::from(gap.abs() > 2)
        };
        level as u16
    }

    fn distance(&self, a: usize, b: usize) -> u16 {
        let p = self.p;
        let far = kilometres((p.latitude[a], p.longitude[a]), (p.latitude[b], p.longitude[b]));
        let bin = DISTANCES.iter().take_while(|&&end| far > end).count();
        let (x, y) = (usize::from(p.class[a]), usize::from(p.class[b]));
        let (x, y) = if self.symmetric() { (x.min(y), x.max(y)) } else { (x, y) };
        ((x * CLASSES + y) * DISTANCE_LEVELS + bin) as u16
    }

    fn actors(&self, a: usize, b: usize) -> u16 {
        let p = self.p;
        let (x, y) = (p.pair_of_names[a], p.pair_of_names[b]);
        let ids = |at: usize| self.reports.actor_ids.get(p.row[at] as usize);
        let known = {
            let (i, j) = (ids(a), ids(b));
            !i.is_empty() && i.iter().any(|id| j.contains(id))
        };
        if x[0] == MISSING || y[0] == MISSING {
            return if known { 1 } else { NO_LEVEL };
        }
        let one = |i: u32, j: u32| -> u8 {
            if i == j {
                return 0;
            }
            self.resemblances.of(i, j, || resemblance(&p.name[i as usize], &p.name[j as usize]))
        };
        let frequency = |i: u32| -> u16 {
            let share = f64::from(p.name[i as usize].count) / p.row.len() as f64;
            u16::from(share > 0.0005) + u16::from(share > 0.01)
        };
        let coded = |level: u8, i: u32| if level == 0 { frequency(i) } else { u16::from(level) + 2 };
        if x[1] == MISSING || y[1] == MISSING {
            let (mut best, mut of) = (4, x[0]);
            for i in x.into_iter().filter(|&i| i != MISSING) {
                for j in y.into_iter().filter(|&j| j != MISSING) {
                    let level = one(i, j);
                    if level < best || (level == 0 && p.name[i as usize].count < p.name[of as usize].count) {
                        (best, of) = (level, i);
                    }
                }
            }
            return if known && best > 0 { 1 } else { coded(best, of) };
        }
        let pairing = |second: usize| {
            let (p, q) = (one(x[0], y[second]), one(x[1], y[1 - second]));
            if p <= q { (p, q, x[0]) } else { (q, p, x[1]) }
        };
        let straight = pairing(0);
        let best = if (straight.0, straight.1) == (0, 0) {
            straight
        } else {
            let crossed = pairing(1);
            if (crossed.0, crossed.1) < (straight.0, straight.1) { crossed } else { straight }
        };
        let first = if known && best.0 > 0 { 1 } else { coded(best.0, best.2) };
        7 + first * 5 + u16::from(best.1)
    }

    fn code(&self, feature: Feature, a: usize, b: usize) -> u16 {
        let codes = &self.p.codes[code_column(feature)];
        let of = |at: usize| u16::from(codes.get(at).copied().unwrap_or(0));
        let (x, y) = (of(a), of(b));
        if x == 0 || y == 0 {
            NO_LEVEL
        } else if self.symmetric() {
            if x != y || usize::from(x) == CODES { 3 } else { u16::from(x > 2) + u16::from(x > 5) }
        } else {
            (x - 1) * CODES as u16 + (y - 1)
        }
    }

    fn deaths(&self, a: usize, b: usize) -> u16 {
        let at_hand = |at: usize| self.p.toll.get(at).copied().unwrap_or(NO_TOLL);
        let rows = (self.p.row[a] as usize, self.p.row[b] as usize);
        let (x, y) = match (at_hand(a), at_hand(b)) {
            (NO_TOLL, _) | (_, NO_TOLL) => return NO_LEVEL,
            (LARGE_TOLL, _) | (_, LARGE_TOLL) => (self.reports.toll(rows.0), self.reports.toll(rows.1)),
            (x, y) => (x.into(), y.into()),
        };
        let level = toll(x, y);
        if level < 14 || !self.reports.ranges_deaths() {
            return level;
        }
        let ([_, low_x, high_x], [_, low_y, high_y]) =
            (self.reports.deaths(rows.0), self.reports.deaths(rows.1));
        // Intervals that overlap say less against each other than their best estimates do.
        let (low_x, high_x) = (low_x.unwrap_or(x), high_x.unwrap_or(x));
        let (low_y, high_y) = (low_y.unwrap_or(y), high_y.unwrap_or(y));
        if low_x <= high_y && low_y <= high_x { 14 + level % 7 } else { level }
    }

    fn lists(&self, a: usize, b: usize) -> u16 {
        let of = |at: usize| self.reports.tags.get(self.p.row[at] as usize);
        let (x, y) = (of(a), of(b));
        if x.is_empty() || y.is_empty() {
            return NO_LEVEL;
        }
        let both = x.iter().filter(|t| y.contains(t)).count();
        similarity(both as f32 / (x.len() + y.len() - both) as f32)
    }

    fn words(&self, column: Column, a: usize, b: usize) -> u16 {
        let of = |at: usize| self.reports.number(column, self.p.row[at] as usize);
        let (x, y) = (of(a), of(b));
        if x == MISSING || y == MISSING {
            return NO_LEVEL;
        }
        if x == y {
            return 5;
        }
        match (self.p.texts.get(&x), self.p.texts.get(&y)) {
            (Some(x), Some(y)) => similarity(overlap(x, y)),
            _ => NO_LEVEL,
        }
    }
}

/// How far deaths agree: the more people are killed, the more are wounded, so that the two are not told apart from each other.
fn agreed(deaths: u16) -> u16 {
    match deaths {
        NO_LEVEL => 0,
        level if level < 7 => 1,
        level if level < 28 => 2,
        _ => 3,
    }
}

fn similarity(value: f32) -> u16 {
    SIMILARITIES.iter().take_while(|&&end| value >= end).count() as u16
}

fn code_column(feature: Feature) -> usize {
    match feature {
        Feature::Type => 0,
        Feature::ActorType => 1,
        _ => 2,
    }
}

fn toll(x: u32, y: u32) -> u16 {
    if x == MISSING || y == MISSING {
        return NO_LEVEL;
    }
    let (low, high) = (x.min(y), x.max(y));
    let magnitude = [1, 2, 3, 5, 9, 17].iter().take_while(|&&end| low >= end).count() as u16;
    let ratio = (f64::from(high) + 0.5) / (f64::from(low) + 0.5);
    let level = match high - low {
        0 => 0,
        _ if low == 0 => 5,
        1 => 1,
        _ if ratio < 1.65 => 2,
        _ if ratio < 2.72 => 3,
        _ => 4,
    };
    level * 7
        + if level == 5 {
            [1, 2, 3, 5, 9, 17].iter().take_while(|&&end| high >= end).count() as u16
        } else {
            magnitude
        }
}
