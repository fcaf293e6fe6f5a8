//! What datasets mean by what they say: revisions, releases, orders of dates, ids.

use std::path::PathBuf;

use tarazu_events::{ReadError, ReadOptions, Reading, read};

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
