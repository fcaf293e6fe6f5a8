//! A mixture of Student's t distributions: one quantity, and so one source of interval and p.

use statrs::distribution::{Continuous, ContinuousCDF, Normal, StudentsT};

/// One component: weight, place and scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Component {
    pub weight: f64,
    pub place: f64,
    pub scale: f64,
}

/// Components with the same degrees of freedom; weights sum to one.
#[derive(Debug, Clone)]
pub(super) struct Mixture {
    components: Vec<Component>,
    freedom: f64,
    students: StudentsT,
}

impl Mixture {
    /// From weights on the log scale, up to a constant. Components that weigh less than a millionth of the heaviest are left
    /// out. `None` where nothing is left or a number is not finite.
    pub fn new(mut components: Vec<Component>, freedom: f64) -> Option<Self> {
        let students = StudentsT::new(0.0, 1.0, freedom).ok()?;
        components
            .retain(|c| c.weight.is_finite() && c.place.is_finite() && c.scale.is_finite() && c.scale > 0.0);
        let heaviest = components.iter().map(|c| c.weight).fold(f64::NEG_INFINITY, f64::max);
        components.iter_mut().for_each(|c| c.weight = (c.weight - heaviest).exp());
        components.retain(|c| c.weight > 1e-6);
        let total: f64 = components.iter().map(|c| c.weight).sum();
        components.iter_mut().for_each(|c| c.weight /= total);
        (!components.is_empty()).then_some(Self { components, freedom, students })
    }

    fn mean_of(&self, f: impl Fn(&Component) -> f64) -> f64 {
        self.components.iter().map(|c| c.weight * f(c)).sum()
    }

    pub fn mean(&self) -> f64 {
        self.mean_of(|c| c.place)
    }

    /// Standard deviation, the components' own degrees of freedom left aside: the standard error.
    pub fn deviation(&self) -> f64 {
        let mean = self.mean();
        self.mean_of(|c| c.scale.powi(2) + (c.place - mean).powi(2)).sqrt()
    }

    pub fn cdf(&self, at: f64) -> f64 {
        self.mean_of(|c| self.student((at - c.place) / c.scale))
    }

    /// Beyond 200 degrees of freedom the normal with the t's second-order correction (Abramowitz & Stegun 1964, 26.7.8) agrees with
    /// it to 1e-6.
    fn student(&self, x: f64) -> f64 {
        if self.freedom > 200.0 {
            let v = self.freedom;
            Normal::standard().cdf(x * (1.0 - 0.25 / v) / (1.0 + x * x / (2.0 * v)).sqrt())
        } else {
            self.students.cdf(x)
        }
    }

    fn density(&self, at: f64) -> f64 {
        self.mean_of(|c| self.students.pdf((at - c.place) / c.scale) / c.scale)
    }

    /// Where the distribution function reaches `share`: Newton's steps from the normal's place, halving where one leaves the bracket.
    pub fn quantile(&self, share: f64) -> f64 {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for c in &self.components {
            let reach = c.scale * 1e3;
            (low, high) = (low.min(c.place - reach), high.max(c.place + reach));
        }
        let mut at = self.mean() + self.deviation() * Normal::standard().inverse_cdf(share);
        for _ in 0..200 {
            let above = self.cdf(at) - share;
            if above < 0.0 {
                low = at
            } else {
                high = at
            }
            let next = at - above / self.density(at);
            let next = if next > low && next < high { next } else { f64::midpoint(low, high) };
            let moved = (next - at).abs();
            at = next;
            if moved <= 1e-11 * (1.0 + at.abs()) {
                break;
            }
        }
        at
    }

    /// Twice the smaller tail at `value`.
    pub fn p(&self, value: f64) -> f64 {
        let below = self.cdf(value);
        (2.0 * below.min(1.0 - below)).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn p_and_interval_never_contradict(
            parts in prop::collection::vec((-3.0_f64..3.0, -2.0_f64..2.0, 0.05_f64..2.0), 1..6),
            level in 0.5_f64..0.99, value in -5.0_f64..5.0, freedom in 3.0_f64..300.0,
        ) {
            let components =
                parts.iter().map(|p| Component { weight: p.0, place: p.1, scale: p.2 }).collect();
            let mixture = Mixture::new(components, freedom).unwrap();
            let tail = (1.0 - level) / 2.0;
            let (low, high) = (mixture.quantile(tail), mixture.quantile(1.0 - tail));
            prop_assume!((value - low).abs() > 1e-6 && (value - high).abs() > 1e-6);
            prop_assert_eq!(value < low || value > high, mixture.p(value) < 1.0 - level);
        }
    }

    #[test]
    fn one_component_is_students_t() {
        let mixture = Mixture::new(vec![Component { weight: -3.0, place: 1.0, scale: 2.0 }], 10.0).unwrap();
        // The table's 97.5% point with 10 degrees of freedom.
        assert!((mixture.quantile(0.975) - (1.0 + 2.0 * 2.228_138_85)).abs() < 1e-6);
        assert!((mixture.p(1.0) - 1.0).abs() < 1e-9);
    }
}
