//! `dechaff report` ends as the other commands do.

mod common;

use std::process::{Command, Stdio};

use common::{PARAGRAPH, Sandbox, json_lines, stderr};

fn write_input(sandbox: &Sandbox) {
    let record = serde_json::json!({"id": 1, "url": "https://a.example/", "text": PARAGRAPH});
    sandbox.write("in.jsonl", format!("{record}\n{{\"text\":\n"));
}

#[test]
fn rejects_are_listed_and_told() {
    let sandbox = Sandbox::new();
    write_input(&sandbox);
    let output = sandbox.dechaff(&["report", "in.jsonl", "-o", "page.html"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(sandbox.path("page.html").exists());
    assert_eq!(json_lines(&sandbox.read("page.html.rejects.jsonl"))[0]["record"], 2);
    assert!(stderr(&output).contains("rejects   page.html.rejects.jsonl"), "{}", stderr(&output));
    assert!(!stderr(&output).contains("a.example"), "hosts were not asked for: {}", stderr(&output));
}

#[test]
fn hosts_are_counted_where_it_is_asked_for() {
    let sandbox = Sandbox::new();
    write_input(&sandbox);
    let shown = sandbox.dechaff(&["report", "in.jsonl", "-o", "page.html", "--by-host"]);
    assert!(stderr(&shown).contains("a.example"), "{}", stderr(&shown));
    sandbox.dechaff(&["report", "in.jsonl", "-o", "page.html", "--by-host=hosts.csv", "--overwrite"]);
    assert!(sandbox.read("hosts.csv").contains("a.example,1,"));
}

#[test]
fn a_page_that_has_no_place_is_found_out_before_anything_is_read() {
    let sandbox = Sandbox::new();
    sandbox.write("there.html", "mine");
    for (page, reason) in [
        ("none/page.html", "cannot write"),
        ("there.html", "--overwrite"),
        ("folder/", "a report is one file"),
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dechaff"))
            .args(["report", "-", "-o", page])
            .current_dir(sandbox.path("."))
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The input never ends, and the command does.
        let stdin = child.stdin.take();
        assert_eq!(child.wait().unwrap().code(), Some(2), "{page}");
        drop(stdin);
        let mut message = String::new();
        std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut message).unwrap();
        assert!(message.contains(reason), "{message}");
    }
}
