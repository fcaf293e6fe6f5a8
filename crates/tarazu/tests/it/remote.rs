//! `tarazu sql` over files on a web server: a small one of the test's own, which answers to HEAD and to GET of a range.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use crate::{Folder, root, stderr, stdout, tarazu};

/// Serve the files of a folder until the test ends; gives `http://127.0.0.1:PORT`.
fn serve(folder: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let folder = folder.to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let folder = folder.clone();
            std::thread::spawn(move || answer(&stream, &folder));
        }
    });
    address
}

/// Answer requests on one connection until the client ends it. `None` when it does.
fn answer(mut stream: &TcpStream, folder: &Path) -> Option<()> {
    let mut lines = BufReader::new(stream).lines();
    loop {
        let request = lines.next()?.ok()?;
        let (method, path) = request.split_once(' ')?;
        let path = path.split(' ').next()?.trim_start_matches('/').to_owned();
        let mut range = None;
        loop {
            let header = lines.next()?.ok()?.to_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(bytes) = header.strip_prefix("range: bytes=") {
                range = bytes.split_once('-').map(|(a, b)| (a.parse::<usize>(), b.parse::<usize>()));
            }
        }
        let Ok(bytes) = std::fs::read(folder.join(&path)) else {
            stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").ok()?;
            continue;
        };
        let (status, part) = match range {
            Some((Ok(from), Ok(to))) => {
                let to = (to + 1).min(bytes.len());
                let line =
                    format!("206 Partial Content\r\nContent-Range: bytes {from}-{}/{}", to - 1, bytes.len());
                (line, &bytes[from..to])
            }
            _ => ("200 OK".to_owned(), &bytes[..]),
        };
        let head =
            format!("HTTP/1.1 {status}\r\nAccept-Ranges: bytes\r\nContent-Length: {}\r\n\r\n", part.len());
        stream.write_all(head.as_bytes()).ok()?;
        if method != "HEAD" {
            stream.write_all(part).ok()?;
        }
    }
}

#[test]
fn a_file_on_a_web_server_is_a_table_like_one_on_disk() {
    let folder = Folder::new("remote");
    let fixtures = root().join("crates/tarazu-events/tests/fixtures");
    std::fs::copy(fixtures.join("acled-current.csv"), folder.path("events.csv")).unwrap();
    let server = serve(&folder.0);
    let ask =
        |statement: &str| tarazu(&["sql", "--store", &folder.path("none"), "--format", "csv", statement]);
    let question = "SELECT event_type, count(*) AS n FROM 'FILE' GROUP BY 1 ORDER BY 1";
    let local = ask(&question.replace("FILE", &folder.path("events.csv")));
    let remote = ask(&question.replace("FILE", &format!("{server}/events.csv")));
    assert!(remote.status.success(), "{}", stderr(&remote));
    assert_eq!(stdout(&remote), stdout(&local));
    assert!(stdout(&remote).contains("Battles,1"), "{}", stdout(&remote));
    // Parquet is read by ranges: its footer, then the columns that are asked for.
    let all = "SELECT * FROM 'FILE'".replace("FILE", &folder.path("events.csv"));
    let made = tarazu(&["sql", "--store", &folder.path("none"), &all, "-o", &folder.path("events.parquet")]);
    assert!(made.status.success(), "{}", stderr(&made));
    let remote = ask(&question.replace("FILE", &format!("{server}/events.parquet")));
    assert_eq!(stdout(&remote), stdout(&local), "{}", stderr(&remote));
}

#[test]
fn an_address_that_gives_nothing_says_why() {
    let folder = Folder::new("remote-faults");
    std::fs::write(folder.path("page.html"), "<p>no table</p>").unwrap();
    let server = serve(&folder.0);
    let why = |address: &str| {
        let statement = format!("SELECT * FROM '{address}'");
        let output = tarazu(&["sql", "--store", &folder.path("none"), &statement]);
        assert!(!output.status.success(), "{address}");
        stderr(&output)
    };
    let absent = why(&format!("{server}/absent.csv"));
    assert!(absent.contains("/absent.csv") && absent.contains("404"), "{absent}");
    let page = why(&format!("{server}/page.html"));
    assert!(page.contains("ends in .csv, .json, .arrow or .parquet"), "{page}");
    let bucket = why("s3://bucket/events.parquet");
    assert!(bucket.contains("s3://bucket/events.parquet: expected a path, http:// or https://"), "{bucket}");
}
