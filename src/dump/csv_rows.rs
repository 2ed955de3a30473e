//! Rows of a CSV file.
//!
//! A reader of our own, because one quote that is never closed makes a field of all rows behind it, and the `csv` crate does
//! not tell: here it costs its row, and reading goes on in the next line.

use std::io::{self, BufRead};
use std::ops::Range;

/// Bytes that are read at once.
const STEP: usize = 64 * 1024;
const QUOTE: u8 = b'"';
const TAB: u8 = b'\t';

/// Reads rows. A field that begins with a quote goes to the next quote that stands alone; two stand for one. Parted by tabs,
/// quotes mostly are what was written: there a field is quoted only if it also ends in a quote.
pub(super) struct Rows {
    stream: Box<dyn BufRead + Send>,
    delimiter: u8,
    max_bytes: usize,
    buffer: Vec<u8>,
    /// Where the next row starts in the buffer.
    at: usize,
    /// Bytes before the buffer.
    passed: u64,
    /// The number of the line that the next row starts in, from 1.
    line: u64,
    /// Where the field that is read starts in the buffer.
    field_at: usize,
    fields: Fields,
}

/// The values of a row.
#[derive(Default)]
pub(super) struct Fields {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Fields {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of all values.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(&start, &end)| self.bytes.get(start..end).unwrap_or_default())
    }
}

/// A row that cannot be read.
#[derive(Debug)]
pub(super) enum BadRow {
    /// The next one can.
    Row(String),
    /// And none behind it.
    Stream(io::Error),
}

/// Why a row ends before its end; places are in the buffer.
enum Trouble {
    Stream(io::Error),
    /// The row has more bytes than are allowed.
    TooLong,
    /// So has a quoted field in it, up to this place, and what it holds was written as one.
    LongField(usize),
    /// The quote here opens a field and is not closed, or not within the bytes that are allowed.
    Unclosed(usize),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::Stream(error)
    }
}

impl Rows {
    pub(super) fn new(stream: Box<dyn BufRead + Send>, delimiter: u8, max_bytes: usize) -> Rows {
        Rows {
            stream,
            delimiter,
            max_bytes,
            buffer: Vec::new(),
            at: 0,
            passed: 0,
            line: 1,
            field_at: 0,
            fields: Fields::default(),
        }
    }

    /// The next row with its position; `None` at the end. Empty lines are no rows.
    pub(super) fn next_row(&mut self) -> Option<(u64, Result<&Fields, BadRow>)> {
        let started = self.start_row();
        let offset = self.passed + self.at as u64;
        match started {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => return Some((offset, Err(BadRow::Stream(error)))),
        }
        let result = self.row().map_err(|trouble| self.go_on(trouble));
        Some((offset, result.map(|()| &self.fields)))
    }

    /// Goes to the next line that is not empty; false at the end.
    fn start_row(&mut self) -> io::Result<bool> {
        self.forget();
        if self.passed == 0 && self.at == 0 {
            while self.buffer.len() < BOM.len() && self.fill()? {}
            self.at = if self.buffer.starts_with(BOM) { BOM.len() } else { 0 };
        }
        while let Some(byte) = self.byte(self.at)? {
            if !is_break(byte) {
                return Ok(true);
            }
            self.pass_break(self.at)?;
        }
        Ok(false)
    }

    fn row(&mut self) -> Result<(), Trouble> {
        self.fields.bytes.clear();
        self.fields.ends.clear();
        let mut at = self.at;
        loop {
            self.field_at = at;
            at = self.field(at)?;
            match self.byte(at)? {
                Some(byte) if byte == self.delimiter => at += 1,
                _ => break,
            }
        }
        self.pass_break(at)?;
        Ok(())
    }

    /// Reads a field; returns where it ends.
    fn field(&mut self, start: usize) -> Result<usize, Trouble> {
        let closing = match self.byte(start)? {
            Some(QUOTE) => self.closing_quote(start)?,
            _ => None,
        };
        let plain = closing.map_or(start, |quote| quote + 1);
        let delimiter = self.delimiter;
        let end = self.find(plain, |bytes| memchr::memchr3(delimiter, b'\n', b'\r', bytes))?;
        let end = end.unwrap_or(self.buffer.len());
        let Rows { buffer, fields, .. } = self;
        if let Some(quote) = closing {
            unquote(buffer.get(start + 1..quote).unwrap_or_default(), &mut fields.bytes);
        }
        fields.bytes.extend_from_slice(buffer.get(plain..end).unwrap_or_default());
        fields.ends.push(fields.bytes.len());
        Ok(end)
    }

    /// The quote that closes the one at `start`; none if that one is a plain sign.
    fn closing_quote(&mut self, start: usize) -> Result<Option<usize>, Trouble> {
        let is_plain_else = self.delimiter == TAB;
        let mut from = start + 1;
        let mut has_escapes = false;
        loop {
            let quote = match self.find(from, |bytes| memchr::memchr(QUOTE, bytes)) {
                Ok(Some(quote)) => quote,
                Ok(None) | Err(Trouble::TooLong) if is_plain_else => return Ok(None),
                Err(Trouble::TooLong) if has_escapes => return Err(Trouble::LongField(from)),
                Ok(None) | Err(Trouble::TooLong) => return Err(Trouble::Unclosed(start)),
                Err(trouble) => return Err(trouble),
            };
            match self.byte(quote + 1)? {
                Some(QUOTE) => {
                    has_escapes |= !self.is_field_start(quote);
                    from = quote + 2;
                }
                Some(next) if next != self.delimiter && !is_break(next) => {
                    return match () {
                        () if is_plain_else => Ok(None),
                        () if self.opens_another(start, quote) => Err(Trouble::Unclosed(start)),
                        () => Ok(Some(quote)),
                    };
                }
                _ => return Ok(Some(quote)),
            }
        }
    }

    /// Whether the quote at `quote` opens a field of another line, rather than closing the one at `start`.
    fn opens_another(&self, start: usize, quote: usize) -> bool {
        let between = self.buffer.get(start + 1..quote).unwrap_or_default();
        let before = between.len() - between.iter().rev().take_while(|&&byte| byte == QUOTE).count();
        self.is_field_start(start + 1 + before) && memchr::memchr2(b'\n', b'\r', between).is_some()
    }

    fn is_field_start(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.buffer.get(before));
        before.is_some_and(|&before| before == self.delimiter || is_break(before))
    }

    /// Goes to where the next row starts, and says what was wrong with this one.
    fn go_on(&mut self, trouble: Trouble) -> BadRow {
        let max_bytes = self.max_bytes;
        let too_long = format!("the row has more than {max_bytes} bytes (--max-record-bytes)");
        let (reason, gone_on) = match trouble {
            Trouble::Stream(error) => return BadRow::Stream(error),
            Trouble::TooLong => (too_long, self.skip_line(self.field_at)),
            Trouble::LongField(at) => (too_long, self.skip_fields(at)),
            Trouble::Unclosed(quote) => {
                let line = self.line + self.breaks(self.at..quote);
                let reason = format!(
                    "the quote that opens a field in line {line} is not closed; reading goes on in the line after it"
                );
                (reason, self.skip_line(quote))
            }
        };
        gone_on.map_or_else(BadRow::Stream, |()| BadRow::Row(reason))
    }

    /// Goes behind the line's end, without keeping what is before it.
    fn skip_line(&mut self, from: usize) -> io::Result<()> {
        self.advance(from);
        if self.skip_to(|bytes| memchr::memchr2(b'\n', b'\r', bytes))? {
            self.pass_break(self.at)?;
        }
        Ok(())
    }

    /// Goes behind the row's end from inside a quoted field, without keeping what is before it.
    fn skip_fields(&mut self, from: usize) -> io::Result<()> {
        let delimiter = self.delimiter;
        self.advance(from);
        while self.skip_to(|bytes| memchr::memchr(QUOTE, bytes))? {
            self.advance(self.at + 1);
            if self.byte(self.at)? == Some(QUOTE) {
                self.advance(self.at + 1);
                continue;
            }
            // Behind the field: more of them, until one is quoted.
            while self.skip_to(|bytes| memchr::memchr3(delimiter, b'\n', b'\r', bytes))? {
                if self.byte(self.at)? != Some(delimiter) {
                    return self.pass_break(self.at);
                }
                self.advance(self.at + 1);
                if self.byte(self.at)? == Some(QUOTE) {
                    self.advance(self.at + 1);
                    break;
                }
            }
        }
        Ok(())
    }

    /// Goes to the next place that is looked for; false at the end of the stream.
    fn skip_to(&mut self, search: impl Fn(&[u8]) -> Option<usize>) -> io::Result<bool> {
        loop {
            match search(self.buffer.get(self.at..).unwrap_or_default()) {
                Some(found) => {
                    self.advance(self.at + found);
                    return Ok(true);
                }
                None => self.advance(self.buffer.len()),
            }
            self.forget();
            if !self.fill()? {
                return Ok(false);
            }
        }
    }

    /// Where in the buffer something is; nothing if the stream ends before.
    fn find(
        &mut self,
        mut from: usize,
        search: impl Fn(&[u8]) -> Option<usize>,
    ) -> Result<Option<usize>, Trouble> {
        let limit = self.at.saturating_add(self.max_bytes);
        loop {
            let end = self.buffer.len().min(limit);
            if let Some(found) = self.buffer.get(from..end).and_then(&search) {
                return Ok(Some(from + found));
            }
            from = from.max(end);
            if self.buffer.len() > limit {
                return Err(Trouble::TooLong);
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    fn byte(&mut self, at: usize) -> io::Result<Option<u8>> {
        while self.buffer.len() <= at && self.fill()? {}
        Ok(self.buffer.get(at).copied())
    }

    /// Goes behind the line break at `at`, if there is one.
    fn pass_break(&mut self, at: usize) -> io::Result<()> {
        let length = match self.byte(at)? {
            None => 0,
            Some(b'\r') if self.byte(at + 1)? == Some(b'\n') => 2,
            Some(_) => 1,
        };
        self.advance(at + length);
        Ok(())
    }

    fn advance(&mut self, to: usize) {
        self.line += self.breaks(self.at..to);
        self.at = to;
    }

    /// Line breaks in a part of the buffer; `\r\n` is one.
    fn breaks(&self, part: Range<usize>) -> u64 {
        let part = self.buffer.get(part).unwrap_or_default();
        let is_first = |&at: &usize| part.get(at..at + 2) != Some(b"\r\n");
        memchr::memchr2_iter(b'\n', b'\r', part).filter(is_first).count() as u64
    }

    /// Lets go of what was read, where that is most of the buffer, so that no byte is moved twice.
    fn forget(&mut self) {
        if self.at >= STEP && self.at >= self.buffer.len() / 2 {
            self.passed += self.at as u64;
            self.buffer.drain(..self.at);
            self.at = 0;
        }
    }

    /// Reads more; false at the end of the stream.
    fn fill(&mut self) -> io::Result<bool> {
        loop {
            match self.stream.fill_buf() {
                Ok(read) => {
                    let read = read.get(..STEP).unwrap_or(read);
                    self.buffer.extend_from_slice(read);
                    let count = read.len();
                    self.stream.consume(count);
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

const BOM: &[u8] = b"\xef\xbb\xbf";

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Two quotes stand for one.
fn unquote(mut quoted: &[u8], bytes: &mut Vec<u8>) {
    while let Some(at) = memchr::memchr(QUOTE, quoted) {
        bytes.extend_from_slice(quoted.get(..=at).unwrap_or_default());
        quoted = quoted.get(at + 2..).unwrap_or_default();
    }
    bytes.extend_from_slice(quoted);
}
