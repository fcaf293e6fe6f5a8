//! Why two events are or are not one incident, in bits of evidence.

use std::fmt::Write;

use serde_json::json;
use tarazu_fuse::{Fusion, Reports, Waterfall};

use super::input::Loaded;
use crate::report::{Failure, print, print_json};

/// Print the waterfall of two events.
pub fn explain(loaded: &Loaded, fusion: &Fusion, pair: &[String], json: bool) -> Result<(), Failure> {
    let rows: Result<Vec<usize>, Failure> = pair.iter().map(|name| row(&loaded.reports, name)).collect();
    let rows = rows?;
    if rows[0] == rows[1] {
        return Err(Failure::Usage("--explain: found one event twice, expected two".into()));
    }
    let waterfall = fusion.explain(&loaded.reports, rows[0], rows[1]);
    if json {
        print_json(&as_json(&loaded.reports, &waterfall))
    } else {
        print(&words(&loaded.reports, &waterfall))
    }
}

/// The row of `DATASET:ID`, or of an id that only one dataset has.
fn row(reports: &Reports, name: &str) -> Result<usize, Failure> {
    for (at, _) in name.match_indices(':') {
        if let Some(row) = reports.find(&name[..at], &name[at + 1..]) {
            return Ok(row);
        }
    }
    let found: Vec<usize> = reports.datasets().iter().filter_map(|d| reports.find(d, name)).collect();
    match found.as_slice() {
        [row] => Ok(*row),
        [] => {
            let datasets: Vec<String> = reports.datasets().iter().map(|d| format!("`{d}`")).collect();
            let datasets = datasets.join(", ");
            Err(Failure::Message(format!(
                "--explain {name}: no such event; expected DATASET:ID of {datasets}"
            )))
        }
        several => {
            let names: Vec<String> = several.iter().map(|row| label(reports, *row)).collect();
            Err(Failure::Message(format!("--explain {name}: several datasets have it: {}", names.join(", "))))
        }
    }
}

fn label(reports: &Reports, row: usize) -> String {
    format!("{}:{}", reports.datasets()[reports.dataset_of(row)], reports.id(row))
}

/// Columns of a bar on either side of zero.
const HALF: usize = 16;
/// Bits that fill them.
const FULL: f64 = 16.0;

fn bar(bits: f64) -> String {
    let length = ((bits.abs() / FULL * HALF as f64).round() as usize).min(HALF);
    if bits < 0.0 {
        format!("{:>HALF$}|", "█".repeat(length))
    } else {
        format!("{:>HALF$}|{}", "", "█".repeat(length))
    }
}

fn words(reports: &Reports, w: &Waterfall) -> String {
    let mut text = format!("{}\n{}\n\n", label(reports, w.a), label(reports, w.b));
    if let Some(reason) = &w.not_compared {
        let _ = writeln!(text, "not compared: {reason}");
    }
    let names = w.steps.iter().map(|s| s.name.chars().count()).max().unwrap_or(0);
    let levels = w.steps.iter().map(|s| s.level.chars().count()).max().unwrap_or(0);
    let mut sum = 0.0;
    if !w.steps.is_empty() {
        let _ = writeln!(text, "{:names$}  {:levels$}    bits     sum", "", "");
    }
    for step in &w.steps {
        sum += step.bits;
        let line = format!(
            "{:<names$}  {:<levels$}  {:>+6.2}  {sum:>+6.2}  {}",
            step.name,
            step.level,
            step.bits,
            bar(step.bits)
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    if let Some(rule) = &w.forbidden {
        let _ = writeln!(text, "forbidden: {rule}");
    }
    let outcome = if w.joined { "one incident" } else { "not one incident" };
    let _ = writeln!(text, "\nprobability {:.4}: {outcome}", w.probability);
    text
}

fn as_json(reports: &Reports, w: &Waterfall) -> serde_json::Value {
    let steps: Vec<_> =
        w.steps.iter().map(|s| json!({ "name": s.name, "level": s.level, "bits": s.bits })).collect();
    json!({
        "a": label(reports, w.a),
        "b": label(reports, w.b),
        "steps": steps,
        "probability": w.probability,
        "joined": w.joined,
        "forbidden": w.forbidden,
        "not_compared": w.not_compared,
    })
}
