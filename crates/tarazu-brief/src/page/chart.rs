//! Charts as SVG of our own: they scale, print, follow the reader's colour scheme, and say in words what they show.

use maud::{Markup, html};
use tarazu_effects::Interval;
use tarazu_events::Period;

use crate::number::{grouped, signed_percent};
use crate::weigh::MonthlyRow;

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 76.0;
const BOTTOM: f64 = 30.0;

/// A dated mark on a chart.
pub(crate) struct Mark {
    pub month: Period,
    pub number: usize,
}

/// Deaths by month: the best estimate as a line, low to high as a band, hatched where the low figure is not published, and numbered
/// marks at interventions.
pub(crate) fn monthly(rows: &[MonthlyRow], marks: &[Mark]) -> Markup {
    let (Some(first), Some(last)) = (rows.first().map(|r| r.month), rows.last().map(|r| r.month)) else {
        return html! {};
    };
    let span = f64::from(last.since(first).max(1));
    let top = nice(rows.iter().filter_map(|r| r.high.max(r.best)).max().unwrap_or(1) as f64);
    let x = |month: Period| LEFT + f64::from(month.since(first)) / span * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM);

    let point = |r: &MonthlyRow, v: u64| format!("{:.1},{:.1}", x(r.month), y(v as f64));
    let line: Vec<String> = rows.iter().filter_map(|r| Some(point(r, r.best?))).collect();
    let band = |rows: &[MonthlyRow], known_low: bool| -> String {
        let upper = rows.iter().filter_map(|r| Some(point(r, r.high.max(r.best)?)));
        let lower = rows.iter().rev().filter_map(|r| {
            let low = if known_low { r.low.min(r.best).or(r.best) } else { r.best };
            Some(point(r, low?))
        });
        upper.chain(lower).collect::<Vec<_>>().join(" ")
    };
    // One polygon for each run of months in which the low figure is known, or is not.
    let mut bands = Vec::new();
    for run in rows.chunk_by(|a, b| a.low.is_some() == b.low.is_some()) {
        let known = run.first().is_some_and(|r| r.low.is_some());
        bands.push((known, band(run, known)));
    }
    let label = format!(
        "Line chart of people reported killed per month from {first} to {last}. The highest month has {}. The table below holds every \
         value by year.",
        grouped(rows.iter().filter_map(|r| r.best).max().unwrap_or(0) as f64)
    );
    let years = (first.year()..=last.year()).filter(|year| year % 2 == 0);
    html! {
        svg.chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(label) {
            defs {
                pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    line.hatch x1="0" y1="0" x2="0" y2="6" {}
                }
            }
            @for i in 0..=4_u32 {
                @let value = top * f64::from(i) / 4.0;
                line.grid x1=(LEFT) x2=(WIDTH - RIGHT) y1=(tenth(y(value))) y2=(tenth(y(value))) {}
                text.tick x=(LEFT - 6.0) y=(tenth(y(value) + 4.0)) text-anchor="end" { (grouped(value)) }
            }
            @for year in years {
                @if let Some(month) = Period::month(year as i16, 1).filter(|m| *m >= first) {
                    line.grid x1=(tenth(x(month))) x2=(tenth(x(month))) y1=(HEIGHT - BOTTOM) y2=(HEIGHT - BOTTOM + 5.0) {}
                    text.tick x=(tenth(x(month))) y=(HEIGHT - 8.0) text-anchor="middle" { (year) }
                }
            }
            @for (known, points) in &bands {
                polygon class=(if *known { "band" } else { "band-unknown" }) points=(points) {}
            }
            @for (i, mark) in marks.iter().enumerate() {
                @let at = x(mark.month);
                @let row = TOP - 12.0 - 15.0 * (i % 4) as f64;
                line.mark x1=(tenth(at)) x2=(tenth(at)) y1=(row + 4.0) y2=(HEIGHT - BOTTOM) {}
                text.mark-number x=(tenth(at)) y=(row) text-anchor="middle" { (mark.number) }
            }
            polyline.best points=(line.join(" ")) {}
        }
    }
}

/// The smallest of 1, 2, 2.5, 4, 5, 8 times a power of ten that is not below `value`.
fn nice(value: f64) -> f64 {
    let power = 10_f64.powf(value.max(1.0).log10().floor());
    [1.0, 2.0, 2.5, 4.0, 5.0, 8.0, 10.0].into_iter().map(|m| m * power).find(|v| *v >= value).unwrap_or(value)
}

pub(super) fn tenth(value: f64) -> String {
    format!("{value:.1}")
}

const ROW_WIDTH: f64 = 340.0;
/// The axis of relative differences ends at one eighth and at eight times the expectation.
pub(super) const REACH: f64 = 8.0;
pub(super) const TICKS: [f64; 5] = [-0.8, -0.5, 0.0, 1.0, 4.0];

fn position(relative: f64) -> f64 {
    let log = (1.0 + relative).max(1e-9).ln().clamp(-REACH.ln(), REACH.ln());
    10.0 + (log / REACH.ln() + 1.0) / 2.0 * (ROW_WIDTH - 20.0)
}

/// The axis for a column of [`interval`] rows.
pub(crate) fn interval_axis() -> Markup {
    html! {
        svg.interval viewBox={ "0 0 " (ROW_WIDTH) " 22" } aria-hidden="true" {
            @for tick in TICKS {
                text.tick x=(tenth(position(tick))) y="14" text-anchor="middle" { (signed_percent(tick)) }
                line.grid x1=(tenth(position(tick))) x2=(tenth(position(tick))) y1="17" y2="22" {}
            }
        }
    }
}

/// One row: a dot with its interval, and beyond it a thin line to the extremes; an arrow where the axis ends before the interval does.
pub(crate) fn interval(Interval { estimate, low, high }: Interval, extremes: Option<(f64, f64)>) -> Markup {
    let label = format!(
        "{} from expectation, interval from {} to {}",
        signed_percent(estimate),
        signed_percent(low),
        signed_percent(high)
    );
    let beyond = |v: f64| (1.0 + v).max(1e-9).ln().abs() > REACH.ln();
    let (far_low, far_high) = extremes.unwrap_or((low, high));
    html! {
        svg.interval viewBox={ "0 0 " (ROW_WIDTH) " 22" } role="img" aria-label=(label) {
            @for tick in TICKS {
                line class=(if tick == 0.0 { "zero" } else { "grid" }) x1=(tenth(position(tick))) x2=(tenth(position(tick))) y1="0" y2="22" {}
            }
            line.extremes x1=(tenth(position(far_low))) x2=(tenth(position(far_high))) y1="11" y2="11" {}
            line.middle x1=(tenth(position(low))) x2=(tenth(position(high))) y1="11" y2="11" {}
            @if beyond(far_low) { path.arrow d="M 9 5 L 2 11 L 9 17 Z" {} }
            @if beyond(far_high) {
                path.arrow d={ "M " (ROW_WIDTH - 9.0) " 5 L " (ROW_WIDTH - 2.0) " 11 L " (ROW_WIDTH - 9.0) " 17 Z" } {}
            }
            circle.dot cx=(tenth(position(estimate))) cy="11" r="4.5" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_of_differences_is_even_in_ratios() {
        let middle = position(0.0);
        assert!(
            (position(1.0) - middle - (middle - position(-0.5))).abs() < 1e-9,
            "double and half lie alike"
        );
        assert_eq!(position(-1.0), 10.0, "nothing at all stands at the end of the axis");
    }

    #[test]
    fn an_axis_ends_at_a_round_number() {
        for (value, end) in [(1885.0, 2000.0), (2300.0, 2500.0), (7.0, 8.0), (0.0, 1.0)] {
            assert_eq!(nice(value), end);
        }
    }
}
