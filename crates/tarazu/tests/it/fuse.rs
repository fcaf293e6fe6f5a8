//! `tarazu simulate events`, `tarazu fuse` and `tarazu review` as people and programs use them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;
use std::process::{Command, Output, Stdio};

use crate::{Folder, root, shared, stderr, stdout, tarazu};

/// A simulated world in a folder: alpha.csv, beta.csv and truth.csv.
fn world(name: &str, world: &str, incidents: u32) -> Folder {
    let folder = Folder::new(name);
    let incidents = incidents.to_string();
    let arguments = ["simulate", "events", "--world", world, "--incidents", &incidents, "-o"];
    let output = tarazu(&[&arguments[..], &[&folder.path("")]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    folder
}

fn done(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    stdout(output)
}

fn records(path: &str) -> Vec<HashMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

#[test]
fn simulated_events_are_files_that_import_reads_and_a_truth_apart() {
    let folder = world("simulate-events", "coverage", 400);
    let again = world("simulate-events-again", "coverage", 400);
    for file in ["alpha.csv", "beta.csv", "gamma.csv", "truth.csv"] {
        let text = std::fs::read_to_string(folder.path(file)).unwrap();
        assert_eq!(text, std::fs::read_to_string(again.path(file)).unwrap(), "{file}: same seed, same bytes");
        assert_eq!(file == "truth.csv", text.contains("incident"), "{file}");
    }
    let truth = records(&folder.path("truth.csv"));
    let alpha = records(&folder.path("alpha.csv"));
    assert_eq!(truth.iter().filter(|r| r["dataset"] == "alpha").count(), alpha.len());
    assert!(alpha.iter().all(|r| r["deaths_best"] != "0"), "a dataset of lethal incidents alone");
    let panel = done(&tarazu(&["panel", &folder.path("alpha.csv"), "--period", "year"]));
    assert!(panel.contains("alpha,unknown,Simulated,2015,"), "{panel}");
    let listed = done(&tarazu(&["simulate", "events", "--list"]));
    let described = done(&tarazu(&["simulate", "events", "--world", "bursty", "--describe"]));
    assert!(listed.contains("bursty") && described.contains("burst_km"), "{listed}{described}");
    let wrong = tarazu(&["simulate", "events", "--world", "flat", "-o", &folder.path("x")]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(stderr(&wrong).contains("no world `flat`; there are sparse"), "{}", stderr(&wrong));
}

#[test]
fn every_event_is_of_one_incident_and_every_value_leads_back() {
    let folder = world("fuse-files", "sparse", 500);
    let (alpha, beta) = (folder.path("alpha.csv"), folder.path("beta.csv"));
    let (links, incidents) = (folder.path("links.csv"), folder.path("incidents.csv"));
    let text = done(&tarazu(&["fuse", &alpha, &beta, "--links", &links, "--incidents", &incidents]));
    for said in [
        "rows read =",
        "compared  ",
        "of the true pairs",
        "links  ",
        "incidents  ",
        "could hold",
        "tolls of incidents",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(text.lines().count() < 40, "one screenful: {text}");
    let events: BTreeMap<(String, String), HashMap<String, String>> = ["alpha", "beta"]
        .iter()
        .flat_map(|d| {
            records(&folder.path(&format!("{d}.csv")))
                .into_iter()
                .map(|r| (((*d).into(), r["event_id"].clone()), r))
        })
        .collect();
    let found = records(&incidents);
    let mut members = BTreeSet::new();
    for incident in &found {
        for member in incident["members"].split("; ") {
            let (dataset, id) = member.split_once(':').unwrap();
            assert!(members.insert((dataset.to_owned(), id.to_owned())), "{member} is of two incidents");
        }
        for (value, from) in [("date_start", "date_from"), ("deaths_high", "deaths_high_from")] {
            let Some((dataset, id)) = incident[from].split_once(':') else { continue };
            let event = &events[&(dataset.into(), id.into())];
            let own = if event[value].is_empty() { &event["deaths_best"] } else { &event[value] };
            assert_eq!(&incident[value], own, "{value} is from {}", incident[from]);
        }
    }
    assert_eq!(members, events.keys().cloned().collect(), "every event is of an incident");
    // The links hold what the truth says, far better than chance.
    let truth: HashMap<(String, String), String> = records(&folder.path("truth.csv"))
        .into_iter()
        .map(|r| ((r["dataset"].clone(), r["event_id"].clone()), r["incident"].clone()))
        .collect();
    let joined: Vec<_> = records(&links).into_iter().filter(|l| l["joined"] == "true").collect();
    let hits = joined.iter().filter(|l| {
        truth[&(l["dataset_a"].clone(), l["id_a"].clone())]
            == truth[&(l["dataset_b"].clone(), l["id_b"].clone())]
    });
    let (hits, all) = (hits.count(), joined.len());
    assert!(all > 50 && hits * 10 > all * 8, "{hits} of {all} links are true");
    // The order of the files decides nothing.
    let other = folder.path("other.csv");
    done(&tarazu(&["fuse", &beta, &alpha, "--incidents", &other]));
    let sorted = |path: &str| {
        let ids = |r: HashMap<String, String>| {
            let mut members: Vec<String> = r["members"].split("; ").map(str::to_owned).collect();
            members.sort();
            (r["incident"].clone(), members)
        };
        records(path).into_iter().map(ids).collect::<BTreeSet<_>>()
    };
    assert_eq!(sorted(&incidents), sorted(&other));
}

/// A text with every number and incident id masked: what is said, without what was computed.
fn masked(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(c) = rest.chars().next() {
        let id = rest.strip_prefix("i-").map_or(0, |r| r.bytes().take_while(u8::is_ascii_hexdigit).count());
        let digits = rest.bytes().take_while(|b| b.is_ascii_digit() || b",.".contains(b)).count();
        let (mask, length) = match () {
            () if id == 16 => ("i-…", 18),
            () if c.is_ascii_digit() => ("#", rest[..digits].trim_end_matches([',', '.']).len()),
            () => (&rest[..c.len_utf8()], c.len_utf8()),
        };
        out.push_str(mask);
        rest = &rest[length..];
    }
    out
}

#[test]
fn the_summary_for_people() {
    let folder = world("fuse-summary", "sparse", 400);
    let text = done(&tarazu(&["fuse", &folder.path("alpha.csv"), &folder.path("beta.csv")]));
    insta::assert_snapshot!(masked(&text));
}

#[test]
fn a_summary_for_programs_and_a_panel_of_incidents() {
    let folder = world("fuse-json", "sparse", 400);
    let (alpha, beta, panel) = (folder.path("alpha.csv"), folder.path("beta.csv"), folder.path("panel.csv"));
    let arguments = ["fuse", &alpha, &beta, "--json", "--panel", &panel, "--period", "year", "--draws", "2"];
    let output = done(&tarazu(&arguments));
    let json: serde_json::Value = serde_json::from_str(&output).unwrap();
    let number = json["incidents"]["number"].as_u64().unwrap();
    let plausible = &json["incidents"]["plausible"];
    assert!(plausible["low"].as_f64() <= plausible["high"].as_f64(), "{plausible}");
    let events: u64 =
        json["datasets"].as_array().unwrap().iter().map(|d| d["events"].as_u64().unwrap()).sum();
    assert!(number < events && number > events / 2, "{number} incidents of {events} events");
    let rows = records(&panel);
    let named: BTreeSet<&str> = rows.iter().map(|r| r["dataset"].as_str()).collect();
    assert_eq!(named, ["fused", "fused draw 1", "fused draw 2"].into());
    let counted =
        rows.iter().filter(|r| r["dataset"] == "fused").map(|r| r["events"].parse::<u64>().unwrap());
    assert_eq!(counted.sum::<u64>(), number, "every incident counts once");
    for row in &rows {
        let n = |c: &str| row[c].parse::<u64>().unwrap_or(0);
        assert!(n("deaths_low") <= n("deaths_best") && n("deaths_best") <= n("deaths_high"), "{row:?}");
    }
}

#[test]
fn why_two_events_are_one_incident_is_said_in_bits() {
    let folder = world("fuse-explain", "sparse", 400);
    let (alpha, beta, links) = (folder.path("alpha.csv"), folder.path("beta.csv"), folder.path("links.csv"));
    done(&tarazu(&["fuse", &alpha, &beta, "--links", &links]));
    let link = records(&links).into_iter().find(|l| l["joined"] == "true").unwrap();
    let (a, b) = (format!("{}:{}", link["dataset_a"], link["id_a"]), link["id_b"].clone());
    let text = done(&tarazu(&["fuse", &alpha, &beta, "--explain", &a, &b]));
    assert!(text.contains("one incident") && text.contains(&a), "{text}");
    let json = done(&tarazu(&["fuse", &alpha, &beta, "--explain", &a, &b, "--json"]));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let steps = json["steps"].as_array().unwrap();
    let bits: f64 = steps.iter().map(|s| s["bits"].as_f64().unwrap()).sum();
    let probability = json["probability"].as_f64().unwrap();
    let sum = 1.0 / (1.0 + (-bits * std::f64::consts::LN_2).exp());
    assert!((sum - probability).abs() < 0.02, "{bits} bits are {sum}, not {probability}");
    let unknown = tarazu(&["fuse", &alpha, &beta, "--explain", "alpha:none", &b]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(stderr(&unknown).contains("alpha:none: no such event; expected DATASET:ID of `alpha`, `beta`"));
}

#[test]
fn a_file_of_any_layout_is_fused_through_a_mapping() {
    let (Some(a), Some(b)) = (shared("labelled/synthetic-20k-a.csv"), shared("labelled/synthetic-20k-b.csv"))
    else {
        return;
    };
    let folder = Folder::new("fuse-mapping");
    let first = |path: &std::path::Path, name: &str| {
        let text = std::fs::read_to_string(path).unwrap();
        let lines: String = text.lines().take(1500).map(|l| format!("{l}\n")).collect();
        std::fs::write(folder.path(name), lines).unwrap();
        folder.path(name)
    };
    let (a, b) = (first(&a, "a.csv"), first(&b, "b.csv"));
    let mapping = root().join("crates/tarazu-events/mappings/synthetic.toml").display().to_string();
    let text = done(&tarazu(&["fuse", &format!("a={a}"), &format!("b={b}"), "--mapping", &mapping]));
    assert!(text.contains("1499 rows read = 1499 kept + 0 rejected"), "{text}");
    let same = tarazu(&["fuse", &a, &b, "--mapping", &mapping]);
    assert_eq!(same.status.code(), Some(1));
    assert!(stderr(&same).contains("NAME=FILE"), "{}", stderr(&same));
    let none = tarazu(&["fuse", &a, "--store", &folder.path("none"), "absent"]);
    assert!(
        stderr(&none).contains("absent: no such file; give files or datasets of a store"),
        "{}",
        stderr(&none)
    );
}

/// Run `tarazu review` with keys piped in.
fn review(arguments: &[&str], keys: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tarazu"))
        .args([&["review"], arguments].concat())
        .current_dir(root())
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who quits early closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(keys.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn a_judgement_is_asked_for_once_saved_at_once_and_feeds_the_model() {
    let folder = world("review", "low-precision", 400);
    let (alpha, beta, file) = (folder.path("alpha.csv"), folder.path("beta.csv"), folder.path("judged.csv"));
    let inputs = [alpha.as_str(), &beta, "--judgements", &file, "--by", "A. Reader"];
    let output = review(&inputs, "s\nd\nx u q");
    let text = done(&output);
    assert!(text.contains("pair 1 of") && text.contains("3 pairs judged, 3 in all"), "{text}");
    let saved = records(&file);
    let verdicts: Vec<&str> = saved.iter().map(|r| r["verdict"].as_str()).collect();
    assert_eq!(verdicts, ["same", "different", "unsure"]);
    assert!(
        saved.iter().all(|r| r["by"] == "A. Reader" && r["at"].ends_with('Z') && r["stratum"].is_empty())
    );
    let header = std::fs::read_to_string(&file).unwrap();
    assert!(header.starts_with("dataset_a,id_a,dataset_b,id_b,verdict,by,at,stratum,stratum_pairs\n"));
    // The end of what is piped in is the end.
    done(&review(&inputs, "ddd"));
    let pairs: BTreeSet<_> = records(&file).iter().map(|r| (r["id_a"].clone(), r["id_b"].clone())).collect();
    assert_eq!(pairs.len(), 6, "no pair is asked about twice");
    // What was judged the same is joined, what was judged different is not.
    let links = folder.path("links.csv");
    done(&tarazu(&["fuse", &alpha, &beta, "--judgements", &file, "--links", &links]));
    let joined: HashMap<_, _> = records(&links)
        .into_iter()
        .map(|l| ((l["id_a"].clone(), l["id_b"].clone()), l["joined"].clone()))
        .collect();
    let of = |r: &HashMap<String, String>| {
        joined.get(&(r["id_a"].clone(), r["id_b"].clone())).map(String::as_str).unwrap_or("false")
    };
    assert_eq!((of(&saved[0]), of(&saved[1])), ("true", "false"));
    let unsaved = review(&[&alpha, &beta], "s");
    assert_eq!(unsaved.status.code(), Some(2));
    assert!(stderr(&unsaved).contains("--judgements FILE"), "{}", stderr(&unsaved));
}

#[test]
fn a_sample_of_judgements_measures_precision_and_recall() {
    let folder = world("review-sample", "sparse", 400);
    let (alpha, beta, file) = (folder.path("alpha.csv"), folder.path("beta.csv"), folder.path("judged.csv"));
    let inputs = [alpha.as_str(), &beta, "--judgements", &file];
    done(&review(&[&inputs[..], &["--sample", "40"]].concat(), &"s".repeat(40)));
    let drawn = records(&file);
    assert!(drawn.len() > 20 && drawn.iter().all(|r| !r["stratum"].is_empty()), "{}", drawn.len());
    // The judge looks up the truth.
    let truth: HashMap<(String, String), String> = records(&folder.path("truth.csv"))
        .into_iter()
        .map(|r| ((r["dataset"].clone(), r["event_id"].clone()), r["incident"].clone()))
        .collect();
    let text = std::fs::read_to_string(&file).unwrap();
    let judged: String = text
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let key = |at: usize| (cells[at].to_owned(), cells[at + 1].to_owned());
            match (truth.get(&key(0)), truth.get(&key(2))) {
                (Some(a), Some(b)) if a != b => format!("{}\n", line.replace(",same,", ",different,")),
                _ => format!("{line}\n"),
            }
        })
        .collect();
    std::fs::write(&file, judged).unwrap();
    let json = done(&tarazu(&[&["review"], &inputs[..], &["--measure", "--json"]].concat()));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    for what in ["precision", "recall"] {
        let share = &json["measured"][what];
        let [estimate, low, high] = ["estimate", "low", "high"].map(|k| share[k].as_f64().unwrap());
        assert!(0.0 <= low && low <= high && high <= 1.0, "{share}");
        assert!(estimate > 0.6, "{what}: {share}");
    }
    let text = done(&tarazu(&[&["review"], &inputs[..], &["--measure"]].concat()));
    assert!(text.contains("precision") && text.contains("recall") && text.contains("probability"), "{text}");
}

/// Notes and sources are shown to who judges, and written nowhere.
#[test]
fn free_text_is_shown_in_the_terminal_and_in_no_file() {
    let folder = world("fuse-notes", "sparse", 300);
    let with_notes = |name: &str| {
        let path = folder.path(&format!("{name}.csv"));
        let text = std::fs::read_to_string(&path).unwrap();
        let rows = text.lines().enumerate().map(|(n, line)| match n {
            0 => format!("{line},notes,source\n"),
            _ => format!("{line},zebra at the gate {n},quagga daily {n}\n"),
        });
        std::fs::write(&path, rows.collect::<String>()).unwrap();
        path
    };
    let (alpha, beta) = (with_notes("alpha"), with_notes("beta"));
    let files = ["links.csv", "incidents.csv", "panel.csv", "judged.csv"].map(|name| folder.path(name));
    let [links, incidents, panel, judged] = &files;
    let page = done(&review(&[&alpha, &beta, "--judgements", judged], "sd"));
    assert!(page.contains("zebra at the gate") && page.contains("quagga daily"), "{page}");
    let arguments =
        ["fuse", &alpha, &beta, "--links", links, "--incidents", incidents, "--panel", panel, "--json"];
    let mut published = done(&tarazu(&arguments));
    for file in &files {
        published.push_str(&std::fs::read_to_string(file).unwrap());
    }
    assert!(!published.contains("zebra at") && !published.contains("quagga daily"));
}

#[cfg(feature = "sql")]
mod store {
    use super::*;
    use crate::store::{import, sql};

    #[test]
    fn incidents_are_tables_of_the_store_and_their_ids_stay() {
        let folder = world("fuse-store", "sparse", 400);
        let store = folder.path("store");
        let (alpha, beta) = (folder.path("alpha.csv"), folder.path("beta.csv"));
        // The first release of beta lacks a fifth of its rows.
        let all = std::fs::read_to_string(&beta).unwrap();
        let early = all.lines().enumerate().filter(|(n, _)| n % 5 != 3).map(|(_, l)| format!("{l}\n"));
        std::fs::create_dir_all(folder.path("early")).unwrap();
        let first = folder.path("early/beta.csv");
        std::fs::write(&first, early.collect::<String>()).unwrap();
        done(&import(&store, &[&alpha, &first]));
        let fuse = |more: &[&str]| tarazu(&[&["fuse", "--store", &store], more].concat());
        let text = done(&fuse(&["alpha", "beta", "--draws", "2"]));
        assert!(text.contains("tables incidents, links, members"), "{text}");
        let one = |question: &str| sql(&store, &[question])[0].join(",");
        assert_eq!(one("SELECT count(*) FROM events"), one("SELECT count(*) FROM members WHERE draw = 0"));
        assert_eq!(
            one("SELECT count(*) FROM incidents"),
            one("SELECT count(DISTINCT incident) FROM members WHERE draw = 0")
        );
        assert_eq!(one("SELECT count(DISTINCT draw) FROM members"), "3");
        let joined = one(
            "SELECT count(*) FROM links l JOIN members a ON a.draw = 0 AND a.dataset = l.dataset_a AND a.event_id = l.event_a JOIN \
             members b ON b.draw = 0 AND b.dataset = l.dataset_b AND b.event_id = l.event_b WHERE l.joined AND a.incident <> b.incident",
        );
        assert_eq!(joined, "0", "what is joined is of one incident");
        let versions = |store: &str| done(&tarazu(&["log", "--store", store])).matches("\nversion").count();
        let before = versions(&store);
        done(&fuse(&["alpha", "beta", "--draws", "2"]));
        assert_eq!(versions(&store), before, "the same fusion makes no new version");
        let panel = |draw: &str| {
            done(&tarazu(&["panel", "--store", &store, "--incidents", "--draw", draw, "--period", "year"]))
        };
        assert!(panel("0").contains("fused,alpha + beta,Simulated,"), "{}", panel("0"));
        assert!(panel("2").contains("fused draw 2,"));
        let absent = tarazu(&["panel", "--store", &store, "--incidents", "--draw", "9"]);
        assert!(stderr(&absent).contains("no such draw"), "{}", stderr(&absent));
        let ids = || -> BTreeMap<String, String> {
            let rows = sql(&store, &["SELECT dataset, event_id, incident FROM members WHERE draw = 0"]);
            rows.into_iter().map(|r| (format!("{}:{}", r[0], r[1]), r[2].clone())).collect()
        };
        let old = ids();
        done(&import(&store, &[&beta]));
        let stale = tarazu(&["panel", "--store", &store, "--incidents"]);
        assert_eq!(stale.status.code(), Some(1));
        assert!(stderr(&stale).contains("run `tarazu fuse` again"), "{}", stderr(&stale));
        let text = done(&fuse(&["alpha", "beta"]));
        assert!(text.contains("since the fusion before"), "{text}");
        let new = ids();
        let kept = old.iter().filter(|(event, id)| new[*event] == **id).count();
        assert!(kept * 100 >= old.len() * 90, "{kept} of {} events keep their incident's id", old.len());
        // An earlier version answers as it did.
        let at = sql(&store, &["SELECT count(*) FROM incidents", "--at", "1"]);
        assert_eq!(at[0][0], old.values().collect::<BTreeSet<_>>().len().to_string());
        let files = done(&tarazu(&["log", "--store", &store, "--files", "--table", "incidents"]));
        assert!(
            files.trim().ends_with(".parquet") && std::path::Path::new(files.trim()).is_file(),
            "{files}"
        );
        let unknown = fuse(&["gamma"]);
        assert!(stderr(&unknown).contains("which has `alpha`, `beta`"), "{}", stderr(&unknown));
    }

    #[test]
    fn a_fusion_that_stops_half_way_leaves_the_store_as_it_was() {
        let folder = world("fuse-half", "sparse", 200);
        let store = folder.path("store");
        done(&import(&store, &[&folder.path("alpha.csv"), &folder.path("beta.csv")]));
        done(&tarazu(&["fuse", "--store", &store]));
        let before = sql(&store, &["SELECT count(*) FROM incidents"]);
        // What a fusion leaves that is killed before its version appears, and a file of somebody else's.
        let leftover = folder.path("store/links/links-v7-89abcdef.parquet");
        let foreign = folder.path("store/links/notes.txt");
        for path in [&leftover, &foreign] {
            std::fs::write(path, "x").unwrap();
        }
        assert_eq!(sql(&store, &["SELECT count(*) FROM incidents"]), before);
        done(&tarazu(&["fuse", "--store", &store, "--threshold", "0.7"]));
        assert!(!std::path::Path::new(&leftover).exists(), "swept by the next writer");
        assert!(std::path::Path::new(&foreign).exists(), "what is not ours stays");
    }
}
