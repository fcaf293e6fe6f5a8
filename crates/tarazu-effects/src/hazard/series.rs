//! From a series of events to spells between them.

use serde::Serialize;

use super::{ChiSquareTest, Cox, CoxInference, HazardFit, Spell};
use crate::calibration;
use crate::event_series::{EventSeries, Intervention};
use crate::problem::{EffectsError, Settings};

/// What to do with several events on one day of daily data: a gap of nothing has no hazard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum SameDay {
    /// One event: the hazard is that of the next day with an event.
    #[default]
    Merged,
    /// Spread evenly over the day.
    Spread,
}

/// A covariate that describes where in the series a gap stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Control {
    /// ln(length of the gap before), named `previous gap`. The first gap has none before it and is left out.
    PreviousGap,
    /// Number of the event that opens the gap, from 0, named `sequence`.
    Sequence,
    /// Years of 365.25 days since the start of the span when the gap opens, named `trend`.
    Trend,
}

/// The series hazard model.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct SeriesHazard {
    /// The Cox model.
    pub cox: Cox,
    /// Several events on one day.
    pub same_day: SameDay,
    /// Covariates beside the interventions.
    pub controls: Vec<Control>,
    /// Length in days of the stretches of time whose gaps may depend on one another, for the robust error; `None` where gaps are
    /// independent of one another.
    pub block: Option<f64>,
}

/// Lags of the test of dependence between gaps.
const LAGS: usize = 5;

impl Control {
    fn name(self) -> &'static str {
        match self {
            Self::PreviousGap => "previous gap",
            Self::Sequence => "sequence",
            Self::Trend => "trend",
        }
    }
}

impl SeriesHazard {
    /// Fit: one coefficient per intervention, by its name, then one per control.
    ///
    /// Time before the first event is not used, since the event before it is not known; the gap open at the end is censored. A gap
    /// during which an intervention begins or ends is split there, and its parts are one cluster.
    ///
    /// # Errors
    /// Those of [`Cox::fit`]; fewer than three distinct event times; no intervention.
    pub fn fit(&self, series: &EventSeries, settings: &Settings) -> Result<HazardFit, EffectsError> {
        let (spells, names) = self.spells(series)?;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut fit = self.cox.fit(&spells, &names, settings)?;
        fit.serial_correlation = serial(&by_gap(&spells, &fit.martingale));
        let choices = &mut fit.specification.choices;
        if series.daily() {
            choices.push(format!("several events on a day: {:?}", self.same_day));
        }
        let controls: Vec<&str> = self.controls.iter().map(|c| c.name()).collect();
        choices.push(format!(
            "controls: {}",
            if controls.is_empty() { "none".into() } else { controls.join(", ") }
        ));
        let block = self.block.map_or("the gap".into(), |days| format!("{days} days"));
        choices.push(format!("clusters of the robust error: {block}"));
        let dependent = fit.serial_correlation.filter(|(_, p)| *p < 0.05);
        if let (Some((r, p)), false) =
            (dependent, self.block.is_some() && self.cox.inference == CoxInference::Robust)
        {
            fit.warnings.push(format!(
                "one gap tells of the next (correlation of residuals {r:.2}, p = {p:.3}): events come in bursts or drift, and the error of a hazard ratio is too small"
            ));
        }
        fit.warnings.push(calibration::hazard(self.cox.inference == CoxInference::Robust));
        for intervention in series.interventions() {
            let (after, _) = series.in_force(intervention);
            if after < 10 {
                fit.warnings.push(format!("only {after} events while `{}` is in force", intervention.name));
            }
        }
        Ok(fit)
    }

    /// The spells and the names of their covariates, for models of one's own.
    ///
    /// # Errors
    /// Fewer than three distinct event times; no intervention.
    pub fn spells(&self, series: &EventSeries) -> Result<(Vec<Spell>, Vec<String>), EffectsError> {
        let times = self.times(series);
        if times.len() < 3 || series.interventions().is_empty() {
            let message = format!(
                "found {} distinct event times and {} interventions, expected at least three and one",
                times.len(),
                series.interventions().len()
            );
            return Err(EffectsError::Events { field: "days", message });
        }
        let (from, until) = series.span();
        let mut spells = Vec::new();
        for (k, open) in times.iter().enumerate() {
            if k == 0 && self.controls.contains(&Control::PreviousGap) {
                continue;
            }
            let close = times.get(k + 1).copied();
            let end = close.unwrap_or(until);
            let controls: Vec<f64> = self
                .controls
                .iter()
                .map(|control| match control {
                    Control::PreviousGap => (open - times[k - 1]).ln(),
                    Control::Sequence => k as f64,
                    Control::Trend => (open - from) / 365.25,
                })
                .collect();
            let mut cuts = vec![*open];
            cuts.extend(changes(series.interventions()).filter(|c| c > open && *c < end));
            cuts.push(end);
            cuts.sort_by(f64::total_cmp);
            cuts.dedup();
            for pair in cuts.windows(2) {
                let active = series.interventions().iter().map(|i| f64::from(u8::from(i.active(pair[0]))));
                spells.push(Spell {
                    start: pair[0] - open,
                    stop: pair[1] - open,
                    event: close == Some(pair[1]),
                    covariates: active.chain(controls.iter().copied()).collect(),
                    cluster: self.block.map_or(k, |days| ((open - from) / days) as usize),
                });
            }
        }
        let names = series.interventions().iter().map(|i| i.name.clone());
        Ok((spells, names.chain(self.controls.iter().map(|c| c.name().to_owned())).collect()))
    }

    /// Distinct event times. Those of daily data are put at noon, so that an event on the day on which an intervention begins
    /// falls under it, and stay a whole number of days apart.
    fn times(&self, series: &EventSeries) -> Vec<f64> {
        let days = series.days();
        if !series.daily() || self.same_day == SameDay::Merged {
            let noon = if series.daily() { 0.5 } else { 0.0 };
            let mut times: Vec<f64> = days.iter().map(|d| d + noon).collect();
            times.dedup();
            return times;
        }
        days.chunk_by(|a, b| a == b)
            .flat_map(|day| (0..day.len()).map(|i| day[0] + (i as f64 + 0.5) / day.len() as f64))
            .collect()
    }
}

/// Residuals summed over the parts of each gap: a part that begins at 0 opens the next.
fn by_gap(spells: &[Spell], residuals: &[f64]) -> Vec<f64> {
    let mut gaps: Vec<f64> = Vec::new();
    for (spell, residual) in spells.iter().zip(residuals) {
        match gaps.last_mut() {
            Some(gap) if spell.start > 0.0 => *gap += residual,
            _ => gaps.push(*residual),
        }
    }
    gaps
}

/// Correlation at the first lag, and p of Ljung & Box over up to `LAGS`; `None` where there are too few gaps.
fn serial(residuals: &[f64]) -> Option<(f64, f64)> {
    let n = residuals.len();
    let lags = LAGS.min(n / 5);
    let mean = residuals.iter().sum::<f64>() / n as f64;
    let centred: Vec<f64> = residuals.iter().map(|r| r - mean).collect();
    let square = crate::linear::dot(&centred, &centred);
    if lags == 0 || square <= 0.0 {
        return None;
    }
    let correlation = |lag: usize| crate::linear::dot(&centred[lag..], &centred[..n - lag]) / square;
    let sum: f64 = (1..=lags).map(|lag| correlation(lag).powi(2) / (n - lag) as f64).sum();
    let statistic = n as f64 * (n as f64 + 2.0) * sum;
    Some((correlation(1), ChiSquareTest::new(statistic, lags).p))
}

fn changes(interventions: &[Intervention]) -> impl Iterator<Item = f64> {
    interventions.iter().flat_map(|i| [Some(i.from), i.until].into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_split_where_an_intervention_begins_and_an_event_on_that_day_falls_under_it() {
        let series = EventSeries::new(vec![1.0, 3.0, 3.0, 10.0, 12.0], 0.0, 20.0)
            .unwrap()
            .with_intervention("a", 12.0, None)
            .unwrap()
            .with_intervention("b", 5.0, Some(6.0))
            .unwrap();
        let (spells, names) = SeriesHazard::default().spells(&series).unwrap();
        assert_eq!(names, ["a", "b"]);
        let plain: Vec<_> = spells
            .iter()
            .map(|s| (s.start, s.stop, s.event, s.covariates[0], s.covariates[1], s.cluster))
            .collect();
        assert_eq!(
            plain,
            [
                (0.0, 2.0, true, 0.0, 0.0, 0),
                (0.0, 1.5, false, 0.0, 0.0, 1),
                (1.5, 2.5, false, 0.0, 1.0, 1),
                (2.5, 7.0, true, 0.0, 0.0, 1),
                (0.0, 1.5, false, 0.0, 0.0, 2),
                (1.5, 2.0, true, 1.0, 0.0, 2),
                (0.0, 7.5, false, 1.0, 0.0, 3),
            ]
        );
        let spread = SeriesHazard { same_day: SameDay::Spread, ..SeriesHazard::default() };
        assert_eq!(spread.times(&series), [1.5, 3.25, 3.75, 10.5, 12.5]);
        let controls = vec![Control::PreviousGap, Control::Sequence];
        let (spells, names) = SeriesHazard { controls, ..SeriesHazard::default() }.spells(&series).unwrap();
        assert_eq!(names[2..], ["previous gap", "sequence"]);
        assert_eq!(spells[0].covariates[2..], [2.0_f64.ln(), 1.0]);
    }
}
