//! Links and incidents as CSV. No notes and no sources: those stay with the datasets.

use super::day;
use crate::fusion::{Fusion, Incidents};
use crate::identity::Former;
use crate::reconcile::reconcile;
use crate::reports::Reports;

/// A line of CSV.
#[derive(Default)]
pub(crate) struct Line(String);

impl Line {
    pub(crate) fn text(&mut self, value: &str) {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        if value.contains([',', '"', '\n', '\r']) {
            self.0.push('"');
            self.0.push_str(&value.replace('"', "\"\""));
            self.0.push('"');
        } else if value.is_empty() && self.0.is_empty() {
            // An empty first cell must still be a cell.
            self.0.push_str("\"\"");
        } else {
            self.0.push_str(value);
        }
    }

    fn value(&mut self, value: Option<impl ToString>) {
        self.text(&value.map(|v| v.to_string()).unwrap_or_default());
    }

    pub(crate) fn end(self, text: &mut String) {
        text.push_str(&self.0);
        text.push('\n');
    }
}

/// How a report is named within a cell that may name several: `dataset:id`, several divided by `; `.
fn name(reports: &Reports, row: u32) -> String {
    format!("{}:{}", reports.datasets()[reports.dataset_of(row as usize)], reports.id(row as usize))
}

fn names(reports: &Reports, rows: &[u32]) -> String {
    rows.iter().map(|row| name(reports, *row)).collect::<Vec<_>>().join("; ")
}

/// Every pair that is kept, with its probability: `dataset_a,id_a,dataset_b,id_b,probability,bits,joined`.
pub fn links_csv(reports: &Reports, fusion: &Fusion) -> String {
    let mut text = String::from("dataset_a,id_a,dataset_b,id_b,probability,bits,joined\n");
    for link in &fusion.links {
        let mut line = Line::default();
        for row in [link.a as usize, link.b as usize] {
            line.text(&reports.datasets()[reports.dataset_of(row)]);
            line.text(reports.id(row));
        }
        line.text(&format!("{:.4}", link.probability));
        line.text(&format!("{:.2}", link.bits));
        line.text(if link.joined { "true" } else { "false" });
        line.end(&mut text);
    }
    text
}

/// What stands for each dataset beside what is reconciled.
const OWN: [&str; 8] =
    ["ids", "date_start", "date_end", "place", "actors", "deaths_best", "deaths_low", "deaths_high"];

/// Incidents: id, members, reconciled values each with the report that it is from, and every dataset's own values.
pub fn incidents_csv(reports: &Reports, incidents: &Incidents, ids: &[String]) -> String {
    let mut line = Line::default();
    for heading in [
        "incident",
        "members",
        "datasets",
        "date_start",
        "date_end",
        "date_from",
        "latitude",
        "longitude",
        "place_from",
        "deaths_best",
        "deaths_best_from",
        "deaths_low",
        "deaths_low_from",
        "deaths_high",
        "deaths_high_from",
        "wounded",
        "wounded_from",
    ] {
        line.text(heading);
    }
    let mut datasets: Vec<usize> = (0..reports.datasets().len()).collect();
    datasets.sort_by(|a, b| reports.datasets()[*a].cmp(&reports.datasets()[*b]));
    for &dataset in &datasets {
        for own in OWN {
            line.text(&format!("{}: {own}", reports.datasets()[dataset]));
        }
    }
    let mut text = String::new();
    line.end(&mut text);
    let mut order: Vec<usize> = (0..incidents.len()).collect();
    let first_day = |incident: usize| {
        incidents.members(incident).iter().filter_map(|r| reports.days(*r as usize)).map(|d| d.0).min()
    };
    order.sort_by(|a, b| first_day(*a).cmp(&first_day(*b)).then_with(|| ids[*a].cmp(&ids[*b])));
    for incident in order {
        let members = incidents.members(incident);
        let mut line = Line::default();
        line.text(&ids[incident]);
        line.text(&names(reports, members));
        let held = datasets.iter().filter(|d| members.iter().any(|r| reports.dataset_of(*r as usize) == **d));
        line.value(Some(held.count()));
        let it = reconcile(reports, members);
        let from = |row: Option<u32>| row.map(|row| name(reports, row));
        line.value(it.days.map(|d| day(d.0)));
        line.value(it.days.map(|d| day(d.1)));
        line.value(from(it.days_from));
        line.value(it.coordinates.map(|c| format!("{:.5}", c.0)));
        line.value(it.coordinates.map(|c| format!("{:.5}", c.1)));
        line.value(from(it.coordinates_from));
        for value in [it.deaths_best, it.deaths_low, it.deaths_high, it.wounded] {
            line.value(value.map(|v| v.0));
            line.value(from(value.map(|v| v.1)));
        }
        for &dataset in &datasets {
            own_values(reports, members, dataset, &mut line);
        }
        line.end(&mut text);
    }
    text
}

/// What one dataset says of an incident; of several reports each, divided by `; `.
fn own_values(reports: &Reports, members: &[u32], dataset: usize, line: &mut Line) {
    let rows: Vec<usize> =
        members.iter().map(|r| *r as usize).filter(|r| reports.dataset_of(*r) == dataset).collect();
    let mut each = |value: &dyn Fn(usize) -> Option<String>| {
        let values: Vec<String> = rows.iter().map(|row| value(*row).unwrap_or_default()).collect();
        line.text(&if values.iter().all(String::is_empty) { String::new() } else { values.join("; ") });
    };
    each(&|row| Some(reports.id(row).to_owned()));
    each(&|row| reports.days(row).map(|d| day(d.0).to_string()));
    each(&|row| reports.days(row).map(|d| day(d.1).to_string()));
    each(&|row| reports.text(row, "place").map(str::to_owned));
    each(&|row| Some(reports.actors(row).collect::<Vec<_>>().join(" / ")));
    for bound in 0..3 {
        each(&|row| reports.deaths(row)[bound].map(|n| n.to_string()));
    }
}

/// The incidents of an earlier fusion, from the file that [`incidents_csv`] made of it.
///
/// # Errors
/// What was found and expected, with its line.
pub fn former_from_csv(text: &[u8]) -> Result<Former, String> {
    let mut reader = csv::Reader::from_reader(text);
    let headings = reader.headers().map_err(|e| e.to_string())?.clone();
    let incident = headings.iter().position(|h| h == "incident");
    let own: Vec<(usize, String)> = headings
        .iter()
        .enumerate()
        .filter_map(|(at, h)| h.strip_suffix(": ids").map(|dataset| (at, dataset.to_owned())))
        .collect();
    let (Some(incident), false) = (incident, own.is_empty()) else {
        return Err(
            "line 1: expected the columns `incident` and `DATASET: ids`, as `tarazu fuse --incidents` \
                    writes them"
                .into(),
        );
    };
    let mut former = Former::new();
    for record in reader.records() {
        let record = record.map_err(|e| e.to_string())?;
        let id = record.get(incident).unwrap_or_default();
        for (at, dataset) in &own {
            for report in record.get(*at).unwrap_or_default().split("; ").filter(|r| !r.is_empty()) {
                former.insert(dataset, report, id);
            }
        }
    }
    Ok(former)
}
