//! Time and memory of a fusion of two datasets of N reports: `cargo run --release -p tarazu-fuse --example scale -- 1000000`.
//!
//! There are as many reports of a town at every size, and the more towns the larger N; land and days are the same, so that towns lie nearer to
//! each other and the pairs compared grow faster than N from some size on. With a folder as second argument the two datasets are written there
//! as CSV, for other tools to read.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tarazu_fuse::{ActorName, Report, Reports, Settings, fuse};

const GROUPS: [&str; 8] =
    ["Front", "Army", "Brigade", "Movement", "Militia", "Council", "Police", "Liberation Army"];
const SYLLABLES: [&str; 12] = ["ba", "dar", "ko", "mu", "zan", "qu", "shi", "tal", "wa", "ne", "hez", "ru"];

fn name(mut number: u64) -> String {
    let group = GROUPS[(number % 8) as usize];
    number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let mut text = String::new();
    for _ in 0..4 {
        text.push_str(SYLLABLES[(number % 12) as usize]);
        number /= 12;
    }
    format!("{text} {group}")
}

/// Seconds of CPU that the process has used, by Linux's count of hundredths.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = stat.split_whitespace().skip(13).take(2).filter_map(|t| t.parse::<u64>().ok());
    ticks.sum::<u64>() as f64 / 100.0
}

#[derive(Clone)]
struct Happened {
    day: i32,
    place: (f64, f64),
    actors: [u64; 2],
    kind: usize,
    deaths: u32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let count: usize = std::env::args().nth(1).unwrap_or_else(|| "100000".into()).parse()?;
    let folder = std::env::args().nth(2);
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut uniform = move || -> f64 { random.random_range(0.0..1.0) };
    let (towns, days) = ((count / 8).max(10), 7_000);
    let centres: Vec<(f64, f64)> =
        (0..towns).map(|_| (uniform() * 70.0 - 20.0, uniform() * 160.0 - 20.0)).collect();
    // 1.6 N incidents, 0.4 N of them in both datasets; a fifth in bouts around a town.
    let mut incidents: Vec<Happened> = Vec::new();
    while incidents.len() < count * 8 / 5 {
        let town = (uniform().powi(2) * towns as f64) as usize;
        let (day, bout) = ((uniform() * f64::from(days)) as i32, if uniform() < 0.04 { 6 } else { 1 });
        let actor = (town % 997) as u64 + (uniform() * 3.0) as u64;
        for _ in 0..bout {
            let deaths = (-(1.0 - uniform()).ln() * 2.0) as u32;
            incidents.push(Happened {
                day: day + (uniform() * 3.0) as i32 * i32::from(bout > 1),
                place: (centres[town].0 + uniform() * 0.1, centres[town].1 + uniform() * 0.1),
                actors: [actor, 2_000 + (uniform() * 300.0) as u64],
                kind: (uniform() * 5.0) as usize,
                deaths,
            });
        }
    }
    let mut reports = Reports::new();
    let mut truth = Vec::new();
    for (d, dataset) in ["A", "B"].into_iter().enumerate() {
        let mut file = match &folder {
            Some(folder) => {
                Some(BufWriter::new(File::create(Path::new(folder).join(format!("{dataset}.csv")))?))
            }
            None => None,
        };
        if let Some(file) = &mut file {
            writeln!(file, "unique_id,true_id,day,lat,lon,actor1,actor2,etype,fatal,geo_prec")?;
        }
        let first = if d == 0 { 0 } else { count * 3 / 5 };
        for n in 0..count {
            let number = first + n;
            let h = &incidents[number];
            let precision = if uniform() < 0.75 { 0 } else { 1 + usize::from(uniform() < 0.3) };
            let jitter = [0.01, 0.12, 0.5][precision];
            let place = (h.place.0 + (uniform() - 0.5) * jitter, h.place.1 + (uniform() - 0.5) * jitter);
            let late = if uniform() < 0.2 { (uniform() * 3.0) as i32 } else { 0 };
            let names = h.actors.map(|a| {
                let mut text = name(a);
                if uniform() < 0.05 {
                    text.pop();
                } else if uniform() < 0.1 {
                    text = text[..4].to_owned() + &text[8..];
                }
                text
            });
            let hidden = uniform() < 0.1;
            let actors = [0, 1].map(|n: usize| ActorName {
                id: None,
                name: (n == 0 || !hidden).then_some(names[n].as_str()),
            });
            let kind = if uniform() < 0.85 { h.kind } else { (uniform() * 5.0) as usize };
            let kind = format!("{dataset}{kind}");
            let deaths = if uniform() < 0.7 { h.deaths } else { h.deaths + (uniform() * 3.0) as u32 };
            let code = (precision + 1).to_string();
            let id = format!("{dataset}{n}");
            if let Some(file) = &mut file {
                let second = actors[1].name.unwrap_or("");
                let (latitude, longitude) = place;
                writeln!(
                    file,
                    "{id},{number},{},{latitude:.5},{longitude:.5},{},{second},{kind},{deaths},{code}",
                    h.day + late,
                    names[0]
                )?;
            }
            reports.push(&Report {
                dataset,
                id: &id,
                date_start: Some(h.day + late),
                latitude: Some(place.0),
                longitude: Some(place.1),
                place_precision: Some(&code),
                actors: &actors,
                type_as_given: Some(&kind),
                deaths_best: Some(deaths),
                ..Report::default()
            })?;
            truth.push(number as u32);
        }
    }
    drop(incidents);
    let (start, before) = (Instant::now(), cpu());
    let fusion = fuse(&reports, &Settings::default(), &[])?;
    let (fused, used) = (start.elapsed(), cpu() - before);
    let (mut right, mut found) = (0.0, 0.0);
    for incident in 0..fusion.incidents.len() {
        let members = fusion.incidents.members(incident);
        for (n, &a) in members.iter().enumerate() {
            for &b in &members[..n] {
                found += 1.0;
                right += f64::from(u8::from(truth[a as usize] == truth[b as usize]));
            }
        }
    }
    let (precision, recall) = (right / found, right / (count as f64 * 0.4));
    println!(
        "{count} and {count} reports: {:.3} s, pair F1 {:.3}, pairs compared {}, capped {}, incidents {}",
        fused.as_secs_f64(),
        2.0 * precision * recall / (precision + recall),
        fusion.blocking.pairs,
        fusion.blocking.capped,
        fusion.incidents.len()
    );
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find(|l| l.starts_with("VmHWM"));
        println!("{}", peak.unwrap_or_default());
    }
    println!("CPU of the fusion: {used:.2} s");
    Ok(())
}
