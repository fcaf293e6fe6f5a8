//! Reports made ready for comparing: an order that does not depend on how rows came, names and texts taken apart once.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::reports::{Column, Reports};
use crate::text::{MISSING, hash};

/// A name or text, taken apart.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    /// Lower case, without what stands in parentheses, words joined by single spaces.
    pub(crate) plain: String,
    /// Hashes of the words, in their order.
    pub(crate) words: Vec<u64>,
    /// First letters, lower case.
    pub(crate) initials: String,
    /// What stood in parentheses, lower case: often the short form.
    pub(crate) short: String,
    /// One bit for each letter pair, by hash: names that share few cannot be similar.
    pub(crate) signature: u64,
    /// Reports that have it.
    pub(crate) count: u32,
}

impl Words {
    pub(crate) fn of(text: &str) -> Self {
        let lower = text.to_lowercase();
        let (mut outside, mut short, mut depth) = (String::new(), String::new(), 0_u32);
        for c in lower.chars() {
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => depth = depth.saturating_sub(1),
                _ if depth > 0 => short.push(c),
                c if c.is_alphanumeric() => outside.push(c),
                '\'' | '’' | '.' => {}
                _ => outside.push(' '),
            }
        }
        let mut words: Vec<&str> = outside.split_whitespace().collect();
        if words.is_empty() {
            words = short.split_whitespace().collect();
        }
        let plain = words.join(" ");
        let initials = words.iter().filter_map(|w| w.chars().next()).collect();
        let letters = plain.as_bytes();
        let signature = letters.windows(2).fold(0, |bits, pair| {
            let mixed = (u64::from(pair[0]) << 8 | u64::from(pair[1])).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            bits | 1 << (mixed >> 58)
        });
        let words = words.iter().map(|w| hash(w)).collect();
        Self { words, initials, short: short.trim().to_owned(), signature, count: 0, plain }
    }
}

/// Codes of a category, by frequency: at most [`CODES`] of them, the rest together.
pub(crate) const CODES: usize = 16;

/// Everything by position in the order of datasets, places and days.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    /// Row of the reports at each position.
    pub(crate) row: Vec<u32>,
    /// First position of each dataset (in order of names), and the end.
    pub(crate) starts: Vec<usize>,
    /// Dataset numbers of the reports, in order of names.
    pub(crate) dataset: Vec<usize>,
    pub(crate) start: Vec<i32>,
    pub(crate) end: Vec<i32>,
    pub(crate) latitude: Vec<f32>,
    pub(crate) longitude: Vec<f32>,
    pub(crate) class: Vec<u8>,
    /// Names of the classes of place precision.
    pub(crate) classes: Vec<String>,
    /// Type, actor type, category: number of the code among its dataset's, from 1; 0 is missing.
    pub(crate) codes: [Vec<u8>; 3],
    /// Labels of the codes: by column, dataset and code.
    pub(crate) labels: [Vec<Vec<String>>; 3],
    /// Names by the number of their text.
    pub(crate) names: HashMap<u32, u32, FixedState>,
    pub(crate) name: Vec<Words>,
    /// Texts of places, targets and notes, by the number of their text.
    pub(crate) texts: HashMap<u32, Vec<(u64, f32)>, FixedState>,
    /// Up to two distinct names of each position: the commonest layout, kept flat. [`MISSING`] where there are fewer.
    pub(crate) pair_of_names: Vec<[u32; 2]>,
}

impl Prepared {
    pub(crate) fn new(reports: &Reports) -> Self {
        let mut p = Self { names: HashMap::with_hasher(FixedState::default()), ..Self::default() };
        p.order(reports);
        p.start = p.row.iter().map(|&r| reports.start[r as usize]).collect();
        p.end = p.row.iter().map(|&r| reports.end[r as usize]).collect();
        p.latitude = p.row.iter().map(|&r| reports.latitude[r as usize]).collect();
        p.longitude = p.row.iter().map(|&r| reports.longitude[r as usize]).collect();
        p.precision_classes(reports);
        p.codes(reports);
        p.names(reports);
        p.words(reports);
        p
    }

    /// Positions: by dataset, coarse place, day and key.
    fn order(&mut self, reports: &Reports) {
        let mut datasets: Vec<usize> = (0..reports.datasets().len()).collect();
        datasets.sort_by(|&x, &y| reports.datasets()[x].cmp(&reports.datasets()[y]));
        let mut rank = vec![0_u64; datasets.len()];
        for (n, &d) in datasets.iter().enumerate() {
            rank[d] = n as u64;
        }
        let cell = |row: usize| {
            let (latitude, longitude) = (reports.latitude[row], reports.longitude[row]);
            if latitude.is_nan() {
                return 0xffff_ffff;
            }
            let y = ((latitude + 90.0) * 4.0) as u64;
            let x = ((longitude + 180.0) * 4.0) as u64;
            y << 12 | x
        };
        let mut keyed: Vec<(u64, u64, u32)> = (0..reports.len())
            .map(|row| {
                let day = (i64::from(reports.start[row].max(-8_000_000)) + 8_000_000) as u64 & 0xff_ffff;
                let place = rank[reports.dataset_of(row)] << 48 | cell(row) << 24 | day;
                (place, reports.key(row), row as u32)
            })
            .collect();
        keyed.sort_unstable_by(|x, y| {
            (x.0, x.1).cmp(&(y.0, y.1)).then_with(|| reports.id(x.2 as usize).cmp(reports.id(y.2 as usize)))
        });
        self.row = keyed.iter().map(|k| k.2).collect();
        self.starts = vec![0; datasets.len() + 1];
        for &row in &self.row {
            self.starts[rank[reports.dataset_of(row as usize)] as usize + 1] += 1;
        }
        for n in 1..self.starts.len() {
            self.starts[n] += self.starts[n - 1];
        }
        self.dataset = datasets;
    }

    fn precision_classes(&mut self, reports: &Reports) {
        // By radius where there is one, by the dataset's own code otherwise.
        let label = |row: usize| -> String {
            let radius = reports.radius[row];
            if radius.is_nan() {
                return match reports.number(Column::Precision, row) {
                    MISSING => "precision not said".into(),
                    number => format!("precision {}", reports.texts.get(number)),
                };
            }
            let bound = [1.0, 5.0, 15.0, 30.0, 60.0, 150.0].into_iter().find(|&b| radius <= b);
            bound.map_or_else(|| "radius over 150 km".into(), |b| format!("radius up to {b} km"))
        };
        let mut of: HashMap<(u32, u32), u32, FixedState> = HashMap::with_hasher(FixedState::default());
        let mut labels: Vec<String> = Vec::new();
        let mut raw = Vec::with_capacity(self.row.len());
        for &row in &self.row {
            let row = row as usize;
            let key = (reports.number(Column::Precision, row), reports.radius[row].to_bits());
            let class = *of.entry(key).or_insert_with(|| {
                let label = label(row);
                let found = labels.iter().position(|l| *l == label);
                found.unwrap_or_else(|| {
                    labels.push(label);
                    labels.len() - 1
                }) as u32
            });
            raw.push(class);
        }
        let mut counts = vec![0_usize; labels.len()];
        for &class in &raw {
            counts[class as usize] += 1;
        }
        let mut order: Vec<usize> = (0..labels.len()).collect();
        order.sort_by(|&x, &y| counts[y].cmp(&counts[x]).then_with(|| labels[x].cmp(&labels[y])));
        let mut number = vec![0_u8; labels.len()];
        for (n, &class) in order.iter().enumerate() {
            number[class] = n.min(7) as u8;
        }
        self.class = raw.iter().map(|&c| number[c as usize]).collect();
        self.classes = order.iter().take(8).map(|&c| labels[c].clone()).collect();
        if order.len() > 8 {
            self.classes[7] = "any other precision".into();
        }
    }

    fn codes(&mut self, reports: &Reports) {
        let datasets = self.dataset.len();
        for column in 0..3 {
            let text = |row: usize| match column {
                0 => [Column::TypeAsGiven, Column::EventSubtype, Column::EventType]
                    .into_iter()
                    .map(|c| reports.number(c, row))
                    .find(|&n| n != MISSING)
                    .unwrap_or(MISSING),
                1 => reports.number(Column::ActorType, row),
                _ => reports.number(Column::Category, row),
            };
            self.codes[column] = vec![0; self.row.len()];
            self.labels[column] = vec![Vec::new(); datasets];
            for d in 0..datasets {
                let range = self.starts[d]..self.starts[d + 1];
                let mut counts: HashMap<u32, u32, FixedState> = HashMap::with_hasher(FixedState::default());
                for position in range.clone() {
                    *counts.entry(text(self.row[position] as usize)).or_default() += 1;
                }
                counts.remove(&MISSING);
                let mut order: Vec<(u32, u32)> = counts.into_iter().collect();
                order.sort_by(|x, y| {
                    y.1.cmp(&x.1).then_with(|| reports.texts.get(x.0).cmp(reports.texts.get(y.0)))
                });
                let code: HashMap<u32, u8, FixedState> =
                    order.iter().enumerate().map(|(n, o)| (o.0, n.min(CODES - 1) as u8 + 1)).collect();
                for position in range {
                    let number = text(self.row[position] as usize);
                    self.codes[column][position] = code.get(&number).copied().unwrap_or(0);
                }
                let mut labels: Vec<String> =
                    order.iter().take(CODES).map(|o| reports.texts.get(o.0).to_owned()).collect();
                if order.len() > CODES {
                    labels[CODES - 1] = "any other".into();
                }
                self.labels[column][d] = labels;
            }
        }
    }

    fn names(&mut self, reports: &Reports) {
        let mut plain: HashMap<String, u32, FixedState> = HashMap::with_hasher(FixedState::default());
        for row in 0..reports.len() {
            for &number in reports.actor_names.get(row) {
                if self.names.contains_key(&number) {
                    continue;
                }
                let words = Words::of(reports.texts.get(number));
                let next = self.name.len() as u32;
                let same = if words.plain.is_empty() {
                    MISSING
                } else {
                    *plain.entry(words.plain.clone()).or_insert(next)
                };
                if same == next {
                    self.name.push(words);
                } else if same != MISSING && self.name[same as usize].short < words.short {
                    self.name[same as usize].short = words.short;
                }
                self.names.insert(number, same);
            }
        }
        let mut pairs = Vec::with_capacity(self.row.len());
        for &row in &self.row {
            let mut pair = [MISSING; 2];
            let mut filled = 0;
            for number in reports.actor_names.get(row as usize) {
                let name = self.names.get(number).copied().unwrap_or(MISSING);
                if name != MISSING && filled < 2 && !pair.contains(&name) {
                    pair[filled] = name;
                    filled += 1;
                    self.name[name as usize].count += 1;
                }
            }
            pairs.push(pair);
        }
        self.pair_of_names = pairs;
    }

    /// Words of places, targets and notes, with weights that are the smaller the more texts have the word.
    fn words(&mut self, reports: &Reports) {
        let mut found: HashMap<u32, Words, FixedState> = HashMap::with_hasher(FixedState::default());
        for column in [Column::Place, Column::Target, Column::Notes] {
            for row in 0..reports.len() {
                let number = reports.number(column, row);
                if number == MISSING {
                    continue;
                }
                let words = found.entry(number).or_insert_with(|| Words::of(reports.texts.get(number)));
                words.count += 1;
            }
        }
        let mut frequency: HashMap<u64, u32, FixedState> = HashMap::with_hasher(FixedState::default());
        for words in found.values_mut() {
            words.words.sort_unstable();
            words.words.dedup();
            for &word in &words.words {
                *frequency.entry(word).or_default() += words.count;
            }
        }
        let all = reports.len().max(1) as f32;
        self.texts = found
            .into_iter()
            .map(|(number, words)| {
                let weigh = |word: &u64| (*word, (1.0 + all / frequency[word] as f32).ln());
                (number, words.words.iter().map(weigh).collect())
            })
            .collect();
    }

    /// Whether a position has a day and a place.
    pub(crate) fn placed(&self, position: usize) -> bool {
        !self.latitude[position].is_nan() && self.start[position] != crate::reports::NO_DAY
    }
}
