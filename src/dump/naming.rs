//! What the name of an output says of its format, and which names promise what is not written.

use std::path::Path;

use super::output::Compression;
use super::writer::OutputFormat;
use crate::error::{Error, Result};

/// What can be written, for messages.
const WRITTEN: &str =
    "write .jsonl (also .json, .ndjson), .warc.wet, each also with .gz or .zst, or .parquet";

/// What a name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputName {
    /// The format, if the name has an ending that says so.
    pub format: Option<OutputFormat>,
    /// The compression.
    pub compression: Compression,
}

/// What the name of an output file says, in capitals too. `format` is what was asked for, whatever the name is.
///
/// # Errors
///
/// The name promises a format or a compression that is not written, or another than `format`.
pub fn output_name(path: &Path, format: Option<OutputFormat>) -> Result<OutputName> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let refused = |reason: &str| Err(Error::input(path.display(), format!("{reason}; {WRITTEN}")));
    let compression = Compression::by_name(path);
    let stem = name.strip_suffix(compression.suffix()).unwrap_or(&name);
    // A name that begins with a dot has no ending for that.
    let ending = stem.trim_start_matches('.').rsplit_once('.').map(|(_, ending)| ending);
    let said = match ending {
        None => None,
        Some("jsonl" | "json" | "ndjson" | "jl" | "jsonlines") => Some(OutputFormat::Jsonl),
        Some("warc" | "wet") => Some(OutputFormat::Wet),
        Some("parquet") if compression != Compression::None => {
            return refused("Parquet compresses its own pages and is not packed once more");
        }
        Some("parquet") => Some(OutputFormat::Parquet),
        Some(ending @ ("bz2" | "xz" | "lz4" | "zip" | "7z" | "br" | "csv" | "tsv" | "arrow" | "avro")) => {
            return refused(&format!("{ending} is not written"));
        }
        Some(_) if format.is_some() => None,
        Some(ending) => {
            return refused(&format!(
                "no format has the ending .{ending}, unless --output-format says which it is"
            ));
        }
    };
    match (said, format) {
        (Some(said), Some(asked)) if said != asked => {
            refused("its name has the ending of another format than --output-format asks for")
        }
        _ => Ok(OutputName { format: said.or(format), compression }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_format_and_compression_in_capitals_too() {
        let said = |name: &str| {
            let OutputName { format, compression } = output_name(Path::new(name), None).unwrap();
            (format, compression)
        };
        assert_eq!(said("a/out.JSONL.GZ"), (Some(OutputFormat::Jsonl), Compression::Gzip));
        assert_eq!(said("x.v2/out.warc.wet.zst"), (Some(OutputFormat::Wet), Compression::Zstd));
        assert_eq!(said("out.PARQUET"), (Some(OutputFormat::Parquet), Compression::None));
        assert_eq!(said("x.v2/out"), (None, Compression::None));
        assert_eq!(said(".out"), (None, Compression::None));
        assert_eq!(said("out.zst"), (None, Compression::Zstd));
    }

    #[test]
    fn a_name_that_promises_what_is_not_written_is_refused() {
        let refused = |name: &str, format| output_name(Path::new(name), format).unwrap_err().to_string();
        for name in [
            "x.bz2",
            "x.jsonl.xz",
            "x.lz4",
            "x.csv",
            "x.csv.gz",
            "x.ZIP",
            "x.parquet.gz",
            "x.docx",
            "x.txt.zst",
        ] {
            let reason = refused(name, None);
            assert!(reason.starts_with(name) && reason.contains("write .jsonl"), "{reason}");
        }
        assert!(refused("x.parquet", Some(OutputFormat::Jsonl)).contains("--output-format"));
        assert!(refused("x.xz", Some(OutputFormat::Jsonl)).contains("xz is not written"));
        let any = output_name(Path::new("x.part"), Some(OutputFormat::Parquet)).unwrap();
        assert_eq!(any.format, Some(OutputFormat::Parquet));
    }
}
