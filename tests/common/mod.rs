//! What the whole-command tests share.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;

/// A fresh folder with files, removed at the end of the test.
pub struct Sandbox(tempfile::TempDir);

impl Sandbox {
    pub fn new() -> Sandbox {
        Sandbox(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Names in the folder, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Runs `dechaff` in the folder.
    pub fn dechaff(&self, arguments: &[&str]) -> Output {
        self.dechaff_with_stdin(arguments, "")
    }

    pub fn dechaff_with_stdin(&self, arguments: &[&str], stdin: impl Into<Vec<u8>>) -> Output {
        let mut command = Command::cargo_bin("dechaff").unwrap();
        command.current_dir(self.0.path()).args(arguments).write_stdin(stdin).output().unwrap()
    }
}

/// The lines of JSON in a text.
pub fn json_lines(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A file of this repository.
pub fn repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// A WARC record with an HTTP response.
pub fn warc_response(url: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut http = format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n").into_bytes();
    http.extend_from_slice(body);
    let mut record = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:test:{url}>\r\nWARC-Target-URI: {url}\r\n\
        Content-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n",
        http.len()
    )
    .into_bytes();
    record.extend_from_slice(&http);
    record.extend_from_slice(b"\r\n\r\n");
    record
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An article's paragraph, long enough to be content for any model.
pub const PARAGRAPH: &str = "The council voted on Tuesday to reopen the old ferry line, which had been closed since \
    a storm in March tore the landing stage from its piles and carried it two miles down the river.";

/// An article of content with more lines behind it.
pub fn article(tail: &[&str]) -> String {
    let mut lines = vec!["Ferry line to reopen after storm", PARAGRAPH, PARAGRAPH, PARAGRAPH];
    lines.extend(tail);
    lines.join("\n")
}
