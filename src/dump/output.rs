//! Writes a stream of lines, compressed by name; a file appears only when it is whole.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use serde::Serialize;
use tempfile::{NamedTempFile, TempPath};

use super::claims::is_special;
use super::partial::Listed;
use crate::error::{Error, Result};

const BUFFER: usize = 256 * 1024;
/// Links in a row; more are a loop.
const MAX_LINKS: usize = 40;
const ZSTD_LEVEL: i32 = 3;

/// Where output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputTarget {
    /// Standard output.
    Stdout,
    /// A file, compressed if its name ends in `.gz` or `.zst`.
    File(PathBuf),
}

impl OutputTarget {
    /// No path, or `-`, is standard output.
    pub fn from_argument(path: Option<&Path>) -> OutputTarget {
        match path {
            Some(path) if path.as_os_str() != "-" => OutputTarget::File(path.to_owned()),
            _ => OutputTarget::Stdout,
        }
    }

    fn name(&self) -> String {
        match self {
            OutputTarget::Stdout => "standard output".to_owned(),
            OutputTarget::File(path) => path.display().to_string(),
        }
    }
}

/// How an output is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// Not at all.
    None,
    /// Gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

impl Compression {
    /// What a file's name says.
    pub fn by_name(path: &Path) -> Compression {
        match path.extension() {
            Some(extension) if extension.eq_ignore_ascii_case("gz") => Compression::Gzip,
            Some(extension) if extension.eq_ignore_ascii_case("zst") => Compression::Zstd,
            _ => Compression::None,
        }
    }

    /// The ending of a file's name that says so, with its dot.
    pub fn suffix(self) -> &'static str {
        match self {
            Compression::None => "",
            Compression::Gzip => ".gz",
            Compression::Zstd => ".zst",
        }
    }
}

/// An open output.
pub struct Output {
    target: OutputTarget,
    sink: Sink,
    bytes: u64,
}

/// An output whose bytes are all on the disk, under a temporary name if it is a file.
#[must_use = "a file has its own name only after `publish`"]
pub struct Whole(Option<(TempPath, PathBuf, Listed)>);

impl Whole {
    /// Size in bytes of a file; nothing of a stream.
    ///
    /// # Errors
    ///
    /// The file is gone.
    pub fn bytes(&self) -> Result<u64> {
        let Some((file, ..)) = &self.0 else { return Ok(0) };
        let metadata = file.metadata().map_err(|error| Error::io(file, "read", error))?;
        Ok(metadata.len())
    }

    /// Gives the file its own name.
    ///
    /// # Errors
    ///
    /// The name cannot be given.
    pub fn publish(self) -> Result<()> {
        let Some((file, path, _listed)) = self.0 else { return Ok(()) };
        file.persist(&path).map_err(|error| Error::io(&path, "name", error.error))?;
        sync_folder(&path).map_err(|error| Error::io(&path, "write", error))
    }
}

/// A new name outlives a power cut only when its folder is on the disk.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder_of(path))?.sync_all() } else { Ok(()) }
}

pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Where a file is written that a link stands for, also if it is not there yet: the link stays.
pub(crate) fn followed(path: &Path) -> PathBuf {
    let mut place = path.to_owned();
    for _ in 0..MAX_LINKS {
        match place.read_link() {
            Ok(target) => place = place.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => break,
        }
    }
    place
}

enum Sink {
    Plain(BufWriter<Place>),
    Gzip(GzEncoder<BufWriter<Place>>),
    Zstd(zstd::Encoder<'static, BufWriter<Place>>),
}

/// Where the bytes go.
enum Place {
    Stdout(io::Stdout),
    /// A pipe or device: it has its name already, and a file must not take it away.
    Special(File),
    Temporary(NamedTempFile, Listed),
}

impl Write for Place {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Place::Stdout(stdout) => stdout.write(buffer),
            Place::Special(file) => file.write(buffer),
            Place::Temporary(file, _) => file.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Place::Stdout(stdout) => stdout.flush(),
            Place::Special(file) => file.flush(),
            Place::Temporary(file, _) => file.flush(),
        }
    }
}

impl Output {
    /// Opens an output. A file is written under a temporary name beside its own until [`Output::finish`].
    ///
    /// # Errors
    ///
    /// The file exists and `overwrite` is false, or its folder cannot be written.
    pub fn create(target: OutputTarget, overwrite: bool) -> Result<Output> {
        let compression = match &target {
            OutputTarget::Stdout => Compression::None,
            OutputTarget::File(path) => Compression::by_name(path),
        };
        Output::create_as(target, compression, overwrite)
    }

    /// As [`Output::create`], whatever the name says of its compression.
    ///
    /// # Errors
    ///
    /// As [`Output::create`].
    pub fn create_as(target: OutputTarget, compression: Compression, overwrite: bool) -> Result<Output> {
        let OutputTarget::File(path) = &target else {
            return Output::create_in(target, compression, Path::new("."));
        };
        if path.is_dir() {
            return Err(Error::input(path.display(), "the output is a folder; name a file in it"));
        }
        if is_special(path) {
            // At the end: the shell may have opened a file with `>>` for us.
            let special = File::options().append(true).open(path).map(Place::Special);
            let sink = special.and_then(|place| pack(place, compression));
            let sink = sink.map_err(|error| Error::io(path, "write", error))?;
            return Ok(Output { target, sink, bytes: 0 });
        }
        if path.symlink_metadata().is_ok() && !overwrite {
            return Err(Error::input(path.display(), "the output exists; --overwrite replaces it"));
        }
        let place = followed(path);
        let folder = folder_of(&place).to_owned();
        Output::create_in(OutputTarget::File(place), compression, &folder)
    }

    /// Opens an output that replaces any other, and is in the folder `temporary` until it is published. That has to be on
    /// the same file system.
    ///
    /// # Errors
    ///
    /// The folder cannot be written.
    pub fn create_in(target: OutputTarget, compression: Compression, temporary: &Path) -> Result<Output> {
        let place = match &target {
            OutputTarget::Stdout => Ok(Place::Stdout(io::stdout())),
            OutputTarget::File(_) => temporary_file(temporary),
        };
        let sink = place.and_then(|place| pack(place, compression));
        let sink =
            sink.map_err(|error| Error::Io { place: target.name(), action: "write", source: error })?;
        Ok(Output { target, sink, bytes: 0 })
    }

    /// Writes bytes.
    ///
    /// # Errors
    ///
    /// The disk is full, the pipe is closed, or another error of the system.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes += bytes.len() as u64;
        let outcome = match &mut self.sink {
            Sink::Plain(writer) => writer.write_all(bytes),
            Sink::Gzip(writer) => writer.write_all(bytes),
            Sink::Zstd(writer) => writer.write_all(bytes),
        };
        outcome.map_err(|error| self.failed(error))
    }

    /// Bytes written so far, not compressed.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Writes what is buffered, ends the compressed stream, and gives the file its name.
    ///
    /// # Errors
    ///
    /// As [`Output::write`]. The file then does not appear.
    pub fn finish(self) -> Result<()> {
        self.close()?.publish()
    }

    /// Writes what is buffered and ends the compressed stream; a file keeps its temporary name.
    ///
    /// # Errors
    ///
    /// As [`Output::write`].
    pub fn close(self) -> Result<Whole> {
        let target = self.target;
        let failed = |error| Error::Io { place: target.name(), action: "write", source: error };
        let writer = match self.sink {
            Sink::Plain(writer) => writer,
            Sink::Gzip(writer) => writer.finish().map_err(failed)?,
            Sink::Zstd(writer) => writer.finish().map_err(failed)?,
        };
        let place = writer.into_inner().map_err(|error| failed(error.into_error()))?;
        match (place, target.clone()) {
            (Place::Temporary(file, listed), OutputTarget::File(path)) => {
                file.as_file().sync_all().map_err(failed)?;
                // The handle is closed: a unit may have thousands of files.
                Ok(Whole(Some((file.into_temp_path(), path, listed))))
            }
            (mut place, _) => place.flush().map(|()| Whole(None)).map_err(failed),
        }
    }

    fn failed(&self, error: io::Error) -> Error {
        Error::Io { place: self.target.name(), action: "write", source: error }
    }
}

fn temporary_file(folder: &Path) -> io::Result<Place> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".dechaff-").suffix(".partial");
    // Temporary files are private by default; an output is not.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.tempfile_in(folder)?;
    let listed = Listed::new(file.path());
    Ok(Place::Temporary(file, listed))
}

fn pack(place: Place, compression: Compression) -> io::Result<Sink> {
    let writer = BufWriter::with_capacity(BUFFER, place);
    Ok(match compression {
        Compression::Gzip => Sink::Gzip(GzEncoder::new(writer, flate2::Compression::default())),
        Compression::Zstd => {
            let mut encoder = zstd::Encoder::new(writer, ZSTD_LEVEL)?;
            // Without it a reader does not notice a flipped bit.
            encoder.include_checksum(true)?;
            Sink::Zstd(encoder)
        }
        Compression::None => Sink::Plain(writer),
    })
}

/// Standard writers write here too.
impl Write for Output {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        Output::write(self, buffer).map(|()| buffer.len()).map_err(io::Error::other)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file beside an output: `out.jsonl.gz` with `rejects.jsonl` gives `out.rejects.jsonl`.
pub fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let endings =
        [".gz", ".zst", ".jsonl", ".ndjson", ".json", ".jl", ".jsonlines", ".parquet", ".wet", ".warc"];
    let stem = endings.iter().fold(name.as_str(), |name, ending| {
        let split = name.len().checked_sub(ending.len()).and_then(|at| name.split_at_checked(at));
        split.filter(|(_, end)| end.eq_ignore_ascii_case(ending)).map_or(name, |(stem, _)| stem)
    });
    path.with_file_name(format!("{stem}.{suffix}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_only_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        let mut output = Output::create(OutputTarget::File(path.clone()), false).unwrap();
        output.write(b"{}\n").unwrap();
        assert!(!path.exists());
        output.finish().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"{}\n");
        let refused = Output::create(OutputTarget::File(path), false).err().unwrap().to_string();
        assert!(refused.contains("--overwrite"), "{refused}");
        drop(Output::create(OutputTarget::File(folder.path().join("other")), false).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_what_it_leads_to_is_written() {
        let sandbox = tempfile::tempdir().unwrap();
        let path = |name: &str| sandbox.path().join(name);
        std::fs::create_dir(path("far")).unwrap();
        std::os::unix::fs::symlink("far/first", path("one")).unwrap();
        std::os::unix::fs::symlink("one", path("two")).unwrap();
        let create = |overwrite| Output::create(OutputTarget::File(path("two")), overwrite);
        assert!(create(false).is_err(), "a link that leads nowhere is something too");
        for text in ["new", "newer"] {
            let mut output = create(true).unwrap();
            output.write(text.as_bytes()).unwrap();
            output.finish().unwrap();
            assert_eq!(std::fs::read_to_string(path("far/first")).unwrap(), text);
        }
        assert!(path("one").is_symlink() && path("two").is_symlink());
    }

    #[test]
    fn the_reject_file_stands_beside_the_output() {
        assert_eq!(sibling(Path::new("a/out.jsonl.gz"), "rejects.jsonl"), Path::new("a/out.rejects.jsonl"));
        assert_eq!(sibling(Path::new("out"), "rejects.jsonl"), Path::new("out.rejects.jsonl"));
        assert_eq!(sibling(Path::new("O.JSONL.Zst"), "rejects.jsonl"), Path::new("O.rejects.jsonl"));
        assert_eq!(sibling(Path::new("o.warc.wet"), "rejects.jsonl"), Path::new("o.rejects.jsonl"));
    }
}
