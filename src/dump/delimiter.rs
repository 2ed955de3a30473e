//! What parts the fields of a CSV file.

use std::io::{self, BufRead, Read};

/// The signs that are looked for; of two that are equally frequent, the first.
const SIGNS: [u8; 4] = *b",;\t|";
/// A longer header row is not searched further.
const MAX_HEADER_BYTES: usize = 1 << 20;

/// Tells the delimiter from the header row and gives the stream back whole, with its error if it has one. A row without any
/// of the signs has one field.
pub(super) fn told_from_header(mut stream: Box<dyn BufRead + Send>) -> (u8, Box<dyn BufRead + Send>) {
    let mut read = Vec::new();
    let mut row = HeaderRow::default();
    let mut failed = None;
    while read.len() < MAX_HEADER_BYTES {
        let available = match stream.fill_buf() {
            Ok([]) => break,
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                failed = Some(error);
                break;
            }
        };
        let ended = row.count(available);
        let length = available.len();
        read.extend_from_slice(available);
        stream.consume(length);
        if ended {
            break;
        }
    }
    let read = io::Cursor::new(read).chain(io::BufReader::new(Failed(failed)));
    (row.delimiter(), Box::new(read.chain(stream)))
}

/// A stream that has nothing but an error, once.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Counts of the signs outside quotes.
#[derive(Default)]
struct HeaderRow {
    counts: [usize; SIGNS.len()],
    is_quoted: bool,
    has_content: bool,
}

impl HeaderRow {
    /// Counts on; true at the end of the row.
    fn count(&mut self, bytes: &[u8]) -> bool {
        for &byte in bytes {
            match byte {
                b'"' => self.is_quoted = !self.is_quoted,
                b'\n' | b'\r' if !self.is_quoted && self.has_content => return true,
                _ if !self.is_quoted => {
                    if let Some(sign) = SIGNS.iter().position(|&sign| sign == byte) {
                        self.counts[sign] += 1;
                    }
                }
                _ => {}
            }
            self.has_content |= !byte.is_ascii_whitespace();
        }
        false
    }

    fn delimiter(&self) -> u8 {
        let most = self.counts.iter().max();
        let at = self.counts.iter().position(|count| Some(count) == most);
        at.and_then(|at| SIGNS.get(at)).copied().unwrap_or(b',')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &'static str) -> char {
        let (delimiter, mut stream) =
            told_from_header(Box::new(io::BufReader::with_capacity(3, text.as_bytes())));
        let mut whole = String::new();
        stream.read_to_string(&mut whole).unwrap();
        assert_eq!(whole, text);
        char::from(delimiter)
    }

    #[test]
    fn the_sign_that_is_most_frequent_in_the_header_row_parts_the_fields() {
        assert_eq!(told("id,text\n1;2;3,a\n"), ',');
        assert_eq!(told("id;text;note\r\n1;a, b, c, d;x\r\n"), ';');
        assert_eq!(told("id\ttext"), '\t');
        assert_eq!(told("\n\"a;b\nc;d;e\"|text|\"x\"\n;;;;\n"), '|');
        assert_eq!(told("text\na;b\n"), ',');
        assert_eq!(told(""), ',');
    }
}
