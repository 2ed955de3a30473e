//! Options that several subcommands share.

mod paths;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::ValueEnum;

use super::inputs::{ReadingArgs, dry_run};
use super::signals::Signals;
use super::{EXIT_FAILED, EXIT_REJECTS};
use crate::Detector;
use crate::batch::{
    FieldNames, FolderOptions, FolderRun, Groups, Picked, Progress, ProgressStyleName, RejectLimit,
    RejectLog, Run, RunOptions, Shard, SkippedInputs, Summary, Task, ViewLimits, Wanted, pick_record,
    sane_threads, take_shard,
};
use crate::dump::{
    Compression, Expanded, Format, Input, Output, OutputFormat, OutputTarget, RecordWriter, is_special,
    output_name, sibling,
};
use crate::error::{Error, Result};
use crate::label::{Task as LabelTask, TaskCollector};
use crate::limits::Limits;
use crate::model::Model;
use crate::report::CorpusReport;
use crate::terminal::{clean, say, say_json};

/// How much of each document a report shows …
const LIMITS: ViewLimits = ViewLimits { chars: 2000, blocks: 20_000 };
/// … and how much from so many documents on, so that the file still opens at once.
const MANY_DOCUMENTS: usize = 3000;
const TIGHT_LIMITS: ViewLimits = ViewLimits { chars: 150, blocks: 250 };

/// Where records come from, and how they are read.
#[derive(clap::Args)]
pub(super) struct SourceArgs {
    /// Files, folders, 'patterns*', @lists, s3:// gs:// https:// addresses; `-` is standard input
    ///
    /// JSON Lines, WARC, WET, CSV, Parquet, HTML pages, .txt and .md, each plain or compressed with gzip, zstd, bzip2 or xz. A
    /// folder stands for all dumps in it, and for its pages as one more; files whose names tell no format are looked into,
    /// names that start with . or _ left out, and what is left out is counted in the summary. `@FILE` stands for the inputs
    /// listed in it, one a line; an address that ends in / for all objects below it. `*` does not cross a /, `**` does; an
    /// https address with a ? is one object.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Format of the inputs [default: told from the name, then from the first bytes]
    #[arg(long, value_enum)]
    format: Option<FormatName>,
    #[command(flatten)]
    reading: ReadingArgs,
    /// Field that holds text, and receives the kept text; `a.b` is field b of the object in field a
    #[arg(long, default_value = "text", value_name = "NAME")]
    text_field: String,
    /// Field that holds HTML; a record that has it is read as HTML
    #[arg(long, default_value = "html", value_name = "NAME")]
    html_field: String,
    /// Field that identifies a record
    #[arg(long, default_value = "id", value_name = "NAME")]
    id_field: String,
    /// Field that holds the record's address
    #[arg(long, default_value = "url", value_name = "NAME")]
    url_field: String,
    /// Reject larger records, also when they are so large only after decompression
    #[arg(long, default_value = "128MiB", value_name = "BYTES", value_parser = parse_bytes)]
    max_record_bytes: u64,
    /// Blocks that a document may have: of a longer text, neighbouring lines are joined; a longer page is rejected
    #[arg(long, default_value_t = Limits::MAX_BLOCKS, value_name = "N")]
    max_blocks: usize,
    /// Threads that work on records, at most four for each core or 64 [default: one for each core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

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
    /// Compression of the outputs in a folder
    #[arg(long, value_enum, default_value = "zstd", value_name = "HOW")]
    compression: CompressionName,
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

#[derive(Clone, Copy, ValueEnum)]
enum ProgressName {
    /// Bars, on a terminal
    Bar,
    /// A line of JSON every five seconds
    Json,
    None,
}

/// Which model labels.
#[derive(clap::Args)]
pub(super) struct ModelArgs {
    /// Model file [default: the one inside dechaff]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatName {
    /// One JSON object a line
    Jsonl,
    /// WARC or WET
    Warc,
    /// A table with a header row
    Csv,
    /// Parquet
    Parquet,
    /// One HTML page
    Html,
    /// One text
    Text,
}

impl ModelArgs {
    pub(super) fn detector(&self) -> Result<Detector> {
        match &self.model {
            Some(path) => Ok(Detector::with_model(Model::load(path)?)),
            None => Detector::new(),
        }
    }

    /// The model's file, or what stands for it.
    pub(super) fn name(&self) -> String {
        self.model
            .as_ref()
            .map_or_else(|| "the model inside dechaff".to_owned(), |path| path.display().to_string())
    }

    /// The checksum of the model's file.
    fn id(&self) -> Result<String> {
        match &self.model {
            Some(path) => {
                let bytes = std::fs::read(path).map_err(|error| Error::io(path, "read", error))?;
                Ok(Model::id(&bytes))
            }
            None => Ok(Detector::embedded_id()),
        }
    }
}

impl SourceArgs {
    /// The threads that are asked for, as far as they are of use; 0 for the default.
    fn sane_threads(&self) -> usize {
        let asked = self.threads.unwrap_or(0);
        let most = sane_threads(asked);
        if most < asked {
            say!("dechaff: --threads {asked} would only make them wait for each other; {most} are started");
        }
        most
    }

    fn format(&self) -> Option<Format> {
        self.format.map(|name| match name {
            FormatName::Jsonl => Format::Jsonl,
            FormatName::Warc => Format::Warc,
            FormatName::Csv => Format::Csv,
            FormatName::Parquet => Format::Parquet,
            FormatName::Html => Format::Html,
            FormatName::Text => Format::Text,
        })
    }

    /// Finds the inputs.
    fn expand(&self) -> Result<Expanded> {
        self.reading.expand(&self.inputs, self.format())
    }

    fn run_options(&self, task: Task) -> RunOptions {
        RunOptions {
            input: self.reading.input_options(self.format(), self.max_record_bytes),
            fields: FieldNames {
                text: self.text_field.clone(),
                html: self.html_field.clone(),
                id: self.id_field.clone(),
                url: self.url_field.clone(),
            },
            task,
            format: OutputFormat::Jsonl,
            threads: self.sane_threads(),
            max_time: None,
            max_blocks: self.max_blocks,
            max_rejects: None,
            by_host: false,
        }
    }

    /// One record of the inputs.
    pub(super) fn pick(&self, wanted: Option<&Wanted>) -> Result<Picked> {
        let options = self.run_options(Task::View(LIMITS));
        pick_record(&self.inputs_without(&[])?.inputs, &options, wanted)
    }

    /// A sample of the records, to be labelled.
    pub(super) fn label_tasks(
        &self,
        detector: &Detector,
        documents: usize,
        inputs: &[Input],
        signals: &Signals,
    ) -> Result<Vec<LabelTask>> {
        let options = self.run_options(Task::View(ViewLimits { chars: usize::MAX, blocks: usize::MAX }));
        let progress = Progress::new(inputs, ProgressStyleName::Bar);
        let run = Run { detector, options: &options, inputs, progress: &progress, stop: &signals.stop };
        let mut tasks = TaskCollector::new(documents);
        run.execute_into(&mut tasks)?;
        tasks.into_tasks()
    }
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

    /// Runs over the inputs into a report.
    pub(super) fn report(&self, detector: &Detector, documents: usize) -> Result<ExitCode> {
        let expanded = self.inputs()?;
        let inputs = take_shard(expanded.inputs.clone(), self.shard);
        if self.dry_run {
            let options = self.run_options(Task::View(LIMITS));
            return dry_run(&inputs, expanded, &options.input, self.json);
        }
        let Some(path) = self.output.as_deref() else {
            return Err(Error::input("report", "name the file with -o report.html"));
        };
        if self.is_folder() {
            let reason = "a report is one file; name it, such as report.html in this folder";
            return Err(Error::input(path.display(), reason));
        }
        let limits = if documents > MANY_DOCUMENTS { TIGHT_LIMITS } else { LIMITS };
        let view = self.run_options(Task::View(limits));
        let options = RunOptions { by_host: true, format: OutputFormat::Jsonl, ..view };
        let target = OutputTarget::from_argument(Some(path));
        self.check_files(&expanded.inputs, self.reject_path(&target).as_deref())?;
        let progress = Progress::new(&inputs, self.progress_style());
        let signals = Signals::listen()?;
        // Made before the pass: a page that has no place is found out now, and not after hours.
        let mut rejects = RejectLog::new(self.reject_path(&target), self.overwrite)?;
        let output = Output::create(target, self.overwrite)?;
        let run =
            Run { detector, options: &options, inputs: &inputs, progress: &progress, stop: &signals.stop };
        let mut report = CorpusReport::new(documents, &mut rejects);
        let (mut summary, is_stopped) = run.execute_into(&mut report)?;
        let names: Vec<String> = inputs.iter().take(3).map(Input::name).collect();
        let more = if inputs.len() > names.len() { ", …" } else { "" };
        report.write(&format!("dechaff: {}{more}", names.join(", ")), &summary, output)?;
        self.source.claim_below(path, path.metadata().map_or(0, |metadata| metadata.len()));
        self.end(&mut summary, &expanded, rejects)?;
        let is_whole = summary.rejected == 0 && expanded.failed.is_empty();
        Ok(match (is_stopped, is_whole) {
            (true, _) => signals.exit_code(),
            (false, false) => ExitCode::from(EXIT_REJECTS),
            (false, true) => ExitCode::SUCCESS,
        })
    }

    /// Gives the rejects and the counts by host their names, and prints the summary.
    fn end(&self, summary: &mut Summary, expanded: &Expanded, rejects: RejectLog) -> Result<()> {
        if let Some((whole, path)) = rejects.close()? {
            self.source.claim_below(&path, whole.bytes()?);
            whole.publish()?;
            summary.reject_file = Some(path.display().to_string());
        }
        if self.by_host.is_none() {
            summary.hosts = Groups::default();
        }
        summary.skipped_inputs = SkippedInputs::from(expanded);
        print_summary(summary, self.quiet, self.json)?;
        self.name_failures(expanded);
        if let Some(path) = self.hosts_file() {
            let bytes = write_hosts(summary, path, self.overwrite)?;
            self.source.claim_below(path, bytes);
        }
        Ok(())
    }

    fn progress_style(&self) -> ProgressStyleName {
        match self.progress {
            _ if self.quiet => ProgressStyleName::None,
            ProgressName::Bar => ProgressStyleName::Bar,
            ProgressName::Json => ProgressStyleName::Json,
            ProgressName::None => ProgressStyleName::None,
        }
    }

    /// Runs a task over the inputs and prints the summary.
    pub(super) fn run(&self, detector: &Detector, task: Task) -> Result<ExitCode> {
        self.refuse_name()?;
        let options = self.run_options(task);
        refuse_mismatch(&options)?;
        let expanded = self.inputs()?;
        let inputs = take_shard(expanded.inputs.clone(), self.shard);
        if self.dry_run {
            return dry_run(&inputs, expanded, &options.input, self.json);
        }
        let progress = Progress::new(&inputs, self.progress_style());
        let signals = Signals::listen()?;
        match &self.output {
            Some(folder) if self.is_folder() => {
                self.run_into_folder(detector, &options, folder, &inputs, &expanded, &progress, &signals)
            }
            _ => {
                let rejects = self.reject_path(&OutputTarget::from_argument(self.output.as_deref()));
                self.check_files(&expanded.inputs, rejects.as_deref())?;
                self.run_into_one(detector, &options, &inputs, &expanded, &progress, &signals)
            }
        }
    }

    fn run_into_one(
        &self,
        detector: &Detector,
        options: &RunOptions,
        inputs: &[Input],
        expanded: &Expanded,
        progress: &Progress,
        signals: &Signals,
    ) -> Result<ExitCode> {
        let target = OutputTarget::from_argument(self.output.as_deref());
        let mut rejects = RejectLog::new(self.reject_path(&target), self.overwrite)?;
        let compression = match &target {
            OutputTarget::File(path) => Compression::by_name(path),
            OutputTarget::Stdout => Compression::None,
        };
        let output = Output::create_as(target, options.format.packing(compression), self.overwrite)?;
        let mut writer = RecordWriter::new(output, options.format, compression, options.table());
        let run = Run { detector, options, inputs, progress, stop: &signals.stop };
        let (mut summary, is_stopped) = run.execute(&mut writer, &mut rejects).map_err(explain_pipe)?;
        let whole = writer.close().map_err(explain_pipe)?;
        if is_stopped {
            let lost =
                if self.output.is_some() { "the output was not written" } else { "the output ends there" };
            say!(
                "dechaff: stopped after {} records; {lost}. With -o FOLDER/ a run can go on later.",
                summary.records
            );
            return Ok(signals.exit_code());
        }
        if let Some(path) = &self.output {
            self.source.claim_below(path, whole.bytes()?);
        }
        whole.publish()?;
        self.end(&mut summary, expanded, rejects)?;
        let is_whole = summary.rejected == 0 && expanded.failed.is_empty();
        Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::from(EXIT_REJECTS) })
    }

    #[expect(clippy::too_many_arguments, reason = "one call, each argument a thing of its own")]
    fn run_into_folder(
        &self,
        detector: &Detector,
        options: &RunOptions,
        folder: &Path,
        inputs: &[Input],
        expanded: &Expanded,
        progress: &Progress,
        signals: &Signals,
    ) -> Result<ExitCode> {
        if self.rejects.is_some() {
            return Err(Error::input(
                "--rejects",
                "in an output folder each input has its rejects in _dechaff/rejects/",
            ));
        }
        let folder = FolderOptions {
            folder: folder.to_owned(),
            compression: match self.compression {
                CompressionName::None => Compression::None,
                CompressionName::Gzip => Compression::Gzip,
                CompressionName::Zstd => Compression::Zstd,
            },
            shard_bytes: self.shard_size,
            overwrite: self.overwrite,
            shard: self.shard,
            at_once: sane_threads(self.inputs_at_once),
            model: self.model.id()?,
            hosts: self.hosts_file().map(Path::to_owned),
        };
        let run = FolderRun {
            detector,
            options,
            folder: &folder,
            inputs,
            all: &expanded.inputs,
            claims: self.claims(&[])?,
            progress,
            stop: &signals.stop,
        };
        let mut done = run.execute()?;
        if let Some(path) = self.hosts_file() {
            self.source.claim_below(path, path.metadata().map_or(0, |metadata| metadata.len()));
        }
        if done.summary.rejected > 0 {
            let rejects = folder.folder.join(crate::batch::FOLDER).join("rejects");
            done.summary.reject_file = Some(rejects.display().to_string());
        }
        done.summary.skipped_inputs = SkippedInputs::from(expanded);
        if !self.quiet && !self.json {
            let (new, old) = (done.done, done.skipped);
            let failed = done.failed.len() + expanded.failed.len();
            say!("inputs    {} = {new} done now + {old} done before + {failed} failed", new + old + failed);
        }
        print_summary(&done.summary, self.quiet, self.json)?;
        self.name_failures(expanded);
        for reason in &done.failed {
            say!("dechaff: failed: {}", clean(reason));
        }
        if done.is_stopped {
            let left = inputs.len() - done.done - done.skipped - done.failed.len();
            say!("dechaff: stopped with {left} inputs left; the same command goes on from here");
            return Ok(signals.exit_code());
        }
        let nothing = done.done + done.skipped == 0 && !done.failed.is_empty();
        Ok(match (nothing, done.summary.rejected > 0 || done.failed.len() + expanded.failed.len() > 0) {
            (true, _) => ExitCode::from(EXIT_FAILED),
            (false, true) => ExitCode::from(EXIT_REJECTS),
            (false, false) => ExitCode::SUCCESS,
        })
    }

    /// Names what cannot be read where no summary does.
    fn name_failures(&self, expanded: &Expanded) {
        if self.quiet {
            for failed in &expanded.failed {
                say!("dechaff: failed: {}: {}", clean(&failed.path), clean(&failed.reason));
            }
        }
    }

    fn reject_path(&self, target: &OutputTarget) -> Option<PathBuf> {
        self.rejects.clone().or_else(|| match target {
            OutputTarget::File(path) if !is_special(path) => Some(sibling(path, "rejects.jsonl")),
            _ => None,
        })
    }
}

/// Prints a summary to standard error.
pub(super) fn print_summary(summary: &Summary, quiet: bool, json: bool) -> Result<()> {
    if json {
        let json = serde_json::to_string(summary).map_err(|error| Error::input("summary", error))?;
        say_json("", &json);
    } else if !quiet {
        say!("{summary}");
    }
    Ok(())
}

/// Writes the counts by host as CSV and returns its size.
pub(super) fn write_hosts(summary: &Summary, path: &Path, overwrite: bool) -> Result<u64> {
    let csv = summary.hosts.to_csv("host")?;
    let mut output = Output::create(OutputTarget::from_argument(Some(path)), overwrite)?;
    output.write(&csv)?;
    output.finish()?;
    Ok(csv.len() as u64)
}

/// Says what cannot be written before anything is read.
fn refuse_mismatch(options: &RunOptions) -> Result<()> {
    let reason = match (&options.task, options.format) {
        (Task::Filter(filter), format) => {
            options.fields.refuse_to_filter().map_err(|reason| Error::input("fields", reason))?;
            return filter.with.refuse_for(format).map_err(|reason| Error::input("--with", reason));
        }
        (_, OutputFormat::Jsonl) => return Ok(()),
        (Task::Annotate(annotate), OutputFormat::Parquet) if !annotate.attributes => return Ok(()),
        (Task::Annotate(annotate), _) if annotate.attributes => "attributes are written as JSON Lines",
        (Task::Annotate(_), _) => "annotations are written as JSON Lines or Parquet",
        (Task::Sample(_) | Task::View(_), _) => "samples are written as JSON Lines",
    };
    Err(Error::input("--output-format", reason))
}

fn explain_pipe(error: Error) -> Error {
    if error.is_broken_pipe() {
        return Error::input("standard output", "the reader closed the pipe; the output is not complete");
    }
    error
}

/// A number of bytes as `1000000`, `64MB` or `64MiB`.
pub(super) fn parse_bytes(text: &str) -> std::result::Result<u64, String> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" | "k" => 1000,
        "mb" | "m" => 1_000_000,
        "gb" | "g" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        unit => return Err(format!("`{unit}` is no unit; use kB, MB, GB, KiB, MiB or GiB")),
    };
    let number: u64 = number.parse().map_err(|_| "must be a number of bytes, such as 64MB".to_owned())?;
    number.checked_mul(factor).ok_or_else(|| "too large".to_owned())
}

fn parse_seconds(text: &str) -> std::result::Result<Duration, String> {
    let seconds: f64 = text.trim().parse().map_err(|_| "must be a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

fn parse_shard(text: &str) -> std::result::Result<Shard, String> {
    let parts = text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
    match parts {
        Some((index, of)) if index < of => Ok(Shard { index, of }),
        Some((_, of)) if of > 0 => Err(format!("the index counts from 0 to {}", of - 1)),
        _ => Err("must be I/N, such as 0/8 for the first of eight".to_owned()),
    }
}

fn parse_reject_limit(text: &str) -> std::result::Result<RejectLimit, String> {
    if text.trim().ends_with('%') {
        return super::parse_share(text).map(RejectLimit::Share);
    }
    text.trim()
        .parse()
        .map(RejectLimit::Count)
        .map_err(|_| "must be a number of records or a share such as 2%".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_shards_and_limits_are_read_as_people_write_them() {
        assert_eq!(parse_bytes("64MiB"), Ok(64 << 20));
        assert_eq!(parse_bytes("5 GB"), Ok(5_000_000_000));
        assert!(
            parse_bytes("many").is_err() && parse_bytes("5 parsecs").is_err() && parse_bytes("").is_err()
        );
        assert_eq!(parse_shard("2/3"), Ok(Shard { index: 2, of: 3 }));
        assert!(parse_shard("3/3").unwrap_err().contains("from 0 to 2"));
        assert!(parse_shard("1").is_err() && parse_shard("0/0").is_err());
        assert_eq!(parse_reject_limit("2%"), Ok(RejectLimit::Share(0.02)));
        assert_eq!(parse_reject_limit("7"), Ok(RejectLimit::Count(7)));
        assert!(parse_reject_limit("-1").is_err());
    }
}
