//! Texts kept once, and numbered.

use foldhash::fast::FixedState;
use std::hash::BuildHasher;

/// Texts in one piece of memory, each with a number from 0; no text is kept twice.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    bytes: String,
    ends: Vec<u32>,
    /// Open addressing: number + 1, or 0 for an empty place.
    places: Vec<u32>,
}

/// The number that stands for a missing text.
pub const MISSING: u32 = u32::MAX;

impl Texts {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text with this number; empty for `MISSING`.
    pub fn get(&self, number: u32) -> &str {
        let at = number as usize;
        let Some(&end) = self.ends.get(at) else { return "" };
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.bytes[start as usize..end as usize]
    }

    /// The number of a text, which is added if it is new. `MISSING` where four gigabytes of text are exceeded.
    pub fn add(&mut self, text: &str) -> u32 {
        if (self.ends.len() + 1) * 4 > self.places.len() * 3 {
            self.grow();
        }
        let mask = self.places.len() - 1;
        let mut at = hash(text) as usize & mask;
        loop {
            match self.places[at] {
                0 => break,
                n if self.get(n - 1) == text => return n - 1,
                _ => at = (at + 1) & mask,
            }
        }
        let Ok(end) = u32::try_from(self.bytes.len() + text.len()) else { return MISSING };
        self.bytes.push_str(text);
        self.ends.push(end);
        let number = self.ends.len() as u32;
        self.places[at] = number;
        number - 1
    }

    /// The number of a text that is there.
    pub fn find(&self, text: &str) -> Option<u32> {
        let mask = self.places.len().checked_sub(1)?;
        let mut at = hash(text) as usize & mask;
        loop {
            match self.places[at] {
                0 => return None,
                n if self.get(n - 1) == text => return Some(n - 1),
                _ => at = (at + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        let size = (self.places.len() * 2).max(64);
        let mut places = vec![0_u32; size];
        for number in 0..self.ends.len() as u32 {
            let mut at = hash(self.get(number)) as usize & (size - 1);
            while places[at] != 0 {
                at = (at + 1) & (size - 1);
            }
            places[at] = number + 1;
        }
        self.places = places;
    }
}

/// The same on every run and machine.
pub(crate) fn hash(text: &str) -> u64 {
    FixedState::with_seed(0x7461_7261_7a75).hash_one(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_kept_once_and_found_again() {
        let mut texts = Texts::default();
        let all: Vec<String> = (0..1000).map(|n| format!("text {}", n % 300)).collect();
        let numbers: Vec<u32> = all.iter().map(|t| texts.add(t)).collect();
        assert_eq!(texts.len(), 300);
        for (text, number) in all.iter().zip(numbers) {
            assert_eq!(texts.get(number), text);
            assert_eq!(texts.find(text), Some(number));
        }
        assert_eq!(texts.find("other"), None);
        assert_eq!(texts.get(MISSING), "");
        assert_eq!(Texts::default().find("x"), None);
    }
}
