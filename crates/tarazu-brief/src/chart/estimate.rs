//! One estimate as a figure: observed and expected over time, their difference by period, and its running sum.

use tarazu_effects::{Estimate, Interval, Problem};

use super::WIDE;
use super::drawing::{Anchor, Drawing, path};
use super::theme::{Role, Theme};

const PANEL: f64 = 190.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 24.0;

/// The figure as a file of its own. Bands are intervals; the sum's are those of single periods added up only where the last is that of the
/// whole, so that none is drawn but at the end.
pub fn estimate_svg(times: &[String], problem: &Problem, estimate: &Estimate) -> String {
    let n = problem.outcome.len();
    let x = |t: usize| LEFT + t as f64 / (n.max(2) - 1) as f64 * (WIDE - LEFT - RIGHT);
    let after: Vec<usize> = estimate.by_period.iter().map(|p| p.index).collect();
    let expected: Vec<Interval> = estimate.by_period.iter().map(|p| p.expected).collect();
    let difference: Vec<Interval> = estimate.by_period.iter().map(|p| p.difference).collect();
    let mut sum = 0.0;
    let running: Vec<(usize, f64)> = estimate
        .by_period
        .iter()
        .map(|p| {
            sum += p.difference.estimate;
            (p.index, sum)
        })
        .collect();
    let observed: Vec<(usize, f64)> = problem.outcome.iter().copied().enumerate().collect();
    let cumulative = estimate.difference.cumulative;
    let label = format!(
        "Observed and expected over {n} periods, the difference in each of the {} after, and its sum: {:.1}, between {:.1} and {:.1}.",
        after.len(),
        cumulative.estimate,
        cumulative.low,
        cumulative.high
    );
    let bands = |of: &[Interval]| -> Vec<(usize, Interval)> {
        after.iter().copied().zip(of.iter().copied()).collect()
    };
    let (expected, difference, whole) = (bands(&expected), bands(&difference), [(n.max(1) - 1, cumulative)]);
    let panels = [
        panel("observed (solid) and expected (dashed, with interval)", &expected, &observed, false),
        panel("difference from expectation", &difference, &[], true),
        panel("running sum of the difference, with the interval of the whole", &whole, &running, true),
    ];
    let mut drawing = Drawing::new(WIDE);
    drawing.height = 3.0 * PANEL;
    for (i, panel) in panels.iter().enumerate() {
        let top = PANEL * i as f64;
        panel.draw(&mut drawing, top, &x);
        let start = x(problem.start);
        drawing.line((start, top + TOP), (start, top + PANEL - BOTTOM), Role::Mark);
        for t in ticks(n) {
            let words = times.get(t).map_or("", String::as_str);
            drawing.text((x(t), top + PANEL - 8.0), words, 12.0, tick_anchor(t, n), Role::Soft);
        }
    }
    format!("{}\n", drawing.svg(Theme::Print, "estimate", &label))
}

/// Six evenly spaced periods.
fn ticks(n: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..6).map(|i| i * (n.max(1) - 1) / 5).collect();
    places.dedup();
    places
}

/// The last tick ends where the figure ends.
fn tick_anchor(t: usize, n: usize) -> Anchor {
    if t + 1 == n { Anchor::End } else { Anchor::Middle }
}

struct PanelOf<'a> {
    title: &'a str,
    bands: &'a [(usize, Interval)],
    line: &'a [(usize, f64)],
    zero: bool,
    low: f64,
    high: f64,
}

fn panel<'a>(
    title: &'a str,
    bands: &'a [(usize, Interval)],
    line: &'a [(usize, f64)],
    zero: bool,
) -> PanelOf<'a> {
    let values = bands.iter().flat_map(|(_, i)| [i.low, i.high]).chain(line.iter().map(|(_, v)| *v));
    let (mut low, mut high) =
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    if zero {
        (low, high) = (low.min(0.0), high.max(0.0));
    }
    if high <= low {
        (low, high) = (low - 1.0, low + 1.0);
    }
    PanelOf { title, bands, line, zero, low, high }
}

impl PanelOf<'_> {
    fn draw(&self, drawing: &mut Drawing, top: f64, x: &dyn Fn(usize) -> f64) {
        let y =
            |v: f64| top + PANEL - BOTTOM - (v - self.low) / (self.high - self.low) * (PANEL - TOP - BOTTOM);
        let end = WIDE - RIGHT;
        drawing.bold((LEFT, top + 14.0), self.title, 12.0, Anchor::Start, Role::Soft);
        for i in 0..=3_u32 {
            let value = self.low + (self.high - self.low) * f64::from(i) / 3.0;
            drawing.line((LEFT, y(value)), (end, y(value)), Role::Grid);
            drawing.text((LEFT - 6.0, y(value) + 4.0), tick_words(value), 12.0, Anchor::End, Role::Soft);
        }
        if let [(t, i)] = self.bands {
            drawing.line((x(*t), y(i.low)), (x(*t), y(i.high)), Role::Expected);
        } else {
            let mut points: Vec<(f64, f64)> = self.bands.iter().map(|(t, i)| (x(*t), y(i.high))).collect();
            points.extend(self.bands.iter().rev().map(|(t, i)| (x(*t), y(i.low))));
            drawing.path(path(&points, true), Role::Band);
            let middle: Vec<(f64, f64)> = self.bands.iter().map(|(t, i)| (x(*t), y(i.estimate))).collect();
            drawing.path(path(&middle, false), Role::Expected);
        }
        if self.zero {
            drawing.line((LEFT, y(0.0)), (end, y(0.0)), Role::Zero);
        }
        let points: Vec<(f64, f64)> = self.line.iter().map(|(t, v)| (x(*t), y(*v))).collect();
        drawing.path(path(&points, false), Role::Observed);
    }
}

/// A number with as many digits as a tick has room for.
fn tick_words(value: f64) -> String {
    if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}
