//! Reports made ready for comparing: an order that does not depend on how rows came, names and texts taken apart once.

mod gazetteer;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::fast::FixedState;
use rayon::prelude::*;

use crate::radix;
use crate::reports::{Column, NO_DAY, Reports};
use crate::text::{MISSING, hash};

/// A name or text, taken apart.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    /// Lower case, without what stands in parentheses, words joined by single spaces.
    pub(crate) plain: String,
    /// The same without spaces.
    pub(crate) joined: String,
    /// Hashes of the words, in their order.
    pub(crate) words: Vec<u64>,
    /// First letters, lower case.
    pub(crate) initials: String,
    /// What stood in parentheses, lower case: often the short form.
    pub(crate) short: String,
    /// One bit for each letter pair, by hash: names that share few cannot be similar.
    pub(crate) signature: u64,
    /// How many letters there are of each kind, of 32 kinds that hold one or several letters.
    pub(crate) letters: [u8; 32],
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
        let joined = plain.replace(' ', "");
        let mut letters = [0_u8; 32];
        for c in joined.chars() {
            let kind = &mut letters[c as usize % 32];
            *kind = kind.saturating_add(1);
        }
        Self { letters, words, initials, short: short.trim().to_owned(), signature, count: 0, joined, plain }
    }
}

/// Codes of a category, by frequency: at most [`CODES`] of them, the rest together.
pub(crate) const CODES: usize = 16;

/// What stands for no toll, and for one that the reports must be asked for.
pub(crate) const NO_TOLL: u16 = u16::MAX;
pub(crate) const LARGE_TOLL: u16 = u16::MAX - 1;

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
    /// Positions without coordinates that were placed by a name.
    pub(crate) named: BTreeMap<u32, gazetteer::Named>,
    pub(crate) class: Vec<u8>,
    /// Deaths by the best estimate or what comes nearest to it; [`NO_TOLL`] where there is none, and [`LARGE_TOLL`] for those from it on.
    pub(crate) toll: Vec<u16>,
    /// Names of the classes of place precision.
    pub(crate) classes: Vec<String>,
    /// Type, actor type, category: number of the code among its dataset's, from 1; 0 is missing.
    pub(crate) codes: [Vec<u8>; 3],
    /// Labels of the codes: by column, dataset and code.
    pub(crate) labels: [Vec<Vec<String>>; 3],
    pub(crate) name: Vec<Words>,
    /// Texts of places, targets and notes, by the number of their text.
    pub(crate) texts: HashMap<u32, Vec<(u64, f32)>, FixedState>,
    /// Up to two distinct names of each position: the commonest layout, kept flat. [`MISSING`] where there are fewer.
    pub(crate) pair_of_names: Vec<[u32; 2]>,
}

impl Prepared {
    pub(crate) fn new(reports: &Reports) -> Self {
        let mut p = Self::default();
        p.order(reports);
        p.start = p.row.iter().map(|&r| reports.start[r as usize]).collect();
        p.end = p.row.iter().map(|&r| reports.end[r as usize]).collect();
        p.latitude = p.row.iter().map(|&r| reports.latitude[r as usize]).collect();
        p.longitude = p.row.iter().map(|&r| reports.longitude[r as usize]).collect();
        if reports.counts_deaths() {
            let toll = |row: u32| match reports.toll(row as usize) {
                MISSING => NO_TOLL,
                toll => u16::try_from(toll).map_or(LARGE_TOLL, |toll| toll.min(LARGE_TOLL)),
            };
            p.toll = p.row.iter().map(|&row| toll(row)).collect();
        }
        p.place_by_name(reports);
        p.precision_classes(reports);
        p.codes(reports);
        p.names(reports);
        p.words(reports);
        p
    }

    /// Row at each position, and the first position of each dataset.
    pub(crate) fn into_order(self) -> (Vec<u32>, Vec<usize>) {
        (self.row, self.starts)
    }

    /// Positions: by dataset, coarse place, day and key.
    fn order(&mut self, reports: &Reports) {
        let mut datasets: Vec<usize> = (0..reports.datasets().len()).collect();
        datasets.sort_by(|&x, &y| reports.datasets()[x].cmp(&reports.datasets()[y]));
        let mut rank = vec![0_u64; datasets.len()];
        for (n, &d) in datasets.iter().enumerate() {
            rank[d] = n as u64;
        }
        // Dataset, row and column of the cell, day and row of the reports in one number: the last two in as many bits as they need.
        let cell = |row: usize| {
            let (latitude, longitude) = (reports.latitude[row], reports.longitude[row]);
            if latitude.is_nan() {
                return 0x1f_ffff;
            }
            let y = ((latitude + 90.0) * 4.0) as u64;
            let x = ((longitude + 180.0) * 4.0) as u64;
            y << 11 | x
        };
        let first = reports.start.iter().copied().filter(|&day| day != NO_DAY).min().unwrap_or(0);
        let day = |row: usize| match reports.start[row] {
            NO_DAY => 0,
            day => u64::from(day.abs_diff(first)) + 1,
        };
        let bits = |most: u64| u64::BITS - most.leading_zeros();
        let row_bits = bits(reports.len() as u64);
        let day_bits = bits((0..reports.len()).map(day).max().unwrap_or(0));
        let free = bits(0x1f_ffff) + bits(datasets.len() as u64) + row_bits;
        // Days too many for the number are told apart below.
        let coarse = (free + day_bits).saturating_sub(u64::BITS);
        let day_bits = day_bits - coarse;
        let mut keyed: Vec<u64> = (0..reports.len())
            .map(|row| {
                let place = rank[reports.dataset_of(row)] << bits(0x1f_ffff) | cell(row);
                (place << day_bits | day(row) >> coarse) << row_bits | row as u64
            })
            .collect();
        radix::sort(&mut keyed, |k| k >> row_bits);
        let row = |key: u64| (key & ((1 << row_bits) - 1)) as u32;
        self.row = keyed.iter().map(|&k| row(k)).collect();
        let mut from = 0;
        for equal in keyed.chunk_by(|x, y| x >> row_bits == y >> row_bits) {
            let of = &mut self.row[from..from + equal.len()];
            from += equal.len();
            if of.len() > 1 {
                of.sort_unstable_by(|&a, &b| {
                    let key = |row: usize| (reports.start[row], reports.key(row), reports.id(row));
                    key(a as usize).cmp(&key(b as usize))
                });
            }
        }
        drop(keyed);
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
            let Some(radius) = reports.radius_km(row) else {
                return match reports.number(Column::Precision, row) {
                    MISSING => "precision not said".into(),
                    number => format!("precision {}", reports.texts.get(number)),
                };
            };
            let bound = [1.0, 5.0, 15.0, 30.0, 60.0, 150.0].into_iter().find(|&b| radius <= b);
            bound.map_or_else(|| "radius over 150 km".into(), |b| format!("radius up to {b} km"))
        };
        const UNSEEN: u32 = u32::MAX;
        // By the number of the code alone, or by what else decides.
        let (mut by_code, mut unsaid) = (vec![UNSEEN; reports.texts.len()], UNSEEN);
        let mut of: HashMap<(u32, Option<u64>), u32, FixedState> =
            HashMap::with_hasher(FixedState::default());
        let mut labels: Vec<String> = Vec::new();
        let mut raw = Vec::with_capacity(self.row.len());
        for (position, &row) in self.row.iter().enumerate() {
            let row = row as usize;
            let named = self.named.get(&(position as u32)).copied();
            let (code, radius) = (reports.number(Column::Precision, row), reports.radius_km(row));
            let class = match (named, radius) {
                (Some(by), _) => of.entry((by as u32, Some(u64::MAX))).or_insert(UNSEEN),
                (None, Some(radius)) => of.entry((code, Some(radius.to_bits()))).or_insert(UNSEEN),
                (None, None) => by_code.get_mut(code as usize).unwrap_or(&mut unsaid),
            };
            if *class == UNSEEN {
                let label = named.map_or_else(|| label(row), |by| by.label().to_owned());
                let found = labels.iter().position(|l| *l == label);
                *class = found.unwrap_or_else(|| {
                    labels.push(label);
                    labels.len() - 1
                }) as u32;
            }
            raw.push(*class);
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
        // By the number of a text: how many reports have it, then its code.
        let mut table = vec![0_u32; reports.texts.len()];
        for column in 0..3 {
            let columns: &[Column] = match column {
                0 => &[Column::TypeAsGiven, Column::EventSubtype, Column::EventType],
                1 => &[Column::ActorType],
                _ => &[Column::Category],
            };
            self.labels[column] = vec![Vec::new(); datasets];
            if !columns.iter().any(|&c| reports.fills(c)) {
                continue;
            }
            let first = |row: usize| {
                columns.iter().map(|&c| reports.number(c, row)).find(|&n| n != MISSING).unwrap_or(MISSING)
            };
            self.codes[column] = vec![0; self.row.len()];
            for d in 0..datasets {
                let range = self.starts[d]..self.starts[d + 1];
                let finer = column == 0 && self.category_refines(reports, d, &first);
                let text = |row: usize| match reports.number(Column::Category, row) {
                    number if finer && number != MISSING => number,
                    _ => first(row),
                };
                let numbers: Vec<u32> =
                    self.row[range.clone()].iter().map(|&row| text(row as usize)).collect();
                let mut order: Vec<(u32, u32)> = Vec::new();
                for &number in &numbers {
                    if number != MISSING {
                        table[number as usize] += 1;
                        if table[number as usize] == 1 {
                            order.push((number, 0));
                        }
                    }
                }
                order.iter_mut().for_each(|o| o.1 = table[o.0 as usize]);
                order.sort_by(|x, y| {
                    y.1.cmp(&x.1).then_with(|| reports.texts.get(x.0).cmp(reports.texts.get(y.0)))
                });
                for (n, &(number, _)) in order.iter().enumerate() {
                    table[number as usize] = n.min(CODES - 1) as u32 + 1;
                }
                for (code, number) in self.codes[column][range].iter_mut().zip(numbers) {
                    *code = table.get(number as usize).map_or(0, |&code| code as u8);
                }
                order.iter().for_each(|o| table[o.0 as usize] = 0);
                let mut labels: Vec<String> =
                    order.iter().take(CODES).map(|o| reports.texts.get(o.0).to_owned()).collect();
                if order.len() > CODES {
                    labels[CODES - 1] = "any other".into();
                }
                self.labels[column][d] = labels;
            }
        }
    }

    /// Whether a dataset's categories each belong to one type and are few: one fact, which then counts once, as the finer type.
    fn category_refines(&self, reports: &Reports, dataset: usize, of: &dyn Fn(usize) -> u32) -> bool {
        if !reports.fills(Column::Category) {
            return false;
        }
        let (mut types, mut all) = (BTreeMap::new(), BTreeSet::new());
        self.row[self.starts[dataset]..self.starts[dataset + 1]].iter().all(|&row| {
            let (of, category) = (of(row as usize), reports.number(Column::Category, row as usize));
            all.insert(if category == MISSING { of } else { category });
            let fits = category == MISSING || *types.entry(category).or_insert(of) == of;
            fits && all.len() <= CODES
        })
    }

    fn names(&mut self, reports: &Reports) {
        let mut plain: HashMap<String, u32, FixedState> = HashMap::with_hasher(FixedState::default());
        // The name of each text: not looked at yet, or none.
        const UNSEEN: u32 = MISSING - 1;
        let mut names = vec![UNSEEN; reports.texts.len()];
        // Each text once, in the order in which they come.
        let mut texts = Vec::new();
        for &number in reports.actor_names.all() {
            if let Some(name) = names.get_mut(number as usize)
                && *name == UNSEEN
            {
                *name = MISSING;
                texts.push(number);
            }
        }
        let words: Vec<Words> =
            texts.par_iter().with_min_len(256).map(|&number| Words::of(reports.texts.get(number))).collect();
        for (number, words) in texts.into_iter().zip(words) {
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
            names[number as usize] = same;
        }
        let mut counts = vec![0; self.name.len()];
        let pair = |row: usize| {
            let mut pair = [MISSING; 2];
            let mut filled = 0;
            for number in reports.actor_names.get(row) {
                let name = names.get(*number as usize).copied().unwrap_or(MISSING);
                if name != MISSING && filled < 2 && !pair.contains(&name) {
                    pair[filled] = name;
                    filled += 1;
                    counts[name as usize] += 1;
                }
            }
            pair
        };
        // Row by row, as they lie in memory, and then put in order.
        let pairs: Vec<[u32; 2]> = (0..self.row.len()).map(pair).collect();
        self.pair_of_names = self.row.iter().map(|&row| pairs[row as usize]).collect();
        for (name, count) in self.name.iter_mut().zip(counts) {
            name.count = count;
        }
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

    /// Whether one of two reports is over more than so many days, and the other over less than half of its days: a lump of many
    /// incidents and what may be a part of it.
    pub(crate) fn lump_and_part(&self, a: usize, b: usize, longest: i32) -> bool {
        let (x, y) = (self.end[a] - self.start[a] + 1, self.end[b] - self.start[b] + 1);
        x.max(y) > longest && x.min(y) * 2 < x.max(y)
    }

    /// Whether a position has a day and a place.
    pub(crate) fn placed(&self, position: usize) -> bool {
        !self.latitude[position].is_nan() && self.start[position] != NO_DAY
    }
}
