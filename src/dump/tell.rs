//! Whether a file that was found, rather than named, is an input.
//!
//! A folder holds what its owner put there: a name that tells no format is looked into, and what is neither a dump nor a
//! page is left out with a reason.

use std::fs::File;
use std::io;
use std::path::Path;

use super::PageKind;
use super::compression::decompressed;
use super::format::Format;
use super::packed::Packed;

/// A first line that is longer is taken for a record.
const MAX_FIRST_LINE: usize = 64 * 1024;
/// Bytes that show whether a file is text.
const LOOKED_AT: usize = 1024;
/// Starts of files that are no text although they may have no NUL.
const BINARIES: [&[u8]; 4] = [b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8"];
/// Elements that a page, or a part of one, starts with.
const ELEMENTS: [&[u8]; 38] = [
    b"html",
    b"head",
    b"body",
    b"title",
    b"meta",
    b"link",
    b"base",
    b"script",
    b"style",
    b"noscript",
    b"main",
    b"article",
    b"section",
    b"header",
    b"footer",
    b"nav",
    b"aside",
    b"div",
    b"span",
    b"p",
    b"a",
    b"b",
    b"i",
    b"br",
    b"h1",
    b"h2",
    b"h3",
    b"ul",
    b"ol",
    b"li",
    b"dl",
    b"table",
    b"form",
    b"iframe",
    b"img",
    b"font",
    b"center",
    b"blockquote",
];

/// What a file that was found is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// It holds records.
    Dump,
    /// It is a page or text.
    Page(PageKind),
    /// It is no input, and why.
    Neither(&'static str),
}

/// Tells what a file is, by its name or else by its first bytes. What tells nothing has the format that was `given`.
///
/// # Errors
///
/// The file cannot be read.
pub(super) fn tell_file(path: &Path, given: Option<Format>) -> io::Result<Told> {
    match Format::by_name(path) {
        // A dump that cannot be opened is told now; a page costs itself only.
        Some(format) if format.is_dump() => File::open(path).map(|_| Told::Dump),
        Some(format) => Ok(Told::from(format)),
        None => Ok(tell_bytes(decompressed(File::open(path)?)?.fill_buf()?, given)),
    }
}

/// Tells what a file is by its first bytes, decompressed.
pub(super) fn tell_bytes(head: &[u8], given: Option<Format>) -> Told {
    let told = by_bytes(head);
    match (told, given) {
        (Ok(format), _) => Told::from(format),
        // Only a name or the first bytes make a file Parquet.
        (Err(Unknown::Text), Some(format)) if format != Format::Parquet => Told::from(format),
        (Err(unknown), _) => Told::Neither(unknown.reason()),
    }
}

impl From<Format> for Told {
    fn from(format: Format) -> Told {
        match format {
            Format::Html => Told::Page(PageKind::Html),
            Format::Text => Told::Page(PageKind::Text),
            _ => Told::Dump,
        }
    }
}

/// Bytes that are no input.
#[derive(Clone, Copy)]
enum Unknown {
    Empty,
    Packed(Packed),
    Binary,
    Json,
    Text,
}

impl Unknown {
    fn reason(self) -> &'static str {
        match self {
            Unknown::Empty => "empty",
            Unknown::Packed(Packed::Archive(_)) => "an archive; unpack it",
            Unknown::Packed(Packed::Stream(_)) => "compressed in a way that is not read; unpack it",
            Unknown::Binary => "binary",
            Unknown::Json => "JSON, but not one record a line",
            Unknown::Text => "neither name nor first bytes tell a format; --format names it",
        }
    }
}

/// As [`Format::by_bytes`], but with more care: nobody said that this is an input.
fn by_bytes(head: &[u8]) -> Result<Format, Unknown> {
    if let Some(packed) = Packed::by_bytes(head) {
        return Err(Unknown::Packed(packed));
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    match text {
        [] => Err(Unknown::Empty),
        _ if text.starts_with(b"WARC/") => Ok(Format::Warc),
        _ if head.starts_with(b"PAR1") => Ok(Format::Parquet),
        _ if is_binary(head) => Err(Unknown::Binary),
        [b'{', ..] if is_json_line(text) => Ok(Format::Jsonl),
        [b'{' | b'[', ..] => Err(Unknown::Json),
        [b'<', ..] if is_page(text) => Ok(Format::Html),
        _ => Err(Unknown::Text),
    }
}

fn is_binary(head: &[u8]) -> bool {
    BINARIES.iter().any(|magic| head.starts_with(magic)) || head.iter().take(LOOKED_AT).any(|&byte| byte == 0)
}

/// Whether the first line is a whole JSON object, or too long to see its end.
fn is_json_line(text: &[u8]) -> bool {
    match memchr::memchr(b'\n', text) {
        Some(end) => text.get(..end).is_some_and(is_json_object),
        None => is_json_object(text) || text.len() >= MAX_FIRST_LINE,
    }
}

fn is_json_object(line: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(line.trim_ascii()).is_ok()
}

/// Whether markup is that of a page, behind its declarations and comments, and not XML or a script.
fn is_page(mut text: &[u8]) -> bool {
    loop {
        text = text.trim_ascii_start();
        let end: &[u8] = match text {
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            [b'<', b'?', b'x' | b'X', b'm' | b'M', b'l' | b'L', ..] => b"?>",
            _ => break,
        };
        match memchr::memmem::find(text, end).and_then(|at| text.get(at + end.len()..)) {
            Some(rest) => text = rest,
            None => return false,
        }
    }
    let Some(name) = text.strip_prefix(b"<") else { return false };
    let is_doctype = name.get(..13).is_some_and(|start| start.eq_ignore_ascii_case(b"!doctype html"));
    let end = name.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(name.len());
    let name = name.get(..end).unwrap_or_default();
    is_doctype || ELEMENTS.iter().any(|element| element.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_dumps_and_pages() {
        let long = [&b"{\"text\":\""[..], &b"a".repeat(MAX_FIRST_LINE)].concat();
        for (head, told) in [
            (&b"WARC/1.1\r\n"[..], Told::Dump),
            (b"PAR1\x15\0", Told::Dump),
            (b"\xef\xbb\xbf{\"text\":\"a\"}\n{", Told::Dump),
            (b"{\"text\":\"the only line\"}", Told::Dump),
            (&long, Told::Dump),
            (b"\n<!DOCTYPE html>\n<p>", Told::Page(PageKind::Html)),
            (b"<?xml version='1.0'?>\n<!-- a --> <html lang=en>", Told::Page(PageKind::Html)),
            (b"<DIV class=a>text", Told::Page(PageKind::Html)),
        ] {
            assert_eq!(tell_bytes(head, None), told, "{}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn what_is_neither_is_told_why_and_taken_if_its_format_is_given() {
        for (head, reason) in [
            (&b" \n"[..], "empty"),
            (b"PK\x03\x04rest", "archive"),
            (b"%PDF-1.7", "binary"),
            (b"\x7fELF\0\0", "binary"),
            (b"{\n  \"version\": 3\n}", "not one record a line"),
            (b"[{\"text\":\"a\"}]", "not one record a line"),
            (b"<?xml version=\"1.0\"?><urlset>", "--format"),
            (b"<?php echo 1;", "--format"),
            (b"<svg>", "--format"),
            (b"id,text\n1,a", "--format"),
        ] {
            let Told::Neither(found) = tell_bytes(head, None) else { panic!("{reason}") };
            assert!(found.contains(reason), "{found} is not {reason}");
        }
        assert_eq!(tell_bytes(b"id,text\n1,a", Some(Format::Csv)), Told::Dump);
        assert_eq!(tell_bytes(b"some words", Some(Format::Text)), Told::Page(PageKind::Text));
        assert_eq!(tell_bytes(b"%PDF-1.7", Some(Format::Text)), Told::Neither("binary"));
    }
}
