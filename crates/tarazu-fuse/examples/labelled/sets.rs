//! The labelled sets as reports, and scores of an answer: used by the example and by the tests.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::path::Path;

use tarazu_fuse::{ActorName, Fusion, Report, Reports};

type Table = (HashMap<String, usize>, Vec<csv::StringRecord>);

fn table(path: &Path) -> Result<Table, Box<dyn Error>> {
    let mut reader = csv::Reader::from_path(path)?;
    let headings = reader.headers()?.iter().enumerate().map(|(n, h)| (h.to_owned(), n)).collect();
    Ok((headings, reader.records().collect::<Result<_, _>>()?))
}

fn cell<'a>((headings, _): &Table, row: &'a csv::StringRecord, name: &str) -> Option<&'a str> {
    row.get(*headings.get(name)?).filter(|t| !t.is_empty())
}

fn number<T: std::str::FromStr>(table: &Table, row: &csv::StringRecord, name: &str) -> Option<T> {
    cell(table, row, name)?.parse().ok()
}

/// Days since 1970-01-01 of `YYYY-MM-DD`.
fn day(text: &str) -> Option<i32> {
    let mut parts = text.split('-').map(str::parse::<i32>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) = (parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// A synthetic set; answers with its true incidents.
pub fn synthetic(reports: &mut Reports, dataset: &str, path: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let t = table(path)?;
    let mut truth = Vec::new();
    for row in &t.1 {
        let names = ["actor1", "actor2"].map(|a| ActorName { id: None, name: cell(&t, row, a) });
        reports.push(&Report {
            dataset,
            id: cell(&t, row, "unique_id").unwrap_or_default(),
            date_start: cell(&t, row, "date").and_then(day),
            latitude: number(&t, row, "lat"),
            longitude: number(&t, row, "lon"),
            place_precision: cell(&t, row, "geo_prec"),
            actors: &names,
            event_type: cell(&t, row, "etype_c"),
            type_as_given: cell(&t, row, "etype"),
            actor_type: cell(&t, row, "actor_cat"),
            deaths_best: number::<f64>(&t, row, "fatal").map(|d| d as u32),
            ..Report::default()
        })?;
        truth.push(cell(&t, row, "true_id").unwrap_or_default().to_owned());
    }
    Ok(truth)
}

/// MAVERICK; answers with its coders' events.
pub fn maverick(reports: &mut Reports, folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let t = table(&folder.join("maverick-ivory-coast-reports.csv"))?;
    let truth = table(&folder.join("maverick-ivory-coast-truth.csv"))?;
    let of: HashMap<&str, &str> = truth.1.iter().map(|r| (&r[0], &r[1])).collect();
    let mut events = Vec::new();
    for row in &t.1 {
        let mut names = Vec::new();
        let mut tags: Vec<&str> = Vec::new();
        for n in 1..=6 {
            names.push(ActorName {
                id: cell(&t, row, &format!("actor{n}_id")),
                name: cell(&t, row, &format!("actor{n}")),
            });
            for tag in cell(&t, row, &format!("actor{n}_violence")).unwrap_or_default().split("; ") {
                if !tag.is_empty() && !tags.contains(&tag) {
                    tags.push(tag);
                }
            }
        }
        let id = cell(&t, row, "id").unwrap_or_default();
        let place = [cell(&t, row, "city"), cell(&t, row, "location")]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ");
        let (start, end) =
            (cell(&t, row, "date_start").and_then(day), cell(&t, row, "date_end").and_then(day));
        let source = cell(&t, row, "source").unwrap_or_default();
        reports.push(&Report {
            dataset: "MAVERICK",
            id,
            date_start: start,
            // One row ends before it begins: its end is taken for missing.
            date_end: end.filter(|&end| start.is_some_and(|start| end >= start)),
            latitude: number(&t, row, "latitude"),
            longitude: number(&t, row, "longitude"),
            place_precision: cell(&t, row, "geo_precision"),
            actors: &names,
            actor_type: cell(&t, row, "actor1_type"),
            category: cell(&t, row, "event_context"),
            tags: &tags,
            deaths_best: number(&t, row, "deaths_best"),
            deaths_low: number(&t, row, "deaths_low"),
            deaths_high: number(&t, row, "deaths_high"),
            wounded: number(&t, row, "injuries_best"),
            place: Some(&place),
            target: cell(&t, row, "target"),
            sources: &[source],
            ..Report::default()
        })?;
        events.push((*of.get(id).ok_or("a report without truth")?).to_owned());
    }
    Ok(events)
}

/// Pair F1, precision, recall, and B³ of a partition.
pub fn scores(incident: &[u32], truth: &[String]) -> (f64, f64, f64, f64) {
    let mut both: BTreeMap<(u32, &str), f64> = BTreeMap::new();
    let (mut found, mut real) = (BTreeMap::<u32, f64>::new(), BTreeMap::<&str, f64>::new());
    for (&i, t) in incident.iter().zip(truth) {
        *both.entry((i, t)).or_default() += 1.0;
        *found.entry(i).or_default() += 1.0;
        *real.entry(t).or_default() += 1.0;
    }
    let pairs = |n: &f64| n * (n - 1.0) / 2.0;
    let right: f64 = both.values().map(pairs).sum();
    let precision = right / found.values().map(pairs).sum::<f64>().max(1.0);
    let recall = right / real.values().map(pairs).sum::<f64>().max(1.0);
    let all = truth.len() as f64;
    let p: f64 = both.iter().map(|((i, _), n)| n * n / found[i]).sum::<f64>() / all;
    let r: f64 = both.iter().map(|((_, t), n)| n * n / real[t]).sum::<f64>() / all;
    (2.0 * precision * recall / (precision + recall), precision, recall, 2.0 * p * r / (p + r))
}

/// Expected calibration error over tenths, share of true ones among pairs given at least 0.9, and tenths: pairs, mean, true.
pub fn calibration(fusion: &Fusion, truth: &[String]) -> (f64, f64, Vec<(f64, f64, f64)>) {
    let mut bins = vec![(0.0, 0.0, 0.0); 10];
    for link in &fusion.links {
        let bin = &mut bins[((link.probability * 10.0) as usize).min(9)];
        bin.0 += 1.0;
        bin.1 += f64::from(link.probability);
        bin.2 += f64::from(u8::from(truth[link.a as usize] == truth[link.b as usize]));
    }
    let n: f64 = bins.iter().map(|b| b.0).sum();
    let error = bins.iter().map(|b| (b.1 - b.2).abs()).sum::<f64>() / n.max(1.0);
    (error, bins[9].2 / bins[9].0.max(1.0), bins)
}
