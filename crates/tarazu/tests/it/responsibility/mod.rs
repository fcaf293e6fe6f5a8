//! The rules of responsibility: each has a test that tries to break it.

pub mod leaks;
pub mod published;

use std::path::{Path, PathBuf};

use crate::weigh::WORKED;
use crate::{shared, small_case, stderr, tarazu};

/// Put `to` in place of `from` in a file of the small case and give the faults that `check` finds.
fn codes(name: &str, file: &str, from: &str, to: &str) -> Vec<String> {
    let folder = small_case(name);
    let path = folder.0.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from));
    std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    let output = tarazu(&["check", "--json", &folder.0.display().to_string()]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    json["faults"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_private_person_has_no_voice() {
    assert_eq!(codes("voice", "claims.toml", "The minister, Ministry of Nowhere", "A passer-by"), ["office"]);
}

#[test]
fn a_side_that_is_called_after_somebody_stands_by_its_identifier() {
    let name = "name = \"Government of Nowhere\"";
    for called in ["name = \"Supporters of A. B.\"", "name = \"Nowhere\"\naliases = [\"Forces of A. B.\"]"] {
        assert_eq!(codes("called", "actors.toml", name, called), ["person"], "{called}");
    }
    assert_eq!(codes("by-id", "actors.toml", name, "name = \"UCDP actor 1234\""), [""; 0]);
}

#[test]
fn a_telephone_or_identity_number_does_not_load() {
    let with_number = "The operation works, ask 0300-1234567.";
    assert_eq!(codes("number", "claims.toml", "The operation works.", with_number), ["private-number"]);
}

#[test]
fn coordinates_do_not_load() {
    let with_coordinates = "The operation works at 34.8218, 74.3555.";
    assert_eq!(
        codes("coordinates", "claims.toml", "The operation works.", with_coordinates),
        ["coordinates"]
    );
}

#[test]
fn a_label_is_refused_as_ours_and_kept_as_a_quotation() {
    let ours = "The operation ended the terrorists.";
    assert_eq!(codes("label", "claims.toml", "The operation works.", ours), ["label"]);
    let quoted = "The operation ended what the minister calls 'terrorists'.";
    assert_eq!(codes("quoted", "claims.toml", "The operation works.", quoted), [""; 0]);
}

#[test]
fn no_claim_stands_alone_unless_a_search_says_so() {
    let folder = small_case("silence");
    let path = folder.0.join("claims.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let alone = text.split("[[claim.response]]").next().unwrap();
    std::fs::write(&path, format!("{alone}no_response_found = \"2020-01-31\"\n")).unwrap();
    let output = tarazu(&["weigh", &folder.0.display().to_string()]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let page = std::fs::read_to_string(folder.0.join("out/brief.html")).unwrap();
    assert!(page.contains("No response found") && page.contains("Searched on 31 January 2020"));
}

#[test]
fn every_side_of_every_claim_is_on_the_page() {
    let page = std::fs::read_to_string(WORKED.0.0.join("brief.html")).unwrap();
    let claims = std::fs::read_to_string(crate::root().join("cases/azm-i-istehkam/claims.toml")).unwrap();
    assert_eq!(page.matches("class=\"response\"").count(), claims.matches("[[claim.response]]").count());
    assert_eq!(page.matches("class=\"pair\"").count(), claims.matches("[[claim]]").count());
}

fn every_file(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files = Vec::new();
    for path in entries {
        if path.is_dir() { files.extend(every_file(&path)) } else { files.push(path) }
    }
    files
}

/// A small case about Pakistan of whose provinces and districts two cells have few events and tolls that are found again anywhere.
pub fn case_with_small_cells(name: &str, setting: &str) -> crate::Folder {
    let folder = small_case(name);
    for (file, from, to) in [
        ("case.toml", "XXX", "PAK"),
        ("case.toml", "Nowhere", "Pakistan"),
        ("case.toml", "\n[estimates]", &format!("{setting}\n\n[estimates]")),
        ("panel.csv", "XXX", "PAK"),
        ("figures.toml", "XXX", "PAK"),
    ] {
        let path = folder.0.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace(from, to)).unwrap();
    }
    let mut areas = String::from("dataset,version,area,period,events,deaths_best,deaths_low,deaths_high\n");
    for year in 2010..2020 {
        for month in 1..=12 {
            let cell = if (year, month) == (2017, 3) { "3,6061617,6061617,6061617" } else { "20,40,40,40" };
            areas.push_str(&format!("Made up,1,PAK/Punjab province,{year}-{month:02},{cell}\n"));
        }
        let cell = if year == 2018 { "2,7071717,7071717,7071717" } else { "50,60,60,60" };
        areas.push_str(&format!("Made up,1,PAK/Punjab province/Lahore district,{year},{cell}\n"));
    }
    std::fs::write(folder.0.join("areas.csv"), areas).unwrap();
    std::fs::copy(folder.0.join("panel.toml"), folder.0.join("areas.toml")).unwrap();
    folder
}

#[test]
fn small_cells_are_kept_back_everywhere_alike() {
    for (setting, kept_back) in [("small_cells = 4", true), ("small_cells = 3", false), ("", false)] {
        let folder = case_with_small_cells("small-cells", setting);
        let output = tarazu(&["weigh", &folder.0.display().to_string()]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let published = published::texts(&folder.0.join("out"));
        let telling = |mark: &str| -> Vec<&str> {
            published.iter().filter(|(_, t)| t.contains(mark)).map(|(name, _)| name.as_str()).collect()
        };
        let province = telling("6061617");
        assert_eq!(province.is_empty(), kept_back, "{setting}: {province:?}");
        // Of the district even three are more than it had.
        assert_eq!(telling("7071717").is_empty(), !setting.is_empty(), "{setting}");
        let svg = std::fs::read_to_string(folder.path("out/charts/deaths-by-province.svg")).unwrap();
        // Two years with every month, two without one: 40 in each.
        assert_eq!(svg.contains(">≥ 1,880<"), kept_back, "{setting}");
        assert!(svg.contains(">1,920<"), "a block without small cells stands whole");
        let output = tarazu(&["verify", &folder.path("out/bundle")]);
        assert_eq!(output.status.code(), Some(0), "{setting}: {}", stderr(&output));
    }
    let folder = case_with_small_cells("small-cells", "small_cells = 1");
    let output = tarazu(&["check", &folder.0.display().to_string()]);
    assert!(stderr(&output).contains("expected 2 to 1000"), "{}", stderr(&output));

    // panel.csv goes into the bundle as it is, so that no province can stand in it.
    let folder = case_with_small_cells("small-cells", "small_cells = 4");
    let panel = folder.0.join("panel.csv");
    let text = std::fs::read_to_string(&panel).unwrap();
    std::fs::write(&panel, text.replace(",PAK,", ",PAK/Punjab province,")).unwrap();
    let output = tarazu(&["weigh", &folder.0.display().to_string()]);
    assert_ne!(output.status.code(), Some(0));
    let said = stderr(&output);
    assert!(said.contains("panel.csv") && said.contains("`PAK/Punjab province`"), "{said}");
    assert!(!folder.0.join("out").exists(), "nothing is written");
}

/// The lines of a map are those of its boundaries and nothing else: whatever the events, each drawing of an area is the same.
#[test]
fn the_geometry_of_a_map_does_not_depend_on_events() {
    let lines = |change: fn(&str) -> String| {
        let folder = small_case("geometry");
        let case = crate::root().join("cases/azm-i-istehkam");
        let areas = std::fs::read_to_string(case.join("areas.csv")).unwrap();
        std::fs::write(folder.0.join("areas.csv"), change(&areas)).unwrap();
        std::fs::copy(case.join("areas.toml"), folder.0.join("areas.toml")).unwrap();
        for (file, from, to) in
            [("case.toml", "XXX", "PAK"), ("panel.csv", "XXX", "PAK"), ("figures.toml", "XXX", "PAK")]
        {
            let path = folder.0.join(file);
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::write(&path, text.replace(from, to)).unwrap();
        }
        let output = tarazu(&["weigh", &folder.0.display().to_string()]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let svg = std::fs::read_to_string(folder.0.join("out/charts/deaths-by-province.svg")).unwrap();
        let mut paths: Vec<String> =
            svg.split(" d=\"").skip(1).map(|p| p.split('"').next().unwrap().to_owned()).collect();
        paths.sort();
        paths.dedup();
        paths
    };
    let all = lines(str::to_owned);
    let fewer = lines(|areas| {
        areas.lines().take(1).map(|line| format!("{line}\n")).collect::<String>()
            + &areas
                .lines()
                .filter(|l| l.contains("Punjab") || l.contains("Federally"))
                .map(|l| format!("{l}\n"))
                .collect::<String>()
    });
    // Where an area has no row, the hatch is drawn over its ground in the same lines.
    assert_eq!(all, fewer);
}

/// The file holds 6,416 coordinates, place descriptions and headlines; none of them may reach anything that is published.
#[test]
fn nothing_finer_than_a_district_and_no_free_text_of_a_dataset_is_published() {
    let Some(events) = shared("ged/pakistan-1989-2021.csv") else { return };
    let folder = small_case("free-text");
    for (file, from, to) in [
        ("case.toml", "XXX", "PAK"),
        ("case.toml", "Nowhere", "Pakistan"),
        ("panel.csv", "XXX", "PAK"),
        ("figures.toml", "XXX", "PAK"),
    ] {
        let path = folder.0.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace(from, to)).unwrap();
    }
    for file in ["areas.csv", "areas.toml"] {
        std::fs::copy(crate::root().join("cases/azm-i-istehkam").join(file), folder.0.join(file)).unwrap();
    }
    let output =
        tarazu(&["weigh", &folder.0.display().to_string(), "--events", &events.display().to_string()]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let published: String = every_file(&folder.0.join("out"))
        .iter()
        .map(|path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned())
        .collect();
    assert!(published.contains("id=\"chart-deaths-by-province\""), "no map is published");
    #[cfg(feature = "pdf")]
    let published = {
        let paper = folder.path("out/brief.pdf");
        format!(
            "{published}{}{}",
            crate::pdf::hidden_words(&paper),
            crate::pdf::words(&paper).unwrap_or_default()
        )
    };
    let mut reader = csv::Reader::from_path(&events).unwrap();
    let headings = reader.headers().unwrap().clone();
    let at = |column: &str| headings.iter().position(|h| h == column).unwrap();
    let free = ["where_description", "source_headline", "source_article", "geom_wkt"].map(at);
    let (latitude, longitude) = (at("latitude"), at("longitude"));
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let (province, district) = (at("adm_1"), at("adm_2"));
    let areas: std::collections::BTreeSet<&str> =
        records.iter().flat_map(|r| [&r[province], &r[district]]).filter(|name| !name.is_empty()).collect();
    for record in &records {
        for column in free {
            let value = &record[column];
            // Short values and the name of the country may stand in a page for other reasons, and a description may be no more than the name of
            // a district or province, which is not finer than what may be published.
            let name = areas.iter().any(|area| area.contains(value));
            assert!(
                value.len() < 8 || value == "Pakistan" || name || !published.contains(value),
                "{value:?} is published"
            );
        }
        let (latitude, longitude) = (&record[latitude], &record[longitude]);
        for pair in [
            format!("{latitude}, {longitude}"),
            format!("{longitude},{latitude}"),
            format!("{longitude} {latitude}"),
        ] {
            assert!(latitude.is_empty() || !published.contains(&pair), "{pair} is published");
        }
    }
}

#[test]
fn events_younger_than_thirty_days_are_left_out() {
    let folder = small_case("young");
    let heading = "id,type_of_violence,side_a,side_b,where_prec,adm_1,adm_2,latitude,longitude,country,iso3,country_id,date_prec,\
        date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low";
    let row = |id: u32, date: &str| {
        format!("{id},1,A,B,1,P,D,33.0,70.0,Nowhere,XXX,1,1,{date},{date},0,1,0,0,1,2,1")
    };
    // The case is as of 31 January 2020; thirty days before, January was not over, so the whole month is left out.
    let text =
        [heading.to_owned(), row(1, "2019-06-01"), row(2, "2020-01-01"), row(3, "2020-01-02")].join("\n");
    std::fs::write(folder.path("events.csv"), text).unwrap();
    let output =
        tarazu(&["weigh", &folder.0.display().to_string(), "--events", &folder.path("events.csv"), "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let read = &json["weighing"]["events"];
    assert_eq!((read["used"].as_u64(), read["too_young"].as_u64()), (Some(1), Some(2)));
}

#[test]
fn the_word_effect_is_not_used_for_a_difference() {
    let page = std::fs::read_to_string(WORKED.0.0.join("brief.html")).unwrap();
    let section =
        page.split("id=\"difference\"").nth(1).unwrap().split("id=\"transparency\"").next().unwrap();
    // The name of a method of summarising is no word for what it summarises.
    let words = section.to_lowercase().replace("random-effects", "");
    assert!(!words.contains("effect"), "an effect is for a design to earn");
}
