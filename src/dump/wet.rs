//! WET: texts as `conversion` records of a WARC file (ISO 28500).

use std::fmt::Write;

/// A `conversion` record. Its id follows from the id and the text, so that the same input gives the same bytes.
pub fn wet_record(id: &str, url: Option<&str>, date: Option<&str>, text: &str) -> Vec<u8> {
    let mut header = String::from("WARC/1.0\r\nWARC-Type: conversion\r\n");
    let mut field = |name: &str, value: &str| {
        // A line break in a value would end the header early.
        let _ = write!(header, "{name}: {}\r\n", value.replace(['\r', '\n'], " "));
    };
    field("WARC-Record-ID", &format!("<urn:uuid:{}>", uuid_of(id, text)));
    if let Some(url) = url {
        field("WARC-Target-URI", url);
    }
    field("WARC-Date", date.unwrap_or("1970-01-01T00:00:00Z"));
    // What is no URI may not stand in brackets; other fields than the standard's are allowed.
    if is_uri(id) {
        field("WARC-Refers-To", &format!("<{id}>"));
    } else {
        field("Dechaff-Record-ID", id);
    }
    field("Content-Type", "text/plain");
    field("Content-Length", &text.len().to_string());
    let mut record = header.into_bytes();
    record.extend_from_slice(b"\r\n");
    record.extend_from_slice(text.as_bytes());
    record.extend_from_slice(b"\r\n\r\n");
    record
}

/// Whether an id has a scheme, and nothing that a URI cannot hold.
fn is_uri(id: &str) -> bool {
    let scheme = id.split_once(':').map_or("", |(scheme, _)| scheme);
    let is_scheme =
        scheme.len() > 1 && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    is_scheme && id.chars().all(|c| c.is_ascii_graphic() && !"<>\"{}|\\^`".contains(c))
}

/// A UUID of version 8 (RFC 9562), made of checksums.
fn uuid_of(id: &str, text: &str) -> String {
    use std::hash::Hasher;
    let hash = |salt: u64| {
        let mut hasher = rustc_hash::FxHasher::default();
        hasher.write_u64(salt);
        hasher.write(id.as_bytes());
        hasher.write(text.as_bytes());
        hasher.finish()
    };
    let (high, low) = (hash(1), hash(2));
    format!(
        "{:08x}-{:04x}-8{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_its_length_and_keeps_its_header_whole() {
        let record = wet_record("urn:uuid:1", Some("http://a.example/\r\nX: y"), None, "Fähre\nzwei");
        let record = String::from_utf8(record).unwrap();
        assert!(record.contains("Content-Length: 11\r\n\r\nFähre\nzwei\r\n\r\n"), "{record}");
        assert!(!record.contains("\r\nX: y"), "{record}");
        assert!(record.contains("WARC-Refers-To: <urn:uuid:1>\r\n"), "{record}");
        for (id, told) in [
            ("http://a.example/r1", "WARC-Refers-To: <http://a.example/r1>\r\n"),
            ("pages/a: b.html", "Dechaff-Record-ID: pages/a: b.html\r\n"),
            ("c:x\r\ny", "Dechaff-Record-ID: c:x  y\r\n"),
        ] {
            let record = String::from_utf8(wet_record(id, None, None, "a")).unwrap();
            assert!(record.contains(told), "{record}");
        }
        assert_ne!(uuid_of("a", "x"), uuid_of("b", "x"));
    }
}
