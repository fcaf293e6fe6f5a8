//! Scales: from values to pixels.

use tarazu_events::Period;

/// Relative differences by ratio: the axis ends at one eighth and at eight times the expectation.
pub(crate) const REACH: f64 = 8.0;
/// Its ticks.
pub(crate) const TICKS: [f64; 5] = [-0.8, -0.5, 0.0, 1.0, 4.0];

/// A relative difference as a share of the axis, from −1 at its lower end to 1 at its upper.
pub(crate) fn ratio(relative: f64) -> f64 {
    (1.0 + relative).max(1e-9).ln().clamp(-REACH.ln(), REACH.ln()) / REACH.ln()
}

/// Whether the axis ends before this.
pub(crate) fn beyond(relative: f64) -> bool {
    (1.0 + relative).max(1e-9).ln().abs() > REACH.ln()
}

/// The smallest of 1, 2, 2.5, 4, 5, 8 times a power of ten that is not below `value`.
pub(crate) fn nice(value: f64) -> f64 {
    let power = 10_f64.powf(value.max(1.0).log10().floor());
    [1.0, 2.0, 2.5, 4.0, 5.0, 8.0, 10.0].into_iter().map(|m| m * power).find(|v| *v >= value).unwrap_or(value)
}

/// Months along a width.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Months {
    pub first: Period,
    pub last: Period,
    pub left: f64,
    pub right: f64,
}

impl Months {
    pub(crate) fn x(&self, month: Period) -> f64 {
        let span = f64::from(self.last.since(self.first).max(1));
        self.left + f64::from(month.since(self.first)) / span * (self.right - self.left)
    }

    /// Januaries that have room for their year, with their places.
    pub(crate) fn years(&self, room: f64) -> Vec<(i32, f64)> {
        let years = f64::from(self.last.since(self.first).max(1)) / 12.0;
        let each = (self.right - self.left) / years;
        let step = [1, 2, 5, 10, 20].into_iter().find(|s| each * f64::from(*s) >= room).unwrap_or(50);
        (self.first.year()..=self.last.year())
            .filter(|year| year % step == 0)
            .filter_map(|year| Some((year, Period::month(i16::try_from(year).ok()?, 1)?)))
            .filter(|(_, month)| *month >= self.first && *month <= self.last)
            .map(|(year, month)| (year, self.x(month)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_of_differences_is_even_in_ratios() {
        assert!((ratio(1.0) + ratio(-0.5)).abs() < 1e-9, "double and half lie alike");
        assert_eq!((ratio(-1.0), ratio(100.0)), (-1.0, 1.0), "nothing at all stands at the end of the axis");
    }

    #[test]
    fn an_axis_ends_at_a_round_number() {
        for (value, end) in [(1885.0, 2000.0), (2300.0, 2500.0), (7.0, 8.0), (0.0, 1.0)] {
            assert_eq!(nice(value), end);
        }
    }
}
