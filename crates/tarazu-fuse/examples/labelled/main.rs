//! Fusion measured on the labelled sets: `cargo run --release -p tarazu-fuse --example labelled -- ../shared/data/labelled`.

mod sets;

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use tarazu_fuse::{Reports, Settings, fuse};

use sets::{calibration, maverick, scores, synthetic};

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
        let (error, confident, bins) = calibration(&fusion, &truth);
        println!(
            "  expected calibration error {error:.4}; of pairs given at least 0.9, {confident:.3} are true"
        );
        for (n, mean, right) in bins {
            println!(
                "    {n:6} pairs given {:.3}: {:.3} true",
                mean / f64::max(n, 1.0),
                right / f64::max(n, 1.0)
            );
        }
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
