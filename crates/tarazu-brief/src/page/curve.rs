//! The specification curve: every specification by size with its interval, and below it the choices that each made.

use maud::{Markup, html};
use tarazu_effects::Interval;
use tarazu_effects::multiverse::{CellResult, DIMENSION_NAMES, DIMENSIONS, Grid, by_size};

use super::chart::{REACH, TICKS, tenth};
use crate::number::{grouped, signed_percent};

const WIDTH: f64 = 1000.0;
const LABELS: f64 = 250.0;
const CURVE: f64 = 200.0;
const ROW: f64 = 16.0;
/// Columns that can be told apart; of more specifications every so many is drawn.
const MOST: usize = 360;

/// The curve of these results. Choices of which there is only one option are left out.
pub(crate) fn render(grid: &Grid, results: &[CellResult]) -> Markup {
    let order = by_size(results);
    let drawn: Vec<(usize, Interval)> = thinned(&order)
        .into_iter()
        .filter_map(|i| Some((i, results[i].outcome.as_ref().ok()?.relative)))
        .collect();
    let mut choices: Vec<(usize, u16)> = Vec::new();
    for dimension in 0..DIMENSIONS {
        let mut levels: Vec<u16> = order.iter().map(|i| results[*i].levels[dimension]).collect();
        levels.sort_unstable();
        levels.dedup();
        if levels.len() > 1 {
            choices.extend(levels.into_iter().map(|level| (dimension, level)));
        }
    }
    let gaps = choices.chunk_by(|a, b| a.0 == b.0).count() as f64;
    let height = CURVE + 40.0 + ROW * choices.len() as f64 + 8.0 * gaps;
    let step = ((WIDTH - LABELS - 20.0) / drawn.len().max(1) as f64).min(40.0);
    let x = |i: usize| LABELS + step * (i as f64 + 0.5);
    let y = |r: f64| {
        let log = (1.0 + r).max(1e-9).ln().clamp(-REACH.ln(), REACH.ln());
        CURVE / 2.0 + 10.0 - log / REACH.ln() * CURVE / 2.0
    };
    let right = LABELS + step * drawn.len() as f64;
    let (dot, mark) = ((step * 0.45).clamp(0.9, 3.5), (step * 0.8).clamp(1.0, 7.0));
    let label = format!(
        "Specification curve: {} specifications in order of size{}, each with its interval, and below them the choices that each made.",
        grouped(order.len() as f64),
        if drawn.len() < order.len() {
            format!(", of which {} evenly spaced are drawn", drawn.len())
        } else {
            String::new()
        }
    );
    let mut at = CURVE + 28.0;
    let mut rows = Vec::new();
    for group in choices.chunk_by(|a, b| a.0 == b.0) {
        at += 8.0;
        for (dimension, level) in group {
            rows.push((at, *dimension, *level));
            at += ROW;
        }
    }
    html! {
        svg.chart.curve xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (WIDTH) " " (tenth(height)) } role="img" aria-label=(label) {
            @for tick in TICKS {
                line class=(if tick == 0.0 { "zero" } else { "grid" }) x1=(LABELS) x2=(tenth(right)) y1=(tenth(y(tick))) y2=(tenth(y(tick))) {}
                text.tick x=(LABELS - 8.0) y=(tenth(y(tick) + 4.0)) text-anchor="end" { (signed_percent(tick)) }
            }
            @for (i, (_, r)) in drawn.iter().enumerate() {
                line.extremes x1=(tenth(x(i))) x2=(tenth(x(i))) y1=(tenth(y(r.low))) y2=(tenth(y(r.high))) {}
            }
            @for (i, (_, r)) in drawn.iter().enumerate() {
                circle.dot cx=(tenth(x(i))) cy=(tenth(y(r.estimate))) r=(tenth(dot)) {}
            }
            @for (at, dimension, level) in &rows {
                text.tick x=(LABELS - 8.0) y=(tenth(at + 4.0)) text-anchor="end" {
                    (DIMENSION_NAMES[*dimension]) ": " (grid.label(*dimension, *level))
                }
                line.grid x1=(LABELS) x2=(tenth(right)) y1=(tenth(*at)) y2=(tenth(*at)) {}
                path.choice d=(marks(&drawn, results, (*dimension, *level), *at, mark, &x)) {}
            }
        }
    }
}

/// One path for all marks of a row: a page of thousands of squares would be slow.
fn marks(
    drawn: &[(usize, Interval)],
    results: &[CellResult],
    (dimension, level): (usize, u16),
    at: f64,
    width: f64,
    x: &dyn Fn(usize) -> f64,
) -> String {
    let own = drawn.iter().enumerate().filter(|(_, (cell, _))| results[*cell].levels[dimension] == level);
    own.map(|(i, _)| format!("M{:.1} {:.1}h{width:.1}v8h-{width:.1}z", x(i) - width / 2.0, at - 4.0))
        .collect()
}

/// At most [`MOST`] of the order, evenly spaced, both ends among them.
fn thinned(order: &[usize]) -> Vec<usize> {
    if order.len() <= MOST {
        return order.to_vec();
    }
    (0..MOST).map(|i| order[i * (order.len() - 1) / (MOST - 1)]).collect()
}

/// How the curve looks where no page gives it a style.
const STYLE: &str = "svg{font:12px system-ui,sans-serif;background:#fff}.tick{fill:#444}.grid{stroke:#ddd}.zero{stroke:#222;\
stroke-dasharray:4 3}.extremes{stroke:#9db4cc}.dot{fill:#0b4f8a}.choice{fill:#444}";

/// The curve as a file of its own.
pub fn specification_curve_svg(grid: &Grid, results: &[CellResult]) -> String {
    let svg = render(grid, results).into_string();
    let inside = svg.find('>').map_or(0, |at| at + 1);
    format!("{}<style>{STYLE}</style>{}\n", &svg[..inside], &svg[inside..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_curve_keeps_its_ends() {
        let order: Vec<usize> = (0..10_000).collect();
        let drawn = thinned(&order);
        assert_eq!((drawn.len(), drawn[0], drawn[MOST - 1]), (MOST, 0, 9_999));
        assert_eq!(thinned(&order[..5]), [0, 1, 2, 3, 4]);
    }
}
