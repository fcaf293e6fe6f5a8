//! One estimate as a figure: observed and expected over time, their difference by period, and its running sum.

use maud::{Markup, html};
use tarazu_effects::{Estimate, Interval, Problem};

use super::chart::tenth;

const WIDTH: f64 = 1000.0;
const PANEL: f64 = 190.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 24.0;

const STYLE: &str = "svg{font:12px system-ui,sans-serif;background:#fff}.tick,.title{fill:#444}.title{font-weight:600}.grid{stroke:#ddd}\
.zero{stroke:#222;stroke-dasharray:4 3}.band{fill:#cfdceb}.expected{fill:none;stroke:#0b4f8a;stroke-dasharray:5 3}.observed{fill:none;stroke:#222}\
.start{stroke:#a33}";

/// The figure as a file of its own. Bands are intervals; the sum's are those of single periods added up only where the last is that of the
/// whole, so that none is drawn but at the end.
pub fn estimate_svg(times: &[String], problem: &Problem, estimate: &Estimate) -> String {
    let n = problem.outcome.len();
    let x = |t: usize| LEFT + t as f64 / (n.max(2) - 1) as f64 * (WIDTH - LEFT - RIGHT);
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
    let height = 3.0 * PANEL;
    let bands = |of: &[Interval]| -> Vec<(usize, Interval)> {
        after.iter().copied().zip(of.iter().copied()).collect()
    };
    let (expected, difference, whole) = (bands(&expected), bands(&difference), [(n - 1, cumulative)]);
    let panels = [
        panel("observed (solid) and expected (dashed, with interval)", &expected, &observed, false),
        panel("difference from expectation", &difference, &[], true),
        panel("running sum of the difference, with the interval of the whole", &whole, &running, true),
    ];
    let svg = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (WIDTH) " " (height) } role="img" aria-label=(label) {
            style { (STYLE) }
            @for (i, panel) in panels.iter().enumerate() {
                g transform={ "translate(0," (PANEL * i as f64) ")" } {
                    (panel.draw(&x))
                    line.start x1=(tenth(x(problem.start))) x2=(tenth(x(problem.start))) y1=(TOP) y2=(PANEL - BOTTOM) {}
                    @for t in ticks(n) {
                        text.tick x=(tenth(x(t))) y=(PANEL - 8.0) text-anchor="middle" { (times.get(t).map_or("", String::as_str)) }
                    }
                }
            }
        }
    };
    format!("{}\n", svg.into_string())
}

/// Six evenly spaced periods.
fn ticks(n: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..6).map(|i| i * (n - 1) / 5).collect();
    places.dedup();
    places
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
    fn draw(&self, x: &dyn Fn(usize) -> f64) -> Markup {
        let y = |v: f64| PANEL - BOTTOM - (v - self.low) / (self.high - self.low) * (PANEL - TOP - BOTTOM);
        let points = |of: &mut dyn Iterator<Item = (usize, f64)>| -> String {
            of.map(|(t, v)| format!("{:.1},{:.1}", x(t), y(v))).collect::<Vec<_>>().join(" ")
        };
        let upper = self.bands.iter().map(|(t, i)| (*t, i.high));
        let lower = self.bands.iter().rev().map(|(t, i)| (*t, i.low));
        html! {
            text.title x=(LEFT) y="14" { (self.title) }
            @for i in 0..=3_u32 {
                @let value = self.low + (self.high - self.low) * f64::from(i) / 3.0;
                line.grid x1=(LEFT) x2=(WIDTH - RIGHT) y1=(tenth(y(value))) y2=(tenth(y(value))) {}
                text.tick x=(LEFT - 6.0) y=(tenth(y(value) + 4.0)) text-anchor="end" { (short(value)) }
            }
            @if self.bands.len() == 1 {
                @for (t, i) in self.bands {
                    line.expected x1=(tenth(x(*t))) x2=(tenth(x(*t))) y1=(tenth(y(i.low))) y2=(tenth(y(i.high))) {}
                }
            } @else {
                polygon.band points=(points(&mut upper.chain(lower))) {}
                polyline.expected points=(points(&mut self.bands.iter().map(|(t, i)| (*t, i.estimate)))) {}
            }
            @if self.zero { line.zero x1=(LEFT) x2=(WIDTH - RIGHT) y1=(tenth(y(0.0))) y2=(tenth(y(0.0))) {} }
            @if !self.line.is_empty() { polyline.observed points=(points(&mut self.line.iter().copied())) {} }
        }
    }
}

/// A number with as many digits as a tick has room for.
fn short(value: f64) -> String {
    if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}
