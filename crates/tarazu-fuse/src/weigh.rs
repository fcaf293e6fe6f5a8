//! Weighing: the evidence of all pairs that are learned from, at one step of the learning, several pairs at once.

use rayon::prelude::*;

use crate::compare::NO_LEVEL;
use crate::exponential::{exp, ln};
use crate::tables::{CLASSES, Tables, Taught};

/// Pairs that are weighed by one thread at a time, and those of which sums are kept at hand.
const PART: usize = 2048;
const BLOCK: usize = 128;

/// Numbers of the levels of pairs, pair by pair, counted through all comparisons; the number of levels stands for a missing value.
pub(crate) struct Numbered {
    numbers: Vec<u32>,
    width: usize,
}

impl Numbered {
    /// Of levels, pair by pair, where the levels of each comparison begin at these offsets.
    pub(crate) fn new(levels: &[u16], offsets: &[usize]) -> Self {
        let width = offsets.len() - 1;
        let number = |(&level, &offset): (&u16, &usize)| match level {
            NO_LEVEL => offsets[width] as u32,
            level => offset as u32 + u32::from(level),
        };
        let pairs = levels.chunks_exact(width.max(1));
        Self { numbers: pairs.flat_map(|levels| levels.iter().zip(offsets).map(number)).collect(), width }
    }

    /// Pair by pair.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = &[u32]> {
        self.numbers.chunks_exact(self.width.max(1))
    }
}

/// Sums of a block of pairs: of log m, then of log u of each kind.
struct Block {
    sums: [[f32; BLOCK]; 1 + CLASSES],
}

impl Block {
    /// Logarithms of the likelihood ratios, and how likely each kind is were the pair no match.
    fn weigh(&mut self, ratios: &mut [f32], alike: &mut [[f32; CLASSES]]) {
        let [same, kinds @ ..] = &mut self.sums;
        let (mut top, mut all) = (kinds[0], [0.0; BLOCK]);
        for kind in kinds.iter() {
            top.iter_mut().zip(kind).for_each(|(top, &kind)| *top = if kind > *top { kind } else { *top });
        }
        for kind in kinds.iter_mut() {
            for ((kind, &top), all) in kind.iter_mut().zip(&top).zip(&mut all) {
                *kind = exp(*kind - top);
                *all += *kind;
            }
        }
        for ((same, &top), all) in same.iter_mut().zip(&top).zip(&mut all) {
            *same -= top + ln(*all);
            *all = 1.0 / *all;
        }
        ratios.iter_mut().zip(same).for_each(|(ratio, same)| *ratio = *same);
        for (n, alike) in alike.iter_mut().enumerate() {
            for (alike, kind) in alike.iter_mut().zip(kinds.iter()) {
                *alike = kind[n] * all[n];
            }
        }
    }
}

/// What the levels say at one step.
pub(crate) struct Weigher<'a> {
    tables: &'a Tables,
    taught: &'a Taught,
    /// Logarithms of each level, and whether it is rare; nothing for a missing value.
    entries: Vec<[f32; 2 + CLASSES]>,
}

impl<'a> Weigher<'a> {
    pub(crate) fn new(tables: &'a Tables, taught: &'a Taught) -> Self {
        let mut entries: Vec<[f32; 2 + CLASSES]> = tables
            .entries()
            .iter()
            .enumerate()
            .map(|(at, entry)| {
                let mut all = [f32::from(u8::from(taught.rare(at))); 2 + CLASSES];
                all[..=CLASSES].copy_from_slice(entry);
                all
            })
            .collect();
        entries.push([0.0; 2 + CLASSES]);
        Self { tables, taught, entries }
    }

    /// Weigh pairs from the `first` on. What each taught, as a match and as an other of each kind, is left out of rare levels where it
    /// is given.
    fn part(
        &self,
        numbers: &[u32],
        width: usize,
        own: Option<(&[f32], &[[f32; CLASSES]])>,
        ratios: &mut [f32],
        alike: &mut [[f32; CLASSES]],
    ) {
        let mut block = Block { sums: [[0.0; BLOCK]; 1 + CLASSES] };
        let mut start = [0.0; 2 + CLASSES];
        start[1..=CLASSES].copy_from_slice(&self.tables.kinds);
        let blocks = ratios.chunks_mut(BLOCK).zip(alike.chunks_mut(BLOCK));
        for (n, (ratios, alike)) in blocks.enumerate() {
            let first = n * BLOCK;
            for (at, numbers) in numbers[first * width..].chunks_exact(width).take(ratios.len()).enumerate() {
                let mut sums = start;
                for &number in numbers {
                    sums.iter_mut()
                        .zip(&self.entries[number as usize])
                        .for_each(|(sum, &value)| *sum += value);
                }
                if let Some((p, kind)) = own
                    && sums[1 + CLASSES] > 0.0
                {
                    sums = self.without(start, numbers, p[first + at], kind[first + at]);
                }
                for (of, sum) in block.sums.iter_mut().zip(sums) {
                    of[at] = sum;
                }
            }
            block.weigh(ratios, alike);
        }
    }

    fn without(
        &self,
        mut sums: [f32; 2 + CLASSES],
        numbers: &[u32],
        p: f32,
        kind: [f32; CLASSES],
    ) -> [f32; 2 + CLASSES] {
        let mut own = [f64::from(p); 1 + CLASSES];
        for k in 0..CLASSES {
            own[k + 1] = f64::from((1.0 - p) * kind[k]);
        }
        for &number in numbers {
            let entry = &self.entries[number as usize];
            if entry[1 + CLASSES] > 0.0 {
                let entry = self.taught.without(self.tables, number as usize, own);
                sums.iter_mut().zip(entry).for_each(|(sum, value)| *sum += value);
            } else {
                sums.iter_mut().zip(entry).for_each(|(sum, value)| *sum += value);
            }
        }
        sums
    }

    /// The evidence of pairs without what each of them taught by its probability and kind: logarithms of the likelihood ratios, and how
    /// likely each kind is were the pair no match.
    pub(crate) fn pairs(
        &self,
        numbered: &Numbered,
        p: &[f32],
        kind: &[[f32; CLASSES]],
        ratios: &mut [f32],
        alike: &mut [[f32; CLASSES]],
    ) {
        let width = numbered.width;
        ratios
            .par_chunks_mut(PART)
            .zip(alike.par_chunks_mut(PART))
            .zip(p.par_chunks(PART).zip(kind.par_chunks(PART)))
            .zip(numbered.numbers.par_chunks(PART * width))
            .for_each(|(((ratios, alike), own), numbers)| {
                self.part(numbers, width, Some(own), ratios, alike);
            });
    }

    /// Kinds of pairs that are known not to match.
    pub(crate) fn kinds(&self, numbered: &Numbered, alike: &mut [[f32; CLASSES]]) {
        let mut ratios = vec![0.0; alike.len()];
        self.part(&numbered.numbers, numbered.width, None, &mut ratios, alike);
    }
}
