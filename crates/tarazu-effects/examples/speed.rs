//! Seconds that this crate takes for what `bench/effects.py` asks of its peers: one line of JSON.
//!
//! `speed GOLDEN_FOLDER ROUNDS`: each task is run so often in turn, and the median is printed.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

use tarazu_effects::{Bsts, Estimator, Form, PredictorControl, Problem, Search, Settings, Synthetic};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("expected the folder of the golden data")?;
    let rounds: usize = arguments.next().unwrap_or("5".into()).parse()?;
    let folder = Path::new(&folder);
    let (basque, local) = basque(folder)?;
    let quick = PredictorControl { search: Search::Quick, ..local.clone() };
    let global = PredictorControl { search: Search::Global, ..local.clone() };
    let smoking = smoking(folder)?;
    let sdid = Synthetic::new(Form::DifferenceInDifferences);
    let series = five_covariates()?;
    let bsts = Bsts::default();
    let settings = Settings { draws: 4000, ..Settings::default() };
    let mut times: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let mut check = BTreeMap::new();
    for _ in 0..rounds {
        let mut task = |name: &'static str,
                        run: &dyn Fn() -> Result<f64, Box<dyn Error>>|
         -> Result<(), Box<dyn Error>> {
            let begun = Instant::now();
            check.insert(name, run()?);
            times.entry(name).or_default().push(begun.elapsed().as_secs_f64());
            Ok(())
        };
        task("basque_local", &|| Ok(local.estimate(&basque, &settings)?.difference.average.estimate))?;
        task("basque_quick", &|| Ok(quick.estimate(&basque, &settings)?.difference.average.estimate))?;
        task("basque_global", &|| Ok(global.estimate(&basque, &settings)?.difference.average.estimate))?;
        task("sdid", &|| Ok(sdid.estimate(&smoking, &settings)?.difference.average.estimate))?;
        task("bsts", &|| Ok(bsts.estimate(&series, &settings)?.difference.average.estimate))?;
    }
    let middle = |mut v: Vec<f64>| {
        v.sort_by(f64::total_cmp);
        v[v.len() / 2]
    };
    let all: Vec<String> = times
        .into_iter()
        .map(|(name, v)| format!("\"{name}\": {{\"seconds\": {}, \"answer\": {}}}", middle(v), check[name]))
        .collect();
    println!("{{{}}}", all.join(", "));
    Ok(())
}

/// A table's rows by heading.
fn rows(path: &Path, delimiter: u8) -> Result<Vec<BTreeMap<String, String>>, Box<dyn Error>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_path(path)?;
    Ok(reader.deserialize().collect::<Result<_, _>>()?)
}

/// Sixteen regions beside the Basque Country, and its thirteen predictors.
fn basque(folder: &Path) -> Result<(Problem, PredictorControl), Box<dyn Error>> {
    let mut regions: BTreeMap<u32, Vec<BTreeMap<String, String>>> = BTreeMap::new();
    for row in rows(&folder.join("basque.csv"), b',')? {
        regions.entry(row["regionno"].parse::<f64>()? as u32).or_default().push(row);
    }
    regions.remove(&1);
    let own = regions.remove(&17).ok_or("no Basque Country")?;
    let outcome = |of: &Vec<BTreeMap<String, String>>| -> Result<Vec<f64>, Box<dyn Error>> {
        of.iter().map(|r| Ok(r["gdpcap"].parse()?)).collect()
    };
    let mut names = Vec::new();
    let mut spans = Vec::new();
    for (list, from, to) in [
        ("school.illit school.prim school.med school.high school.post.high invest", 1964, 1969),
        ("gdpcap", 1960, 1969),
        (
            "sec.agriculture sec.energy sec.industry sec.construction sec.services.venta sec.services.nonventa",
            1961,
            1969,
        ),
        ("popdens", 1969, 1969),
    ] {
        for name in list.split(' ') {
            names.push(name.to_owned());
            spans.push((from, to));
        }
    }
    let predictors = |of: &Vec<BTreeMap<String, String>>| -> Vec<f64> {
        names
            .iter()
            .zip(&spans)
            .map(|(name, (from, to))| {
                let values: Vec<f64> = of
                    .iter()
                    .filter(|r| {
                        r["year"].parse::<f64>().is_ok_and(|y| y >= f64::from(*from) && y <= f64::from(*to))
                    })
                    .filter_map(|r| r[name].parse().ok())
                    .collect();
                values.iter().sum::<f64>() / values.len() as f64
            })
            .collect()
    };
    let donors: Vec<_> = regions.into_values().collect();
    let values = std::iter::once(&own).chain(&donors).map(predictors).collect();
    let covariates = donors.iter().map(outcome).collect::<Result<_, _>>()?;
    let problem = Problem::new(outcome(&own)?, 15)?.with_covariates(covariates)?;
    Ok((problem, PredictorControl { names, values, decides: Some((5, 15)), search: Search::Local }))
}

/// California and 38 states, 1970 to 2000, from 1989 on.
fn smoking(folder: &Path) -> Result<Problem, Box<dyn Error>> {
    let mut states: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for row in rows(&folder.join("california_prop99.csv"), b';')? {
        states.entry(row["State"].clone()).or_default().push(row["PacksPerCapita"].parse()?);
    }
    let own = states.remove("California").ok_or("no California")?;
    Ok(Problem::new(own, 19)?.with_covariates(states.into_values().collect())?)
}

/// 240 months, the last 40 after; made as `bench/effects.py` makes them.
fn five_covariates() -> Result<Problem, Box<dyn Error>> {
    let n = 240;
    let wave = |t: usize, k: usize| {
        (t as f64 * (0.07 + 0.05 * k as f64) + k as f64).sin() + ((t * 7 + k * 13) % 11) as f64 / 11.0
    };
    let covariates: Vec<Vec<f64>> = (0..5).map(|k| (0..n).map(|t| wave(t, k)).collect()).collect();
    let outcome = (0..n)
        .map(|t| {
            let level = (t as f64 / 40.0).sin();
            let noise = ((t * 37 % 101) as f64 / 101.0 - 0.5) * 1.2;
            50.0 + level + 1.5 * covariates[0][t] - 0.8 * covariates[1][t]
                + noise
                + if t >= 200 { 2.0 } else { 0.0 }
        })
        .collect();
    Ok(Problem::new(outcome, 200)?.with_covariates(covariates)?)
}
