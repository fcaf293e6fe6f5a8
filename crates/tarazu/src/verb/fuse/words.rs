//! A fusion in words, on one screen, and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};
use tarazu_fuse::{Interval, TollDisagreement};

use super::Answer;

/// A whole number with commas.
fn whole(n: impl num::Whole) -> String {
    n.grouped()
}

mod num {
    /// Numbers that are written in groups of three digits.
    pub trait Whole {
        fn grouped(self) -> String;
    }

    impl Whole for usize {
        fn grouped(self) -> String {
            indicatif::HumanCount(self as u64).to_string()
        }
    }

    impl Whole for u64 {
        fn grouped(self) -> String {
            indicatif::HumanCount(self).to_string()
        }
    }

    impl Whole for f64 {
        fn grouped(self) -> String {
            indicatif::HumanCount(self.round().max(0.0) as u64).to_string()
        }
    }
}

fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

fn range(interval: &Interval) -> String {
    format!("{} to {}", whole(interval.low), whole(interval.high))
}

/// One screenful.
pub fn summary(answer: &Answer<'_>, tolls: &[TollDisagreement]) -> String {
    let mut text = String::new();
    datasets(answer, &mut text);
    pairs(answer, &mut text);
    incidents(answer, &mut text);
    shares(answer, &mut text);
    missed(answer, &mut text);
    disagreements(answer, tolls, &mut text);
    if let Some(version) = answer.version {
        let _ = writeln!(
            text,
            "store         version {version}: tables incidents, links, members (`tarazu sql`)"
        );
    }
    text
}

fn datasets(answer: &Answer<'_>, text: &mut String) {
    let name = |d: &super::input::Dataset| match d.release.as_str() {
        "unknown" => d.name.clone(),
        release => format!("{} {release}", d.name),
    };
    let width = answer.loaded.datasets.iter().map(|d| name(d).chars().count()).max().unwrap_or(0);
    for dataset in &answer.loaded.datasets {
        let rows = dataset.accounts.as_deref().map(|a| format!("  ({a})")).unwrap_or_default();
        let _ = writeln!(text, "{:<width$}  {:>9} events{rows}", name(dataset), whole(dataset.events));
    }
    text.push('\n');
}

fn pairs(answer: &Answer<'_>, text: &mut String) {
    let blocking = &answer.fusion.blocking;
    let _ = writeln!(
        text,
        "compared      {} pairs within {} km and {} days of each other, of {} possible;",
        whole(blocking.pairs),
        blocking.kilometres.round(),
        blocking.days.round(),
        whole(blocking.possible),
    );
    let mut recall = format!(
        "              {} of the true pairs are estimated to be among them",
        percent(blocking.recall)
    );
    if blocking.unplaced > 0 {
        let _ = write!(recall, "; {} events without place or day stay alone", whole(blocking.unplaced));
    }
    if blocking.named > 0 {
        let _ = write!(
            recall,
            "; {} events without coordinates stand where others of their town or district do",
            whole(blocking.named)
        );
    }
    if blocking.long > 0 {
        let _ =
            write!(recall, "; {} events over many days are compared with such alone", whole(blocking.long));
    }
    if blocking.capped > 0 {
        let _ = write!(recall, "; {} events had too many neighbours", whole(blocking.capped));
    }
    let _ = writeln!(text, "{recall}");
    let links = &answer.fusion.links;
    let joined = links.iter().filter(|l| l.joined).count();
    let sure = links.iter().filter(|l| l.joined && l.probability >= 0.9).count();
    let open = links.iter().filter(|l| (0.1..0.9).contains(&l.probability)).count();
    let _ = writeln!(
        text,
        "links         {} joined at a threshold of {}, {} of them at 0.9 or more; {} pairs are between 0.1 and 0.9",
        whole(joined),
        answer.threshold,
        whole(sure),
        whole(open),
    );
}

fn incidents(answer: &Answer<'_>, text: &mut String) {
    let (fusion, identities) = (answer.fusion, &answer.identities);
    let _ = writeln!(
        text,
        "incidents     {} of {} events; as the links are uncertain, {} ({} of 100 plausible fusions)",
        whole(fusion.incidents.len()),
        whole(answer.loaded.reports.len()),
        range(&fusion.count),
        (100.0 * fusion.count.level).round(),
    );
    if answer.earlier {
        let _ = writeln!(
            text,
            "              since the fusion before: {} ids kept, {} new, {} gone; {} merged, {} split",
            whole(identities.kept),
            whole(identities.new),
            whole(identities.gone),
            whole(identities.merges.len()),
            whole(identities.splits.len()),
        );
        const SHOWN: usize = 3;
        for merge in identities.merges.iter().take(SHOWN) {
            let _ = writeln!(text, "              {} took in {}", merge.into, merge.from.join(", "));
        }
        for split in identities.splits.iter().take(SHOWN) {
            let _ = writeln!(text, "              {} gave off {}", split.from, split.into.join(", "));
        }
        if identities.merges.len() > SHOWN || identities.splits.len() > SHOWN {
            let _ = writeln!(text, "              … --json lists all");
        }
    }
}

fn shares(answer: &Answer<'_>, text: &mut String) {
    let shares = &answer.fusion.shares;
    if shares.is_empty() {
        return;
    }
    text.push_str("\nwhat one has and another lacks\n");
    let width = shares.iter().map(|s| s.dataset.chars().count()).max().unwrap_or(0);
    for share in shares {
        let _ = writeln!(
            text,
            "  {:<width$}  {:>6} of the {} events that {} could hold are not in it",
            share.dataset,
            percent(share.share),
            whole(share.eligible),
            share.other,
        );
    }
}

fn missed(answer: &Answer<'_>, text: &mut String) {
    let Some(capture) = &answer.fusion.capture_recapture else { return };
    let level = (100.0 * capture.missed.level).round();
    let _ = writeln!(
        text,
        "\nmissed by all {} incidents ({level}%: {}), of {} in all ({}), by {}, if",
        whole(capture.missed.estimate),
        range(&capture.missed),
        whole(capture.total.estimate),
        range(&capture.total),
        capture.method,
    );
    for assumption in &capture.assumptions {
        let _ = writeln!(text, "  - {assumption}");
    }
}

fn disagreements(answer: &Answer<'_>, tolls: &[TollDisagreement], text: &mut String) {
    if tolls.iter().all(|t| t.both_known == 0) {
        text.push('\n');
        return;
    }
    text.push_str("\ntolls of incidents that two datasets share\n");
    for t in tolls.iter().filter(|t| t.both_known > 0) {
        let of = |n: usize| percent(n as f64 / t.both_known as f64);
        let _ = writeln!(
            text,
            "  {} and {}: {} incidents, {} with the same toll, {} with more in the first;",
            t.dataset,
            t.other,
            whole(t.both_known),
            of(t.same),
            of(t.first_more),
        );
        let _ = writeln!(
            text,
            "    ranges do not meet in {}, one has twice the other's and ten more in {}; reported killed in all {} and {}",
            of(t.apart),
            of(t.twice),
            whole(t.sum_first),
            whole(t.sum_other),
        );
        let widest: Vec<String> = t
            .widest
            .iter()
            .map(|(incident, a, b)| format!("{} ({a} and {b})", answer.identities.ids[*incident]))
            .collect();
        if !widest.is_empty() {
            let _ = writeln!(text, "    widest: {}", widest.join(", "));
        }
    }
    text.push('\n');
}

/// The levels of every comparison.
pub fn model(answer: &Answer<'_>) -> String {
    let names = answer.loaded.reports.datasets();
    let mut text = String::new();
    for pair in &answer.fusion.model.pairs {
        let _ = match pair.a == pair.b {
            true => writeln!(text, "\nmodel of {} with itself", names[pair.a]),
            false => writeln!(text, "\nmodel of {} and {}", names[pair.a], names[pair.b]),
        };
        let _ = write!(text, "{pair}");
    }
    text
}

fn interval(i: &Interval) -> Value {
    json!({ "estimate": i.estimate, "low": i.low, "high": i.high, "level": i.level })
}

/// Everything, for programs.
pub fn json(answer: &Answer<'_>, tolls: &[TollDisagreement], draws: u32) -> Value {
    let (loaded, fusion, identities) = (answer.loaded, answer.fusion, &answer.identities);
    let names = loaded.reports.datasets();
    let datasets: Vec<Value> = loaded
        .datasets
        .iter()
        .map(|d| json!({ "name": d.name, "release": d.release, "events": d.events, "rows": d.accounts }))
        .collect();
    let bands: Vec<Value> = [0.0, 0.1, 0.5, 0.9]
        .iter()
        .zip([0.1, 0.5, 0.9, 1.1])
        .map(|(low, high)| {
            let there = |p: f32| (*low..high).contains(&f64::from(p));
            let pairs = fusion.links.iter().filter(|l| there(l.probability));
            let joined = pairs.clone().filter(|l| l.joined).count();
            json!({ "from": low, "to": high.min(1.0), "pairs": pairs.count(), "joined": joined })
        })
        .collect();
    let models: Vec<Value> = fusion
        .model
        .pairs
        .iter()
        .map(|pair| {
            let comparisons: Vec<Value> = pair
                .comparisons
                .iter()
                .map(|c| {
                    let levels: Vec<Value> = c
                        .levels
                        .iter()
                        .map(|l| json!({ "level": l.label, "m": l.m, "u": l.u, "bits": l.bits() }))
                        .collect();
                    json!({ "name": c.name, "set": c.fixed, "levels": levels })
                })
                .collect();
            json!({
                "datasets": [names[pair.a], names[pair.b]],
                "matches": pair.matches,
                "prior_bits": pair.prior_bits,
                "comparisons": comparisons,
            })
        })
        .collect();
    let shares: Vec<Value> = fusion
        .shares
        .iter()
        .map(|s| {
            json!({ "dataset": s.dataset, "other": s.other, "eligible": s.eligible, "lacking": s.lacking, "share": s.share })
        })
        .collect();
    let capture = fusion.capture_recapture.as_ref().map(|c| {
        json!({
            "method": c.method,
            "total": interval(&c.total),
            "missed": interval(&c.missed),
            "assumptions": c.assumptions,
        })
    });
    let blocking = &fusion.blocking;
    json!({
        "datasets": datasets,
        "blocking": {
            "kilometres": blocking.kilometres,
            "days": blocking.days,
            "pairs": blocking.pairs,
            "possible": blocking.possible,
            "capped": blocking.capped,
            "unplaced": blocking.unplaced,
            "named": blocking.named,
            "long": blocking.long,
            "recall": blocking.recall,
        },
        "threshold": answer.threshold,
        "links": bands,
        "incidents": { "number": fusion.incidents.len(), "plausible": interval(&fusion.count) },
        "ids": {
            "kept": identities.kept,
            "new": identities.new,
            "gone": identities.gone,
            "merges": identities.merges,
            "splits": identities.splits,
        },
        "shares": shares,
        "capture_recapture": capture,
        "tolls": tolls,
        "rules": tarazu_fuse::output::RULES.iter().map(|(field, rule)| json!({ "field": field, "rule": rule })).collect::<Vec<_>>(),
        "model": models,
        "draws": draws,
        "store_version": answer.version,
        "version": env!("CARGO_PKG_VERSION"),
    })
}
