//! WARC and WET files (ISO 28500): pages from `response` and `resource` records, texts from `conversion` records.
//!
//! A reader of our own, because a dump is hostile: it must bound a record's size before it reads it, and find the
//! next record after a broken one.

use std::io::{self, BufRead, Read};

use super::http::{Reply, read_response};
use super::input::InputOptions;
use super::record::{Body, Page, PageKind, RawRecord, Reject};
use super::status::StatusSet;
use super::{Item, ReadItems};
use crate::segment::encoding::content_type_charset;

/// Longer headers are no WARC headers.
const MAX_HEADER_BYTES: u64 = 256 * 1024;

pub(super) struct WarcReader {
    stream: Counted,
    max_bytes: usize,
    statuses: StatusSet,
    number: u64,
    ended: bool,
    /// Start of a record whose version line has been read.
    found: Option<u64>,
    /// The last record was rejected, so that stray bytes after it are its own.
    rejected_last: bool,
}

/// A stream that knows its position.
struct Counted {
    inner: Box<dyn BufRead + Send>,
    position: u64,
}

impl Counted {
    /// Reads a line with its break; empty at the end.
    fn line(&mut self, limit: u64) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        (&mut self.inner).take(limit).read_until(b'\n', &mut line)?;
        self.position += line.len() as u64;
        Ok(line)
    }

    fn skip(&mut self, length: u64) -> io::Result<u64> {
        let skipped = io::copy(&mut (&mut self.inner).take(length), &mut io::sink())?;
        self.position += skipped;
        Ok(skipped)
    }

    fn read(&mut self, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        (&mut self.inner).take(length).read_to_end(&mut bytes)?;
        self.position += bytes.len() as u64;
        Ok(bytes)
    }
}

#[derive(Default)]
struct Header {
    kind: String,
    id: String,
    url: Option<String>,
    date: Option<String>,
    content_type: String,
    length: Option<u64>,
}

impl WarcReader {
    pub(super) fn new(stream: Box<dyn BufRead + Send>, options: &InputOptions) -> WarcReader {
        WarcReader {
            stream: Counted { inner: stream, position: 0 },
            max_bytes: options.max_record_bytes,
            statuses: options.statuses.clone(),
            number: 0,
            ended: false,
            found: None,
            rejected_last: false,
        }
    }

    /// Finds the next version line. Anything else before it is a broken record.
    fn find_version(&mut self) -> io::Result<Found> {
        let mut lost: Option<u64> = None;
        loop {
            let start = self.stream.position;
            let line = self.stream.line(MAX_HEADER_BYTES)?;
            if line.is_empty() {
                return Ok(lost.map_or(Found::End, Found::Garbage));
            }
            if line.starts_with(b"WARC/") {
                return Ok(Found::Record { start, lost });
            }
            if !line.trim_ascii().is_empty() {
                lost.get_or_insert(start);
            }
        }
    }

    fn read_header(&mut self) -> io::Result<Option<Header>> {
        let mut header = Header::default();
        let end = self.stream.position + MAX_HEADER_BYTES;
        loop {
            let line = self.stream.line(end.saturating_sub(self.stream.position))?;
            let Some(text) = line.strip_suffix(b"\n") else { return Ok(None) };
            let text = String::from_utf8_lossy(text.trim_ascii()).into_owned();
            if text.is_empty() {
                return Ok(Some(header));
            }
            let Some((name, value)) = text.split_once(':') else { continue };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "warc-type" => header.kind = value.to_ascii_lowercase(),
                "warc-record-id" => header.id = value.trim_matches(['<', '>']).to_owned(),
                "warc-target-uri" => header.url = Some(value.trim_matches(['<', '>']).to_owned()),
                "warc-date" => header.date = Some(value.to_owned()),
                "content-type" => header.content_type = value.to_ascii_lowercase(),
                "content-length" => header.length = value.parse().ok(),
                _ => {}
            }
        }
    }

    fn next_result(&mut self) -> io::Result<Option<Item>> {
        let after_reject = std::mem::take(&mut self.rejected_last);
        let start = match self.found.take() {
            Some(start) => start,
            None => match self.find_version()? {
                Found::End => return Ok(None),
                Found::Garbage(_) if after_reject => return Ok(None),
                Found::Garbage(at) => return Ok(Some(self.reject(at, None, "no WARC record starts here"))),
                Found::Record { start, lost: Some(at) } if !after_reject => {
                    self.found = Some(start);
                    let reason = "stray bytes: the record before had a wrong Content-Length";
                    return Ok(Some(self.reject(at, None, reason)));
                }
                Found::Record { start, .. } => start,
            },
        };
        let Some(header) = self.read_header()? else {
            return Ok(Some(self.reject(start, None, "the WARC header is cut off or too long")));
        };
        let id = Some(header.id.clone()).filter(|id| !id.is_empty());
        let Some(length) = header.length else {
            return Ok(Some(self.reject(start, id, "the WARC header has no valid Content-Length")));
        };
        let rule = match header.kind.as_str() {
            "response" | "resource" | "conversion" => None,
            _ => Some("no page in this WARC record type"),
        };
        if rule.is_some() || length > self.max_bytes as u64 {
            let skipped = self.stream.skip(length)?;
            return Ok(Some(match rule {
                _ if skipped < length => self.reject(start, id, "the WARC record is cut off"),
                Some(rule) => Item::NoPage(rule.into()),
                None => {
                    let reason = format!(
                        "the record has {length} bytes, more than {} (--max-record-bytes)",
                        self.max_bytes
                    );
                    self.reject(start, id, &reason)
                }
            }));
        }
        let bytes = self.stream.read(length)?;
        if (bytes.len() as u64) < length {
            return Ok(Some(self.reject(start, id, "the WARC record is cut off")));
        }
        Ok(Some(self.page(start, header, bytes)))
    }

    fn page(&mut self, start: u64, header: Header, bytes: Vec<u8>) -> Item {
        let id = Some(header.id.clone()).filter(|id| !id.is_empty());
        let (status, content_type, body) = if header.kind == "response" {
            match read_response(bytes, &self.statuses, self.max_bytes) {
                Ok(Reply::NoPage(status)) => {
                    return Item::NoPage(format!("HTTP status {status} (--status)").into());
                }
                Ok(Reply::Page(response)) => (response.status, response.content_type, response.body),
                Err(reason) => return self.reject(start, id, &reason),
            }
        } else {
            (None, header.content_type.clone(), bytes)
        };
        let kind = match content_type.split(';').next().unwrap_or_default().trim() {
            "text/plain" => PageKind::Text,
            "text/html" => PageKind::Html,
            "application/xhtml+xml" => PageKind::Xhtml,
            "" if header.kind != "conversion" => PageKind::Html,
            _ if header.kind == "conversion" => PageKind::Text,
            _ => return Item::NoPage("no HTML or text in this WARC record".into()),
        };
        self.number += 1;
        Item::Record(RawRecord {
            number: self.number,
            offset: start,
            body: Body::Page(Page {
                id: header.id,
                url: header.url,
                date: header.date,
                status,
                bytes: body,
                charset: content_type_charset(&content_type).map(str::to_owned),
                kind,
            }),
        })
    }

    fn reject(&mut self, start: u64, id: Option<String>, reason: &str) -> Item {
        self.number += 1;
        self.rejected_last = true;
        Item::Reject(Reject { id, ..Reject::new(self.number, start, reason) })
    }
}

enum Found {
    End,
    /// Bytes up to the end that are no record; they start here.
    Garbage(u64),
    Record {
        start: u64,
        lost: Option<u64>,
    },
}

impl ReadItems for WarcReader {
    fn next_item(&mut self) -> Option<Item> {
        if self.ended {
            return None;
        }
        let start = self.stream.position;
        self.next_result().unwrap_or_else(|error| {
            self.ended = true;
            Some(self.reject(start, None, &format!("the input cannot be read further: {error}")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: &str, content_type: &str, body: &str) -> String {
        format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:{kind}>\r\nWARC-Target-URI: http://a.example/\r\n\
            Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}\r\n\r\n",
            body.len()
        )
    }

    fn read(warc: String) -> Vec<String> {
        read_with(warc, &InputOptions::default())
    }

    fn read_with(warc: String, options: &InputOptions) -> Vec<String> {
        let mut reader = WarcReader::new(Box::new(io::Cursor::new(warc.into_bytes())), options);
        std::iter::from_fn(|| reader.next_item())
            .map(|item| match item {
                Item::Record(RawRecord {
                    number,
                    body: Body::Page(Page { bytes, kind, charset, .. }),
                    ..
                }) => {
                    format!("{number} {kind:?} {charset:?} {}", String::from_utf8_lossy(&bytes))
                }
                Item::Reject(reject) => format!("{} rejected: {}", reject.record, reject.reason),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn pages_and_texts_are_records_and_the_rest_is_named() {
        let http = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=ISO-8859-1\r\n\r\n<p>a";
        let image = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\nx";
        let warc = record("warcinfo", "application/warc-fields", "a: b")
            + &record("response", "application/http; msgtype=response", http)
            + &record("response", "application/http; msgtype=response", image)
            + &record("conversion", "text/plain", "line");
        assert_eq!(
            read(warc),
            [
                "NoPage(\"no page in this WARC record type\")",
                "1 Html Some(\"iso-8859-1\") <p>a",
                "NoPage(\"no HTML or text in this WARC record\")",
                "2 Text None line"
            ]
        );
    }

    #[test]
    fn redirects_and_errors_are_no_pages_unless_asked_for() {
        let response = |status: &str| {
            let http = format!("HTTP/1.1 {status}\r\nContent-Type: text/html\r\n\r\n<p>{status}");
            record("response", "application/http; msgtype=response", &http)
        };
        let warc = response("301 Moved") + &response("200 OK") + &response("404 Not Found");
        assert_eq!(
            read(warc.clone()),
            [
                "NoPage(\"HTTP status 301 (--status)\")",
                "1 Html None <p>200 OK",
                "NoPage(\"HTTP status 404 (--status)\")"
            ]
        );
        let all = InputOptions { statuses: "all".parse().unwrap(), ..InputOptions::default() };
        assert_eq!(read_with(warc, &all).len(), 3);
    }

    #[test]
    fn after_a_broken_record_the_next_one_is_found() {
        let wrong_length = record("conversion", "text/plain", "one").replace("Length: 3", "Length: x");
        let warc = wrong_length + &record("conversion", "text/plain", "two");
        assert_eq!(
            read(warc),
            ["1 rejected: the WARC header has no valid Content-Length", "2 Text None two"]
        );
    }

    #[test]
    fn a_length_that_is_too_short_is_noticed() {
        let short = record("conversion", "text/plain", "one two").replace("Length: 7", "Length: 3");
        let found = read(short + &record("conversion", "text/plain", "three"));
        assert!(found[1].contains("stray bytes"), "{found:?}");
        assert_eq!((found.len(), found[2].as_str()), (3, "3 Text None three"));
    }

    #[test]
    fn a_record_cut_off_is_rejected() {
        let warc = record("conversion", "text/plain", "a longer text");
        assert_eq!(read(warc[..warc.len() - 10].to_owned()), ["1 rejected: the WARC record is cut off"]);
        assert_eq!(read("no warc at all\n".to_owned()), ["1 rejected: no WARC record starts here"]);
    }
}
