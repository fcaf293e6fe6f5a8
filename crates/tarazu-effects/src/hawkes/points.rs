//! Log likelihood of a self-exciting process seen in continuous time (Ogata 1978, Ann. Inst. Statist. Math. 30:243; the recursion is
//! that of Ogata 1981, IEEE Trans. Inf. Theory 27:23), with a background that is constant on segments.

use rand_chacha::ChaCha8Rng;

use super::likelihood::{Natural, Sum, exponential};
use crate::random;

/// A stretch of time with one background intensity.
#[derive(Clone)]
pub(super) struct Segment {
    pub(super) until: f64,
    pub(super) length: f64,
    pub(super) covariates: Vec<f64>,
}

/// Event times, the segment of each, and the end of the span.
pub(super) struct Points {
    pub(super) times: Vec<f64>,
    pub(super) segment: Vec<usize>,
    pub(super) segments: Vec<Segment>,
    pub(super) until: f64,
}

/// Σ e^(−β(t − tⱼ)) and Σ (t − tⱼ) e^(−β(t − tⱼ)) over the events strictly before an event, and the number at the same time, which wait:
/// if events at one time excited one another, the likelihood would have no maximum.
struct Excitation {
    zero: f64,
    one: f64,
    waiting: f64,
}

impl Excitation {
    fn advance(&mut self, since: f64, decay: f64) {
        if since > 0.0 {
            let (kept, all) = ((-decay * since).exp(), self.zero + self.waiting);
            self.one = kept * (self.one + since * all);
            self.zero = kept * all;
            self.waiting = 0.0;
        }
    }
}

impl Points {
    /// Visit every event with the excitation by those before it.
    fn excite(&self, decay: f64, mut visit: impl FnMut(usize, &Excitation)) {
        let mut excitation = Excitation { zero: 0.0, one: 0.0, waiting: 0.0 };
        for i in 0..self.times.len() {
            if i > 0 {
                excitation.advance(self.times[i] - self.times[i - 1], decay);
            }
            visit(i, &excitation);
            excitation.waiting += 1.0;
        }
    }

    pub(super) fn log_likelihood(&self, at: &Natural, sum: &mut Sum) {
        let background: Vec<f64> =
            self.segments.iter().map(|s| exponential(&s.covariates, &at.background)).collect();
        for (segment, mu) in self.segments.iter().zip(&background) {
            sum.value -= segment.length * mu;
            sum.background(-segment.length * mu, &segment.covariates);
        }
        let (branching, decay) = (at.branching, at.decay);
        self.excite(decay, |i, excitation| {
            let (zero, one) = (excitation.zero, excitation.one);
            let mu = background[self.segment[i]];
            let intensity = mu + branching * decay * zero;
            sum.value += intensity.ln();
            sum.background(mu / intensity, &self.segments[self.segment[i]].covariates);
            sum.branching += decay * zero / intensity;
            sum.decay += branching * (zero - decay * one) / intensity;
        });
        for time in &self.times {
            let rest = self.until - time;
            let left = (-decay * rest).exp();
            sum.value -= branching * (1.0 - left);
            sum.branching -= 1.0 - left;
            sum.decay -= branching * rest * left;
        }
    }

    /// Events of the process with these parameters over the same segments, by generations.
    pub(super) fn simulate(&self, at: &Natural, rng: &mut ChaCha8Rng) -> Self {
        let mut times = Vec::new();
        // A search that ended far from the data may have left a rate that would never end.
        let most = 20 * (self.times.len() + 10);
        for segment in &self.segments {
            let mean = (segment.length * exponential(&segment.covariates, &at.background)).min(most as f64);
            for _ in 0..random::poisson(rng, mean) as usize {
                times.push(segment.until - segment.length * super::uniform(rng));
            }
        }
        let mut next = 0;
        while next < times.len() && times.len() < most {
            for _ in 0..random::poisson(rng, at.branching) as usize {
                let child = times[next] - (1.0 - super::uniform(rng)).ln() / at.decay;
                if child < self.until {
                    times.push(child);
                }
            }
            next += 1;
        }
        times.sort_by(f64::total_cmp);
        let within = |t: &f64| self.segments.partition_point(|s| s.until <= *t).min(self.segments.len() - 1);
        let segment = times.iter().map(within).collect();
        Self { times, segment, segments: self.segments.clone(), until: self.until }
    }

    /// The compensator between events next to one another, through 1 − e^(−Λ): uniform where the model holds (Ogata 1988,
    /// J. Amer. Statist. Assoc. 83:9).
    pub(super) fn residuals(&self, at: &Natural) -> Vec<f64> {
        let (mut place, mut done) = (0, 0.0);
        let start = self.segments.first().map_or(0.0, |s| s.until - s.length);
        let (mut last, mut residuals) = (0.0, Vec::new());
        self.excite(at.decay, |i, excitation| {
            while place < self.segment[i] {
                let s = &self.segments[place];
                done += s.length * exponential(&s.covariates, &at.background);
                place += 1;
            }
            let opened = if place == 0 { start } else { self.segments[place - 1].until };
            let mu = exponential(&self.segments[place].covariates, &at.background);
            let spent = i as f64 - excitation.zero - excitation.waiting;
            let compensator = done + mu * (self.times[i] - opened) + at.branching * spent;
            residuals.push(-(-(compensator - last)).exp_m1());
            last = compensator;
        });
        residuals
    }
}
