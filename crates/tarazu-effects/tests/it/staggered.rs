//! Staggered adoption: published values, and panels of known truth.

use std::collections::BTreeMap;

use tarazu_effects::{Base, Controls, EffectsError, Settings, Staggered, StaggeredPanel};

use crate::shared::golden;
use crate::truth::Source;

/// Log employment by year, log population, first treated year.
type County = (Vec<(u32, f64)>, f64, u32);

/// 500 counties 2003–07: log employment, log population, first year with a higher minimum wage.
fn mpdta() -> Option<StaggeredPanel> {
    let path = golden("mpdta.csv")?;
    let mut counties: BTreeMap<u32, County> = BTreeMap::new();
    for row in csv::Reader::from_path(path).unwrap().records().map(Result::unwrap) {
        let county = counties.entry(row[1].parse().unwrap()).or_default();
        county.0.push((row[0].parse().unwrap(), row[3].parse().unwrap()));
        (county.1, county.2) = (row[2].parse().unwrap(), row[4].parse().unwrap());
    }
    let mut panel = StaggeredPanel { outcome: vec![], first_treated: vec![], covariates: vec![vec![]] };
    for (mut series, population, first) in counties.into_values() {
        series.sort_by_key(|(year, _)| *year);
        panel.outcome.push(series.into_iter().map(|(_, y)| y).collect());
        panel.first_treated.push((first > 0).then(|| first as usize - 2003));
        panel.covariates[0].push(population);
    }
    Some(panel)
}

/// R did and an independent program: see shared/data/golden/README.md.
#[test]
fn minimum_wages_without_covariates() {
    let Some(panel) = mpdta() else { return };
    let panel = StaggeredPanel { covariates: vec![], ..panel };
    let effects = Staggered::default().fit(&panel, &Settings::default()).unwrap();
    for (period, published) in
        (1..5).zip([-0.010503246221, -0.070423158103, -0.137258738889, -0.100811363085])
    {
        let cell = effects.cells.iter().find(|c| c.group == 1 && c.period == period).unwrap();
        assert!((cell.estimate - published).abs() < 1e-9, "{period}: {}", cell.estimate);
    }
    let (dynamic, group) = (effects.dynamic(), effects.group());
    for (found, estimate, error) in [
        (&effects.simple(), -0.0399512752, 0.0120340128),
        (&dynamic.overall, -0.0772398215, 0.0199649891),
        (&group.overall, -0.0310182822, 0.0124460593),
    ] {
        assert!((found.estimate - estimate).abs() < 1e-9, "{} {estimate}", found.estimate);
        assert!((found.error - error).abs() < 1e-6, "{} {error}", found.error);
    }
    let published = [
        0.0305066556,
        -0.0005630846,
        -0.0244587450,
        -0.0199318168,
        -0.0509573671,
        -0.1372587389,
        -0.1008113631,
    ];
    assert_eq!(dynamic.points.iter().map(|(e, _)| *e).collect::<Vec<_>>(), [-3, -2, -1, 0, 1, 2, 3]);
    for ((since, found), published) in dynamic.points.iter().zip(published) {
        assert!((found.estimate - published).abs() < 1e-9, "{since}: {}", found.estimate);
    }
    assert!(dynamic.simultaneous > 1.96 && dynamic.simultaneous < 3.2, "{}", dynamic.simultaneous);
}

/// Printed by R did for `att_gt(lemp, first.treat, xformla = ~lpop, est_method = "dr")` in its README and vignette, four decimals.
#[test]
fn minimum_wages_with_population_doubly_robust() {
    let Some(panel) = mpdta() else { return };
    let effects = Staggered::default().fit(&panel, &Settings::default()).unwrap();
    for (group, period, estimate, error) in [
        (1, 1, -0.0145, 0.0221),
        (1, 2, -0.0764, 0.0286),
        (1, 3, -0.1404, 0.0354),
        (1, 4, -0.1069, 0.0329),
        (3, 3, 0.0010, 0.0194),
        (3, 4, -0.0413, 0.0197),
        (4, 1, 0.0267, 0.0140),
        (4, 4, -0.0288, 0.0162),
    ] {
        let cell = effects.cells.iter().find(|c| c.group == group && c.period == period).unwrap();
        assert!((cell.estimate - estimate).abs() < 6e-5, "{group} {period}: {}", cell.estimate);
        // Theirs come from a bootstrap.
        assert!((cell.error - error).abs() < 0.003, "{group} {period}: {} {error}", cell.error);
    }
}

/// Three groups over eight periods with effects that grow by 1 with every period, and a trend that differs by covariate.
fn adoption(seed: u64) -> StaggeredPanel {
    let mut source = Source(seed);
    let mut panel = StaggeredPanel { outcome: vec![], first_treated: vec![], covariates: vec![vec![]] };
    for i in 0..240_usize {
        let x = source.normal();
        // Units with a larger covariate are treated more often, and rise faster by themselves.
        let draw = x + source.normal();
        let first = if draw < 0.0 { None } else { Some([3, 4, 6][i % 3]) };
        let own = source.normal();
        let series = (0..8).map(|t| {
            let effect = first.map_or(0.0, |g| if t >= g { (t - g + 1) as f64 } else { 0.0 });
            own + 0.3 * t as f64 * (1.0 + x) + effect + 0.5 * source.normal()
        });
        panel.outcome.push(series.collect());
        panel.first_treated.push(first);
        panel.covariates[0].push(x);
    }
    panel
}

#[test]
fn growing_effects_are_recovered_where_trends_depend_on_a_covariate() {
    for controls in [Controls::NeverTreated, Controls::NotYetTreated] {
        let staggered = Staggered { controls, ..Staggered::default() };
        let (runs, mut covered, mut bias) = (200, 0, 0.0);
        for seed in 0..runs {
            let effects =
                staggered.fit(&adoption(seed), &Settings { draws: 100, ..Settings::default() }).unwrap();
            let dynamic = effects.dynamic();
            let first = &dynamic.points.iter().find(|(since, _)| *since == 1).unwrap().1;
            bias += (first.estimate - 2.0) / runs as f64;
            covered += usize::from(first.interval.low <= 2.0 && 2.0 <= first.interval.high);
            let outside = first.interval.low > 0.0 || first.interval.high < 0.0;
            assert_eq!(outside, first.p < 0.05, "interval and p");
        }
        assert!(bias.abs() < 0.03, "{controls:?}: {bias}");
        // 95% of 200 is 190, Monte Carlo error 3.
        assert!((181..=199).contains(&covered), "{controls:?}: {covered} of {runs}");
    }
}

/// What one treated unit varies is in no influence function; it is taken from the units that it is compared with, so that a change of nothing is found
/// in one of twenty cases and not in most of them (of 300: 15, three standard errors 11).
#[test]
fn one_treated_unit_varies_as_its_controls_do() {
    let mut found = 0;
    for seed in 0..300 {
        let mut source = Source(seed);
        let outcome = (0..12).map(|_| (0..6).map(|_| source.normal()).collect()).collect();
        let first_treated = (0..12).map(|i| (i == 0).then_some(3)).collect();
        let panel = StaggeredPanel { outcome, first_treated, covariates: vec![] };
        let effects = Staggered::default().fit(&panel, &Settings::default()).unwrap();
        assert!(effects.warnings.iter().any(|w| w.contains("1 of 1 groups have one unit")));
        let simple = effects.simple();
        assert_eq!(simple.p < 0.05, simple.interval.low > 0.0 || simple.interval.high < 0.0);
        found += usize::from(simple.p < 0.05);
    }
    assert!((4..=26).contains(&found), "{found} of 300");
}

/// Two groups at one date without covariates: Welch 1947, here by the formulas.
#[test]
fn two_groups_are_compared_as_welch_does() {
    let changes = ([1.0, 2.0, 4.0, 9.0], [0.0, 1.0, 1.0, 3.0, 2.0]);
    let outcome = changes.0.iter().chain(&changes.1).map(|c| vec![0.0, *c]).collect();
    let first_treated = (0..9).map(|i| (i < 4).then_some(1)).collect();
    let panel = StaggeredPanel { outcome, first_treated, covariates: vec![] };
    let effects = Staggered::default().fit(&panel, &Settings::default()).unwrap();
    let effect = effects.calendar().points[0].1.clone();
    // scipy 1.17.1: `ttest_ind(a, b, equal_var=False)` and its `confidence_interval()`.
    assert!((effect.estimate - 2.6).abs() < 1e-12);
    assert!((effect.p - 0.242_492_693).abs() < 1e-8, "{}", effect.p);
    assert!((effect.interval.low - -2.845_966_822).abs() < 1e-6, "{:?}", effect.interval);
}

#[test]
fn anticipation_moves_the_base_and_a_universal_base_is_the_same_for_all() {
    let panel = adoption(7);
    let shifted =
        Staggered { anticipation: 1, ..Staggered::default() }.fit(&panel, &Settings::default()).unwrap();
    let cell = shifted.cells.iter().find(|c| c.group == 4 && c.period == 5).unwrap();
    let plain = Staggered { base: Base::Universal, ..Staggered::default() };
    let plain = plain.fit(&panel, &Settings::default()).unwrap();
    let other = plain.cells.iter().find(|c| c.group == 4 && c.period == 5).unwrap();
    assert!((cell.estimate - other.estimate).abs() > 1e-3, "counted from period 2 and from period 3");
    assert!(!plain.cells.iter().any(|c| c.group == 4 && c.period == 3), "the base itself");
}

#[test]
fn a_panel_at_fault_is_refused_and_a_cell_without_controls_is_excluded() {
    let mut panel = adoption(1);
    panel.outcome[3].pop();
    let error = Staggered::default().fit(&panel, &Settings::default()).unwrap_err();
    assert_eq!(error, EffectsError::Fit("units differ in the number of periods"));
    let mut all_treated = adoption(1);
    all_treated.first_treated.iter_mut().for_each(|g| *g = Some(g.unwrap_or(6)));
    let not_yet = Staggered { controls: Controls::NotYetTreated, ..Staggered::default() };
    let effects = not_yet.fit(&all_treated, &Settings::default()).unwrap();
    assert!(
        effects
            .excluded
            .iter()
            .any(|(g, t, reason)| (*g, *t, *reason) == (3, 7, "too few units to compare with"))
    );
}
