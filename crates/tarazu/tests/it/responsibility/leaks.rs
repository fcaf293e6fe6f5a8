//! A thousand leaks are planted in everything that a weighing reads; none may reach anything that it publishes.

use std::collections::HashSet;
use std::fmt::Write;

use super::published::{DRAWING, texts};
use crate::{small_case, stderr, tarazu};

/// Rows of the planted event file.
const ROWS: u64 = 110;

/// What is planted: how it is called, and what must not be published of it.
pub struct Leak {
    pub kind: &'static str,
    /// A word, or seven digits (with a point) in a row.
    marks: Vec<String>,
    /// More digits in a row than the place of a pen has, which are looked for in drawings as well.
    long: Option<String>,
}

impl Leak {
    fn new(kind: &'static str, marks: Vec<String>) -> Self {
        Self { kind, marks, long: None }
    }

    /// A number, of which `from` on seven characters must not be published anywhere, and the whole of it in no drawing.
    fn number(kind: &'static str, long: &str, from: usize) -> Self {
        Self { kind, marks: vec![long[from..from + 7].to_owned()], long: Some(long.to_owned()) }
    }
}

/// Digits and points in a row that are published, unless they are part of a word or of a hash, cut into every seven that follow one another.
fn sevens(text: &str) -> HashSet<&str> {
    let bytes = text.as_bytes();
    let is_part = |b: &u8| b.is_ascii_digit() || *b == b'.';
    let mut found = HashSet::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|b| is_part(b)).count();
        let named = at > 0 && bytes[at - 1].is_ascii_alphabetic()
            || bytes.get(at + length).is_some_and(u8::is_ascii_alphabetic);
        if length >= 7 && !named {
            found.extend((at..=at + length - 7).map(|i| &text[i..i + 7]));
        }
        at += length.max(1);
    }
    found
}

/// What planted words are called by.
const KINDS: [&str; 9] =
    ["Victim", "Note", "Headline", "Article", "Original", "Place", "Side", "Leader", "Stray"];

/// A word that no dataset and no program has.
fn word(kind: &str, i: u64) -> String {
    assert!(KINDS.contains(&kind));
    let letters: String = (0..6).map(|k| char::from(b'a' + (mix(i * 6 + k) % 26) as u8)).collect();
    format!("Qxz{kind}{letters}{i}")
}

fn mix(i: u64) -> u64 {
    let x = (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (x ^ (x >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 20
}

fn digits(i: u64, count: u32) -> String {
    let modulus = 10_u64.pow(count);
    format!("{:0width$}", mix(i) % modulus, width = count as usize)
}

/// A number of so many digits, of which the first is no zero.
fn long_number(i: u64, count: u32) -> String {
    format!("{}{}", 1 + mix(i + 7_000) % 9, digits(i, count - 1))
}

/// The event file: one row in ten is too young to be published, one in ten cannot be read. Free text of every kind in all of them.
pub fn events(leaks: &mut Vec<Leak>) -> String {
    let mut text = String::from(
        "id,type_of_violence,side_a,side_a_new_id,side_b,side_b_new_id,source_article,source_office,source_headline,source_original,where_prec,where_coordinates,\
         where_description,adm_1,adm_2,latitude,longitude,geom_wkt,country,iso3,country_id,date_prec,date_start,date_end,deaths_a,deaths_b,\
         deaths_civilians,deaths_unknown,best,high,low\n",
    );
    for i in 0..ROWS {
        let victim = word("Victim", i);
        let phone = long_number(i, 10);
        let person = (digits(i + 500, 5), digits(i + 900, 7));
        let (latitude, longitude) =
            (format!("61.{}", digits(i + 1300, 10)), format!("171.{}", digits(i + 1700, 10)));
        // A side without an id, and sides with one that are called after somebody, as UCDP calls some.
        let (side, id) = match i % 4 {
            0 => (word("Side", i), String::new()),
            1 => (format!("Supporters of {}", word("Leader", i / 20)), (7_001 + i / 20).to_string()),
            2 => (format!("Forces of {}", word("Leader", i / 20)), (8_001 + i / 20).to_string()),
            _ => (format!("Followers of {}", word("Leader", i / 20)), (9_001 + i / 20).to_string()),
        };
        let (note, headline, article) = (word("Note", i), word("Headline", i), word("Article", i));
        let (young, torn) = (i % 10 == 3, i % 10 == 7);
        let month = i % 9 + 1;
        let date = match () {
            () if young => format!("2020-01-{:02}", i % 28 + 1),
            () if torn => "in the spring".into(),
            () => format!("2019-{month:02}-{:02}", i % 28 + 1),
        };
        let toll = if young { 7_000_000 + mix(i) % 900_000 } else { i % 5 };
        writeln!(
            text,
            "{},1,Government of Nowhere,99,{side},{id},\"{article}, ask 0{phone}\",Office,\"{headline}: {victim} of {}-{}-1\",{},1,{},\
             \"{note}; {victim} lived at {latitude}, {longitude}\",P,D,{latitude},{longitude},POINT ({longitude} {latitude}),Nowhere,XXX,1,1,{date},{date},0,{toll},0,0,{toll},{},{toll}",
            9_100_000 + i,
            person.0,
            person.1,
            word("Original", i),
            word("Place", i),
            toll + 1,
        )
        .unwrap();
        leaks.extend([
            Leak::new("victim's name", vec![victim]),
            Leak::number("telephone number", &phone, 0),
            Leak::new("identity number", vec![person.1]),
            // Cut to four decimals, which is a street.
            Leak::number("latitude", &latitude, 0),
            Leak::number("longitude", &longitude, 1),
            Leak::new("note", vec![note]),
            Leak::new("headline", vec![headline]),
            Leak::new("article", vec![article]),
            Leak::new("side", vec![side]),
        ]);
        if young {
            leaks.push(Leak::new("young event", vec![toll.to_string(), (toll + 1).to_string()]));
        }
    }
    text
}

#[test]
fn none_of_a_thousand_planted_leaks_is_published() {
    let folder = small_case("leaks");
    let mut leaks = Vec::new();
    let file = events(&mut leaks);
    // Event files with a name that tells are published by it: the name itself holds nothing private here.
    std::fs::write(folder.path("events.csv"), file).unwrap();
    // Months of the panel that are too young.
    let panel = std::fs::read_to_string(folder.path("panel.csv")).unwrap();
    let mut with_young = panel;
    for i in 0..110_u64 {
        let value = 8_000_000 + mix(i) % 900_000;
        let (year, month) = (2020 + (i / 12) as i64, i % 12 + 1);
        writeln!(with_young, "Made up,1,XXX,{year}-{month:02},{value},{value},{value},{value}").unwrap();
        leaks.push(Leak::new("young month", vec![value.to_string()]));
    }
    std::fs::write(folder.path("panel.csv"), with_young).unwrap();
    // What lies in the folder and is no part of the case.
    std::fs::write(folder.path("notes.txt"), word("Stray", 1)).unwrap();
    std::fs::write(folder.path("editions.toml.orig"), word("Stray", 2)).unwrap();
    leaks.push(Leak::new("stray file", vec![word("Stray", 1), word("Stray", 2)]));
    assert!(leaks.len() >= 1_000, "{}", leaks.len());

    let case = folder.0.display().to_string();
    let events = folder.path("events.csv");
    for arguments in [
        vec!["weigh", case.as_str(), "--events", &events],
        vec![
            "export",
            case.as_str(),
            "--events",
            &events,
            "--hxl",
            "-o",
            &folder.path("out/handed-over.zip"),
        ],
    ] {
        let output = tarazu(&arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    let out = folder.0.join("out");
    let published = texts(&out);
    let names: Vec<&str> = published.iter().map(|(name, _)| name.as_str()).collect();
    for expected in [
        "brief.html",
        "weighing.json",
        "bundle/data/estimates.parquet",
        "bundle/case/panel.csv",
        "handed-over.zip!data/panel.csv",
    ] {
        assert!(names.contains(&expected), "{expected} was not looked into: {names:?}");
    }
    let found = search(&published, &leaks);
    assert!(
        found.is_empty(),
        "{} of {} leaks: {:#?}",
        found.len(),
        leaks.len(),
        &found[..found.len().min(10)]
    );
}

/// What is found of the leaks in texts that are published, each with its name.
pub fn search(published: &[(String, String)], leaks: &[Leak]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, text) in published {
        // Every planted word begins in one of few ways, which is found even where its end is cut off.
        let lower = text.to_lowercase();
        for at in KINDS.iter().filter_map(|kind| lower.find(&format!("qxz{}", &kind.to_lowercase()[..4]))) {
            let words: String = lower[at..].chars().take(40).collect();
            found.push(format!("{name}: a planted word: {words}"));
        }
        if name.ends_with(DRAWING) {
            // Seven digits in a row are the place of a pen, ten are not.
            let long = leaks.iter().filter_map(|l| Some((l.kind, l.long.as_ref()?)));
            found.extend(
                long.filter(|(_, l)| text.contains(l.as_str()))
                    .map(|(kind, l)| format!("{name}: {kind} {l}")),
            );
            continue;
        }
        let sevens = sevens(text);
        for leak in leaks {
            let numbers = leak.marks.iter().filter(|m| m.len() == 7);
            found.extend(
                numbers.filter(|m| sevens.contains(m.as_str())).map(|m| format!("{name}: {} {m}", leak.kind)),
            );
        }
    }
    found
}

/// Where a text of the case may hold something private: file, what stands there, and what is put in its place around the leak.
const PLACES: [(&str, &str, &str); 20] = [
    ("case.toml", "title = \"A small case\"", "title = \"A small case LEAK\""),
    ("case.toml", "title = \"A small case\"", "title = \"A small case\"\nsubtitle = \"LEAK\""),
    ("case.toml", "title = \"A small case\"", "title = \"A small case\"\nlimits = [\"LEAK\"]"),
    ("case.toml", "title = \"A small case\"", "# LEAK\ntitle = \"A small case\""),
    ("actors.toml", "name = \"Government of Nowhere\"", "name = \"Government of Nowhere LEAK\""),
    ("actors.toml", "kind = \"party\"", "kind = \"party\"\naliases = [\"LEAK\"]"),
    ("campaigns.toml", "summary = \"An operation for a test.\"", "summary = \"An operation LEAK\""),
    ("campaigns.toml", "name = \"Operation Calm\"", "name = \"Operation Calm\"\nspellings = [\"LEAK\"]"),
    ("claims.toml", "voice = \"The minister, Ministry of Nowhere\"", "voice = \"The minister, LEAK\""),
    ("claims.toml", "proposition = \"The operation works.\"", "proposition = \"The operation works. LEAK\""),
    (
        "claims.toml",
        "proposition = \"The operation works.\"",
        "proposition = \"The operation works.\"\nquote = \"it works LEAK\"",
    ),
    ("claims.toml", "text = \"The opposition asked for figures.\"", "text = \"Asked LEAK.\""),
    ("claims.toml", "text = \"The opposition asked for figures.\"", "text = \"Asked.\"\nquote = \"LEAK\""),
    ("claims.toml", "locator = \"p. 4\"", "locator = \"LEAK\""),
    ("documents.bib", "organization = {Nowhere Press}", "organization = {Nowhere Press}, note = {LEAK}"),
    ("documents.bib", "organization = {Nowhere Press}", "organization = {LEAK}"),
    ("documents.bib", "title = {The Gazette of Nowhere}", "title = {The Gazette, LEAK}"),
    ("figures.toml", "text = \"Deaths in 2019\"", "text = \"Deaths LEAK\""),
    ("brief.md", "In April 2018 an operation began", "In April 2018 LEAK an operation began"),
    ("brief.md", "# Summary\n", "# Summary LEAK [@gazette, p. 1]\n"),
];

#[test]
fn what_is_private_in_a_text_of_the_case_does_not_load() {
    let leaks = [
        ("0300-1234567", "private-number"),
        ("0300 1234567", "private-number"),
        ("+92 300 1234567", "private-number"),
        ("42101-1234567-1", "private-number"),
        ("42101 1234567 1", "private-number"),
        ("34.8218, 74.3555", "coordinates"),
        ("34.8218 N, 74.3555 E", "coordinates"),
    ];
    for (i, (file, from, to)) in PLACES.iter().enumerate() {
        // Two leaks at a place, another two at the next.
        for (leak, code) in [leaks[i % leaks.len()], leaks[(i + 3) % leaks.len()]] {
            let codes = super::codes(&format!("place-{i}"), file, from, &to.replace("LEAK", leak));
            assert!(codes.iter().any(|c| c == code), "{file}: {leak} in {to:?}: {codes:?}");
        }
    }
}

#[test]
fn what_is_private_beside_the_entries_is_refused_too() {
    for (file, text) in [
        ("grid.toml", "# ask 0300 1234567\n"),
        ("panel.toml", "# ask 42101-1234567-1\n"),
        ("panel.toml", "# at 34.8218, 74.3555\n"),
        ("editions.toml", "# ask 0300 1234567\n"),
    ] {
        let folder = small_case("beside");
        let path = folder.0.join(file);
        let before = std::fs::read_to_string(&path).unwrap_or_default();
        std::fs::write(&path, format!("{text}{before}")).unwrap();
        let output = tarazu(&["weigh", &folder.0.display().to_string()]);
        assert_eq!(output.status.code(), Some(1), "{file}");
        assert!(stderr(&output).contains("nothing private is recorded"), "{}", stderr(&output));
        assert!(!folder.0.join("out").exists(), "nothing is published");
    }
    // A column of free text in a panel.
    let folder = small_case("column");
    let path = folder.0.join("panel.csv");
    let panel = std::fs::read_to_string(&path).unwrap();
    let panel: String = panel
        .lines()
        .enumerate()
        .map(|(i, l)| format!("{l},{}\n", if i == 0 { "notes" } else { "free text" }))
        .collect();
    std::fs::write(&path, panel).unwrap();
    let output = tarazu(&["weigh", &folder.0.display().to_string()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!folder.0.join("out").exists(), "nothing is published");
}

#[test]
fn a_label_in_our_own_words_does_not_load_wherever_it_stands() {
    for (i, (file, from, to)) in [
        ("actors.toml", "name = \"Government of Nowhere\"", "name = \"Terrorist group\""),
        (
            "claims.toml",
            "voice = \"The minister, Ministry of Nowhere\"",
            "voice = \"The minister, Ministry of martyrs\"",
        ),
        (
            "documents.bib",
            "organization = {Nowhere Press}",
            "organization = {Nowhere Press}, note = {Names three terrorists}",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(super::codes(&format!("own-{i}"), file, from, to), ["label"], "{file}");
    }
    let quoted = "proposition = \"The operation works.\"\nquote = \"we ended the terrorists\"";
    assert_eq!(
        super::codes("own-quote", "claims.toml", "proposition = \"The operation works.\"", quoted),
        [""; 0]
    );
}
