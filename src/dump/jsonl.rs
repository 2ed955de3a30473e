//! JSON Lines: one record a line.

use std::io::{self, BufRead};

use super::record::{Body, RawRecord, Reject};
use super::{Item, ReadItems};

pub(super) struct JsonlReader {
    stream: Box<dyn BufRead + Send>,
    max_bytes: usize,
    number: u64,
    offset: u64,
    ended: bool,
}

impl JsonlReader {
    pub(super) fn new(stream: Box<dyn BufRead + Send>, max_bytes: usize) -> JsonlReader {
        JsonlReader { stream, max_bytes, number: 0, offset: 0, ended: false }
    }
}

impl ReadItems for JsonlReader {
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
        let mut reader = JsonlReader::new(Box::new(text.as_bytes()), max_bytes);
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
    fn a_line_over_the_limit_is_rejected_and_the_next_is_read() {
        let found = items("{\"a\":\"long enough\"}\n{}\n", 10);
        assert!(found[0].contains("more than 10"), "{found:?}");
        assert_eq!(found[1], "2@20 {}");
    }
}
