//! How names of actors resemble each other.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::prepare::Words;

/// How two names resemble each other: 0 same, 1 alias, 2 similar, 3 a word shared, 4 different.
pub(crate) fn resemblance(x: &Words, y: &Words) -> u8 {
    if x.plain == y.plain {
        return 0;
    }
    let alias = |long: &Words, brief: &Words| {
        (!long.short.is_empty() && long.short == brief.plain)
            || (brief.words.len() == 1 && long.words.len() > 1 && long.initials == brief.plain)
    };
    if alias(x, y) || alias(y, x) {
        return 1;
    }
    let common = x.words.iter().filter(|w| y.words.contains(w)).count();
    if common > 0 && common + 1 == x.words.len() && x.words.len() == y.words.len() {
        // All words but one are the same: the other may be cut short.
        let differing = |of: &Words, other: &Words| {
            let at = of.words.iter().position(|w| !other.words.contains(w));
            at.and_then(|at| of.plain.split(' ').nth(at)).unwrap_or("").to_owned()
        };
        let (p, q) = (differing(x, y), differing(y, x));
        if p.len().min(q.len()) >= 2 && (p.starts_with(&q) || q.starts_with(&p)) {
            return 1;
        }
    }
    let shared = (x.signature & y.signature).count_ones();
    let fewer = x.signature.count_ones().min(y.signature.count_ones());
    // Jaro's similarity is at most (2 + shorter / longer) / 3.
    let (short, long) = (x.joined.len().min(y.joined.len()), x.joined.len().max(y.joined.len()));
    if shared * 2 >= fewer && short * 4 >= long * 3 && may_be_similar(x, y) {
        let similarity = strsim::jaro(&x.joined, &y.joined);
        if similarity > 0.93 {
            return 2;
        }
    }
    if common > 0 { 3 } else { 4 }
}

/// Whether Jaro's similarity can be above 0.93: it is at most (c / m + c / n + 1) / 3 for names of m and n letters that have c in common,
/// in whatever order.
fn may_be_similar(x: &Words, y: &Words) -> bool {
    let count = |of: &Words| of.letters.iter().map(|&n| u32::from(n)).sum::<u32>();
    let common: u32 = x.letters.iter().zip(&y.letters).map(|(&m, &n)| u32::from(m.min(n))).sum();
    let (m, n, common) = (f64::from(count(x)), f64::from(count(y)), f64::from(common));
    // Longer names may have more letters of a kind than were counted.
    m.max(n) >= 255.0 || m.min(n) == 0.0 || (common / m + common / n + 1.0) / 3.0 > 0.93 - 1e-9
}

/// How the names compared last resemble each other. What is kept changes no answer, only how long it takes.
pub(crate) struct Resemblances(Vec<AtomicU64>);

impl Default for Resemblances {
    fn default() -> Self {
        Self((0..Self::KEPT).map(|_| AtomicU64::new(0)).collect())
    }
}

impl Resemblances {
    const KEPT: u64 = 4096;

    /// Of two names, by their numbers.
    pub(crate) fn of(&self, i: u32, j: u32, compare: impl Fn() -> u8) -> u8 {
        if i.max(j) >= 1 << 30 {
            return compare();
        }
        let key = u64::from(i) << 30 | u64::from(j);
        let slot = &self.0[(key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32 & (Self::KEPT - 1)) as usize];
        // Key and answer are one number, so that threads cannot mix them up.
        let kept = slot.load(Ordering::Relaxed);
        if kept >> 4 == key && kept & 8 != 0 {
            return (kept & 7) as u8;
        }
        let found = compare();
        slot.store(key << 4 | 8 | u64::from(found), Ordering::Relaxed);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Names that are passed over by their letters are not similar.
        #[test]
        fn letters_bound_the_similarity(x in "[a-fé ]{1,12}", y in "[a-fé ]{1,12}") {
            let (x, y) = (Words::of(&x), Words::of(&y));
            prop_assert!(may_be_similar(&x, &y) || strsim::jaro(&x.joined, &y.joined) <= 0.93);
        }
    }

    #[test]
    fn what_is_kept_is_what_was_compared() {
        let kept = Resemblances::default();
        for _ in 0..2 {
            for (i, j) in (0..200).flat_map(|i| (0..200).map(move |j| (i, j))) {
                assert_eq!(kept.of(i, j, || ((i * 7 + j) % 5) as u8), ((i * 7 + j) % 5) as u8);
            }
        }
        let far = 1 << 30;
        assert_eq!((kept.of(far, 0, || 3), kept.of(0, far, || 2), kept.of(far, 0, || 4)), (3, 2, 4));
    }
}
