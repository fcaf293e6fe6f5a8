//! Exponentials and logarithms of many numbers: without branches, so that a compiler does several at once, and the same on every machine,
//! as those of a system's library are not. Polynomials of Moshier's Cephes library (Moshier 1989, *Methods and Programs for Mathematical
//! Functions*), right to two units in the last place.

/// Polynomial by Horner's rule, highest power first.
fn polynomial<const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    coefficients.into_iter().fold(0.0, |sum, c| sum * x + c)
}

/// ln 2 in two parts, of which the first has few digits.
const LN_2: (f32, f32) = (0.693_359_4, -2.121_944_4e-4);

/// `e^x`, where x is above 88 that of 88, and below −87 that of −87.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    // Adding 1.5 · 2²³ leaves the nearest whole number in the last bits.
    const WHOLE: f32 = 12_582_912.0;
    let shifted = x * std::f32::consts::LOG2_E + WHOLE;
    let whole = shifted - WHOLE;
    let r = x - whole * LN_2.0 - whole * LN_2.1;
    let series =
        polynomial(r, [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5]);
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    (series * r * r + r + 1.0) * power
}

/// `ln x` of a normal number above 0.
#[inline(always)]
pub(crate) fn ln(x: f32) -> f32 {
    // The least of the numbers to which x is brought by a power of two: √½.
    const LEAST: u32 = 0x3f35_04f3;
    let above = x.to_bits().wrapping_sub(LEAST);
    let power = (above as i32 >> 23) as f32;
    let r = f32::from_bits((above & 0x007f_ffff) + LEAST) - 1.0;
    let series = polynomial(
        r,
        [
            7.037_683_6e-2,
            -1.151_461e-1,
            1.167_699_9e-1,
            -1.242_014_1e-1,
            1.424_932_3e-1,
            -1.666_805_8e-1,
            2.000_071_4e-1,
            -2.499_999_4e-1,
            3.333_333e-1,
        ],
    );
    let square = r * r;
    series * r * square + power * LN_2.1 - 0.5 * square + r + power * LN_2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_those_of_the_standard_library() {
        for n in -87_000..=88_000 {
            let x = n as f32 / 1000.0;
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) / exact - 1.0).abs() < 2.5e-7, "exp {x}: {} for {exact}", exp(x));
        }
        for n in 0..200_000 {
            let x = f32::from_bits(0x0080_0000 + n * 10_000);
            let exact = f64::from(x).ln();
            let error = (f64::from(ln(x)) - exact).abs();
            assert!(error < 2.5e-7 * exact.abs().max(0.3), "ln {x}: {} for {exact}", ln(x));
        }
        assert_eq!((exp(0.0), ln(1.0)), (1.0, 0.0));
        assert_eq!((exp(-1e9), exp(1e9)), (exp(-87.0), exp(88.0)));
    }
}
