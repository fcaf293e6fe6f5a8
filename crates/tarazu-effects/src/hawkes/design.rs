//! The background's covariates over segments of time or days.

use super::Hawkes;
use super::days::Days;
use super::likelihood::Data;
use super::points::{Points, Segment};
use crate::event_series::EventSeries;

const YEAR: f64 = 365.25;

/// Data and the names of the covariates: the intercept, the interventions in their order, trend, season.
pub(super) fn design(hawkes: &Hawkes, series: &EventSeries) -> (Data, Vec<String>) {
    let mut names = vec!["intercept".to_owned()];
    names.extend(series.interventions().iter().map(|i| i.name.clone()));
    if hawkes.trend {
        names.push("trend per year".into());
    }
    for k in 1..=hawkes.harmonics {
        names.extend([format!("sine {k}"), format!("cosine {k}")]);
    }
    let data =
        if series.daily() { Data::Days(days(hawkes, series)) } else { Data::Points(points(hawkes, series)) };
    (data, names)
}

/// Covariates of `from..until`: the share of it under each intervention, trend and season at its middle.
fn covariates(hawkes: &Hawkes, series: &EventSeries, from: f64, until: f64) -> Vec<f64> {
    let (begin, end) = series.span();
    let middle = f64::midpoint(from, until);
    let mut x = vec![1.0];
    x.extend(series.interventions().iter().map(|i| i.days_within(from, until) / (until - from)));
    if hawkes.trend {
        x.push((middle - f64::midpoint(begin, end)) / YEAR);
    }
    for k in 1..=hawkes.harmonics {
        let angle = 2.0 * std::f64::consts::PI * k as f64 * middle / YEAR;
        x.extend([angle.sin(), angle.cos()]);
    }
    x
}

fn days(hawkes: &Hawkes, series: &EventSeries) -> Days {
    let (from, until) = series.span();
    let first = from.floor();
    let count = (until.ceil() - first) as usize;
    let (mut counts, mut exposure, mut x) = (vec![0.0; count], Vec::new(), Vec::new());
    for day in series.days() {
        counts[(day - first) as usize] += 1.0;
    }
    for i in 0..count {
        let (begin, end) = ((first + i as f64).max(from), (first + i as f64 + 1.0).min(until));
        exposure.push(end - begin);
        x.push(covariates(hawkes, series, begin, end));
    }
    Days::new(counts, exposure, x)
}

/// Segments end where an intervention begins or ends and, where the background moves, at every day.
fn points(hawkes: &Hawkes, series: &EventSeries) -> Points {
    let (from, until) = series.span();
    let mut cuts = vec![from, until];
    let changes = series.interventions().iter().flat_map(|i| [Some(i.from), i.until].into_iter().flatten());
    cuts.extend(changes.filter(|c| *c > from && *c < until));
    if hawkes.trend || hawkes.harmonics > 0 {
        cuts.extend((1..(until - from).ceil() as usize).map(|d| from + d as f64));
    }
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    let segments: Vec<Segment> = cuts
        .windows(2)
        .map(|c| Segment {
            until: c[1],
            length: c[1] - c[0],
            covariates: covariates(hawkes, series, c[0], c[1]),
        })
        .collect();
    let times = series.days().to_vec();
    let segment = times.iter().map(|t| segments.partition_point(|s| s.until <= *t)).collect();
    Points { times, segment, segments, until }
}
