//! Options that several subcommands share: where records come from and go to, and which model labels.

mod model;
mod paths;
mod report;
mod run;
mod source;
mod summary;

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;

pub(super) use model::ModelArgs;
pub(super) use source::SourceArgs;
pub(super) use summary::{print_summary, write_hosts};

use super::sizes::{parse_bytes, parse_reject_limit, parse_seconds, parse_shard};
use crate::Detector;
use crate::batch::{ProgressStyleName, RejectLimit, RunOptions, Shard, Task};
use crate::dump::{Compression, OutputFormat, OutputTarget, is_special, output_name, sibling};
use crate::error::{Error, Result};

/// Where records come from and go to.
#[derive(clap::Args)]
pub(super) struct DumpArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// Output file, or folder if it ends in / or is one [default: standard output]
    ///
    /// A file takes all inputs, in its name's format (.jsonl, .parquet, .warc.wet) and compression (.gz, .zst); other endings
    /// are refused unless --output-format says what to write. In a folder each input has a file of its own and what is done
    /// stays done: the same command goes on after a stop or a crash, another one (other options, another model, other inputs
    /// of the same names) is refused. A name without an ending is a folder if an INPUT is one, else JSON Lines. An input is
    /// never replaced. With a device such as /dev/null, rejects go to standard error.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Replace outputs that exist; into a folder, do all inputs again
    #[arg(long)]
    overwrite: bool,
    /// Format of the output [default: told from OUT's name, else JSON Lines]
    ///
    /// JSON Lines and CSV become Parquet with the fields of the first 1,000 records (or 8 MiB of them) as columns: strings, whole
    /// numbers, numbers, true or false, lists and objects; a field with values of several kinds is a string or JSON in a string.
    /// A later record with another field, or with a value that its column cannot hold, is rejected with the reason.
    #[arg(long, value_enum, value_name = "FORMAT")]
    output_format: Option<OutputFormatName>,
    /// Compression of the outputs in a folder [default: zstd], or of standard output; a file's is that of its name
    #[arg(long, value_enum, value_name = "HOW")]
    compression: Option<CompressionName>,
    /// Begin a new file in the folder when one has so many bytes, before compression
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    shard_size: Option<u64>,
    /// Take every N-th input only, from the one with index I (0 to N-1) on: one run for each machine of an array
    #[arg(long, value_name = "I/N", value_parser = parse_shard)]
    shard: Option<Shard>,
    /// Inputs to work on at once, into a folder [default: one for each four threads]
    #[arg(long, default_value_t = 0, value_name = "N", hide_default_value = true)]
    inputs_at_once: usize,
    /// Where rejected records are listed [default: OUT.rejects.jsonl; standard error without -o; OUT/_dechaff/rejects/]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// End the run when more records than this are rejected: a number, or a share such as `2%`
    ///
    /// Without it, an input ends when none of its first hundred records can be read, or has the fields that are named.
    #[arg(long, value_name = "N|P%", value_parser = parse_reject_limit)]
    max_rejects: Option<RejectLimit>,
    /// Reject records that take longer; the output then depends on the machine
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    max_seconds_per_record: Option<Duration>,
    /// Count by host: which sites are gated, how much of each is chaff; with =FILE, all of them as CSV
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    by_host: Option<Option<PathBuf>>,
    #[command(flatten)]
    model: ModelArgs,
    /// How progress is shown, on standard error
    #[arg(long, value_enum, default_value = "bar", value_name = "HOW")]
    progress: ProgressName,
    /// Only list the inputs, with format, size and fields, and what is left out; nothing is written
    #[arg(long)]
    dry_run: bool,
    /// Print neither progress nor summary
    #[arg(short, long)]
    quiet: bool,
    /// Print the summary as JSON, to standard error
    #[arg(long, conflicts_with = "quiet")]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum OutputFormatName {
    /// One JSON object a line
    Jsonl,
    /// WARC with conversion records, from WARC or pages alone: it has no place for other fields
    Wet,
    /// Parquet: the columns of a table, the fields of JSON Lines and CSV, or id, url and text of WARC and pages
    Parquet,
}

impl OutputFormatName {
    fn format(self) -> OutputFormat {
        match self {
            OutputFormatName::Jsonl => OutputFormat::Jsonl,
            OutputFormatName::Wet => OutputFormat::Wet,
            OutputFormatName::Parquet => OutputFormat::Parquet,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum CompressionName {
    None,
    Gzip,
    Zstd,
}

impl CompressionName {
    fn compression(self) -> Compression {
        match self {
            CompressionName::None => Compression::None,
            CompressionName::Gzip => Compression::Gzip,
            CompressionName::Zstd => Compression::Zstd,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum ProgressName {
    /// Bars, on a terminal
    Bar,
    /// A line of JSON every five seconds
    Json,
    None,
}

impl DumpArgs {
    pub(super) fn detector(&self) -> Result<Detector> {
        self.model.detector()
    }

    fn run_options(&self, task: Task) -> RunOptions {
        let by_name = self.output.as_deref().map(OutputFormat::by_name).filter(|_| !self.is_folder());
        RunOptions {
            format: match self.output_format {
                Some(name) => name.format(),
                None => by_name.unwrap_or_default(),
            },
            max_time: self.max_seconds_per_record,
            max_rejects: self.max_rejects,
            by_host: self.by_host.is_some(),
            ..self.source.run_options(task)
        }
    }

    /// Refuses the name of an output file that promises what is not written.
    fn refuse_name(&self) -> Result<()> {
        let path = self.output.as_deref().filter(|path| !self.is_folder() && path.as_os_str() != "-");
        // A pipe or device is called as it is called.
        let Some(path) = path.filter(|path| path.is_file() || !path.exists()) else { return Ok(()) };
        output_name(path, self.output_format.map(OutputFormatName::format)).map(drop)
    }

    /// Refuses what only a folder of outputs has.
    fn refuse_folder_options(&self) -> Result<()> {
        if self.is_folder() {
            return Ok(());
        }
        if self.shard_size.is_some() {
            return Err(Error::input(
                "--shard-size",
                "only outputs in a folder are parted; write -o FOLDER/",
            ));
        }
        if self.inputs_at_once > 0 {
            let reason = "into one output, inputs go one after the other; write -o FOLDER/";
            return Err(Error::input("--inputs-at-once", reason));
        }
        let target = OutputTarget::from_argument(self.output.as_deref());
        match (&target, self.compression.map(CompressionName::compression)) {
            (OutputTarget::File(path), Some(asked)) if asked != self.compression_of(&target) => {
                let reason =
                    "a file is compressed as its name says: end it in .gz for gzip, in .zst for zstd";
                Err(Error::input("--compression", format!("{}: {reason}, or in neither", path.display())))
            }
            _ => Ok(()),
        }
    }

    /// How one output is compressed: a stream has no name that says so.
    fn compression_of(&self, target: &OutputTarget) -> Compression {
        let asked = self.compression.map(CompressionName::compression);
        match target {
            OutputTarget::File(path) if !is_special(path) => Compression::by_name(path),
            OutputTarget::File(path) => asked.unwrap_or_else(|| Compression::by_name(path)),
            OutputTarget::Stdout => asked.unwrap_or(Compression::None),
        }
    }

    fn progress_style(&self) -> ProgressStyleName {
        match self.progress {
            _ if self.quiet => ProgressStyleName::None,
            ProgressName::Bar => ProgressStyleName::Bar,
            ProgressName::Json => ProgressStyleName::Json,
            ProgressName::None => ProgressStyleName::None,
        }
    }

    fn reject_path(&self, target: &OutputTarget) -> Option<PathBuf> {
        self.rejects.clone().or_else(|| match target {
            OutputTarget::File(path) if !is_special(path) => Some(sibling(path, "rejects.jsonl")),
            _ => None,
        })
    }
}
