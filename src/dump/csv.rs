//! CSV with a header row: each row is a record whose fields are strings.

use std::io::{self, BufRead, Read};

use super::delimiter::told_from_header;
use super::record::{Body, RawRecord, Reject};
use super::{Item, ReadItems};

pub(super) struct CsvReader {
    reader: csv::Reader<Budget>,
    /// Names of the fields, as JSON.
    names: Result<Vec<String>, String>,
    max_bytes: usize,
    number: u64,
    ended: bool,
}

impl CsvReader {
    /// Reads the header row; without a delimiter, it tells which one it is.
    pub(super) fn new(stream: Box<dyn BufRead + Send>, delimiter: Option<u8>, max_bytes: usize) -> CsvReader {
        let (delimiter, stream) = match delimiter {
            Some(delimiter) => (delimiter, stream),
            None => told_from_header(stream),
        };
        let budget = Budget { inner: stream, max_bytes, left: max_bytes };
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(budget);
        let names =
            reader.headers().map_err(|error| format!("the header row cannot be read: {}", cause(&error)));
        let names = names.map(|names| names.iter().map(json_string).collect());
        CsvReader { reader, names, max_bytes, number: 0, ended: false }
    }
}

impl ReadItems for CsvReader {
    fn has_fields(&self) -> bool {
        true
    }

    fn next_item(&mut self) -> Option<Item> {
        if self.ended {
            return None;
        }
        let number = self.number + 1;
        let names = match &self.names {
            Ok(names) => names,
            Err(reason) => {
                self.ended = true;
                return Some(Item::Reject(Reject::new(number, 0, reason)));
            }
        };
        self.reader.get_mut().left = self.max_bytes;
        let offset = self.reader.position().byte();
        let mut row = csv::ByteRecord::new();
        let outcome = self.reader.read_byte_record(&mut row);
        let reject = |reason: String| Item::Reject(Reject::new(number, offset, reason));
        let item = match outcome {
            Ok(false) => return None,
            Ok(true) => match json_line(names, &row) {
                Ok(line) => Item::Record(RawRecord { number, offset, body: Body::JsonLine(line) }),
                Err(reason) => reject(reason),
            },
            Err(error) => {
                self.ended = matches!(error.kind(), csv::ErrorKind::Io(_));
                reject(cause(&error))
            }
        };
        self.number = number;
        Some(item)
    }
}

fn json_line(names: &[String], row: &csv::ByteRecord) -> Result<Vec<u8>, String> {
    let mut line = Vec::with_capacity(row.as_slice().len() + 16 * names.len());
    line.push(b'{');
    for (index, (name, value)) in names.iter().zip(row).enumerate() {
        let value = std::str::from_utf8(value).map_err(|_| format!("invalid UTF-8 in field {name}"))?;
        line.extend_from_slice(if index > 0 { b"," } else { b"" });
        line.extend_from_slice(name.as_bytes());
        line.push(b':');
        line.extend_from_slice(json_string(value).as_bytes());
    }
    line.push(b'}');
    Ok(line)
}

fn json_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn cause(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Io(error) => format!("the input cannot be read further: {error}"),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the row has {len} fields, the header row {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "invalid UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

/// A stream that fails where one row takes too much of it, as after a quote that is never closed.
struct Budget {
    inner: Box<dyn BufRead + Send>,
    max_bytes: usize,
    left: usize,
}

impl Read for Budget {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "a row has more than {} bytes (--max-record-bytes); is a quote not closed?",
                    self.max_bytes
                ),
            ));
        }
        let count = self.inner.read(buffer)?;
        self.left = self.left.saturating_sub(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(text: &'static [u8], max_bytes: usize) -> Vec<String> {
        let mut reader = CsvReader::new(Box::new(text), None, max_bytes);
        std::iter::from_fn(|| reader.next_item())
            .map(|item| match item {
                Item::Record(RawRecord { number, offset, body: Body::JsonLine(line) }) => {
                    format!("{number}@{offset} {}", String::from_utf8_lossy(&line))
                }
                Item::Reject(reject) => format!("{}@{} {}", reject.record, reject.offset, reject.reason),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn a_row_is_a_record_and_a_broken_one_is_rejected() {
        let found = items(b"\xef\xbb\xbfid,text\n1,\"a \"\"b\"\"\nc\"\n2\n3,\xff\n4,d\n", 1000);
        assert_eq!(
            found,
            [
                r#"1@11 {"id":"1","text":"a \"b\"\nc"}"#,
                "2@25 the row has 1 fields, the header row 2",
                "3@27 invalid UTF-8 in field \"text\"",
                r#"4@31 {"id":"4","text":"d"}"#
            ]
        );
    }

    #[test]
    fn the_header_row_tells_the_delimiter() {
        assert_eq!(items(b"id;text\n1;a, b\n", 1000), [r#"1@8 {"id":"1","text":"a, b"}"#]);
        assert_eq!(items(b"id|text\n1|a;b\n", 1000), [r#"1@8 {"id":"1","text":"a;b"}"#]);
    }

    #[test]
    fn a_quote_that_is_never_closed_ends_within_bounds() {
        static ROWS: std::sync::LazyLock<Vec<u8>> =
            std::sync::LazyLock::new(|| [&b"id,text\n1,\"open\n"[..], &b"2,b\n".repeat(100_000)].concat());
        let found = items(&ROWS, 1000);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("is a quote not closed?"), "{found:?}");
    }
}
