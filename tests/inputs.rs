//! What is taken for an input, what is not, and that each of both is told.

mod common;

use common::{PARAGRAPH, Sandbox, article, gzip, json_lines, stderr, stdout, warc_response};

fn line(id: &str) -> String {
    serde_json::json!({"id": id, "text": PARAGRAPH}).to_string() + "\n"
}

/// Ids of the records on standard output, sorted.
fn ids(output: &std::process::Output) -> Vec<String> {
    let mut ids: Vec<String> =
        json_lines(&stdout(output)).iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

#[test]
fn a_folder_reads_what_it_can_tell_and_names_the_rest() {
    let sandbox = Sandbox::new();
    sandbox.write("d/part-00000", line("part"));
    sandbox.write("d/part-00001.gz", gzip(line("packed").as_bytes()));
    sandbox.write("d/a.jl", line("jl"));
    sandbox.write("d/b.jsonlines", line("jsonlines"));
    sandbox.write("d/c.ndjson", line("ndjson"));
    sandbox.write(
        "d/crawl",
        warc_response("warc", "Content-Type: text/html", format!("<p>{PARAGRAPH}").as_bytes()),
    );
    sandbox.write("d/index.php", format!("<!DOCTYPE html><p>{PARAGRAPH}"));
    sandbox.write("d/page", format!("<html><p>{PARAGRAPH}"));
    sandbox.write("d/notes.md", PARAGRAPH);
    sandbox.write("d/style.css", "p { color: red }");
    sandbox.write("d/logo.png", b"\x89PNG\r\n\x1a\n\0\0");
    sandbox.write("d/code.php", "<?php echo 1;");
    sandbox.write("d/_SUCCESS", "");
    sandbox.write("d/_temporary/part-00002", line("no"));
    sandbox.write("d/.git/config", "");
    sandbox.write("d/_dechaff/manifest.jsonl", line("no"));
    let output = sandbox.dechaff(&["annotate", "d", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let expected =
        ["index.php", "jl", "jsonlines", "ndjson", "notes.md", "packed", "page", "part", "urn:test:warc"];
    assert_eq!(ids(&output), expected);
    let skipped = &json_lines(&stderr(&output))[0]["skipped_inputs"]["skipped"];
    let counts: u64 =
        skipped.as_object().unwrap().values().map(|group| group["count"].as_u64().unwrap()).sum();
    assert_eq!(counts, 7, "{skipped}");
    assert_eq!(skipped["binary"]["first"][0], "d/logo.png");
    let people = stderr(&sandbox.dechaff(&["annotate", "d", "-o", "out/"]));
    assert!(people.contains("not read  2 name starts with _: d/_SUCCESS, d/_temporary"), "{people}");
    // A format that is given is that of what tells none.
    let given = sandbox.dechaff(&["annotate", "d", "--format", "text"]);
    assert!(ids(&given).contains(&"style.css".to_owned()), "{}", stderr(&given));
}

#[test]
fn what_an_earlier_run_wrote_is_no_input_and_is_told() {
    let sandbox = Sandbox::new();
    sandbox.write("d/a.jsonl", line("a"));
    for _ in 0..2 {
        let output = sandbox.dechaff(&["filter", "d", "-o", "d/clean/"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    let other = sandbox.dechaff(&["annotate", "d"]);
    assert_eq!(ids(&other), ["a"]);
    assert!(
        stderr(&other).contains("1 written by dechaff; name it itself to read it: d/clean"),
        "{}",
        stderr(&other)
    );
    assert_eq!(ids(&sandbox.dechaff(&["annotate", "d/**/*.jsonl*"])), ["a"]);
    assert_eq!(ids(&sandbox.dechaff(&["annotate", "d/clean"])), ["a"]);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_utf8_are_read_like_others() {
    use std::os::unix::ffi::OsStrExt;
    let sandbox = Sandbox::new();
    for name in [&b"in/f\xe4hre.jsonl"[..], b"in/f\xf6hre.jsonl", b"in/f\xe4hre.txt", b"in/f\xf6hre.txt"] {
        let path = sandbox.path(".").join(std::ffi::OsStr::from_bytes(name));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, if name.ends_with(b"txt") { PARAGRAPH.to_owned() } else { line("a") }).unwrap();
    }
    let output = sandbox.dechaff(&["filter", "in"]);
    assert_eq!(ids(&output), ["a", "a", "f%E4hre.txt", "f%F6hre.txt"], "{}", stderr(&output));
    assert_eq!(ids(&sandbox.dechaff(&["filter", "in/*.jsonl"])), ["a", "a"]);
    let folder = sandbox.dechaff(&["filter", "in", "-o", "out/"]);
    assert_eq!(folder.status.code(), Some(0), "{}", stderr(&folder));
    assert!(sandbox.path("out/f%E4hre.jsonl.zst").exists() && sandbox.path("out/f%F6hre.jsonl.zst").exists());
}

#[cfg(unix)]
#[test]
fn dead_links_loops_and_closed_folders_cost_themselves_only() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let sandbox = Sandbox::new();
    sandbox.write("d/a.jsonl", line("a"));
    sandbox.write("d/sub/b.jsonl", line("b"));
    sandbox.write("d/closed/c.jsonl", line("c"));
    symlink("nowhere", sandbox.path("d/dead.jsonl")).unwrap();
    symlink("..", sandbox.path("d/sub/loop")).unwrap();
    symlink("self.jsonl", sandbox.path("d/self.jsonl")).unwrap();
    let closed = sandbox.path("d/closed");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
    // Nothing is closed to root.
    let is_closed = closed.read_dir().is_err();
    let one = sandbox.dechaff(&["filter", "d", "-o", "out.jsonl"]);
    let folder = sandbox.dechaff(&["filter", "d", "-o", "out/", "--json"]);
    let pattern = sandbox.dechaff(&["filter", "d/**/*.jsonl", "-o", "pattern.jsonl", "--quiet"]);
    let dry = sandbox.dechaff(&["filter", "d", "--dry-run"]);
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (records, failures) = if is_closed { (2, 4) } else { (3, 3) };
    for output in [&one, &folder, &pattern, &dry] {
        assert_eq!(output.status.code(), Some(1), "{}", stderr(output));
    }
    assert_eq!(sandbox.read("out.jsonl").lines().count(), records);
    assert_eq!(sandbox.read("pattern.jsonl").lines().count(), records);
    assert!(sandbox.path("out/sub/b.jsonl.zst").exists());
    assert!(stderr(&one).contains("failed    1 a link to d, which it is in: d/sub/loop"), "{}", stderr(&one));
    assert!(stderr(&one).contains("d/dead.jsonl") && stderr(&one).contains("d/self.jsonl"));
    let failed = &json_lines(&stderr(&folder))[0]["skipped_inputs"]["failed"];
    let count: u64 = failed.as_object().unwrap().values().map(|group| group["count"].as_u64().unwrap()).sum();
    assert_eq!(count, failures, "{failed}");
    assert_eq!(
        stderr(&pattern).matches("dechaff: failed: d/").count() as u64,
        failures,
        "{}",
        stderr(&pattern)
    );
    assert!(stdout(&dry).contains("failed    d/dead.jsonl: a link that leads nowhere"), "{}", stdout(&dry));
    // Where nothing can be read, nothing is done.
    sandbox.write("empty/.keep", "");
    symlink("nowhere", sandbox.path("empty/dead.jsonl")).unwrap();
    let nothing = sandbox.dechaff(&["filter", "empty", "-o", "nothing.jsonl"]);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(stderr(&nothing).contains("empty/dead.jsonl: a link that leads nowhere"), "{}", stderr(&nothing));
    assert!(!sandbox.path("nothing.jsonl").exists());
}

#[test]
fn a_dry_run_lists_inputs_with_their_fields_and_writes_nothing() {
    let sandbox = Sandbox::new();
    sandbox.write("d/a.jsonl", "{\"id\":1,\"title\":\"x\",\"body\":\"y\"}\n");
    sandbox.write("d/b.csv", "key;text\n1;a\n");
    sandbox.write("d/page.html", "<p>a");
    sandbox.write("d/logo.png", b"\x89PNG\0");
    for command in [&["filter"][..], &["annotate"], &["sample", "--share", "1%"], &["report"]] {
        let output = sandbox.dechaff(&[command, &["d", "-o", "out/", "--dry-run"]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let lines = stdout(&output);
        for part in ["d/a.jsonl: id, title, body", "d/b.csv: key, text", "d: 1 pages", "d/logo.png: binary"] {
            assert!(lines.contains(part), "{part} is not in {lines}");
        }
        assert!(lines.contains("3 inputs, 1 not read, 0 failed"), "{lines}");
        assert_eq!(sandbox.names(), ["d"]);
    }
    let json = sandbox.dechaff(&["filter", "d", "--dry-run", "--json"]);
    let run = &json_lines(&stdout(&json))[0];
    assert_eq!(run["inputs"][0]["fields"], serde_json::json!(["id", "title", "body"]));
    assert_eq!((&run["inputs"][1]["format"], &run["inputs"][1]["bytes"]), (&"csv".into(), &13.into()));
    assert_eq!(run["skipped"][0]["path"], "d/logo.png");
}

#[test]
fn inputs_of_one_name_have_outputs_of_their_own_and_keep_them() {
    let sandbox = Sandbox::new();
    let page = format!("<p>{PARAGRAPH}");
    sandbox.write(
        "d/b.warc.gz",
        gzip(&warc_response("http://b.example/", "Content-Type: text/html", page.as_bytes())),
    );
    let first = sandbox.dechaff(&["filter", "d", "-o", "out/", "--compression", "none"]);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    let before = sandbox.read("out/b.jsonl");
    // It stays where it is when another one comes before it.
    sandbox.write("d/b.jsonl", line("other"));
    let second = sandbox.dechaff(&["filter", "d", "-o", "out/", "--compression", "none"]);
    assert!(stderr(&second).contains("2 = 1 done now + 1 done before"), "{}", stderr(&second));
    assert_eq!(sandbox.read("out/b.jsonl"), before);
    assert!(sandbox.read("out/b.jsonl.jsonl").contains("other"));
    // In shards, which see one of the two each, as in one run.
    for shard in ["0/2", "1/2"] {
        let output =
            sandbox.dechaff(&["filter", "d", "-o", "new/", "--compression", "none", "--shard", shard]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    assert!(sandbox.read("new/b.jsonl").contains("other"));
    assert_eq!(sandbox.read("new/b.warc.gz.jsonl"), before);
}

#[test]
fn what_a_server_says_instead_of_a_page_is_no_record() {
    let sandbox = Sandbox::new();
    let page = |status: &str| {
        let body = format!("<p>{PARAGRAPH}");
        let record = warc_response(
            &format!("http://a.example/{}", &status[..3]),
            "Content-Type: text/html",
            body.as_bytes(),
        );
        String::from_utf8(record).unwrap().replace("200 OK", status).replace(
            &format!("Length: {}", body.len() + 44),
            &format!("Length: {}", body.len() + 38 + status.len()),
        )
    };
    let pages = ["200 OK", "301 Moved Permanently", "404 Not Found", "503 Service Unavailable"].map(page);
    sandbox.write("in.warc", pages.concat());
    let output = sandbox.dechaff(&["filter", "in.warc"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(ids(&output), ["urn:test:http://a.example/200"]);
    assert!(stderr(&output).contains("skipped   1 HTTP status 301 (--status)"), "{}", stderr(&output));
    assert!(stderr(&output).contains("1 read = 1 written"), "{}", stderr(&output));
    assert_eq!(ids(&sandbox.dechaff(&["filter", "in.warc", "--status", "all"])).len(), 4);
    assert_eq!(ids(&sandbox.dechaff(&["filter", "in.warc", "--status", "2xx,404"])).len(), 2);
    let wrong = sandbox.dechaff(&["filter", "in.warc", "--status", "fine"]);
    assert!(stderr(&wrong).contains("200, 2xx or all"), "{}", stderr(&wrong));
}

#[test]
fn a_compressed_body_that_is_cut_off_is_a_page_or_a_reject_and_never_an_empty_record() {
    let sandbox = Sandbox::new();
    let text = article(&[]);
    let packed = gzip(format!("<p>{}</p>", text.replace('\n', "</p><p>")).as_bytes());
    let record = |name: &str, body: &[u8]| {
        warc_response(name, "Content-Type: text/html\r\nContent-Encoding: gzip", body)
    };
    let warc = [
        record("whole", &packed),
        record("part", &packed[..packed.len() - 30]),
        record("none", &packed[..11]),
    ];
    sandbox.write("in.warc", warc.concat());
    let output = sandbox.dechaff(&["filter", "in.warc", "-o", "out.jsonl"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let written = json_lines(&sandbox.read("out.jsonl"));
    assert_eq!((&written[0]["id"], &written[1]["id"]), (&"urn:test:whole".into(), &"urn:test:part".into()));
    assert!(written.iter().all(|record| record["text"].as_str().unwrap().contains("The council voted")));
    let reject = &json_lines(&sandbox.read("out.rejects.jsonl"))[0];
    assert_eq!(reject["id"], "urn:test:none");
    assert!(reject["reason"].as_str().unwrap().contains("its gzip body is cut off"), "{reject}");
}

#[test]
fn a_csv_tells_its_delimiter_or_is_told_it() {
    let sandbox = Sandbox::new();
    for (name, sign) in [("a.csv", ";"), ("b.csv", "|"), ("c.csv", "\t"), ("d.csv", ","), ("e.TSV.gz", "\t")]
    {
        let table = format!("id{sign}text\n{name}{sign}\"{PARAGRAPH}\"\n");
        let packed = if name.ends_with("gz") { gzip(table.as_bytes()) } else { table.into_bytes() };
        sandbox.write(name, packed);
        let output = sandbox.dechaff(&["filter", name]);
        assert_eq!(json_lines(&stdout(&output))[0]["text"], PARAGRAPH, "{name}: {}", stderr(&output));
    }
    // A header row that has another sign more often.
    sandbox.write("f.csv", format!("id:text,with,commas\n1:{PARAGRAPH}\n"));
    let told = ["filter", "f.csv", "--delimiter", ":", "--text-field", "text,with,commas"];
    let output = sandbox.dechaff(&told);
    assert_eq!(json_lines(&stdout(&output))[0]["text,with,commas"], PARAGRAPH, "{}", stderr(&output));
    let wrong = sandbox.dechaff(&["filter", "f.csv", "--delimiter", "::"]);
    assert!(stderr(&wrong).contains("one ASCII sign"), "{}", stderr(&wrong));
}

#[test]
fn a_quote_that_is_never_closed_is_a_reject_and_the_rows_behind_it_are_read() {
    let sandbox = Sandbox::new();
    let text = PARAGRAPH.replace(',', "");
    let table = format!("id,text\n1,ok {text}\n2,\"open {text}\n3,{text}\n4,{text}\n");
    sandbox.write("q.csv", table);
    let output = sandbox.dechaff(&["filter", "q.csv", "-o", "out.jsonl"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let written = json_lines(&sandbox.read("out.jsonl"));
    assert_eq!(written.iter().map(|record| &record["id"]).collect::<Vec<_>>(), ["1", "3", "4"]);
    let reject = &json_lines(&sandbox.read("out.rejects.jsonl"))[0];
    assert!(reject["reason"].as_str().unwrap().contains("in line 3 is not closed"), "{reject}");
    let quoted = format!("\"Quoted\" start. {PARAGRAPH}");
    sandbox.write("q.tsv", format!("id\ttext\n1\t{quoted}\n"));
    let output = sandbox.dechaff(&["filter", "q.tsv"]);
    assert_eq!(json_lines(&stdout(&output))[0]["text"], quoted.as_str(), "{}", stderr(&output));
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_read_and_never_taken_for_done() {
    let sandbox = Sandbox::new();
    let pipe = sandbox.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Opening a pipe to write waits until the reader has opened it.
    let filter = |arguments: &[&str], text: Vec<u8>| {
        let pipe = pipe.clone();
        let writer = std::thread::spawn(move || std::fs::write(pipe, text));
        let output = sandbox.dechaff(&[&["filter", "pipe"], arguments].concat());
        writer.join().unwrap().unwrap();
        output
    };
    let output = filter(&[], line("a").into_bytes());
    assert_eq!((output.status.code(), ids(&output)), (Some(0), vec!["a".to_owned()]), "{}", stderr(&output));
    let output = filter(&["-o", "out/"], line("a").into_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let again = sandbox.dechaff(&["filter", "pipe", "-o", "out/"]);
    assert!(stderr(&again).contains("whether this is the same nobody can tell"), "{}", stderr(&again));
    let table = filter(&[], b"PAR1".to_vec());
    assert!(stderr(&table).contains("Parquet is read from its end"), "{}", stderr(&table));
    // Nobody writes to the pipe: it is not opened.
    let dry = sandbox.dechaff(&["filter", "pipe", "--dry-run"]);
    assert_eq!(dry.status.code(), Some(0), "{}", stderr(&dry));
}

#[test]
fn what_is_packed_otherwise_is_named_and_padding_is_no_record() {
    let sandbox = Sandbox::new();
    sandbox.write("padded.jsonl.gz", [gzip(line("a").as_bytes()), vec![0; 1000]].concat());
    let output = sandbox.dechaff(&["filter", "padded.jsonl.gz"]);
    assert_eq!((output.status.code(), ids(&output)), (Some(0), vec!["a".to_owned()]), "{}", stderr(&output));
    sandbox.write("a.zip", b"PK\x03\x04\x14\0\0\0");
    sandbox.write("a.jsonl.lz4", b"\x04\x22\x4d\x18\x64\x40\xa7\0");
    sandbox.write("b.jsonl", b"\x04\x22\x4d\x18\x64\x40\xa7\0");
    sandbox.write("a.tar.gz", gzip(&[&[b'a'; 257][..], b"ustar\0"].concat()));
    for (name, packing) in [("a.zip", "zip"), ("a.tar.gz", "tar"), ("a.jsonl.lz4", "lz4"), ("b.jsonl", "lz4")]
    {
        let told = stderr(&sandbox.dechaff(&["filter", name]));
        assert!(told.contains(packing) && told.contains("unpack it"), "{told}");
    }
    let table = stderr(&sandbox.dechaff_with_stdin(&["filter", "-", "--format", "parquet"], "PAR1"));
    assert!(
        table.contains("standard input: Parquet is read from its end, which a pipe does not allow"),
        "{table}"
    );
}

#[test]
fn what_is_named_twice_is_read_once_and_a_list_of_nothing_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("a.jsonl", line("a"));
    let output = sandbox.dechaff(&["filter", "a.jsonl", "./a.jsonl", "*.jsonl"]);
    assert_eq!(ids(&output), ["a"], "{}", stderr(&output));
    assert!(stderr(&output).contains("2 named more than once; it is read once"), "{}", stderr(&output));
    sandbox.write("list.txt", "");
    let output = sandbox.dechaff(&["filter", "@list.txt", "-o", "out.jsonl"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("list.txt: the list names no input"), "{}", stderr(&output));
    assert!(!sandbox.path("out.jsonl").exists());
    let output = sandbox.dechaff(&["evaluate", "list.txt"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("list.txt: there is no labelled document in it"), "{}", stderr(&output));
}
