//! Events as points in time over an observed span, with the interventions asked about: what the models of single events start from.

use serde::Serialize;

use crate::problem::EffectsError;

/// Something that begins, and may end, on a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Intervention {
    /// What it is called in the results.
    pub name: String,
    /// The day on which it begins.
    pub from: f64,
    /// The first day on which it is no longer in force; `None` where it lasts until the end of the span.
    pub until: Option<f64>,
}

impl Intervention {
    pub(crate) fn active(&self, time: f64) -> bool {
        time >= self.from && self.until.is_none_or(|until| time < until)
    }

    /// Days of `from..until` on which it is in force.
    pub(crate) fn days_within(&self, from: f64, until: f64) -> f64 {
        (self.until.unwrap_or(until).min(until) - self.from.max(from)).max(0.0)
    }
}

/// Events over a span of time during which every event would have been seen.
///
/// Time is in days since any origin. Where every day is a whole number, the data are *daily*: an event of day 5 happened at some
/// time between 5 and 6, and several may share a day. Otherwise they are points of continuous time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventSeries {
    days: Vec<f64>,
    from: f64,
    until: f64,
    interventions: Vec<Intervention>,
}

/// The exact choices that produced a fit to events.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventSpecification {
    /// Model: `hazard`, `hawkes`.
    pub method: &'static str,
    /// The model's settings in words, one a line, in a fixed order.
    pub choices: Vec<String>,
    /// Events used.
    pub events: usize,
    /// Content of the intervals.
    pub level: f64,
}

fn fault(field: &'static str, message: String) -> EffectsError {
    EffectsError::Events { field, message }
}

impl EventSeries {
    /// Events on `days` (in any order, ties allowed), watched from the beginning of day `from` to the beginning of day `until`.
    ///
    /// # Errors
    /// Where a number is not finite, `until` is not after `from`, or an event lies outside `from..until`.
    pub fn new(mut days: Vec<f64>, from: f64, until: f64) -> Result<Self, EffectsError> {
        if !(from.is_finite() && until.is_finite() && from < until) {
            return Err(fault("until", format!("expected a finite day after {from}, found {until}")));
        }
        if let Some(day) = days.iter().find(|d| !(**d >= from && **d < until)) {
            return Err(fault("days", format!("found {day}, expected a day from {from} to before {until}")));
        }
        days.sort_by(f64::total_cmp);
        Ok(Self { days, from, until, interventions: Vec::new() })
    }

    /// With an intervention that begins on day `from` and ends before day `until`, or lasts.
    ///
    /// # Errors
    /// Where its days are not finite, or it does not begin within the span and before its own end.
    pub fn with_intervention(
        mut self,
        name: &str,
        from: f64,
        until: Option<f64>,
    ) -> Result<Self, EffectsError> {
        if !(from > self.from && from < self.until) {
            return Err(fault(
                "intervention",
                format!(
                    "`{name}` begins on day {from}, expected a day after {} and before {}",
                    self.from, self.until
                ),
            ));
        }
        if let Some(end) = until.filter(|end| !(end.is_finite() && *end > from)) {
            return Err(fault(
                "intervention",
                format!("`{name}` ends on day {end}, expected a day after {from}"),
            ));
        }
        self.interventions.push(Intervention { name: name.into(), from, until });
        Ok(self)
    }

    /// The days of the events, sorted.
    pub fn days(&self) -> &[f64] {
        &self.days
    }

    /// First and last end of the span.
    pub fn span(&self) -> (f64, f64) {
        (self.from, self.until)
    }

    /// The interventions.
    pub fn interventions(&self) -> &[Intervention] {
        &self.interventions
    }

    /// Events while an intervention is in force, and the days of the span on which it is.
    pub fn in_force(&self, intervention: &Intervention) -> (usize, f64) {
        let events = self.days.iter().filter(|d| intervention.active(**d)).count();
        (events, intervention.days_within(self.from, self.until))
    }

    /// Whether times are known to the day only.
    pub fn daily(&self) -> bool {
        self.days.iter().all(|d| d.fract() == 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_outside_the_span_and_interventions_that_end_before_they_begin_are_errors() {
        assert!(EventSeries::new(vec![1.0, 10.0], 0.0, 10.0).is_err());
        assert!(EventSeries::new(vec![f64::NAN], 0.0, 10.0).is_err());
        assert!(EventSeries::new(vec![], 3.0, 3.0).is_err());
        let series = EventSeries::new(vec![7.0, 1.0, 1.0], 0.0, 10.0).unwrap();
        assert_eq!(series.days(), [1.0, 1.0, 7.0]);
        assert!(series.daily());
        assert!(series.clone().with_intervention("a", 0.0, None).is_err());
        assert!(series.clone().with_intervention("a", 5.0, Some(5.0)).is_err());
        let with = series.with_intervention("a", 5.0, Some(7.0)).unwrap();
        let a = &with.interventions()[0];
        assert_eq!([4.9, 5.0, 6.9, 7.0].map(|t| a.active(t)), [false, true, true, false]);
        assert_eq!(a.days_within(0.0, 6.0), 1.0);
        assert_eq!(with.in_force(a), (0, 2.0));
    }
}
