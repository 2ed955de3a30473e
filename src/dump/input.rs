//! One input of a run, and how it is opened.

use std::fs::{File, Metadata};
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::compression::decompressed;
use super::csv::CsvReader;
use super::folder::{FolderReader, pages_below, read_stream};
use super::format::Format;
use super::jsonl::JsonlReader;
use super::meter::{Meter, Metered};
use super::parquet::{ParquetReader, Source};
use super::warc::WarcReader;
use super::{Item, PageKind, ReadItems};
use crate::error::{Error, Result};

/// How inputs are opened.
#[derive(Clone, Debug, Serialize)]
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
    /// A file, and its path below the folder or pattern that it was found by.
    File {
        /// Where it is.
        path: PathBuf,
        /// What it is called in an output folder.
        relative: PathBuf,
    },
    /// The `.html` and `.txt` files of a folder.
    Pages(PathBuf),
    /// An object in a store.
    #[cfg(feature = "cloud")]
    Object {
        /// The object.
        object: super::object::Object,
        /// What it is called in an output folder.
        relative: PathBuf,
    },
}

/// By what a later run knows that an input is the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Size in bytes; of a folder's pages together.
    pub size: u64,
    /// Nanoseconds from 1970 to the last change; of a folder's pages, a checksum of their names, sizes and times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<u64>,
    /// What an object store calls this version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
}

impl Input {
    /// A file by its own name.
    pub fn file(path: impl Into<PathBuf>) -> Input {
        let path = path.into();
        let relative = path.file_name().map(PathBuf::from).unwrap_or_default();
        Input::File { path, relative }
    }

    /// The name for messages and rejects.
    pub fn name(&self) -> String {
        match self {
            Input::Stdin => "standard input".to_owned(),
            Input::File { path, .. } | Input::Pages(path) => path.display().to_string(),
            #[cfg(feature = "cloud")]
            Input::Object { object, .. } => object.url().to_owned(),
        }
    }

    /// What the input is called in an output folder.
    pub fn relative(&self) -> &Path {
        match self {
            Input::Stdin => Path::new("stdin"),
            Input::File { relative, .. } => relative,
            Input::Pages(path) => path.file_name().map_or(Path::new("pages"), Path::new),
            #[cfg(feature = "cloud")]
            Input::Object { relative, .. } => relative,
        }
    }

    /// Size in bytes, where it is known before reading.
    pub fn size(&self) -> Option<u64> {
        match self {
            Input::File { path, .. } => path.metadata().ok().map(|metadata| metadata.len()),
            #[cfg(feature = "cloud")]
            Input::Object { object, .. } => Some(object.size()),
            Input::Stdin | Input::Pages(_) => None,
        }
    }

    /// By what a later run knows that the input is the same.
    ///
    /// # Errors
    ///
    /// The input is not there.
    pub fn identity(&self) -> Result<Identity> {
        match self {
            Input::Stdin => Ok(Identity::default()),
            Input::File { path, .. } => {
                let metadata = path.metadata().map_err(|error| Error::io(path, "open", error))?;
                Ok(Identity { size: metadata.len(), modified: Some(modified(&metadata)), etag: None })
            }
            Input::Pages(root) => pages_identity(root),
            #[cfg(feature = "cloud")]
            Input::Object { object, .. } => {
                let etag = object.etag().map(str::to_owned);
                Ok(Identity { size: object.size(), modified: None, etag })
            }
        }
    }

    /// Opens the input. The meter counts the bytes read, still compressed.
    ///
    /// # Errors
    ///
    /// The input does not exist, cannot be read, or its format cannot be told.
    pub fn open(&self, options: &InputOptions, meter: &Arc<Meter>) -> Result<Box<dyn ReadItems>> {
        let by_name = Format::by_name(self.relative());
        let parquet = options.format.or(by_name) == Some(Format::Parquet);
        let (stream, source): (Box<dyn Read + Send>, _) = match self {
            Input::Stdin => (Box::new(io::stdin()), None),
            Input::Pages(root) => return Ok(Box::new(FolderReader::new(root, options.max_record_bytes)?)),
            Input::File { path, .. } => {
                let file = File::open(path).map_err(|error| Error::io(path, "open", error))?;
                if parquet {
                    (Box::new(io::empty()), Some(Source::File(Arc::new(file))))
                } else {
                    (Box::new(file), None)
                }
            }
            #[cfg(feature = "cloud")]
            Input::Object { object, .. } if parquet => {
                (Box::new(io::empty()), Some(Source::Object(object.reader())))
            }
            #[cfg(feature = "cloud")]
            Input::Object { object, .. } => (Box::new(object.reader().stream()), None),
        };
        if let Some(source) = source {
            let reader = ParquetReader::new(source, Arc::clone(meter));
            return Ok(Box::new(reader.map_err(|error| Error::input(self.name(), error))?));
        }
        let stream = Metered { inner: stream, meter: Arc::clone(meter) };
        open_stream(Box::new(stream), &self.name(), by_name, options)
    }
}

/// Opens a stream of records, decompressing it. `name` stands for it in messages; its format is that of `options`, else
/// `format`, else told from the first bytes.
///
/// # Errors
///
/// The stream cannot be read, its format cannot be told, or it is Parquet, which is not read in order.
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
        None => Format::by_bytes(&mut *stream).map_err(failed)?.ok_or_else(|| {
            let advice = "name it with --format jsonl, warc, csv, parquet, html or text";
            Error::input(name, format!("the format cannot be told; {advice}"))
        })?,
    };
    let limit = options.max_record_bytes;
    let page = |stream, kind| SinglePage { page: Some((stream, name.to_owned(), kind)), limit };
    Ok(match format {
        Format::Jsonl => {
            Box::new(JsonlReader::new(stream, limit).map_err(|reason| Error::input(name, reason))?)
        }
        Format::Warc => Box::new(WarcReader::new(stream, limit)),
        Format::Csv => {
            let tabs = super::compression::without_suffix(name).ends_with(".tsv");
            Box::new(CsvReader::new(stream, if tabs { b'\t' } else { b',' }, limit))
        }
        Format::Parquet => {
            return Err(Error::input(
                name,
                "Parquet cannot be read from a stream; give a file whose name ends in .parquet, or --format parquet",
            ));
        }
        Format::Html => Box::new(page(stream, PageKind::Html)),
        Format::Text => Box::new(page(stream, PageKind::Text)),
    })
}

fn modified(metadata: &Metadata) -> u64 {
    let modified = metadata.modified().ok();
    modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map_or(0, |since| since.as_nanos() as u64)
}

fn pages_identity(root: &Path) -> Result<Identity> {
    let mut checksum = crc32fast::Hasher::new();
    let mut size = 0;
    for (path, _) in pages_below(root)? {
        let metadata = path.metadata().map_err(|error| Error::io(&path, "open", error))?;
        size += metadata.len();
        checksum.update(path.strip_prefix(root).unwrap_or(&path).as_os_str().as_encoded_bytes());
        checksum.update(&metadata.len().to_le_bytes());
        checksum.update(&modified(&metadata).to_le_bytes());
    }
    Ok(Identity { size, modified: Some(u64::from(checksum.finalize())), etag: None })
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
