//! Rules hold in the answer and in every draw, judgements stay, and an explanation adds up.

use tarazu_fuse::{
    ActorName, CannotLink, DatasetRules, Fusion, Judgement, Report, ReportId, Reports, Settings, Verdict,
    fuse,
};

/// Incidents far apart, each in both datasets, the second of which has every tenth in two rows.
fn pairs() -> Reports {
    let mut reports = Reports::new();
    for n in 0..300_i32 {
        let name = format!("Group {}", n % 17);
        let actors = [ActorName { id: None, name: Some(&name) }];
        let report = |dataset, id, day| Report {
            dataset,
            id,
            date_start: Some(day),
            latitude: Some(f64::from(n % 30)),
            longitude: Some(f64::from(n / 30)),
            actors: &actors,
            deaths_best: Some((n % 7) as u32),
            sources: &["one article"],
            ..Report::default()
        };
        let day = n * 3;
        let (first, second) = (format!("{n}"), format!("{n} again"));
        reports.push(&report("A", &first, day)).unwrap();
        if n % 2 == 0 {
            reports.push(&report("B", &first, day)).unwrap();
        }
        if n % 20 == 0 {
            reports.push(&report("B", &second, day + 1)).unwrap();
        }
    }
    reports
}

fn most_of_one_dataset(fusion: &Fusion, reports: &Reports) -> usize {
    let draws = (0..3).map(|n| fusion.draw(reports, n));
    std::iter::once(fusion.incidents.clone())
        .chain(draws)
        .flat_map(|incidents| {
            (0..incidents.len())
                .flat_map(|n| {
                    [0, 1].map(|d| {
                        incidents.members(n).iter().filter(|&&r| reports.dataset_of(r as usize) == d).count()
                    })
                })
                .collect::<Vec<_>>()
        })
        .max()
        .unwrap_or(0)
}

#[test]
fn a_dataset_that_holds_an_incident_once_has_one_report_in_each() {
    let reports = pairs();
    let mut settings = Settings::default();
    for dataset in ["A", "B"] {
        settings
            .datasets
            .insert(dataset.into(), DatasetRules { repeats: Some(false), ..DatasetRules::default() });
    }
    let fusion = fuse(&reports, &settings, &[]).unwrap();
    assert_eq!(most_of_one_dataset(&fusion, &reports), 1);
    let joined = fusion.links.iter().filter(|l| l.joined).count();
    assert!((140..=150).contains(&joined), "{joined}");
}

#[test]
fn two_reports_of_one_article_are_never_joined() {
    let mut reports = Reports::new();
    for n in 0..200_i32 {
        for (copy, source) in ["first", "first", "second"].into_iter().enumerate() {
            let (id, source) = (format!("{n}-{copy}"), format!("{source} {}", n / 2));
            let report = Report {
                dataset: "A",
                id: &id,
                date_start: Some(n * 2),
                latitude: Some(f64::from(n % 40)),
                longitude: Some(0.0),
                sources: &[&source],
                ..Report::default()
            };
            reports.push(&report).unwrap();
        }
    }
    let fusion = fuse(&reports, &Settings::default(), &[]).unwrap();
    for incidents in [fusion.incidents.clone(), fusion.draw(&reports, 0)] {
        for n in 0..incidents.len() {
            let mut sources: Vec<&str> =
                incidents.members(n).iter().flat_map(|&r| reports.sources(r as usize)).collect();
            let all = sources.len();
            sources.sort_unstable();
            sources.dedup();
            assert_eq!(sources.len(), all);
        }
    }
    let free = Settings { cannot_link: Vec::<CannotLink>::new(), ..Settings::default() };
    fuse(&reports, &free, &[]).unwrap();
}

#[test]
fn judgements_stay() {
    let reports = pairs();
    let id = |dataset: &str, id: &str| ReportId { dataset: dataset.into(), id: id.into() };
    let judgements = [
        Judgement { a: id("A", "2"), b: id("B", "2"), verdict: Verdict::Different },
        Judgement { a: id("B", "8"), b: id("A", "7"), verdict: Verdict::Same },
    ];
    let fusion = fuse(&reports, &Settings::default(), &judgements).unwrap();
    let row = |d: &str, i: &str| reports.find(d, i).unwrap();
    assert!(!fusion.incidents.together(row("A", "2"), row("B", "2")));
    assert!(fusion.incidents.together(row("A", "7"), row("B", "8")));
    let missing = [Judgement { a: id("A", "x"), b: id("B", "2"), verdict: Verdict::Same }];
    assert!(fuse(&reports, &Settings::default(), &missing).is_err());
}

#[test]
fn an_explanation_adds_up_to_the_probability() {
    let reports = pairs();
    let fusion = fuse(&reports, &Settings::default(), &[]).unwrap();
    for link in fusion.links.iter().filter(|l| l.probability < 0.999).chain(fusion.links.iter().take(5)) {
        let waterfall = fusion.explain(&reports, link.a as usize, link.b as usize);
        let bits: f64 = waterfall.steps.iter().map(|s| s.bits).sum();
        let p = 1.0 / (1.0 + (-bits).exp2());
        assert!((p - f64::from(link.probability)).abs() < 1e-3, "{p} {link:?} {waterfall:?}");
        assert_eq!(waterfall.joined, link.joined);
    }
    let far = fusion.explain(&reports, 0, reports.len() - 1);
    assert!(!far.joined && far.not_compared.is_some());
}

#[test]
fn settings_that_fit_no_comparison_are_faults() {
    let reports = pairs();
    let settings =
        Settings::from_toml("[comparisons.source]\nm = [0.5, 0.3, 0.2]\nu = [0.5, 0.3, 0.2]").unwrap();
    let error = fuse(&reports, &settings, &[]).unwrap_err().to_string();
    assert!(error.contains("comparisons.source"), "{error}");
}

#[test]
fn nothing_to_compare_is_no_fault() {
    let empty = fuse(&Reports::new(), &Settings::default(), &[]).unwrap();
    assert_eq!((empty.incidents.len(), empty.links.len()), (0, 0));
    let mut reports = Reports::new();
    for dataset in ["A", "B"] {
        reports.push(&Report { dataset, id: "1", ..Report::default() }).unwrap();
    }
    let fusion = fuse(&reports, &Settings::default(), &[]).unwrap();
    assert_eq!((fusion.incidents.len(), fusion.blocking.unplaced), (2, 2));
}

/// One town, where thousands of events happen within weeks: the number of pairs that are looked at stays bounded, and that is said.
#[test]
fn a_crowded_place_is_capped_and_reported() {
    let mut reports = Reports::new();
    for n in 0..5_000_i32 {
        for dataset in ["A", "B"] {
            let name = format!("Group {}", n % 40);
            let actors = [ActorName { id: None, name: Some(&name) }];
            let report = Report {
                dataset,
                id: &n.to_string(),
                date_start: Some(n % 40),
                latitude: Some(33.5 + f64::from(n % 10) / 1000.0),
                longitude: Some(70.0),
                actors: &actors,
                deaths_best: Some((n % 30) as u32),
                ..Report::default()
            };
            reports.push(&report).unwrap();
        }
    }
    let fusion = fuse(&reports, &Settings::default(), &[]).unwrap();
    assert!(fusion.blocking.capped > 0);
    assert!(fusion.blocking.pairs < 5_000 * 3_000, "{:?}", fusion.blocking);
    assert!(!fusion.model.pairs.is_empty());
    fusion.explain(&reports, 0, 1);
}

/// Incidents of one town on one day each, in both datasets; `change` makes the second dataset's reports other than they would be.
fn towns(change: impl Fn(i32, Report<'static>) -> Report<'static>) -> Reports {
    const TOWNS: [&str; 5] = ["Amzar", "Belko", "Corun", "Dalit", "Eshan"];
    let mut reports = Reports::new();
    for n in 0..200_i32 {
        for dataset in ["A", "B"] {
            let town = (n % 5) as usize;
            let report = Report {
                dataset,
                date_start: Some(n * 5),
                latitude: Some(30.0 + 2.0 * town as f64),
                longitude: Some(70.0),
                place: Some(TOWNS[town]),
                deaths_best: Some((n % 7) as u32),
                ..Report::default()
            };
            let report = if dataset == "B" { change(n, report) } else { report };
            reports.push(&Report { id: &n.to_string(), ..report }).unwrap();
        }
    }
    reports
}

#[test]
fn a_report_without_coordinates_stands_where_its_town_lies() {
    let reports = towns(|n, r| if n % 10 == 0 { Report { latitude: None, longitude: None, ..r } } else { r });
    let fusion = fuse(&reports, &Settings::default(), &[]).unwrap();
    assert_eq!((fusion.blocking.named, fusion.blocking.unplaced), (20, 0));
    let row = |d: &str| reports.find(d, "50").unwrap();
    assert!(fusion.incidents.together(row("A"), row("B")));
    assert_eq!(reports.coordinates(row("B")), None, "what was read stays as it was");
    // A town that no report places.
    let lost = towns(|n, r| {
        if n % 10 == 0 { Report { latitude: None, longitude: None, place: Some("Foran"), ..r } } else { r }
    });
    assert_eq!(fuse(&lost, &Settings::default(), &[]).unwrap().blocking.unplaced, 20);
}

#[test]
fn a_report_over_a_year_is_not_the_incident_of_a_day() {
    let reports = towns(|n, r| if n == 100 { Report { date_end: Some(n * 5 + 364), ..r } } else { r });
    let fusion = fuse(&reports, &Settings::default(), &[]).unwrap();
    let row = |d: &str, n: usize| reports.find(d, &n.to_string()).unwrap();
    assert_eq!(fusion.blocking.long, 1);
    assert!(!fusion.incidents.together(row("A", 100), row("B", 100)));
    assert!(fusion.incidents.together(row("A", 101), row("B", 101)));
    let why = fusion.explain(&reports, row("A", 100), row("B", 100)).not_compared.unwrap();
    assert!(why.contains("over many days"), "{why}");
    let settings = Settings::from_toml("[blocking]\nlongest = 400").unwrap();
    assert_eq!(fuse(&reports, &settings, &[]).unwrap().blocking.long, 0);
}

#[test]
fn a_dataset_without_operations_of_the_state_lacks_none_of_them() {
    let mut reports = towns(|_, r| r);
    let actors = [ActorName { id: None, name: Some("ARMED FORCES of X") }];
    for n in 0..30_i32 {
        let report = Report {
            dataset: "A",
            id: &format!("state {n}"),
            date_start: Some(n),
            latitude: Some(0.0),
            longitude: Some(0.0),
            actors: &actors,
            ..Report::default()
        };
        reports.push(&report).unwrap();
    }
    let eligible = |toml: &str| {
        let settings = Settings::from_toml(toml).unwrap();
        let fusion = fuse(&reports, &settings, &[]).unwrap();
        fusion.shares.iter().find(|s| s.dataset == "A").unwrap().eligible
    };
    assert_eq!(eligible(""), 230);
    assert_eq!(
        eligible("state_actors = [\"Armed Forces of X\"]\n[datasets.B]\nno_state_operations = true"),
        200
    );
}

#[test]
fn some_comparison_must_be_left() {
    let names =
        "dates distance actors type actor_type category tags deaths wounded place target notes source";
    let off: String = names.split(' ').map(|name| format!("[comparisons.{name}]\noff = true\n")).collect();
    let error = fuse(&pairs(), &Settings::from_toml(&off).unwrap(), &[]).unwrap_err().to_string();
    assert!(error.contains("`comparisons`: found every one off"), "{error}");
}
