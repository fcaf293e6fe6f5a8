//! Two records side by side. Notes and sources are shown here, in the terminal, and nowhere else.

use tarazu_fuse::Reports;
use tarazu_fuse::review::Question;

use super::Loaded;

/// Columns of the names of the fields.
const NAMES: usize = 9;
/// Lines of one field.
const LINES: usize = 8;

/// A page: both records, field by field, what lies between them, and the keys.
pub fn page(loaded: &Loaded, question: &Question, number: usize, of: usize, width: usize) -> String {
    let reports = &loaded.reports;
    let (a, b) = (question.a, question.b);
    let column = (width.saturating_sub(NAMES + 4)) / 2;
    let mut text = format!("── pair {number} of {of} ");
    let drawn = text.chars().count();
    text.push_str(&"─".repeat(width.saturating_sub(drawn)));
    text.push('\n');
    for (name, value) in FIELDS {
        let (left, right) = (value(reports, a), value(reports, b));
        if left.is_empty() && right.is_empty() {
            continue;
        }
        let (left, right) = (wrapped(&left, column), wrapped(&right, column));
        for line in 0..left.len().max(right.len()).min(LINES) {
            let cell = |lines: &[String]| lines.get(line).cloned().unwrap_or_default();
            let name = if line == 0 { name } else { "" };
            let row = format!("{name:<NAMES$}  {}  {}", padded(&cell(&left), column), cell(&right));
            text.push_str(row.trim_end());
            text.push('\n');
        }
    }
    let between = between(reports, a, b);
    if !between.is_empty() {
        text.push_str(&format!("{:<NAMES$}  {between}\n", "apart"));
    }
    text.push_str("same, different, unsure, quit? [s d u q] ");
    text
}

type Field = (&'static str, fn(&Reports, usize) -> String);

const FIELDS: [Field; 12] = [
    ("event", |r, row| format!("{} {}", r.datasets()[r.dataset_of(row)], r.id(row))),
    ("when", when),
    ("where", place),
    ("what", |r, row| joined(r, row, &["event_type", "event_subtype"])),
    ("who", |r, row| r.actors(row).collect::<Vec<_>>().join(" / ")),
    ("target", |r, row| text(r, row, "target")),
    ("killed", killed),
    ("wounded", |r, row| r.wounded(row).map(|n| n.to_string()).unwrap_or_default()),
    ("as given", |r, row| joined(r, row, &["type_as_given", "category"])),
    ("located", located),
    ("source", |r, row| r.sources(row).collect::<Vec<_>>().join("; ")),
    ("notes", |r, row| text(r, row, "notes")),
];

fn text(reports: &Reports, row: usize, field: &str) -> String {
    reports.text(row, field).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn joined(reports: &Reports, row: usize, fields: &[&str]) -> String {
    let parts: Vec<String> = fields.iter().map(|f| text(reports, row, f)).filter(|t| !t.is_empty()).collect();
    parts.join(", ")
}

fn when(reports: &Reports, row: usize) -> String {
    let day = |n: i32| {
        let date = jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(i64::from(n)));
        date.strftime("%a %Y-%m-%d").to_string()
    };
    match reports.days(row) {
        Some((start, end)) if start == end => day(start),
        Some((start, end)) => format!("{} to {}", day(start), day(end)),
        None => String::new(),
    }
}

fn place(reports: &Reports, row: usize) -> String {
    joined(reports, row, &["place", "admin2", "admin1", "country"])
}

fn located(reports: &Reports, row: usize) -> String {
    let within = reports.radius_km(row).map(|km| format!(" within {km:.0} km")).unwrap_or_default();
    let at = reports.coordinates(row).map(|(north, east)| format!("{north:.3} {east:.3}{within}"));
    at.unwrap_or_default()
}

fn killed(reports: &Reports, row: usize) -> String {
    let [best, low, high] = reports.deaths(row);
    let best = best.map(|n| n.to_string());
    match (low, high) {
        (Some(low), Some(high)) if low != high => {
            format!("{}({low} to {high})", best.map(|b| format!("{b} ")).unwrap_or_default())
        }
        _ => best.or_else(|| low.or(high).map(|n| n.to_string())).unwrap_or_default(),
    }
}

/// What lies between the two in place and time.
fn between(reports: &Reports, a: usize, b: usize) -> String {
    let mut parts = Vec::new();
    if let (Some(a), Some(b)) = (reports.days(a), reports.days(b)) {
        let gap = (b.0 - a.1).max(a.0 - b.1).max(0);
        parts.push(match gap {
            0 => "dates meet".to_owned(),
            1 => "1 day".to_owned(),
            n => format!("{n} days"),
        });
    }
    if let (Some(a), Some(b)) = (reports.coordinates(a), reports.coordinates(b)) {
        parts.push(format!("{:.0} km", kilometres(a, b)));
    }
    parts.join(", ")
}

fn kilometres(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (north, east) = ((b.0 - a.0).to_radians(), (b.1 - a.1).to_radians());
    let h = (north / 2.0).sin().powi(2)
        + a.0.to_radians().cos() * b.0.to_radians().cos() * (east / 2.0).sin().powi(2);
    2.0 * 6371.0 * h.sqrt().min(1.0).asin()
}

fn padded(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(console::measure_text_width(text));
    format!("{text}{}", " ".repeat(missing))
}

/// Lines of at most `width` columns, broken between words where that can be. What could steer a terminal is left out.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in clean.split(' ').filter(|w| !w.is_empty()) {
        let mut word = word.to_owned();
        if !line.is_empty() {
            let together = console::measure_text_width(&line) + 1 + console::measure_text_width(&word);
            if together <= width {
                line.push(' ');
                line.push_str(&word);
                continue;
            }
            lines.push(std::mem::take(&mut line));
        }
        while console::measure_text_width(&word) > width {
            let cut = word.char_indices().map(|(at, _)| at).take(width.max(1) + 1).last().unwrap_or(0);
            let rest = word.split_off(cut.max(1).min(word.len()));
            lines.push(std::mem::replace(&mut word, rest));
        }
        line = word;
    }
    if !line.is_empty() {
        lines.push(line);
    }
    if lines.len() > LINES {
        lines.truncate(LINES);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn long_texts_are_broken_between_words_and_cannot_steer_the_terminal() {
        assert_eq!(wrapped("a bomb near the gate", 9), ["a bomb", "near the", "gate"]);
        assert_eq!(wrapped("unbreakable", 4), ["unbr", "eaka", "ble"]);
        assert_eq!(wrapped("red \u{1b}[31m alert", 20), ["red [31m alert"]);
        assert_eq!(wrapped("قلعہ عبداللہ", 5).len(), 3);
    }
}
