//! Random streams keyed by (seed, specification, replicate), and the few distributions the samplers need.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, Gamma, Poisson, StandardNormal};

/// One stream. The specification's text enters through FNV-1a, which is stable over versions and machines.
pub(crate) fn stream(seed: u64, specification: &str, replicate: u64) -> ChaCha8Rng {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in specification.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ hash);
    rng.set_stream(replicate);
    rng
}

pub(crate) fn normal(rng: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(rng)
}

/// Gamma with the given shape and mean `shape / rate`. Arguments come from our own models and are positive; where one is
/// not, the mean is returned, which keeps a sampler going and shows in its diagnostics.
pub(crate) fn gamma(rng: &mut ChaCha8Rng, shape: f64, rate: f64) -> f64 {
    Gamma::new(shape, 1.0 / rate).map_or(shape / rate, |g| g.sample(rng))
}

/// Negative binomial with mean `mean` and variance `mean + alpha mean²`, by its gamma mixture of Poissons.
pub(crate) fn negative_binomial(rng: &mut ChaCha8Rng, mean: f64, alpha: f64) -> f64 {
    let rate = if alpha > 1e-9 { gamma(rng, 1.0 / alpha, 1.0 / (alpha * mean.max(1e-300))) } else { mean };
    Poisson::new(rate).map_or(0.0, |p| p.sample(rng))
}

/// Poisson; 0 where the mean is not positive.
pub(crate) fn poisson(rng: &mut ChaCha8Rng, mean: f64) -> f64 {
    Poisson::new(mean).map_or(0.0, |p| p.sample(rng))
}

/// From 0 up to, not including, 1.
pub(crate) fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    rand::RngExt::random(rng)
}

/// 1/σ² ~ Gamma(shape, rate) under σ ≤ `limit`: rejection, and `limit` itself where the posterior presses against it.
pub(crate) fn variance(rng: &mut ChaCha8Rng, shape: f64, rate: f64, limit: f64) -> f64 {
    for _ in 0..64 {
        let variance = 1.0 / gamma(rng, shape, rate);
        if variance <= limit * limit {
            return variance;
        }
    }
    limit * limit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_by_each_part_of_the_key_and_repeat_for_the_same() {
        let first = |seed, specification, replicate| normal(&mut stream(seed, specification, replicate));
        let base = first(1, "a", 0);
        assert_eq!(base, first(1, "a", 0));
        for other in [first(2, "a", 0), first(1, "b", 0), first(1, "a", 1)] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn the_negative_binomial_has_the_variance_it_states() {
        let rng = &mut stream(1, "nb", 0);
        let (mean, alpha, n) = (8.0, 0.5, 200_000);
        let draws: Vec<f64> = (0..n).map(|_| negative_binomial(rng, mean, alpha)).collect();
        let average = draws.iter().sum::<f64>() / f64::from(n);
        let variance = draws.iter().map(|d| (d - average).powi(2)).sum::<f64>() / f64::from(n - 1);
        assert!((average - mean).abs() < 0.05, "{average}");
        assert!((variance - (mean + alpha * mean * mean)).abs() < 1.0, "{variance}");
    }
}
