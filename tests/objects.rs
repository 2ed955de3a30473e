//! Inputs in stores, against servers on the loopback interface.
#![cfg(feature = "cloud")]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use common::{PARAGRAPH, Sandbox, json_lines, stderr, stdout};

/// A server that notes what it is asked.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers requests, each by its first line, with a status and a body. `HEAD` has no body, and ranges are served.
    fn new(answer: impl Fn(&str) -> (u16, String) + Send + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut lines = Vec::new();
                let mut line = String::new();
                while reader.read_line(&mut line).is_ok_and(|length| length > 2) {
                    lines.push(std::mem::take(&mut line).trim_end().to_owned());
                }
                let Some(first) = lines.first() else { continue };
                log.lock().unwrap().push(first.clone());
                let (status, body) = answer(first);
                let range = lines.iter().find_map(|line| {
                    let (name, value) = line.split_once(": ")?;
                    let (start, end) = value.strip_prefix("bytes=")?.split_once('-')?;
                    let range = (start.parse::<usize>().ok()?, end.parse::<usize>().ok()? + 1);
                    name.eq_ignore_ascii_case("range").then_some(range)
                });
                let (status, part, range) = match range.filter(|_| status == 200) {
                    Some((start, end)) => {
                        let end = end.min(body.len());
                        let shown = format!("Content-Range: bytes {start}-{}/{}\r\n", end - 1, body.len());
                        (206, &body[start..end], shown)
                    }
                    None => (status, &body[..], String::new()),
                };
                let head = format!(
                    "HTTP/1.1 {status} x\r\nContent-Length: {}\r\nETag: \"1\"\r\n{range}\
                    Last-Modified: Tue, 01 Apr 2025 10:00:00 GMT\r\nConnection: close\r\n\r\n",
                    part.len()
                );
                let shown = if first.starts_with("HEAD") { "" } else { part };
                let _ = stream.write_all((head + shown).as_bytes());
            }
        });
        Server { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// Runs `dechaff` in an environment that has these variables and no others.
fn dechaff(sandbox: &Sandbox, arguments: &[&str], variables: &[(&str, &str)]) -> std::process::Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_dechaff"))
        .current_dir(sandbox.path("."))
        .args(arguments)
        .env_clear()
        .env("HOME", sandbox.path("."))
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

fn record() -> String {
    serde_json::json!({"id": "a", "text": PARAGRAPH}).to_string() + "\n"
}

#[test]
fn a_presigned_address_is_one_object_and_its_secrets_stay_out_of_what_is_written() {
    let sandbox = Sandbox::new();
    let signed = "/crawl/a.jsonl?list=[1]*&X-Amz-Signature=hidden";
    // It is signed for one method.
    let server = Server::new(move |request| match request.strip_prefix("GET ") {
        Some(rest) if rest.starts_with(signed) => (200, record()),
        _ => (403, String::new()),
    });
    let address = format!("http://{}{signed}", server.address);
    let output = dechaff(&sandbox, &["filter", &address, "-o", "out/", "--compression", "none"], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(json_lines(&sandbox.read("out/a.jsonl"))[0]["text"], PARAGRAPH);
    let manifest = sandbox.read("out/_dechaff/manifest.jsonl");
    assert!(manifest.contains("/crawl/a.jsonl") && !manifest.contains("hidden"), "{manifest}");
    let gone = format!("http://{}/other?X-Amz-Signature=hidden", server.address);
    let refused = dechaff(&sandbox, &["filter", &gone], &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("/other: cannot open"), "{}", stderr(&refused));
}

/// What S3 says is below a prefix.
fn listing(keys: &[&str]) -> String {
    let contents: String = keys
        .iter()
        .map(|key| {
            format!(
                "<Contents><Key>{key}</Key><LastModified>2025-04-01T10:00:00.000Z</LastModified>\
                <ETag>&quot;1&quot;</ETag><Size>{}</Size></Contents>",
                record().len()
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>"
    )
}

#[test]
fn a_star_does_not_cross_a_slash_and_a_prefix_is_looked_at_as_a_folder_is() {
    let sandbox = Sandbox::new();
    let keys = ["c/1.jsonl", "c/_SUCCESS", "c/part-0", "c/style.css", "c/x/2.jsonl", "c/x/y/3.jsonl"];
    let server = Server::new(move |request| match request {
        _ if request.contains("list-type=2") => (200, listing(&keys)),
        _ if request.contains("style.css") => (200, "p { color: red }".repeat(20)),
        _ => (200, record()),
    });
    let endpoint = format!("http://{}", server.address);
    let variables = [("AWS_ENDPOINT", endpoint.as_str()), ("AWS_ALLOW_HTTP", "true")];
    let names = |address: &str| -> Vec<String> {
        let output = dechaff(&sandbox, &["filter", address, "--dry-run", "--json"], &variables);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let run = json_lines(&stdout(&output)).remove(0);
        let inputs = run["inputs"].as_array().unwrap().iter();
        inputs.map(|input| input["input"].as_str().unwrap().replace("s3://bucket/c/", "")).collect()
    };
    assert_eq!(names("s3://bucket/c/*.jsonl"), ["1.jsonl"]);
    assert_eq!(names("s3://bucket/c/*/?.jsonl"), ["x/2.jsonl"]);
    assert_eq!(names("s3://bucket/c/**/*.jsonl"), ["1.jsonl", "x/2.jsonl", "x/y/3.jsonl"]);
    assert_eq!(names("s3://bucket/c/"), ["1.jsonl", "part-0", "x/2.jsonl", "x/y/3.jsonl"]);
    let output = dechaff(&sandbox, &["filter", "s3://bucket/c/", "-o", "out.jsonl"], &variables);
    assert_eq!(sandbox.read("out.jsonl").lines().count(), 4, "{}", stderr(&output));
    assert!(stderr(&output).contains("name starts with _: s3://bucket/c/_SUCCESS"), "{}", stderr(&output));
}

#[test]
fn without_credentials_the_metadata_address_is_not_asked() {
    let sandbox = Sandbox::new();
    for (address, endpoint, metadata, allow) in [
        ("s3://bucket/a.jsonl", "AWS_ENDPOINT", "AWS_METADATA_ENDPOINT", "AWS_ALLOW_HTTP"),
        ("gs://bucket/a.jsonl", "GOOGLE_BASE_URL", "GCE_METADATA_HOST", "GOOGLE_ALLOW_HTTP"),
    ] {
        let closed = Server::new(|_| (403, String::new()));
        let cloud = Server::new(|_| (404, String::new()));
        let url = format!("http://{}", closed.address);
        // Google's variable is a host.
        let host = if address.starts_with("gs") {
            cloud.address.clone()
        } else {
            format!("http://{}", cloud.address)
        };
        let variables = [
            (endpoint, url.as_str()),
            (metadata, host.as_str()),
            (allow, "true"),
            ("GCE_METADATA_IP", &cloud.address),
        ];
        let output = dechaff(&sandbox, &["filter", address], &variables);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            stderr(&output).contains("anonymous") && stderr(&output).contains("--cloud-metadata"),
            "{}",
            stderr(&output)
        );
        assert_eq!((closed.asked().len(), cloud.asked()), (1, Vec::new()), "{address}");
        let asked = dechaff(&sandbox, &["filter", address, "--cloud-metadata"], &variables);
        assert_eq!(asked.status.code(), Some(2));
        assert!(!cloud.asked().is_empty(), "{}", stderr(&asked));
    }
}
