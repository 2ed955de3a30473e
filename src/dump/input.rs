//! Opens an input: which format, which compression.

use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::folder::{FolderReader, page_kind, read_stream};
use super::jsonl::JsonlReader;
use super::warc::WarcReader;
use super::{Item, PageKind, ReadItems};
use crate::dump::compression::decompressed;
use crate::error::{Error, Result};

/// The format of a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// WARC or WET.
    Warc,
    /// A single HTML page.
    Html,
    /// A single text.
    Text,
}

/// How inputs are opened.
#[derive(Clone, Debug)]
pub struct InputOptions {
    /// The format of all inputs; told from names and first bytes if `None`.
    pub format: Option<Format>,
    /// A larger record is a reject.
    pub max_record_bytes: usize,
}

/// One input of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A file or a folder.
    Path(PathBuf),
}

impl Input {
    /// `-` is standard input.
    pub fn from_argument(argument: &Path) -> Input {
        if argument.as_os_str() == "-" { Input::Stdin } else { Input::Path(argument.to_owned()) }
    }

    /// The name for messages and rejects.
    pub fn name(&self) -> String {
        match self {
            Input::Stdin => "standard input".to_owned(),
            Input::Path(path) => path.display().to_string(),
        }
    }

    /// Whether the input is there, before a run starts.
    ///
    /// # Errors
    ///
    /// There is no such file or folder.
    pub fn check(&self) -> Result<()> {
        match self {
            Input::Stdin => Ok(()),
            Input::Path(path) => path.metadata().map(drop).map_err(|error| Error::io(path, "open", error)),
        }
    }

    /// Size of the file in bytes, if it is one.
    pub fn size(&self) -> Option<u64> {
        match self {
            Input::Path(path) => path.metadata().ok().filter(|meta| meta.is_file()).map(|meta| meta.len()),
            Input::Stdin => None,
        }
    }

    /// Opens the input. `progress` counts the bytes read, still compressed.
    ///
    /// # Errors
    ///
    /// The input does not exist, cannot be read, or its format cannot be told.
    pub fn open(&self, options: &InputOptions, progress: Arc<AtomicU64>) -> Result<Box<dyn ReadItems>> {
        let stream: Box<dyn Read + Send> = match self {
            Input::Stdin => Box::new(io::stdin()),
            Input::Path(path) => {
                if path.is_dir() {
                    return Ok(Box::new(FolderReader::new(path, options.max_record_bytes)?));
                }
                Box::new(std::fs::File::open(path).map_err(|error| Error::io(path, "open", error))?)
            }
        };
        let by_name = self.format_by_name();
        open_stream(Box::new(Metered { inner: stream, progress }), &self.name(), by_name, options)
    }

    fn format_by_name(&self) -> Option<Format> {
        let Input::Path(path) = self else { return None };
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let stem = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
        let extension = stem.rsplit_once('.')?.1;
        match extension {
            "jsonl" | "ndjson" | "json" => Some(Format::Jsonl),
            "warc" | "wet" => Some(Format::Warc),
            _ => page_kind(Path::new(stem)).map(|kind| match kind {
                PageKind::Html => Format::Html,
                PageKind::Text => Format::Text,
            }),
        }
    }
}

/// Opens a stream of records, decompressing it. `name` stands for it in messages; its format is that of `options`, else
/// `format`, else told from the first bytes.
///
/// # Errors
///
/// The stream cannot be read, or its format cannot be told.
pub fn open_stream(
    stream: Box<dyn Read + Send>,
    name: &str,
    format: Option<Format>,
    options: &InputOptions,
) -> Result<Box<dyn ReadItems>> {
    let failed = |error| Error::Io { place: name.to_owned(), action: "read", source: error };
    let mut stream = decompressed(stream).map_err(failed)?;
    let format = match options.format.or(format) {
        Some(format) => format,
        None => format_by_bytes(&mut *stream).map_err(failed)?.ok_or_else(|| {
            Error::input(name, "the format cannot be told; name it with --format jsonl, warc, html or text")
        })?,
    };
    let limit = options.max_record_bytes;
    let page = |stream, kind| SinglePage { page: Some((stream, name.to_owned(), kind)), limit };
    Ok(match format {
        Format::Jsonl => Box::new(JsonlReader::new(stream, limit)),
        Format::Warc => Box::new(WarcReader::new(stream, limit)),
        Format::Html => Box::new(page(stream, PageKind::Html)),
        Format::Text => Box::new(page(stream, PageKind::Text)),
    })
}

fn format_by_bytes(stream: &mut dyn BufRead) -> io::Result<Option<Format>> {
    let first = stream.fill_buf()?.trim_ascii_start();
    Ok(match first {
        bytes if bytes.starts_with(b"WARC/") => Some(Format::Warc),
        [b'{', ..] => Some(Format::Jsonl),
        [b'<', ..] => Some(Format::Html),
        // An empty input has no records, whatever its format.
        [] => Some(Format::Jsonl),
        _ => None,
    })
}

/// A whole stream as one page.
struct SinglePage {
    page: Option<(Box<dyn BufRead + Send>, String, PageKind)>,
    limit: usize,
}

impl ReadItems for SinglePage {
    fn next_item(&mut self) -> Option<Item> {
        let (stream, id, kind) = self.page.take()?;
        Some(read_stream(stream, id, kind, 1, self.limit))
    }
}

/// Counts the bytes that pass.
struct Metered {
    inner: Box<dyn Read + Send>,
    progress: Arc<AtomicU64>,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.progress.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_tells_the_format_before_the_bytes_do() {
        let by_name = |name: &str| Input::Path(PathBuf::from(name)).format_by_name();
        assert_eq!(by_name("a/CC-MAIN.warc.wet.gz"), Some(Format::Warc));
        assert_eq!(by_name("b.jsonl.zst"), Some(Format::Jsonl));
        assert_eq!(by_name("c.HTML"), Some(Format::Html));
        assert_eq!(by_name("d.bin"), None);
        assert_eq!(format_by_bytes(&mut &b"\n <!doctype html>"[..]).unwrap(), Some(Format::Html));
        assert_eq!(format_by_bytes(&mut &b"hello"[..]).unwrap(), None);
    }
}
