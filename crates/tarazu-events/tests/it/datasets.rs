//! What datasets mean by what they say: revisions, releases, orders of dates, ids.

use std::path::PathBuf;

use tarazu_events::{ReadOptions, Reading, read};

/// A file of these contents under a name of its own, read.
fn reading_of(folder: &str, name: &str, text: &str) -> Reading {
    let folder: PathBuf = std::env::temp_dir().join(format!("tarazu-{folder}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    let reading = read(&path, &ReadOptions::default());
    std::fs::remove_dir_all(folder).unwrap();
    reading.unwrap()
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
