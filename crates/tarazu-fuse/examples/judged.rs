//! Precision and recall from the committed judgements, and how tolls disagree: `cargo run --release -p tarazu-fuse --example judged -- ../shared/data`.
//! What `tarazu review --measure` says, without the rest of the command line.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use tarazu_events::batch::{EventBatch, Provenance};
use tarazu_events::{Lookup, ReadOptions, Resolver, Tables, read};
use tarazu_fuse::review::{Journal, measure};
use tarazu_fuse::{Reports, Settings, fuse, toll_disagreements};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "../shared/data".into());
    let tables = Arc::new(Tables::load(None)?);
    let resolver = Resolver::new(tables.clone(), Vec::new(), None)?;
    let mut reports = Reports::new();
    for file in ["ged/pakistan-1989-2021.csv", "suicide-attacks/pakistan-v11.csv"] {
        let options = ReadOptions { tables: Some(tables.clone()), ..ReadOptions::default() };
        let reading = read(&Path::new(&folder).join(file), &options)?;
        let mut batch = EventBatch::new(Provenance {
            dataset: reading.dataset.clone(),
            release: reading.version.clone(),
            file_sha256: reading.sha256.clone(),
            boundaries: None,
        });
        let mut lookup = Lookup::default();
        for event in &reading.events {
            batch.push(event, &resolver.resolve(event, &mut lookup));
        }
        reports.push_batch(&batch.finish()?)?;
    }
    let judgements = concat!(env!("CARGO_MANIFEST_DIR"), "/judgements/ged-pakistan-suicide-attacks.csv");
    let journal = Journal::open(Path::new(judgements))?;
    let fusion = fuse(&reports, &Settings::default(), &[])?;
    println!("{:?}", measure(&reports, &fusion, &journal, 1));
    println!("{:?}\n{:?}", fusion.blocking, fusion.count);
    let mut strata = [(0, 0); 4];
    for link in &fusion.links {
        let at = [0.1, 0.5, 0.9].iter().filter(|&&end| link.probability >= end).count();
        strata[at].0 += 1;
        strata[at].1 += usize::from(link.joined);
    }
    println!("pairs, and joined, below 0.1, 0.5, 0.9, above: {strata:?}");
    for tolls in toll_disagreements(&reports, &fusion.incidents) {
        println!("{tolls:?}");
    }
    Ok(())
}
