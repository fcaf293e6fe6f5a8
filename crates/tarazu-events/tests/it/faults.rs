//! Bad input: each fault is reported with line, column, value and expectation, and no row is lost.

use std::path::PathBuf;

use tarazu_events::{Original, ReadError, ReadOptions, Reading, Scan, read};

const HEADING: &str = "id,type_of_violence,side_a,side_b,where_prec,adm_1,adm_2,latitude,longitude,country,country_id,date_prec,\
date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low";
const GOOD: &str = "1,1,A,B,1,P,D,33.0,70.0,Pakistan,770,1,2020-01-01,2020-01-02,0,1,0,0,1,2,1";

fn written(name: &str, text: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("tarazu-fault-{}-{name}.csv", std::process::id()));
    std::fs::write(&path, text).unwrap();
    path
}

fn try_reading(name: &str, text: &[u8]) -> Result<Reading, ReadError> {
    let path = written(name, text);
    let reading = read(&path, &ReadOptions::default());
    std::fs::remove_file(path).unwrap();
    reading
}

/// The one reject of a file made of a good row and a row with `column` set to `value`.
fn reject(column: &str, value: &str) -> (u64, String, String, String) {
    let at = HEADING.split(',').position(|c| c == column).unwrap();
    let mut cells: Vec<&str> = GOOD.split(',').collect();
    cells[0] = "2";
    cells[at] = value;
    let name = format!("{column}-{}", value.len());
    let reading = try_reading(&name, format!("{HEADING}\n{GOOD}\n{}\n", cells.join(",")).as_bytes()).unwrap();
    assert_eq!(reading.accounts().to_string(), "2 rows read = 1 kept + 1 rejected", "{column}={value}");
    let found = &reading.rejects[0];
    assert!(found.file.ends_with(".csv"));
    (found.line, found.column.clone(), found.value.clone(), found.reason.clone())
}

#[test]
fn a_cell_at_fault_is_named() {
    let faults = [
        ("date_start", "2020-02-31", "expected a date as YYYY-MM-DD"),
        ("date_start", "01/02/2020", "expected a date as YYYY-MM-DD"),
        ("date_end", "2019-12-31", "expected a day not before date_start (2020-01-01)"),
        ("date_end", "9999-12-31", "expected a year from 1900 to 2100"),
        ("latitude", "133.0", "expected degrees between -90 and 90"),
        ("longitude", "NaN", "expected degrees between -180 and 180"),
        ("best", "many", "expected a whole number"),
        ("best", "-1", "expected a count of people, 0 or more"),
        ("best", "", "expected a value, found an empty cell"),
        ("type_of_violence", "4", "expected 1, 2 or 3"),
        ("where_prec", "9", "expected 1 to 7"),
        ("date_prec", "0", "expected 1 to 5"),
        ("id", "1", "expected each event id once; it stands first on line 2"),
    ];
    for (column, value, reason) in faults {
        assert_eq!(reject(column, value), (3, column.into(), value.into(), reason.into()));
    }
}

#[test]
fn a_row_of_another_length_is_rejected_with_its_line() {
    let text = format!("{HEADING}\n{GOOD}\n2,1,\"A\nover two lines\"\n3,1,\"x\"\n");
    let reading = try_reading("length", text.as_bytes()).unwrap();
    assert_eq!(reading.accounts().to_string(), "3 rows read = 1 kept + 2 rejected");
    assert_eq!(
        (reading.rejects[0].line, reading.rejects[1].line),
        (3, 5),
        "a text over two lines counts as two lines"
    );
    assert_eq!(reading.rejects[0].reason, "expected 21 fields as in the heading, found 3");
}

#[test]
fn a_row_of_another_encoding_is_kept_and_counted() {
    let mut text = format!("{HEADING}\n{}\n", GOOD.replace(",A,", ",Café,")).into_bytes();
    text.extend_from_slice(
        &GOOD
            .replace("1,1,A,", "2,1,\u{1},")
            .as_bytes()
            .iter()
            .map(|b| if *b == 1 { 0xC9 } else { *b })
            .collect::<Vec<_>>(),
    );
    let reading = try_reading("encodings", &text).unwrap();
    assert_eq!(reading.accounts().to_string(), "2 rows read = 2 kept + 0 rejected");
    assert_eq!(reading.other_encoding, 1);
    let names: Vec<_> = reading.events.iter().map(|e| e.actors[0].name.clone().unwrap()).collect();
    assert_eq!(names, ["Café", "É"]);
}

#[test]
fn a_quote_never_closed_costs_its_own_line_and_no_other() {
    let rows: String = (2..2_000).map(|id| format!("{id}{}\n", &GOOD[1..])).collect();
    let text = format!("{HEADING}\n{GOOD}\n0,1,\"A,B\n{rows}");
    let reading = try_reading("quote", text.as_bytes()).unwrap();
    assert_eq!(reading.accounts().to_string(), "2000 rows read = 1999 kept + 1 rejected");
    assert_eq!(reading.rejects[0].line, 3);
    assert_eq!(reading.rejects[0].reason, "expected the quote opened in this row to be closed");
}

#[test]
fn a_file_cut_off_within_a_row_says_so() {
    let text = format!("{HEADING}\n{GOOD}\n2{}", &GOOD[1..40]);
    let reading = try_reading("cut", text.as_bytes()).unwrap();
    assert_eq!(reading.accounts().to_string(), "2 rows read = 1 kept + 1 rejected");
    assert!(
        reading.rejects[0].reason.ends_with("the file ends within this row and may be cut off"),
        "{}",
        reading.rejects[0].reason
    );
}

#[test]
fn zero_bytes_and_cells_like_books_are_rejected_with_their_columns() {
    let long = "x".repeat(10 << 20);
    let text = format!(
        "{HEADING}\n{GOOD}\n{}\n{}\n4{}\n",
        GOOD.replace("1,1,A,", "2,1,A\0,"),
        GOOD.replace("1,1,A,B", &format!("3,1,A,{long}")),
        &GOOD[1..]
    );
    let reading = try_reading("cells", text.as_bytes()).unwrap();
    assert_eq!(reading.accounts().to_string(), "4 rows read = 2 kept + 2 rejected");
    let found: Vec<_> =
        reading.rejects.iter().map(|r| (r.line, r.column.as_str(), r.reason.as_str())).collect();
    assert_eq!(
        found,
        [
            (3, "side_a", "expected text, found a zero byte"),
            (4, "side_b", "expected at most 1048576 bytes in a cell, found 10485760"),
        ]
    );
    assert!(reading.rejects[1].value.len() < 2_000, "the reject file does not repeat the cell whole");
}

#[test]
fn any_delimiter_that_the_heading_uses_will_do() {
    for delimiter in [";", "\t", "|"] {
        let text = format!("{HEADING}\n{GOOD}\n").replace(',', delimiter);
        let reading = try_reading("delimiter", text.as_bytes()).unwrap();
        assert_eq!(reading.accounts().to_string(), "1 rows read = 1 kept + 0 rejected", "{delimiter}");
    }
    let mixed = format!("{HEADING}\n{GOOD}\n{}\n", GOOD.replace(',', ";"));
    let reading = try_reading("delimiters", mixed.as_bytes()).unwrap();
    assert_eq!(reading.rejects[0].reason, "expected 21 fields as in the heading, found 1");
}

/// A file that inflates a thousandfold, and ones that are not what their first bytes say.
#[test]
fn compressed_files_are_read_and_bombs_are_not() {
    use std::io::Write;
    let gz = |text: &[u8]| {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        writer.write_all(text).unwrap();
        writer.finish().unwrap()
    };
    let zip = |files: &[(&str, &[u8])]| {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, text) in files {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(text).unwrap();
        }
        writer.finish().unwrap().into_inner()
    };
    let text = format!("{HEADING}\n{GOOD}\n");
    for (name, bytes) in [("gz", gz(text.as_bytes())), ("zip", zip(&[("ged.csv", text.as_bytes())]))] {
        assert_eq!(
            try_reading(name, &bytes).unwrap().accounts().to_string(),
            "1 rows read = 1 kept + 0 rejected"
        );
    }
    let mut bomb = text.clone().into_bytes();
    bomb.resize(100 << 20, b' ');
    for (name, bytes) in [("gz-bomb", gz(&bomb)), ("zip-bomb", zip(&[("ged.csv", &bomb)]))] {
        let message = try_reading(name, &bytes).unwrap_err().to_string();
        assert!(message.contains("inflate to more than 200 times their size"), "{message}");
    }
    let cut = gz(text.as_bytes());
    let message = try_reading("gz-cut", &cut[..cut.len() - 9]).unwrap_err().to_string();
    assert!(message.contains("cannot be read"), "{message}");
    let message = try_reading("two", &zip(&[("a.csv", b"1"), ("b.csv", b"2")])).unwrap_err().to_string();
    assert!(message.contains("expected a zip with one file in it, found 2 (a.csv, b.csv)"), "{message}");
    let message = try_reading("notzip", b"PK\x03\x04 and then nothing").unwrap_err().to_string();
    assert!(message.contains("not a sound zip file"), "{message}");
}

#[test]
fn a_heading_that_lacks_one_column_names_it_and_the_nearest() {
    let text = HEADING.replace("date_end", "date_ended");
    let message = try_reading("column", text.as_bytes()).unwrap_err().to_string();
    assert!(
        message.ends_with("line 1: column `date_end` is missing; did you mean `date_ended`?"),
        "{message}"
    );
}

#[test]
fn other_files_are_refused_whole_with_what_was_found() {
    for (name, text, found) in
        [("other", "a,b,c\n1,2,3\n", "columns `a`, `b`, `c` …"), ("empty", "", "an empty file")]
    {
        let message = try_reading(name, text.as_bytes()).unwrap_err().to_string();
        assert!(message.contains("not a dataset that Tarazu reads") && message.contains(found), "{message}");
    }
    for (name, bytes, found) in [
        ("utf16", &b"\xff\xfei\0d\0"[..], "text in UTF-16"),
        ("xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls)"),
        ("parquet", b"PAR1....", "a Parquet file"),
        ("pdf", b"%PDF-1.7", "a PDF"),
        ("binary", b"id,\0\x01", "a zero byte at position 3"),
    ] {
        let message = try_reading(name, bytes).unwrap_err().to_string();
        assert!(message.contains(found), "{message}");
    }
    let message = read(&std::env::temp_dir(), &ReadOptions::default()).unwrap_err().to_string();
    assert!(message.contains("cannot be read") && message.contains("it is a directory"), "{message}");
}

/// A workbook with these sheets and nothing more than the format asks for.
fn workbook(sheets: &[&str]) -> Vec<u8> {
    use std::io::Write;
    const SHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut part = |name: &str, text: String| {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    let each = |tell: &dyn Fn(usize) -> String| (1..=sheets.len()).map(tell).collect::<String>();
    part(
        "[Content_Types].xml",
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".into(),
    );
    let relation = |id: usize, kind: &str, target: &str| {
        format!("<Relationship Id=\"r{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/>")
    };
    let relations = |all: String| format!("<Relationships xmlns=\"{RELATIONS}\">{all}</Relationships>");
    part("_rels/.rels", relations(relation(1, "officeDocument", "xl/workbook.xml")));
    part(
        "xl/_rels/workbook.xml.rels",
        relations(each(&|n| relation(n, "worksheet", &format!("worksheets/sheet{n}.xml")))),
    );
    let named = each(&|n| format!("<sheet name=\"S{n}\" sheetId=\"{n}\" r:id=\"r{n}\"/>"));
    part(
        "xl/workbook.xml",
        format!("<workbook xmlns=\"{SHEET}\" xmlns:r=\"{OFFICE}\"><sheets>{named}</sheets></workbook>"),
    );
    for (n, rows) in (1..).zip(sheets) {
        part(
            &format!("xl/worksheets/sheet{n}.xml"),
            format!("<worksheet xmlns=\"{SHEET}\"><sheetData>{rows}</sheetData></worksheet>"),
        );
    }
    zip.finish().unwrap().into_inner()
}

/// A row of a sheet with these cells.
fn sheet_row(number: usize, cells: &str) -> String {
    let cells = cells.split(',').zip('A'..).map(|(text, column)| {
        format!("<c r=\"{column}{number}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    });
    format!("<row r=\"{number}\">{}</row>", cells.collect::<String>())
}

#[test]
fn a_workbook_is_read_on_the_sheet_that_holds_data_without_its_tags() {
    let tags = HEADING.replace(|c: char| c != ',', "").replace(',', ",#x");
    let notes = sheet_row(1, "About this file");
    let data = [sheet_row(1, HEADING), sheet_row(2, &format!("#x{tags}")), sheet_row(3, GOOD)].concat();
    let reading = try_reading("sheets", &workbook(&[&notes, &data])).unwrap();
    assert_eq!(reading.accounts().to_string(), "1 rows read = 1 kept + 0 rejected");
    assert!(reading.layout.contains("workbook, sheet `S2` of 2, 21 columns, HXL tags"), "{}", reading.layout);
    let message = try_reading("no-data", &workbook(&[&notes, &notes])).unwrap_err().to_string();
    assert!(message.contains("columns `About this file`"), "{message}");
}

#[test]
fn a_quote_that_a_later_row_seems_to_close_costs_its_own_line_and_no_other() {
    let row = |id: u32, side: &str| GOOD.replacen("1,1,A,B", &format!("{id},1,{side},B"), 1);
    let rows =
        [row(1, "A"), row(2, "\"A"), row(3, "A"), row(4, "A"), row(5, "\"A\""), row(6, "A")].join("\n");
    let reading = try_reading("swallowed", format!("{HEADING}\n{rows}\n").as_bytes()).unwrap();
    assert_eq!(reading.accounts().to_string(), "6 rows read = 5 kept + 1 rejected");
    let ids: Vec<&str> = reading.events.iter().map(|e| e.event_id.as_ref()).collect();
    assert_eq!(ids, ["1", "3", "4", "5", "6"]);
    assert_eq!((reading.rejects[0].line, reading.rejects[0].column.as_str()), (3, ""));
}

#[test]
fn lines_that_end_with_a_carriage_return_alone_are_lines() {
    let text = format!("{HEADING}\r{GOOD}\r{}\r", GOOD.replacen("1,", "x,", 1).replacen("1,A", "9,A", 1));
    let reading = try_reading("mac", text.as_bytes()).unwrap();
    assert_eq!(reading.accounts().to_string(), "2 rows read = 1 kept + 1 rejected");
    assert_eq!(reading.rejects[0].line, 3);
}

#[test]
fn text_in_utf_16_is_named_with_and_without_its_mark() {
    let text: Vec<u8> = HEADING.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let message = try_reading("utf16", &text).unwrap_err().to_string();
    assert!(message.contains("text in UTF-16") && message.contains("save it as"), "{message}");
}

#[test]
fn a_column_that_stands_twice_is_said_and_a_long_heading_is_cut() {
    let text = format!("{HEADING},best\n{GOOD},7\n");
    let reading = try_reading("twice", text.as_bytes()).unwrap();
    assert!(reading.layout.contains("more than one column `best`"), "{}", reading.layout);
    let message = try_reading("long", format!("\"{}\n1,2\n", "x".repeat(1 << 20)).as_bytes()).unwrap_err();
    assert!(message.to_string().len() < 3000, "{}", message.to_string().len());
}

#[test]
fn a_key_of_later_objects_alone_is_read_or_remarked_on() {
    let names: Vec<&str> = HEADING.split(',').collect();
    let object = |id: usize, low: bool| {
        let cells = names.iter().zip(GOOD.split(',')).filter(|(name, _)| low || **name != "adm_2");
        let pairs: Vec<String> = cells
            .map(|(name, value)| {
                format!("\"{name}\":\"{}\"", if *name == "id" { id.to_string() } else { value.into() })
            })
            .collect();
        format!("{{{}}}", pairs.join(","))
    };
    // Soon enough it is a column like any other; after hundreds of objects without it, every value left out is named.
    let soon = format!("[{},\n{}]", object(1, false), object(2, true));
    let reading = try_reading("soon", soon.as_bytes()).unwrap();
    let of = |event: &tarazu_events::Event<'_>| event.place.admin2.as_deref().map(str::to_owned);
    assert_eq!((of(&reading.events[0]), of(&reading.events[1])), (None, Some("D".into())));
    let late: Vec<String> = (1..=600).map(|id| object(id, id == 600)).collect();
    let reading = try_reading("late", format!("[{}]", late.join(",\n")).as_bytes()).unwrap();
    assert_eq!(reading.accounts().to_string(), "600 rows read = 600 kept + 0 rejected");
    let remark = &reading.remarks[0];
    assert_eq!((remark.line, remark.column.as_str(), remark.value.as_str()), (600, "adm_2", "\"D\""));
}

#[test]
fn a_workbook_whose_cells_are_out_of_place_is_refused() {
    let cell =
        |place: &str, text: &str| format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let heading: String =
        HEADING.split(',').zip('A'..).map(|(name, column)| cell(&format!("{column}1"), name)).collect();
    let row = |cells: &str| workbook(&[&format!("<row r=\"1\">{heading}</row><row r=\"2\">{cells}</row>")]);
    let good: String =
        GOOD.split(',').zip('A'..).map(|(value, column)| cell(&format!("{column}2"), value)).collect();
    let reading = try_reading("sound-book", &row(&good)).unwrap();
    assert_eq!(reading.accounts().to_string(), "1 rows read = 1 kept + 0 rejected");
    for (name, cells, reason) in [
        ("far", cell("XFE2", "1"), "a cell beyond row 1,048,576 or column XFD"),
        ("farther", cell("ZZZZZZZZ2", "1"), "not a sound workbook"),
        ("late", cell("C2", "1") + &cell("B2", "2"), "row 2: its cells are not in order"),
    ] {
        let message = try_reading(name, &row(&cells)).unwrap_err().to_string();
        assert!(message.contains(reason), "{name}: {message}");
    }
}

#[test]
fn files_for_other_doors_are_shown_the_door() {
    for (name, text, door) in [
        ("months", "country_iso3,year_month\nAFG,1985-01\n", "`tarazu panel`"),
        ("actors", "ActorId,NameData,NameFull\n1,A,B\n", "--actors"),
        (
            "shapes",
            "{\"features\":[{\"properties\":{\"shapeName\":\"A\",\"shapeID\":\"1\"},\"geometry\":null}]}",
            "--boundaries",
        ),
    ] {
        let message = try_reading(name, text.as_bytes()).unwrap_err().to_string();
        assert!(message.contains(door), "{message}");
    }
}

#[test]
fn json_at_fault_costs_the_object_or_names_the_line() {
    let message = try_reading("json", b"{\"features\": [\n{\"type\": }]}").unwrap_err().to_string();
    assert!(message.contains("line 2"), "{message}");
    let message = try_reading("nolist", b"{\"a\": 1}").unwrap_err().to_string();
    assert!(message.contains("expected JSON with a list of objects"), "{message}");
}

#[test]
fn a_feature_at_fault_in_geojson_is_rejected_with_its_line() {
    let properties = "\"id\":ID,\"type_of_violence\":1,\"side_a\":\"A\",\"side_b\":\"B\",\"where_prec\":1,\"country\":\"X\",\
        \"date_prec\":1,\"date_start\":\"2009-02-20T00:00:00\",\"date_end\":\"2009-02-20T00:00:00\",\"deaths_a\":0,\"deaths_b\":1,\
        \"deaths_civilians\":0,\"deaths_unknown\":0,\"best\":1,\"high\":1,\"low\":1";
    let feature = |id: &str, geometry: &str| {
        format!("{{\"properties\":{{{}}},\"geometry\":{geometry}}}", properties.replace("ID", id))
    };
    let text = format!(
        "{{\"features\":[\n{},\n{}\n]}}",
        feature("1", "{\"coordinates\":[26.5,5.4]}"),
        feature("2", "null")
    );
    let reading = try_reading("geojson", text.as_bytes()).unwrap();
    assert_eq!(reading.accounts().to_string(), "2 rows read = 1 kept + 1 rejected");
    assert_eq!((reading.rejects[0].line, reading.rejects[0].column.as_str()), (3, "latitude"));
}

#[test]
fn a_file_that_changes_while_it_is_read_is_not_read_to_its_end() {
    let path = written("changing", format!("{HEADING}\n{GOOD}\n").as_bytes());
    let mut scan = Scan::open(Original::find(&path).unwrap(), &ReadOptions::default()).unwrap();
    std::fs::write(&path, format!("{HEADING}\n{GOOD}\n{GOOD}\n")).unwrap();
    let error = loop {
        match scan.next_chunk() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("read to the end"),
            Err(error) => break error.to_string(),
        }
    };
    std::fs::remove_file(path).unwrap();
    assert!(error.contains("it changed while it was read"), "{error}");
}
