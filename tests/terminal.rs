//! What data says does not reach the terminal as a command.

mod common;

use common::{PARAGRAPH, Sandbox, json_lines, stderr, stdout};

/// A title, a colour, a line of its own, and a turn of direction.
const HOSTILE: &str = "a\u{1b}]0;owned\u{7}\u{1b}[31m\u{9b}2J\nrecords   0 read\r\u{202e}z";

/// Nothing but text and line ends, and no line that the data forged.
fn assert_tame(text: &str) {
    let wild = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}');
    assert!(!text.contains(wild), "{text:?}");
    assert!(!text.lines().any(|line| line == "records   0 read"), "{text}");
}

#[test]
fn hosts_ids_and_reasons_are_escaped() {
    let sandbox = Sandbox::new();
    let url = format!("https://{HOSTILE}.example/");
    let record = serde_json::json!({"id": HOSTILE, "url": url, "language": HOSTILE, "text": PARAGRAPH});
    let broken = serde_json::json!({"id": HOSTILE, "text": [1]});
    sandbox.write("in.jsonl", format!("{record}\n{broken}\n"));
    let output = sandbox.dechaff(&["filter", "in.jsonl", "--by-host"]);
    assert_eq!(output.status.code(), Some(1));
    assert_tame(&stderr(&output));
    assert!(stderr(&output).contains("rejected: {"), "{}", stderr(&output));
    let json = sandbox.dechaff(&["filter", "in.jsonl", "--by-host", "--json", "-o", "out.jsonl"]);
    assert_tame(&stderr(&json));
    assert_eq!(json_lines(&stderr(&json))[0]["records"], 2);
    let explained = sandbox.dechaff(&["explain", "in.jsonl"]);
    assert_tame(&stdout(&explained));
    assert!(stdout(&explained).contains(r"\u{1b}]0;owned"), "{}", stdout(&explained));
}

#[cfg(unix)]
#[test]
fn names_of_files_are_escaped() {
    let sandbox = Sandbox::new();
    let name = HOSTILE.replace('/', "");
    for arguments in [
        vec!["filter", "in.jsonl", "-o", &name],
        vec!["merge", &name],
        vec!["explain", &name],
        vec!["label", "in.jsonl", "-o", &format!("none/{name}")],
        vec!["filter", "--format", &name, "in.jsonl"],
        vec![&name],
    ] {
        sandbox.write(&name, "");
        sandbox.write("in.jsonl", "");
        let output = sandbox.dechaff(&arguments);
        assert!(stderr(&output).contains(r"\u{1b}"), "{arguments:?}: {}", stderr(&output));
        assert_tame(&stderr(&output));
        std::fs::remove_file(sandbox.path(&name)).unwrap();
        let missing = sandbox.dechaff(&["filter", &name]);
        assert!(stderr(&missing).contains(r"\u{1b}"), "{}", stderr(&missing));
        assert_tame(&stderr(&missing));
    }
}
