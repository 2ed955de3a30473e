//! Runs into a folder: what is done stays done, whatever happens in between.

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use common::{PARAGRAPH, Sandbox, article, gzip, json_lines, stderr, warc_response};

/// Files below a folder with their bytes, without the seconds that a manifest holds.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if !name.contains("manifest") && !name.contains("lock") {
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Units of the manifest, the last line of each.
fn units(sandbox: &Sandbox, folder: &str) -> BTreeMap<String, serde_json::Value> {
    let text = sandbox.read(&format!("{folder}/_dechaff/manifest.jsonl"));
    let lines = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let units = lines.filter(|line| line.get("unit").is_some());
    units.map(|unit| (unit["unit"].as_str().unwrap().to_owned(), unit)).collect()
}

/// Some dumps with broken records in them.
fn write_crawl(sandbox: &Sandbox, dumps: usize, records: usize) {
    for dump in 0..dumps {
        let lines: String = (0..records)
            .map(|n| {
                let id = dump * records + n;
                match id % 50 {
                    7 => format!("{{\"id\":{id},\"text\":\n"),
                    _ => {
                        let text = article(&["Subscribe now", &format!("Page {id} of the archive")]);
                        let url = format!("https://www.site{}.example/{id}", id % 3);
                        serde_json::json!({"id": id, "url": url, "text": text}).to_string() + "\n"
                    }
                }
            })
            .collect();
        sandbox.write(&format!("crawl/part-{dump}.jsonl.gz"), gzip(lines.as_bytes()));
    }
}

fn spawn(sandbox: &Sandbox, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_dechaff"))
        .current_dir(sandbox.path("."))
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn each_input_has_its_output_and_is_done_once() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, 3, 40);
    let first = sandbox.dechaff(&["filter", "crawl", "-o", "out/", "--compression", "none"]);
    assert_eq!(first.status.code(), Some(1), "{}", stderr(&first));
    let before = files(&sandbox.path("out"));
    let names: Vec<&str> = before.keys().map(String::as_str).collect();
    let expected = [
        "_dechaff/rejects/part-0.jsonl",
        "_dechaff/rejects/part-1.jsonl",
        "_dechaff/rejects/part-2.jsonl",
        "part-0.jsonl",
        "part-1.jsonl",
        "part-2.jsonl",
    ];
    assert_eq!(names, expected);
    let again = sandbox.dechaff(&["filter", "crawl", "-o", "out/", "--compression", "none"]);
    assert!(stderr(&again).contains("3 = 0 done now + 3 done before + 0 failed"), "{}", stderr(&again));
    assert!(stderr(&again).contains("120 read = 117 written + 0 dropped + 3 rejected"), "{}", stderr(&again));

    // What changed in its place is done again; a new time alone is no change.
    sandbox.write("crawl/part-1.jsonl.gz", gzip(b"{\"id\":1,\"text\":\"changed\"}\n"));
    let bytes = std::fs::read(sandbox.path("crawl/part-2.jsonl.gz")).unwrap();
    sandbox.write("crawl/part-2.jsonl.gz", bytes);
    let changed = sandbox.dechaff(&["filter", "crawl", "-o", "out/", "--compression", "none"]);
    assert!(stderr(&changed).contains("3 = 1 done now + 2 done before"), "{}", stderr(&changed));
    assert!(!sandbox.path("out/_dechaff/rejects/part-1.jsonl").exists());
    let over = sandbox.dechaff(&["filter", "crawl", "-o", "out/", "--compression", "none", "--overwrite"]);
    assert!(stderr(&over).contains("3 = 3 done now"), "{}", stderr(&over));
}

#[cfg(unix)]
#[test]
fn twenty_kills_lose_nothing_and_double_nothing() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, 12, 60);
    let arguments = |folder: &'static str| {
        vec![
            "filter",
            "crawl",
            "-o",
            folder,
            "--by-host",
            "--shard-size",
            "8kB",
            "--threads",
            "2",
            "--inputs-at-once",
            "2",
        ]
    };
    let whole = sandbox.dechaff(&arguments("whole/"));
    assert_eq!(whole.status.code(), Some(1), "{}", stderr(&whole));
    let expected = files(&sandbox.path("whole"));
    // Moments spread over a run by a fixed pseudo-random walk, those of a start among them.
    let mut moment = 12_345_u64;
    for kill in 0..20 {
        moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child = spawn(&sandbox, &arguments("killed/"));
        let deadline =
            std::time::Instant::now() + Duration::from_micros((moment >> 33) % (15_000 * (kill + 1)));
        while std::time::Instant::now() < deadline && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let last = sandbox.dechaff(&arguments("killed/"));
    assert_eq!(last.status.code(), Some(1), "{}", stderr(&last));
    assert!(files(&sandbox.path("killed")) == expected, "the bytes differ");
    assert!(!sandbox.path("killed/_dechaff/partial").exists());
    let counts = |folder| {
        let units = units(&sandbox, folder);
        units.values().map(|unit| unit["summary"]["records"].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!((counts("killed"), counts("whole")), (720, 720));
}

#[cfg(unix)]
#[test]
fn a_signal_stops_at_a_record_and_the_same_command_goes_on() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, 6, 1500);
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let _ = std::fs::remove_dir_all(sandbox.path("out"));
        let mut child = spawn(&sandbox, &["filter", "crawl", "-o", "out/", "--threads", "1"]);
        while !sandbox.path("out/_dechaff/manifest.jsonl").exists() {
            std::thread::yield_now();
        }
        let sent =
            Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status().unwrap();
        assert!(sent.success());
        assert_eq!(child.wait().unwrap().code(), Some(code));
        let go_on = sandbox.dechaff(&["filter", "crawl", "-o", "out/", "--threads", "1"]);
        assert!(
            stderr(&go_on).contains("9000 read = 8820 written + 0 dropped + 180 rejected"),
            "{}",
            stderr(&go_on)
        );
    }
}

#[test]
fn a_second_run_into_the_same_folder_is_refused() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, 1, 5);
    let lock = sandbox.write("out/_dechaff/lock", "");
    let held = std::fs::OpenOptions::new().write(true).open(lock).unwrap();
    held.lock().unwrap();
    let refused = sandbox.dechaff(&["filter", "crawl", "-o", "out/"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("another dechaff is writing"), "{}", stderr(&refused));
    drop(held);
    assert_eq!(sandbox.dechaff(&["filter", "crawl", "-o", "out/"]).status.code(), Some(0));
}

#[test]
fn what_is_not_dechaffs_is_not_replaced() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, 1, 5);
    sandbox.write("out/part-0.jsonl.zst", "precious");
    let refused = sandbox.dechaff(&["filter", "crawl", "-o", "out"]);
    assert_eq!((refused.status.code(), sandbox.read("out/part-0.jsonl.zst").as_str()), (Some(2), "precious"));
    sandbox.write("a/x.jsonl", "{\"text\":\"a\"}\n");
    sandbox.write("b/x.jsonl", "{\"text\":\"b\"}\n");
    let same = sandbox.dechaff(&["filter", "a/x.jsonl", "b/x.jsonl", "-o", "out2/"]);
    assert!(stderr(&same).contains("a/x.jsonl"), "{}", stderr(&same));
    assert_eq!(sandbox.dechaff(&["filter", "*/x.jsonl", "-o", "out2/"]).status.code(), Some(0));
    assert!(sandbox.path("out2/a/x.jsonl.zst").exists() && sandbox.path("out2/b/x.jsonl.zst").exists());
}

#[test]
fn an_input_that_cannot_be_read_costs_itself_only() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, 2, 5);
    sandbox.write("crawl/broken.parquet", "PAR1 and nothing more");
    let output = sandbox.dechaff(&["filter", "crawl", "-o", "out/"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("3 = 2 done now + 0 done before + 1 failed"), "{}", stderr(&output));
    assert!(stderr(&output).contains("broken.parquet"), "{}", stderr(&output));
    assert!(!units(&sandbox, "out").contains_key("broken"));
}

#[cfg(target_os = "linux")]
#[test]
fn an_input_that_changes_under_the_run_is_not_done() {
    let sandbox = Sandbox::new();
    let line = serde_json::json!({"id": 1, "text": PARAGRAPH}).to_string() + "\n";
    sandbox.write("crawl/grows.jsonl", line.repeat(60_000));
    let child = spawn(&sandbox, &["filter", "crawl", "-o", "out/", "--threads", "1"]);
    // The first records were written, so the input was opened; most of it is still to come.
    let partial = sandbox.path("out/_dechaff/partial");
    while std::fs::read_dir(&partial).map_or(0, Iterator::count) == 0 {
        std::thread::yield_now();
    }
    let mut file = std::fs::OpenOptions::new().append(true).open(sandbox.path("crawl/grows.jsonl")).unwrap();
    std::io::Write::write_all(&mut file, line.as_bytes()).unwrap();
    drop(file);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2), "the only input failed");
    assert!(units(&sandbox, "out").is_empty());
    let again = sandbox.dechaff(&["filter", "crawl", "-o", "out/"]);
    assert!(stderr(&again).contains("60001 read = 60001 written"), "{}", stderr(&again));
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_is_full_or_cannot_be_made_ends_the_run_with_its_reason() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, 2, 300);
    let nowhere = sandbox.dechaff(&["filter", "crawl", "-o", "/proc/dechaff/"]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(stderr(&nowhere).contains("/proc/dechaff/_dechaff: cannot make"), "{}", stderr(&nowhere));
    // The shell limits the size of files; without its signal, writing fails as on a full disk.
    let command = format!(
        "trap '' XFSZ; ulimit -f 32; exec {} filter crawl -o out/ --compression none",
        env!("CARGO_BIN_EXE_dechaff")
    );
    let full = Command::new("sh").args(["-c", &command]).current_dir(sandbox.path(".")).output().unwrap();
    assert_eq!(full.status.code(), Some(2), "{}", stderr(&full));
    assert!(stderr(&full).contains("cannot write"), "{}", stderr(&full));
    assert!(!files(&sandbox.path("out")).contains_key("part-0.jsonl"));
    let room = sandbox.dechaff(&["filter", "crawl", "-o", "out/", "--compression", "none"]);
    assert!(stderr(&room).contains("600 read = 588 written + 0 dropped + 12 rejected"), "{}", stderr(&room));
}

#[test]
fn machines_take_their_parts_and_merge_joins_them() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, 5, 50);
    let part =
        |shard| sandbox.dechaff(&["filter", "crawl", "-o", "out/", "--shard", shard, "--by-host=hosts.csv"]);
    assert_eq!(part("0/2").status.code(), Some(1));
    let missing = sandbox.dechaff(&["merge", "out"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(stderr(&missing).contains("shards that never ran: 1/2"), "{}", stderr(&missing));
    assert!(stderr(&missing).contains("2 of 5 inputs are not done"), "{}", stderr(&missing));
    assert_eq!(part("1/2").status.code(), Some(1));
    let merged = sandbox.dechaff(&["merge", "out", "-o", "all.jsonl", "--by-host", "all.csv"]);
    assert_eq!(merged.status.code(), Some(0), "{}", stderr(&merged));
    assert!(
        stderr(&merged).contains("250 read = 245 written + 0 dropped + 5 rejected"),
        "{}",
        stderr(&merged)
    );
    assert_eq!(json_lines(&sandbox.read("all.jsonl")).len(), 5);
    let hosts = sandbox.read("all.csv");
    assert_eq!(hosts.lines().count(), 4, "{hosts}");
    assert!(hosts.lines().nth(1).unwrap().starts_with("site0.example,"), "{hosts}");
    let nothing = sandbox.dechaff(&["merge", "crawl"]);
    assert!(stderr(&nothing).contains("no manifest"), "{}", stderr(&nothing));
}

#[test]
fn too_many_rejects_end_the_run() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, 2, 100);
    for (limit, code) in [("1", 2), ("1%", 2), ("4", 1), ("3%", 1)] {
        let output =
            sandbox.dechaff(&["filter", "crawl", "-o", "out/", "--overwrite", "--max-rejects", limit]);
        assert_eq!(output.status.code(), Some(code), "{limit}: {}", stderr(&output));
        assert_eq!(stderr(&output).contains("--max-rejects"), code == 2, "{}", stderr(&output));
    }
}

#[test]
fn a_record_that_takes_too_long_is_rejected() {
    let sandbox = Sandbox::new();
    let html = format!("<p>{PARAGRAPH}</p>").repeat(30_000);
    sandbox.write("in.jsonl", serde_json::json!({"id": "long", "html": html}).to_string());
    let output =
        sandbox.dechaff(&["filter", "in.jsonl", "-o", "out.jsonl", "--max-seconds-per-record", "0.001"]);
    assert_eq!(output.status.code(), Some(1));
    let reject = &json_lines(&sandbox.read("out.rejects.jsonl"))[0];
    assert_eq!(reject["reason"], "it takes longer than 0.001 s (--max-seconds-per-record)");
}

#[test]
fn twenty_thousand_mixed_records_are_accounted_for() {
    let sandbox = Sandbox::new();
    let (mut lines, mut warc, mut rows) = (String::new(), Vec::new(), String::from("id,text\n"));
    for n in 0..8000 {
        lines += &match n % 50 {
            3 => "{\"id\":\"x\",\"text\":\n".to_owned(),
            _ => {
                serde_json::json!({"id": n, "text": format!("{PARAGRAPH}\nPage {n}\nLog in")}).to_string()
                    + "\n"
            }
        };
        rows += &match n % 50 {
            9 => "one field too many,a,b\n".to_owned(),
            _ => format!("{n},\"{PARAGRAPH} {n}\nSubscribe now\"\n"),
        };
        if n < 4000 {
            let page = format!("<p>{PARAGRAPH} {n}</p><p>Sign in</p>");
            let mut record =
                warc_response(&format!("http://a.example/{n}"), "Content-Type: text/html", page.as_bytes());
            if n % 50 == 5 {
                let text = String::from_utf8(record).unwrap();
                record = text.replacen("Content-Length: ", "Content-Length: x", 1).into_bytes();
            }
            warc.extend(gzip(&record));
        }
    }
    sandbox.write("in/a.jsonl", lines);
    sandbox.write("in/b.csv", rows);
    sandbox.write("in/c.warc.gz", warc);
    let mut outputs = Vec::new();
    for threads in ["1", "2", "5"] {
        let folder = format!("out{threads}/");
        let mut arguments =
            vec!["filter", "in", "-o", &folder, "--min-words", "20", "--compression", "none", "--json"];
        arguments.extend(["--threads", threads]);
        let output = sandbox.dechaff(&arguments);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        outputs.push((json_lines(&stderr(&output)).remove(0), files(&sandbox.path(&folder))));
    }
    let (summary, written) = &outputs[0];
    assert!(outputs.iter().all(|(_, files)| files == written), "bytes depend on the number of threads");
    let number = |name: &str| summary[name].as_u64().unwrap();
    let dropped: u64 =
        summary["dropped"].as_object().unwrap().values().map(|rule| rule.as_u64().unwrap()).sum();
    assert_eq!((number("records"), number("rejected")), (20_000, 400));
    assert_eq!(number("records"), number("written") + dropped + number("rejected"));
    let lines = |named: &dyn Fn(&str) -> bool| -> u64 {
        let files = written.iter().filter(|(name, _)| named(name));
        files.map(|(_, bytes)| bytes.iter().filter(|&&byte| byte == b'\n').count() as u64).sum()
    };
    assert_eq!(lines(&|name| !name.starts_with("_dechaff")), number("written"));
    assert_eq!(lines(&|name| name.starts_with("_dechaff/rejects")), number("rejected"));
}
