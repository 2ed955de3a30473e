//! Broken input: a clear error or a reject, no panic, no lost record, no half-written output that looks whole.

mod common;

use std::process::Output;

use common::{PARAGRAPH, Sandbox, gzip, json_lines, stderr, stdout, warc_response};

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

/// Filters `in` to `out.jsonl` and returns the ids written and the rejects.
fn filter(sandbox: &Sandbox, input: &str) -> (Vec<String>, Vec<serde_json::Value>) {
    let output = sandbox.dechaff(&["filter", input, "-o", "out.jsonl", "--overwrite"]);
    let rejects = if sandbox.path("out.rejects.jsonl").exists() {
        json_lines(&sandbox.read("out.rejects.jsonl"))
    } else {
        Vec::new()
    };
    assert_eq!(code(&output), Some(i32::from(!rejects.is_empty())), "{}", stderr(&output));
    let written = json_lines(&sandbox.read("out.jsonl"));
    (written.iter().map(|record| record["id"].to_string()).collect(), rejects)
}

#[test]
fn broken_lines_are_rejected_with_their_place_and_the_rest_goes_on() {
    let sandbox = Sandbox::new();
    let mut bytes = b"{\"id\":1,\"text\":\"a\"}\n{\"id\":2,\"text\":\n{\"id\":3,\"title\":\"x\"}\n".to_vec();
    bytes.extend_from_slice(b"{\"id\":4,\"text\":\"\xff\xfe\"}\n\n{\"id\":5,\"text\":7}\n[]\n");
    bytes.extend_from_slice(b"{\"id\":6,\"text\":\"\\ud800\"}\n{\"id\":7,\"text\":\"nul \\u0000 byte\"}\n{\"id\":8,\"text\":\"\"}");
    sandbox.write("in.jsonl", bytes);
    let (written, rejects) = filter(&sandbox, "in.jsonl");
    assert_eq!(written, ["1", "7", "8"]);
    let reasons: Vec<String> =
        rejects.iter().map(|r| format!("{} {}", r["record"], r["reason"].as_str().unwrap())).collect();
    let expected = [
        "2 invalid JSON",
        "3 has neither field `text`",
        "4 invalid UTF-8 at byte 16",
        "5 field `text` is not a string",
        "6 is a JSON array, not a record",
        r"7 field `text` has a lone surrogate \ud800 at byte 1",
    ];
    assert_eq!(reasons.len(), expected.len(), "{reasons:?}");
    for (reason, expected) in reasons.iter().zip(expected) {
        assert!(reason.starts_with(expected), "{reason} is not {expected}");
    }
    assert_eq!(rejects[1]["id"], "3");
    assert!(rejects.iter().all(|reject| reject["input"] == "in.jsonl"));
}

#[test]
fn fifty_megabytes_on_one_line_are_one_record() {
    let sandbox = Sandbox::new();
    let long = "word and number 12, then more; ".repeat(50 * 1024 * 1024 / 31);
    sandbox.write("in.jsonl", format!("{{\"id\":1,\"text\":\"{long}\"}}\n{{\"id\":2,\"text\":\"b\"}}\n"));
    assert_eq!(filter(&sandbox, "in.jsonl").0, ["1", "2"]);
    let output = sandbox.dechaff(&["filter", "in.jsonl", "--max-record-bytes", "1000000"]);
    assert_eq!(code(&output), Some(1));
    assert_eq!(stdout(&output).lines().count(), 1);
    assert!(stderr(&output).contains("--max-record-bytes"), "{}", stderr(&output));
}

#[test]
fn html_nested_without_end_is_read_to_its_end() {
    let sandbox = Sandbox::new();
    let html = format!("{}<p>{PARAGRAPH}</p>{}", "<div><b>".repeat(100_000), "</div>".repeat(100_000));
    sandbox.write("in.jsonl", serde_json::json!({"id": 1, "html": html}).to_string());
    let output = sandbox.dechaff(&["annotate", "in.jsonl"]);
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("down the river."));
}

#[test]
fn a_truncated_gzip_gives_its_whole_records_and_one_reject() {
    let sandbox = Sandbox::new();
    let lines: String = (0..2000).map(|n| format!("{{\"id\":{n},\"text\":\"line {n}\"}}\n")).collect();
    let packed = gzip(lines.as_bytes());
    sandbox.write("in.jsonl.gz", &packed[..packed.len() / 2]);
    let (written, rejects) = filter(&sandbox, "in.jsonl.gz");
    assert!(written.len() > 100 && written.len() < 2000);
    assert_eq!(rejects.len(), 1);
    assert_eq!(rejects[0]["record"], written.len() + 1);
    assert!(rejects[0]["reason"].as_str().unwrap().contains("cannot be read further"));
}

#[test]
fn a_truncated_warc_gives_its_whole_records_and_one_reject() {
    let sandbox = Sandbox::new();
    let page = format!("<p>{PARAGRAPH}</p>");
    let records: Vec<Vec<u8>> = (0..3)
        .map(|n| warc_response(&format!("http://a.example/{n}"), "Content-Type: text/html", page.as_bytes()))
        .collect();
    let whole = records.concat();
    sandbox.write("cut.warc", &whole[..whole.len() - 60]);
    let (written, rejects) = filter(&sandbox, "cut.warc");
    assert_eq!((written.len(), rejects.len()), (2, 1));
    assert!(rejects[0]["reason"].as_str().unwrap().contains("cut off"), "{}", rejects[0]);
    assert_eq!(rejects[0]["id"], "urn:test:http://a.example/2");
}

#[test]
fn empty_inputs_are_whole_outputs() {
    let sandbox = Sandbox::new();
    for name in ["in.jsonl", "in.warc", "unnamed"] {
        sandbox.write(name, "");
        assert_eq!(filter(&sandbox, name), (vec![], vec![]));
    }
    sandbox.write("empty.html", "");
    assert_eq!(filter(&sandbox, "empty.html").0, ["\"empty.html\""]);
}

#[test]
fn what_is_not_there_is_said_before_anything_is_written() {
    let sandbox = Sandbox::new();
    sandbox.write("in.jsonl", "{\"text\":\"a\"}\n");
    sandbox.write("pages/notes.css", "no page");
    for (arguments, reason) in [
        (vec!["filter", "in.jsonl", "nowhere/", "-o", "out.jsonl"], "nowhere/: cannot open"),
        (
            vec!["filter", "in.jsonl", "-o", "no/such/folder/out.jsonl"],
            "no/such/folder/out.jsonl: cannot write",
        ),
        (vec!["filter", "pages", "-o", "out.jsonl"], ".html or .txt file"),
        (vec!["filter", "pages/*.jsonl", "-o", "out.jsonl"], "no file matches"),
        (vec!["filter", "@in.jsonl", "-o", "out.jsonl"], "cannot open"),
        (vec!["filter", "ftp://a.example/in.jsonl", "-o", "out.jsonl"], "https://"),
        (vec!["filter", "in.jsonl", "--model", "in.jsonl"], "no dechaff model"),
    ] {
        let output = sandbox.dechaff(&arguments);
        assert_eq!(code(&output), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(reason), "{arguments:?}: {}", stderr(&output));
        assert_eq!(sandbox.names(), ["in.jsonl", "pages"]);
    }
    sandbox.write("data.bin", "\u{1}\u{2}\u{3}");
    let unknown = sandbox.dechaff(&["filter", "data.bin"]);
    assert!(stderr(&unknown).contains("--format"), "{}", stderr(&unknown));
}

#[test]
fn an_output_that_exists_is_refused_without_overwrite() {
    let sandbox = Sandbox::new();
    sandbox.write("in.jsonl", "{\"text\":\"a\"}\n");
    sandbox.write("out.jsonl", "precious");
    let output = sandbox.dechaff(&["filter", "in.jsonl", "-o", "out.jsonl"]);
    assert_eq!((code(&output), sandbox.read("out.jsonl").as_str()), (Some(2), "precious"));
    assert!(stderr(&output).contains("--overwrite"), "{}", stderr(&output));
    let output = sandbox.dechaff(&["filter", "in.jsonl", "-o", "out.jsonl", "--overwrite"]);
    assert_eq!(code(&output), Some(0));
    assert_ne!(sandbox.read("out.jsonl"), "precious");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_run_with_its_reason() {
    let sandbox = Sandbox::new();
    let line = serde_json::json!({"text": PARAGRAPH}).to_string() + "\n";
    sandbox.write("in.jsonl", line.repeat(5000));
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_dechaff"))
        .args(["filter", sandbox.path("in.jsonl").to_str().unwrap()])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("standard output: cannot write"), "{}", stderr(&output));
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_the_run_without_a_panic() {
    let sandbox = Sandbox::new();
    let line = serde_json::json!({"text": PARAGRAPH}).to_string() + "\n";
    sandbox.write("in.jsonl", line.repeat(20_000));
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_dechaff"))
        .args(["filter", sandbox.path("in.jsonl").to_str().unwrap()])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("closed the pipe"), "{}", stderr(&output));
    assert!(!stderr(&output).contains("panicked"));
}

#[cfg(unix)]
#[test]
fn a_pipe_or_device_is_written_to_and_keeps_its_name() {
    use std::os::unix::fs::FileTypeExt;
    let sandbox = Sandbox::new();
    sandbox.write("in.jsonl", "{\"id\":1,\"text\":\"a\"}\n");
    let pipe = sandbox.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read_to_string(pipe).unwrap()
    });
    let output = sandbox.dechaff(&["filter", "in.jsonl", "-o", "pipe", "--overwrite"]);
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    assert_eq!(json_lines(&reader.join().unwrap())[0]["id"], 1);
    assert!(pipe.metadata().unwrap().file_type().is_fifo());
}
