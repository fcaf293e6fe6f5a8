//! Schema-true files with invented rows: each layout is recognised and each row says what its codebook means.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tarazu_events::{Event, Mapping, ReadOptions, Reading, read};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn reading(name: &str) -> Reading {
    read(&folder().join(name), &ReadOptions::default()).unwrap()
}

/// Id, days, deaths, types as taken and as given: a row as a reader of the fixture sees it.
fn line(event: &Event<'_>) -> String {
    let (start, end) = (event.date.start, event.date.end);
    let days = if start == end { start.to_string() } else { format!("{start}..{end}") };
    let deaths = event.deaths.best.map_or("?".to_owned(), |n| n.to_string());
    format!(
        "{} {days} {deaths} {}/{}",
        event.event_id,
        event.kind.event_type,
        event.kind.event_subtype.unwrap_or("-")
    )
}

fn lines(reading: &Reading) -> Vec<String> {
    reading.events.iter().map(line).collect()
}

fn kept(reading: &Reading, rows: usize, layout: &str) {
    assert_eq!(
        reading.accounts().to_string(),
        format!("{rows} rows read = {rows} kept + 0 rejected"),
        "{:?}",
        reading.rejects
    );
    assert_eq!(reading.layout, layout);
}

#[test]
fn acled_as_it_is_exported_today() {
    let reading = reading("acled-current.csv");
    kept(&reading, 8, "ACLED, CSV, 31 columns");
    assert_eq!(
        lines(&reading),
        [
            "PAK990001 2024-01-17 4 battle/armed_clash",
            "PAK990002 2024-02-09 11 explosion/suicide_bombing",
            "PAK990003 2024-02-21 0 protest/peaceful",
            "PAK990004 2024-03-07..2024-03-13 3 civilian_attack/armed_attack",
            "PAK990005 2024-04-01..2024-04-30 0 civilian_attack/abduction",
            "PAK990006 2024-05-28 1 explosion/remote_explosive",
            "PAK990007 2024-06-22 1 riot/mob_violence",
            "PAK990008 2024-06-30 0 strategic/weapons_use_disrupted",
        ]
    );
    let numbers: Vec<u64> = reading.events.iter().map(|e| e.line).collect();
    assert_eq!(numbers, [2, 3, 4, 6, 7, 8, 9, 10], "a note over two lines counts as two lines");
    assert_eq!(
        (reading.events[0].number_of_sources, reading.events[1].number_of_sources),
        (Some(2), Some(3))
    );
    assert!(reading.events.iter().all(|e| e.place.iso3.as_deref() == Some("PAK")));
}

#[test]
fn acled_as_it_was_exported_before() {
    let with_tags = reading("acled-hxl.csv");
    kept(&with_tags, 4, "ACLED, CSV, 28 columns, HXL tags");
    assert_eq!(with_tags.events[0].line, 3);
    let of_2019 = reading("acled-2019.csv");
    kept(&of_2019, 6, "ACLED, CSV with semicolons, 31 columns");
    assert_eq!(lines(&of_2019)[0], "PAK99001 2019-03-15 3 battle/armed_clash");
    assert_eq!(lines(&of_2019)[4], "PAK99005 2019-06-06..2019-06-12 2 civilian_attack/armed_attack");
    let of_2016 = reading("acled-2016.csv");
    assert_eq!((of_2016.accounts().kept, of_2016.other_encoding), (6, 5));
    assert_eq!(of_2016.events[0].date.start.to_string(), "2016-03-04", "day before month");
    assert_eq!(of_2016.events[0].place.name.as_deref(), Some("Kourépo-Inventé"));
    assert_eq!(of_2016.events[2].place.name.as_deref(), Some("N’Djaména – Quartier inventé"), "Windows-1252");
    let kinds: Vec<_> = of_2016.events.iter().map(|e| e.kind.event_type).collect();
    assert_eq!(
        kinds,
        ["battle", "explosion", "protest", "civilian_attack", "riot", "strategic"],
        "protests and riots were one type, told apart by inter1"
    );
    let countries: Vec<_> = of_2016.events.iter().map(|e| e.place.iso3.clone().unwrap()).collect();
    assert_eq!(countries, ["MLI", "MLI", "TCD", "CMR", "CIV", "DZA"]);
}

#[test]
fn gtd_in_full_as_text_and_as_workbook_is_the_same() {
    let text = reading("gtd-135.csv");
    kept(&text, 8, "GTD, CSV, 135 columns");
    let expected = [
        ("201603149901 2016-03-14 9", Some(1), Some(23), Some(false)),
        ("201600009902 2016-01-01..2016-12-31 2", Some(0), Some(0), Some(false)),
        ("201607009903 2016-07-01..2016-07-31 0", Some(0), Some(0), Some(false)),
        ("201609119904 2016-09-11 ?", None, None, Some(true)),
        ("201610029905 2016-10-02 7", Some(5), Some(4), None),
        ("201610029906 2016-10-02 4", Some(0), Some(11), Some(false)),
        ("201611209907 2016-11-20 0", Some(0), Some(0), Some(false)),
        ("201612319908 2016-12-31 1", Some(0), None, Some(false)),
    ];
    for (event, (row, perpetrators, wounded, doubted)) in text.events.iter().zip(expected) {
        assert!(line(event).starts_with(row), "{} is not {row}", line(event));
        assert_eq!(
            (event.deaths.side_a, event.wounded, event.doubted),
            (perpetrators, wounded, doubted),
            "{row}"
        );
    }
    assert_eq!(text.events[0].kind.event_subtype, Some("suicide_bombing"));
    assert!(text.events[5].place.coordinates.is_none(), "specificity 5");
    assert_eq!(text.remarks.len(), 2, "two fractions of a shared toll");
    let book = reading("gtd-135.xlsx");
    kept(&book, 8, "GTD, workbook, 135 columns");
    assert_eq!(lines(&text), lines(&book));
}

#[test]
fn gtd_in_reduced_forms() {
    let reduced = reading("gtd-reduced.csv");
    kept(&reduced, 4, "GTD, CSV, 14 columns");
    assert!(
        lines(&reduced)[2].starts_with("201505009913 2015-05-01..2015-05-31 1 civilian_attack/assassination")
    );
    let website = reading("gtd-website.csv");
    assert_eq!(website.accounts().kept, 4);
    assert!(lines(&website)[1].starts_with("201812009922 2018-12-01..2018-12-31 ?"));
    assert!(lines(&website)[3].starts_with("201803049924 2018-03-04 0"), "month before day");
}

#[test]
fn ged_as_a_workbook() {
    let reading = reading("ged-small.xlsx");
    kept(&reading, 5, "UCDP GED, workbook, 49 columns");
    let days: Vec<_> =
        lines(&reading).iter().map(|l| l.split(' ').skip(1).take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        days,
        [
            "2021-03-04 6",
            "2021-05-30..2021-06-02 4",
            "2021-07-19 11",
            "2021-09-01..2021-09-30 8",
            "2021-01-01..2021-12-31 0"
        ]
    );
    assert!(
        reading.events.iter().all(|e| e.place.iso3.as_deref() == Some("PAK")),
        "by Gleditsch and Ward's number"
    );
}

/// The mappings in `mappings/` are the documented examples: each reads its fixture and rejects what the documentation says.
#[test]
fn other_tables_are_read_through_the_documented_mappings() {
    for name in ["bfrs", "satp", "drone-strikes"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("mappings/{name}.toml"));
        let mapping = Some(Arc::new(Mapping::open(&path).unwrap()));
        let options = ReadOptions { mapping, ..ReadOptions::default() };
        let reading = read(&folder().join(format!("mapping-{name}.csv")), &options).unwrap();
        let accounts = reading.accounts();
        assert_eq!(accounts.read, accounts.kept + accounts.rejected);
        assert!(accounts.kept >= 3, "{name}: {accounts}, {:?}", reading.rejects);
        let untyped = reading.events.iter().filter(|e| e.kind.event_type == "unknown").count();
        assert!(untyped <= 1, "{name}: {:?}", lines(&reading));
        for reject in &reading.rejects {
            assert!(!reject.reason.is_empty());
        }
    }
}

#[test]
fn a_mapping_at_fault_names_file_and_line() {
    let path = std::env::temp_dir().join(format!("tarazu-mapping-{}.toml", std::process::id()));
    for (text, expected) in [
        (
            "dataset = \"X\"\n[columns]\ndat = \"D\"\n",
            "line 3: `dat` is no field of an event; did you mean `date`?",
        ),
        ("dataset = \"X\"\n[columns]\nplace = \"P\"\n", "line 2: expected a column for `date`"),
        (
            "dataset = \"X\"\n[columns]\ndate = \"D\"\n[constants]\nevent_type = \"war\"\n",
            "line 5: `war` `` is no type",
        ),
        ("dataset = \"X\"\ncolums = 1\n", "line 2: unknown field `colums`"),
    ] {
        std::fs::write(&path, text).unwrap();
        let message = Mapping::open(&path).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
    std::fs::remove_file(path).unwrap();
}
