//! What must hold for any input: shared by the fuzz targets and by the test that replays their corpus.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use tarazu_events::batch::{EventBatch, Provenance};
use tarazu_events::file::SourceFile;
use tarazu_events::table::Table;
use tarazu_events::{
    Boundaries, Event, Lookup, Mapping, Panel, ReadOptions, Reading, Resolver, Tables, country_month_panel,
    country_month_release, is_country_month, read,
};
use tarazu_store::Store;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const GED: &str = "id,year,active_year,code_status,type_of_violence,conflict_new_id,conflict_name,side_a_new_id,side_a,\
side_b_new_id,side_b,number_of_sources,source_article,where_prec,where_coordinates,adm_1,adm_2,latitude,longitude,country,\
country_id,event_clarity,date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low\n";
const ACLED: &str = "event_id_cnty,event_date,year,time_precision,event_type,sub_event_type,actor1,inter1,actor2,inter2,\
interaction,civilian_targeting,iso,country,admin1,admin2,location,latitude,longitude,geo_precision,source,notes,fatalities\n";
const GTD: &str = "eventid,iyear,imonth,iday,country_txt,provstate,city,latitude,longitude,specificity,attacktype1,\
attacktype1_txt,targtype1,targtype1_txt,gname,nkill,nkillter,nwound,doubtterr,suicide,scite1,summary\n";
const SUICIDE: &str = "S#,Date,Islamic Date,Blast Day Type,Holiday Type,Time,City,Latitude,Longitude,Province,Location,\
Location Category,Location Sensitivity,Open/Closed Space,Influencing Event/Event,Target Type,Targeted Sect if any,Killed Min,\
Killed Max,Injured Min,Injured Max,No. of Suicide Blasts,Explosive Weight (max),Hospital Names\n";
const COUNTRY_MONTH: &str = "country_iso3,year_month,ucdp_event_count,ucdp_fatalities_best,ucdp_fatalities_high,\
ucdp_civilian_deaths,ucdp_state_based_events,ucdp_non_state_events,ucdp_one_sided_events\n";
const MAPPED: &str = "key,start,end,kind,country,province,lat,lon,precision,who,killed,hurt,text\n";
const MAPPING: &str = r#"
dataset = "Fuzzed"
[columns]
event_id = "key"
date_start = "start"
date_end = "end"
event_type = "kind"
country = "country"
admin1 = "province"
latitude = "lat"
longitude = "lon"
place_precision = "precision"
actor1 = "who"
deaths_best = "killed"
wounded = "hurt"
notes = "text"
"#;

/// The tables compiled in, read once.
fn tables() -> Arc<Tables> {
    static TABLES: OnceLock<Arc<Tables>> = OnceLock::new();
    TABLES.get_or_init(|| Arc::new(Tables::embedded().expect("sound tables"))).clone()
}

/// A folder in memory, where there is such a thing, of this process's own thread.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let name = format!("tarazu-fuzz-{}-{:?}", std::process::id(), std::thread::current().id());
        let path = base.join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder for the input");
        Self(path)
    }

    fn file(&self, name: &str, parts: &[&[u8]]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, parts.concat()).expect("a file for the input");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Give an input to a target; gives how many rows were kept, where it is a file that could be read. Panics where something does not
/// hold.
pub fn check(target: &str, bytes: &[u8]) -> Option<usize> {
    let folder = Folder::new();
    let under = |heading: &str| folder.file("input.csv", &[heading.as_bytes(), bytes]);
    let sound = ReadOptions { tables: Some(tables()), ..ReadOptions::default() };
    match target {
        "ged" => rows(&under(GED), &sound),
        "acled" => rows(&under(ACLED), &sound),
        "gtd" => rows(&under(GTD), &sound),
        "suicide" => rows(&under(SUICIDE), &sound),
        "gdelt" => rows(&folder.file("input.CSV", &[bytes]), &sound),
        "mapped" => {
            let mapping = Mapping::open(&folder.file("mapping.toml", &[MAPPING.as_bytes()]));
            let mapping = Some(Arc::new(mapping.expect("a sound mapping")));
            rows(&under(MAPPED), &ReadOptions { mapping, ..sound })
        }
        "workbook" => rows(&folder.file("input.xlsx", &[&workbook(bytes)]), &sound),
        "whole" => rows(&folder.file("input", &[bytes]), &sound),
        "mapping" => {
            let mapping = Mapping::open(&folder.file("mapping.toml", &[bytes])).ok()?;
            let options = ReadOptions { mapping: Some(Arc::new(mapping)), ..sound };
            let row = b"a,2014-12-16,16/12/2014,bombing,Pakistan,Sindh,24.9,67.0,1,Police,3,4,text\n";
            rows(&folder.file("input.csv", &[MAPPED.as_bytes(), row]), &options)
        }
        "boundaries" => {
            let boundaries = Boundaries::open(&folder.file("input.geojson", &[bytes]), Some("2020")).ok()?;
            for place in [(0.0, 0.0), (31.0, 71.0), (-90.0, 180.0), (90.0, -180.0)] {
                let _ = boundaries.unit_at(place.0, place.1);
            }
            None
        }
        "tables" => {
            // The first byte says which table the rest is.
            let (which, rest) = bytes.split_first()?;
            let names =
                ["countries.csv", "crosswalk.csv", "precision.csv", "successions.csv", "actor-aliases.csv"];
            folder.file(names[usize::from(*which) % names.len()], &[rest]);
            let _ = Tables::load(Some(&folder.0));
            None
        }
        "actors" => {
            let file = SourceFile::open(&folder.file("actors.csv", &[bytes])).expect("the input");
            let list = Table::parse(&file).ok()?;
            Resolver::new(tables(), Vec::new(), Some(&list)).ok().map(|_| list.rows.len())
        }
        "country_month" => {
            let file = SourceFile::open(&under(COUNTRY_MONTH)).expect("the input");
            assert!(is_country_month(&file), "a table that is not known by its heading");
            let release = country_month_release(&file).unwrap_or_else(|| "unknown".into());
            country_month_panel(&file, &release).ok().map(|panel| written_again(&folder, &panel))
        }
        "panel" => {
            let panel = Panel::read_csv(&folder.file("panel.csv", &[bytes])).ok()?;
            Some(written_again(&folder, &panel))
        }
        "log" => {
            let log = folder.0.join("events/_delta_log");
            fs::create_dir_all(&log).expect("a folder for the log");
            // Several versions are parted by a byte that no JSON has.
            for (number, part) in bytes.split(|b| *b == 0).enumerate() {
                fs::write(log.join(format!("{number:020}.json")), part).expect("a file of the log");
            }
            let store = Store::open(&folder.0).expect("a store with a log");
            for at in [None, Some(0), Some(1), Some(u64::MAX)] {
                let _ = store.snapshot(at).map(|s| (s.events(), s.paths(), s.imports().count()));
            }
            None
        }
        _ => panic!("there is no target {target}"),
    }
}

/// A panel is read as it was written; how many rows it has.
fn written_again(folder: &Folder, panel: &Panel) -> usize {
    let path = folder.file("again.csv", &[&panel.to_csv().expect("memory")]);
    let again = Panel::read_csv(&path).expect("a panel as it was written");
    assert_eq!(again, *panel, "a panel that reads otherwise than it was written");
    panel.rows.len()
}

/// A workbook of one sheet with these bytes for its XML, up to a zero byte; what follows it are its shared strings.
fn workbook(bytes: &[u8]) -> Vec<u8> {
    let (sheet, strings) = match bytes.iter().position(|b| *b == 0) {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, &b"<sst/>"[..]),
    };
    let parts: [(&str, &[u8]); 6] = [
        (
            "[Content_Types].xml",
            br#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#,
        ),
        (
            "_rels/.rels",
            br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            br#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="events" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#,
        ),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/sharedStrings.xml", strings),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, contents) in parts {
        zip.start_file(name, stored).expect("a part of the workbook");
        zip.write_all(contents).expect("a part of the workbook");
    }
    zip.finish().expect("a workbook").into_inner()
}

/// Read the file and hold the result to what is promised.
fn rows(path: &Path, options: &ReadOptions) -> Option<usize> {
    let reading = match read(path, options) {
        Ok(reading) => reading,
        Err(e) => {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            assert!(e.to_string().contains(&name), "an error that does not name the file: {e}");
            return None;
        }
    };
    let accounts = reading.accounts();
    assert_eq!(accounts.read, accounts.kept + accounts.rejected, "rows read = kept + rejected");
    for reject in reading.rejects.iter().chain(&reading.remarks) {
        assert!(
            reject.line >= 1 && !reject.reason.is_empty(),
            "a reject without place or reason: {reject:?}"
        );
    }
    let mut ids: Vec<&str> = reading.events.iter().map(|e| &*e.event_id).collect();
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "an event id twice");
    reading.events.iter().for_each(event);
    arrow(&reading);
    Some(accounts.kept)
}

fn event(event: &Event<'_>) {
    assert!(event.line >= 1 && !event.event_id.is_empty(), "an event without line or id: {event:?}");
    assert!(event.date.start <= event.date.end, "days out of order: {event:?}");
    if let Some((latitude, longitude)) = event.place.coordinates {
        assert!(latitude.abs() <= 90.0 && longitude.abs() <= 180.0, "a place off the Earth: {event:?}");
    }
    assert!(event.place.radius_km.is_none_or(|km| km.is_finite() && km >= 0.0), "{event:?}");
}

fn arrow(reading: &Reading) {
    static RESOLVER: OnceLock<Resolver> = OnceLock::new();
    let resolver = RESOLVER
        .get_or_init(|| Resolver::new(tables(), Vec::new(), None).expect("no list of actors at fault"));
    let mut lookup = Lookup::default();
    let mut batch = EventBatch::new(Provenance {
        dataset: reading.dataset.clone(),
        release: reading.version.clone(),
        file_sha256: reading.sha256.clone(),
        boundaries: None,
    });
    for event in &reading.events {
        batch.push(event, &resolver.resolve(event, &mut lookup));
    }
    assert_eq!(batch.finish().expect("events as Arrow").num_rows(), reading.events.len());
}
