//! What datasets mean by what they say: revisions, releases, orders of dates, ids.

use std::path::PathBuf;
use std::sync::Arc;

use tarazu_events::{Mapping, Original, ReadError, ReadOptions, Reading, Renewal, Scan, read};

/// A file of these contents under a name of its own, read.
fn reading_of(folder: &str, name: &str, text: &str) -> Reading {
    try_reading(folder, name, text).unwrap()
}

fn try_reading(folder: &str, name: &str, text: &str) -> Result<Reading, ReadError> {
    let folder: PathBuf = std::env::temp_dir().join(format!("tarazu-{folder}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    let reading = read(&path, &ReadOptions::default());
    std::fs::remove_dir_all(folder).unwrap();
    reading
}

const ACLED: &str = "event_id_cnty,event_date,event_type,sub_event_type,actor1,inter1,interaction,country,iso,fatalities,timestamp";

fn acled_row(id: &str, date: &str, fatalities: &str, timestamp: &str) -> String {
    format!("{id},{date},Battles,Armed clash,A,Rebel Group,1,Pakistan,586,{fatalities},{timestamp}\n")
}

#[test]
fn of_two_rows_of_an_acled_event_the_later_revision_stands() {
    let rows = [
        acled_row("PAK1", "2024-06-22", "3", "1719100000"),
        acled_row("PAK2", "2024-06-22", "1", "1719100000"),
        acled_row("PAK1", "2024-06-22", "5", "1719200000"),
        acled_row("PAK1", "2024-06-22", "4", "1719150000"),
        acled_row("PAK2", "2024-06-22", "9", ""),
        acled_row("PAK3", "2024-06-22", "9", "soon"),
    ];
    let reading = reading_of("revisions", "a.csv", &format!("{ACLED}\n{}", rows.concat()));
    assert_eq!(reading.accounts().to_string(), "6 rows read = 3 kept + 3 rejected");
    let found: Vec<_> = reading.events.iter().map(|e| (e.event_id.as_ref(), e.line, e.deaths.best)).collect();
    assert_eq!(found, [("PAK2", 3, Some(1)), ("PAK1", 4, Some(5)), ("PAK3", 7, Some(9))]);
    assert_eq!(reading.events[1].recorded_at.unwrap().to_string(), "2024-06-24T03:33:20Z");
    assert_eq!(reading.events[2].recorded_at, None);
    let rejects: Vec<_> = reading.rejects.iter().map(|r| (r.line, r.reason.as_str())).collect();
    assert_eq!(
        rejects,
        [
            (2, "expected each event id once; line 4 has a later revision, which stands"),
            (5, "expected each event id once; it stands first on line 4"),
            (6, "expected each event id once; it stands first on line 3"),
        ]
    );
    assert_eq!(reading.remarks.len(), 1);
}

#[test]
fn one_order_of_day_and_month_holds_for_the_whole_file() {
    let acled = |dates: &[&str]| {
        let rows: Vec<String> = dates
            .iter()
            .enumerate()
            .map(|(id, date)| acled_row(&format!("PAK{id}"), date, "1", ""))
            .collect();
        try_reading(
            &format!("order-{}", dates.join("-").replace('/', "")),
            "a.csv",
            &format!("{ACLED}\n{}", rows.concat()),
        )
    };
    let days = |reading: &Reading| -> Vec<String> {
        reading.events.iter().map(|e| e.date.start.to_string()).collect()
    };
    let months_first = acled(&["6/5/2024", "6/22/2024", "2024-06-29"]).unwrap();
    assert_eq!(days(&months_first), ["2024-06-05", "2024-06-22", "2024-06-29"]);
    assert_eq!(months_first.layout, "ACLED, CSV, 11 columns, dates as month/day/year");
    let days_first = acled(&["6/5/2024", "22/6/2024"]).unwrap();
    assert_eq!(days(&days_first), ["2024-05-06", "2024-06-22"]);
    let untold = acled(&["6/5/2024"]).unwrap();
    assert_eq!(days(&untold), ["2024-05-06"]);
    assert!(untold.layout.ends_with("dates taken as day/month/year: no day above 12 shows their order"));
    let both = acled(&["6/5/2024", "6/22/2024", "22/6/2024"]).unwrap_err().to_string();
    assert!(both.contains("line 4: expected dates in one order: line 4 has \"22/6/2024\""), "{both}");
}

#[test]
fn an_attack_whose_day_is_not_named_keeps_the_days_it_can_have_happened_on() {
    let text = "S#,Date,Blast Day Type,Killed Min,Killed Max,Injured Max,No. of Suicide Blasts\n\
        1,Sunday-November-1995,,1,1,2,1\n2,Thursday-March 10-11-2005,,1,1,2,1\n3,about March 10-2005,,1,1,2,1\n";
    let reading = reading_of("attacks", "a.csv", text);
    assert_eq!(reading.accounts().to_string(), "3 rows read = 2 kept + 1 rejected");
    let days: Vec<String> = (reading.events.iter())
        .map(|e| format!("{}..{} {}", e.date.start, e.date.end, e.date.precision.name()))
        .collect();
    assert_eq!(days, ["1995-11-01..1995-11-30 month", "2005-03-10..2005-03-11 days"]);
    assert_eq!(reading.remarks.len(), 2);
}

const GED: &str = "id,year,code_status,type_of_violence,side_a,side_b,where_prec,adm_1,adm_2,latitude,longitude,country,iso3,country_id,\
date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low";

fn ged_row(id: u32, year: &str, status: &str, iso3: &str) -> String {
    format!(
        "{id},{year},{status},1,A,B,1,P,D,33.0,70.0,Pakistan,{iso3},770,1,2023-01-01,2023-01-02,0,1,0,0,1,2,1\n"
    )
}

#[test]
fn ucdps_candidate_events_are_known_by_their_coding_whatever_the_file_is_called() {
    let name = |file: &str, rows: &[(&str, &str)]| {
        let rows: Vec<String> = (rows.iter().zip(1..)).map(|((y, s), id)| ged_row(id, y, s, "PAK")).collect();
        reading_of(
            &format!("coding-{}", file.len() * 10 + rows.len()),
            file,
            &format!("{GED}\n{}", rows.concat()),
        )
    };
    let renamed = name("download.csv", &[("2023", "Clear"), ("2023", "Check dyad")]);
    assert_eq!((renamed.dataset.as_str(), renamed.version.as_str()), ("UCDP Candidate", "unknown"));
    assert_eq!(renamed.layout, "UCDP Candidate, CSV, 24 columns");
    let doubted: Vec<_> = renamed.events.iter().map(|e| e.doubted).collect();
    assert_eq!(doubted, [Some(false), Some(true)]);
    let final_ones =
        name("GEDEvent_v23_0_10.csv", &[("2022", "Clear"), ("2023", "Clear"), ("2023", "Clear")]);
    assert_eq!(final_ones.dataset, "UCDP GED", "its name says otherwise");
    assert_eq!(name("GEDEvent_v23_01_23_12.csv", &[("2023", "Clear")]).dataset, "UCDP Candidate");
    assert_eq!(name("x.csv", &[("2023", "Clear")]).dataset, "UCDP GED");
    // A first row that is torn, and thousands of the first year, tell nothing yet.
    let torn =
        format!("{GED}\n\"{}{}", ged_row(1, "2023", "Clear", "PAK"), ged_row(2, "2023", "Check dyad", "PAK"));
    let torn = reading_of("coding-torn", "download.csv", &torn);
    assert_eq!((torn.dataset.as_str(), torn.accounts().rejected), ("UCDP Candidate", 1));
    let mut years: Vec<String> = (1..30_000).map(|id| ged_row(id, "2023", "Clear", "PAK")).collect();
    years[0] = ged_row(1, "2023", "Check dyad", "PAK");
    years.push(ged_row(30_000, "2024", "Clear", "PAK"));
    let years = reading_of("coding-years", "download.csv", &format!("{GED}\n{}", years.concat()));
    assert_eq!(years.dataset, "UCDP GED");
}

#[test]
fn years_and_codes_of_countries_are_what_they_must_be() {
    let rows = [
        ged_row(1, "67560", "Clear", "PAK"),
        ged_row(2, "2023", "Clear", "XYZ"),
        ged_row(3, "2023", "Clear", "pak"),
    ];
    let reading = reading_of("years", "a.csv", &format!("{GED}\n{}", rows.concat()));
    let reject = &reading.rejects[0];
    assert_eq!((reject.column.as_str(), reject.value.as_str()), ("year", "67560"));
    assert_eq!(reject.reason, "expected a year from 1900 to 2100");
    let iso3: Vec<_> = reading.events.iter().map(|e| e.place.iso3.as_deref()).collect();
    assert_eq!(iso3, [Some("PAK"), Some("PAK")], "by the number where the code is none, and in capitals");
    assert_eq!(reading.remarks.len(), 1);
    assert_eq!(reading.remarks[0].value, "XYZ");
    let acled = format!("{ACLED},year\n{},67560\n", acled_row("PAK1", "2024-06-22", "1", "").trim());
    assert_eq!(reading_of("years-acled", "a.csv", &acled).rejects[0].value, "67560");
}

#[test]
fn identifiers_that_a_spreadsheet_shortened_are_rejected() {
    let text = "eventid,iyear,imonth,iday,country_txt,attacktype1,gname,nkill,nwound\n\
        2.01001E+11,2010,1,5,Pakistan,3,X,1,0\n201001050001,2010,1,5,Pakistan,3,X,1,0\n";
    let reading = reading_of("shortened", "a.csv", text);
    assert_eq!(reading.accounts().to_string(), "2 rows read = 1 kept + 1 rejected");
    assert!(reading.rejects[0].reason.contains("text editor"), "{}", reading.rejects[0].reason);
}

#[test]
fn the_oldest_acled_numbers_are_of_a_country() {
    let text = "event_id_no_cnty,event_date,year,event_type,actor1,inter1,interaction,geo_precision,fatalities,country\n\
        1,2016-01-01,2016,Riots/Protests,A,Rioters,12,1,3,Pakistan\n1,2016-01-01,2016,Riots/Protests,B,6,12,1,5,India\n\
        2,2016-01-01,2016,Riots/Protests,B,Protesters,12,1,5,\n";
    let reading = reading_of("no-cnty", "a.csv", text);
    let found: Vec<_> = reading.events.iter().map(|e| (e.event_id.as_ref(), e.kind.event_type)).collect();
    assert_eq!(found, [("PAK1", "riot"), ("IND1", "protest")]);
    assert_eq!(reading.rejects[0].reason, "expected a country beside a number that counts within one");
}

#[test]
fn a_mapping_says_what_a_newer_file_does_and_loses_no_cell_in_silence() {
    let folder = std::env::temp_dir().join(format!("tarazu-mapped-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (file, mapping) = (folder.join("a.csv"), folder.join("m.toml"));
    let rows = "d;p;lat;lon;k\n2024-06-22;day;33,5;70,5;1.234\n2024-06-22;week;33,5;;2\n2024-06-22;often;;;3\n2024-06-22;;;;1.5\n";
    std::fs::write(&file, rows).unwrap();
    let columns = "[columns]\ndate = \"d\"\ndate_precision = \"p\"\nlatitude = \"lat\"\nlongitude = \"lon\"\ndeaths_best = \"k\"\n";
    let with = |keys: &str| {
        std::fs::write(&mapping, format!("dataset = \"L\"\n{keys}{columns}")).unwrap();
        let mapping = Mapping::open(&mapping).map(Arc::new);
        mapping.map(|m| ReadOptions { mapping: Some(m), ..ReadOptions::default() })
    };
    let renewal = |keys: &str| {
        Scan::open(Original::find(&file).unwrap(), &with(keys).unwrap()).unwrap().description().renewal
    };
    assert_eq!(renewal(""), Renewal::Adds);
    assert_eq!(renewal("renewal = \"replace\"\n"), Renewal::Replaces);
    assert!(with("renewal = \"often\"\n").unwrap_err().to_string().contains("line 2"));
    let reading = read(&file, &with("decimal = \",\"\n").unwrap()).unwrap();
    assert_eq!(reading.accounts().to_string(), "4 rows read = 2 kept + 2 rejected");
    assert_eq!(reading.events[0].deaths.best, Some(1234));
    assert_eq!(reading.events[0].place.coordinates, Some((33.5, 70.5)));
    assert_eq!(reading.remarks[0].reason, "expected both coordinates; taken as not located");
    assert_eq!(reading.rejects[0].reason, "expected 1 to 5, or day, days, week, month or year");
    assert!(
        reading.rejects[1].reason.contains("decimals with `decimal = \".\"`"),
        "{}",
        reading.rejects[1].reason
    );
    let plain = read(&file, &with("").unwrap()).unwrap();
    assert!(
        plain.rejects[0].reason.contains("decimals with `decimal = \",\"`"),
        "{}",
        plain.rejects[0].reason
    );
    std::fs::remove_dir_all(folder).unwrap();
}
