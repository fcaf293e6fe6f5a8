//! Simulated records as CSV: the canonical columns of `docs/events.md`, as far as a simulation fills them.

use super::{Dataset, Simulated};

/// The columns, in order.
const COLUMNS: [&str; 22] = [
    "event_id",
    "date_start",
    "date_end",
    "date_precision",
    "event_type",
    "event_subtype",
    "country",
    "admin2",
    "place",
    "latitude",
    "longitude",
    "place_precision",
    "radius_km",
    "actor1",
    "actor2",
    "target",
    "deaths_best",
    "deaths_low",
    "deaths_high",
    "wounded",
    "type_as_given",
    "subtype_as_given",
];

/// A cell; what has a mark of CSV in it is quoted.
fn cell(text: &mut String, value: Option<&str>) {
    let value = value.unwrap_or_default();
    if value.contains([',', '"', '\n']) {
        text.push_str(&format!("\"{}\"", value.replace('"', "\"\"")));
    } else {
        text.push_str(value);
    }
    text.push(',');
}

fn end_row(text: &mut String) {
    text.pop();
    text.push('\n');
}

impl Dataset {
    /// The records, as the dataset would publish them.
    pub fn to_csv(&self) -> String {
        let mut text = format!("{}\n", COLUMNS.join(","));
        for record in &self.records {
            let event = &record.event;
            let number = |n: Option<u32>| n.map(|n| n.to_string());
            let real = |n: Option<f64>| n.map(|n| n.to_string());
            let (place, deaths) = (&event.place, &event.deaths);
            let row: [Option<String>; COLUMNS.len()] = [
                Some(event.event_id.to_string()),
                Some(event.date.start.to_string()),
                Some(event.date.end.to_string()),
                Some(event.date.precision.name().into()),
                Some(event.kind.event_type.into()),
                event.kind.event_subtype.map(Into::into),
                place.country.as_deref().map(Into::into),
                place.admin2.as_deref().map(Into::into),
                place.name.as_deref().map(Into::into),
                real(place.coordinates.map(|c| c.0)),
                real(place.coordinates.map(|c| c.1)),
                place.precision.as_deref().map(Into::into),
                real(place.radius_km),
                event.actors[0].name.as_deref().map(Into::into),
                event.actors[1].name.as_deref().map(Into::into),
                event.target.as_deref().map(Into::into),
                number(deaths.best),
                number(deaths.low),
                number(deaths.high),
                number(event.wounded),
                event.type_as_given.as_deref().map(Into::into),
                event.subtype_as_given.as_deref().map(Into::into),
            ];
            for value in &row {
                cell(&mut text, value.as_deref());
            }
            end_row(&mut text);
        }
        text
    }
}

impl Simulated {
    /// Which record is of which incident, for measuring only.
    pub fn truth_csv(&self) -> String {
        let mut text = String::from("dataset,event_id,incident\n");
        for dataset in &self.datasets {
            for record in &dataset.records {
                cell(&mut text, Some(&dataset.name));
                cell(&mut text, Some(&record.event.event_id));
                cell(&mut text, Some(&record.incident.to_string()));
                end_row(&mut text);
            }
        }
        text
    }

    /// How many incidents at least one dataset records.
    pub fn recorded(&self) -> usize {
        let mut seen = vec![false; self.incidents.len()];
        for record in self.datasets.iter().flat_map(|d| &d.records) {
            if let Some(seen) = seen.get_mut(record.incident) {
                *seen = true;
            }
        }
        seen.into_iter().filter(|s| *s).count()
    }
}
