//! What people read of a model and of a pair, word by word. Numbers are learned and not looked at here: that they add up, `rules` tests.

use tarazu_events::Resolved;
use tarazu_events::batch::{EventBatch, Provenance};
use tarazu_fuse::simulate::World;
use tarazu_fuse::{Fusion, Reports, Settings, Waterfall, fuse};

fn sparse() -> (Reports, Fusion) {
    let mut world = World::named("sparse").unwrap();
    world.incidents = 300;
    let mut reports = Reports::new();
    for dataset in &world.draw(1).unwrap().datasets {
        let mut batch = EventBatch::new(Provenance {
            dataset: dataset.name.clone(),
            release: "1".into(),
            file_sha256: String::new(),
            boundaries: None,
        });
        dataset.records.iter().for_each(|r| batch.push(&r.event, &Resolved::default()));
        reports.push_batch(&batch.finish().unwrap()).unwrap();
    }
    let fusion = fuse(&reports, &Settings::default(), &[]).unwrap();
    (reports, fusion)
}

/// Name and level of every step.
fn words(reports: &Reports, waterfall: &Waterfall) -> String {
    let label = |row: usize| format!("{} {}", reports.datasets()[reports.dataset_of(row)], reports.id(row));
    let mut text = format!("{} and {}\n", label(waterfall.a), label(waterfall.b));
    for step in waterfall.steps.iter().filter(|s| !["crowd", "rivals"].contains(&s.name.as_str())) {
        text.push_str(format!("{:<10} {}\n", step.name, step.level).replace("  \n", "\n").trim_end());
        text.push('\n');
    }
    for said in [&waterfall.forbidden, &waterfall.not_compared].into_iter().flatten() {
        text.push_str(&format!("{said}\n"));
    }
    text.push_str(if waterfall.joined { "one incident" } else { "not one incident" });
    text
}

#[test]
fn a_pair_is_explained_step_by_step() {
    let (reports, fusion) = sparse();
    let joined = fusion.links.iter().find(|l| l.joined).unwrap();
    let (a, b) = (joined.a as usize, joined.b as usize);
    insta::assert_snapshot!(words(&reports, &fusion.explain(&reports, a, b)));
}

#[test]
fn why_a_pair_was_not_compared_is_said() {
    let (reports, fusion) = sparse();
    let (first, last) = (0, reports.len() - 1);
    let same = (0..reports.len()).rfind(|&row| reports.dataset_of(row) == 0).unwrap();
    let far = words(&reports, &fusion.explain(&reports, first, last));
    let within = words(&reports, &fusion.explain(&reports, first, same));
    insta::assert_snapshot!(format!("{far}\n\n{within}"));
}

#[test]
fn a_model_is_printed_with_its_comparisons() {
    let (_, fusion) = sparse();
    let text = fusion.model.pairs[0].to_string();
    let named: Vec<&str> = text.lines().filter(|l| !l.starts_with(' ')).skip(1).collect();
    insta::assert_snapshot!(named.join("\n"));
    assert!(
        text.lines()
            .filter(|l| l.starts_with(' '))
            .all(|l| l.contains(" m ") && l.contains(" u ") && l.ends_with(" bits"))
    );
}
