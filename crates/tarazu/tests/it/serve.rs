//! `tarazu serve`: the real binary on a free port, asked over the wire.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::responsibility::leaks::{events, search};
use crate::{Folder, root, small_case, stderr, stdout, tarazu};

/// A server, ended with the test.
struct Served {
    process: Child,
    address: SocketAddr,
}

impl Served {
    fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_tarazu"))
            .args(["serve", "--port", "0", "--json", "--today", "2024-12-31"])
            .args(arguments)
            .env_remove("TARAZU_STORE")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut said = String::new();
        if line.is_empty() {
            process.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        }
        assert!(!line.is_empty(), "the server did not start: {said}");
        let url: Value = serde_json::from_str(&line).unwrap();
        let url = url["url"].as_str().unwrap();
        let address = url.trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
        Self { process, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Send these bytes, read until the server closes.
    fn raw(&self, bytes: &[u8]) -> Reply {
        let mut stream = self.connect();
        // A server that refuses may close before all is sent.
        let _ = stream.write_all(bytes);
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply);
        Reply::read(&reply)
    }

    fn ask(&self, method: &str, target: &str, headers: &str) -> Reply {
        self.raw(
            format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n")
                .as_bytes(),
        )
    }

    fn get(&self, target: &str) -> Reply {
        self.ask("GET", target, "")
    }

    fn json(&self, target: &str) -> Value {
        let reply = self.get(target);
        assert_eq!(reply.status, 200, "{target}: {}", reply.text());
        serde_json::from_slice(&reply.body).unwrap()
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.process.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[derive(Debug)]
struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Reply {
    fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or(bytes.len());
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
        Self { status, head, body: bytes.get(end + 4..).unwrap_or_default().to_vec() }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|l| l.strip_prefix(&format!("{name}: ")))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

const HEADING: &str = "id,type_of_violence,side_a,side_a_new_id,side_b,side_b_new_id,where_prec,where_coordinates,adm_1,adm_2,latitude,longitude,\
country,country_id,date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low,source_article,source_headline";

/// A store of twelve events in Pakistan: ten over two months of 2024, of which one is by a side without an id; and two of December,
/// too young on the last day of 2024.
fn store(folder: &Folder) -> String {
    let mut text = format!("{HEADING}\n");
    for id in 1..=12 {
        let day = match id {
            1..=6 => "2024-06-15",
            7..=10 => "2024-08-02",
            _ => "2024-12-05",
        };
        let (side, actor) = if id == 1 { ("Planted Person", "") } else { ("Government of Pakistan", "143") };
        let district = if id % 2 == 0 { "Quetta district" } else { "Gwadar district" };
        text.push_str(&format!(
            "{id},1,{side},{actor},TTP,356,1,Planted village,Balochistān province,{district},30.123456,67.654321,Pakistan,770,1,\
             {day},{day},0,1,0,0,2,3,1,Planted article,Planted headline +92 300 1234567\n"
        ));
    }
    std::fs::write(folder.path("ged.csv"), text).unwrap();
    let store = folder.path("store");
    let output = tarazu(&["import", &folder.path("ged.csv"), "--store", &store]);
    assert!(output.status.success(), "{}", stderr(&output));
    store
}

#[test]
fn every_route_answers_and_every_parameter_is_honoured() {
    let case = small_case("serve-routes");
    let store = store(&case);
    let served = Served::start(&[&case.path(""), "--store", &store]);
    let described = served.json("/api/openapi.json");
    assert_eq!(described["openapi"], "3.1.0");
    for (path, operations) in described["paths"].as_object().unwrap() {
        let operation = &operations["get"];
        let target = path.replace("{code}", "no-such-code");
        let plain = served.get(&target);
        assert_eq!(
            plain.status,
            if path.contains("{code}") { 404 } else { 200 },
            "{target}: {}",
            plain.text()
        );
        for header in [
            "content-security-policy",
            "x-content-type-options",
            "referrer-policy",
            "cache-control",
            "x-frame-options",
        ] {
            assert!(plain.header(header).is_some(), "{target}: {header}");
        }
        assert!(plain.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
        let head = served.ask("HEAD", &target, "");
        assert_eq!((head.status, head.body.len()), (plain.status, 0), "{target}");
        if target != "/metrics" {
            assert_eq!(head.header("content-length"), plain.header("content-length"), "{target}");
        }
        let unknown = served.get(&format!("{target}?colour=red"));
        assert_eq!(unknown.status, 400, "{target}");
        assert_eq!(unknown.header("content-type"), Some("application/problem+json"));
        let problem: Value = serde_json::from_slice(&unknown.body).unwrap();
        assert_eq!((&problem["status"], &problem["parameter"]), (&Value::from(400), &Value::from("colour")));

        for parameter in operation["parameters"].as_array().unwrap() {
            if parameter["in"] == "path" {
                continue;
            }
            let (name, schema) = (parameter["name"].as_str().unwrap(), &parameter["schema"]);
            let good = schema["enum"].as_array().map(|e| e.last().unwrap().as_str().unwrap().to_owned());
            let good = good.unwrap_or_else(|| match (schema["type"].as_str(), &schema["pattern"]) {
                (Some("integer"), _) => schema["maximum"].to_string(),
                (_, Value::String(_)) => "2024-06".into(),
                _ => "TTP".into(),
            });
            let sent = served.get(&format!("{target}?{name}={}", encoded(&good)));
            assert_eq!(sent.status, plain.status, "{target}?{name}={good}: {}", sent.text());
            if name == "format" {
                assert_eq!(sent.header("content-type"), Some("text/csv; charset=utf-8"), "{target}");
            } else if let Ok(body) = serde_json::from_slice::<Value>(&sent.body) {
                let echo = &body["asked"][name];
                assert!(echo.is_null() || *echo == good.as_str(), "{target}: {name} is {echo}");
            }
            if schema["enum"].is_array() || schema["pattern"].is_string() || schema["type"] == "integer" {
                assert_eq!(
                    served.get(&format!("{target}?{name}=no-such-thing")).status,
                    400,
                    "{target}: {name}"
                );
            }
            assert_eq!(
                served.get(&format!("{target}?{name}=")).status,
                400,
                "{target}: {name} without a value"
            );
        }
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-_.".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

#[test]
fn counts_are_those_of_the_store_and_nothing_else_of_it_is_told() {
    let folder = Folder::new("serve-counts");
    let store = store(&folder);
    let served = Served::start(&["--store", &store]);
    let rows = |query: &str| served.json(&format!("/api/v1/happened?{query}"))["datasets"][0]["rows"].clone();
    let by_month = rows("by=month");
    let events: Vec<(&str, u64)> = by_month
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["key"].as_str().unwrap(), r["events"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        events,
        [("2024-06", 6), ("2024-07", 0), ("2024-08", 4)],
        "months between are zero, the young are absent"
    );
    assert_eq!(by_month[0]["deaths_best"], 12);
    assert_eq!(
        (&by_month[0]["deaths_low"], &by_month[0]["deaths_high"]),
        (&Value::from(6), &Value::from(18))
    );
    assert_eq!(by_month[0]["events_toll_unknown"], 0);
    let one = rows("by=actor&actor=TTP&from=2024-06&to=2024-06");
    let names: Vec<&str> = one.as_array().unwrap().iter().map(|r| r["key"].as_str().unwrap()).collect();
    assert_eq!(names, ["Government of Pakistan", "TTP", "(none given)"]);
    let areas = rows("by=area&area=PAK%2FBalochist%C4%81n%20province");
    assert_eq!(areas[0]["key"], "PAK/Balochistān province/Gwadar district");
    assert_eq!(areas.as_array().unwrap().iter().map(|r| r["events"].as_u64().unwrap()).sum::<u64>(), 10);
    let silent = served.json("/api/v1/happened?actor=Nobody");
    assert_eq!(silent["datasets"], Value::Array(Vec::new()));
    assert_eq!(silent["silent"][0]["reason"], "names no such actor");
    assert_eq!(silent["left_out_from"], "2024-12");

    let csv = served.get("/api/v1/happened?by=year&format=csv").text();
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[0].starts_with("dataset,release,by,key,events,"), "{csv}");
    assert!(lines[1].contains(",year,2024,10,"), "{csv}");

    // Nothing of a single event leaves the store.
    let described = served.json("/api/openapi.json");
    for path in described["paths"].as_object().unwrap().keys() {
        let text = served.get(path).text();
        for planted in ["Planted", "30.12", "67.65", "1234567", "Gwadar district/"] {
            assert!(!text.contains(planted), "{path}: {planted}");
        }
    }
    assert!(served.get("/").text().contains("by month, CSV"));
    assert_eq!(served.get("/api/v1/overview").status, 404, "there is no case");
}

/// What was planted in an event file is not told of the store that it was imported into, nor of a case, by any route or data file.
#[test]
fn none_of_the_planted_leaks_is_served() {
    let folder = small_case("serve-leaks");
    let mut leaks = Vec::new();
    std::fs::write(folder.path("events.csv"), events(&mut leaks)).unwrap();
    // The server's day is years later: nothing is young any more.
    leaks.retain(|leak| leak.kind != "young event");
    let store = folder.path("store");
    let output = tarazu(&["import", &folder.path("events.csv"), "--store", &store]);
    assert!(output.status.success(), "{}", stderr(&output));
    std::fs::remove_file(folder.path("events.csv")).unwrap();
    let served = Served::start(&[&folder.path(""), "--store", &store]);
    let described = served.json("/api/openapi.json");
    let mut targets: Vec<String> = described["paths"].as_object().unwrap().keys().cloned().collect();
    for by in ["month", "year", "area", "type", "actor", "dataset"] {
        targets.extend(["json", "csv"].map(|f| format!("/api/v1/happened?by={by}&format={f}")));
    }
    for data in ["overview", "weighing", "ledger", "documents", "counts", "counts-1", "map", "trace", "files"]
    {
        targets.push(format!("/data/{data}.js"));
    }
    targets.extend(["/", "/files/brief.html"].map(str::to_owned));
    let published: Vec<(String, String)> =
        targets.into_iter().map(|t| (t.clone(), served.get(&t).text())).collect();
    let found = search(&published, &leaks);
    assert!(found.is_empty(), "{} leaks: {:#?}", found.len(), &found[..found.len().min(10)]);
    // They were counted all the same: the side that is an organisation by its name, the others by their ids.
    let by_actor = &served.json("/api/v1/happened?by=actor")["datasets"][0]["rows"];
    let names: Vec<&str> = by_actor.as_array().unwrap().iter().map(|r| r["key"].as_str().unwrap()).collect();
    for name in ["Government of Nowhere", "UCDP actor 7001", "UCDP actor 8001", "UCDP actor 9001"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
}

#[test]
fn a_code_of_a_screenshot_leads_back_as_the_command_does() {
    let case = small_case("serve-trace");
    let output = tarazu(&["weigh", &case.path("")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let traces: Value = serde_json::from_slice(&std::fs::read(case.path("out/trace.json")).unwrap()).unwrap();
    let served = Served::start(&[&case.path("")]);
    for kind in ["chart", "figure", "sentence", "entry"] {
        let of_kind = |t: &&Value| t["kind"] == kind;
        let thing = traces["things"].as_array().unwrap().iter().find(of_kind).unwrap();
        let code = thing["code"].as_str().unwrap().to_lowercase();
        let told = served.json(&format!("/api/v1/trace/{}", encoded(&code)));
        assert_eq!((&told["kind"], &told["edition"]), (&Value::from(kind), &traces["edition"]), "{code}");
        match kind {
            "chart" | "sentence" => assert_eq!(told["found"]["thing"], *thing),
            "figure" => assert_eq!(told["found"]["id"], thing["id"]),
            _ => assert_eq!(told["found"]["entry"]["header"]["id"], thing["id"]),
        }
        if kind == "chart" {
            let by_name = served.json(&format!("/api/v1/trace/{}", thing["id"].as_str().unwrap()));
            assert_eq!(by_name["sources"], told["sources"]);
            assert!(!told["sources"].as_array().unwrap().is_empty());
        }
    }
    let other = served.get("/api/v1/trace/TZ-0000-00");
    assert!(other.status == 404 && other.text().contains("another edition"), "{}", other.text());
}

#[test]
fn small_cells_of_a_case_and_of_the_store_beside_it_are_not_told() {
    let case = crate::responsibility::case_with_small_cells("serve-small", "small_cells = 4");
    let store = store(&case);
    let served = Served::start(&[&case.path(""), "--store", &store]);
    let own = served
        .json("/api/v1/happened?dataset=Made%20up%201&area=PAK%2FPunjab%20province&from=2017-01&to=2017-12");
    let own = &own["datasets"][0];
    assert_eq!((&own["rows"][2]["events"], &own["rows"][2]["suppressed"]), (&Value::Null, &Value::from(1)));
    assert_eq!((&own["total"]["events"], &own["total"]["suppressed"]), (&Value::from(220), &Value::from(1)));
    // The store has three events in one district and three in another in June, two in each in August.
    let of_store = |query: &str| {
        served.json(&format!("/api/v1/happened?dataset=UCDP%20GED&{query}"))["datasets"][0].clone()
    };
    let districts = of_store("by=area&area=PAK%2FBalochist%C4%81n%20province&from=2024-06&to=2024-06");
    for row in districts["rows"].as_array().unwrap() {
        assert_eq!((&row["events"], &row["deaths_best"]), (&Value::Null, &Value::Null), "{row}");
    }
    assert_eq!(districts["total"]["events"], 6, "two that are not told keep each other");
    let one = of_store("by=month&area=PAK%2FBalochist%C4%81n%20province%2FQuetta%20district");
    assert_eq!(one["rows"][0]["events"], Value::Null);
    let country = of_store("by=month");
    assert_eq!(country["rows"][0]["events"], 6, "a country is no small cell");
    let csv = served.get("/api/v1/happened?by=month&area=PAK%2FPunjab%20province&format=csv").text();
    assert!(csv.lines().next().unwrap().ends_with(",suppressed") && !csv.contains("6061617"), "{csv}");
    assert!(!served.get("/data/counts-2.js").text().contains("6061617"));
}

#[test]
fn what_is_hostile_is_refused_and_the_server_goes_on() {
    let folder = Folder::new("serve-hostile");
    let store = store(&folder);
    let served = Served::start(&["--store", &store, "--head-seconds", "2"]);
    for path in [
        "/../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/....//etc/passwd",
        "//etc/passwd",
        "/etc/passwd%00.html",
        "/%ff%fe",
        "/index.html/..",
        "/api/v1/trace/..%2f..%2fetc%2fpasswd",
        "/api/v2/happened",
        "/api/v1/happened/",
        "/<script>alert(1)</script>",
        "/C:\\windows",
    ] {
        let reply = served.get(path);
        assert!([400, 404].contains(&reply.status), "{path}: {}", reply.status);
        assert!(!reply.text().contains("root:") && !reply.text().contains("<script"), "{path}");
    }
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
        let reply = served.ask(method, "/api/v1/happened", "");
        assert_eq!((reply.status, reply.header("allow")), (405, Some("get, head")), "{method}");
    }
    assert_eq!(served.get(&format!("/?q={}", "x".repeat(9000))).status, 414);
    assert_eq!(served.ask("GET", "/", "Content-Length: 5\r\n").status, 413);
    assert_eq!(served.ask("GET", "/", "Transfer-Encoding: chunked\r\n").status, 413);
    // The answer may be lost where the client is still sending.
    let long = served.ask("GET", "/", &format!("X: {}\r\n", "x".repeat(40_000)));
    assert!([0, 431].contains(&long.status), "{}", long.status);
    assert_eq!(served.ask("GET", "/", &"X: y\r\n".repeat(100)).status, 431);
    let elsewhere = b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n";
    assert_eq!(served.raw(elsewhere).status, 421, "a name of another site that leads here");
    assert!([0, 400].contains(&served.raw(b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n").status));
    let twice = served.get("/api/v1/happened?by=year&by=month");
    assert!(twice.status == 400 && twice.text().contains("stands twice"));

    // A client that dribbles its head is given up, however busily it dribbles.
    let (start, mut slow) = (Instant::now(), served.connect());
    let _ = slow.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n");
    slow.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let mut closed = false;
    while start.elapsed() < Duration::from_secs(15) && !closed {
        let mut buffer = [0; 256];
        closed = slow.write_all(b"X: y\r\n").is_err() || matches!(slow.read(&mut buffer), Ok(n) if n == 0);
    }
    assert!(closed, "still open after {:?}", start.elapsed());
    assert_eq!(served.get("/api/v1/health").status, 200);
}

#[test]
fn an_answer_that_is_known_is_not_sent_again_and_long_ones_are_compressed() {
    let case = small_case("serve-cache");
    let served = Served::start(&[&case.path("")]);
    let plain = served.get("/api/v1/difference?limit=500");
    let tag = plain.header("etag").unwrap().replace("w/", "W/");
    let again = served.ask("GET", "/api/v1/difference?limit=500", &format!("If-None-Match: {tag}\r\n"));
    assert_eq!((again.status, again.body.len()), (304, 0));
    let small = served.ask("GET", "/api/v1/difference?limit=500", "Accept-Encoding: gzip\r\n");
    assert_eq!(small.header("content-encoding"), Some("gzip"));
    assert_eq!(small.header("vary"), Some("accept-encoding"));
    assert!(small.body.len() * 2 < plain.body.len() && small.body.starts_with(b"\x1f\x8b"));

    let metrics = served.get("/metrics").text();
    for part in [
        "tarazu_requests_total{route=\"/api/v1/difference\",status=\"200\"} 2",
        "tarazu_requests_total{route=\"/api/v1/difference\",status=\"304\"} 1",
        "tarazu_request_duration_seconds_bucket{route=\"/api/v1/difference\",le=\"+Inf\"} 3",
        "tarazu_requests_in_flight 1",
        "tarazu_cube_rows ",
    ] {
        assert!(metrics.contains(part), "{part}\n{metrics}");
    }
}

#[test]
fn a_client_that_asks_too_much_is_told_to_wait() {
    let folder = Folder::new("serve-rate");
    let store = store(&folder);
    let served = Served::start(&["--store", &store, "--rate", "1"]);
    let replies: Vec<Reply> = (0..30).map(|_| served.get("/api/v1/health")).collect();
    let refused = replies.iter().find(|r| r.status == 429).unwrap();
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert!(replies.iter().filter(|r| r.status == 200).count() >= 10);
}

/// The explorer as the server sends it, under the server's own policy.
#[test]
fn its_pages_work_in_a_real_browser() {
    let case = small_case("serve-browser");
    let output = tarazu(&["weigh", &case.path("")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let store = store(&case);
    let served = Served::start(&[&case.path(""), "--store", &store, "--rate", "0"]);
    let url = format!("http://{}/", served.address);
    crate::site::in_a_browser(
        &["tests/served.test.mjs"],
        &case.0.join("out/site"),
        &[("TARAZU_SERVED", url.as_str())],
    );
}

#[test]
fn told_to_stop_it_answers_what_is_in_work_and_leaves() {
    let folder = Folder::new("serve-stop");
    let store = store(&folder);
    for signal in ["TERM", "INT"] {
        let mut served = Served::start(&["--store", &store, "--drain-seconds", "20"]);
        // Connections that wait for a next request do not hold it up.
        let mut idle = served.connect();
        idle.write_all(b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut buffer = [0; 4096];
        assert!(idle.read(&mut buffer).unwrap() > 0);
        // A request whose head is half there is in work.
        let mut begun = served.connect();
        begun.write_all(b"GET /api/v1/health HTTP/1.1\r\nHost: loc").unwrap();
        std::thread::sleep(Duration::from_millis(300));
        served.signal(signal);
        std::thread::sleep(Duration::from_millis(300));
        begun.write_all(b"alhost\r\n\r\n").unwrap();
        let mut reply = Vec::new();
        begun.read_to_end(&mut reply).unwrap();
        assert_eq!(Reply::read(&reply).status, 200, "{signal}");
        let status = served.process.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{signal}");
        assert!(TcpStream::connect(served.address).is_err());
    }
}

#[test]
fn what_cannot_be_served_is_said() {
    let nothing = tarazu(&["serve"]);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(stderr(&nothing).contains("there is nothing to serve"), "{}", stderr(&nothing));
    let absent = tarazu(&["serve", "--store", "no-such-store", "--port", "0"]);
    assert_eq!((absent.status.code(), stdout(&absent)), (Some(1), String::new()));
    assert!(stderr(&absent).contains("no-such-store"));
    let folder = Folder::new("serve-faults");
    let store = store(&folder);
    let young = tarazu(&["serve", "--store", &store, "--today", "2999-01-01"]);
    assert_eq!(young.status.code(), Some(2), "a day to come would tell what is too young");

    let served = Served::start(&["--store", &store]);
    let taken = tarazu(&["serve", "--store", &store, "--port", &served.address.port().to_string()]);
    assert_eq!(taken.status.code(), Some(1));
    assert!(stderr(&taken).contains("cannot listen"), "{}", stderr(&taken));

    let mut open = Served::start(&["--store", &store, "--host", "0.0.0.0"]);
    open.address.set_ip([127, 0, 0, 1].into());
    assert_eq!(open.raw(b"GET / HTTP/1.1\r\nHost: any.example\r\nConnection: close\r\n\r\n").status, 200);
    open.signal("TERM");
    let mut said = String::new();
    open.process.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("no loopback address"), "{said}");
}

/// Requests made up from the description, good and bad, meet what it says: Schemathesis with all its default checks.
#[test]
fn schemathesis_finds_no_failure() {
    let Some(python) = std::env::var_os("TARAZU_PEERS") else {
        assert!(std::env::var_os("TARAZU_REQUIRE_PEERS").is_none(), "TARAZU_PEERS is required and not set");
        eprintln!("SKIPPED: TARAZU_PEERS names no Python with schemathesis");
        return;
    };
    let case = small_case("serve-schemathesis");
    let store = store(&case);
    let served = Served::start(&[&case.path(""), "--store", &store, "--rate", "0"]);
    let output = Command::new(python)
        .args(["-m", "schemathesis.cli", "run", "--seed", "1", "--max-examples", "10", "--no-color"])
        .arg(format!("http://{}/api/openapi.json", served.address))
        .current_dir(root().join("target"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}\n{}", stdout(&output), stderr(&output));
}
