//! Writes a stream of lines, compressed by name; a file appears only when it is whole.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use tempfile::NamedTempFile;

use crate::error::{Error, Result};

const BUFFER: usize = 256 * 1024;
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

/// An open output.
pub struct Output {
    target: OutputTarget,
    sink: Sink,
}

enum Sink {
    Stdout(BufWriter<io::Stdout>),
    Plain(BufWriter<NamedTempFile>),
    Gzip(GzEncoder<BufWriter<NamedTempFile>>),
    Zstd(zstd::Encoder<'static, BufWriter<NamedTempFile>>),
}

impl Output {
    /// Opens an output. A file is written under a temporary name beside its own until [`Output::finish`].
    ///
    /// # Errors
    ///
    /// The file exists and `overwrite` is false, or its folder cannot be written.
    pub fn create(target: OutputTarget, overwrite: bool) -> Result<Output> {
        let sink = match &target {
            OutputTarget::Stdout => Sink::Stdout(BufWriter::with_capacity(BUFFER, io::stdout())),
            OutputTarget::File(path) => {
                if path.exists() && !overwrite {
                    return Err(Error::input(path.display(), "the output exists; --overwrite replaces it"));
                }
                if path.is_dir() {
                    return Err(Error::input(path.display(), "the output is a folder; name a file in it"));
                }
                open_file(path).map_err(|error| Error::io(path, "write", error))?
            }
        };
        Ok(Output { target, sink })
    }

    /// Writes bytes.
    ///
    /// # Errors
    ///
    /// The disk is full, the pipe is closed, or another error of the system.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let outcome = match &mut self.sink {
            Sink::Stdout(writer) => writer.write_all(bytes),
            Sink::Plain(writer) => writer.write_all(bytes),
            Sink::Gzip(writer) => writer.write_all(bytes),
            Sink::Zstd(writer) => writer.write_all(bytes),
        };
        outcome.map_err(|error| self.failed(error))
    }

    /// Writes what is buffered, ends the compressed stream, and gives the file its name.
    ///
    /// # Errors
    ///
    /// As [`Output::write`]. The file then does not appear.
    pub fn finish(self) -> Result<()> {
        let target = self.target.clone();
        let failed = |error| Error::Io { place: target.name(), action: "write", source: error };
        let file = match self.sink {
            Sink::Stdout(mut writer) => return writer.flush().map_err(failed),
            Sink::Plain(writer) => writer,
            Sink::Gzip(writer) => writer.finish().map_err(failed)?,
            Sink::Zstd(writer) => writer.finish().map_err(failed)?,
        };
        let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.as_file().sync_all().map_err(failed)?;
        if let OutputTarget::File(path) = &target {
            file.persist(path).map_err(|error| Error::io(path, "name", error.error))?;
        }
        Ok(())
    }

    fn failed(&self, error: io::Error) -> Error {
        Error::Io { place: self.target.name(), action: "write", source: error }
    }
}

fn open_file(path: &Path) -> io::Result<Sink> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".dechaff-").suffix(".partial");
    // Temporary files are private by default; an output is not.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let writer = BufWriter::with_capacity(BUFFER, builder.tempfile_in(folder)?);
    Ok(match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => Sink::Gzip(GzEncoder::new(writer, flate2::Compression::default())),
        Some("zst") => Sink::Zstd(zstd::Encoder::new(writer, ZSTD_LEVEL)?),
        _ => Sink::Plain(writer),
    })
}

/// A file beside an output: `out.jsonl.gz` with `rejects.jsonl` gives `out.rejects.jsonl`.
pub fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = [".gz", ".zst", ".jsonl", ".ndjson", ".json"]
        .iter()
        .fold(name.as_str(), |name, extension| name.strip_suffix(extension).unwrap_or(name));
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

    #[test]
    fn the_reject_file_stands_beside_the_output() {
        assert_eq!(sibling(Path::new("a/out.jsonl.gz"), "rejects.jsonl"), Path::new("a/out.rejects.jsonl"));
        assert_eq!(sibling(Path::new("out"), "rejects.jsonl"), Path::new("out.rejects.jsonl"));
    }
}
