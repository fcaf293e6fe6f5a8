//! Order by whole numbers, digit by digit: in time that grows with the number of things and not faster, and in memory of twice their size.

/// Fewer than these are compared with each other instead.
const FEW: usize = 1024;
const DIGIT: u32 = 9;

/// Put things in order of a number; those of one number stay in the order they had.
pub(crate) fn sort<T: Copy>(things: &mut Vec<T>, number: impl Fn(&T) -> u64) {
    if things.len() < FEW {
        things.sort_by_key(number);
        return;
    }
    let (all, any) = things.iter().map(&number).fold((u64::MAX, 0), |(all, any), n| (all & n, any | n));
    // Bits in which no two differ say nothing about the order.
    let mut differing = all ^ any;
    let mut sorted = if differing == 0 { Vec::new() } else { things.clone() };
    while differing != 0 {
        let shift = differing.trailing_zeros();
        let digit = |thing: &T| (number(thing) >> shift) as usize & ((1 << DIGIT) - 1);
        let mut places = [0_usize; 1 << DIGIT];
        for thing in things.iter() {
            places[digit(thing)] += 1;
        }
        let mut sum = 0;
        for place in &mut places {
            sum += std::mem::replace(place, sum);
        }
        for thing in things.iter() {
            let place = &mut places[digit(thing)];
            sorted[*place] = *thing;
            *place += 1;
        }
        std::mem::swap(things, &mut sorted);
        differing = differing.checked_shr(shift + DIGIT).unwrap_or(0).checked_shl(shift + DIGIT).unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_order_is_that_of_a_stable_sort(
            seeds in proptest::collection::vec(any::<u64>(), FEW..2 * FEW),
            mask in prop_oneof![any::<u64>(), Just(u64::MAX), Just(0), Just(0xff00_0000_0000_00f0)],
        ) {
            let mut found: Vec<(u64, usize)> = seeds.iter().map(|s| s & mask).zip(0..).collect();
            let mut expected = found.clone();
            sort(&mut found, |f| f.0);
            expected.sort_by_key(|e| e.0);
            prop_assert_eq!(found, expected);
        }
    }
}
