//! The labelled sets of the shared folder. Truth is for measuring and no input.

#[path = "../../examples/labelled/sets.rs"]
mod sets;

use std::path::PathBuf;

use tarazu_fuse::{Reports, Settings, fuse};

/// The folder, or a message that the test is skipped. With `TARAZU_REQUIRE_SHARED` set, its absence is a failure.
fn shared() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/labelled");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(
        std::env::var_os("TARAZU_REQUIRE_SHARED").is_none(),
        "{} is required and absent",
        folder.display()
    );
    eprintln!("skipped: {} is absent", folder.display());
    None
}

#[test]
fn synthetic_sets_are_fused_well_and_probabilities_mean_what_they_say() {
    let Some(folder) = shared() else { return };
    let mut reports = Reports::new();
    let mut truth = sets::synthetic(&mut reports, "A", &folder.join("synthetic-20k-a.csv")).unwrap();
    truth.extend(sets::synthetic(&mut reports, "B", &folder.join("synthetic-20k-b.csv")).unwrap());
    let fusion = fuse(&reports, &Settings::default(), &[]).unwrap();
    let (f1, ..) = sets::scores(&fusion.incidents.by_row(), &truth);
    let (error, confident, _) = sets::calibration(&fusion, &truth);
    assert!(f1 >= 0.89, "pair F1 {f1}");
    assert!(confident >= 0.9, "{confident} of those given 0.9");
    assert!(error <= 0.02, "calibration error {error}");
    let mut distinct = truth;
    distinct.sort();
    distinct.dedup();
    let count = fusion.count;
    assert!((count.low..=count.high).contains(&(distinct.len() as f64)), "{count:?}");
}

#[test]
fn reports_of_electoral_violence_are_joined_better_than_by_fixed_rules() {
    let Some(folder) = shared() else { return };
    let mut reports = Reports::new();
    let truth = sets::maverick(&mut reports, &folder).unwrap();
    let fusion = fuse(&reports, &Settings::default(), &[]).unwrap();
    let (f1, _, _, b3) = sets::scores(&fusion.incidents.by_row(), &truth);
    let rule = |exclude: bool| sets::scores(&within_a_kilometre(&reports, exclude), &truth);
    for (f1_of_rule, _, _, b3_of_rule) in [rule(false), rule(true)] {
        assert!(f1 > f1_of_rule && b3 > b3_of_rule, "{f1} {b3}; rule {f1_of_rule} {b3_of_rule}");
    }
}

/// Within 1 km and with the same first day, joined nearest first; with `exclude` never two reports of one article.
fn within_a_kilometre(reports: &Reports, exclude: bool) -> Vec<u32> {
    let mut near = Vec::new();
    for a in 0..reports.len() {
        for b in a + 1..reports.len() {
            let (Some(x), Some(y)) = (reports.coordinates(a), reports.coordinates(b)) else { continue };
            if reports.days(a).map(|d| d.0) != reports.days(b).map(|d| d.0) {
                continue;
            }
            let east = (x.1 - y.1) * x.0.to_radians().cos();
            let far = 111.2 * ((x.0 - y.0).powi(2) + east.powi(2)).sqrt();
            if far <= 1.0 {
                near.push((far, a, b));
            }
        }
    }
    near.sort_by(|x, y| x.0.total_cmp(&y.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    let mut group: Vec<u32> = (0..reports.len() as u32).collect();
    let article = |row: usize| reports.sources(row).next().map(str::to_owned);
    for (_, a, b) in near {
        let (x, y) = (group[a], group[b]);
        let members = |g: u32| (0..reports.len()).filter(|&r| group[r] == g).collect::<Vec<_>>();
        let (of_x, of_y) = (members(x), members(y));
        let clash = exclude && of_x.iter().any(|&i| of_y.iter().any(|&j| article(i) == article(j)));
        if x != y && !clash {
            for r in of_y {
                group[r] = x;
            }
        }
    }
    group
}
