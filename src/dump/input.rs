//! One input of a run, and how it is opened.

use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::compression::{decompressed, without_suffix};
use super::csv::CsvReader;
use super::folder::{FolderReader, PageFolder, read_stream};
use super::format::Format;
use super::jsonl::JsonlReader;
use super::meter::{Meter, Metered};
use super::names::readable;
use super::packed::Packed;
use super::parquet::{ParquetReader, Source};
use super::status::StatusSet;
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
    /// What parts the fields of CSV; told from the name or the header row if `None`.
    pub delimiter: Option<u8>,
    /// HTTP statuses whose responses are pages.
    pub statuses: StatusSet,
}

impl Default for InputOptions {
    fn default() -> InputOptions {
        InputOptions {
            format: None,
            max_record_bytes: 100 << 20,
            delimiter: None,
            statuses: StatusSet::default(),
        }
    }
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
    /// The pages and texts of a folder.
    Pages(PageFolder),
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
            Input::File { path, .. } => readable(path),
            Input::Pages(pages) => readable(pages.root()),
            #[cfg(feature = "cloud")]
            Input::Object { object, .. } => object.url().to_owned(),
        }
    }

    /// What the input is called in an output folder.
    pub fn relative(&self) -> &Path {
        match self {
            Input::Stdin => Path::new("stdin"),
            Input::File { relative, .. } => relative,
            Input::Pages(pages) => pages.root().file_name().map_or(Path::new("pages"), Path::new),
            #[cfg(feature = "cloud")]
            Input::Object { relative, .. } => relative,
        }
    }

    /// Whether the input can be read but once, as pipes and devices: it has no size, no time, and what comes is not known before.
    pub fn is_pipe(&self) -> bool {
        match self {
            Input::Stdin => true,
            Input::File { path, .. } => path.metadata().is_ok_and(|metadata| !metadata.is_file()),
            _ => false,
        }
    }

    /// Size in bytes, where it is known before reading.
    pub fn size(&self) -> Option<u64> {
        match self {
            _ if self.is_pipe() => None,
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
                if !metadata.is_file() {
                    return Ok(Identity::default());
                }
                Ok(Identity { size: metadata.len(), modified: Some(modified(&metadata)), etag: None })
            }
            Input::Pages(pages) => pages_identity(pages),
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
        self.open_told(options, meter).map(|(_, reader)| reader)
    }

    /// Opens the input and tells its format; a folder of pages has none.
    pub(super) fn open_told(&self, options: &InputOptions, meter: &Arc<Meter>) -> Result<Opened> {
        let by_name = Format::by_name(self.relative());
        let named = options.format.or(by_name);
        let (stream, source): (Box<dyn Read + Send>, _) = match self {
            Input::Stdin => (Box::new(io::stdin()), None),
            Input::Pages(pages) => {
                return Ok((None, Box::new(FolderReader::new(pages, options.max_record_bytes))));
            }
            Input::File { path, .. } => {
                let mut file = File::open(path).map_err(|error| Error::io(path, "open", error))?;
                if !self.is_pipe() && is_parquet(named, || starts_as_parquet(&mut file)) {
                    (Box::new(io::empty()), Some(Source::File(Arc::new(file))))
                } else {
                    (Box::new(file), None)
                }
            }
            #[cfg(feature = "cloud")]
            Input::Object { object, .. } => {
                if is_parquet(named, || object.starts_with(PARQUET)) {
                    (Box::new(io::empty()), Some(Source::Object(object.reader())))
                } else {
                    (Box::new(object.reader().stream()), None)
                }
            }
        };
        if let Some(source) = source {
            let reader = ParquetReader::new(source, Arc::clone(meter));
            let reader = reader.map_err(|error| Error::input(self.name(), error))?;
            return Ok((Some(Format::Parquet), Box::new(reader)));
        }
        let stream = Metered { inner: stream, meter: Arc::clone(meter) };
        open_told_stream(Box::new(stream), &self.name(), by_name, options)
    }
}

/// What a Parquet file begins with.
const PARQUET: &[u8] = b"PAR1";

/// Parquet is not read in order, so it has to be known before the stream is opened.
fn is_parquet(named: Option<Format>, has_magic: impl FnOnce() -> bool) -> bool {
    named.map_or_else(has_magic, |format| format == Format::Parquet)
}

/// Looks at the first bytes of a file. A pipe would lose them.
fn starts_as_parquet(file: &mut File) -> bool {
    let mut magic = [0; PARQUET.len()];
    file.metadata().is_ok_and(|metadata| metadata.is_file())
        && file.read_exact(&mut magic).is_ok() & file.rewind().is_ok()
        && magic == PARQUET
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
    open_told_stream(stream, name, format, options).map(|(_, reader)| reader)
}

/// A reader, and the format that it reads.
type Opened = (Option<Format>, Box<dyn ReadItems>);

fn open_told_stream(
    stream: Box<dyn Read + Send>,
    name: &str,
    format: Option<Format>,
    options: &InputOptions,
) -> Result<Opened> {
    let failed = |error| Error::Io { place: name.to_owned(), action: "read", source: error };
    let refuse = |head: &[u8]| match Packed::by_bytes(head) {
        Some(packed) => Err(Error::input(name, packed.refusal())),
        None => Ok(()),
    };
    let mut stream = BufReader::new(stream);
    refuse(stream.fill_buf().map_err(failed)?)?;
    // What a damaged stream begins with is the reader's: it rejects what it cannot read.
    let mut stream = decompressed(stream).map_err(failed)?;
    let format = match options.format.or(format) {
        Some(format) => format,
        None => {
            let told = Format::by_bytes(&mut *stream).map_err(failed)?;
            refuse(stream.fill_buf().map_err(failed)?)?;
            told.ok_or_else(|| {
                let advice = "name it with --format jsonl, warc, csv, parquet, html or text";
                Error::input(name, format!("the format cannot be told; {advice}"))
            })?
        }
    };
    let limit = options.max_record_bytes;
    let page = |stream, kind| SinglePage { page: Some((stream, name.to_owned(), kind)), limit };
    let reader: Box<dyn ReadItems> = match format {
        Format::Jsonl => {
            Box::new(JsonlReader::new(stream, limit).map_err(|reason| Error::input(name, reason))?)
        }
        Format::Warc => Box::new(WarcReader::new(stream, options)),
        Format::Csv => {
            let name = name.to_ascii_lowercase();
            let by_name = without_suffix(&name).ends_with(".tsv").then_some(b'\t');
            Box::new(CsvReader::new(stream, options.delimiter.or(by_name), limit))
        }
        Format::Parquet => {
            let advice = "write it to a file and give that";
            return Err(Error::input(
                name,
                format!("Parquet is read from its end, which a pipe does not allow; {advice}"),
            ));
        }
        Format::Html => Box::new(page(stream, PageKind::Html)),
        Format::Text => Box::new(page(stream, PageKind::Text)),
    };
    Ok((Some(format), reader))
}

fn modified(metadata: &Metadata) -> u64 {
    let modified = metadata.modified().ok();
    modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map_or(0, |since| since.as_nanos() as u64)
}

fn pages_identity(pages: &PageFolder) -> Result<Identity> {
    let mut checksum = crc32fast::Hasher::new();
    let mut size = 0;
    for (path, _) in pages.files() {
        let metadata = path.metadata().map_err(|error| Error::io(path, "open", error))?;
        size += metadata.len();
        checksum.update(pages.name_of(path).as_os_str().as_encoded_bytes());
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
