//! Real files, against the counts that their publishers or `../shared/data/README.md` state, and against slow oracles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tarazu_events::{
    AreaLevel, AreaUnit, Boundaries, DateRule, Lookup, Measure, Panel, PanelShape, PeriodUnit, ReadOptions,
    Reading, Resolver, Tables, country_month_panel, file::SourceFile, is_country_month, read,
};

use crate::shared;

fn reading(name: &str) -> Option<Reading> {
    shared(&format!("ged/{name}")).map(|path| read(&path, &ReadOptions::default()).unwrap())
}

#[test]
fn every_published_layout_is_read_and_every_row_accounted_for() {
    let files = [
        ("pakistan-1989-2021.csv", 6_416, "UCDP GED, CSV, 50 columns, HXL tags", "UCDP GED unknown"),
        ("conflict_data_ukr_old_layout.csv", 993, "UCDP GED, CSV, 45 columns, HXL tags", "UCDP GED unknown"),
        (
            "conflict_data_ukr_new_layout.csv",
            1_167,
            "UCDP GED, CSV, 52 columns, HXL tags",
            "UCDP GED unknown",
        ),
        ("conflict_data_BGD.csv", 601, "UCDP GED, CSV, 43 columns, HXL tags", "UCDP GED unknown"),
        (
            "ged_v23_1_central_african_republic.geojson",
            1_848,
            "UCDP GED, GeoJSON, 46 properties",
            "UCDP GED 23.1",
        ),
        ("GEDEvent_v23_0_10.csv", 2_391, "UCDP Candidate, CSV, 49 columns", "UCDP Candidate 23.0.10"),
    ];
    for (name, rows, layout, dataset) in files {
        let Some(reading) = reading(name) else { return };
        assert_eq!(
            reading.accounts().to_string(),
            format!("{rows} rows read = {rows} kept + 0 rejected"),
            "{name}"
        );
        assert_eq!(reading.layout, layout, "{name}");
        assert_eq!(format!("{} {}", reading.dataset, reading.version), dataset, "{name}");
    }
}

#[test]
fn pakistan_has_the_published_counts_by_year() {
    let Some(reading) = reading("pakistan-1989-2021.csv") else { return };
    assert_eq!(reading.events.iter().map(|e| u64::from(e.deaths.best.unwrap())).sum::<u64>(), 43_225);
    let mut by_year = BTreeMap::new();
    for event in &reading.events {
        *by_year.entry(event.date.end.year()).or_insert(0) += 1;
    }
    // Events by year of the row, which for these years is also the year of date_end, per ../shared/data/README.md.
    for (year, events) in
        [(1994, 38), (2003, 79), (2009, 883), (2010, 962), (2014, 413), (2019, 99), (2021, 189)]
    {
        assert_eq!(by_year[&year], events, "{year}");
    }
    let fata = |e: &&tarazu_events::Event<'_>| {
        e.place.admin1.as_deref().is_some_and(|a| a.contains("Federally Administered Tribal Areas"))
    };
    assert_eq!(reading.events.iter().filter(fata).count(), 3_378);
    assert_eq!(reading.events.iter().filter(|e| e.place.admin1.is_none()).count(), 45);
}

/// The oracle reads the raw cells itself: no code of the crate takes part.
#[test]
fn monthly_state_based_sums_are_exact() {
    let Some(path) = shared("ged/pakistan-1989-2021.csv") else { return };
    let mut oracle: BTreeMap<String, u64> = BTreeMap::new();
    let mut raw = csv::Reader::from_path(&path).unwrap();
    let headers = raw.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|h| h == name).unwrap();
    let (kind, end, best) = (at("type_of_violence"), at("date_end"), at("best"));
    // The first record is the row of HXL tags.
    for row in raw.records().skip(1).map(Result::unwrap) {
        if &row[kind] == "1" {
            *oracle.entry(row[end][..7].to_owned()).or_default() += row[best].parse::<u64>().unwrap();
        }
    }

    let reading = read(&path, &ReadOptions::default()).unwrap();
    let shape = PanelShape {
        area: AreaUnit::Country,
        period: PeriodUnit::Month,
        date_rule: DateRule::End,
        from: None,
        to: None,
    };
    let panel = Panel::from_events(&reading.dataset, &reading.version, &reading.events, &shape);
    assert_eq!(panel.rows.len(), 33 * 12);
    for row in &panel.rows {
        let expected = oracle.get(&row.period.to_string()).copied().unwrap_or(0);
        assert_eq!(row.measures.get(Measure::DeathsStateBased), Some(expected), "{}", row.period);
    }
}

#[test]
fn the_country_month_table_is_a_panel_with_its_gaps() {
    let Some(path) = shared("ucdp-country-month/country_month_by_type_1985_2024.csv") else { return };
    let file = SourceFile::open(&path).unwrap();
    assert!(is_country_month(&file));
    let panel = country_month_panel(&file, "25.1").unwrap();
    assert_eq!(panel.rows.len(), 59_040);
    let year = |year: i32| -> u64 {
        let rows = panel.rows.iter().filter(|r| r.area == "PAK" && r.period.year() == year);
        rows.filter_map(|r| r.measures.get(Measure::DeathsBest)).sum()
    };
    assert_eq!((year(2021), year(2024)), (452, 1_885));
    assert!(panel.rows.iter().all(|r| r.measures.get(Measure::DeathsLow).is_none()), "missing, never zero");
}

#[test]
fn a_panel_reads_as_it_is_written() {
    let Some(path) = shared("ucdp-country-month/country_month_by_type_1985_2024.csv") else { return };
    let panel = country_month_panel(&SourceFile::open(&path).unwrap(), "25.1").unwrap();
    let copy = std::env::temp_dir().join(format!("tarazu-panel-{}.csv", std::process::id()));
    std::fs::write(&copy, panel.to_csv().unwrap()).unwrap();
    assert_eq!(Panel::read_csv(&copy).unwrap(), panel);
    std::fs::remove_file(copy).unwrap();
}

/// Every attack is kept whatever form its date and figures have; what could not be taken at its word is remarked on.
#[test]
fn both_versions_of_the_suicide_attacks_are_read_to_the_last_row() {
    for (name, rows, release) in [("pakistan-v11.csv", 496, "11"), ("pakistan-v6.csv", 492, "6")] {
        let Some(path) = shared(&format!("suicide-attacks/{name}")) else { return };
        let reading = read(&path, &ReadOptions::default()).unwrap();
        assert_eq!(
            reading.accounts().to_string(),
            format!("{rows} rows read = {rows} kept + 0 rejected"),
            "{:?}",
            reading.rejects
        );
        assert_eq!(
            (reading.dataset.as_str(), reading.version.as_str()),
            ("Pakistan suicide attacks", release)
        );
        let first = &reading.events[0];
        assert_eq!(first.date.start.to_string(), "1995-11-19", "Sunday-November 19-1995");
        assert!(reading.events.iter().all(|e| (1995..=2017).contains(&e.date.start.year())));
        assert!(reading.events.iter().all(|e| e.place.iso3.as_deref() == Some("PAK")));
        assert!(reading.events.iter().all(|e| e.kind.event_subtype == Some("suicide_bombing")));
    }
}

/// Every cell that is not taken as it stands is in the remarks: none is changed in silence.
#[test]
fn the_suicide_attacks_oddities_are_remarked_on() {
    let Some(path) = shared("suicide-attacks/pakistan-v11.csv") else { return };
    let reading = read(&path, &ReadOptions::default()).unwrap();
    let mut raw = csv::ReaderBuilder::new().flexible(true).from_path(&path).unwrap();
    let headers = raw.byte_headers().unwrap().clone();
    let at = |name: &[u8]| headers.iter().position(|h| h.trim_ascii() == name).unwrap();
    let columns = [at(b"Killed Min"), at(b"Killed Max"), at(b"Injured Max")];
    let odd: usize = raw
        .byte_records()
        .map(Result::unwrap)
        .map(|r| {
            let odd = |c: &&usize| !r[**c].trim_ascii().iter().all(u8::is_ascii_digit);
            columns.iter().filter(odd).count()
        })
        .sum();
    let remarked = reading.remarks.iter().filter(|r| r.column != "Date").count();
    assert_eq!(remarked, odd, "{:#?}", reading.remarks);
}

#[test]
fn both_versions_of_gdelt_are_read_to_the_last_row() {
    for (name, rows, layout) in [
        ("20191024143000.export.CSV", 2_111, "GDELT 2.0, tab-separated, 61 columns, no heading"),
        ("gdelt1_20160728_events.tsv", 710, "GDELT 1.0, tab-separated, 58 columns, no heading"),
    ] {
        let Some(path) = shared(&format!("gdelt/{name}")) else { return };
        let reading = read(&path, &ReadOptions::default()).unwrap();
        assert_eq!(
            reading.accounts().to_string(),
            format!("{rows} rows read = {rows} kept + 0 rejected"),
            "{:?}",
            reading.rejects
        );
        assert_eq!(reading.layout, layout);
        assert!(
            reading.events.iter().all(|e| e.deaths.best.is_none()),
            "GDELT counts no deaths: missing, not zero"
        );
        let untyped = reading.events.iter().filter(|e| e.kind.event_type == "unknown").count();
        assert_eq!(untyped, 0, "every CAMEO root has a type");
    }
}

/// The count that the publisher of the polygons' neighbour, `../shared/data/README.md`, states.
#[test]
fn as_many_points_fall_inside_the_districts_as_published() {
    let (Some(reading), Some(path)) =
        (reading("pakistan-1989-2021.csv"), shared("geo/geoBoundaries-PAK-ADM2.geojson"))
    else {
        return;
    };
    let boundaries = Boundaries::open(&path, Some("2015")).unwrap();
    assert_eq!(boundaries.level, AreaLevel::Admin2);
    let inside = reading.events.iter().filter(|e| {
        e.place
            .coordinates
            .is_some_and(|(latitude, longitude)| boundaries.unit_at(latitude, longitude).is_some())
    });
    assert_eq!(inside.count(), 6_190);
}

/// Every spelling of a province in the files at hand leads to one of today's.
#[test]
fn every_province_of_pakistan_has_todays_name() {
    let resolver = Resolver::new(Arc::new(Tables::embedded().unwrap()), Vec::new(), None).unwrap();
    let mut found = BTreeSet::new();
    for name in
        ["ged/pakistan-1989-2021.csv", "suicide-attacks/pakistan-v6.csv", "suicide-attacks/pakistan-v11.csv"]
    {
        let Some(path) = shared(name) else { return };
        for event in read(&path, &ReadOptions::default()).unwrap().events {
            let resolved = resolver.resolve(&event, &mut Lookup::default());
            found.extend(resolved.admin1_current.map(str::to_owned));
        }
    }
    let today = [
        "Azad Jammu and Kashmir",
        "Balochistan",
        "Gilgit-Baltistan",
        "Islamabad Capital Territory",
        "Khyber Pakhtunkhwa",
        "Punjab",
        "Sindh",
    ];
    assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), today);
}
