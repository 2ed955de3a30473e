//! Options that say how inputs are found and read, and `--dry-run`, which says what they are.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;

use super::{EXIT_FAILED, EXIT_REJECTS};
use crate::dump::{
    ExpandOptions, Expanded, Format, Input, InputOptions, Inspected, Skipped, StatusSet, expand_inputs,
};
use crate::error::{Error, Result};

/// How inputs are found and read.
#[derive(clap::Args)]
pub(super) struct ReadingArgs {
    /// What parts the fields of CSV: a sign or `tab` [default: told from the header row; .tsv: tab]
    #[arg(long, value_name = "SIGN", value_parser = parse_delimiter)]
    delimiter: Option<u8>,
    /// HTTP statuses of the WARC responses to read, such as `200`, `2xx`, `200,404` or `all`; the others are counted
    #[arg(long, value_name = "LIST", default_value_t)]
    status: StatusSet,
    /// Ask the cloud's machine for credentials of s3:// and gs:// [default: those of the environment, else none]
    #[arg(long)]
    cloud_metadata: bool,
}

impl ReadingArgs {
    pub(super) fn input_options(&self, format: Option<Format>, max_record_bytes: u64) -> InputOptions {
        InputOptions {
            format,
            max_record_bytes: usize::try_from(max_record_bytes).unwrap_or(usize::MAX),
            delimiter: self.delimiter,
            statuses: self.status.clone(),
        }
    }

    pub(super) fn expand(&self, arguments: &[PathBuf], format: Option<Format>) -> Result<Expanded> {
        expand_inputs(arguments, &ExpandOptions { format, cloud_metadata: self.cloud_metadata })
    }
}

/// A sign of one byte.
fn parse_delimiter(text: &str) -> std::result::Result<u8, String> {
    match text.as_bytes() {
        _ if matches!(text, "tab" | "\\t") => Ok(b'\t'),
        [b'"' | b'\n' | b'\r'] => Err("fields cannot be parted by quotes or line breaks".to_owned()),
        [sign] if sign.is_ascii() => Ok(*sign),
        _ => Err("must be one ASCII sign, such as `;`, or `tab`".to_owned()),
    }
}

/// What a run would read.
#[derive(Serialize)]
struct DryRun {
    inputs: Vec<Inspected>,
    skipped: Vec<Skipped>,
    failed: Vec<Skipped>,
}

/// Lists the inputs on standard output: what they are, and what is passed over. Nothing is written.
pub(super) fn dry_run(
    inputs: &[Input],
    expanded: Expanded,
    options: &InputOptions,
    json: bool,
) -> Result<ExitCode> {
    let mut run = DryRun { inputs: Vec::new(), skipped: expanded.skipped, failed: expanded.failed };
    for input in inputs {
        match input.inspect(options) {
            Ok(inspected) => run.inputs.push(inspected),
            Err(error) => run.failed.push(Skipped { path: input.name(), reason: error.to_string() }),
        }
    }
    let text = if json {
        serde_json::to_string(&run).map_err(|error| Error::input("dry run", error))? + "\n"
    } else {
        run.for_people()
    };
    std::io::stdout().lock().write_all(text.as_bytes()).map_err(|source| Error::Io {
        place: "standard output".to_owned(),
        action: "write",
        source,
    })?;
    Ok(match (run.inputs.is_empty(), run.failed.is_empty()) {
        (_, true) => ExitCode::SUCCESS,
        (true, false) => ExitCode::from(EXIT_FAILED),
        (false, false) => ExitCode::from(EXIT_REJECTS),
    })
}

impl DryRun {
    fn for_people(&self) -> String {
        let mut text = String::new();
        for input in &self.inputs {
            let format = input.format.unwrap_or("unknown");
            let size = input.bytes.map_or_else(|| "?".to_owned(), |bytes| format!("{bytes}"));
            text += &format!("{format:<9} {size:>12} bytes  {}", shown(&input.input));
            text += &input.pages.map_or_else(String::new, |pages| format!(": {pages} pages"));
            if !input.fields.is_empty() {
                let fields: Vec<String> = input.fields.iter().map(|field| shown(field)).collect();
                text += &format!(": {}", fields.join(", "));
            }
            text.push('\n');
        }
        for (heading, files) in [("not read", &self.skipped), ("failed", &self.failed)] {
            for Skipped { path, reason } in files {
                text += &format!("{heading:<9} {}: {}\n", shown(path), shown(reason));
            }
        }
        let (inputs, skipped, failed) = (self.inputs.len(), self.skipped.len(), self.failed.len());
        text + &format!("{inputs} inputs, {skipped} not read, {failed} failed; a dry run writes nothing\n")
    }
}

/// What data says must not reach the terminal as it is.
fn shown(text: &str) -> String {
    let escaped =
        |sign: char| if sign.is_control() { sign.escape_unicode().to_string() } else { sign.to_string() };
    text.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delimiter_is_one_sign() {
        assert_eq!(parse_delimiter(";"), Ok(b';'));
        assert_eq!((parse_delimiter("tab"), parse_delimiter("\\t")), (Ok(b'\t'), Ok(b'\t')));
        for wrong in ["", "||", "é", "\"", "\n"] {
            assert!(parse_delimiter(wrong).is_err(), "{wrong}");
        }
    }
}
