//! `dechaff label`: a page on this machine, and a file of labels that loses nothing.

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use common::{PARAGRAPH, Sandbox, json_lines, stderr};

/// A session; it ends with the test.
struct Session {
    child: Child,
    port: u16,
    token: String,
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Session {
    fn start(sandbox: &Sandbox, arguments: &[&str]) -> Session {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dechaff"))
            .arg("label")
            .args(arguments)
            .current_dir(sandbox.path("."))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let rest = address.trim().strip_prefix("http://127.0.0.1:").unwrap();
        let (port, token) = rest.trim_end_matches('/').split_once('/').unwrap();
        Session { child, port: port.parse().unwrap(), token: token.to_owned() }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).unwrap()
    }

    /// The status and the body of an answer.
    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = self.connect();
        let (port, length) = (self.port, body.len());
        let head =
            format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    fn get(&self, path: &str) -> serde_json::Value {
        let (status, body) = self.ask("GET", &format!("/{}/{path}", self.token), "");
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Gives every block of a document a label.
    fn save(&self, index: usize, label: &str) {
        let blocks = self.get(&format!("document?n={index}"))["blocks"].as_array().unwrap().len();
        let body = serde_json::json!({"access": "open", "labels": vec![label; blocks]}).to_string();
        let (status, answer) = self.ask("POST", &format!("/{}/save?n={index}", self.token), &body);
        assert_eq!(status, 200, "{answer}");
    }
}

fn write_texts(sandbox: &Sandbox, name: &str, tails: &[&str]) {
    let lines =
        tails.iter().map(|tail| serde_json::json!({"text": format!("{PARAGRAPH}\n{tail}")}).to_string());
    sandbox.write(name, lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_client_that_never_ends_its_request_keeps_nobody_waiting() {
    let sandbox = Sandbox::new();
    write_texts(&sandbox, "in.jsonl", &["One"]);
    let session = Session::start(&sandbox, &["in.jsonl", "-o", "labels.jsonl"]);
    let (port, token) = (session.port, session.token.clone());
    let halves = [
        format!("POST /save?n=0 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 1000\r\n\r\n{{"),
        format!(
            "POST /{token}/save?n=0 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 1000\r\n\r\n{{"
        ),
        format!("GET /{token}/documents HTTP/1.1\r\nHost: 127.0.0.1"),
        String::new(),
    ];
    let slow: Vec<TcpStream> = halves
        .iter()
        .map(|half| {
            let mut stream = session.connect();
            stream.write_all(half.as_bytes()).unwrap();
            stream
        })
        .collect();
    assert_eq!(session.get("documents")["documents"].as_array().unwrap().len(), 1);
    session.save(0, "content");
    // Who lacks the secret is answered before the body is read.
    let mut answer = [0; 12];
    (&slow[0]).read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 403");
}

#[test]
fn strangers_and_what_is_too_large_are_refused() {
    let sandbox = Sandbox::new();
    write_texts(&sandbox, "in.jsonl", &["One"]);
    let session = Session::start(&sandbox, &["in.jsonl", "-o", "labels.jsonl"]);
    let token = &session.token;
    assert_eq!(session.ask("GET", "/", "").0, 403);
    assert_eq!(session.ask("GET", &format!("/{}/documents", "0".repeat(32)), "").0, 403);
    assert_eq!(session.ask("GET", &format!("/{token}/../labels.jsonl"), "").0, 404);
    assert_eq!(session.ask("POST", &format!("/{token}/save?n=0"), "{broken").0, 400);
    assert_eq!(session.ask("POST", &format!("/{token}/save?n=0"), &"x".repeat(5 << 20)).0, 413);
    assert!(!sandbox.path("labels.jsonl").exists());
}

#[test]
fn nothing_to_label_ends_at_once_and_says_why() {
    let sandbox = Sandbox::new();
    sandbox.write("in.jsonl", "{\"body\":\"x\"}\n{\"text\":\"\"}\n");
    let output = sandbox.dechaff(&["label", "in.jsonl", "-o", "labels.jsonl"]);
    assert_eq!(output.status.code(), Some(2));
    let message = stderr(&output);
    assert!(message.contains("nothing to label: of 2 records 1 are rejected"), "{message}");
    assert!(message.contains("in.jsonl, record 1: has neither"), "{message}");
}

#[test]
fn records_without_ids_of_two_files_keep_their_labels() {
    let sandbox = Sandbox::new();
    write_texts(&sandbox, "a/x.jsonl", &["One", "Two"]);
    write_texts(&sandbox, "b/x.jsonl", &["Three", "Four"]);
    for (folder, label) in [("a", "content"), ("b", "ad")] {
        let session = Session::start(&sandbox, &[&format!("{folder}/x.jsonl"), "-o", "labels.jsonl"]);
        (0..2).for_each(|index| session.save(index, label));
    }
    let labels = json_lines(&sandbox.read("labels.jsonl"));
    let of = |label: &str| labels.iter().filter(|page| page["blocks"][0]["label"] == label).count();
    assert_eq!((labels.len(), of("content"), of("ad")), (4, 2, 2));
    assert!(labels.iter().all(|page| page["id"].as_str().unwrap().starts_with("x.jsonl#")), "{labels:?}");

    // A line more before them, in another folder: they are the same documents.
    write_texts(&sandbox, "c/x.jsonl", &["Zero", "One", "Two"]);
    let session = Session::start(&sandbox, &["c/x.jsonl", "-o", "labels.jsonl"]);
    let listed = session.get("documents");
    let done: Vec<bool> =
        listed["documents"].as_array().unwrap().iter().map(|one| one["done"].as_bool().unwrap()).collect();
    assert_eq!(done, [false, true, true]);
}

#[test]
fn the_same_id_in_two_files_is_no_reason_to_overwrite() {
    let sandbox = Sandbox::new();
    for (name, tail) in [("a.jsonl", "One"), ("b.jsonl", "Two")] {
        sandbox.write(name, serde_json::json!({"id": 1, "text": format!("{PARAGRAPH}\n{tail}")}).to_string());
        Session::start(&sandbox, &[name, "-o", "labels.jsonl"]).save(0, "content");
    }
    let labels = json_lines(&sandbox.read("labels.jsonl"));
    let lines: Vec<&str> = labels.iter().map(|page| page["blocks"][1]["text"].as_str().unwrap()).collect();
    assert_eq!(lines, ["One", "Two"]);
}

#[test]
fn a_corpus_keeps_what_it_has_and_a_second_session_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("in.jsonl", serde_json::json!({"id": "n", "text": PARAGRAPH}).to_string());
    let corpus = "{\"id\":\"z\",\"host\":\"z.example\",\"language\":\"de\",\"page_type\":\"article\",\"access\":\"open\",\
        \"blocks\":[{\"text\":\"Eins\",\"label\":\"content\"}],\"note\":[1.50]}\n\
        {\"id\":\"a\",\"html\":\"<p data-label=\\\"content\\\">x</p>\"}\n";
    sandbox.write("corpus.jsonl", corpus);
    let session = Session::start(&sandbox, &["in.jsonl", "-o", "corpus.jsonl"]);
    session.save(0, "content");
    let saved = sandbox.read("corpus.jsonl");
    assert!(saved.starts_with(corpus), "{saved}");
    assert_eq!(json_lines(&saved).len(), 3);
    let second = sandbox.dechaff(&["label", "in.jsonl", "-o", "corpus.jsonl"]);
    assert_eq!(second.status.code(), Some(2));
    assert!(stderr(&second).contains("another dechaff writes labels to this file"), "{}", stderr(&second));
}

#[test]
fn no_file_that_is_read_is_written() {
    let sandbox = Sandbox::new();
    let record = serde_json::json!({"id": 1, "text": PARAGRAPH}).to_string();
    let corpus = "{\"id\":\"a\",\"blocks\":[{\"text\":\"x\",\"label\":\"content\"}]}\n";
    sandbox.write("in.jsonl", &record);
    sandbox.write("corpus.jsonl", corpus);
    std::fs::hard_link(sandbox.path("in.jsonl"), sandbox.path("hard.jsonl")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(sandbox.path("in.jsonl"), sandbox.path("soft.jsonl")).unwrap();
    for arguments in [
        vec!["-o", "in.jsonl"],
        vec!["-o", "hard.jsonl"],
        vec!["-o", "soft.jsonl"],
        vec!["-o", "./corpus.jsonl", "--import", "corpus.jsonl"],
        vec!["-o", "new.jsonl", "--export-doccano", "new.jsonl"],
        vec!["-o", "new.jsonl", "--export-doccano", "e.jsonl", "--export-label-studio", "./e.jsonl"],
        vec!["-o", "new.jsonl", "--export-label-studio", "in.jsonl", "--overwrite"],
        vec!["-o", "new.jsonl", "--export-label-studio", "corpus.jsonl"],
        vec!["-o", "none/new.jsonl"],
    ] {
        let mut all = vec!["label", "in.jsonl"];
        all.extend(&arguments);
        let output = sandbox.dechaff(&all);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
    }
    assert_eq!((sandbox.read("in.jsonl"), sandbox.read("corpus.jsonl")), (record, corpus.to_owned()));
    assert!(!sandbox.path("new.jsonl").exists());
}
