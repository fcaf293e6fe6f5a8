//! Fusion measured on the labelled sets: `cargo run --release -p tarazu-fuse --example labelled -- ../shared/data/labelled`.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::path::Path;
use std::time::Instant;

use tarazu_fuse::{ActorName, Fusion, Report, Reports, Settings, fuse};

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

fn synthetic(reports: &mut Reports, dataset: &str, path: &Path) -> Result<Vec<String>, Box<dyn Error>> {
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

fn maverick(reports: &mut Reports, folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
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

/// Pair F1 and B³ of a partition.
fn scores(incident: &[u32], truth: &[String]) -> (f64, f64, f64, f64) {
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

fn calibration(fusion: &Fusion, truth: &[String]) {
    let mut bins = vec![(0.0, 0.0, 0.0); 10];
    for link in &fusion.links {
        let bin = &mut bins[((link.probability * 10.0) as usize).min(9)];
        bin.0 += 1.0;
        bin.1 += f64::from(link.probability);
        bin.2 += f64::from(u8::from(truth[link.a as usize] == truth[link.b as usize]));
    }
    let n: f64 = bins.iter().map(|b| b.0).sum();
    let error: f64 = bins.iter().map(|b| (b.1 - b.2).abs()).sum::<f64>() / n.max(1.0);
    print!("  calibration error over {n} reported pairs {error:.4};");
    for b in bins {
        print!(" {:.2}/{:.2} ({})", b.1 / b.0.max(1.0), b.2 / b.0.max(1.0), b.0);
    }
    println!();
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "../shared/data/labelled".into());
    let folder = Path::new(&folder);
    for which in ["synthetic", "MAVERICK"] {
        let mut reports = Reports::new();
        let start = Instant::now();
        let truth = if which == "synthetic" {
            let mut truth = synthetic(&mut reports, "A", &folder.join("synthetic-20k-a.csv"))?;
            truth.extend(synthetic(&mut reports, "B", &folder.join("synthetic-20k-b.csv"))?);
            truth
        } else {
            maverick(&mut reports, folder)?
        };
        let read = start.elapsed();
        let start = Instant::now();
        let fusion = fuse(&reports, &Settings::default(), &[])?;
        let fused = start.elapsed();
        let (f1, precision, recall, b3) = scores(&fusion.incidents.by_row(), &truth);
        println!(
            "{which}: pair F1 {f1:.4} (precision {precision:.3}, recall {recall:.3}), B3 {b3:.4}; read {read:.1?}, fused {fused:.1?}"
        );
        calibration(&fusion, &truth);
        let mut distinct = truth.clone();
        distinct.sort();
        distinct.dedup();
        println!(
            "  incidents {} (interval {:?}), true {}",
            fusion.incidents.len(),
            fusion.count,
            distinct.len()
        );
        println!("  {:?}", fusion.blocking);
        for pair in &fusion.model.pairs {
            println!(
                "  matches {:.0} prior {:.2} repeats {:?} steps {}",
                pair.matches, pair.prior_bits, pair.repeats, pair.steps
            );
            if std::env::var_os("MODEL").is_some() {
                print!("{pair}");
            }
        }
        println!("  shares {:?}\n  {:?}", fusion.shares, fusion.capture_recapture);
    }
    Ok(())
}
