//! Which format an input has.

use std::io::{self, BufRead};
use std::path::Path;

use serde::Serialize;

use super::compression::without_suffix;

/// The format of a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// WARC or WET.
    Warc,
    /// A table with a header row, which tells what parts its fields, unless the name ends in `.tsv`.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// A single HTML page.
    Html,
    /// A single text.
    Text,
}

impl Format {
    /// The format by a file's name, whatever its compression.
    pub fn by_name(path: &Path) -> Option<Format> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        match without_suffix(&name).rsplit_once('.')?.1 {
            "jsonl" | "jsonlines" | "jl" | "ndjson" | "json" => Some(Format::Jsonl),
            "warc" | "wet" => Some(Format::Warc),
            "csv" | "tsv" => Some(Format::Csv),
            "parquet" => Some(Format::Parquet),
            "html" | "htm" | "xhtml" | "shtml" => Some(Format::Html),
            "txt" | "md" | "markdown" => Some(Format::Text),
            _ => None,
        }
    }

    /// The format by a stream's first bytes.
    pub(crate) fn by_bytes(stream: &mut dyn BufRead) -> io::Result<Option<Format>> {
        let first = stream.fill_buf()?;
        let first = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first).trim_ascii_start();
        Ok(match first {
            bytes if bytes.starts_with(b"WARC/") => Some(Format::Warc),
            bytes if bytes.starts_with(b"PAR1") => Some(Format::Parquet),
            [b'{', ..] => Some(Format::Jsonl),
            // An array of records, which the reader of lines refuses with what to do.
            [b'[', rest @ ..] if rest.trim_ascii_start().starts_with(b"{") => Some(Format::Jsonl),
            [b'<', ..] => Some(Format::Html),
            // An empty input has no records, whatever its format.
            [] => Some(Format::Jsonl),
            _ => None,
        })
    }

    /// What the format is called on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Jsonl => "jsonl",
            Format::Warc => "warc",
            Format::Csv => "csv",
            Format::Parquet => "parquet",
            Format::Html => "html",
            Format::Text => "text",
        }
    }

    /// Whether a file of this format holds records of its own, rather than being one.
    pub fn is_dump(self) -> bool {
        !matches!(self, Format::Html | Format::Text)
    }
}

/// A file's name without the endings of its compression and its format.
pub(crate) fn without_endings(name: &str) -> &str {
    let unpacked = without_suffix(name);
    match Format::by_name(Path::new(unpacked)) {
        Some(_) => unpacked.rsplit_once('.').map_or(unpacked, |(stem, _)| stem),
        None => unpacked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_tells_the_format_before_the_bytes_do() {
        let by_name = |name: &str| Format::by_name(Path::new(name));
        assert_eq!(by_name("a/CC-MAIN.warc.wet.gz"), Some(Format::Warc));
        assert_eq!(by_name("b.jsonl.zst"), Some(Format::Jsonl));
        assert_eq!(by_name("b.TSV.xz"), Some(Format::Csv));
        assert_eq!(by_name("c.HTML"), Some(Format::Html));
        assert_eq!(by_name("part.JL.GZ"), Some(Format::Jsonl));
        assert_eq!(by_name("notes.md"), Some(Format::Text));
        assert_eq!([by_name("d.bin"), by_name("part-00000"), by_name("page.php")], [None; 3]);
        assert_eq!(Format::by_bytes(&mut &b"\n <!doctype html>"[..]).unwrap(), Some(Format::Html));
        assert_eq!(without_endings("a/CC.WARC.GZ"), "a/CC");
        assert_eq!(Format::by_bytes(&mut &b"hello"[..]).unwrap(), None);
    }
}
