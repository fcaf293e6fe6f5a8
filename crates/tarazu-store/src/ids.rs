//! Which event ids a file has had already, in little memory: tens of millions fit.

use std::collections::hash_map::Entry;

use foldhash::{HashMap, HashMapExt};
use sha2::{Digest, Sha256};

/// An event id in a fixed size. Plain numbers stand for themselves; other texts are hashed to 127 bits, in which no two of a
/// billion ids are expected to meet (probability below 1e-20).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Key {
    Number(u64),
    Text([u64; 2]),
}

impl Key {
    pub fn of(id: &str) -> Self {
        let plain = !id.is_empty() && id.len() <= 19 && !(id.len() > 1 && id.starts_with('0'));
        if plain
            && id.bytes().all(|b| b.is_ascii_digit())
            && let Ok(number) = id.parse()
        {
            return Self::Number(number);
        }
        let digest = Sha256::digest(id.as_bytes());
        let part = |at: usize| digest[at..at + 8].iter().fold(0_u64, |n, b| (n << 8) | u64::from(*b));
        Self::Text([part(0), part(8)])
    }
}

/// Parts of the map: a part that grows holds its contents twice, so many parts keep the peak low.
const PARTS: usize = 64;

/// Ids in a block of those in order.
const BLOCK: usize = 1 << 16;

/// A value for each id. Numbers that come in order, as those of most files do, are put one behind the other.
#[derive(Debug)]
pub(crate) struct Ids<V> {
    ascending: Vec<Vec<(u64, V)>>,
    numbers: Vec<HashMap<u64, V>>,
    texts: HashMap<[u64; 2], V>,
}

impl<V> Default for Ids<V> {
    fn default() -> Self {
        Self {
            ascending: Vec::new(),
            numbers: (0..PARTS).map(|_| HashMap::new()).collect(),
            texts: HashMap::new(),
        }
    }
}

fn part(number: u64) -> usize {
    (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58) as usize % PARTS
}

impl<V: Copy> Ids<V> {
    /// Add an id; its former value if it is there already, which then stays.
    pub fn insert(&mut self, key: Key, value: V) -> Option<V> {
        match key {
            Key::Number(n) => {
                if self.ascending.last().and_then(|block| block.last()).is_none_or(|last| last.0 < n) {
                    match self.ascending.last_mut().filter(|block| block.len() < BLOCK) {
                        Some(block) => block.push((n, value)),
                        None => {
                            let mut block =
                                Vec::with_capacity(if self.ascending.is_empty() { 0 } else { BLOCK });
                            block.push((n, value));
                            self.ascending.push(block);
                        }
                    }
                    return None;
                }
                if let Some(found) = self.in_order(n) {
                    return Some(*found);
                }
                match self.numbers[part(n)].entry(n) {
                    Entry::Occupied(found) => Some(*found.get()),
                    Entry::Vacant(free) => {
                        free.insert(value);
                        None
                    }
                }
            }
            Key::Text(t) => match self.texts.entry(t) {
                Entry::Occupied(found) => Some(*found.get()),
                Entry::Vacant(free) => {
                    free.insert(value);
                    None
                }
            },
        }
    }

    /// The value of a number that came in order.
    fn in_order(&mut self, number: u64) -> Option<&mut V> {
        let after =
            self.ascending.partition_point(|block| block.first().is_some_and(|first| first.0 <= number));
        let block = self.ascending.get_mut(after.checked_sub(1)?)?;
        let at = block.binary_search_by_key(&number, |entry| entry.0).ok()?;
        block.get_mut(at).map(|entry| &mut entry.1)
    }

    /// The value of an id, to be changed.
    pub fn get_mut(&mut self, key: Key) -> Option<&mut V> {
        match key {
            Key::Number(n) if self.in_order(n).is_some() => self.in_order(n),
            Key::Number(n) => self.numbers[part(n)].get_mut(&n),
            Key::Text(t) => self.texts.get_mut(&t),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Two ids have one key exactly when they are one text.
        #[test]
        fn keys_tell_ids_apart(a in "[0-9]{1,21}|[0-9A-Z-]{0,8}", b in "[0-9]{1,21}|[0-9A-Z-]{0,8}") {
            prop_assert_eq!(Key::of(&a) == Key::of(&b), a == b);
        }

        /// Whatever the order that ids come in, each has its first value.
        #[test]
        fn each_id_has_its_first_value(ids in proptest::collection::vec(0_u64..60, 0..80)) {
            let (mut ours, mut oracle) = (Ids::default(), std::collections::BTreeMap::new());
            for (value, id) in ids.into_iter().enumerate() {
                let former = oracle.get(&id).copied();
                oracle.entry(id).or_insert(value);
                prop_assert_eq!(ours.insert(Key::Number(id), value), former);
            }
            for id in 0..60 {
                prop_assert_eq!(ours.get_mut(Key::Number(id)).copied(), oracle.get(&id).copied());
            }
        }
    }

    #[test]
    fn the_first_value_stays() {
        let mut ids = Ids::default();
        for key in [Key::of("7"), Key::of("PAK-7")] {
            assert_eq!(ids.insert(key, 1), None);
            assert_eq!(ids.insert(key, 2), Some(1));
            assert_eq!(ids.get_mut(key), Some(&mut 1));
        }
    }
}
