//! Invented names, of syllables, so that none is anybody's.

use rand_chacha::ChaCha8Rng;

use super::uniform;

const SYLLABLES: [&str; 32] = [
    "ba", "bel", "da", "dor", "el", "fen", "ga", "gul", "har", "ib", "ja", "kel", "ko", "la", "lum", "mar",
    "mi", "nor", "nu", "or", "pel", "qua", "ra", "rim", "sal", "sho", "ta", "tir", "ul", "va", "wen", "zo",
];

/// What organisations call themselves.
const KINDS: [&str; 8] = ["Front", "Army", "Movement", "Brigade", "Council", "Union", "Guard", "Party"];

fn below(rng: &mut ChaCha8Rng, count: usize) -> usize {
    ((uniform(rng) * count as f64) as usize).min(count.saturating_sub(1))
}

/// A word of two to four syllables, capitalised.
pub(super) fn word(rng: &mut ChaCha8Rng) -> String {
    let count = 2 + below(rng, 3);
    let text: String = (0..count).map(|_| SYLLABLES[below(rng, SYLLABLES.len())]).collect();
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |c| c.to_uppercase().chain(characters).collect())
}

/// An organisation under the name that it has, followed by its aliases.
pub(super) fn organisation(rng: &mut ChaCha8Rng) -> Vec<String> {
    let (first, second) = (word(rng), word(rng));
    let kind = KINDS[below(rng, KINDS.len())];
    let name = format!("{first} {second} {kind}");
    let initials: String = name.split(' ').filter_map(|w| w.chars().next()).collect();
    let mut short: String = first.chars().take(4).collect::<String>().to_uppercase();
    short.push_str(&initials);
    vec![
        name.clone(),
        format!("{name} ({short})"),
        short,
        format!("{kind} of {first}"),
        format!("{second} {}", KINDS[below(rng, KINDS.len())]),
    ]
}

/// The text with one character dropped, doubled, exchanged with the next, or replaced.
pub(super) fn slip(text: &str, rng: &mut ChaCha8Rng) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    if characters.len() < 3 {
        return text.into();
    }
    let at = 1 + below(rng, characters.len() - 2);
    match below(rng, 4) {
        0 => {
            characters.remove(at);
        }
        1 => characters.insert(at, characters[at]),
        2 => characters.swap(at, at + 1),
        _ => characters[at] = SYLLABLES[below(rng, SYLLABLES.len())].chars().next().unwrap_or('a'),
    }
    characters.into_iter().collect()
}
