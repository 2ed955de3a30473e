//! A run that is asked to end ends, and leaves nothing half done behind.
#![cfg(unix)]

mod common;

use std::process::{Child, Command, Stdio};

use common::{PARAGRAPH, Sandbox, stderr};

/// A run that waits for its input for ever, with its output begun.
fn waiting(sandbox: &Sandbox, prefix: &str) -> Child {
    let command = format!("{prefix} exec {} filter - -o out.jsonl --quiet", env!("CARGO_BIN_EXE_dechaff"));
    let child = Command::new("sh")
        .args(["-c", &command])
        .current_dir(sandbox.path("."))
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while !partial_files(sandbox) {
        std::thread::yield_now();
    }
    child
}

fn partial_files(sandbox: &Sandbox) -> bool {
    sandbox.names().iter().any(|name| name.starts_with(".dechaff-"))
}

fn send(child: &Child, signal: &str) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn a_signal_ends_a_run_that_waits_for_ever() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let sandbox = Sandbox::new();
        let mut child = waiting(&sandbox, "");
        send(&child, signal);
        // Its standard input is open all the time.
        let stdin = child.stdin.take();
        assert_eq!(child.wait().unwrap().code(), Some(code), "{signal}");
        assert!(sandbox.names().is_empty(), "{signal}: {:?}", sandbox.names());
        drop(stdin);
    }
}

/// Waits until a process has a say in how SIGTERM ends it; where that cannot be told, it does not matter here.
fn wait_until_it_listens(child: &Child) {
    let status = format!("/proc/{}/status", child.id());
    let listens = || {
        let status = std::fs::read_to_string(&status).ok()?;
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"))?;
        Some(u64::from_str_radix(caught.trim(), 16).ok()? & (1 << 14) != 0)
    };
    while listens() == Some(false) {
        std::thread::yield_now();
    }
}

#[test]
fn a_pipe_that_nobody_opens_at_its_other_end_does_not_hold_a_run_up() {
    for arguments in [
        &["filter", "pipe"][..],
        &["filter", "pipe", "-o", "out.jsonl"],
        &["annotate", "pipe", "-o", "out/"],
        &["filter", "in.jsonl", "-o", "pipe"],
    ] {
        let sandbox = Sandbox::new();
        sandbox.write("in.jsonl", serde_json::json!({"id": 1, "text": PARAGRAPH}).to_string());
        assert!(Command::new("mkfifo").arg(sandbox.path("pipe")).status().unwrap().success());
        let mut child = Command::new(env!("CARGO_BIN_EXE_dechaff"))
            .args(arguments)
            .current_dir(sandbox.path("."))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until_it_listens(&child);
        send(&child, "TERM");
        let status = child.wait().unwrap();
        let is_ended = status.code() == Some(143) || !cfg!(target_os = "linux") && status.code().is_none();
        assert!(is_ended, "{arguments:?}: {status}");
        assert!(!partial_files(&sandbox), "{arguments:?}: {:?}", sandbox.names());
    }
}

#[test]
fn the_end_of_the_session_does_not_end_what_nohup_started() {
    let sandbox = Sandbox::new();
    let mut child = waiting(&sandbox, "trap '' HUP;");
    send(&child, "HUP");
    send(&child, "TERM");
    let stdin = child.stdin.take();
    let code = child.wait().unwrap().code();
    drop(stdin);
    // Elsewhere the hangup is not listened to, and what the shell ignores stays ignored.
    assert_eq!(code, Some(143));
}

#[test]
fn a_training_that_is_ended_leaves_no_partial_model() {
    let sandbox = Sandbox::new();
    // The corpus is a pipe that nobody writes to.
    let fifo = Command::new("mkfifo").arg(sandbox.path("corpus.jsonl")).status().unwrap();
    assert!(fifo.success());
    let mut child = Command::new(env!("CARGO_BIN_EXE_dechaff"))
        .args(["train", "corpus.jsonl", "-o", "m.dechaff"])
        .current_dir(sandbox.path("."))
        .spawn()
        .unwrap();
    while !partial_files(&sandbox) {
        std::thread::yield_now();
    }
    send(&child, "TERM");
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert_eq!(sandbox.names(), ["corpus.jsonl"]);
}

#[test]
fn threads_beyond_use_are_not_started() {
    let sandbox = Sandbox::new();
    sandbox.write("in.jsonl", serde_json::json!({"id": 1, "text": PARAGRAPH}).to_string());
    let output = sandbox.dechaff(&["filter", "in.jsonl", "--threads", "100000"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("--threads 100000 would only make them wait"), "{}", stderr(&output));
    let quiet = sandbox.dechaff(&["filter", "in.jsonl", "--threads", "2"]);
    assert!(!stderr(&quiet).contains("--threads"), "{}", stderr(&quiet));
}

#[test]
fn nobody_who_reads_messages_is_no_reason_to_panic() {
    let sandbox = Sandbox::new();
    sandbox.write("in.jsonl", "{\"text\":\n{\"text\":\"a\"}\n");
    sandbox.write("labels.jsonl", "{\"id\":\"a\",\"blocks\":[{\"text\":\"x\",\"label\":\"content\"}]}\n");
    let run = |arguments: &[&str]| {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let status = Command::new(env!("CARGO_BIN_EXE_dechaff"))
            .args(arguments)
            .current_dir(sandbox.path("."))
            .stdout(Stdio::from(writer.try_clone().unwrap()))
            .stderr(Stdio::from(writer))
            .status()
            .unwrap();
        status.code()
    };
    assert_eq!(run(&["filter", "in.jsonl", "-o", "out.jsonl"]), Some(1));
    assert_eq!(run(&["filter", "in.jsonl"]), Some(2), "the output is not complete");
    assert_eq!(run(&["filter", "none.jsonl"]), Some(2));
    assert_eq!(run(&["evaluate", "labels.jsonl"]), Some(0));
    assert_eq!(run(&["explain", "in.jsonl", "--record", "2"]), Some(0));
    assert_eq!(run(&["filter", "--help"]), Some(0));
    assert_eq!(run(&["filter", "--no-such-option"]), Some(2));
}
