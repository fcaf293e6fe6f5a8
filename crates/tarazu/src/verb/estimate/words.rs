//! An estimate in words and as a table, after the report of CausalImpact.

use serde_json::{Map, Value, json};
use tarazu_effects::{Estimate as Answer, Interval, Problem, power};

use crate::report::Failure;

/// An estimate and what was asked.
pub struct Report<'a> {
    pub outcome: &'a str,
    pub start: &'a str,
    pub problem: &'a Problem,
    pub answer: &'a Answer,
    /// Names of the covariates, then of the donors.
    pub names: &'a [&'a str],
    /// The average difference without each donor that has weight.
    pub without: &'a [(String, f64)],
    /// Relative difference and p if it began so many times earlier.
    pub earlier: &'a [(usize, Interval, f64)],
}

/// Relative differences at which the power is given.
const DIFFERENCES: [f64; 8] = [-0.75, -0.5, -0.3, -0.2, 0.2, 0.5, 1.0, 2.0];

impl Report<'_> {
    fn power(&self) -> Vec<(f64, f64)> {
        // From the error that the smallest detectable difference has: where earlier dates were asked, the larger of theirs and the model's.
        let level = self.answer.specification.level;
        let error = self.answer.diagnostics.smallest_detectable.log_error(level);
        DIFFERENCES.iter().map(|d| (*d, power(*d, error, level))).collect()
    }

    /// The answer with names for weights, and what only this report has.
    pub fn json(&self) -> Result<Value, Failure> {
        let mut value = serde_json::to_value(self.answer)?;
        if !self.answer.weights.is_empty() {
            let weights: Map<String, Value> = self
                .names
                .iter()
                .zip(&self.answer.weights)
                .map(|(n, w)| ((*n).to_owned(), json!(w)))
                .collect();
            value["weights"] = Value::Object(weights);
        }
        let power = self
            .power()
            .into_iter()
            .map(|(difference, power)| json!({ "relative": difference, "power": power }));
        value["diagnostics"]["power"] = power.collect();
        if !self.without.is_empty() {
            let without = self.without.iter().map(|(donor, average)| (donor.clone(), json!(average)));
            value["diagnostics"]["average_without_donor"] = Value::Object(without.collect());
        }
        if !self.earlier.is_empty() {
            let earlier = self
                .earlier
                .iter()
                .map(|(by, relative, p)| json!({ "earlier_by": by, "relative": relative, "p": p }));
            value["diagnostics"]["anticipation"] = earlier.collect();
        }
        Ok(value)
    }
}

pub fn words(report: &Report<'_>) -> String {
    let Report { outcome, start, problem, answer, .. } = report;
    let d = &answer.difference;
    let periods = problem.after().len() as f64;
    let total: f64 = problem.after().iter().sum();
    let observed = total / periods;
    let share = format!("{}%", 100.0 * answer.specification.level);
    let outside = d.relative.low > 0.0 || d.relative.high < 0.0;
    let mut text = format!(
        "After {start}, `{outcome}` was {observed:.3} on average over {} periods; {:.3} was expected from the {} periods before.\n\
         The {share} interval of the difference {} zero (p = {:.4}).\n\n",
        answer.specification.periods_after,
        observed - d.average.estimate,
        answer.specification.periods_before,
        if outside { "leaves out" } else { "holds" },
        answer.p
    );
    let mut line = |name: &str, average: String, cumulative: String| {
        text.push_str(&format!("{name:<14}{average:>32}{cumulative:>36}\n"));
    };
    let ends = |i: Interval| format!("[{:.3}, {:.3}]", i.low, i.high);
    let expected =
        |i: Interval, of: f64| Interval { estimate: of - i.estimate, low: of - i.high, high: of - i.low };
    let (average, cumulative) = (expected(d.average, observed), expected(d.cumulative, total));
    line("", "average".into(), "cumulative".into());
    line("observed", format!("{observed:.3}"), format!("{total:.3}"));
    line("expected", format!("{:.3}", average.estimate), format!("{:.3}", cumulative.estimate));
    line("", ends(average), ends(cumulative));
    line("difference", format!("{:.3}", d.average.estimate), format!("{:.3}", d.cumulative.estimate));
    line("", ends(d.average), ends(d.cumulative));
    let percent = Interval {
        estimate: 100.0 * d.relative.estimate,
        low: 100.0 * d.relative.low,
        high: 100.0 * d.relative.high,
    };
    line(
        "relative",
        format!("{:+.1}%", percent.estimate),
        format!("[{:+.1}%, {:+.1}%]", percent.low, percent.high),
    );

    let s = &answer.diagnostics.smallest_detectable;
    text.push_str(&format!(
        "\nfit before: R² {:.3}; smallest detectable difference: {:.1}% or +{:.1}%\n",
        answer.diagnostics.pre_period.r_squared,
        100.0 * s.decrease,
        100.0 * s.increase
    ));
    let power: Vec<String> =
        report.power().iter().map(|(d, p)| format!("{:+.0}%: {:.0}%", 100.0 * d, 100.0 * p)).collect();
    text.push_str(&format!("power to show a difference of {}\n", power.join(", ")));
    if let Some(placebo) = &answer.diagnostics.placebo_in_time {
        text.push_str(&format!(
            "placebo in time: {} of {} earlier dates show a difference",
            placebo.significant, placebo.dates
        ));
        text.push_str(&placebo.rank_p.map_or("\n".into(), |p| format!("; rank p {p:.3}\n")));
    }
    for (ahead, relative, p) in report.earlier {
        text.push_str(&format!(
            "had it begun {ahead} earlier: {:+.1}% [{:+.1}%, {:+.1}%], p = {p:.4}\n",
            100.0 * relative.estimate,
            100.0 * relative.low,
            100.0 * relative.high
        ));
    }
    let mut weights: Vec<(&&str, &f64)> = report.names.iter().zip(&answer.weights).collect();
    weights.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    for (name, weight) in weights.iter().filter(|(_, w)| w.abs() > 1e-4) {
        let without = report.without.iter().find(|(donor, _)| donor == **name);
        let without = without.map_or(String::new(), |(_, average)| {
            format!("; without it the average difference is {average:.3}")
        });
        text.push_str(&format!("weight {weight:.4}: {name}{without}\n"));
    }
    for choice in &answer.specification.choices {
        text.push_str(&format!("{choice}\n"));
    }
    for (name, value) in &answer.diagnostics.parameters {
        text.push_str(&format!("{name}: {value:.6}\n"));
    }
    for warning in &answer.warnings {
        text.push_str(&format!("warning: {warning}\n"));
    }
    text
}
