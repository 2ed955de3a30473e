//! JSON Lines: one record a line.

use std::io::{self, BufRead};

use super::record::{Body, RawRecord, Reject};
use super::{Item, ReadItems};

/// U+FEFF, which some programs write before the first line, and `cat` then puts before others.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What UTF-16 begins with: its byte order marks, or an object or array.
const UTF_16: [&[u8]; 6] = [b"\xff\xfe", b"\xfe\xff", b"{\0", b"\0{", b"[\0", b"\0["];

pub(super) struct JsonlReader {
    stream: Box<dyn BufRead + Send>,
    max_bytes: usize,
    number: u64,
    offset: u64,
    ended: bool,
}

impl JsonlReader {
    /// A reader.
    ///
    /// # Errors
    ///
    /// The stream holds one JSON array or UTF-16, each line of which would be a reject. What cannot be read is told with the first item.
    pub(super) fn new(mut stream: Box<dyn BufRead + Send>, max_bytes: usize) -> Result<JsonlReader, String> {
        let offset = skip_blanks(&mut stream);
        if stream.fill_buf().is_ok_and(|bytes| UTF_16.iter().any(|start| bytes.starts_with(start))) {
            return Err(
                "it is UTF-16, and JSON Lines is UTF-8; iconv -f UTF-16 -t UTF-8 makes that of it".to_owned()
            );
        }
        if stream.fill_buf().is_ok_and(|bytes| bytes.starts_with(b"[")) {
            return Err("it begins with a JSON array and is not JSON Lines, which has one object a line; \
                 jq -c '.[]' makes lines of an array of records"
                .to_owned());
        }
        Ok(JsonlReader { stream, max_bytes, number: 0, offset, ended: false })
    }
}

/// Passes the white space and the byte order mark at the start of a stream and returns how many bytes those are.
fn skip_blanks(stream: &mut dyn BufRead) -> u64 {
    let mut passed = 0;
    while let Ok(bytes) = stream.fill_buf() {
        let rest = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes).trim_ascii_start();
        let (blanks, is_end) = (bytes.len() - rest.len(), !rest.is_empty());
        passed += blanks as u64;
        stream.consume(blanks);
        if is_end || blanks == 0 {
            break;
        }
    }
    passed
}

impl ReadItems for JsonlReader {
    fn has_fields(&self) -> bool {
        true
    }

    fn next_item(&mut self) -> Option<Item> {
        while !self.ended {
            let start = self.offset;
            let mut line = Vec::new();
            let outcome = read_line(&mut self.stream, self.max_bytes, &mut line);
            let number = self.number + 1;
            let reject = |reason: String| Some(Item::Reject(Reject::new(number, start, reason)));
            match outcome {
                Ok(0) => self.ended = true,
                Ok(length) => {
                    self.offset += length as u64;
                    if line.is_empty() && length > self.max_bytes {
                        self.number = number;
                        return reject(format!(
                            "the record has {length} bytes, more than {} (--max-record-bytes)",
                            self.max_bytes
                        ));
                    }
                    if line.starts_with(BYTE_ORDER_MARK) {
                        line.drain(..BYTE_ORDER_MARK.len());
                    }
                    if line.iter().all(u8::is_ascii_whitespace) {
                        continue;
                    }
                    self.number = number;
                    let record = RawRecord { number, offset: start, body: Body::JsonLine(line) };
                    return Some(Item::Record(record));
                }
                Err(error) => {
                    self.ended = true;
                    return reject(format!("the input cannot be read further: {error}"));
                }
            }
        }
        None
    }
}

/// Reads one line without its break and returns how many bytes it took, 0 at the end. A line over `max_bytes` is
/// read to its end but not kept.
fn read_line(stream: &mut dyn BufRead, max_bytes: usize, line: &mut Vec<u8>) -> io::Result<usize> {
    let mut length = 0;
    loop {
        let available = stream.fill_buf()?;
        if available.is_empty() {
            return Ok(length);
        }
        let end = memchr::memchr(b'\n', available);
        let part = &available[..end.unwrap_or(available.len())];
        if length + part.len() > max_bytes {
            line.clear();
        } else {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(end.is_some());
        length += used;
        stream.consume(used);
        if end.is_some() {
            return Ok(length);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(text: &'static str, max_bytes: usize) -> Vec<String> {
        let mut reader = JsonlReader::new(Box::new(text.as_bytes()), max_bytes).unwrap();
        std::iter::from_fn(|| reader.next_item())
            .map(|item| match item {
                Item::Record(RawRecord { number, offset, body: Body::JsonLine(line) }) => {
                    format!("{number}@{offset} {}", String::from_utf8_lossy(&line))
                }
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn blank_lines_are_no_records_and_offsets_count_them() {
        assert_eq!(items("{}\n\n [1]\n", 100), ["1@0 {}", "2@4  [1]"]);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_record() {
        assert_eq!(items("\u{feff}\n {}\n\u{feff}{\"a\":1}\n\u{feff}\n", 100), ["1@5 {}", "2@8 {\"a\":1}"]);
    }

    #[test]
    fn an_array_over_many_lines_is_refused_with_what_to_do() {
        for text in ["[\n{}\n]", "\u{feff}\n [{}]"] {
            let refused = JsonlReader::new(Box::new(text.as_bytes()), 100).err().unwrap();
            assert!(refused.contains("jq -c '.[]'"), "{refused}");
        }
    }

    #[test]
    fn utf_16_is_refused_with_what_to_do() {
        for bytes in [&b"\xff\xfe{\0}\0"[..], b"\xfe\xff\0{\0}", b"{\0}\0", b"\0{\0}"] {
            let refused = JsonlReader::new(Box::new(bytes), 100).err().unwrap();
            assert!(refused.contains("iconv"), "{refused}");
        }
    }

    #[test]
    fn a_line_over_the_limit_is_rejected_and_the_next_is_read() {
        let found = items("{\"a\":\"long enough\"}\n{}\n", 10);
        assert!(found[0].contains("more than 10"), "{found:?}");
        assert_eq!(found[1], "2@20 {}");
    }
}
